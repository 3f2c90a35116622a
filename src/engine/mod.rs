//! The engine: sessions, and the worker they run in.
//!
//! A [`session`] turns one job into events, step by step, and can be cancelled between steps. Each
//! family has a folder with its jobs; most of them know neither burn nor the browser. What trains is
//! behind the feature `train`. In a browser, `worker` takes the page's requests from its `inbox`,
//! fetches weights for its `device`, and runs the sessions.

#[cfg(feature = "engine")]
pub mod device;
pub mod diffusion;
pub mod gan;
#[cfg(feature = "engine")]
pub mod inbox;
pub mod session;
#[cfg(feature = "engine")]
pub mod worker;

use crate::nn::NotRead;
use crate::protocol::EngineError;

impl From<NotRead> for EngineError {
    fn from(NotRead(why): NotRead) -> Self {
        Self::DeviceLost(why)
    }
}
