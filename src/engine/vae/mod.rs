//! Autoencoders.

#[cfg(feature = "look")]
pub mod ask;
#[cfg(feature = "train")]
pub mod train;
