//! Distillation to few steps: a student takes in one step what its teacher takes in several.
//!
//! Progressive distillation (Salimans and Ho 2022, arXiv:2202.00512, algorithm 2), with guidance
//! baked in as Meng et al. 2023 (arXiv:2210.03142) do, in one stage instead of several: the
//! student's 4 steps are compared with the teacher's 16. For a real picture and one of the
//! student's times t, make x_t, let the guided teacher go by DDIM to the student's next time s,
//! and ask which prediction would have led there in one DDIM step:
//!
//! `x_0 = (x_s - (sigma_s / sigma_t) x_t) / (a_s - (sigma_s / sigma_t) a_t)`,
//! `v = (a_t x_t - x_0) / sigma_t`,
//!
//! with `a = sqrt(alpha_bar)`, `sigma = sqrt(1 - alpha_bar)`. The student, which starts with the
//! teacher's weights, descends the squared error to that v.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Bernoulli, Distribution, Uniform};

use super::sampler::Sampler;
use crate::data::PIXELS;
use crate::data::mnist::Images;
use crate::nn::training::Task;
use crate::noise;

use super::sampler::{NoiseSource, Plan, guide};
use super::schedule::{Schedule, ScheduleKind};
use super::unet::{ANY_CLASS, UNet, UNetConfig};

/// Steps of the student.
pub const STEPS: usize = 4;
/// Steps of the teacher for one of the student's.
const FACTOR: usize = 4;
/// Share of labels hidden.
const LABEL_DROP: f64 = 0.1;
/// DDIM adds no noise.
const NO_NOISE: NoiseSource = NoiseSource {
    seed: 0,
    first_index: 0,
};

/// A student learns from a guided teacher.
pub struct DistillationTask {
    teacher: UNet,
    guidance: f32,
    data: Images,
    plan: Plan,
    starts: Uniform<usize>,
    hide: Bernoulli,
}

impl DistillationTask {
    /// Learns from `teacher` (on the CPU) at this guidance, on noised pictures of `data`. `None`
    /// never happens: the distributions' parameters are constants in range.
    pub fn new(teacher: UNet, guidance: f32, data: Images) -> Option<Self> {
        let schedule = Schedule::new(ScheduleKind::Cosine);
        Some(Self {
            teacher,
            guidance,
            data,
            plan: Plan::new(schedule, Sampler::Ddim { eta: 0.0 }, STEPS * FACTOR),
            starts: Uniform::new(0, STEPS).ok()?,
            hide: Bernoulli::new(LABEL_DROP).ok()?,
        })
    }

    /// Draws noisy pictures at the student's times and lets the teacher go on from them.
    fn draw(&self, indices: &[usize], rng: &mut ChaCha8Rng) -> Batch {
        let mut batch = Batch::default();
        let mut eps = vec![0.0; PIXELS];
        for &i in indices {
            let start = self.starts.sample(rng) * FACTOR;
            let hidden = self.hide.sample(rng);
            noise::fill_normal(rng, &mut eps);
            let (a, s) = self.factors(start);
            let noisy = self.data.picture(i).zip(&eps).map(|(x, e)| a * x + s * e);
            batch.x_t.extend(noisy);
            batch.starts.push(start);
            batch.classes.push(if hidden {
                ANY_CLASS as i32
            } else {
                self.data.labels[i].into()
            });
        }
        batch
    }

    /// sqrt(alpha_bar) and sqrt(1 - alpha_bar) after `step` of the teacher's steps.
    fn factors(&self, step: usize) -> (f32, f32) {
        let alpha_bar = self.plan.alpha_bar(step);
        (alpha_bar.sqrt() as f32, (1.0 - alpha_bar).sqrt() as f32)
    }

    /// Where the guided teacher is after [`FACTOR`] steps, `[n, 28, 28]`.
    fn teach(&self, batch: &Batch) -> Vec<f32> {
        let mut x = batch.x_t.clone();
        for k in 0..FACTOR {
            let v = self.guided(&x, batch, k);
            let pictures = x.chunks_mut(PIXELS).zip(v.chunks(PIXELS));
            for ((x, v), start) in pictures.zip(&batch.starts) {
                let opinion = self.plan.opinion(start + k, x, v);
                x.copy_from_slice(&self.plan.advance(start + k, &opinion, None, &NO_NOISE));
            }
        }
        x
    }

    /// The teacher's guided v, `k` steps after each picture's start.
    fn guided(&self, x: &[f32], batch: &Batch, k: usize) -> Vec<f32> {
        let device = Device::flex();
        let n = batch.starts.len();
        let times = batch.starts.iter().map(|s| self.plan.time(s + k) as f32);
        let times: Vec<f32> = times.collect();
        let classes = [batch.classes.clone(), vec![ANY_CLASS as i32; n]].concat();
        let pictures = TensorData::new([x, x].concat(), [2 * n, 1, 28, 28]);
        let times = TensorData::new([&times[..], &times].concat(), [2 * n]);
        let v = self.teacher.forward(
            Tensor::from_data(pictures, &device),
            Tensor::from_data(times, &device),
            Tensor::<1, Int>::from_data(TensorData::new(classes, [2 * n]), &device),
        );
        let mut v: Vec<f32> = v.into_data().iter::<f32>().collect();
        let free = v.split_off(x.len());
        guide(&mut v, &free, self.guidance);
        v
    }

    /// The v with which one DDIM step leads from x_t to `x_s`.
    fn targets(&self, batch: &Batch, x_s: &[f32]) -> Vec<f32> {
        let mut targets = Vec::with_capacity(x_s.len());
        let pictures = batch.x_t.chunks(PIXELS).zip(x_s.chunks(PIXELS));
        for ((x_t, x_s), &start) in pictures.zip(&batch.starts) {
            let (a_t, sigma_t) = self.factors(start);
            let (a_s, sigma_s) = self.factors(start + FACTOR);
            let ratio = sigma_s / sigma_t;
            targets.extend(x_t.iter().zip(x_s).map(|(x_t, x_s)| {
                let x_0 = (x_s - ratio * x_t) / (a_s - ratio * a_t);
                (a_t * x_t - x_0) / sigma_t
            }));
        }
        targets
    }
}

/// One batch on the host.
#[derive(Default)]
struct Batch {
    /// `[n, 28, 28]`
    x_t: Vec<f32>,
    /// `[n]`: how many of the teacher's steps lie before x_t.
    starts: Vec<usize>,
    /// `[n]`
    classes: Vec<i32>,
}

impl Task for DistillationTask {
    type Net = UNet;

    fn init(&self, device: &Device) -> UNet {
        let student = UNetConfig::shipped().init(device);
        student.load_record(self.teacher.clone().into_record())
    }

    fn shape(&self) -> String {
        format!("{:?}", UNetConfig::shipped())
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
        let v = self.targets(&batch, &self.teach(&batch));
        let times = batch.starts.iter().map(|&s| self.plan.time(s) as f32);
        let times = TensorData::new(times.collect::<Vec<_>>(), [n]);
        let pictures = |values: Vec<f32>| {
            Tensor::<4>::from_data(TensorData::new(values, [n, 1, 28, 28]), device)
        };
        let class = Tensor::<1, Int>::from_data(TensorData::new(batch.classes, [n]), device);
        let answer = net.forward(pictures(batch.x_t), Tensor::from_data(times, device), class);
        (answer - pictures(v)).powi_scalar(2).mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::stream;

    fn task() -> DistillationTask {
        let data = Images {
            pixels: (0..2 * PIXELS).map(|i| (i % 251) as u8).collect(),
            labels: vec![7, 2],
        };
        let teacher = UNetConfig::shipped().init(&Device::flex());
        DistillationTask::new(teacher, 1.5, data).expect("constants in range")
    }

    /// One step of the student with the target prediction ends where the teacher ended.
    #[test]
    fn the_target_leads_where_the_teacher_went() {
        let task = task();
        let batch = task.draw(&[0, 1, 0, 1, 0, 1, 0, 1], &mut stream(1, 0, 0));
        let x_s = task.teach(&batch);
        let v = task.targets(&batch, &x_s);
        let schedule = Schedule::new(ScheduleKind::Cosine);
        let student = Plan::new(schedule, Sampler::Ddim { eta: 0.0 }, STEPS);
        let pictures = batch.x_t.chunks(PIXELS).zip(v.chunks(PIXELS));
        for (((x_t, v), x_s), start) in pictures.zip(x_s.chunks(PIXELS)).zip(&batch.starts) {
            let step = start / FACTOR;
            assert_eq!(student.time(step), task.plan.time(*start));
            let opinion = student.opinion(step, x_t, v);
            let end = student.advance(step, &opinion, None, &NO_NOISE);
            for (got, want) in end.iter().zip(x_s) {
                assert!((got - want).abs() < 1e-3, "step {step}: {got} {want}");
            }
        }
    }

    /// A fresh network answers 0, so its loss is the mean square of the targets.
    #[test]
    fn first_loss_is_the_targets_mean_square() {
        let task = task();
        let device = Device::flex();
        let indices = [0, 1, 0, 1];
        let loss = task.loss(
            &task.init(&device),
            &indices,
            0,
            &mut stream(2, 0, 0),
            &device,
        );
        let batch = task.draw(&indices, &mut stream(2, 0, 0));
        let v = task.targets(&batch, &task.teach(&batch));
        let want = v.iter().map(|v| v * v).sum::<f32>() / v.len() as f32;
        let loss = loss.into_scalar::<f32>();
        assert!((loss - want).abs() < 1e-4 * want, "{loss} {want}");
    }
}
