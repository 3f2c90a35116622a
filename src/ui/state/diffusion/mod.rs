//! Controls of the diffusion room's chapters.

pub(super) mod denoise;
pub(super) mod fewer;
pub(super) mod from_drawing;
pub(super) mod network;
pub(super) mod noise;
pub(super) mod plane;
