//! A player: playback in step with what is computed and with the link.
//!
//! A chapter says what is played ([`Course`]). The link follows once playback rests, and playback
//! follows when the link is changed from outside.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::playback::{Move, Playback};
use crate::ui::components::transport::{Player, use_playback};
use crate::ui::media::reduced_motion;

/// Where playback goes when something else is played, unless the link names a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Plays from the start.
    Start,
    /// Plays on, from this frame if one is given.
    On(Option<u32>),
    /// Rests at this frame.
    Rest(u32),
}

/// What is played.
#[derive(Clone, Debug, PartialEq)]
pub struct Course<K> {
    /// Its name: another one is entered anew.
    pub of: K,
    /// How it is entered.
    pub entry: Entry,
    /// The newest frame computed.
    pub ready: Option<u32>,
    /// The last frame there will be.
    pub last: u32,
    /// What the link names, and the frame that this is.
    pub at: Option<(u32, u32)>,
    /// May the link follow?
    pub tells: bool,
}

impl<K: PartialEq> Course<K> {
    /// What playback has to do now that there was `before`. `is_echo`: the link only says what it
    /// was told; `still`: the visitor wants less motion, and the end is what there is to see.
    fn moves(&self, before: Option<&Self>, is_echo: bool, still: bool) -> Vec<Move> {
        let &Self { last, .. } = self;
        let ready = self.ready.unwrap_or(0);
        let at = self.at.map(|(_, frame)| Move::To(frame));
        match before.filter(|before| before.of == self.of) {
            Some(before) => {
                let grown = (self.ready, last) != (before.ready, before.last);
                let linked = self.at.map(|at| at.0) != before.at.map(|at| at.0) && !is_echo;
                let grown = (grown && self.ready.is_some()).then_some(Move::Ready { ready, last });
                grown.into_iter().chain(at.filter(|_| linked)).collect()
            }
            None => {
                let playing = self.at.is_none() && !still;
                let restart = Move::Restart { last, playing };
                let mut moves = vec![Move::Ready { ready, last }];
                match self.entry {
                    Entry::Start => {
                        moves.insert(0, restart);
                        moves.extend(at.or((!playing).then_some(Move::To(last))));
                    }
                    Entry::On(from) => {
                        let on = if still { Move::To(last) } else { Move::Play };
                        // At its end, play would begin anew.
                        let on = (from != Some(last)).then_some(on);
                        match at {
                            Some(at) => moves.push(at),
                            None => moves.extend(from.map(Move::To).into_iter().chain(on)),
                        }
                    }
                    Entry::Rest(frame) => moves.push(at.unwrap_or(Move::To(frame))),
                }
                moves
            }
        }
    }

    /// The frame at which playback rests, which the link may tell.
    fn rest(&self, entered: Option<&Self>, now: Playback) -> Option<u32> {
        let is_entered = entered.is_some_and(|entered| entered.of == self.of);
        let is_there = self.ready.is_some_and(|ready| now.cursor <= ready);
        let rests = is_entered && is_there && now.settled() && now.last == self.last;
        (rests && self.tells).then_some(now.cursor)
    }
}

/// A player whose link follows in a way of its own.
pub struct Following {
    /// The frame at which it rests.
    pub rest: Option<u32>,
    /// The frame that was last told to the link, so that its echo moves nothing.
    pub told: Rc<RefCell<Option<u32>>>,
}

/// `player` plays `course`; whoever tells the link says so in [`Following::told`].
#[hook]
pub fn use_following<K: PartialEq + 'static>(
    player: &UseReducerHandle<Player>,
    course: Course<K>,
) -> Following {
    let told = use_mut_ref(|| None::<u32>);
    let entered = use_mut_ref(|| None::<Rc<Course<K>>>);
    let course = Rc::new(course);
    let rest = course.rest(entered.borrow().as_deref(), player.0);
    {
        let (player, told) = (player.dispatcher(), told.clone());
        use_effect_with(course, move |course| {
            let before = entered.replace(Some(course.clone()));
            let named = |course: &Course<K>| course.at.map(|at| at.0);
            let is_linked = before.as_deref().and_then(named) != named(course);
            let echo = told.borrow_mut().take_if(|_| is_linked);
            let is_echo = echo.is_some() && echo == course.at.map(|at| at.1);
            for action in course.moves(before.as_deref(), is_echo, reduced_motion()) {
                player.dispatch(action);
            }
        });
    }
    Following { rest, told }
}

/// Plays `course`, and tells `on_rest` where it rests.
#[hook]
pub fn use_player<K: PartialEq + 'static>(
    course: Course<K>,
    on_rest: impl Into<Callback<u32>>,
) -> UseReducerHandle<Player> {
    let on_rest = on_rest.into();
    let player = use_playback(course.last);
    let Following { rest, told } = use_following(&player, course);
    use_effect_with(rest, move |&rest| {
        if let Some(frame) = rest {
            *told.borrow_mut() = Some(frame);
            on_rest.emit(frame);
        }
    });
    player
}

/// A player over a scale that is there from the start, `0..=last`: it rests at `at`, and tells `on_rest`
/// where else it does.
#[hook]
pub fn use_scale(at: u32, last: u32, on_rest: Callback<u32>) -> UseReducerHandle<Player> {
    let course = Course {
        of: (),
        entry: Entry::Rest(at),
        ready: Some(last),
        last,
        at: Some((at, at)),
        tells: true,
    };
    use_player(course, on_rest)
}

/// What the transport does with the player.
pub fn mover(player: &UseReducerHandle<Player>) -> Callback<Move> {
    let player = player.dispatcher();
    Callback::from(move |action| player.dispatch(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Course<u8> = Course {
        of: 1,
        entry: Entry::Start,
        ready: Some(3),
        last: 20,
        at: None,
        tells: true,
    };

    fn after(playback: Playback, moves: Vec<Move>) -> Playback {
        moves.into_iter().fold(playback, Playback::after)
    }

    fn entered(course: &Course<u8>, still: bool) -> Playback {
        after(Playback::new(9), course.moves(None, false, still))
    }

    fn seen(p: Playback) -> (u32, u32, u32, bool) {
        (p.cursor, p.ready, p.last, p.playing)
    }

    #[test]
    fn a_run_plays_from_its_start_or_stands_where_the_link_says() {
        assert_eq!(seen(entered(&RUN, false)), (0, 3, 20, true));
        let linked = Course {
            at: Some((200, 2)),
            ..RUN
        };
        let p = entered(&linked, false);
        assert_eq!((seen(p), p.settled()), ((2, 3, 20, false), true));
        // Without motion its end is what there is to see, once it is there.
        let p = entered(&RUN, true);
        assert_eq!((seen(p), p.settled()), ((3, 3, 20, false), false));
        let done = Course {
            ready: Some(20),
            ..RUN
        };
        let p = after(p, done.moves(Some(&RUN), false, true));
        assert_eq!((p.cursor, p.settled()), (20, true));
    }

    #[test]
    fn a_branch_plays_on_and_a_sheet_rests() {
        let p = after(entered(&RUN, false), vec![Move::To(2)]);
        let on = |from| Course {
            of: 2,
            entry: Entry::On(from),
            ..RUN
        };
        let enter = |course: Course<u8>| after(p, course.moves(Some(&RUN), false, false));
        assert_eq!(seen(enter(on(None))), (2, 3, 20, true));
        assert_eq!(seen(enter(on(Some(1)))), (1, 3, 20, true));
        let whole = Course {
            last: 3,
            ..on(Some(3))
        };
        assert_eq!(seen(enter(whole)), (3, 3, 3, false));
        let sheet = Course {
            entry: Entry::Rest(1),
            ..on(None)
        };
        assert_eq!(seen(enter(sheet)), (1, 3, 20, false));
    }

    #[test]
    fn the_link_moves_playback_but_not_by_its_echo() {
        let linked = Course {
            at: Some((7, 1)),
            ..RUN
        };
        assert_eq!(linked.moves(Some(&RUN), false, false), [Move::To(1)]);
        assert_eq!(linked.moves(Some(&RUN), true, false), []);
        // What it names may have another place by now; that alone moves nothing.
        let moved = Course {
            at: Some((7, 2)),
            ready: Some(4),
            ..RUN
        };
        let ready = Move::Ready { ready: 4, last: 20 };
        assert_eq!(moved.moves(Some(&linked), false, false), [ready]);
    }

    #[test]
    fn only_what_was_entered_and_is_there_is_told() {
        let p = entered(&RUN, false);
        assert_eq!(RUN.rest(Some(&RUN), p), None, "it plays");
        let p = after(p, vec![Move::To(2)]);
        assert_eq!(RUN.rest(Some(&RUN), p), Some(2));
        assert_eq!(RUN.rest(None, p), None);
        let other = Course { of: 2, ..RUN };
        assert_eq!(other.rest(Some(&RUN), p), None);
        let shorter = Course {
            ready: Some(1),
            ..RUN
        };
        assert_eq!(shorter.rest(Some(&RUN), p), None);
        let mute = Course {
            tells: false,
            ..RUN
        };
        assert_eq!(mute.rest(Some(&RUN), p), None);
    }
}
