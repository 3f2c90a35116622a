//! The course of a game: what was played, leg by leg, and by which rules.
//!
//! A game is wholly determined by its course, so a link holds the course and the page plays it
//! again. Rules that the networks' sizes, the data or the noise depend on are the same in all legs;
//! a change of those begins a new game.

use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::protocol::gan::{Game, Half, Loss, Optimizer, Player};
use crate::ui::state::Named;

/// A stretch of a game under one set of rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// The rules.
    pub game: Game,
    /// What was played.
    pub play: Play,
}

impl Leg {
    /// A stretch by these rules.
    pub fn new(game: &Game, play: Play) -> Self {
        let game = game.clone();
        Self { game, play }
    }
}

/// What a leg consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Play {
    /// Whole rounds.
    Rounds(u32),
    /// Halves by hand.
    Hand(Vec<Half>),
}

impl Play {
    /// Halves in it.
    pub fn ticks(&self) -> u32 {
        match self {
            Self::Rounds(count) => 2 * count,
            Self::Hand(halves) => halves.len() as u32,
        }
    }

    /// Its first `ticks` halves. Rounds are cut between rounds.
    fn first(&self, ticks: u32) -> Self {
        match self {
            Self::Rounds(count) => Self::Rounds((*count).min(ticks / 2)),
            Self::Hand(halves) => Self::Hand(halves.iter().copied().take(ticks as usize).collect()),
        }
    }
}

/// Halves of all legs.
pub fn ticks_of(course: &[Leg]) -> u32 {
    course.iter().map(|leg| leg.play.ticks()).sum()
}

/// What is left of a course when it is cut after so many halves; no empty legs. Rounds that follow
/// one another under the same rules are one leg.
pub fn course_from(course: &[Leg], ticks: u32) -> Vec<Leg> {
    let mut left = ticks;
    let mut cut = Vec::new();
    for leg in course {
        let play = leg.play.first(left);
        let is_whole = play == leg.play;
        left -= play.ticks();
        add(&mut cut, Leg::new(&leg.game, play));
        if !is_whole {
            break;
        }
    }
    cut
}

/// Adds a leg at the end, if there is something in it.
fn add(course: &mut Vec<Leg>, leg: Leg) {
    if leg.play.ticks() == 0 {
        return;
    }
    if let (Some(last), Play::Rounds(more)) = (course.last_mut(), &leg.play)
        && let Play::Rounds(count) = &mut last.play
        && last.game == leg.game
        && *count + more <= MAX_ROUNDS
    {
        *count += more;
        return;
    }
    course.push(leg);
}

/// The rules by which the half was played that ended at `ticks`; the first ones for the start.
pub fn rules_at(course: &[Leg], ticks: u32) -> Option<&Game> {
    let mut end = 0;
    let leg = course.iter().find(|leg| {
        end += leg.play.ticks();
        end >= ticks
    });
    leg.or(course.last()).map(|leg| &leg.game)
}

/// Halves of the discriminator and of the generator among the first `ticks`.
pub fn halves_of(course: &[Leg], ticks: u32) -> [u32; 2] {
    let mut left = ticks;
    let mut halves = [0, 0];
    for leg in course {
        let n = leg.play.ticks().min(left);
        left -= n;
        let generator = match &leg.play {
            Play::Rounds(_) => n / 2,
            Play::Hand(by_hand) => {
                let played = by_hand.iter().take(n as usize);
                played.filter(|half| **half == Half::Generator).count() as u32
            }
        };
        halves[0] += n - generator;
        halves[1] += generator;
    }
    halves
}

/// Rounds between two frames of a game so long: each is a multiple of the one before, so that a
/// longer game keeps the frames of a shorter one.
const SPACINGS: [u32; 5] = [1, 5, 10, 30, 90];
/// Most frames of a game of rounds.
const FRAMES: u32 = 340;

/// Rounds between two frames of a course of `rounds` rounds.
pub(super) fn spacing(rounds: u32) -> u32 {
    let fits = |every: &u32| rounds / every <= FRAMES;
    let fitting = SPACINGS.into_iter().find(fits);
    fitting.unwrap_or_else(|| rounds.div_ceil(FRAMES).next_multiple_of(SPACINGS[4]))
}

/// The ticks of all frames of a course, if none is there yet.
pub fn frame_ticks(course: &[Leg], every: u32) -> Vec<u32> {
    let mut ticks = vec![0];
    let mut end = 0;
    for leg in course {
        let mut at = end;
        end += leg.play.ticks();
        let stride = match leg.play {
            Play::Rounds(_) => 2 * every.max(1),
            Play::Hand(_) => 1,
        };
        while at < end {
            at = (at + stride).min(end);
            ticks.push(at);
        }
    }
    ticks
}

/// Frames of a course, counted.
pub(super) fn frame_count(course: &[Leg], every: u32) -> u32 {
    let frames = course.iter().map(|leg| match &leg.play {
        Play::Rounds(count) => count.div_ceil(every.max(1)),
        Play::Hand(halves) => halves.len() as u32,
    });
    1 + frames.sum::<u32>()
}

/// Bytes of a frame, about, and most bytes of all frames of a game.
const FRAME_BYTES: u32 = 20_000;
const MOST_BYTES: u32 = 64 << 20;
/// Most frames of a game that a link may ask for.
pub(super) const MAX_FRAMES: u32 = MOST_BYTES / FRAME_BYTES;

/// Is a past short enough for a link: does it leave room for the frames of the present leg?
pub(super) fn fits_link(past: &[Leg]) -> bool {
    const MOST: u32 = MAX_FRAMES - FRAMES - MAX_HAND as u32;
    past.len() <= MAX_LEGS && frame_count(past, MAX_ROUNDS) <= MOST
}

/// Most halves by hand in one leg, and most legs, that a link may hold.
pub(super) const MAX_HAND: usize = 400;
pub(super) const MAX_LEGS: usize = 48;
/// Most rounds of a leg in a link.
pub(super) const MAX_ROUNDS: u32 = 30_000;

/// A leg as text: what was played, and, where its rules differ from `last`, those:
/// `120`, `hDDG`, `120~ns.100.a.0.002.1.a.0.002.1` with numbers after `~`.
pub(super) fn code(leg: &Leg, last: &Game) -> String {
    let mut text = match &leg.play {
        Play::Rounds(count) => count.to_string(),
        Play::Hand(halves) => {
            let letter = |half: &Half| match half {
                Half::Discriminator => 'D',
                Half::Generator => 'G',
            };
            std::iter::once('h')
                .chain(halves.iter().map(letter))
                .collect()
        }
    };
    if leg.game != *last {
        text.push_str(&format!(
            "~{}~{}~{}~{}",
            leg.game.loss.name(),
            leg.game.clip,
            player_code(&leg.game.generator),
            player_code(&leg.game.discriminator)
        ));
    }
    text
}

fn player_code(player: &Player) -> String {
    let (optimizer, rate) = (player.optimizer.name(), player.learning_rate);
    format!("{optimizer}{}-{rate}", player.updates)
}

/// Reads [`code`]; `None` for anything else. Everything else is as in `last`.
pub(super) fn leg(text: &str, last: &Game) -> Option<Leg> {
    let mut parts = text.split('~');
    let play = play(parts.next()?)?;
    let mut game = last.clone();
    if let Some(id) = parts.next() {
        game.loss = Loss::called(id)?;
        game.clip = number(parts.next()?, 1e-4..=100.0)?;
        read_player(parts.next()?, &mut game.generator)?;
        read_player(parts.next()?, &mut game.discriminator)?;
    }
    parts.next().is_none().then_some(Leg { game, play })
}

fn play(text: &str) -> Option<Play> {
    let Some(halves) = text.strip_prefix('h') else {
        return number(text, 1..=MAX_ROUNDS).map(Play::Rounds);
    };
    let half = |c| match c {
        'D' => Some(Half::Discriminator),
        'G' => Some(Half::Generator),
        _ => None,
    };
    let halves: Vec<_> = halves.chars().map(half).collect::<Option<_>>()?;
    let fits = (1..=MAX_HAND).contains(&halves.len());
    fits.then_some(Play::Hand(halves))
}

fn read_player(text: &str, player: &mut Player) -> Option<()> {
    let mut chars = text.chars();
    player.optimizer = Optimizer::called(&chars.next()?.to_string())?;
    let (updates, rate) = chars.as_str().split_once('-')?;
    player.updates = number(updates, 1..=20)?;
    player.learning_rate = number(rate, 0.0..=1e3)?;
    Some(())
}

/// A number in `range`.
pub(super) fn number<T: FromStr + PartialOrd>(text: &str, range: RangeInclusive<T>) -> Option<T> {
    text.parse().ok().filter(|value| range.contains(value))
}

impl Named for Optimizer {
    const VALUES: &'static [Self] = &[Self::Adam, Self::Sgd];

    fn name(self) -> &'static str {
        match self {
            Self::Adam => "a",
            Self::Sgd => "s",
        }
    }
}

impl Named for Loss {
    const VALUES: &'static [Self] = &super::game::LOSSES;

    fn name(self) -> &'static str {
        match self {
            Self::Minimax => "mm",
            Self::NonSaturating => "ns",
            Self::LeastSquares => "ls",
            Self::Wasserstein => "w",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// So many rounds by the usual rules.
    pub fn rounds(count: u32) -> Leg {
        Leg::new(&Game::default(), Play::Rounds(count))
    }

    /// These halves by hand.
    pub fn hand(halves: &[Half]) -> Leg {
        Leg::new(&Game::default(), Play::Hand(halves.to_vec()))
    }

    const DGG: [Half; 3] = [Half::Discriminator, Half::Generator, Half::Generator];

    #[test]
    fn courses_are_cut_where_they_should() {
        let course = [rounds(10), hand(&DGG), rounds(5)];
        assert_eq!(ticks_of(&course), 33);
        assert_eq!(course_from(&course, 0), []);
        assert_eq!(course_from(&course, 8), [rounds(4)]);
        assert_eq!(course_from(&course, 20), [rounds(10)]);
        assert_eq!(course_from(&course, 22), [rounds(10), hand(&DGG[..2])]);
        assert_eq!(course_from(&course, 27)[2], rounds(2));
        assert_eq!(course_from(&course, 99), course);
        // Half a round is no part of the leg that follows.
        assert_eq!(course_from(&course, 7), [rounds(3)]);
        // A cut is healed where nothing else came in between.
        assert_eq!(course_from(&[rounds(3), rounds(4)], 10), [rounds(5)]);
    }

    #[test]
    fn each_half_has_its_rules() {
        let mut other = rounds(5);
        other.game.batch = 32;
        let course = [rounds(10), other.clone(), hand(&DGG)];
        let batch = |ticks| rules_at(&course, ticks).map(|game| game.batch);
        let usual = Some(Game::default().batch);
        assert_eq!([0, 1, 20].map(batch), [usual; 3]);
        assert_eq!([21, 30].map(batch), [Some(32); 2]);
        assert_eq!([31, 33, 99].map(batch), [usual; 3]);
        assert_eq!(rules_at(&[], 0), None);
    }

    #[test]
    fn halves_are_counted_by_player() {
        let course = [hand(&DGG), rounds(4)];
        for (ticks, halves) in [(0, [0, 0]), (2, [1, 1]), (3, [1, 2]), (4, [2, 2])] {
            assert_eq!(halves_of(&course, ticks), halves, "{ticks}");
        }
        assert_eq!(halves_of(&course, 99), [5, 6]);
    }

    #[test]
    fn frames_of_a_longer_game_are_among_those_of_a_shorter_one() {
        for (rounds, every) in [(300, 1), (1000, 5), (3000, 10), (9000, 30), (30_000, 90)] {
            assert_eq!(spacing(rounds), every);
        }
        assert!(SPACINGS.windows(2).all(|pair| pair[1] % pair[0] == 0));
        assert_eq!(spacing(31_000), 180);
        assert!(90_000 / spacing(90_000) <= FRAMES);
        let course = [rounds(25), hand(&DGG), rounds(10)];
        assert_eq!(frame_ticks(&course, 10), [0, 20, 40, 50, 51, 52, 53, 73]);
        assert_eq!(frame_count(&course, 10), 8);
    }

    #[test]
    fn legs_survive_the_link() {
        let last = Game::default();
        let mut other = last.clone();
        other.loss = Loss::Wasserstein;
        other.clip = 0.05;
        other.discriminator.updates = 5;
        other.discriminator.optimizer = Optimizer::Sgd;
        other.generator.learning_rate = 1e-4;
        let changed = Leg::new(&other, Play::Rounds(7));
        for (leg, text) in [
            (rounds(120), "120"),
            (hand(&DGG), "hDGG"),
            (changed, "7~w~0.05~a1-0.0001~s5-0.002"),
        ] {
            assert_eq!(code(&leg, &last), text);
            assert_eq!(super::leg(text, &last), Some(leg));
        }
    }

    #[test]
    fn nonsense_is_no_leg() {
        for text in [
            "",
            "0",
            "-3",
            "99999999",
            "h",
            "hX",
            "5~",
            "5~ns",
            "5~ns~0.1~a1-0.1",
            "5~ns~0.1~a1-x~a1-1",
            "5~ns~0.1~a0-0.1~a1-0.1",
            "5~ns~0.1~a1-0.1~a1-0.1~",
            "5~zz~0.1~a1-0.1~a1-0.1",
            "5~ns~NaN~a1-0.1~a1-0.1",
        ] {
            assert_eq!(leg(text, &Game::default()), None, "{text}");
        }
        let too_long = format!("h{}", "D".repeat(MAX_HAND + 1));
        assert_eq!(leg(&too_long, &Game::default()), None);
    }
}
