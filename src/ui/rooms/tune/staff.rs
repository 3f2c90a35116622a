//! A tune on staves, as SVG.

use std::rc::Rc;

use yew::prelude::*;

use super::glyphs::{self, Glyph};
use super::layout::{
    self, BEAM, CLEF, HEAD, Head, Layout, MARGIN, PITCH, Placed, SIGN, Sign, Value,
};
use crate::tunes::key::SHARPS;
use crate::tunes::{Bar, Key, Tune};

/// Properties of [`Staff`].
#[derive(Properties, PartialEq)]
pub struct StaffProps {
    /// What is drawn.
    pub tune: Rc<Tune>,
    /// Where it stands, for this width.
    pub layout: Rc<Layout>,
    /// Staff spaces from left to right.
    pub width: f64,
    /// So many of its events are shown.
    pub shown: usize,
    /// The event that is looked at.
    #[prop_or_default]
    pub at: Option<usize>,
    /// The event that is heard now.
    #[prop_or_default]
    pub heard: Option<usize>,
    /// So many of the first events are the visitor's choice.
    #[prop_or_default]
    pub given: usize,
    /// Events that are marked, from the first to before the last.
    #[prop_or_default]
    pub marked: Option<(usize, usize)>,
    /// What it is, in words.
    pub label: AttrValue,
}

/// Narrower staves, in staff spaces, come as they are needed.
const GROWS: f64 = 70.0;

/// The staves.
#[component]
pub fn Staff(props: &StaffProps) -> Html {
    let shown = |at: usize| at < props.shown;
    let placed = props.layout.placed.iter().filter(|placed| shown(placed.at));
    // On a wide screen there is room for all from the start; on a phone it grows.
    let staves = if props.width < GROWS {
        placed
            .clone()
            .next_back()
            .map_or(1, |placed| placed.staff + 1)
    } else {
        props.layout.ends.len().max(1)
    };
    let height = 2.0 * MARGIN + PITCH * (staves - 1) as f64 + 4.0;
    let view = format!("0 {:.2} {:.2} {height:.2}", -MARGIN, props.width);
    let beams = props.layout.beams.iter().filter(|beam| shown(beam.at));
    let triplets = props.layout.triplets.iter().filter(|three| shown(three.at));
    html! {
        <svg class="staff" viewBox={view} role="img" aria-label={props.label.clone()} data-shown={props.shown.to_string()}>
            { for (0..staves).map(|staff| lines(props, staff)) }
            { for placed.map(|placed| event(props, placed)) }
            { for beams.map(|beam| {
                let y = top(beam.staff) + beam.y - if beam.up { 0.0 } else { BEAM };
                html! { <rect x={n(beam.x[0] - 0.06)} y={n(y)} width={n(beam.x[1] - beam.x[0] + 0.12)} height={n(BEAM)} /> }
            }) }
            { for triplets.map(|three| html! { <text class="three" x={n(three.x)} y={n(top(three.staff) + three.y)}>{ "3" }</text> }) }
        </svg>
    }
}

fn top(staff: usize) -> f64 {
    PITCH * staff as f64
}

fn n(value: f64) -> String {
    format!("{value:.2}")
}

/// A sign of music with its origin at a place.
fn glyph((_, path): Glyph, x: f64, y: f64) -> Html {
    html! { <path d={path} transform={format!("translate({x:.2} {y:.2}) scale(.01)")} /> }
}

/// Five lines, the clef, the signature, and on the first staff the metre.
fn lines(props: &StaffProps, staff: usize) -> Html {
    let y = top(staff);
    let end = props.layout.ends.get(staff).copied().unwrap_or(props.width);
    let lines: String = (0..5)
        .map(|i| format!("M0 {:.2}H{end:.2}", y + f64::from(i)))
        .collect();
    let key = props.tune.key;
    let signs = signature(key);
    let x = CLEF + SIGN * signs.len() as f64 + 0.3;
    html! {
        <g>
            <path class="lines" d={lines} />
            { glyph(glyphs::CLEF, 0.4, y + 3.0) }
            { for signs.into_iter().enumerate().map(|(i, (sign, line))| glyph(sign, CLEF + SIGN * i as f64, y + line)) }
            if staff == 0 {
                { number(props.tune.metre.beats, x, y + 1.0) }
                { number(props.tune.metre.unit, x, y + 3.0) }
            }
        </g>
    }
}

/// The signs of a key, with the line each stands on.
fn signature(key: Key) -> Vec<(Glyph, f64)> {
    // Where F, C, G … stand as sharps, and B, E, A … as flats, letters above C0.
    let sharps = [38, 35, 39, 36, 33, 37, 34];
    let flats = [34, 37, 33, 36, 32, 35, 31];
    let n = key.signature();
    let (sign, places) = if n > 0 {
        (glyphs::SHARP, sharps)
    } else {
        (glyphs::FLAT, flats)
    };
    let count = usize::from(n.unsigned_abs()).min(SHARPS.len());
    let line = |place: i32| (sign, f64::from(38 - place) / 2.0);
    places.into_iter().take(count).map(line).collect()
}

fn number(number: u8, x: f64, y: f64) -> Html {
    let digits: Vec<usize> = number
        .to_string()
        .bytes()
        .map(|b| usize::from(b - b'0'))
        .collect();
    let width = |digit: usize| f64::from(glyphs::DIGITS[digit].0) / 100.0;
    let whole: f64 = digits.iter().map(|digit| width(*digit)).sum();
    let mut x = x + (layout::METRE - 0.6 - whole) / 2.0;
    let one = |digit: usize| {
        let sign = glyph(glyphs::DIGITS[digit], x, y);
        x += width(digit);
        sign
    };
    digits.into_iter().map(one).collect()
}

fn event(props: &StaffProps, placed: &Placed) -> Html {
    let y = top(placed.staff);
    let at = placed.at;
    let marked = props
        .marked
        .is_some_and(|(first, end)| (first..end).contains(&at));
    let class = classes!(
        "event",
        (props.at == Some(at)).then_some("now"),
        (props.heard == Some(at)).then_some("heard"),
        (at < props.given).then_some("given"),
        marked.then_some("marked"),
    );
    let drawn = match &placed.sign {
        Sign::Note(head) => {
            let is_joined = head.beamed.is_some_and(|last| last < props.shown);
            note(head, is_joined, placed.x, y)
        }
        Sign::Rest(value) => rest(*value, placed.x, y),
        Sign::Bar(bar) => line(*bar, at + 1 == props.tune.events.len(), placed.x, y),
        Sign::Nothing => Html::default(),
    };
    html! {
        <g {class} data-at={at.to_string()}>
            <rect class="ground" x={n(placed.x - 0.35)} y={n(y - 2.0)} width={n(placed.width.max(0.6))} height="8" rx="0.4" />
            { drawn }
        </g>
    }
}

/// A note; while it `is_joined` to others by a beam it has no flags.
fn note(head: &Head, is_joined: bool, x: f64, top: f64) -> Html {
    let y = top + head.y;
    let sign = match head.value.plain {
        192.. => glyphs::WHOLE,
        96.. => glyphs::HALF,
        _ => glyphs::BLACK,
    };
    let stem_x = x + if head.up { HEAD - 0.06 } else { 0.06 };
    let flag = match (is_joined, head.value.flags(), head.up) {
        (true, ..) | (_, 0, _) => None,
        (_, 1, true) => Some(glyphs::FLAG_8_UP),
        (_, 1, false) => Some(glyphs::FLAG_8_DOWN),
        (_, 2, true) => Some(glyphs::FLAG_16_UP),
        (_, 2, false) => Some(glyphs::FLAG_16_DOWN),
        (.., true) => Some(glyphs::FLAG_32_UP),
        (.., false) => Some(glyphs::FLAG_32_DOWN),
    };
    let accidental = head.accidental.map(|alter| match alter {
        ..=-2 => glyphs::DOUBLE_FLAT,
        -1 => glyphs::FLAT,
        0 => glyphs::NATURAL,
        1 => glyphs::SHARP,
        2.. => glyphs::DOUBLE_SHARP,
    });
    let ledgers: String = head
        .ledgers
        .iter()
        .map(|line| format!("M{:.2} {:.2}h1.98", x - 0.4, top + line))
        .collect();
    html! {
        <>
            if !head.ledgers.is_empty() { <path class="lines ledger" d={ledgers} /> }
            if let Some(sign) = accidental { { glyph(sign, x - 1.15, y) } }
            { glyph(sign, x, y) }
            if let Some(end) = head.stem {
                <path class="stem" d={format!("M{stem_x:.2} {y:.2}V{:.2}", top + end)} />
                if let Some(flag) = flag { { glyph(flag, stem_x, top + end) } }
            }
            { dots(head.value, x + HEAD, y) }
        </>
    }
}

/// Dots stand in spaces.
fn dots(value: Value, x: f64, y: f64) -> Html {
    let on_line = (y - y.floor()).abs() < 1e-6;
    let y = if on_line { y - 0.5 } else { y };
    let dot = |i: u8| html! { <circle cx={n(x + 0.45 + 0.5 * f64::from(i))} cy={n(y)} r="0.2" /> };
    (0..value.dots).map(dot).collect()
}

fn rest(value: Value, x: f64, top: f64) -> Html {
    let (sign, y) = match value.plain {
        192.. => (glyphs::REST_WHOLE, 1.0),
        96.. => (glyphs::REST_HALF, 2.0),
        48.. => (glyphs::REST_QUARTER, 2.0),
        24.. => (glyphs::REST_8, 2.0),
        12.. => (glyphs::REST_16, 2.0),
        _ => (glyphs::REST_32, 2.0),
    };
    html! { <>{ glyph(sign, x, top + y) }{ dots(value, x + 1.0, top + 1.5) }</> }
}

/// A line; a double one is another at the very end.
fn line(bar: Bar, is_end: bool, x: f64, top: f64) -> Html {
    let thin = |x: f64| html! { <rect x={n(x)} y={n(top)} width="0.16" height="4" /> };
    let thick = |x: f64| html! { <rect x={n(x)} y={n(top)} width="0.5" height="4" /> };
    let points = |x: f64| {
        let point = |y: f64| html! { <circle cx={n(x)} cy={n(top + y)} r="0.22" /> };
        html! { <>{ point(1.5) }{ point(2.5) }</> }
    };
    let ending = |number: &'static str, x: f64| {
        html! {
            <>
                <path class="stem" d={format!("M{x:.2} {:.2}v-1.6h2.4", top - 0.6)} />
                <text class="ending" x={n(x + 0.4)} y={n(top - 0.8)}>{ number }</text>
            </>
        }
    };
    match bar {
        Bar::Line => thin(x),
        Bar::Double if is_end => html! { <>{ thin(x) }{ thick(x + 0.5) }</> },
        Bar::Double => html! { <>{ thin(x) }{ thin(x + 0.5) }</> },
        Bar::First => html! { <>{ thin(x) }{ ending("1.", x) }</> },
        Bar::Open => html! { <>{ thick(x) }{ thin(x + 0.8) }{ points(x + 1.5) }</> },
        Bar::Close => html! { <>{ points(x) }{ thin(x + 0.5) }{ thick(x + 0.96) }</> },
        Bar::Both => {
            html! { <>{ points(x) }{ thin(x + 0.5) }{ thick(x + 0.96) }{ thin(x + 1.76) }{ points(x + 2.3) }</> }
        }
        Bar::Second => {
            html! { <>{ points(x) }{ thin(x + 0.5) }{ thick(x + 0.96) }{ ending("2.", x + 1.5) }</> }
        }
    }
}
