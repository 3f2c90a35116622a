//! Forecasts side by side, on values that no model was fitted to: each from all values before its origin, which
//! moves on value by value (a rolling origin; weights stay as they were fitted before the first).

use super::difference::difference;
use super::fit::{Fit, Fitting};
use super::forecast::forecast;
use super::looks::{mean, spread};
use super::told::{Scores, WIDE};
use super::{Order, Spec};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// Somebody who forecasts.
#[derive(Clone, Debug)]
pub enum Forecaster {
    /// The last value, again and again; an error's spread grows as the root of time.
    Last {
        /// Standard deviation of a step.
        step: f64,
    },
    /// The value one season before.
    Season {
        /// Its length.
        season: usize,
        /// Standard deviation of a season's step.
        step: f64,
    },
    /// A fitted model.
    Model(Box<Fit>),
}

impl Forecaster {
    /// Repeats the last value, as far off as it was in `train`.
    pub fn last(train: &[f64]) -> Self {
        let steps = difference(train, 1);
        Self::Last {
            step: root_mean_square(&steps),
        }
    }

    /// Repeats the last season.
    pub fn season(train: &[f64], season: usize) -> Self {
        let steps = difference(train, season);
        Self::Season {
            season,
            step: root_mean_square(&steps),
        }
    }

    /// Three values back, about a mean, without differences; none if that cannot be fitted.
    pub fn autoregression(train: &[f64]) -> Option<Self> {
        let spec = Spec {
            order: Order::new(3, 0, 0),
            seasonal: Order::default(),
            season: 1,
            constant: true,
        };
        let fit = Fitting::new(&spec, train, false).ok()?.run();
        Some(Self::Model(Box::new(fit)))
    }

    /// The values after `past`: what is expected of each, and its standard deviation.
    pub fn ahead(&self, past: &[f64], steps: usize) -> Vec<(f64, f64)> {
        let n = past.len();
        match self {
            Self::Last { step } => (1..=steps)
                .map(|h| (past[n - 1], step * (h as f64).sqrt()))
                .collect(),
            Self::Season { season, step } => (1..=steps)
                .map(|h| {
                    let turns = h.div_ceil(*season);
                    (
                        past[n + h - 1 - turns * season],
                        step * (turns as f64).sqrt(),
                    )
                })
                .collect(),
            Self::Model(fit) => {
                let ahead = forecast(past, fit, steps);
                ahead
                    .iter()
                    .map(|ahead| (ahead.mean, ahead.spread))
                    .collect()
            }
        }
    }
}

fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

/// Forecasts of one forecaster, as they are made.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Of each origin, the first held-out value on: expected, spread, and the truth, by steps ahead.
    rows: Vec<Vec<(f64, f64, f64)>>,
}

impl Record {
    /// Forecasts from the origin `at` on, at most so many steps, as far as the truth is known.
    pub fn origin(&mut self, who: &Forecaster, y: &[f64], at: usize, steps: usize) {
        let steps = steps.min(y.len() - at);
        let ahead = who.ahead(&y[..at], steps);
        let rows = ahead.into_iter().zip(&y[at..]);
        self.rows.push(
            rows.map(|((mean, spread), truth)| (mean, spread, *truth))
                .collect(),
        );
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
    let steps = difference(train, season);
    mean(&steps.iter().map(|step| step.abs()).collect::<Vec<_>>())
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
    train >= 2 * season + 8 && spread(&y[..train]) > 0.0
}

#[cfg(test)]
mod tests {
    use super::super::fit::tests::simulated;
    use super::*;
    use crate::models::series::kalman::Arma;

    #[test]
    fn the_naive_ones_by_hand() {
        let past = [1.0, 5.0, 2.0, 6.0];
        let last = Forecaster::last(&past);
        // Steps 4, -3, 4: their mean square is 41/3.
        let step = (41.0f64 / 3.0).sqrt();
        assert_eq!(last.ahead(&past, 2)[1], (6.0, step * 2f64.sqrt()));
        let season = Forecaster::season(&past, 2);
        let ahead = season.ahead(&past, 3);
        assert_eq!(
            ahead.iter().map(|a| a.0).collect::<Vec<_>>(),
            [2.0, 6.0, 2.0]
        );
        assert_eq!((ahead[0].1, ahead[2].1), (1.0, 2f64.sqrt()));
        assert_eq!(scale(&past, 2), 1.0);
    }

    /// By hand: at the middle of a standard normal, 2 φ(0) - 1/√π; far off, nearly the distance.
    #[test]
    fn scores_by_hand() {
        let middle = 2.0 / std::f64::consts::TAU.sqrt() - 1.0 / std::f64::consts::PI.sqrt();
        assert!((crps(0.0, 1.0) - middle).abs() < 1e-9);
        assert!((crps(50.0, 1.0) - (50.0 - 1.0 / std::f64::consts::PI.sqrt())).abs() < 1e-9);
        assert_eq!(crps(-3.0, 0.0), 3.0);
        let y = [1.0, 2.0, 4.0, 7.0, 11.0];
        let mut record = Record::default();
        let last = Forecaster::last(&y[..3]);
        for at in 3..5 {
            record.origin(&last, &y, at, 2);
        }
        let scores = record.scores(2.0);
        // Off by 3 and 4 after a step, by 7 after two.
        assert_eq!(scores.rmse, [12.5f64.sqrt(), 7.0]);
        assert_eq!((scores.mase, scores.coverage), (1.75, 1.0 / 3.0));
        assert_eq!(record.steps().len(), 2);
    }

    /// Of a stationary series the model is better than repeating, and its intervals hold.
    #[test]
    fn a_model_beats_repeating_where_there_is_something_to_know() {
        let y = simulated(
            &Arma {
                ar: vec![0.5, -0.6],
                ma: vec![],
            },
            400,
            6,
        );
        let train = y.len() - held(y.len());
        let model = Forecaster::autoregression(&y[..train]).expect("fits");
        let last = Forecaster::last(&y[..train]);
        let scores = [&model, &last].map(|who| {
            let mut record = Record::default();
            for at in train..y.len() {
                record.origin(who, &y, at, 6);
            }
            record.scores(scale(&y[..train], 1))
        });
        assert!(scores[0].rmse[0] < 0.75 * scores[1].rmse[0], "{scores:?}");
        assert!(scores[0].crps < scores[1].crps && scores[0].mase < scores[1].mase);
        assert!(scores[0].coverage > 0.85, "{scores:?}");
        assert!(is_enough(&y, 12) && !is_enough(&y[..30], 12));
    }
}
