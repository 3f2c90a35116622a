//! The likeliest weights.

use super::difference::worked;
use super::kalman::{Arma, Filtered};
use super::looks::{mean, spread};
use super::minimize::{Descent, Stand, curvature};
use super::polynomial::{expanded, free, stationary};
pub use super::told::{Fit, Unfit};
use super::{Spec, Weights};
use nalgebra::DMatrix;

/// All lags of a model.
pub fn arma(spec: &Spec, weights: &Weights) -> Arma {
    let season = spec.season as usize;
    Arma {
        ar: expanded(&weights.ar, &weights.seasonal_ar, season, -1.0),
        ma: expanded(&weights.ma, &weights.seasonal_ma, season, 1.0),
    }
}

/// A fit under way.
pub struct Fitting {
    spec: Spec,
    /// The differences, in units of [`Self::scale`].
    w: Vec<f64>,
    scale: f64,
    descent: Descent,
    /// Places that are still to be begun at.
    starts: Vec<Vec<f64>>,
    best: Option<(Descent, bool)>,
}

/// The weights that free numbers stand for.
fn weights_of(spec: &Spec, numbers: &[f64]) -> Weights {
    let raw = Weights::of_list(spec, numbers);
    let minus = |all: Vec<f64>| all.into_iter().map(|w| -w).collect();
    Weights {
        ar: stationary(&raw.ar),
        ma: minus(stationary(&raw.ma)),
        seasonal_ar: stationary(&raw.seasonal_ar),
        seasonal_ma: minus(stationary(&raw.seasonal_ma)),
        mean: raw.mean,
    }
}

fn filtered(spec: &Spec, w: &[f64], weights: &Weights) -> Option<Filtered> {
    let centred: Vec<f64> = w.iter().map(|w| w - weights.mean).collect();
    arma(spec, weights).filter(&centred)
}

/// `-2 ln p / n`, but for a constant.
fn cost(spec: &Spec, w: &[f64], weights: &Weights) -> f64 {
    let Some(filtered) = filtered(spec, w, weights) else {
        return f64::INFINITY;
    };
    let logs: f64 = filtered.spreads.iter().map(|f| f.ln()).sum();
    let cost = filtered.variance().ln() + logs / w.len() as f64;
    if cost.is_finite() {
        cost
    } else {
        f64::INFINITY
    }
}

impl Fitting {
    /// Begins to fit a series of at most [`super::MOST_VALUES`] finite values; with one start it is
    /// quicker, and may end at a lesser maximum.
    ///
    /// # Errors
    /// If there is nothing to fit.
    pub fn new(spec: &Spec, y: &[f64], one_start: bool) -> Result<Self, Unfit> {
        let w = worked(y, spec);
        let weights = spec.weights();
        if w.len() < weights + 3 || w.len() < spec.season as usize {
            return Err(Unfit::TooShort);
        }
        let scale = if spec.constant {
            spread(&w)
        } else {
            (w.iter().map(|w| w * w).sum::<f64>() / w.len() as f64).sqrt()
        };
        let size = y.iter().map(|y| y.abs()).fold(0.0, f64::max);
        if scale.is_nan() || scale <= 1e-9 * size {
            return Err(Unfit::Constant);
        }
        let w: Vec<f64> = w.iter().map(|w| w / scale).collect();
        let centre = if spec.constant { mean(&w) } else { 0.0 };
        let start = |ar: f64, ma: f64| -> Vec<f64> {
            let weights = Weights {
                ar: vec![ar; spec.order.p as usize],
                ma: vec![ma; spec.order.q as usize],
                seasonal_ar: vec![ar; spec.seasonal.p as usize],
                seasonal_ma: vec![ma; spec.seasonal.q as usize],
                mean: centre,
            };
            weights.list(spec)
        };
        // Free numbers: 0.1 is a small partial correlation, and a positive one of errors a negative weight.
        let mut starts = match one_start {
            true => vec![start(0.1, 0.3)],
            false => vec![start(0.5, -0.3), start(-0.3, 0.5), start(0.1, 0.3)],
        };
        let first = starts.pop().unwrap_or_default();
        let (f, fixed) = (|u: &[f64]| cost(spec, &w, &weights_of(spec, u)), first);
        let descent = Descent::new(&f, fixed);
        if !descent.value.is_finite() {
            return Err(Unfit::Nowhere);
        }
        if weights == 0 {
            starts.clear();
        }
        Ok(Self {
            spec: *spec,
            w,
            scale,
            descent,
            starts,
            best: None,
        })
    }

    /// `ln p(w)` so far.
    pub fn log_likelihood(&self) -> f64 {
        let best = self
            .best
            .as_ref()
            .map_or(f64::INFINITY, |(best, _)| best.value);
        self.told(self.descent.value.min(best))
    }

    fn told(&self, cost: f64) -> f64 {
        let n = self.w.len() as f64;
        -0.5 * n * (cost + std::f64::consts::TAU.ln() + 1.0) - n * self.scale.ln()
    }

    /// A step on the way; the fit at its end.
    pub fn step(&mut self) -> Option<Fit> {
        let (w, spec) = (&self.w, self.spec);
        let f = |u: &[f64]| cost(&spec, w, &weights_of(&spec, u));
        let stand = self.descent.step(&f);
        if stand == Stand::Descends {
            return None;
        }
        let is_better = self
            .best
            .as_ref()
            .is_none_or(|(best, _)| self.descent.value < best.value);
        let next = self.starts.pop().map(|start| Descent::new(&f, start));
        let ended = match next {
            Some(next) => std::mem::replace(&mut self.descent, next),
            None => {
                let ended = self.descent.clone();
                if is_better {
                    self.best = Some((ended, stand == Stand::Arrived));
                }
                return Some(self.fit());
            }
        };
        if is_better {
            self.best = Some((ended, stand == Stand::Arrived));
        }
        None
    }

    /// All steps.
    pub fn run(mut self) -> Fit {
        loop {
            if let Some(fit) = self.step() {
                return fit;
            }
        }
    }

    fn fit(&self) -> Fit {
        let spec = self.spec;
        let (best, arrived) = match &self.best {
            Some((best, arrived)) => (best, *arrived),
            None => (&self.descent, false),
        };
        let weights = weights_of(&spec, &best.at);
        let errors = self.errors(&weights);
        let filtered = filtered(&spec, &self.w, &weights);
        let (surprises, spreads, variance) = match &filtered {
            Some(f) => (f.surprises.clone(), f.spreads.clone(), f.variance()),
            None => (Vec::new(), Vec::new(), f64::NAN),
        };
        let partials = |weights: &[f64]| {
            let all = free(weights);
            all.iter().any(|u| (u / (1.0 + u * u).sqrt()).abs() > EDGE)
        };
        let minus = |all: &[f64]| all.iter().map(|w| -w).collect::<Vec<_>>();
        let at_edge = partials(&weights.ar)
            || partials(&weights.seasonal_ar)
            || partials(&minus(&weights.ma))
            || partials(&minus(&weights.seasonal_ma));
        Fit {
            spec,
            weights: Weights {
                mean: weights.mean * self.scale,
                ..weights
            },
            errors,
            variance: variance * self.scale * self.scale,
            log_likelihood: self.told(best.value),
            surprises: surprises.iter().map(|v| v * self.scale).collect(),
            spreads,
            arrived,
            at_edge,
        }
    }

    /// From the curvature of the likelihood, in which `σ²` is the likeliest one everywhere.
    fn errors(&self, weights: &Weights) -> Vec<Option<f64>> {
        let (spec, w) = (self.spec, &self.w);
        let at = weights.list(&spec);
        let n = w.len() as f64;
        let f = |list: &[f64]| 0.5 * n * cost(&spec, w, &Weights::of_list(&spec, list));
        let steps = vec![1e-4; at.len()];
        let information: DMatrix<f64> = curvature(&f, &at, &steps);
        let is_sound = information.iter().all(|value| value.is_finite());
        let covariance = is_sound
            .then(|| information.cholesky())
            .flatten()
            .map(|c| c.inverse());
        let mean_at = if spec.constant {
            at.len() - 1
        } else {
            at.len()
        };
        let error = |i: usize| {
            let scale = if i == mean_at { self.scale } else { 1.0 };
            covariance.as_ref().map(|c| scale * c[(i, i)].sqrt())
        };
        (0..at.len()).map(error).collect()
    }
}

/// A partial correlation beyond this is at the edge.
const EDGE: f64 = 0.995;

#[cfg(test)]
pub(super) mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;
    use crate::models::series::Order;

    /// A series of a model, with errors of variance 1 and mean 0 of the differences.
    pub fn simulated(arma: &Arma, n: usize, seed: u64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let errors: Vec<f64> = (0..n + 200)
            .map(|_| StandardNormal.sample(&mut rng))
            .collect();
        let mut y: Vec<f64> = Vec::new();
        for t in 0..errors.len() {
            let past = |all: &[f64], weights: &[f64]| -> f64 {
                let lags = weights.iter().enumerate().filter(|(j, _)| *j < t);
                lags.map(|(j, w)| w * all[t - 1 - j]).sum()
            };
            let next = errors[t] + past(&y, &arma.ar) + past(&errors, &arma.ma);
            y.push(next);
        }
        y.split_off(200)
    }

    /// A process that was made gives back its weights, within three of their errors.
    #[test]
    fn known_weights_come_back() {
        let spec = Spec {
            order: Order::new(2, 0, 1),
            seasonal: Order::new(0, 0, 1),
            season: 4,
            constant: true,
        };
        let weights = Weights {
            ar: vec![0.5, -0.4],
            ma: vec![0.4],
            seasonal_ma: vec![-0.6],
            ..Weights::default()
        };
        let y: Vec<f64> = simulated(&arma(&spec, &weights), 900, 3)
            .iter()
            .map(|y| 50.0 + 3.0 * y)
            .collect();
        let fit = Fitting::new(&spec, &y, false).expect("fits").run();
        assert!(fit.arrived && !fit.at_edge);
        let want = [0.5, -0.4, 0.4, -0.6, 50.0];
        for ((got, want), error) in fit.weights.list(&spec).iter().zip(want).zip(&fit.errors) {
            let error = error.expect("an error");
            assert!(
                (got - want).abs() < 3.0 * error && error < 0.2,
                "{got} {want} {error}"
            );
        }
        assert!((fit.variance - 9.0).abs() < 1.5, "{}", fit.variance);
        // As large as sampling theory says: Var φ̂ of an AR(1) is (1 - φ²) / n.
        let ar = Spec {
            order: Order::new(1, 0, 0),
            seasonal: Order::default(),
            season: 1,
            constant: false,
        };
        let y = simulated(
            &Arma {
                ar: vec![0.6],
                ma: vec![],
            },
            800,
            1,
        );
        let fit = Fitting::new(&ar, &y, true).expect("fits").run();
        let want = ((1.0 - fit.weights.ar[0].powi(2)) / 800.0).sqrt();
        assert!((fit.errors[0].expect("an error") / want - 1.0).abs() < 0.02);
    }

    #[test]
    fn what_cannot_be_fitted_is_told() {
        let spec = |p, d| Spec {
            order: Order::new(p, d, 0),
            seasonal: Order::default(),
            season: 1,
            constant: false,
        };
        let fails = |y: &[f64], spec| Fitting::new(&spec, y, true).err();
        assert_eq!(fails(&[1.0, 2.0, 0.5], spec(3, 0)), Some(Unfit::TooShort));
        assert_eq!(fails(&[5.0; 40], spec(1, 1)), Some(Unfit::Constant));
        let line: Vec<f64> = (0..40).map(f64::from).collect();
        assert_eq!(fails(&line, spec(1, 2)), Some(Unfit::Constant));
        // A difference too many: the error before has the weight -1, at the edge.
        let noise = simulated(
            &Arma {
                ar: vec![],
                ma: vec![],
            },
            200,
            5,
        );
        let over = Spec {
            order: Order::new(0, 1, 1),
            ..spec(0, 1)
        };
        assert!(
            Fitting::new(&over, &noise, false)
                .expect("fits")
                .run()
                .at_edge
        );
    }
}
