//! Jobs of the GAN room: pictures from a trained pair, and the game on points.

#[cfg(feature = "look")]
pub mod images;
#[cfg(feature = "train")]
pub mod play;
