//! Tunes in ABC notation: read as the old collections are written, and written in one way only.
//!
//! A tune is a line: `M:6/8 L:1/8 K:G GAB d2B|…`. An accidental holds for its letter until the next bar
//! line. `(3` makes three notes as long as two; of `a>b` the first is half as long again, and the second
//! half as long.

use super::Tune;
use super::bars::upbeat;
use super::event::{Bar, Event, Metre, Note, QUARTER};
use super::key::{Key, LETTERS};

/// Why a line cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAbc {
    /// The head is not `M:… L:… K:…`.
    #[error("no head of metre, length and key")]
    Head,
    /// A sign that is not known here, at this byte of the notes.
    #[error("a sign that is not known at {0}")]
    Sign(usize),
    /// A length that is no whole number of ticks, or none.
    #[error("a length that cannot be told at {0}")]
    Length(usize),
}

/// Longest note that is read: four whole notes.
const LONGEST: u32 = 16 * QUARTER as u32;

/// Reads a line.
///
/// # Errors
/// If the head or one of the notes cannot be read.
pub fn read(line: &str) -> Result<Tune, BadAbc> {
    let mut fields = line.splitn(4, ' ');
    let mut field = |name: &str| {
        let field = fields.next().and_then(|field| field.strip_prefix(name));
        field.ok_or(BadAbc::Head)
    };
    let metre = metre(field("M:")?).ok_or(BadAbc::Head)?;
    let unit = self::metre(field("L:")?).ok_or(BadAbc::Head)?;
    let key = Key::read(field("K:")?).ok_or(BadAbc::Head)?;
    let body = fields.next().unwrap_or_default();
    let events = notes(body, key, unit.ticks())?;
    Ok(on_beats(Tune { metre, key, events }))
}

/// Tells of each note whether a beat begins with it.
fn on_beats(mut tune: Tune) -> Tune {
    let beats = beats(&tune);
    for (event, begins) in tune.events.iter_mut().zip(beats) {
        if let Event::Note(note) = event {
            note.beat = begins;
        }
    }
    tune
}

/// Of each event, whether a beat begins with it.
fn beats(tune: &Tune) -> Vec<bool> {
    let beat = tune.metre.beat();
    let mut ticks = upbeat(tune, 0);
    let event = |(i, event): (usize, &Event)| {
        let is_line = matches!(event, Event::Bar(_));
        let begins = !is_line && ticks.is_multiple_of(beat);
        ticks = if is_line {
            upbeat(tune, i + 1)
        } else {
            ticks + event.ticks()
        };
        begins
    };
    tune.events.iter().enumerate().map(event).collect()
}

fn metre(text: &str) -> Option<Metre> {
    let (beats, unit) = text.split_once('/')?;
    let metre = Metre {
        beats: beats.parse().ok()?,
        unit: unit.parse().ok()?,
    };
    let known = (1..=32).contains(&metre.beats) && [1, 2, 4, 8, 16, 32].contains(&metre.unit);
    known.then_some(metre)
}

/// A text that is read from left to right.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The bytes from here on for which it `is` so.
    fn run(&mut self, is: impl Fn(u8) -> bool) -> &str {
        let first = self.at;
        let rest = &self.text[first..];
        self.at += rest.iter().take_while(|byte| is(**byte)).count();
        std::str::from_utf8(&self.text[first..self.at]).unwrap_or_default()
    }

    /// A number, if one stands here.
    fn number(&mut self) -> Option<u32> {
        self.run(|byte| byte.is_ascii_digit()).parse().ok()
    }

    /// A length as a fraction of the unit: `3`, `/`, `3/2`, `//`.
    fn length(&mut self) -> [u32; 2] {
        let over = self.number().unwrap_or(1);
        let halves = self.run(|byte| byte == b'/').len() as u32;
        let under = match self.number() {
            Some(under) if halves > 0 => under,
            _ => 1 << halves.min(8),
        };
        [over, under]
    }
}

/// By what a length is multiplied.
#[derive(Clone, Copy)]
struct Share(u32, u32);

fn notes(body: &str, key: Key, unit: u32) -> Result<Vec<Event>, BadAbc> {
    let mut text = Cursor {
        text: body.as_bytes(),
        at: 0,
    };
    let mut events: Vec<Event> = Vec::new();
    // Accidentals of this bar, by letter.
    let mut altered: [Option<i32>; 7] = [None; 7];
    let mut triplet = 0;
    // What the note after a broken rhythm takes.
    let mut broken = Share(1, 1);
    while let Some(byte) = text.peek() {
        let start = text.at;
        match byte {
            b' ' => text.at += 1,
            b'(' if text.text.get(start + 1) == Some(&b'3') && triplet == 0 => {
                text.at += 2;
                triplet = 3;
                // Other divisions of a beat are not known here.
                if text.peek() == Some(b':') {
                    return Err(BadAbc::Sign(start));
                }
            }
            b'>' | b'<' if triplet == 0 => {
                let by = 1 << text.run(|b| b == byte).len().min(3);
                let [long, short] = [Share(2 * by - 1, by), Share(1, by)];
                let (first, second) = if byte == b'>' {
                    (long, short)
                } else {
                    (short, long)
                };
                let last = events.pop().ok_or(BadAbc::Sign(start))?;
                events.push(stretched(last, first).ok_or(BadAbc::Length(start))?);
                broken = second;
            }
            b'|' | b':' | b'[' | b']' => {
                let signs = text.run(|b| b"|:[]".contains(&b)).replace("[|]", "");
                let ending = text.number();
                // A chord.
                if signs == "[" && ending.is_none() {
                    return Err(BadAbc::Sign(start));
                }
                altered = [None; 7];
                if signs.is_empty() && ending.is_none() {
                    continue;
                }
                let bar = bar(&signs, ending);
                match events.last_mut() {
                    Some(Event::Bar(last)) => *last = last.and(bar),
                    _ => events.push(Event::Bar(bar)),
                }
            }
            _ => {
                let mut share = std::mem::replace(&mut broken, Share(1, 1));
                if triplet > 0 {
                    triplet -= 1;
                    share = Share(share.0 * 2, share.1 * 3);
                }
                let event = note(&mut text, key, unit, &mut altered)?;
                events.push(stretched(event, share).ok_or(BadAbc::Length(start))?);
            }
        }
    }
    // A line before anything has been played says nothing, but for one that is repeated to.
    if matches!(events.first(), Some(Event::Bar(bar)) if *bar != Bar::Open) {
        events.remove(0);
    }
    Ok(events)
}

fn bar(signs: &str, ending: Option<u32>) -> Bar {
    let [back, open] = [signs.starts_with(':'), signs.ends_with(':')];
    match ending {
        Some(1) => return Bar::First,
        Some(2) => return Bar::Second,
        _ => {}
    }
    match (back, open) {
        (true, true) => Bar::Both,
        (true, false) => Bar::Close,
        (false, true) => Bar::Open,
        (false, false) if signs.contains("||") || signs.contains(']') => Bar::Double,
        (false, false) => Bar::Line,
    }
}

/// A note or a rest in units.
fn note(
    text: &mut Cursor,
    key: Key,
    unit: u32,
    altered: &mut [Option<i32>; 7],
) -> Result<Event, BadAbc> {
    let start = text.at;
    let bad = || BadAbc::Sign(start);
    let accidental = match text.run(|b| b"^_=".contains(&b)) {
        "" => None,
        "^" => Some(1),
        "^^" => Some(2),
        "_" => Some(-1),
        "__" => Some(-2),
        "=" => Some(0),
        _ => return Err(bad()),
    };
    let name = char::from(text.peek().ok_or_else(bad)?);
    text.at += 1;
    let marks = text.run(|b| b"',".contains(&b));
    let octaves = marks.matches('\'').count() as i32 - marks.matches(',').count() as i32;
    let [over, under] = text.length();
    let ticks = whole(unit * over.min(LONGEST), under).ok_or(BadAbc::Length(start))?;
    if "zx".contains(name) && accidental.is_none() {
        return Ok(Event::Rest(ticks));
    }
    let letter = LETTERS
        .iter()
        .position(|letter| *letter == name.to_ascii_uppercase())
        .ok_or_else(bad)?;
    let octave = if name.is_ascii_lowercase() { 5 } else { 4 } + octaves;
    let step = 7 * octave + letter as i32 - key.place();
    if accidental.is_some() {
        altered[letter] = accidental;
    }
    let own = key.alters(letter);
    let alter = altered[letter].unwrap_or(own) - own;
    Ok(Event::Note(Note {
        step: i8::try_from(step).map_err(|_| bad())?,
        alter: alter as i8,
        ticks,
        beat: false,
    }))
}

fn whole(ticks: u32, under: u32) -> Option<u16> {
    let is_whole = under > 0 && ticks.is_multiple_of(under);
    let ticks = is_whole.then(|| ticks / under)?;
    (1..=LONGEST).contains(&ticks).then_some(ticks as u16)
}

fn stretched(event: Event, Share(over, under): Share) -> Option<Event> {
    let ticks = whole(event.ticks() * over, under)?;
    match event {
        Event::Note(note) => Some(Event::Note(Note { ticks, ..note })),
        Event::Rest(_) => Some(Event::Rest(ticks)),
        _ => None,
    }
}

/// The tune as a line, in units of eighths.
pub fn write(tune: &Tune) -> String {
    format!(
        "M:{} L:1/8 K:{} {}",
        tune.metre,
        tune.key,
        body(tune.key, &tune.events)
    )
}

/// A whole ABC file with the tune in it: notes of a beat stand together, as they are joined by beams.
pub fn file(tune: &Tune) -> String {
    let [metre, key] = [tune.metre.to_string(), tune.key.to_string()];
    let gaps = beats(tune);
    let notes = written(tune.key, &tune.events, |i| gaps[i]);
    format!("X:1\nT:genscope\nM:{metre}\nL:1/8\nK:{key}\n{notes}\n")
}

/// Notes, rests and lines alone, in units of eighths.
pub fn body(key: Key, events: &[Event]) -> String {
    written(key, events, |_| false)
}

/// The same with a space before some of them.
fn written(key: Key, events: &[Event], has_gap: impl Fn(usize) -> bool) -> String {
    const UNIT: u32 = QUARTER as u32 / 2;
    let mut text = String::new();
    let mut altered: [Option<i32>; 7] = [None; 7];
    let mut triplet = 0;
    for (i, event) in events.iter().enumerate() {
        if has_gap(i) && i > 0 {
            text.push(' ');
        }
        if triplet == 0 && is_triplet(&events[i..]) {
            text.push_str("(3");
            triplet = 3;
        }
        let mut ticks = event.ticks();
        if triplet > 0 {
            triplet -= 1;
            ticks = ticks * 3 / 2;
        }
        match event {
            Event::Bar(bar) => {
                altered = [None; 7];
                text.push_str(bar.abc());
            }
            // What takes no time is nothing that could be written.
            Event::Rest(0) => {}
            Event::Rest(_) => text += &format!("z{}", length(ticks, UNIT)),
            Event::Note(note) => {
                text += &name(key, *note, &mut altered);
                text += &length(ticks, UNIT);
            }
            Event::Metre(_) | Event::Key(_) => {}
        }
    }
    text
}

/// Do three notes begin here that are as long as two? Plain lengths are multiples of 3 ticks.
pub fn is_triplet(events: &[Event]) -> bool {
    let third = |event: &Event| !event.ticks().is_multiple_of(3) && event.ticks().is_multiple_of(2);
    events.len() >= 3 && events[..3].iter().all(third)
}

fn length(ticks: u32, unit: u32) -> String {
    let divisor = gcd(ticks, unit).max(1);
    match (ticks / divisor, unit / divisor) {
        (1, 1) => String::new(),
        (over, 1) => over.to_string(),
        (1, 2) => "/".into(),
        (1, under) => format!("/{under}"),
        (over, under) => format!("{over}/{under}"),
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn name(key: Key, note: Note, altered: &mut [Option<i32>; 7]) -> String {
    let height = key.height(note.step, note.alter);
    let letter = height.letter();
    let mut text = String::new();
    if altered[letter].unwrap_or(key.alters(letter)) != height.alter {
        altered[letter] = Some(height.alter);
        text.push_str(match height.alter {
            ..=-2 => "__",
            -1 => "_",
            0 => "=",
            1 => "^",
            2.. => "^^",
        });
    }
    let octave = height.place.div_euclid(7);
    let [low, high] = [4 - octave, octave - 5].map(|n| n.max(0) as usize);
    let name = LETTERS[letter];
    text.push(if octave >= 5 {
        name.to_ascii_lowercase()
    } else {
        name
    });
    text + &",".repeat(low) + &"'".repeat(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tune(line: &str) -> Tune {
        read(line).unwrap_or_else(|bad| panic!("{line}: {bad}"))
    }

    fn midi(tune: &Tune) -> Vec<(i32, u16)> {
        let notes = tune.events.iter().filter_map(|event| match event {
            Event::Note(n) => Some((tune.key.height(n.step, n.alter).midi(), n.ticks)),
            _ => None,
        });
        notes.collect()
    }

    /// By hand, from the standard's rules.
    #[test]
    fn notes_have_height_and_length() {
        let got = midi(&tune("M:6/8 L:1/8 K:G G,C c c'2 F f/ ^c3/2 _B =f"));
        let want = [
            (55, 24),
            (60, 24),
            (72, 24),
            (84, 48),
            (66, 24),
            (78, 12),
            (73, 36),
            (70, 24),
            (77, 24),
        ];
        assert_eq!(got, want);
    }

    #[test]
    fn accidentals_hold_until_the_bar_ends() {
        let got = midi(&tune("M:4/4 L:1/4 K:G ^c c C|c =f f|f"));
        let heights: Vec<i32> = got.iter().map(|note| note.0).collect();
        assert_eq!(heights, [73, 73, 61, 72, 77, 77, 78]);
    }

    #[test]
    fn rhythms_are_broken_and_divided() {
        let got = midi(&tune("M:4/4 L:1/8 K:C c>d e<f g>>a (3cde c2"));
        let ticks: Vec<u16> = got.iter().map(|note| note.1).collect();
        assert_eq!(ticks, [36, 12, 12, 36, 42, 6, 16, 16, 16, 48]);
        let by_16 = tune("M:2/4 L:1/16 K:C c2 (3cde z");
        let ticks: Vec<u32> = by_16.events.iter().map(|e| e.ticks()).collect();
        assert_eq!(ticks, [24, 8, 8, 8, 12]);
    }

    #[test]
    fn lines_are_told_apart() {
        let got = tune("M:2/4 L:1/8 K:C |:c|c||c :: c|1c:|2c [|]:| c | [1 c :| [2 c|]");
        let bars = got.events.iter().filter_map(|event| match event {
            Event::Bar(bar) => Some(*bar),
            _ => None,
        });
        use Bar::*;
        let want = [
            Open, Line, Double, Both, First, Second, Close, First, Second, Double,
        ];
        assert_eq!(bars.collect::<Vec<_>>(), want);
        let first = tune("M:2/4 L:1/8 K:C |c").events[0];
        assert!(matches!(first, Event::Note(_)));
    }

    #[test]
    fn what_is_written_is_read_again() {
        for line in [
            "M:6/8 L:1/8 K:Em GE^DE2B,|(3efg^d/e3/2=d/4d3/4z2|1_B4:|2B4||",
            "M:9/8 L:1/8 K:Bb |:B2cd'b,|c3e2:|",
            "M:2/4 L:1/8 K:C (3c/d/e/c2/3d2|(3c2d2e2",
        ] {
            assert_eq!(write(&tune(line)), line.replace("b,", "B"), "{line}");
        }
    }

    #[test]
    fn notes_know_their_beats() {
        let beats = |line: &str| -> Vec<bool> {
            let events = tune(line).events;
            let beat = |event: &Event| match event {
                Event::Note(note) => Some(note.beat),
                _ => None,
            };
            events.iter().filter_map(beat).collect()
        };
        let (t, f) = (true, false);
        assert_eq!(
            beats("M:6/8 L:1/8 K:G D|GAB d2B|z2c c3||EF"),
            [f, t, f, f, t, f, f, t, t, f]
        );
        assert_eq!(
            beats("M:2/4 L:1/16 K:G (3GABc2 d>e f2|"),
            [t, f, f, f, t, f, f]
        );
    }

    #[test]
    fn beats_stand_apart_in_a_file() {
        let file = file(&tune("M:6/8 L:1/8 K:G D|GAB d2B|c3 (3efg a||"));
        assert_eq!(
            file,
            "X:1\nT:genscope\nM:6/8\nL:1/8\nK:G\nD| GAB d2B| c3 (3efga||\n"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            "",
            "M:6/8 K:G abc",
            "M:6/0 L:1/8 K:G abc",
            "M:6/8 L:1/8 K:H abc",
            "M:6/8 L:1/8 K:G ab!c",
            "M:6/8 L:1/8 K:G a0",
            "M:6/8 L:1/8 K:G a/5",
            "M:6/8 L:1/8 K:G >a",
            "M:6/8 L:1/8 K:G |<a",
            "M:6/8 L:1/8 K:G (4abcd",
            "M:6/8 L:1/8 K:G (3:2abcd",
            "M:6/8 L:1/8 K:G (3a>bc",
            "M:6/8 L:1/8 K:G [CE]",
            "M:6/8 L:1/8 K:G ^",
            "M:6/8 L:1/8 K:G a4294967295",
            "M:6/8 L:1/8 K:G \u{e9}",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
