//! Chapter 'Train one on your text': `#/autoregressive/train?steps=400&at=10`. A text is too long for a
//! link: it says how long was trained, not on what.

use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// Steps that the visitor asks for at once, and the most of all together.
pub const GO: u32 = 400;
const MOST_STEPS: u32 = 10 * GO;
/// Steps between two frames.
pub const FRAME_EVERY: u32 = 20;

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct TextTrainState {
    /// Seed of first weights, batches and samples.
    pub seed: u64,
    /// Steps; none: it has not begun.
    pub steps: u32,
    /// The frame that is shown; none while it plays.
    pub at: Option<u32>,
}

impl Default for TextTrainState {
    fn default() -> Self {
        Self {
            seed: 1,
            steps: 0,
            at: None,
        }
    }
}

impl TextTrainState {
    /// The last frame there will be.
    pub fn last(&self) -> u32 {
        self.steps / FRAME_EVERY
    }

    /// Trains for longer.
    pub fn go_on(&mut self) {
        (self.steps, self.at) = ((self.steps + GO).min(MOST_STEPS), None);
    }

    /// Is there no more to ask for?
    pub fn is_full(&self) -> bool {
        self.steps == MOST_STEPS
    }

    /// Another text: nothing is learned of it yet.
    pub fn begin(&mut self) {
        (self.steps, self.at) = (0, None);
    }
}

/// A number of steps at which there is a frame.
fn read_steps(text: &str) -> Option<u32> {
    let steps: u32 = text.parse().ok()?;
    let is_one = steps.is_multiple_of(FRAME_EVERY) && steps.to_string() == text;
    (is_one && steps <= MOST_STEPS).then_some(steps)
}

impl Controls for TextTrainState {
    fn chapter(&self) -> Chapter {
        Chapter::TextTrain
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.seed("seed", &mut self.seed, default.seed);
        q.setting(
            "steps",
            &mut self.steps,
            default.steps,
            read_steps,
            u32::to_string,
        );
        q.maybe("at", &mut self.at, 0..=MOST_STEPS / FRAME_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(TextTrainState::default()),
            "#/autoregressive/train"
        );
        let mut state = TextTrainState {
            at: Some(3),
            ..TextTrainState::default()
        };
        state.go_on();
        state.go_on();
        assert_eq!(state.last(), 40);
        assert_eq!(
            round_trip(state.clone()),
            "#/autoregressive/train?steps=800"
        );
        for _ in 0..20 {
            state.go_on();
        }
        assert!(state.is_full());
        state.begin();
        assert_eq!(state, TextTrainState::default());
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let query = "seed=x&steps=4020&at=201";
        falls_back(
            "autoregressive/train",
            &[(query, 3), ("steps=30", 1), ("steps=020", 1)],
        );
    }
}
