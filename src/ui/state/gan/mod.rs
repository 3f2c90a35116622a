//! Controls of the GAN room's chapters.

mod case;
mod course;
mod game;
mod guess;
mod pictures;

#[cfg(all(test, feature = "ui"))]
pub(crate) use case::tests::frame;
pub use case::{Case, Standing};
#[cfg(all(test, feature = "ui"))]
pub(crate) use course::tests::{hand, rounds};
pub use course::{Leg, Play, course_from, frame_ticks, halves_of, rules_at, ticks_of};
pub use game::{
    BATCHES, GameState, LAYERS, LOSSES, NOISE_DIMS, RATES, ROUNDS, SLOW_STAGES, Shown, UPDATES,
    WIDTHS,
};
pub use guess::GuessState;
pub use pictures::{PicturesState, SHEET, WALK_EVERY, WALK_PARTS, Walk};
