//! What links say in the chapters on text.

mod answers;
mod inside;
mod learned;
mod next;
mod pieces;
mod prompt;
mod train;

pub use answers::{ANSWER_LENGTH, AnswersState};
pub use inside::InsideState;
pub use learned::{LearnedState, READ, STANDS};
pub use next::{
    AT_HOME, CALM, Came, FIRST, HOT, LENGTH, Library, NextCase, NextState, REPEATED, read_given,
    write_given,
};
pub use pieces::{PiecesState, Shown};
pub use prompt::{LONGEST, Prompt};
pub use train::{FRAME_EVERY, GO, TextTrainState};
