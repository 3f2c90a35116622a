//! WaveNets, at work: [`play`] goes on with a sound, sample by sample.

pub mod play;
