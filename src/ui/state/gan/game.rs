//! Controls of the chapters 'The game in two dimensions' and 'When it goes wrong'.

use super::super::cloud::{read_cloud, write_cloud};
use super::super::{Reader, Writer};
use super::Case;
use super::course::{
    Leg, MAX_LEGS, Play, code, course_from, leg, loss, optimizer, optimizer_id, ticks_of,
};
use crate::protocol::gan::{Game, Half, Loss, NoiseKind, Player};

/// Lengths of a game to choose from, rounds.
pub const ROUNDS: [u32; 5] = [300, 1000, 3000, 9000, 30_000];
/// Learning rates to choose from.
pub const RATES: [f32; 9] = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 1e-1, 1.0];
/// Hidden layers to choose from.
pub const LAYERS: [u32; 4] = [1, 2, 3, 4];
/// Widths to choose from.
pub const WIDTHS: [u32; 6] = [4, 8, 16, 32, 64, 128];
/// Updates a round to choose from.
pub const UPDATES: [u32; 5] = [1, 2, 5, 10, 20];
/// Batches to choose from.
pub const BATCHES: [u32; 4] = [32, 128, 256, 1024];
/// Numbers of a noise vector to choose from.
pub const NOISE_DIMS: [u32; 4] = [1, 2, 4, 16];
/// The losses, in the order in which a control lists them.
pub const LOSSES: [Loss; 4] = [
    Loss::NonSaturating,
    Loss::Minimax,
    Loss::LeastSquares,
    Loss::Wasserstein,
];
/// Frames of a game after the first.
const FRAMES: u32 = 300;

/// Layers of the stage that are switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Real points.
    pub reals: bool,
    /// Fakes.
    pub fakes: bool,
    /// The discriminator's scores.
    pub scores: bool,
    /// The generator's warped grid.
    pub grid: bool,
    /// The pull on each fake.
    pub pulls: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            reals: true,
            fakes: true,
            scores: true,
            grid: false,
            pulls: false,
        }
    }
}

impl Shown {
    /// Each layer's letter in links, in the order in which a control lists them.
    const LETTERS: [char; 5] = ['r', 'f', 's', 'g', 'p'];

    /// Which are on, in that order.
    pub fn list(self) -> [bool; 5] {
        [self.reals, self.fakes, self.scores, self.grid, self.pulls]
    }

    /// The layers that are on in `list`.
    pub fn of([reals, fakes, scores, grid, pulls]: [bool; 5]) -> Self {
        Self {
            reals,
            fakes,
            scores,
            grid,
            pulls,
        }
    }

    fn code(self) -> String {
        let on = Self::LETTERS.into_iter().zip(self.list());
        let text: String = on.filter(|(_, on)| *on).map(|(letter, _)| letter).collect();
        if text.is_empty() { "-".into() } else { text }
    }

    fn read(text: &str) -> Option<Self> {
        let known = text == "-" || text.chars().all(|c| Self::LETTERS.contains(&c));
        let on = Self::LETTERS.map(|letter| text.contains(letter));
        (known && !text.is_empty()).then(|| Self::of(on))
    }
}

/// Controls of both chapters.
#[derive(Clone, Debug, PartialEq)]
pub struct GameState {
    /// The rules from now on.
    pub game: Game,
    /// Rounds to play; one of [`ROUNDS`] unless a link says otherwise.
    pub rounds: u32,
    /// What was played before, by what rules.
    pub past: Vec<Leg>,
    /// Halves played by hand since; then no rounds are played.
    pub hand: Vec<Half>,
    /// The tick that is shown; `None` as the chapter opens.
    pub at: Option<u32>,
    /// Layers of the stage.
    pub shown: Shown,
    /// Show halves by hand in slow motion.
    pub slow: bool,
    /// The chapter 'When it goes wrong' shows this case.
    pub case: Option<Case>,
}

impl Default for GameState {
    fn default() -> Self {
        Self {
            game: Game::default(),
            rounds: 3000,
            past: Vec::new(),
            hand: Vec::new(),
            at: None,
            shown: Shown::default(),
            slow: false,
            case: None,
        }
    }
}

impl GameState {
    /// How a case opens.
    pub fn of(case: Case) -> Self {
        Self {
            past: case.head_start(&case.game()),
            game: case.game(),
            rounds: case.rounds(),
            case: Some(case),
            ..Self::default()
        }
    }

    /// All legs of the game, the present one last.
    pub fn course(&self) -> Vec<Leg> {
        let play = if self.hand.is_empty() {
            Play::Rounds(self.rounds)
        } else {
            Play::Hand(self.hand.clone())
        };
        let game = self.game.clone();
        let mut course = self.past.clone();
        course.push(Leg { game, play });
        course
    }

    /// Rounds between two frames.
    pub fn frame_every(&self) -> u32 {
        let rounds = self
            .past
            .iter()
            .map(|leg| leg.play.ticks() / 2)
            .sum::<u32>()
            + self.rounds;
        (rounds / FRAMES).max(1)
    }

    /// One more half by hand, after the half `ticks`.
    pub fn by_hand(&self, ticks: u32, half: Half) -> Self {
        let mut past = course_from(&self.course(), ticks);
        let mut hand = match past.pop() {
            Some(Leg {
                game,
                play: Play::Hand(hand),
            }) if game == self.game => hand,
            Some(other) => {
                past.push(other);
                Vec::new()
            }
            None => Vec::new(),
        };
        hand.push(half);
        Self {
            past,
            hand,
            at: None,
            ..self.clone()
        }
    }

    /// The same past up to the half `ticks`, and from there so many rounds by these rules.
    pub fn branch(&self, ticks: u32, game: Game, rounds: u32) -> Self {
        Self {
            past: course_from(&self.course(), ticks),
            hand: Vec::new(),
            game,
            rounds,
            at: None,
            ..self.clone()
        }
    }

    /// A new game by these rules, with the head start of the case that is shown.
    pub fn anew(&self, game: Game) -> Self {
        Self {
            past: self
                .case
                .map_or_else(Vec::new, |case| case.head_start(&game)),
            game,
            hand: Vec::new(),
            at: None,
            slow: false,
            ..self.clone()
        }
    }

    pub(in super::super) fn read(query: &mut Reader, wrong: bool) -> Self {
        let case = wrong.then(|| {
            let named = query.choice("case", |id| Case::ALL.into_iter().find(|c| c.id() == id));
            named.unwrap_or(Case::Collapse)
        });
        let default = case.map_or_else(Self::default, Self::of);
        let game = read_game(query, &default.game);
        let rounds = query.number("rounds", 1..=ROUNDS[4]);
        let hand = query.choice("hand", |text| match leg(&format!("h{text}"), &game)?.play {
            Play::Hand(halves) => Some(halves),
            Play::Rounds(_) => None,
        });
        let past = query.choice("past", |text| {
            if text == "0" {
                return Some(Vec::new());
            }
            let legs: Option<Vec<_>> = text.split('_').map(|text| leg(text, &game)).collect();
            legs.filter(|legs| legs.len() <= MAX_LEGS)
        });
        let mut state = Self {
            past: past.unwrap_or_else(|| default_past(case, &game)),
            game,
            rounds: rounds.unwrap_or(default.rounds),
            hand: hand.unwrap_or_default(),
            at: None,
            shown: query.choice("layers", Shown::read).unwrap_or_default(),
            slow: query
                .choice("slow", |text| (text == "1").then_some(()))
                .is_some(),
            case,
        };
        state.at = query.number("at", 0..=ticks_of(&state.course()));
        state
    }

    pub(in super::super) fn write(&self, query: &mut Writer) {
        let default = self.case.map_or_else(Self::default, Self::of);
        if let Some(case) = self.case {
            query.put("case", case.id());
        }
        write_game(&self.game, &default.game, query);
        query.put_unless("rounds", self.rounds, default.rounds);
        let hand = Leg {
            game: self.game.clone(),
            play: Play::Hand(self.hand.clone()),
        };
        query.put_unless("hand", &code(&hand, &self.game)[1..], "");
        if self.past != default_past(self.case, &self.game) {
            let past: Vec<_> = self.past.iter().map(|leg| code(leg, &self.game)).collect();
            // A link without a past has that of its case; 0 says that there is none.
            let text = past.join("_");
            query.put("past", if text.is_empty() { "0" } else { &text });
        }
        query.put_unless("layers", self.shown.code(), Shown::default().code());
        if self.slow {
            query.put("slow", 1);
        }
        if let Some(at) = self.at {
            query.put("at", at);
        }
    }
}

/// The past that a silent link means.
fn default_past(case: Option<Case>, game: &Game) -> Vec<Leg> {
    case.map_or_else(Vec::new, |case| case.head_start(game))
}

fn read_game(query: &mut Reader, default: &Game) -> Game {
    Game {
        cloud: read_cloud(query).unwrap_or_else(|| default.cloud.clone()),
        loss: query.choice("loss", loss).unwrap_or(default.loss),
        clip: query.number("clip", 1e-4..=100.0).unwrap_or(default.clip),
        generator: read_player(query, 'g', &default.generator),
        discriminator: read_player(query, 'd', &default.discriminator),
        noise: query.choice("noise", noise).unwrap_or(default.noise),
        noise_dims: query
            .one_of("dims", &NOISE_DIMS)
            .unwrap_or(default.noise_dims),
        batch: query.one_of("batch", &BATCHES).unwrap_or(default.batch),
        seed: query.number("seed", 0..=u64::MAX).unwrap_or(default.seed),
    }
}

fn read_player(query: &mut Reader, who: char, default: &Player) -> Player {
    let key = |name: &str| format!("{who}{name}");
    Player {
        layers: query
            .one_of(&key("layers"), &LAYERS)
            .unwrap_or(default.layers),
        width: query
            .one_of(&key("width"), &WIDTHS)
            .unwrap_or(default.width),
        optimizer: query
            .choice(&key("opt"), optimizer)
            .unwrap_or(default.optimizer),
        learning_rate: query
            .one_of(&key("lr"), &RATES)
            .unwrap_or(default.learning_rate),
        updates: query.one_of(&key("k"), &UPDATES).unwrap_or(default.updates),
    }
}

fn write_game(game: &Game, default: &Game, query: &mut Writer) {
    write_cloud(&game.cloud, &default.cloud, query);
    query.put_unless("loss", loss_id(game.loss), loss_id(default.loss));
    query.put_unless("clip", game.clip, default.clip);
    write_player(query, 'g', &game.generator, &default.generator);
    write_player(query, 'd', &game.discriminator, &default.discriminator);
    query.put_unless("noise", noise_id(game.noise), noise_id(default.noise));
    query.put_unless("dims", game.noise_dims, default.noise_dims);
    query.put_unless("batch", game.batch, default.batch);
    query.put_unless("seed", game.seed, default.seed);
}

fn write_player(query: &mut Writer, who: char, player: &Player, default: &Player) {
    let key = |name: &str| format!("{who}{name}");
    query.put_unless(&key("layers"), player.layers, default.layers);
    query.put_unless(&key("width"), player.width, default.width);
    query.put_unless(
        &key("opt"),
        optimizer_id(player.optimizer),
        optimizer_id(default.optimizer),
    );
    query.put_unless(&key("lr"), player.learning_rate, default.learning_rate);
    query.put_unless(&key("k"), player.updates, default.updates);
}

/// The loss's name in links.
pub fn loss_id(loss: Loss) -> &'static str {
    match loss {
        Loss::Minimax => "mm",
        Loss::NonSaturating => "ns",
        Loss::LeastSquares => "ls",
        Loss::Wasserstein => "w",
    }
}

fn noise_id(noise: NoiseKind) -> &'static str {
    match noise {
        NoiseKind::Gaussian => "normal",
        NoiseKind::Uniform => "uniform",
    }
}

fn noise(id: &str) -> Option<NoiseKind> {
    [NoiseKind::Gaussian, NoiseKind::Uniform]
        .into_iter()
        .find(|noise| noise_id(*noise) == id)
}

#[cfg(test)]
mod tests {
    use super::super::super::{Route, parse, testing};
    use super::*;
    use crate::data::points::Cloud;
    use crate::protocol::gan::Optimizer;

    fn round_trip(state: GameState) -> String {
        testing::round_trip(Route::Game(state))
    }

    fn rich() -> GameState {
        let player = Player {
            layers: 3,
            width: 64,
            optimizer: Optimizer::Sgd,
            learning_rate: 1e-1,
            updates: 5,
        };
        let game = Game {
            cloud: Cloud::Cells(vec![[1, 2], [63, 0]]),
            loss: Loss::Wasserstein,
            clip: 0.05,
            generator: player,
            discriminator: Player {
                layers: 4,
                ..player
            },
            noise: NoiseKind::Uniform,
            noise_dims: 16,
            batch: 32,
            seed: u64::MAX,
        };
        let mut before = game.clone();
        before.loss = Loss::Minimax;
        GameState {
            past: vec![
                Leg {
                    game: before,
                    play: Play::Rounds(40),
                },
                Leg {
                    game: game.clone(),
                    play: Play::Hand(vec![Half::Generator]),
                },
            ],
            game,
            rounds: 1234,
            hand: vec![Half::Discriminator, Half::Generator],
            at: Some(83),
            shown: Shown::of([false, true, false, true, true]),
            slow: true,
            case: None,
        }
    }

    #[test]
    fn every_state_survives_the_link() {
        assert_eq!(round_trip(GameState::default()), "#/gan/game");
        round_trip(rich());
        for shown in 0..32u8 {
            let on = [0, 1, 2, 3, 4].map(|bit| shown >> bit & 1 == 1);
            round_trip(GameState {
                shown: Shown::of(on),
                ..GameState::default()
            });
        }
        for case in Case::ALL {
            let hash = round_trip(GameState::of(case));
            assert_eq!(hash, format!("#/gan/wrong?case={}", case.id()));
            let mut mended = GameState::of(case);
            round_trip(mended.anew(Game::default()));
            mended.past = Vec::new();
            round_trip(mended);
        }
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        for (query, problems) in [
            (
                "loss=x&glr=7&dk=3&gwidth=5&dims=3&batch=1&noise=pink&layers=q&slow=2",
                9,
            ),
            ("rounds=0", 1),
            ("hand=DX", 1),
            ("past=12_", 1),
            ("past=12~", 1),
            ("rounds=10&at=21", 1),
            ("rounds=10&at=20", 0),
            ("case=collapse", 1),
            ("clip=-1", 1),
        ] {
            let parsed = parse(&format!("#/gan/game?{query}"));
            assert_eq!(
                parsed.problems.len(),
                problems,
                "{query}: {:?}",
                parsed.problems
            );
            assert!(matches!(parsed.page.route, Route::Game(_)));
        }
        assert_eq!(parse("#/gan/wrong?case=x").problems.len(), 1);
    }

    #[test]
    fn halves_by_hand_gather_in_one_leg_and_cut_what_lay_ahead() {
        let d = Half::Discriminator;
        let state = GameState::default().by_hand(100, d);
        assert_eq!((state.past.len(), ticks_of(&state.course())), (1, 101));
        let state = state.by_hand(101, Half::Generator);
        assert_eq!((state.past.len(), state.hand.len()), (1, 2));
        // One step back, and another half instead.
        let state = state.by_hand(101, d);
        assert_eq!(state.hand, [d, d]);
        // Played on, then back into the rounds.
        let on = state.branch(102, state.game.clone(), 500);
        assert_eq!((on.past.len(), ticks_of(&on.course())), (2, 1102));
        assert_eq!(on.by_hand(60, d).past, course_from(&on.course(), 60));
        let anew = on.anew(Game::default());
        assert_eq!(anew.course().len(), 1);
    }

    #[test]
    fn cases_are_games_that_a_control_can_reach() {
        for case in Case::ALL {
            let game = case.game();
            assert_ne!(game, Game::default());
            for player in [game.generator, game.discriminator] {
                assert!(RATES.contains(&player.learning_rate));
                assert!(UPDATES.contains(&player.updates));
                assert!(WIDTHS.contains(&player.width) && LAYERS.contains(&player.layers));
            }
            assert!(ROUNDS.contains(&case.rounds()));
        }
    }
}
