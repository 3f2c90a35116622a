//! What links say in the chapters on sound.

mod forced;
mod own;
mod sample;

pub use forced::ForcedState;
pub use own::{AFTER, OWN, OwnState};
pub use sample::{LENGTH, SampleState};
