//! The models, one folder a family.

pub mod diffusion;
