//! What a chapter asks an engine for, and the frames it gets: kept, played, branched.

pub mod playback;
pub mod timeline;

#[cfg(feature = "ui")]
pub mod booked;
#[cfg(feature = "ui")]
pub mod lanes;
#[cfg(feature = "ui")]
pub mod player;
