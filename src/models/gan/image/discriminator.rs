//! The discriminator: a picture and its class become a score, above 0 for 'real'.
//!
//! ```text
//! x [n,1,28,28] ─ 2x2 space-to-depth ─ [n,4,14,14] ─ conv 3x3 ─ [n,48,14,14]
//!   ─ conv 4x4, stride 2 ─ [n,64,7,7] ─ conv 3x3 ─ [n,64,7,7]
//!   ─ conv 3x3, stride 2 ─ [n,96,4,4] ─ sum over positions ─ h [n,96]
//! score = w . h + b + class embedding . h
//! ```
//!
//! with a leaky rectifier after every convolution. The class enters as a projection (Miyato and
//! Koyama 2018, arXiv:1802.05637, eq. 3): how real h is at all, plus how well it fits the class.
//!
//! While it is trained, every weight is divided by its largest singular value ([`Spectral`]);
//! what ships has that done already and is a plain network.

use std::slice::{Iter, IterMut};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::data::CLASSES;
use crate::nn::maps::{conv3, space_to_depth};
use crate::noise;

/// Channels at 14x14, 7x7 and 4x4.
const CHANNELS: [usize; 3] = [48, 64, 96];
/// Slope of the rectifiers left of 0.
const SLOPE: f32 = 0.2;

/// The discriminator. See the module's text for its plan.
#[derive(Module, Debug)]
pub struct Discriminator {
    convs: Vec<Conv2d>,
    score: Linear,
    class: Embedding,
}

impl Discriminator {
    /// A discriminator with fresh weights.
    pub fn new(device: &Device) -> Self {
        let [outer, middle, inner] = CHANNELS;
        let halve_4x4 = Conv2dConfig::new([outer, middle], [4, 4])
            .with_stride([2, 2])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1));
        Self {
            convs: vec![
                conv3(4, outer).init(device),
                halve_4x4.init(device),
                conv3(middle, middle).init(device),
                conv3(middle, inner).with_stride([2, 2]).init(device),
            ],
            score: LinearConfig::new(inner, 1).init(device),
            class: EmbeddingConfig::new(CLASSES, inner).init(device),
        }
    }

    /// Judges pictures.
    ///
    /// - `x`: `[n, 1, 28, 28]` in `-1..=1`
    /// - `class`: `[n]`, `0..=9`
    /// - returns scores `[n]`; above 0 a picture is taken for real
    pub fn forward(&self, x: Tensor<4>, class: Tensor<1, Int>) -> Tensor<1> {
        let mut h = space_to_depth(x);
        for conv in &self.convs {
            h = leaky_relu(conv.forward(h));
        }
        let [n, channels, _, _] = h.dims();
        let h: Tensor<2> = h.sum_dim(3).sum_dim(2).reshape([n, channels]);
        let class = self.class.forward(class.unsqueeze_dim(1)); // [n, 1, inner]
        let fit = (class.reshape([n, channels]) * h.clone()).sum_dim(1);
        (self.score.forward(h) + fit).reshape([n])
    }
}

/// burn composes its own of a mask and two copies; this is faster, both ways.
fn leaky_relu(x: Tensor<4>) -> Tensor<4> {
    relu(x.clone()) * (1.0 - SLOPE) + x * SLOPE
}

/// Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957): keeps the discriminator's
/// slope, and with it the generator's gradients, in bounds.
///
/// Holds for every weight W, as a matrix `[out, rest]`, an estimate v of its first right singular
/// vector; then `|W v|` is its largest singular value. The estimates get better by one power
/// iteration an update, which is enough as W moves slowly.
#[derive(Module, Debug)]
pub struct Spectral {
    v: Vec<Param<Tensor<1>>>,
}

/// Power iterations of the first estimates.
const FIRST_ITERATIONS: usize = 20;

impl Spectral {
    /// First estimates of `net`'s weights.
    pub fn new(net: &Discriminator) -> Self {
        let mut starts = Starts(Vec::new());
        net.visit(&mut starts);
        let mut spectral = Self { v: starts.0 };
        for _ in 0..FIRST_ITERATIONS {
            spectral.iterate(net);
        }
        spectral
    }

    /// One power iteration: `v <- W^T W v`, with length 1.
    pub fn iterate(&mut self, net: &Discriminator) {
        net.clone()
            .no_grad()
            .visit(&mut Iteration(self.v.iter_mut()));
    }

    /// `net` with each weight W divided by `|W v|`, in the graph of W if it has one: gradients
    /// reach W through the division too (eq. 9 there).
    pub fn normalize(&self, net: Discriminator) -> Discriminator {
        net.map(&mut Division(self.v.iter()))
    }
}

/// A weight as a matrix `[out, rest]`; `None` for a bias.
fn matrix<const D: usize>(weight: Tensor<D>) -> Option<Tensor<2>> {
    (D > 1).then(|| weight.flatten(1, D - 1))
}

fn length(x: Tensor<2>) -> Tensor<1> {
    x.powi_scalar(2).sum().sqrt()
}

fn column(v: &Param<Tensor<1>>) -> Tensor<2> {
    v.val().unsqueeze_dim(1)
}

/// Random directions to start from, always the same.
struct Starts(Vec<Param<Tensor<1>>>);

impl ModuleVisitor for Starts {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(w) = matrix(param.val()) else { return };
        let [_, rest] = w.dims();
        let v = noise::normal(0, self.0.len() as u32, 0, rest);
        let v = Tensor::<1>::from_data(TensorData::new(v, [rest]), &w.device());
        self.0.push(Param::from_tensor(v).set_require_grad(false));
    }
}

struct Iteration<'a>(IterMut<'a, Param<Tensor<1>>>);

impl ModuleVisitor for Iteration<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(w) = matrix(param.val().detach()) else {
            return;
        };
        let Some(v) = self.0.next() else { return };
        let next = w.clone().transpose().matmul(w.matmul(column(v)));
        let next = next.clone() / length(next).unsqueeze();
        *v = v.clone().map(|_| next.flatten(0, 1));
    }
}

struct Division<'a>(Iter<'a, Param<Tensor<1>>>);

impl ModuleMapper for Division<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D < 2 {
            return param;
        }
        let Some(v) = self.0.next() else { return param };
        param.map(|w| match matrix(w.clone()) {
            Some(matrix) => w / length(matrix.matmul(column(v))).unsqueeze(),
            None => w,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{PIXELS, SIDE};

    fn pictures(n: usize) -> Tensor<4> {
        let values = noise::normal(3, 0, 0, n * PIXELS);
        Tensor::from_data(TensorData::new(values, [n, 1, SIDE, SIDE]), &Device::flex())
    }

    fn scores(net: &Discriminator, classes: &[i32]) -> Vec<f32> {
        let class = Tensor::<1, Int>::from_ints(classes, &Device::flex());
        let scores = net.forward(pictures(classes.len()), class);
        scores.into_data().try_into_vec().expect("f32")
    }

    #[test]
    fn the_class_matters() {
        let net = Discriminator::new(&Device::flex());
        let (a, b) = (scores(&net, &[1, 2, 3]), scores(&net, &[1, 7, 3]));
        assert_eq!((a[0], a[2]), (b[0], b[2]));
        assert!((a[1] - b[1]).abs() > 1e-4);
    }

    /// A matrix with singular values 3 and 1, and its first right singular vector.
    #[test]
    fn the_largest_singular_value_is_found() {
        let device = Device::flex();
        let mut net = Discriminator::new(&device);
        let weight = Tensor::<2>::zeros([CLASSES, CHANNELS[2]], &device)
            .slice_assign([0..1, 0..1], Tensor::from_floats([[3.0]], &device))
            .slice_assign([1..2, 1..2], Tensor::from_floats([[1.0]], &device));
        net.class.weight = net.class.weight.map(|_| weight);
        let spectral = Spectral::new(&net);
        let normalized = spectral.normalize(net.clone());
        let first = normalized.class.weight.val().slice([0..1, 0..1]);
        assert!((first.into_scalar::<f32>() - 1.0).abs() < 1e-4);
        // Every weight has one: normalised twice is normalised once.
        let again = Spectral::new(&normalized).normalize(normalized.clone());
        let (a, b) = (scores(&normalized, &[4]), scores(&again, &[4]));
        assert!((a[0] - b[0]).abs() < 0.02 * a[0].abs(), "{a:?} {b:?}");
        assert_ne!(a, scores(&net, &[4]));
    }
}
