//! What a series shows of itself: correlations with its own past, weights by least squares, and tests.

use nalgebra::{DMatrix, DVector};
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

/// The mean.
pub fn mean(y: &[f64]) -> f64 {
    y.iter().sum::<f64>() / y.len().max(1) as f64
}

/// The standard deviation about the mean, over n.
pub fn spread(y: &[f64]) -> f64 {
    let mean = mean(y);
    let squares: f64 = y.iter().map(|y| (y - mean).powi(2)).sum();
    (squares / y.len().max(1) as f64).sqrt()
}

/// Autocorrelations of lags `0..=lags`: covariances over n, over the variance.
pub fn acf(y: &[f64], lags: usize) -> Vec<f64> {
    let mean = mean(y);
    let y: Vec<f64> = y.iter().map(|y| y - mean).collect();
    let product =
        |lag: usize| -> f64 { y.iter().zip(y.iter().skip(lag)).map(|(a, b)| a * b).sum() };
    let all = product(0);
    let share = |lag| if all > 0.0 { product(lag) / all } else { 0.0 };
    (0..=lags).map(share).collect()
}

/// Partial autocorrelations of lags `0..=lags` (that of lag 0 is 1), by the recursion of Durbin and
/// Levinson: what a lag says beyond all shorter ones.
pub fn pacf(y: &[f64], lags: usize) -> Vec<f64> {
    let acf = acf(y, lags);
    let mut all = vec![1.0];
    let mut weights: Vec<f64> = Vec::new();
    for lag in 1..=lags {
        let known: f64 = weights
            .iter()
            .enumerate()
            .map(|(j, w)| w * acf[lag - 1 - j])
            .sum();
        let left: f64 = 1.0
            - weights
                .iter()
                .zip(&acf[1..])
                .map(|(w, r)| w * r)
                .sum::<f64>();
        let partial = if left > 1e-12 {
            (acf[lag] - known) / left
        } else {
            0.0
        };
        let mirrored: Vec<f64> = weights.iter().rev().copied().collect();
        for (w, back) in weights.iter_mut().zip(mirrored) {
            *w -= partial * back;
        }
        weights.push(partial);
        all.push(partial);
    }
    all
}

/// Weights of some lags by least squares, of `y - mean`; zeros where they are not determined.
pub fn least_squares(y: &[f64], lags: &[usize]) -> Vec<f64> {
    let mean = mean(y);
    let first = lags.iter().copied().max().unwrap_or(0);
    let rows = y.len().saturating_sub(first);
    let past = DMatrix::from_fn(rows, lags.len(), |t, j| y[first + t - lags[j]] - mean);
    let now = DVector::from_fn(rows, |t, _| y[first + t] - mean);
    let normal = past.transpose() * &past;
    let answer = normal
        .cholesky()
        .map(|c| c.solve(&(past.transpose() * now)));
    match answer.filter(|w| w.iter().all(|w| w.is_finite())) {
        Some(weights) => weights.iter().copied().collect(),
        None => vec![0.0; lags.len()],
    }
}

/// Ljung and Box 1978: `Q = n (n + 2) Σ r_k² / (n - k)` over lags `1..=lags` of residuals, and how probable
/// one as large is if nothing is left in them, where so many weights were fitted.
pub fn ljung_box(residuals: &[f64], lags: usize, fitted: usize) -> (f64, f64) {
    let n = residuals.len() as f64;
    let terms = acf(residuals, lags).into_iter().enumerate().skip(1);
    let sum: f64 = terms.map(|(k, r)| r * r / (n - k as f64)).sum();
    let q = n * (n + 2.0) * sum;
    let free = lags.saturating_sub(fitted).max(1);
    let p = ChiSquared::new(free as f64).map_or(f64::NAN, |chi| chi.sf(q));
    (q, p)
}

/// Residuals in order, each beside the value a normal distribution would have there, in standard
/// deviations: `(normal, residual)`.
pub fn quantiles(residuals: &[f64]) -> Vec<(f64, f64)> {
    let (mean, spread) = (mean(residuals), spread(residuals));
    let mut sorted: Vec<f64> = residuals.iter().map(|r| (r - mean) / spread).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let normal = Normal::standard();
    let place = |i: usize| normal.inverse_cdf((i as f64 + 0.5) / n);
    sorted
        .into_iter()
        .enumerate()
        .map(|(i, r)| (place(i), r))
        .collect()
}

/// Kwiatkowski, Phillips, Schmidt and Shin 1992: how far sums of a series wander from its mean. Above
/// [`KPSS_5`] a level that stays is rejected at 5 %.
pub fn kpss(y: &[f64]) -> f64 {
    let mean = mean(y);
    let rest: Vec<f64> = y.iter().map(|y| y - mean).collect();
    let n = rest.len();
    let lags = (4.0 * (n as f64 / 100.0).powf(0.25)) as usize;
    let product = |lag: usize| -> f64 {
        rest.iter()
            .zip(rest.iter().skip(lag))
            .map(|(a, b)| a * b)
            .sum()
    };
    let weight = |lag: usize| 1.0 - lag as f64 / (lags + 1) as f64;
    let long: f64 = product(0)
        + (1..=lags)
            .map(|l| 2.0 * weight(l) * product(l))
            .sum::<f64>();
    let mut sum = 0.0;
    let squares: f64 = rest
        .iter()
        .map(|r| {
            sum += r;
            sum * sum
        })
        .sum();
    if long <= 0.0 {
        0.0
    } else {
        squares / (n as f64 * long)
    }
}

/// See [`kpss`]: its critical value at 5 % (their table 1).
pub const KPSS_5: f64 = 0.463;

/// How strong a season is, `0..=1`: the share of what is left beside the trend that the mean season
/// explains (Wang, Smith and Hyndman 2006, with the classical decomposition).
pub fn season_strength(y: &[f64], season: usize) -> f64 {
    if season < 2 || y.len() < 2 * season + 2 {
        return 0.0;
    }
    let half = season / 2;
    let trend = |t: usize| -> f64 {
        if season % 2 == 1 {
            return mean(&y[t - half..=t + half]);
        }
        let inner: f64 = y[t - half + 1..t + half].iter().sum();
        (inner + (y[t - half] + y[t + half]) / 2.0) / season as f64
    };
    let rest: Vec<(usize, f64)> = (half..y.len() - half)
        .map(|t| (t, y[t] - trend(t)))
        .collect();
    let of = |phase: usize| -> Vec<f64> {
        let here = rest.iter().filter(|(t, _)| t % season == phase);
        here.map(|(_, r)| *r).collect()
    };
    let means: Vec<f64> = (0..season).map(|phase| mean(&of(phase))).collect();
    let left: Vec<f64> = rest.iter().map(|(t, r)| r - means[t % season]).collect();
    let all: Vec<f64> = rest.iter().map(|(_, r)| *r).collect();
    let variance = spread(&all).powi(2);
    if variance <= 0.0 {
        return 0.0;
    }
    (1.0 - spread(&left).powi(2) / variance).max(0.0)
}

/// Above this strength a season is taken away.
pub const STRONG_SEASON: f64 = 0.64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_by_hand() {
        // Mean 2.5; deviations -1.5, -0.5, 0.5, 1.5: products of lag 1 are 0.75, -0.25, 0.75, of 5.
        let acf = acf(&[1.0, 2.0, 3.0, 4.0], 2);
        assert!((acf[1] - 0.25).abs() < 1e-12 && (acf[2] + 0.3).abs() < 1e-12);
        let pacf = pacf(&[1.0, 2.0, 3.0, 4.0], 2);
        // (ρ_2 - ρ_1²) / (1 - ρ_1²)
        let want = (-0.3 - 0.0625) / (1.0 - 0.0625);
        assert!((pacf[1] - 0.25).abs() < 1e-12 && (pacf[2] - want).abs() < 1e-12);
        assert_eq!(super::acf(&[3.0; 5], 1), [0.0, 0.0]);
    }

    #[test]
    fn least_squares_finds_the_weights() {
        let mut y = vec![1.0, -2.0];
        for t in 2..40usize {
            y.push(0.5 * y[t - 1] - 0.8 * y[t - 2]);
        }
        // A mean that is not zero is in the way; two series of opposite sign have none.
        let both: Vec<f64> = y.iter().copied().chain(y.iter().map(|y| -y)).collect();
        let weights = least_squares(&both[..40], &[1, 2]);
        assert!(
            (weights[0] - 0.5).abs() < 0.02 && (weights[1] + 0.8).abs() < 0.02,
            "{weights:?}"
        );
        assert_eq!(least_squares(&[1.0; 9], &[1, 2]), [0.0, 0.0]);
    }

    /// Of white noise, Q is about its degrees of freedom; of what repeats itself it is far more.
    #[test]
    fn what_is_left_is_noticed() {
        let white = crate::models::series::kalman::Arma {
            ar: vec![],
            ma: vec![],
        };
        let noise = crate::models::series::fit::tests::simulated(&white, 200, 1);
        let (q, p) = ljung_box(&noise, 10, 0);
        assert!(q < 25.0 && p > 0.005, "{q} {p}");
        let wave: Vec<f64> = (0..200).map(|t| (f64::from(t) / 4.0).sin()).collect();
        let (q, p) = ljung_box(&wave, 10, 0);
        assert!(q > 200.0 && p < 1e-6, "{q} {p}");
        let normal = quantiles(&noise);
        assert!(
            normal
                .windows(2)
                .all(|two| two[0].0 < two[1].0 && two[0].1 <= two[1].1)
        );
        assert!((normal[100].0).abs() < 0.01, "the middle");
    }

    #[test]
    fn levels_and_seasons_are_told() {
        let season: Vec<f64> = (0..60).map(|t| f64::from(t % 12) + f64::from(t)).collect();
        assert!(season_strength(&season, 12) > 0.99);
        let walk: Vec<f64> = (0..100).map(f64::from).collect();
        assert!(kpss(&walk) > KPSS_5);
        let flat: Vec<f64> = (0..100).map(|t| f64::from(t % 2)).collect();
        assert!(kpss(&flat) < KPSS_5 && season_strength(&flat, 7) < STRONG_SEASON);
    }
}
