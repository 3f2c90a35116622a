//! A sound that is gone on with, sample by sample.

use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{Home, Job, PackedJob};
use crate::models::next::Choosing;
use crate::models::wave::Deaf;

/// Samples that may be asked for, those given included: ten seconds.
pub const MOST_SAMPLES: u32 = 80_000;
/// Samples of which all odds may be asked for.
pub const MOST_LOOKED_AT: u32 = 4096;

/// Goes on with a sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaveAsk {
    /// Model id.
    pub model: String,
    /// What is asked for: a pitch, or a digit and who says it.
    pub condition: u16,
    /// Values that stand at the beginning, `count` at most: they are heard, not drawn.
    pub given: Vec<u8>,
    /// Samples in all, `1..=MOST_SAMPLES`.
    pub count: u32,
    /// How each is chosen.
    pub choosing: Choosing,
    /// Names the random number of each sample.
    pub seed: u64,
    /// Layers that do not look back.
    pub deaf: Deaf,
    /// The first sample of which all odds are wanted, and the one after the last;
    /// [`MOST_LOOKED_AT`] at most.
    pub looked_at: [u32; 2],
}

/// Samples of a sound, after those that were sent before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WaveSteps {
    /// Place of the first of them, from 0.
    pub first: u32,
    /// What stands there: what was given, and else what was drawn.
    pub codes: Vec<u8>,
    /// What was drawn at each place, whether it stands or not.
    pub drawn: Vec<u8>,
    /// How surprising each was that stands, bits.
    pub bits: Vec<f32>,
    /// All logits, `[n, 256]`, of those that are looked at.
    pub logits: Vec<f32>,
    /// Time for them, ms.
    pub ms: f32,
}

impl WaveAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "wave";
}

impl Ask for WaveAsk {
    type Answer = WaveSteps;

    fn into_job(self) -> Job {
        Job::Packed(PackedJob::new(
            Self::FORM,
            Home::Cpu,
            Some(&self.model),
            &self,
        ))
    }
}
