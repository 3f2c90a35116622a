//! Where the page's work is done: engine workers and the runs on them.
//!
//! [`scheduler`] decides (pure, tested natively): which engine, how a batch is split, when a
//! run moves from one engine to the other, what happens when one breaks. `Host` carries the
//! decisions out in a browser.

mod merge;
pub mod scheduler;

#[cfg(feature = "ui")]
mod browser;
#[cfg(feature = "ui")]
mod surroundings;
#[cfg(feature = "ui")]
mod worker;

#[cfg(feature = "ui")]
pub use browser::{
    Engines, Host, HostEvent, RunHandle, use_engines, use_has_model, use_host, use_work,
};

use crate::protocol::{EngineError, EngineKind, Frame, Report};

/// What a run tells the room that started it.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// An engine or weights are on their way.
    Loading {
        /// Bytes so far.
        received: u64,
        /// Bytes in all; 0 if nobody knows.
        total: u64,
    },
    /// This engine computes from here on.
    Engine(EngineKind),
    /// One step; all pictures of the batch, however it was split.
    Frame(Frame),
    /// What any other job has to show.
    Report(Report),
    /// The run is complete.
    Done {
        /// From start to now, ms.
        ms: f32,
    },
    /// The run was ended early, by its handle or by a newer run.
    Cancelled,
    /// It broke and could not be saved. The host has told the visitor; if they choose to
    /// retry, events go on.
    Failed(EngineError),
    /// The visitor retries: events go on.
    Resumed,
}

impl RunEvent {
    /// Is it the last of its run, unless the visitor retries?
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Cancelled | Self::Failed(_))
    }
}

/// How a room's computation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Engine or weights are on their way.
    #[default]
    Loading,
    /// Steps are being computed.
    Running,
    /// All frames are there.
    Done,
    /// It broke; the visitor may retry.
    Failed,
    /// The visitor stopped it.
    Cancelled,
}

impl Phase {
    /// The name in `data-run-state`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
