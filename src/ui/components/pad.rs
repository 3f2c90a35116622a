//! A pad to draw a digit on, by pointer, by touch or by keyboard.
//!
//! The pad shows the strokes where they were drawn; after each stroke it hands over the
//! picture, scaled and centred as the real digits are (see [`crate::ui::drawing`]).

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::picture::draw;
use crate::data::SIDE;
use crate::ui::content;
use crate::ui::drawing::{self, Stroke};

/// Properties of [`Pad`].
#[derive(Clone, PartialEq, Properties)]
pub struct PadProps {
    /// The picture after each stroke, `[28, 28]` in `[-1, 1]`; `None` when nothing is drawn.
    pub on_picture: Callback<Option<Vec<f32>>>,
}

/// What happened on the pad.
enum Action {
    /// The pen touches down.
    Down((f32, f32)),
    /// The pen moves while it is down.
    Move((f32, f32)),
    /// The pen is lifted.
    Up,
    /// An arrow key moves the pen by so many pixels.
    Nudge(f32, f32),
    /// Space: pen down or up.
    TogglePen,
    /// Draw or erase from now on.
    Erase(bool),
    Undo,
    Clear,
}

/// Strokes, and where the pen is.
#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    strokes: Vec<Stroke>,
    /// The last stroke is being drawn.
    down: bool,
    erases: bool,
    /// The keyboard's pen; `None` until a key moves it.
    pen: Option<(f32, f32)>,
    /// Counts finished changes, so that the picture is handed over once for each.
    version: u32,
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = (*self).clone();
        state.apply(action);
        Rc::new(state)
    }
}

impl State {
    fn apply(&mut self, action: Action) {
        match action {
            Action::Down(point) => {
                self.pen = None;
                self.touch_down(point);
            }
            Action::Move(point) => self.extend(point),
            Action::Up => self.lift(),
            Action::Nudge(dx, dy) => {
                let (x, y) = self.pen.unwrap_or((MIDDLE, MIDDLE));
                let point = (clamp(x + dx), clamp(y + dy));
                self.pen = Some(point);
                self.extend(point);
            }
            Action::TogglePen if self.down => self.lift(),
            Action::TogglePen => {
                let point = self.pen.unwrap_or((MIDDLE, MIDDLE));
                self.pen = Some(point);
                self.touch_down(point);
            }
            Action::Erase(erases) => {
                self.lift();
                self.erases = erases;
            }
            Action::Undo => {
                self.down = false;
                if self.strokes.pop().is_some() {
                    self.version += 1;
                }
            }
            Action::Clear => {
                *self = Self {
                    version: self.version + 1,
                    ..Self::default()
                }
            }
        }
    }

    fn touch_down(&mut self, point: (f32, f32)) {
        self.strokes.push(Stroke {
            points: vec![point],
            erases: self.erases,
        });
        self.down = true;
    }

    fn extend(&mut self, point: (f32, f32)) {
        if let (true, Some(stroke)) = (self.down, self.strokes.last_mut()) {
            // Points closer than this change nothing that could be seen.
            let far = |&(x, y): &(f32, f32)| (x - point.0).hypot(y - point.1) > 0.2;
            if stroke.points.last().is_none_or(far) {
                stroke.points.push(point);
            }
        }
    }

    fn lift(&mut self) {
        if self.down {
            self.down = false;
            self.version += 1;
        }
    }

    /// The pen's place and state in words.
    fn spoken(&self) -> String {
        match self.pen {
            None => String::new(),
            Some((x, y)) => {
                let pen = if self.down { "down" } else { "up" };
                format!("Pen {pen}, column {}, row {}", x as u32 + 1, y as u32 + 1)
            }
        }
    }
}

const MIDDLE: f32 = SIDE as f32 / 2.0;

fn clamp(value: f32) -> f32 {
    value.clamp(0.5, SIDE as f32 - 0.5)
}

/// The pad with its buttons.
#[component]
pub fn Pad(props: &PadProps) -> Html {
    let state = use_reducer(State::default);
    let canvas = use_node_ref();
    {
        let canvas = canvas.clone();
        use_effect_with(state.strokes.clone(), move |strokes| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                let grey: Vec<_> = drawing::ink(strokes)
                    .iter()
                    .map(|v| 2.0 * v - 1.0)
                    .collect();
                draw(&canvas, &grey, 1);
            }
        });
    }
    {
        let (strokes, on_picture) = (state.strokes.clone(), props.on_picture.clone());
        use_effect_with(state.version, move |version| {
            if *version > 0 {
                on_picture.emit(drawing::picture(&strokes));
            }
        });
    }
    let act = |action: fn() -> Action| {
        let dispatcher = state.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(action()))
    };
    let tool = |erases: bool, text: &'static str| {
        let dispatcher = state.dispatcher();
        let onclick =
            Callback::from(move |_: MouseEvent| dispatcher.dispatch(Action::Erase(erases)));
        let pressed = (state.erases == erases).to_string();
        html! { <button type="button" aria-pressed={pressed} {onclick}>{ text }</button> }
    };
    let empty = state.strokes.is_empty();
    html! {
        <div class="pad">
            <div class="pad-sheet">
                <canvas ref={canvas} class="pix" width="28" height="28" tabindex="0"
                    role="application" aria-label={content::title("diffusion", "draw")}
                    aria-describedby="pad-help"
                    onpointerdown={on_pointer_down(&state)} onpointermove={on_pointer_move(&state)}
                    onpointerup={on_pointer_up(&state)} onpointercancel={on_pointer_up(&state)}
                    onkeydown={on_key(&state)} onblur={on_blur(&state)} />
                { pen_mark(state.pen, state.down) }
            </div>
            <div class="pad-side">
                <div class="pad-tools">
                    <span class="seg" role="group" aria-label="Tool">
                        { tool(false, "Pen") }{ tool(true, "Eraser") }
                    </span>
                    <button type="button" class="button small" disabled={empty}
                        onclick={act(|| Action::Undo)}>{ "Undo" }</button>
                    <button type="button" class="button small" disabled={empty}
                        onclick={act(|| Action::Clear)}>{ "Clear" }</button>
                </div>
                <div class="hint" id="pad-help">{ content::section("diffusion", "draw") }</div>
                <span class="sr-only" role="status">{ state.spoken() }</span>
            </div>
        </div>
    }
}

/// The keyboard's pen. It is always there: a new sibling would cost the canvas its focus.
fn pen_mark(pen: Option<(f32, f32)>, down: bool) -> Html {
    let place = |v: f32| 100.0 * v / SIDE as f32;
    let (x, y) = pen.unwrap_or((MIDDLE, MIDDLE));
    let style = format!("left:{:.2}%;top:{:.2}%", place(x), place(y));
    let class = classes!("pad-pen", down.then_some("down"));
    html! { <i {class} {style} hidden={pen.is_none()} aria-hidden="true" /> }
}

type Handle = UseReducerHandle<State>;

fn on_pointer_down(state: &Handle) -> Callback<PointerEvent> {
    let dispatcher = state.dispatcher();
    Callback::from(move |event: PointerEvent| {
        let Some((canvas, point)) = place(&event) else {
            return;
        };
        if event.button() == 0 {
            // Without capture a stroke ends at the pad's edge: worse, but not an error.
            let _ = canvas.set_pointer_capture(event.pointer_id());
            dispatcher.dispatch(Action::Down(point));
        }
    })
}

fn on_pointer_move(state: &Handle) -> Callback<PointerEvent> {
    let dispatcher = state.dispatcher();
    Callback::from(move |event: PointerEvent| {
        // Zero while a mouse only hovers: the keyboard's pen is left alone.
        if let (true, Some((_, point))) = (event.buttons() & 1 == 1, place(&event)) {
            dispatcher.dispatch(Action::Move(point));
        }
    })
}

fn on_pointer_up(state: &Handle) -> Callback<PointerEvent> {
    let dispatcher = state.dispatcher();
    Callback::from(move |_| dispatcher.dispatch(Action::Up))
}

fn on_blur(state: &Handle) -> Callback<FocusEvent> {
    let dispatcher = state.dispatcher();
    Callback::from(move |_| dispatcher.dispatch(Action::Up))
}

fn on_key(state: &Handle) -> Callback<KeyboardEvent> {
    let dispatcher = state.dispatcher();
    Callback::from(move |event: KeyboardEvent| {
        let step = if event.shift_key() { 4.0 } else { 1.0 };
        let action = match event.key().as_str() {
            "ArrowLeft" => Action::Nudge(-step, 0.0),
            "ArrowRight" => Action::Nudge(step, 0.0),
            "ArrowUp" => Action::Nudge(0.0, -step),
            "ArrowDown" => Action::Nudge(0.0, step),
            " " => Action::TogglePen,
            "Backspace" => Action::Undo,
            _ => return,
        };
        // The page does not scroll, and the transport's own keys stay out of it.
        event.prevent_default();
        event.stop_propagation();
        dispatcher.dispatch(action);
    })
}

/// The target of a pointer event, and where on it, in px of a picture that fills it.
pub fn place(event: &PointerEvent) -> Option<(Element, (f32, f32))> {
    let canvas = event.target()?.dyn_into::<Element>().ok()?;
    let frame = canvas.get_bounding_client_rect();
    let share = |at: f64, from: f64, size: f64| {
        ((at - from) / size.max(1.0) * SIDE as f64).clamp(0.0, SIDE as f64) as f32
    };
    let x = share(f64::from(event.client_x()), frame.left(), frame.width());
    let y = share(f64::from(event.client_y()), frame.top(), frame.height());
    Some((canvas, (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(actions: Vec<Action>) -> State {
        let mut state = State::default();
        for action in actions {
            state.apply(action);
        }
        state
    }

    #[test]
    fn a_pointer_draws_strokes() {
        let state = after(vec![
            Action::Move((1.0, 1.0)),
            Action::Down((5.0, 5.0)),
            Action::Move((5.0, 5.1)),
            Action::Move((9.0, 5.0)),
            Action::Up,
            Action::Move((20.0, 20.0)),
        ]);
        assert_eq!(state.strokes.len(), 1);
        assert_eq!(state.strokes[0].points, [(5.0, 5.0), (9.0, 5.0)]);
        assert_eq!((state.version, state.down), (1, false));
    }

    #[test]
    fn the_keyboard_draws_too() {
        let state = after(vec![
            Action::Nudge(-4.0, 0.0),
            Action::TogglePen,
            Action::Nudge(0.0, 4.0),
            Action::Nudge(-99.0, 0.0),
            Action::TogglePen,
            Action::Nudge(1.0, 0.0),
        ]);
        assert_eq!(state.strokes.len(), 1);
        assert_eq!(
            state.strokes[0].points,
            [(10.0, 14.0), (10.0, 18.0), (0.5, 18.0)]
        );
        assert_eq!(state.spoken(), "Pen up, column 2, row 19");
    }

    #[test]
    fn undo_and_clear_take_back() {
        let stroke = |x| [Action::Down((x, 5.0)), Action::Up];
        let mut actions: Vec<_> = stroke(5.0).into_iter().chain(stroke(9.0)).collect();
        actions.push(Action::Undo);
        let mut state = after(actions);
        assert_eq!((state.strokes.len(), state.version), (1, 3));
        state.apply(Action::Clear);
        assert_eq!((state.strokes.len(), state.version), (0, 4));
        state.apply(Action::Undo);
        assert_eq!(state.version, 4, "nothing to take back");
    }

    #[test]
    fn the_eraser_makes_erasing_strokes() {
        let state = after(vec![
            Action::Erase(true),
            Action::Down((5.0, 5.0)),
            Action::Up,
        ]);
        assert!(state.strokes[0].erases);
    }
}
