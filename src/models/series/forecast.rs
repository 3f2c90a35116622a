//! Values to come: what is expected, how far off it may be, and what it is made of.

use super::difference::{back, worked};
use super::fit::{Fit, arma};
use super::polynomial::product;
pub use super::told::{Ahead, Of, Term, WIDE};
use nalgebra::{DMatrix, DVector};

/// The next `steps` values after a series, by a model that was fitted to it, or to a part of it.
pub fn forecast(y: &[f64], fit: &Fit, steps: usize) -> Vec<Ahead> {
    let spec = &fit.spec;
    let model = arma(spec, &fit.weights);
    let mean = fit.weights.mean;
    let centred: Vec<f64> = worked(y, spec).iter().map(|w| w - mean).collect();
    let Some(filtered) = model.filter(&centred) else {
        return Vec::new();
    };
    let (back, r) = (back(spec), model.size());
    let size = r + back.len();
    // The state of the differences, then the values before, latest first.
    let latest = y.iter().rev().take(back.len());
    let mut state = DVector::from_iterator(size, filtered.state.iter().chain(latest).copied());
    let mut covariance = DMatrix::zeros(size, size);
    covariance
        .view_mut((0, 0), (r, r))
        .copy_from(&filtered.covariance);
    let reads = DVector::from_fn(size, |i, _| match i {
        0 => 1.0,
        i if i < r => 0.0,
        i => back[i - r],
    });
    let mut step = DMatrix::zeros(size, size);
    step.view_mut((0, 0), (r, r)).copy_from(&model.transition());
    for i in 0..back.len() {
        match i {
            0 => step.row_mut(r).copy_from(&reads.transpose()),
            i => step[(r + i, r + i - 1)] = 1.0,
        }
    }
    let mut entry = DVector::zeros(size);
    entry.rows_mut(0, r).copy_from(&model.entry());
    let noise = &entry * entry.transpose();
    let terms = Terms::new(y, fit, &filtered.surprises);
    let mut values = y.to_vec();
    let mut all = Vec::new();
    for _ in 0..steps {
        let expected = reads.dot(&state) + mean;
        let variance = (reads.transpose() * &covariance * &reads)[(0, 0)];
        all.push(Ahead {
            mean: expected,
            spread: (fit.variance * variance.max(0.0)).sqrt(),
            terms: terms.of(&values, expected),
        });
        values.push(expected);
        state = &step * &state;
        if !back.is_empty() {
            state[r] += mean;
        }
        covariance = &step * &covariance * step.transpose() + &noise;
    }
    all
}

/// The model as a sum over past values and errors.
struct Terms {
    /// Weights of values before, the last first.
    values: Vec<f64>,
    /// Weights of errors before.
    errors: Vec<f64>,
    constant: f64,
    /// The errors, each beside its value; those of the first values are not known.
    known: Vec<f64>,
}

impl Terms {
    fn new(y: &[f64], fit: &Fit, surprises: &[f64]) -> Self {
        let model = arma(&fit.spec, &fit.weights);
        let full =
            |c: &[f64]| -> Vec<f64> { std::iter::once(1.0).chain(c.iter().map(|c| -c)).collect() };
        let values = product(&full(&model.ar), &full(&back(&fit.spec)));
        let left: f64 = 1.0 - model.ar.iter().sum::<f64>();
        let mut known = vec![0.0; y.len() - surprises.len()];
        known.extend(surprises);
        Self {
            values: values[1..].iter().map(|c| -c).collect(),
            errors: model.ma,
            constant: fit.weights.mean * left,
            known,
        }
    }

    /// Of the value after `before`, which is expected to be this.
    fn of(&self, before: &[f64], expected: f64) -> Vec<Term> {
        let t = before.len();
        let lags = |weights: &[f64]| -> Vec<(u32, f64)> {
            let lags = (1..).zip(weights.iter().copied());
            lags.filter(|(lag, weight)| *weight != 0.0 && *lag as usize <= t)
                .collect()
        };
        let mut all = Vec::new();
        for (lag, weight) in lags(&self.values) {
            let value = before[t - lag as usize];
            all.push(Term {
                of: Of::Value(lag),
                weight,
                value,
            });
        }
        for (lag, weight) in lags(&self.errors) {
            // Errors to come are expected to be none.
            if let Some(value) = self.known.get(t - lag as usize) {
                all.push(Term {
                    of: Of::Error(lag),
                    weight,
                    value: *value,
                });
            }
        }
        if self.constant != 0.0 {
            all.push(Term {
                of: Of::Constant,
                weight: 1.0,
                value: self.constant,
            });
        }
        let sum: f64 = all.iter().map(|term| term.weight * term.value).sum();
        let rest = expected - sum;
        if rest.abs() > 1e-6 * (1.0 + expected.abs()) {
            all.push(Term {
                of: Of::Rest,
                weight: 1.0,
                value: rest,
            });
        }
        all
    }
}

/// How much each value before the next one weighs in it, the last first, `[n]`: the model with its errors
/// written out as values.
pub fn shares(fit: &Fit, n: usize) -> Vec<f64> {
    let model = arma(&fit.spec, &fit.weights);
    let full =
        |c: &[f64]| -> Vec<f64> { std::iter::once(1.0).chain(c.iter().map(|c| -c)).collect() };
    let values = product(&full(&model.ar), &full(&back(&fit.spec)));
    // π(B) = a(B) / θ(B), term by term.
    let mut pi: Vec<f64> = Vec::with_capacity(n + 1);
    for j in 0..=n {
        let own = values.get(j).copied().unwrap_or(0.0);
        let errors = model.ma.iter().enumerate().filter(|(i, _)| *i < j);
        pi.push(own - errors.map(|(i, theta)| theta * pi[j - 1 - i]).sum::<f64>());
    }
    pi[1..].iter().map(|pi| -pi).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fit::tests::simulated;
    use super::super::fit::{Fitting, arma};
    use super::*;
    use crate::models::series::kalman::Arma;
    use crate::models::series::{Order, Spec, Weights};

    fn spec(p: u32, d: u32, q: u32) -> Spec {
        Spec {
            order: Order::new(p, d, q),
            seasonal: Order::default(),
            season: 1,
            constant: false,
        }
    }

    /// A random walk stays where it is, and its spread grows as the root of time.
    #[test]
    fn a_walk_by_hand() {
        let y = simulated(
            &Arma {
                ar: vec![],
                ma: vec![],
            },
            60,
            2,
        );
        let walk: Vec<f64> = y
            .iter()
            .scan(5.0, |sum, y| {
                *sum += y;
                Some(*sum)
            })
            .collect();
        let fit = Fitting::new(&spec(0, 1, 0), &walk, true)
            .expect("fits")
            .run();
        let ahead = forecast(&walk, &fit, 9);
        for (h, ahead) in (1..).zip(&ahead) {
            assert!((ahead.mean - walk[59]).abs() < 1e-9);
            let want = (fit.variance * f64::from(h)).sqrt();
            assert!((ahead.spread - want).abs() < 1e-9);
        }
        assert_eq!(
            ahead[0].terms,
            [Term {
                of: Of::Value(1),
                weight: 1.0,
                value: walk[59]
            }]
        );
    }

    /// Terms add up to what is expected, and the shares of past values to the first of it.
    #[test]
    fn a_forecast_is_the_sum_of_its_terms() {
        let season = Spec {
            order: Order::new(1, 1, 1),
            seasonal: Order::new(0, 1, 1),
            season: 4,
            constant: false,
        };
        let weights = Weights {
            ar: vec![0.4],
            ma: vec![-0.5],
            seasonal_ma: vec![-0.4],
            ..Weights::default()
        };
        let w = simulated(&arma(&season, &weights), 200, 8);
        let back = back(&season);
        let mut y = vec![100.0; 5];
        for w in w {
            let next = w + back
                .iter()
                .zip(y.iter().rev())
                .map(|(b, y)| b * y)
                .sum::<f64>();
            y.push(next);
        }
        let fit = Fitting::new(&season, &y, true).expect("fits").run();
        let ahead = forecast(&y, &fit, 12);
        for ahead in &ahead {
            let sum: f64 = ahead
                .terms
                .iter()
                .map(|term| term.weight * term.value)
                .sum();
            assert!((sum - ahead.mean).abs() < 1e-6 * (1.0 + ahead.mean.abs()));
        }
        assert!(
            ahead
                .windows(2)
                .all(|two| two[0].spread < two[1].spread + 1e-12)
        );
        let shares = shares(&fit, y.len());
        let first: f64 = shares
            .iter()
            .zip(y.iter().rev())
            .map(|(share, y)| share * y)
            .sum();
        assert!(
            (first - ahead[0].mean).abs() < 1e-3 * ahead[0].spread,
            "{first} {}",
            ahead[0].mean
        );
        // What a mean adds: an AR(1) goes back to it.
        let level = Spec {
            constant: true,
            ..spec(1, 0, 0)
        };
        let y: Vec<f64> = simulated(
            &Arma {
                ar: vec![0.5],
                ma: vec![],
            },
            200,
            3,
        )
        .iter()
        .map(|y| y + 40.0)
        .collect();
        let fit = Fitting::new(&level, &y, true).expect("fits").run();
        let far = forecast(&y, &fit, 60).pop().expect("ahead");
        assert!((far.mean - fit.weights.mean).abs() < 1e-6);
    }

    /// Intervals of 95 % hold that share of what comes, for series that were made.
    #[test]
    fn intervals_hold_what_they_promise() {
        let models = [
            (
                spec(1, 0, 0),
                Weights {
                    ar: vec![0.6],
                    ..Weights::default()
                },
            ),
            (
                spec(0, 1, 1),
                Weights {
                    ma: vec![-0.4],
                    ..Weights::default()
                },
            ),
            (
                spec(2, 0, 1),
                Weights {
                    ar: vec![0.5, -0.3],
                    ma: vec![0.4],
                    ..Weights::default()
                },
            ),
        ];
        let (mut inside, mut all) = (0u32, 0u32);
        for (spec, weights) in models {
            for seed in 0..120 {
                let w = simulated(&arma(&spec, &weights), 162, 100 + seed);
                let y: Vec<f64> = match spec.order.d {
                    0 => w,
                    _ => w
                        .iter()
                        .scan(0.0, |sum, w| {
                            *sum += w;
                            Some(*sum)
                        })
                        .collect(),
                };
                let fit = Fitting::new(&spec, &y[..150], true).expect("fits").run();
                for (ahead, truth) in forecast(&y[..150], &fit, 12).iter().zip(&y[150..]) {
                    inside += u32::from((truth - ahead.mean).abs() < WIDE * ahead.spread);
                    all += 1;
                }
            }
        }
        let share = f64::from(inside) / f64::from(all);
        assert!((0.92..=0.98).contains(&share), "{share}");
    }
}
