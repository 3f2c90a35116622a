//! Controls of the chapter 'Noise it'.

use crate::data::DataSet;
use crate::models::diffusion::schedule::{ScheduleKind, T};
use crate::ui::chapters::Chapter;
use crate::ui::state::picture::visit_picture;
use crate::ui::state::{Controls, Named, Picture, Query};

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

impl Named for ScheduleKind {
    const VALUES: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Linear => "linear",
        }
    }
}
