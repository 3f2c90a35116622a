//! Who forecasts.

use super::difference::difference;
use super::fit::{Fit, Fitting};
use super::forecast::forecast;
use super::scores::root_mean_square;
use super::{Order, Spec};

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

#[cfg(test)]
mod tests {
    use super::super::fit::tests::simulated;
    use super::*;
    use crate::models::series::kalman::Arma;
    use crate::models::series::scores::{Record, held, scale};

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
                record.origin(who.ahead(&y[..at], 6), &y[at..]);
            }
            record.scores(scale(&y[..train], 1))
        });
        assert!(scores[0].rmse[0] < 0.75 * scores[1].rmse[0], "{scores:?}");
        assert!(scores[0].crps < scores[1].crps && scores[0].mase < scores[1].mase);
        assert!(scores[0].coverage > 0.85, "{scores:?}");
    }
}
