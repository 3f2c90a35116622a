//! Points, arrows and paths in the plane, on a canvas that is drawn anew at each change.
//!
//! The canvas knows nothing of what its layers mean. It draws at the screen's own resolution, in the
//! colours of the theme. With `on_pen` it can be drawn on, by pointer, touch or keyboard.

use gloo_events::EventListener;
use std::f64::consts::TAU;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, CssStyleDeclaration, HtmlCanvasElement};
use yew::prelude::*;

use super::chart::Tone;
use super::pen::{Pen, pen_events};
use super::picture;
use crate::data::points::{EXTENT, Point};
use crate::data::{PIXELS, SIDE};

/// Colours of ten classes, to be told apart on light and dark ground; the figures in their midst tell
/// them too.
pub const CLASS_COLOURS: [&str; 10] = [
    "#d1495b", "#3d7dd8", "#2a9d5c", "#b07d12", "#8a5cd6", "#1a9aa8", "#d46a1f", "#8a8f3c",
    "#c653a5", "#7a7f87",
];

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    /// A dot for each point.
    Points {
        /// `[n, 2]`.
        points: Rc<Vec<f32>>,
        /// Colour.
        tone: Tone,
        /// Opacity, `0..=1`.
        strength: f64,
    },
    /// An arrow at each place.
    Arrows {
        /// `[n, 2]`.
        places: Rc<Vec<f32>>,
        /// `[n, 2]`, as long as they are to be seen, in units of the plane.
        arrows: Rc<Vec<f32>>,
        /// Colour.
        tone: Tone,
    },
    /// The way of the first `count` points through the first `until + 1` entries.
    Paths {
        /// Entries of `[n, 2]`.
        positions: Rc<Vec<Vec<f32>>>,
        /// The last entry drawn.
        until: usize,
        /// How many ways.
        count: usize,
        /// Colour.
        tone: Tone,
    },
    /// A value for each cell of a regular grid that fills the plane.
    Heat {
        /// `[side, side]`, row by row from the lower left; 0 is all `low`, 1 all `high`, and
        /// halfway between nothing is seen.
        values: Rc<Vec<f32>>,
        /// Colour of low values.
        low: Tone,
        /// Colour of high values.
        high: Tone,
    },
    /// A bent grid: lines along its rows and columns.
    Mesh {
        /// `[rows, columns, 2]`.
        points: Rc<Vec<f32>>,
        /// Points a row.
        columns: usize,
        /// Colour.
        tone: Tone,
    },
    /// A dot for each point in the colour of its class, and each class's figure in its midst.
    Classes {
        /// `[n, 2]`.
        points: Rc<Vec<f32>>,
        /// `[n]`, `0..=9`.
        labels: Rc<Vec<u8>>,
    },
    /// Pictures side by side over the whole plane.
    Pictures {
        /// `[side, side, 28, 28]` in `-1..=1`, row by row from the upper left.
        pixels: Rc<Vec<f32>>,
    },
    /// An ellipse whose axes are those of the plane.
    Ellipse {
        /// Its middle.
        at: Point,
        /// Half its width, half its height.
        radii: [f32; 2],
        /// Colour.
        tone: Tone,
    },
    /// The keyboard's pen.
    Pen {
        /// Where.
        at: Point,
        /// Does it draw?
        down: bool,
    },
}

/// Properties of [`PlaneView`].
#[derive(Properties, PartialEq)]
pub struct PlaneViewProps {
    /// Drawn in this order.
    pub layers: Vec<Layer>,
    /// What is seen, for those who do not see it.
    pub label: AttrValue,
    /// The canvas, for saving it; one that nobody saves has its own.
    #[prop_or_default]
    pub canvas: Option<NodeRef>,
    /// Who takes the pen; nobody: it is a picture.
    #[prop_or_default]
    pub on_pen: Option<Callback<Pen>>,
}

/// The canvas; a square as wide as its parent.
#[component]
pub fn PlaneView(props: &PlaneViewProps) -> Html {
    let own = use_node_ref();
    let node = props.canvas.clone().unwrap_or(own);
    let canvas = node.clone();
    use_effect_with(props.layers.clone(), move |layers| {
        let layers = layers.clone();
        let paint = move || {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                draw(&canvas, &layers);
            }
        };
        paint();
        // The window's size and the theme's colours may change; the theme's button says so too.
        let listener = EventListener::new(&gloo_utils::window(), "resize", move |_| paint());
        move || drop(listener)
    });
    let Some(on_pen) = &props.on_pen else {
        return html! {
            <canvas ref={node} class="plane-view" role="img"
                aria-label={props.label.clone()} />
        };
    };
    let pen = pen_events(on_pen, |[x, y]| {
        [2.0 * x - 1.0, 1.0 - 2.0 * y].map(|v| EXTENT * v)
    });
    html! {
        <canvas ref={node} class="plane-view pen" tabindex="0" role="application"
            aria-label={props.label.clone()} aria-describedby="plane-pen-help"
            onpointerdown={pen.down} onpointermove={pen.moved} onpointerup={pen.up.clone()}
            onpointercancel={pen.up} onblur={pen.blur} onkeydown={pen.key} />
    }
}

fn draw(canvas: &HtmlCanvasElement, layers: &[Layer]) -> Option<()> {
    let window = gloo_utils::window();
    let style = window.get_computed_style(canvas).ok()??;
    let context = canvas.get_context("2d").ok()??;
    let context = context.dyn_into::<CanvasRenderingContext2d>().ok()?;
    let ratio = window.device_pixel_ratio().clamp(1.0, 3.0);
    let side = (canvas.get_bounding_client_rect().width() * ratio)
        .round()
        .max(1.0);
    if f64::from(canvas.width()) != side {
        canvas.set_width(side as u32);
        canvas.set_height(side as u32);
    }
    let sheet = Sheet {
        context,
        style,
        side,
        ratio,
    };
    sheet.context.set_global_alpha(1.0);
    sheet.context.set_fill_style_str(&sheet.colour("--card"));
    sheet.context.fill_rect(0.0, 0.0, side, side);
    for layer in layers {
        sheet.layer(layer);
    }
    Some(())
}

/// A canvas being drawn on.
struct Sheet {
    context: CanvasRenderingContext2d,
    style: CssStyleDeclaration,
    /// Canvas pixels.
    side: f64,
    /// Canvas pixels a CSS pixel.
    ratio: f64,
}

impl Sheet {
    fn colour(&self, token: &str) -> String {
        let colour = self.style.get_property_value(token).unwrap_or_default();
        colour.trim().to_owned()
    }

    fn pen(&self, tone: Tone, strength: f64, width: f64) {
        let colour = self.colour(match tone {
            Tone::Accent => "--accent",
            Tone::Second => "--second",
            Tone::Muted => "--ink-3",
        });
        self.context.set_fill_style_str(&colour);
        self.context.set_stroke_style_str(&colour);
        self.context.set_global_alpha(strength);
        self.context.set_line_width(width * self.ratio);
        self.context.begin_path();
    }

    fn place(&self, x: f32, y: f32) -> (f64, f64) {
        let share = |v: f32| 0.5 + 0.5 * f64::from(v / EXTENT);
        (share(x) * self.side, (1.0 - share(y)) * self.side)
    }

    fn layer(&self, layer: &Layer) {
        match layer {
            Layer::Points {
                points,
                tone,
                strength,
            } => self.points(points, *tone, *strength),
            Layer::Arrows {
                places,
                arrows,
                tone,
            } => self.arrows(places, arrows, *tone),
            Layer::Paths {
                positions,
                until,
                count,
                tone,
            } => {
                self.paths(positions, *until, *count, *tone);
            }
            Layer::Heat { values, low, high } => self.heat(values, *low, *high),
            Layer::Mesh {
                points,
                columns,
                tone,
            } => self.mesh(points, *columns, *tone),
            Layer::Classes { points, labels } => self.classes(points, labels),
            Layer::Pictures { pixels } => {
                self.pictures(pixels);
            }
            Layer::Ellipse { at, radii, tone } => self.ellipse(*at, *radii, *tone),
            Layer::Pen { at, down } => {
                self.pen(Tone::Second, 1.0, 2.0);
                let (x, y) = self.place(at[0], at[1]);
                self.dot(x, y, 6.0);
                if *down {
                    self.context.fill()
                } else {
                    self.context.stroke()
                }
            }
        }
    }

    /// Adds a circle to the path. Fails only for a negative radius.
    fn dot(&self, x: f64, y: f64, radius: f64) {
        let radius = radius * self.ratio;
        self.context.move_to(x + radius, y);
        let _ = self.context.arc(x, y, radius, 0.0, TAU);
    }

    fn points(&self, points: &[f32], tone: Tone, strength: f64) {
        self.pen(tone, strength, 1.0);
        for point in points.chunks_exact(2) {
            let (x, y) = self.place(point[0], point[1]);
            self.dot(x, y, 1.9);
        }
        self.context.fill();
    }

    fn classes(&self, points: &[f32], labels: &[u8]) {
        let context = &self.context;
        let of_class = |class: u8| {
            let both = points.chunks_exact(2).zip(labels);
            both.filter(move |(_, label)| **label == class)
                .map(|(point, _)| point)
        };
        for (class, colour) in (0..).zip(CLASS_COLOURS) {
            context.set_fill_style_str(colour);
            context.set_global_alpha(0.75);
            context.begin_path();
            for point in of_class(class) {
                let (x, y) = self.place(point[0], point[1]);
                self.dot(x, y, 1.7);
            }
            context.fill();
        }
        context.set_global_alpha(1.0);
        context.set_font(&format!("700 {}px sans-serif", 15.0 * self.ratio));
        context.set_text_align("center");
        context.set_text_baseline("middle");
        context.set_line_width(4.0 * self.ratio);
        context.set_stroke_style_str(&self.colour("--card"));
        context.set_fill_style_str(&self.colour("--ink"));
        let middle = |class: u8| {
            let along = |axis: usize| {
                let mut values: Vec<f32> = of_class(class).map(|point| point[axis]).collect();
                values.sort_by(f32::total_cmp);
                values.get(values.len() / 2).copied()
            };
            Some((class, self.place(along(0)?, along(1)?)))
        };
        let all: Vec<_> = (0..CLASS_COLOURS.len() as u8).filter_map(middle).collect();
        let is_near =
            |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1) < 10.0 * self.ratio;
        // Where all classes lie in one heap, its dots are what there is to see.
        if all.len() > 1 && all.iter().all(|(_, at)| is_near(*at, all[0].1)) {
            return;
        }
        for (number, (class, at)) in all.iter().enumerate() {
            if all[..number]
                .iter()
                .any(|(_, before)| is_near(*at, *before))
            {
                continue;
            }
            // A figure without its outline is still a figure.
            let _ = context.stroke_text(&class.to_string(), at.0, at.1);
            let _ = context.fill_text(&class.to_string(), at.0, at.1);
        }
    }

    fn pictures(&self, pixels: &[f32]) -> Option<()> {
        let side = (pixels.len() / PIXELS).isqrt();
        let sheet = gloo_utils::document().create_element("canvas").ok()?;
        let sheet = sheet.dyn_into::<HtmlCanvasElement>().ok()?;
        sheet.set_width((side * SIDE) as u32);
        sheet.set_height((side * SIDE) as u32);
        picture::draw(&sheet, pixels, side);
        self.context.set_global_alpha(1.0);
        let drawn = self
            .context
            .draw_image_with_html_canvas_element_and_dw_and_dh(
                &sheet, 0.0, 0.0, self.side, self.side,
            );
        drawn.ok()
    }

    fn ellipse(&self, at: Point, radii: [f32; 2], tone: Tone) {
        self.pen(tone, 1.0, 2.0);
        let (x, y) = self.place(at[0], at[1]);
        let [a, b] = radii.map(|r| f64::from(r / EXTENT) * 0.5 * self.side);
        // Fails only for negative radii.
        let _ = self.context.ellipse(x, y, a.abs(), b.abs(), 0.0, 0.0, TAU);
        self.context.stroke();
    }

    fn arrows(&self, places: &[f32], arrows: &[f32], tone: Tone) {
        self.pen(tone, 0.6, 1.2);
        for (place, arrow) in places.chunks_exact(2).zip(arrows.chunks_exact(2)) {
            let (x, y) = self.place(place[0], place[1]);
            let (to_x, to_y) = self.place(place[0] + arrow[0], place[1] + arrow[1]);
            self.context.move_to(x, y);
            self.context.line_to(to_x, to_y);
            // Both barbs of the head, a third of the arrow long.
            let (dx, dy) = ((to_x - x) * 0.34, (to_y - y) * 0.34);
            self.context
                .move_to(to_x - dx - 0.5 * dy, to_y - dy + 0.5 * dx);
            self.context.line_to(to_x, to_y);
            self.context
                .line_to(to_x - dx + 0.5 * dy, to_y - dy - 0.5 * dx);
        }
        self.context.stroke();
    }

    fn heat(&self, values: &[f32], low: Tone, high: Tone) {
        const STRONGEST: f64 = 0.42;
        let count = values.len().isqrt();
        let cell = self.side / count.max(1) as f64;
        for (tone, sign) in [(low, -1.0), (high, 1.0)] {
            self.pen(tone, 0.0, 1.0);
            for (i, value) in values.iter().enumerate() {
                let strength = sign * (2.0 * f64::from(*value) - 1.0);
                if strength > 0.01 {
                    let (column, row) = (i % count, count - 1 - i / count);
                    self.context.set_global_alpha(STRONGEST * strength.min(1.0));
                    // Whole pixels, so that neighbours neither overlap nor leave a seam.
                    let edge = |index: usize| (index as f64 * cell).round();
                    let (x, y) = (edge(column), edge(row));
                    self.context
                        .fill_rect(x, y, edge(column + 1) - x, edge(row + 1) - y);
                }
            }
        }
    }

    fn mesh(&self, points: &[f32], columns: usize, tone: Tone) {
        self.pen(tone, 0.75, 1.0);
        let place = |i: usize| {
            let point = points.get(2 * i..2 * i + 2)?;
            Some(self.place(point[0], point[1]))
        };
        let columns = columns.max(1);
        for i in 0..points.len() / 2 {
            let Some((x, y)) = place(i) else { return };
            let right = (i % columns + 1 < columns).then(|| i + 1);
            for (to_x, to_y) in [right, Some(i + columns)]
                .into_iter()
                .flatten()
                .filter_map(place)
            {
                self.context.move_to(x, y);
                self.context.line_to(to_x, to_y);
            }
        }
        self.context.stroke();
    }

    fn paths(&self, positions: &[Vec<f32>], until: usize, count: usize, tone: Tone) {
        self.pen(tone, 0.45, 1.2);
        for i in 0..count {
            let entries = positions.iter().take(until + 1);
            for (number, entry) in entries.enumerate() {
                let Some([x, y]) = entry.get(2 * i..2 * i + 2).and_then(|p| p.first_chunk()) else {
                    return;
                };
                let (x, y) = self.place(*x, *y);
                if number == 0 {
                    self.context.move_to(x, y)
                } else {
                    self.context.line_to(x, y)
                }
            }
        }
        self.context.stroke();
    }
}
