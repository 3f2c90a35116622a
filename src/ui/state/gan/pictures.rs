//! Controls of the chapter 'The story in pictures'.

use crate::models::gan::image::{noise_vector, slerp};
use crate::ui::chapters::Chapter;
use crate::ui::state::diffusion::denoise::visit_digit;
use crate::ui::state::{Controls, Query, Wanted};

/// Fakes of a sheet.
pub const SHEET: usize = 10;
/// Equal parts of a walk: it has one picture more.
pub const WALK_PARTS: u32 = 32;
/// Every so many pictures of a walk one is shown in its row.
pub const WALK_EVERY: u32 = 4;
/// Most updates that a snapshot can name.
pub(super) const MOST_STEPS: u32 = 999_999;

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct PicturesState {
    /// The classes of the sheet; never [`Wanted::Any`].
    pub digit: Wanted,
    /// Seed of the noise vectors: fake i has number i of it.
    pub seed: u64,
    /// Which fake is shown large, `0..SHEET`; a walk starts at its noise.
    pub pick: usize,
    /// Updates before the snapshot; `None` is the last there is.
    pub step: Option<u32>,
    /// Walk to another noise vector instead of showing the sheet.
    pub walk: Option<Walk>,
}

/// A way between two noise vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Seed of the vector at its end.
    pub to: u64,
    /// How far on the way the picture lies that is shown large, in parts of [`WALK_PARTS`].
    pub share: u32,
}

impl Default for PicturesState {
    fn default() -> Self {
        Self {
            digit: Wanted::Each,
            seed: 42,
            pick: 3,
            step: None,
            walk: None,
        }
    }
}

impl Walk {
    /// Half-way to a neighbour of `seed`.
    pub fn from(seed: u64) -> Self {
        Self {
            to: seed.wrapping_add(1),
            share: WALK_PARTS / 2,
        }
    }
}

impl PicturesState {
    /// The noise vectors of all pictures, `[n, Z]`.
    pub fn noise(&self) -> Vec<f32> {
        let index = self.pick as u32;
        let Some(walk) = self.walk else {
            return (0..SHEET as u32)
                .flat_map(|index| noise_vector(self.seed, index))
                .collect();
        };
        let (from, to) = (noise_vector(self.seed, index), noise_vector(walk.to, index));
        (0..=WALK_PARTS)
            .flat_map(|part| slerp(&from, &to, part as f32 / WALK_PARTS as f32))
            .collect()
    }

    /// The classes of all pictures, `[n]`.
    pub fn labels(&self) -> Vec<u8> {
        let sheet: Vec<u8> = self.digit.labels(SHEET).into_iter().flatten().collect();
        match (self.walk, sheet.get(self.pick)) {
            (Some(_), Some(&label)) => vec![label; WALK_PARTS as usize + 1],
            _ => sheet,
        }
    }

    /// Which of them is shown large.
    pub fn shown(&self) -> usize {
        self.walk.map_or(self.pick, |walk| walk.share as usize)
    }

    /// Are these the pictures that were made ahead?
    pub fn is_opening(&self) -> bool {
        let default = Self::default();
        self.walk.is_none() && (self.digit, self.seed) == (default.digit, default.seed)
    }
}

impl Controls for PicturesState {
    fn chapter(&self) -> Chapter {
        Chapter::Pictures
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        visit_digit(&mut self.digit, default.digit, Wanted::Any, q);
        q.seed("seed", &mut self.seed, default.seed);
        q.number("pick", &mut self.pick, default.pick, 0..=SHEET - 1);
        q.maybe("step", &mut self.step, 0..=MOST_STEPS);
        let mut to = self.walk.map(|walk| walk.to);
        q.maybe("walk", &mut to, 0..=u64::MAX);
        self.walk = to.map(|to| {
            let opening = Walk::from(to);
            let mut share = self.walk.map_or(opening.share, |walk| walk.share);
            q.number("share", &mut share, opening.share, 0..=WALK_PARTS);
            Walk { to, share }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::gan::image::Z;
    use crate::ui::state::testing::{falls_back, round_trip, state};

    fn walking(to: u64, share: u32) -> PicturesState {
        PicturesState {
            walk: Some(Walk { to, share }),
            ..PicturesState::default()
        }
    }

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(PicturesState::default()), "#/gan/pictures");
        assert_eq!(round_trip(walking(43, 16)), "#/gan/pictures?walk=43");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back(
            "gan/pictures",
            &[
                ("digit=any", 1),
                ("digit=10&pick=10&seed=-1&step=1000000", 4),
                // There is no share of no walk.
                ("walk=x&share=4", 2),
            ],
        );
        let halfway = state("#/gan/pictures?walk=43&share=33");
        assert_eq!(halfway, (walking(43, 16), 1));
    }

    #[test]
    fn a_sheet_has_ten_noises_and_a_walk_goes_from_the_picked_one() {
        let sheet = PicturesState::default();
        let noise = sheet.noise();
        assert_eq!(noise.len(), SHEET * Z);
        assert_eq!(sheet.labels(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(noise[5 * Z..6 * Z], noise_vector(42, 5));
        assert!(sheet.is_opening() && !walking(1, 0).is_opening());

        let walk = walking(7, 8);
        let way = walk.noise();
        let n = WALK_PARTS as usize + 1;
        assert_eq!((way.len(), walk.labels()), (n * Z, vec![3; n]));
        assert_eq!((sheet.shown(), walk.shown()), (3, 8));
        let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(close(&way[..Z], &noise[3 * Z..4 * Z]));
        assert!(close(&way[(n - 1) * Z..], &noise_vector(7, 3)));
        // One class is walked in as that class.
        let fives = PicturesState {
            digit: Wanted::Digit(5),
            ..walk
        };
        assert_eq!(fives.labels(), vec![5; n]);
    }
}
