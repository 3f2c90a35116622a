//! Pictures pixel by pixel, and what a pixel's network can see.

use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{Home, Job, PackedJob};
use crate::models::next::Choosing;
pub use crate::models::pixel::Kind;

/// Pictures that may be asked for at once.
pub const MOST_PICTURES: usize = 16;

/// Draws pictures, one after the other, pixel by pixel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PixelAsk {
    /// Model id.
    pub model: String,
    /// `1..=MOST_PICTURES`.
    pub pictures: Vec<Wanted>,
    /// How each level is chosen.
    pub choosing: Choosing,
    /// Names, with the picture's index, the random number of each pixel.
    pub seed: u64,
}

/// A picture that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Its class, `0..=9`.
    pub class: u8,
    /// Which of those of a seed.
    pub index: u32,
    /// Pixels that are not drawn: place in reading order, and level; places rise.
    pub forced: Vec<(u16, u8)>,
}

/// A pixel, and what it could have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PixelStep {
    /// Logits of all levels.
    pub logits: Vec<f32>,
    /// The level that was given or drawn.
    pub level: u8,
}

/// Pixels of a picture, after those that were sent before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PixelSteps {
    /// Which picture, from 0.
    pub picture: u32,
    /// Place of the first of them.
    pub first: u32,
    /// In a row.
    pub steps: Vec<PixelStep>,
    /// Time for them, ms.
    pub ms: f32,
}

impl PixelAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "pixel";
}

impl Ask for PixelAsk {
    type Answer = PixelSteps;

    fn into_job(self) -> Job {
        Job::Packed(PackedJob::new(
            Self::FORM,
            Home::Cpu,
            Some(&self.model),
            &self,
        ))
    }
}

/// Asks which pixels can matter to one: the gradient of its logits, by a network with fresh weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeesAsk {
    /// Which network.
    pub kind: Kind,
    /// Its layers, `1..=MOST_LAYERS`.
    pub layers: u32,
    /// Whose logits, in reading order.
    pub at: u16,
}

/// Layers at most.
pub const MOST_LAYERS: u32 = 12;

/// What a pixel's network sees.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sees {
    /// Size of the gradient by the ink of each pixel, `[784]`; zero where it cannot matter.
    pub gradient: Vec<f32>,
}

impl SeesAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "pixel-sees";
}

impl Ask for SeesAsk {
    type Answer = Sees;

    fn into_job(self) -> Job {
        let job = PackedJob::new(Self::FORM, Home::Trainer, None, &self);
        Job::Packed(PackedJob {
            interactive: true,
            ..job
        })
    }
}
