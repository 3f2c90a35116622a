//! Bars: where they begin and end, and whether they add up to their metre.

use super::{Bar, Event, Tune};

/// What stands between two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first event.
    pub first: usize,
    /// The event after its last, a line or the end.
    pub end: usize,
    /// Ticks of its notes and rests.
    pub ticks: u32,
    /// Must it be as long as its metre says? What begins a part may be the upbeat, and what ends one be
    /// short of it; and the last line may be still to come.
    pub is_inner: bool,
}

/// All bars with something in them.
pub fn spans(events: &[Event]) -> Vec<Span> {
    let mut all = Vec::new();
    let mut first = 0;
    let mut after_line = false;
    for end in 0..=events.len() {
        let line = match events.get(end) {
            Some(Event::Bar(bar)) => Some(*bar),
            Some(_) => continue,
            None => None,
        };
        let ticks = events[first..end].iter().map(|event| event.ticks()).sum();
        let is_plain = line == Some(Bar::Line);
        if ticks > 0 {
            all.push(Span {
                first,
                end,
                ticks,
                is_inner: after_line && is_plain,
            });
        }
        first = end + 1;
        after_line = is_plain;
    }
    all
}

/// Ticks at which a bar that begins here begins: one that is too short and begins a part ends with the
/// beat, and so begins late.
pub fn upbeat(tune: &Tune, first: usize) -> u32 {
    let is_line = first > 0 && tune.events[first - 1] == Event::Bar(Bar::Line);
    let rest = tune.events[first..].iter();
    let inside = rest.take_while(|event| !matches!(event, Event::Bar(_)));
    let [count, ticks] = inside.fold([0, 0], |[n, ticks], event| [n + 1, ticks + event.ticks()]);
    let is_whole = first + count as usize == tune.events.len();
    if is_line || is_whole {
        return 0;
    }
    tune.metre.ticks().saturating_sub(ticks)
}

/// Of the bars inside a part: how many are as long as the metre says, and how many there are.
pub fn right(tune: &Tune) -> [usize; 2] {
    let spans = spans(&tune.events);
    let inner = spans.iter().filter(|span| span.is_inner);
    let right = inner
        .clone()
        .filter(|span| span.ticks == tune.metre.ticks());
    [right.count(), inner.count()]
}

#[cfg(test)]
mod tests {
    use super::super::abc::read;
    use super::*;

    #[test]
    fn bars_inside_a_part_must_add_up() {
        let tune = read("M:3/4 L:1/4 K:G D|GAB|c2|def|g2:|abc|a2z|d4|g2||").expect("a tune");
        let spans = spans(&tune.events);
        let ticks: Vec<u32> = spans.iter().map(|span| span.ticks / 48).collect();
        assert_eq!(ticks, [1, 3, 2, 3, 2, 3, 3, 4, 2]);
        let inner: Vec<bool> = spans.iter().map(|span| span.is_inner).collect();
        let (t, f) = (true, false);
        assert_eq!(inner, [f, t, t, t, f, f, t, t, f]);
        assert_eq!(right(&tune), [3, 5]);
    }

    #[test]
    fn a_bar_under_way_is_none_inside() {
        let tune = read("M:2/4 L:1/4 K:G GA|GA|G").expect("a tune");
        assert_eq!(right(&tune), [1, 1]);
        assert_eq!(spans(&[]), []);
    }
}
