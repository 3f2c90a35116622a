//! A denoising run: network, sampler, frames.

use super::session::{Step, Work, demand};
use crate::data::{CLASSES, PIXELS};
use crate::models::diffusion::sampler::{NoiseSource, Plan};
use crate::models::diffusion::schedule::{Schedule, ScheduleKind, T};
use crate::protocol::{Denoise, EngineError, Event, Frame, RunId, Sampler};

/// Most pictures of one run.
pub const MAX_BATCH: usize = 64;
/// Largest guidance weight, either way.
pub const MAX_GUIDANCE: f32 = 20.0;

/// A network that predicts v.
#[expect(
    async_fn_in_trait,
    reason = "one thread; nobody needs the futures to be Send"
)]
pub trait Denoiser {
    /// v at time `t` (`1..=1000`) of `x`, `[n, 28, 28]`, for `n` labels (`None` is 'any').
    ///
    /// `guidance` is w of `v_any + w (v_label - v_any)`; 1 is none.
    async fn predict(
        &mut self,
        x: &[f32],
        t: usize,
        labels: &[Option<u8>],
        guidance: f32,
    ) -> Result<Vec<f32>, EngineError>;
}

/// One denoising run under way.
pub struct DenoiseRun<'a, D> {
    run: RunId,
    job: Denoise,
    net: &'a mut D,
    plan: Plan,
    noise: NoiseSource,
    first: usize,
    step: usize,
    x: Vec<f32>,
}

impl<'a, D: Denoiser> DenoiseRun<'a, D> {
    /// Checks the job and stands ready for its first step.
    pub fn new(run: RunId, mut job: Denoise, net: &'a mut D) -> Result<Self, EngineError> {
        check(&job)?;
        let plan = Plan::new(
            Schedule::new(ScheduleKind::Cosine),
            job.sampler,
            job.steps as usize,
        );
        let noise = NoiseSource {
            seed: job.seed,
            first_index: job.first_index,
        };
        let (first, x) = match job.start.take() {
            Some(start) => (start.step as usize, start.x),
            None => (0, noise.initial(job.labels.len())),
        };
        Ok(Self {
            run,
            job,
            net,
            plan,
            noise,
            first,
            step: first,
            x,
        })
    }

    /// The frame of x as it is now.
    fn frame(&self, x0: Vec<f32>, ms: f64) -> Event {
        let step = self.step;
        let frame = Frame {
            step: step as u32,
            t: self.plan.time(step) as u32,
            alpha_bar: self.plan.alpha_bar(step) as f32,
            x: self.x.clone(),
            x0,
            update: (step < self.plan.steps()).then(|| self.plan.update(step)),
            ms: ms as f32,
        };
        Event::Frame {
            run: self.run,
            frame,
        }
    }

    /// Whether this step's frame is wanted.
    fn is_shown(&self) -> bool {
        self.step == self.first || (self.step as u32).is_multiple_of(self.job.frame_every)
    }
}

impl<D: Denoiser> Work for DenoiseRun<'_, D> {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        if self.step == self.plan.steps() {
            return Ok(Step::Last(self.frame(self.x.clone(), 0.0)));
        }
        let start = clock();
        let t = self.plan.time(self.step);
        let v = self
            .net
            .predict(&self.x, t, &self.job.labels, self.job.guidance)
            .await?;
        if v.len() != self.x.len() || !v.iter().all(|v| v.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        let opinion = self.plan.opinion(self.step, &self.x, &v);
        let next = self.plan.advance(self.step, &opinion, &self.noise);
        let ms = clock() - start;
        let shown = if self.is_shown() {
            Step::Show(self.frame(opinion.x0, ms))
        } else {
            Step::Quiet
        };
        self.x = next;
        self.step += 1;
        Ok(shown)
    }
}

fn check(job: &Denoise) -> Result<(), EngineError> {
    let n = job.labels.len();
    demand(
        (1..=MAX_BATCH).contains(&n),
        format!("{n} pictures, not 1 to {MAX_BATCH}"),
    )?;
    demand(
        (1..=T as u32).contains(&job.steps),
        format!("{} steps, not 1 to {T}", job.steps),
    )?;
    // NaN and infinities are in no range.
    demand(
        (-MAX_GUIDANCE..=MAX_GUIDANCE).contains(&job.guidance),
        format!("guidance {}", job.guidance),
    )?;
    if let Sampler::Ddim { eta } = job.sampler {
        demand((0.0..=1.0).contains(&eta), format!("eta {eta}, not 0 to 1"))?;
    }
    demand(job.frame_every >= 1, "a frame every 0 steps")?;
    let known = |label: &Option<u8>| label.is_none_or(|l| usize::from(l) < CLASSES);
    demand(
        job.labels.iter().all(known),
        format!("labels {:?}", job.labels),
    )?;
    demand(
        job.first_index.checked_add(n as u32).is_some(),
        "first_index is too large",
    )?;
    if let Some(start) = &job.start {
        demand(
            start.step < job.steps,
            format!("start at step {} of {}", start.step, job.steps),
        )?;
        demand(
            start.x.len() == n * PIXELS,
            format!("start with {} values", start.x.len()),
        )?;
        demand(
            start.x.iter().all(|x| x.is_finite()),
            "start with values that are not finite",
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::session::{self, testing::*};
    use super::*;
    use crate::protocol::{Job, Start};

    /// Knows that every picture is `label / 10` all over, and counts its evaluations.
    #[derive(Default)]
    struct Flat {
        schedule: Option<Schedule>,
        evaluations: usize,
        break_at: Option<usize>,
    }

    impl Denoiser for Flat {
        async fn predict(
            &mut self,
            x: &[f32],
            t: usize,
            labels: &[Option<u8>],
            _: f32,
        ) -> Result<Vec<f32>, EngineError> {
            self.evaluations += 1;
            if self.break_at == Some(self.evaluations) {
                return Ok(vec![f32::NAN; x.len()]);
            }
            let s = self
                .schedule
                .get_or_insert_with(|| Schedule::new(ScheduleKind::Cosine));
            let (a, s) = (s.signal(t) as f32, s.sigma(t) as f32);
            Ok(x.iter()
                .enumerate()
                .map(|(i, x)| (a * x - picture(labels[i / PIXELS])) / s)
                .collect())
        }
    }

    fn picture(label: Option<u8>) -> f32 {
        label.map_or(-1.0, |l| f32::from(l) / 10.0)
    }

    fn job() -> Denoise {
        Denoise {
            model: "flat".into(),
            labels: vec![Some(3), None],
            first_index: 0,
            seed: 1,
            sampler: Sampler::Ddpm,
            steps: 8,
            guidance: 1.5,
            start: None,
            frame_every: 1,
        }
    }

    fn events(job: Denoise, net: Flat, cancel_after: usize) -> Vec<Event> {
        let mut host = TestHost::new(cancel_after);
        let mut models = HashMap::from([("flat".to_owned(), net)]);
        block_on(session::run(7, Job::Denoise(job), &mut models, &mut host));
        host.events
    }

    fn frames(events: &[Event]) -> Vec<Frame> {
        events
            .iter()
            .filter_map(|e| match e {
                Event::Frame { run: 7, frame } => Some(frame.clone()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn frames_come_in_order_and_end_with_the_picture() {
        let events = events(job(), Flat::default(), usize::MAX);
        let frames = frames(&events);
        let steps: Vec<u32> = frames.iter().map(|f| f.step).collect();
        assert_eq!(steps, (0..=8).collect::<Vec<_>>());
        assert!(matches!(events[9..], [Event::Done { run: 7, .. }]));
        assert_eq!(
            (frames[0].t, frames[8].t, frames[8].alpha_bar),
            (1000, 0, 1.0)
        );
        for pair in frames.windows(2) {
            assert_eq!(pair[0].update.map(|u| u.t_next), Some(pair[1].t));
            assert!(pair[0].ms > 0.0);
        }
        let last = &frames[8];
        assert_eq!((last.update, last.x.clone()), (None, last.x0.clone()));
        for (i, x) in last.x.iter().enumerate() {
            assert!(
                (x - picture([Some(3), None][i / PIXELS])).abs() < 1e-4,
                "{x}"
            );
        }
    }

    /// What the page computes from a frame leads to the next frame's x.
    #[test]
    fn a_frame_and_its_noise_give_the_next_frame() {
        let frames = frames(&events(job(), Flat::default(), usize::MAX));
        for (k, pair) in frames.windows(2).enumerate() {
            let (f, u) = (&pair[0], pair[0].update.expect("not the last"));
            let (a, s) = (f.alpha_bar.sqrt(), (1.0 - f.alpha_bar).sqrt());
            let z = crate::noise::normal(1, 0, k as u32 + 1, PIXELS);
            for (i, z) in z.iter().enumerate() {
                let eps = (f.x[i] - a * f.x0[i]) / s;
                let next = u.x0_factor * f.x0[i] + u.eps_factor * eps + u.noise_factor * z;
                assert!((next - pair[1].x[i]).abs() < 1e-4, "step {k}");
            }
        }
    }

    #[test]
    fn every_third_frame_and_both_ends() {
        let steps = |job| -> Vec<u32> {
            frames(&events(job, Flat::default(), usize::MAX))
                .iter()
                .map(|f| f.step)
                .collect()
        };
        assert_eq!(
            steps(Denoise {
                frame_every: 3,
                ..job()
            }),
            [0, 3, 6, 8]
        );
        let start = Some(Start {
            step: 4,
            x: vec![0.0; 2 * PIXELS],
        });
        assert_eq!(
            steps(Denoise {
                frame_every: 3,
                start,
                ..job()
            }),
            [4, 6, 8]
        );
    }

    #[test]
    fn a_branch_from_a_frame_repeats_the_rest() {
        let whole = frames(&events(job(), Flat::default(), usize::MAX));
        let start = Some(Start {
            step: 5,
            x: whole[5].x.clone(),
        });
        let rest = frames(&events(
            Denoise { start, ..job() },
            Flat::default(),
            usize::MAX,
        ));
        assert_eq!(rest.len(), 4);
        for (a, b) in rest.iter().zip(&whole[5..]) {
            assert_eq!((&a.x, &a.x0, a.update), (&b.x, &b.x0, b.update));
        }
    }

    #[test]
    fn a_cancelled_run_stops_at_once() {
        for after in [0, 3] {
            let events = events(job(), Flat::default(), after);
            assert_eq!(frames(&events).len(), after);
            assert_eq!(events.last(), Some(&Event::Cancelled { run: 7 }));
        }
    }

    #[test]
    fn numbers_that_are_not_finite_end_the_run() {
        let net = Flat {
            break_at: Some(3),
            ..Flat::default()
        };
        let events = events(job(), net, usize::MAX);
        assert_eq!(frames(&events).len(), 2);
        let failed = Event::Failed {
            run: Some(7),
            error: EngineError::NotFinite,
        };
        assert_eq!(events.last(), Some(&failed));
    }

    #[test]
    fn nonsense_is_refused() {
        let start = |step, x| Some(Start { step, x });
        let n = 2 * PIXELS;
        let bad = [
            Denoise { steps: 0, ..job() },
            Denoise {
                steps: 1001,
                ..job()
            },
            Denoise {
                labels: vec![],
                ..job()
            },
            Denoise {
                labels: vec![None; 65],
                ..job()
            },
            Denoise {
                labels: vec![Some(10)],
                ..job()
            },
            Denoise {
                guidance: f32::NAN,
                ..job()
            },
            Denoise {
                guidance: 20.5,
                ..job()
            },
            Denoise {
                guidance: f32::NEG_INFINITY,
                ..job()
            },
            Denoise {
                sampler: Sampler::Ddim { eta: 1.5 },
                ..job()
            },
            Denoise {
                sampler: Sampler::Ddim { eta: f32::NAN },
                ..job()
            },
            Denoise {
                frame_every: 0,
                ..job()
            },
            Denoise {
                first_index: u32::MAX,
                ..job()
            },
            Denoise {
                start: start(8, vec![0.0; n]),
                ..job()
            },
            Denoise {
                start: start(2, vec![0.0; n - 1]),
                ..job()
            },
            Denoise {
                start: start(2, vec![f32::NAN; n]),
                ..job()
            },
            Denoise {
                model: "other".into(),
                ..job()
            },
        ];
        for job in bad {
            let events = events(job.clone(), Flat::default(), usize::MAX);
            let refused = matches!(
                events[..],
                [Event::Failed {
                    run: Some(7),
                    error: EngineError::BadRequest(_)
                }]
            );
            assert!(refused, "{job:?}: {events:?}");
        }
    }
}
