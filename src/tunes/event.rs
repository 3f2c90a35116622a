//! What a tune is made of.

use serde::{Deserialize, Serialize};

use super::key::Key;

/// Ticks of a quarter note: triplets of sixteenths still have a whole number.
pub const QUARTER: u16 = 48;

/// How many notes of which kind a bar holds: 6 of 8 in 6/8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Metre {
    /// Notes of a bar.
    pub beats: u8,
    /// Their kind: 8 for eighths.
    pub unit: u8,
}

impl Metre {
    /// Ticks of a whole bar.
    pub fn ticks(self) -> u32 {
        u32::from(self.beats) * 4 * u32::from(QUARTER) / u32::from(self.unit).max(1)
    }
}

impl Metre {
    /// Ticks of a beat: of notes that are joined by a beam.
    pub fn beat(self) -> u32 {
        let quarter = u32::from(QUARTER);
        match (self.beats, self.unit) {
            (beats, 8) if beats.is_multiple_of(3) => quarter * 3 / 2,
            (_, 2) | (4, 4) => 2 * quarter,
            _ => quarter,
        }
    }
}

impl std::fmt::Display for Metre {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}/{}", self.beats, self.unit)
    }
}

/// A note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Note {
    /// Steps of the scale above the keynote: 0 is the keynote, 7 that an octave higher.
    pub step: i8,
    /// Semitones by which it is altered from the key's own note on that step.
    pub alter: i8,
    /// Its length.
    pub ticks: u16,
    /// Does a beat begin with it? Printed music tells by its beams.
    pub beat: bool,
}

/// A line between bars; one that says more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Bar {
    /// `|`
    Line,
    /// `||`: a part ends.
    Double,
    /// `|:`: what follows is played twice.
    Open,
    /// `:|`: back to where the repeat begins.
    Close,
    /// `::`: both.
    Both,
    /// `|1`: what follows is for the first time.
    First,
    /// `:|2`: back, and what follows is for the second time.
    Second,
}

impl Bar {
    /// Every line.
    pub const ALL: [Self; 7] = [
        Self::Line,
        Self::Double,
        Self::Open,
        Self::Close,
        Self::Both,
        Self::First,
        Self::Second,
    ];

    /// As it stands in ABC.
    pub fn abc(self) -> &'static str {
        match self {
            Self::Line => "|",
            Self::Double => "||",
            Self::Open => "|:",
            Self::Close => ":|",
            Self::Both => "::",
            Self::First => "|1",
            Self::Second => ":|2",
        }
    }

    /// One line for two that stand side by side: the one that says more.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Close, Self::Open) => Self::Both,
            _ => self.max(other),
        }
    }
}

/// One element of a tune, and one token of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Event {
    /// The metre, first of all.
    Metre(Metre),
    /// The key, second.
    Key(Key),
    /// A line between bars.
    Bar(Bar),
    /// Silence of so many ticks.
    Rest(u16),
    /// A note.
    Note(Note),
}

impl Event {
    /// How long it lasts, ticks.
    pub fn ticks(self) -> u32 {
        match self {
            Self::Note(Note { ticks, .. }) | Self::Rest(ticks) => ticks.into(),
            _ => 0,
        }
    }
}
