//! Autoencoders.

#[cfg(feature = "look")]
pub mod ask;
