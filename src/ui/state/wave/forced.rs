//! Chapter 'Given, or free': `#/autoregressive/forced?note=9&given=800&temperature=80&step=900`.

use super::{LENGTH, Played, visit};
use crate::models::wave::NOTES;
use crate::protocol::wave::WaveAsk;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct ForcedState {
    /// Which note, semitones above the lowest.
    pub note: u16,
    /// Samples of the string that are given before the model runs free.
    pub given: u32,
    /// Temperature, hundredths.
    pub temperature: u32,
    /// Names the string and the draws.
    pub seed: u64,
    /// The sample that is shown as the last; none while it plays.
    pub step: Option<u32>,
}

impl Default for ForcedState {
    fn default() -> Self {
        Self {
            note: 9,
            given: 800,
            temperature: 100,
            seed: 2,
            step: None,
        }
    }
}

impl ForcedState {
    /// What is asked of this model: to guess each sample of this string, and to go on by itself with the
    /// beginning of it.
    pub fn asks(&self, model: &str, string: &[u8]) -> [WaveAsk; 2] {
        [LENGTH, self.given].map(|given| {
            let given = string.iter().copied().take(given as usize);
            self.ask(model, self.note, given.collect(), LENGTH)
        })
    }
}

super::played!(ForcedState);

impl Controls for ForcedState {
    fn chapter(&self) -> Chapter {
        Chapter::Forced
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.number("note", &mut self.note, default.note, 0..=NOTES - 1);
        q.number("given", &mut self.given, default.given, 0..=LENGTH);
        visit(self, q, LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(ForcedState::default()),
            "#/autoregressive/forced"
        );
        let state = ForcedState {
            given: 0,
            step: Some(3),
            ..ForcedState::default()
        };
        assert_eq!(round_trip(state), "#/autoregressive/forced?given=0&step=3");
        falls_back(
            "autoregressive/forced",
            &[("note=24&given=4097&temperature=-1&step=4096", 4)],
        );
    }

    #[test]
    fn one_is_given_all_and_one_the_beginning() {
        let string: Vec<u8> = (0..LENGTH).map(|i| i as u8).collect();
        let [forced, free] = ForcedState::default().asks("wave", &string);
        assert_eq!(forced.given, string);
        assert_eq!(free.given, string[..800]);
    }
}
