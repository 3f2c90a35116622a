//! The controls of 'The story in pictures': classes, noise, and where a walk leads.

use yew::prelude::*;

use crate::data::CLASSES;
use crate::ui::components::choice::segments;
use crate::ui::components::seed::SeedField;
use crate::ui::state::gan::Walk;
use crate::ui::state::{PicturesState, Wanted};

/// Properties of [`Controls`].
#[derive(Properties, PartialEq)]
pub struct ControlsProps {
    /// The controls in force.
    pub state: PicturesState,
    /// The visitor wants others.
    pub on_state: Callback<PicturesState>,
}

/// The row of controls.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let state = &props.state;
    let on_view = edit(props, |state, view| {
        state.walk = (view == 1).then(|| Walk::from(state.seed));
    });
    let (view, value) = match state.walk {
        None => (0, "sheet"),
        Some(_) => (1, "walk"),
    };
    html! {
        <div class="controls">
            { segments("Show", &["Ten fakes", "A walk"], view, on_view, value) }
            { classes(props) }
            <SeedField seed={state.seed} on_seed={edit(props, |state, seed| state.seed = seed)} />
            if let Some(walk) = state.walk {
                <SeedField label="Walk to seed" seed={walk.to}
                    on_seed={edit(props, move |state, to| state.walk = Some(Walk { to, ..walk }))} />
            }
        </div>
    }
}

/// Changes what `change` changes.
fn edit<E: 'static>(
    props: &ControlsProps,
    change: impl Fn(&mut PicturesState, E) + 'static,
) -> Callback<E> {
    let (state, on_state) = (props.state.clone(), props.on_state.clone());
    Callback::from(move |event| {
        let mut state = state.clone();
        change(&mut state, event);
        on_state.emit(state);
    })
}

/// One of each class, or ten of one.
fn classes(props: &ControlsProps) -> Html {
    let on_wanted = edit(props, |state, wanted| state.digit = wanted);
    let digits = (0..CLASSES as u8).map(Wanted::Digit);
    let button = |wanted: Wanted| {
        html! {
            <button type="button" data-digit={wanted.id()}
                aria-pressed={(wanted == props.state.digit).to_string()}
                onclick={on_wanted.reform(move |_: MouseEvent| wanted)}>{ wanted.id() }</button>
        }
    };
    html! {
        <div class="field">
            <span id="class-label">{ "Digit" }</span>
            <span class="seg digit-seg" role="group" aria-labelledby="class-label">
                { for digits.chain([Wanted::Each]).map(button) }
            </span>
        </div>
    }
}
