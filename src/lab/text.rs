//! What `lab` does with texts: read them, judge a network by what it did not see, let it write.

use anyhow::{Context, Result};

use super::Folders;
use crate::data::facts;
use crate::data::text::{Corpus, encoded};
use crate::models::next::{Choosing, choose};
use crate::models::text::net::{Cache, Transformer};
use crate::models::text::training::surprises;
use crate::models::text::{CONTEXT, Shape};
use crate::noise;
use crate::tokens::{END, Token, Tokens};

/// Merges that are learned: with 256 bytes and the end, 640 tokens.
const MERGES: usize = 383;

/// The shape of what ships.
pub const SHAPE: Shape = Shape {
    vocabulary: 257 + MERGES as u32,
    width: 128,
    layers: 5,
    heads: 4,
};

/// A corpus as numbers.
pub struct Text {
    /// Its vocabulary, learned from what is learned from.
    pub tokens: Tokens,
    /// To learn from.
    pub train: Vec<Token>,
    /// To judge by.
    pub held_out: Vec<Token>,
}

/// So often each sentence about each fact stands among the stories: nearly half of all that is read. (A fifth
/// was not enough: a third of the facts were known after 11,000 pieces.)
const READINGS: usize = 40;

/// Both, spread evenly.
fn mixed(stories: Vec<String>, readings: Vec<String>) -> Vec<String> {
    let place = |i: usize, of: usize| (2 * i + 1) as f64 / of as f64;
    let [m, n] = [stories.len(), readings.len()];
    let stories = stories.into_iter().enumerate();
    let readings = readings.into_iter().enumerate();
    let stories = stories.map(|(i, text)| (place(i, m), text));
    let readings = readings.map(|(i, text)| (place(i, n), text));
    let mut all: Vec<(f64, String)> = stories.chain(readings).collect();
    all.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    all.into_iter().map(|(_, text)| text).collect()
}

impl Text {
    /// Reads what ships learns from: stories with sentences about facts among them.
    pub fn load(folders: &Folders, corpus: Corpus) -> Result<Self> {
        Self::read(folders, corpus, true)
    }

    /// Reads a corpus alone.
    pub fn plain(folders: &Folders, corpus: Corpus) -> Result<Self> {
        Self::read(folders, corpus, false)
    }

    /// The vocabulary is that of the corpus alone.
    fn read(folders: &Folders, corpus: Corpus, with_facts: bool) -> Result<Self> {
        let texts = corpus
            .load(&folders.data)
            .context("the texts have to lie in data/text (see src/data/text.rs)")?;
        let tokens = Tokens::learn(texts.train.iter().map(String::as_str), MERGES);
        let train = match corpus {
            Corpus::Stories if with_facts => mixed(texts.train, facts::readings(READINGS)),
            _ => texts.train,
        };
        Ok(Self {
            train: encoded(&tokens, &train),
            held_out: encoded(&tokens, &texts.held_out),
            tokens,
        })
    }

    /// What a network needs for a character of the first `most` tokens held out, bits. The ends between
    /// texts are paid for, and count as no character.
    pub fn bits_per_character(&self, net: &Transformer, most: usize) -> f64 {
        self.bits_of(net, &self.held_out[..self.held_out.len().min(most)])
    }

    /// The same for any tokens.
    pub fn bits_of(&self, net: &Transformer, part: &[Token]) -> f64 {
        let characters = self.tokens.decode(part).chars().count();
        let nats: f64 = surprises(net, part).into_iter().map(f64::from).sum();
        nats / std::f64::consts::LN_2 / characters as f64
    }
}

/// What a network writes of a seed from nothing, at most `most` tokens, at its own odds but for the
/// unlikeliest.
pub fn write(net: &Transformer, tokens: &Tokens, seed: u64, most: usize) -> String {
    let choosing = Choosing {
        temperature: 0.8,
        top_p: 0.95,
        ..Choosing::default()
    };
    let mut cache = Cache::default();
    let mut text = vec![END];
    while text.len() <= most.min(4 * CONTEXT) {
        let logits = net.after(&text[text.len() - 1..], &mut cache).into_data();
        let p = choosing.probabilities(&logits.iter::<f32>().collect::<Vec<_>>());
        let u = noise::unit(&mut noise::stream(seed, 0, text.len() as u32));
        let next = choose(&p, u) as Token;
        if next == END {
            break;
        }
        text.push(next);
    }
    tokens.decode(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_spread_evenly() {
        let text = |name: &str, n: usize| (0..n).map(|i| format!("{name}{i}")).collect();
        let all = mixed(text("s", 4), text("r", 2));
        assert_eq!(all, ["s0", "r0", "s1", "s2", "r1", "s3"].map(String::from));
    }
}
