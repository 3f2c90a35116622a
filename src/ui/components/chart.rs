//! The one chart: lines, histograms, a rule and points on two axes, as plain SVG.
//!
//! A chart is drawn at the width it really has, so its text is never scaled. What it shows
//! is said in its `message`, which is all that a screen reader gets. Layout is pure and
//! tested natively; colours come from the style sheet by [`Tone`].

use std::fmt::Write;

use gloo_events::EventListener;
use web_sys::Element;
use yew::prelude::*;

/// Space for tick labels and the axis title around the plot area, px.
const MARGIN: Margin = Margin {
    left: 34.0,
    right: 16.0,
    top: 8.0,
    bottom: 34.0,
};
/// Width assumed until the real one is known, px.
const FIRST_WIDTH: f64 = 280.0;

/// Width of a letter of a name, about, and height of its line, px.
const LETTER: f64 = 6.4;
const LINE: f64 = 13.0;

struct Margin {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// Which colour of the theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The family's accent.
    Accent,
    /// A second colour that holds its own beside the accent.
    Second,
    /// Quiet grey.
    Muted,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Accent => "tone-accent",
            Self::Second => "tone-second",
            Self::Muted => "tone-muted",
        }
    }
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with its unit; may be empty.
    pub label: AttrValue,
    /// Smallest and largest value shown; the first is smaller.
    pub range: [f64; 2],
    /// Values that get a tick. See [`ticks`] for round ones.
    pub ticks: Vec<f64>,
}

impl Axis {
    /// An axis with about `count` round ticks.
    pub fn new(label: impl Into<AttrValue>, range: [f64; 2], count: usize) -> Self {
        Self {
            label: label.into(),
            range,
            ticks: ticks(range, count),
        }
    }

    /// An axis of powers, with a tick at every 1, 2 and 5 times a power of ten; its range is
    /// positive.
    pub fn powers(label: impl Into<AttrValue>, range: [f64; 2]) -> Self {
        let decades = range.map(|end| end.log10().floor() as i32);
        let ticks = (decades[0]..=decades[1])
            .flat_map(|decade| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(decade)))
            .filter(|tick| (range[0]..=range[1]).contains(tick));
        Self {
            label: label.into(),
            range,
            ticks: ticks.collect(),
        }
    }
}

/// A name written beside a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The name.
    pub text: AttrValue,
    /// Where along x, in data units.
    pub x: f64,
    /// Above the line, or below.
    pub above: bool,
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points, in data units.
    Line {
        /// `(x, y)` in order of x.
        points: Vec<(f64, f64)>,
        /// Colour.
        tone: Tone,
        /// Dashed rather than solid.
        dashed: bool,
        /// Its name.
        label: Option<Label>,
    },
    /// A histogram: `values[i]` over `low + i * bin_width ..`.
    Bins {
        /// Left edge of the first bin.
        low: f64,
        /// Width of a bin.
        bin_width: f64,
        /// Height of each bin.
        values: Vec<f64>,
        /// Colour.
        tone: Tone,
        /// Filled bars rather than an outline.
        filled: bool,
        /// Its name.
        label: Option<Label>,
    },
    /// What lies between two heights, along x.
    Band {
        /// `(x, low, high)` in order of x.
        points: Vec<(f64, f64, f64)>,
        /// Colour.
        tone: Tone,
    },
    /// Small dots.
    Dots {
        /// `(x, y)`.
        points: Vec<(f64, f64)>,
        /// Colour.
        tone: Tone,
    },
    /// A vertical line over the whole height.
    Rule {
        /// Where.
        x: f64,
    },
    /// A dot.
    Point {
        /// Where along x.
        x: f64,
        /// Where along y.
        y: f64,
        /// Colour.
        tone: Tone,
    },
}

impl Mark {
    /// A solid line without a name through points, in data units, in order of x.
    pub fn line(points: Vec<(f64, f64)>, tone: Tone) -> Self {
        Self::Line {
            points,
            tone,
            dashed: false,
            label: None,
        }
    }

    /// A dot.
    pub fn point((x, y): (f64, f64), tone: Tone) -> Self {
        Self::Point { x, y, tone }
    }

    /// The same, if it is a line, dashed.
    pub fn dashed(self) -> Self {
        self.dashed_if(true)
    }

    /// The same, if it is a line, dashed or solid.
    pub fn dashed_if(mut self, is_dashed: bool) -> Self {
        if let Self::Line { dashed, .. } = &mut self {
            *dashed = is_dashed;
        }
        self
    }

    /// The same, if it is a line, with a name or without.
    pub fn named(mut self, name: impl Into<Option<Label>>) -> Self {
        if let Self::Line { label, .. } = &mut self {
            *label = name.into();
        }
        self
    }
}

/// Properties of [`Chart`].
#[derive(Clone, PartialEq, Properties)]
pub struct ChartProps {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Drawn in this order.
    pub marks: Vec<Mark>,
    /// What the chart shows, in a sentence with its numbers.
    pub message: AttrValue,
    /// Height, px.
    #[prop_or(150.0)]
    pub height: f64,
    /// Axes of powers (equal factors are equally far apart): x, y. Their ranges are positive.
    #[prop_or_default]
    pub log: [bool; 2],
}

/// A chart that fills the width of its parent.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let frame = use_node_ref();
    let width = use_measured_width(&frame);
    let layout = Layout {
        log: props.log,
        ..Layout::new(width, props.height, props.x.range, props.y.range)
    };
    html! {
        <div class="chart" ref={frame}>
            <svg width={px(width)} height={px(props.height)} role="img"
                aria-label={props.message.clone()}>
                { axes(&layout, props) }
                { for props.marks.iter().map(|mark| draw(&layout, mark)) }
                // Above all marks: a point must not hide a name.
                { for names(&layout, &props.marks) }
            </svg>
        </div>
    }
}

/// The width of an element, px, measured after each render and when the window changes.
#[hook]
pub fn use_measured_width(node: &NodeRef) -> f64 {
    let width = use_state_eq(|| FIRST_WIDTH);
    let measure = {
        let (node, width) = (node.clone(), width.clone());
        move || {
            let measured = node
                .cast::<Element>()
                .map(|e| e.get_bounding_client_rect().width());
            if let Some(w) = measured.filter(|w| *w >= 1.0) {
                width.set(w.floor());
            }
        }
    };
    use_effect(measure.clone());
    use_effect_with((), move |()| {
        let listener = EventListener::new(&gloo_utils::window(), "resize", move |_| measure());
        move || drop(listener)
    });
    *width
}

fn axes(layout: &Layout, props: &ChartProps) -> Html {
    let (left, right) = (layout.left, layout.left + layout.width);
    let (top, bottom) = (layout.top, layout.top + layout.height);
    let x_ticks = props.x.ticks.iter().map(|&value| {
        let x = layout.x(value);
        html! {
            <g>
                <path class="tick" d={format!("M{x:.1} {bottom:.1}v4")} />
                <text x={px(x)} y={px(bottom + 15.0)} text-anchor="middle">{ tick_text(value) }</text>
            </g>
        }
    });
    let y_ticks = props.y.ticks.iter().map(|&value| {
        let y = layout.y(value);
        html! {
            <g>
                <path class="grid" d={format!("M{left:.1} {y:.1}H{right:.1}")} />
                <text x={px(left - 6.0)} y={px(y + 3.5)} text-anchor="end">{ tick_text(value) }</text>
            </g>
        }
    });
    html! {
        <g aria-hidden="true">
            { for y_ticks }
            <path class="axis" d={format!("M{left:.1} {top:.1}V{bottom:.1}H{right:.1}")} />
            { for x_ticks }
            <text x={px(f64::midpoint(left, right))} y={px(bottom + 30.0)} text-anchor="middle">
                { props.x.label.clone() }
            </text>
            <text x={px(left + 5.0)} y={px(top + 8.0)}>{ props.y.label.clone() }</text>
        </g>
    }
}

fn draw(layout: &Layout, mark: &Mark) -> Html {
    match mark {
        Mark::Line {
            points,
            tone,
            dashed,
            ..
        } => {
            let class = classes!("line", tone.class(), dashed.then_some("dashed"));
            match points[..] {
                // A line of one point has no length.
                [(x, y)] => draw(layout, &Mark::Point { x, y, tone: *tone }),
                _ => html! { <path {class} d={layout.path(points)} /> },
            }
        }
        Mark::Bins {
            low,
            bin_width,
            values,
            tone,
            filled,
            ..
        } => {
            let kind = if *filled { "bars" } else { "line" };
            let d = layout.outline(*low, *bin_width, values);
            html! { <path class={classes!(kind, tone.class())} {d} /> }
        }
        Mark::Band { points, tone } => {
            let up = points.iter().map(|(x, low, _)| (*x, *low));
            let down = points.iter().rev().map(|(x, _, high)| (*x, *high));
            let d = layout.path(&up.chain(down).collect::<Vec<_>>());
            html! { <path class={classes!("bars", tone.class())} {d} /> }
        }
        Mark::Dots { points, tone } => {
            let class = classes!("point", "small", tone.class());
            let dot = |(x, y): &(f64, f64)| {
                html! {
                    <circle class={class.clone()} r="2.5" cx={px(layout.x(*x))} cy={px(layout.y(*y))} />
                }
            };
            html! { <g>{ for points.iter().map(dot) }</g> }
        }
        Mark::Rule { x } => {
            let (x, top, bottom) = (layout.x(*x), layout.top, layout.top + layout.height);
            html! { <path class="rule" d={format!("M{x:.1} {top:.1}V{bottom:.1}")} /> }
        }
        Mark::Point { x, y, tone } => html! {
            <circle class={classes!("point", tone.class())} r="4.5"
                cx={px(layout.x(*x))} cy={px(layout.y(*y))} />
        },
    }
}

/// The names of the marks that have one; none lies on another, if there is room.
fn names(layout: &Layout, marks: &[Mark]) -> Vec<Html> {
    let mut taken = Vec::new();
    let one = |mark| {
        let (label, y, tone) = label_of(mark)?;
        let (x, y, anchor) = layout.label(label, y, &taken);
        taken.push(extent(label, x, y, anchor));
        Some(html! {
            <text class={classes!("name", tone.class())} x={px(x)} y={px(y)} text-anchor={anchor}>
                { label.text.clone() }
            </text>
        })
    };
    marks.iter().filter_map(one).collect()
}

/// The name of a mark that has one, its height there, and its colour.
fn label_of(mark: &Mark) -> Option<(&Label, f64, Tone)> {
    match mark {
        Mark::Line {
            points,
            label: Some(label),
            tone,
            ..
        } => Some((label, height_at(points, label.x), *tone)),
        Mark::Bins {
            low,
            bin_width,
            values,
            label: Some(label),
            tone,
            ..
        } => Some((label, bin_at(*low, *bin_width, values, label.x), *tone)),
        _ => None,
    }
}

/// From where to where a name reaches, and its foot, px.
fn extent(label: &Label, x: f64, y: f64, anchor: &str) -> (f64, f64, f64) {
    let width = LETTER * label.text.chars().count() as f64;
    let left = match anchor {
        "start" => x,
        "end" => x - width,
        _ => x - width / 2.0,
    };
    (left, left + width, y)
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

/// From data units to px.
#[derive(Clone, Debug, PartialEq)]
struct Layout {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    x_range: [f64; 2],
    y_range: [f64; 2],
    /// Axes of powers: x, y.
    log: [bool; 2],
}

impl Layout {
    fn new(width: f64, height: f64, x_range: [f64; 2], y_range: [f64; 2]) -> Self {
        Self {
            left: MARGIN.left,
            top: MARGIN.top,
            width: (width - MARGIN.left - MARGIN.right).max(1.0),
            height: (height - MARGIN.top - MARGIN.bottom).max(1.0),
            x_range,
            y_range,
            log: [false; 2],
        }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + along(value, self.x_range, self.log[0]) * self.width
    }

    fn y(&self, value: f64) -> f64 {
        self.top + (1.0 - along(value, self.y_range, self.log[1])) * self.height
    }

    /// SVG path through points; those that are not finite are left out.
    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut d = String::new();
        for &(x, y) in points
            .iter()
            .filter(|(x, y)| x.is_finite() && y.is_finite())
        {
            let command = if d.is_empty() { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(d, "{command}{:.1} {:.1}", self.x(x), self.y(y));
        }
        d
    }

    /// SVG path of a histogram's outline, from the base line and back to it.
    fn outline(&self, low: f64, bin_width: f64, values: &[f64]) -> String {
        let base = self.y_range[0];
        let mut points = vec![(low, base)];
        for (i, &value) in values.iter().enumerate() {
            let left = low + i as f64 * bin_width;
            points.push((left, value));
            points.push((left + bin_width, value));
        }
        points.push((low + values.len() as f64 * bin_width, base));
        self.path(&points)
    }

    /// Place of a line's name: off the line, off the names that are there, inside the plot area.
    fn label(&self, label: &Label, y: f64, taken: &[(f64, f64, f64)]) -> (f64, f64, &'static str) {
        let anchor = match along(label.x, self.x_range, self.log[0]) {
            a if a < 0.2 => "start",
            a if a > 0.8 => "end",
            _ => "middle",
        };
        let off = if label.above { -9.0 } else { 18.0 };
        let x = self.x(label.x);
        let (high, low) = (self.top + 9.0, self.top + self.height - 4.0);
        let first = (self.y(y) + off).clamp(high, low);
        let is_free = |y: &f64| {
            let (left, right, _) = extent(label, x, *y, anchor);
            let clear = |(l, r, foot): &(f64, f64, f64)| {
                left > *r || right < *l || (y - foot).abs() >= LINE - 0.5
            };
            (high..=low).contains(y) && taken.iter().all(clear)
        };
        let near = (0..8).flat_map(|k| [-1.0, 1.0].map(|way| first + way * LINE * f64::from(k)));
        let y = near.into_iter().find(is_free).unwrap_or(first);
        (x, y, anchor)
    }
}

/// [`share`], or that of the logarithms.
fn along(value: f64, range: [f64; 2], log: bool) -> f64 {
    if log {
        share(value.ln(), range.map(f64::ln))
    } else {
        share(value, range)
    }
}

/// Where `value` lies in `range`, 0..=1 (clamped: nothing is drawn outside the axes).
fn share(value: f64, [low, high]: [f64; 2]) -> f64 {
    if high > low {
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

/// Height of a line at `x`: between two points, or at the nearer end.
fn height_at(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.partition_point(|p| p.0 < x);
    match (
        after.checked_sub(1).and_then(|i| points.get(i)),
        points.get(after),
    ) {
        (Some(&(x0, y0)), Some(&(x1, y1))) if x1 > x0 => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (Some(&(_, y)), _) | (None, Some(&(_, y))) => y,
        (None, None) => 0.0,
    }
}

/// Height of the bin that holds `x`, 0 outside.
fn bin_at(low: f64, bin_width: f64, values: &[f64], x: f64) -> f64 {
    let bin = ((x - low) / bin_width).floor();
    if bin >= 0.0 {
        values.get(bin as usize).copied().unwrap_or(0.0)
    } else {
        0.0
    }
}

/// About `count` round values (1, 2 or 5 times a power of ten apart) within `range`.
pub fn ticks([low, high]: [f64; 2], count: usize) -> Vec<f64> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) || count == 0 {
        return Vec::new();
    }
    let rough = span / count as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .min_by(|a, b| (a / rough).ln().abs().total_cmp(&(b / rough).ln().abs()))
        .unwrap_or(power);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// A tick's number, without digits it does not need.
fn tick_text(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".into()
    } else {
        text.replace('-', "\u{2212}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout::new(350.0, 142.0, [0.0, 1000.0], [0.0, 1.0])
    }

    #[test]
    fn names_keep_off_each_other() {
        let layout = Layout::new(400.0, 200.0, [0.0, 10.0], [0.0, 1.0]);
        let label = |x| Label {
            text: "a forecaster".into(),
            x,
            above: true,
        };
        let mut taken = Vec::new();
        for (x, y) in [(5.0, 0.5), (5.0, 0.5), (5.2, 0.52), (5.0, 0.49), (4.9, 0.5)] {
            let (x, y, anchor) = layout.label(&label(x), y, &taken);
            let place = extent(&label(x), x, y, anchor);
            assert!(place.2 >= layout.top && place.2 <= layout.top + layout.height);
            let far = |other: &(f64, f64, f64)| (place.2 - other.2).abs() > 12.0;
            assert!(taken.iter().all(far), "{taken:?} {place:?}");
            taken.push(place);
        }
        let (_, beside, _) = layout.label(&label(0.5), 0.5, &taken);
        assert_eq!(
            beside,
            layout.label(&label(0.5), 0.5, &[]).1,
            "there is room"
        );
    }

    #[test]
    fn corners_of_the_data_are_corners_of_the_plot() {
        let l = layout();
        assert_eq!((l.x(0.0), l.y(0.0)), (34.0, 108.0));
        assert_eq!((l.x(1000.0), l.y(1.0)), (334.0, 8.0));
        assert_eq!((l.x(500.0), l.y(0.25)), (184.0, 83.0));
        // Outside the axes nothing is drawn.
        assert_eq!((l.x(-5.0), l.y(9.0)), (34.0, 8.0));
    }

    #[test]
    fn equal_factors_are_equally_far_apart_on_axes_of_powers() {
        let l = Layout {
            log: [true, true],
            ..Layout::new(350.0, 142.0, [1.0, 100.0], [0.5, 8.0])
        };
        assert_eq!((l.x(1.0), l.x(10.0), l.x(100.0)), (34.0, 184.0, 334.0));
        assert!((l.y(2.0) - 58.0).abs() < 1e-9);
        // What has no logarithm lies at the low end.
        assert_eq!((l.x(0.0), l.y(-1.0).is_nan()), (34.0, true));
    }

    #[test]
    fn paths_skip_what_is_not_a_number() {
        let l = layout();
        let d = l.path(&[
            (f64::NAN, 0.0),
            (0.0, 0.0),
            (500.0, f64::INFINITY),
            (1000.0, 1.0),
        ]);
        assert_eq!(d, "M34.0 108.0L334.0 8.0");
        assert_eq!(l.path(&[]), "");
    }

    #[test]
    fn a_histogram_starts_and_ends_on_the_base_line() {
        let l = layout();
        let d = l.outline(0.0, 500.0, &[0.5, 1.0]);
        assert_eq!(
            d,
            "M34.0 108.0L34.0 58.0L184.0 58.0L184.0 8.0L334.0 8.0L334.0 108.0"
        );
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            ticks([0.0, 1000.0], 4),
            [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
        );
        assert_eq!(ticks([0.0, 1.0], 2), [0.0, 0.5, 1.0]);
        assert_eq!(
            ticks([-3.0, 3.0], 6),
            [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
        );
        assert_eq!(ticks([1.0, 1.0], 3), [] as [f64; 0]);
        assert_eq!(ticks([0.0, f64::NAN], 3), [] as [f64; 0]);
        for high in [0.037, 0.9, 7.0, 123.0, 4e6] {
            let ts = ticks([0.0, high], 4);
            assert!((3..=8).contains(&ts.len()), "{high}: {ts:?}");
            assert!(ts.iter().all(|t| (0.0..=high * 1.000_001).contains(t)));
        }
    }

    #[test]
    fn powers_have_ticks_at_round_values() {
        let ticks = |range| Axis::powers("", range).ticks;
        assert_eq!(ticks([1.0, 13.0]), [1.0, 2.0, 5.0, 10.0]);
        assert_eq!(ticks([0.4, 5.0]), [0.5, 1.0, 2.0, 5.0]);
        assert_eq!(ticks([190.0, 10_000.0]).len(), 6);
        assert_eq!(ticks([6.0, 9.0]), [] as [f64; 0]);
    }

    #[test]
    fn ticks_read_well() {
        let texts: Vec<_> = [0.0, -0.0, 1000.0, 0.25, -2.0, 0.1 + 0.2]
            .map(tick_text)
            .into();
        assert_eq!(texts, ["0", "0", "1000", "0.25", "\u{2212}2", "0.3"]);
    }

    #[test]
    fn names_stay_inside_the_plot() {
        let l = layout();
        let at = |x, above| Label {
            text: "a".into(),
            x,
            above,
        };
        assert_eq!(l.label(&at(0.0, true), 1.0, &[]), (34.0, 17.0, "start"));
        assert_eq!(l.label(&at(1000.0, false), 0.0, &[]), (334.0, 104.0, "end"));
        assert_eq!(l.label(&at(500.0, true), 0.5, &[]), (184.0, 49.0, "middle"));
    }

    #[test]
    fn heights_are_read_off_lines_and_bins() {
        let line = [(0.0, 1.0), (2.0, 3.0)];
        assert_eq!(height_at(&line, 1.0), 2.0);
        assert_eq!((height_at(&line, -1.0), height_at(&line, 9.0)), (1.0, 3.0));
        assert_eq!(height_at(&[], 1.0), 0.0);
        assert_eq!(bin_at(-1.0, 0.5, &[1.0, 2.0], -0.4), 2.0);
        assert_eq!(
            (
                bin_at(0.0, 1.0, &[1.0], -0.1),
                bin_at(0.0, 1.0, &[1.0], 5.0)
            ),
            (0.0, 0.0)
        );
    }
}
