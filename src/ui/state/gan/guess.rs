//! Controls of the chapter 'You are the discriminator'.

use super::super::{Reader, Writer};
use super::pictures::MOST_STEPS;

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

impl GuessState {
    pub(in super::super) fn read(query: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            seed: query.number("seed", 0..=u64::MAX).unwrap_or(default.seed),
            step: query.number("step", 0..=MOST_STEPS),
        }
    }

    pub(in super::super) fn write(&self, query: &mut Writer) {
        query.put_unless("seed", self.seed, Self::default().seed);
        if let Some(step) = self.step {
            query.put("step", step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Page, Route, parse};
    use super::*;

    #[test]
    fn every_game_survives_the_link() {
        for (state, link) in [
            (GuessState::default(), "#/gan/guess"),
            (
                GuessState {
                    seed: u64::MAX,
                    step: Some(0),
                },
                "#/gan/guess?seed=18446744073709551615&step=0",
            ),
        ] {
            let page = Page {
                route: Route::Guess(state),
                ..Page::default()
            };
            assert_eq!(page.hash(), link);
            let parsed = parse(link);
            assert_eq!((parsed.page, parsed.problems), (page, vec![]));
        }
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let parsed = parse("#/gan/guess?seed=1.5&step=last&answers=rf");
        assert_eq!(parsed.page.route, Route::Guess(GuessState::default()));
        assert_eq!(parsed.problems.len(), 3, "{:?}", parsed.problems);
    }
}
