//! What a chapter asks an engine for, and the frames it gets: kept, played, branched.

pub mod booked;
pub mod lanes;
pub mod playback;
pub mod player;
pub mod timeline;
