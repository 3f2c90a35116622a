//! What a chapter asks an engine for, and the frames it gets: kept, played, branched.
//!
//! | module | what it is for |
//! |---|---|
//! | `booked` | a store and the work that engines do for it |
//! | `lanes` | several runs, one after the other, in one store |
//! | `player` | playback in step with what is computed and with the link |
//! | [`playback`] | play, step, scrub: where a timeline stands (pure) |
//! | [`timeline`] | the kept frames of a run and its branches (pure) |
//! | `written` | a row of tokens that a Transformer writes |

#[cfg(feature = "ui")]
pub mod booked;
#[cfg(feature = "ui")]
pub mod lanes;
pub mod playback;
#[cfg(feature = "ui")]
pub mod player;
pub mod timeline;
#[cfg(feature = "ui")]
pub mod written;
