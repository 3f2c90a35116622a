//! What a Transformer computes on its way, to look at.

use serde::{Deserialize, Serialize};

use crate::tokens::Token;

/// Likeliest tokens of each guess.
pub const GUESSES: usize = 4;
/// First numbers of a state that are told.
pub const NUMBERS: usize = 6;

/// A text's way through all blocks. Layer 0 is the embedding, layer `l` what stands after block `l`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inside {
    /// Blocks, and heads of each.
    pub shape: [u32; 2],
    /// Tokens of the text.
    pub tokens: u32,
    /// Weights of attention, `[blocks, heads, tokens, tokens]`: a row for who looks, a column for what is
    /// looked at; what comes later has 0.
    pub attention: Vec<f32>,
    /// What would come next if the text's way ended here (the 'logit lens'): the likeliest tokens with their
    /// probabilities, [`GUESSES`] for each of `[layers, tokens]`.
    pub guesses: Vec<(Token, f32)>,
    /// The first [`NUMBERS`] of each state, `[layers, tokens, NUMBERS]`.
    pub states: Vec<f32>,
    /// Surprise by each token but the first, bits.
    pub bits: Vec<f32>,
    /// The same with nothing switched off.
    pub whole_bits: Vec<f32>,
}

impl Inside {
    /// What a head attends to from token `at`: a weight for each token up to it.
    pub fn row(&self, block: usize, head: usize, at: usize) -> &[f32] {
        let n = self.tokens as usize;
        let first = ((block * self.shape[1] as usize + head) * n + at) * n;
        self.attention.get(first..=first + at).unwrap_or(&[])
    }

    /// All rows of a head, `[tokens, tokens]`.
    pub fn head(&self, block: usize, head: usize) -> &[f32] {
        let n = self.tokens as usize;
        let first = (block * self.shape[1] as usize + head) * n * n;
        self.attention.get(first..first + n * n).unwrap_or(&[])
    }

    /// The guesses at a layer and a token.
    pub fn guess(&self, layer: usize, at: usize) -> &[(Token, f32)] {
        let first = (layer * self.tokens as usize + at) * GUESSES;
        self.guesses.get(first..first + GUESSES).unwrap_or(&[])
    }

    /// The first numbers of a state.
    pub fn state(&self, layer: usize, at: usize) -> &[f32] {
        let first = (layer * self.tokens as usize + at) * NUMBERS;
        self.states.get(first..first + NUMBERS).unwrap_or(&[])
    }

    /// How much a head attends to what came after the same token earlier on, `0..=1`: the mean, over
    /// tokens that stood there before, of the weight on all tokens that followed one of their own kind.
    /// `None` if no token comes twice. (The induction score of Olsson and others 2022, arXiv:2209.11895,
    /// for texts that are no exact repetition.)
    pub fn induction(&self, text: &[Token], block: usize, head: usize) -> Option<f32> {
        let n = text.len().min(self.tokens as usize);
        let mut sum = 0.0;
        let mut count = 0;
        for at in 0..n {
            let followed = |i: &usize| text[i - 1] == text[at];
            let after: Vec<usize> = (1..=at).filter(followed).collect();
            if after.is_empty() {
                continue;
            }
            let row = self.row(block, head, at);
            sum += after.iter().filter_map(|i| row.get(*i)).sum::<f32>();
            count += 1;
        }
        (count > 0).then(|| sum / count as f32)
    }
}

/// What is switched off: a bit for each head, block by block, and then one for the MLP of each block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Off(pub u64);

impl Off {
    /// The bit of a head.
    pub fn head(shape: [u32; 2], block: usize, head: usize) -> u64 {
        1 << (block * shape[1] as usize + head)
    }

    /// The bit of an MLP.
    pub fn mlp(shape: [u32; 2], block: usize) -> u64 {
        1 << (shape[0] as usize * shape[1] as usize + block)
    }

    /// Is this bit set?
    pub fn has(self, bit: u64) -> bool {
        self.0 & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: a b a c, and a head that looks at what follows the first a from the second one.
    #[test]
    fn induction_by_hand() {
        let n = 4;
        let mut attention = vec![0.0; n * n];
        // The second a (place 2) gives 0.75 to place 1, which followed the first a.
        attention[2 * n + 1] = 0.75;
        attention[2 * n + 2] = 0.25;
        let inside = Inside {
            shape: [1, 1],
            tokens: n as u32,
            attention,
            ..Inside::default()
        };
        assert_eq!(inside.induction(&[5, 6, 5, 7], 0, 0), Some(0.75));
        assert_eq!(inside.induction(&[5, 6, 8, 7], 0, 0), None);
        assert_eq!(inside.row(0, 0, 2), [0.0, 0.75, 0.25]);
    }

    #[test]
    fn every_part_has_a_bit_of_its_own() {
        let shape = [5, 4];
        let heads = (0..20).map(|i| Off::head(shape, i / 4, i % 4));
        let all: Vec<u64> = heads.chain((0..5).map(|i| Off::mlp(shape, i))).collect();
        assert_eq!(all.iter().fold(0, |sum, bit| sum | bit), (1 << 25) - 1);
        assert!(Off(all[3]).has(all[3]) && !Off(all[3]).has(all[4]));
    }
}
