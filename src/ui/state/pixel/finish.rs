//! Chapter 'Finish it': `#/autoregressive/finish?picture=12&rows=14&digit=3`.

use super::Maker;
use crate::data::{CLASSES, SIDE};
use crate::ui::chapters::Chapter;
use crate::ui::state::picture::visit_picture;
use crate::ui::state::{Controls, Picture, Query};

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishState {
    /// Which network draws.
    pub maker: Maker,
    /// What is begun.
    pub picture: Picture,
    /// Rows of it that are kept, `1..=27`.
    pub rows: u32,
    /// As which digit it is to end; none for one ending as each.
    pub digit: Option<u8>,
    /// Names the draws.
    pub seed: u64,
    /// Rows that are shown, from the first that is drawn; none while it plays.
    pub row: Option<u32>,
}

impl Default for FinishState {
    fn default() -> Self {
        Self {
            maker: Maker::Cnn,
            picture: Picture::Sample(97),
            rows: 14,
            digit: None,
            seed: 7,
            row: None,
        }
    }
}

impl FinishState {
    /// Rows that may be kept, at most.
    pub const MOST_ROWS: u32 = SIDE as u32 - 1;

    /// Another picture, or another part of it.
    pub fn begin(&mut self) {
        self.row = None;
    }
}

impl Controls for FinishState {
    fn chapter(&self) -> Chapter {
        Chapter::Finish
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("net", &mut self.maker, default.maker);
        visit_picture(&mut self.picture, &default.picture, q);
        q.number("rows", &mut self.rows, default.rows, 1..=Self::MOST_ROWS);
        q.maybe("digit", &mut self.digit, 0..=CLASSES as u8 - 1);
        q.seed("seed", &mut self.seed, default.seed);
        q.maybe("row", &mut self.row, 0..=SIDE as u32 - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(FinishState::default()),
            "#/autoregressive/finish"
        );
        let state = FinishState {
            picture: Picture::Sample(5),
            rows: 8,
            digit: Some(9),
            row: Some(3),
            ..FinishState::default()
        };
        assert_eq!(
            round_trip(state),
            "#/autoregressive/finish?picture=5&rows=8&digit=9&row=3"
        );
        falls_back(
            "autoregressive/finish",
            &[("picture=320&rows=28&digit=10&row=28&drawing=A", 5)],
        );
    }
}
