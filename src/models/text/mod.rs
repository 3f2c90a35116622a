//! Text by predicting the next token: a decoder-only Transformer.
//!
//! Vaswani and others 2017 (arXiv:1706.03762), with normalisation before each part (Radford and others
//! 2019), positions by rotation (Su and others 2021, arXiv:2104.09864), and one matrix for reading tokens
//! and for writing them (Press and Wolf 2017, arXiv:1608.05859), and the square of ReLU between the two layers
//! of an MLP (So and others 2021, arXiv:2109.08668): cheaper than GELU, and as good.
//!
//! For tokens `x_1 … x_t`, each a row of the embedding, `h = E[x]`, and for each block
//!
//! ```text
//! h = h + W_o · attention(rotate(W_q n), rotate(W_k n), W_v n),    n = LayerNorm(h)
//! h = h + W_2 · ReLU(W_1 · LayerNorm(h) + b_1)² + b_2
//! ```
//!
//! and the logits of `x_{t+1}` are `E · LayerNorm(h_t)`. A token attends to the last [`CONTEXT`] tokens
//! and to none that come later, so what is computed of the past stays as it is and is kept
//! ([`net::Cache`]). Rotations make scores depend on distances alone: a text longer than the context goes
//! on without anything being computed anew.

#[cfg(feature = "train")]
pub mod cost;
#[cfg(not(feature = "gpu"))]
pub mod course;
#[cfg(not(feature = "gpu"))]
pub mod inside;
#[cfg(feature = "train")]
pub mod live;
#[cfg(feature = "nn")]
pub mod net;
#[cfg(feature = "lab")]
pub mod training;
#[cfg(feature = "lab")]
pub mod tuning;

use serde::{Deserialize, Serialize};

/// Tokens that one can attend to, itself included.
pub const CONTEXT: usize = 256;

/// Wavelengths of the rotations go from 2π to about 2π times this.
const LONGEST_WAVE: f32 = 10_000.0;

/// The angle by which a pair of numbers of queries and keys is turned at a position, rad; `pair` of `pairs`.
pub fn angle(position: usize, pair: usize, pairs: usize) -> f32 {
    position as f32 / LONGEST_WAVE.powf(pair as f32 / pairs as f32)
}

/// The numbers that make a network's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Tokens that there are.
    pub vocabulary: u32,
    /// Numbers of a token's state.
    pub width: u32,
    /// Blocks.
    pub layers: u32,
    /// Heads of a block, each of `width / heads` numbers.
    pub heads: u32,
}

impl Shape {
    /// Whether a network can be made of it.
    pub fn is_sound(&self) -> bool {
        (1..=8192).contains(&self.vocabulary)
            && (1..=1024).contains(&self.width)
            && (1..=32).contains(&self.layers)
            && self.heads > 0
            && self.width.is_multiple_of(2 * self.heads)
    }

    /// Number of parameters.
    pub fn parameters(&self) -> u64 {
        let [vocabulary, width, layers] = [self.vocabulary, self.width, self.layers].map(u64::from);
        // Attention 4 w², MLP 8 w² and its shifts, two normalisations.
        vocabulary * width + layers * (12 * width * width + 5 * width + 4 * width) + 2 * width
    }
}
