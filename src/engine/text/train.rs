//! A small Transformer that learns the visitor's text, as a session.

use rand_chacha::rand_core::RngCore;

use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::text::course::{BATCH, BYTES, Lesson, PIECE};
use crate::models::text::live::{LEARNING_RATE, Trainer, cost_of, write};
use crate::nn::NotRead;
use crate::noise;
use crate::protocol::text::{TextFrame, TextTrain};
use crate::protocol::{EngineError, Event, Report, RunId};
use crate::tokens::{Token, Tokens};

/// Most steps.
const MAX_STEPS: u32 = 20_000;
/// The streams of a training: the samples', the batches'.
const SAMPLES: u64 = 1;
const BATCHES: u32 = 1;
/// Tokens of a sample.
const SAMPLE: usize = 60;
/// Pieces that a frame judges each part by.
const JUDGED: usize = 24;
/// A loss above this is past saving; a fresh network has about 6.
const LOST: f32 = 50.0;

/// A training under way.
pub struct TextTrainRun {
    run: RunId,
    job: TextTrain,
    lesson: Lesson,
    trainer: Trainer,
    losses: Vec<f32>,
    ms: f64,
    due: u32,
    frames: u32,
    lost: bool,
}

impl TextTrainRun {
    /// Checks the job, learns the text's vocabulary, and stands ready for the first step.
    pub fn new(run: RunId, mut job: TextTrain) -> Result<Self, EngineError> {
        let [least, most] = BYTES;
        let bytes = job.text.len();
        demand(
            (least..=most).contains(&bytes),
            format!("a text of {bytes} bytes"),
        )?;
        demand(job.steps <= MAX_STEPS, format!("{} steps", job.steps))?;
        let every = [job.frame_every, job.kept_every];
        demand(!every.contains(&0), "frames at no distance")?;
        let from = job.from.take();
        let bad = |error: &dyn std::fmt::Display| EngineError::BadRequest(error.to_string());
        let tokens = match &from {
            None => None,
            Some(from) => {
                demand(from.step <= job.steps, "a start after the end")?;
                let finite = from.weights.iter().all(|w| w.is_finite());
                demand(finite, "weights that are not finite")?;
                Some(Tokens::new(from.merges.clone()).map_err(|error| bad(&error))?)
            }
        };
        let lesson = Lesson::new(&job.text, tokens);
        demand(
            lesson.train.len() > 2 * PIECE && lesson.held_out.len() > 2,
            "a text with too little in it",
        )?;
        // A fresh training is shown before anything is learned; one that goes on is known.
        let due = match &from {
            None => 0,
            Some(from) => (from.step + job.frame_every).min(job.steps),
        };
        let trainer = Trainer::new(lesson.shape(), job.seed, LEARNING_RATE, from)
            .map_err(|error| bad(&error))?;
        Ok(Self {
            run,
            job,
            lesson,
            trainer,
            losses: Vec::new(),
            ms: 0.0,
            due,
            frames: 0,
            lost: false,
        })
    }

    async fn train(&mut self) -> Result<(), NotRead> {
        let step = self.trainer.step_number();
        let mut rng = noise::stream(self.job.seed, BATCHES, step);
        let text = &self.lesson.train;
        let places = text.len() - PIECE;
        let mut piece = |_| {
            let first = rng.next_u32() as usize % places;
            text[first..=first + PIECE].iter().copied()
        };
        let pieces: Vec<Token> = (0..BATCH).flat_map(&mut piece).collect();
        let loss = self.trainer.step(pieces).await?;
        self.lost |= loss.is_nan() || loss.abs() > LOST;
        self.losses.push(loss);
        Ok(())
    }

    async fn frame(&mut self) -> Result<TextFrame, NotRead> {
        let net = self.trainer.network();
        let step = self.trainer.step_number();
        let is_kept = step == self.job.steps || self.frames.is_multiple_of(self.job.kept_every);
        self.frames += 1;
        let merges = self.lesson.tokens.merges().to_vec();
        let mut checkpoint = (is_kept && !self.lost).then(|| self.trainer.checkpoint());
        if let Some(checkpoint) = &mut checkpoint {
            checkpoint.merges = merges;
        }
        let sample = write(&net, self.job.seed ^ (SAMPLES << 32), SAMPLE).await?;
        let [train, held_out] = [&self.lesson.train, &self.lesson.held_out];
        let costs = [
            cost_of(&net, train, JUDGED).await?,
            cost_of(&net, held_out, JUDGED).await?,
        ];
        let a_token = self.lesson.characters_a_token();
        let bits = |part: usize| costs[part] / std::f32::consts::LN_2 / a_token[part];
        Ok(TextFrame {
            step,
            losses: std::mem::take(&mut self.losses),
            bits: [bits(0), bits(1)],
            characters_a_token: a_token[0],
            vocabulary: self.lesson.tokens.count() as u32,
            sample: self.lesson.tokens.decode(&sample),
            checkpoint,
            diverged: self.lost,
            ms: std::mem::take(&mut self.ms) as f32,
        })
    }
}

impl Work for TextTrainRun {
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
        let event = Event::Report {
            run: self.run,
            report: Report::packed(&frame),
        };
        Ok(if is_over {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::protocol::ask::Ask;

    fn job() -> TextTrain {
        TextTrain {
            text: "the cat sat on the mat. ".repeat(120),
            seed: 1,
            from: None,
            steps: 6,
            frame_every: 3,
            kept_every: 1,
        }
    }

    fn frames(job: TextTrain) -> Vec<TextFrame> {
        let events = run_whole(job.into_job());
        assert!(
            matches!(events.last(), Some(Event::Done { .. })),
            "{events:?}"
        );
        events.iter().filter_map(Event::answer).collect()
    }

    #[test]
    fn frames_come_when_they_are_due_and_it_learns() {
        let all = frames(job());
        let steps: Vec<u32> = all.iter().map(|frame| frame.step).collect();
        assert_eq!(steps, [0, 3, 6]);
        assert_eq!(all[1].losses.len(), 3);
        assert!(all[2].bits[1] < all[0].bits[1], "{:?}", all[2].bits);
        assert!(!all[2].sample.is_empty() && all[0].vocabulary > 257);
    }

    #[test]
    fn it_goes_on_from_a_checkpoint() {
        let all = frames(job());
        let rest = frames(TextTrain {
            from: all[1].checkpoint.clone(),
            ..job()
        });
        assert_eq!(rest.len(), 1);
        assert_eq!(
            (rest[0].bits, &rest[0].sample),
            (all[2].bits, &all[2].sample)
        );
    }

    #[test]
    fn nonsense_is_refused() {
        let from = frames(job())[0].checkpoint.clone();
        let with = |change: fn(&mut TextTrain)| {
            let mut job = TextTrain {
                from: from.clone(),
                ..job()
            };
            change(&mut job);
            run_whole(job.into_job())
        };
        let spoil: &[fn(&mut TextTrain)] = &[
            |job| job.text.truncate(100),
            |job| job.text = "a".repeat(BYTES[1] + 1),
            |job| job.steps = MAX_STEPS + 1,
            |job| job.frame_every = 0,
            |job| job.from.as_mut().expect("one").weights.truncate(7),
            |job| job.from.as_mut().expect("one").weights[0] = f32::NAN,
            |job| job.from.as_mut().expect("one").merges = vec![[900, 1]],
            |job| job.from.as_mut().expect("one").step = 7,
        ];
        for change in spoil {
            let events = with(*change);
            assert!(matches!(events[..], [Event::Failed { .. }]), "{events:?}");
        }
    }
}
