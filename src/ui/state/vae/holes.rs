//! Controls of the chapter 'Holes'.

use super::{Kind, flat_model};
use crate::data::DataSet;
use crate::models::vae::random_code;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct HolesState {
    /// Of what.
    pub set: DataSet,
    /// Where on the maps one points, in hundredths, each `-400..=400`.
    pub at: [i32; 2],
    /// Is the decoded grid shown instead of the digits' places?
    pub grid: bool,
    /// Seed of the random codes.
    pub seed: u64,
}

impl Default for HolesState {
    fn default() -> Self {
        Self {
            set: DataSet::default(),
            at: [0, 0],
            grid: false,
            seed: 42,
        }
    }
}

/// The map reaches from minus this to this, in hundredths.
const EDGE: i32 = 400;

impl HolesState {
    /// Random codes of a sheet.
    pub const RANDOM: usize = 20;

    /// The models, the autoencoder first.
    pub fn models(&self) -> [String; 2] {
        Kind::ALL.map(|kind| flat_model(kind, self.set))
    }

    /// The code that one points at.
    pub fn code(&self) -> Vec<f32> {
        self.at.map(|v| v as f32 / 100.0).to_vec()
    }

    /// Points at a place of the map.
    pub fn point(&mut self, code: [f32; 2]) {
        self.at = code.map(|v| ((100.0 * v).round() as i32).clamp(-EDGE, EDGE));
    }

    /// Random codes, `[RANDOM, 2]`, the same for both models.
    pub fn random(&self) -> Vec<f32> {
        let one = |i| random_code(self.seed, i, 2);
        (0..Self::RANDOM as u32).flat_map(one).collect()
    }
}

impl Controls for HolesState {
    fn chapter(&self) -> Chapter {
        Chapter::Holes
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("set", &mut self.set, default.set);
        q.number("x", &mut self.at[0], default.at[0], -EDGE..=EDGE);
        q.number("y", &mut self.at[1], default.at[1], -EDGE..=EDGE);
        let mut grid = u32::from(self.grid);
        q.number("grid", &mut grid, 0, 0..=1);
        self.grid = grid == 1;
        q.seed("seed", &mut self.seed, default.seed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(HolesState::default()), "#/vae/holes");
        let mut state = HolesState::default();
        state.point([-1.234, 9.0]);
        assert_eq!(round_trip(state), "#/vae/holes?x=-123&y=400");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back("vae/holes", &[("x=401&y=a&grid=2&seed=-1&set=q", 5)]);
    }
}
