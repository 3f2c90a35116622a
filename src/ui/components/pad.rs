//! A pad to draw a digit on, by pointer, by touch or by keyboard.
//!
//! The pad shows the strokes where they were drawn; after each stroke it hands over the
//! picture, scaled and centred as the real digits are (see [`crate::ui::ink`]).

use std::rc::Rc;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::choice::pressed;
use super::pen::{Pen, Place, pen_events, pen_mark};
use super::picture::draw;
use crate::data::SIDE;
use crate::ui::content::{self, texts};
use crate::ui::ink::{self, Stroke};

/// Properties of [`Pad`].
#[derive(Clone, PartialEq, Properties)]
pub struct PadProps {
    /// The picture after each stroke, `[28, 28]` in `[-1, 1]`; `None` when nothing is drawn.
    pub on_picture: Callback<Option<Vec<f32>>>,
}

/// What happened on the pad.
enum Action {
    /// The pen does this.
    Pen(Pen),
    /// Draw or erase from now on.
    Erase(bool),
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
    pen: Option<Place>,
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
            Action::Pen(pen) => self.pen(pen),
            Action::Erase(erases) => {
                self.lift();
                self.erases = erases;
            }
            Action::Clear => {
                *self = Self {
                    version: self.version + 1,
                    ..Self::default()
                }
            }
        }
    }

    fn pen(&mut self, pen: Pen) {
        match pen {
            Pen::Down(place) => {
                self.pen = None;
                self.touch_down(place);
            }
            Pen::Move(place) => self.extend(place),
            Pen::Up => self.lift(),
            Pen::Nudge(dx, dy) => {
                let [x, y] = self.here();
                let place = [x + f32::from(dx), y + f32::from(dy)].map(clamp);
                self.pen = Some(place);
                self.extend(place);
            }
            Pen::Toggle if self.down => self.lift(),
            Pen::Toggle => self.press(),
            Pen::Dot => {
                self.lift();
                self.press();
                self.lift();
            }
            Pen::Undo => {
                self.down = false;
                if self.strokes.pop().is_some() {
                    self.version += 1;
                }
            }
        }
    }

    fn here(&self) -> Place {
        self.pen.unwrap_or([MIDDLE; 2])
    }

    /// The keyboard's pen touches down where it is.
    fn press(&mut self) {
        let place = self.here();
        self.pen = Some(place);
        self.touch_down(place);
    }

    fn touch_down(&mut self, [x, y]: Place) {
        self.strokes.push(Stroke {
            points: vec![(x, y)],
            erases: self.erases,
        });
        self.down = true;
    }

    fn extend(&mut self, [to_x, to_y]: Place) {
        if let (true, Some(stroke)) = (self.down, self.strokes.last_mut()) {
            // Points closer than this change nothing that could be seen.
            let far = |&(x, y): &(f32, f32)| (x - to_x).hypot(y - to_y) > 0.2;
            if stroke.points.last().is_none_or(far) {
                stroke.points.push((to_x, to_y));
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
            Some([x, y]) => {
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
                let grey: Vec<_> = ink::ink(strokes).iter().map(|v| 2.0 * v - 1.0).collect();
                draw(&canvas, &grey, 1);
            }
        });
    }
    {
        let (strokes, on_picture) = (state.strokes.clone(), props.on_picture.clone());
        use_effect_with(state.version, move |version| {
            if *version > 0 {
                on_picture.emit(ink::picture(&strokes));
            }
        });
    }
    let on_pen = {
        let dispatcher = state.dispatcher();
        Callback::from(move |pen| dispatcher.dispatch(Action::Pen(pen)))
    };
    let pen = pen_events(&on_pen, in_pixels);
    let act = |action: fn() -> Action| {
        let dispatcher = state.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(action()))
    };
    let on_tool = {
        let dispatcher = state.dispatcher();
        Callback::from(move |erases| dispatcher.dispatch(Action::Erase(erases)))
    };
    let empty = state.strokes.is_empty();
    html! {
        <div class="pad">
            <div class="pad-sheet">
                <canvas ref={canvas} class="pix" width="28" height="28" tabindex="0"
                    role="application" aria-label={texts::diffusion::draw::TITLE}
                    aria-describedby="pad-help"
                    onpointerdown={pen.down} onpointermove={pen.moved}
                    onpointerup={pen.up.clone()} onpointercancel={pen.up}
                    onkeydown={pen.key} onblur={pen.blur} />
                { pen_mark(state.pen.map(|at| at.map(|v| v / SIDE as f32)), state.down) }
            </div>
            <div class="pad-side">
                <div class="pad-tools">
                    <span class="seg" role="group" aria-label="Tool">
                        { pressed([(false, "Pen"), (true, "Eraser")], state.erases, &on_tool) }
                    </span>
                    <button type="button" class="button small" disabled={empty}
                        onclick={act(|| Action::Pen(Pen::Undo))}>{ "Undo" }</button>
                    <button type="button" class="button small" disabled={empty}
                        onclick={act(|| Action::Clear)}>{ "Clear" }</button>
                </div>
                <div class="hint" id="pad-help">{ content::section(texts::diffusion::draw::HTML) }</div>
                <span class="sr-only" role="status">{ state.spoken() }</span>
            </div>
        </div>
    }
}

/// Shares of a picture's sides in px of the picture.
pub fn in_pixels(share: [f32; 2]) -> Place {
    share.map(|share| (share * SIDE as f32).clamp(0.0, SIDE as f32))
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
            Action::Pen(Pen::Move([1.0, 1.0])),
            Action::Pen(Pen::Down([5.0, 5.0])),
            Action::Pen(Pen::Move([5.0, 5.1])),
            Action::Pen(Pen::Move([9.0, 5.0])),
            Action::Pen(Pen::Up),
            Action::Pen(Pen::Move([20.0, 20.0])),
        ]);
        assert_eq!(state.strokes.len(), 1);
        assert_eq!(state.strokes[0].points, [(5.0, 5.0), (9.0, 5.0)]);
        assert_eq!((state.version, state.down), (1, false));
    }

    #[test]
    fn the_keyboard_draws_too() {
        let state = after(vec![
            Action::Pen(Pen::Nudge(-4, 0)),
            Action::Pen(Pen::Toggle),
            Action::Pen(Pen::Nudge(0, 4)),
            Action::Pen(Pen::Nudge(-99, 0)),
            Action::Pen(Pen::Toggle),
            Action::Pen(Pen::Nudge(1, 0)),
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
        let stroke = |x| [Action::Pen(Pen::Down([x, 5.0])), Action::Pen(Pen::Up)];
        let mut actions: Vec<_> = stroke(5.0).into_iter().chain(stroke(9.0)).collect();
        actions.push(Action::Pen(Pen::Undo));
        let mut state = after(actions);
        assert_eq!((state.strokes.len(), state.version), (1, 3));
        state.apply(Action::Clear);
        assert_eq!((state.strokes.len(), state.version), (0, 4));
        state.apply(Action::Pen(Pen::Undo));
        assert_eq!(state.version, 4, "nothing to take back");
    }

    #[test]
    fn the_eraser_makes_erasing_strokes() {
        let state = after(vec![
            Action::Erase(true),
            Action::Pen(Pen::Down([5.0, 5.0])),
            Action::Pen(Pen::Up),
        ]);
        assert!(state.strokes[0].erases);
    }
}
