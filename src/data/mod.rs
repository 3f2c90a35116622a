//! Data sets: one file a set; where it comes from, how it is checked, its licence.

#[cfg(feature = "lab")]
pub mod facts;
#[cfg(feature = "lab")]
pub mod mnist;
pub mod points;
#[cfg(feature = "lab")]
pub mod text;

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

    /// All sets, in the order in which a control lists them.
    pub const ALL: [Self; 2] = [Self::Mnist, Self::FashionMnist];

    /// What one of its pictures is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Mnist => "digit",
            Self::FashionMnist => "garment",
        }
    }

    /// Name of class `class`, `0..=9`, as its makers list them.
    pub fn class_name(self, class: u8) -> &'static str {
        const DIGITS: [&str; CLASSES] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        // Xiao, Rasul and Vollgraf 2017 (arXiv:1708.07747), table 2.
        const GARMENTS: [&str; CLASSES] = [
            "T-shirt",
            "trousers",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ];
        let names = match self {
            Self::Mnist => DIGITS,
            Self::FashionMnist => GARMENTS,
        };
        names[usize::from(class) % CLASSES]
    }
}
