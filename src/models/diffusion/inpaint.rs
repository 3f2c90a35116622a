//! Inpainting: the model fills a hole, the rest of the picture stays as it is given.
//!
//! RePaint (Lugmayr et al. 2022, arXiv:2201.09865, algorithm 1) needs no training of its own.
//! After each update from time t to an earlier time s the given pixels are put back, noised
//! to s (their eq. 8), so that the model sees them when it denoises the hole:
//!
//! `x_s = m (sqrt(ab_s) x_0 + sqrt(1 - ab_s) eps) + (1 - m) x_s^model`,
//!
//! with m = 1 where a pixel is given. That alone fits badly: the model's part of x_s was made
//! without knowing which noise the given part would get. So each step is done in several
//! rounds; after every round but the last, x_s is noised back to t and denoised again:
//!
//! `x_t = sqrt(ab_t / ab_s) x_s + sqrt(1 - ab_t / ab_s) eps`
//!
//! (the last line of their loop, for a step over more than one time; a jump here is one step
//! long). The last step has one round, as in the paper: at s = 0 nothing is left to harmonise.

use serde::{Deserialize, Serialize};

use super::sampler::{NoiseSource, Plan};
use crate::data::PIXELS;

/// What is given of every picture of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keep {
    /// The given picture, `[28, 28]`, `-1..=1`.
    pub x_0: Vec<f32>,
    /// Where it is given, `[28, 28]`; elsewhere is the hole.
    pub mask: Vec<bool>,
    /// How often each step is done, `1..=20`; 1 only puts the given part back.
    pub rounds: u32,
}

/// Most rounds of a step.
pub const MAX_ROUNDS: u32 = 20;

/// The sampler's draws are 0..=1000; those of inpainting begin here.
const FIRST_DRAW: u32 = 1 << 20;

/// What a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Noise of the given part.
    Given,
    /// Noise on the way back to an earlier step.
    Back,
    /// The sampler's own fresh noise, in a repeated round.
    Update,
}

/// The number of a draw that nothing else uses: one for each step, round and purpose.
fn draw(step: usize, round: u32, purpose: Purpose) -> u32 {
    FIRST_DRAW + (step as u32 * MAX_ROUNDS + round) * 3 + purpose as u32
}

/// The draw of the sampler's fresh noise in this round of the update from frame `step`.
/// The first round is the one of every run.
pub fn update_draw(step: usize, round: u32) -> u32 {
    match round {
        0 => step as u32 + 1,
        _ => draw(step, round, Purpose::Update),
    }
}

/// How often the update from frame `step` is done, `1..=20`.
pub fn rounds(plan: &Plan, keep: Option<&Keep>, step: usize) -> u32 {
    match keep {
        Some(keep) if step + 1 < plan.steps() => keep.rounds,
        _ => 1,
    }
}

/// Network evaluations of a run of `steps` steps from pure noise, each in `rounds` rounds.
pub fn evaluations(steps: u32, rounds: u32) -> u32 {
    steps.saturating_sub(1) * rounds + 1
}

/// Puts the given pixels into `x`, `[n, 28, 28]`, which is at the time of frame `step + 1`:
/// noised to that time, or exact at its end.
pub fn put_given(
    plan: &Plan,
    keep: &Keep,
    step: usize,
    round: u32,
    noise: &NoiseSource,
    x: &mut [f32],
) {
    let ab = plan.alpha_bar(step + 1);
    let (signal, sigma) = (ab.sqrt() as f32, (1.0 - ab).sqrt() as f32);
    let mut eps = vec![0.0; x.len()];
    if sigma > 0.0 {
        noise.add(draw(step, round, Purpose::Given), sigma, &mut eps);
    }
    let given = keep.x_0.iter().zip(&keep.mask).cycle();
    for ((x, eps), (x_0, &is_given)) in x.iter_mut().zip(&eps).zip(given) {
        if is_given {
            *x = signal * x_0 + eps;
        }
    }
}

/// Noises `x`, `[n, 28, 28]`, from the time of frame `step + 1` back to that of `step`.
pub fn go_back(plan: &Plan, step: usize, round: u32, noise: &NoiseSource, x: &mut [f32]) {
    let share = plan.alpha_bar(step) / plan.alpha_bar(step + 1);
    for x in x.iter_mut() {
        *x *= share.sqrt() as f32;
    }
    let sigma = (1.0 - share).sqrt() as f32;
    noise.add(draw(step, round, Purpose::Back), sigma, x);
}

/// What is wrong with a part to keep, if anything is.
pub fn problem(keep: &Keep) -> Option<String> {
    let Keep { x_0, mask, rounds } = keep;
    if x_0.len() != PIXELS || mask.len() != PIXELS {
        return Some(format!(
            "a given part of {} and {} pixels",
            x_0.len(),
            mask.len()
        ));
    }
    // NaN is in no range.
    if !x_0.iter().all(|x| (-1.0..=1.0).contains(x)) {
        return Some("a given part outside -1 to 1".into());
    }
    let fits = (1..=MAX_ROUNDS).contains(rounds);
    (!fits).then(|| format!("{rounds} rounds, not 1 to {MAX_ROUNDS}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::schedule::{Schedule, ScheduleKind, T};
    use super::*;
    use crate::models::diffusion::sampler::Sampler;

    const NOISE: NoiseSource = NoiseSource {
        seed: 4,
        first_index: 0,
    };

    fn plan(steps: usize) -> Plan {
        Plan::new(Schedule::new(ScheduleKind::Cosine), Sampler::Ddpm, steps)
    }

    /// Every second pixel is given as `value`.
    fn keep(value: f32, rounds: u32) -> Keep {
        Keep {
            x_0: vec![value; PIXELS],
            mask: (0..PIXELS).map(|i| i % 2 == 0).collect(),
            rounds,
        }
    }

    fn moments(values: impl Iterator<Item = f32> + Clone) -> (f64, f64) {
        let n = values.clone().count() as f64;
        let mean = values.clone().map(f64::from).sum::<f64>() / n;
        let var = values.map(|v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n;
        (mean, var.sqrt())
    }

    #[test]
    fn no_two_draws_collide() {
        let mut seen: HashSet<u32> = (0..=T as u32).collect();
        for step in 0..T {
            for round in 0..MAX_ROUNDS {
                for purpose in [Purpose::Given, Purpose::Back] {
                    assert!(seen.insert(draw(step, round, purpose)));
                }
                if round > 0 {
                    assert!(seen.insert(update_draw(step, round)));
                }
            }
            assert!(seen.contains(&update_draw(step, 0)));
        }
    }

    #[test]
    fn the_given_part_is_noised_to_the_time_and_exact_at_the_end() {
        let (plan, keep) = (plan(10), keep(0.3, 1));
        for step in 0..10 {
            let mut x = vec![9.0; 16 * PIXELS];
            put_given(&plan, &keep, step, 0, &NOISE, &mut x);
            assert!(x.iter().skip(1).step_by(2).all(|&x| x == 9.0), "the hole");
            let given = x.iter().copied().step_by(2);
            if step == 9 {
                assert!(given.clone().all(|x| x == 0.3));
            }
            let (mean, sd) = moments(given);
            let ab = plan.alpha_bar(step + 1);
            // Five standard errors.
            let se = 5.0 / (8.0 * PIXELS as f64).sqrt();
            assert!((mean - 0.3 * ab.sqrt()).abs() < se, "{step}: mean {mean}");
            assert!((sd - (1.0 - ab).sqrt()).abs() < se, "{step}: sd {sd}");
        }
    }

    /// Noising a clean picture to s and from there back to t is noising it to t at once.
    #[test]
    fn going_back_gives_the_noise_level_before() {
        let plan = plan(10);
        for step in 0..9 {
            let (ab_t, ab_s) = (plan.alpha_bar(step), plan.alpha_bar(step + 1));
            let mut x = vec![(0.8 * ab_s.sqrt()) as f32; 16 * PIXELS];
            NOISE.add(1, (1.0 - ab_s).sqrt() as f32, &mut x);
            go_back(&plan, step, 0, &NOISE, &mut x);
            let (mean, sd) = moments(x.iter().copied());
            let se = 5.0 / (16.0 * PIXELS as f64).sqrt();
            assert!((mean - 0.8 * ab_t.sqrt()).abs() < se, "{step}: mean {mean}");
            assert!((sd - (1.0 - ab_t).sqrt()).abs() < se, "{step}: sd {sd}");
        }
    }

    /// Correlation of the two pixels of a pair, which have mean 0 and variance 1.
    const RHO: f64 = 0.9;

    /// The exact v of pairs of correlated Gaussian pixels, by their sum and difference.
    fn exact_v(plan: &Plan, step: usize, x: &[f32]) -> Vec<f32> {
        let ab = plan.alpha_bar(step);
        let (a, s) = (ab.sqrt(), (1.0 - ab).sqrt());
        let gain = |variance: f64| a * variance / (ab * variance + 1.0 - ab);
        let (sum, difference) = (gain(1.0 + RHO), gain(1.0 - RHO));
        x.chunks(2)
            .flat_map(|pair| {
                let (p, q) = (f64::from(pair[0]), f64::from(pair[1]));
                let (u, w) = (0.5 * sum * (p + q), 0.5 * difference * (p - q));
                [(a * p - u - w) / s, (a * q - u + w) / s]
            })
            .map(|v| v as f32)
            .collect()
    }

    /// Mean of the filled pixels when the other of each pair is 1.
    fn filled(rounds_each: u32) -> f64 {
        let (plan, keep) = (plan(25), keep(1.0, rounds_each));
        let mut x = NOISE.initial(16);
        for step in 0..plan.steps() {
            let rounds = rounds(&plan, Some(&keep), step);
            for round in 0..rounds {
                let opinion = plan.opinion(step, &x, &exact_v(&plan, step, &x));
                let draw = update_draw(step, round);
                x = plan.advance_with(step, &opinion, None, &NOISE, draw);
                put_given(&plan, &keep, step, round, &NOISE, &mut x);
                if round + 1 < rounds {
                    go_back(&plan, step, round, &NOISE, &mut x);
                }
            }
        }
        moments(x.iter().copied().skip(1).step_by(2)).0
    }

    /// The other pixel of a pair is known to have mean `RHO`. Putting the given pixel back once
    /// a step misses that by far; with more rounds it is approached.
    #[test]
    fn rounds_bring_the_hole_to_its_conditional_mean() {
        let found = [1, 3, 20].map(filled);
        let off = found.map(|mean| (mean - RHO).abs());
        assert!(off[0] > 0.1, "putting back alone: {found:?}");
        assert!(off[1] < 0.6 * off[0], "{found:?}");
        assert!(off[2] < 0.03, "{found:?}");
    }

    #[test]
    fn evaluations_are_counted() {
        for (steps, each) in [(1, 5), (20, 1), (20, 5)] {
            let plan = plan(steps);
            let keep = keep(0.0, each);
            let counted: u32 = (0..steps).map(|k| rounds(&plan, Some(&keep), k)).sum();
            assert_eq!(counted, evaluations(steps as u32, each));
            assert_eq!(
                (0..steps).map(|k| rounds(&plan, None, k)).sum::<u32>(),
                steps as u32
            );
        }
    }
}
