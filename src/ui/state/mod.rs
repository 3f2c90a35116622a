//! The URL's hash as typed state: `#/diffusion/denoise?digit=3&steps=20&step=12`.
//!
//! [`parse`] never fails: what it cannot read falls back to its default and is listed, so that
//! the page can say so. [`Page::hash`] writes the shortest form, with defaults left out, and
//! `parse(page.hash())` is `page` again.

mod cloud;
pub mod diffusion;
pub mod gan;
mod model;
mod query;

pub use diffusion::denoise::{DenoiseState, MAX_GUIDANCE, Past, STEPS, Wanted};
pub use diffusion::fewer::{CELL, COLUMNS, FewerState, QUICK_STEPS, Way, cell_job};
pub use diffusion::from_drawing::{DRAWN_STEPS, DrawnMode, DrawnState, Hole, ROUNDS};
pub use diffusion::network::NetworkState;
pub use diffusion::noise::{NoiseState, Picture, SAMPLES};
pub use diffusion::plane::{
    LEARNING_RATES, NOISE_LEVELS, PlaneState, SAMPLE_STEPS, SNAPSHOTS, TRAIN_STEPS, View,
    method_id, rule_id,
};
pub use gan::{GameState, GuessState, PicturesState};
pub use model::{ModelChoice, Training};
pub use query::{Reader, Writer};

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
}

/// Room and chapter, with the chapter's controls.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Route {
    /// The map of the four families.
    #[default]
    Overview,
    /// Diffusion, chapter 1: noise it.
    Noise(NoiseState),
    /// Diffusion, chapter 2: denoise it.
    Denoise(DenoiseState),
    /// Diffusion, chapter 3: inside the network.
    Network(NetworkState),
    /// Diffusion, chapter 4: fewer steps.
    Fewer(FewerState),
    /// Diffusion, chapter 5: start from your drawing.
    Drawn(DrawnState),
    /// Diffusion, chapter 6: two dimensions.
    Plane(PlaneState),
    /// GAN, chapters 1 and 4: the game in two dimensions, and when it goes wrong.
    Game(GameState),
    /// GAN, chapter 2: the story in pictures.
    Pictures(PicturesState),
    /// GAN, chapter 3: you are the discriminator.
    Guess(GuessState),
}

/// The rooms of the page, in the order of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// The map of the four families.
    Overview,
    /// Generator against discriminator.
    Gan,
    /// Variational autoencoder.
    Vae,
    /// Noise and denoise.
    Diffusion,
    /// One value after another.
    Autoregressive,
}

impl Room {
    /// All rooms.
    pub const ALL: [Self; 5] = [
        Self::Overview,
        Self::Gan,
        Self::Vae,
        Self::Diffusion,
        Self::Autoregressive,
    ];

    /// The name in the navigation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Gan => "GAN",
            Self::Vae => "VAE",
            Self::Diffusion => "Diffusion",
            Self::Autoregressive => "Autoregressive",
        }
    }

    /// The room's name in class names and tokens: `gan`, `vae`, …
    pub fn id(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Gan => "gan",
            Self::Vae => "vae",
            Self::Diffusion => "diffusion",
            Self::Autoregressive => "autoregressive",
        }
    }

    /// Where its link leads; `None` for a room that is still to come.
    pub fn entrance(self) -> Option<Route> {
        match self {
            Self::Overview => Some(Route::Overview),
            Self::Gan => Some(Route::Game(GameState::default())),
            Self::Diffusion => Some(Route::Denoise(DenoiseState::default())),
            Self::Vae | Self::Autoregressive => None,
        }
    }
}

impl Route {
    /// The room it belongs to.
    pub fn room(&self) -> Room {
        match self {
            Self::Overview => Room::Overview,
            Self::Noise(_)
            | Self::Denoise(_)
            | Self::Network(_)
            | Self::Fewer(_)
            | Self::Drawn(_)
            | Self::Plane(_) => Room::Diffusion,
            Self::Game(_) | Self::Pictures(_) | Self::Guess(_) => Room::Gan,
        }
    }

    /// Same room and chapter, whatever the controls say?
    pub fn same_place(&self, other: &Self) -> bool {
        self.path() == other.path()
    }

    /// Its hash without page-wide settings, for links: `#/diffusion/noise`.
    pub fn href(&self) -> String {
        Page {
            route: self.clone(),
            ..Page::default()
        }
        .hash()
    }

    fn path(&self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Noise(_) => "/diffusion/noise",
            Self::Denoise(_) => "/diffusion/denoise",
            Self::Network(_) => "/diffusion/network",
            Self::Fewer(_) => "/diffusion/fewer",
            Self::Drawn(_) => "/diffusion/drawing",
            Self::Plane(_) => "/diffusion/plane",
            Self::Game(state) if state.case.is_some() => "/gan/wrong",
            Self::Game(_) => "/gan/game",
            Self::Pictures(_) => "/gan/pictures",
            Self::Guess(_) => "/gan/guess",
        }
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
        Self::ALL.into_iter().find(|choice| choice.id() == id)
    }
}

impl Page {
    /// The shortest hash that says all this, `#` included.
    pub fn hash(&self) -> String {
        let mut query = Writer::default();
        match &self.route {
            Route::Overview => {}
            Route::Noise(state) => state.write(&mut query),
            Route::Denoise(state) => state.write(&mut query),
            Route::Network(state) => state.write(&mut query),
            Route::Fewer(state) => state.write(&mut query),
            Route::Drawn(state) => state.write(&mut query),
            Route::Plane(state) => state.write(&mut query),
            Route::Game(state) => state.write(&mut query),
            Route::Pictures(state) => state.write(&mut query),
            Route::Guess(state) => state.write(&mut query),
        }
        if let Some(engine) = self.engine {
            query.put("engine", engine.id());
        }
        match self.fault {
            Some(Fault::Panic) => query.put("fault", "panic"),
            Some(Fault::LoseDevice) => query.put("fault", "device"),
            Some(Fault::Hang) => query.put("fault", "hang"),
            None => {}
        }
        if let Some(seconds) = self.patience_s {
            query.put("patience", seconds);
        }
        format!("#{}{}", self.route.path(), query.finish())
    }
}

/// What a hash says, and what in it made no sense (a sentence each).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The state, with defaults where the hash was silent or wrong.
    pub page: Page,
    /// What was ignored.
    pub problems: Vec<String>,
}

/// Reads a hash, with or without its `#`.
pub fn parse(hash: &str) -> Parsed {
    let hash = hash.strip_prefix('#').unwrap_or(hash);
    let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
    let mut query = Reader::new(query);
    let route = match path.trim_end_matches('/') {
        "" => Route::Overview,
        "/diffusion" | "/diffusion/denoise" => Route::Denoise(DenoiseState::read(&mut query)),
        "/diffusion/noise" => Route::Noise(NoiseState::read(&mut query)),
        "/diffusion/network" => Route::Network(NetworkState::read(&mut query)),
        "/diffusion/fewer" => Route::Fewer(FewerState::read(&mut query)),
        "/diffusion/drawing" => Route::Drawn(DrawnState::read(&mut query)),
        "/diffusion/plane" => Route::Plane(PlaneState::read(&mut query)),
        "/gan" | "/gan/game" => Route::Game(GameState::read(&mut query, false)),
        "/gan/wrong" => Route::Game(GameState::read(&mut query, true)),
        "/gan/pictures" => Route::Pictures(PicturesState::read(&mut query)),
        "/gan/guess" => Route::Guess(GuessState::read(&mut query)),
        other => {
            query.problem(format!(
                "There is no page called ‘{}’.",
                query::shown(other)
            ));
            Route::Overview
        }
    };
    let engine = query.choice("engine", EngineChoice::from_id);
    let fault = query.choice("fault", |value| match value {
        "panic" => Some(Fault::Panic),
        "device" => Some(Fault::LoseDevice),
        "hang" => Some(Fault::Hang),
        _ => None,
    });
    let patience_s = query.number("patience", 1..=600);
    Parsed {
        page: Page {
            route,
            engine,
            fault,
            patience_s,
        },
        problems: query.finish(),
    }
}

#[cfg(test)]
mod testing {
    use super::{Page, Route, parse};

    /// Writes a link and reads it again: nothing is lost. Gives the link.
    pub fn round_trip(route: Route) -> String {
        let page = Page {
            route,
            ..Page::default()
        };
        let hash = page.hash();
        let parsed = parse(&hash);
        assert_eq!(parsed.problems, [""; 0], "{hash}");
        assert_eq!(parsed.page, page, "{hash}");
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{DataSet, PIXELS};
    use crate::models::diffusion::schedule::ScheduleKind;
    use crate::protocol::Sampler;
    use crate::ui::ink::Drawing;

    fn page(hash: &str) -> Page {
        let parsed = parse(hash);
        assert_eq!(parsed.problems, Vec::<String>::new(), "{hash}");
        parsed.page
    }

    #[test]
    fn defaults_are_left_out() {
        for (long, short) in [
            ("", "#/"),
            ("#/", "#/"),
            ("#/diffusion", "#/diffusion/denoise"),
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
            assert_eq!(page(long).hash(), short);
        }
    }

    #[test]
    fn every_state_survives_the_link() {
        let full = DenoiseState {
            model: ModelChoice {
                set: DataSet::Mnist,
                training: Training::Quick,
            },
            schedule: ScheduleKind::Linear,
            digit: Wanted::Each,
            sampler: Sampler::Ddim { eta: 0.35 },
            steps: 250,
            guidance: 4.5,
            seed: u64::MAX,
            grid: true,
            step: Some(7),
            past: vec![
                Past {
                    until: 2,
                    digit: Wanted::Any,
                    sampler: Sampler::Ddpm,
                    guidance: 0.0,
                },
                Past {
                    until: 5,
                    digit: Wanted::Digit(9),
                    sampler: Sampler::Ddim { eta: 1.0 },
                    guidance: 7.5,
                },
            ],
        };
        let drawing = Drawing::new(&[0.2; PIXELS]).expect("has ink");
        let drawn = NoiseState {
            picture: Picture::Drawing(drawing),
            ..NoiseState::default()
        };
        for route in [
            Route::Overview,
            Route::Noise(NoiseState::default()),
            Route::Noise(NoiseState {
                picture: Picture::Sample(SAMPLES - 1),
                t: 400,
                ..NoiseState::default()
            }),
            Route::Noise(drawn),
            Route::Noise(NoiseState {
                set: DataSet::FashionMnist,
                ..NoiseState::default()
            }),
            Route::Denoise(DenoiseState::default()),
            Route::Denoise(full),
            Route::Denoise(DenoiseState {
                model: ModelChoice::of(DataSet::FashionMnist),
                sampler: Sampler::DpmSolver,
                ..DenoiseState::default()
            }),
            Route::Network(NetworkState::default()),
            Route::Fewer(FewerState::default()),
            Route::Drawn(DrawnState::default()),
            Route::Plane(PlaneState::default()),
            Route::Game(GameState::default()),
            Route::Pictures(PicturesState::default()),
            Route::Guess(GuessState::default()),
        ] {
            for engine in [None, Some(EngineChoice::Gpu)] {
                for (fault, patience_s) in [
                    (None, None),
                    (Some(Fault::Panic), None),
                    (Some(Fault::LoseDevice), Some(600)),
                    (Some(Fault::Hang), Some(1)),
                ] {
                    let state = Page {
                        route: route.clone(),
                        engine,
                        fault,
                        patience_s,
                    };
                    assert_eq!(page(&state.hash()), state);
                }
            }
        }
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let parsed = parse(
            "#/diffusion/denoise?digit=12&steps=7&w=NaN&seed=-1&eta=9&step=99&x=1&engine=tpu&patience=0",
        );
        assert_eq!(parsed.page.route, Route::Denoise(DenoiseState::default()));
        assert_eq!(parsed.page.engine, None);
        assert_eq!(parsed.problems.len(), 9, "{:?}", parsed.problems);
    }

    #[test]
    fn no_hash_is_ever_fatal() {
        for hash in [
            "#/%%%",
            "#?&=&",
            "#/diffusion/denoise?past=",
            "####",
            "#/gans",
            "#/é?ü=1&seed",
        ] {
            let parsed = parse(hash);
            assert!(!parsed.problems.is_empty(), "{hash}");
            assert_eq!(parse(&parsed.page.hash()).problems, Vec::<String>::new());
        }
    }
}
