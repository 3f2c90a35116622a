//! Divergences between two clouds of points, from histograms on a grid over the plane.
//!
//! The plane is cut into [`CELLS`] x [`CELLS`] cells; all that lies outside it is one more cell. To
//! every count one half is added (Jeffreys' prior), or a cell without a fake would make `KL` infinite.
//! With so few points the divergences of two samples of one distribution are not 0: compare with
//! that floor. Kullback and Leibler 1951 (doi:10.1214/aoms/1177729694); Lin 1991
//! (doi:10.1109/18.61115), whose Jensen-Shannon divergence is what a GAN's generator minimises
//! against the best discriminator (Goodfellow et al. 2014, theorem 1).

use crate::data::points::EXTENT;

/// Cells a side.
pub const CELLS: usize = 24;
/// Cells in all, with the one outside.
const ALL: usize = CELLS * CELLS + 1;
/// Added to every count.
const PRIOR: f64 = 0.5;

/// The share of points in every cell; adds up to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram(Vec<f64>);

impl Histogram {
    /// Of `points`, `[n, 2]` flattened. A point that is not finite lies outside.
    pub fn new(points: &[f32]) -> Self {
        let mut counts = vec![PRIOR; ALL];
        for point in points.chunks_exact(2) {
            counts[cell(point[0], point[1])] += 1.0;
        }
        let sum: f64 = counts.iter().sum();
        counts.iter_mut().for_each(|count| *count /= sum);
        Self(counts)
    }

    /// `KL(self || other) = sum p ln(p / q)`, nats, `0..`.
    pub fn kl(&self, other: &Self) -> f64 {
        kl(&self.0, &other.0)
    }

    /// Jensen-Shannon divergence, nats, `0..=ln 2`: the mean of both's `KL` to their mixture.
    pub fn js(&self, other: &Self) -> f64 {
        let pairs = self.0.iter().zip(&other.0);
        let mixture: Vec<f64> = pairs.map(|(p, q)| 0.5 * (p + q)).collect();
        0.5 * (kl(&self.0, &mixture) + kl(&other.0, &mixture))
    }
}

fn kl(p: &[f64], q: &[f64]) -> f64 {
    let sum: f64 = p
        .iter()
        .zip(q)
        .filter(|(p, _)| **p > 0.0)
        .map(|(p, q)| p * (p / q).ln())
        .sum();
    sum.max(0.0)
}

fn cell(x: f32, y: f32) -> usize {
    let index = |v: f32| {
        let at = (v + EXTENT) / (2.0 * EXTENT) * CELLS as f32;
        (0.0..CELLS as f32).contains(&at).then_some(at as usize)
    };
    match (index(x), index(y)) {
        (Some(column), Some(row)) => row * CELLS + column,
        _ => ALL - 1,
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::LN_2;

    use super::*;
    use crate::data::points::{Cloud, Preset};

    /// `n` points evenly over the columns `columns` of the plane.
    fn uniform(n: usize, columns: std::ops::Range<usize>) -> Vec<f32> {
        let cell = 2.0 * EXTENT / CELLS as f32;
        let mut points = Vec::new();
        for i in 0..n {
            let column = columns.start + i % columns.len();
            let row = i / columns.len() % CELLS;
            points.push((column as f32 + 0.5) * cell - EXTENT);
            points.push((row as f32 + 0.5) * cell - EXTENT);
        }
        points
    }

    /// Half of the plane against all of it, with so many points that the prior does not count:
    /// KL(half || whole) = ln 2; JS = ln 2 - (3/4) ln(3/2) - ... by hand below.
    #[test]
    fn of_known_distributions() {
        let n = CELLS * CELLS * 4000;
        let half = Histogram::new(&uniform(n, 0..CELLS / 2));
        let whole = Histogram::new(&uniform(n, 0..CELLS));
        assert!((half.kl(&whole) - LN_2).abs() < 2e-3);
        // The mixture is 3/2 of `whole` on one half and 1/2 on the other. So
        // KL(half || m) = ln(4/3), KL(whole || m) = (ln(2/3) + ln 2) / 2.
        let want = 0.5 * ((4f64 / 3.0).ln() + 0.5 * ((2f64 / 3.0).ln() + LN_2));
        assert!((half.js(&whole) - want).abs() < 2e-3, "{}", half.js(&whole));
        assert!((half.js(&whole) - whole.js(&half)).abs() < 1e-12);
        assert_eq!((half.kl(&half), half.js(&half)), (0.0, 0.0));
    }

    /// Nothing in common: JS is ln 2, its largest value, and KL is large but finite.
    #[test]
    fn of_distributions_without_a_common_cell() {
        let n = CELLS * CELLS * 4000;
        let left = Histogram::new(&uniform(n, 0..CELLS / 2));
        let right = Histogram::new(&uniform(n, CELLS / 2..CELLS));
        assert!((left.js(&right) - LN_2).abs() < 2e-3);
        assert!(left.kl(&right) > 5.0 && left.kl(&right).is_finite());
    }

    #[test]
    fn what_lies_outside_is_counted_together() {
        let inside = Histogram::new(&[0.0, 0.0]);
        let outside = Histogram::new(&[EXTENT, 0.0, f32::NAN, 0.0, -1e9, 9.0]);
        assert!((outside.0[ALL - 1] - 3.5 / (3.0 + 0.5 * ALL as f64)).abs() < 1e-12);
        assert!((inside.0.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(inside.js(&outside) > 0.0);
    }

    /// A lost mode is seen by both, far above the floor between two samples of one cloud.
    #[test]
    fn a_lost_mode_is_far_above_the_floor() {
        let draw = |n, stream| Cloud::Preset(Preset::Gaussians).points(n, 1, stream, 0);
        let real = Histogram::new(&draw(20_000, 0));
        let other = draw(2000, 1);
        let lost: Vec<f32> = other
            .chunks_exact(2)
            .filter(|p| p[0] < 1.0)
            .flatten()
            .copied()
            .collect();
        let (other, lost) = (Histogram::new(&other), Histogram::new(&lost));
        assert!(real.kl(&lost) > 2.0 * real.kl(&other));
        assert!(real.js(&lost) > 2.0 * real.js(&other));
    }
}
