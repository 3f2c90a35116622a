//! What links say in the chapters on tunes.

mod note;

pub use note::{KEYS, METRES, NOTES, TuneState};
