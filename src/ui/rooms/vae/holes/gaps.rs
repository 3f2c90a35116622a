//! How far random codes are from the codes of real pictures.

use super::super::map::{EDGE, nearest};
use crate::models::vae::random_code;

/// Random codes that are measured.
const RANDOM: u32 = 500;
/// Their seed.
const SEED: u64 = 7;
/// A random code further than this from every real one lies in a hole.
const FAR: f32 = 0.2;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// The middle one of the distances from random codes to the nearest real one.
    pub median: f32,
    /// Share of random codes further than 0.2 from every real one.
    pub far: f32,
    /// Share of the real codes that lie off the map.
    pub outside: f32,
}

/// Measures the codes `[n, 2]` of real pictures; n is 1 or more.
pub fn gaps(codes: &[f32]) -> Gaps {
    let random = (0..RANDOM).map(|i| random_code(SEED, i, 2));
    let mut distances: Vec<f32> = random
        .filter_map(|code| nearest(codes, [code[0], code[1]]))
        .map(|(_, far)| far)
        .collect();
    distances.sort_by(f32::total_cmp);
    let share = |n: usize, of: usize| n as f32 / of.max(1) as f32;
    let far = distances.iter().filter(|far| **far > FAR).count();
    let outside = codes
        .chunks_exact(2)
        .filter(|code| code.iter().any(|v| v.abs() > EDGE));
    Gaps {
        median: distances
            .get(distances.len() / 2)
            .copied()
            .unwrap_or_default(),
        far: share(far, distances.len()),
        outside: share(outside.count(), codes.len() / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that are themselves normal leave few gaps; codes in one place leave all else empty.
    #[test]
    fn gaps_are_small_where_codes_are_normal() {
        let normal: Vec<f32> = (0..4000).flat_map(|i| random_code(1, i, 2)).collect();
        let full = gaps(&normal);
        assert!(full.median < 0.05 && full.far < 0.05, "{full:?}");
        assert_eq!(full.outside, 0.0);
        let heap = gaps(&[5.0, 0.0].repeat(100));
        assert!(heap.median > 4.0 && heap.far == 1.0, "{heap:?}");
        assert_eq!(heap.outside, 1.0);
    }
}
