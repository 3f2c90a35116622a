//! A cloud of points to choose, or to draw oneself: strokes fill cells of a grid.

use std::rc::Rc;

use yew::prelude::*;

use super::chart::Tone;
use super::choice::{place, select};
use super::pen::Pen;
use super::plane_view::Layer;
use crate::data::points::{Cloud, GRID, MAX_CELLS, Point, Preset, cell_at, cell_side};
use crate::ui::content::{self, texts};

/// Cells filled so far, and where the pen is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawing {
    /// Filled cells, in the order in which they were filled.
    pub cells: Vec<[u8; 2]>,
    /// How many cells there were before each stroke.
    strokes: Vec<usize>,
    /// The pen's cell; `None` until a key moves it.
    pen: Option<[u8; 2]>,
    /// The last cell of the stroke under way.
    stroke: Option<[u8; 2]>,
    /// Counts finished changes, so that the drawing is handed over once for each.
    pub version: u32,
}

/// What happens to a drawing.
pub enum Action {
    /// The pen does this.
    Pen(Pen),
    /// All of it goes.
    Clear,
    /// It is this one now.
    Load(Vec<[u8; 2]>),
}

impl Reducible for Drawing {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Pen(pen) => next.pen(pen),
            Action::Clear => {
                next = Self {
                    version: self.version + 1,
                    ..Self::default()
                };
            }
            Action::Load(cells) => {
                if next.cells != cells {
                    next = Self {
                        cells,
                        version: self.version,
                        ..Self::default()
                    };
                }
            }
        }
        Rc::new(next)
    }
}

impl Drawing {
    /// The cloud drawn; `None` while there is nothing.
    pub fn cloud(&self) -> Option<Cloud> {
        let cloud = Cloud::Cells(self.cells.clone());
        cloud.is_valid().then_some(cloud)
    }

    /// Is there room for more?
    pub fn is_full(&self) -> bool {
        self.cells.len() >= MAX_CELLS
    }

    /// The keyboard's pen: the middle of its cell, and whether it draws.
    pub fn shown_pen(&self) -> Option<(Point, bool)> {
        let place = |index: u8| (f32::from(index) + 0.5 - f32::from(GRID) / 2.0) * cell_side();
        self.pen
            .map(|cell| (cell.map(place), self.stroke.is_some()))
    }

    /// The pen's place and state in words.
    pub fn spoken(&self) -> String {
        match self.pen {
            None => String::new(),
            Some([column, row]) => {
                let pen = if self.stroke.is_some() { "down" } else { "up" };
                let cells = self.cells.len();
                format!(
                    "Pen {pen}, column {}, row {}; {cells} dots",
                    column + 1,
                    row + 1
                )
            }
        }
    }

    fn pen(&mut self, pen: Pen) {
        match pen {
            Pen::Down(point) => {
                self.pen = None;
                self.touch(cell_at(point));
            }
            Pen::Move(point) => self.line_to(cell_at(point)),
            Pen::Up => self.lift(),
            Pen::Nudge(dx, dy) => {
                let [column, row] = self.here();
                let moved = |index: u8, by: i8| index.saturating_add_signed(by).min(GRID - 1);
                // Rows count from below.
                let cell = [moved(column, dx), moved(row, -dy)];
                self.pen = Some(cell);
                self.line_to(cell);
            }
            Pen::Toggle if self.stroke.is_some() => self.lift(),
            Pen::Toggle => {
                let cell = self.here();
                self.pen = Some(cell);
                self.touch(cell);
            }
            Pen::Dot => {
                let cell = self.here();
                self.pen = Some(cell);
                self.lift();
                self.touch(cell);
                self.lift();
            }
            Pen::Undo => {
                self.stroke = None;
                if let Some(before) = self.strokes.pop() {
                    self.cells.truncate(before);
                    self.version += 1;
                }
            }
        }
    }

    fn here(&self) -> [u8; 2] {
        self.pen.unwrap_or([GRID / 2; 2])
    }

    fn touch(&mut self, cell: [u8; 2]) {
        self.strokes.push(self.cells.len());
        self.stroke = Some(cell);
        self.fill(cell);
    }

    /// Fills the cells between the stroke's last one and `to`.
    fn line_to(&mut self, to: [u8; 2]) {
        let Some(from) = self.stroke else { return };
        let far = |i: usize| i32::from(to[i]) - i32::from(from[i]);
        let steps = far(0).abs().max(far(1).abs());
        for step in 1..=steps {
            let at = |i: usize| (i32::from(from[i]) + (far(i) * step) / steps) as u8;
            self.fill([at(0), at(1)]);
        }
        self.stroke = Some(to);
    }

    fn fill(&mut self, cell: [u8; 2]) {
        if !self.is_full() && !self.cells.contains(&cell) {
            self.cells.push(cell);
        }
    }

    fn lift(&mut self) {
        if self.stroke.take().is_some() {
            self.version += 1;
        }
    }
}

/// Properties of [`CloudField`].
#[derive(Clone, PartialEq, Properties)]
pub struct CloudFieldProps {
    /// The cloud in use.
    pub cloud: Cloud,
    /// The visitor draws.
    pub editing: bool,
    /// The visitor wants another cloud.
    pub on_cloud: Callback<Cloud>,
    /// The visitor wants to draw, or no longer.
    pub on_edit: Callback<()>,
}

/// Presets, and one's own drawing.
#[component]
pub fn CloudField(props: &CloudFieldProps) -> Html {
    let chosen = match &props.cloud {
        Cloud::Preset(preset) if !props.editing => place(&Preset::ALL, *preset),
        _ => Preset::ALL.len(),
    };
    let mut options: Vec<String> = Preset::ALL.map(|preset| preset.name().to_owned()).into();
    options.push("your drawing".into());
    let on = {
        let (on_cloud, on_edit) = (props.on_cloud.clone(), props.on_edit.clone());
        Callback::from(move |index: usize| match Preset::ALL.get(index) {
            Some(preset) => on_cloud.emit(Cloud::Preset(*preset)),
            None => on_edit.emit(()),
        })
    };
    let edit = props.on_edit.reform(|_: MouseEvent| ());
    html! {
        <span class="field">
            { select("Data", "data", &options, chosen, on) }
            <button type="button" class="button small draw" aria-pressed={props.editing.to_string()}
                onclick={edit}>{ "Draw" }</button>
        </span>
    }
}

/// A drawing in step with the cloud in use: a finished stroke becomes the cloud, and a cloud that
/// was drawn can be drawn on.
#[hook]
pub fn use_drawing(
    cloud: &Cloud,
    editing: bool,
    on_cloud: Callback<Cloud>,
) -> UseReducerHandle<Drawing> {
    let drawing = use_reducer_eq(Drawing::default);
    {
        let drawing = drawing.dispatcher();
        use_effect_with(cloud.clone(), move |cloud| {
            if let Cloud::Cells(cells) = cloud {
                drawing.dispatch(Action::Load(cells.clone()));
            }
        });
    }
    let (old, drawn) = (cloud.clone(), drawing.cloud());
    use_effect_with((drawing.version, editing), move |_| {
        if let Some(drawn) = drawn.filter(|drawn| editing && *drawn != old) {
            on_cloud.emit(drawn);
        }
    });
    drawing
}

/// What the sheet shows while it is drawn on.
pub fn drawing_layers(drawing: &Drawing) -> Vec<Layer> {
    let mut layers = Vec::new();
    if let Some(cloud) = drawing.cloud() {
        let points = cloud.points(3 * drawing.cells.len(), 0, 0, 0);
        layers.push(Layer::Points {
            points: Rc::new(points),
            tone: Tone::Accent,
            strength: 0.8,
        });
    }
    if let Some((at, down)) = drawing.shown_pen() {
        layers.push(Layer::Pen { at, down });
    }
    layers
}

/// What helps drawing.
pub fn drawing_tools(drawing: &UseReducerHandle<Drawing>, editing: &UseStateHandle<bool>) -> Html {
    let send = |action: fn() -> Action| {
        let drawing = drawing.dispatcher();
        Callback::from(move |_: MouseEvent| drawing.dispatch(action()))
    };
    let empty = drawing.cells.is_empty();
    let done = {
        let editing = editing.setter();
        Callback::from(move |_: MouseEvent| editing.set(false))
    };
    html! {
        <div class="plane-tools">
            <button type="button" class="button small" disabled={empty}
                onclick={send(|| Action::Pen(Pen::Undo))}>{ "Undo" }</button>
            <button type="button" class="button small" disabled={empty}
                onclick={send(|| Action::Clear)}>{ "Clear" }</button>
            <button type="button" class="button small done" onclick={done}>{ "Done" }</button>
            <div class="hint" id="plane-pen-help">{ content::section(texts::plane::draw::HTML) }</div>
            if empty { <p class="notice" role="status">{ texts::plane::draw_empty::PLAIN }</p> }
            if drawing.is_full() { <p class="notice" role="status">{ texts::plane::draw_full::PLAIN }</p> }
            <span class="sr-only" role="status">{ drawing.spoken() }</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pens: Vec<Pen>) -> Drawing {
        let mut drawing = Drawing::default();
        for pen in pens {
            drawing.pen(pen);
        }
        drawing
    }

    #[test]
    fn a_pointer_draws_lines() {
        let drawing = drawn(vec![
            Pen::Move([1.0, 1.0]),
            Pen::Down([0.0, 0.0]),
            Pen::Move([0.5, 0.0]),
            Pen::Up,
            Pen::Move([2.0, 2.0]),
        ]);
        let want: Vec<_> = (32..=37).map(|column| [column, 32]).collect();
        assert_eq!((drawing.cells.clone(), drawing.version), (want, 1));
        assert_eq!(drawing.shown_pen(), None);
        assert!(drawing.cloud().is_some());
    }

    #[test]
    fn the_keyboard_draws_lines_and_dots() {
        let drawing = drawn(vec![
            Pen::Nudge(-4, 0),
            Pen::Dot,
            Pen::Nudge(0, -4),
            Pen::Toggle,
            Pen::Nudge(2, -2),
            Pen::Toggle,
            Pen::Nudge(-100, 0),
        ]);
        assert_eq!(drawing.cells, [[28, 32], [28, 36], [29, 37], [30, 38]]);
        assert_eq!(drawing.spoken(), "Pen up, column 1, row 39; 4 dots");
        let (at, down) = drawing.shown_pen().expect("moved by keys");
        assert_eq!((cell_at(at), down), ([0, 38], false));
    }

    #[test]
    fn undo_takes_strokes_back_and_nothing_is_no_cloud() {
        let stroke = |x| vec![Pen::Down([x, 0.0]), Pen::Move([x, 1.0]), Pen::Up];
        let mut drawing = drawn([stroke(0.0), stroke(1.0)].concat());
        let n = drawing.cells.len();
        drawing.pen(Pen::Undo);
        assert_eq!(drawing.cells.len(), n / 2);
        drawing.pen(Pen::Undo);
        assert_eq!((drawing.cloud(), drawing.version), (None, 4));
        drawing.pen(Pen::Undo);
        assert_eq!(drawing.version, 4, "nothing to take back");
    }

    #[test]
    fn there_is_room_for_so_many_dots() {
        let mut drawing = Drawing::default();
        for row in 0..GRID {
            drawing.touch([0, row]);
            drawing.line_to([GRID - 1, row]);
            drawing.lift();
        }
        assert!(drawing.is_full() && drawing.cells.len() == MAX_CELLS);
        assert!(drawing.cloud().is_some());
    }
}
