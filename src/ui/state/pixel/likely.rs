//! Chapter 'How likely': `#/autoregressive/likely?what=noise&picture=12`.

use crate::ui::chapters::Chapter;
use crate::ui::state::picture::visit_picture;
use crate::ui::state::{Controls, Named, Picture, Query};

/// What is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The real digit, or the drawing.
    Picture,
    /// A real garment.
    Garment,
    /// Levels by chance.
    Noise,
    /// One grey all over.
    Grey,
    /// Nothing.
    Empty,
}

impl Named for What {
    const VALUES: &'static [Self] = &[
        Self::Picture,
        Self::Garment,
        Self::Noise,
        Self::Grey,
        Self::Empty,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Garment => "garment",
            Self::Noise => "noise",
            Self::Grey => "grey",
            Self::Empty => "empty",
        }
    }
}

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelyState {
    /// What is judged.
    pub what: What,
    /// The digit, for [`What::Picture`].
    pub picture: Picture,
    /// Rows that are shown as judged, `0..=28`.
    pub row: u32,
}

impl Default for LikelyState {
    fn default() -> Self {
        Self {
            what: What::Picture,
            picture: Picture::Sample(97),
            row: Self::LAST,
        }
    }
}

impl LikelyState {
    /// All rows.
    pub const LAST: u32 = crate::data::SIDE as u32;
}

impl Controls for LikelyState {
    fn chapter(&self) -> Chapter {
        Chapter::Likely
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("what", &mut self.what, default.what);
        visit_picture(&mut self.picture, &default.picture, q);
        q.number("row", &mut self.row, default.row, 0..=Self::LAST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(LikelyState::default()),
            "#/autoregressive/likely"
        );
        for what in What::VALUES.iter().skip(1) {
            let state = LikelyState {
                what: *what,
                ..LikelyState::default()
            };
            let link = format!("#/autoregressive/likely?what={}", what.name());
            assert_eq!(round_trip(state), link);
        }
        falls_back("autoregressive/likely", &[("what=x&picture=320&row=29", 3)]);
    }
}
