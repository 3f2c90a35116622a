//! Training: fresh points, times and noise at every step, a mean squared error, Adam.
//!
//! The loss of a batch is the mean over points and coordinates of
//! `(network(x_t, u) - target)^2`; see the table in [`super`]. Times are drawn one in each of n
//! equal strips of `[0, 1]`, which leaves each uniform and the loss less noisy (Kingma et al. 2021,
//! arXiv:2107.00630, appendix I.1).

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

use super::mix::Mixer;
use super::net::shape;
use super::{INPUTS, PlaneTrain, features, streams};
use crate::nn::mlp::{LastLayer, Mlp, rows};
use crate::nn::{NotRead, read};
use crate::noise;

/// One batch on the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Mixtures, `[n, 2]`.
    pub x_t: Vec<f32>,
    /// Noise times, `[n]`.
    pub u: Vec<f32>,
    /// What is to be predicted, `[n, 2]`.
    pub target: Vec<f32>,
}

impl Batch {
    /// The batch of optimiser step `step`.
    pub fn draw(job: &PlaneTrain, mixer: &Mixer, step: u32) -> Self {
        let mut rng = noise::stream(job.seed, streams::BATCHES, step);
        let mut batch = Self::default();
        let mut z = [0.0; 2];
        for i in 0..job.batch {
            let x_0 = job.cloud.draw(&mut rng);
            let within = noise::unit(&mut rng);
            let u = (i as f32 + within) / job.batch as f32;
            noise::fill_normal(&mut rng, &mut z);
            batch.x_t.extend(mixer.mix(&x_0, &z, u));
            let target = |i: usize| mixer.target(x_0[i], z[i], u);
            batch.target.extend([target(0), target(1)]);
            batch.u.push(u);
        }
        batch
    }
}

/// A network in training.
pub struct Trainer {
    job: PlaneTrain,
    mixer: Mixer,
    device: Device,
    net: Mlp,
    optimizer: ModuleOptimizer,
    step: u32,
}

impl Trainer {
    /// With fresh weights; `None` never happens: they are made to measure.
    pub fn new(job: PlaneTrain) -> Option<Self> {
        let shape = shape(job.hidden as usize);
        let device = Device::flex().autodiff();
        let weights = shape.first_weights(job.seed, streams::WEIGHTS, LastLayer::Zero);
        Some(Self {
            mixer: Mixer::new(job.method),
            net: shape.init(&weights, &device)?,
            optimizer: AdamConfig::new().with_epsilon(1e-8).init(),
            device,
            job,
            step: 0,
        })
    }

    /// Optimiser steps done.
    pub fn step_number(&self) -> u32 {
        self.step
    }

    /// One optimiser step; gives its loss.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn step(&mut self) -> Result<f32, NotRead> {
        let batch = Batch::draw(&self.job, &self.mixer, self.step);
        let loss = loss(&self.net, batch, &self.device);
        let value = read(loss.clone()).await?;
        let grads = GradientsParams::from_grads(loss.backward(), &self.net);
        let rate = self.learning_rate();
        // The optimiser takes the network and gives it back.
        self.net = self.optimizer.step(rate, self.net.clone(), grads);
        self.step += 1;
        Ok(value.iter().sum())
    }

    /// Half a cosine, from the job's learning rate to nearly 0.
    fn learning_rate(&self) -> f64 {
        let progress = f64::from(self.step) / f64::from(self.job.steps);
        let cosine = 0.5 + 0.5 * (std::f64::consts::PI * progress).cos();
        f64::from(self.job.learning_rate) * cosine.max(0.01)
    }

    /// The network as it is, without gradients.
    pub fn network(&self) -> Mlp {
        self.net.valid()
    }
}

/// Mean squared error of a batch, `[1]`.
pub fn loss(net: &Mlp, batch: Batch, device: &Device) -> Tensor<1> {
    let input = features(&batch.x_t, |i| batch.u[i]);
    let prediction = net.forward(rows(input, INPUTS, device));
    let error = prediction - rows(batch.target, 2, device);
    (error.clone() * error).mean()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::points::{Cloud, Preset};
    use crate::engine::session::testing::block_on;
    use crate::models::diffusion::plane::Method;

    fn job(method: Method) -> PlaneTrain {
        PlaneTrain {
            cloud: Cloud::Preset(Preset::Ring),
            method,
            steps: 400,
            batch: 128,
            learning_rate: 3e-3,
            hidden: 32,
            seed: 5,
            report_every: 100,
        }
    }

    /// By hand: a fresh network answers 0, so with targets (1, -2) and (0, 3) the loss is
    /// (1 + 4 + 0 + 9) / 4.
    #[test]
    fn loss_of_a_case_by_hand() {
        let device = Device::flex();
        let shape = shape(8);
        let net = shape
            .init(&shape.first_weights(1, 0, LastLayer::Zero), &device)
            .expect("fits");
        let batch = Batch {
            x_t: vec![0.5, 0.5, -1.0, 2.0],
            u: vec![0.2, 0.9],
            target: vec![1.0, -2.0, 0.0, 3.0],
        };
        assert_eq!(block_on(read(loss(&net, batch, &device))), Ok(vec![3.5]));
    }

    /// Mixture and target give the data point back: it lies on the ring.
    #[test]
    fn batches_hold_mixtures_of_the_data() {
        for method in [Method::Ddpm, Method::FlowMatching] {
            let mixer = Mixer::new(method);
            let batch = Batch::draw(&job(method), &mixer, 7);
            assert_eq!(batch, Batch::draw(&job(method), &mixer, 7));
            assert_ne!(batch, Batch::draw(&job(method), &mixer, 8));
            for (i, &u) in batch.u.iter().enumerate() {
                assert!((u * 128.0).floor() == i as f32, "one time in each strip");
                let x_0 = [2 * i, 2 * i + 1].map(|i| {
                    let (x, target) = (batch.x_t[i], batch.target[i]);
                    let (a, b) = mixer.factors(u);
                    match method {
                        Method::Ddpm => a * x - b * target,
                        Method::FlowMatching => x + u * target,
                    }
                });
                let radius = x_0[0].hypot(x_0[1]);
                assert!((radius - 2f32.sqrt()).abs() < 0.4, "{method:?}: {radius}");
            }
        }
    }

    #[test]
    fn training_is_the_same_each_time_and_lowers_the_loss() {
        let run = || {
            let mut trainer = Trainer::new(job(Method::FlowMatching)).expect("starts");
            let losses: Vec<_> = (0..150)
                .map(|_| block_on(trainer.step()).expect("reads"))
                .collect();
            (
                losses,
                block_on(trainer.network().weights()).expect("reads"),
            )
        };
        let (losses, weights) = run();
        assert_eq!((losses.clone(), weights), run());
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
        let (first, last) = (mean(&losses[..10]), mean(&losses[140..]));
        assert!(last < 0.8 * first, "{first} {last}");
    }
}
