//! The engine: sessions, and the worker they run in.
//!
//! A [`session`] turns work into events, step by step, and can be cancelled between steps; [`jobs`]
//! finds the work of a job. Each family has a folder with its own; most of them know neither burn
//! nor the browser. What trains is behind the feature `train`. In a browser, `worker` takes the
//! page's requests from its `inbox`, fetches weights for its `device`, keeps them within its
//! [`memory`], and runs the sessions.

#[cfg(feature = "engine")]
pub mod device;
pub mod diffusion;
pub mod gan;
#[cfg(any(feature = "engine", test))]
pub mod inbox;
pub mod jobs;
#[cfg(feature = "look")]
mod looks;
pub mod memory;
#[cfg(any(feature = "look", feature = "train"))]
pub mod pixel;
#[cfg(any(feature = "look", feature = "train"))]
pub mod series;
pub mod session;
#[cfg(any(feature = "look", feature = "train"))]
pub mod text;
#[cfg(feature = "train")]
mod trainings;
#[cfg(feature = "engine")]
mod turn;
pub mod vae;
#[cfg(feature = "look")]
pub mod wave;
#[cfg(feature = "engine")]
pub mod worker;

use crate::nn::NotRead;
use crate::protocol::EngineError;

impl From<NotRead> for EngineError {
    fn from(NotRead(why): NotRead) -> Self {
        Self::DeviceLost(why)
    }
}
