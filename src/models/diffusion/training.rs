//! Training: v-prediction with a mean squared error, uniform times, AdamW, weight averaging.
//!
//! One step: draw `t ~ U{1..T}` and `eps ~ N(0, I)` for each picture, make x_t in one jump
//! (DDPM, eq. 4), ask the network for `v = sqrt(alpha_bar) eps - sqrt(1 - alpha_bar) x_0`
//! (Salimans and Ho 2022), and descend the squared error. One label in ten is hidden, so that
//! the same network learns the unconditional model that guidance needs (Ho and Salimans 2022,
//! arXiv:2207.12598).

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand_distr::{Distribution, Uniform};

use crate::data::PIXELS;
use crate::data::mnist::Images;
use crate::nn::checkpoint::{CheckpointError, RunDir, RunState, Which};
use crate::nn::params::FlatParams;
use crate::noise;

use super::schedule::{Schedule, ScheduleKind, T};
use super::unet::{ANY_CLASS, UNet, UNetConfig};

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingConfig {
    /// Size of the network.
    pub unet: UNetConfig,
    /// Pictures to see in all, repeats counted.
    pub images: u64,
    /// Pictures a step.
    pub batch: usize,
    /// Largest learning rate.
    pub learning_rate: f64,
    /// Steps of linear warm-up.
    pub warm_up: u64,
    /// Decay of the weight average.
    pub ema_decay: f32,
    /// Share of labels hidden.
    pub label_drop: f64,
    /// Seed of everything.
    pub seed: u64,
    /// Time between checkpoints.
    pub checkpoint_every: Duration,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            unet: UNetConfig::shipped(),
            images: 300_000,
            batch: 128,
            learning_rate: 1e-3,
            warm_up: 200,
            ema_decay: 0.999,
            label_drop: 0.1,
            seed: 0,
            checkpoint_every: Duration::from_secs(180),
        }
    }
}

/// What a running training tells its caller after each step.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Pictures seen.
    pub images: u64,
    /// Mean loss since the last checkpoint.
    pub loss: f64,
    /// Pictures a second, this session.
    pub speed: f64,
}

/// Trains, or goes on from the last checkpoint with `resume`, until `config.images` are seen or
/// `stop` is set. `on_step` follows the progress; `on_checkpoint` gets the averaged network.
pub fn train(
    config: &TrainingConfig,
    data: &Images,
    run: &RunDir,
    resume: bool,
    stop: &AtomicBool,
    mut on_step: impl FnMut(Report),
    mut on_checkpoint: impl FnMut(&UNet, Report),
) -> Result<(), CheckpointError> {
    let device = Device::flex().autodiff();
    let mut trainer = Trainer::start(config, run, resume, &device)?;
    let (start, began) = (trainer.state.images, Instant::now());
    let seconds_before = trainer.state.seconds;
    let (mut loss_sum, mut losses) = (0.0, 0u32);
    let mut last_save = Instant::now();
    loop {
        let over = trainer.state.images >= trainer.state.planned || stop.load(Ordering::Relaxed);
        if losses > 0 && (over || last_save.elapsed() >= config.checkpoint_every) {
            trainer.state.seconds = seconds_before + began.elapsed().as_secs_f64();
            let ema = trainer.averaged();
            run.save(&trainer.model, &ema, &trainer.optimizer, &trainer.state)?;
            let speed = (trainer.state.images - start) as f64 / began.elapsed().as_secs_f64();
            let loss = loss_sum / f64::from(losses);
            on_checkpoint(&ema, Report { images: trainer.state.images, loss, speed });
            (loss_sum, losses) = (0.0, 0);
            last_save = Instant::now();
        }
        if over {
            return Ok(());
        }
        loss_sum += trainer.step(config, data, &device);
        losses += 1;
        let speed = (trainer.state.images - start) as f64 / began.elapsed().as_secs_f64();
        let loss = loss_sum / f64::from(losses);
        on_step(Report { images: trainer.state.images, loss, speed });
    }
}

/// Everything that changes from step to step.
struct Trainer {
    model: UNet,
    ema: FlatParams,
    optimizer: ModuleOptimizer,
    state: RunState,
    schedule: Schedule,
    /// Order of the pictures in the epoch `order_of`.
    order: Vec<u32>,
    order_of: Option<u64>,
}

impl Trainer {
    fn start(
        config: &TrainingConfig,
        run: &RunDir,
        resume: bool,
        device: &Device,
    ) -> Result<Self, CheckpointError> {
        device.seed(config.seed);
        let shape = format!("{:?}", config.unet);
        let model = config.unet.init(device);
        let optimizer = AdamWConfig::new()
            .with_weight_decay(1e-4)
            .with_epsilon(1e-8)
            .with_grad_clipping(Some(GradientClippingConfig::Norm(1.0)))
            .init();
        let fresh = RunState {
            planned: config.images,
            seed: config.seed,
            config: shape.clone(),
            ..RunState::default()
        };
        let mut trainer = Self {
            ema: FlatParams::of(&model),
            model,
            optimizer,
            state: fresh,
            schedule: Schedule::new(ScheduleKind::Cosine),
            order: Vec::new(),
            order_of: None,
        };
        if resume {
            trainer.state = run.state(&shape)?;
            trainer.state.planned = config.images;
            trainer.model = run.load_module(trainer.model, Which::Model)?;
            let averaged = run.load_module(trainer.model.clone(), Which::Ema)?;
            trainer.ema = FlatParams::of(&averaged);
            trainer.optimizer = run.load_optimizer(trainer.optimizer)?;
        }
        Ok(trainer)
    }

    /// The averaged network, without gradients.
    fn averaged(&self) -> UNet {
        self.ema.put_into(self.model.valid())
    }

    /// One optimiser step; returns the loss.
    fn step(&mut self, config: &TrainingConfig, data: &Images, device: &Device) -> f64 {
        let batch = self.batch(config, data);
        let n = batch.classes.len();
        let picture = |values: Vec<f32>| {
            Tensor::<4>::from_data(TensorData::new(values, [n, 1, 28, 28]), device)
        };
        let t = Tensor::<1>::from_data(TensorData::new(batch.t, [n]), device);
        let class = Tensor::<1, Int>::from_data(TensorData::new(batch.classes, [n]), device);
        let v = self.model.forward(picture(batch.x_t), t, class);
        let error = v - picture(batch.v);
        let loss = error.powi_scalar(2).mean();
        let grads = GradientsParams::from_grads(loss.backward(), &self.model);
        let rate = self.learning_rate(config);
        self.model = self.optimizer.step(rate, self.model.clone(), grads);
        self.state.step += 1;
        self.state.images += n as u64;
        // The average follows closely at first, so that it does not remember the random start.
        let decay = config.ema_decay.min((1 + self.state.step) as f32 / (10 + self.state.step) as f32);
        self.ema.average_in(&self.model, decay);
        loss.into_scalar::<f32>().into()
    }

    /// Linear warm-up, then half a cosine down to a fiftieth.
    fn learning_rate(&self, config: &TrainingConfig) -> f64 {
        let warm = ((self.state.step + 1) as f64 / config.warm_up as f64).min(1.0);
        let progress = self.state.images as f64 / self.state.planned as f64;
        let cosine = 0.5 + 0.5 * (std::f64::consts::PI * progress.min(1.0)).cos();
        config.learning_rate * warm * cosine.max(0.02)
    }

    /// Draws the next batch: every picture once an epoch, fresh times and noise.
    fn batch(&mut self, config: &TrainingConfig, data: &Images) -> Batch {
        let step = self.state.step as u32;
        let mut rng = noise::stream(self.state.seed, STEP_STREAM, step);
        let times = Uniform::new_inclusive(1, T).ok();
        let unit = Uniform::new(0.0, 1.0).ok();
        let mut batch = Batch::default();
        for i in 0..config.batch as u64 {
            let picture = self.picture_at(self.state.images + i, data.len());
            let t = times.map_or(T, |d| d.sample(&mut rng));
            let hidden = unit.is_some_and(|d| d.sample(&mut rng) < config.label_drop);
            let mut eps = vec![0.0; PIXELS];
            noise::fill_normal(&mut rng, &mut eps);
            let (a, s) = (self.schedule.signal(t) as f32, self.schedule.sigma(t) as f32);
            for (x_0, eps) in data.picture(picture).zip(eps) {
                batch.x_t.push(a * x_0 + s * eps);
                batch.v.push(a * eps - s * x_0);
            }
            batch.t.push(t as f32);
            let class = if hidden { ANY_CLASS } else { data.labels[picture].into() };
            batch.classes.push(class as i32);
        }
        batch
    }

    /// Which picture is the `i`-th of the run.
    fn picture_at(&mut self, i: u64, n: usize) -> usize {
        let epoch = i / n as u64;
        if self.order_of != Some(epoch) {
            self.order = (0..n as u32).collect();
            self.order.shuffle(&mut noise::stream(self.state.seed, EPOCH_STREAM, epoch as u32));
            self.order_of = Some(epoch);
        }
        self.order[(i % n as u64) as usize] as usize
    }
}

/// Stream indices of a training run's random numbers.
const STEP_STREAM: u32 = 0;
const EPOCH_STREAM: u32 = 1;

/// One batch on the host.
#[derive(Default)]
struct Batch {
    /// `[n, 28, 28]`
    x_t: Vec<f32>,
    /// `[n, 28, 28]`
    v: Vec<f32>,
    /// `[n]`
    t: Vec<f32>,
    /// `[n]`
    classes: Vec<i32>,
}
