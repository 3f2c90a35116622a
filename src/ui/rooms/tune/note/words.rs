//! Events in words.

use crate::tokens::{END, Token};
use crate::tunes::key::LETTERS;
use crate::tunes::{Alphabet, Bar, Event, Key};
use crate::ui::content::{self, texts};
use crate::ui::rooms::tune::layout::Value;

/// A token as it is listed: `D5, eighth`.
pub fn token(alphabet: &Alphabet, key: Key, token: Token) -> String {
    match token {
        END => texts::tune_note::end::PLAIN.into(),
        token => event(key, alphabet.event(token)),
    }
}

fn event(key: Key, event: Option<Event>) -> String {
    match event {
        None | Some(Event::Rest(0)) => texts::tune_note::nothing::PLAIN.into(),
        Some(Event::Note(note)) => {
            let height = key.height(note.step, note.alter);
            let sign = match height.alter {
                ..=-2 => "\u{266d}\u{266d}",
                -1 => "\u{266d}",
                0 => "",
                1 => "\u{266f}",
                2.. => "\u{266f}\u{266f}",
            };
            let letter = LETTERS[height.letter()];
            let octave = height.place.div_euclid(7);
            let note_and_length = format!("{letter}{sign}{octave}, {}", length(note.ticks));
            if note.beat {
                let values = [("note", note_and_length)];
                return content::fill(texts::tune_note::on_beat::PLAIN, &values);
            }
            note_and_length
        }
        Some(Event::Rest(ticks)) => {
            content::fill(texts::tune_note::rest::PLAIN, &[("length", length(ticks))])
        }
        Some(Event::Bar(bar)) => match bar {
            Bar::Line => texts::tune_note::bar_line::PLAIN,
            Bar::Double => texts::tune_note::bar_double::PLAIN,
            Bar::Open => texts::tune_note::bar_open::PLAIN,
            Bar::Close => texts::tune_note::bar_close::PLAIN,
            Bar::Both => texts::tune_note::bar_both::PLAIN,
            Bar::First => texts::tune_note::bar_first::PLAIN,
            Bar::Second => texts::tune_note::bar_second::PLAIN,
        }
        .into(),
        Some(Event::Metre(metre)) => metre.to_string(),
        Some(Event::Key(key)) => key.to_string(),
    }
}

/// A length: `dotted quarter`, `third of a quarter`.
fn length(ticks: u16) -> String {
    let third = !ticks.is_multiple_of(3);
    let value = Value::of(if third { ticks / 2 * 3 } else { ticks });
    let name = match value.plain {
        384.. => texts::tune_note::length_breve::PLAIN,
        192.. => texts::tune_note::length_whole::PLAIN,
        96.. => texts::tune_note::length_half::PLAIN,
        48.. => texts::tune_note::length_quarter::PLAIN,
        24.. => texts::tune_note::length_8::PLAIN,
        12.. => texts::tune_note::length_16::PLAIN,
        _ => texts::tune_note::length_32::PLAIN,
    };
    let how = match (third, value.dots) {
        (true, _) => texts::tune_note::triplet::PLAIN,
        (_, 0) => "{length}",
        (_, 1) => texts::tune_note::dotted::PLAIN,
        _ => texts::tune_note::dotted_twice::PLAIN,
    };
    content::fill(how, &[("length", name.to_owned())])
}

/// A key: `G major`, `A Dorian`.
pub fn key(key: Key) -> String {
    use crate::tunes::Mode;
    let sign = match key.sharp {
        1.. => "\u{266f}",
        0 => "",
        _ => "\u{266d}",
    };
    let mode = match key.mode {
        Mode::Major => texts::tune_note::mode_major::PLAIN,
        Mode::Minor => texts::tune_note::mode_minor::PLAIN,
        Mode::Dorian => texts::tune_note::mode_dorian::PLAIN,
        Mode::Mixolydian => texts::tune_note::mode_mixolydian::PLAIN,
        Mode::Lydian => texts::tune_note::mode_lydian::PLAIN,
        Mode::Phrygian => texts::tune_note::mode_phrygian::PLAIN,
    };
    format!("{}{sign} {mode}", LETTERS[usize::from(key.letter % 7)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tunes::Note;

    #[test]
    fn events_have_names() {
        let g = Key::read("G").expect("a key");
        let note = |step, alter, ticks| {
            let note = Note {
                step,
                alter,
                ticks,
                beat: step == 1,
            };
            event(g, Some(Event::Note(note)))
        };
        assert_eq!(note(4, 0, 24), "D5, eighth");
        assert_eq!(note(1, 0, 48), "A4, quarter, on the beat");
        assert_eq!(note(6, 0, 72), "F\u{266f}5, dotted quarter");
        assert_eq!(note(0, -1, 16), "G\u{266d}4, eighth of a triplet");
        assert_eq!(event(g, Some(Event::Rest(48))), "quarter rest");
        let alphabet = Alphabet::new([]);
        let listed = [END, 7].map(|token| super::token(&alphabet, g, token));
        assert_eq!(listed, ["end of the tune", "nothing that can be played"]);
        let dorian = Key::read("Ador").map(key);
        assert_eq!(dorian.as_deref(), Some("A Dorian"));
    }
}
