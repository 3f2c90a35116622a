//! The rooms, one folder each.
//!
//! A chapter is a component with [`ChapterProps`]: its part of the URL's state, and a callback
//! that changes it. It renders the stage and the inspectors; the room around it renders the
//! story. [`frame`] is what all rooms look like.

pub mod diffusion;
pub mod frame;
pub mod gan;
pub mod guide;
pub mod landing;
pub mod pixel;
pub mod series;
pub mod text;
pub mod tune;
pub mod vae;
pub mod wave;

use yew::prelude::*;

/// Properties of a chapter, and of what changes its controls.
#[derive(Clone, Properties, PartialEq)]
pub struct ChapterProps<S: PartialEq> {
    /// The controls.
    pub state: S,
    /// Asks for other controls; the URL follows (late, in one go, while they change fast).
    pub on_state: Callback<S>,
}

impl<S: Clone + PartialEq + 'static> ChapterProps<S> {
    /// Changes what `change` changes.
    pub fn edit<E: 'static>(&self, change: impl Fn(&mut S, E) + 'static) -> Callback<E> {
        let Self { state, on_state } = self.clone();
        Callback::from(move |event| {
            let mut changed = state.clone();
            change(&mut changed, event);
            on_state.emit(changed);
        })
    }
}
