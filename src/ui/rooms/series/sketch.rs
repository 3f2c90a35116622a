//! A series drawn by hand: one value a column, by pointer, by touch or by keyboard.

use std::rc::Rc;

use yew::prelude::*;

use crate::models::series::LEAST_VALUES;
use crate::ui::components::pen::{Pen, Place, pen_events, pen_mark};
use crate::ui::content::{self, texts};

/// Values of a whole curve.
const COLUMNS: usize = 80;
/// The largest value; the smallest is 0.
const TOP: f32 = 100.0;

/// What is drawn, and where the pen is.
#[derive(Clone, Debug, Default, PartialEq)]
struct Curve {
    /// By column; nothing where nobody drew.
    values: Vec<Option<f32>>,
    /// Where the stroke under way was last.
    down: Option<Place>,
    /// The keyboard's pen; `None` until a key moves it.
    pen: Option<Place>,
    /// Counts finished strokes.
    version: u32,
}

enum Action {
    Pen(Pen),
    Clear,
}

impl Reducible for Curve {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut curve = (*self).clone();
        match action {
            Action::Pen(pen) => curve.pen(pen),
            Action::Clear => {
                curve = Self {
                    version: self.version + 1,
                    ..Self::default()
                }
            }
        }
        Rc::new(curve)
    }
}

impl Curve {
    fn pen(&mut self, pen: Pen) {
        match pen {
            Pen::Down(place) => {
                self.pen = None;
                self.draw(place);
            }
            Pen::Move(place) => {
                if self.down.is_some() {
                    self.draw(place);
                }
            }
            Pen::Nudge(dx, dy) => {
                let [x, y] = self.here();
                let step = TOP / 50.0;
                let place = [x + f32::from(dx), y + step * f32::from(dy)];
                self.pen = Some(within(place));
                if self.down.is_some() {
                    self.draw(place);
                }
            }
            Pen::Toggle if self.down.is_some() => self.lift(),
            Pen::Toggle => {
                self.pen = Some(self.here());
                self.draw(self.here());
            }
            Pen::Dot => {
                self.pen = Some(self.here());
                self.draw(self.here());
                self.lift();
            }
            Pen::Up => self.lift(),
            Pen::Undo => {}
        }
    }

    fn here(&self) -> Place {
        self.pen.unwrap_or([0.5, TOP / 2.0])
    }

    /// Up to here, in a straight line from where the stroke was.
    fn draw(&mut self, to: Place) {
        let to = within(to);
        let from = self.down.unwrap_or(to);
        self.values.resize(COLUMNS, None);
        let [a, b] = [from, to].map(|[x, _]| x as usize);
        for column in a.min(b)..=a.max(b) {
            let share = match a == b {
                true => 1.0,
                false => (column as f32 - a as f32) / (b as f32 - a as f32),
            };
            self.values[column] = Some(TOP - (from[1] + share * (to[1] - from[1])));
        }
        self.down = Some(to);
    }

    fn lift(&mut self) {
        if self.down.take().is_some() {
            self.version += 1;
        }
    }

    /// Columns with their values, in order.
    fn points(&self) -> impl Iterator<Item = (usize, f32)> {
        let all = self.values.iter().enumerate();
        all.filter_map(|(column, value)| Some((column, (*value)?)))
    }

    /// The values from the first column drawn to the last, straight where nobody drew; nothing if they are
    /// too few.
    fn text(&self) -> Option<String> {
        let points: Vec<(usize, f32)> = self.points().collect();
        let mut values = Vec::new();
        for pair in points.windows(2) {
            let [(a, from), (b, to)] = [pair[0], pair[1]];
            let step = (to - from) / (b - a) as f32;
            values.extend((0..b - a).map(|i| from + step * i as f32));
        }
        values.extend(points.last().map(|(_, value)| *value));
        let lines: Vec<String> = values.iter().map(|value| format!("{value:.1}")).collect();
        (values.len() >= LEAST_VALUES).then(|| lines.join("\n"))
    }

    /// The pen's place and state in words.
    fn spoken(&self) -> String {
        let Some([x, y]) = self.pen else {
            return String::new();
        };
        let words = match self.down {
            Some(_) => texts::series::pen_down::PLAIN,
            None => texts::series::pen_up::PLAIN,
        };
        let values = [
            ("column", (x as usize + 1).to_string()),
            ("value", format!("{:.0}", TOP - y)),
        ];
        content::fill(words, &values)
    }
}

fn within([x, y]: Place) -> Place {
    [x.clamp(0.0, COLUMNS as f32 - 0.5), y.clamp(0.0, TOP)]
}

/// Columns, and values from the top.
fn place([x, y]: [f32; 2]) -> Place {
    [x * COLUMNS as f32, y * TOP]
}

/// Properties of [`Sketch`].
#[derive(PartialEq, Properties)]
pub struct SketchProps {
    /// A curve is drawn: its values, one a line.
    pub on_text: Callback<String>,
}

/// The sheet.
#[component]
pub fn Sketch(props: &SketchProps) -> Html {
    let curve = use_reducer(Curve::default);
    {
        let (text, on_text) = (curve.text(), props.on_text.clone());
        use_effect_with(curve.version, move |version| {
            if let Some(text) = text.filter(|_| *version > 0) {
                on_text.emit(text);
            }
        });
    }
    let on_pen = {
        let dispatcher = curve.dispatcher();
        Callback::from(move |pen| dispatcher.dispatch(Action::Pen(pen)))
    };
    let onclick = {
        let dispatcher = curve.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(Action::Clear))
    };
    let pen = pen_events(&on_pen, place);
    let points: Vec<String> = curve
        .points()
        .map(|(column, value)| format!("{},{}", column as f32 + 0.5, TOP - value))
        .collect();
    let mark = curve.pen.map(|[x, y]| [x / COLUMNS as f32, y / TOP]);
    html! {
        <div class="series-sketch">
            <div class="sheet" tabindex="0" role="application" aria-label={texts::series::sketch::TITLE} aria-describedby="sketch-help"
                onpointerdown={pen.down} onpointermove={pen.moved} onpointerup={pen.up.clone()} onpointercancel={pen.up}
                onkeydown={pen.key} onblur={pen.blur}>
                <svg viewBox={format!("0 0 {COLUMNS} {TOP}")} preserveAspectRatio="none" aria-hidden="true">
                    <polyline points={points.join(" ")} />
                </svg>
                { pen_mark(mark, curve.down.is_some()) }
            </div>
            <p class="hint" id="sketch-help">{ texts::series::sketch::PLAIN }</p>
            <span class="sr-only" role="status">{ curve.spoken() }</span>
            if !points.is_empty() {
                <button type="button" class="button small" {onclick}>{ texts::series::sketch_clear::PLAIN }</button>
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pens: &[Pen]) -> Curve {
        let mut curve = Curve::default();
        for pen in pens {
            curve.pen(*pen);
        }
        curve
    }

    #[test]
    fn a_stroke_fills_its_columns() {
        let curve = drawn(&[Pen::Down([0.0, 100.0]), Pen::Move([10.0, 0.0]), Pen::Up]);
        let text = curve.text().expect("long enough");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 11);
        assert_eq!((lines[0], lines[5], lines[10]), ("0.0", "50.0", "100.0"));
        assert_eq!(curve.version, 1);
        let short = drawn(&[Pen::Down([3.0, 1.0]), Pen::Move([6.0, 1.0]), Pen::Up]);
        assert_eq!(short.text(), None);
    }

    #[test]
    fn gaps_are_straight_and_the_sheet_has_an_end() {
        let curve = drawn(&[
            Pen::Down([75.0, 50.0]),
            Pen::Move([500.0, -9.0]),
            Pen::Up,
            Pen::Down([60.0, 20.0]),
            Pen::Up,
        ]);
        let values: Vec<f32> = curve
            .text()
            .expect("long enough")
            .lines()
            .map(|line| line.parse().expect("a number"))
            .collect();
        assert_eq!(values.len(), 20, "columns 60 to 79");
        assert_eq!((values[0], values[15], values[19]), (80.0, 50.0, 100.0));
        assert_eq!(values[3], 74.0);
    }

    #[test]
    fn keys_draw_as_well() {
        let mut pens = vec![Pen::Toggle];
        pens.extend([Pen::Nudge(1, -1); 9]);
        pens.push(Pen::Toggle);
        let curve = drawn(&pens);
        let text = curve.text().expect("long enough");
        assert!(
            text.starts_with("50.0\n52.0") && text.ends_with("68.0"),
            "{text}"
        );
        assert!(curve.spoken().contains("10"), "{}", curve.spoken());
    }
}
