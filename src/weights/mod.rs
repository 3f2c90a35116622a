//! Trained weights: the manifest, 8-bit packing, verified loading.
//!
//! `lab pack` writes what [`pack`] gives; an engine gets the file with `fetch`, checks it and
//! puts it into a network with [`load`]; [`fingerprint`] tells whether the network then still
//! answers as it did when it was packed. [`curve`] is what `lab curve` measured of it,
//! [`timeline`] what was measured while the image GAN trained.

pub mod curve;
#[cfg(feature = "engine")]
pub mod fetch;
#[cfg(feature = "lab")]
pub mod fingerprint;
#[cfg(feature = "nn")]
pub mod load;
pub mod manifest;
#[cfg(feature = "lab")]
pub mod pack;
#[cfg(all(test, feature = "lab"))]
mod shipped;
#[cfg(feature = "web")]
pub mod stall;
pub mod timeline;

/// A download that brings nothing for so long is ended and tried again, s.
pub const PATIENCE_S: u32 = 20;

/// Where a text model's vocabulary lies, relative to the site's root.
pub fn tokens_path(model: &str) -> String {
    format!("samples/{model}.tokens.json")
}
