//! What does not belong: pictures that cost more than digits.

use anyhow::Result;

use super::super::vae::tensor;
use crate::data::PIXELS;
use crate::models::vae::bounds::bounds;
use crate::models::vae::loss::reconstruction;
use crate::models::vae::net::Vae;
use crate::nn::read;
use crate::noise;
use crate::quality::uses::Score;

/// Pictures of a batch, each with all its draws.
const BATCH: usize = 50;
/// Codes drawn for a bound.
const DRAWS: usize = 10;
/// Step between the points of a curve that are kept, along both of its axes together: so many points
/// that the area below them is that of the whole curve to 0.002.
const STEP: f64 = 0.05;

/// What pictures cost, nats.
#[derive(Debug, Default)]
pub struct Scores {
    /// See [`Score::Cost`].
    pub cost: Vec<f32>,
    /// See [`Score::Bound`].
    pub bound: Vec<f32>,
}

/// How well others are told from digits.
pub struct Among {
    /// The better score.
    pub score: Score,
    /// Area by cost, and by bound.
    pub areas: [f64; 2],
    /// Curve of the better score.
    pub roc: Vec<[f64; 2]>,
}

impl Scores {
    /// Of pictures `[n, 28, 28]` in `0..=1`.
    pub fn new(net: &Vae, pictures: &[f32], seed: u64) -> Result<Self> {
        let mut all = Self::default();
        for part in pictures.chunks(BATCH * PIXELS) {
            let first = all.cost.len() as u32;
            let n = (part.len() / PIXELS) as u32;
            let draws = |i| noise::normal(seed, i, 0, DRAWS * net.code_size());
            let eps = (first..first + n).flat_map(draws).collect();
            let x = tensor(part);
            let logits = net.decode(net.encode(x.clone()).mean);
            let cost = reconstruction(logits, x.clone());
            all.cost.extend(pollster::block_on(read(cost))?);
            let drawn = pollster::block_on(bounds(net, x, eps))?;
            let kl = drawn.kl.chunks(net.code_size());
            let sums = drawn.reconstruction.iter().zip(kl);
            all.bound
                .extend(sums.map(|(cost, kl)| cost + kl.iter().sum::<f32>()));
        }
        Ok(all)
    }

    /// As pictures of another kind among digits.
    pub fn among(&self, digits: &Self) -> Among {
        let (cost, area_cost) = roc(&digits.cost, &self.cost);
        let (bound, area_bound) = roc(&digits.bound, &self.bound);
        let (score, curve) = match area_cost >= area_bound {
            true => (Score::Cost, cost),
            false => (Score::Bound, bound),
        };
        Among {
            score,
            areas: [area_cost, area_bound],
            roc: thinned(&curve),
        }
    }
}

/// For each threshold, from the highest, the share of digits and of others that lie at it or above;
/// and the area below. Equal scores make one step.
fn roc(digits: &[f32], others: &[f32]) -> (Vec<[f64; 2]>, f64) {
    let tagged = |scores: &[f32], kind: usize| scores.iter().map(move |v| (*v, kind)).collect();
    let mut all: Vec<(f32, usize)> = tagged(digits, 0);
    all.extend::<Vec<_>>(tagged(others, 1));
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let sizes = [digits.len() as f64, others.len() as f64];
    let (mut counts, mut area) = ([0.0; 2], 0.0);
    let mut curve = vec![[0.0; 2]];
    for step in all.chunk_by(|a, b| a.0 == b.0) {
        let before = curve[curve.len() - 1];
        step.iter().for_each(|(_, kind)| counts[*kind] += 1.0);
        let now = [counts[0] / sizes[0], counts[1] / sizes[1]];
        area += (now[0] - before[0]) * (now[1] + before[1]) / 2.0;
        curve.push(now);
    }
    (curve, area)
}

/// Ends and some points between them.
fn thinned(curve: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut next = 0.0;
    let mut kept = Vec::new();
    for point in curve {
        if point[0] + point[1] >= next {
            kept.push(*point);
            next = point[0] + point[1] + STEP;
        }
    }
    if kept.last() != curve.last() {
        kept.extend(curve.last());
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of the four pairs the other is higher in two and equal in one.
    #[test]
    fn areas_by_hand() {
        let (curve, area) = roc(&[1.0, 3.0], &[3.0, 4.0]);
        assert_eq!(curve, [[0.0, 0.0], [0.0, 0.5], [0.5, 1.0], [1.0, 1.0]]);
        assert_eq!(area, 3.5 / 4.0);
        assert_eq!(roc(&[1.0], &[2.0]).1, 1.0);
        assert_eq!(roc(&[2.0], &[1.0]).1, 0.0);
        assert_eq!(roc(&[2.0; 5], &[2.0; 3]).1, 0.5);
    }

    /// Two Gaussians one standard deviation apart: the area is that of N(0, 1) below 1 / sqrt 2.
    #[test]
    fn few_points_keep_the_area() {
        let n = 20_000;
        let digits = noise::normal(1, 0, 0, n);
        let mut others = noise::normal(1, 1, 0, n);
        others.iter_mut().for_each(|v| *v += 1.0);
        let (curve, area) = roc(&digits, &others);
        assert!((area - 0.7602).abs() < 0.01, "{area}");
        let few = thinned(&curve);
        assert!((35..=42).contains(&few.len()), "{}", few.len());
        assert_eq!((few[0], few[few.len() - 1]), ([0.0; 2], [1.0; 2]));
        let pieces = few
            .windows(2)
            .map(|p| (p[1][0] - p[0][0]) * (p[1][1] + p[0][1]) / 2.0);
        assert!((pieces.sum::<f64>() - area).abs() < 0.002);
    }
}
