//! How good forecasts are, on values that no model was fitted to: each from all values before its origin,
//! which moves on value by value (a rolling origin; weights stay as they were fitted before the first).

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::told::{Scores, WIDE};

/// Forecasts of one forecaster, as they are made.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Of each origin, the first held-out value on: expected, spread, and the truth, by steps ahead.
    rows: Vec<Vec<(f64, f64, f64)>>,
}

impl Record {
    /// Forecasts from one origin on: what is expected of each value of `truth`, and its standard deviation.
    pub fn origin(&mut self, ahead: impl IntoIterator<Item = (f64, f64)>, truth: &[f64]) {
        let rows = ahead.into_iter().zip(truth);
        let row = rows.map(|((mean, spread), truth)| (mean, spread, *truth));
        self.rows.push(row.collect());
    }

    /// One step ahead, of each held-out value: expected, and its standard deviation.
    pub fn steps(&self) -> Vec<(f64, f64)> {
        let first = self.rows.iter().filter_map(|row| row.first());
        first.map(|(mean, spread, _)| (*mean, *spread)).collect()
    }

    /// What it came to. `scale`: see [`scale`].
    pub fn scores(&self, scale: f64) -> Scores {
        let most = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let at = |h: usize| self.rows.iter().filter_map(move |row| row.get(h));
        let rmse = |h: usize| {
            let off: Vec<f64> = at(h).map(|(mean, _, truth)| truth - mean).collect();
            root_mean_square(&off)
        };
        let first: Vec<_> = at(0).copied().collect();
        let n = first.len().max(1) as f64;
        let absolute: f64 = first
            .iter()
            .map(|(mean, _, truth)| (truth - mean).abs())
            .sum();
        let all: Vec<_> = self.rows.iter().flatten().collect();
        let inside = all
            .iter()
            .filter(|(mean, spread, truth)| (truth - mean).abs() <= WIDE * spread);
        Scores {
            rmse: (0..most).map(rmse).collect(),
            mase: absolute / n / scale,
            crps: first
                .iter()
                .map(|(mean, spread, truth)| crps(truth - mean, *spread))
                .sum::<f64>()
                / n,
            coverage: inside.count() as f64 / all.len().max(1) as f64,
        }
    }
}

/// The mean absolute error of repeating the value a season before (the last one, if there is no season)
/// within `train`: errors are told in units of it (Hyndman and Koehler 2006).
pub fn scale(train: &[f64], season: usize) -> f64 {
    let steps = train.iter().skip(season).zip(train);
    let off = steps.map(|(later, before)| (later - before).abs());
    off.sum::<f64>() / train.len().saturating_sub(season).max(1) as f64
}

/// The continuous ranked probability score of a normal forecast: `s (z (2 Φ(z) - 1) + 2 φ(z) - 1/√π)` with
/// `z = error / s` (Gneiting and Raftery 2007, equation 21 with the sign turned). A forecast without spread
/// has the absolute error.
pub fn crps(error: f64, s: f64) -> f64 {
    if s <= 0.0 {
        return error.abs();
    }
    let normal = Normal::standard();
    let z = error / s;
    s * (z * (2.0 * normal.cdf(z) - 1.0) + 2.0 * normal.pdf(z)
        - std::f64::consts::PI.sqrt().recip())
}

/// How many of `n` values are held out: a quarter, but no more than three years of months.
pub fn held(n: usize) -> usize {
    (n / 4).clamp(2, 36)
}

/// Is it worth asking? A series needs a few seasons before the first origin, and something that moves.
pub fn is_enough(y: &[f64], season: usize) -> bool {
    let train = y.len() - held(y.len());
    train >= 2 * season + 8 && y[..train].windows(2).any(|pair| pair[0] != pair[1])
}

/// The root of the mean square.
pub fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: at the middle of a standard normal, 2 φ(0) - 1/√π; far off, nearly the distance.
    #[test]
    fn scores_by_hand() {
        let middle = 2.0 / std::f64::consts::TAU.sqrt() - 1.0 / std::f64::consts::PI.sqrt();
        assert!((crps(0.0, 1.0) - middle).abs() < 1e-9);
        assert!((crps(50.0, 1.0) - (50.0 - 1.0 / std::f64::consts::PI.sqrt())).abs() < 1e-9);
        assert_eq!(crps(-3.0, 0.0), 3.0);
        let y = [1.0, 2.0, 4.0, 7.0, 11.0];
        let mut record = Record::default();
        // The last value again, with the spread of the steps 1 and 2.
        let step = 2.5f64.sqrt();
        let last = |at: usize| [1.0, 2.0].map(|h: f64| (y[at - 1], step * h.sqrt()));
        for at in 3..5 {
            record.origin(last(at), &y[at..]);
        }
        let scores = record.scores(2.0);
        // Off by 3 and 4 after a step, by 7 after two.
        assert_eq!(scores.rmse, [12.5f64.sqrt(), 7.0]);
        assert_eq!((scores.mase, scores.coverage), (1.75, 1.0 / 3.0));
        assert_eq!(record.steps(), [(4.0, step), (7.0, step)]);
        assert_eq!(scale(&[1.0, 5.0, 2.0, 6.0], 2), 1.0);
    }

    #[test]
    fn enough_is_two_seasons_and_more() {
        let y: Vec<f64> = (0..60).map(f64::from).collect();
        assert!(is_enough(&y, 12) && !is_enough(&y[..30], 12) && !is_enough(&[1.0; 60], 12));
    }
}
