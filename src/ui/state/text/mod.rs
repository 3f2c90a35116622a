//! What links say in the chapters on text.

mod next;
mod prompt;

pub use next::{LENGTH, NextState};
pub use prompt::{LONGEST, Prompt};
