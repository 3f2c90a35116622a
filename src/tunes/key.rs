//! Keys: which notes a scale is made of, and which note stands on a step of it.

use serde::{Deserialize, Serialize};

/// A scale's pattern of whole and half steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// As C to C on the white keys.
    Major,
    /// As A to A.
    Minor,
    /// As D to D.
    Dorian,
    /// As G to G.
    Mixolydian,
    /// As F to F.
    Lydian,
    /// As E to E.
    Phrygian,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 6] = [
        Self::Major,
        Self::Minor,
        Self::Dorian,
        Self::Mixolydian,
        Self::Lydian,
        Self::Phrygian,
    ];

    /// Sharps that its signature has more than that of the major key on the same note.
    fn sharps(self) -> i8 {
        match self {
            Self::Lydian => 1,
            Self::Major => 0,
            Self::Mixolydian => -1,
            Self::Dorian => -2,
            Self::Minor => -3,
            Self::Phrygian => -4,
        }
    }

    /// As it stands in ABC after the keynote.
    pub fn abc(self) -> &'static str {
        match self {
            Self::Major => "",
            Self::Minor => "m",
            Self::Dorian => "dor",
            Self::Mixolydian => "mix",
            Self::Lydian => "lyd",
            Self::Phrygian => "phr",
        }
    }
}

/// The seven letters, from C.
pub const LETTERS: [char; 7] = ['C', 'D', 'E', 'F', 'G', 'A', 'B'];
/// Semitones of each above C.
const SEMITONES: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
/// Fifths of each above C: sharps of its major key.
const FIFTHS: [i8; 7] = [0, 2, 4, -1, 1, 3, 5];
/// The letters that sharps stand before, in their order; flats the other way round.
pub const SHARPS: [usize; 7] = [3, 0, 4, 1, 5, 2, 6];

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Letter of the keynote, `0..7` from C.
    pub letter: u8,
    /// 1 for sharp, -1 for flat.
    pub sharp: i8,
    /// Its scale.
    pub mode: Mode,
}

/// A note on the staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Height {
    /// Letters above C of octave 0: 28 is middle C, C4.
    pub place: i32,
    /// Semitones above the letter: 1 for a sharp.
    pub alter: i32,
}

impl Height {
    /// Number of its piano key as MIDI counts: 60 is middle C.
    pub fn midi(self) -> i32 {
        let [octave, letter] = [self.place.div_euclid(7), self.place.rem_euclid(7)];
        12 * (octave + 1) + SEMITONES[letter as usize] + self.alter
    }

    /// Its letter, `0..7` from C.
    pub fn letter(self) -> usize {
        self.place.rem_euclid(7) as usize
    }
}

impl Key {
    /// Sharps of the signature; flats if below 0.
    pub fn signature(self) -> i8 {
        FIFTHS[usize::from(self.letter % 7)] + 7 * self.sharp + self.mode.sharps()
    }

    /// By how many semitones its signature alters a letter.
    pub fn alters(self, letter: usize) -> i32 {
        let order = SHARPS.iter().position(|l| *l == letter).unwrap_or(0) as i32;
        // Each of seven sharps in their order raises one letter; each flat lowers one from the other end.
        (i32::from(self.signature()) - order + 6).div_euclid(7)
    }

    /// Where the keynote stands: D4 to C5, where melodies lie.
    pub fn place(self) -> i32 {
        let letter = i32::from(self.letter % 7);
        if letter == 0 { 35 } else { 28 + letter }
    }

    /// The note on a step of the scale, altered.
    pub fn height(self, step: i8, alter: i8) -> Height {
        let place = self.place() + i32::from(step);
        let own = self.alters(place.rem_euclid(7) as usize);
        Height {
            place,
            alter: own + i32::from(alter),
        }
    }

    /// Reads `Gm`, `Bb`, `Ador`, `F#min`.
    pub fn read(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let first = letters.next()?;
        let letter = LETTERS.iter().position(|letter| *letter == first)? as u8;
        let rest = letters.as_str();
        let (sharp, rest) = match rest.chars().next() {
            Some('b') => (-1, &rest[1..]),
            Some('#') => (1, &rest[1..]),
            _ => (0, rest),
        };
        let mode = match rest {
            "maj" => Some(Mode::Major),
            "min" => Some(Mode::Minor),
            _ => Mode::ALL.into_iter().find(|mode| mode.abc() == rest),
        };
        let key = Self {
            letter,
            sharp,
            mode: mode?,
        };
        (-7..=7).contains(&key.signature()).then_some(key)
    }
}

impl std::fmt::Display for Key {
    /// As in ABC: `Bb`, `Em`, `Ador`.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let sign = match self.sharp {
            1.. => "#",
            0 => "",
            _ => "b",
        };
        let letter = LETTERS[usize::from(self.letter % 7)];
        write!(f, "{letter}{sign}{}", self.mode.abc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    /// The circle of fifths.
    #[test]
    fn signatures_are_those_of_the_circle_of_fifths() {
        let all = [
            ("C", 0),
            ("G", 1),
            ("D", 2),
            ("A", 3),
            ("E", 4),
            ("F", -1),
            ("Bb", -2),
            ("Eb", -3),
            ("Em", 1),
            ("Bm", 2),
            ("Gm", -2),
            ("F#m", 3),
            ("Ador", 1),
            ("Amix", 2),
            ("Glyd", 2),
            ("Bphr", 1),
            ("Cm", -3),
        ];
        for (text, sharps) in all {
            assert_eq!(key(text).signature(), sharps, "{text}");
            assert_eq!(key(text).to_string(), text);
        }
        assert_eq!(key("Emin"), key("Em"));
        for bad in ["", "H", "Gx", "Bn", "Cbb", "c"] {
            assert_eq!(Key::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn signatures_alter_letters() {
        let altered = |text: &str| -> Vec<i32> { (0..7).map(|l| key(text).alters(l)).collect() };
        assert_eq!(altered("C"), [0; 7]);
        assert_eq!(altered("D"), [1, 0, 0, 1, 0, 0, 0]);
        assert_eq!(altered("Eb"), [0, 0, -1, 0, 0, -1, -1]);
        assert_eq!(altered("F#"), [1, 1, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn steps_are_piano_keys() {
        let midi = |text: &str, step, alter| key(text).height(step, alter).midi();
        let scale = |text: &str| -> Vec<i32> { (0..8).map(|step| midi(text, step, 0)).collect() };
        assert_eq!(scale("G"), [67, 69, 71, 72, 74, 76, 78, 79]);
        assert_eq!(scale("C"), [72, 74, 76, 77, 79, 81, 83, 84]);
        assert_eq!(scale("Bb"), [70, 72, 74, 75, 77, 79, 81, 82]);
        assert_eq!(scale("Ador"), [69, 71, 72, 74, 76, 78, 79, 81]);
        assert_eq!(midi("D", -1, 0), 61);
        assert_eq!(midi("D", 2, -1), 65);
    }
}
