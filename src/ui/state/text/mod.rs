//! What links say in the chapters on text.

mod next;
mod pieces;
mod prompt;

pub use next::{LENGTH, NextState};
pub use pieces::{PiecesState, Shown};
pub use prompt::{LONGEST, Prompt};
