//! Row-LSTM PixelRNN (van den Oord, Kalchbrenner and Kavukcuoglu 2016, arXiv:1601.06759, section 3.1): a
//! recurrent network that goes through the rows, all places of a row at once.
//!
//! For each row, of each pixel the 24 before it that lie within three rows and columns, `w [n,28,48]`:
//!
//! ```text
//! e = ReLU(E w + class)                                          [n,28,width]
//! for each layer, with h and c of the same layer, one row above:
//!   [o f i g] = M [e_left, e_own, h_left, h_above, h_right] + m    [n,28,4 width]
//!   c = σ(f + 1) · c_above + σ(i) · tanh(g)
//!   h = σ(o) · tanh(c),      e = e + h
//!
//! logits [n,levels,28,28] = 1x1 ─ ReLU ─ 1x1 ─ ReLU ─ e
//! ```
//!
//! `h_left` and `h_right` lie a place to the side, in two layers of a deeper network [more](gap). Of the row above
//! `h` remembers, so in principle every row before counts, in a triangle that opens upwards.
//! Unlike a PixelCNN's, rows cannot be computed side by side in training: each waits for the one above.

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor, TensorData};

use super::{Pixels, REACH, Shape, classes, window};
use crate::data::{CLASSES, PIXELS, SIDE};

/// Numbers that the first layer sees of a pixel.
pub(super) const WINDOW: usize = 48;
/// Numbers between the two last layers, as a multiple of a state's.
const HEAD: usize = 2;

/// Places to each side at which layer `i` of so many looks at the row above (dilation, as in
/// [`super::cnn::gap`]). With one everywhere, what lies a few places further to the right than up is never seen,
/// however many layers there are.
pub(super) fn gap(i: usize, layers: usize) -> usize {
    match i {
        2 if layers > 4 => 4,
        3 if layers > 4 => 8,
        _ => 1,
    }
}

/// A Row-LSTM PixelRNN.
#[derive(Module, Debug)]
pub struct PixelRnn {
    pub(super) embed: Linear,
    /// `[10, width]`
    pub(super) class: Embedding,
    /// `M` of each layer.
    pub(super) layers: Vec<Linear>,
    pub(super) read: Linear,
    pub(super) logits: Linear,
}

impl Shape {
    /// A Row-LSTM PixelRNN with fresh weights.
    pub fn rnn(&self, device: &Device) -> PixelRnn {
        let width = self.width as usize;
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        let spread = Initializer::Normal {
            mean: 0.0,
            std: 0.3,
        };
        PixelRnn {
            embed: linear(WINDOW, width),
            class: EmbeddingConfig::new(CLASSES, width)
                .with_initializer(spread)
                .init(device),
            layers: (0..self.layers)
                .map(|_| linear(5 * width, 4 * width))
                .collect(),
            read: linear(width, HEAD * width),
            logits: linear(HEAD * width, self.levels as usize),
        }
    }
}

impl Pixels for PixelRnn {
    fn shape(&self) -> Shape {
        let [_, levels] = self.logits.weight.dims();
        let [width, _] = self.read.weight.dims();
        Shape {
            levels: levels as u32,
            width: width as u32,
            layers: self.layers.len() as u32,
        }
    }

    fn logits(&self, levels: &[u8], of: &[u8]) -> Tensor<4> {
        let (n, device) = (of.len(), self.read.weight.device());
        let count = self.shape().levels;
        let layers = self.layers.len();
        let e = self.states(
            of,
            |i| gap(i, layers),
            |row| {
                let seen = |picture: &[u8]| -> Vec<f32> {
                    let places = row * SIDE..(row + 1) * SIDE;
                    places.flat_map(|at| window(picture, at, count)).collect()
                };
                let seen: Vec<f32> = levels.chunks_exact(PIXELS).flat_map(seen).collect();
                Tensor::from_data(TensorData::new(seen, [n, SIDE, WINDOW]), &device)
            },
        );
        let logits = self.logits.forward(relu(self.read.forward(relu(e))));
        let logits = logits.reshape([n, SIDE, SIDE, count as usize]);
        logits.permute([0, 3, 1, 2])
    }
}

impl PixelRnn {
    /// What the last layer gives, `[n, width, 28, 28]`, of what [`super::input`] makes of pictures, of
    /// these classes, if no layer looks further than one place to each side.
    pub fn features(&self, x: &Tensor<4>, of: &[u8]) -> Tensor<4> {
        let [n, channels, _, _] = x.dims();
        let outside = x.clone().pad((REACH, REACH, REACH, 0), 0.0);
        let e = self.states(
            of,
            |_| 1,
            |row| {
                let place = |i: usize| {
                    let (down, side) = (i / (2 * REACH + 1), i % (2 * REACH + 1));
                    let row = outside.clone().narrow(2, row + down, 1);
                    row.narrow(3, side, SIDE).reshape([n, channels, SIDE])
                };
                let places = (0..WINDOW / channels).map(place).collect();
                Tensor::cat(places, 1).swap_dims(1, 2)
            },
        );
        let width = e.dims()[2];
        e.swap_dims(1, 2).reshape([n, width, SIDE, SIDE])
    }

    /// States `[n, 784, width]` after the last layer; `seen` gives a row's windows, `[n, 28, 48]`.
    fn states(
        &self,
        of: &[u8],
        gap: impl Fn(usize) -> usize,
        mut seen: impl FnMut(usize) -> Tensor<3>,
    ) -> Tensor<3> {
        let device = self.read.weight.device();
        let (n, width) = (of.len(), self.read.weight.dims()[0]);
        let class = self.class.forward(classes(of, &device));
        let empty = Tensor::zeros([n, SIDE, width], &device);
        let mut above = vec![(empty.clone(), empty); self.layers.len()];
        let mut rows = Vec::with_capacity(SIDE);
        for row in 0..SIDE {
            let mut e = relu(self.embed.forward(seen(row)) + class.clone());
            for (i, (layer, (h, c))) in self.layers.iter().zip(&mut above).enumerate() {
                (*h, *c) = step(layer, gap(i), &e, h, c);
                e = e + h.clone();
            }
            rows.push(e);
        }
        Tensor::cat(rows, 1)
    }
}

#[cfg(feature = "lab")]
impl PixelRnn {
    /// A network of a wider or deeper shape that computes the same as this one (Chen, Goodfellow and Shlens
    /// 2016, arXiv:1511.05641): of what is new, nothing leads to what there was, and new layers, in the
    /// middle, add nothing. Other new weights are random. `shape` has as many levels.
    ///
    /// # Panics
    /// If a layer would then look [elsewhere](gap).
    pub fn grown(self, shape: Shape) -> Self {
        if Pixels::shape(&self) == shape {
            return self;
        }
        let mut net = shape.rnn(&self.read.weight.device());
        let into = |new: &mut Linear, old: Linear, (from, to): (usize, usize)| {
            let old_shift = old.bias.expect("all have one").val().unsqueeze();
            let weight = new.weight.clone();
            new.weight = weight.map(|new| widened(new, old.weight.val(), from, to));
            let shift = new.bias.take();
            new.bias = shift.map(|shift| {
                shift.map(|new| widened(new.unsqueeze(), old_shift, 1, to).flatten(0, 1))
            });
        };
        into(&mut net.embed, self.embed, (1, 1));
        let class = net.class.weight.clone();
        net.class.weight = class.map(|new| widened(new, self.class.weight.val(), 1, 1));
        let (all, known) = (net.layers.len(), self.layers.len());
        let fresh = known / 2..known / 2 + all - known;
        let places = (0..all).filter(|i| !fresh.contains(i));
        for (was, (i, old)) in places.zip(self.layers).enumerate() {
            assert_eq!(
                gap(was, known),
                gap(i, all),
                "layer {was} would look elsewhere"
            );
            into(&mut net.layers[i], old, (5, 4));
        }
        into(&mut net.read, self.read, (1, 1));
        into(&mut net.logits, self.logits, (1, 1));
        let width = shape.width as usize;
        for new in &mut net.layers[fresh] {
            new.weight = new.weight.clone().map(|weight| {
                let [from, _] = weight.dims();
                let nothing = Tensor::zeros([from, width], &weight.device());
                weight.slice_assign([0..from, 3 * width..4 * width], nothing)
            });
            new.bias = new.bias.take().map(|shift| shift.map(|m| m.zeros_like()));
        }
        net
    }
}

/// A wider matrix: where it leads to what there was, `old`, and nothing from what is new. Its rows are so many
/// blocks, and its columns, each of them wider.
#[cfg(feature = "lab")]
fn widened(mut new: Tensor<2>, old: Tensor<2>, from: usize, to: usize) -> Tensor<2> {
    let part = |dims: [usize; 2]| [dims[0] / from, dims[1] / to];
    let ([_, wide], [rows, columns]) = (part(new.dims()), part(old.dims()));
    let [all, _] = new.dims();
    for j in 0..to {
        let place = j * wide..j * wide + columns;
        let nothing = Tensor::zeros([all, columns], &new.device());
        new = new.slice_assign([0..all, place.clone()], nothing);
        for i in 0..from {
            let known = old
                .clone()
                .narrow(0, i * rows, rows)
                .narrow(1, j * columns, columns);
            let first = i * (all / from);
            new = new.slice_assign([first..first + rows, place.clone()], known);
        }
    }
    new
}

/// `h` and `c` of a row `[n, 28, width]`, of what comes in and those of the row above, at which it looks so far
/// to each side.
fn step(
    layer: &Linear,
    gap: usize,
    e: &Tensor<3>,
    h: &Tensor<3>,
    c: &Tensor<3>,
) -> (Tensor<3>, Tensor<3>) {
    let [n, _, width] = e.dims();
    let outside = |places| Tensor::zeros([n, places, width], &e.device());
    let left = |x: &Tensor<3>, by| {
        let known = x.clone().narrow(1, 0, SIDE - by);
        Tensor::cat(vec![outside(by), known], 1)
    };
    let known = h.clone().narrow(1, gap, SIDE - gap);
    let right = Tensor::cat(vec![known, outside(gap)], 1);
    let seen = vec![left(e, 1), e.clone(), left(h, gap), h.clone(), right];
    let seen = Tensor::cat(seen, 2);
    let mixed = layer.forward(seen);
    let part = |i: usize| mixed.clone().narrow(2, i * width, width);
    let c = sigmoid(part(1) + 1.0) * c.clone() + sigmoid(part(2)) * tanh(part(3));
    (sigmoid(part(0)) * tanh(c.clone()), c)
}

/// burn's own is several times slower.
fn tanh(x: Tensor<3>) -> Tensor<3> {
    sigmoid(x * 2.0) * 2.0 - 1.0
}

#[cfg(all(test, feature = "lab"))]
mod tests {
    use super::*;

    #[test]
    fn a_grown_network_computes_the_same() {
        let narrow = Shape {
            levels: 5,
            width: 6,
            layers: 4,
        };
        let wide = Shape {
            width: 9,
            layers: 6,
            ..narrow
        };
        let device = Device::flex();
        device.seed(3);
        let net = narrow.rnn(&device);
        let levels: Vec<u8> = (0..PIXELS as u32).map(|i| (i * i % 31 % 5) as u8).collect();
        let before = net.logits(&levels, &[4]);
        let net = net.grown(wide);
        assert_eq!(Pixels::shape(&net), wide);
        let apart = (before - net.logits(&levels, &[4])).abs().max();
        assert!(apart.into_scalar::<f32>() < 1e-5);
    }

    /// Of the row above: three places to the right, by the window; seven by a memory that lies eight away and
    /// has seen what came before it.
    #[test]
    fn deeper_networks_see_further_to_the_right() {
        let device = Device::flex();
        device.seed(3);
        let seen = |layers| {
            let shape = Shape {
                levels: 5,
                width: 6,
                layers,
            };
            let net = shape.rnn(&device);
            let of = |inked: Option<usize>| -> Vec<f32> {
                let mut levels = vec![2; PIXELS];
                if let Some(right) = inked {
                    levels[13 * SIDE + 14 + right] = 4;
                }
                let logits = net.logits(&levels, &[4]).narrow(2, 14, 1).narrow(3, 14, 1);
                logits.into_data().try_into_vec().expect("f32")
            };
            let all = (0..SIDE - 14).filter(|right| of(Some(*right)) != of(None));
            all.max()
        };
        assert_eq!(seen(4), Some(3));
        assert_eq!(seen(6), Some(7));
    }
}
