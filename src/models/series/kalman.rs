//! The exact likelihood of an ARMA series, by a Kalman filter (Harvey and Phillips 1979, Biometrika 66; Durbin
//! and Koopman, *Time Series Analysis by State Space Methods*, 2nd edition 2012, section 3.4).
//!
//! The state `a_t` of `r = max(p, q + 1)` numbers holds all that the past says of the values to come:
//!
//! ```text
//! w_t = a_t[0]
//! a_{t+1} = T a_t + R ε_{t+1},    T a = (φ_i a[0] + a[i+1])_i,    R = (1, θ_1, …)
//! ```
//!
//! Before the first value `a` has its stationary distribution.

use nalgebra::{DMatrix, DVector};

/// An ARMA model of a series with mean 0 and errors of variance 1: weights of all lags.
#[derive(Clone, Debug, PartialEq)]
pub struct Arma {
    /// Of values before.
    pub ar: Vec<f64>,
    /// Of errors before.
    pub ma: Vec<f64>,
}

/// What a filter found.
#[derive(Clone, Debug)]
pub struct Filtered {
    /// Each value less what was expected of it.
    pub surprises: Vec<f64>,
    /// The variance of each surprise, in units of `σ²`; it comes down to 1.
    pub spreads: Vec<f64>,
    /// What is expected of the state after the last value, `[r]`.
    pub state: DVector<f64>,
    /// Its covariance, in units of `σ²`.
    pub covariance: DMatrix<f64>,
}

/// Below this the past tells nothing new of the spread: it is 1.
const SETTLED: f64 = 1e-13;
/// Doublings of the time over which the stationary covariance is added up: 2^40 steps.
const DOUBLINGS: usize = 40;

impl Arma {
    /// Numbers of the state.
    pub fn size(&self) -> usize {
        self.ar.len().max(self.ma.len() + 1)
    }

    /// `T`, `[r, r]`.
    pub fn transition(&self) -> DMatrix<f64> {
        let r = self.size();
        let phi = |i: usize| self.ar.get(i).copied().unwrap_or(0.0);
        DMatrix::from_fn(r, r, |i, j| {
            let first = if j == 0 { phi(i) } else { 0.0 };
            first + if j == i + 1 { 1.0 } else { 0.0 }
        })
    }

    /// `R`, `[r]`.
    pub fn entry(&self) -> DVector<f64> {
        let theta = |i: usize| match i {
            0 => 1.0,
            i => self.ma.get(i - 1).copied().unwrap_or(0.0),
        };
        DVector::from_iterator(self.size(), (0..self.size()).map(theta))
    }

    /// The state's covariance before anything is known: `P = T P T' + R R'`, added up by doubling. `None`
    /// where it never ends: the weights are not stationary.
    pub fn stationary(&self) -> Option<DMatrix<f64>> {
        let mut step = self.transition();
        let entry = self.entry();
        let mut sum = &entry * entry.transpose();
        if self.ar.is_empty() {
            // Moving averages forget all within r steps.
            for _ in 0..usize::BITS - self.size().leading_zeros() {
                sum += &step * &sum * step.transpose();
                step = &step * &step;
            }
            return Some(sum);
        }
        for _ in 0..DOUBLINGS {
            let more = &step * &sum * step.transpose();
            let (gain, size) = (more.amax(), sum.amax());
            if !gain.is_finite() {
                return None;
            }
            sum += more;
            if gain < 1e-16 * size {
                return Some(sum);
            }
            step = &step * &step;
        }
        None
    }

    /// Goes through a series; `None` if the weights are not stationary.
    pub fn filter(&self, w: &[f64]) -> Option<Filtered> {
        let r = self.size();
        let phi: Vec<f64> = (0..r)
            .map(|i| self.ar.get(i).copied().unwrap_or(0.0))
            .collect();
        let entry = self.entry();
        let mut p = self.stationary()?;
        let mut a = vec![0.0; r];
        let (mut surprises, mut spreads) = (Vec::new(), Vec::new());
        let mut next = DMatrix::zeros(r, r);
        let mut gain = vec![0.0; r];
        let mut is_settled = false;
        for w in w {
            let v = w - a[0];
            let spread = if is_settled { 1.0 } else { p[(0, 0)] };
            surprises.push(v);
            spreads.push(spread);
            // What this value says of the state.
            if is_settled {
                a.iter_mut().zip(&entry).for_each(|(a, e)| *a += e * v);
            } else {
                for i in 0..r {
                    gain[i] = p[(i, 0)] / spread;
                    a[i] += gain[i] * v;
                }
                for j in 0..r {
                    for i in 0..r {
                        next[(i, j)] = p[(i, j)] - gain[i] * spread * gain[j];
                    }
                }
            }
            // On to the next.
            let first = a[0];
            for i in 0..r {
                a[i] = phi[i] * first + a.get(i + 1).copied().unwrap_or(0.0);
            }
            if !is_settled {
                // The value itself is known now: its row and column are zero.
                let after = |i: usize, j: usize| match i < r && j < r {
                    true => next[(i, j)],
                    false => 0.0,
                };
                for j in 0..r {
                    for i in 0..r {
                        p[(i, j)] = after(i + 1, j + 1) + entry[i] * entry[j];
                    }
                }
                is_settled = (0..r).all(|i| (p[(i, i)] - entry[i] * entry[i]).abs() < SETTLED);
            }
        }
        Some(Filtered {
            surprises,
            spreads,
            state: DVector::from_vec(a),
            covariance: p,
        })
    }
}

impl Filtered {
    /// The likeliest `σ²`.
    pub fn variance(&self) -> f64 {
        let pairs = self.surprises.iter().zip(&self.spreads);
        pairs.map(|(v, f)| v * v / f).sum::<f64>() / self.surprises.len() as f64
    }

    /// `ln p(w)` with that `σ²`.
    pub fn log_likelihood(&self) -> f64 {
        let n = self.surprises.len() as f64;
        let spread: f64 = self.spreads.iter().map(|f| f.ln()).sum();
        -0.5 * (n * ((std::f64::consts::TAU * self.variance()).ln() + 1.0) + spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Autocovariances of an ARMA, from its weights on past errors.
    fn covariance(arma: &Arma, lag: usize) -> f64 {
        let mut psi: Vec<f64> = vec![1.0];
        for i in 1..4000 {
            let ar = arma.ar.iter().enumerate();
            let ar = ar
                .filter(|(j, _)| *j < i)
                .map(|(j, phi)| phi * psi[i - 1 - j]);
            let next = ar.sum::<f64>() + arma.ma.get(i - 1).copied().unwrap_or(0.0);
            psi.push(next);
        }
        psi.iter().zip(&psi[lag..]).map(|(a, b)| a * b).sum()
    }

    /// The likelihood is that of the multivariate normal, written out.
    #[test]
    fn a_filter_is_the_joint_normal() {
        let w: Vec<f64> = (0..12)
            .map(|t| (f64::from(t * t) * 0.7).sin() * 2.0)
            .collect();
        let models = [
            Arma {
                ar: vec![0.6],
                ma: vec![],
            },
            Arma {
                ar: vec![],
                ma: vec![0.4, 0.0, 0.0, -0.5],
            },
            Arma {
                ar: vec![0.5, -0.3],
                ma: vec![0.7],
            },
            Arma {
                ar: vec![0.95, 0.0, 0.0, 0.3, -0.28],
                ma: vec![-0.6],
            },
        ];
        for arma in models {
            let n = w.len();
            let sigma = DMatrix::from_fn(n, n, |i, j| covariance(&arma, i.abs_diff(j)));
            let cholesky = sigma.cholesky().expect("a covariance");
            let x = DVector::from_vec(w.clone());
            let quadratic = x.dot(&cholesky.solve(&x));
            let log_det = 2.0 * cholesky.l().diagonal().iter().map(|d| d.ln()).sum::<f64>();
            let variance = quadratic / n as f64;
            let n = n as f64;
            let want = -0.5 * (n * ((std::f64::consts::TAU * variance).ln() + 1.0) + log_det);
            let filtered = arma.filter(&w).expect("stationary");
            assert!(
                (filtered.variance() - variance).abs() < 1e-8 * variance,
                "{arma:?}"
            );
            let got = filtered.log_likelihood();
            assert!((got - want).abs() < 1e-7, "{arma:?}: {got} {want}");
        }
    }

    /// Nothing that comes later changes what was expected.
    #[test]
    fn expectations_come_from_the_past() {
        let arma = Arma {
            ar: vec![0.5],
            ma: vec![0.2],
        };
        let mut w: Vec<f64> = (0..30).map(|t| (f64::from(t) * 1.3).cos()).collect();
        let before = arma.filter(&w).expect("stationary").surprises;
        w[20] += 5.0;
        let after = arma.filter(&w).expect("stationary").surprises;
        assert_eq!(before[..20], after[..20]);
        assert!((after[20] - before[20] - 5.0).abs() < 1e-12 && after[21] != before[21]);
    }

    #[test]
    fn what_explodes_is_refused() {
        for ar in [vec![1.0], vec![1.2], vec![0.5, 0.6]] {
            assert!(Arma { ar, ma: vec![] }.filter(&[1.0, 2.0]).is_none());
        }
    }
}
