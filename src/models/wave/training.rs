//! Training by `lab`: maximum likelihood of every sample, all those before it given (teacher forcing).

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::Shape;
use super::net::WaveNet;
use crate::nn::training::Task;

/// Sounds to learn from: as many examples as there are.
pub trait Sounds {
    /// How many.
    fn count(&self) -> usize;
    /// One of them, all of the same length, and what is asked for with it; what is drawn of it is drawn anew
    /// each time.
    fn sound(&self, i: usize, rng: &mut ChaCha8Rng) -> (Vec<u8>, u16);
}

/// Learns sounds.
pub struct WaveTask<S> {
    shape: Shape,
    sounds: S,
}

impl<S> WaveTask<S> {
    /// Learns `sounds` with a network of this shape.
    pub fn new(shape: Shape, sounds: S) -> Self {
        Self { shape, sounds }
    }
}

/// Negative log-likelihood of each sample, nats, `[n, length, 1]`.
pub fn costs(net: &WaveNet, codes: &[u8], conditions: &[u16], shape: Shape) -> Tensor<3> {
    let logits = net.forward(codes, conditions, shape);
    let ids: Vec<i32> = codes.iter().map(|code| i32::from(*code)).collect();
    let size = [conditions.len(), codes.len() / conditions.len(), 1];
    let truth = Tensor::<3, Int>::from_data(TensorData::new(ids, size), &logits.device());
    log_softmax(logits, 2).gather(2, truth).neg()
}

impl<S: Sounds> Task for WaveTask<S> {
    type Net = WaveNet;

    fn init(&self, device: &Device) -> WaveNet {
        self.shape.init(device)
    }

    fn shape(&self) -> String {
        shape_of(self.shape)
    }

    fn examples(&self) -> usize {
        self.sounds.count()
    }

    fn loss(
        &self,
        net: &WaveNet,
        batch: &[usize],
        _: u64,
        rng: &mut ChaCha8Rng,
        _: &Device,
    ) -> Tensor<1> {
        let sounds: Vec<_> = batch.iter().map(|i| self.sounds.sound(*i, rng)).collect();
        let codes: Vec<u8> = sounds
            .iter()
            .flat_map(|(codes, _)| codes.iter().copied())
            .collect();
        let conditions: Vec<u16> = sounds.iter().map(|(_, condition)| *condition).collect();
        costs(net, &codes, &conditions, self.shape).mean()
    }
}

/// A network's configuration as text, for its checkpoints.
pub fn shape_of(shape: Shape) -> String {
    format!("{shape:?}")
}
