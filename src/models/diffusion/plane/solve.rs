//! From noise to data: one step after the other, with a network that is asked from outside.
//!
//! A [`Solver`] says which points at which time it wants predicted, and takes the answer; so it
//! needs neither burn nor an engine. DDIM and DDPM are those of
//! [`crate::models::diffusion::sampler`]. Flow matching follows `dx/dt = v(x, t)` in equal
//! steps: Euler's goes along v; Heun's goes along the mean of v here and v there, which makes the
//! error fall with the square of the step.

use super::{Method, Rule, streams};
use crate::models::diffusion::sampler::{Plan, Sampler};
use crate::models::diffusion::schedule::{Schedule, ScheduleKind, T};
use crate::noise::{INITIAL_DRAW, normal};

impl Rule {
    /// The rules of a method, its usual one first.
    pub fn of(method: Method) -> [Self; 2] {
        match method {
            Method::Ddpm => [Self::Ddim, Self::Ancestral],
            Method::FlowMatching => [Self::Euler, Self::Heun],
        }
    }
}

/// A cloud of points on its way from noise to data.
#[derive(Clone, Debug)]
pub struct Solver {
    course: Course,
    seed: u64,
    steps: usize,
    step: usize,
    x: Vec<f32>,
    /// Heun's: where the step began, and the prediction there.
    began: Option<(Vec<f32>, Vec<f32>)>,
}

#[derive(Clone, Debug)]
enum Course {
    Plan(Box<Plan>),
    Line { is_heun: bool },
}

impl Solver {
    /// `n` points of pure noise, to be led to the data in `steps` steps, `1..=1000`.
    pub fn new(rule: Rule, steps: usize, n: usize, seed: u64) -> Self {
        let plan = |sampler| {
            let schedule = Schedule::new(ScheduleKind::Cosine);
            Course::Plan(Box::new(Plan::new(schedule, sampler, steps)))
        };
        let course = match rule {
            Rule::Ddim => plan(Sampler::Ddim { eta: 0.0 }),
            Rule::Ancestral => plan(Sampler::Ddpm),
            Rule::Euler => Course::Line { is_heun: false },
            Rule::Heun => Course::Line { is_heun: true },
        };
        Self {
            course,
            seed,
            steps,
            step: 0,
            x: normal(seed, streams::SAMPLES, INITIAL_DRAW, 2 * n),
            began: None,
        }
    }

    /// The points to be predicted next, `[n, 2]`; with [`Self::u`].
    pub fn x(&self) -> &[f32] {
        &self.x
    }

    /// Their noise time, `0..=1`.
    pub fn u(&self) -> f32 {
        let step = self.step + usize::from(self.began.is_some());
        noise_time(&self.course, step, self.steps)
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    /// Is x the result?
    pub fn is_done(&self) -> bool {
        self.step == self.steps
    }

    /// Goes on with the network's `prediction` for x at u, `[n, 2]`. True when a step is done.
    pub fn advance(&mut self, prediction: &[f32]) -> bool {
        if self.is_done() {
            return true;
        }
        match &self.course {
            Course::Plan(plan) => {
                let plan = plan.clone();
                self.along_plan(&plan, prediction);
            }
            Course::Line { is_heun } => {
                if self.along_line(*is_heun, prediction) {
                    return false;
                }
            }
        }
        self.step += 1;
        true
    }

    fn along_plan(&mut self, plan: &Plan, prediction: &[f32]) {
        let opinion = plan.opinion(self.step, &self.x, prediction);
        let update = plan.update(self.step, false);
        for ((x, x0), eps) in self.x.iter_mut().zip(&opinion.x0).zip(&opinion.eps) {
            *x = update.x0_factor * x0 + update.eps_factor * eps;
        }
        if update.noise_factor > 0.0 {
            let draw = self.step as u32 + 1;
            let z = normal(self.seed, streams::SAMPLES, draw, self.x.len());
            for (x, z) in self.x.iter_mut().zip(z) {
                *x += update.noise_factor * z;
            }
        }
    }

    /// True if Heun's rule wants a second prediction.
    fn along_line(&mut self, is_heun: bool, v: &[f32]) -> bool {
        let dt = 1.0 / self.steps as f32;
        match self.began.take() {
            Some((start, first)) => {
                for (((x, start), first), v) in self.x.iter_mut().zip(start).zip(first).zip(v) {
                    *x = start + 0.5 * dt * (first + v);
                }
                false
            }
            None => {
                let start = is_heun.then(|| (self.x.clone(), v.to_vec()));
                for (x, v) in self.x.iter_mut().zip(v) {
                    *x += dt * v;
                }
                self.began = start;
                is_heun
            }
        }
    }
}

fn noise_time(course: &Course, step: usize, steps: usize) -> f32 {
    match course {
        Course::Plan(plan) => plan.time(step.min(steps)) as f32 / T as f32,
        Course::Line { .. } => 1.0 - step as f32 / steps as f32,
    }
}

/// The noise times of a sampling's positions: `steps + 1` values from 1 to 0.
pub fn noise_times(rule: Rule, steps: usize) -> Vec<f32> {
    let course = Solver::new(rule, steps, 0, 0).course;
    (0..=steps)
        .map(|step| noise_time(&course, step, steps))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::mix::Mixer;
    use super::*;

    /// The data of these tests: N(MU, SD^2) in both coordinates.
    const MU: f32 = 0.6;
    const SD: f32 = 0.4;

    /// What a perfect network predicts: the posterior means, which are linear in x.
    pub fn exact(mixer: &Mixer, x: f32, u: f32) -> f32 {
        let (a, b) = mixer.factors(u);
        let spread = (x - a * MU) / (a * a * SD * SD + b * b);
        mixer.target(MU + a * SD * SD * spread, b * spread, u)
    }

    fn end(rule: Rule, method: Method, steps: usize, n: usize) -> (Vec<f32>, Vec<f32>) {
        let mixer = Mixer::new(method);
        let mut solver = Solver::new(rule, steps, n, 3);
        let start = solver.x().to_vec();
        while !solver.is_done() {
            let u = solver.u();
            let answer: Vec<f32> = solver.x().iter().map(|&x| exact(&mixer, x, u)).collect();
            solver.advance(&answer);
        }
        (start, solver.x().to_vec())
    }

    fn moments(x: &[f32]) -> (f32, f32) {
        let n = x.len() as f32;
        let mean = x.iter().sum::<f32>() / n;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n;
        (mean, variance.sqrt())
    }

    #[test]
    fn a_perfect_network_leads_noise_to_the_data() {
        for (rule, method) in [
            (Rule::Ddim, Method::Ddpm),
            (Rule::Ancestral, Method::Ddpm),
            (Rule::Euler, Method::FlowMatching),
            (Rule::Heun, Method::FlowMatching),
        ] {
            assert!(Rule::of(method).contains(&rule));
            let (mean, sd) = moments(&end(rule, method, 200, 2000).1);
            assert!((mean - MU).abs() < 0.04, "{rule:?}: {mean}");
            assert!((sd - SD).abs() < 0.03, "{rule:?}: {sd}");
        }
    }

    /// The flow keeps each point's place in units of the standard deviation, so its end is
    /// known: Euler's error falls with the step, Heun's with its square.
    #[test]
    fn steps_converge_with_their_order() {
        let error = |rule, steps| {
            let (start, end) = end(rule, Method::FlowMatching, steps, 50);
            let off = start
                .iter()
                .zip(&end)
                .map(|(z, x)| (x - (MU + SD * z)).abs());
            off.fold(0.0, f32::max)
        };
        for (rule, order) in [(Rule::Euler, 1.0), (Rule::Heun, 2.0)] {
            let (coarse, fine) = (error(rule, 20), error(rule, 40));
            let got = (coarse / fine).log2();
            assert!((got - order).abs() < 0.35, "{rule:?}: {coarse} {fine}");
        }
    }

    #[test]
    fn heun_asks_twice_a_step() {
        let mut solver = Solver::new(Rule::Heun, 2, 1, 0);
        assert_eq!((solver.u(), solver.advance(&[1.0, 0.0])), (1.0, false));
        assert_eq!((solver.u(), solver.step()), (0.5, 0));
        let x = solver.x().to_vec();
        assert!(solver.advance(&[3.0, 0.0]));
        // Along 1 at first, along the mean of 1 and 3 in the end: 0.5 a step, then 1.
        assert!((solver.x()[0] - x[0] - 0.5).abs() < 1e-6);
        assert_eq!(
            (solver.u(), solver.step(), solver.is_done()),
            (0.5, 1, false)
        );
    }

    #[test]
    fn times_go_from_noise_to_data() {
        assert_eq!(noise_times(Rule::Euler, 4), [1.0, 0.75, 0.5, 0.25, 0.0]);
        assert_eq!(noise_times(Rule::Ddim, 2), [1.0, 0.5, 0.0]);
    }

    #[test]
    fn the_same_seed_gives_the_same_points() {
        let (a, b) = (
            end(Rule::Ancestral, Method::Ddpm, 7, 9),
            end(Rule::Ancestral, Method::Ddpm, 7, 9),
        );
        assert_eq!(a, b);
        assert_eq!(end(Rule::Euler, Method::FlowMatching, 7, 4).0, a.0[..8]);
    }
}
