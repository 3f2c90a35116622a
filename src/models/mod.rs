//! The models, one folder a family.

pub mod diffusion;
pub mod gan;
pub mod vae;
