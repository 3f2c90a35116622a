//! Chapter 'The next note': `#/autoregressive/tune?key=Em&metre=9-8&given=4.17&step=12`.

use crate::models::next::Choosing;
use crate::tokens::Token;
use crate::tunes::{Key, Metre};
use crate::ui::chapters::Chapter;
use crate::ui::state::text::{read_given, write_given};
use crate::ui::state::{Controls, Query};

/// Most events of a tune after its head.
pub const NOTES: u32 = 400;

/// Keys that can be asked for, as ABC writes them: those of 25 tunes and more.
pub const KEYS: [&str; 13] = [
    "G", "D", "A", "C", "F", "Bb", "Em", "Am", "Gm", "Dm", "Ador", "Amix", "Dmix",
];

/// Metres that can be asked for.
pub const METRES: [(u8, u8); 6] = [(6, 8), (2, 2), (2, 4), (4, 4), (3, 4), (9, 8)];

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct TuneState {
    /// One of [`KEYS`].
    pub key: &'static str,
    /// One of [`METRES`].
    pub metre: (u8, u8),
    /// Tokens that stand: those before the last change, and the one that was chosen.
    pub given: Vec<Token>,
    /// Temperature, hundredths.
    pub temperature: u32,
    /// Those with so much of the likeliest's probability, percent.
    pub min_p: u32,
    /// Names the draws.
    pub seed: u64,
    /// The event that is shown as the last; none while it plays.
    pub step: Option<u32>,
}

impl Default for TuneState {
    fn default() -> Self {
        Self {
            key: KEYS[0],
            metre: METRES[0],
            given: Vec::new(),
            temperature: 80,
            min_p: 0,
            seed: 1,
            step: None,
        }
    }
}

impl TuneState {
    /// Its key.
    pub fn key(&self) -> Option<Key> {
        Key::read(self.key)
    }

    /// Its metre.
    pub fn metre(&self) -> Metre {
        let (beats, unit) = self.metre;
        Metre { beats, unit }
    }

    /// How events are chosen.
    pub fn choosing(&self) -> Choosing {
        let percent = |n: u32| n as f32 / 100.0;
        Choosing {
            temperature: percent(self.temperature),
            min_p: percent(self.min_p),
            ..Choosing::default()
        }
    }

    /// Another tune: nothing of the old one stands.
    pub fn begin(&mut self) {
        (self.given, self.step) = (Vec::new(), None);
    }

    /// Chooses another event at `at`, and lets the tune go on from there.
    pub fn branch(&mut self, before: &[Token], at: u32, token: Token) {
        self.given = before[..before.len().min(at as usize)].to_vec();
        self.given.push(token);
        self.step = Some(at + 1);
    }
}

fn metre_code((beats, unit): (u8, u8)) -> String {
    format!("{beats}-{unit}")
}

impl Controls for TuneState {
    fn chapter(&self) -> Chapter {
        Chapter::Tune
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.setting(
            "key",
            &mut self.key,
            default.key,
            |text| KEYS.into_iter().find(|key| *key == text),
            |key| (*key).to_owned(),
        );
        q.setting(
            "metre",
            &mut self.metre,
            default.metre,
            |text| METRES.into_iter().find(|metre| metre_code(*metre) == text),
            |metre| metre_code(*metre),
        );
        q.setting(
            "given",
            &mut self.given,
            default.given,
            |text| read_given(text, NOTES),
            |given| write_given(given),
        );
        q.number(
            "temperature",
            &mut self.temperature,
            default.temperature,
            0..=200,
        );
        q.number("min", &mut self.min_p, default.min_p, 0..=100);
        q.seed("seed", &mut self.seed, default.seed);
        q.maybe("step", &mut self.step, 0..=NOTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(TuneState::default()), "#/autoregressive/tune");
        let mut state = TuneState {
            key: "Ador",
            metre: (9, 8),
            ..TuneState::default()
        };
        state.branch(&[3, 4, 5, 6], 2, 300);
        assert_eq!(
            round_trip(state),
            "#/autoregressive/tune?key=Ador&metre=9-8&given=3.4.300&step=3"
        );
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back(
            "autoregressive/tune",
            &[
                (
                    "key=H&metre=7-8&given=1.x&temperature=201&min=101&step=401",
                    6,
                ),
                ("key=g", 1),
            ],
        );
    }

    #[test]
    fn every_key_and_metre_is_one() {
        for key in KEYS {
            let state = TuneState {
                key,
                ..TuneState::default()
            };
            assert_eq!(state.key().map(|key| key.to_string()).as_deref(), Some(key));
        }
        assert!(METRES.iter().all(|(beats, unit)| *beats > 0 && *unit > 0));
    }
}
