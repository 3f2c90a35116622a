//! The network.
//!
//! ```text
//! x    = E[s_{t-1}]                                        one of 256 rows, [width]
//! a, b = P_l · x_{t-d} + N_l · x_t + Σ C_l[told]            each [width]; d = 1, 2, 4, …, then anew
//! z_l  = tanh(a) ⊙ σ(b)                                    of each layer l
//! x    = x + W_l · z_l
//! logits = L · ReLU(R · ReLU(Σ_l S_l · z_l))               [256]
//! ```
//!
//! What is told is [`super::asked`]. What layers look back on before the first sample is zero. All `S_l` are one
//! matrix here, of all `z_l` one after the other.

use burn::module::{Module, Param};
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::asked::Asked;
use super::{LEVELS, SILENCE, Shape, sample};

/// Numbers that are read of the layers, and between the last two matrices, as a multiple of the width.
const HEAD: usize = 2;

/// A WaveNet.
#[derive(Module, Debug)]
pub struct WaveNet {
    pub(super) samples: Embedding,
    pub(super) layers: Vec<Layer>,
    /// `[layers * width, 2 width]`.
    pub(super) skips: Linear,
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
            condition: embedding(self.conditions as usize, 2 * width, 0.5),
            out: linear(width, width, true),
        };
        let mut net = WaveNet {
            samples: embedding(LEVELS, width, 1.0),
            layers: self.dilations().map(layer).collect(),
            skips: linear(self.dilations().count() * width, HEAD * width, true),
            read: linear(HEAD * width, HEAD * width, true),
            logits: linear(HEAD * width, LEVELS, true),
        };
        net.samples.weight = numbers(in_a_row(width), [LEVELS, width], device);
        net.logits.weight = numbers(hills(HEAD * width), [HEAD * width, LEVELS], device);
        net
    }
}

fn numbers(values: Vec<f32>, size: [usize; 2], device: &Device) -> Param<Tensor<2>> {
    Param::from_tensor(Tensor::from_data(TensorData::new(values, size), device))
}

/// What a sample's value is to begin with, `[256, width]`: the sample, and waves over the values. Neighbours are
/// alike, so that what is learned of one holds for the next; from chance it takes thousands of steps to see
/// that 256 names stand in a row.
fn in_a_row(width: usize) -> Vec<f32> {
    let row = |code: usize| {
        let place = (code as f32 - f32::from(SILENCE)) / 127.0;
        (0..width).map(move |i| match i {
            0 => 2.0 * sample(code as u8),
            1 => 2.0 * place,
            _ => {
                let angle = std::f32::consts::PI * (i / 2) as f32 * place;
                if i % 2 == 0 { angle.sin() } else { angle.cos() }
            }
        })
    };
    (0..LEVELS).flat_map(row).collect()
}

/// What the last numbers say of the values to begin with, `[count, 256]`: each speaks for its own part of the
/// row, and less for what is farther off.
fn hills(count: usize) -> Vec<f32> {
    let apart = (LEVELS - 1) as f32 / (count.max(2) - 1) as f32;
    let hill = |i: usize| {
        (0..LEVELS).map(move |code| {
            let off = (code as f32 - i as f32 * apart) / apart;
            (-0.5 * off * off).exp()
        })
    };
    (0..count).flat_map(hill).collect()
}

impl WaveNet {
    /// Logits `[n, length, 256]` of every sample of sounds of the same length, one after the other, given
    /// those before it, of a network of this shape; and what was asked for with each, all of one kind, and where
    /// in it the first sample stands.
    pub fn forward(&self, codes: &[u8], asked: &[(Asked, usize)], shape: Shape) -> Tensor<3> {
        let device = self.read.weight.device();
        let n = asked.len();
        let length = codes.len() / n;
        let before = codes.chunks_exact(length).flat_map(|sound| {
            let before = std::iter::once(&SILENCE).chain(&sound[..length - 1]);
            before.map(|code| i32::from(*code))
        });
        let ids = TensorData::new(before.collect::<Vec<i32>>(), [n, length]);
        let mut x = self
            .samples
            .forward(Tensor::<2, Int>::from_data(ids, &device));
        let rows = |rows: Vec<i32>| {
            let size = [n, rows.len() / n];
            Tensor::<2, Int>::from_data(TensorData::new(rows, size), &device)
        };
        let always = rows(
            asked
                .iter()
                .map(|(asked, _)| asked.always().into())
                .collect(),
        );
        let by_sample: Option<Vec<i32>> = asked
            .iter()
            .flat_map(|(asked, first)| (*first..first + length).map(|at| asked.at(at)))
            .map(|row| row.map(i32::from))
            .collect();
        let by_sample = by_sample.map(rows);
        let width = x.dims()[2];
        let mut all = Vec::new();
        for (layer, dilation) in self.layers.iter().zip(shape.dilations()) {
            let lag = dilation.min(length);
            let nothing = Tensor::<3>::zeros([n, lag, width], &device);
            let past = match length - lag {
                0 => nothing,
                rest => Tensor::cat(vec![nothing, x.clone().narrow(1, 0, rest)], 1),
            };
            let told = layer.condition.forward(always.clone());
            let told = match &by_sample {
                Some(rows) => layer.condition.forward(rows.clone()) + told,
                None => told,
            };
            let sum = layer.past.forward(past) + layer.now.forward(x.clone()) + told;
            // tanh(a) is 2 σ(2a) - 1, and half the work of burn's own.
            let half = |at: usize| sum.clone().narrow(2, at * width, width);
            let bent = sigmoid(half(0) * 2.0) * 2.0 - 1.0;
            let gated = bent * sigmoid(half(1));
            x = x + layer.out.forward(gated.clone());
            all.push(gated);
        }
        let seen = self.skips.forward(Tensor::cat(all, 2));
        self.logits.forward(relu(self.read.forward(relu(seen))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Neighbours among the values begin alike, and less so the farther they are apart.
    #[test]
    fn values_stand_in_a_row() {
        let width = 16;
        let rows = in_a_row(width);
        let apart = |a: usize, b: usize| -> f32 {
            let [a, b] = [a, b].map(|code| &rows[code * width..(code + 1) * width]);
            a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
        };
        assert_eq!(rows[width * usize::from(SILENCE)], 0.0);
        for code in 20..230 {
            assert!(
                apart(code, code + 1) < 0.2 * apart(code, code + 10),
                "{code}"
            );
        }
    }

    /// Each of the last numbers speaks the loudest for its own part of the row, and together they cover it.
    #[test]
    fn hills_cover_the_row() {
        let hills = hills(52);
        for (i, hill) in hills.chunks_exact(LEVELS).enumerate() {
            let top = (0..LEVELS).max_by(|a, b| hill[*a].total_cmp(&hill[*b]));
            assert_eq!(top, Some(5 * i));
        }
        for code in 0..LEVELS {
            let most = (0..52)
                .map(|i| hills[i * LEVELS + code])
                .fold(0.0, f32::max);
            assert!(most > 0.8, "{code}: {most}");
        }
    }
}
