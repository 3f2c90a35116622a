//! The rooms, one folder each.
//!
//! A chapter is a component with [`ChapterProps`]: its part of the URL's state, and a callback
//! that changes it. It renders the stage and the inspectors; the room around it renders the
//! story. [`frame`] is what all rooms look like.

pub mod diffusion;
pub mod frame;
pub mod gan;
pub mod landing;

use yew::prelude::*;

/// Properties of a chapter.
#[derive(Clone, Properties, PartialEq)]
pub struct ChapterProps<S: PartialEq> {
    /// The controls.
    pub state: S,
    /// Asks for other controls; the URL follows (late, in one go, while they change fast).
    pub on_state: Callback<S>,
}

impl<S: Clone + PartialEq + 'static> ChapterProps<S> {
    /// Changes what `change` changes.
    pub fn edit<E>(&self, change: impl Fn(&mut S, E) + 'static) -> Callback<E> {
        let Self { state, on_state } = self.clone();
        Callback::from(move |event| {
            let mut state = state.clone();
            change(&mut state, event);
            on_state.emit(state);
        })
    }

    /// Asks for `state` when something is clicked.
    pub fn set(&self, state: S) -> Callback<MouseEvent> {
        self.on_state.reform(move |_| state.clone())
    }
}
