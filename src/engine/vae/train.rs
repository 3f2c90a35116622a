//! A variational autoencoder that learns, as a session.

use burn::tensor::{Device, Tensor};

use crate::data::PIXELS;
use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::vae::binarize;
use crate::models::vae::course::{BATCH, CODE, OWN, SHOWN, grid_codes, weight_at};
use crate::models::vae::live::{LEARNING_RATE, Trainer, streams};
use crate::models::vae::loss::kl;
use crate::nn::mlp::rows;
use crate::nn::{NotRead, read};
use crate::noise;
use crate::protocol::vae::train::{VaeFrame, VaeTrain};
use crate::protocol::{EngineError, Event, Report, RunId};
use burn::tensor::activation::sigmoid;
use rand_chacha::rand_core::RngCore;

/// Most pictures, optimiser steps and weights of the KL.
pub const MAX_PICTURES: usize = 20_000;
const MAX_STEPS: u32 = 50_000;
const MAX_LEGS: usize = 64;
/// A loss above this is past saving; a fresh network has about 1,000.
const LOST: f32 = 1e6;

/// A training under way.
pub struct VaeTrainRun {
    run: RunId,
    job: VaeTrain,
    trainer: Trainer,
    /// Since the last frame.
    losses: Vec<[f32; 2]>,
    ms: f64,
    /// The next frame is due at this step.
    due: u32,
    frames: u32,
    lost: bool,
}

impl VaeTrainRun {
    /// Checks the job and stands ready for its first step.
    pub fn new(run: RunId, mut job: VaeTrain) -> Result<Self, EngineError> {
        check(&job)?;
        let from = job.from.take();
        // A fresh training is shown before anything is learned; one that goes on is known.
        let due = match &from {
            None => 0,
            Some(from) => (from.step + job.frame_every).min(job.steps),
        };
        let trainer = Trainer::new(job.seed, LEARNING_RATE, from)
            .map_err(|error| EngineError::BadRequest(error.to_string()))?;
        Ok(Self {
            run,
            job,
            trainer,
            losses: Vec::new(),
            ms: 0.0,
            due,
            frames: 0,
            lost: false,
        })
    }

    /// One optimiser step.
    async fn train(&mut self) -> Result<(), NotRead> {
        let step = self.trainer.step_number();
        let mut rng = noise::stream(self.job.seed, streams::BATCHES, step);
        let n = (self.job.pictures.len() / PIXELS) as u32;
        let mut x = Vec::with_capacity(BATCH * PIXELS);
        for place in 0..BATCH {
            let own = self.job.own.as_deref().filter(|_| place < OWN);
            let picture = own.unwrap_or_else(|| {
                let index = (rng.next_u32() % n) as usize;
                &self.job.pictures[index * PIXELS..(index + 1) * PIXELS]
            });
            let ink = picture.iter().map(|grey| f32::from(*grey) / 255.0);
            x.extend(binarize(ink, &mut rng));
        }
        let eps = noise::normal(self.job.seed, streams::NOISE, step, BATCH * CODE);
        let beta = weight_at(&self.job.legs, step);
        let losses = self.trainer.step(x, beta, eps).await?;
        let both = [losses.reconstruction, losses.kl];
        self.lost |= !both.iter().all(|loss| loss.abs() < LOST);
        self.losses.push(both);
        Ok(())
    }

    /// All that a frame shows.
    async fn frame(&mut self) -> Result<VaeFrame, NotRead> {
        let net = self.trainer.network();
        let pictures = self.job.pictures.chunks_exact(PIXELS).take(SHOWN);
        let shown: Vec<f32> = pictures
            .chain(self.job.own.as_deref())
            .flatten()
            .map(|grey| f32::from(*grey) / 255.0)
            .collect();
        let device = Device::flex();
        let code = net.encode(rows(shown, PIXELS, &device));
        let kl: Tensor<2> = kl(&code).mean_dim(0);
        let kl = read(kl).await?;
        let ink = sigmoid(net.decode(rows(grid_codes(), CODE, &device)));
        let ink = read(ink).await?;
        let is_last = self.trainer.step_number() == self.job.steps;
        let is_kept = is_last || self.frames.is_multiple_of(self.job.kept_every);
        self.frames += 1;
        Ok(VaeFrame {
            step: self.trainer.step_number(),
            losses: std::mem::take(&mut self.losses),
            means: read(code.mean).await?,
            kl: [kl[0], kl[1]],
            grid: ink.iter().map(|p| (255.0 * p).round() as u8).collect(),
            checkpoint: match is_kept && !self.lost {
                true => Some(self.trainer.checkpoint().await?),
                false => None,
            },
            diverged: self.lost,
            ms: std::mem::take(&mut self.ms) as f32,
        })
    }
}

impl Work for VaeTrainRun {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let mut ms = 0.0;
        while self.trainer.step_number() < self.due && ms < TURN_MS && !self.lost {
            self.train().await?;
            ms = clock() - start;
        }
        self.ms += ms;
        if self.trainer.step_number() < self.due && !self.lost {
            return Ok(Step::Quiet);
        }
        let frame = self.frame().await?;
        let is_over = self.lost || frame.step == self.job.steps;
        self.due = (frame.step + self.job.frame_every).min(self.job.steps);
        let report = Report::packed(&frame);
        let event = Event::Report {
            run: self.run,
            report,
        };
        Ok(if is_over {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

fn check(job: &VaeTrain) -> Result<(), EngineError> {
    let n = job.pictures.len() / PIXELS;
    demand(
        job.pictures.len().is_multiple_of(PIXELS) && (1..=MAX_PICTURES).contains(&n),
        format!("{} values for pictures", job.pictures.len()),
    )?;
    let own = job.own.as_ref().map_or(PIXELS, Vec::len);
    demand(own == PIXELS, format!("{own} values for a drawing"))?;
    demand(job.steps <= MAX_STEPS, format!("{} steps", job.steps))?;
    let every = [job.frame_every, job.kept_every];
    demand(!every.contains(&0), "frames at no distance")?;
    let legs = &job.legs;
    let is_sound = |beta: f32| (0.0..=1e4).contains(&beta);
    demand(
        legs.len() <= MAX_LEGS && legs.iter().all(|leg| is_sound(leg.beta)),
        "weights of the KL that make no sense",
    )?;
    let Some(from) = &job.from else {
        return Ok(());
    };
    demand(from.step <= job.steps, "a start after the end")?;
    let mut weights = from.weights.iter().flatten();
    demand(
        weights.all(|w| w.is_finite()),
        "weights that are not finite",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::protocol::Job;
    use crate::protocol::vae::train::Leg;

    /// Pictures whose left or right half is ink.
    fn job() -> VaeTrain {
        let picture =
            |p: usize| (0..PIXELS).map(move |i| if (i % 28 < 14) == (p == 0) { 255 } else { 0 });
        VaeTrain {
            seed: 1,
            pictures: (0..10).flat_map(|i| picture(i % 2)).collect(),
            own: None,
            legs: vec![Leg { step: 0, beta: 1.0 }],
            from: None,
            steps: 6,
            frame_every: 2,
            kept_every: 2,
        }
    }

    fn frames(job: VaeTrain) -> Vec<VaeFrame> {
        let events = run_whole(Job::VaeTrain(Box::new(job)));
        assert!(
            matches!(events.last(), Some(Event::Done { .. })),
            "{events:?}"
        );
        events.iter().filter_map(Event::answer).collect()
    }

    #[test]
    fn frames_come_when_they_are_due() {
        let frames = frames(job());
        let steps: Vec<_> = frames.iter().map(|frame| frame.step).collect();
        assert_eq!(steps, [0, 2, 4, 6]);
        let kept: Vec<_> = frames.iter().map(|f| f.checkpoint.is_some()).collect();
        assert_eq!(kept, [true, false, true, true]);
        let last = &frames[3];
        assert_eq!(last.losses.len(), 2);
        assert_eq!((last.means.len(), last.grid.len()), (20, 100 * PIXELS));
        assert!(last.kl.iter().all(|kl| *kl >= 0.0));
        assert_eq!(frames[0].means, [0.0; 20], "all codes start at the origin");
    }

    #[test]
    fn a_training_goes_on_from_a_frame_as_if_it_had_not_ended() {
        let whole = frames(job());
        let from = whole[2].checkpoint.clone();
        let rest = frames(VaeTrain { from, ..job() });
        assert_eq!(rest.len(), 1);
        assert_eq!(
            (&rest[0].means, &rest[0].losses),
            (&whole[3].means, &whole[3].losses)
        );
        // With another weight from there on it is another one.
        let legs = vec![Leg {
            step: 4,
            beta: 50.0,
        }];
        let other = frames(VaeTrain {
            from: whole[2].checkpoint.clone(),
            legs,
            ..job()
        });
        assert_ne!(other[0].means, whole[3].means);
    }

    #[test]
    fn a_drawing_has_its_place_on_the_map() {
        let own = Some(vec![128; PIXELS]);
        let with = frames(VaeTrain { own, ..job() });
        assert_eq!(with[3].means.len(), 22);
    }

    #[test]
    fn it_ends_between_turns() {
        let events = run_job(Job::VaeTrain(Box::new(job())), &mut no_models(), 1);
        assert!(
            matches!(events.last(), Some(Event::Cancelled { .. })),
            "{events:?}"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        let nan = || {
            let mut from = frames(job())[0].checkpoint.clone();
            if let Some(from) = &mut from {
                from.weights[0][0] = f32::NAN;
            }
            from
        };
        assert_refused(
            &job(),
            &[
                |j| j.pictures.clear(),
                |j| j.pictures.truncate(PIXELS + 1),
                |j| j.own = Some(vec![0; 3]),
                |j| j.steps = MAX_STEPS + 1,
                |j| j.frame_every = 0,
                |j| j.kept_every = 0,
                |j| j.legs[0].beta = f32::NAN,
                |j| j.legs[0].beta = -1.0,
                |j| j.legs = vec![j.legs[0]; MAX_LEGS + 1],
            ],
            |job| run_whole(Job::VaeTrain(Box::new(job))),
        );
        let events = run_whole(Job::VaeTrain(Box::new(VaeTrain {
            from: nan(),
            ..job()
        })));
        assert!(matches!(events[..], [Event::Failed { .. }]), "{events:?}");
    }

    /// What the chapter's claims and thresholds rest on; needs the data: `cargo test --profile lab
    /// --features lab measure_live -- --ignored --nocapture`.
    #[test]
    #[ignore = "a minute, and the data"]
    fn measure_live() {
        use crate::data::DataSet;
        use crate::data::mnist::{Images, Split};
        use crate::models::vae::course::purity;
        let data = std::path::Path::new("data");
        let images = Images::load(data, DataSet::Mnist, Split::Test).expect("data");
        let n = 4000;
        let pictures: Vec<u8> = (0..n)
            .flat_map(|i| {
                images
                    .picture(i)
                    .map(|v| (127.5 * (v + 1.0)).round() as u8)
                    .collect::<Vec<_>>()
            })
            .collect();
        let labels: Vec<u8> = images.labels[..SHOWN].to_vec();
        for (seed, legs) in [
            (42, vec![(0, 1.0)]),
            (43, vec![(0, 1.0)]),
            (42, vec![(0, 0.0)]),
            (42, vec![(0, 0.0), (600, 1.0)]),
            (42, vec![(0, 32.0)]),
            (42, vec![(0, 32.0), (600, 1.0)]),
            (42, vec![(0, 8.0)]),
        ] {
            let job = VaeTrain {
                seed,
                pictures: pictures.clone(),
                legs: legs
                    .iter()
                    .map(|&(step, beta)| Leg { step, beta })
                    .collect(),
                steps: 1200,
                frame_every: 150,
                kept_every: 99,
                ..job()
            };
            let clock = std::time::Instant::now();
            println!("seed {seed}, {legs:?}");
            for frame in frames(job) {
                let mean = |i: usize| {
                    frame.losses.iter().map(|l| l[i]).sum::<f32>()
                        / frame.losses.len().max(1) as f32
                };
                let points = || frame.means.chunks_exact(2);
                let inside = points().filter(|p| p[0].hypot(p[1]) < 3.0).count() as f32
                    / points().count() as f32;
                println!(
                    "{:5} steps, {:5.1} s: reconstruction {:6.1}, KL {:5.2} ({:.3}, {:.3}), inside 3: {:.3}, purity {:.3}",
                    frame.step,
                    clock.elapsed().as_secs_f32(),
                    mean(0),
                    mean(1),
                    frame.kl[0],
                    frame.kl[1],
                    inside,
                    purity(&frame.means, &labels)
                );
            }
        }
    }
}
