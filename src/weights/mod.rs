//! Trained weights: the manifest, 8-bit packing, verified loading.
//!
//! `lab pack` writes what [`pack`] gives; an engine gets the file with `fetch`, checks it and
//! puts it into a network with [`load`]; [`fingerprint`] tells whether the network then still
//! answers as it did when it was packed.

#[cfg(feature = "engine")]
pub mod fetch;
#[cfg(feature = "nn")]
pub mod fingerprint;
#[cfg(feature = "nn")]
pub mod load;
pub mod manifest;
#[cfg(feature = "nn")]
pub mod pack;
