//! The generator: noise and a class become a picture in one pass.
//!
//! ```text
//! z [n,48], class embedding [n,16] ─ c [n,64] ─ linear ─ [n,48,7,7]
//!   ─ block ─ [n,48,7,7] ─ double ─ block ─ [n,48,14,14] ─ block ─ [n,32,14,14]
//!   ─ norm ─ ReLU ─ depth-to-space ─ [n,8,28,28] ─ conv ─ tanh ─ [n,1,28,28]
//! ```
//!
//! A block is a normalisation, ReLU and a 3x3 convolution. c scales and shifts every
//! normalisation (FiLM), as in the generators of Zhang et al. 2019 (arXiv:1805.08318), but in
//! groups: batch statistics would tie the fakes of a batch together, and what is learned of them
//! could not be averaged over training. Full resolution sees only eight channels, for speed in
//! a tab.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{
    Embedding, EmbeddingConfig, GroupNorm, GroupNormConfig, Initializer, Linear, LinearConfig,
};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Int, Tensor};

use super::Z;
use crate::data::{CLASSES, SIDE};
use crate::nn::maps::{conv3, depth_to_space, double};

/// Width of the embedding of the class.
const CLASS: usize = 16;
/// Width of noise and class together.
const C: usize = Z + CLASS;
/// Channels at 7x7, and into the last block.
const WIDE: usize = 48;
/// Channels at 14x14 that become a quarter as many at 28x28.
const NARROW: usize = 32;
/// Groups of every group normalisation.
const GROUPS: usize = 8;
/// Side of the first feature maps.
const FIRST_SIDE: usize = SIDE / 4;

/// The generator. See the module's text for its plan.
#[derive(Module, Debug)]
pub struct Generator {
    class: Embedding,
    input: Linear,
    blocks: Vec<Block>,
    norm: Film,
    output: Conv2d,
}

impl Generator {
    /// A generator with fresh weights.
    pub fn new(device: &Device) -> Self {
        let film = |channels| Film::new(channels, device);
        let block = |to| Block {
            norm: film(WIDE),
            conv: conv3(WIDE, to).init(device),
        };
        Self {
            class: EmbeddingConfig::new(CLASSES, CLASS).init(device),
            input: LinearConfig::new(C, WIDE * FIRST_SIDE * FIRST_SIDE)
                .with_bias(false)
                .with_initializer(Initializer::Normal {
                    mean: 0.0,
                    std: (C as f64).powf(-0.5),
                })
                .init(device),
            blocks: vec![block(WIDE), block(WIDE), block(NARROW)],
            norm: film(NARROW),
            output: conv3(NARROW / 4, 1).init(device),
        }
    }

    /// Makes fakes.
    ///
    /// - `z`: noise, `[n, Z]`
    /// - `class`: `[n]`, `0..=9`
    /// - returns pictures `[n, 1, 28, 28]` in `-1..=1`
    pub fn forward(&self, z: Tensor<2>, class: Tensor<1, Int>) -> Tensor<4> {
        let [n, _] = z.dims();
        let class = self.class.forward(class.unsqueeze_dim(1)); // [n, 1, CLASS]
        let c = Tensor::cat(vec![z, class.reshape([n, CLASS])], 1);
        let mut h = self
            .input
            .forward(c.clone())
            .reshape([n, WIDE, FIRST_SIDE, FIRST_SIDE]);
        for (i, block) in self.blocks.iter().enumerate() {
            if i == 1 {
                h = double(h);
            }
            h = block.forward(h, c.clone());
        }
        let h = depth_to_space(relu(self.norm.forward(h, c))); // [n, 8, 28, 28]
        tanh(self.output.forward(h))
    }
}

/// Normalisation, ReLU, convolution.
#[derive(Module, Debug)]
struct Block {
    norm: Film,
    conv: Conv2d,
}

impl Block {
    fn forward(&self, h: Tensor<4>, c: Tensor<2>) -> Tensor<4> {
        self.conv.forward(relu(self.norm.forward(h, c)))
    }
}

/// A group normalisation whose scale and shift come from noise and class.
#[derive(Module, Debug)]
struct Film {
    norm: GroupNorm,
    film: Linear,
}

impl Film {
    fn new(channels: usize, device: &Device) -> Self {
        Self {
            norm: GroupNormConfig::new(GROUPS, channels)
                .with_affine(false)
                .init(device),
            film: LinearConfig::new(C, 2 * channels).init(device),
        }
    }

    fn forward(&self, h: Tensor<4>, c: Tensor<2>) -> Tensor<4> {
        let [n, channels, _, _] = h.dims();
        let film = self.film.forward(c).reshape([n, 2 * channels, 1, 1]);
        let scale = film.clone().narrow(1, 0, channels) + 1.0;
        let shift = film.narrow(1, channels, channels);
        self.norm.forward(h) * scale + shift
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::models::gan::image::noise_vector;

    fn fakes(net: &Generator, indices: &[u32], classes: &[i32]) -> Vec<f32> {
        let device = Device::flex();
        let z: Vec<f32> = indices.iter().flat_map(|&i| noise_vector(1, i)).collect();
        let z = Tensor::<2>::from_data(TensorData::new(z, [indices.len(), Z]), &device);
        let fakes = net.forward(z, Tensor::<1, Int>::from_ints(classes, &device));
        assert_eq!(fakes.dims(), [indices.len(), 1, SIDE, SIDE]);
        fakes.into_data().try_into_vec().expect("f32")
    }

    #[test]
    fn a_fake_depends_on_its_noise_and_class_and_on_no_other_fake() {
        let net = Generator::new(&Device::flex());
        let three = fakes(&net, &[0, 1, 0], &[3, 3, 4]);
        let [a, b, c] = [0, 1, 2].map(|i| &three[i * SIDE * SIDE..][..SIDE * SIDE]);
        assert!(three.iter().all(|v| v.abs() <= 1.0));
        assert!(a != b && a != c && b != c);
        for (alone, among) in fakes(&net, &[0], &[4]).iter().zip(c) {
            assert!((alone - among).abs() < 1e-5, "{alone} {among}");
        }
    }
}
