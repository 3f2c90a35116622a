//! Noise schedules: how much signal and how much noise x_t holds.
//!
//! In discrete time `t = 1..=T` with `T = 1000`, a schedule is the product
//! `alpha_bar_t = prod_{s<=t} (1 - beta_s)`, and
//!
//! `x_t = sqrt(alpha_bar_t) x_0 + sqrt(1 - alpha_bar_t) eps`,  `eps ~ N(0, I)`  (DDPM, eq. 4).
//!
//! `t = 0` is the clean picture: `alpha_bar_0 = 1`. Tables are made in f64.

use serde::{Deserialize, Serialize};

/// Number of diffusion steps T of every discrete schedule here.
pub const T: usize = 1000;

/// Which schedule of noise levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScheduleKind {
    /// Nichol and Dhariwal 2021 (arXiv:2102.09672), eq. 17, s = 0.008, beta at most 0.999.
    #[default]
    Cosine,
    /// Ho et al. 2020 (arXiv:2006.11239), section 4: beta from 1e-4 to 0.02.
    Linear,
}

impl ScheduleKind {
    /// All schedules, in the order in which a control lists them.
    pub const ALL: [Self; 2] = [Self::Cosine, Self::Linear];
}

/// The table of one schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    kind: ScheduleKind,
    /// `alpha_bar[t]`, `t = 0..=T`.
    alpha_bar: Vec<f64>,
}

impl Schedule {
    /// Tabulates `kind`.
    pub fn new(kind: ScheduleKind) -> Self {
        let mut alpha_bar = Vec::with_capacity(T + 1);
        alpha_bar.push(1.0);
        let mut product = 1.0;
        for t in 1..=T {
            product *= 1.0 - beta(kind, t);
            alpha_bar.push(product);
        }
        Self { kind, alpha_bar }
    }

    /// Which schedule this is.
    pub fn kind(&self) -> ScheduleKind {
        self.kind
    }

    /// `alpha_bar_t`: the share of the signal's variance left at `t` (`0..=T`, larger is `T`).
    pub fn alpha_bar(&self, t: usize) -> f64 {
        self.alpha_bar[t.min(T)]
    }

    /// `sqrt(alpha_bar_t)`: the factor of x_0 in x_t.
    pub fn signal(&self, t: usize) -> f64 {
        self.alpha_bar(t).sqrt()
    }

    /// `sqrt(1 - alpha_bar_t)`: the factor of the noise in x_t.
    pub fn sigma(&self, t: usize) -> f64 {
        (1.0 - self.alpha_bar(t)).sqrt()
    }

    /// `beta_t`, the variance added by the single step `t - 1 -> t`, `t = 1..=T`.
    pub fn beta(&self, t: usize) -> f64 {
        beta(self.kind, t.clamp(1, T))
    }

    /// x_t in one jump (DDPM, eq. 4). `x_0` and `eps` have the same length.
    pub fn q_sample(&self, x_0: &[f32], eps: &[f32], t: usize) -> Vec<f32> {
        let (a, s) = (self.signal(t) as f32, self.sigma(t) as f32);
        x_0.iter().zip(eps).map(|(x, e)| a * x + s * e).collect()
    }

    /// x_t from x_{t-1} in place (DDPM, eq. 2). `eps` is fresh noise of the same length.
    pub fn q_step(&self, x: &mut [f32], eps: &[f32], t: usize) {
        let beta = self.beta(t);
        let (a, s) = ((1.0 - beta).sqrt() as f32, beta.sqrt() as f32);
        for (x, e) in x.iter_mut().zip(eps) {
            *x = a * *x + s * e;
        }
    }
}

/// `beta_t` of the single step `t - 1 -> t`.
fn beta(kind: ScheduleKind, t: usize) -> f64 {
    match kind {
        ScheduleKind::Cosine => (1.0 - cosine_f(t) / cosine_f(t - 1)).min(0.999),
        ScheduleKind::Linear => 1e-4 + (0.02 - 1e-4) * (t - 1) as f64 / (T - 1) as f64,
    }
}

/// Nichol and Dhariwal's f(t), eq. 17.
fn cosine_f(t: usize) -> f64 {
    const S: f64 = 0.008;
    let u = (t as f64 / T as f64 + S) / (1.0 + S);
    (u * std::f64::consts::FRAC_PI_2).cos().powi(2)
}

/// The times a sampler of `steps` network evaluations visits, from `T` down to `0`:
/// `steps + 1` values, evenly spaced ('trailing' spacing, Lin et al. 2024,
/// arXiv:2305.08891, table 2, which starts at pure noise).
pub fn timesteps(steps: usize) -> Vec<usize> {
    let steps = steps.clamp(1, T);
    (0..=steps)
        .map(|k| T - (k * T + steps / 2) / steps)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, rel: f64) {
        assert!((a - b).abs() <= rel * b.abs(), "{a} is not {b}");
    }

    /// DDPM, section 4: the prior's KL is about 1e-5 bits a dimension because
    /// alpha_bar_T is about 4.04e-5 (sqrt 0.00635) for the linear schedule.
    #[test]
    fn linear_matches_ddpm() {
        let s = Schedule::new(ScheduleKind::Linear);
        close(s.beta(1), 1e-4, 1e-12);
        close(s.beta(T), 0.02, 1e-12);
        close(s.alpha_bar(1), 0.9999, 1e-12);
        close(s.alpha_bar(T), 4.0358297654e-5, 1e-9);
        // Worked out independently, in Python.
        close(s.alpha_bar(500), 0.078587242882, 1e-9);
    }

    /// Values of improved-diffusion's `get_named_beta_schedule("cosine", 1000)`.
    #[test]
    fn cosine_matches_improved_diffusion() {
        let s = Schedule::new(ScheduleKind::Cosine);
        close(s.beta(1), 4.128422482e-5, 1e-6);
        close(s.beta(2), 4.614175274e-5, 1e-6);
        close(s.beta(T), 0.999, 1e-12);
        // f(t)/f(0) as long as no beta is clipped.
        close(s.alpha_bar(500), cosine_f(500) / cosine_f(0), 1e-9);
        close(s.alpha_bar(500), 0.49384359044, 1e-9);
    }

    #[test]
    fn schedules_fall_from_one_to_nearly_zero() {
        for kind in ScheduleKind::ALL {
            let s = Schedule::new(kind);
            assert_eq!(s.alpha_bar(0), 1.0);
            for t in 1..=T {
                assert!(s.alpha_bar(t) < s.alpha_bar(t - 1));
            }
            assert!(s.alpha_bar(T) < 1e-4);
            assert_eq!(s.alpha_bar(T + 5), s.alpha_bar(T));
        }
    }

    /// Many single steps have the distribution of one jump: mean and variance of a point.
    #[test]
    fn steps_compose_to_the_jump() {
        for kind in ScheduleKind::ALL {
            let s = Schedule::new(kind);
            let (mut mean, mut var) = (1.0f64, 0.0f64);
            for t in 1..=600 {
                mean *= (1.0 - s.beta(t)).sqrt();
                var = (1.0 - s.beta(t)) * var + s.beta(t);
            }
            close(mean, s.signal(600), 1e-9);
            close(var, s.sigma(600).powi(2), 1e-9);
        }
    }

    #[test]
    fn timesteps_go_from_noise_to_clean() {
        assert_eq!(timesteps(4), [1000, 750, 500, 250, 0]);
        let all = timesteps(1000);
        assert_eq!(all.len(), 1001);
        assert!(all.windows(2).all(|w| w[0] == w[1] + 1));
        for steps in [1, 3, 7, 20, 999] {
            let ts = timesteps(steps);
            assert_eq!((ts.len(), ts[0], ts[steps]), (steps + 1, T, 0));
            assert!(ts.windows(2).all(|w| w[0] > w[1]));
        }
    }
}
