//! Descent to a minimum of a smooth function of a few numbers: BFGS (Nocedal and Wright, *Numerical
//! Optimization*, 2nd edition 2006, chapter 6), with a gradient by central differences, one step at a time, so
//! that a fit can show how far it is, and be cancelled. Crates that do this hold their loop themselves.

use nalgebra::{DMatrix, DVector};

/// How steep it may still be at the end.
const FLAT: f64 = 1e-7;
/// Change of a number for its derivative.
const NUDGE: f64 = 1e-5;
/// Steps at most.
const MOST_STEPS: u32 = 200;
/// Halvings of a step at most.
const HALVINGS: u32 = 40;

/// A descent under way.
#[derive(Clone, Debug)]
pub struct Descent {
    /// The best place so far.
    pub at: Vec<f64>,
    /// The function's value there.
    pub value: f64,
    /// Steps so far.
    pub steps: u32,
    gradient: DVector<f64>,
    inverse: DMatrix<f64>,
    /// Has the guess of the curvature just been thrown away?
    is_fresh: bool,
}

/// How a descent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// It goes on.
    Descends,
    /// It is flat here.
    Arrived,
    /// It was steep still when time was up.
    GivenUp,
}

fn gradient(f: &impl Fn(&[f64]) -> f64, at: &[f64]) -> DVector<f64> {
    let mut place = at.to_vec();
    let slope = |i: usize| {
        let h = NUDGE * (1.0 + at[i].abs());
        place[i] = at[i] + h;
        let up = f(&place);
        place[i] = at[i] - h;
        let down = f(&place);
        place[i] = at[i];
        (up - down) / (2.0 * h)
    };
    DVector::from_iterator(at.len(), (0..at.len()).map(slope))
}

impl Descent {
    /// Begins at a place, where `f` has to be finite; elsewhere it may be anything.
    pub fn new(f: &impl Fn(&[f64]) -> f64, at: Vec<f64>) -> Self {
        Self {
            value: f(&at),
            gradient: gradient(f, &at),
            inverse: DMatrix::identity(at.len(), at.len()),
            steps: 0,
            is_fresh: true,
            at,
        }
    }

    /// One step down.
    pub fn step(&mut self, f: &impl Fn(&[f64]) -> f64) -> Stand {
        if self.gradient.amax() < FLAT || self.at.is_empty() {
            return Stand::Arrived;
        }
        if self.steps == MOST_STEPS {
            return Stand::GivenUp;
        }
        self.steps += 1;
        let mut direction = -(&self.inverse * &self.gradient);
        if direction.dot(&self.gradient) >= 0.0 {
            self.inverse.fill_with_identity();
            direction = -self.gradient.clone();
        }
        // Far jumps lead to where weights are all the same.
        let far = direction.amax();
        if far > 1.0 {
            direction /= far;
        }
        let slope = direction.dot(&self.gradient);
        let mut share = 1.0;
        for _ in 0..HALVINGS {
            let moves = share * &direction;
            let place: Vec<f64> = self.at.iter().zip(&moves).map(|(a, m)| a + m).collect();
            let value = f(&place);
            if value <= self.value + 1e-4 * share * slope {
                let new = gradient(f, &place);
                self.learn(&moves, &(&new - &self.gradient));
                let gain = self.value - value;
                (self.at, self.value, self.gradient) = (place, value, new);
                self.is_fresh = false;
                // Nothing to gain any more within what numbers of this size can tell.
                let is_still = gain < 1e-13 * (1.0 + value.abs());
                return if is_still {
                    Stand::Arrived
                } else {
                    Stand::Descends
                };
            }
            share /= 2.0;
        }
        if self.is_fresh {
            // Not even straight down: as deep as the differences can tell.
            let is_level = self.gradient.amax() < 1e-3;
            return if is_level {
                Stand::Arrived
            } else {
                Stand::GivenUp
            };
        }
        self.inverse.fill_with_identity();
        self.is_fresh = true;
        Stand::Descends
    }

    /// What a move tells of the curvature.
    fn learn(&mut self, moved: &DVector<f64>, turned: &DVector<f64>) {
        let along = moved.dot(turned);
        if along <= 1e-12 * moved.norm() * turned.norm() {
            return;
        }
        let n = moved.len();
        let left = DMatrix::identity(n, n) - moved * turned.transpose() / along;
        self.inverse = &left * &self.inverse * left.transpose() + moved * moved.transpose() / along;
    }
}

/// Second derivatives of `f` at a place, by central differences, `[n, n]`.
pub fn curvature(f: &impl Fn(&[f64]) -> f64, at: &[f64], steps: &[f64]) -> DMatrix<f64> {
    let mut place = at.to_vec();
    let mut value = |i: usize, a: f64, j: usize, b: f64| {
        place.copy_from_slice(at);
        place[i] += a;
        place[j] += b;
        f(&place)
    };
    let n = at.len();
    let mut curvature = DMatrix::zeros(n, n);
    for i in 0..n {
        for j in 0..=i {
            let (h, k) = (steps[i], steps[j]);
            let sum =
                value(i, h, j, k) - value(i, h, j, -k) - value(i, -h, j, k) + value(i, -h, j, -k);
            curvature[(i, j)] = sum / (4.0 * h * k);
            curvature[(j, i)] = curvature[(i, j)];
        }
    }
    curvature
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley: its minimum is at (1, 1).
    #[test]
    fn a_bent_valley_is_followed_to_its_end() {
        let f = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let mut descent = Descent::new(&f, vec![-1.2, 1.0]);
        let mut stand = Stand::Descends;
        while stand == Stand::Descends {
            let before = descent.value;
            stand = descent.step(&f);
            assert!(descent.value <= before);
        }
        assert_eq!(stand, Stand::Arrived, "{descent:?}");
        assert!(
            descent.at.iter().all(|x| (x - 1.0).abs() < 1e-4),
            "{descent:?}"
        );
        // ∂²f: 802, -400, 200.
        let curvature = curvature(&f, &[1.0, 1.0], &[1e-4, 1e-4]);
        assert!((curvature[(0, 0)] - 802.0).abs() < 0.1 && (curvature[(0, 1)] + 400.0).abs() < 0.1);
    }
}
