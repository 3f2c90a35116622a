//! Pictures by predicting the next pixel, in reading order: PixelCNN and PixelRNN.
//!
//! Van den Oord, Kalchbrenner and Kavukcuoglu 2016 (arXiv:1601.06759). A picture of grey levels
//! `x_1 … x_784`, row by row, of class `c` has the probability
//!
//! ```text
//! p(x | c) = Π p(x_i | x_1 … x_{i-1}, c),
//! ```
//!
//! each factor a softmax over the levels: the likelihood is exact, not a bound. Bits per dimension are
//! `-log2 p(x) / 784`.
//!
//! | module | what |
//! |---|---|
//! | [`cnn`] | gated PixelCNN (van den Oord and others 2016, arXiv:1606.05328): convolutions over the past in two stacks, one of what stands above, one of what stands to the left |
//! | [`rnn`] | Row-LSTM PixelRNN: a recurrent network that goes through the rows |
//! | [`reach`] | what each can see |
//! | [`walk`] | its sampling pixel by pixel, each computed once |

#[cfg(any(feature = "look", feature = "train"))]
pub mod cnn;
#[cfg(feature = "train")]
pub mod reach;
#[cfg(any(feature = "look", feature = "train"))]
pub mod rnn;
#[cfg(feature = "lab")]
pub mod rnn_gradient;
#[cfg(feature = "lab")]
pub mod training;
#[cfg(feature = "look")]
pub mod walk;

use serde::{Deserialize, Serialize};

#[cfg(any(feature = "look", feature = "train"))]
use crate::data::{CLASSES, PIXELS, SIDE};

/// The numbers that make a network's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Grey levels of a pixel.
    pub levels: u32,
    /// Channels of each stack.
    pub width: u32,
    /// Layers.
    pub layers: u32,
}

/// Grey levels at most.
pub const MOST_LEVELS: u32 = 32;

impl Shape {
    /// Whether a network can be made of it.
    pub fn is_sound(&self) -> bool {
        (2..=MOST_LEVELS).contains(&self.levels)
            && (1..=256).contains(&self.width)
            && (1..=64).contains(&self.layers)
    }
}

/// The level of a grey value of 256, `0..levels`: equal parts of the range.
pub fn level(grey: u8, levels: u32) -> u8 {
    (u32::from(grey) * levels / 256) as u8
}

/// A level as the share of ink that is shown, `0..=1`.
pub fn ink(level: u8, levels: u32) -> f32 {
    f32::from(level) / (levels - 1) as f32
}

/// Networks of this family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Masked convolutions in one stack: the first PixelCNN.
    Plain,
    /// Gated PixelCNN: two stacks.
    Gated,
    /// Row-LSTM PixelRNN.
    Row,
}

/// A network that draws.
#[cfg(any(feature = "look", feature = "train"))]
pub enum Net {
    /// Gated PixelCNN.
    Cnn(cnn::PixelCnn),
    /// Row-LSTM PixelRNN.
    Rnn(rnn::PixelRnn),
}

#[cfg(any(feature = "look", feature = "train"))]
impl Net {
    /// Its shape.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Cnn(net) => net.shape(),
            Self::Rnn(net) => net.shape(),
        }
    }
}

/// What a network of this family computes.
#[cfg(any(feature = "look", feature = "train"))]
pub trait Pixels {
    /// Its shape.
    fn shape(&self) -> Shape;

    /// Logits `[n, levels, 28, 28]` of every pixel, given those before it: of pictures of levels, one
    /// after the other, and the class of each. What a pixel is itself, and what comes after it, does not
    /// enter its logits.
    fn logits(&self, levels: &[u8], classes: &[u8]) -> burn::tensor::Tensor<4>;
}

/// What networks are fed, `[n, 2, 28, 28]`: the ink of each pixel, and ones, by which a network tells
/// white paper from what lies outside of the picture.
#[cfg(any(feature = "look", feature = "train"))]
fn input(levels: &[u8], shape: Shape, device: &burn::tensor::Device) -> burn::tensor::Tensor<4> {
    let picture = |picture: &[u8]| {
        let ink: Vec<f32> = picture.iter().map(|l| ink(*l, shape.levels)).collect();
        [ink, vec![1.0; PIXELS]].concat()
    };
    let values: Vec<f32> = levels.chunks_exact(PIXELS).flat_map(picture).collect();
    let shape = [levels.len() / PIXELS, 2, SIDE, SIDE];
    burn::tensor::Tensor::from_data(burn::tensor::TensorData::new(values, shape), device)
}

/// Rows above, and pixels to each side, that first layers see.
#[cfg(any(feature = "look", feature = "train"))]
const REACH: usize = 3;

/// The same two numbers of each of the 24 places before pixel `at` that lie within [`REACH`] rows and
/// columns, in reading order; nothing outside of the picture, or where it is not there yet.
#[cfg(any(feature = "look", feature = "train"))]
fn window(picture: &[u8], at: usize, levels: u32) -> Vec<f32> {
    let (row, column) = (at / SIDE, at % SIDE);
    let mut seen = Vec::with_capacity(48);
    for up in (0..=REACH).rev() {
        for side in 0..=2 * REACH {
            if up == 0 && side == REACH {
                break;
            }
            let column = (column + side).checked_sub(REACH).filter(|c| *c < SIDE);
            let place = row.checked_sub(up).zip(column);
            let level = place.and_then(|(row, column)| picture.get(row * SIDE + column));
            seen.extend(level.map_or([0.0; 2], |level| [ink(*level, levels), 1.0]));
        }
    }
    seen
}

/// Classes as numbers of rows, `[n, 1]`.
#[cfg(any(feature = "look", feature = "train"))]
fn classes(
    classes: &[u8],
    device: &burn::tensor::Device,
) -> burn::tensor::Tensor<2, burn::tensor::Int> {
    let ids = classes
        .iter()
        .map(|c| i32::from(*c).min(CLASSES as i32 - 1));
    let ids: Vec<i32> = ids.collect();
    let n = ids.len();
    burn::tensor::Tensor::from_data(burn::tensor::TensorData::new(ids, [n, 1]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_part_the_range_evenly() {
        assert_eq!(
            [0, 31, 32, 127, 128, 255].map(|g| level(g, 8)),
            [0, 0, 1, 3, 4, 7]
        );
        assert_eq!([0, 127, 128, 255].map(|g| level(g, 2)), [0, 0, 1, 1]);
        assert_eq!([0u8, 7].map(|l| ink(l, 8)), [0.0, 1.0]);
    }
}
