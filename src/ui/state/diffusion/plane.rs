//! Controls of the chapter 'Two dimensions'.

use crate::data::points::Cloud;
use crate::models::diffusion::plane::{BATCH, HIDDEN, LEARNING_RATE};
use crate::protocol::diffusion::plane::{Method, PlaneTrain, Rule};
use crate::ui::chapters::Chapter;
use crate::ui::state::cloud::visit_cloud;
use crate::ui::state::query::named;
use crate::ui::state::{Controls, Named, Query};

/// Learning rates to choose from; the last is there to see a training fail.
pub const LEARNING_RATES: [f32; 5] = [3e-4, 1e-3, LEARNING_RATE, 1e-2, 30.0];
/// Lengths of a training to choose from, optimiser steps.
pub const TRAIN_STEPS: [u32; 4] = [500, 1000, 2000, 5000];
/// Lengths of a sampling to choose from.
pub const SAMPLE_STEPS: [u32; 5] = [2, 5, 10, 20, 50];
/// Reports of a training after the one of the untrained network.
pub const SNAPSHOTS: u32 = 50;
/// Positions of the transport in the view [`View::Noise`].
pub const NOISE_LEVELS: u32 = 100;

/// What the stage shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The data under growing noise.
    #[default]
    Noise,
    /// Samples while the network learns.
    Train,
    /// The way from noise to samples.
    Sample,
}

impl View {
    /// All views, in the order in which a control lists them.
    pub const ALL: [Self; 3] = [Self::Noise, Self::Train, Self::Sample];

    /// The name in links and in `data-view`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Train => "train",
            Self::Sample => "sample",
        }
    }
}

named!(View);

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaneState {
    /// Where points come from.
    pub cloud: Cloud,
    /// What is learnt.
    pub method: Method,
    /// How samples are made; a rule of the method.
    pub rule: Rule,
    /// Learning rate at the start, one of [`LEARNING_RATES`].
    pub learning_rate: f32,
    /// Optimiser steps, one of [`TRAIN_STEPS`].
    pub train_steps: u32,
    /// Steps of a sampling, one of [`SAMPLE_STEPS`].
    pub steps: u32,
    /// Seed of everything.
    pub seed: u64,
    /// What the stage shows.
    pub view: View,
    /// Where the transport stands; `None` as the view opens.
    pub at: Option<u32>,
    /// Sample with the weights after this many optimiser steps; `None`: the last.
    pub from: Option<u32>,
}

impl Default for PlaneState {
    fn default() -> Self {
        Self {
            cloud: Cloud::default(),
            method: Method::default(),
            rule: Rule::default(),
            learning_rate: LEARNING_RATE,
            train_steps: 2000,
            steps: 20,
            seed: 42,
            view: View::default(),
            at: None,
            from: None,
        }
    }
}

impl PlaneState {
    /// The last position of the transport in this view.
    pub fn last(&self) -> u32 {
        match self.view {
            View::Noise => NOISE_LEVELS,
            View::Train => SNAPSHOTS,
            View::Sample => self.steps,
        }
    }

    /// The training these controls ask for.
    pub fn training(&self) -> PlaneTrain {
        PlaneTrain {
            cloud: self.cloud.clone(),
            method: self.method,
            steps: self.train_steps,
            batch: BATCH,
            learning_rate: self.learning_rate,
            hidden: HIDDEN,
            seed: self.seed,
            report_every: self.train_steps / SNAPSHOTS,
        }
    }
}

impl Controls for PlaneState {
    fn chapter(&self) -> Chapter {
        Chapter::Plane
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        visit_cloud(&mut self.cloud, &default.cloud, q);
        q.named("method", &mut self.method, default.method);
        let rules = Rule::of(self.method);
        let rule = |name: &str| Rule::called(name).filter(|rule| rules.contains(rule));
        q.setting("sampler", &mut self.rule, rules[0], rule, |rule| {
            rule.name().into()
        });
        q.one_of(
            "lr",
            &mut self.learning_rate,
            default.learning_rate,
            &LEARNING_RATES,
        );
        q.one_of(
            "train",
            &mut self.train_steps,
            default.train_steps,
            &TRAIN_STEPS,
        );
        q.one_of("steps", &mut self.steps, default.steps, &SAMPLE_STEPS);
        q.seed("seed", &mut self.seed, default.seed);
        q.named("view", &mut self.view, default.view);
        let last = self.last();
        q.maybe("at", &mut self.at, 0..=last);
        q.maybe("from", &mut self.from, 0..=self.train_steps);
    }
}

impl Named for Method {
    const VALUES: &'static [Self] = &[Self::Ddpm, Self::FlowMatching];

    fn name(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::FlowMatching => "flow",
        }
    }
}

impl Named for Rule {
    const VALUES: &'static [Self] = &[Self::Ddim, Self::Ancestral, Self::Euler, Self::Heun];

    fn name(self) -> &'static str {
        match self {
            Self::Ddim => "ddim",
            Self::Ancestral => "ddpm",
            Self::Euler => "euler",
            Self::Heun => "heun",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip, state};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(PlaneState::default()), "#/diffusion/plane");
        let drawn = PlaneState {
            cloud: Cloud::Cells(vec![[0, 63], [17, 5], [63, 0]]),
            learning_rate: 30.0,
            ..PlaneState::default()
        };
        assert_eq!(round_trip(drawn), "#/diffusion/plane?dots=A_RF_A&lr=30");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back(
            "diffusion/plane",
            &[
                ("data=cube&view=film&lr=2&train=3&steps=7", 5),
                ("method=gan&sampler=ddpm", 2),
                ("at=101", 1),
                ("from=2001", 1),
                ("dots=", 1),
                ("dots=AAA", 1),
                ("dots=A%21", 1),
            ],
        );
        for (query, problems) in [
            ("method=ddpm&sampler=heun", 1),
            ("view=sample&steps=5&at=6", 1),
            ("train=500&from=501", 1),
            ("dots=AB&data=ring", 0),
        ] {
            let (_, found) = state::<PlaneState>(&format!("#/diffusion/plane?{query}"));
            assert_eq!(found, problems, "{query}");
        }
    }

    #[test]
    fn a_training_reports_fifty_times() {
        for train_steps in TRAIN_STEPS {
            let state = PlaneState {
                train_steps,
                ..PlaneState::default()
            };
            let job = state.training();
            assert_eq!(job.report_every * SNAPSHOTS, job.steps);
        }
    }
}
