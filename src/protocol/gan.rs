//! Jobs and reports of the GAN room: the game in two dimensions, played live, and pictures from
//! trained generators.
//!
//! As in [`super::diffusion::plane`], an engine keeps nothing between jobs: every frame of a game carries all
//! that is needed to go on from it ([`Checkpoint`]). Points are `f32`, `[n, 2]` flattened.

use serde::{Deserialize, Serialize};

use crate::data::points::Cloud;

/// What discriminator and generator minimise; see [`crate::models::gan::loss`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Loss {
    /// The zero-sum game (Goodfellow et al. 2014, eq. 1).
    Minimax,
    /// The same discriminator, and a generator that maximises `log D(G(z))` (section 3 there).
    #[default]
    NonSaturating,
    /// Least squares (Mao et al. 2017, eq. 9, with targets 0 and 1).
    LeastSquares,
    /// Wasserstein with clipped weights (Arjovsky et al. 2017, algorithm 1).
    Wasserstein,
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

/// The distribution that noise is drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum NoiseKind {
    /// Standard normal.
    #[default]
    Gaussian,
    /// Uniform in `[-1, 1]`.
    Uniform,
}

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

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Half {
    /// The discriminator's updates of a round.
    Discriminator,
    /// The generator's.
    Generator,
}

/// How far to play.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Plan {
    /// Whole rounds, the discriminator's half first.
    Rounds {
        /// As many; none only shows where a game starts.
        count: u32,
        /// Rounds between two frames, `1..`.
        frame_every: u32,
    },
    /// These halves, each with a frame that has its [`Detail`].
    Halves(Vec<Half>),
}

/// Play a game, or go on with one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GanPlay {
    /// The rules from here on.
    pub game: Game,
    /// Go on from here; `None` starts with fresh networks, and with a frame of them.
    pub start: Option<Checkpoint>,
    /// How far.
    pub plan: Plan,
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

/// A game after so many halves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GanFrame {
    /// Where it stands, and how to go on.
    pub at: Checkpoint,
    /// Losses of every round since the frame before: discriminator, generator. NaN for a half
    /// that was not played.
    pub losses: Vec<[f32; 2]>,
    /// Fakes from the same noise in every frame, `[n, 2]`.
    pub fakes: Vec<f32>,
    /// Where the generator's loss pulls each fake: its negative gradient there, times n, `[n, 2]`.
    pub pulls: Vec<f32>,
    /// The discriminator's scores of the fakes, `[n]`.
    pub fake_scores: Vec<f32>,
    /// Its scores of held-out real points, `[n]`.
    pub real_scores: Vec<f32>,
    /// Share of those real points that it takes for real, `0..=1`.
    pub real_accuracy: f32,
    /// Share of the fakes that it takes for fake, `0..=1`.
    pub fake_accuracy: f32,
    /// The discriminator's scores on the grid of [`crate::models::gan::plane::heat_grid`].
    pub scores: Vec<f32>,
    /// Where the generator puts the noise grid of [`crate::models::gan::plane::noise_grid`],
    /// `[m, 2]`.
    pub warped: Vec<f32>,
    /// How far the fakes' distribution is from the real one, on a grid.
    pub divergence: Divergence,
    /// The half that has just been played, if it was played by hand.
    pub detail: Option<Detail>,
    /// Its numbers left all bounds: the last frame, of no further use.
    pub diverged: bool,
    /// Time the updates since the frame before took, ms, without what is measured for the frame.
    pub ms: f32,
}

/// Divergences between two histograms; see [`crate::quality::grid`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// `KL(real || fake)`, nats.
    pub kl: f32,
    /// Jensen-Shannon, nats, `0..=ln 2`.
    pub js: f32,
    /// `KL` of as many other real points: what is left when nothing is wrong.
    pub kl_floor: f32,
    /// The same of Jensen-Shannon.
    pub js_floor: f32,
}

/// What flowed through the networks in one half: its last update, before the weights moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// Whose half; `None` only before the first.
    pub half: Option<Half>,
    /// Updates of the half. The last of them is the one that is told of here; those before it
    /// have moved the weights already.
    pub updates: u32,
    /// The discriminator's scores on the grid of [`crate::models::gan::plane::heat_grid`], as they
    /// were in this update: `[HEAT_SIDE^2]`, any number, as [`GanFrame::scores`].
    pub scores: Vec<f32>,
    /// Where the generator of this update puts the noise grid of
    /// [`crate::models::gan::plane::noise_grid`]: `[m, 2]`, as [`GanFrame::warped`].
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

/// Pictures from a trained generator, and what its discriminator says of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GanImages {
    /// Model id; it has to be loaded.
    pub model: String,
    /// Noise vectors, `[n, Z]` with [`crate::models::gan::image::Z`].
    pub z: Vec<f32>,
    /// Class of each fake, `[n]`.
    pub labels: Vec<u8>,
    /// Other pictures to judge, `[m, 28, 28]`, `-1..=1`.
    pub reals: Vec<f32>,
    /// Their classes, `[m]`.
    pub real_labels: Vec<u8>,
}

/// The answer to [`GanImages`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GanPictures {
    /// The fakes, `[n, 28, 28]`, `-1..=1`.
    pub pictures: Vec<f32>,
    /// The discriminator's scores of them, `[n]`; above 0 it takes a picture for real.
    pub scores: Vec<f32>,
    /// Its scores of the other pictures, `[m]`.
    pub real_scores: Vec<f32>,
    /// From noise to scores, ms.
    pub ms: f32,
}
