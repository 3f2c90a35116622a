//! Playback of the game, in step with what is played, with the link, and with slow motion.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::run::GameRun;
use super::slow;
use crate::ui::components::transport::{Player, use_paced_playback};
use crate::ui::media::reduced_motion;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::use_follow;
use crate::ui::runs::playback::Move;
use crate::ui::runs::player::{Course, Entry, Following, use_following};
use crate::ui::state::{GameState, Route};

/// How long slow motion shows a stage at normal speed, ms.
const STAGE_MS: f64 = 1800.0;

/// The link follows the transport once it has rested for this long.
const REST_MS: u32 = 120;

/// Where the transport goes when a course is wanted that was not wanted before, and shares the
/// ticks up to `kept` with the one before. A new game plays by itself if `plays`.
fn entry(state: &GameState, ticks: &[u32], kept: u32, plays: bool) -> Entry {
    let last = ticks.len() as u32 - 1;
    if !state.hand.is_empty() {
        Entry::Rest(last)
    } else if kept > 0 {
        Entry::On(Some(index_of(ticks, kept)))
    } else if plays {
        Entry::Start
    } else {
        Entry::Rest(0)
    }
}

/// The place of a tick among the ticks of frames, or of the last one before it.
fn index_of(ticks: &[u32], tick: u32) -> u32 {
    ticks.partition_point(|t| *t <= tick).saturating_sub(1) as u32
}

/// Playback over the frames of the game; a new game plays by itself if `plays`.
#[hook]
pub fn use_game_player(
    props: &ChapterProps<GameState>,
    run: &UseReducerHandle<GameRun>,
    plays: bool,
) -> UseReducerHandle<Player> {
    let state = &props.state;
    let ticks = run.ticks();
    let course = Course {
        of: run.epoch,
        entry: entry(state, &ticks, run.kept, plays),
        ready: Some((run.frames.len() as u32).saturating_sub(1)),
        last: ticks.len() as u32 - 1,
        at: state.at.map(|at| (at, index_of(&ticks, at))),
        tells: state.slow.is_none(),
    };
    let Following { player, rest, told } = use_following(course);
    let settled = rest.and_then(|at| Some((at, run.frames.get(at as usize)?.at.ticks)));
    let follow = use_follow();
    use_effect_with((settled, state.clone()), move |(settled, state)| {
        let seen = settled.map(|(at, tick)| (at, state.seen_at(tick)));
        let news = seen.filter(|(_, seen)| seen.at != state.at);
        let tell = news.map(|(at, seen)| {
            let before = Route::of(state.clone());
            Timeout::new(REST_MS, move || {
                *told.borrow_mut() = Some(at);
                follow.emit((before, Route::of(seen)));
            })
        });
        move || drop(tell)
    });
    player
}

/// What slow motion knew when it was drawn last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Known {
    /// The controls' stage, if it was on.
    stage: Option<u32>,
    /// Stages there were.
    length: u32,
    /// A stage that a link asks for, until it is there.
    due: Option<u32>,
    /// What it last told the controls itself.
    told: Option<u32>,
}

/// Where slow motion goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum SlowMove {
    Stay,
    /// To this stage, and rests there.
    To(u32),
    /// To this stage, and plays.
    PlayFrom(u32),
}

impl Known {
    /// What to do now that the controls ask for `stage`, and there are `length` stages, with more
    /// to come unless it `is_over`. `at_end`: it stands at the last stage there was.
    fn next(&mut self, stage: Option<u32>, length: u32, is_over: bool, at_end: bool) -> SlowMove {
        let before = std::mem::replace(
            self,
            Self {
                stage,
                length,
                due: self.due,
                told: None,
            },
        );
        let Some(asked) = stage else {
            *self = Self::default();
            return SlowMove::Stay;
        };
        // Switched on, it begins at its start and plays; a link to a stage is another matter.
        let is_link = before.stage != stage && before.told != stage;
        if is_link && (asked > 0 || before.stage.is_some()) {
            self.due = Some(asked);
        }
        if length == 0 {
            return SlowMove::Stay;
        }
        if let Some(due) = self.due {
            if due < length || is_over {
                self.due = None;
            }
            return SlowMove::To(due.min(length - 1));
        }
        let known = before.stage.map_or(0, |_| before.length);
        if length <= known || (known > 0 && !at_end) {
            return SlowMove::Stay;
        }
        SlowMove::PlayFrom(known)
    }
}

/// Playback over the stages of the halves by hand, from the one that the link names; new halves
/// start to play, once those before them have been seen.
#[hook]
pub fn use_slow_player(
    props: &ChapterProps<GameState>,
    run: &UseReducerHandle<GameRun>,
) -> UseReducerHandle<Player> {
    let state = &props.state;
    let length = slow::length(&run.frames);
    let player = use_paced_playback(length.saturating_sub(1), STAGE_MS);
    let known = use_mut_ref(Known::default);
    let is_due = known.borrow().due.is_some();
    let now = player.0;
    {
        let (player, known) = (player.dispatcher(), known.clone());
        use_effect_with(
            (state.slow, length, run.is_over()),
            move |&(stage, length, is_over)| {
                let next = known
                    .borrow_mut()
                    .next(stage, length, is_over, now.at_end());
                if stage.is_some() && length > 0 {
                    let last = length - 1;
                    player.dispatch(Move::Ready { ready: last, last });
                }
                match next {
                    SlowMove::Stay => {}
                    SlowMove::To(stage) => player.dispatch(Move::To(stage)),
                    SlowMove::PlayFrom(stage) => {
                        player.dispatch(Move::To(stage));
                        if !reduced_motion() {
                            player.dispatch(Move::Play);
                        }
                    }
                }
            },
        );
    }
    let follow = use_follow();
    let rests = state.slow.is_some() && length > 0 && now.settled() && !is_due;
    let settled = rests.then_some(now.cursor);
    use_effect_with((settled, state.clone()), move |(settled, state)| {
        let news = settled.filter(|stage| state.slow != Some(*stage));
        let tell = news.map(|stage| {
            let before = Route::of(state.clone());
            let seen = Route::of(GameState {
                slow: Some(stage),
                ..state.clone()
            });
            Timeout::new(REST_MS, move || {
                known.borrow_mut().told = Some(stage);
                follow.emit((before, seen));
            })
        });
        move || drop(tell)
    });
    player
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::gan::{Game, Half};

    #[test]
    fn a_course_is_entered_where_it_should() {
        let ticks = [0, 20, 40, 60];
        let plain = GameState::default();
        assert_eq!(entry(&plain, &ticks, 0, true), Entry::Start);
        assert_eq!(entry(&plain, &ticks, 0, false), Entry::Rest(0));
        let branch = plain.branch(40, Game::default(), 9);
        assert_eq!(entry(&branch, &ticks, 40, true), Entry::On(Some(2)));
        let hand = plain.by_hand(40, Half::Generator);
        assert_eq!(entry(&hand, &ticks, 40, true), Entry::Rest(3));
    }

    #[test]
    fn slow_motion_goes_where_it_is_asked_to() {
        // Switched on: it plays, and goes on when another half comes.
        let mut known = Known::default();
        assert_eq!(known.next(Some(0), 0, false, false), SlowMove::Stay);
        assert_eq!(known.next(Some(0), 6, false, false), SlowMove::PlayFrom(0));
        known.told = Some(5);
        assert_eq!(known.next(Some(5), 6, true, true), SlowMove::Stay);
        assert_eq!(known.next(Some(5), 12, true, true), SlowMove::PlayFrom(6));
        // Not before the one on show has been seen.
        assert_eq!(known.next(Some(5), 18, true, false), SlowMove::Stay);
        // A link to another stage of the same halves.
        assert_eq!(known.next(Some(10), 18, true, false), SlowMove::To(10));
        assert_eq!(known.next(Some(0), 18, true, false), SlowMove::To(0));
        assert_eq!(known.next(None, 18, true, false), SlowMove::Stay);
        // A link from elsewhere waits for its stage, but not for what never comes.
        let mut known = Known::default();
        assert_eq!(known.next(Some(10), 6, false, false), SlowMove::To(5));
        assert_eq!(known.due, Some(10));
        assert_eq!(known.next(Some(10), 12, false, true), SlowMove::To(10));
        assert_eq!(known.due, None);
        let mut known = Known::default();
        assert_eq!(known.next(Some(10), 6, true, false), SlowMove::To(5));
        assert_eq!(known.due, None);
    }

    #[test]
    fn ticks_are_found_among_frames() {
        let ticks = [0, 20, 40, 41];
        let found = [0, 19, 20, 40, 41, 99].map(|tick| index_of(&ticks, tick));
        assert_eq!(found, [0, 0, 1, 2, 3, 3]);
    }
}
