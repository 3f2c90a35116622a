//! From scores for what may come next to a choice: the same for words, pixels, values and samples of
//! sound.
//!
//! An autoregressive model writes a joint probability as a product, `p(x) = Π p(x_i | x_1 … x_{i-1})`,
//! and gives one logit for each value that x_i can take. What is done to them before one is drawn is no
//! part of the model: temperature, top-k (Fan, Lewis and Dauphin 2018, arXiv:1805.04833), top-p
//! (Holtzman and others 2020, arXiv:1904.09751), min-p (Nguyen and others 2024, arXiv:2407.01082).

use serde::{Deserialize, Serialize};

/// How scores become the distribution that is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choosing {
    /// Logits are divided by it; 0 takes the likeliest always.
    pub temperature: f32,
    /// So many of the likeliest are kept; 0 keeps all.
    pub top_k: u32,
    /// As many of the likeliest as have this probability together are kept; 1 keeps all.
    pub top_p: f32,
    /// Those are kept that have at least this share of the likeliest's probability; 0 keeps all.
    pub min_p: f32,
}

impl Default for Choosing {
    /// The model's own distribution.
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
        }
    }
}

impl Choosing {
    /// Whether every number is one that makes sense.
    pub fn is_sound(&self) -> bool {
        let share = 0.0..=1.0;
        (0.0..=100.0).contains(&self.temperature)
            && share.contains(&self.top_p)
            && share.contains(&self.min_p)
    }

    /// The distribution that is drawn from: temperature first, then top-k, top-p and min-p, each on what
    /// those before it left, renormalised. At least the likeliest is kept.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        let keeps_all = self.top_k == 0 && self.top_p >= 1.0 && self.min_p <= 0.0;
        if keeps_all && self.temperature > 0.0 {
            // In their own order: sorting takes longer than all else.
            let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let weight = |logit: &f32| ((logit - most) / self.temperature).exp();
            let mut p: Vec<f32> = logits.iter().map(weight).collect();
            let total: f32 = p.iter().sum();
            p.iter_mut().for_each(|p| *p /= total);
            return p;
        }
        let mut order: Vec<usize> = (0..logits.len()).collect();
        order.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]));
        let mut p = vec![0.0; logits.len()];
        let Some(first) = order.first() else { return p };
        if self.temperature <= 0.0 {
            p[*first] = 1.0;
            return p;
        }
        let most = logits[*first];
        let weight = |i: &usize| ((logits[*i] - most) / self.temperature).exp();
        let weights: Vec<f32> = order.iter().map(weight).collect();
        let mut kept = match self.top_k {
            0 => order.len(),
            k => order.len().min(k as usize),
        };
        if self.top_p < 1.0 {
            let goal = self.top_p * weights[..kept].iter().sum::<f32>();
            let mut sum = 0.0;
            let below = weights[..kept].iter().take_while(|w| {
                let short = sum < goal;
                sum += **w;
                short
            });
            kept = below.count().max(1);
        }
        let share = |w: &&f32| **w >= self.min_p;
        kept = weights[..kept].iter().take_while(share).count().max(1);
        let total: f32 = weights[..kept].iter().sum();
        for (i, w) in order.iter().zip(&weights[..kept]) {
            p[*i] = w / total;
        }
        p
    }
}

/// Draws from a distribution: the value in whose part of `0..1` the number `u` falls.
pub fn choose(probabilities: &[f32], u: f32) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (i, p) in probabilities.iter().enumerate() {
        if *p <= 0.0 {
            continue;
        }
        sum += p;
        last = i;
        if u < sum {
            break;
        }
    }
    last
}

/// How surprising a value is to a model with these logits, bits: `-log2 p`.
pub fn surprise(logits: &[f32], value: usize) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    let own = logits
        .get(value)
        .map_or(f32::NEG_INFINITY, |logit| logit - most);
    (sum.ln() - own) / std::f32::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise;

    fn of(choosing: Choosing) -> Vec<f32> {
        // Probabilities 0.4, 0.1, 0.3, 0.2.
        choosing.probabilities(&[0.4f32, 0.1, 0.3, 0.2].map(f32::ln))
    }

    fn near(a: &[f32], b: [f32; 4]) {
        let far = a
            .iter()
            .zip(b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(far < 1e-6 && a.len() == 4, "{a:?}, not {b:?}");
    }

    #[test]
    fn cases_worked_by_hand() {
        let plain = Choosing::default();
        near(&of(plain), [0.4, 0.1, 0.3, 0.2]);
        let (top_k, top_p, min_p) = (2, 0.65, 0.6);
        near(
            &of(Choosing { top_k, ..plain }),
            [4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0],
        );
        // 0.4 is short of 0.65, 0.7 is not.
        near(
            &of(Choosing { top_p, ..plain }),
            [4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0],
        );
        // At least 0.24.
        near(
            &of(Choosing { min_p, ..plain }),
            [4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0],
        );
        let temperature = 0.5;
        let squares = [16.0, 1.0, 9.0, 4.0].map(|s| s / 30.0);
        near(
            &of(Choosing {
                temperature,
                ..plain
            }),
            squares,
        );
        let greedy = Choosing {
            temperature: 0.0,
            ..plain
        };
        near(&of(greedy), [1.0, 0.0, 0.0, 0.0]);
        // 0.4 of the 0.9 that top-k left is short of 0.5 of it; 0.7 is not.
        let both = Choosing {
            top_k: 3,
            top_p: 0.5,
            ..plain
        };
        near(&of(both), [4.0 / 7.0, 0.0, 3.0 / 7.0, 0.0]);
        let none = Choosing {
            top_p: 0.0,
            min_p: 1.0,
            ..plain
        };
        near(&of(none), [1.0, 0.0, 0.0, 0.0]);
    }

    /// Draws come as often as they should: χ² of 3 degrees of freedom below its 99.9 % point.
    #[test]
    fn draws_come_as_often_as_is_said() {
        let p = of(Choosing {
            temperature: 1.3,
            ..Choosing::default()
        });
        let n = 20_000;
        let mut seen = [0u32; 4];
        for i in 0..n {
            seen[choose(&p, noise::unit(&mut noise::stream(3, 0, i)))] += 1;
        }
        let off = |(p, seen): (&f32, u32)| (seen as f32 - p * n as f32).powi(2) / (p * n as f32);
        let chi: f32 = p.iter().zip(seen).map(off).sum();
        assert!(chi < 16.27, "{chi}: {seen:?} of {p:?}");
    }

    #[test]
    fn half_a_chance_is_a_bit() {
        let logits = [0.5f32, 0.125, 0.375].map(f32::ln);
        for (value, bits) in [(0, 1.0), (1, 3.0), (2, 1.4150375)] {
            assert!((surprise(&logits, value) - bits).abs() < 1e-5);
        }
    }

    #[test]
    fn what_is_impossible_is_never_drawn() {
        assert_eq!(choose(&[0.0, 1.0, 0.0], 0.0), 1);
        // Rounding can leave the sum a little short of one.
        assert_eq!(choose(&[0.0, 0.999, 0.0], 0.9999), 1);
        assert_eq!(choose(&[0.5, 0.5], 0.5), 1);
    }
}
