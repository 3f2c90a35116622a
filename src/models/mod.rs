//! The models, one folder a family.

pub mod diffusion;
pub mod gan;
pub mod next;
pub mod pixel;
#[cfg(not(feature = "gpu"))]
pub mod series;
pub mod text;
pub mod vae;
pub mod wave;
