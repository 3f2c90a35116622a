//! The chapters of the page, a line each: routes, links, navigation, parts and the browser tests'
//! table come from here (pure).

#[cfg(feature = "ui")]
use super::content::texts;
#[cfg(feature = "ui")]
use super::parts::Part;
#[cfg(feature = "ui")]
use super::rooms;
#[cfg(test)]
use super::state::*;

/// Makes [`Chapter`] and what tells of it.
macro_rules! chapters {
    ($($name:ident: $state:ident, $path:literal, $room:ident, $group:ident::$part:ident, $file:ident::$key:ident;)+) => {
        /// A chapter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Chapter {
            $(#[doc = concat!("`#/", $path, "`.")] $name,)+
        }

        /// All chapters, room by room, in the order in which their room tells them.
        pub const ALL: &[ChapterInfo] = &[$(ChapterInfo {
            chapter: Chapter::$name,
            path: $path,
            room: Room::$room,
            part: stringify!($part),
        }),+];

        #[cfg(feature = "ui")]
        impl Chapter {
            /// Its heading.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => texts::$file::$key::TITLE,)+
                }
            }

            /// The part of the page that holds it.
            pub fn part(self) -> Part {
                match self {
                    $(Self::$name => Part(stringify!($part), rooms::$group::$part),)+
                }
            }
        }

        #[cfg(test)]
        impl Chapter {
            /// A route of this chapter, read as its part reads it.
            pub fn read(self, route: &Route) -> (Route, Vec<String>) {
                match self {
                    $(Self::$name => route.read::<$state>(),)+
                }
            }

            /// This chapter with controls by chance.
            pub fn by_chance(self, chance: &mut Chance) -> Route {
                match self {
                    $(Self::$name => {
                        let mut state = $state::opening(self);
                        state.visit(chance);
                        Route::of(state)
                    })+
                }
            }
        }
    };
}

// Name and controls, address, room, part, heading.
chapters! {
    Noise: NoiseState, "diffusion/noise", Diffusion, diffusion::first, diffusion::noise;
    Denoise: DenoiseState, "diffusion/denoise", Diffusion, diffusion::first, diffusion::denoise;
    Network: NetworkState, "diffusion/network", Diffusion, diffusion::network_alone, network::story;
    Fewer: FewerState, "diffusion/fewer", Diffusion, diffusion::deeper, fewer::story;
    Drawn: DrawnState, "diffusion/drawing", Diffusion, diffusion::deeper, drawing::story;
    Plane: PlaneState, "diffusion/plane", Diffusion, diffusion::plane_alone, plane::story;
    Game: GameState, "gan/game", Gan, gan::gan, gan::game;
    Pictures: PicturesState, "gan/pictures", Gan, gan::gan_pictures, gan_pictures::story;
    Guess: GuessState, "gan/guess", Gan, gan::gan_pictures, gan_guess::story;
    Wrong: GameState, "gan/wrong", Gan, gan::gan, gan_wrong::story;
    Squeeze: SqueezeState, "vae/squeeze", Vae, vae::vae_squeeze, vae_squeeze::story;
    Holes: HolesState, "vae/holes", Vae, vae::vae, vae_holes::story;
    Spread: SpreadState, "vae/code", Vae, vae::vae, vae_code::story;
    Walk: WalkState, "vae/walk", Vae, vae::vae, vae_walk::story;
    Train: TrainState, "vae/train", Vae, vae::vae_train, vae_train::story;
    Next: NextState, "autoregressive/next", Autoregressive, text::text, next::story;
    Pieces: PiecesState, "autoregressive/pieces", Autoregressive, text::text, pieces::story;
    Inside: InsideState, "autoregressive/inside", Autoregressive, text::text_deeper, inside::story;
    Learned: LearnedState, "autoregressive/learned", Autoregressive, text::text_deeper, learned::story;
    TextTrain: TextTrainState, "autoregressive/train", Autoregressive, text::text_deeper, text_train::story;
    Answers: AnswersState, "autoregressive/answers", Autoregressive, text::text, answers::story;
    Grow: GrowState, "autoregressive/pixel", Autoregressive, pixel::pixel, pixel_grow::story;
    Sees: SeesState, "autoregressive/sees", Autoregressive, pixel::pixel, pixel_sees::story;
    Finish: FinishState, "autoregressive/finish", Autoregressive, pixel::pixel, pixel_finish::story;
    Likely: LikelyState, "autoregressive/likely", Autoregressive, pixel::pixel, pixel_likely::story;
    Tune: TuneState, "autoregressive/tune", Autoregressive, tune::tune, tune_note::story;
    Sample: SampleState, "autoregressive/sample", Autoregressive, wave::wave, wave_sample::story;
    Forced: ForcedState, "autoregressive/forced", Autoregressive, wave::wave, wave_forced::story;
    Own: OwnState, "autoregressive/sound", Autoregressive, wave::wave, wave_own::story;
    Past: PastState, "autoregressive/past", Autoregressive, series::series, series_past::story;
    Arima: ArimaState, "autoregressive/arima", Autoregressive, series::series, series_arima::story;
    Deep: DeepState, "autoregressive/deep", Autoregressive, series::series, series_deep::story;
    Rivals: RivalsState, "autoregressive/rivals", Autoregressive, series::series, series_rivals::story;
    Teachers: GuideState, "guide/teachers", Guide, guide::guide, guide::teachers;
    Words: GuideState, "guide/words", Guide, guide::guide, guide::words;
}

/// The chapters that tell of models, in the order in which one follows from the other.
pub const STORY: &[Chapter] = &[
    Chapter::Noise,
    Chapter::Denoise,
    Chapter::Network,
    Chapter::Fewer,
    Chapter::Drawn,
    Chapter::Plane,
    Chapter::Game,
    Chapter::Pictures,
    Chapter::Guess,
    Chapter::Wrong,
    Chapter::Squeeze,
    Chapter::Holes,
    Chapter::Spread,
    Chapter::Walk,
    Chapter::Train,
    Chapter::Next,
    Chapter::Pieces,
    Chapter::Inside,
    Chapter::Learned,
    Chapter::TextTrain,
    Chapter::Answers,
    Chapter::Grow,
    Chapter::Sees,
    Chapter::Finish,
    Chapter::Likely,
    Chapter::Tune,
    Chapter::Sample,
    Chapter::Forced,
    Chapter::Own,
    Chapter::Past,
    Chapter::Arima,
    Chapter::Deep,
    Chapter::Rivals,
];

/// The way for beginners, ten minutes across the rooms; the landing page tells of it.
pub const TOUR: &[Chapter] = &[
    Chapter::Noise,
    Chapter::Denoise,
    Chapter::Game,
    Chapter::Guess,
];

/// What there is to know of a chapter that is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChapterInfo {
    /// Which.
    pub chapter: Chapter,
    /// Its address: `diffusion/denoise` of `#/diffusion/denoise`.
    pub path: &'static str,
    /// Its room.
    pub room: Room,
    /// The name of the part of the page that holds it.
    pub part: &'static str,
}

impl Chapter {
    /// What there is to know of it.
    pub fn info(self) -> &'static ChapterInfo {
        &ALL[self as usize]
    }

    /// Its link, as it opens.
    pub fn href(self) -> String {
        format!("#/{}", self.info().path)
    }

    /// Those before and after it among `way`, which it may not be on, and its place there, from 1.
    pub fn neighbours(self, way: &[Self]) -> Option<(Option<Self>, usize, Option<Self>)> {
        let at = way.iter().position(|chapter| *chapter == self)?;
        let before = at.checked_sub(1).map(|at| way[at]);
        Some((before, at + 1, way.get(at + 1).copied()))
    }

    /// The chapter at an address; a room's address is that of the chapter it opens with.
    pub fn at(path: &str) -> Option<Self> {
        let room = Room::ALL.into_iter().find(|room| room.id() == path);
        room.and_then(Room::entrance)
            .or_else(|| Some(ALL.iter().find(|info| info.path == path)?.chapter))
    }
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
    /// Pages of text.
    Guide,
}

impl Room {
    /// All rooms that the navigation leads to.
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
            Self::Guide => "Guide",
        }
    }

    /// The room's name in links, class names and tokens: `gan`, `vae`, …
    pub fn id(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Gan => "gan",
            Self::Vae => "vae",
            Self::Diffusion => "diffusion",
            Self::Autoregressive => "autoregressive",
            Self::Guide => "guide",
        }
    }

    /// The chapter it opens with; none for the map and for a room that is still to come.
    pub fn entrance(self) -> Option<Chapter> {
        match self {
            Self::Gan => Some(Chapter::Game),
            Self::Diffusion => Some(Chapter::Noise),
            Self::Vae => Some(Chapter::Squeeze),
            Self::Autoregressive => Some(Chapter::Next),
            Self::Overview | Self::Guide => None,
        }
    }

    /// Where its link leads; `None` for a room that is still to come.
    pub fn href(self) -> Option<String> {
        match self {
            Self::Overview => Some("#/".into()),
            room => room.entrance().map(Chapter::href),
        }
    }

    /// Its chapters, in their order.
    pub fn chapters(self) -> impl Iterator<Item = Chapter> {
        let here = ALL.iter().filter(move |info| info.room == self);
        here.map(|info| info.chapter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_their_chapters() {
        for info in ALL {
            assert_eq!(Chapter::at(info.path), Some(info.chapter));
            assert_eq!(info.chapter.info(), info);
            assert!(info.path.starts_with(info.room.id()), "{}", info.path);
        }
        assert_eq!(Chapter::at("gan"), Some(Chapter::Game));
        assert_eq!(Chapter::at("vae"), Some(Chapter::Squeeze));
        assert_eq!(Room::Gan.href().as_deref(), Some("#/gan/game"));
        let wrong = Room::Gan.chapters().last();
        assert_eq!(wrong, Some(Chapter::Wrong));
    }

    #[test]
    fn neighbours_lead_along_a_way() {
        let first = Chapter::Noise.neighbours(TOUR);
        assert_eq!(first, Some((None, 1, Some(Chapter::Denoise))));
        let last = Chapter::Guess.neighbours(TOUR);
        assert_eq!(last, Some((Some(Chapter::Game), TOUR.len(), None)));
        assert_eq!(Chapter::Plane.neighbours(TOUR), None);
    }

    #[test]
    #[cfg(feature = "ui")]
    fn the_landing_page_tells_of_the_same_way() {
        let html = texts::landing::path::HTML;
        let stops = html
            .match_indices("href=\"#/")
            .map(|(at, _)| &html[at + 6..]);
        let stops: Vec<_> = stops.map(|stop| stop.split('"').next()).collect();
        let way = TOUR
            .iter()
            .map(|chapter| format!("{}?tour=on", chapter.href()));
        let way: Vec<_> = way.collect();
        assert_eq!(
            stops,
            way.iter()
                .map(|href| Some(href.as_str()))
                .collect::<Vec<_>>()
        );
    }
}
