//! Controls of the chapters 'The game in two dimensions' and 'When it goes wrong'.

use super::super::cloud::{read_cloud, write_cloud};
use super::super::{Reader, Writer};
use super::Case;
use super::course::{
    Leg, MAX_HAND, MAX_LEGS, MAX_ROUNDS, Play, code, course_from, leg, loss, optimizer,
    optimizer_id, spacing, ticks_of,
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
/// Stages of slow motion in each half.
pub const SLOW_STAGES: usize = 6;

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
    /// Rounds between two frames.
    pub every: u32,
    /// The tick that is shown; `None` as the chapter opens.
    pub at: Option<u32>,
    /// Layers of the stage.
    pub shown: Shown,
    /// Show halves by hand in slow motion, from this stage on, [`SLOW_STAGES`] a half.
    pub slow: Option<u32>,
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
            every: spacing(3000),
            at: None,
            shown: Shown::default(),
            slow: None,
            case: None,
        }
    }
}

impl GameState {
    /// How a case opens.
    pub fn of(case: Case) -> Self {
        let state = Self {
            past: case.head_start(&case.game()),
            game: case.game(),
            rounds: case.rounds(),
            case: Some(case),
            ..Self::default()
        };
        state.spaced()
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

    /// Rounds of the whole game, if the present leg is one of rounds.
    fn all_rounds(&self) -> u32 {
        ticks_of(&self.past) / 2 + self.rounds
    }

    /// The same with as many frames as the game's length asks for.
    fn spaced(self) -> Self {
        Self {
            every: spacing(self.all_rounds()),
            ..self
        }
    }

    /// A game of so many rounds.
    pub fn of_rounds(&self, rounds: u32) -> Self {
        let next = Self {
            rounds,
            at: None,
            ..self.clone()
        };
        // Halves by hand are the end of the game: it does not get longer by rounds to come.
        if !self.hand.is_empty() {
            return next;
        }
        let every = spacing(next.all_rounds());
        // A longer game keeps the frames there are.
        let least = if next.all_rounds() >= self.all_rounds() {
            self.every
        } else {
            1
        };
        Self {
            every: every.max(least),
            ..next
        }
    }

    /// One more half by hand, after the half `ticks`.
    pub fn by_hand(&self, ticks: u32, half: Half) -> Self {
        let mut past = course_from(&self.course(), ticks);
        let mut hand = match past.pop() {
            Some(Leg {
                game,
                play: Play::Hand(hand),
            }) if game == self.game && hand.len() < MAX_HAND => hand,
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
            rounds: rounds.min(MAX_ROUNDS),
            at: None,
            slow: None,
            ..self.clone()
        }
    }

    /// [`Self::branch`] to the length that the whole game has, or `shortest` rounds on.
    pub fn branch_to_end(&self, ticks: u32, game: Game, shortest: u32) -> Self {
        let left = self.all_rounds().saturating_sub(ticks / 2);
        self.branch(ticks, game, left.max(shortest))
    }

    /// Does a link to it ask for more than the start of a game?
    pub fn needs_play(&self) -> bool {
        let has_past = !self.past.is_empty() || !self.hand.is_empty();
        has_past || self.case.is_some() || self.at.is_some_and(|at| at > 0)
    }

    /// The same, seen at the tick `at`. A game that is not played begins at its start by itself.
    pub fn seen_at(&self, at: u32) -> Self {
        let start = Self {
            at: None,
            ..self.clone()
        };
        let at = Some(at).filter(|at| *at > 0 || start.needs_play());
        Self { at, ..start }
    }

    /// Halves by hand with which the course ends.
    fn halves_at_the_end(&self) -> u32 {
        let course = self.course();
        let by_hand = course
            .iter()
            .rev()
            .take_while(|leg| matches!(leg.play, Play::Hand(_)));
        by_hand.map(|leg| leg.play.ticks()).sum()
    }

    /// Does a link hold the whole course?
    pub fn fits_link(&self) -> bool {
        self.past.len() <= MAX_LEGS
    }

    /// A new game by these rules, with the head start of the case that is shown.
    pub fn anew(&self, game: Game) -> Self {
        let state = Self {
            past: self
                .case
                .map_or_else(Vec::new, |case| case.head_start(&game)),
            game,
            hand: Vec::new(),
            at: None,
            slow: None,
            ..self.clone()
        };
        state.spaced()
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
            every: 1,
            at: None,
            shown: query.choice("layers", Shown::read).unwrap_or_default(),
            slow: None,
            case,
        };
        let every = query.number("every", 1..=ROUNDS[4]);
        state.every = every.unwrap_or(spacing(state.all_rounds()));
        let stages = state.halves_at_the_end() * SLOW_STAGES as u32;
        state.slow = query.choice("slow", |text| {
            text.parse().ok().filter(|stage| *stage < stages)
        });
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
        query.put_unless("every", self.every, spacing(self.all_rounds()));
        if let Some(stage) = self.slow {
            query.put("slow", stage);
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
    use super::super::frame_ticks;
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
            every: 7,
            at: Some(83),
            shown: Shown::of([false, true, false, true, true]),
            slow: Some(11),
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
            ("every=0", 1),
            ("hand=DG&slow=11", 0),
            ("hand=DG&slow=12", 1),
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
    fn a_link_to_any_frame_shows_that_frame() {
        let start = GameState::default();
        let other = Game {
            loss: Loss::LeastSquares,
            ..Game::default()
        };
        for state in [
            start.by_hand(3000, Half::Discriminator),
            start.branch_to_end(1000, other.clone(), 300),
            start.of_rounds(30_000).branch_to_end(1800, other, 300),
            start.of_rounds(300),
            GameState::of(Case::Vanishing).by_hand(52, Half::Generator),
        ] {
            let frames = frame_ticks(&state.course(), state.every);
            let seen = frames[frames.len() / 3];
            let linked = GameState {
                at: Some(seen),
                ..state
            };
            let hash = round_trip(linked.clone());
            let Route::Game(read) = parse(&hash).page.route else {
                panic!("{hash}")
            };
            assert_eq!(frame_ticks(&read.course(), read.every), frames);
        }
        // A game made shorter again has as many frames as if it had never been longer.
        assert_eq!(start.of_rounds(30_000).of_rounds(300).every, 1);
        let by_hand = start.by_hand(3000, Half::Generator);
        assert_eq!(by_hand.of_rounds(30_000).every, start.every);
        // The game keeps its frames when halves or other rules follow.
        assert_eq!(start.by_hand(3000, Half::Generator).every, start.every);
    }

    #[test]
    fn what_is_too_long_for_a_link_is_known() {
        let mut state = GameState::default();
        for ticks in 0..2 * MAX_HAND as u32 {
            state = state.by_hand(ticks, Half::Discriminator);
        }
        assert_eq!((state.past.len(), state.hand.len()), (1, MAX_HAND));
        round_trip(state);
        // Rounds and halves in turn, until there are too many legs.
        let mut state = GameState::default();
        while state.fits_link() {
            round_trip(state.clone());
            let ticks = ticks_of(&state.past) + 2;
            let played = state.by_hand(ticks, Half::Generator);
            state = played.branch(ticks + 1, Game::default(), 10);
        }
        assert!(state.past.len() > MAX_LEGS);
    }

    #[test]
    fn only_the_plain_link_waits_for_play() {
        let start = GameState::default();
        assert!(!start.needs_play() && start.seen_at(20).needs_play());
        assert_eq!(start.seen_at(0), start);
        let by_hand = start.by_hand(0, Half::Generator);
        assert!(by_hand.needs_play());
        // Without a place it would open at its last half.
        assert_eq!(by_hand.seen_at(0).at, Some(0));
        assert!(GameState::of(Case::Collapse).needs_play());
    }

    #[test]
    fn a_branch_goes_as_far_as_the_game_went() {
        let start = GameState::default();
        let first = start.branch_to_end(200, Game::default(), 300);
        assert_eq!(first.rounds, 2900);
        let second = first.branch_to_end(400, Game::default(), 300);
        assert_eq!(second.rounds, 2800);
        assert_eq!(start.branch_to_end(5990, Game::default(), 300).rounds, 300);
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
