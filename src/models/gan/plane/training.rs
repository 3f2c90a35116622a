//! Playing: halves of rounds, each some updates of one player.
//!
//! In its update the discriminator sees a batch of fresh real points and a batch of fakes in one
//! pass; the gradient ends at the fakes. In the generator's the gradient goes back through the
//! discriminator, whose weights stay, to the fakes and into the generator. With
//! [`Loss::Wasserstein`] the discriminator's weights are clipped after each update (Arjovsky et al.
//! 2017, algorithm 1).

use burn::module::{Module, ModuleMapper, Param};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Bytes, Device, Gradients, Tensor};

use super::game::{Checkpoint, Detail, Game, Half, Optimizer, Player};
use super::{LEAK, heat_grid, noise_grid, noise_vectors, streams};
use crate::models::gan::loss::{self, Loss};
use crate::nn::mlp::{LastLayer, Mlp, MlpShape, rows};
use crate::nn::{NotRead, read};

/// The checkpoint is of another game: its networks have other sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these weights do not fit these networks")]
pub struct OtherNetworks;

/// Sizes of the generator and the discriminator of a game.
pub fn shapes(game: &Game) -> [MlpShape; 2] {
    let shape = |player: &Player, inputs, outputs| MlpShape {
        inputs,
        hidden: player.width as usize,
        depth: player.layers as usize,
        outputs,
    };
    [
        shape(&game.generator, game.noise_dims as usize, 2),
        shape(&game.discriminator, 2, 1),
    ]
}

/// A game under way.
pub struct Trainer {
    game: Game,
    device: Device,
    generator: Mlp,
    discriminator: Mlp,
    /// Discriminator's, generator's.
    optimizers: [ModuleOptimizer; 2],
    ticks: u32,
    updates: [u32; 2],
    /// Updates of the half under way that are made.
    made: u32,
}

impl Trainer {
    /// Goes on from `start`, or begins with fresh networks.
    ///
    /// # Errors
    /// If the checkpoint is of other networks.
    pub fn new(game: Game, start: Option<Checkpoint>) -> Result<Self, OtherNetworks> {
        let device = Device::flex().autodiff();
        let [g, d] = shapes(&game);
        let start = start.unwrap_or_else(|| Checkpoint {
            generator: g.first_weights(game.seed, streams::WEIGHTS[0], LastLayer::Random),
            discriminator: d.first_weights(game.seed, streams::WEIGHTS[1], LastLayer::Random),
            ..Checkpoint::default()
        });
        let [d_memory, g_memory] = start.memory;
        Ok(Self {
            generator: g.init(&start.generator, &device).ok_or(OtherNetworks)?,
            discriminator: d.init(&start.discriminator, &device).ok_or(OtherNetworks)?,
            optimizers: [
                optimizer(&game.discriminator, d_memory)?,
                optimizer(&game.generator, g_memory)?,
            ],
            ticks: start.ticks,
            updates: start.updates,
            made: 0,
            device,
            game,
        })
    }

    /// Makes the next update of a half. `None` while there are more to come; with the last the
    /// half is over, and gives that update's loss. What flowed in the last update is written down in `detail`. A half is played to its end before another
    /// begins.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn update(
        &mut self,
        half: Half,
        detail: Option<&mut Detail>,
    ) -> Result<Option<f32>, NotRead> {
        self.made += 1;
        let is_last = self.made >= self.player(half).updates;
        let detail = detail.filter(|_| is_last);
        let loss = match half {
            Half::Discriminator => self.update_discriminator(detail).await?,
            Half::Generator => self.update_generator(detail).await?,
        };
        if !is_last {
            return Ok(None);
        }
        self.made = 0;
        self.ticks += 1;
        Ok(Some(loss))
    }

    fn player(&self, half: Half) -> &Player {
        match half {
            Half::Discriminator => &self.game.discriminator,
            Half::Generator => &self.game.generator,
        }
    }

    async fn update_discriminator(&mut self, detail: Option<&mut Detail>) -> Result<f32, NotRead> {
        let (batch, draw) = (self.game.batch as usize, self.updates[0]);
        let z = noise_vectors(&self.game, batch, streams::NOISE[0], draw);
        let reals = self
            .game
            .cloud
            .points(batch, self.game.seed, streams::REALS, draw);
        let fakes = self.fakes(&z).await?;
        let both = rows([reals.as_slice(), &fakes].concat(), 2, &self.device);
        let scores = self.discriminator.forward_leaky(both, LEAK);
        let (real, fake) = (
            scores.clone().narrow(0, 0, batch),
            scores.narrow(0, batch, batch),
        );
        let cost = loss::discriminator(self.game.loss, real.clone(), fake.clone());
        let value = scalar(&cost).await?;
        let gradients = cost.backward();
        if let Some(detail) = detail {
            *detail = Detail {
                noise: z,
                fakes,
                reals,
                fake_scores: read(fake.inner()).await?,
                real_scores: read(real.inner()).await?,
                loss: value,
                gradients: layer_gradients(&self.discriminator, &gradients).await?,
                ..self.before(Half::Discriminator).await?
            };
        }
        let gradients = GradientsParams::from_grads(gradients, &self.discriminator);
        let rate = f64::from(self.game.discriminator.learning_rate);
        let mut next = self.optimizers[0].step(rate, self.discriminator.clone(), gradients);
        if self.game.loss == Loss::Wasserstein {
            next = next.map(&mut Clip(self.game.clip));
        }
        self.discriminator = next;
        self.updates[0] += 1;
        Ok(value)
    }

    async fn update_generator(&mut self, detail: Option<&mut Detail>) -> Result<f32, NotRead> {
        let batch = self.game.batch as usize;
        let z = noise_vectors(&self.game, batch, streams::NOISE[1], self.updates[1]);
        let noise = rows(z.clone(), self.game.noise_dims as usize, &self.device);
        let fakes = self.generator.forward(noise);
        let scores = self
            .discriminator
            .clone()
            .no_grad()
            .forward_leaky(fakes.clone(), LEAK);
        let cost = loss::generator(self.game.loss, scores.clone());
        let value = scalar(&cost).await?;
        let gradients = cost.backward();
        if let Some(detail) = detail {
            let fakes = read(fakes.inner()).await?;
            *detail = Detail {
                noise: z,
                fake_scores: read(scores.inner()).await?,
                loss: value,
                pulls: self.pulls(&fakes).await?,
                gradients: layer_gradients(&self.generator, &gradients).await?,
                fakes,
                ..self.before(Half::Generator).await?
            };
        }
        let gradients = GradientsParams::from_grads(gradients, &self.generator);
        let rate = f64::from(self.game.generator.learning_rate);
        self.generator = self.optimizers[1].step(rate, self.generator.clone(), gradients);
        self.updates[1] += 1;
        Ok(value)
    }

    /// What both networks make of their grids before the update under way has moved one of them.
    async fn before(&self, half: Half) -> Result<Detail, NotRead> {
        let grid = noise_grid(self.game.noise, self.game.noise_dims as usize);
        Ok(Detail {
            half: Some(half),
            updates: self.player(half).updates,
            scores: self.scores(heat_grid()).await?,
            warped: self.fakes(&grid).await?,
            ..Detail::default()
        })
    }

    /// What the generator makes of noise vectors `[n, noise_dims]`: `[n, 2]`.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn fakes(&self, z: &[f32]) -> Result<Vec<f32>, NotRead> {
        let device = Device::flex();
        let z = rows(z.to_vec(), self.game.noise_dims as usize, &device);
        read(self.generator.valid().forward(z)).await
    }

    /// The discriminator's scores of points `[n, 2]`: `[n]`.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn scores(&self, points: Vec<f32>) -> Result<Vec<f32>, NotRead> {
        let points = rows(points, 2, &Device::flex());
        read(self.discriminator.valid().forward_leaky(points, LEAK)).await
    }

    /// The negative gradient of the generator's loss at fakes `[n, 2]`, times n: `[n, 2]`.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn pulls(&self, fakes: &[f32]) -> Result<Vec<f32>, NotRead> {
        let n = fakes.len() as f32 / 2.0;
        let places = rows(fakes.to_vec(), 2, &self.device).require_grad();
        let scores = self
            .discriminator
            .clone()
            .no_grad()
            .forward_leaky(places.clone(), LEAK);
        let gradients = loss::generator(self.game.loss, scores).backward();
        match places.grad(&gradients) {
            Some(gradient) => read(gradient * -n).await,
            None => Ok(vec![0.0; fakes.len()]),
        }
    }

    /// All that is needed to go on from here, between two halves.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn checkpoint(&self) -> Result<Checkpoint, NotRead> {
        let memory = |optimizer: &ModuleOptimizer| {
            // Nothing to remember, or a record that cannot be written: the optimiser starts anew.
            let bytes = optimizer.into_bytes().map(|bytes| bytes.to_vec());
            bytes.unwrap_or_default()
        };
        Ok(Checkpoint {
            ticks: self.ticks,
            updates: self.updates,
            generator: self.generator.valid().weights().await?,
            discriminator: self.discriminator.valid().weights().await?,
            memory: [0, 1].map(|i| match self.updates[i] {
                0 => Vec::new(),
                _ => memory(&self.optimizers[i]),
            }),
        })
    }
}

fn optimizer(player: &Player, memory: Vec<u8>) -> Result<ModuleOptimizer, OtherNetworks> {
    let fresh = match player.optimizer {
        Optimizer::Adam => AdamConfig::new()
            .with_beta_1(0.5)
            .with_beta_2(0.999)
            .with_epsilon(1e-8)
            .init(),
        // It has no memory: what another optimiser left is of no use to it.
        Optimizer::Sgd => return Ok(SgdConfig::new().init()),
    };
    if memory.is_empty() {
        return Ok(fresh);
    }
    fresh
        .from_bytes(Bytes::from_bytes_vec(memory))
        .map_err(|_| OtherNetworks)
}

async fn scalar(value: &Tensor<1>) -> Result<f32, NotRead> {
    let value = read(value.clone().inner()).await?;
    Ok(value.iter().sum())
}

/// Root mean square of the gradient of each layer's weights.
async fn layer_gradients(net: &Mlp, gradients: &Gradients) -> Result<Vec<f32>, NotRead> {
    let mut all = Vec::new();
    for layer in net.layers() {
        let gradient = match layer.weight.val().grad(gradients) {
            Some(gradient) => read(gradient).await?,
            None => Vec::new(),
        };
        let square: f32 = gradient.iter().map(|g| g * g).sum();
        all.push((square / gradient.len().max(1) as f32).sqrt());
    }
    Ok(all)
}

/// Keeps every weight within `-c..=c`.
struct Clip(f32);

impl ModuleMapper for Clip {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|weights| {
            let clipped = weights.inner().clamp(-self.0, self.0);
            Tensor::from_inner(clipped).require_grad()
        })
    }
}

#[cfg(test)]
mod tests;
