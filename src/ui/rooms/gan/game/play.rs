//! Playback of the game, in step with what is played, with the link, and with slow motion.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::run::GameRun;
use super::slow;
use crate::ui::components::transport::{Player, use_paced_playback, use_playback};
use crate::ui::media::reduced_motion;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::use_follow;
use crate::ui::runs::playback::Move;
use crate::ui::state::{GameState, Route};

/// How long slow motion shows a stage at normal speed, ms.
const STAGE_MS: f64 = 1800.0;

/// The link follows the transport once it has rested for this long.
const REST_MS: u32 = 120;

/// Where the transport goes when a course is wanted that was not wanted before.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Entry {
    /// To the frame of this tick.
    At(u32),
    /// To the last half by hand.
    Last,
    /// On from the tick that is shared with the course before.
    On(u32),
    /// To the start; playing, if the game was being played.
    Start,
}

fn entry(state: &GameState, kept: u32) -> Entry {
    match state.at {
        Some(at) => Entry::At(at),
        None if !state.hand.is_empty() => Entry::Last,
        None if kept > 0 => Entry::On(kept),
        None => Entry::Start,
    }
}

/// The place of a tick among the ticks of frames, or of the last one before it.
fn index_of(ticks: &[u32], tick: u32) -> u32 {
    ticks.partition_point(|t| *t <= tick).saturating_sub(1) as u32
}

/// Playback over the frames of the game; a new game plays by itself if `plays`.
#[hook]
pub fn use_player(
    props: &ChapterProps<GameState>,
    run: &UseReducerHandle<GameRun>,
    plays: bool,
) -> UseReducerHandle<Player> {
    let state = &props.state;
    let ticks = run.ticks();
    let (last, ready) = (
        ticks.len() as u32 - 1,
        (run.frames.len() as u32).saturating_sub(1),
    );
    let player = use_playback(last);
    let told = use_mut_ref(|| None::<u32>);
    {
        let player = player.dispatcher();
        use_effect_with((ready, last), move |&(ready, last)| {
            player.dispatch(Move::Ready { ready, last });
        });
    }
    {
        let (player, ticks) = (player.dispatcher(), ticks.clone());
        let entry = entry(state, run.kept);
        use_effect_with(run.epoch, move |&epoch| {
            if epoch == 0 {
                return;
            }
            match entry {
                Entry::At(at) => player.dispatch(Move::To(index_of(&ticks, at))),
                Entry::Last => player.dispatch(Move::To(last)),
                Entry::On(kept) => {
                    let from = index_of(&ticks, kept);
                    player.dispatch(Move::To(from));
                    // At its end, play would begin anew.
                    if from < last {
                        player.dispatch(on(last));
                    }
                }
                Entry::Start => {
                    let playing = plays && !reduced_motion();
                    player.dispatch(Move::Restart { last, playing });
                    player.dispatch(Move::Ready { ready, last });
                    if plays && !playing {
                        player.dispatch(Move::To(last));
                    }
                }
            }
        });
    }
    {
        // A link into the game that is there.
        let (player, told, ticks) = (player.dispatcher(), told.clone(), ticks.clone());
        use_effect_with(state.at, move |&at| {
            let echo = told.borrow_mut().take();
            if let Some(at) = at.filter(|at| echo != Some(*at)) {
                player.dispatch(Move::To(index_of(&ticks, at)));
            }
        });
    }
    let now = player.0;
    let rests = now.settled() && now.ready == ready;
    let settled = run
        .frames
        .get(now.cursor as usize)
        .filter(|_| rests)
        .map(|frame| frame.at.ticks);
    let follow = use_follow();
    use_effect_with((settled, state.clone()), move |(settled, state)| {
        let seen = settled.map(|tick| state.seen_at(tick));
        let news = seen.filter(|seen| seen.at != state.at && state.slow.is_none());
        let tell = news.map(|seen| {
            let before = Route::Game(state.clone());
            Timeout::new(REST_MS, move || {
                *told.borrow_mut() = seen.at;
                follow.emit((before, Route::Game(seen)));
            })
        });
        move || drop(tell)
    });
    player
}

/// Playing, or at once at the end for those who want less motion.
fn on(last: u32) -> Move {
    if reduced_motion() {
        Move::To(last)
    } else {
        Move::Play
    }
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
            let before = Route::Game(state.clone());
            let seen = Route::Game(GameState {
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
        let plain = GameState::default();
        assert_eq!(entry(&plain, 0), Entry::Start);
        assert_eq!(
            entry(&plain.branch(40, Game::default(), 9), 40),
            Entry::On(40)
        );
        let hand = plain.by_hand(40, Half::Generator);
        assert_eq!(entry(&hand, 40), Entry::Last);
        let linked = GameState {
            at: Some(7),
            ..hand
        };
        assert_eq!(entry(&linked, 0), Entry::At(7));
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
