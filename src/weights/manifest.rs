//! The list of shipped weights, `www/weights/manifest.json`.

use serde::{Deserialize, Serialize};

/// Where the manifest lies, relative to the site's root.
pub const MANIFEST_PATH: &str = "weights/manifest.json";

/// All shipped models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// One entry a file.
    pub models: Vec<ModelEntry>,
}

impl Manifest {
    /// The entry called `id`.
    pub fn find(&self, id: &str) -> Option<&ModelEntry> {
        self.models.iter().find(|m| m.id == id)
    }
}

/// One weights file and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// Model and data set, e.g. `diffusion-mnist`.
    pub id: String,
    /// File name beside the manifest.
    pub file: String,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Data set, as a person would name it: `MNIST, 60,000 training digits`.
    pub data_set: String,
    /// Training pictures seen, repeats counted.
    pub images_seen: u64,
    /// The command that trained it; several, joined by `&&`, if it was planned anew on the way.
    pub command: String,
    /// The commit at which its training started.
    pub commit: String,
    /// What `lab eval` measured, if it has.
    pub quality: Option<Quality>,
}

/// Figures of `lab eval` on the file as shipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Number of samples judged.
    pub samples: u32,
    /// Sampler and its settings, e.g. `DDIM, 20 steps, guidance 1.5`.
    pub sampler: String,
    /// Share of samples in which the judge reads the intended class, 0..=1.
    pub class_accuracy: f64,
    /// Fréchet distance of the judge's features to the test set's.
    pub classifier_fid: f64,
    /// The same distance between real training and real test pictures.
    pub classifier_fid_floor: f64,
    /// Kernel distance of the judge's features: mean.
    pub kid: f64,
    /// Its standard deviation over subsets.
    pub kid_sd: f64,
    /// The same distance between real training and real test pictures.
    pub kid_floor: f64,
}
