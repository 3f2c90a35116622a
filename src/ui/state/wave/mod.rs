//! What links say in the chapters on sound.

mod sample;

pub use sample::{LAYERS, LENGTH, NOTES, SampleState};
