//! The fixed half: how noise is mixed in, and what the network is to say of the mixture.

use super::Method;
use crate::models::diffusion::schedule::{Schedule, ScheduleKind, T};

/// The mixing rule of a method.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixer {
    method: Method,
    schedule: Schedule,
}

impl Mixer {
    /// The rule of `method`.
    pub fn new(method: Method) -> Self {
        let schedule = Schedule::new(ScheduleKind::Cosine);
        Self { method, schedule }
    }

    /// The factors of data and noise at noise time u, `0..=1`; DDPM takes the nearest of its
    /// 1,000 times.
    pub fn factors(&self, u: f32) -> (f32, f32) {
        match self.method {
            Method::Ddpm => {
                let t = ddpm_time(u);
                (
                    self.schedule.signal(t) as f32,
                    self.schedule.sigma(t) as f32,
                )
            }
            Method::FlowMatching => (1.0 - u, u),
        }
    }

    /// x_t at noise time u; data and noise have the same length.
    pub fn mix(&self, data: &[f32], noise: &[f32], u: f32) -> Vec<f32> {
        let (a, b) = self.factors(u);
        let pairs = data.iter().zip(noise);
        pairs.map(|(x, z)| a * x + b * z).collect()
    }

    /// What the network is to predict: v, or the velocity.
    pub fn target(&self, data: f32, noise: f32, u: f32) -> f32 {
        match self.method {
            Method::Ddpm => {
                let (a, b) = self.factors(u);
                a * noise - b * data
            }
            Method::FlowMatching => data - noise,
        }
    }

    /// The arrow shown for a prediction at `x`: the noise seen in x, taken back (DDPM), or
    /// the velocity. Both point from noise to data.
    pub fn arrow(&self, x: f32, prediction: f32, u: f32) -> f32 {
        match self.method {
            Method::Ddpm => {
                let (a, b) = self.factors(u);
                -(b * x + a * prediction)
            }
            Method::FlowMatching => prediction,
        }
    }

    /// The time as the method's authors count it: 1000 to 0, or 0 to 1.
    pub fn time_text(&self, u: f32) -> String {
        match self.method {
            Method::Ddpm => format!("t = {}", ddpm_time(u)),
            Method::FlowMatching => format!("t = {:.2}", 1.0 - u),
        }
    }
}

/// The nearest of DDPM's times, `0..=1000`.
pub fn ddpm_time(u: f32) -> usize {
    (u * T as f32).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_data_and_noise() {
        for method in [Method::Ddpm, Method::FlowMatching] {
            let mixer = Mixer::new(method);
            let (data, noise) = ([1.5, -0.5], [0.25, 2.0]);
            assert_eq!(mixer.mix(&data, &noise, 0.0), data);
            for (got, want) in mixer.mix(&data, &noise, 1.0).iter().zip(noise) {
                assert!((got - want).abs() < 1e-3, "{method:?}: {got}");
            }
        }
        let flow = Mixer::new(Method::FlowMatching);
        assert_eq!(flow.mix(&[2.0], &[0.0], 0.25), [1.5]);
        assert_eq!(
            (flow.time_text(1.0), Mixer::new(Method::Ddpm).time_text(0.5)),
            ("t = 0.00".into(), "t = 500".into())
        );
    }

    /// The straight line's velocity is its derivative by t = 1 - u; v is the derivative of x_t by
    /// the angle (Salimans and Ho 2022, appendix D).
    #[test]
    fn targets_are_derivatives() {
        let (data, noise, h) = (0.7, -1.2, 0.01);
        let flow = Mixer::new(Method::FlowMatching);
        let slope = (flow.mix(&[data], &[noise], 0.4 - h)[0]
            - flow.mix(&[data], &[noise], 0.4 + h)[0])
            / (2.0 * h);
        assert!((slope - flow.target(data, noise, 0.4)).abs() < 1e-3);
        let ddpm = Mixer::new(Method::Ddpm);
        let at = |u: f32| {
            let (a, b) = ddpm.factors(u);
            (b.atan2(a), ddpm.mix(&[data], &[noise], u)[0])
        };
        let (low, high) = (at(0.39), at(0.41));
        let slope = (high.1 - low.1) / (high.0 - low.0);
        assert!(
            (slope - ddpm.target(data, noise, 0.4)).abs() < 1e-3,
            "{slope}"
        );
    }

    /// A perfect prediction's arrow takes the noise back, or leads along the line.
    #[test]
    fn arrows_point_to_the_data() {
        let (data, noise, u) = (0.7, -1.2, 0.3);
        for (method, want) in [(Method::Ddpm, 1.2), (Method::FlowMatching, 1.9)] {
            let mixer = Mixer::new(method);
            let x = mixer.mix(&[data], &[noise], u)[0];
            let arrow = mixer.arrow(x, mixer.target(data, noise, u), u);
            assert!((arrow - want).abs() < 1e-5, "{method:?}: {arrow}");
        }
    }
}
