//! The game behind the chapter: what has been played of the course that is wanted.
//!
//! The controls say which course is wanted. Frames of the part that it shares with what was played
//! before are kept; the rest is played leg by leg, each from the last frame of the one before.

use std::rc::Rc;

use crate::protocol::gan::{Checkpoint, GanFrame, GanPlay, Plan};
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::state::gan::{Case, Leg, Play, frame_ticks, ticks_of};

/// Most bytes of weights that the frames of a game keep; with more, a phone may close the page.
const KEPT_BYTES: usize = 64 << 20;

/// Most frames that a game keeps: 60 MB if each has 20 kB, besides weights. Ends of legs count extra.
const KEPT_FRAMES: usize = 3000;

/// What the controls ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demand {
    /// The game.
    pub course: Vec<Leg>,
    /// Rounds between two frames.
    pub every: u32,
    /// Is all of it to be played, or only its start to be shown?
    pub needed: bool,
    /// Whose task is to be done with it.
    pub case: Option<Case>,
}

impl Demand {
    /// The ticks of the frames that are kept: of very many only some, but the end of each leg,
    /// where the next one begins.
    fn ticks(&self) -> Vec<u32> {
        let all = frame_ticks(&self.course, self.every);
        let stride = all.len().div_ceil(KEPT_FRAMES);
        let ends: Vec<u32> = (1..=self.course.len())
            .map(|legs| ticks_of(&self.course[..legs]))
            .collect();
        let frames = all.into_iter().enumerate();
        frames
            .filter(|(place, tick)| place % stride == 0 || ends.binary_search(tick).is_ok())
            .map(|(_, tick)| tick)
            .collect()
    }
}

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct Played {
    wanted: Demand,
    /// What has been played of it, by rising tick. If they are large, only some of them have the
    /// weights to go on from.
    pub frames: Vec<Rc<GanFrame>>,
    /// The game left all bounds before this tick.
    pub diverged: Option<u32>,
    /// Counts courses; 0 before the first.
    pub epoch: u32,
    /// The tick up to which this course shares frames with the one before; 0 for a new game.
    pub kept: u32,
    /// The tick after which the task was done first.
    pub solved: Option<u32>,
    /// Losses of frames that were not kept since the last one, up to this tick.
    skipped: (u32, Vec<[f32; 2]>),
    /// The last updates: how many rounds, and the time they took, ms.
    timed: (f32, f32),
}

/// The game under way.
pub type GameRun = Booked<Played>;

impl Store for Played {
    type Want = Demand;
    type Work = ();
    type Ask = Box<GanPlay>;

    fn want(&mut self, book: &mut Book<()>, wanted: Demand) {
        let needed = wanted.needed;
        let was_needed = std::mem::replace(&mut self.wanted.needed, needed);
        if self.wanted != wanted {
            let until = shared(&self.wanted.course, &wanted.course);
            let frames = until.map_or_else(Vec::new, |until| self.kept(&wanted, until));
            let kept = frames.last().map_or(0, |frame| frame.at.ticks);
            let is_same_task = self.wanted.case == wanted.case;
            *self = Self {
                epoch: self.epoch + 1,
                kept,
                frames,
                solved: self.solved.filter(|tick| is_same_task && *tick <= kept),
                wanted,
                timed: self.timed,
                ..Self::default()
            };
            book.reset();
            self.go_on(book);
        } else if needed && !was_needed {
            self.go_on(book);
        }
    }

    fn ask(&self, (): &()) -> Option<Box<GanPlay>> {
        self.left().map(Box::new)
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), frame: Box<GanFrame>) {
        self.frame(*frame);
    }

    fn done(&mut self, book: &mut Book<()>, (): (), _ms: f32) {
        self.go_on(book);
    }

    /// Starts the next work, if there is something to do.
    fn go_on(&mut self, book: &mut Book<()>) {
        match self.left() {
            Some(_) => book.begin(()),
            None => book.drop_work(),
        }
    }
}

impl Played {
    /// The game that is played.
    pub fn course(&self) -> &[Leg] {
        &self.wanted.course
    }

    /// The tick of the last frame.
    pub fn reached(&self) -> Option<u32> {
        self.frames.last().map(|frame| frame.at.ticks)
    }

    /// Has all been played that is wanted, or all that can be?
    pub fn is_over(&self) -> bool {
        let all = ticks_of(&self.wanted.course);
        self.diverged.is_some() || self.reached().is_some_and(|at| at >= all)
    }

    /// Rounds a second of the updates alone, measured here and now.
    pub fn speed(&self) -> Option<f32> {
        let (rounds, ms) = self.timed;
        (ms > 0.0 && rounds > 0.0).then(|| 1000.0 * rounds / ms)
    }

    /// The ticks of all frames: those that are there, and those to come.
    pub fn ticks(&self) -> Vec<u32> {
        if self.diverged.is_some() && !self.frames.is_empty() {
            self.frames.iter().map(|frame| frame.at.ticks).collect()
        } else {
            self.wanted.ticks()
        }
    }

    /// The frames up to the half `until` with which the frames of another course begin.
    fn kept(&self, wanted: &Demand, until: u32) -> Vec<Rc<GanFrame>> {
        let ticks = wanted.ticks();
        let among = |frame: &&Rc<GanFrame>| ticks.binary_search(&frame.at.ticks).is_ok();
        let frames = self.frames.iter().filter(among).zip(&ticks);
        frames
            .take_while(|(frame, tick)| frame.at.ticks == **tick && **tick <= until)
            .map(|(frame, _)| frame.clone())
            .collect()
    }

    /// From the last frame with weights to the end of its leg.
    fn left(&self) -> Option<GanPlay> {
        if self.diverged.is_some() {
            return None;
        }
        let at = self.frames.iter().rev().find(|frame| frame.at.is_whole());
        let at = at.map(|frame| frame.at.clone());
        let done = at.as_ref().map_or(0, |at| at.ticks);
        if at.is_some() && !self.wanted.needed {
            return None;
        }
        let mut begin = 0;
        for leg in &self.wanted.course {
            let end = begin + leg.play.ticks();
            if done < end {
                let plan = match &leg.play {
                    Play::Rounds(_) => Plan::Rounds {
                        count: if self.wanted.needed {
                            (end - done) / 2
                        } else {
                            0
                        },
                        frame_every: self.wanted.every.max(1),
                    },
                    Play::Hand(halves) => Plan::Halves(halves[(done - begin) as usize..].to_vec()),
                };
                return Some(GanPlay {
                    game: leg.game.clone(),
                    start: at,
                    plan,
                });
            }
            begin = end;
        }
        None
    }

    /// The weights of a frame that is there already.
    fn repeat(&mut self, at: Checkpoint) {
        let place = self.frames.binary_search_by_key(&at.ticks, |f| f.at.ticks);
        if let Ok(place) = place
            && !self.frames[place].at.is_whole()
        {
            Rc::make_mut(&mut self.frames[place]).at = at;
            self.thin(place);
        }
    }

    /// Takes the weights from the frame before the newest one, `place`, if there are too many.
    fn thin(&mut self, place: usize) {
        let bytes = self.frames[place].at.bytes();
        let stride = stride(bytes, self.ticks().len());
        if let Some(before) = place.checked_sub(1).filter(|before| before % stride != 0) {
            let frame = Rc::make_mut(&mut self.frames[before]);
            frame.at = frame.at.without_weights();
        }
    }

    fn frame(&mut self, mut frame: GanFrame) {
        // Work that starts from an earlier frame repeats what is there already.
        if self.reached().is_some_and(|at| frame.at.ticks <= at) {
            self.repeat(frame.at);
            return;
        }
        if frame.diverged {
            self.diverged = Some(frame.at.ticks);
            return;
        }
        if frame.ms > 0.0 && frame.detail.is_none() {
            // The newest counts most: a machine may have been busy before.
            const FADE: f32 = 0.9;
            let (rounds, ms) = self.timed;
            self.timed = (
                FADE * rounds + frame.losses.len() as f32,
                FADE * ms + frame.ms,
            );
        }
        let tick = frame.at.ticks;
        if self.wanted.ticks().binary_search(&tick).is_err() {
            if tick > self.skipped.0 {
                self.skipped.0 = tick;
                self.skipped.1.append(&mut frame.losses);
            }
            return;
        }
        let (_, mut losses) = std::mem::take(&mut self.skipped);
        losses.append(&mut frame.losses);
        frame.losses = losses;
        self.frames.push(Rc::new(frame));
        self.thin(self.frames.len() - 1);
        if let (None, Some(case), Some(leg)) =
            (self.solved, self.wanted.case, self.wanted.course.last())
            && case.is_on(&leg.game.cloud)
            && case.standing(&self.frames).is_some_and(|task| task.done)
        {
            self.solved = Some(tick);
        }
    }
}

/// Of how many frames one keeps its weights.
fn stride(bytes: usize, frames: usize) -> usize {
    (bytes * frames).div_ceil(KEPT_BYTES).max(1)
}

/// Halves that two courses have in common; `None` if not even their start.
fn shared(a: &[Leg], b: &[Leg]) -> Option<u32> {
    if a.first()?.game != b.first()?.game {
        return None;
    }
    let mut ticks = 0;
    for (a, b) in a.iter().zip(b) {
        if a.game != b.game {
            break;
        }
        ticks += match (&a.play, &b.play) {
            (Play::Rounds(a), Play::Rounds(b)) => 2 * a.min(b),
            (Play::Hand(a), Play::Hand(b)) => {
                a.iter().zip(b).take_while(|(a, b)| a == b).count() as u32
            }
            _ => 0,
        };
        if a.play != b.play {
            break;
        }
    }
    Some(ticks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::gan::{Game, Half};
    use crate::protocol::{EngineError, Report};
    use crate::ui::host::{Phase, RunEvent};
    use crate::ui::runs::booked;
    use crate::ui::state::gan::{frame, hand, rounds};

    type Action = booked::Action<Demand>;

    fn demand(course: &[Leg]) -> Demand {
        Demand {
            course: course.to_vec(),
            every: 10,
            needed: true,
            case: None,
        }
    }

    fn want(course: &[Leg]) -> Action {
        Action::Want(demand(course))
    }

    fn look(course: &[Leg]) -> Action {
        Action::Want(Demand {
            needed: false,
            ..demand(course)
        })
    }

    fn after(run: GameRun, actions: impl IntoIterator<Item = Action>) -> GameRun {
        actions.into_iter().fold(run, booked::testing::after)
    }

    fn came(work: u32, frame: GanFrame) -> Action {
        let report = Report::packed(&frame);
        Action::News(work, RunEvent::Report(report))
    }

    fn done(work: u32) -> Action {
        Action::News(work, RunEvent::Done { ms: 1.0 })
    }

    fn news(work: u32, ticks: u32) -> Action {
        came(work, frame(ticks))
    }

    fn game(actions: impl IntoIterator<Item = Action>) -> GameRun {
        after(GameRun::default(), actions)
    }

    /// A game of these rounds, with a frame at each of these ticks.
    fn played(count: u32, ticks: &[u32]) -> GameRun {
        let frames = ticks.iter().map(|ticks| news(1, *ticks));
        game([want(&[rounds(count)])].into_iter().chain(frames))
    }

    fn ticks(run: &GameRun) -> Vec<u32> {
        run.frames.iter().map(|f| f.at.ticks).collect()
    }

    fn plan(run: &GameRun) -> Option<Plan> {
        run.left().map(|job| job.plan)
    }

    /// The tick from which the next work starts.
    fn start(run: &GameRun) -> Option<u32> {
        Some(run.left()?.start?.ticks)
    }

    #[test]
    fn only_the_start_is_shown_until_more_is_needed() {
        let run = game([look(&[rounds(40)])]);
        assert!(matches!(plan(&run), Some(Plan::Rounds { count: 0, .. })));
        assert_eq!(start(&run), None, "a look at the start");
        let run = after(run, [news(1, 0), done(1)]);
        assert_eq!((run.book.id(), ticks(&run)), (None, vec![0]));
        assert_eq!(run.ticks(), [0, 20, 40, 60, 80]);
        let run = after(run, [want(&[rounds(40)])]);
        assert_eq!((run.book.id(), start(&run)), (Some(2), Some(0)));
        let whole = Plan::Rounds {
            count: 40,
            frame_every: 10,
        };
        assert_eq!(plan(&run), Some(whole));
    }

    #[test]
    fn legs_follow_one_another() {
        let course = [rounds(10), hand(&[Half::Generator; 2]), rounds(20)];
        let run = game([want(&course), news(1, 0), news(1, 20), done(1)]);
        let halves = Plan::Halves(vec![Half::Generator; 2]);
        assert_eq!((plan(&run), run.book.id()), (Some(halves), Some(2)));
        let run = after(run, [news(2, 21), news(2, 22), done(2)]);
        assert!(matches!(plan(&run), Some(Plan::Rounds { count: 20, .. })));
        assert_eq!(run.ticks(), [0, 20, 21, 22, 42, 62]);
        let run = after(run, [news(3, 42), news(3, 62), done(3)]);
        assert!(run.is_over() && run.book.id().is_none());
    }

    #[test]
    fn what_two_courses_share_is_kept() {
        let run = played(40, &[0, 20, 40]);
        // A step by hand from the middle.
        let course = [rounds(10), hand(&[Half::Discriminator])];
        let by_hand = after(run.clone(), [want(&course)]);
        assert_eq!((ticks(&by_hand), by_hand.book.id()), (vec![0, 20], Some(2)));
        assert_eq!((by_hand.epoch, by_hand.kept), (2, 20));
        // Other rules from there on.
        let mut other = Game::default();
        other.generator.learning_rate = 0.1;
        let branch = Leg::new(&other, Play::Rounds(5));
        let branched = after(run.clone(), [want(&[rounds(20), branch.clone()])]);
        assert_eq!(ticks(&branched), [0, 20, 40]);
        assert_eq!(branched.left().map(|job| job.game), Some(other));
        // Other rules from the start: nothing is kept.
        let anew = after(run, [want(&[branch])]);
        assert!(anew.frames.is_empty());
    }

    #[test]
    fn frames_that_another_spacing_has_too_are_kept() {
        let run = played(40, &[0, 20, 40, 60, 80]);
        let spaced = |count, every| {
            let wanted = Demand {
                every,
                ..demand(&[rounds(count)])
            };
            after(run.clone(), [Action::Want(wanted)])
        };
        let longer = spaced(100, 20);
        assert_eq!((ticks(&longer), longer.kept), (vec![0, 40, 80], 80));
        assert_eq!(longer.ticks(), [0, 40, 80, 120, 160, 200]);
        // Those in between were never there.
        assert_eq!(ticks(&spaced(40, 5)), [0]);
    }

    #[test]
    fn a_long_game_keeps_some_frames_and_all_losses() {
        let wanted = Demand {
            every: 1,
            ..demand(&[rounds(30_000), rounds(7)])
        };
        let kept = wanted.ticks();
        assert!(kept.len() <= KEPT_FRAMES + 2, "{}", kept.len());
        assert!(kept.contains(&60_000) && kept.last() == Some(&60_014));
        // 30,008 frames: one of eleven.
        let played = (0..=16).chain(5..=22).map(|n| news(1, 2 * n));
        let run = game([Action::Want(wanted)].into_iter().chain(played));
        assert_eq!(ticks(&run), [0, 22, 44]);
        let losses: usize = run.frames.iter().map(|frame| frame.losses.len()).sum();
        let each = frame(20).losses.len();
        assert_eq!(losses, frame(0).losses.len() + 22 * each);
        assert_eq!(run.ticks().len(), kept.len());
    }

    #[test]
    fn large_games_keep_some_weights_and_go_on_from_those() {
        assert_eq!((stride(40_000, 341), stride(1_200_000, 341)), (1, 7));
        // A frame of 4 MB of weights.
        let large = |work, ticks| {
            let mut frame = frame(ticks);
            frame.at.generator = vec![0.5; 1 << 20];
            came(work, frame)
        };
        let whole = |run: &GameRun| -> Vec<u32> {
            let whole = run.frames.iter().filter(|frame| frame.at.is_whole());
            whole.map(|frame| frame.at.ticks).collect()
        };
        // 41 frames of 4 MB: one of three.
        let run = played(400, &[]);
        let run = after(run, (0..=10).map(|n| large(1, 20 * n)));
        assert_eq!(run.frames.len(), 11);
        assert_eq!(whole(&run), [0, 60, 120, 180, 200]);
        // A half after round 80: round 60 has weights, and what follows it is played again.
        let by_hand = after(run, [want(&[rounds(80), hand(&[Half::Generator])])]);
        assert_eq!((by_hand.kept, whole(&by_hand)), (160, vec![0, 60, 120]));
        assert_eq!(start(&by_hand), Some(120));
        assert!(matches!(
            plan(&by_hand),
            Some(Plan::Rounds { count: 20, .. })
        ));
        let by_hand = after(by_hand, [large(2, 140), large(2, 160), done(2)]);
        assert_eq!(start(&by_hand), Some(160));
        assert_eq!(plan(&by_hand), Some(Plan::Halves(vec![Half::Generator])));
        assert_eq!(by_hand.frames.len(), 9);
    }

    #[test]
    fn a_task_that_was_done_stays_done() {
        let case = Case::Vanishing;
        let course = |count| Leg::new(&case.game(), Play::Rounds(count));
        let wanted = |course: &[Leg], case| {
            Action::Want(Demand {
                case,
                ..demand(course)
            })
        };
        let with_js = |ticks, js| {
            let mut frame = frame(ticks);
            frame.divergence.js = js;
            came(1, frame)
        };
        let run = game([wanted(&[course(40)], Some(case))]);
        let run = after(run, [with_js(0, 0.6), with_js(20, 0.6)]);
        assert_eq!(run.solved, None);
        let run = after(run, [with_js(40, 0.1), with_js(60, 0.6)]);
        assert_eq!(run.solved, Some(40));
        // Other rules from later on leave it done, from earlier on they do not.
        let branch = |rounds| {
            let mut other = case.game();
            other.generator.learning_rate = 0.1;
            let branch = Leg::new(&other, Play::Rounds(20));
            wanted(&[course(rounds), branch], Some(case))
        };
        assert_eq!(after(run.clone(), [branch(30)]).solved, Some(40));
        assert_eq!(after(run.clone(), [branch(10)]).solved, None);
        assert_eq!(after(run, [wanted(&[course(40)], None)]).solved, None);
    }

    #[test]
    fn diverged_broken_and_stopped_games_keep_what_is_there() {
        let begun = || played(40, &[0, 20]);
        let lost = GanFrame {
            diverged: true,
            ..frame(34)
        };
        let run = after(begun(), [came(1, lost), done(1)]);
        assert_eq!((run.diverged, ticks(&run)), (Some(34), vec![0, 20]));
        assert!(run.is_over() && run.book.id().is_none());
        assert_eq!(run.ticks(), [0, 20]);

        let stopped = after(begun(), [Action::Stop, news(1, 40)]);
        assert_eq!(stopped.book.phase, Some(Phase::Cancelled));
        assert_eq!(ticks(&stopped), [0, 20]);
        let on = after(stopped, [Action::GoOn]);
        assert_eq!((on.book.id(), start(&on)), (Some(2), Some(20)));

        let broken = RunEvent::Failed(EngineError::Panicked("x".into()));
        let run = after(begun(), [Action::News(1, broken)]);
        assert!(!run.book.is_busy());
        let retried = after(run.clone(), [Action::News(1, RunEvent::Resumed)]);
        assert!(retried.book.is_busy());
        // A retry, like a new engine, goes on from the last frame.
        assert_eq!(start(&run), Some(20));
        let run = after(run, [news(1, 20), news(1, 40)]);
        assert_eq!((ticks(&run), run.book.is_busy()), (vec![0, 20, 40], true));
    }

    #[test]
    fn speed_is_of_the_updates() {
        // One round in 2 ms, and 2 ms of a first frame without rounds.
        let speed = played(40, &[0, 20]).speed().expect("measured");
        assert!((speed - 1000.0 / (0.9 * 2.0 + 2.0)).abs() < 1.0, "{speed}");
    }
}
