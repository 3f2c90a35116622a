//! How much of a tune stands elsewhere, note for note.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Event, Tune};

/// Notes in a row that stand in another tune too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Its first note, counted among the notes of the tune.
    pub first: usize,
    /// So many notes; 0 if there are none.
    pub length: usize,
    /// The tune in which they stand.
    pub tune: usize,
    /// The first of them there, among its notes.
    pub at: usize,
}

/// A note as it is compared: semitones above the keynote, and ticks.
pub type Heard = (i16, u16);

/// The notes of a tune, in whatever key.
pub fn notes(tune: &Tune) -> Vec<Heard> {
    let midi = |step, alter| tune.key.height(step, alter).midi();
    let note = |event: &Event| match event {
        Event::Note(note) => {
            let above = midi(note.step, note.alter) - midi(0, 0);
            Some((above as i16, note.ticks))
        }
        _ => None,
    };
    tune.events.iter().filter_map(note).collect()
}

/// Fewer notes in a row stand in many tunes, and are not looked for.
pub const LEAST: usize = 3;

/// The longest row of notes, [`LEAST`] or more, that stands in one of `others`, in whatever key: the first
/// of those that are as long. Rests and lines are passed over.
pub fn longest<T: Eq + Hash + Copy>(
    tune: &[T],
    others: impl IntoIterator<Item = impl AsRef<[T]>>,
) -> Copied {
    let mut places: HashMap<&[T], Vec<usize>> = HashMap::new();
    for (here, row) in tune.windows(LEAST).enumerate() {
        places.entry(row).or_default().push(here);
    }
    let mut best = Copied::default();
    for (number, other) in others.into_iter().enumerate() {
        let other = other.as_ref();
        for (at, row) in other.windows(LEAST).enumerate() {
            for here in places.get(row).into_iter().flatten().copied() {
                // One that began a note earlier has been followed already.
                if at > 0 && here > 0 && other[at - 1] == tune[here - 1] {
                    continue;
                }
                let pairs = tune[here..].iter().zip(&other[at..]);
                let length = pairs.take_while(|(ours, theirs)| ours == theirs).count();
                if length > best.length {
                    best = Copied {
                        first: here,
                        length,
                        tune: number,
                        at,
                    };
                }
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tunes::abc;

    #[test]
    fn the_longest_row_is_found() {
        let others = ["xxbcd", "abcabcde", "cdefg"].map(str::as_bytes);
        let found = longest(b"zabcdez", others);
        let want = Copied {
            first: 1,
            length: 5,
            tune: 1,
            at: 3,
        };
        assert_eq!(found, want);
        assert_eq!(longest(b"", others), Copied::default());
        assert_eq!(longest(b"z", others).length, 0);
        // A row does not go over from one tune to the next.
        assert_eq!(longest(b"dabcx", others).length, 3);
        assert_eq!(longest(b"dab", others).length, 0);
    }

    #[test]
    fn a_tune_in_another_key_is_the_same() {
        let notes = |line: &str| notes(&abc::read(line).expect("a tune"));
        let [g, d, minor] = [
            "M:2/4 L:1/8 K:G G2 AB|^c4",
            "M:2/4 L:1/8 K:D d|D2 z EF|^G4",
            "M:2/4 L:1/8 K:Gm G2 AB|^c4",
        ]
        .map(notes);
        assert_eq!(longest(&g, [&d]).length, 4);
        // The third of a minor key is another note.
        assert_eq!(longest(&g, [&minor]).length, 0);
    }
}
