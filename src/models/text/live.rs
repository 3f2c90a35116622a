//! A Transformer so small that it learns a visitor's text while one looks: two blocks of 64.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Bytes, Device, Tensor, TensorData};

use super::Shape;
use super::cost::{costs, learnable, tensor};
use super::course::{Checkpoint, PIECE};
use super::net::{Cache, Transformer};
use crate::models::next::{Choosing, choose};
use crate::nn::{NotRead, read};
use crate::noise;
use crate::tokens::{END, Token};

/// Learning rate that learns well.
pub const LEARNING_RATE: f64 = 3e-3;
/// Steps of linear warm-up.
const WARM_UP: f64 = 20.0;

/// The checkpoint is of another network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these weights do not fit this network")]
pub struct OtherNetwork;

/// A network in training.
pub struct Trainer {
    net: Transformer,
    device: Device,
    optimizer: ModuleOptimizer,
    learning_rate: f64,
    step: u32,
}

/// Numbers all parameters in their order, so that an optimiser's memory of one network fits the same one
/// made anew, and fills them.
struct Filler<'a> {
    next: u64,
    rest: Option<&'a [f32]>,
    fits: bool,
}

impl ModuleMapper for Filler<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = param.dims();
        let n = shape.iter().product::<usize>();
        let mut param = match self.rest {
            Some(rest) if rest.len() >= n => {
                let (values, after) = rest.split_at(n);
                self.rest = Some(after);
                let data = TensorData::new(values.to_vec(), shape);
                param.map(|tensor| Tensor::from_data(data, &tensor.device()).require_grad())
            }
            Some(_) => {
                self.fits = false;
                param
            }
            None => param,
        };
        param.id = ParamId::from(self.next);
        self.next += 1;
        param
    }
}

/// All parameters in their order.
#[derive(Default)]
struct Reader(Vec<f32>);

impl ModuleVisitor for Reader {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // On the CPU, where all training is done, nothing can fail.
        let values = param.val().into_data().try_into_vec::<f32>();
        self.0.extend(values.unwrap_or_default());
    }
}

impl Trainer {
    /// Goes on from a checkpoint, or begins with fresh weights.
    ///
    /// # Errors
    /// If the checkpoint is of another network.
    pub fn new(
        shape: Shape,
        seed: u64,
        learning_rate: f64,
        from: Option<Checkpoint>,
    ) -> Result<Self, OtherNetwork> {
        let device = Device::flex().autodiff();
        device.seed(seed);
        let from = from.unwrap_or_default();
        let is_fresh = from.weights.is_empty();
        let mut filler = Filler {
            next: 0,
            rest: (!is_fresh).then_some(&from.weights[..]),
            fits: true,
        };
        let net = shape.init(&device).map(&mut filler);
        let is_used_up = filler.rest.is_none_or(<[f32]>::is_empty);
        if !filler.fits || !is_used_up {
            return Err(OtherNetwork);
        }
        let fresh = AdamWConfig::new().with_weight_decay(0.01).init();
        let optimizer = match from.memory.is_empty() {
            true => fresh,
            false => fresh
                .from_bytes(Bytes::from_bytes_vec(from.memory))
                .map_err(|_| OtherNetwork)?,
        };
        Ok(Self {
            net,
            device,
            optimizer,
            learning_rate,
            step: from.step,
        })
    }

    /// Steps done.
    pub fn step_number(&self) -> u32 {
        self.step
    }

    /// One step on pieces of [`PIECE`] tokens and the one after them; what they cost before, nats a token.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn step(&mut self, pieces: Vec<Token>) -> Result<f32, NotRead> {
        let rows = pieces.len() / (PIECE + 1);
        let pieces = tensor(pieces.into_iter(), rows, &self.device);
        let (loss, cost) = learnable(&self.net, pieces);
        let told: f32 = read(cost).await?.iter().sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &self.net);
        let warm = (f64::from(self.step + 1) / WARM_UP).min(1.0);
        let rate = self.learning_rate * warm;
        self.net = self.optimizer.step(rate, self.net.clone(), gradients);
        self.step += 1;
        Ok(told)
    }

    /// The network as it is, without gradients.
    pub fn network(&self) -> Transformer {
        self.net.valid()
    }

    /// All that is needed to go on from here, but the vocabulary.
    pub fn checkpoint(&self) -> Checkpoint {
        let mut reader = Reader::default();
        self.net.valid().visit(&mut reader);
        // A memory that cannot be written: the optimiser starts anew.
        let memory = self.optimizer.into_bytes().map(|bytes| bytes.to_vec());
        Checkpoint {
            step: self.step,
            weights: reader.0,
            memory: match self.step {
                0 => Vec::new(),
                _ => memory.unwrap_or_default(),
            },
            ..Checkpoint::default()
        }
    }
}

/// What pieces of a text cost, nats a token, mean: at most `most` pieces from its beginning.
///
/// # Errors
/// If the device cannot be read.
pub async fn cost_of(net: &Transformer, text: &[Token], most: usize) -> Result<f32, NotRead> {
    let device = Device::flex();
    let whole = text.chunks_exact(PIECE + 1).take(most).count();
    if whole == 0 {
        let pieces = tensor(text.iter().copied(), 1, &device);
        return Ok(read(costs(net, pieces).mean()).await?.iter().sum());
    }
    let pieces = text[..whole * (PIECE + 1)].iter().copied();
    let cost = costs(net, tensor(pieces, whole, &device)).mean();
    Ok(read(cost).await?.iter().sum())
}

/// What a network writes of a seed from an end on, up to the next end or `most` tokens.
///
/// # Errors
/// If the device cannot be read.
pub async fn write(net: &Transformer, seed: u64, most: usize) -> Result<Vec<Token>, NotRead> {
    let choosing = Choosing {
        temperature: 0.8,
        ..Choosing::default()
    };
    let mut cache = Cache::default();
    let mut text = Vec::new();
    let mut last = END;
    while text.len() < most {
        let logits = read(net.after(&[last], &mut cache)).await?;
        let u = noise::unit(&mut noise::stream(seed, 0, text.len() as u32));
        last = choose(&choosing.probabilities(&logits), u) as Token;
        if last == END && !text.is_empty() {
            break;
        }
        text.push(last);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::models::text::course::BATCH;

    const SHAPE: Shape = Shape {
        vocabulary: 300,
        width: 16,
        layers: 1,
        heads: 2,
    };

    /// a b c a b c …
    fn pieces() -> Vec<Token> {
        let row = |row: usize| (0..=PIECE).map(move |i| ((row + i) % 3) as Token + 97);
        (0..BATCH).flat_map(row).collect()
    }

    fn train(trainer: &mut Trainer, steps: u32) -> f32 {
        let mut loss = 0.0;
        for _ in 0..steps {
            loss = block_on(trainer.step(pieces())).expect("reads");
        }
        loss
    }

    #[test]
    fn a_pattern_is_learned() {
        let mut trainer = Trainer::new(SHAPE, 1, 1e-2, None).expect("fits");
        let first = train(&mut trainer, 1);
        assert!((first - 300f32.ln()).abs() < 0.2, "{first}");
        // The first weights are by chance, whatever the seed, where other tests run beside this one.
        let last = train(&mut trainer, 200);
        assert!(last < 0.5, "{last}");
        let cost = block_on(cost_of(&trainer.network(), &pieces(), 4)).expect("reads");
        assert!((cost - last).abs() < 0.1, "{cost} {last}");
    }

    /// From a checkpoint it goes on as if it had never stopped.
    #[test]
    fn a_checkpoint_goes_on() {
        let mut whole = Trainer::new(SHAPE, 1, 1e-2, None).expect("fits");
        train(&mut whole, 3);
        let checkpoint = whole.checkpoint();
        let mut rest = Trainer::new(SHAPE, 9, 1e-2, Some(checkpoint.clone())).expect("fits");
        assert_eq!(rest.step_number(), 3);
        assert_eq!(train(&mut whole, 3), train(&mut rest, 3));
        assert_eq!(whole.checkpoint().weights, rest.checkpoint().weights);
        let other = Shape { width: 32, ..SHAPE };
        assert!(Trainer::new(other, 1, 1e-2, Some(checkpoint)).is_err());
    }
}
