//! Chapter 'Your sound': `#/autoregressive/sound?note=9&temperature=80&step=900`. The sound itself never is
//! in a link.

use super::visit;
use crate::models::wave::NOTES;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// Samples of the visitor's that are given: a second at most.
pub const OWN: u32 = 8000;
/// Samples that follow: half a second.
pub const AFTER: u32 = 4096;

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnState {
    /// The note to go on with, semitones above the lowest; none for the one that is nearest to the sound.
    pub note: Option<u16>,
    /// Temperature, hundredths.
    pub temperature: u32,
    /// Names the draws.
    pub seed: u64,
    /// The sample that is shown as the last; none while it plays.
    pub step: Option<u32>,
}

impl Default for OwnState {
    fn default() -> Self {
        Self {
            note: None,
            temperature: 100,
            seed: 2,
            step: None,
        }
    }
}

super::played!(OwnState);

impl Controls for OwnState {
    fn chapter(&self) -> Chapter {
        Chapter::Own
    }

    fn visit(&mut self, q: &mut impl Query) {
        q.maybe("note", &mut self.note, 0..=NOTES - 1);
        visit(self, q, OWN + AFTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(OwnState::default()), "#/autoregressive/sound");
        let state = OwnState {
            note: Some(0),
            step: Some(8000),
            ..OwnState::default()
        };
        assert_eq!(round_trip(state), "#/autoregressive/sound?note=0&step=8000");
        falls_back(
            "autoregressive/sound",
            &[("note=24&temperature=x&step=12096", 3)],
        );
    }
}
