//! Playback of the game, in step with what is played, with the link, and with slow motion.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::run::GameRun;
use super::slow;
use crate::ui::components::transport::{Player, use_paced_playback, use_playback};
use crate::ui::media::reduced_motion;
use crate::ui::playback::Move;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::GameState;

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
                    player.dispatch(Move::To(index_of(&ticks, kept)));
                    player.dispatch(on(last));
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
    let on_state = props.on_state.clone();
    use_effect_with((settled, state.clone()), move |(settled, state)| {
        let seen = settled.map(|tick| state.seen_at(tick));
        // Not at once: what the visitor does meanwhile must not be undone by an older state.
        let news = seen.filter(|seen| seen.at != state.at && state.slow.is_none());
        let tell = news.map(|seen| {
            Timeout::new(REST_MS, move || {
                *told.borrow_mut() = seen.at;
                on_state.emit(seen);
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
    let before = use_mut_ref(|| 0);
    let now = player.0;
    let (stage, is_slow) = (state.slow.unwrap_or(0), state.slow.is_some());
    // The link's stage, until it is there.
    let due = use_mut_ref(|| state.slow.filter(|stage| *stage > 0));
    let is_due = due.borrow().is_some();
    {
        let player = player.dispatcher();
        use_effect_with((is_slow, length), move |&(is_slow, length)| {
            let known = before.replace(if is_slow { length } else { 0 });
            if !is_slow || length == 0 {
                return;
            }
            let last = length - 1;
            player.dispatch(Move::Ready { ready: last, last });
            if known > 0 && length > known && !now.at_end() {
                return;
            }
            if let Some(stage) = *due.borrow() {
                player.dispatch(Move::To(stage));
            }
            if due.borrow_mut().take_if(|stage| *stage <= last).is_some() || is_due {
                return;
            }
            let first = if length > known { known } else { 0 };
            player.dispatch(Move::To(first));
            if !reduced_motion() {
                player.dispatch(Move::Play);
            }
        });
    }
    let on_state = props.on_state.clone();
    let rests = is_slow && length > 0 && now.settled() && !is_due;
    let settled = rests
        .then_some(now.cursor)
        .filter(|cursor| *cursor != stage);
    use_effect_with((settled, state.clone()), move |(settled, state)| {
        let seen = settled.map(|stage| GameState {
            slow: Some(stage),
            ..state.clone()
        });
        let tell = seen.map(|seen| Timeout::new(REST_MS, move || on_state.emit(seen)));
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
    fn ticks_are_found_among_frames() {
        let ticks = [0, 20, 40, 41];
        let found = [0, 19, 20, 40, 41, 99].map(|tick| index_of(&ticks, tick));
        assert_eq!(found, [0, 0, 1, 2, 3, 3]);
    }
}
