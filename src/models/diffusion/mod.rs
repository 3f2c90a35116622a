//! Diffusion: destroy an image with noise step by step, learn to undo one step.
pub mod sampler;
pub mod schedule;
#[cfg(feature = "lab")]
pub mod training;
#[cfg(feature = "nn")]
pub mod unet;
