//! Training by `lab`: maximum likelihood of every sample, all those before it given (teacher forcing).

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Shape;
use super::asked::Asked;
use super::net::WaveNet;
use crate::nn::training::Task;

/// Sounds to learn from: as many examples as there are.
pub trait Sounds {
    /// How many.
    fn count(&self) -> usize;
    /// One of them, all of the same length, and what is asked for with it; what is drawn of it is drawn anew
    /// each time.
    fn sound(&self, i: usize, rng: &mut ChaCha8Rng) -> (Vec<u8>, Asked);
}

/// Samples of a sound that are learned from at a time.
const PIECE: usize = 640;
/// One in so many steps takes beginnings: the pluck is what is hard of a note.
const NOTES_BEGIN: usize = 2;
const WORDS_BEGIN: usize = 5;
/// Samples of the silence after a word that are learned from.
const SILENT: usize = 400;

/// Learns sounds, a piece of each at a time: now their beginnings, now what comes later.
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
pub fn costs(net: &WaveNet, codes: &[u8], asked: &[(Asked, usize)], shape: Shape) -> Tensor<3> {
    let logits = net.forward(codes, asked, shape);
    let ids: Vec<i32> = codes.iter().map(|code| i32::from(*code)).collect();
    let size = [asked.len(), codes.len() / asked.len(), 1];
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

    /// Some steps take beginnings. The others take pieces from
    /// anywhere; of those only samples count that see as far back as the network can, for in a sound under
    /// way there is no silence before them.
    fn loss(
        &self,
        net: &WaveNet,
        batch: &[usize],
        step: u64,
        rng: &mut ChaCha8Rng,
        _: &Device,
    ) -> Tensor<1> {
        let field = self.shape.receptive_field();
        let mut codes = Vec::new();
        let mut all = Vec::new();
        let mut unseen = 0;
        for i in batch {
            let (sound, asked) = self.sounds.sound(*i, rng);
            let [end, beginnings] = match asked {
                Asked::Note(_) => [sound.len(), NOTES_BEGIN],
                Asked::Word { lasts, .. } => {
                    [sound.len().min(lasts as usize + SILENT), WORDS_BEGIN]
                }
            };
            let rest = end.saturating_sub(PIECE + field);
            let length = sound.len().min(PIECE + field);
            let at = if !step.is_multiple_of(beginnings as u64) && rest > 0 {
                unseen = field;
                rng.random_range(1..=rest)
            } else {
                0
            };
            codes.extend(&sound[at..at + length]);
            all.push((asked, at));
        }
        let costs = costs(net, &codes, &all, self.shape);
        let length = costs.dims()[1];
        costs.narrow(1, unseen, length - unseen).mean()
    }
}

/// A network's configuration as text, for its checkpoints.
pub fn shape_of(shape: Shape) -> String {
    format!("{shape:?}")
}
