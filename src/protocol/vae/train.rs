//! A variational autoencoder that learns in the page.
//!
//! As in [`super::super::gan`], an engine keeps nothing between jobs: now and then a frame carries all
//! that is needed to go on from it.

use serde::{Deserialize, Serialize};

pub use crate::models::vae::course::{Checkpoint, Leg};

/// A training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VaeTrain {
    /// Seed of first weights, batches and noise.
    pub seed: u64,
    /// What is learned from, `[n, 28, 28]`, 255 for ink.
    pub pictures: Vec<u8>,
    /// The visitor's drawing, `[28, 28]`: [`crate::models::vae::course::OWN`] of every batch.
    pub own: Option<Vec<u8>>,
    /// The KL's weights, by rising step.
    pub legs: Vec<Leg>,
    /// Go on from here; `None` starts with fresh weights, and with a frame of them.
    pub from: Option<Checkpoint>,
    /// Until so many optimiser steps are done.
    pub steps: u32,
    /// Steps between two frames, `1..`.
    pub frame_every: u32,
    /// Frames between two with a checkpoint, `1..`; the last always has one.
    pub kept_every: u32,
}

/// Where a training stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaeFrame {
    /// Optimiser steps done.
    pub step: u32,
    /// Losses of each step since the frame before, nats a picture: reconstruction, KL.
    pub losses: Vec<[f32; 2]>,
    /// Means of the codes of the first [`crate::models::vae::course::SHOWN`] pictures, and then of the
    /// drawing, `[n, 2]`.
    pub means: Vec<f32>,
    /// KL of each number of the code, mean over those pictures, nats.
    pub kl: [f32; 2],
    /// Pictures of [`crate::models::vae::course::grid_codes`], `[m, 28, 28]`, 255 for ink.
    pub grid: Vec<u8>,
    /// How to go on from here.
    pub checkpoint: Option<Checkpoint>,
    /// The loss has left all bounds: the last frame.
    pub diverged: bool,
    /// Time the steps since the frame before took, ms.
    pub ms: f32,
}
