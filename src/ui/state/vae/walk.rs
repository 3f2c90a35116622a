//! Controls of the chapter 'Walks'.

use crate::models::gan::image::slerp;
use crate::ui::chapters::Chapter;
use crate::ui::state::picture::visit_named;
use crate::ui::state::{Controls, Picture, Query};

/// Numbers of a code.
pub const LATENTS: usize = 16;
/// Equal parts of a walk: it has one picture more.
pub const WALK_PARTS: u32 = 24;
/// A number of the code can be moved so far, in tenths.
pub const REACH: i32 = 30;

/// How a walk goes from one code to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Straight.
    #[default]
    Line,
    /// Round the origin.
    Arc,
}

impl Way {
    /// Both, in the order in which a control lists them.
    pub const ALL: [Self; 2] = [Self::Line, Self::Arc];

    /// The name in links.
    pub fn id(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Arc => "arc",
        }
    }
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct WalkState {
    /// Where it starts.
    pub from: Picture,
    /// Where it ends.
    pub to: Picture,
    /// On which way.
    pub way: Way,
    /// Where one stands, in parts of [`WALK_PARTS`].
    pub at: u32,
    /// How far each number of the code is moved from there, in tenths.
    pub moved: [i32; LATENTS],
    /// Are both ends picked, or the second alone? The one that the picker is for.
    pub picks_end: bool,
}

impl Default for WalkState {
    fn default() -> Self {
        Self {
            from: Picture::Sample(96),
            to: Picture::Sample(256),
            way: Way::default(),
            at: WALK_PARTS / 2,
            moved: [0; LATENTS],
            picks_end: false,
        }
    }
}

impl WalkState {
    /// The model.
    pub const MODEL: &'static str = "vae-mnist-16";

    /// Codes along the walk between two, `[WALK_PARTS + 1, LATENTS]`.
    pub fn way_between(&self, from: &[f32], to: &[f32]) -> Vec<f32> {
        let part = |part| {
            let share = part as f32 / WALK_PARTS as f32;
            match self.way {
                Way::Line => {
                    let mixed = from.iter().zip(to).map(|(a, b)| a + share * (b - a));
                    mixed.collect()
                }
                Way::Arc => slerp(from, to, share),
            }
        };
        (0..=WALK_PARTS).flat_map(part).collect()
    }

    /// The code that is shown large: that of the place on the way, moved.
    pub fn shown(&self, way: &[f32]) -> Vec<f32> {
        let here = way.chunks_exact(LATENTS).nth(self.at as usize);
        let here = here.unwrap_or(&[0.0; LATENTS]);
        let moved = self.moved.iter().map(|tenths| *tenths as f32 / 10.0);
        here.iter().zip(moved).map(|(z, by)| z + by).collect()
    }

    /// Is a number of the code moved?
    pub fn is_moved(&self) -> bool {
        self.moved.iter().any(|by| *by != 0)
    }
}

/// `0.5.-10`: the numbers with points between, those at the end that are 0 left out.
fn write_moved(moved: &[i32; LATENTS]) -> String {
    let used = moved.iter().rposition(|by| *by != 0).map_or(0, |at| at + 1);
    let texts: Vec<_> = moved[..used].iter().map(i32::to_string).collect();
    texts.join(".")
}

fn read_moved(text: &str) -> Option<[i32; LATENTS]> {
    let mut moved = [0; LATENTS];
    let mut places = moved.iter_mut();
    for number in text.split('.') {
        let number = number.parse().ok();
        *places.next()? = number.filter(|by| (-REACH..=REACH).contains(by))?;
    }
    Some(moved)
}

impl Controls for WalkState {
    fn chapter(&self) -> Chapter {
        Chapter::Walk
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        visit_named(&mut self.from, &default.from, ["drawn", "from"], q);
        visit_named(&mut self.to, &default.to, ["drawnto", "to"], q);
        q.named("way", &mut self.way, default.way);
        q.number("at", &mut self.at, default.at, 0..=WALK_PARTS);
        q.setting(
            "moved",
            &mut self.moved,
            default.moved,
            read_moved,
            write_moved,
        );
        let mut end = u32::from(self.picks_end);
        q.number("end", &mut end, 0, 0..=1);
        self.picks_end = end == 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(WalkState::default()), "#/vae/walk");
        let mut state = WalkState::default();
        state.moved[1] = -30;
        state.way = Way::Arc;
        assert_eq!(round_trip(state), "#/vae/walk?way=arc&moved=0.-30");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let many = format!("moved={}", vec!["1"; LATENTS + 1].join("."));
        falls_back(
            "vae/walk",
            &[
                ("from=320&to=-1&way=x&at=25&moved=31&end=2", 6),
                ("moved=", 1),
                (many.as_str(), 1),
            ],
        );
    }

    #[test]
    fn a_walk_goes_from_one_code_to_the_other() {
        let (from, to) = (vec![1.0; LATENTS], vec![-0.5; LATENTS]);
        for way in Way::ALL {
            let mut state = WalkState {
                way,
                at: WALK_PARTS,
                ..WalkState::default()
            };
            let codes = state.way_between(&from, &to);
            assert_eq!(codes.len(), LATENTS * (WALK_PARTS as usize + 1));
            assert_eq!(&codes[..LATENTS], from, "{way:?}");
            let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-5, "{a} {b}");
            state.moved[3] = 5;
            let shown = state.shown(&codes);
            close(shown[3], 0.0);
            close(shown[2], -0.5);
        }
    }
}
