//! Chapter 'Sample by sample': `#/autoregressive/sample?note=9&temperature=80&deaf=3&step=900`, or
//! `#/autoregressive/sample?digit=7&voice=2`.

use super::{STRINGS, WORDS, choosing, visit};
use crate::models::next::Choosing;
use crate::models::wave::asked::{Asked, DIGITS, ROWS, SPEAKERS};
use crate::models::wave::{Deaf, NOTES, Shape};
use crate::sound;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// Samples of a sound: half a second.
pub const LENGTH: u32 = sound::LENGTH as u32;

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleState {
    /// Which note, semitones above the lowest.
    pub note: u16,
    /// The digit that is said in place of it.
    pub digit: Option<u16>,
    /// Who says it.
    pub voice: u16,
    /// Temperature, hundredths.
    pub temperature: u32,
    /// Layers that do not look back, as bits.
    pub deaf: u32,
    /// Names the draws.
    pub seed: u64,
    /// The sample that is shown as the last; none while it plays.
    pub step: Option<u32>,
}

impl Default for SampleState {
    fn default() -> Self {
        Self {
            note: 9,
            digit: None,
            voice: 0,
            temperature: 100,
            deaf: 0,
            seed: 2,
            step: None,
        }
    }
}

impl SampleState {
    /// The shape of the network, but for what can be asked for.
    pub const SHAPE: Shape = Shape {
        width: 32,
        stacks: 3,
        layers: 6,
        conditions: NOTES as u32,
    };

    /// The model, by its id, and the number of what is asked of it.
    pub fn model(&self) -> (&'static str, u16) {
        match self.digit {
            Some(digit) => (WORDS, digit * SPEAKERS + self.voice),
            None => (STRINGS, self.note),
        }
    }

    /// The digit as the model is told of it.
    pub fn word(&self) -> Option<Asked> {
        let shape = Shape {
            conditions: ROWS.into(),
            ..Self::SHAPE
        };
        self.digit.and_then(|_| shape.asked(self.model().1))
    }

    const LAYERS: u32 = Self::SHAPE.stacks * Self::SHAPE.layers;

    /// How samples are chosen.
    pub fn choosing(&self) -> Choosing {
        choosing(self.temperature)
    }

    /// Layers that do not look back.
    pub fn deaf(&self) -> Deaf {
        Deaf(self.deaf)
    }

    /// How far back the odds of a sample reach, and how many of those samples they depend on: what can be
    /// added up of the layers' distances.
    pub fn hears(&self) -> [usize; 2] {
        let dilations = Self::SHAPE.dilations().enumerate();
        let on = dilations.filter(|(layer, _)| !self.deaf().has(*layer));
        let mut heard = vec![false; Self::SHAPE.receptive_field()];
        heard[0] = true;
        for (_, dilation) in on {
            for at in (dilation..heard.len()).rev() {
                heard[at] |= heard[at - dilation];
            }
        }
        let reach = heard.iter().rposition(|heard| *heard).unwrap_or(0) + 1;
        [reach, heard.into_iter().filter(|heard| *heard).count()]
    }
}

super::played!(SampleState);

impl Controls for SampleState {
    fn chapter(&self) -> Chapter {
        Chapter::Sample
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.number("note", &mut self.note, default.note, 0..=NOTES - 1);
        q.maybe("digit", &mut self.digit, 0..=DIGITS - 1);
        q.number("voice", &mut self.voice, default.voice, 0..=SPEAKERS - 1);
        q.number(
            "deaf",
            &mut self.deaf,
            default.deaf,
            0..=(1 << Self::LAYERS) - 1,
        );
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
            round_trip(SampleState::default()),
            "#/autoregressive/sample"
        );
        let state = SampleState {
            note: 23,
            deaf: 5,
            step: Some(4095),
            ..SampleState::default()
        };
        assert_eq!(
            round_trip(state),
            "#/autoregressive/sample?note=23&deaf=5&step=4095"
        );
        let word = SampleState {
            digit: Some(0),
            voice: 5,
            ..SampleState::default()
        };
        assert_eq!(word.model(), (WORDS, 5));
        let first = word.word().and_then(|word| word.at(0));
        assert_eq!(first, Some(SPEAKERS), "the first part of the first digit");
        assert_eq!(round_trip(word), "#/autoregressive/sample?digit=0&voice=5");
        falls_back(
            "autoregressive/sample",
            &[(
                "note=24&digit=10&voice=6&temperature=201&deaf=262144&step=4096",
                6,
            )],
        );
    }

    #[test]
    fn deaf_layers_hear_less() {
        let hears = |deaf| {
            SampleState {
                deaf,
                ..SampleState::default()
            }
            .hears()
        };
        assert_eq!(hears(0), [190, 190]);
        assert_eq!(hears(0b1), [189, 189]);
        assert_eq!(hears((1 << SampleState::LAYERS) - 1), [1, 1]);
        // Without the layers of one sample, every second is heard.
        assert_eq!(hears(0b1_0000_0100_0001), [187, 94]);
    }
}
