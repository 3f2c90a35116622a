//! Jobs and reports of the chapter 'Two dimensions': small networks trained live on points.
//!
//! An engine keeps nothing between jobs: a training sends its weights with every report, and a
//! sampling brings the weights it wants used. Points are `f32`, `[n, 2]` flattened.

use serde::{Deserialize, Serialize};

use crate::data::points::Cloud;
pub use crate::models::diffusion::plane::{Method, PlaneTrain, Rule};
use crate::protocol::Job;

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

/// A question about points in the plane.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaneAsk {
    /// A training.
    Train(PlaneTrain),
    /// A sampling.
    Sample(PlaneSample),
}

impl PlaneAsk {
    /// The job.
    pub fn job(self) -> Job {
        match self {
            Self::Train(job) => Job::PlaneTrain(job),
            Self::Sample(job) => Job::PlaneSample(job),
        }
    }
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PlaneAnswer {
    /// Where the training stands.
    Training(PlaneTraining),
    /// All samples.
    Samples(PlaneSamples),
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
