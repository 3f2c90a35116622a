//! What links say in the chapters on text.

mod answers;
mod next;
mod pieces;
mod prompt;

pub use answers::{ANSWER_LENGTH, AnswersState};
pub use next::{LENGTH, NextState};
pub use pieces::{PiecesState, Shown};
pub use prompt::{LONGEST, Prompt};
