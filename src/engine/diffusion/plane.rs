//! Training and sampling of points in the plane, as sessions.

use burn::tensor::Device;

use crate::data::points::Cloud;
use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::diffusion::plane::mix::Mixer;
use crate::models::diffusion::plane::net::{predict, shape};
use crate::models::diffusion::plane::solve::Solver;
use crate::models::diffusion::plane::training::Trainer;
use crate::models::diffusion::plane::{PREVIEW_STEPS, SAMPLES, field_grid, streams};
use crate::nn::NotRead;
use crate::nn::mlp::Mlp;
use crate::protocol::diffusion::plane::{
    PlaneAnswer, PlaneSample, PlaneSamples, PlaneTrain, PlaneTraining, Rule,
};
use crate::protocol::{EngineError, Event, Report, RunId};
use crate::quality::energy::Sample;

/// Most optimiser steps of a training.
pub const MAX_TRAIN_STEPS: u32 = 20_000;
/// Most points a step, and the widest hidden layers.
pub const MAX_BATCH: u32 = 4096;
pub const MAX_HIDDEN: u32 = 512;
/// A loss above this is past saving; a network that answers 0 has about 2.
const LOST: f32 = 1e6;

/// Held-out points, and how far as many others from the same cloud are from them.
struct HeldOut {
    points: Sample,
    floor: f32,
}

impl HeldOut {
    fn new(cloud: &Cloud, seed: u64) -> Self {
        let draw = |draw| Sample::new(cloud.points(SAMPLES, seed, streams::HELD_OUT, draw));
        let (points, others) = (draw(0), draw(1));
        let floor = points.distance(&others) as f32;
        Self { points, floor }
    }

    fn distance(&self, samples: &[f32]) -> f32 {
        self.points.distance(&Sample::new(samples.to_vec())) as f32
    }
}

/// A training under way.
pub struct PlaneTrainRun {
    run: RunId,
    job: PlaneTrain,
    trainer: Trainer,
    held_out: HeldOut,
    /// Since the last report.
    losses: Vec<f32>,
    ms: f64,
    /// Reports are due at these steps; the next one.
    due: u32,
}

impl PlaneTrainRun {
    /// Checks the job and stands ready for its first step.
    pub fn new(run: RunId, job: PlaneTrain) -> Result<Self, EngineError> {
        check(&job)?;
        let held_out = HeldOut::new(&job.cloud, job.seed);
        let trainer = Trainer::new(job.clone())
            .ok_or_else(|| EngineError::BadRequest("a network without weights".into()))?;
        Ok(Self {
            run,
            job,
            trainer,
            held_out,
            losses: Vec::new(),
            ms: 0.0,
            due: 0,
        })
    }

    /// Optimiser steps up to the next report, or for as long as a turn lasts; at least one. True if
    /// the loss has left all bounds.
    async fn train(&mut self, clock: &dyn Fn() -> f64) -> Result<bool, EngineError> {
        let start = clock();
        let (mut ms, mut lost) = (0.0, false);
        while self.trainer.step_number() < self.due && ms < TURN_MS && !lost {
            let loss = self.trainer.step().await?;
            self.losses.push(loss);
            lost = loss.is_nan() || loss > LOST;
            ms = clock() - start;
        }
        self.ms += ms;
        Ok(lost)
    }

    async fn report(&mut self, diverged: bool) -> Result<Event, EngineError> {
        let net = self.trainer.network();
        let samples = if diverged {
            Vec::new()
        } else {
            self.preview(&net).await?
        };
        let training = PlaneTraining {
            step: self.trainer.step_number(),
            losses: std::mem::take(&mut self.losses),
            weights: net.weights().await?,
            distance: if diverged {
                f32::INFINITY
            } else {
                self.held_out.distance(&samples)
            },
            samples,
            floor: self.held_out.floor,
            diverged,
            ms: std::mem::take(&mut self.ms) as f32,
        };
        self.due = (training.step + self.job.report_every).min(self.job.steps);
        Ok(Event::Report {
            run: self.run,
            report: Report::packed(&PlaneAnswer::Training(training)),
        })
    }

    /// Points sampled with the network as it is.
    async fn preview(&self, net: &Mlp) -> Result<Vec<f32>, NotRead> {
        let [rule, _] = Rule::of(self.job.method);
        let mut solver = Solver::new(rule, PREVIEW_STEPS, SAMPLES, self.job.seed);
        let device = Device::flex();
        while !solver.is_done() {
            let answer = predict(net, solver.x(), solver.u(), &device).await?;
            solver.advance(&answer);
        }
        Ok(solver.x().to_vec())
    }
}

impl Work for PlaneTrainRun {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        if self.trainer.step_number() < self.due {
            return Ok(if self.train(clock).await? {
                Step::Last(self.report(true).await?)
            } else {
                Step::Quiet
            });
        }
        let is_over = self.trainer.step_number() == self.job.steps;
        let event = self.report(false).await?;
        Ok(if is_over {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

fn check(job: &PlaneTrain) -> Result<(), EngineError> {
    demand(job.cloud.is_valid(), "a drawing without points")?;
    for (what, value, most) in [
        ("steps", job.steps, MAX_TRAIN_STEPS),
        ("points a step", job.batch, MAX_BATCH),
        ("units", job.hidden, MAX_HIDDEN),
        ("steps between reports", job.report_every, MAX_TRAIN_STEPS),
    ] {
        demand(
            (1..=most).contains(&value),
            format!("{value} {what}, not 1 to {most}"),
        )?;
    }
    let rate = job.learning_rate;
    // NaN is in no range.
    demand(
        (0.0..=1e3).contains(&rate),
        format!("a learning rate of {rate}"),
    )
}

/// A sampling under way.
pub struct PlaneSampleRun {
    run: RunId,
    job: PlaneSample,
    net: Mlp,
    mixer: Mixer,
    solver: Solver,
    grid: Vec<f32>,
    began_ms: Option<f64>,
    positions: Vec<Vec<f32>>,
    fields: Vec<Vec<f32>>,
}

impl PlaneSampleRun {
    /// Checks the job and stands ready for its first step.
    pub fn new(run: RunId, job: PlaneSample) -> Result<Self, EngineError> {
        demand(job.cloud.is_valid(), "a drawing without points")?;
        demand(
            (1..=1000).contains(&job.steps),
            format!("{} steps, not 1 to 1000", job.steps),
        )?;
        demand(
            Rule::of(job.method).contains(&job.rule),
            format!("{:?} does not sample {:?}", job.rule, job.method),
        )?;
        demand(
            (1..=MAX_HIDDEN).contains(&job.hidden),
            format!("{} units", job.hidden),
        )?;
        demand(
            job.weights.iter().all(|w| w.is_finite()),
            "weights that are not finite",
        )?;
        let net = shape(job.hidden as usize)
            .init(&job.weights, &Device::flex())
            .ok_or_else(|| EngineError::BadRequest(format!("{} weights", job.weights.len())))?;
        let solver = Solver::new(job.rule, job.steps as usize, SAMPLES, job.seed);
        Ok(Self {
            run,
            net,
            mixer: Mixer::new(job.method),
            positions: vec![solver.x().to_vec()],
            solver,
            grid: field_grid(),
            began_ms: None,
            fields: Vec::new(),
            job,
        })
    }

    /// One step of the solver; the field is asked for along with its first prediction.
    async fn advance(&mut self) -> Result<(), EngineError> {
        let u = self.solver.u();
        let both = [self.solver.x(), &self.grid].concat();
        let mut answer = predict(&self.net, &both, u, &Device::flex()).await?;
        if answer.len() != both.len() || !answer.iter().all(|v| v.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        let field = answer.split_off(self.solver.x().len());
        let arrows = self.grid.iter().zip(field);
        let arrows = arrows.map(|(&x, prediction)| self.mixer.arrow(x, prediction, u));
        self.fields.push(arrows.collect());
        while !self.solver.advance(&answer) {
            answer = predict(&self.net, self.solver.x(), self.solver.u(), &Device::flex()).await?;
        }
        self.positions.push(self.solver.x().to_vec());
        Ok(())
    }

    fn report(&mut self, ms: f64) -> Event {
        let held_out = HeldOut::new(&self.job.cloud, self.job.seed);
        self.fields.extend(self.fields.last().cloned());
        let samples = PlaneSamples {
            distance: held_out.distance(self.solver.x()),
            floor: held_out.floor,
            positions: std::mem::take(&mut self.positions),
            fields: std::mem::take(&mut self.fields),
            ms: ms as f32,
        };
        Event::Report {
            run: self.run,
            report: Report::packed(&PlaneAnswer::Samples(samples)),
        }
    }
}

impl Work for PlaneSampleRun {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let began = *self.began_ms.get_or_insert_with(clock);
        if !self.solver.is_done() {
            self.advance().await?;
            return Ok(Step::Quiet);
        }
        Ok(Step::Last(self.report(clock() - began)))
    }
}

#[cfg(test)]
mod tests;
