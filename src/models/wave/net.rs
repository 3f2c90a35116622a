//! The network.
//!
//! ```text
//! x    = E[s_{t-1}]                                        one of 256 rows, [width]
//! a, b = P_l · x_{t-d} + N_l · x_t + C_l[condition]         each [width]; d = 1, 2, 4, …, then anew
//! x    = x + W_l · tanh(a) ⊙ σ(b)                          for each layer l
//! logits = L · ReLU(R · ReLU(x))                           [256]
//! ```
//!
//! As in the paper, but for its sum of skips: here what all layers have added to x is read at the end.
//! Before the first sample x is zero.

use burn::module::Module;
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig};
use burn::tensor::activation::{relu, sigmoid, tanh};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{LEVELS, SILENCE, Shape};

/// Numbers between the last two matrices, as a multiple of the width.
const HEAD: usize = 2;

/// A WaveNet.
#[derive(Module, Debug)]
pub struct WaveNet {
    pub(super) samples: Embedding,
    pub(super) layers: Vec<Layer>,
    pub(super) read: Linear,
    pub(super) logits: Linear,
}

/// A layer.
#[derive(Module, Debug)]
pub struct Layer {
    /// `[width, 2 width]`, of what was `d` samples ago.
    pub(super) past: Linear,
    /// The same of now.
    pub(super) now: Linear,
    /// `[conditions, 2 width]`.
    pub(super) condition: Embedding,
    /// `[width, width]`.
    pub(super) out: Linear,
}

impl Shape {
    /// A network with fresh weights.
    pub fn init(&self, device: &Device) -> WaveNet {
        let width = self.width as usize;
        let linear = |from, to, bias| LinearConfig::new(from, to).with_bias(bias).init(device);
        let embedding = |n, to, std| {
            EmbeddingConfig::new(n, to)
                .with_initializer(Initializer::Normal { mean: 0.0, std })
                .init(device)
        };
        let layer = |_| Layer {
            past: linear(width, 2 * width, false),
            now: linear(width, 2 * width, true),
            condition: embedding(self.conditions as usize, 2 * width, 0.2),
            out: linear(width, width, true),
        };
        WaveNet {
            samples: embedding(LEVELS, width, 1.0),
            layers: self.dilations().map(layer).collect(),
            read: linear(width, HEAD * width, true),
            logits: linear(HEAD * width, LEVELS, true),
        }
    }
}

impl WaveNet {
    /// Logits `[n, length, 256]` of every sample of sounds of the same length, one after the other, given
    /// those before it, of a network of this shape; and of what was asked for with each.
    pub fn forward(&self, codes: &[u8], conditions: &[u16], shape: Shape) -> Tensor<3> {
        let device = self.read.weight.device();
        let n = conditions.len();
        let length = codes.len() / n;
        let before = codes.chunks_exact(length).flat_map(|sound| {
            let before = std::iter::once(&SILENCE).chain(&sound[..length - 1]);
            before.map(|code| i32::from(*code))
        });
        let ids = TensorData::new(before.collect::<Vec<i32>>(), [n, length]);
        let mut x = self
            .samples
            .forward(Tensor::<2, Int>::from_data(ids, &device));
        let wanted: Vec<i32> = conditions.iter().map(|c| i32::from(*c)).collect();
        let wanted = Tensor::<2, Int>::from_data(TensorData::new(wanted, [n, 1]), &device);
        let width = x.dims()[2];
        for (layer, dilation) in self.layers.iter().zip(shape.dilations()) {
            let lag = dilation.min(length);
            let nothing = Tensor::<3>::zeros([n, lag, width], &device);
            let past = match length - lag {
                0 => nothing,
                rest => Tensor::cat(vec![nothing, x.clone().narrow(1, 0, rest)], 1),
            };
            let sum = layer.past.forward(past)
                + layer.now.forward(x.clone())
                + layer.condition.forward(wanted.clone());
            let half = |at: usize| sum.clone().narrow(2, at * width, width);
            let gated = tanh(half(0)) * sigmoid(half(1));
            x = x + layer.out.forward(gated);
        }
        self.logits.forward(relu(self.read.forward(relu(x))))
    }
}
