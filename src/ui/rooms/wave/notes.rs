//! Notes of a plucked string: their names, and what is heard of them.

use std::rc::Rc;

use crate::models::wave::{LOWEST, NOTES, RATE, sample};
use crate::sound::frequency;
use crate::ui::components::listen::Sound;
use crate::ui::content::{self, texts};

/// Names of the notes of an octave.
const NAMES: [&str; 12] = [
    "C",
    "C\u{266f}",
    "D",
    "E\u{266d}",
    "E",
    "F",
    "F\u{266f}",
    "G",
    "A\u{266d}",
    "A",
    "B\u{266d}",
    "B",
];

/// A note as it is named: A4 for 440 Hz.
pub fn name(note: u16) -> String {
    let midi = usize::from(LOWEST + note);
    format!("{}{}", NAMES[midi % 12], midi / 12 - 1)
}

/// The same without signs that names of files do not bear.
pub fn plain(note: u16) -> String {
    name(note)
        .replace('\u{266f}', "-sharp")
        .replace('\u{266d}', "-flat")
}

/// The same with its frequency, for a list.
pub fn named(note: &u16) -> String {
    format!("{}, {:.0} Hz", name(*note), frequency(*note))
}

/// Time of so many samples, ms.
pub fn ms(samples: usize) -> f64 {
    1000.0 * samples as f64 / f64::from(RATE)
}

/// What values sound like.
pub fn amplitudes(codes: &[u8]) -> Vec<f32> {
    codes.iter().map(|code| sample(*code)).collect()
}

/// The same, to listen to.
pub fn sound(codes: Vec<u8>) -> Sound {
    Sound {
        make: Rc::new(move || amplitudes(&codes)),
        rate: RATE,
    }
}

/// The note that is nearest to a pitch, Hz, in an octave that there is.
pub fn nearest(heard: f32) -> u16 {
    let note = (12.0 * (heard / frequency(0)).log2()).round() as i32;
    let count = i32::from(NOTES);
    let near = match note {
        ..0 => note.rem_euclid(12),
        _ if note >= count => count - 12 + (note - count) % 12,
        _ => note,
    };
    near as u16
}

/// A number with so many digits after the point, and a true minus where it is not 0.
pub fn signed(value: f32, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(size) if size.chars().all(|c| matches!(c, '0' | '.')) => size.to_owned(),
        Some(size) => format!("\u{2212}{size}"),
        None => text,
    }
}

/// A mean of surprises in words, bits; none of none.
pub fn mean(bits: &[f32]) -> String {
    let count = bits.len().max(1) as f32;
    format!("{:.2}", bits.iter().sum::<f32>() / count)
}

/// What was asked for and what is heard, in words.
pub fn pitch_in_words(is_whole: bool, note: u16, heard: Option<f32>) -> String {
    let asked = frequency(note);
    let mut values = vec![("asked", format!("{asked:.0}"))];
    if !is_whole {
        return texts::wave_sample::no_sound::PLAIN.into();
    }
    let Some(heard) = heard else {
        return content::fill(texts::wave_sample::no_pitch::PLAIN, &values);
    };
    let cents = 1200.0 * (heard / asked).log2();
    values.push(("heard", format!("{heard:.0}")));
    values.push(("cents", signed(cents, 0)));
    content::fill(texts::wave_sample::pitch::PLAIN, &values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{heard as heard_pitch, string};

    #[test]
    fn notes_have_names_and_frequencies() {
        let at = |midi: u16| midi - LOWEST;
        assert_eq!([60, 69, 71].map(at).map(name), ["C4", "A4", "B4"]);
        assert_eq!(frequency(at(69)), 440.0);
        assert_eq!(
            [265.0, 131.0, 440.0, 494.0 * 8.0].map(nearest),
            [0, 0, 9, 23]
        );
        assert_eq!(
            [-0.3, 0.3, -1.6].map(|v| signed(v, 0)),
            ["0", "0", "\u{2212}2"]
        );
        assert_eq!(mean(&[1.0, 2.0]), "1.50");
        assert_eq!(pitch_in_words(false, at(69), None), "Not made yet");
        let told = pitch_in_words(true, at(69), heard_pitch(&string(at(69), 9)));
        assert!(told.starts_with("440 Hz was asked for, 4"), "{told}");
        assert!(pitch_in_words(true, 9, heard_pitch(&[128; 4096])).contains("no clear pitch"));
    }
}
