//! Blocks that two or more families use.

#[cfg(feature = "lab")]
pub mod checkpoint;
pub mod maps;
pub mod mlp;
pub mod params;
mod read;
#[cfg(feature = "look")]
pub mod rows;
#[cfg(feature = "lab")]
pub mod training;

pub use read::{NotRead, read};
