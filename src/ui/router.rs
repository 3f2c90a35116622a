//! The page's state in the URL's hash, and the history of the browser.
//!
//! Links to rooms and chapters are plain links, so each makes a history entry. Controls and
//! steps change the entry that is there, late and in one go: browsers limit how often.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::prelude::*;

use crate::ui::parts::read;
use crate::ui::state::{EngineChoice, Page, Parsed, Route, parse};

/// The URL follows the state after this long without a change.
const SETTLE_MS: u32 = 200;

/// The state, and what was wrong with the link it came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Location {
    /// The state.
    pub page: Page,
    /// What was ignored in the link that led here.
    pub problems: Vec<String>,
}

/// How the state changes.
pub enum Change {
    /// The visitor followed a link.
    Link(Parsed),
    /// The chapter has come: what the link says of its controls can be read.
    Read,
    /// Controls of the shown chapter; ignored when another one is shown by now.
    Controls(Route),
    /// Controls that follow from those before; ignored when those are no longer in force.
    Follow(Route, Route),
    /// The engine.
    Engine(EngineChoice),
}

/// Asks for controls (the second ones) that follow from others (the first ones), from any component
/// below the root. What the visitor has done since is not undone by it, even if the page has not
/// been drawn yet.
#[derive(Clone, PartialEq)]
pub struct Follow(Callback<(Route, Route)>);

/// See [`Follow`].
#[hook]
pub fn use_follow() -> Callback<(Route, Route)> {
    use_context::<Follow>().map_or_else(Callback::noop, |follow| follow.0)
}

/// What [`use_follow`] gives.
#[hook]
pub fn use_follow_context(location: &UseReducerHandle<Location>) -> Follow {
    let location = location.dispatcher();
    let follow = use_memo((), move |()| {
        Follow(Callback::from(move |(from, to)| {
            location.dispatch(Change::Follow(from, to));
        }))
    });
    (*follow).clone()
}

impl Location {
    /// As far as it can be read by now.
    fn of(parsed: Parsed) -> Self {
        let Parsed { page, problems } = read(parsed);
        Self { page, problems }
    }
}

impl Reducible for Location {
    type Action = Change;

    fn reduce(self: Rc<Self>, change: Change) -> Rc<Self> {
        let mut next = (*self).clone();
        match change {
            Change::Link(parsed) => next = Self::of(parsed),
            Change::Read => {
                let Self { page, problems } = next;
                next = Self::of(Parsed { page, problems });
            }
            Change::Controls(route) if route.same_place(&next.page.route) => {
                next.page.route = route;
            }
            Change::Controls(_) => {}
            Change::Follow(from, to) if next.page.route == from => next.page.route = to,
            Change::Follow(..) => {}
            Change::Engine(EngineChoice::Auto) => next.page.engine = None,
            Change::Engine(choice) => next.page.engine = Some(choice),
        }
        Rc::new(next)
    }
}

/// The hash of the link within the page that this click follows in this tab.
fn followed(event: &Event) -> Option<String> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let elsewhere = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    let on = click.target()?.dyn_into::<Element>().ok()?;
    let link = on.closest("a[href^='#/']").ok()??;
    link.get_attribute("href").filter(|_| !elsewhere)
}

/// The state, kept equal to the URL's hash in both directions.
#[hook]
pub fn use_location() -> UseReducerHandle<Location> {
    let location = use_reducer_eq(|| Location::of(parse(&current_hash())));
    // The hash this component knows; another one means that a link was followed just now.
    let known = use_mut_ref(current_hash);
    {
        let (location, known) = (location.dispatcher(), known.clone());
        use_effect_with((), move |()| {
            let listener = EventListener::new(&gloo_utils::window(), "hashchange", move |_| {
                let hash = current_hash();
                let parsed = parse(&hash);
                *known.borrow_mut() = hash;
                location.dispatch(Change::Link(parsed));
            });
            move || drop(listener)
        });
    }
    {
        // The address follows the state late: a link to where it still points changes no hash.
        let location = location.dispatcher();
        use_effect_with((), move |()| {
            let document = gloo_utils::document();
            let listener = EventListener::new(&document, "click", move |event| {
                if let Some(hash) = followed(event).filter(|hash| *hash == current_hash()) {
                    location.dispatch(Change::Link(parse(&hash)));
                }
            });
            move || drop(listener)
        });
    }
    use_effect_with(location.page.clone(), move |page| {
        let page = page.clone();
        let settle = Timeout::new(SETTLE_MS, move || {
            let mut known = known.borrow_mut();
            let is_read = page.route.is_read();
            if is_read && *known == current_hash() && !page.is_said_by(&known) {
                *known = page.hash();
                replace(&known);
            }
        });
        move || drop(settle)
    });
    location
}

/// The address of `route`, for sharing.
pub fn link(route: &Route) -> String {
    let href = gloo_utils::window().location().href().unwrap_or_default();
    let site = href.split('#').next().unwrap_or_default();
    format!("{site}{}", route.href())
}

fn current_hash() -> String {
    gloo_utils::window().location().hash().unwrap_or_default()
}

fn replace(hash: &str) {
    if let Ok(history) = gloo_utils::window().history() {
        // Refused only when called too often; the next change tries again.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::gan::Half;
    use crate::ui::state::GameState;

    #[test]
    fn what_follows_from_old_controls_is_ignored() {
        let start = GameState::default();
        let seen = start.seen_at(20);
        let follow = || Change::Follow(Route::of(start.clone()), Route::of(seen.clone()));
        let at = |route| {
            let mut location = Location::default();
            location.page.route = Route::of(route);
            Rc::new(location)
        };
        assert_eq!(at(start.clone()).reduce(follow()), at(seen.clone()));
        // The visitor has played a half since.
        let by_hand = start.by_hand(20, Half::Generator);
        assert_eq!(at(by_hand.clone()).reduce(follow()), at(by_hand));
    }
}
