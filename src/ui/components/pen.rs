//! A pen that draws on an element: a mouse, a finger, or the keyboard.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, KeyboardEvent, PointerEvent};
use yew::prelude::*;

/// A place on the element, in the units of what is drawn there.
pub type Place = [f32; 2];

/// What is done with the pen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pen {
    /// It touches down here.
    Down(Place),
    /// It moves here while it is down.
    Move(Place),
    /// It is lifted.
    Up,
    /// Arrow keys move it by so many steps to the right, and down.
    Nudge(i8, i8),
    /// Space: down or up where it is.
    Toggle,
    /// Enter: one dot where it is.
    Dot,
    /// Backspace: take the last stroke back.
    Undo,
}

/// Steps that an arrow key takes with Shift.
const LONG_STEP: i8 = 4;

/// What the element listens to.
pub struct PenEvents {
    /// For `onpointerdown`.
    pub down: Callback<PointerEvent>,
    /// For `onpointermove`.
    pub moved: Callback<PointerEvent>,
    /// For `onpointerup` and `onpointercancel`.
    pub up: Callback<PointerEvent>,
    /// For `onkeydown`.
    pub key: Callback<KeyboardEvent>,
    /// For `onblur`.
    pub blur: Callback<FocusEvent>,
}

/// What an element listens to, so that `on_pen` hears of the pen. `unit` makes a place of shares of
/// the element's width and height, from its upper left corner.
pub fn pen_events(on_pen: &Callback<Pen>, unit: fn([f32; 2]) -> Place) -> PenEvents {
    PenEvents {
        down: listen(on_pen, move |event: &PointerEvent| {
            let (element, share) = share(event).filter(|_| event.button() == 0)?;
            take(element, event.pointer_id()).then_some(Pen::Down(unit(share)))
        }),
        moved: listen(on_pen, move |event: &PointerEvent| {
            // Zero while a mouse only hovers: the keyboard's pen is left alone.
            let (_, share) = share(event).filter(|_| event.buttons() & 1 == 1)?;
            draws(event).then_some(Pen::Move(unit(share)))
        }),
        up: listen(on_pen, |event: &PointerEvent| {
            draws(event).then(|| {
                DRAWING.take();
                Pen::Up
            })
        }),
        key: listen(on_pen, |event: &KeyboardEvent| {
            let pen = of_key(&event.key(), event.shift_key())?;
            // The page does not scroll, and the transport's own keys stay out of it.
            event.prevent_default();
            event.stop_propagation();
            Some(pen)
        }),
        blur: on_pen.reform(|_| {
            DRAWING.take();
            Pen::Up
        }),
    }
}

thread_local! {
    /// Where a pointer draws, and which: another finger, or the palm beside the pen, does not.
    static DRAWING: RefCell<Option<(Element, i32)>> = const { RefCell::new(None) };
}

/// Lets this pointer draw here, unless another one draws.
fn take(element: Element, pointer: i32) -> bool {
    DRAWING.with_borrow_mut(|drawing| {
        let is_free = drawing.as_ref().is_none_or(|(element, other)| {
            *other == pointer || !element.has_pointer_capture(*other)
        });
        if is_free {
            // Without capture a stroke ends at the edge: worse, but not an error.
            let _ = element.set_pointer_capture(pointer);
            *drawing = Some((element, pointer));
        }
        is_free
    })
}

fn draws(event: &PointerEvent) -> bool {
    let draws = |drawing: &(Element, i32)| drawing.1 == event.pointer_id();
    DRAWING.with_borrow(|drawing| drawing.as_ref().is_some_and(draws))
}

fn listen<E: 'static>(
    on_pen: &Callback<Pen>,
    of: impl Fn(&E) -> Option<Pen> + 'static,
) -> Callback<E> {
    let on_pen = on_pen.clone();
    Callback::from(move |event: E| {
        if let Some(pen) = of(&event) {
            on_pen.emit(pen);
        }
    })
}

/// Where the keyboard's pen is, in shares of its parent. It is always there: a new sibling would
/// cost the element its focus.
pub fn pen_mark(at: Option<[f32; 2]>, down: bool) -> Html {
    let [x, y] = at.unwrap_or_default().map(|share| 100.0 * share);
    let style = format!("left:{x:.2}%;top:{y:.2}%");
    let class = classes!("pad-pen", down.then_some("down"));
    html! { <i {class} {style} hidden={at.is_none()} aria-hidden="true" /> }
}

fn of_key(key: &str, shift: bool) -> Option<Pen> {
    let step = if shift { LONG_STEP } else { 1 };
    Some(match key {
        "ArrowLeft" => Pen::Nudge(-step, 0),
        "ArrowRight" => Pen::Nudge(step, 0),
        "ArrowUp" => Pen::Nudge(0, -step),
        "ArrowDown" => Pen::Nudge(0, step),
        " " => Pen::Toggle,
        "Enter" => Pen::Dot,
        "Backspace" => Pen::Undo,
        _ => return None,
    })
}

/// The element under a pointer, and where on it: shares of its width and height. It is the event's
/// target, for the one that listens is yew's root.
pub fn share(event: &MouseEvent) -> Option<(Element, [f32; 2])> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    let frame = element.get_bounding_client_rect();
    let share = |at: i32, from: f64, size: f64| ((f64::from(at) - from) / size.max(1.0)) as f32;
    let x = share(event.client_x(), frame.left(), frame.width());
    let y = share(event.client_y(), frame.top(), frame.height());
    Some((element, [x, y]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_the_pen_as_they_point() {
        assert_eq!(of_key("ArrowUp", false), Some(Pen::Nudge(0, -1)));
        assert_eq!(of_key("ArrowRight", true), Some(Pen::Nudge(4, 0)));
        assert_eq!(of_key(" ", false), Some(Pen::Toggle));
        assert_eq!(of_key("Tab", false), None);
    }
}
