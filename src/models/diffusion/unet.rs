//! The denoising network: a small class-conditional U-Net of ResNet blocks.
//!
//! ```text
//! x_t [n,1,28,28] ─ 2x2 space-to-depth ─ [n,4,14,14] ─ conv ─ [n,48,14,14]
//!   ├─ ResBlock ──────────────────────────── skip 0 ──┐
//!   ├─ ResBlock ─────────────────────────── skip 1 ─┐ │
//!   └─ halve ─ [n,96,7,7] ─ ResBlock ─ attention ─ ResBlock ─ double ─ [n,48,14,14]
//!                                merge skip 1 ─ ResBlock ─ merge skip 0 ─ ResBlock
//!      norm ─ ReLU ─ conv ─ [n,4,14,14] ─ depth-to-space ─ v [n,1,28,28]
//! ```
//!
//! Time and class enter every ResBlock as a scale and a shift of its second normalisation
//! (FiLM). The output is v of Salimans and Ho 2022 (arXiv:2202.00512), section 4:
//! `v = sqrt(alpha_bar) eps - sqrt(1 - alpha_bar) x_0`.
//!
//! Choices for two CPU cores and a browser tab: the trunk works at 14x14 (space-to-depth), and
//! the blocks use ReLU because exponentials are not vectorised in burn-flex; skips are merged
//! by a 1x1 convolution over the concatenation, so that all blocks keep their width.

use burn::config::Config;
use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{
    Embedding, EmbeddingConfig, GroupNorm, GroupNormConfig, Initializer, Linear, LinearConfig,
};
use burn::tensor::activation::{relu, silu, softmax};
use burn::tensor::{Device, Int, Tensor};

use crate::data::CLASSES;
use crate::nn::maps::{conv3, depth_to_space, double, space_to_depth};

use super::blocks::{SHIPPED, Sizes};
use super::schedule::T;

/// The class that stands for 'any': what guidance is measured against.
pub const ANY_CLASS: usize = CLASSES;

/// Groups of every group normalisation.
const GROUPS: usize = 8;

/// Size of the network.
#[derive(Config, Debug, PartialEq)]
pub struct UNetConfig {
    /// Channels at 14x14.
    #[config(default = "SHIPPED.base")]
    pub base: usize,
    /// Channels at 7x7.
    #[config(default = "SHIPPED.deep")]
    pub deep: usize,
    /// ResBlocks at 14x14, each way.
    #[config(default = "SHIPPED.blocks")]
    pub blocks: usize,
    /// Attention heads at 7x7.
    #[config(default = "SHIPPED.heads")]
    pub heads: usize,
    /// Width of the embedding of time and class.
    #[config(default = "SHIPPED.embedding")]
    pub embedding: usize,
}

impl UNetConfig {
    /// The network that ships with the page.
    pub fn shipped() -> Self {
        Self::new()
    }

    /// The same sizes without burn.
    pub fn sizes(&self) -> Sizes {
        let Self {
            base,
            deep,
            blocks,
            heads,
            embedding,
        } = *self;
        Sizes {
            base,
            deep,
            blocks,
            heads,
            embedding,
        }
    }

    /// Makes a network with fresh weights.
    pub fn init(&self, device: &Device) -> UNet {
        let res = |channels| ResBlock::new(channels, self.embedding, device);
        UNet {
            time_1: LinearConfig::new(self.embedding, self.embedding).init(device),
            time_2: LinearConfig::new(self.embedding, self.embedding).init(device),
            class: EmbeddingConfig::new(CLASSES + 1, self.embedding).init(device),
            input: conv3(4, self.base).init(device),
            down: (0..self.blocks).map(|_| res(self.base)).collect(),
            halve: conv3(self.base, self.deep).with_stride([2, 2]).init(device),
            deep_1: res(self.deep),
            attention: Attention::new(self.deep, self.heads, device),
            deep_2: res(self.deep),
            double: conv3(self.deep, self.base).init(device),
            merge: (0..self.blocks)
                .map(|_| Conv2dConfig::new([2 * self.base, self.base], [1, 1]).init(device))
                .collect(),
            up: (0..self.blocks).map(|_| res(self.base)).collect(),
            norm: GroupNormConfig::new(GROUPS, self.base).init(device),
            output: conv3(self.base, 4)
                .with_initializer(Initializer::Zeros)
                .init(device),
            embedding: self.embedding,
        }
    }
}

/// The network. See the module's text for its plan.
#[derive(Module, Debug)]
pub struct UNet {
    time_1: Linear,
    time_2: Linear,
    class: Embedding,
    input: Conv2d,
    down: Vec<ResBlock>,
    halve: Conv2d,
    deep_1: ResBlock,
    attention: Attention,
    deep_2: ResBlock,
    double: Conv2d,
    merge: Vec<Conv2d>,
    up: Vec<ResBlock>,
    norm: GroupNorm,
    output: Conv2d,
    embedding: usize,
}

impl UNet {
    /// Predicts v.
    ///
    /// - `x`: x_t, `[n, 1, 28, 28]`
    /// - `t`: time, `[n]`, `1..=1000` as floats
    /// - `class`: `[n]`, `0..=9`, or [`ANY_CLASS`]
    /// - returns v, `[n, 1, 28, 28]`
    pub fn forward(&self, x: Tensor<4>, t: Tensor<1>, class: Tensor<1, Int>) -> Tensor<4> {
        self.forward_watched(x, t, class, 0, &mut ())
    }

    /// As [`UNet::forward`], with skips cut and with somebody watching.
    ///
    /// - `cut`: bit i set puts zeros in the place of skip i; 0 is the network as it was trained
    /// - `probe` sees what each block gives, in the order of [`Sizes::blocks`]
    pub fn forward_watched(
        &self,
        x: Tensor<4>,
        t: Tensor<1>,
        class: Tensor<1, Int>,
        cut: u8,
        probe: &mut dyn Probe,
    ) -> Tensor<4> {
        let e = self.embed(t, class); // [n, embedding]
        probe.embedding(&e);
        let mut h = seen(probe, self.input.forward(space_to_depth(x))); // [n, base, 14, 14]
        let mut skips = Vec::with_capacity(self.down.len());
        for block in &self.down {
            h = seen(probe, block.forward(h, e.clone()));
            skips.push(h.clone());
        }
        h = seen(probe, self.halve.forward(h)); // [n, deep, 7, 7]
        h = seen(probe, self.deep_1.forward(h, e.clone()));
        h = self.attention.forward(h, probe);
        h = seen(probe, h);
        h = seen(probe, self.deep_2.forward(h, e.clone()));
        h = seen(probe, double(self.double.forward(h))); // [n, base, 14, 14]
        for (merge, block) in self.merge.iter().zip(&self.up) {
            if let Some(mut skip) = skips.pop() {
                if cut >> skips.len() & 1 == 1 {
                    skip = skip.zeros_like();
                }
                h = seen(probe, merge.forward(Tensor::cat(vec![h, skip], 1)));
            }
            h = seen(probe, block.forward(h, e.clone()));
        }
        let out = self.output.forward(relu(self.norm.forward(h))); // [n, 4, 14, 14]
        seen(probe, depth_to_space(out))
    }

    /// Time and class as one vector, `[n, embedding]`.
    fn embed(&self, t: Tensor<1>, class: Tensor<1, Int>) -> Tensor<2> {
        let time = self.time_1.forward(sinusoids(t, self.embedding / 2));
        let time = self.time_2.forward(silu(time));
        let [n, width] = time.dims();
        let class = self.class.forward(class.unsqueeze_dim(1)); // [n, 1, embedding]
        silu(time + class.reshape([n, width]))
    }
}

/// Watches a forward pass. Copies of the tensors are cheap, but keep the network from working
/// in their place.
pub trait Probe {
    /// The embedding of time and class, `[n, embedding]`.
    fn embedding(&mut self, e: &Tensor<2>);
    /// What the next block gives, `[n, channels, side, side]`.
    fn block(&mut self, out: &Tensor<4>);
    /// How much each position (second to last) looks at each other (last),
    /// `[n, heads, 49, 49]`; each row adds up to 1. Comes before its block's output.
    fn attention(&mut self, weights: &Tensor<4>);
}

/// Nobody watches.
impl Probe for () {
    fn embedding(&mut self, _: &Tensor<2>) {}
    fn block(&mut self, _: &Tensor<4>) {}
    fn attention(&mut self, _: &Tensor<4>) {}
}

/// `out`, which the probe has seen.
fn seen(probe: &mut dyn Probe, out: Tensor<4>) -> Tensor<4> {
    probe.block(&out);
    out
}

/// Two convolutions with a residual connection; time and class scale and shift the middle.
#[derive(Module, Debug)]
struct ResBlock {
    norm_1: GroupNorm,
    conv_1: Conv2d,
    film: Linear,
    norm_2: GroupNorm,
    conv_2: Conv2d,
}

impl ResBlock {
    fn new(channels: usize, embedding: usize, device: &Device) -> Self {
        Self {
            norm_1: GroupNormConfig::new(GROUPS, channels).init(device),
            conv_1: conv3(channels, channels).init(device),
            film: LinearConfig::new(embedding, 2 * channels).init(device),
            // Scale and shift come from `film`.
            norm_2: GroupNormConfig::new(GROUPS, channels)
                .with_affine(false)
                .init(device),
            conv_2: conv3(channels, channels)
                .with_initializer(Initializer::Zeros)
                .init(device),
        }
    }

    fn forward(&self, x: Tensor<4>, e: Tensor<2>) -> Tensor<4> {
        let h = self.conv_1.forward(relu(self.norm_1.forward(x.clone())));
        let [n, channels, _, _] = h.dims();
        let film = self.film.forward(e).reshape([n, 2 * channels, 1, 1]);
        let scale = film.clone().narrow(1, 0, channels) + 1.0;
        let shift = film.narrow(1, channels, channels);
        let h = relu(self.norm_2.forward(h) * scale + shift);
        x + self.conv_2.forward(h)
    }
}

/// Multi-head self-attention over all positions of a feature map, with a residual connection.
#[derive(Module, Debug)]
struct Attention {
    norm: GroupNorm,
    qkv: Linear,
    out: Linear,
    heads: usize,
}

impl Attention {
    fn new(channels: usize, heads: usize, device: &Device) -> Self {
        Self {
            norm: GroupNormConfig::new(GROUPS, channels).init(device),
            qkv: LinearConfig::new(channels, 3 * channels).init(device),
            out: LinearConfig::new(channels, channels)
                .with_initializer(Initializer::Zeros)
                .init(device),
            heads,
        }
    }

    fn forward(&self, x: Tensor<4>, probe: &mut dyn Probe) -> Tensor<4> {
        let [n, c, height, width] = x.dims();
        let (tokens, d) = (height * width, c / self.heads);
        let h: Tensor<3> = self
            .norm
            .forward(x.clone())
            .reshape([n, c, tokens])
            .swap_dims(1, 2);
        let qkv = self
            .qkv
            .forward(h) // [n, tokens, 3c]
            .reshape([n, tokens, 3 * self.heads, d])
            .swap_dims(1, 2); // [n, 3 heads, tokens, d]
        let part = |i| qkv.clone().narrow(1, i * self.heads, self.heads);
        let weights = softmax(
            part(0).matmul(part(1).transpose()) * (d as f64).powf(-0.5),
            3,
        ); // [n, heads, tokens, tokens]
        probe.attention(&weights);
        let h = weights
            .matmul(part(2))
            .swap_dims(1, 2)
            .reshape([n, tokens, c]);
        let h = self
            .out
            .forward(h)
            .swap_dims(1, 2)
            .reshape([n, c, height, width]);
        x + h
    }
}

/// Sines and cosines of `t` at `half` frequencies from 1 down to 1/1000 rad a step,
/// `[n, 2 half]` (Vaswani et al. 2017, section 3.5, with T in place of 10,000).
fn sinusoids(t: Tensor<1>, half: usize) -> Tensor<2> {
    let frequencies: Vec<f32> = (0..half)
        .map(|i| (T as f32).powf(-(i as f32) / (half - 1) as f32))
        .collect();
    let frequencies = Tensor::<1>::from_floats(frequencies.as_slice(), &t.device());
    let angles: Tensor<2> = t.unsqueeze_dim::<2>(1) * frequencies.unsqueeze_dim::<2>(0);
    Tensor::cat(vec![angles.clone().sin(), angles.cos()], 1)
}

#[cfg(test)]
mod tests {
    use super::super::blocks::{Kind, POSITIONS};
    use super::*;

    #[test]
    fn output_is_as_large_as_the_input() {
        let device = Device::flex();
        let config = UNetConfig::shipped();
        let net = config.init(&device);
        let x = Tensor::<4>::zeros([3, 1, 28, 28], &device);
        let t = Tensor::from_floats([1.0, 500.0, 1000.0], &device);
        let class = Tensor::from_ints([0, 9, ANY_CLASS as i32], &device);
        assert_eq!(net.forward(x, t, class).dims(), [3, 1, 28, 28]);
        assert!(net.num_params() < 750_000, "{}", net.num_params());
    }

    /// Remembers shapes.
    #[derive(Default)]
    struct Shapes {
        blocks: Vec<[usize; 4]>,
        attention: Vec<[usize; 4]>,
    }

    impl Probe for Shapes {
        fn embedding(&mut self, e: &Tensor<2>) {
            let [n, width] = e.dims();
            self.blocks.push([n, width, 1, 1]);
        }
        fn block(&mut self, out: &Tensor<4>) {
            self.blocks.push(out.dims());
        }
        fn attention(&mut self, weights: &Tensor<4>) {
            self.attention.push(weights.dims());
        }
    }

    /// What the page draws is what the network does.
    #[test]
    fn the_plan_is_the_network_block_by_block() {
        let device = Device::flex();
        let other = UNetConfig::new()
            .with_base(16)
            .with_deep(32)
            .with_blocks(3)
            .with_heads(2)
            .with_embedding(24);
        for config in [UNetConfig::shipped(), other] {
            let mut shapes = Shapes::default();
            config.init(&device).forward_watched(
                Tensor::zeros([2, 1, 28, 28], &device),
                Tensor::from_floats([1.0, 500.0], &device),
                Tensor::from_ints([0, 9], &device),
                0,
                &mut shapes,
            );
            let plan = config.sizes().blocks();
            let planned: Vec<_> = plan
                .iter()
                .map(|block| [2, block.channels, block.side, block.side])
                .collect();
            assert_eq!(shapes.blocks, planned);
            assert_eq!(shapes.attention, [[2, config.heads, POSITIONS, POSITIONS]]);
            // The parameters say how many ResBlocks and merges there really are.
            let of = |kind| plan.iter().filter(|block| block.kind == kind).count();
            assert_eq!(of(Kind::Res), 2 * config.blocks + 2);
            assert_eq!(of(Kind::Merge), config.blocks);
        }
        assert_eq!(UNetConfig::shipped().sizes(), SHIPPED);
    }

    #[test]
    fn sinusoids_at_zero_and_quarter_turn() {
        let device = Device::flex();
        let t = Tensor::from_floats([0.0, std::f32::consts::FRAC_PI_2], &device);
        let s = sinusoids(t, 4)
            .into_data()
            .try_into_vec::<f32>()
            .expect("f32");
        assert_eq!(s[..8], [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
        assert!((s[8] - 1.0).abs() < 1e-6 && s[12].abs() < 1e-6);
        assert!((s[11] - 1.570_796e-3).abs() < 1e-6);
    }
}
