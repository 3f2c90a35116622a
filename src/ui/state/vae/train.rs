//! Controls of the chapter 'Train one'.

use crate::models::vae::course::{Leg, weight_at};
use crate::protocol::vae::train::VaeFrame;
use crate::ui::chapters::Chapter;
use crate::ui::ink::Drawing;
use crate::ui::state::query::named;
use crate::ui::state::{Controls, Query};

/// Weights of the KL to choose from.
pub const BETAS: [f32; 11] = [0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// The place of 1 among them.
const ONE: usize = 4;
/// Steps that the visitor asks for at once, and the most of all together.
pub const GO: u32 = 600;
const MOST_STEPS: u32 = 10 * GO;
/// Links count steps in these.
const UNIT: u32 = 100;
/// Steps between two frames.
pub const FRAME_EVERY: u32 = 20;
/// Most changes of the weight that a link keeps.
const MOST_TURNS: usize = 12;

/// A training that goes wrong, with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrainCase {
    /// The weight of the KL is too high: the codes say nothing.
    Collapse,
    /// It is nothing: an autoencoder.
    Holes,
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Is it done?
    pub done: bool,
    /// What is measured now.
    pub now: String,
}

/// A number of the code is in use above so many nats.
pub const IN_USE: f32 = 0.5;
/// Codes within this of the middle are where random codes fall.
pub const NEAR: f32 = 3.0;
/// The second task wants this share of codes there, and still a reconstruction below so many nats.
pub const SHARE_WANTED: f32 = 0.9;
pub const COST_WANTED: f32 = 170.0;

impl TrainCase {
    /// Both, in the order in which they are listed.
    pub const ALL: [Self; 2] = [Self::Collapse, Self::Holes];

    /// The name in links.
    pub fn id(self) -> &'static str {
        match self {
            Self::Collapse => "collapse",
            Self::Holes => "holes",
        }
    }

    /// The place of its weight among [`BETAS`].
    fn beta(self) -> usize {
        match self {
            Self::Collapse => 9,
            Self::Holes => 0,
        }
    }

    /// How its task stands at a frame.
    pub fn standing(self, frame: &VaeFrame) -> Standing {
        match self {
            Self::Collapse => {
                let [a, b] = frame.kl;
                Standing {
                    done: a.min(b) >= IN_USE,
                    now: format!("{a:.2}, {b:.2}"),
                }
            }
            Self::Holes => {
                let share = near(frame);
                let cost = cost(frame);
                Standing {
                    done: frame.step > 0 && share >= SHARE_WANTED && cost <= COST_WANTED,
                    now: format!("{:.0} %, {cost:.0}", 100.0 * share),
                }
            }
        }
    }
}

named!(TrainCase);

/// Share of the codes that lie where random codes fall.
pub fn near(frame: &VaeFrame) -> f32 {
    let codes = || frame.means.chunks_exact(2);
    let near = codes().filter(|code| code[0].hypot(code[1]) < NEAR).count();
    near as f32 / codes().count().max(1) as f32
}

/// Reconstruction, mean over the steps since the frame before, nats.
pub fn cost(frame: &VaeFrame) -> f32 {
    let sum: f32 = frame.losses.iter().map(|loss| loss[0]).sum();
    sum / frame.losses.len().max(1) as f32
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainState {
    /// Seed of everything.
    pub seed: u64,
    /// The weight that it starts with, a place in [`BETAS`].
    pub beta: usize,
    /// Where the weight changes: steps, a multiple of [`FRAME_EVERY`], and places in [`BETAS`].
    pub turns: Vec<(u32, usize)>,
    /// Optimiser steps, a multiple of 100; none: it has not begun.
    pub steps: u32,
    /// The frame at which the transport stands; `None`: the last.
    pub at: Option<u32>,
    /// The visitor's drawing among the data.
    pub drawing: Option<Drawing>,
    /// What goes wrong, if that is the subject.
    pub case: Option<TrainCase>,
}

impl Default for TrainState {
    fn default() -> Self {
        Self {
            seed: 42,
            beta: ONE,
            turns: Vec::new(),
            steps: 0,
            at: None,
            drawing: None,
            case: None,
        }
    }
}

impl TrainState {
    /// How a case opens: trained for one go.
    pub fn of(case: TrainCase) -> Self {
        Self {
            beta: case.beta(),
            steps: GO,
            case: Some(case),
            ..Self::default()
        }
    }

    /// The KL's weights.
    pub fn legs(&self) -> Vec<Leg> {
        let first = (0, self.beta);
        let all = std::iter::once(first).chain(self.turns.iter().copied());
        all.map(|(step, beta)| Leg {
            step,
            beta: BETAS[beta],
        })
        .collect()
    }

    /// The last frame there will be.
    pub fn last(&self) -> u32 {
        self.steps / FRAME_EVERY
    }

    /// The place in [`BETAS`] of the weight in force after so many steps.
    pub fn beta_at(&self, step: u32) -> usize {
        let beta = weight_at(&self.legs(), step);
        BETAS.iter().position(|b| *b == beta).unwrap_or(ONE)
    }

    /// From step `step` on the weight is another one; what came after is forgotten. It is trained on at
    /// least one go from there.
    pub fn turn(&mut self, step: u32, beta: usize) {
        let step = step - step % FRAME_EVERY;
        self.at = None;
        if self.steps == 0 || step == 0 {
            (self.beta, self.turns) = (beta, Vec::new());
            return;
        }
        self.turns.retain(|(at, _)| *at < step);
        if self.beta_at(step) != beta {
            // The oldest change but one gives way; the link can hold no more.
            if self.turns.len() == MOST_TURNS {
                self.turns.remove(0);
            }
            self.turns.push((step, beta));
        }
        let needed = (step + GO).div_ceil(UNIT) * UNIT;
        self.steps = needed.min(MOST_STEPS);
    }

    /// One go more.
    pub fn go_on(&mut self) {
        self.steps = (self.steps + GO).min(MOST_STEPS);
        self.at = None;
    }

    /// Can it be trained on?
    pub fn is_full(&self) -> bool {
        self.steps == MOST_STEPS
    }
}

/// `400d600f`: steps and a letter for the weight.
fn write_turns(turns: &[(u32, usize)]) -> String {
    let one = |(step, beta): &(u32, usize)| format!("{step}{}", (b'a' + *beta as u8) as char);
    turns.iter().map(one).collect()
}

fn read_turns(text: &str) -> Option<Vec<(u32, usize)>> {
    let mut turns = Vec::new();
    let mut before = 0;
    let ends_well = text.ends_with(|c: char| c.is_ascii_lowercase());
    for part in text.split_inclusive(|c: char| c.is_ascii_lowercase()) {
        let (step, letter) = part.split_at_checked(part.len().checked_sub(1)?)?;
        let step: u32 = step.parse().ok()?;
        let beta = usize::from(letter.bytes().next()?.checked_sub(b'a')?);
        let is_sound = step > before && step < MOST_STEPS && step.is_multiple_of(FRAME_EVERY);
        if !is_sound || beta >= BETAS.len() {
            return None;
        }
        before = step;
        turns.push((step, beta));
    }
    (ends_well && turns.len() <= MOST_TURNS).then_some(turns)
}

impl Controls for TrainState {
    fn chapter(&self) -> Chapter {
        Chapter::Train
    }

    fn visit(&mut self, q: &mut impl Query) {
        q.named_option("case", &mut self.case);
        let default = self.case.map_or_else(Self::default, Self::of);
        q.seed("seed", &mut self.seed, default.seed);
        let mut beta = BETAS[self.beta.min(BETAS.len() - 1)];
        q.one_of("beta", &mut beta, BETAS[default.beta], &BETAS);
        self.beta = BETAS.iter().position(|b| *b == beta).unwrap_or(ONE);
        q.setting("turns", &mut self.turns, Vec::new(), read_turns, |turns| {
            write_turns(turns)
        });
        let mut hundreds = self.steps / UNIT;
        let most = MOST_STEPS / UNIT;
        q.number("hundreds", &mut hundreds, default.steps / UNIT, 0..=most);
        self.steps = hundreds * UNIT;
        q.maybe("at", &mut self.at, 0..=MOST_STEPS / FRAME_EVERY);
        q.option(
            "drawing",
            &mut self.drawing,
            Drawing::from_code,
            Drawing::code,
        );
        // A change that is never reached.
        self.turns.retain(|(step, _)| *step < self.steps);
        self.at = self.at.filter(|at| *at <= self.last());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(TrainState::default()), "#/vae/train");
        let case = TrainState::of(TrainCase::Collapse);
        assert_eq!(round_trip(case), "#/vae/train?case=collapse");
        let mut turned = TrainState::default();
        turned.go_on();
        turned.turn(310, 9);
        assert_eq!(round_trip(turned), "#/vae/train?turns=300j&hundreds=9");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back(
            "vae/train",
            &[
                ("seed=x&beta=3&hundreds=61&at=-1&case=z", 5),
                ("turns=30j", 1),
                ("turns=20", 1),
                ("turns=40a20b", 1),
                ("turns=20z", 1),
            ],
        );
    }

    #[test]
    fn a_turn_forgets_what_came_after_and_is_trained_on() {
        let mut state = TrainState::default();
        state.turn(0, 2);
        assert_eq!((state.beta, state.steps), (2, 0), "nothing has begun");
        state.go_on();
        state.turn(400, 8);
        state.turn(300, 5);
        assert_eq!((state.turns.clone(), state.steps), (vec![(300, 5)], 900));
        assert_eq!([0, 299, 300].map(|step| state.beta_at(step)), [2, 2, 5]);
        // The same weight again is no turn.
        state.turn(600, 5);
        assert_eq!(state.turns, [(300, 5)]);
        for k in 0..20 {
            state.turn(20 * k + 320, k as usize % 2);
        }
        assert!(state.turns.len() <= MOST_TURNS);
    }

    #[test]
    fn tasks_are_done_when_they_are() {
        let frame = |kl, mean, cost| VaeFrame {
            step: 20,
            kl,
            means: vec![mean; 20],
            losses: vec![[cost, 1.0]; 3],
            ..VaeFrame::default()
        };
        let done = |case: TrainCase, frame| case.standing(&frame).done;
        assert!(!done(TrainCase::Collapse, frame([2.0, 0.1], 0.0, 0.0)));
        assert!(done(TrainCase::Collapse, frame([2.0, 0.6], 0.0, 0.0)));
        assert!(!done(TrainCase::Holes, frame([0.0; 2], 9.0, 150.0)));
        assert!(!done(TrainCase::Holes, frame([0.0; 2], 0.5, 500.0)));
        assert!(done(TrainCase::Holes, frame([0.0; 2], 0.5, 150.0)));
    }
}
