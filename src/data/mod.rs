//! Data sets: one file a set; where it comes from, how it is checked, its licence.

#[cfg(feature = "lab")]
pub mod mnist;

use serde::{Deserialize, Serialize};

/// Height and width of every picture here.
pub const SIDE: usize = 28;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// Classes of every labelled set here.
pub const CLASSES: usize = 10;

/// A labelled set of 28x28 grey pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataSet {
    /// Handwritten digits (LeCun, Cortes, Burges).
    #[default]
    Mnist,
    /// Pictures of clothes (Zalando Research).
    FashionMnist,
}

impl DataSet {
    /// The name used in file names, links and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
        }
    }
}
