//! How Transformers of three sizes learn the same texts, measured ahead by `lab scale`.

use serde::{Deserialize, Serialize};

use crate::models::text::Shape;

/// Where the page finds it, relative to the site's root.
pub const LEARNING_PATH: &str = "quality/text-learning.json";

/// All that was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// The commit of the sources.
    pub commit: String,
    /// The smallest first.
    pub sizes: Vec<Size>,
}

/// One network's way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Its shape.
    pub shape: Shape,
    /// Its parameters.
    pub parameters: u64,
    /// Where it stood, early to late.
    pub points: Vec<Point>,
}

/// Where a network stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Tokens that it had learned from, repeats counted.
    pub tokens: u64,
    /// Bits a character of a part of the texts that it learns from.
    pub train: f32,
    /// Bits a character of texts held out.
    pub held_out: f32,
    /// What it wrote then, of one seed.
    pub sample: String,
}
