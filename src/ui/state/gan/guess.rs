//! Controls of the chapter 'You are the discriminator'.

use super::pictures::MOST_STEPS;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// Controls of the chapter. They name a game; how it is played is not in the link.
#[derive(Clone, Debug, PartialEq)]
pub struct GuessState {
    /// Seed of the round: which pictures, in which order.
    pub seed: u64,
    /// Updates before the snapshot that makes the fakes; `None` leaves the choice to the page.
    pub step: Option<u32>,
}

impl Default for GuessState {
    fn default() -> Self {
        Self {
            seed: 42,
            step: None,
        }
    }
}

impl Controls for GuessState {
    fn chapter(&self) -> Chapter {
        Chapter::Guess
    }

    fn visit(&mut self, q: &mut impl Query) {
        q.seed("seed", &mut self.seed, Self::default().seed);
        q.maybe("step", &mut self.step, 0..=MOST_STEPS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(GuessState::default()), "#/gan/guess");
        let state = GuessState {
            seed: u64::MAX,
            step: Some(0),
        };
        let link = "#/gan/guess?seed=18446744073709551615&step=0";
        assert_eq!(round_trip(state), link);
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back("gan/guess", &[("seed=1.5&step=last&answers=rf", 3)]);
    }
}
