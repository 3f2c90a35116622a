//! Controls of the chapter 'Noise it'.

use crate::data::DataSet;
use crate::models::diffusion::schedule::{ScheduleKind, T};
use crate::ui::chapters::Chapter;
use crate::ui::ink::Drawing;
use crate::ui::state::{Controls, Named, Query};

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

impl Controls for NoiseState {
    fn chapter(&self) -> Chapter {
        Chapter::Noise
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("set", &mut self.set, default.set);
        visit_picture(&mut self.picture, &default.picture, q);
        q.named("schedule", &mut self.schedule, default.schedule);
        q.seed("seed", &mut self.seed, default.seed);
        q.number("t", &mut self.t, default.t, 0..=T as u32);
    }
}

/// A drawing wins over a sample.
pub(super) fn visit_picture(picture: &mut Picture, default: &Picture, q: &mut impl Query) {
    let (mut drawing, mut sample) = match picture.clone() {
        same if same == *default => (None, None),
        Picture::Drawing(drawing) => (Some(drawing), None),
        Picture::Sample(index) => (None, Some(index)),
    };
    q.option("drawing", &mut drawing, Drawing::from_code, Drawing::code);
    q.maybe("picture", &mut sample, 0..=SAMPLES - 1);
    *picture = match (drawing, sample) {
        (Some(drawing), _) => Picture::Drawing(drawing),
        (None, Some(index)) => Picture::Sample(index),
        (None, None) => default.clone(),
    };
}

impl Named for ScheduleKind {
    const VALUES: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Linear => "linear",
        }
    }
}
