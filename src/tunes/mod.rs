//! Tunes as numbers: what a melody is made of, read from ABC and written as it.
//!
//! A tune is a head (metre and key) and a row of notes, rests and bar lines, one [`Event`] each. Heights
//! are told from the keynote, in steps of the key's scale, so that the same melody is the same row in any
//! key; lengths are told in ticks. A row of events becomes tokens by an [`Alphabet`], and tokens are what
//! the Transformer of [`crate::models::text`] goes on with.
//!
//! ABC is Walshaw's notation (standard 2.1, <https://abcnotation.com/wiki/abc:standard:v2.1>); the part of
//! it that is read here is that of melodies without ornaments.

pub mod abc;
pub mod alphabet;
pub mod bars;
pub mod copies;
pub mod event;
pub mod key;
pub mod learned;
#[cfg(feature = "ui")]
pub mod midi;
pub mod order;
pub mod sound;

pub use alphabet::Alphabet;
pub use event::{Bar, Event, Metre, Note, QUARTER};
pub use key::{Key, Mode};

/// A tune: its head, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tune {
    /// Its metre.
    pub metre: Metre,
    /// Its key.
    pub key: Key,
    /// Notes, rests and bar lines.
    pub events: Vec<Event>,
}

impl Tune {
    /// Everything in a row, the head first.
    pub fn row(&self) -> impl Iterator<Item = Event> {
        let head = [Event::Metre(self.metre), Event::Key(self.key)];
        head.into_iter().chain(self.events.iter().copied())
    }

    /// A tune of a row that begins with a head; `None` if it does not. Heads that stand further on are left
    /// out.
    pub fn of(row: impl IntoIterator<Item = Event>) -> Option<Self> {
        let mut row = row.into_iter();
        let (Event::Metre(metre), Event::Key(key)) = (row.next()?, row.next()?) else {
            return None;
        };
        let events = row.filter(|event| !matches!(event, Event::Metre(_) | Event::Key(_)));
        Some(Self {
            metre,
            key,
            events: events.collect(),
        })
    }
}
