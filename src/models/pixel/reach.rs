//! What a pixel's network can see: the gradient of its logits by every pixel.
//!
//! Of fresh weights: where no path leads, no training makes one. That of plain masked convolutions has a
//! blind spot to the upper right, which the two stacks of the gated network do not have (van den Oord and
//! others 2016, arXiv:1606.05328, figure 1).

use burn::module::{Module, Param};
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

use super::{Kind, REACH, Shape};
use crate::data::{PIXELS, SIDE};
use crate::nn::{NotRead, read};

/// Levels and width of the networks that are asked.
const LEVELS: u32 = 8;
const WIDTH: u32 = 16;
/// Seed of their weights.
const SEED: u64 = 1;

/// Plain masked convolutions, as in the first PixelCNN: 7x7 with mask A, then 3x3 with mask B.
#[derive(Module, Debug)]
struct Plain {
    layers: Vec<Conv2d>,
}

impl Plain {
    fn new(layers: u32, device: &Device) -> Self {
        let layer = |i: u32| match i {
            0 => masked(1, 2 * REACH + 1, false, device),
            _ => masked(WIDTH as usize, 3, true, device),
        };
        Self {
            layers: (0..layers).map(layer).collect(),
        }
    }

    /// What the last layer gives, `[1, width, 28, 28]`.
    fn features(&self, x: Tensor<4>) -> Tensor<4> {
        let mut h = x;
        for (i, layer) in self.layers.iter().enumerate() {
            // Smooth: a rectifier that is closed would hide a path.
            let out = layer.forward(h.clone());
            let out = out.clone() * sigmoid(out);
            h = if i == 0 { out } else { h + out };
        }
        h
    }
}

/// A convolution whose kernel is zero from its own place on, or after it.
fn masked(from: usize, side: usize, sees_itself: bool, device: &Device) -> Conv2d {
    let pad = side / 2;
    let mut conv = Conv2dConfig::new([from, WIDTH as usize], [side, side])
        .with_padding(PaddingConfig2d::Explicit(pad, pad, pad, pad))
        .init(device);
    let known = side * side / 2 + usize::from(sees_itself);
    let mask: Vec<f32> = (0..side * side)
        .map(|place| if place < known { 1.0 } else { 0.0 })
        .collect();
    let mask = Tensor::<4>::from_data(TensorData::new(mask, [1, 1, side, side]), device);
    let kept = conv.weight.val().inner() * mask.inner();
    conv.weight = Param::from_tensor(Tensor::from_inner(kept));
    conv
}

/// Size of the gradient of the logits of pixel `at` by the ink of every pixel, `[784]`, for a network of so
/// many layers with fresh weights, at a grey picture. Exactly zero where no path leads.
///
/// # Errors
/// If the device does not give it.
pub async fn gradient(kind: Kind, layers: u32, at: usize) -> Result<Vec<f32>, NotRead> {
    let device = Device::flex().autodiff();
    device.seed(SEED);
    let shape = Shape {
        levels: LEVELS,
        width: WIDTH,
        layers,
    };
    let grey = Tensor::<4>::full([1, 1, SIDE, SIDE], 0.5, &device).require_grad();
    let seen = match kind {
        Kind::Plain => Plain::new(layers, &device).features(grey.clone()),
        Kind::Gated => {
            let x = with_ones(grey.clone());
            shape.cnn_with(|_| 1, &device).features(x, &[0])
        }
        Kind::Row => shape.rnn(&device).features(&with_ones(grey.clone()), &[0]),
    };
    let [_, channels, _, _] = seen.dims();
    let at = seen.narrow(2, at / SIDE, 1).narrow(3, at % SIDE, 1);
    // Not their sum: channels that cancel out would hide a path.
    let weights: Vec<f32> = (0..channels).map(|i| 1.0 + 0.37 * i as f32).collect();
    let weights = TensorData::new(weights, [1, channels, 1, 1]);
    let grads = (at * Tensor::<4>::from_data(weights, &device))
        .sum()
        .backward();
    match grey.grad(&grads) {
        Some(gradient) => read(gradient.abs()).await,
        None => Ok(vec![0.0; PIXELS]),
    }
}

fn with_ones(x: Tensor<4>) -> Tensor<4> {
    let ones = x.ones_like();
    Tensor::cat(vec![x, ones], 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::block_on;

    /// Rows and columns that a pixel sees, from it: negative is up, and left.
    fn seen(kind: Kind, layers: u32, at: usize) -> Vec<(i32, i32)> {
        let gradient = block_on(gradient(kind, layers, at)).expect("reads");
        let place = |i: usize| ((i / SIDE) as i32, (i % SIDE) as i32);
        let (row, column) = place(at);
        let seen = (0..PIXELS).filter(|i| gradient[*i] > 0.0).map(place);
        seen.map(|(r, c)| (r - row, c - column)).collect()
    }

    const MIDDLE: usize = 14 * SIDE + 14;

    /// One layer sees three rows up and three pixels to each side, and nothing after itself.
    #[test]
    fn one_layer_sees_a_window() {
        let mut want = Vec::new();
        for row in -3..=0 {
            want.extend((-3..=3).map(|column| (row, column)));
        }
        want.retain(|(row, column)| *row < 0 || *column < 0);
        for kind in [Kind::Plain, Kind::Gated] {
            assert_eq!(seen(kind, 1, MIDDLE), want, "{kind:?}");
        }
    }

    /// Never the pixel itself or a later one.
    #[test]
    fn nobody_sees_what_comes_later() {
        for kind in [Kind::Plain, Kind::Gated, Kind::Row] {
            let all = seen(kind, 3, MIDDLE);
            assert!(!all.is_empty());
            let past = |(row, column): &(i32, i32)| *row < 0 || (*row == 0 && *column < 0);
            assert!(all.iter().all(past), "{kind:?}");
        }
    }

    /// What lies to the upper right beyond a diagonal is not seen by the plain network, however many
    /// layers; the gated one sees it.
    #[test]
    fn the_blind_spot_is_there_and_goes() {
        let layers = 8;
        let (plain, gated) = (
            seen(Kind::Plain, layers, MIDDLE),
            seen(Kind::Gated, layers, MIDDLE),
        );
        let right = |place: &&(i32, i32)| place.0 == -1 && place.1 > 4;
        assert_eq!(plain.iter().filter(right).count(), 0);
        assert!(gated.iter().filter(right).count() > 4);
        assert!(plain.iter().all(|place| gated.contains(place)));
        assert!(
            gated.len() > plain.len() + 20,
            "{} {}",
            gated.len(),
            plain.len()
        );
    }

    /// A Row-LSTM of one layer remembers rows that no convolution of one layer reaches.
    #[test]
    fn a_row_lstm_remembers_far_rows() {
        let all = seen(Kind::Row, 1, 20 * SIDE + 14);
        assert!(all.iter().any(|(row, _)| *row < -12));
    }
}
