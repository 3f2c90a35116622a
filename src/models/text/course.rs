//! The training of a small Transformer in the page: what page and engine agree on.

use serde::{Deserialize, Serialize};

use super::Shape;
use crate::tokens::{END, FIRST_MERGE, Token, Tokens};

/// Tokens of a piece that it learns from.
pub const PIECE: usize = 64;
/// Pieces a step.
pub const BATCH: usize = 16;
/// The last part of a text is held out: one byte in so many.
pub const HELD_OUT: usize = 10;
/// Bytes of a text, at least and at most.
pub const BYTES: [usize; 2] = [2_000, 300_000];
/// Merges that are learned of a text, at most.
pub const MERGES: usize = 255;

/// The network for a vocabulary.
pub fn shape(vocabulary: usize) -> Shape {
    Shape {
        vocabulary: vocabulary as u32,
        width: 64,
        layers: 2,
        // Four would take an eighth more time.
        heads: 2,
    }
}

/// All that is needed to go on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u32,
    /// The vocabulary.
    pub merges: Vec<[Token; 2]>,
    /// All parameters, one after the other.
    pub weights: Vec<f32>,
    /// What the optimiser remembers, as burn writes it; empty at the start.
    pub memory: Vec<u8>,
}

/// A text, cut in two and made tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its vocabulary.
    pub tokens: Tokens,
    /// To learn from.
    pub train: Vec<Token>,
    /// To judge by.
    pub held_out: Vec<Token>,
    /// Characters of both parts.
    pub characters: [usize; 2],
}

impl Lesson {
    /// Learns the vocabulary of the first part of a text, unless one is given. Blank lines are ends.
    pub fn new(text: &str, tokens: Option<Tokens>) -> Self {
        let mut at = text.len() - text.len() / HELD_OUT;
        while !text.is_char_boundary(at) {
            at += 1;
        }
        let (train, held_out) = text.split_at(at);
        let tokens = tokens.unwrap_or_else(|| Tokens::learn(std::iter::once(train), MERGES));
        let encode = |text: &str| {
            let parts = text.split("\n\n").map(|part| tokens.encode(part));
            let mut all = vec![END];
            for part in parts.filter(|part| !part.is_empty()) {
                all.extend(part);
                all.push(END);
            }
            all
        };
        Self {
            train: encode(train),
            held_out: encode(held_out),
            characters: [train, held_out].map(|text| text.chars().count()),
            tokens,
        }
    }

    /// The shape of its network.
    pub fn shape(&self) -> Shape {
        let count = usize::from(FIRST_MERGE) + self.tokens.merges().len();
        shape(count)
    }

    /// Characters of a token, mean: of what is learned from, and of what is held out.
    pub fn characters_a_token(&self) -> [f32; 2] {
        let [a, b] = self.characters.map(|n| n as f32);
        [a / self.train.len() as f32, b / self.held_out.len() as f32]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_letters() {
        let text = "äöü ".repeat(100) + "\n\n" + &"the end ".repeat(20);
        let lesson = Lesson::new(&text, None);
        let all = lesson.characters[0] + lesson.characters[1];
        assert_eq!(all, text.chars().count());
        assert!(lesson.train.starts_with(&[END]) && lesson.held_out.ends_with(&[END]));
        assert_eq!(lesson.train.iter().filter(|t| **t == END).count(), 3);
        assert!(lesson.characters_a_token().iter().all(|n| *n > 1.0));
        let again = Lesson::new(&text, Some(lesson.tokens.clone()));
        assert_eq!(again, lesson);
    }
}
