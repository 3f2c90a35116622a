//! Distances between two sets of feature vectors: Fréchet (FID) and kernel (KID).

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::RngCore;
use rand::seq::index::sample;

use crate::noise;

/// A set of feature vectors, one a row.
pub struct Features(DMatrix<f64>);

impl Features {
    /// From `[n, width]` values.
    pub fn new(values: &[f32], width: usize) -> Self {
        let n = values.len() / width;
        Self(DMatrix::from_row_iterator(
            n,
            width,
            values.iter().map(|&v| f64::from(v)),
        ))
    }

    fn mean(&self) -> DVector<f64> {
        self.0.row_mean().transpose()
    }

    fn covariance(&self) -> DMatrix<f64> {
        let mean = self.0.row_mean();
        let mut centred = self.0.clone();
        for mut row in centred.row_iter_mut() {
            row -= &mean;
        }
        centred.tr_mul(&centred) / (self.0.nrows() as f64 - 1.0)
    }
}

/// Fréchet distance of two Gaussians with the sets' means and covariances (Heusel et al. 2017,
/// arXiv:1706.08500, eq. 6): `|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))`.
pub fn frechet(a: &Features, b: &Features) -> f64 {
    let (c1, c2) = (a.covariance(), b.covariance());
    // tr (C1 C2)^(1/2) = tr (S C2 S)^(1/2) with S = C1^(1/2), which is symmetric.
    let s = root(c1.clone());
    let product = &s * &c2 * &s;
    let cross: f64 = SymmetricEigen::new(product)
        .eigenvalues
        .iter()
        .map(|&l| l.max(0.0).sqrt())
        .sum();
    (a.mean() - b.mean()).norm_squared() + c1.trace() + c2.trace() - 2.0 * cross
}

/// The standard deviation of [`frechet`] from `a` to `b`, by the bootstrap: over sets as large as `a` that
/// are drawn from it with replacement (Efron 1979).
pub fn frechet_sd(a: &Features, b: &Features, resamples: u32, seed: u64) -> f64 {
    let n = a.0.nrows();
    let values = (0..resamples).map(|i| {
        let mut rng = noise::stream(seed, 2, i);
        let rows: Vec<_> = (0..n)
            .map(|_| (rng.next_u64() % n as u64) as usize)
            .collect();
        frechet(&Features(a.0.select_rows(&rows)), b)
    });
    mean_and_sd(&values.collect::<Vec<_>>()).1
}

fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, variance.sqrt())
}

/// Square root of a symmetric, positive semidefinite matrix.
fn root(matrix: DMatrix<f64>) -> DMatrix<f64> {
    let eigen = SymmetricEigen::new(matrix);
    let roots = eigen.eigenvalues.map(|l| l.max(0.0).sqrt());
    &eigen.eigenvectors * DMatrix::from_diagonal(&roots) * eigen.eigenvectors.transpose()
}

/// Mean and standard deviation over random subsets of the squared maximum mean discrepancy
/// with the kernel `(x.y / width + 1)^3`, unbiased (Bińkowski et al. 2018, arXiv:1801.01401).
pub fn kernel(a: &Features, b: &Features, subsets: u32, size: usize, seed: u64) -> (f64, f64) {
    let size = size.min(a.0.nrows()).min(b.0.nrows());
    let values: Vec<f64> = (0..subsets)
        .map(|i| {
            let mut rng = noise::stream(seed, 0, i);
            let mut pick = |f: &Features| {
                f.0.select_rows(&sample(&mut rng, f.0.nrows(), size).into_vec())
            };
            let (a, b) = (pick(a), pick(b));
            mmd2(&a, &b)
        })
        .collect();
    mean_and_sd(&values)
}

fn mmd2(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    let (m, width) = a.shape();
    let gram = |x: &DMatrix<f64>, y: &DMatrix<f64>| {
        (x * y.transpose()).map(|v| (v / width as f64 + 1.0).powi(3))
    };
    let own = |x: &DMatrix<f64>| {
        let k = gram(x, x);
        (k.sum() - k.trace()) / (m as f64 * (m as f64 - 1.0))
    };
    own(a) + own(b) - 2.0 * gram(a, b).sum() / (m as f64 * m as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// n vectors of `width` with this mean and these standard deviations.
    fn gaussian(seed: u64, n: usize, mean: f32, sd: &[f32]) -> Features {
        let width = sd.len();
        let mut values = noise::normal(seed, 0, 0, n * width);
        for (i, v) in values.iter_mut().enumerate() {
            *v = mean + sd[i % width] * *v;
        }
        Features::new(&values, width)
    }

    /// Diagonal Gaussians: `d |m1 - m2|^2 + sum (s1 - s2)^2`.
    #[test]
    fn frechet_of_known_gaussians() {
        let a = gaussian(1, 50_000, 0.0, &[1.0, 2.0, 0.5]);
        let b = gaussian(2, 50_000, 1.0, &[2.0, 2.0, 1.5]);
        let want = 3.0 + 1.0 + 0.0 + 1.0;
        assert!((frechet(&a, &b) - want).abs() < 0.1, "{}", frechet(&a, &b));
        assert!(frechet(&a, &a).abs() < 1e-9);
        assert!((frechet(&a, &b) - frechet(&b, &a)).abs() < 1e-9);
    }

    /// In one dimension, with the same spread, the distance is that of the means squared: its standard
    /// deviation follows from that of a mean.
    #[test]
    fn the_bootstrap_tells_how_far_chance_moves_a_distance() {
        let n = 400;
        let a = gaussian(1, n, 1.0, &[1.0]);
        let b = gaussian(2, 20_000, 0.0, &[1.0]);
        let sd = frechet_sd(&a, &b, 200, 3);
        // d = m^2 + (s - 1)^2, so sd(d) is about 2 m / sqrt(n).
        let want = 2.0 / (n as f64).sqrt();
        assert!((sd / want - 1.0).abs() < 0.25, "{sd}, not {want}");
    }

    #[test]
    fn square_root_of_a_matrix() {
        let m = DMatrix::from_row_slice(2, 2, &[5.0, 4.0, 4.0, 5.0]);
        let r = root(m.clone());
        assert!((&r * &r - m).norm() < 1e-12);
    }

    /// In one dimension with x = 1 always and y = -1 always: k(x,x) = 8, k(y,y) = 8, k(x,y) = 0.
    #[test]
    fn kernel_of_known_points() {
        let a = Features::new(&[1.0; 10], 1);
        let b = Features::new(&[-1.0; 10], 1);
        assert_eq!(kernel(&a, &b, 3, 10, 0), (16.0, 0.0));
        let (same, sd) = kernel(
            &gaussian(3, 4000, 0.0, &[1.0, 1.0]),
            &gaussian(4, 4000, 0.0, &[1.0, 1.0]),
            20,
            500,
            0,
        );
        assert!(same.abs() < 3.0 * sd, "unbiased: {same} +- {sd}");
    }
}
