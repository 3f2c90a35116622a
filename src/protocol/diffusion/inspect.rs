//! A look inside the network: one picture through it, every block's output kept.

use serde::{Deserialize, Serialize};

/// What to look at. Answered by one [`Anatomy`](crate::protocol::ask::Seen::Anatomy) and then one
/// [`BlockTimes`](crate::protocol::ask::Seen::BlockTimes).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspect {
    /// Model id; it has to be loaded.
    pub model: String,
    /// x_t, `[28, 28]`.
    pub x: Vec<f32>,
    /// Its time, `1..=1000`.
    pub t: u32,
    /// The class that the network is told; `None` is 'any'.
    pub label: Option<u8>,
    /// Skips that are cut: bit i for skip i.
    pub cut: u8,
}

/// What every block of the network gave for one picture, in the order of
/// [`crate::models::diffusion::blocks::Sizes::blocks`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Anatomy {
    /// The blocks' outputs.
    pub blocks: Vec<Maps>,
    /// How much each position looks at each other, `[heads, 49, 49]`: the one that looks, then
    /// the one looked at. Each row adds up to 1.
    pub attention: Vec<f32>,
}

/// The output of one block.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Maps {
    /// How many feature maps.
    pub channels: u32,
    /// Height and width of each; 1 for the embedding of time and class.
    pub side: u32,
    /// Their values, `[channels, side, side]`.
    pub values: Vec<f32>,
}
