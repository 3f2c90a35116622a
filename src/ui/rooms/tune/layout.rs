//! Where the signs of a tune stand on staves (pure). All lengths are in staff spaces; y grows downwards,
//! from the top line of the first staff.

use crate::tunes::abc::is_triplet;
use crate::tunes::bars::upbeat;
use crate::tunes::{Bar, Event, QUARTER, Tune};

/// From one staff's top line to the next.
pub const PITCH: f64 = 12.0;
/// Above the first staff's top line and below the last one's bottom line.
pub const MARGIN: f64 = 4.5;
/// Length of a stem.
const STEM: f64 = 3.5;
/// Width of a note's head.
pub const HEAD: f64 = 1.18;
/// Letters above C0 of the top line, F5.
const TOP: i32 = 38;
/// And of the middle line, B4: stems of notes from there on go down.
const MIDDLE: i32 = 34;

/// How a length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    /// Ticks of the plain note.
    pub plain: u16,
    /// Dots after it: each adds half of what is before.
    pub dots: u8,
}

impl Value {
    /// Of ticks; of a length that no single note has, the longest note within it.
    pub fn of(ticks: u16) -> Self {
        let all = (0..8).map(|i| (16 * QUARTER) >> (i + 2));
        let plains = all.filter(|plain| *plain >= 6);
        let mut best = Self { plain: 6, dots: 0 };
        for plain in plains {
            for dots in 0..3u8 {
                let value = Self { plain, dots };
                let is_nearer = value.ticks() > best.ticks() || best.ticks() > ticks;
                if value.ticks() <= ticks && is_nearer {
                    best = value;
                }
            }
        }
        best
    }

    fn ticks(self) -> u16 {
        2 * self.plain - (self.plain >> self.dots)
    }

    /// Flags or beams.
    pub fn flags(self) -> u8 {
        match self.plain {
            48.. => 0,
            24.. => 1,
            12.. => 2,
            _ => 3,
        }
    }
}

/// An event on its staff.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its place in the row.
    pub at: usize,
    /// Which staff, from 0.
    pub staff: usize,
    /// Left edge of its head or line.
    pub x: f64,
    /// Room it takes, from `x` on.
    pub width: f64,
    /// What is drawn.
    pub sign: Sign,
}

/// What is drawn of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Sign {
    /// A note.
    Note(Head),
    /// A rest.
    Rest(Value),
    /// A line between bars.
    Bar(Bar),
    /// What takes no time and is no line.
    Nothing,
}

/// A note.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Its middle, from its staff's top line.
    pub y: f64,
    /// How it is written.
    pub value: Value,
    /// The sign before it, semitones: none if it goes without saying.
    pub accidental: Option<i32>,
    /// Does its stem go up?
    pub up: bool,
    /// Where its stem ends; none of a whole note.
    pub stem: Option<f64>,
    /// The last note that it is joined to by a beam, if it is: then it has no flags.
    pub beamed: Option<usize>,
    /// Lines it stands on beside the staff, from the staff's top line.
    pub ledgers: Vec<f64>,
}

/// A beam over notes of a staff.
#[derive(Clone, Debug, PartialEq)]
pub struct Beam {
    /// Which staff.
    pub staff: usize,
    /// From the first stem to the last.
    pub x: [f64; 2],
    /// Its edge at the stems' ends.
    pub y: f64,
    /// Do stems go up to it?
    pub up: bool,
    /// The event that completes it.
    pub at: usize,
}

/// A number above or below three notes.
#[derive(Clone, Debug, PartialEq)]
pub struct Triplet {
    /// Which staff.
    pub staff: usize,
    /// Its middle.
    pub x: f64,
    /// Its foot.
    pub y: f64,
    /// The event that completes it.
    pub at: usize,
}

/// A tune on staves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Every event.
    pub placed: Vec<Placed>,
    /// Beams.
    pub beams: Vec<Beam>,
    /// Numbers over triplets.
    pub triplets: Vec<Triplet>,
    /// Where each staff ends.
    pub ends: Vec<f64>,
}

/// Room of the clef, and of each sign of the signature.
pub const CLEF: f64 = 3.6;
/// See [`CLEF`].
pub const SIGN: f64 = 1.05;
/// Room of the metre.
pub const METRE: f64 = 2.6;

/// Where the notes of a staff begin.
fn start(tune: &Tune, staff: usize) -> f64 {
    let signs = f64::from(tune.key.signature().unsigned_abs());
    let metre = if staff == 0 { METRE } else { 0.0 };
    CLEF + SIGN * signs + metre + 0.8
}

/// Room of an event, without the sign before it.
fn room(event: Event) -> f64 {
    match event {
        Event::Bar(Bar::Line) => 1.2,
        Event::Bar(Bar::Double | Bar::First) => 1.8,
        Event::Bar(_) => 2.6,
        event => {
            let sixteenths = f64::from(event.ticks().max(6)) / 12.0;
            2.0 + 0.75 * sixteenths.log2()
        }
    }
}

/// How wide a line between bars is drawn.
fn drawn(bar: Bar) -> f64 {
    match bar {
        Bar::Line | Bar::First => 0.16,
        Bar::Double => 1.0,
        Bar::Open => 1.72,
        Bar::Close | Bar::Second => 1.46,
        Bar::Both => 2.52,
    }
}

/// Places a tune on staves of this width.
pub fn layout(tune: &Tune, width: f64) -> Layout {
    let mut layout = Layout::default();
    let signs = signs(tune);
    let mut first = 0;
    let mut staff = 0;
    while first < tune.events.len() {
        let from = start(tune, staff);
        let (count, used) = fitting(&tune.events[first..], &signs[first..], width - from);
        let is_last = first + count == tune.events.len();
        // All staves but the last fill the width.
        let stretch = if is_last { 1.0 } else { (width - from) / used };
        let mut x = from;
        let events = tune.events.iter().zip(&signs).enumerate();
        for (at, (event, sign)) in events.skip(first).take(count) {
            let (before, room) = (lead(sign), room(*event));
            layout.placed.push(Placed {
                at,
                staff,
                x: x + before,
                width: room * stretch,
                sign: sign.clone(),
            });
            x += (before + room) * stretch;
        }
        let mut end = if is_last { x.min(width) } else { width };
        // A line that ends a staff is its end.
        if let Some(last) = layout.placed.last_mut()
            && let Sign::Bar(bar) = last.sign
        {
            let drawn = drawn(bar);
            if is_last {
                end = (last.x + drawn).min(width);
            } else {
                last.x = end - drawn;
            }
            last.width = drawn;
        }
        layout.ends.push(end);
        (first, staff) = (first + count, staff + 1);
    }
    join(tune, &mut layout);
    layout
}

/// Room of the sign before a note.
fn lead(sign: &Sign) -> f64 {
    match sign {
        Sign::Note(Head {
            accidental: Some(_),
            ..
        }) => 1.2,
        _ => 0.0,
    }
}

/// How many events fit a width, and what they take: whole bars, or what fits of one that is too long.
fn fitting(events: &[Event], signs: &[Sign], width: f64) -> (usize, f64) {
    let mut used = 0.0;
    let mut whole = None;
    for (i, (event, sign)) in events.iter().zip(signs).enumerate() {
        let more = lead(sign) + room(*event);
        if used + more > width && i > 0 {
            return whole.unwrap_or((i, used));
        }
        // What opens a part, or an ending, stands at the beginning of a staff.
        if matches!(event, Event::Bar(Bar::Open | Bar::First)) && i > 0 {
            whole = Some((i, used));
        }
        used += more;
        if matches!(event, Event::Bar(bar) if !matches!(bar, Bar::Open | Bar::First)) {
            whole = Some((i + 1, used));
        }
    }
    (events.len(), used)
}

/// What is drawn of each event, without its place.
fn signs(tune: &Tune) -> Vec<Sign> {
    let mut altered: Vec<(i32, i32)> = Vec::new();
    let mut triplet = 0;
    let mut all = Vec::new();
    for (i, event) in tune.events.iter().enumerate() {
        if triplet == 0 && is_triplet(&tune.events[i..]) {
            triplet = 3;
        }
        let mut ticks = event.ticks() as u16;
        if triplet > 0 {
            triplet -= 1;
            ticks = ticks / 2 * 3;
        }
        all.push(match event {
            Event::Note(note) => {
                let height = tune.key.height(note.step, note.alter);
                let known = altered.iter().find(|(place, _)| *place == height.place);
                let stands = known.map_or(tune.key.alters(height.letter()), |(_, alter)| *alter);
                let accidental = (stands != height.alter).then_some(height.alter);
                if accidental.is_some() {
                    altered.retain(|(place, _)| *place != height.place);
                    altered.push((height.place, height.alter));
                }
                let y = f64::from(TOP - height.place) / 2.0;
                let value = Value::of(ticks);
                let up = height.place < MIDDLE;
                let end = if up {
                    (y - STEM).min(2.0)
                } else {
                    (y + STEM).max(2.0)
                };
                Sign::Note(Head {
                    y,
                    value,
                    accidental,
                    up,
                    stem: (value.plain < 4 * QUARTER).then_some(end),
                    beamed: None,
                    ledgers: ledgers(height.place),
                })
            }
            Event::Bar(bar) => {
                altered.clear();
                Sign::Bar(*bar)
            }
            Event::Rest(1..) => Sign::Rest(Value::of(ticks)),
            _ => Sign::Nothing,
        });
    }
    all
}

fn ledgers(place: i32) -> Vec<f64> {
    let y = |place: i32| f64::from(TOP - place) / 2.0;
    let above = (TOP + 2..=place).step_by(2).map(y);
    let below = (place..=TOP - 10)
        .rev()
        .filter(|p| (TOP - p) % 2 == 0)
        .map(y);
    above.chain(below).collect()
}

/// Beams and triplets.
fn join(tune: &Tune, layout: &mut Layout) {
    let beat = tune.metre.beat();
    let mut group: Vec<usize> = Vec::new();
    let mut ticks = upbeat(tune, 0);
    for at in 0..tune.events.len() {
        let event = tune.events[at];
        if let Event::Bar(_) = event {
            close(layout, &mut group);
            ticks = upbeat(tune, at + 1);
            continue;
        }
        if ticks.is_multiple_of(beat) {
            close(layout, &mut group);
        }
        match &layout.placed[at].sign {
            Sign::Note(head) if head.value.flags() > 0 => {
                let same = group
                    .last()
                    .is_none_or(|last| layout.placed[*last].staff == layout.placed[at].staff);
                if !same {
                    close(layout, &mut group);
                }
                group.push(at);
            }
            _ => close(layout, &mut group),
        }
        ticks += event.ticks();
    }
    close(layout, &mut group);
    let mut at = 0;
    while at < tune.events.len() {
        if is_triplet(&tune.events[at..]) {
            triplet(layout, at);
            at += 3;
        } else {
            at += 1;
        }
    }
}

/// Thickness of a beam, and from one to the next.
pub const BEAM: f64 = 0.5;
const NEXT_BEAM: f64 = 0.75;

/// Ends a group of notes: two and more get a beam.
fn close(layout: &mut Layout, group: &mut Vec<usize>) {
    let all = std::mem::take(group);
    if all.len() < 2 {
        return;
    }
    let head = |layout: &Layout, at: usize| match &layout.placed[at].sign {
        Sign::Note(head) => head.clone(),
        _ => unreachable!("a group is of notes"),
    };
    let heads: Vec<Head> = all.iter().map(|at| head(layout, *at)).collect();
    // The note farthest from the middle line says where stems go.
    let far = |head: &Head| (head.y - 2.0).abs();
    let farthest = heads.iter().max_by(|a, b| far(a).total_cmp(&far(b)));
    let up = farthest.is_some_and(|head| head.up);
    let ys = heads.iter().map(|head| head.y);
    let levels = heads
        .iter()
        .map(|head| head.value.flags())
        .max()
        .unwrap_or(1);
    let long = STEM - 0.5 + NEXT_BEAM * f64::from(levels - 1);
    let y = if up {
        (ys.fold(f64::INFINITY, f64::min) - long).min(2.0)
    } else {
        (ys.fold(f64::NEG_INFINITY, f64::max) + long).max(2.0)
    };
    let stem_x =
        |layout: &Layout, at: usize| layout.placed[at].x + if up { HEAD - 0.06 } else { 0.06 };
    for at in &all {
        if let Sign::Note(head) = &mut layout.placed[*at].sign {
            (head.up, head.stem, head.beamed) = (up, Some(y), all.last().copied());
        }
    }
    let staff = layout.placed[all[0]].staff;
    for level in 1..=levels {
        let has = |i: usize| heads[i].value.flags() >= level;
        let inward = f64::from(level - 1) * NEXT_BEAM;
        let y = if up { y + inward } else { y - inward };
        let mut i = 0;
        while i < all.len() {
            if !has(i) {
                i += 1;
                continue;
            }
            let mut last = i;
            while last + 1 < all.len() && has(last + 1) {
                last += 1;
            }
            let mut x = [stem_x(layout, all[i]), stem_x(layout, all[last])];
            if i == last {
                // A lone one has a stub towards its neighbour.
                let left = i > 0;
                x = if left {
                    [x[0] - 1.0, x[0]]
                } else {
                    [x[0], x[0] + 1.0]
                };
            }
            let at = all[last.max(1)];
            layout.beams.push(Beam {
                staff,
                x,
                y,
                up,
                at,
            });
            i = last + 1;
        }
    }
}

fn triplet(layout: &mut Layout, at: usize) {
    let [first, last] = [&layout.placed[at], &layout.placed[at + 2]];
    let ends = layout.placed[at..at + 3]
        .iter()
        .filter_map(|placed| match &placed.sign {
            Sign::Note(head) => Some((head.up, head.stem.unwrap_or(head.y), head.y)),
            _ => None,
        });
    let ends: Vec<_> = ends.collect();
    let up = ends.first().is_none_or(|end| end.0);
    let y = if up {
        ends.iter().map(|end| end.1).fold(-0.5, f64::min) - 0.5
    } else {
        ends.iter().map(|end| end.1).fold(4.5, f64::max) + 1.7
    };
    let x = if first.staff == last.staff {
        (first.x + last.x + HEAD) / 2.0
    } else {
        first.x + HEAD
    };
    let staff = first.staff;
    layout.triplets.push(Triplet {
        staff,
        x,
        y,
        at: at + 2,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tunes::abc;

    fn tune(body: &str) -> Tune {
        abc::read(&format!("M:6/8 L:1/8 K:G {body}")).expect("a tune")
    }

    fn head(layout: &Layout, at: usize) -> &Head {
        match &layout.placed[at].sign {
            Sign::Note(head) => head,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lengths_are_written_with_dots() {
        let value = |ticks| {
            let value = Value::of(ticks);
            (value.plain, value.dots)
        };
        assert_eq!(value(192), (192, 0));
        assert_eq!(value(48), (48, 0));
        assert_eq!(value(72), (48, 1));
        assert_eq!(value(84), (48, 2));
        assert_eq!(value(36), (24, 1));
        assert_eq!(value(6), (6, 0));
        // No single note: the longest within it.
        assert_eq!(value(60), (48, 0));
        assert_eq!(value(1), (6, 0));
    }

    #[test]
    fn notes_stand_on_their_lines() {
        let layout = layout(&tune("G2 B d f2 g a D"), 100.0);
        let ys: Vec<f64> = (0..7).map(|at| head(&layout, at).y).collect();
        assert_eq!(ys, [3.0, 2.0, 1.0, 0.0, -0.5, -1.0, 4.5]);
        assert!(head(&layout, 0).up && !head(&layout, 1).up);
        assert_eq!(head(&layout, 5).ledgers, [-1.0]);
        let low = super::layout(&tune("A,C"), 100.0);
        assert_eq!(head(&low, 0).ledgers, [5.0, 6.0]);
        assert_eq!(head(&low, 1).ledgers, [5.0]);
    }

    #[test]
    fn signs_stand_where_they_are_needed() {
        let layout = layout(&tune("f=f=f f'^f|f _B"), 100.0);
        let signs: Vec<_> = [0, 1, 2, 3, 4, 6, 7]
            .map(|at| head(&layout, at).accidental)
            .to_vec();
        // An octave higher nothing holds; in ABC it does, so that f' is natural.
        assert_eq!(
            signs,
            [None, Some(0), None, Some(0), Some(1), None, Some(-1)]
        );
    }

    #[test]
    fn beats_are_joined() {
        let layout = layout(&tune("d|GAB d2B|c>de d3|"), 200.0);
        let joined: Vec<bool> = layout
            .placed
            .iter()
            .filter_map(|placed| match &placed.sign {
                Sign::Note(head) => Some(head.beamed.is_some()),
                _ => None,
            })
            .collect();
        let (t, f) = (true, false);
        assert_eq!(joined, [f, t, t, t, f, f, t, t, t, f]);
        // Two beams over eighths, and a stub for the sixteenth.
        assert_eq!(layout.beams.len(), 3);
        assert!((layout.beams[2].x[1] - layout.beams[2].x[0] - 1.0).abs() < 1e-9);
        let ends: Vec<_> = (2..5).map(|at| head(&layout, at).stem).collect();
        assert_eq!(ends, [Some(ends[0].expect("a stem")); 3]);
    }

    #[test]
    fn staves_are_filled_with_whole_bars() {
        let bars = "GAB dBG|".repeat(12);
        let layout = layout(&tune(&bars), 60.0);
        assert!(layout.ends.len() > 2);
        let last_staff = layout.ends.len() - 1;
        for pair in layout.placed.windows(2) {
            let [a, b] = [&pair[0], &pair[1]];
            assert!(b.staff > a.staff || b.x > a.x, "{a:?} {b:?}");
            if b.staff > a.staff {
                assert_eq!(a.sign, Sign::Bar(Bar::Line));
                assert!((a.x + a.width - 60.0).abs() < 1e-6, "{a:?}");
            }
        }
        assert!(layout.ends[..last_staff].iter().all(|end| *end == 60.0));
        // A bar that is wider than a staff is cut.
        let long = super::layout(&tune(&"G".repeat(60)), 40.0);
        assert!(long.ends.len() > 2);
        assert!(super::layout(&tune(""), 40.0).placed.is_empty());
    }

    #[test]
    fn what_stands_stays_when_more_comes() {
        let bars = "GAB dBG|".repeat(12);
        let whole = layout(&tune(&bars), 60.0);
        let part = layout(&tune(&bars[..40]), 60.0);
        let before = part.placed.iter().filter(|placed| placed.staff == 0);
        for (a, b) in before.zip(&whole.placed) {
            assert_eq!((a.at, a.staff), (b.at, b.staff));
        }
    }

    #[test]
    fn what_opens_a_part_begins_a_staff() {
        let bars = "GAB dBG|".repeat(3) + "GAB dBG|:" + &"GAB dBG|".repeat(4);
        for width in [45, 60, 75, 90] {
            let layout = layout(&tune(&bars), f64::from(width));
            for pair in layout.placed.windows(2) {
                let ends = pair[0].staff != pair[1].staff;
                assert!(!ends || pair[0].sign != Sign::Bar(Bar::Open), "{width}");
            }
        }
    }

    #[test]
    fn triplets_have_their_number() {
        let layout = layout(&tune("(3GAB d2|(3efg d"), 100.0);
        assert_eq!(layout.triplets.len(), 2);
        let [low, high] = [&layout.triplets[0], &layout.triplets[1]];
        assert!(low.y < 0.0 && high.y > 4.0, "{low:?} {high:?}");
        assert_eq!((low.at, high.at), (2, 7));
    }
}
