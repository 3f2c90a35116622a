//! Notes of a plucked string: their names, and what is heard of them.

use std::rc::Rc;

use crate::models::wave::{LOWEST, NOTES, RATE, code, sample};
use crate::sound::{pitch, pluck};
use crate::ui::components::listen::Sound;
use crate::ui::content::{self, texts};
use crate::ui::state::wave::LENGTH;

/// How loud strings were in the training.
pub const LOUD: f32 = 0.9;
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

/// Its frequency, Hz.
pub fn frequency(note: u16) -> f32 {
    440.0 * ((f32::from(LOWEST + note) - 69.0) / 12.0).exp2()
}

/// The same with its frequency, for a list.
pub fn named(note: &u16) -> String {
    format!("{}, {:.0} Hz", name(*note), frequency(*note))
}

/// Time of so many samples, ms.
pub fn ms(samples: usize) -> f64 {
    1000.0 * samples as f64 / f64::from(RATE)
}

/// A string as the model has heard them in its training: by our own program, through the same 256 values.
/// Odd seeds name strings that it has not learned from.
pub fn string(note: u16, seed: u64) -> Vec<u8> {
    let string = pluck(frequency(note), LENGTH as usize, RATE as f32, seed);
    string.into_iter().map(|v| code(LOUD * v)).collect()
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

/// The pitch of a sound, Hz, once the pluck itself is over.
pub fn heard_pitch(codes: &[u8]) -> Option<f32> {
    let samples = amplitudes(codes);
    pitch(
        samples.get(samples.len() / 8..samples.len() / 2)?,
        RATE as f32,
    )
}

/// The note that is nearest to a pitch, Hz; the lowest A where there is none.
pub fn nearest(heard: Option<f32>) -> u16 {
    let semitones = |heard: f32| (12.0 * (heard / frequency(0)).log2()).round();
    heard.map_or(69 - LOWEST, |heard| {
        semitones(heard).clamp(0.0, f32::from(NOTES - 1)) as u16
    })
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
    values.push(("cents", format!("{cents:.0}").replace('-', "\u{2212}")));
    content::fill(texts::wave_sample::pitch::PLAIN, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_names_and_frequencies() {
        let at = |midi: u16| midi - LOWEST;
        assert_eq!([60, 69, 71].map(at).map(name), ["C4", "A4", "B4"]);
        assert_eq!(frequency(at(69)), 440.0);
        assert_eq!(
            [None, Some(1.0), Some(265.0), Some(9e3)].map(nearest),
            [9, 0, 0, NOTES - 1]
        );
        assert_eq!(pitch_in_words(false, at(69), None), "Not made yet");
        let told = pitch_in_words(true, at(69), heard_pitch(&string(at(69), 9)));
        assert!(told.starts_with("440 Hz was asked for, 4"), "{told}");
        assert!(pitch_in_words(true, 9, heard_pitch(&[128; 4096])).contains("no clear pitch"));
    }
}
