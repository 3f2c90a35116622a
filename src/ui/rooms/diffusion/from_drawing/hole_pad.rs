//! The given picture with its hole, painted by pointer, by touch or by keyboard.

use std::fmt::Write;
use std::rc::Rc;

use yew::prelude::*;

use crate::data::SIDE;
use crate::ui::components::choice::pressed;
use crate::ui::components::pad::in_pixels;
use crate::ui::components::pen::{Pen, Place, pen_events, pen_mark};
use crate::ui::components::picture::PictureView;
use crate::ui::content::texts;
use crate::ui::state::Hole;

/// Radius of the brush, px of the picture.
const BRUSH: f32 = 2.0;
/// The middle of the picture, where the keyboard's brush starts, px.
const MIDDLE: f32 = SIDE as f32 / 2.0;

/// Properties of [`HolePad`].
#[derive(Clone, PartialEq, Properties)]
pub struct HolePadProps {
    /// The given picture, `[28, 28]` in `[-1, 1]`.
    pub pixels: Rc<Vec<f32>>,
    /// What it shows.
    pub label: AttrValue,
    /// The hole in force.
    pub hole: Hole,
    /// The visitor has painted another.
    pub on_hole: Callback<Hole>,
}

/// What happened on the pad.
enum Action {
    /// Another hole is in force.
    Set(Hole),
    /// The brush does this.
    Brush(Pen),
    /// Make a hole, or give pixels back, from now on.
    Heal(bool),
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    hole: Hole,
    /// The brush is down, and was last there.
    down: Option<Place>,
    heals: bool,
    /// The keyboard's brush; `None` until a key moves it.
    brush: Option<Place>,
    /// Counts finished changes, so that the hole is handed over once for each.
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
    fn new(hole: Hole) -> Self {
        Self {
            hole,
            down: None,
            heals: false,
            brush: None,
            version: 0,
        }
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Set(hole) => self.hole = hole,
            Action::Brush(pen) => self.brush(pen),
            Action::Heal(heals) => self.heals = heals,
        }
    }

    fn brush(&mut self, pen: Pen) {
        match pen {
            Pen::Down(place) => {
                self.brush = None;
                self.down = Some(place);
                self.paint(place);
            }
            Pen::Move(place) => self.drag(place),
            Pen::Up => {
                if self.down.take().is_some() {
                    self.version += 1;
                }
            }
            Pen::Nudge(dx, dy) => {
                let [x, y] = self.brush.unwrap_or([MIDDLE; 2]);
                let moved = [x + f32::from(dx), y + f32::from(dy)];
                self.brush = Some(moved.map(|v| v.clamp(0.0, SIDE as f32)));
            }
            Pen::Toggle | Pen::Dot => {
                let place = self.brush.unwrap_or([MIDDLE; 2]);
                self.brush = Some(place);
                self.paint(place);
                self.version += 1;
            }
            // A hole has no strokes: what was cut out is put back with the other brush.
            Pen::Undo => {}
        }
    }

    fn paint(&mut self, [x, y]: Place) {
        self.hole.paint((x, y), BRUSH, !self.heals);
    }

    /// Paints along the way from where the brush was.
    fn drag(&mut self, [x, y]: Place) {
        let Some([from_x, from_y]) = self.down else {
            return;
        };
        let dabs = (x - from_x).hypot(y - from_y).ceil().max(1.0);
        for k in 1..=dabs as u32 {
            let share = k as f32 / dabs;
            self.paint([from_x + share * (x - from_x), from_y + share * (y - from_y)]);
        }
        self.down = Some([x, y]);
    }

    /// The brush's place in words.
    fn spoken(&self) -> String {
        let Some([x, y]) = self.brush else {
            return String::new();
        };
        let pixels = self.hole.pixels().iter().filter(|&&hole| hole).count();
        format!("Column {x}, row {y}; {pixels} pixels to fill")
    }
}

/// The picture, its hole hatched, and the tools beside it.
#[component]
pub fn HolePad(props: &HolePadProps) -> Html {
    let state = use_reducer(|| State::new(props.hole.clone()));
    {
        let state = state.dispatcher();
        use_effect_with(props.hole.clone(), move |hole| {
            state.dispatch(Action::Set(hole.clone()));
        });
    }
    {
        let (hole, on_hole) = (state.hole.clone(), props.on_hole.clone());
        use_effect_with(state.version, move |version| {
            if *version > 0 {
                on_hole.emit(hole);
            }
        });
    }
    let on_brush = {
        let dispatcher = state.dispatcher();
        Callback::from(move |pen| dispatcher.dispatch(Action::Brush(pen)))
    };
    let pen = pen_events(&on_brush, in_pixels);
    let preset = |name: &'static str, text: &'static str| {
        let pressed = Hole::named(name).as_ref() == Some(&props.hole);
        let onclick = props
            .on_hole
            .reform(move |_: MouseEvent| Hole::named(name).unwrap_or_else(Hole::none));
        html! {
            <button type="button" class="button small" data-hole={name}
                aria-pressed={pressed.to_string()} {onclick}>{ text }</button>
        }
    };
    let on_tool = {
        let dispatcher = state.dispatcher();
        Callback::from(move |heals| dispatcher.dispatch(Action::Heal(heals)))
    };
    html! {
        <>
            <div class="hole-sheet pix" tabindex="0" role="application"
                aria-label={texts::drawing::hole::TITLE} aria-describedby="hole-help"
                onpointerdown={pen.down} onpointermove={pen.moved}
                onpointerup={pen.up.clone()} onpointercancel={pen.up}
                onkeydown={pen.key} onblur={pen.blur}>
                <PictureView class="pix" pixels={props.pixels.clone()} label={props.label.clone()} />
                { hatched(&state.hole) }
                { pen_mark(state.brush.map(|at| at.map(|v| v / SIDE as f32)), false) }
            </div>
            <div class="hole-tools" role="group" aria-label="Hole">
                { preset("top", "Top") }{ preset("left", "Left") }
                { preset("centre", "Centre") }{ preset("none", "Clear") }
                <span class="seg" role="group" aria-label="Brush">
                    { pressed([(false, "Cut out"), (true, "Put back")], state.heals, &on_tool) }
                </span>
            </div>
            <span class="sr-only" role="status">{ state.spoken() }</span>
        </>
    }
}

/// The hole, one rectangle for each run of pixels in a row.
fn hatched(hole: &Hole) -> Html {
    html! {
        <svg class="hatched" viewBox="0 0 28 28" aria-hidden="true">
            <pattern id="hatch" width="1.4" height="1.4" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)">
                <rect width="1.4" height="1.4" class="under" />
                <rect width="0.45" height="1.4" class="line" />
            </pattern>
            <path d={outline(hole.pixels())} fill="url(#hatch)" />
        </svg>
    }
}

fn outline(hole: &[bool]) -> String {
    let mut path = String::new();
    for (y, row) in hole.chunks(SIDE).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} {y}h{}v1H{x}z", run.len());
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pens: Vec<Pen>) -> State {
        let mut state = State::new(Hole::none());
        for pen in pens {
            state.brush(pen);
        }
        state
    }

    fn at(state: &State, x: usize, y: usize) -> bool {
        state.hole.pixels()[y * SIDE + x]
    }

    #[test]
    fn a_pointer_paints_along_its_way() {
        let state = after(vec![
            Pen::Move([2.0, 2.0]),
            Pen::Down([5.0, 5.0]),
            Pen::Move([20.0, 5.0]),
            Pen::Up,
            Pen::Move([20.0, 20.0]),
        ]);
        assert!((4..=20).all(|x| at(&state, x, 5)));
        assert!(!at(&state, 2, 2) && !at(&state, 20, 20) && !at(&state, 12, 8));
        assert_eq!((state.version, state.down), (1, None));
    }

    #[test]
    fn the_keyboard_dabs_and_takes_back() {
        let mut state = after(vec![Pen::Nudge(-4, 0), Pen::Dot]);
        assert!(at(&state, 9, 13) && !at(&state, 14, 13));
        assert_eq!(state.spoken(), "Column 10, row 14; 12 pixels to fill");
        state.apply(Action::Heal(true));
        state.brush(Pen::Dot);
        assert!(state.hole.is_empty());
        assert_eq!(state.version, 2);
    }

    #[test]
    fn the_hatching_covers_the_hole_only() {
        let hole = Hole::new(|x, y| (y == 1 && (3..5).contains(&x)) || (y == 2 && x == 27));
        assert_eq!(outline(hole.pixels()), "M3 1h2v1H3zM27 2h1v1H27z");
    }
}
