//! Gated PixelCNN: convolutions that see the past alone, in two stacks.
//!
//! ```text
//! x [n,2,28,28]
//!   first layer: above 3x7 (three rows above), left 1x3 (three pixels to the left)
//!   others:      above 2x3 (own row of the stack above, and one above it), left 1x2, with gaps
//!                (dilation) of 1, 2, 4, 8, 4, 2, 1 places, so that eight layers see the whole picture
//!
//! a = above(v) + class_a                  v' = v + a_1 · σ(a_2)
//! b = left(h) + across(v') + class_b      h' = h + b_1 · σ(b_2)
//!
//! logits [n,levels,28,28] = 1x1 ─ ReLU ─ 1x1 ─ ReLU ─ h
//! ```
//!
//! The first layer adds nothing to x. The stack above, `v`, at row r knows pixels of rows before r, in a
//! triangle; `h` at (r, c) knows those, and of row r what stands before c: no blind spot. Kernels are cut to
//! what they may see, so nothing is masked.
//!
//! Gates are a · σ(b) as in PixelCNN++ (Salimans and others 2017, arXiv:1701.05517), not tanh(a) · σ(b),
//! and both stacks add up: half of the exponentials, and learned sooner.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Embedding, EmbeddingConfig, Initializer, PaddingConfig2d};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use super::{Pixels, REACH, Shape, classes, input};
use crate::data::{CLASSES, SIDE};

/// Channels between the two last convolutions, as a multiple of a stack's.
const HEAD: usize = 2;

/// A gated PixelCNN.
#[derive(Module, Debug)]
pub struct PixelCnn {
    pub(super) layers: Vec<Layer>,
    pub(super) read: Conv2d,
    pub(super) logits: Conv2d,
}

/// A layer of both stacks.
#[derive(Module, Debug)]
pub struct Layer {
    pub(super) above: Conv2d,
    pub(super) across: Conv2d,
    pub(super) left: Conv2d,
    /// `[10, 4 width]`: what a class adds to `a`, then to `b`.
    pub(super) class: Embedding,
}

/// Gaps of layer `i`, from 1: places from one that is taken to the next.
pub fn gap(i: usize) -> usize {
    const GAPS: [usize; 7] = [1, 2, 4, 8, 4, 2, 1];
    GAPS[(i - 1) % GAPS.len()]
}

impl Shape {
    /// A gated PixelCNN with fresh weights.
    pub fn cnn(&self, device: &Device) -> PixelCnn {
        self.cnn_with(gap, device)
    }

    /// The same with other gaps.
    pub(super) fn cnn_with(&self, gap: fn(usize) -> usize, device: &Device) -> PixelCnn {
        let width = self.width as usize;
        let conv = |from, to, kernel, gap: usize, padding| {
            Conv2dConfig::new([from, to], kernel)
                .with_dilation([gap, gap])
                .with_padding(padding)
                .init(device)
        };
        let none = PaddingConfig2d::Valid;
        let layer = |i: usize| {
            let (from, above, left) = if i == 0 {
                (2, [REACH, 2 * REACH + 1], REACH)
            } else {
                (width, [2, 3], 2)
            };
            // What is next to the first layer's kernel is not its own place, but one before it.
            let (gap, before) = if i == 0 { (1, REACH) } else { (gap(i), gap(i)) };
            let side = gap * (above[1] / 2);
            Layer {
                above: conv(
                    from,
                    2 * width,
                    above,
                    gap,
                    PaddingConfig2d::Explicit(before, side, 0, side),
                ),
                across: conv(width, 2 * width, [1, 1], 1, none.clone()),
                left: conv(
                    from,
                    2 * width,
                    [1, left],
                    gap,
                    PaddingConfig2d::Explicit(0, before, 0, 0),
                ),
                class: EmbeddingConfig::new(CLASSES, 4 * width)
                    .with_initializer(Initializer::Normal {
                        mean: 0.0,
                        std: 0.2,
                    })
                    .init(device),
            }
        };
        PixelCnn {
            layers: (0..self.layers as usize).map(layer).collect(),
            read: conv(width, HEAD * width, [1, 1], 1, none.clone()),
            logits: conv(HEAD * width, self.levels as usize, [1, 1], 1, none),
        }
    }
}

impl Pixels for PixelCnn {
    fn shape(&self) -> Shape {
        let [levels, _, _, _] = self.logits.weight.dims();
        let [_, width, _, _] = self.read.weight.dims();
        Shape {
            levels: levels as u32,
            width: width as u32,
            layers: self.layers.len() as u32,
        }
    }

    fn logits(&self, levels: &[u8], of: &[u8]) -> Tensor<4> {
        let device = self.read.weight.device();
        let x = input(levels, self.shape(), &device);
        self.forward(x, of)
    }
}

impl PixelCnn {
    /// Logits `[n, levels, 28, 28]` of what [`super::input`] makes of pictures, of these classes.
    pub fn forward(&self, x: Tensor<4>, of: &[u8]) -> Tensor<4> {
        let h = self.features(x, of);
        self.logits.forward(relu(self.read.forward(relu(h))))
    }

    /// What the stack to the left gives after all layers, `[n, width, 28, 28]`.
    pub fn features(&self, x: Tensor<4>, of: &[u8]) -> Tensor<4> {
        let ids = classes(of, &x.device());
        let (mut v, mut h) = (x.clone(), x);
        for (i, layer) in self.layers.iter().enumerate() {
            let class = layer.class.forward(ids.clone());
            let [n, _, width] = class.dims();
            let class = class.reshape([n, width, 1, 1]);
            let part = |at: usize| class.clone().narrow(1, at * width / 2, width / 2);
            let a = trimmed(layer.above.forward(v.clone())) + part(0);
            let b = trimmed(layer.left.forward(h.clone())) + part(1);
            v = if i == 0 { gate(a) } else { v + gate(a) };
            let b = gate(b + layer.across.forward(v.clone()));
            h = if i == 0 { b } else { h + b };
        }
        h
    }
}

/// The first row, or column, more than a picture has is what comes after it: it is left out.
fn trimmed(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let x = if height > SIDE {
        x.narrow(2, 0, SIDE)
    } else {
        x
    };
    if width > SIDE {
        x.narrow(3, 0, SIDE)
    } else {
        x
    }
}

/// The first half of the channels times `σ` of the second.
fn gate(x: Tensor<4>) -> Tensor<4> {
    let [_, channels, _, _] = x.dims();
    let half = channels / 2;
    let (a, b) = (x.clone().narrow(1, 0, half), x.narrow(1, half, half));
    a * sigmoid(b)
}
