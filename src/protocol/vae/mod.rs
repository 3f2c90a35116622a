//! Questions to a trained autoencoder. Each is answered in one go, within some milliseconds, so that
//! dragging keeps up; many pictures are asked for in parts.

pub mod train;

use serde::{Deserialize, Serialize};

/// A question to a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VaeAsk {
    /// Model id; it has to be loaded.
    pub model: String,
    /// What is asked.
    pub question: Question,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// All that happens to one picture.
    Look {
        /// `[28, 28]` in `-1..=1`, 1 for ink.
        picture: Vec<f32>,
        /// Draws from q(z|x) behind the bounds, `1..=`[`MAX_DRAWS`].
        draws: u32,
        /// Seed of the draws.
        seed: u64,
    },
    /// The codes of pictures.
    Codes {
        /// `[n, 28, 28]`, 255 for ink, at most [`MAX_PICTURES`].
        pictures: Vec<u8>,
    },
    /// The pictures of codes.
    Pictures {
        /// `[n, code]`, at most [`MAX_PICTURES`].
        codes: Vec<f32>,
    },
}

/// Most draws of a look.
pub const MAX_DRAWS: u32 = 500;
/// Most pictures of a question, so that it is soon answered.
pub const MAX_PICTURES: usize = 400;

/// The answer to a question of the same name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum VaeAnswer {
    /// All that happens to one picture.
    Look(Box<Look>),
    /// Means of the codes, `[n, code]`.
    Codes {
        /// `[n, code]`
        means: Vec<f32>,
        /// From question to answer, ms.
        ms: f32,
    },
    /// Pictures of codes.
    Pictures {
        /// How probable ink is, `[n, 28, 28]` in `-1..=1`.
        pictures: Vec<f32>,
        /// From question to answer, ms.
        ms: f32,
    },
}

/// All that happens to one picture, x.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// What each block gives, in the order of [`crate::models::vae::blocks::Sizes::describe`], each
    /// `[channels, side, side]`.
    pub blocks: Vec<Vec<f32>>,
    /// Mean of the code, `[code]`.
    pub mean: Vec<f32>,
    /// Log-variance of the code, `[code]`; without meaning in an autoencoder.
    pub log_variance: Vec<f32>,
    /// The picture of the mean, `[28, 28]` in `-1..=1`.
    pub restored: Vec<f32>,
    /// `-log p(x|z)` at the mean, of each pixel, nats, `[28, 28]`.
    pub costs: Vec<f32>,
    /// Mean of `-log p(x|z)` over draws of z, nats.
    pub reconstruction: f32,
    /// KL of each number of the code, nats, `[code]`.
    pub kl: Vec<f32>,
    /// The bound by importance weighting of all draws, nats; see [`crate::models::vae::bounds`].
    pub importance: f32,
    /// From question to answer, ms.
    pub ms: f32,
}
