//! Training by `lab`: maximum likelihood of every pixel, all those before it given (teacher forcing).

use burn::module::{Module, ParamGroup};
use burn::optim::{AdjustLrFn, ModuleOptimizer, MuonConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::cnn::PixelCnn;
use super::rnn::PixelRnn;
use super::rnn_gradient::loss_and_gradient;
use super::{Pixels, Shape, level};
use crate::data::mnist::Images;
use crate::data::{PIXELS, SIDE};
use crate::nn::training::{Task, optimizer, with_gradient};

/// What ships: 8 levels.
pub const SHAPE: Shape = Shape {
    levels: 8,
    width: 32,
    layers: 8,
};

/// The PixelRNN that is trained; what ships may be smaller, and grows by `lab unpack`. That of digits was 40 wide
/// until it had seen 205,000 pictures, and had 4 layers until 509,000; that of garments both until 84,000.
pub const RNN_SHAPE: Shape = Shape {
    width: 64,
    layers: 6,
    ..SHAPE
};

/// Learns a set of pictures.
pub struct PixelTask<N> {
    shape: Shape,
    init: fn(&Shape, &Device) -> N,
    loss: Loss<N>,
    optimizer: fn() -> ModuleOptimizer,
    data: Images,
}

/// Mean cost of a pixel, nats, `[1]`, of pictures of levels and their classes.
type Loss<N> = fn(&N, &[u8], &[u8]) -> Tensor<1>;

impl<N> PixelTask<N> {
    fn new(shape: Shape, init: fn(&Shape, &Device) -> N, loss: Loss<N>, data: Images) -> Self {
        Self {
            shape,
            init,
            loss,
            optimizer,
            data,
        }
    }
}

impl PixelTask<PixelCnn> {
    /// A PixelCNN learns `data`.
    pub fn cnn(data: Images) -> Self {
        Self::new(
            SHAPE,
            Shape::cnn,
            |net, x, of| costs(net, x, of).mean(),
            data,
        )
    }
}

impl PixelTask<PixelRnn> {
    /// A PixelRNN of this shape learns `data`.
    pub fn rnn(shape: Shape, data: Images) -> Self {
        let loss: Loss<PixelRnn> = |net, x, of| {
            let (loss, gradient) = loss_and_gradient(net, x, of);
            with_gradient(net, &gradient, loss as f32)
        };
        Self {
            optimizer: muon_for_layers,
            ..Self::new(shape, Shape::rnn, loss, data)
        }
    }
}

/// For the matrices of the layers Muon (Jordan and others 2024), at the size of step that AdamW's rate asks for
/// (Liu and others 2025, arXiv:2502.16982); for the rest what all tasks have.
fn muon_for_layers() -> ModuleOptimizer {
    let muon = MuonConfig::new()
        .with_adjust_lr_fn(AdjustLrFn::MatchRmsAdamW)
        .build();
    let layers = ParamGroup::from_predicates(vec!["layers.", ".weight"]);
    optimizer().with_group(layers, muon, None)
}

/// A picture as levels.
pub fn levels(data: &Images, i: usize, levels: u32) -> impl Iterator<Item = u8> + '_ {
    let pixels = &data.pixels[i * PIXELS..(i + 1) * PIXELS];
    pixels.iter().map(move |grey| level(*grey, levels))
}

/// Negative log-likelihood of each pixel, nats, `[n, 1, 28, 28]`.
pub fn costs(net: &impl Pixels, levels: &[u8], classes: &[u8]) -> Tensor<4> {
    let logits = net.logits(levels, classes);
    let ids: Vec<i32> = levels.iter().map(|level| i32::from(*level)).collect();
    let shape = [classes.len(), 1, SIDE, SIDE];
    let truth = Tensor::<4, Int>::from_data(TensorData::new(ids, shape), &logits.device());
    log_softmax(logits, 1).gather(1, truth).neg()
}

impl<N: Module + Pixels> Task for PixelTask<N> {
    type Net = N;

    fn init(&self, device: &Device) -> N {
        (self.init)(&self.shape, device)
    }

    fn shape(&self) -> String {
        shape_of(self.shape)
    }

    fn examples(&self) -> usize {
        self.data.len()
    }

    fn loss(&self, net: &N, batch: &[usize], _: u64, _: &mut ChaCha8Rng, _: &Device) -> Tensor<1> {
        let count = self.shape.levels;
        let pictures = batch.iter().flat_map(|i| levels(&self.data, *i, count));
        let classes: Vec<u8> = batch.iter().map(|i| self.data.labels[*i]).collect();
        (self.loss)(net, &pictures.collect::<Vec<_>>(), &classes)
    }

    fn optimizer(&self) -> ModuleOptimizer {
        (self.optimizer)()
    }
}

/// A network's configuration as text, for its checkpoints.
pub fn shape_of(shape: Shape) -> String {
    format!("{shape:?}")
}
