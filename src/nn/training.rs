//! The one training loop: shuffled epochs, AdamW, weight averaging, checkpoints, a way to stop.
//!
//! A family brings a [`Task`]: how to make its network and the loss of a batch. Two networks that
//! learn against each other are a [`Learner`] of their own. Everything random draws from a stream
//! named by the step, so a resumed run goes on as it would have.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::grad_clipping::GradientClippingConfig;
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::checkpoint::{CheckpointError, RunDir, RunState, Which};
use super::params::FlatParams;
use crate::noise;

/// What is trained.
pub trait Task {
    /// The network.
    type Net: Module;

    /// A network with fresh weights.
    fn init(&self, device: &Device) -> Self::Net;

    /// The network's configuration as text: a checkpoint of another one is refused.
    fn shape(&self) -> String;

    /// Number of training examples.
    fn examples(&self) -> usize;

    /// Mean loss over the examples `batch` (indices) in step `step` of the run, from 0; `[1]`.
    fn loss(
        &self,
        net: &Self::Net,
        batch: &[usize],
        step: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1>;

    /// What makes gradients into steps.
    fn optimizer(&self) -> ModuleOptimizer {
        optimizer()
    }
}

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Examples to see in all, repeats counted.
    pub images: u64,
    /// Examples a step.
    pub batch: usize,
    /// Largest learning rate.
    pub learning_rate: f64,
    /// Steps of linear warm-up.
    pub warm_up: u64,
    /// Decay of the weight average a step.
    pub ema_decay: f32,
    /// Seed of everything.
    pub seed: u64,
    /// Time between checkpoints.
    pub checkpoint_every: Duration,
    /// The commit of the sources, for the record.
    pub commit: String,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            images: 300_000,
            batch: 128,
            learning_rate: 1e-3,
            warm_up: 200,
            ema_decay: 0.999,
            seed: 0,
            checkpoint_every: Duration::from_secs(180),
            commit: "unknown".into(),
        }
    }
}

/// What a running training tells its caller after each step.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Examples seen.
    pub images: u64,
    /// Mean loss since the last checkpoint.
    pub loss: f64,
    /// Examples a second, this session.
    pub speed: f64,
}

/// Who follows a training.
pub trait Observer<M> {
    /// After every step.
    fn step(&mut self, report: Report);
    /// After every checkpoint, with the averaged network.
    fn checkpoint(&mut self, net: &M, report: Report);
}

/// Trains, or goes on from the last checkpoint with `resume`, until `recipe.images` are seen or
/// `stop` is set; a last checkpoint is written either way.
pub fn train<T: Task>(
    task: &T,
    recipe: &Recipe,
    run: &RunDir,
    resume: bool,
    stop: &AtomicBool,
    observer: &mut impl Observer<T::Net>,
) -> Result<(), CheckpointError> {
    let mut trainer = Trainer::start(task, recipe, run, resume)?;
    learn(&mut trainer, recipe, run, stop, observer)
}

/// Whatever learns step by step.
pub trait Learner {
    /// What it makes, to look at.
    type Net;

    /// Where its run stands.
    fn state(&mut self) -> &mut RunState;

    /// One step; returns its loss.
    fn step(&mut self) -> f64;

    /// Writes a checkpoint; returns what it has learned, averaged.
    fn save(&self, run: &RunDir) -> Result<Self::Net, CheckpointError>;
}

/// The loop around a learner, until `recipe.images` are seen or `stop` is set; a last checkpoint
/// is written either way.
pub fn learn<L: Learner>(
    learner: &mut L,
    recipe: &Recipe,
    run: &RunDir,
    stop: &AtomicBool,
    observer: &mut impl Observer<L::Net>,
) -> Result<(), CheckpointError> {
    let mut meter = Meter::new(learner.state());
    loop {
        let images = learner.state().images;
        let over = images >= recipe.images || stop.load(Ordering::Relaxed);
        if meter.steps > 0 && (over || meter.since.elapsed() >= recipe.checkpoint_every) {
            learner.state().seconds = meter.seconds();
            let averaged = learner.save(run)?;
            observer.checkpoint(&averaged, meter.report(images));
            meter.restart();
        }
        if over {
            return Ok(());
        }
        meter.add(learner.step());
        observer.step(meter.report(learner.state().images));
    }
}

/// Loss and speed.
struct Meter {
    first_image: u64,
    seconds_before: f64,
    began: Instant,
    since: Instant,
    loss_sum: f64,
    steps: u32,
}

impl Meter {
    fn new(state: &RunState) -> Self {
        let now = Instant::now();
        Self {
            first_image: state.images,
            seconds_before: state.seconds,
            began: now,
            since: now,
            loss_sum: 0.0,
            steps: 0,
        }
    }

    fn add(&mut self, loss: f64) {
        self.loss_sum += loss;
        self.steps += 1;
    }

    fn restart(&mut self) {
        (self.loss_sum, self.steps, self.since) = (0.0, 0, Instant::now());
    }

    fn seconds(&self) -> f64 {
        self.seconds_before + self.began.elapsed().as_secs_f64()
    }

    fn report(&self, images: u64) -> Report {
        Report {
            images,
            loss: self.loss_sum / f64::from(self.steps.max(1)),
            speed: (images - self.first_image) as f64 / self.began.elapsed().as_secs_f64(),
        }
    }
}

/// The optimiser of a task that names no other, before its first step.
pub fn optimizer() -> ModuleOptimizer {
    AdamWConfig::new()
        .with_weight_decay(1e-4)
        .with_epsilon(1e-8)
        .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)))
        .init()
}

/// A loss `[1]` of this value whose gradient by a network's parameters is already known: for what is
/// differentiated by hand.
pub fn with_gradient<M: Module>(net: &M, gradient: &FlatParams, value: f32) -> Tensor<1> {
    struct Sum<'a>(&'a FlatParams, Option<Tensor<1>>);
    impl ModuleVisitor for Sum<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let Some(gradient) = self.0.0.get(&param.id) else {
                return;
            };
            let at = param.val();
            let data = TensorData::new(gradient.clone(), at.shape());
            let term = (at.clone() * Tensor::from_data(data, &at.device())).sum();
            self.1 = Some(match self.1.take() {
                Some(sum) => sum + term,
                None => term,
            });
        }
    }
    let mut sum = Sum(gradient, None);
    net.visit(&mut sum);
    let sum = sum.1.expect("a gradient by none of its parameters");
    let rest = sum.clone().detach().neg() + value;
    sum + rest
}

/// A task under way.
struct Trainer<'a, T: Task> {
    task: &'a T,
    recipe: &'a Recipe,
    device: Device,
    net: T::Net,
    ema: FlatParams,
    optimizer: ModuleOptimizer,
    state: RunState,
    order: Order,
}

impl<'a, T: Task> Trainer<'a, T> {
    fn start(
        task: &'a T,
        recipe: &'a Recipe,
        run: &RunDir,
        resume: bool,
    ) -> Result<Self, CheckpointError> {
        let device = Device::flex().autodiff();
        device.seed(recipe.seed);
        let net = task.init(&device);
        let mut trainer = Self {
            task,
            recipe,
            device,
            ema: FlatParams::of(&net),
            net,
            optimizer: task.optimizer(),
            state: RunState::begin(recipe.seed, &recipe.commit, task.shape()),
            order: Order::default(),
        };
        if resume {
            trainer.state = run.state(&task.shape())?;
            trainer.net = run.load_module(trainer.net, Which::Model)?;
            let averaged = run.load_module(trainer.net.clone(), Which::Ema)?;
            trainer.ema = FlatParams::of(&averaged);
            trainer.optimizer = run.load_optimizer(trainer.optimizer)?;
        }
        trainer.state.plan(recipe.images);
        Ok(trainer)
    }

    /// Linear warm-up, then half a cosine down to a fiftieth.
    fn learning_rate(&self) -> f64 {
        let recipe = self.recipe;
        let warm = ((self.state.step + 1) as f64 / recipe.warm_up as f64).min(1.0);
        let progress = self.state.images as f64 / recipe.images as f64;
        let cosine = 0.5 + 0.5 * (std::f64::consts::PI * progress.min(1.0)).cos();
        recipe.learning_rate * warm * cosine.max(0.02)
    }
}

impl<T: Task> Learner for Trainer<'_, T> {
    type Net = T::Net;

    fn state(&mut self) -> &mut RunState {
        &mut self.state
    }

    fn step(&mut self) -> f64 {
        let batch = self
            .order
            .next_batch(&self.state, self.recipe.batch, self.task.examples());
        let mut rng = step_stream(&self.state);
        let step = self.state.step;
        let loss = self
            .task
            .loss(&self.net, &batch, step, &mut rng, &self.device);
        let grads = GradientsParams::from_grads(loss.backward(), &self.net);
        let rate = self.learning_rate();
        self.net = self.optimizer.step(rate, self.net.clone(), grads);
        self.state.step += 1;
        self.state.images += batch.len() as u64;
        let decay = self.recipe.ema_decay_after(self.state.step);
        self.ema.average_in(&self.net, decay);
        loss.into_scalar::<f32>().into()
    }

    fn save(&self, run: &RunDir) -> Result<T::Net, CheckpointError> {
        let averaged = self.ema.put_into(self.net.valid());
        run.save(&self.net, &averaged, &self.optimizer, &self.state)?;
        Ok(averaged)
    }
}

impl Recipe {
    /// Decay of the average in step `step`, from 1: it follows closely at first, so that it does
    /// not remember the random start.
    pub fn ema_decay_after(&self, step: u64) -> f32 {
        let early = (1 + step) as f32 / (10 + step) as f32;
        self.ema_decay.min(early)
    }
}

/// Random numbers of a run's next step.
pub fn step_stream(state: &RunState) -> ChaCha8Rng {
    noise::stream(state.seed, STEP_STREAM, state.step as u32)
}

/// In which order a run sees its examples: every one once an epoch, each time in a new order.
#[derive(Debug, Default)]
pub struct Order {
    /// Of the present epoch.
    order: Vec<u32>,
    epoch: Option<u64>,
}

impl Order {
    /// The next `batch` examples of a run that has seen `state.images` of `examples`.
    pub fn next_batch(&mut self, state: &RunState, batch: usize, examples: usize) -> Vec<usize> {
        let range = state.images..state.images + batch as u64;
        range.map(|i| self.at(state.seed, i, examples)).collect()
    }

    /// Which example is the `i`-th of a run.
    fn at(&mut self, seed: u64, i: u64, n: usize) -> usize {
        let epoch = i / n as u64;
        if self.epoch != Some(epoch) {
            self.order = (0..n as u32).collect();
            let mut rng = noise::stream(seed, EPOCH_STREAM, epoch as u32);
            self.order.shuffle(&mut rng);
            self.epoch = Some(epoch);
        }
        self.order[(i % n as u64) as usize] as usize
    }
}

/// Stream indices of a run's random numbers.
const STEP_STREAM: u32 = 0;
const EPOCH_STREAM: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::{Linear, LinearConfig};

    /// Learns `y = 2 x - 1`.
    struct Line;

    impl Task for Line {
        type Net = Linear;
        fn init(&self, device: &Device) -> Linear {
            LinearConfig::new(1, 1).init(device)
        }
        fn shape(&self) -> String {
            "line".into()
        }
        fn examples(&self) -> usize {
            10
        }
        fn loss(
            &self,
            net: &Linear,
            batch: &[usize],
            _: u64,
            _: &mut ChaCha8Rng,
            device: &Device,
        ) -> Tensor<1> {
            let n = batch.len();
            let x: Vec<f32> = batch.iter().map(|&i| i as f32 / 5.0 - 1.0).collect();
            let x = Tensor::<2>::from_data(TensorData::new(x, [n, 1]), device);
            let y = x.clone() * 2.0 - 1.0;
            (net.forward(x) - y).powi_scalar(2).mean()
        }
    }

    #[test]
    fn a_known_gradient_is_passed_on() {
        let device = Device::flex().autodiff();
        let net: Linear = LinearConfig::new(2, 1).init(&device);
        let mut gradient = FlatParams::default();
        gradient.0.insert(net.weight.id, vec![3.0, -0.5]);
        let loss = with_gradient(&net, &gradient, 7.25);
        assert!((loss.clone().into_scalar::<f32>() - 7.25).abs() < 1e-5);
        let given = net.weight.val().grad(&loss.backward()).expect("learns");
        assert_eq!(
            given.into_data().try_into_vec().ok(),
            Some(vec![3.0_f32, -0.5])
        );
    }

    #[derive(Default)]
    struct Last(Option<Report>);
    impl Observer<Linear> for Last {
        fn step(&mut self, report: Report) {
            self.0 = Some(report);
        }
        fn checkpoint(&mut self, _: &Linear, _: Report) {}
    }

    fn recipe(images: u64) -> Recipe {
        Recipe {
            images,
            batch: 5,
            learning_rate: 0.05,
            warm_up: 1,
            ema_decay: 0.5,
            checkpoint_every: Duration::from_secs(3600),
            ..Recipe::default()
        }
    }

    fn go(dir: &std::path::Path, images: u64, resume: bool, stop: bool) -> RunDir {
        let run = RunDir::open(dir, "line").expect("opens");
        let stop = AtomicBool::new(stop);
        let commit = if resume { "second" } else { "first" };
        let recipe = Recipe {
            commit: commit.into(),
            ..recipe(images)
        };
        train(&Line, &recipe, &run, resume, &stop, &mut Last::default()).expect("trains");
        run
    }

    fn scratch(name: &str) -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("genscope-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        dir
    }

    #[test]
    fn learns_and_keeps_what_it_learned() {
        let dir = scratch("train");
        let run = go(&dir, 2000, false, false);
        let device = Device::flex();
        let net = run
            .load_module(Line.init(&device), Which::Ema)
            .expect("loads");
        let y = net
            .forward(Tensor::<2>::from_floats([[0.5]], &device))
            .into_scalar::<f32>();
        assert!(y.abs() < 0.01, "2 * 0.5 - 1 is 0, not {y}");
        let state = run.state("line").expect("same shape");
        assert_eq!((state.step, state.images), (400, 2000));
        assert!(matches!(
            run.state("circle"),
            Err(CheckpointError::OtherShape { .. })
        ));
        std::fs::remove_dir_all(dir).expect("cleans up");
    }

    #[test]
    fn a_stopped_run_goes_on() {
        let dir = scratch("resume");
        go(&dir, 100, false, false);
        let run = go(&dir, 200, true, false);
        let state = run.state("line").expect("state");
        assert_eq!((state.step, state.commit.as_str()), (40, "first"));
        assert_eq!((state.planned_before, state.planned), (vec![100], 200));
        // Stopped before its first step: nothing to save, the checkpoint stays.
        let run = go(&dir, 300, true, true);
        assert_eq!(run.state("line").expect("state").step, 40);
        std::fs::remove_dir_all(dir).expect("cleans up");
    }

    #[test]
    fn an_epoch_visits_every_example_once() {
        let mut order = Order::default();
        let mut first: Vec<_> = (0..10).map(|i| order.at(7, i, 10)).collect();
        let second: Vec<_> = (10..20).map(|i| order.at(7, i, 10)).collect();
        assert_ne!(first, second);
        first.sort_unstable();
        assert_eq!(first, (0..10).collect::<Vec<_>>());
    }
}
