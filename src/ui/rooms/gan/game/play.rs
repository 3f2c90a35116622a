//! Playback of the game, in step with what is played, with the link, and with slow motion.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::run::GameRun;
use super::slow;
use crate::ui::components::transport::{Player, use_paced_playback, use_playback};
use crate::ui::media::reduced_motion;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::use_follow;
use crate::ui::runs::playback::{Move, Playback};
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
    let player = use_playback(course.last);
    let Following { rest, told } = use_following(&player, course);
    let seen = rest.and_then(|at| Some((at, state.seen_at(run.frames.get(at as usize)?.at.ticks))));
    use_link(state, seen, told);
    player
}

/// The link follows playback to what is `seen` at a frame, once it has rested there.
#[hook]
fn use_link(state: &GameState, seen: Option<(u32, GameState)>, told: Rc<RefCell<Option<u32>>>) {
    let follow = use_follow();
    use_effect_with((seen, state.clone()), move |(seen, state)| {
        let news = seen.clone().filter(|(_, seen)| seen != state);
        let tell = news.map(|(at, seen)| {
            let (before, seen) = (Route::of(state.clone()), Route::of(seen));
            Timeout::new(REST_MS, move || {
                *told.borrow_mut() = Some(at);
                follow.emit((before, seen));
            })
        });
        move || drop(tell)
    });
}

/// Where slow motion goes, and whether it plays from there, now that there are `length` stages and
/// no longer `before`; `stage` is the link's, `now` is where it stands. Switched on, it begins at its
/// start and plays; a link to a stage is another matter. New halves play once those before them have
/// been seen.
fn onwards(stage: u32, before: u32, length: u32, now: Playback) -> Option<(u32, bool)> {
    if length <= before {
        None
    } else if before == 0 {
        Some((stage, stage == 0))
    } else {
        (now.settled() && now.cursor + 1 >= before).then_some((before, true))
    }
}

/// Playback over the stages of the halves by hand, from the one that the link names.
#[hook]
pub fn use_slow_player(
    props: &ChapterProps<GameState>,
    run: &UseReducerHandle<GameRun>,
) -> UseReducerHandle<Player> {
    let state = &props.state;
    let length = slow::length(&run.frames);
    // What never comes is not waited for.
    let all = if run.is_over() {
        length
    } else {
        length.max(state.slow_stages())
    };
    let course = Course {
        of: state.slow.is_some(),
        entry: Entry::Rest(0),
        ready: length.checked_sub(1),
        last: all.saturating_sub(1),
        at: state.slow.map(|stage| (stage, stage)),
        tells: state.slow.is_some(),
    };
    let player = use_paced_playback(course.last, STAGE_MS);
    let Following { rest, told } = use_following(&player, course);
    let known = use_mut_ref(|| 0);
    {
        let (slow, now, player) = (state.slow, player.0, player.dispatcher());
        let length = slow.map_or(0, |_| length);
        use_effect_with(length, move |&length| {
            let before = known.replace(length);
            let next = slow.and_then(|stage| onwards(stage, before, length, now));
            if let Some((stage, plays)) = next {
                player.dispatch(Move::To(stage));
                if plays && !reduced_motion() {
                    player.dispatch(Move::Play);
                }
            }
        });
    }
    let seen = rest.map(|stage| {
        let mut seen = state.clone();
        seen.slow = Some(stage);
        (stage, seen)
    });
    use_link(state, seen, told);
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
    fn slow_motion_goes_on_with_what_is_new() {
        let at = |stage| {
            let ready = Move::Ready { ready: 5, last: 11 };
            Playback::new(11).after(ready).after(Move::To(stage))
        };
        // Switched on: it plays, and goes on when another half comes.
        assert_eq!(onwards(0, 0, 0, at(0)), None);
        assert_eq!(onwards(0, 0, 6, at(0)), Some((0, true)));
        assert_eq!(onwards(5, 6, 6, at(5)), None);
        assert_eq!(onwards(5, 6, 12, at(5)), Some((6, true)));
        // Not before the one on show has been seen.
        assert_eq!(onwards(5, 6, 12, at(4)), None);
        // A link from elsewhere waits for its stage, but not for what never comes.
        assert_eq!(onwards(10, 0, 6, at(0)), Some((10, false)));
        assert_eq!(onwards(10, 6, 12, at(10)), None);
        let came = at(10).after(Move::Ready {
            ready: 11,
            last: 11,
        });
        assert_eq!((came.cursor, came.settled()), (10, true));
        let over = at(10).after(Move::Ready { ready: 5, last: 5 });
        assert_eq!((over.cursor, over.settled()), (5, true));
    }

    #[test]
    fn ticks_are_found_among_frames() {
        let ticks = [0, 20, 40, 41];
        let found = [0, 19, 20, 40, 41, 99].map(|tick| index_of(&ticks, tick));
        assert_eq!(found, [0, 0, 1, 2, 3, 3]);
    }
}
