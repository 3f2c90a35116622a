//! Training: v-prediction with a mean squared error at uniform times.
//!
//! For each picture draw `t ~ U{1..T}` and `eps ~ N(0, I)`, make x_t in one jump (DDPM, eq. 4),
//! ask the network for `v = sqrt(alpha_bar) eps - sqrt(1 - alpha_bar) x_0` (Salimans and Ho
//! 2022) and descend the squared error. One label in ten is hidden, so that the same network
//! learns the unconditional model that guidance needs (Ho and Salimans 2022, arXiv:2207.12598).

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Bernoulli, Distribution, Uniform};

use crate::data::PIXELS;
use crate::data::mnist::Images;
use crate::nn::training::Task;
use crate::noise;

use super::schedule::{Schedule, ScheduleKind, T};
use super::unet::{ANY_CLASS, UNet, UNetConfig};

/// Share of labels hidden.
const LABEL_DROP: f64 = 0.1;

/// A class-conditional network learns to denoise a labelled set.
pub struct DiffusionTask {
    unet: UNetConfig,
    data: Images,
    schedule: Schedule,
    times: Uniform<usize>,
    hide: Bernoulli,
}

impl DiffusionTask {
    /// Trains `unet` on `data` with the cosine schedule. `None` never happens: the
    /// distributions' parameters are constants in range.
    pub fn new(unet: UNetConfig, data: Images) -> Option<Self> {
        Some(Self {
            unet,
            data,
            schedule: Schedule::new(ScheduleKind::Cosine),
            times: Uniform::new_inclusive(1, T).ok()?,
            hide: Bernoulli::new(LABEL_DROP).ok()?,
        })
    }

    /// Draws times, noise and hidden labels for the pictures `indices`.
    fn draw(&self, indices: &[usize], rng: &mut ChaCha8Rng) -> Batch {
        let mut batch = Batch::default();
        let mut eps = vec![0.0; PIXELS];
        for &i in indices {
            let t = self.times.sample(rng);
            let hidden = self.hide.sample(rng);
            noise::fill_normal(rng, &mut eps);
            let (a, s) = (
                self.schedule.signal(t) as f32,
                self.schedule.sigma(t) as f32,
            );
            for (x_0, &eps) in self.data.picture(i).zip(&eps) {
                batch.x_t.push(a * x_0 + s * eps);
                batch.v.push(a * eps - s * x_0);
            }
            batch.t.push(t as f32);
            let class = if hidden {
                ANY_CLASS
            } else {
                self.data.labels[i].into()
            };
            batch.classes.push(class as i32);
        }
        batch
    }
}

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

impl Task for DiffusionTask {
    type Net = UNet;

    fn init(&self, device: &Device) -> UNet {
        self.unet.init(device)
    }

    fn shape(&self) -> String {
        format!("{:?}", self.unet)
    }

    fn examples(&self) -> usize {
        self.data.len()
    }

    fn loss(
        &self,
        net: &UNet,
        indices: &[usize],
        _: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1> {
        let n = indices.len();
        let batch = self.draw(indices, rng);
        let pictures = |values: Vec<f32>| {
            Tensor::<4>::from_data(TensorData::new(values, [n, 1, 28, 28]), device)
        };
        let t = Tensor::<1>::from_data(TensorData::new(batch.t, [n]), device);
        let class = Tensor::<1, Int>::from_data(TensorData::new(batch.classes, [n]), device);
        let v = net.forward(pictures(batch.x_t), t, class);
        (v - pictures(batch.v)).powi_scalar(2).mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::stream;

    fn task(n: usize) -> DiffusionTask {
        let data = Images {
            pixels: vec![255; n * PIXELS],
            labels: vec![7; n],
        };
        DiffusionTask::new(UNetConfig::shipped(), data).expect("constants in range")
    }

    /// x_t and v are a rotation of x_0 and eps, so x_0 comes back: here it is all ones.
    #[test]
    fn targets_give_the_picture_back() {
        let task = task(1);
        let batch = task.draw(&[0; 8], &mut stream(1, 0, 0));
        for k in 0..8 {
            let t = batch.t[k] as usize;
            let (a, s) = (
                task.schedule.signal(t) as f32,
                task.schedule.sigma(t) as f32,
            );
            for i in k * PIXELS..(k + 1) * PIXELS {
                let x_0 = a * batch.x_t[i] - s * batch.v[i];
                assert!((x_0 - 1.0).abs() < 1e-4, "t {t}: {x_0}");
            }
        }
    }

    #[test]
    fn a_tenth_of_the_labels_is_hidden_and_times_are_uniform() {
        let batch = task(1).draw(&[0; 2000], &mut stream(2, 0, 0));
        let hidden = batch
            .classes
            .iter()
            .filter(|&&c| c == ANY_CLASS as i32)
            .count();
        assert!((140..260).contains(&hidden), "{hidden}");
        let mean = batch.t.iter().sum::<f32>() / 2000.0;
        assert!((mean - 500.5).abs() < 33.0, "five standard errors: {mean}");
    }

    /// A fresh network answers 0, so its loss is the variance of v.
    #[test]
    fn first_loss_is_the_targets_mean_square() {
        let task = task(4);
        let device = Device::flex();
        let indices = [0, 1, 2, 3];
        let loss = task.loss(
            &task.init(&device),
            &indices,
            0,
            &mut stream(3, 0, 0),
            &device,
        );
        let v = task.draw(&indices, &mut stream(3, 0, 0)).v;
        let want = v.iter().map(|v| v * v).sum::<f32>() / v.len() as f32;
        let loss = loss.into_scalar::<f32>();
        assert!((loss - want).abs() < 1e-4 * want, "{loss} {want}");
    }
}
