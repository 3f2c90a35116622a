//! Jobs of the diffusion room: sampling, a look inside the network, noise, and points in the plane.

pub mod denoise;
pub mod inspect;
pub mod network;
pub mod noise_stats;
#[cfg(feature = "train")]
pub mod plane;
mod probes;
pub mod timing;
