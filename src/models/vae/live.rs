//! A variational autoencoder so small that it learns while one looks: three dense layers each way.
//!
//! ```text
//! x [n,784] ─ 128 ─ 128 ─ mean, log-variance [n,2] each;   z [n,2] ─ 128 ─ 128 ─ logits [n,784]
//! ```
//!
//! It does no more than it is told: pictures, weight of the KL and noise come with every step, so
//! the weight can be moved on the way.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Bytes, Device, Tensor};

use super::LOG_VARIANCE;
use super::loss::{kl, reconstruction, reparameterize};
use super::net::Code;
use crate::data::PIXELS;
use crate::nn::mlp::{LastLayer, Mlp, MlpShape, rows};
use crate::nn::{NotRead, read};

pub use super::course::{BATCH, CODE, Checkpoint};

/// Width of the hidden layers.
pub const HIDDEN: usize = 128;
/// Hidden layers each way.
pub const DEPTH: usize = 2;
/// Learning rate that learns well.
pub const LEARNING_RATE: f64 = 3e-3;

/// Streams of a training's random numbers.
pub mod streams {
    /// First weights: encoder, decoder.
    pub const WEIGHTS: [u32; 2] = [0, 1];
    /// Noise of the steps, one draw each, `[n, CODE]`.
    pub const NOISE: u32 = 2;
    /// For the caller: which pictures a step sees, and how they are binarised.
    pub const BATCHES: u32 = 3;
}

/// Encoder and decoder.
#[derive(Module, Debug)]
pub struct LiveVae {
    encoder: Mlp,
    decoder: Mlp,
}

impl LiveVae {
    /// Codes of pictures `[n, 784]` in `0..=1`, 1 for ink.
    pub fn encode(&self, x: Tensor<2>) -> Code {
        let both = self.encoder.forward(x);
        let [lowest, highest] = LOG_VARIANCE;
        Code {
            mean: both.clone().narrow(1, 0, CODE),
            log_variance: both.narrow(1, CODE, CODE).clamp(lowest, highest),
        }
    }

    /// Logits `[n, 784]` of codes `[n, CODE]`.
    pub fn decode(&self, z: Tensor<2>) -> Tensor<2> {
        self.decoder.forward(z)
    }
}

/// What a step cost, nats a picture, before it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Losses {
    /// `-log p(x|z)`, mean over the batch.
    pub reconstruction: f32,
    /// KL to the standard normal, mean over the batch, not weighted.
    pub kl: f32,
}

/// The checkpoint is of another network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these weights do not fit this network")]
pub struct OtherNetwork;

/// A network in training.
pub struct Trainer {
    net: LiveVae,
    device: Device,
    /// Encoder's, decoder's: parameters are numbered from 0 in both.
    optimizers: [ModuleOptimizer; 2],
    learning_rate: f64,
    step: u32,
}

impl Trainer {
    /// Goes on from a checkpoint, or begins with fresh weights.
    ///
    /// # Errors
    /// If the checkpoint is of another network.
    pub fn new(
        seed: u64,
        learning_rate: f64,
        from: Option<Checkpoint>,
    ) -> Result<Self, OtherNetwork> {
        let device = Device::flex().autodiff();
        let shape = |inputs, outputs| MlpShape {
            inputs,
            hidden: HIDDEN,
            depth: DEPTH,
            outputs,
        };
        let [encoder, decoder] = [shape(PIXELS, 2 * CODE), shape(CODE, PIXELS)];
        let from = from.unwrap_or_else(|| Checkpoint {
            weights: [
                // All codes start at the origin.
                encoder.first_weights(seed, streams::WEIGHTS[0], LastLayer::Zero),
                decoder.first_weights(seed, streams::WEIGHTS[1], LastLayer::Random),
            ],
            ..Checkpoint::default()
        });
        let [of_encoder, of_decoder] = from.memory;
        Ok(Self {
            net: LiveVae {
                encoder: encoder
                    .init(&from.weights[0], &device)
                    .ok_or(OtherNetwork)?,
                decoder: decoder
                    .init(&from.weights[1], &device)
                    .ok_or(OtherNetwork)?,
            },
            optimizers: [optimizer(of_encoder)?, optimizer(of_decoder)?],
            step: from.step,
            device,
            learning_rate,
        })
    }

    /// Optimiser steps done.
    pub fn step_number(&self) -> u32 {
        self.step
    }

    /// All that is needed to go on from here.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn checkpoint(&self) -> Result<Checkpoint, NotRead> {
        let net = self.net.valid();
        let memory = |optimizer: &ModuleOptimizer| {
            // A record that cannot be written: the optimiser starts anew.
            let bytes = optimizer.into_bytes().map(|bytes| bytes.to_vec());
            bytes.unwrap_or_default()
        };
        Ok(Checkpoint {
            step: self.step,
            weights: [net.encoder.weights().await?, net.decoder.weights().await?],
            memory: match self.step {
                0 => Default::default(),
                _ => [0, 1].map(|i| memory(&self.optimizers[i])),
            },
        })
    }

    /// One optimiser step on pictures `x`, `[n, 784]` in `0..=1`, with the KL weighed by `beta`,
    /// `0..`, and standard normal `eps`, `[n, CODE]`.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn step(&mut self, x: Vec<f32>, beta: f32, eps: Vec<f32>) -> Result<Losses, NotRead> {
        let x = rows(x, PIXELS, &self.device);
        let code = self.net.encode(x.clone());
        let z = reparameterize(&code, rows(eps, CODE, &self.device));
        let cost = reconstruction(self.net.decode(z), x).mean();
        let kl = kl(&code).sum_dim(1).mean();
        let losses = Losses {
            reconstruction: read(cost.clone()).await?.iter().sum(),
            kl: read(kl.clone()).await?.iter().sum(),
        };
        let mut gradients = (cost + kl * beta).backward();
        let LiveVae { encoder, decoder } = &mut self.net;
        for (part, optimizer) in [encoder, decoder].into_iter().zip(&mut self.optimizers) {
            let of_part = GradientsParams::from_module(&mut gradients, part);
            // The optimiser takes the network and gives it back.
            *part = optimizer.step(self.learning_rate, part.clone(), of_part);
        }
        self.step += 1;
        Ok(losses)
    }

    /// The network as it is, without gradients.
    pub fn network(&self) -> LiveVae {
        self.net.valid()
    }
}

fn optimizer(memory: Vec<u8>) -> Result<ModuleOptimizer, OtherNetwork> {
    let fresh = AdamConfig::new().with_epsilon(1e-8).init();
    if memory.is_empty() {
        return Ok(fresh);
    }
    fresh
        .from_bytes(Bytes::from_bytes_vec(memory))
        .map_err(|_| OtherNetwork)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::noise;

    /// Four pictures: the bright half is left, right, above or below.
    fn halves() -> Vec<f32> {
        let bright = |picture: usize, i: usize| {
            let (row, column) = (i / 28, i % 28);
            [column < 14, column >= 14, row < 14, row >= 14][picture]
        };
        let pixels =
            (0..4).flat_map(|p| (0..PIXELS).map(move |i| f32::from(u8::from(bright(p, i)))));
        pixels.collect()
    }

    fn train(trainer: &mut Trainer, steps: std::ops::Range<u32>, beta: f32) -> Losses {
        let mut losses = Losses::default();
        for step in steps {
            let eps = noise::normal(7, streams::NOISE, step, 16 * CODE);
            let x = halves().repeat(4);
            losses = block_on(trainer.step(x, beta, eps)).expect("reads");
        }
        losses
    }

    /// A weight far too high drives every code to the prior; back at 1 the codes come back.
    #[test]
    fn collapses_and_mends() {
        let mut trainer = Trainer::new(1, 3e-3, None).expect("fits");
        let learned = train(&mut trainer, 0..150, 1.0);
        assert!(learned.kl > 1.5, "{learned:?}");
        let collapsed = train(&mut trainer, 150..400, 1000.0);
        assert!(collapsed.kl < 0.05, "{collapsed:?}");
        let mended = train(&mut trainer, 400..700, 1.0);
        assert!(mended.kl > 1.5, "{mended:?}");
        assert!(mended.reconstruction < 0.5 * collapsed.reconstruction);
    }

    #[test]
    fn a_seed_gives_the_same_training() {
        let run = |seed| {
            let mut trainer = Trainer::new(seed, 3e-3, None).expect("fits");
            train(&mut trainer, 0..3, 1.0)
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    /// A training that is interrupted goes on as if it had not been.
    #[test]
    fn goes_on_from_a_checkpoint() {
        let trainer = |from| Trainer::new(1, 3e-3, from).expect("fits");
        let mut whole = trainer(None);
        let first = train(&mut whole, 0..5, 1.0);
        let kept = block_on(whole.checkpoint()).expect("reads");
        assert_eq!((kept.step, kept.memory[0].is_empty()), (5, false));
        let rest = train(&mut whole, 5..9, 0.5);
        let mut other = trainer(Some(kept.clone()));
        assert_eq!(train(&mut other, 5..9, 0.5), rest);
        assert_ne!(first, rest);
        assert_eq!(other.step_number(), 9);
        let mut wrong = kept;
        wrong.weights[1].pop();
        assert!(Trainer::new(1, 3e-3, Some(wrong)).is_err());
    }

    /// A fresh network's codes are all the prior: no divergence.
    #[test]
    fn codes_start_at_the_origin() {
        let trainer = Trainer::new(3, 1e-3, None).expect("fits");
        let net = trainer.network();
        let x = rows(halves(), PIXELS, &Device::flex());
        let code = net.encode(x);
        for part in [code.mean, code.log_variance] {
            let values = block_on(read(part.clone())).expect("reads");
            assert_eq!(values, [0.0; 4 * CODE]);
            assert_eq!(net.decode(part).dims(), [4, PIXELS]);
        }
    }
}
