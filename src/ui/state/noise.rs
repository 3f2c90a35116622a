//! Controls of the chapter 'Noise it'.

use super::{Reader, Writer};
use crate::models::diffusion::schedule::{ScheduleKind, T};

/// What is noised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A real test digit, by its place in the shipped samples.
    Sample(u32),
    /// What the visitor drew (kept on the page only, not in the link).
    Drawing,
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseState {
    /// What is noised.
    pub picture: Picture,
    /// How far, `0..=1000`.
    pub t: u32,
    /// By which schedule.
    pub schedule: ScheduleKind,
    /// Seed of the noise.
    pub seed: u64,
}

impl Default for NoiseState {
    fn default() -> Self {
        Self { picture: Picture::Sample(0), t: 0, schedule: ScheduleKind::Cosine, seed: 42 }
    }
}

impl NoiseState {
    pub(super) fn read(query: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            picture: query
                .choice("picture", |value| match value {
                    "drawing" => Some(Picture::Drawing),
                    number => number.parse().ok().map(Picture::Sample),
                })
                .unwrap_or(default.picture),
            t: query.number("t", 0..=T as u32).unwrap_or(default.t),
            schedule: query
                .choice("schedule", |value| {
                    ScheduleKind::ALL.into_iter().find(|&kind| name(kind) == value)
                })
                .unwrap_or(default.schedule),
            seed: query.number("seed", 0..=u64::MAX).unwrap_or(default.seed),
        }
    }

    pub(super) fn write(&self, query: &mut Writer) {
        let default = Self::default();
        match self.picture {
            Picture::Drawing => query.put("picture", "drawing"),
            Picture::Sample(0) => {}
            Picture::Sample(index) => query.put("picture", index),
        }
        query.put_unless("schedule", name(self.schedule), name(default.schedule));
        query.put_unless("seed", self.seed, default.seed);
        query.put_unless("t", self.t, default.t);
    }
}

fn name(kind: ScheduleKind) -> &'static str {
    match kind {
        ScheduleKind::Cosine => "cosine",
        ScheduleKind::Linear => "linear",
    }
}
