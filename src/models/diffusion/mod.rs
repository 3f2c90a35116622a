//! Diffusion: destroy an image with noise step by step, learn to undo one step.
pub mod blocks;
#[cfg(feature = "lab")]
pub mod distillation;
pub mod inpaint;
pub mod plane;
pub mod sampler;
pub mod schedule;
#[cfg(feature = "lab")]
pub mod training;
#[cfg(feature = "nn")]
pub mod unet;

/// Guidance weight that the page opens with, and at which quality is measured.
pub const DEFAULT_GUIDANCE: f32 = 1.5;
