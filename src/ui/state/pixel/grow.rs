//! Chapter 'Pixel by pixel': `#/autoregressive/pixel?digit=3&changes=400.7&temperature=80&step=410`.

use super::{MOST_CHANGES, Maker, read_changes, write_changes};
use crate::data::{CLASSES, PIXELS};
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct GrowState {
    /// Which network draws.
    pub maker: Maker,
    /// Which digit is asked for.
    pub digit: u8,
    /// Pixels that the visitor chose: places rise.
    pub changes: Vec<(u16, u8)>,
    /// Temperature, hundredths.
    pub temperature: u32,
    /// Names the draws.
    pub seed: u64,
    /// The pixel that is shown as the last; none while it plays.
    pub step: Option<u32>,
}

impl Default for GrowState {
    fn default() -> Self {
        Self {
            maker: Maker::Cnn,
            digit: 3,
            changes: Vec::new(),
            temperature: 100,
            seed: 2,
            step: None,
        }
    }
}

impl GrowState {
    /// The last pixel.
    pub const LAST: u32 = PIXELS as u32 - 1;

    /// Another picture: nothing of the old one stands.
    pub fn begin(&mut self) {
        (self.changes, self.step) = (Vec::new(), None);
    }

    /// Chooses another level at a place; what was chosen after it is gone with that future.
    pub fn branch(&mut self, at: u32, level: u8) {
        self.changes.retain(|(place, _)| u32::from(*place) < at);
        if self.changes.len() == MOST_CHANGES {
            self.changes.remove(0);
        }
        self.changes.push((at as u16, level));
        self.step = Some(at);
    }
}

impl Controls for GrowState {
    fn chapter(&self) -> Chapter {
        Chapter::Grow
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("net", &mut self.maker, default.maker);
        q.number(
            "digit",
            &mut self.digit,
            default.digit,
            0..=CLASSES as u8 - 1,
        );
        q.setting(
            "changes",
            &mut self.changes,
            default.changes,
            read_changes,
            |changes| write_changes(changes),
        );
        q.number(
            "temperature",
            &mut self.temperature,
            default.temperature,
            0..=200,
        );
        q.seed("seed", &mut self.seed, default.seed);
        q.maybe("step", &mut self.step, 0..=Self::LAST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn a_change_keeps_those_before_it() {
        let mut state = GrowState::default();
        state.branch(300, 7);
        state.branch(400, 0);
        assert_eq!(
            round_trip(state.clone()),
            "#/autoregressive/pixel?changes=300.7_400.0&step=400"
        );
        state.branch(310, 2);
        assert_eq!(state.changes, [(300, 7), (310, 2)]);
        state.begin();
        assert_eq!(round_trip(state), "#/autoregressive/pixel");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back(
            "autoregressive/pixel",
            &[
                ("net=x&digit=10&temperature=201&step=784&seed=a", 5),
                ("changes=784.1", 1),
                ("changes=3.8", 1),
                ("changes=5.1_5.2", 1),
                ("changes=05.1", 1),
            ],
        );
    }
}
