//! Controls of the chapter 'Start from your drawing'.

use super::denoise::{visit_digit, visit_guidance};
use crate::data::{PIXELS, SIDE};
use crate::models::diffusion::DEFAULT_GUIDANCE;
use crate::ui::chapters::Chapter;
use crate::ui::ink::{Drawing, Stroke, bits, letters, picture};
use crate::ui::state::picture::visit_picture;
use crate::ui::state::{Controls, ModelChoice, Picture, Query, Wanted};

/// Steps of the chapter's runs, from pure noise to picture.
pub const DRAWN_STEPS: u32 = 20;
/// The numbers of rounds a step on offer; see [`crate::models::diffusion::inpaint`].
pub const ROUNDS: [u32; 5] = [1, 2, 5, 10, 20];

/// What the model starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DrawnMode {
    /// The whole picture, noised.
    #[default]
    Scribble,
    /// A picture with a hole.
    Fill,
}

/// Which pixels of a picture are to be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole(Vec<bool>);

impl Hole {
    /// Where `is_hole(column, row)` says.
    pub fn new(is_hole: impl Fn(usize, usize) -> bool) -> Self {
        Self((0..PIXELS).map(|i| is_hole(i % SIDE, i / SIDE)).collect())
    }

    /// No hole yet.
    pub fn none() -> Self {
        Self::new(|_, _| false)
    }

    /// The hole called so: `top`, `left`, `centre`, or `none`.
    pub fn named(name: &str) -> Option<Self> {
        const QUARTER: usize = SIDE / 4;
        let inner = QUARTER..SIDE - QUARTER;
        match name {
            "top" => Some(Self::new(|_, row| row < SIDE / 2)),
            "left" => Some(Self::new(|column, _| column < SIDE / 2)),
            "centre" => Some(Self::new(|column, row| {
                inner.contains(&column) && inner.contains(&row)
            })),
            "none" => Some(Self::none()),
            _ => None,
        }
    }

    /// The pixels to fill, `[28, 28]`.
    pub fn pixels(&self) -> &[bool] {
        &self.0
    }

    /// Is there nothing to fill?
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// Makes the pixels within `radius` of a point part of the hole, or given.
    pub fn paint(&mut self, (x, y): (f32, f32), radius: f32, hole: bool) {
        for (i, pixel) in self.0.iter_mut().enumerate() {
            let centre = ((i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5);
            if (centre.0 - x).hypot(centre.1 - y) <= radius {
                *pixel = hole;
            }
        }
    }

    /// As text for a link: its name, or six pixels a letter.
    pub fn code(&self) -> String {
        for name in ["top", "left", "centre", "none"] {
            if Self::named(name).as_ref() == Some(self) {
                return name.into();
            }
        }
        letters(&self.0)
    }

    /// Reads [`code`](Self::code); `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::named(code).or_else(|| bits(code, PIXELS).map(Self))
    }
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnState {
    /// Whose weights.
    pub model: ModelChoice,
    /// What the model starts from.
    pub mode: DrawnMode,
    /// What is given.
    pub picture: Picture,
    /// What is asked for; never one of each.
    pub digit: Wanted,
    /// Guidance weight, `0..=8`, two decimals.
    pub guidance: f32,
    /// Seed of all noise.
    pub seed: u64,
    /// Of a scribble: how many of the [`DRAWN_STEPS`] are left to do, `1..=20`.
    pub strength: u32,
    /// Of a filling: what is to be filled.
    pub hole: Hole,
    /// Of a filling: rounds a step, one of [`ROUNDS`].
    pub rounds: u32,
    /// The step shown; `None` plays the run from its start.
    pub step: Option<u32>,
}

impl Default for DrawnState {
    fn default() -> Self {
        Self::of(DrawnMode::default())
    }
}

impl DrawnState {
    /// What a mode opens with: a scribbled 3 that is to become an 8, or a real digit whose
    /// upper half is to be filled with whatever fits.
    pub fn of(mode: DrawnMode) -> Self {
        let fills = mode == DrawnMode::Fill;
        Self {
            model: ModelChoice::default(),
            mode,
            picture: if fills { REAL } else { scribble() },
            digit: if fills { Wanted::Any } else { Wanted::Digit(8) },
            guidance: DEFAULT_GUIDANCE,
            seed: 99,
            strength: 12,
            hole: Hole::named("top").unwrap_or_else(Hole::none),
            rounds: 5,
            step: None,
        }
    }

    /// Steps done before the first frame: those that the strength leaves out.
    pub fn first_step(&self) -> u32 {
        match self.mode {
            DrawnMode::Scribble => DRAWN_STEPS.saturating_sub(self.strength),
            DrawnMode::Fill => 0,
        }
    }
}

impl Controls for DrawnState {
    fn chapter(&self) -> Chapter {
        Chapter::Drawn
    }

    fn visit(&mut self, q: &mut impl Query) {
        let fill = |name: &str| (name == "fill").then_some(DrawnMode::Fill);
        q.setting("mode", &mut self.mode, DrawnMode::Scribble, fill, |_| {
            "fill".into()
        });
        let default = Self::of(self.mode);
        self.model.visit(q);
        visit_picture(&mut self.picture, &default.picture, q);
        visit_digit(&mut self.digit, default.digit, Wanted::Each, q);
        visit_guidance(&mut self.guidance, q);
        q.seed("seed", &mut self.seed, default.seed);
        q.number(
            "strength",
            &mut self.strength,
            default.strength,
            1..=DRAWN_STEPS,
        );
        q.setting(
            "hole",
            &mut self.hole,
            default.hole,
            Hole::from_code,
            Hole::code,
        );
        q.one_of("rounds", &mut self.rounds, default.rounds, &ROUNDS);
        let first = self.first_step();
        q.maybe("step", &mut self.step, first..=DRAWN_STEPS);
    }
}

/// A real 3 whose missing half leaves the model a choice.
const REAL: Picture = Picture::Sample(96);

/// A 3 of four straight lines: somebody's quick scribble.
fn scribble() -> Picture {
    let points = vec![
        (8.0, 6.0),
        (20.0, 5.0),
        (12.0, 13.0),
        (20.0, 19.0),
        (8.0, 23.0),
    ];
    let stroke = Stroke {
        points,
        erases: false,
    };
    let drawing = picture(&[stroke]).as_deref().and_then(Drawing::new);
    drawing.map_or(REAL, Picture::Drawing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        let link = |mode| round_trip(DrawnState::of(mode));
        assert_eq!(link(DrawnMode::Scribble), "#/diffusion/drawing");
        assert_eq!(link(DrawnMode::Fill), "#/diffusion/drawing?mode=fill");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let nonsense =
            "mode=x&digit=each&w=9&strength=0&hole=AAAA&rounds=3&step=2&drawing=A&picture=320";
        falls_back("diffusion/drawing", &[(nonsense, 9)]);
    }

    #[test]
    fn holes_have_short_codes() {
        for (name, pixels) in [("top", 392), ("left", 392), ("centre", 196), ("none", 0)] {
            let hole = Hole::named(name).expect("known");
            assert_eq!(
                (hole.code().as_str(), Hole::from_code(name)),
                (name, Some(hole.clone()))
            );
            assert_eq!(hole.pixels().iter().filter(|&&p| p).count(), pixels);
        }
        let mut hole = Hole::named("left").expect("known");
        hole.paint((3.5, 3.5), 0.1, false);
        let code = hole.code();
        assert_eq!(code.len(), 131);
        assert_eq!(Hole::from_code(&code), Some(hole));
        for bad in ["", "right", &code[1..], &format!("{}_", &code[..130])] {
            assert_eq!(Hole::from_code(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_brush_paints_and_takes_back() {
        let mut hole = Hole::none();
        assert!(hole.is_empty());
        hole.paint((10.0, 10.0), 2.0, true);
        // The 12 pixels whose centres are within 2 of a corner.
        assert_eq!(hole.pixels().iter().filter(|&&p| p).count(), 12);
        assert!(hole.pixels()[9 * SIDE + 9] && !hole.pixels()[9 * SIDE + 12]);
        hole.paint((10.0, 10.0), 3.0, false);
        assert!(hole.is_empty());
    }
}
