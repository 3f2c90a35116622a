//! A denoising run: network, sampler, frames.

use crate::data::{CLASSES, PIXELS};
use crate::engine::session::{Step, Work, demand};
use crate::models::diffusion::blocks::SHIPPED;
use crate::models::diffusion::inpaint;
use crate::models::diffusion::sampler::{NoiseSource, Opinion, Plan};
use crate::models::diffusion::schedule::{Schedule, T};
use crate::protocol::{Anatomy, Denoise, EngineError, Event, Frame, Inspect, RunId, Sampler};

/// Most pictures of one run.
pub const MAX_BATCH: usize = 64;
/// Largest guidance weight, either way.
pub const MAX_GUIDANCE: f32 = 20.0;

/// What a network is asked about a batch of pictures, beside the pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask<'a> {
    /// Wanted class of each; `None` is 'any'.
    pub labels: &'a [Option<u8>],
    /// w of `v_any + w (v_label - v_any)`; 1 is none.
    pub guidance: f32,
    /// Skips that are cut: bit i for skip i.
    pub cut: u8,
}

/// A network that predicts v.
#[expect(
    async_fn_in_trait,
    reason = "one thread; nobody needs the futures to be Send"
)]
pub trait Denoiser {
    /// v at time `t` (`1..=1000`) of `x`, `[n, 28, 28]`, for `n` labels.
    async fn predict(&mut self, x: &[f32], t: usize, ask: Ask<'_>)
    -> Result<Vec<f32>, EngineError>;

    /// What every block gives for one picture; a network without blocks has nothing to show.
    async fn look(&mut self, _: &Inspect) -> Result<Anatomy, EngineError> {
        Err(EngineError::BadRequest("nothing to look into".into()))
    }

    /// Passes one picture through and tells the time each block took, ms, read off `clock`.
    async fn time_blocks(
        &mut self,
        _: &Inspect,
        _: &dyn Fn() -> f64,
    ) -> Result<Vec<f64>, EngineError> {
        Err(EngineError::BadRequest("no blocks to time".into()))
    }
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
    /// Rounds of this step already done.
    round: u32,
    x: Vec<f32>,
    /// The guess of the step before, as its frame has it.
    x0_before: Option<Vec<f32>>,
    /// The guess of this step's first round.
    x0: Vec<f32>,
}

impl<'a, D: Denoiser> DenoiseRun<'a, D> {
    /// Checks the job and stands ready for its first step.
    pub fn new(run: RunId, mut job: Denoise, net: &'a mut D) -> Result<Self, EngineError> {
        check(&job)?;
        let plan = Plan::new(Schedule::new(job.schedule), job.sampler, job.steps as usize);
        let noise = NoiseSource {
            seed: job.seed,
            first_index: job.first_index,
        };
        let (first, x, x0_before) = match job.start.take() {
            Some(start) => (start.step as usize, start.x, start.x0_before),
            None => (0, noise.initial(job.labels.len()), None),
        };
        Ok(Self {
            run,
            job,
            net,
            plan,
            noise,
            first,
            step: first,
            round: 0,
            x,
            x0_before,
            x0: Vec::new(),
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
            update: (step < self.plan.steps())
                .then(|| self.plan.update(step, self.x0_before.is_some())),
            ms: ms as f32,
        };
        Event::Frame {
            run: self.run,
            frame,
        }
    }

    /// Whether this step's frame is wanted. Its rounds after the first have none.
    fn is_shown(&self) -> bool {
        let wanted =
            self.step == self.first || (self.step as u32).is_multiple_of(self.job.frame_every);
        wanted && self.round == 0
    }

    /// x after this round's update.
    fn update(&self, opinion: &Opinion) -> Vec<f32> {
        let (step, round) = (self.step, self.round);
        let before = self.x0_before.as_deref();
        let draw = inpaint::update_draw(step, round);
        let mut x = (self.plan).advance_with(step, opinion, before, &self.noise, draw);
        if let Some(keep) = &self.job.keep {
            inpaint::put_given(&self.plan, keep, step, round, &self.noise, &mut x);
        }
        x
    }

    /// Goes on from `x`, the result of this round: to the next round or to the next step.
    fn go_on(&mut self, mut x: Vec<f32>) {
        let rounds = inpaint::rounds(&self.plan, self.job.keep.as_ref(), self.step);
        if self.round + 1 < rounds {
            inpaint::go_back(&self.plan, self.step, self.round, &self.noise, &mut x);
            self.round += 1;
        } else {
            self.x0_before = Some(std::mem::take(&mut self.x0));
            self.step += 1;
            self.round = 0;
        }
        self.x = x;
    }
}

impl<D: Denoiser> Work for DenoiseRun<'_, D> {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        if self.step == self.plan.steps() {
            return Ok(Step::Last(self.frame(self.x.clone(), 0.0)));
        }
        let start = clock();
        let t = self.plan.time(self.step);
        let ask = Ask {
            labels: &self.job.labels,
            guidance: self.job.guided.weight(self.job.guidance, t),
            cut: self.job.cut,
        };
        let v = self.net.predict(&self.x, t, ask).await?;
        if v.len() != self.x.len() || !v.iter().all(|v| v.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        let opinion = self.plan.opinion(self.step, &self.x, &v);
        let next = self.update(&opinion);
        let ms = clock() - start;
        let shown = if self.is_shown() {
            Step::Show(self.frame(opinion.x0.clone(), ms))
        } else {
            Step::Quiet
        };
        if self.round == 0 {
            self.x0 = opinion.x0;
        }
        self.go_on(next);
        Ok(shown)
    }
}

/// Checks a picture and the step it is of or goes to, `1..=T`.
pub(super) fn check_picture(x: &[f32], t: u32) -> Result<(), EngineError> {
    demand(
        x.len() == PIXELS,
        format!("a picture of {} values", x.len()),
    )?;
    demand(
        x.iter().all(|x| x.is_finite()),
        "a picture that is not finite",
    )?;
    demand(
        (1..=T as u32).contains(&t),
        format!("t = {t}, not 1 to {T}"),
    )
}

/// Checks what a network is told beside pictures.
pub(super) fn check_question(labels: &[Option<u8>], cut: u8) -> Result<(), EngineError> {
    let known = |label: &Option<u8>| label.is_none_or(|l| usize::from(l) < CLASSES);
    demand(labels.iter().all(known), format!("labels {labels:?}"))?;
    demand(
        u32::from(cut) < 1 << SHIPPED.blocks,
        format!("cut {cut:b}, of {} skips", SHIPPED.blocks),
    )
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
    check_question(&job.labels, job.cut)?;
    demand(
        job.first_index.checked_add(n as u32).is_some(),
        "first_index is too large",
    )?;
    if let Some(problem) = job.keep.as_ref().and_then(inpaint::problem) {
        demand(false, problem)?;
    }
    if let Some(start) = &job.start {
        demand(
            start.step < job.steps,
            format!("start at step {} of {}", start.step, job.steps),
        )?;
        for values in [Some(&start.x), start.x0_before.as_ref()]
            .into_iter()
            .flatten()
        {
            demand(
                values.len() == n * PIXELS,
                format!("start with {} values", values.len()),
            )?;
            demand(
                values.iter().all(|x| x.is_finite()),
                "start with values that are not finite",
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::models::diffusion::schedule::ScheduleKind;
    use crate::protocol::{Job, Keep, Start};

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
            ask: Ask<'_>,
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
                .map(|(i, x)| (a * x - picture(ask.labels[i / PIXELS])) / s)
                .collect())
        }
    }

    fn picture(label: Option<u8>) -> f32 {
        label.map_or(-1.0, |l| f32::from(l) / 10.0)
    }

    fn job() -> Denoise {
        Denoise {
            model: "net".into(),
            labels: vec![Some(3), None],
            seed: 1,
            sampler: Sampler::Ddpm,
            steps: 8,
            ..Denoise::default()
        }
    }

    /// Always answers with half of what it sees, so its guess moves from step to step.
    fn drifting() -> impl Denoiser {
        model(|x, _, _| x.iter().map(|x| 0.5 * x).collect())
    }

    fn events(job: Denoise, net: impl Denoiser, cancel_after: usize) -> Vec<Event> {
        run_job(Job::Denoise(job), &mut only(net), cancel_after)
    }

    fn frames(events: &[Event]) -> Vec<Frame> {
        events
            .iter()
            .filter_map(|e| match e {
                Event::Frame { run: RUN, frame } => Some(frame.clone()),
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
        assert!(matches!(events[9..], [Event::Done { run: RUN, .. }]));
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
        for (sampler, schedule) in [
            (Sampler::Ddpm, ScheduleKind::Cosine),
            (Sampler::DpmSolver, ScheduleKind::Linear),
        ] {
            let job = Denoise {
                sampler,
                schedule,
                ..job()
            };
            let frames = frames(&events(job, drifting(), usize::MAX));
            for (k, pair) in frames.windows(2).enumerate() {
                let (f, u) = (&pair[0], pair[0].update.expect("not the last"));
                let (a, s) = (f.alpha_bar.sqrt(), (1.0 - f.alpha_bar).sqrt());
                let z = crate::noise::normal(1, 0, k as u32 + 1, PIXELS);
                let before = k.checked_sub(1).map(|k| &frames[k].x0);
                let has_trend = sampler == Sampler::DpmSolver && (1..7).contains(&k);
                assert_eq!(u.trend_factor != 0.0, has_trend, "step {k}");
                for (i, z) in z.iter().enumerate() {
                    let eps = (f.x[i] - a * f.x0[i]) / s;
                    let trend = before.map_or(0.0, |before| f.x0[i] - before[i]);
                    let next = u.x0_factor * f.x0[i]
                        + u.eps_factor * eps
                        + u.noise_factor * z
                        + u.trend_factor * trend;
                    let off = (next - pair[1].x[i]).abs();
                    assert!(off < 1e-4, "{sampler:?} step {k}: {off}");
                }
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
            x0_before: None,
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
        for sampler in [Sampler::Ddpm, Sampler::DpmSolver] {
            let job = Denoise { sampler, ..job() };
            let whole = frames(&events(job.clone(), drifting(), usize::MAX));
            let start = Some(Start {
                step: 5,
                x: whole[5].x.clone(),
                x0_before: Some(whole[4].x0.clone()),
            });
            let rest = frames(&events(Denoise { start, ..job }, drifting(), usize::MAX));
            assert_eq!(rest.len(), 4);
            for (a, b) in rest.iter().zip(&whole[5..]) {
                assert_eq!((&a.x, &a.x0, a.update), (&b.x, &b.x0, b.update));
            }
        }
    }

    /// The left half is given, as a slope; the rest is the hole.
    fn keep(rounds: u32) -> Option<Keep> {
        Some(Keep {
            x_0: (0..PIXELS).map(|i| i as f32 / 392.0 - 1.0).collect(),
            mask: (0..PIXELS).map(is_left).collect(),
            rounds,
        })
    }

    fn is_left(i: usize) -> bool {
        i % 28 < 14
    }

    #[test]
    fn what_is_given_stays_and_the_hole_is_filled() {
        for (rounds, evaluations) in [(1, 8), (4, 7 * 4 + 1)] {
            let job = Denoise {
                keep: keep(rounds),
                ..job()
            };
            let mut models = only(Flat::default());
            let events = run_job(Job::Denoise(job), &mut models, usize::MAX);
            assert_eq!(models["net"].evaluations, evaluations);
            let frames = frames(&events);
            let steps: Vec<u32> = frames.iter().map(|f| f.step).collect();
            assert_eq!(steps, (0..=8).collect::<Vec<_>>(), "a frame a step");
            let x_0 = keep(1).map(|keep| keep.x_0).unwrap_or_default();
            for (i, &x) in frames[8].x.iter().enumerate() {
                if is_left(i % PIXELS) {
                    assert_eq!(x, x_0[i % PIXELS], "pixel {i} is given");
                } else {
                    let want = picture([Some(3), None][i / PIXELS]);
                    assert!((x - want).abs() < 1e-4, "pixel {i}: {x}, not {want}");
                }
            }
        }
    }

    #[test]
    fn more_rounds_make_another_picture() {
        let end = |rounds| {
            let job = Denoise {
                keep: keep(rounds),
                ..job()
            };
            frames(&events(job, drifting(), usize::MAX))[8].x.clone()
        };
        let (one, two, three) = (end(1), end(2), end(3));
        assert!(one != two && two != three);
    }

    #[test]
    fn a_resumed_or_split_filling_gives_the_same_bits() {
        for sampler in [Sampler::Ddpm, Sampler::DpmSolver] {
            let job = Denoise {
                sampler,
                keep: keep(3),
                ..job()
            };
            let whole = frames(&events(job.clone(), drifting(), usize::MAX));
            let start = Some(Start {
                step: 5,
                x: whole[5].x.clone(),
                x0_before: Some(whole[4].x0.clone()),
            });
            let rest = Denoise {
                start,
                ..job.clone()
            };
            for (a, b) in (frames(&events(rest, drifting(), usize::MAX)).iter()).zip(&whole[5..]) {
                assert_eq!((&a.x, &a.x0), (&b.x, &b.x0), "{sampler:?} step {}", b.step);
            }
            let second = Denoise {
                labels: vec![None],
                first_index: 1,
                ..job
            };
            let second = frames(&events(second, drifting(), usize::MAX));
            assert_eq!(second[8].x, whole[8].x[PIXELS..], "{sampler:?}");
        }
    }

    #[test]
    fn rounds_can_be_interrupted() {
        let job = Denoise {
            keep: keep(20),
            ..job()
        };
        // Two frames, the second of them after 20 rounds.
        let events = events(job, Flat::default(), 25);
        assert_eq!(frames(&events).len(), 2);
        assert_eq!(events.last(), Some(&Event::Cancelled { run: RUN }));
    }

    #[test]
    fn a_cancelled_run_stops_at_once() {
        for after in [0, 3] {
            let events = events(job(), Flat::default(), after);
            assert_eq!(frames(&events).len(), after);
            assert_eq!(events.last(), Some(&Event::Cancelled { run: RUN }));
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
            run: Some(RUN),
            error: EngineError::NotFinite,
        };
        assert_eq!(events.last(), Some(&failed));
    }

    #[test]
    fn nonsense_is_refused() {
        fn keeping(job: &mut Denoise, change: fn(&mut Keep)) {
            job.keep = keep(5);
            job.keep.iter_mut().for_each(change);
        }
        fn starting(job: &mut Denoise, step: u32, x: &[f32], x0_before: Option<Vec<f32>>) {
            let x = x.to_vec();
            job.start = Some(Start { step, x, x0_before });
        }
        const X: &[f32] = &[0.0; 2 * PIXELS];
        assert_refused(
            &job(),
            &[
                |job| keeping(job, |keep| keep.rounds = 0),
                |job| keeping(job, |keep| keep.rounds = 21),
                |job| keeping(job, |keep| keep.x_0.truncate(783)),
                |job| keeping(job, |keep| keep.mask.push(true)),
                |job| keeping(job, |keep| keep.x_0[5] = f32::NAN),
                |job| keeping(job, |keep| keep.x_0[783] = 1.5),
                |job| job.steps = 0,
                |job| job.steps = 1001,
                |job| job.labels.clear(),
                |job| job.labels = vec![None; 65],
                |job| job.labels = vec![Some(10)],
                |job| job.guidance = f32::NAN,
                |job| job.guidance = 20.5,
                |job| job.guidance = f32::NEG_INFINITY,
                |job| job.sampler = Sampler::Ddim { eta: 1.5 },
                |job| job.sampler = Sampler::Ddim { eta: f32::NAN },
                |job| job.frame_every = 0,
                |job| job.cut = 4,
                |job| job.first_index = u32::MAX,
                |job| starting(job, 8, X, None),
                |job| starting(job, 2, &X[1..], None),
                |job| starting(job, 2, &[f32::NAN; 2 * PIXELS], None),
                |job| starting(job, 2, X, Some(vec![0.0])),
                |job| job.model = "other".into(),
            ],
            |job| events(job, Flat::default(), usize::MAX),
        );
    }
}
