//! The diffusion room: the story on the left, the chapter's stage on the right.

pub mod noise;
mod noise_compare;
mod noise_pick;
