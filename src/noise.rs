//! Seeded Gaussian noise: the one source of randomness of every sampler.
//!
//! Numbers come from ChaCha8 on the host, never from a device. Each draw has a stream of its
//! own, named by `(seed, index, draw)`: sample `index` of a run sees the same noise whichever
//! engine computes it, however a batch is split over workers, and from whichever step a run
//! is resumed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// The draw that starts a run at pure noise; draw `k >= 1` belongs to step `k`.
pub const INITIAL_DRAW: u32 = 0;

/// The generator of one draw of one sample.
pub fn stream(seed: u64, index: u32, draw: u32) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((u64::from(index) << 32) | u64::from(draw));
    rng
}

/// Uniform in `[0, 1)`.
pub fn unit(rng: &mut impl RngCore) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1 << 24) as f32
}

/// Fills `out` with independent standard normal values.
pub fn fill_normal(rng: &mut impl RngCore, out: &mut [f32]) {
    for value in out {
        *value = StandardNormal.sample(rng);
    }
}

/// `len` standard normal values of draw `draw` of sample `index`.
pub fn normal(seed: u64, index: u32, draw: u32, len: usize) -> Vec<f32> {
    let mut out = vec![0.0; len];
    fill_normal(&mut stream(seed, index, draw), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_standard_normal() {
        let n = 200_000;
        let xs = normal(7, 0, INITIAL_DRAW, n);
        let mean = xs.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
        let moment = |p: i32| {
            xs.iter()
                .map(|&x| (f64::from(x) - mean).powi(p))
                .sum::<f64>()
                / n as f64
        };
        // Five standard errors of each estimate.
        let se = 5.0 / (n as f64).sqrt();
        assert!(mean.abs() < se, "mean {mean}");
        assert!((moment(2) - 1.0).abs() < se * 2f64.sqrt());
        assert!((moment(4) - 3.0).abs() < se * 96f64.sqrt());
    }

    #[test]
    fn streams_are_reproducible_and_distinct() {
        let a = normal(42, 3, 5, 64);
        assert_eq!(a, normal(42, 3, 5, 64));
        for other in [
            normal(43, 3, 5, 64),
            normal(42, 4, 5, 64),
            normal(42, 3, 6, 64),
        ] {
            assert_ne!(a, other);
        }
        // A longer draw begins with the shorter one.
        assert_eq!(a, normal(42, 3, 5, 100)[..64]);
    }

    /// Pins the generator: a shared link must show the same picture after an update.
    #[test]
    fn values_are_pinned() {
        let xs = normal(42, 0, INITIAL_DRAW, 4);
        assert_eq!(xs, PINNED, "{xs:?}");
    }
    const PINNED: [f32; 4] = [0.47798124, 1.3340706, -0.21086669, 0.4763469];
}
