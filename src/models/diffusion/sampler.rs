//! Samplers: from pure noise x_T to a picture, along a few of the T times.
//!
//! The network predicts v (Salimans and Ho 2022, arXiv:2202.00512, appendix D),
//!
//! `v = sqrt(ab_t) eps - sqrt(1 - ab_t) x_0`, so that
//! `x_0 = sqrt(ab_t) x_t - sqrt(1 - ab_t) v` and `eps = sqrt(1 - ab_t) x_t + sqrt(ab_t) v`,
//!
//! with `ab` short for `alpha_bar`. One update goes from time t to an earlier time s and is
//! DDIM's (Song et al. 2021, arXiv:2010.02502, eq. 12 and 16):
//!
//! `x_s = sqrt(ab_s) x_0 + sqrt(1 - ab_s - sigma^2) eps + sigma z`,
//! `sigma = eta sqrt((1 - ab_s) / (1 - ab_t)) sqrt(1 - ab_t / ab_s)`.
//!
//! `eta = 0` adds no noise. `eta = 1` is the posterior `q(x_s | x_t, x_0)` of DDPM (Ho et al.
//! 2020, arXiv:2006.11239, eq. 6 and 7) on the chosen times, so DDPM needs no code of its own.
//!
//! DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2) extrapolates the predicted
//! x_0 linearly in `lambda = ln(sqrt(ab) / sqrt(1 - ab))`. With `h = lambda_s - lambda_t` and `h'`
//! the step before, its update is the deterministic one above plus a trend:
//!
//! `x_s = sqrt(ab_s) x_0 + sqrt(1 - ab_s) eps + k (x_0 - x_0_before)`,
//! `k = sqrt(ab_s) (1 - exp(-h)) h / (2 h')`.
//!
//! The first step has no past and the last one (to `ab_s = 1`, `h` infinite) is of first order,
//! as the authors advise.
//!
//! The predicted x_0 is not clipped: v-prediction stays well behaved at every noise level, and
//! a clipped x_0 would bias the samplers on data whose extreme values are common (a digit's
//! background is exactly -1).

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::schedule::{Schedule, timesteps};
use crate::data::PIXELS;
use crate::noise::{self, INITIAL_DRAW};

/// Which rule turns (x_t, prediction) into the next x.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sampler {
    /// Ancestral sampling, Ho et al. 2020. The same as DDIM with `eta = 1`.
    Ddpm,
    /// Song et al. 2021 (arXiv:2010.02502). `eta` 0 is deterministic, 1 is DDPM.
    Ddim {
        /// Share of fresh noise, `0..=1`.
        eta: f32,
    },
    /// DPM-Solver++(2M), Lu et al. 2022 (arXiv:2211.01095): deterministic, of second order,
    /// because it also uses the guess of the step before.
    DpmSolver,
}

/// The numbers of one update: `x_next = x0_factor x0 + eps_factor eps + noise_factor z +
/// trend_factor (x0 - x0_before)`, with `x0_before` the guess of the step before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Time of the next x.
    pub t_next: u32,
    /// sqrt(alpha_bar of the next time).
    pub x0_factor: f32,
    /// Factor of the predicted noise.
    pub eps_factor: f32,
    /// Factor of the fresh noise z (0 for DDIM with eta 0).
    pub noise_factor: f32,
    /// Factor of the guess's change since the step before (0 for samplers of first order).
    pub trend_factor: f32,
}

/// The plan of a run: which times, and the numbers of each update.
#[derive(Clone, Debug)]
pub struct Plan {
    schedule: Schedule,
    times: Vec<usize>,
    eta: f64,
    second_order: bool,
}

impl Plan {
    /// A run of `steps` network evaluations (`1..=1000`) with `sampler`'s rule.
    pub fn new(schedule: Schedule, sampler: Sampler, steps: usize) -> Self {
        let eta = match sampler {
            Sampler::Ddpm => 1.0,
            Sampler::Ddim { eta } => f64::from(eta),
            Sampler::DpmSolver => 0.0,
        };
        Self {
            schedule,
            times: timesteps(steps),
            eta,
            second_order: sampler == Sampler::DpmSolver,
        }
    }

    /// Number of network evaluations.
    pub fn steps(&self) -> usize {
        self.times.len() - 1
    }

    /// Time of x after `step` steps, `step = 0..=steps`.
    pub fn time(&self, step: usize) -> usize {
        self.times[step]
    }

    /// `alpha_bar` at the time after `step` steps.
    pub fn alpha_bar(&self, step: usize) -> f64 {
        self.schedule.alpha_bar(self.times[step])
    }

    /// The factors of the update from frame `step` to frame `step + 1`, `step = 0..steps`.
    /// `has_past`: the guess of the step before is known.
    pub fn update(&self, step: usize, has_past: bool) -> Update {
        let (ab_t, ab_s) = (self.alpha_bar(step), self.alpha_bar(step + 1));
        let sigma = self.eta * ((1.0 - ab_s) / (1.0 - ab_t)).sqrt() * (1.0 - ab_t / ab_s).sqrt();
        Update {
            t_next: self.times[step + 1] as u32,
            x0_factor: ab_s.sqrt() as f32,
            // Rounding must not turn the 0 of `eta = 1, ab_s = 1` into NaN.
            eps_factor: (1.0 - ab_s - sigma * sigma).max(0.0).sqrt() as f32,
            noise_factor: sigma as f32,
            trend_factor: if has_past {
                self.trend(step) as f32
            } else {
                0.0
            },
        }
    }

    /// k of DPM-Solver++(2M).
    fn trend(&self, step: usize) -> f64 {
        if !self.second_order || step == 0 || step + 1 == self.steps() {
            return 0.0;
        }
        // ln of signal over noise.
        let lambda = |step| {
            let ab: f64 = self.alpha_bar(step);
            0.5 * (ab / (1.0 - ab)).ln()
        };
        let h = lambda(step + 1) - lambda(step);
        let h_before = lambda(step) - lambda(step - 1);
        self.alpha_bar(step + 1).sqrt() * (1.0 - (-h).exp()) * h / (2.0 * h_before)
    }

    /// The clean picture and the noise that the prediction `v` sees in `x` after `step` steps.
    pub fn opinion(&self, step: usize, x: &[f32], v: &[f32]) -> Opinion {
        let t = self.times[step];
        let (a, s) = (
            self.schedule.signal(t) as f32,
            self.schedule.sigma(t) as f32,
        );
        let pairs = || x.iter().zip(v);
        Opinion {
            x0: pairs().map(|(x, v)| a * x - s * v).collect(),
            eps: pairs().map(|(x, v)| s * x + a * v).collect(),
        }
    }

    /// x after `step + 1` steps; `x0_before` is the guess of the step before, if it is known.
    pub fn advance(
        &self,
        step: usize,
        opinion: &Opinion,
        x0_before: Option<&[f32]>,
        noise: &NoiseSource,
    ) -> Vec<f32> {
        self.advance_with(step, opinion, x0_before, noise, step as u32 + 1)
    }

    /// As [`advance`](Self::advance), with fresh noise from the draw of this number.
    pub fn advance_with(
        &self,
        step: usize,
        opinion: &Opinion,
        x0_before: Option<&[f32]>,
        noise: &NoiseSource,
        draw: u32,
    ) -> Vec<f32> {
        let Update {
            x0_factor,
            eps_factor,
            noise_factor,
            trend_factor,
            ..
        } = self.update(step, x0_before.is_some());
        let mut x: Vec<f32> = opinion
            .x0
            .iter()
            .zip(&opinion.eps)
            .map(|(x0, eps)| x0_factor * x0 + eps_factor * eps)
            .collect();
        if let Some(before) = x0_before.filter(|_| trend_factor != 0.0) {
            for ((x, x0), before) in x.iter_mut().zip(&opinion.x0).zip(before) {
                *x += trend_factor * (x0 - before);
            }
        }
        if noise_factor > 0.0 {
            noise.add(draw, noise_factor, &mut x);
        }
        x
    }
}

/// What a prediction says of x_t, both `[n, 28, 28]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// The predicted clean picture, not clipped.
    pub x0: Vec<f32>,
    /// The predicted noise.
    pub eps: Vec<f32>,
}

/// The noise of a batch whose first picture has index `first_index` in the seed's streams.
#[derive(Clone, Copy, Debug)]
pub struct NoiseSource {
    /// Seed of all noise.
    pub seed: u64,
    /// Stream of the batch's first picture.
    pub first_index: u32,
}

impl NoiseSource {
    /// Pure noise x_T of `n` pictures, `[n, 28, 28]`.
    pub fn initial(&self, n: usize) -> Vec<f32> {
        let mut x = vec![0.0; n * PIXELS];
        self.add(INITIAL_DRAW, 1.0, &mut x);
        x
    }

    /// Adds `factor` times draw `draw` of each picture to `x`.
    pub(super) fn add(&self, draw: u32, factor: f32, x: &mut [f32]) {
        for (index, picture) in (self.first_index..).zip(x.chunks_mut(PIXELS)) {
            let z = noise::normal(self.seed, index, draw, picture.len());
            for (x, z) in picture.iter_mut().zip(z) {
                *x += factor * z;
            }
        }
    }
}

/// At which times a run is guided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guided {
    /// At all of them.
    #[default]
    Always,
    /// At those in [`MIDWAY`] (Kynkäänniemi and others 2024, arXiv:2404.07724): while there is hardly more
    /// than noise, guidance makes pictures more alike than need be, and at the end it does little.
    Midway,
}

/// When [`Guided::Midway`] guides.
pub const MIDWAY: RangeInclusive<usize> = 100..=800;

impl Guided {
    /// The weight at time `t` of a run of weight `w`; 1 is none.
    pub fn weight(self, w: f32, t: usize) -> f32 {
        match self {
            Self::Midway if !MIDWAY.contains(&t) => 1.0,
            _ => w,
        }
    }
}

/// Classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598) in place:
/// `conditional` becomes `unconditional + w (conditional - unconditional)`.
///
/// v and eps differ by a term that both predictions share, so guiding v guides eps alike.
pub fn guide(conditional: &mut [f32], unconditional: &[f32], w: f32) {
    for (c, u) in conditional.iter_mut().zip(unconditional) {
        *c = u + w * (*c - u);
    }
}

#[cfg(test)]
mod tests {
    use super::super::schedule::{ScheduleKind, T};
    use super::*;

    const DDIM: Sampler = Sampler::Ddim { eta: 0.0 };
    /// Mean and standard deviation of the data distribution in the Gaussian tests.
    const MU: f64 = 0.6;
    const SD: f64 = 0.25;

    fn plan(kind: ScheduleKind, sampler: Sampler, steps: usize) -> Plan {
        Plan::new(Schedule::new(kind), sampler, steps)
    }

    /// The exact v of data N(MU, SD^2): x0_hat is the posterior mean of x_0 given x_t.
    fn exact_v(plan: &Plan, step: usize, x: &[f32]) -> Vec<f32> {
        let ab = plan.alpha_bar(step);
        let (a, s) = (ab.sqrt(), (1.0 - ab).sqrt());
        let gain = a * SD * SD / (ab * SD * SD + 1.0 - ab);
        x.iter()
            .map(|&x| {
                let x = f64::from(x);
                let x0 = MU + gain * (x - a * MU);
                ((a * x - x0) / s) as f32
            })
            .collect()
    }

    fn run(
        plan: &Plan,
        noise: &NoiseSource,
        mut x: Vec<f32>,
        steps: std::ops::Range<usize>,
    ) -> Vec<f32> {
        let mut before = None::<Vec<f32>>;
        for step in steps {
            let v = exact_v(plan, step, &x);
            let opinion = plan.opinion(step, &x, &v);
            x = plan.advance(step, &opinion, before.as_deref(), noise);
            before = Some(opinion.x0);
        }
        x
    }

    /// Mean and standard deviation at the end, by following both exactly: with Gaussian data
    /// every update is affine in x_t.
    fn exact_end(plan: &Plan) -> (f64, f64) {
        let (mut mean, mut var) = (0.0, 1.0);
        for step in 0..plan.steps() {
            let ab = plan.alpha_bar(step);
            let (a, s) = (ab.sqrt(), (1.0 - ab).sqrt());
            let gain = a * SD * SD / (ab * SD * SD + 1.0 - ab);
            let u = plan.update(step, false);
            let (fx, fe, fz) = (
                f64::from(u.x0_factor),
                f64::from(u.eps_factor),
                f64::from(u.noise_factor),
            );
            // x_s = fx x0 + fe (x - a x0) / s + fz z, x0 = MU + gain (x - a MU)
            let x0_slope = fx - fe * a / s;
            let slope = x0_slope * gain + fe / s;
            mean = slope * mean + x0_slope * (MU - gain * a * MU);
            var = slope * slope * var + fz * fz;
        }
        (mean, var.sqrt())
    }

    fn moments(x: &[f32]) -> (f64, f64) {
        let n = x.len() as f64;
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let var = x
            .iter()
            .map(|&x| (f64::from(x) - mean).powi(2))
            .sum::<f64>()
            / n;
        (mean, var.sqrt())
    }

    #[test]
    fn samples_follow_the_exact_reverse_process() {
        let noise = NoiseSource {
            seed: 5,
            first_index: 0,
        };
        let n = 64;
        for kind in ScheduleKind::ALL {
            for sampler in [DDIM, Sampler::Ddim { eta: 0.5 }, Sampler::Ddpm] {
                for steps in [4, 20, 100] {
                    let plan = plan(kind, sampler, steps);
                    let x = run(&plan, &noise, noise.initial(n), 0..steps);
                    let (mean, sd) = moments(&x);
                    let (want_mean, want_sd) = exact_end(&plan);
                    // Five standard errors of each estimate from n * 784 values.
                    let se = 5.0 * want_sd / ((n * PIXELS) as f64).sqrt();
                    assert!(
                        (mean - want_mean).abs() < se,
                        "{kind:?} {sampler:?} {steps}: {mean} {want_mean}"
                    );
                    assert!(
                        (sd - want_sd).abs() < se,
                        "{kind:?} {sampler:?} {steps}: {sd} {want_sd}"
                    );
                }
            }
        }
    }

    #[test]
    fn more_steps_come_closer_to_the_data() {
        for kind in ScheduleKind::ALL {
            for sampler in [DDIM, Sampler::Ddpm] {
                let error = |steps| {
                    let (mean, sd) = exact_end(&plan(kind, sampler, steps));
                    (mean - MU).abs() + (sd - SD).abs()
                };
                let errors = [10, 50, 250, 1000].map(error);
                assert!(
                    errors.windows(2).all(|e| e[1] < e[0]),
                    "{kind:?} {sampler:?} {errors:?}"
                );
                assert!(errors[3] < 0.01, "{kind:?} {sampler:?} {errors:?}");
            }
        }
    }

    /// With Gaussian data the probability flow is known: it keeps the place of x in units of the
    /// standard deviation, `(x_t - a mu) / sqrt(a^2 sd^2 + sigma^2)`. From t = 800 to t = 200 (at
    /// the very ends lambda has no bound, and steps even in t are not small in it), halving the
    /// steps' length halves DDIM's error and quarters DPM-Solver++(2M)'s.
    #[test]
    fn solvers_converge_with_their_order() {
        let place = noise::normal(2, 0, INITIAL_DRAW, PIXELS);
        let error = |sampler, steps: usize| {
            let plan = plan(ScheduleKind::Cosine, sampler, steps);
            let exact = |step| -> Vec<f32> {
                let ab = plan.alpha_bar(step);
                let spread = (ab * SD * SD + 1.0 - ab).sqrt();
                let x = |&p: &f32| (ab.sqrt() * MU + spread * f64::from(p)) as f32;
                place.iter().map(x).collect()
            };
            let (first, last) = (steps / 5, steps - steps / 5);
            let none = NoiseSource {
                seed: 0,
                first_index: 0,
            };
            let end = run(&plan, &none, exact(first), first..last);
            let off = end.iter().zip(exact(last)).map(|(x, want)| x - want);
            let square: f32 = off.map(|off| off * off).sum();
            f64::from(square / end.len() as f32).sqrt()
        };
        for (sampler, order) in [(DDIM, 1.0), (Sampler::DpmSolver, 2.0)] {
            // Steps that divide T, so that no time is rounded.
            let errors = [10, 20, 40].map(|steps| error(sampler, steps));
            for pair in errors.windows(2) {
                let got = (pair[0] / pair[1]).log2();
                assert!((got - order).abs() < 0.1, "{sampler:?}: {got} {errors:?}");
            }
        }
    }

    /// From pure noise to the picture, too, the second order pays.
    #[test]
    fn second_order_ends_closer_to_the_exact_flow() {
        let start = noise::normal(3, 0, INITIAL_DRAW, PIXELS);
        let error = |sampler| {
            let plan = plan(ScheduleKind::Cosine, sampler, 20);
            let none = NoiseSource {
                seed: 0,
                first_index: 0,
            };
            let end = run(&plan, &none, start.clone(), 0..20);
            let off = end.iter().zip(&start);
            off.map(|(x, place)| (f64::from(*x) - MU - SD * f64::from(*place)).abs())
                .sum::<f64>()
        };
        assert!(error(Sampler::DpmSolver) < 0.5 * error(DDIM));
    }

    /// DDPM, eq. 6 and 7, for neighbouring times and for a sub-sequence.
    #[test]
    fn eta_one_is_the_ddpm_posterior() {
        for kind in ScheduleKind::ALL {
            for steps in [7, T] {
                let plan = plan(kind, Sampler::Ddim { eta: 1.0 }, steps);
                for step in 0..steps {
                    let (ab_t, ab_s) = (plan.alpha_bar(step), plan.alpha_bar(step + 1));
                    let beta = 1.0 - ab_t / ab_s;
                    let of_x0 = ab_s.sqrt() * beta / (1.0 - ab_t);
                    let of_x = (1.0 - beta).sqrt() * (1.0 - ab_s) / (1.0 - ab_t);
                    let beta_tilde = (1.0 - ab_s) / (1.0 - ab_t) * beta;

                    let u = plan.update(step, true);
                    // eps = (x - sqrt(ab_t) x0) / sqrt(1 - ab_t)
                    let got_x = f64::from(u.eps_factor) / (1.0 - ab_t).sqrt();
                    let got_x0 = f64::from(u.x0_factor) - got_x * ab_t.sqrt();
                    assert!(
                        (got_x - of_x).abs() < 1e-4,
                        "{kind:?} {step}: {got_x} {of_x}"
                    );
                    assert!(
                        (got_x0 - of_x0).abs() < 1e-4,
                        "{kind:?} {step}: {got_x0} {of_x0}"
                    );
                    assert!((f64::from(u.noise_factor) - beta_tilde.sqrt()).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn the_last_update_is_the_predicted_picture() {
        for sampler in [DDIM, Sampler::Ddpm, Sampler::DpmSolver] {
            let u = plan(ScheduleKind::Cosine, sampler, 20).update(19, true);
            assert_eq!(
                (u.t_next, u.x0_factor, u.eps_factor, u.noise_factor),
                (0, 1.0, 0.0, 0.0)
            );
            assert_eq!(u.trend_factor, 0.0);
        }
    }

    #[test]
    fn v_is_turned_into_x0_and_eps() {
        let plan = plan(ScheduleKind::Linear, DDIM, 4);
        let (x0, eps) = (vec![0.5, -1.0, 0.25], vec![-0.3, 1.2, 2.0]);
        for step in 0..4 {
            let ab = plan.alpha_bar(step);
            let (a, s) = (ab.sqrt() as f32, (1.0 - ab).sqrt() as f32);
            let mix = |p: f32, q: f32| -> Vec<f32> {
                x0.iter().zip(&eps).map(|(x0, e)| p * x0 + q * e).collect()
            };
            let got = plan.opinion(step, &mix(a, s), &mix(-s, a));
            for (got, want) in got.x0.iter().chain(&got.eps).zip(x0.iter().chain(&eps)) {
                assert!((got - want).abs() < 1e-6, "{got} {want}");
            }
        }
    }

    #[test]
    fn a_resumed_run_gives_the_same_bits() {
        let noise = NoiseSource {
            seed: 9,
            first_index: 3,
        };
        let plan = plan(ScheduleKind::Cosine, Sampler::Ddpm, 10);
        let whole = run(&plan, &noise, noise.initial(2), 0..10);
        let half = run(&plan, &noise, noise.initial(2), 0..4);
        assert_eq!(run(&plan, &noise, half, 4..10), whole);
    }

    #[test]
    fn a_split_batch_gives_the_same_bits() {
        let plan = plan(ScheduleKind::Cosine, Sampler::Ddim { eta: 0.3 }, 6);
        let of = |first_index, n| {
            let noise = NoiseSource {
                seed: 1,
                first_index,
            };
            run(&plan, &noise, noise.initial(n), 0..6)
        };
        assert_eq!([of(0, 8), of(8, 8)].concat(), of(0, 16));
    }

    #[test]
    fn midway_there_is_no_guidance_at_either_end() {
        let weights = [1000, 801, 800, 450, 100, 99, 1].map(|t| Guided::Midway.weight(3.0, t));
        assert_eq!(weights, [1.0, 1.0, 3.0, 3.0, 3.0, 1.0, 1.0]);
        assert_eq!(Guided::Always.weight(3.0, 1000), 3.0);
    }

    #[test]
    fn guidance_moves_away_from_the_unconditional() {
        for (w, want) in [(0.0, 1.0), (1.0, 3.0), (1.5, 4.0), (-1.0, -1.0)] {
            let mut v = vec![3.0];
            guide(&mut v, &[1.0], w);
            assert_eq!(v, [want]);
        }
    }
}
