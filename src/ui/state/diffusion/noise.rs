//! Controls of the chapter 'Noise it'.

use crate::data::DataSet;
use crate::models::diffusion::schedule::{ScheduleKind, T};
use crate::ui::ink::Drawing;
use crate::ui::state::model::{read_set, write_set};
use crate::ui::state::{Reader, Writer};

/// Real digits that ship with the page.
pub const SAMPLES: u32 = 320;

/// What is noised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A real test digit, by its place in the shipped samples, `0..SAMPLES`.
    Sample(u32),
    /// What the visitor drew.
    Drawing(Drawing),
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseState {
    /// Where real pictures come from.
    pub set: DataSet,
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
        Self {
            set: DataSet::default(),
            picture: Picture::Sample(0),
            t: 0,
            schedule: ScheduleKind::Cosine,
            seed: 42,
        }
    }
}

impl NoiseState {
    pub(crate) fn read(query: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            picture: read_picture(query).unwrap_or(default.picture),
            t: query.number("t", 0..=T as u32).unwrap_or(default.t),
            set: read_set(query),
            schedule: read_schedule(query).unwrap_or(default.schedule),
            seed: query.number("seed", 0..=u64::MAX).unwrap_or(default.seed),
        }
    }

    pub(crate) fn write(&self, query: &mut Writer) {
        let default = Self::default();
        write_set(self.set, query);
        match &self.picture {
            Picture::Drawing(drawing) => query.put("drawing", drawing.code()),
            Picture::Sample(0) => {}
            Picture::Sample(index) => query.put("picture", index),
        }
        write_schedule(self.schedule, query);
        query.put_unless("seed", self.seed, default.seed);
        query.put_unless("t", self.t, default.t);
    }
}

/// A drawing wins over a sample.
pub(crate) fn read_picture(query: &mut Reader) -> Option<Picture> {
    let sample = query
        .number("picture", 0..=SAMPLES - 1)
        .map(Picture::Sample);
    let drawing = query
        .choice("drawing", Drawing::from_code)
        .map(Picture::Drawing);
    drawing.or(sample)
}

/// The schedule a link names.
pub(crate) fn read_schedule(query: &mut Reader) -> Option<ScheduleKind> {
    query.choice("schedule", |value| {
        ScheduleKind::ALL
            .into_iter()
            .find(|&kind| name(kind) == value)
    })
}

/// Names a schedule in a link.
pub(crate) fn write_schedule(kind: ScheduleKind, query: &mut Writer) {
    query.put_unless("schedule", name(kind), name(ScheduleKind::default()));
}

fn name(kind: ScheduleKind) -> &'static str {
    match kind {
        ScheduleKind::Cosine => "cosine",
        ScheduleKind::Linear => "linear",
    }
}
