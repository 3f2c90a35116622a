//! What the two players minimise.
//!
//! The discriminator gives a *score* s, any number. In the first two games the probability that a
//! point is real is `sigmoid(s)`; in the others the score stands for itself. Means run over a batch.
//!
//! | game | discriminator | generator | source |
//! |---|---|---|---|
//! | minimax | `-E[log sigmoid(s_real)] - E[log(1 - sigmoid(s_fake))]` | `E[log(1 - sigmoid(s_fake))]` | Goodfellow et al. 2014 (arXiv:1406.2661), eq. 1 |
//! | non-saturating | the same | `-E[log sigmoid(s_fake)]` | section 3 there |
//! | least squares | `E[(s_real - 1)^2] / 2 + E[s_fake^2] / 2` | `E[(s_fake - 1)^2] / 2` | Mao et al. 2017 (arXiv:1611.04076), eq. 9 |
//! | Wasserstein | `E[s_fake] - E[s_real]` | `-E[s_fake]` | Arjovsky et al. 2017 (arXiv:1701.07875), algorithm 1 |
//!
//! What a fake feels is the negative gradient of the generator's loss at its place, its *pull*. It
//! is the slope of the score times a strength that depends on the score alone: `sigmoid(s)` for
//! minimax, `sigmoid(-s)` for non-saturating, `1 - s` for least squares, 1 for Wasserstein. That is
//! why minimax starves a generator whose fakes are seen through (`sigmoid(s)` near 0), and
//! non-saturating does not.

#[cfg(feature = "nn")]
use burn::tensor::{Tensor, activation::log_sigmoid};

use serde::{Deserialize, Serialize};

/// What discriminator and generator minimise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Loss {
    /// The zero-sum game (Goodfellow et al. 2014, eq. 1).
    Minimax,
    /// The same discriminator, and a generator that maximises `log D(G(z))` (section 3 there).
    #[default]
    NonSaturating,
    /// Least squares (Mao et al. 2017, eq. 9, with targets 0 and 1).
    LeastSquares,
    /// Wasserstein with clipped weights (Arjovsky et al. 2017, algorithm 1).
    Wasserstein,
}

/// The logistic function.
pub fn sigmoid(s: f32) -> f32 {
    1.0 / (1.0 + (-s).exp())
}

/// The discriminator's loss of the scores of real points and of fakes, `[1]`.
#[cfg(feature = "nn")]
pub fn discriminator<const D: usize>(loss: Loss, real: Tensor<D>, fake: Tensor<D>) -> Tensor<1> {
    match loss {
        Loss::Minimax | Loss::NonSaturating => {
            -(log_sigmoid(real).mean() + log_sigmoid(-fake).mean())
        }
        Loss::LeastSquares => {
            let miss = real - 1.0;
            ((miss.clone() * miss).mean() + (fake.clone() * fake).mean()) * 0.5
        }
        Loss::Wasserstein => fake.mean() - real.mean(),
    }
}

/// The generator's loss of its fakes' scores, `[1]`.
#[cfg(feature = "nn")]
pub fn generator<const D: usize>(loss: Loss, fake: Tensor<D>) -> Tensor<1> {
    match loss {
        Loss::Minimax => log_sigmoid(-fake).mean(),
        Loss::NonSaturating => -log_sigmoid(fake).mean(),
        Loss::LeastSquares => {
            let miss = fake - 1.0;
            (miss.clone() * miss).mean() * 0.5
        }
        Loss::Wasserstein => -fake.mean(),
    }
}

/// The score above which a point is taken for real. A Wasserstein critic knows none; the middle
/// between its mean scores of both kinds stands in.
pub fn threshold(loss: Loss, mean_real: f32, mean_fake: f32) -> f32 {
    match loss {
        Loss::Minimax | Loss::NonSaturating => 0.0,
        Loss::LeastSquares => 0.5,
        Loss::Wasserstein => f32::midpoint(mean_real, mean_fake),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "nn")]
    mod on_a_device {
        use burn::tensor::Device;

        use super::*;

        fn scores(values: &[f32]) -> Tensor<1> {
            Tensor::from_floats(values, &Device::flex())
        }

        fn value(loss: Tensor<1>) -> f32 {
            loss.into_scalar::<f32>()
        }

        /// Scores of 0 are probabilities of 1/2: `2 ln 2`, where Goodfellow et al.'s game ends
        /// (theorem 1: `-log 4` with the sign turned), and `-ln 2` or `ln 2` for the generator.
        #[test]
        fn a_coin_flip_costs_what_theorem_1_says() {
            let zero = || scores(&[0.0, 0.0]);
            let ln2 = std::f32::consts::LN_2;
            for (loss, d, g) in [
                (Loss::Minimax, 2.0 * ln2, -ln2),
                (Loss::NonSaturating, 2.0 * ln2, ln2),
                (Loss::LeastSquares, 0.5, 0.5),
                (Loss::Wasserstein, 0.0, 0.0),
            ] {
                let got = value(discriminator(loss, zero(), zero()));
                assert!((got - d).abs() < 1e-6, "{loss:?}: {got}");
                let got = value(generator(loss, zero()));
                assert!((got - g).abs() < 1e-6, "{loss:?}: {got}");
            }
        }

        /// By hand, with sigmoid(ln 3) = 3/4: real scores ln 3 and 0, fake scores -ln 3 and 1.
        #[test]
        fn a_case_by_hand() {
            let ln3 = 3f32.ln();
            let (real, fake) = (|| scores(&[ln3, 0.0]), || scores(&[-ln3, 1.0]));
            let log_sigmoid = |s: f32| sigmoid(s).ln();
            // E[log D(x)] = (ln 3/4 + ln 1/2) / 2, E[log(1 - D)] = (ln 3/4 + ln sigmoid(-1)) / 2.
            let on_real = 0.5 * (0.75f32.ln() + 0.5f32.ln());
            let on_fake = 0.5 * (0.75f32.ln() + log_sigmoid(-1.0));
            let squares = 0.5 * (0.5 * ((ln3 - 1.0).powi(2) + 1.0) + 0.5 * (ln3 * ln3 + 1.0));
            for (loss, d, g) in [
                (Loss::Minimax, -on_real - on_fake, on_fake),
                (
                    Loss::NonSaturating,
                    -on_real - on_fake,
                    -0.5 * (0.25f32.ln() + log_sigmoid(1.0)),
                ),
                (Loss::LeastSquares, squares, 0.25 * (ln3 + 1.0).powi(2)),
                (
                    Loss::Wasserstein,
                    0.5 * (1.0 - ln3) - 0.5 * ln3,
                    -0.5 * (1.0 - ln3),
                ),
            ] {
                let got = value(discriminator(loss, real(), fake()));
                assert!((got - d).abs() < 1e-5, "{loss:?}: {got} {d}");
                let got = value(generator(loss, fake()));
                assert!((got - g).abs() < 1e-5, "{loss:?}: {got} {g}");
            }
        }

        /// A discriminator that is sure, and right, costs nothing; one that is sure and wrong is
        /// not infinite, as a naive `ln(1 - sigmoid(s))` would be.
        #[test]
        fn scores_far_out_stay_finite() {
            let (high, low) = (|| scores(&[200.0]), || scores(&[-200.0]));
            let right = value(discriminator(Loss::NonSaturating, high(), low()));
            assert!(right.abs() < 1e-6, "{right}");
            let wrong = value(discriminator(Loss::NonSaturating, low(), high()));
            assert!((wrong - 400.0).abs() < 1e-3, "{wrong}");
            assert!((value(generator(Loss::Minimax, high())) + 200.0).abs() < 1e-3);
        }
    }

    #[test]
    fn thresholds_divide_real_from_fake() {
        assert_eq!(threshold(Loss::Minimax, 3.0, -9.0), 0.0);
        assert_eq!(threshold(Loss::LeastSquares, 3.0, -9.0), 0.5);
        assert_eq!(threshold(Loss::Wasserstein, 3.0, -9.0), -3.0);
    }
}
