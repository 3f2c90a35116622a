//! Controls of the chapters 'The game in two dimensions' and 'When it goes wrong'.

use super::Case;
use super::course::{
    Leg, MAX_FRAMES, MAX_HAND, MAX_ROUNDS, Play, code, course_from, fits_link, frame_count, leg,
    number, spacing, ticks_of,
};
use crate::protocol::gan::{Game, Half, Loss, NoiseKind, Player};
use crate::ui::chapters::Chapter;
use crate::ui::state::cloud::visit_cloud;
use crate::ui::state::{Controls, Named, Query};

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

/// Which layers of the stage are switched on, in the order in which a control lists them: real
/// points, fakes, the discriminator's scores, the generator's warped grid, the pull on each fake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown(pub [bool; 5]);

impl Default for Shown {
    fn default() -> Self {
        Self([true, true, true, false, false])
    }
}

impl Shown {
    /// Each layer's letter in links, in that order.
    const LETTERS: [char; 5] = ['r', 'f', 's', 'g', 'p'];

    fn code(self) -> String {
        let on = Self::LETTERS.into_iter().zip(self.0);
        let text: String = on.filter(|(_, on)| *on).map(|(letter, _)| letter).collect();
        if text.is_empty() { "-".into() } else { text }
    }

    fn read(text: &str) -> Option<Self> {
        let known = text == "-" || text.chars().all(|c| Self::LETTERS.contains(&c));
        let on = Self::LETTERS.map(|letter| text.contains(letter));
        (known && !text.is_empty()).then_some(Self(on))
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
            rounds: case.rounds(),
            case: Some(case),
            ..Self::default()
        };
        state.anew(case.game())
    }

    /// All legs of the game, the present one last.
    pub fn course(&self) -> Vec<Leg> {
        let play = if self.hand.is_empty() {
            Play::Rounds(self.rounds)
        } else {
            Play::Hand(self.hand.clone())
        };
        let mut course = self.past.clone();
        course.push(Leg::new(&self.game, play));
        course
    }

    /// Rounds of the whole game, if the present leg is one of rounds.
    fn all_rounds(&self) -> u32 {
        ticks_of(&self.past) / 2 + self.rounds
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
        let mut every = spacing(next.all_rounds());
        if next.all_rounds() >= self.all_rounds() {
            // A longer game keeps the frames there are.
            every = every.max(self.every);
        }
        Self { every, ..next }
    }

    /// One more half by hand, after the half `ticks`.
    pub fn by_hand(&self, ticks: u32, half: Half) -> Self {
        let mut past = course_from(&self.course(), ticks);
        let goes_on = |leg: &mut Leg| {
            let fits = matches!(&leg.play, Play::Hand(hand) if hand.len() < MAX_HAND);
            fits && leg.game == self.game
        };
        let mut hand = match past.pop_if(goes_on).map(|leg| leg.play) {
            Some(Play::Hand(hand)) => hand,
            _ => Vec::new(),
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
        let next = Self {
            past: course_from(&self.course(), ticks),
            hand: Vec::new(),
            game,
            rounds: rounds.min(MAX_ROUNDS),
            at: None,
            slow: None,
            ..self.clone()
        };
        let every = next.every.max(next.least_spacing());
        Self { every, ..next }
    }

    /// Rounds between two frames, if there shall be no more of them than a link may ask for.
    fn least_spacing(&self) -> u32 {
        if frame_count(&self.course(), 1) <= MAX_FRAMES {
            1
        } else {
            spacing(self.all_rounds())
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

    /// Stages of slow motion, of the halves by hand with which the course ends.
    pub fn slow_stages(&self) -> u32 {
        let course = self.course();
        let by_hand = course
            .iter()
            .rev()
            .take_while(|leg| matches!(leg.play, Play::Hand(_)));
        let halves: u32 = by_hand.map(|leg| leg.play.ticks()).sum();
        halves * SLOW_STAGES as u32
    }

    /// Does a link hold the whole course?
    pub fn fits_link(&self) -> bool {
        fits_link(&self.past) && frame_count(&self.course(), self.every) <= MAX_FRAMES
    }

    /// A new game by these rules, with the head start of the case that is shown.
    pub fn anew(&self, game: Game) -> Self {
        let next = Self {
            past: head_start(self.case, &game),
            game,
            hand: Vec::new(),
            at: None,
            slow: None,
            ..self.clone()
        };
        let every = spacing(next.all_rounds());
        Self { every, ..next }
    }
}

impl Controls for GameState {
    fn opening(chapter: Chapter) -> Self {
        match chapter {
            Chapter::Wrong => Self::of(Case::Collapse),
            _ => Self::default(),
        }
    }

    fn chapter(&self) -> Chapter {
        self.case.map_or(Chapter::Game, |_| Chapter::Wrong)
    }

    fn visit(&mut self, q: &mut impl Query) {
        if let Some(case) = &mut self.case {
            // Always in the link, whichever is the first.
            let mut named = Some(*case);
            q.named_option("case", &mut named);
            *case = named.unwrap_or(Case::Collapse);
        }
        let default = self.case.map_or_else(Self::default, Self::of);
        visit_game(&mut self.game, &default.game, q);
        q.number("rounds", &mut self.rounds, default.rounds, 1..=MAX_ROUNDS);
        let game = &self.game;
        let read = |text: &str| match leg(&format!("h{text}"), game)?.play {
            Play::Hand(halves) => Some(halves),
            Play::Rounds(_) => None,
        };
        q.setting("hand", &mut self.hand, Vec::new(), read, |hand| {
            code(&Leg::new(game, Play::Hand(hand.clone())), game)[1..].to_owned()
        });
        let head_start = head_start(self.case, game);
        let (past, write) = (
            |text: &str| read_past(text, game),
            |past: &Vec<_>| write_past(past, game),
        );
        q.setting("past", &mut self.past, head_start, past, write);
        let shown = Shown::default();
        q.setting("layers", &mut self.shown, shown, Shown::read, |shown| {
            shown.code()
        });
        let (course, usual) = (self.course(), spacing(self.all_rounds()));
        let every = |text: &str| {
            number(text, 1..=MAX_ROUNDS).filter(|every| frame_count(&course, *every) <= MAX_FRAMES)
        };
        q.setting("every", &mut self.every, usual, every, u32::to_string);
        let stages = self.slow_stages();
        let slow = |text: &str| text.parse().ok().filter(|stage| *stage < stages);
        q.option("slow", &mut self.slow, slow, u32::to_string);
        q.maybe("at", &mut self.at, 0..=ticks_of(&course));
    }

    /// What one case has begun is not begun in another.
    fn key(&self) -> &'static str {
        self.case.map_or("game", Case::id)
    }
}

/// What is played before the rounds of a game.
fn head_start(case: Option<Case>, game: &Game) -> Vec<Leg> {
    case.map_or_else(Vec::new, |case| case.head_start(game))
}

/// What was played before; 0 says that nothing was, where a silent link means something.
fn read_past(text: &str, game: &Game) -> Option<Vec<Leg>> {
    if text == "0" {
        return Some(Vec::new());
    }
    let legs: Option<Vec<_>> = text.split('_').map(|text| leg(text, game)).collect();
    legs.filter(|legs| fits_link(legs))
}

fn write_past(past: &[Leg], game: &Game) -> String {
    let legs: Vec<_> = past.iter().map(|leg| code(leg, game)).collect();
    if legs.is_empty() {
        "0".into()
    } else {
        legs.join("_")
    }
}

fn visit_game(game: &mut Game, default: &Game, q: &mut impl Query) {
    visit_cloud(&mut game.cloud, &default.cloud, q);
    q.named("loss", &mut game.loss, default.loss);
    q.number("clip", &mut game.clip, default.clip, 1e-4..=100.0);
    visit_player('g', &mut game.generator, &default.generator, q);
    visit_player('d', &mut game.discriminator, &default.discriminator, q);
    q.named("noise", &mut game.noise, default.noise);
    q.one_of(
        "dims",
        &mut game.noise_dims,
        default.noise_dims,
        &NOISE_DIMS,
    );
    q.one_of("batch", &mut game.batch, default.batch, &BATCHES);
    q.seed("seed", &mut game.seed, default.seed);
}

fn visit_player(who: char, player: &mut Player, default: &Player, q: &mut impl Query) {
    let key = |name: &str| format!("{who}{name}");
    q.one_of(&key("layers"), &mut player.layers, default.layers, &LAYERS);
    q.one_of(&key("width"), &mut player.width, default.width, &WIDTHS);
    q.named(&key("opt"), &mut player.optimizer, default.optimizer);
    let (rate, usual) = (&mut player.learning_rate, default.learning_rate);
    q.one_of(&key("lr"), rate, usual, &RATES);
    q.one_of(&key("k"), &mut player.updates, default.updates, &UPDATES);
}

impl Named for NoiseKind {
    const VALUES: &'static [Self] = &[Self::Gaussian, Self::Uniform];

    fn name(self) -> &'static str {
        match self {
            Self::Gaussian => "normal",
            Self::Uniform => "uniform",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::course::MAX_LEGS;
    use super::super::frame_ticks;
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip, state};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(GameState::default()), "#/gan/game");
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
        let rules = "loss=x&glr=7&dk=3&gwidth=5&dims=3&batch=1&noise=pink&layers=q&slow=2";
        falls_back(
            "gan/game",
            &[
                (rules, 9),
                ("rounds=0", 1),
                ("hand=DX", 1),
                ("past=12_", 1),
                ("past=12~", 1),
                ("case=collapse", 1),
                ("clip=-1", 1),
                ("every=0", 1),
            ],
        );
        falls_back("gan/wrong", &[("case=x", 1)]);
        for (query, problems) in [
            ("rounds=10&at=21", 1),
            ("rounds=10&at=20", 0),
            ("hand=DG&slow=11", 0),
            ("hand=DG&slow=12", 1),
        ] {
            let (_, found) = state::<GameState>(&format!("#/gan/game?{query}"));
            assert_eq!(found, problems, "{query}");
        }
    }

    /// However much a link asks for, it gets no more frames than fit.
    #[test]
    fn a_link_cannot_exhaust_memory() {
        let asks = |query: &str| {
            let (state, problems) = state::<GameState>(&format!("#/gan/game?{query}"));
            (frame_count(&state.course(), state.every), problems, state)
        };
        let (frames, problems, state) = asks("rounds=30000&every=1&at=60000");
        assert_eq!((frames, problems), (335, 1));
        assert_eq!((state.rounds, state.at), (30_000, Some(60_000)));
        let legs = |leg: &str| vec![leg; MAX_LEGS].join("_");
        let (frames, problems, _) = asks(&format!("every=1&past={}", legs("30000")));
        assert!(
            (frames < 500, problems) == (true, 1),
            "{frames}, {problems}"
        );
        let (frames, problems, _) =
            asks(&format!("past={}", legs(&format!("h{}", "D".repeat(400)))));
        assert_eq!((frames, problems), (301, 1));
        assert_eq!(asks("rounds=3000&every=1").1, 0);
        // Nor does a page that plays on: other rules over a short game made long.
        let by_hand = GameState::default()
            .of_rounds(300)
            .by_hand(600, Half::Generator);
        let long = by_hand
            .of_rounds(30_000)
            .branch_to_end(601, Game::default(), 300);
        assert!(long.rounds > 29_000 && long.fits_link());
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
            let (read, _) = self::state::<GameState>(&round_trip(linked));
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
