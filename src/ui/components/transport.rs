//! The one transport of all rooms: first, back, play, step, scrub, speed, position.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::choice::picked;
use super::icon::{Icon, IconButton};
use crate::ui::media::use_reduced_motion;
use crate::ui::runs::playback::{Move, Playback, Speed};

/// Time between two announcements of something that goes on, ms.
const ANNOUNCED_MS: f64 = 5000.0;

/// Properties of [`Transport`].
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// Where playback stands.
    pub playback: Playback,
    /// What the visitor does, and the time that passes while it plays.
    pub on: Callback<Move>,
    /// Position as shown: `12 / 20`.
    pub position: AttrValue,
    /// Model time as shown: `t = 0.40`.
    #[prop_or_default]
    pub time: AttrValue,
    /// Position in words, for screen readers: `Step 12 of 20, noise level 0.46`.
    pub spoken: AttrValue,
    /// Further buttons.
    #[prop_or_default]
    pub children: Html,
}

/// The transport. While it is on the page it also listens to the keys space, arrows, Home
/// and End, unless a control that uses them has the focus; and it plays by itself, once a
/// screen refresh, so that a hidden tab stands still.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let playback = props.playback;
    use_keys(Some(props.on.clone()), key);
    use_ticks(playback.playing && !playback.waiting(), &props.on);
    use_rest(&props.on);
    let spoken = if playback.playing {
        AttrValue::default()
    } else {
        props.spoken.clone()
    };
    let spoken = use_announcement(spoken, playback.ready < playback.last);
    let button = |icon, label: &'static str, action, disabled| {
        let onclick = props.on.reform(move |()| action);
        html! { <IconButton {icon} {label} {onclick} {disabled} /> }
    };
    let play = if playback.playing {
        (Icon::Pause, "Pause")
    } else {
        (Icon::Play, "Play")
    };
    let (at_start, at_ready) = (playback.cursor == 0, playback.cursor >= playback.ready);
    html! {
        <div class="transport" role="group" aria-label="Playback">
            <div class="keys">
                { button(Icon::First, "First step", Move::First, at_start) }
                { button(Icon::Back, "Step back", Move::Back, at_start) }
                <IconButton class="play" icon={play.0} label={play.1}
                    onclick={props.on.reform(|()| Move::Toggle)} />
                { button(Icon::Forward, "Step forward", Move::Forward, at_ready) }
                { button(Icon::Last, "Last step computed", Move::Last, at_ready) }
            </div>
            { scrub_bar(props) }
            <div class="where">
                <span class="num position">{ &props.position }</span>
                <span class="num time">{ &props.time }</span>
                { speed_select(playback.speed, &props.on) }
            </div>
            <div class="extras">{ props.children.clone() }</div>
            <div class="sr-only" role="status">{ spoken }</div>
        </div>
    }
}

/// The scrub bar, over a bar that shows how much is computed.
fn scrub_bar(props: &TransportProps) -> Html {
    let playback = props.playback;
    let oninput = props.on.reform(|event: InputEvent| {
        let input = event.target_dyn_into::<HtmlInputElement>();
        Move::To(input.map_or(0.0, |input| input.value_as_number()) as u32)
    });
    html! {
        <div class="scrub">
            <progress max={playback.last.max(1).to_string()} value={playback.ready.to_string()}
                aria-label="Computed" />
            <input type="range" min="0" max={playback.last.to_string()} step="1"
                value={playback.cursor.to_string()} aria-label="Step"
                aria-valuetext={props.spoken.clone()} {oninput} />
        </div>
    }
}

fn speed_select(speed: Speed, on: &Callback<Move>) -> Html {
    let onchange = on.reform(|event: Event| Move::Speed(Speed::ALL[picked(&event)]));
    html! {
        <select class="speed" aria-label="Speed" {onchange}>
            { for Speed::ALL.into_iter().map(|choice| html! {
                <option selected={choice == speed}>{ choice.label() }</option>
            }) }
        </select>
    }
}

/// Stops what plays when the visitor's system begins to ask for less motion.
#[hook]
fn use_rest(on: &Callback<Move>) {
    let (still, on) = (use_reduced_motion(), on.clone());
    let before = use_mut_ref(|| still);
    use_effect_with(still, move |&still| {
        if !before.replace(still) && still {
            on.emit(Move::Pause);
        }
    });
}

/// What a screen reader is to say of `text`: at once, but while much is `going_on` not more often than
/// every [`ANNOUNCED_MS`].
#[hook]
fn use_announcement(text: AttrValue, going_on: bool) -> AttrValue {
    let said = use_state_eq(AttrValue::default);
    let last_ms = use_mut_ref(|| 0.0);
    let setter = said.setter();
    use_effect_with((text, going_on), move |(text, going_on)| {
        let text = text.clone();
        let past_ms = js_sys::Date::now() - *last_ms.borrow();
        let wait_ms = if *going_on {
            (ANNOUNCED_MS - past_ms).max(0.0)
        } else {
            0.0
        };
        let say = Timeout::new(wait_ms as u32, move || {
            last_ms.replace(js_sys::Date::now());
            setter.set(text);
        });
        move || drop(say)
    });
    (*said).clone()
}

/// Tells `on` what a key `means`, wherever on the page it is pressed.
#[hook]
pub fn use_keys<T: 'static>(on: Option<Callback<T>>, means: fn(&KeyboardEvent) -> Option<T>) {
    use_effect_with(on, move |on| {
        let listener = on.clone().map(|on| {
            EventListener::new_with_options(
                &gloo_utils::document(),
                "keydown",
                EventListenerOptions::enable_prevent_default(),
                move |event| {
                    if let Some(meaning) = event.dyn_ref().and_then(means) {
                        event.prevent_default();
                        on.emit(meaning);
                    }
                },
            )
        });
        move || drop(listener)
    });
}

/// What a key does, if it is not for the control that has the focus.
fn key(event: &KeyboardEvent) -> Option<Move> {
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
    if modified || event.default_prevented() || is_text_selected() {
        return None;
    }
    let focus = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let inside = |css| {
        focus
            .as_ref()
            .is_some_and(|e| matches!(e.closest(css), Ok(Some(_))))
    };
    if inside("input, select, textarea, [contenteditable], [data-keys]") {
        return None;
    }
    match event.key().as_str() {
        // Held down, it would play and pause by turns; that the page does not scroll is as before.
        " " if inside("button, a, summary") => None,
        " " if event.repeat() => {
            event.prevent_default();
            None
        }
        " " => Some(Move::Toggle),
        "ArrowLeft" => Some(Move::Back),
        "ArrowRight" => Some(Move::Forward),
        "Home" => Some(Move::First),
        "End" => Some(Move::Last),
        _ => None,
    }
}

/// Keys may then be meant for the selection.
fn is_text_selected() -> bool {
    let selection = gloo_utils::window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// Reports the time that passes, once a screen refresh, while `running`.
#[hook]
fn use_ticks(running: bool, on: &Callback<Move>) {
    // A room makes a new callback each time it is drawn. The time does not begin anew with it, or
    // every other refresh would be lost.
    let newest = use_mut_ref(|| on.clone());
    newest.replace(on.clone());
    use_effect_with(running, move |&running| {
        let ticks = running.then(|| {
            let ticks = Rc::new(Ticks {
                on: newest,
                last_ms: Cell::new(None),
                next: RefCell::new(None),
            });
            ticks.ask();
            ticks
        });
        move || drop(ticks)
    });
}

/// Asks for one screen refresh after another until dropped.
struct Ticks {
    on: Rc<RefCell<Callback<Move>>>,
    last_ms: Cell<Option<f64>>,
    next: RefCell<Option<AnimationFrame>>,
}

impl Ticks {
    fn ask(self: &Rc<Self>) {
        let ticks = Rc::downgrade(self);
        let frame = request_animation_frame(move |now_ms| {
            let Some(ticks) = ticks.upgrade() else {
                return;
            };
            // Some browsers go on, slowly, behind a hidden tab.
            let hidden = gloo_utils::document().hidden();
            let last_ms = ticks.last_ms.replace((!hidden).then_some(now_ms));
            if let Some(last_ms) = last_ms.filter(|_| !hidden) {
                let on = ticks.on.borrow().clone();
                on.emit(Move::Tick(now_ms - last_ms));
            }
            ticks.ask();
        });
        *self.next.borrow_mut() = Some(frame);
    }
}

/// [`Playback`] as state of a component.
#[hook]
pub fn use_playback(last: u32) -> UseReducerHandle<Player> {
    use_reducer_eq(move || Player(Playback::new(last)))
}

/// The same at a pace of its own; see [`Playback::paced`].
#[hook]
pub fn use_paced_playback(last: u32, frame_ms: f64) -> UseReducerHandle<Player> {
    use_reducer_eq(move || Player(Playback::paced(last, frame_ms)))
}

/// [`Playback`] as a reducer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Player(pub Playback);

impl Reducible for Player {
    type Action = Move;

    fn reduce(self: Rc<Self>, action: Move) -> Rc<Self> {
        Rc::new(Self(self.0.after(action)))
    }
}
