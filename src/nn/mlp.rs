//! A multilayer perceptron with rectifiers, small enough to be trained live, whose weights
//! travel as one list.
//!
//! `[n, inputs] -> hidden -> … -> hidden -> [n, outputs]`. Rectifiers, because exponentials are not
//! vectorised in burn-flex; they may leak. First weights come from the seeded generator: hidden
//! layers from N(0, 2 / inputs) with bias 0 (He et al. 2015, arXiv:1502.01852), the last layer the
//! same or 0, so that a fresh network answers 0.
//!
//! Parameters are numbered, not named at random, so that an optimiser's memory of one network fits
//! the same network made anew.

use burn::module::{Module, Param, ParamId};
use burn::nn::Linear;
use burn::tensor::activation::{leaky_relu, relu};
use burn::tensor::{Device, Tensor, TensorData};

use super::{NotRead, read};
use crate::noise;

/// Sizes of an [`Mlp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MlpShape {
    /// Values a row in.
    pub inputs: usize,
    /// Width of the hidden layers.
    pub hidden: usize,
    /// Number of hidden layers.
    pub depth: usize,
    /// Values a row out.
    pub outputs: usize,
}

/// First weights of the last layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastLayer {
    /// All 0: a fresh network answers 0.
    Zero,
    /// As all others.
    Random,
}

impl MlpShape {
    /// Rows and columns of each layer's weight.
    fn layers(self) -> Vec<[usize; 2]> {
        let mut widths = vec![self.inputs];
        widths.extend(std::iter::repeat_n(self.hidden, self.depth));
        widths.push(self.outputs);
        widths.windows(2).map(|pair| [pair[0], pair[1]]).collect()
    }

    /// Number of weights.
    pub fn parameters(self) -> usize {
        self.layers()
            .iter()
            .map(|[rows, columns]| (rows + 1) * columns)
            .sum()
    }

    /// First weights: draw 0 of stream `index`.
    pub fn first_weights(self, seed: u64, index: u32, last: LastLayer) -> Vec<f32> {
        let mut rng = noise::stream(seed, index, 0);
        let mut weights = Vec::with_capacity(self.parameters());
        for (number, [rows, columns]) in self.layers().into_iter().enumerate() {
            let mut weight = vec![0.0; rows * columns];
            if number < self.depth || last == LastLayer::Random {
                noise::fill_normal(&mut rng, &mut weight);
                let sd = (2.0 / rows as f32).sqrt();
                weight.iter_mut().for_each(|w| *w *= sd);
            }
            weights.extend(weight);
            weights.resize(weights.len() + columns, 0.0);
        }
        weights
    }

    /// The network with these weights on `device`, as [`Mlp::weights`] lists them; `None` if
    /// there are not as many as it has.
    pub fn init(self, weights: &[f32], device: &Device) -> Option<Mlp> {
        if weights.len() != self.parameters() {
            return None;
        }
        let mut rest = weights;
        let mut take = |n: usize| {
            let (front, back) = rest.split_at(n);
            rest = back;
            front.to_vec()
        };
        let layers = (0..).zip(self.layers()).map(|(number, [rows, columns])| {
            let weight = TensorData::new(take(rows * columns), [rows, columns]);
            let bias = TensorData::new(take(columns), [columns]);
            Linear {
                weight: numbered(2 * number, Param::from_data(weight, device)),
                bias: Some(numbered(2 * number + 1, Param::from_data(bias, device))),
            }
        });
        Some(Mlp {
            layers: layers.collect(),
        })
    }
}

fn numbered<const D: usize>(number: u64, mut param: Param<Tensor<D>>) -> Param<Tensor<D>> {
    param.id = ParamId::from(number);
    param
}

/// The network.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    /// `[n, inputs]` to `[n, outputs]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.through(x, relu)
    }

    /// The same with rectifiers of this slope below 0.
    pub fn forward_leaky(&self, x: Tensor<2>, slope: f64) -> Tensor<2> {
        self.through(x, |h| leaky_relu(h, slope))
    }

    fn through(&self, x: Tensor<2>, rectify: impl Fn(Tensor<2>) -> Tensor<2>) -> Tensor<2> {
        let mut h = x;
        for (number, layer) in self.layers.iter().enumerate() {
            h = layer.forward(h);
            if number + 1 < self.layers.len() {
                h = rectify(h);
            }
        }
        h
    }

    /// Its layers, from the one next to the input.
    pub fn layers(&self) -> &[Linear] {
        &self.layers
    }

    /// All weights, layer by layer: weight `[in, out]`, then bias `[out]`.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn weights(&self) -> Result<Vec<f32>, NotRead> {
        let mut weights = Vec::new();
        for layer in &self.layers {
            weights.extend(read(layer.weight.val()).await?);
            if let Some(bias) = &layer.bias {
                weights.extend(read(bias.val()).await?);
            }
        }
        Ok(weights)
    }
}

/// A tensor of rows of `width` values.
pub fn rows(values: Vec<f32>, width: usize, device: &Device) -> Tensor<2> {
    let n = values.len() / width;
    Tensor::from_data(TensorData::new(values, [n, width]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::block_on;

    const SHAPE: MlpShape = MlpShape {
        inputs: 2,
        hidden: 3,
        depth: 1,
        outputs: 1,
    };

    /// By hand: hidden = relu(x W + b), out = hidden . [1, 2, 3] + 0.5.
    #[test]
    fn a_small_network_by_hand() {
        let weights = [
            1.0, 0.0, -1.0, // from x
            0.0, 2.0, 1.0, // from y
            0.0, 0.5, 0.0, // bias
            1.0, 2.0, 3.0, 0.5,
        ];
        let device = Device::flex();
        let net = SHAPE.init(&weights, &device).expect("13 weights");
        let out = net.forward(rows(vec![2.0, -1.0, -1.0, 1.0], 2, &device));
        // Rows: hidden [2, 0, 0] and [0, 2.5, 2].
        assert_eq!(block_on(read(out)), Ok(vec![2.5, 11.5]));
        assert_eq!(block_on(net.weights()), Ok(weights.to_vec()));
    }

    /// The first row of above, with leaks of 1/2.
    #[test]
    fn rectifiers_may_leak() {
        let weights = [
            1.0, 0.0, -1.0, 0.0, 2.0, 1.0, 0.0, 0.5, 0.0, 1.0, 2.0, 3.0, 0.5,
        ];
        let device = Device::flex();
        let net = SHAPE.init(&weights, &device).expect("13 weights");
        let out = net.forward_leaky(rows(vec![2.0, -1.0], 2, &device), 0.5);
        // Before: [2, -1.5, -3]. 2 + 2 * -0.75 + 3 * -1.5 + 0.5.
        assert_eq!(block_on(read(out)), Ok(vec![-3.5]));
    }

    #[test]
    fn first_weights_are_seeded_scaled_and_end_with_zeros() {
        let shape = MlpShape {
            inputs: 50,
            hidden: 80,
            depth: 2,
            outputs: 2,
        };
        let first = |seed, last| shape.first_weights(seed, 0, last);
        let weights = first(3, LastLayer::Zero);
        assert_eq!(weights.len(), shape.parameters());
        assert_eq!(weights, first(3, LastLayer::Zero));
        assert_ne!(weights, first(4, LastLayer::Zero));
        let variance = weights[..4000].iter().map(|w| w * w).sum::<f32>() / 4000.0;
        assert!((variance - 2.0 / 50.0).abs() < 0.004, "{variance}");
        let (body, last) = weights.split_at(weights.len() - 162);
        assert!(last.iter().all(|w| *w == 0.0));
        let random = first(3, LastLayer::Random);
        assert_eq!(&random[..body.len()], body);
        assert!(random[body.len()..][..160].iter().all(|w| *w != 0.0));
        assert!(shape.init(&weights[1..], &Device::flex()).is_none());
    }
}
