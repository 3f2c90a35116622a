//! Diffusion and flow matching in two dimensions, small enough to be trained while one looks.
//!
//! Both methods mix a data point x_0 with noise and train a network to say, of the mixture, how it
//! was mixed. Here every time is a *noise time* u: 0 is data, 1 is pure noise.
//!
//! | | DDPM | flow matching |
//! |---|---|---|
//! | mixture | `x_t = sqrt(ab_t) x_0 + sqrt(1 - ab_t) eps`, t = 1000 u | `x_t = (1 - t) eps + t x_0`, t = 1 - u |
//! | the network predicts | `v = sqrt(ab_t) eps - sqrt(1 - ab_t) x_0` | the velocity `x_0 - eps` |
//! | loss | mean square of the error, u uniform | the same |
//! | sampling | DDIM or DDPM on a few of the times | the ODE `dx/dt = v(x, t)` from t = 0 to 1 |
//!
//! with `ab` the cosine schedule's `alpha_bar`. DDPM: Ho et al. 2020 (arXiv:2006.11239), with the
//! v-prediction of Salimans and Ho 2022 (arXiv:2202.00512), because near u = 1 a predicted eps
//! leaves x_0 a difference of nearly equal numbers divided by almost nothing. Flow matching: Lipman et
//! al. 2023 (arXiv:2210.02747), eq. 20 to 23 with `sigma_min = 0`; noise is at their t = 0.
//!
//! The network (`net`) is an MLP of three hidden layers on [`INPUTS`] features of x and u:
//! `[n, 21] -> 64 -> 64 -> 64 -> [n, 2]`. [`solve`] and [`mix`] know no burn, so the page uses them too.

pub mod mix;
#[cfg(feature = "train")]
pub mod net;
pub mod solve;
#[cfg(feature = "train")]
pub mod training;

use std::f32::consts::PI;

use serde::{Deserialize, Serialize};

use crate::data::points::{Cloud, EXTENT};

/// Width of the hidden layers of the chapter's network.
pub const HIDDEN: u32 = 64;
/// Hidden layers.
pub const DEPTH: usize = 3;
/// Points a training step.
pub const BATCH: u32 = 256;
/// Learning rate that suits all presets.
pub const LEARNING_RATE: f32 = 3e-3;
/// Points of a sampling, and as many to compare them with.
pub const SAMPLES: usize = 400;
/// Steps of the samplings during training.
pub const PREVIEW_STEPS: usize = 20;
/// Arrows a side of the field that a sampling reports.
pub const FIELD_SIDE: usize = 17;

/// Sines and cosines of each quantity are taken at this many frequencies, each twice the last.
const OCTAVES: usize = 3;
/// Values the network sees of a point and its time: both coordinates and the time, and of each
/// [`OCTAVES`] sines and cosines, without which so small a network learns no fine detail
/// (Tancik et al. 2020, arXiv:2006.10739).
pub const INPUTS: usize = 3 * (1 + 2 * OCTAVES);

/// What the network learns, and how noise is mixed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Method {
    /// Denoising diffusion (Ho et al. 2020) with the cosine schedule, predicting v as the
    /// room's large network does.
    Ddpm,
    /// Flow matching along straight lines (Lipman et al. 2023).
    #[default]
    FlowMatching,
}

/// How samples are made from what was learnt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// [`Method::Ddpm`], without fresh noise (Song et al. 2021, eta = 0).
    Ddim,
    /// [`Method::Ddpm`], with fresh noise at each step.
    Ancestral,
    /// [`Method::FlowMatching`], one evaluation a step.
    #[default]
    Euler,
    /// [`Method::FlowMatching`], two evaluations a step.
    Heun,
}

/// A network's training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneTrain {
    /// Where points come from.
    pub cloud: Cloud,
    /// What is learnt.
    pub method: Method,
    /// Optimiser steps.
    pub steps: u32,
    /// Points a step.
    pub batch: u32,
    /// Learning rate at the start; it falls to nearly 0 along half a cosine.
    pub learning_rate: f32,
    /// Width of the hidden layers.
    pub hidden: u32,
    /// Seed of the first weights, the points, the times and the noise.
    pub seed: u64,
    /// Steps between two reports, `1..`.
    pub report_every: u32,
}

/// Streams of the random numbers of a training and its samplings.
pub mod streams {
    /// First weights.
    pub const WEIGHTS: u32 = 0;
    /// Batches, one draw a step.
    pub const BATCHES: u32 = 1;
    /// Held-out points: draw 0, and others to compare them with: draw 1.
    pub const HELD_OUT: u32 = 2;
    /// Noise of samplings.
    pub const SAMPLES: u32 = 3;
    /// The points and the noise that the page shows.
    pub const SHOWN: u32 = 4;
}

/// What the network is given: `[n, INPUTS]` of points `[n, 2]`, all at noise time `u`.
pub fn features(points: &[f32], u: impl Fn(usize) -> f32) -> Vec<f32> {
    let n = points.len() / 2;
    let mut out = Vec::with_capacity(n * INPUTS);
    for (i, point) in points.chunks_exact(2).enumerate() {
        let u = u(i);
        // The plane is twice 3 wide, so a frequency of 1 does not repeat in it.
        waves(point[0], point[0], &mut out);
        waves(point[1], point[1], &mut out);
        waves(u, PI * u, &mut out);
    }
    out
}

/// `value`, and sines and cosines of `angle`, `2 angle`, `4 angle`.
fn waves(value: f32, angle: f32, out: &mut Vec<f32>) {
    out.push(value);
    let (mut sin, mut cos) = angle.sin_cos();
    for _ in 0..OCTAVES {
        out.extend([sin, cos]);
        (sin, cos) = (2.0 * sin * cos, cos * cos - sin * sin);
    }
}

/// The places of the field's arrows, `[FIELD_SIDE^2, 2]`, row by row from the lower left.
pub fn field_grid() -> Vec<f32> {
    let place = |i: usize| EXTENT * (2.0 * (i as f32 + 0.5) / FIELD_SIDE as f32 - 1.0);
    (0..FIELD_SIDE * FIELD_SIDE)
        .flat_map(|i| [place(i % FIELD_SIDE), place(i / FIELD_SIDE)])
        .collect()
}

/// How much longer than the straight line between its ends a trajectory is, mean over all:
/// 1 for straight ones. `positions` are entries of `[n, 2]`.
pub fn detour(positions: &[Vec<f32>]) -> f32 {
    let step =
        |a: &[f32], b: &[f32], i: usize| (b[2 * i] - a[2 * i]).hypot(b[2 * i + 1] - a[2 * i + 1]);
    let (Some(first), Some(last)) = (positions.first(), positions.last()) else {
        return 1.0;
    };
    let n = first.len() / 2;
    let whole: f32 = (positions.windows(2))
        .map(|pair| (0..n).map(|i| step(&pair[0], &pair[1], i)).sum::<f32>())
        .sum();
    let straight: f32 = (0..n).map(|i| step(first, last, i)).sum();
    if straight > 0.0 {
        whole / straight
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_of_known_points() {
        let f = features(&[0.0, PI / 2.0, 1.0, 0.0], |i| [0.5, 0.0][i]);
        assert_eq!(f.len(), 2 * INPUTS);
        let close = |got: &[f32], want: [f32; 7]| {
            assert!(
                got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-6),
                "{got:?}"
            );
        };
        close(&f[..7], [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
        close(&f[7..14], [PI / 2.0, 1.0, 0.0, 0.0, -1.0, 0.0, 1.0]);
        close(&f[14..21], [0.5, 1.0, 0.0, 0.0, -1.0, 0.0, 1.0]);
        let sines = [1.0f32.sin(), 2.0f32.sin(), 4.0f32.sin()];
        let cosines = [1.0f32.cos(), 2.0f32.cos(), 4.0f32.cos()];
        let want = [
            1.0, sines[0], cosines[0], sines[1], cosines[1], sines[2], cosines[2],
        ];
        close(&f[21..28], want);
    }

    #[test]
    fn the_grid_covers_the_plane() {
        let grid = field_grid();
        assert_eq!(grid.len(), 2 * FIELD_SIDE * FIELD_SIDE);
        let middle = FIELD_SIDE * FIELD_SIDE / 2;
        assert!(grid[2 * middle].abs() < 1e-6 && grid[2 * middle + 1].abs() < 1e-6);
        assert!(grid[0] == grid[1] && grid[0] < -0.9 * EXTENT && grid[0] > -EXTENT);
    }

    #[test]
    fn detours_are_measured() {
        let straight = [
            vec![0.0, 0.0, 1.0, 1.0],
            vec![1.0, 0.0, 1.0, 1.0],
            vec![2.0, 0.0, 1.0, 2.0],
        ];
        assert_eq!(detour(&straight), 1.0);
        let bent = [vec![0.0, 0.0], vec![3.0, 0.0], vec![3.0, 4.0]];
        assert!((detour(&bent) - 1.4).abs() < 1e-6);
        assert_eq!(detour(&[]), 1.0);
    }
}
