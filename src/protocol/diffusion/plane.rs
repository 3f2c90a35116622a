//! Jobs and reports of the chapter 'Two dimensions': small networks trained live on points.
//!
//! An engine keeps nothing between jobs: a training sends its weights with every report, and a
//! sampling brings the weights it wants used. Points are `f32`, `[n, 2]` flattened.

use serde::{Deserialize, Serialize};

use crate::data::points::Cloud;

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

/// A report of a training: where it stands after `step` steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneTraining {
    /// Optimiser steps done, `0..=steps`; the first report is of the untrained network.
    pub step: u32,
    /// The loss of each step since the report before.
    pub losses: Vec<f32>,
    /// The network's weights, layer by layer: weight `[in, out]`, then bias `[out]`.
    pub weights: Vec<f32>,
    /// Points sampled with these weights, from the same noise in every report.
    pub samples: Vec<f32>,
    /// Energy distance of the samples to held-out points; see [`crate::quality::energy`].
    pub distance: f32,
    /// The same between held-out points and as many others from the cloud.
    pub floor: f32,
    /// The loss left all bounds: this is the last report, and its weights are of no use.
    pub diverged: bool,
    /// Time the steps since the report before took, ms, without the sampling.
    pub ms: f32,
}

/// Sampling with given weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneSample {
    /// What the samples are compared with.
    pub cloud: Cloud,
    /// What the weights were trained for.
    pub method: Method,
    /// How to sample; a rule of that method.
    pub rule: Rule,
    /// Width of the hidden layers.
    pub hidden: u32,
    /// As in [`PlaneTraining::weights`].
    pub weights: Vec<f32>,
    /// Seed of all noise.
    pub seed: u64,
    /// Steps from noise to data.
    pub steps: u32,
}

/// All of a sampling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneSamples {
    /// The points after each step, `steps + 1` entries of `[n, 2]`; the first is pure noise.
    pub positions: Vec<Vec<f32>>,
    /// What the network says on [`crate::models::diffusion::plane::field_grid`] at the time of each
    /// entry of `positions`, `[grid, 2]`; the last repeats the one before.
    pub fields: Vec<Vec<f32>>,
    /// Energy distance of the last points to held-out points.
    pub distance: f32,
    /// The same between held-out points and as many others from the cloud.
    pub floor: f32,
    /// From start to end, ms.
    pub ms: f32,
}
