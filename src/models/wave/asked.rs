//! What is asked for with a sound, and what a network is told of it at each sample.
//!
//! A note is told all along. A word is told as in a speaking machine (section 2.5 of arXiv:1609.03499): who
//! says it, and, sample by sample, how far along it we are. Each of these is a row of the tables in the
//! network's layers, and rows add up.
//!
//! | network of | rows |
//! |---|---|
//! | notes | one for each |
//! | words | [`SPEAKERS`], then [`PARTS`] of each digit in turn, then the silence after a word |

use super::Shape;

/// Voices that a network of words knows.
pub const SPEAKERS: u16 = 6;
/// Digits that it says.
pub const DIGITS: u16 = 10;
/// Parts of a word, all as long.
pub const PARTS: u16 = 24;
/// Rows of a network of words; no network of notes has as many.
pub const ROWS: u16 = SPEAKERS + DIGITS * PARTS + 1;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A note, from 0.
    Note(u16),
    /// A digit that is said.
    Word {
        /// `0..10`.
        digit: u16,
        /// Who says it, `0..SPEAKERS`.
        speaker: u16,
        /// Samples that it takes, at least one.
        lasts: u32,
    },
}

impl Shape {
    /// How many things can be asked for.
    pub fn choices(&self) -> u16 {
        if self.conditions == u32::from(ROWS) {
            DIGITS * SPEAKERS
        } else {
            self.conditions as u16
        }
    }

    /// The thing of this number: a note, or a digit by a speaker (`SPEAKERS * digit + speaker`) as long as the
    /// speaker says it on the average. None if there is no such thing.
    pub fn asked(&self, number: u16) -> Option<Asked> {
        if number >= self.choices() {
            return None;
        }
        if self.conditions != u32::from(ROWS) {
            return Some(Asked::Note(number));
        }
        let [digit, speaker] = [number / SPEAKERS, number % SPEAKERS];
        let mean = LASTS[usize::from(digit)][usize::from(speaker)];
        let lasts = mean.min(LONGEST);
        Some(Asked::Word {
            digit,
            speaker,
            lasts,
        })
    }
}

impl Asked {
    /// What is told all along.
    pub fn always(self) -> u16 {
        match self {
            Self::Note(note) => note,
            Self::Word { speaker, .. } => speaker,
        }
    }

    /// What is told beside it at a sample.
    pub fn at(self, sample: usize) -> Option<u16> {
        let Self::Word { digit, lasts, .. } = self else {
            return None;
        };
        let part = sample * usize::from(PARTS) / lasts.max(1) as usize;
        Some(if part < usize::from(PARTS) {
            SPEAKERS + digit * PARTS + part as u16
        } else {
            ROWS - 1
        })
    }
}

/// A word is asked for that has an end within the samples of a sound.
const LONGEST: u32 = 4000;
/// How long the speakers say each digit, samples: means over the 45 recordings of each that are learned from.
const LASTS: [[u32; SPEAKERS as usize]; DIGITS as usize] = [
    [3995, 4954, 3851, 3587, 3515, 2916],
    [3314, 4088, 2304, 2491, 2617, 2391],
    [2751, 4130, 2740, 2367, 2510, 2268],
    [2789, 3876, 3404, 2255, 2428, 2234],
    [3343, 3365, 3190, 2652, 2803, 2325],
    [3180, 3274, 2921, 3073, 3143, 3104],
    [3309, 2277, 3394, 2129, 3451, 1613],
    [3780, 3571, 3174, 2842, 3565, 2621],
    [3478, 3099, 2587, 3042, 2967, 2239],
    [3660, 4684, 3391, 3478, 4076, 2976],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(conditions: u16) -> Shape {
        Shape {
            width: 8,
            stacks: 1,
            layers: 2,
            conditions: conditions.into(),
        }
    }

    #[test]
    fn a_note_is_told_all_along() {
        let notes = shape(24);
        assert_eq!(notes.choices(), 24);
        let note = notes.asked(23).expect("a note");
        assert_eq!((note.always(), note.at(0), note.at(4000)), (23, None, None));
        assert_eq!(notes.asked(24), None);
    }

    #[test]
    fn a_word_is_told_part_by_part() {
        let words = shape(ROWS);
        assert_eq!(words.choices(), 60);
        assert_eq!(words.asked(60), None);
        let Some(Asked::Word { digit, speaker, .. }) = words.asked(57) else {
            panic!("a word");
        };
        assert_eq!((digit, speaker), (9, 3));
        let word = Asked::Word {
            digit: 9,
            speaker: 3,
            lasts: 2400,
        };
        assert_eq!(word.always(), 3);
        let rows = [0, 99, 100, 2399, 2400, 9000].map(|at| word.at(at).expect("a row"));
        let first = 6 + 9 * 24;
        assert_eq!(rows, [first, first, first + 1, 245, 246, 246]);
        // No row belongs to two things.
        assert_eq!(first + 23, 245);
    }
}
