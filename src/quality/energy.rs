//! The energy distance between two clouds of points.
//!
//! `E = 2 E|X - Y| - E|X - X'| - E|Y - Y'|`, with X, X' from one distribution and Y, Y' from the
//! other, all independent (Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018). It is never
//! negative, 0 only if the two are the same, has the unit of the points, and unlike a histogram
//! needs no bins. Between two finite samples of one distribution it is not 0: that is the floor to
//! compare with.

/// A set of points with its mean distance to itself, which is computed once.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    points: Vec<f32>,
    own: f64,
}

impl Sample {
    /// Of `points`, `[n, 2]` flattened, `n >= 1`, all finite.
    pub fn new(points: Vec<f32>) -> Self {
        let own = mean_distance(&points, &points);
        Self { points, own }
    }

    /// E, `0..`. All means run over all pairs, a point with itself included: then E of two
    /// finite samples is not negative either.
    pub fn distance(&self, other: &Self) -> f64 {
        let between = mean_distance(&self.points, &other.points);
        (2.0 * between - self.own - other.own).max(0.0)
    }
}

/// Mean of `|x - y|` over all pairs.
fn mean_distance(a: &[f32], b: &[f32]) -> f64 {
    let sum: f64 = a
        .chunks_exact(2)
        .map(|x| {
            let row = b.chunks_exact(2).map(|y| {
                let (dx, dy) = (x[0] - y[0], x[1] - y[1]);
                (dx * dx + dy * dy).sqrt()
            });
            f64::from(row.sum::<f32>())
        })
        .sum();
    sum / (a.len() as f64 / 2.0) / (b.len() as f64 / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::normal;

    fn shifted(seed: u64, n: usize, by: f32) -> Sample {
        let mut points = normal(seed, 0, 0, 2 * n);
        points.iter_mut().step_by(2).for_each(|x| *x += by);
        Sample::new(points)
    }

    /// Two single points a apart: E = 2 a.
    #[test]
    fn of_two_points() {
        let a = Sample::new(vec![0.0, 0.0]);
        let b = Sample::new(vec![3.0, 4.0]);
        assert!((a.distance(&b) - 10.0).abs() < 1e-6);
        assert_eq!(a.distance(&a), 0.0);
    }

    /// Two points each, by hand: X = {0, 2}, Y = {1, 1} on a line. E|X - Y| = 1, E|X - X'| = 1,
    /// E|Y - Y'| = 0, so E = 1.
    #[test]
    fn of_a_case_by_hand() {
        let x = Sample::new(vec![0.0, 0.0, 2.0, 0.0]);
        let y = Sample::new(vec![1.0, 0.0, 1.0, 0.0]);
        assert!((x.distance(&y) - 1.0).abs() < 1e-9);
        assert_eq!(x.distance(&y), y.distance(&x));
    }

    /// For N(0, I) and N(m, I) in the plane, `E|Z|` for Z of variance 2 a coordinate is
    /// `sqrt(pi)` at m = 0; far away E comes near `2 (|m| - sqrt(pi))`, up to `1 / |m|`.
    #[test]
    fn of_gaussians() {
        let n = 1500;
        let far = shifted(1, n, 0.0).distance(&shifted(2, n, 20.0));
        let want = 2.0 * (20.0 + 1.0 / 20.0 - std::f64::consts::PI.sqrt());
        assert!((far - want).abs() < 0.25, "{far} {want}");
        let floor = shifted(1, n, 0.0).distance(&shifted(2, n, 0.0));
        let near = shifted(1, n, 0.0).distance(&shifted(2, n, 0.3));
        assert!(floor < 0.006 && near > 4.0 * floor, "{floor} {near}");
    }
}
