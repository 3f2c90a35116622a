//! Controls of the chapter 'Two dimensions'.

use crate::data::points::Cloud;
use crate::models::diffusion::plane::{BATCH, HIDDEN, LEARNING_RATE};
use crate::protocol::diffusion::plane::{Method, PlaneTrain, Rule};
use crate::ui::state::cloud::{read_cloud, write_cloud};
use crate::ui::state::{Reader, Writer};

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
    pub(crate) fn read(query: &mut Reader) -> Self {
        let default = Self::default();
        let method = query
            .choice("method", read_method)
            .unwrap_or(default.method);
        let view = query.choice("view", |id| View::ALL.into_iter().find(|v| v.id() == id));
        let mut state = Self {
            cloud: read_cloud(query).unwrap_or(default.cloud),
            method,
            rule: query
                .choice("sampler", |id| {
                    Rule::of(method)
                        .into_iter()
                        .find(|rule| rule_id(*rule) == id)
                })
                .unwrap_or(Rule::of(method)[0]),
            learning_rate: query
                .one_of("lr", &LEARNING_RATES)
                .unwrap_or(default.learning_rate),
            train_steps: query
                .one_of("train", &TRAIN_STEPS)
                .unwrap_or(default.train_steps),
            steps: query
                .one_of("steps", &SAMPLE_STEPS)
                .unwrap_or(default.steps),
            seed: query.number("seed", 0..=u64::MAX).unwrap_or(default.seed),
            view: view.unwrap_or_default(),
            at: None,
            from: None,
        };
        state.at = query.number("at", 0..=state.last());
        state.from = query.number("from", 0..=state.train_steps);
        state
    }

    pub(crate) fn write(&self, query: &mut Writer) {
        let default = Self::default();
        write_cloud(&self.cloud, &default.cloud, query);
        query.put_unless("method", method_id(self.method), method_id(default.method));
        let [usual, _] = Rule::of(self.method);
        query.put_unless("sampler", rule_id(self.rule), rule_id(usual));
        query.put_unless("lr", self.learning_rate, default.learning_rate);
        query.put_unless("train", self.train_steps, default.train_steps);
        query.put_unless("steps", self.steps, default.steps);
        query.put_unless("seed", self.seed, default.seed);
        query.put_unless("view", self.view.id(), default.view.id());
        for (key, value) in [("at", self.at), ("from", self.from)] {
            if let Some(value) = value {
                query.put(key, value);
            }
        }
    }

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

fn read_method(id: &str) -> Option<Method> {
    [Method::Ddpm, Method::FlowMatching]
        .into_iter()
        .find(|method| method_id(*method) == id)
}

/// The method's name in links.
pub fn method_id(method: Method) -> &'static str {
    match method {
        Method::Ddpm => "ddpm",
        Method::FlowMatching => "flow",
    }
}

/// The rule's name in links.
pub fn rule_id(rule: Rule) -> &'static str {
    match rule {
        Rule::Ddim => "ddim",
        Rule::Ancestral => "ddpm",
        Rule::Euler => "euler",
        Rule::Heun => "heun",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::points::Preset;
    use crate::ui::state::{Route, parse, testing};

    fn round_trip(state: PlaneState) -> String {
        testing::round_trip(Route::Plane(state))
    }

    #[test]
    fn every_state_survives_the_link() {
        assert_eq!(round_trip(PlaneState::default()), "#/diffusion/plane");
        for preset in Preset::ALL {
            for method in [Method::Ddpm, Method::FlowMatching] {
                for rule in Rule::of(method) {
                    for view in View::ALL {
                        round_trip(PlaneState {
                            cloud: Cloud::Preset(preset),
                            method,
                            rule,
                            view,
                            learning_rate: 3e-4,
                            train_steps: 500,
                            steps: 2,
                            seed: u64::MAX,
                            at: Some(2),
                            from: Some(490),
                        });
                    }
                }
            }
        }
        let drawn = PlaneState {
            cloud: Cloud::Cells(vec![[0, 63], [17, 5], [63, 0]]),
            learning_rate: 30.0,
            ..PlaneState::default()
        };
        assert_eq!(round_trip(drawn), "#/diffusion/plane?dots=A_RF_A&lr=30");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        for (query, problems) in [
            ("data=cube&method=gan&view=film&lr=2&train=3&steps=7", 6),
            ("method=ddpm&sampler=heun", 1),
            ("at=101", 1),
            ("view=sample&steps=5&at=6", 1),
            ("train=500&from=501", 1),
            ("dots=", 1),
            ("dots=AAA", 1),
            ("dots=A%21", 1),
            ("dots=AB&data=ring", 0),
        ] {
            let parsed = parse(&format!("#/diffusion/plane?{query}"));
            assert_eq!(
                parsed.problems.len(),
                problems,
                "{query}: {:?}",
                parsed.problems
            );
            assert!(matches!(parsed.page.route, Route::Plane(_)));
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
