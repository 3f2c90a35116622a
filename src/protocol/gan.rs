//! Jobs and reports of the GAN room: the game in two dimensions, played live, and pictures from
//! trained generators.
//!
//! As in [`super::diffusion::plane`], an engine keeps nothing between jobs: every frame of a game carries all
//! that is needed to go on from it ([`Checkpoint`]). Points are `f32`, `[n, 2]` flattened.

use serde::{Deserialize, Serialize};

pub use crate::models::gan::loss::Loss;
pub use crate::models::gan::plane::game::{
    Checkpoint, Detail, Game, Half, NoiseKind, Optimizer, Player,
};

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

/// A game after so many halves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

/// Pictures from a trained generator, and what its discriminator says of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
