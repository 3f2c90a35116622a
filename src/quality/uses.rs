//! What codes are good for, as `lab uses` measured it: `www/quality/vae-uses.json`, which the page
//! shows.

use serde::{Deserialize, Serialize};

/// All figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uses {
    /// The model whose costs are told.
    pub odd_model: String,
    /// What a test digit costs, mean, nats.
    pub digit_cost: f32,
    /// What an empty sheet costs, nats.
    pub blank_cost: f32,
    /// Garments among digits.
    pub garments: Others,
    /// Scribbles among digits.
    pub scribbles: Others,
    /// Labelled digits that the readers were trained on.
    pub read_sizes: Vec<u32>,
    /// Linear readers.
    pub readers: Vec<Reader>,
}

/// How well cost tells pictures of another kind from digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Others {
    /// Area under the curve, `0..=1`.
    pub auc: f32,
    /// The curve: share of digits taken for odd, share of the others found.
    pub roc: Vec<[f32; 2]>,
}

/// A linear reader of one kind of features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reader {
    /// What it reads from, for people.
    pub of: String,
    /// Share of test digits it reads right, and its standard deviation, for each size.
    pub accuracy: Vec<[f32; 2]>,
}
