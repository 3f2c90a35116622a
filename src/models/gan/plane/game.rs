//! What a game is played with, how it stands, and what flows in one half of a round.

use serde::{Deserialize, Serialize};

use crate::data::points::{Cloud, Preset};
use crate::models::gan::loss::Loss;

/// Everything a game is played with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Game {
    /// Where real points come from.
    pub cloud: Cloud,
    /// What both minimise.
    pub loss: Loss,
    /// Largest weight of the discriminator's with [`Loss::Wasserstein`].
    pub clip: f32,
    /// Makes fakes of noise.
    pub generator: Player,
    /// Tells them from real points.
    pub discriminator: Player,
    /// What noise is drawn from.
    pub noise: NoiseKind,
    /// Numbers of one noise vector.
    pub noise_dims: u32,
    /// Real points, and as many fakes, of each update.
    pub batch: u32,
    /// Seed of weights, points and noise.
    pub seed: u64,
}

impl Default for Game {
    /// The game that the chapter opens with.
    fn default() -> Self {
        let player = Player {
            layers: 2,
            width: 32,
            optimizer: Optimizer::Adam,
            learning_rate: 2e-3,
            updates: 1,
        };
        Self {
            cloud: Cloud::Preset(Preset::Ring),
            loss: Loss::NonSaturating,
            clip: 0.1,
            generator: player,
            discriminator: player,
            noise: NoiseKind::Gaussian,
            noise_dims: 2,
            batch: 128,
            seed: 42,
        }
    }
}

/// One of the two players.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Player {
    /// Hidden layers.
    pub layers: u32,
    /// Width of each.
    pub width: u32,
    /// How its weights follow their gradients.
    pub optimizer: Optimizer,
    /// Learning rate.
    pub learning_rate: f32,
    /// Updates a round.
    pub updates: u32,
}

/// How weights follow their gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Optimizer {
    /// Adam with `beta_1 = 0.5`, `beta_2 = 0.999`, as is usual for GANs (Radford et al. 2016).
    #[default]
    Adam,
    /// Plain gradient descent.
    Sgd,
}

/// The distribution that noise is drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NoiseKind {
    /// Standard normal.
    #[default]
    Gaussian,
    /// Uniform in `[-1, 1]`.
    Uniform,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Half {
    /// The discriminator's updates of a round.
    Discriminator,
    /// The generator's.
    Generator,
}

/// All that the future of a game depends on, beside its rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Halves played; a round has two.
    pub ticks: u32,
    /// Updates made: discriminator, generator. Each names the random numbers of the next one.
    pub updates: [u32; 2],
    /// The generator's weights, layer by layer: weight `[in, out]`, then bias `[out]`.
    pub generator: Vec<f32>,
    /// The discriminator's.
    pub discriminator: Vec<f32>,
    /// What both optimisers remember, as burn records it; empty before their first update.
    pub memory: [Vec<u8>; 2],
}

impl Checkpoint {
    /// Can the game go on from here?
    pub fn is_whole(&self) -> bool {
        !self.generator.is_empty()
    }

    /// Bytes of weights, and of what the optimisers remember.
    pub fn bytes(&self) -> usize {
        let memory: usize = self.memory.iter().map(Vec::len).sum();
        4 * (self.generator.len() + self.discriminator.len()) + memory
    }

    /// The place alone: [`Self::is_whole`] no longer.
    #[must_use]
    pub fn without_weights(&self) -> Self {
        Self {
            ticks: self.ticks,
            updates: self.updates,
            ..Self::default()
        }
    }
}

/// What flowed through the networks in one half: its last update, before the weights moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// Whose half; `None` only before the first.
    pub half: Option<Half>,
    /// Updates of the half. The last of them is the one that is told of here; those before it
    /// have moved the weights already.
    pub updates: u32,
    /// The discriminator's scores on the grid of [`super::heat_grid`], as they
    /// were in this update: `[HEAT_SIDE^2]`, any number, as [`crate::protocol::gan::GanFrame::scores`].
    pub scores: Vec<f32>,
    /// Where the generator of this update puts the noise grid of
    /// [`super::noise_grid`]: `[m, 2]`, as [`crate::protocol::gan::GanFrame::warped`].
    pub warped: Vec<f32>,
    /// Noise, `[batch, noise_dims]`.
    pub noise: Vec<f32>,
    /// What the generator made of it, `[batch, 2]`.
    pub fakes: Vec<f32>,
    /// The real points beside them, `[batch, 2]`; none in the generator's half.
    pub reals: Vec<f32>,
    /// The discriminator's scores of the fakes, `[batch]`.
    pub fake_scores: Vec<f32>,
    /// And of the real points.
    pub real_scores: Vec<f32>,
    /// The loss of whoever moves.
    pub loss: f32,
    /// Negative gradient of that loss at each fake, times batch, `[batch, 2]`; none in the
    /// discriminator's half, where it does not reach the generator.
    pub pulls: Vec<f32>,
    /// Root mean square of the gradient in each layer's weights, from the layer next to the input,
    /// of the network that moves.
    pub gradients: Vec<f32>,
}
