//! The given picture with its hole, painted by pointer, by touch or by keyboard.

use std::fmt::Write;
use std::rc::Rc;

use web_sys::{KeyboardEvent, PointerEvent};
use yew::prelude::*;

use crate::data::SIDE;
use crate::ui::components::pad::place;
use crate::ui::components::picture::PictureView;
use crate::ui::content;
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
    /// The brush touches down.
    Down((f32, f32)),
    /// The brush moves while it is down.
    Move((f32, f32)),
    /// The brush is lifted.
    Up,
    /// An arrow key moves the keyboard's brush by so many pixels.
    Nudge(f32, f32),
    /// Space: one dab.
    Dab,
    /// Make a hole, or give pixels back, from now on.
    Heal(bool),
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    hole: Hole,
    /// The brush is down, and was last there.
    down: Option<(f32, f32)>,
    heals: bool,
    /// The keyboard's brush; `None` until a key moves it.
    brush: Option<(f32, f32)>,
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
            Action::Down(point) => {
                self.brush = None;
                self.down = Some(point);
                self.paint(point);
            }
            Action::Move(point) => self.drag(point),
            Action::Up => {
                if self.down.take().is_some() {
                    self.version += 1;
                }
            }
            Action::Nudge(dx, dy) => {
                let (x, y) = self.brush.unwrap_or((MIDDLE, MIDDLE));
                let clamp = |v: f32| v.clamp(0.0, SIDE as f32);
                self.brush = Some((clamp(x + dx), clamp(y + dy)));
            }
            Action::Dab => {
                let point = self.brush.unwrap_or((MIDDLE, MIDDLE));
                self.brush = Some(point);
                self.paint(point);
                self.version += 1;
            }
            Action::Heal(heals) => self.heals = heals,
        }
    }

    fn paint(&mut self, point: (f32, f32)) {
        self.hole.paint(point, BRUSH, !self.heals);
    }

    /// Paints along the way from where the brush was.
    fn drag(&mut self, (x, y): (f32, f32)) {
        let Some((from_x, from_y)) = self.down else {
            return;
        };
        let dabs = (x - from_x).hypot(y - from_y).ceil().max(1.0);
        for k in 1..=dabs as u32 {
            let share = k as f32 / dabs;
            self.paint((from_x + share * (x - from_x), from_y + share * (y - from_y)));
        }
        self.down = Some((x, y));
    }

    /// The brush's place in words.
    fn spoken(&self) -> String {
        let Some((x, y)) = self.brush else {
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
    let tool = |heals: bool, text: &'static str| {
        let dispatcher = state.dispatcher();
        let onclick = Callback::from(move |_: MouseEvent| dispatcher.dispatch(Action::Heal(heals)));
        let pressed = (state.heals == heals).to_string();
        html! { <button type="button" aria-pressed={pressed} {onclick}>{ text }</button> }
    };
    html! {
        <>
            <div class="hole-sheet pix" tabindex="0" role="application"
                aria-label={content::title("drawing", "hole")} aria-describedby="hole-help"
                onpointerdown={on_pointer_down(&state)} onpointermove={on_pointer_move(&state)}
                onpointerup={on_pointer_up(&state)} onpointercancel={on_pointer_up(&state)}
                onkeydown={on_key(&state)}>
                <PictureView class="pix" pixels={props.pixels.clone()} label={props.label.clone()} />
                { hatched(&state.hole) }
                { brush_mark(state.brush) }
            </div>
            <div class="hole-tools" role="group" aria-label="Hole">
                { preset("top", "Top") }{ preset("left", "Left") }
                { preset("centre", "Centre") }{ preset("none", "Clear") }
                <span class="seg" role="group" aria-label="Brush">
                    { tool(false, "Cut out") }{ tool(true, "Put back") }
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

/// The keyboard's brush. It is always there: a new sibling would cost the pad its focus.
fn brush_mark(brush: Option<(f32, f32)>) -> Html {
    let place = |v: f32| 100.0 * v / SIDE as f32;
    let (x, y) = brush.unwrap_or((MIDDLE, MIDDLE));
    let style = format!("left:{:.2}%;top:{:.2}%", place(x), place(y));
    html! { <i class="pad-pen" {style} hidden={brush.is_none()} aria-hidden="true" /> }
}

type Handle = UseReducerHandle<State>;

fn on_pointer_down(state: &Handle) -> Callback<PointerEvent> {
    let dispatcher = state.dispatcher();
    Callback::from(move |event: PointerEvent| {
        if let (0, Some((pad, point))) = (event.button(), place(&event)) {
            // Without capture a stroke ends at the pad's edge: worse, but not an error.
            let _ = pad.set_pointer_capture(event.pointer_id());
            dispatcher.dispatch(Action::Down(point));
        }
    })
}

fn on_pointer_move(state: &Handle) -> Callback<PointerEvent> {
    let dispatcher = state.dispatcher();
    Callback::from(move |event: PointerEvent| {
        if let (true, Some((_, point))) = (event.buttons() & 1 == 1, place(&event)) {
            dispatcher.dispatch(Action::Move(point));
        }
    })
}

fn on_pointer_up(state: &Handle) -> Callback<PointerEvent> {
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
            " " => Action::Dab,
            _ => return,
        };
        // The page does not scroll, and the transport's own keys stay out of it.
        event.prevent_default();
        event.stop_propagation();
        dispatcher.dispatch(action);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(actions: Vec<Action>) -> State {
        let mut state = State::new(Hole::none());
        for action in actions {
            state.apply(action);
        }
        state
    }

    fn at(state: &State, x: usize, y: usize) -> bool {
        state.hole.pixels()[y * SIDE + x]
    }

    #[test]
    fn a_pointer_paints_along_its_way() {
        let state = after(vec![
            Action::Move((2.0, 2.0)),
            Action::Down((5.0, 5.0)),
            Action::Move((20.0, 5.0)),
            Action::Up,
            Action::Move((20.0, 20.0)),
        ]);
        assert!((4..=20).all(|x| at(&state, x, 5)));
        assert!(!at(&state, 2, 2) && !at(&state, 20, 20) && !at(&state, 12, 8));
        assert_eq!((state.version, state.down), (1, None));
    }

    #[test]
    fn the_keyboard_dabs_and_takes_back() {
        let mut state = after(vec![Action::Nudge(-4.0, 0.0), Action::Dab]);
        assert!(at(&state, 9, 13) && !at(&state, 14, 13));
        assert_eq!(state.spoken(), "Column 10, row 14; 12 pixels to fill");
        state.apply(Action::Heal(true));
        state.apply(Action::Dab);
        assert!(state.hole.is_empty());
        assert_eq!(state.version, 2);
    }

    #[test]
    fn the_hatching_covers_the_hole_only() {
        let hole = Hole::new(|x, y| (y == 1 && (3..5).contains(&x)) || (y == 2 && x == 27));
        assert_eq!(outline(hole.pixels()), "M3 1h2v1H3zM27 2h1v1H27z");
    }
}
