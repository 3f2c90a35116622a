//! Autoencoders: squeeze a picture into a few numbers, its code, and restore it from them; and
//! variational ones, whose codes are spread so that random codes mean something (Kingma and
//! Welling 2013, arXiv:1312.6114; Rezende et al. 2014, arXiv:1401.4082).
//!
//! ```text
//! x [n,1,28,28] ──> encoder ──> mean m [n,code] ───────────┐
//!                          └──> log-variance l [n,code] ─┐ │
//!                                 eps ~ N(0, I) ── z = m + exp(l/2) eps ──> decoder ──> logits a
//! ```
//!
//! The decoder says of every pixel how probable ink is: `p = sigmoid(a)`. Both kinds are the same
//! [`net`]; they differ in z and in what they are trained for, per picture and in nats:
//!
//! - autoencoder: `z = m`, loss `-log p(x|z)`;
//! - variational: z drawn as above, loss `-log p(x|z) + beta KL(q(z|x) || N(0, I))`;
//!
//! with `-log p(x|z) = sum over pixels of softplus(a) - a x` and
//! `KL = sum over the code of (m^2 + exp(l) - 1 - l) / 2` (appendix B there). At beta = 1 the
//! second loss is on average never below `-log p(x)`: minus the evidence lower bound, ELBO.
//! [`loss`] has these, [`bounds`] measures them and a tighter bound.
//!
//! Digits are binarised anew whenever they are seen, each pixel being ink with its grey value as
//! probability, so that a Bernoulli likelihood is one. Garments keep their grey values as targets.
//! This is usual, but then the loss is a cross-entropy and no bound on any likelihood.
//!
//! What ships is small for a tab: the work is at 7x7 and 14x14, the last step to 28x28 only moves
//! numbers. `live` is a network of three dense layers each way that learns while one looks.

pub mod blocks;
#[cfg(feature = "nn")]
pub mod bounds;
pub mod course;
#[cfg(feature = "train")]
pub mod live;
#[cfg(feature = "nn")]
pub mod loss;
#[cfg(feature = "nn")]
pub mod net;
#[cfg(feature = "lab")]
pub mod training;
#[cfg(feature = "lab")]
pub mod whiten;

use rand_chacha::rand_core::RngCore;

use crate::noise::{self, INITIAL_DRAW};

/// Log-variances of codes are cut off outside: standard deviations from 0.0025 to 7.4. No trained
/// code comes near either end; the cut keeps `exp` finite when training goes wrong.
pub const LOG_VARIANCE: [f32; 2] = [-12.0, 4.0];

/// Seed of the test set that bounds are measured on: picture i is binarised once with stream
/// `(STATIC_SEED, i, 0)`. The distribution is that of the usual static set (Larochelle and Murray
/// 2011), the draw is our own.
pub const STATIC_SEED: u64 = 2011;

/// Random code `index` of a seed: independent standard normal values, `[code]`.
pub fn random_code(seed: u64, index: u32, code: usize) -> Vec<f32> {
    noise::normal(seed, index, INITIAL_DRAW, code)
}

/// A picture with pixels 0 or 1: each is 1 with its value, `0..=1`, as probability.
pub fn binarize(picture: impl Iterator<Item = f32>, rng: &mut impl RngCore) -> Vec<f32> {
    picture
        .map(|ink| f32::from(u8::from(noise::unit(rng) < ink)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_as_probable_as_it_is_dark() {
        let mut rng = noise::stream(1, 0, 0);
        let greys = [0.0, 0.25, 1.0].into_iter().cycle().take(30_000);
        let binary = binarize(greys, &mut rng);
        let sum = |first: usize| binary.iter().skip(first).step_by(3).sum::<f32>();
        assert_eq!((sum(0), sum(2)), (0.0, 10_000.0));
        assert!((sum(1) - 2500.0).abs() < 5.0 * 43.3, "{}", sum(1));
        assert!(binary.iter().all(|v| *v == 0.0 || *v == 1.0));
    }
}
