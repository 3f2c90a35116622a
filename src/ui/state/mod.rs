//! The URL's hash as typed state: `#/diffusion/denoise?digit=3&steps=20&step=12`.
//!
//! [`parse`] never fails: it reads path and page-wide settings, and leaves the chapter's own ones as
//! they are. The part that holds the chapter reads those ([`Route::read`]), so that the page starts
//! without knowing them. What makes no sense falls back to its default and is listed, so that the
//! page can say so. [`Page::hash`] writes the shortest form, with defaults left out.

mod cloud;
pub mod diffusion;
pub mod gan;
mod guide;
mod lock;
mod model;
mod picture;
pub mod pixel;
mod query;
mod route;
pub mod series;
pub mod text;
pub mod tune;
pub mod vae;
pub mod wave;

pub use diffusion::denoise::{DenoiseState, MAX_GUIDANCE, Past, STEPS, Wanted, two_decimals};
pub use diffusion::fewer::{CELL, COLUMNS, FewerState, QUICK_STEPS, Way};
pub use diffusion::from_drawing::{DRAWN_STEPS, DrawnMode, DrawnState, Hole, ROUNDS};
pub use diffusion::network::NetworkState;
pub use diffusion::noise::NoiseState;
pub use diffusion::plane::{
    LEARNING_RATES, NOISE_LEVELS, PlaneState, SAMPLE_STEPS, SNAPSHOTS, TRAIN_STEPS, View,
};
pub use gan::{GameState, GuessState, PicturesState};
pub use guide::GuideState;
pub use lock::Lock;
pub use model::{ModelChoice, Training};
pub use picture::{Picture, SAMPLES};
pub use pixel::{FinishState, GrowState, LikelyState, SeesState};
#[cfg(test)]
pub use query::chance::Chance;
pub use query::{Named, Query, Reader, Writer};
pub use route::{Controls, Route};
pub use series::{ArimaState, DeepState, PastState, RivalsState};
pub use text::{AnswersState, InsideState, LearnedState, NextState, PiecesState, TextTrainState};
pub use tune::TuneState;
pub use vae::{HolesState, SpreadState, SqueezeState, TrainState, WalkState};
pub use wave::{ForcedState, OwnState, SampleState};

use super::chapters::Chapter;
use crate::protocol::Fault;

/// Everything the hash says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Room and chapter, with its controls.
    pub route: Route,
    /// The engine asked for, if the link says one.
    pub engine: Option<EngineChoice>,
    /// A failure to provoke once a run is under way (tests only).
    pub fault: Option<Fault>,
    /// How long an engine may be silent and a download may stall, s, `1..=600` (tests only; read
    /// when the page opens).
    pub patience_s: Option<u32>,
    /// What may not be changed, where a teacher has said so.
    pub lock: Option<Lock>,
    /// Is it a stop of the way for beginners?
    pub tour: Option<Tour>,
}

/// The way for beginners: its stops are [`chapters::TOUR`](super::chapters::TOUR).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tour {
    /// They follow it.
    On,
}

impl Named for Tour {
    const VALUES: &'static [Self] = &[Self::On];

    fn name(self) -> &'static str {
        "on"
    }
}

/// Which engine computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineChoice {
    /// The CPU, and the GPU for long jobs where there is a real one.
    #[default]
    Auto,
    /// Always the CPU.
    Cpu,
    /// The GPU wherever it works.
    Gpu,
}

impl EngineChoice {
    /// All choices, in the order in which a control lists them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Cpu, Self::Gpu];

    /// The name in links and in storage.
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }

    /// The choice called `id`.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::called(id)
    }
}

query::named!(EngineChoice);

impl Named for Fault {
    const VALUES: &'static [Self] = &[Self::Panic, Self::LoseDevice, Self::Hang];

    fn name(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::LoseDevice => "device",
            Self::Hang => "hang",
        }
    }
}

impl Page {
    /// The settings that belong to no chapter.
    fn visit(&mut self, q: &mut impl Query) {
        q.named_option("engine", &mut self.engine);
        q.named_option("fault", &mut self.fault);
        q.maybe("patience", &mut self.patience_s, 1..=600);
        q.option("lock", &mut self.lock, Lock::read, Lock::to_string);
        q.named_option("tour", &mut self.tour);
    }

    /// The shortest hash that says all this, `#` included.
    pub fn hash(&self) -> String {
        let mut own = Writer::default();
        self.clone().visit(&mut own);
        let mut query = vec![self.route.query(), own.finish()];
        query.retain(|part| !part.is_empty());
        let mark = if query.is_empty() { "" } else { "?" };
        let chapter = self.route.chapter();
        let path = chapter.map_or("", |chapter| chapter.info().path);
        format!("#/{path}{mark}{}", query.join("&"))
    }

    /// Does `hash` say just this, if not in the shortest way?
    pub fn is_said_by(&self, hash: &str) -> bool {
        let Parsed { page, problems } = parse(hash);
        let route = self.route.clone();
        problems.is_empty() && self.route.is_said_by(&page.route) && *self == Self { route, ..page }
    }
}

/// What a hash says, and what in it made no sense (a sentence each).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The state, with defaults where the hash was silent or wrong; its chapter's settings are
    /// still to be read.
    pub page: Page,
    /// What was ignored.
    pub problems: Vec<String>,
}

/// Reads a hash, with or without its `#`.
pub fn parse(hash: &str) -> Parsed {
    let hash = hash.strip_prefix('#').unwrap_or(hash);
    let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
    let mut query = Reader::new(query);
    let path = path.trim_end_matches('/');
    let chapter = path.strip_prefix('/').and_then(Chapter::at);
    if chapter.is_none() && !path.is_empty() {
        query.problem(format!("There is no page called ‘{}’.", query::shown(path)));
    }
    let mut page = Page::default();
    page.visit(&mut query);
    let Some(chapter) = chapter else {
        let problems = query.finish();
        return Parsed { page, problems };
    };
    let (own, problems) = query.rest();
    page.route = Route::unread(chapter, &own);
    Parsed { page, problems }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{Controls, Page, Parsed, Route, parse};

    /// A hash read to its end.
    pub fn read(hash: &str) -> Parsed {
        let Parsed {
            mut page,
            mut problems,
        } = parse(hash);
        if let Some(chapter) = page.route.chapter() {
            let (route, more) = chapter.read(&page.route);
            page.route = route;
            problems.extend(more);
        }
        Parsed { page, problems }
    }

    /// The controls that a hash asks for, and how much of it made no sense.
    pub fn state<S: Controls>(hash: &str) -> (S, usize) {
        let Parsed { page, problems } = read(hash);
        let state = page.route.state().expect("this chapter");
        (S::clone(state), problems.len())
    }

    /// Writes a link and reads it again: nothing is lost. Gives the link.
    pub fn round_trip(state: impl Controls) -> String {
        let page = Page {
            route: Route::of(state),
            ..Page::default()
        };
        let hash = page.hash();
        let parsed = read(&hash);
        assert_eq!(parsed.problems, [""; 0], "{hash}");
        assert_eq!(parsed.page, page, "{hash}");
        hash
    }

    /// What these queries of a chapter say instead, each with so many problems, is how it opens.
    pub fn falls_back(path: &str, queries: &[(&str, usize)]) {
        for (query, expected) in queries {
            let opening = read(&format!("#/{path}")).page;
            let Parsed { page, problems } = read(&format!("#/{path}?{query}"));
            assert_eq!(page, opening, "{query}");
            assert_eq!(problems.len(), *expected, "{query}: {problems:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{falls_back, read};
    use super::*;
    use crate::ui::chapters;

    #[test]
    fn defaults_are_left_out() {
        for (long, short) in [
            ("", "#/"),
            ("#/", "#/"),
            ("#/diffusion", "#/diffusion/noise"),
            (
                "#/diffusion/denoise?digit=3&sampler=ddim&eta=0&steps=20&n=1",
                "#/diffusion/denoise",
            ),
            (
                "#/diffusion/denoise?step=12&steps=50",
                "#/diffusion/denoise?steps=50&step=12",
            ),
            (
                "#/diffusion/noise?engine=gpu",
                "#/diffusion/noise?engine=gpu",
            ),
        ] {
            let Parsed { page, problems } = read(long);
            assert_eq!(problems, [""; 0], "{long}");
            assert_eq!(page.hash(), short);
            assert!(page.is_said_by(long), "{long}");
        }
        for other in [
            "#/",
            "#/diffusion/noise?t=9",
            "#/diffusion/noise?x=1",
            "#/diffusion/noise?engine=cpu",
        ] {
            assert!(!read("#/diffusion/noise").page.is_said_by(other), "{other}");
        }
    }

    /// Writing and reading a state gives the same, whatever the state; and whatever is read is a
    /// state.
    #[test]
    fn every_state_survives_its_link_and_every_link_is_a_state() {
        let mut chance = Chance::new(5);
        for round in 0..1500 {
            let mut page = Page::default();
            page.visit(&mut chance);
            // The map has no controls.
            if let Some(info) = chapters::ALL.get(round % (chapters::ALL.len() + 1)) {
                page.route = info.chapter.by_chance(&mut chance);
            }
            let hash = page.hash();
            let parsed = read(&hash);
            assert_eq!(parsed.problems, [""; 0], "{hash}");
            assert_eq!(parsed.page, page, "{hash}");
            assert!(page.is_said_by(&hash), "{hash}");

            let mut spoilt: Vec<char> = hash.chars().collect();
            for _ in 0..=chance.below(4) {
                let at = chance.below(spoilt.len());
                let other = spoilt[chance.below(spoilt.len())];
                match chance.below(4) {
                    0 => spoilt.truncate(at + 1),
                    1 => spoilt.insert(at, 'é'),
                    2 => spoilt.insert(at, other),
                    _ => spoilt[at] = other,
                }
            }
            let spoilt = String::from_iter(spoilt);
            let mended = read(&spoilt).page;
            let again = read(&mended.hash());
            assert_eq!(again.problems, [""; 0], "{spoilt}");
            assert_eq!(again.page, mended, "{spoilt}");
        }
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let nonsense = "digit=12&steps=7&w=NaN&seed=-1&eta=9&step=99&x=1&engine=tpu&patience=0";
        falls_back("diffusion/denoise", &[(nonsense, 9)]);
        for hash in [
            "#/%%%",
            "#?&=&",
            "#/diffusion/denoise?past=",
            "####",
            "#/gans",
            "#/é?ü=1&seed",
        ] {
            assert!(!read(hash).problems.is_empty(), "{hash}");
        }
    }
}
