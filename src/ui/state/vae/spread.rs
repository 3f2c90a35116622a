//! Controls of the chapter 'A code is a distribution'.

use super::{Kind, flat_model};
use crate::models::vae::random_code;
use crate::ui::chapters::Chapter;
use crate::ui::state::picture::visit_picture;
use crate::ui::state::{Controls, Picture, Query};

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct SpreadState {
    /// Whose code.
    pub picture: Picture,
    /// Seed of the noise; its draw 0 goes through the steps.
    pub seed: u64,
    /// How far it has got, `0..=`[`Self::LAST`].
    pub step: u32,
    /// Draws behind the tighter bound.
    pub draws: u32,
}

impl Default for SpreadState {
    fn default() -> Self {
        Self {
            picture: Picture::Sample(128),
            seed: 42,
            step: Self::LAST,
            draws: 50,
        }
    }
}

impl SpreadState {
    /// Steps: code, noise, scale, shift, decode.
    pub const LAST: u32 = 4;
    /// What can be drawn for the tighter bound.
    pub const DRAWS: [u32; 4] = [1, 5, 50, 500];
    /// Other draws that are shown.
    pub const MORE: usize = 10;

    /// The model.
    pub fn model(&self) -> String {
        flat_model(Kind::Variational, crate::data::DataSet::Mnist)
    }

    /// Noise of draw `index`.
    pub fn eps(&self, index: usize) -> Vec<f32> {
        random_code(self.seed, index as u32, 2)
    }
}

impl Controls for SpreadState {
    fn chapter(&self) -> Chapter {
        Chapter::Spread
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        visit_picture(&mut self.picture, &default.picture, q);
        q.seed("seed", &mut self.seed, default.seed);
        q.number("step", &mut self.step, default.step, 0..=Self::LAST);
        q.one_of("draws", &mut self.draws, default.draws, &Self::DRAWS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(SpreadState::default()), "#/vae/code");
        let state = SpreadState {
            step: 2,
            draws: 5,
            ..SpreadState::default()
        };
        assert_eq!(round_trip(state), "#/vae/code?step=2&draws=5");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back("vae/code", &[("seed=x&step=5&draws=7&picture=320", 4)]);
    }
}
