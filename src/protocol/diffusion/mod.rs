//! Jobs of the diffusion room, and what they answer.

pub mod inspect;
pub mod plane;

use serde::{Deserialize, Serialize};

use crate::models::diffusion::DEFAULT_GUIDANCE;
pub use crate::models::diffusion::inpaint::Keep;
pub use crate::models::diffusion::sampler::{Guided, Sampler, Update};
use crate::models::diffusion::schedule::ScheduleKind;

/// Settings of one denoising run of `labels.len()` pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Denoise {
    /// Model id; it has to be loaded.
    pub model: String,
    /// Wanted class of each picture; `None` is 'any'.
    pub labels: Vec<Option<u8>>,
    /// Index of the first picture in its seed's streams (a split batch starts at its part).
    pub first_index: u32,
    /// Seed of all noise.
    pub seed: u64,
    /// The rule.
    pub sampler: Sampler,
    /// The noise schedule that times are read by. The models here were trained with
    /// [`ScheduleKind::Cosine`]; another one shows what goes wrong then.
    pub schedule: ScheduleKind,
    /// Network evaluations from pure noise to picture, `1..=1000`.
    pub steps: u32,
    /// Guidance weight w: `eps_uncond + w (eps_cond - eps_uncond)`; 1 is none.
    pub guidance: f32,
    /// When it is guided.
    pub guided: Guided,
    /// Continue from a kept frame instead of from pure noise.
    pub start: Option<Start>,
    /// A part of all pictures that is given; the model fills the rest.
    pub keep: Option<Keep>,
    /// Send every n-th frame only (the first and last are always sent), `1..`.
    pub frame_every: u32,
    /// Skips of the network that are cut: bit i for skip i, 0 being the outermost.
    pub cut: u8,
}

impl Default for Denoise {
    /// One picture of any class, as the room opens: DDIM, 20 steps. Name a model before use.
    fn default() -> Self {
        Self {
            model: String::new(),
            labels: vec![None],
            first_index: 0,
            seed: 42,
            sampler: Sampler::Ddim { eta: 0.0 },
            schedule: ScheduleKind::Cosine,
            steps: 20,
            guidance: DEFAULT_GUIDANCE,
            guided: Guided::Always,
            start: None,
            keep: None,
            frame_every: 1,
            cut: 0,
        }
    }
}

/// Where a run continues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Steps already done, `0..steps`.
    pub step: u32,
    /// x after those steps, `[n, 28, 28]`.
    pub x: Vec<f32>,
    /// The guess x_0 of the step before, `[n, 28, 28]`, where it is known: a sampler of second
    /// order then goes on as if nothing had happened; without it, one step is of first order.
    pub x0_before: Option<Vec<f32>>,
}

/// The state of a denoising run after `step` of `steps` steps.
///
/// Frame `k` shows x at time `t_k` and what the network makes of *that* x: the noise it sees
/// and the clean picture it expects. So a run of 20 steps has frames 0..=20; frame 0 is pure
/// noise with the network's first opinion, frame 20 the picture (its `x0` is itself).
///
/// With [`Denoise::keep`], x is what the last of a step's rounds left, the given part in it;
/// x0, `update` and `ms` are those of the first round that starts from x.
///
/// `eps` is not sent; it is `(x - sqrt(alpha_bar) x0) / sqrt(1 - alpha_bar)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Steps done, `0..=steps`.
    pub step: u32,
    /// Time of `x`, `1000..=0`.
    pub t: u32,
    /// `alpha_bar` at `t`.
    pub alpha_bar: f32,
    /// x_t, `[n, 28, 28]`.
    pub x: Vec<f32>,
    /// The predicted x_0, `[n, 28, 28]`, not clipped (roughly `[-1, 1]`).
    pub x0: Vec<f32>,
    /// The update that leads to the next frame; `None` on the last.
    pub update: Option<Update>,
    /// Time this step's network evaluation and update took, ms.
    pub ms: f32,
}

/// Many runs of one picture's noising, by one jump and by single steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoiseStats {
    /// The clean picture, `[28, 28]`.
    pub x_0: Vec<f32>,
    /// Noised up to here, `1..=1000`.
    pub t: u32,
    /// With this schedule.
    pub schedule: ScheduleKind,
    /// How many independent runs of each kind.
    pub runs: u32,
    /// Seed of all noise.
    pub seed: u64,
}

/// Pixel statistics of [`NoiseStats`], growing while the runs go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoiseStatsFrame {
    /// Runs of each kind so far.
    pub runs: u32,
    /// Left edge of the first bin.
    pub low: f32,
    /// Width of a bin.
    pub bin_width: f32,
    /// Share of pixel values in each bin, one jump each run.
    pub jump: Vec<f32>,
    /// Share of pixel values in each bin, `t` single steps each run.
    pub steps: Vec<f32>,
    /// Mean over pixels of the per-pixel mean, and the pooled sd around it: jump, steps.
    pub mean: [f32; 2],
    /// Root mean square over pixels of the per-pixel standard deviation: jump, steps.
    pub sd: [f32; 2],
    /// Two-sample Kolmogorov-Smirnov distance between the two sets of noise parts,
    /// `x_t - sqrt(alpha_bar_t) x_0`.
    pub ks: f32,
    /// The distance that 1 in 20 pairs of equal distributions would exceed.
    pub ks_critical: f32,
}
