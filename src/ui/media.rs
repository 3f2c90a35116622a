//! What the visitor's system prefers.

use gloo_events::EventListener;
use yew::prelude::*;

const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";

/// Less motion, please.
pub fn reduced_motion() -> bool {
    let query = gloo_utils::window().match_media(REDUCED_MOTION);
    query.ok().flatten().is_some_and(|query| query.matches())
}

/// [`reduced_motion`], followed while it is looked at.
#[hook]
pub fn use_reduced_motion() -> bool {
    let now = use_state_eq(reduced_motion);
    let setter = now.setter();
    use_effect_with((), move |()| {
        let query = gloo_utils::window().match_media(REDUCED_MOTION);
        let listener = query.ok().flatten().map(|query| {
            EventListener::new(&query, "change", move |_| setter.set(reduced_motion()))
        });
        move || drop(listener)
    });
    *now
}
