//! A chapter's controls: a few that everybody understands, the others behind 'More controls'.

use std::cell::Cell;

use web_sys::Element;
use yew::prelude::*;

thread_local! {
    /// Did the visitor want to see the others, when last asked? It holds for all chapters.
    static WANTED: Cell<bool> = const { Cell::new(false) };
}

/// Properties of [`ControlRow`].
#[derive(Properties, PartialEq)]
pub struct ControlRowProps {
    /// At most three.
    pub children: Html,
    /// The others.
    pub more: Html,
    /// Is one of the others set to something unusual, by a link perhaps? Then they are open.
    pub is_set: bool,
}

/// The row, and under it the others.
#[component]
pub fn ControlRow(props: &ControlRowProps) -> Html {
    let open = use_state_eq(|| props.is_set || WANTED.get());
    {
        let open = open.setter();
        use_effect_with(props.is_set, move |&is_set| {
            if is_set {
                open.set(true);
            }
        });
    }
    let ontoggle = {
        let open = open.clone();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<Element>();
            let is_open = details.is_some_and(|details| details.has_attribute("open"));
            // What the page itself has opened is nobody's wish.
            if is_open != *open {
                WANTED.set(is_open);
                open.set(is_open);
            }
        })
    };
    html! {
        <>
            <div class="controls">{ props.children.clone() }</div>
            <details class="more" open={*open} {ontoggle}>
                <summary>{ "More controls" }</summary>
                <div class="controls">{ props.more.clone() }</div>
            </details>
        </>
    }
}
