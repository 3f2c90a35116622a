//! A text's way through a network, token by token.

use super::step::{Stepper, Watch};
use crate::models::next::{Choosing, surprise};
use crate::models::text::inside::{GUESSES, Inside, NUMBERS, Off};
use crate::tokens::Token;

/// Writes down what a token meets.
struct Note<'a> {
    inside: &'a mut Inside,
    off: Off,
    at: usize,
    states: Vec<Vec<f32>>,
}

impl Watch for Note<'_> {
    fn state(&mut self, h: &[f32]) {
        self.states.push(h.to_vec());
    }

    fn head(&mut self, block: usize, head: usize, weights: &[f32], sum: f32) -> bool {
        let (shape, n) = (self.inside.shape, self.inside.tokens as usize);
        let first = ((block * shape[1] as usize + head) * n + self.at) * n;
        let row = &mut self.inside.attention[first..first + weights.len()];
        for (kept, weight) in row.iter_mut().zip(weights) {
            *kept = weight / sum;
        }
        !self.off.has(Off::head(shape, block, head))
    }

    fn mlp(&mut self, block: usize) -> bool {
        !self.off.has(Off::mlp(self.inside.shape, block))
    }
}

impl Stepper {
    /// Looks at a text, at most a context long, with some parts switched off.
    pub fn look(&self, text: &[Token], off: Off) -> Inside {
        let shape = self.shape().map(|n| n as u32);
        let n = text.len();
        let mut inside = Inside {
            shape,
            tokens: n as u32,
            attention: vec![0.0; (shape[0] * shape[1]) as usize * n * n],
            ..Inside::default()
        };
        let layers = shape[0] as usize + 1;
        let mut guesses = vec![(0, 0.0); layers * n * GUESSES];
        let mut states = vec![0.0; layers * n * NUMBERS];
        let mut past = self.nothing();
        for (at, token) in text.iter().enumerate() {
            let mut note = Note {
                inside: &mut inside,
                off,
                at,
                states: Vec::new(),
            };
            let logits = self.watched(*token, &mut past, &mut note);
            let met = note.states;
            if let Some(next) = text.get(at + 1) {
                inside.bits.push(surprise(&logits, usize::from(*next)));
            }
            for (layer, h) in met.iter().enumerate() {
                let place = layer * n + at;
                let numbers = &mut states[place * NUMBERS..(place + 1) * NUMBERS];
                numbers.iter_mut().zip(h).for_each(|(kept, h)| *kept = *h);
                let best = likeliest(&self.logits(h));
                guesses[place * GUESSES..(place + 1) * GUESSES].copy_from_slice(&best);
            }
        }
        inside.guesses = guesses;
        inside.states = states;
        inside.whole_bits = match off {
            Off(0) => inside.bits.clone(),
            _ => self.bits(text),
        };
        inside
    }

    /// Surprise by each token of a text but the first, bits.
    fn bits(&self, text: &[Token]) -> Vec<f32> {
        let mut past = self.nothing();
        let pairs = text.windows(2);
        let bits = pairs.map(|pair| surprise(&self.after(pair[0], &mut past), pair[1].into()));
        bits.collect()
    }
}

/// The likeliest tokens with their probabilities.
fn likeliest(logits: &[f32]) -> [(Token, f32); GUESSES] {
    let odds = Choosing::default().probabilities(logits);
    let mut all: Vec<(Token, f32)> = (0..).zip(odds).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let one = |i: usize| all.get(i).copied().unwrap_or_default();
    std::array::from_fn(one)
}

#[cfg(test)]
mod tests {
    use super::super::Cache;
    use super::super::testing::{apart, net, text};
    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::nn::read;
    use crate::nn::rows::Numbers;

    fn stepper() -> Stepper {
        block_on(Stepper::new(&net(), Numbers::Float)).expect("reads")
    }

    #[test]
    fn what_is_seen_is_what_is_computed() {
        let (stepper, text) = (stepper(), text(12));
        let inside = stepper.look(&text, Off(0));
        // Every row of attention is a distribution over what stands before.
        for block in 0..3 {
            for head in 0..2 {
                for at in 0..12 {
                    let row = inside.row(block, head, at);
                    assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
                    assert_eq!(row.len(), at + 1);
                }
            }
        }
        // The last layer's guess is the network's own.
        let logits = block_on(read(net().after(&text, &mut Cache::default()))).expect("reads");
        let best = likeliest(&logits);
        assert_eq!(inside.guess(3, 11)[0].0, best[0].0);
        assert!((inside.guess(3, 11)[0].1 - best[0].1).abs() < 1e-3);
        assert_eq!(inside.bits, inside.whole_bits);
        assert!(apart(&stepper.bits(&text), &inside.bits) < 1e-3);
    }

    /// What stands before it is as it was, what comes after it changes.
    #[test]
    fn what_is_switched_off_is_missed_from_there_on() {
        let (stepper, text) = (stepper(), text(12));
        let whole = stepper.look(&text, Off(0));
        let shape = whole.shape;
        let bits = [Off::head(shape, 1, 0), Off::mlp(shape, 1)];
        for off in bits {
            let less = stepper.look(&text, Off(off));
            let per_block = 2 * 12 * 12;
            let first_blocks = ..2 * per_block;
            assert_eq!(less.attention[first_blocks], whole.attention[first_blocks]);
            assert_ne!(
                less.attention[2 * per_block..],
                whole.attention[2 * per_block..]
            );
            assert_ne!(less.bits, whole.bits);
            assert_eq!(less.whole_bits, whole.whole_bits);
        }
        // Everything off: the embedding goes straight to the logits.
        let none = stepper.look(&text, Off((1 << 9) - 1));
        for at in 0..12 {
            assert_eq!(none.state(0, at), none.state(3, at));
            assert_eq!(none.guess(0, at), none.guess(3, at));
        }
    }
}
