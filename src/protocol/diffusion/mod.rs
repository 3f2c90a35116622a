//! Jobs of the diffusion room, and what they answer.

pub mod inspect;
pub mod plane;
