//! What a network answers to a fixed question: recorded when weights are packed, compared
//! whenever they are loaded in a test.

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::data::{PIXELS, SIDE};
use crate::models::diffusion::unet::{ANY_CLASS, UNet};
use crate::models::gan::image::{GanPair, noise_vector};
use crate::models::pixel::Pixels;
use crate::models::pixel::cnn::PixelCnn;
use crate::models::pixel::rnn::PixelRnn;
use crate::models::text::net::Transformer;
use crate::models::vae::net::Vae;
use crate::models::vae::random_code;
use crate::models::wave;
use crate::models::wave::net::WaveNet;
use crate::noise::{self, INITIAL_DRAW};

/// Times and classes of the pictures of pure noise a denoiser is asked about.
const QUESTIONS: [(f32, usize); 4] = [(1000.0, 3), (700.0, 8), (300.0, ANY_CLASS), (20.0, 0)];
/// Classes of the fakes a generator is asked for.
const DIGITS: [u8; 4] = [3, 8, 0, 7];
/// Seed of their noise.
const SEED: u64 = 2021;
/// Every so many values of the answer are kept.
const STRIDE: usize = 49;

/// A recorded answer, `tests/data/<model id>.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// SHA-256 of the weights file, as in the manifest.
    pub sha256: String,
    /// Every 49th value of v for four pictures; of a GAN, of four fakes, and their scores; of an
    /// autoencoder, of four pictures of random codes, and four codes; of a Transformer, of every 240th
    /// logit of a text.
    pub v: Vec<f32>,
}

/// A network, on the CPU, that can be asked.
pub trait Answers {
    /// What it answers.
    fn answer(&self) -> Vec<f32>;
}

impl Answers for UNet {
    fn answer(&self) -> Vec<f32> {
        let device = Device::flex();
        let n = QUESTIONS.len();
        let x: Vec<f32> = (0..n as u32)
            .flat_map(|i| noise::normal(SEED, i, INITIAL_DRAW, PIXELS))
            .collect();
        let x = Tensor::<4>::from_data(TensorData::new(x, [n, 1, SIDE, SIDE]), &device);
        let t = Tensor::<1>::from_floats(QUESTIONS.map(|(t, _)| t), &device);
        let class = Tensor::<1, Int>::from_ints(QUESTIONS.map(|(_, class)| class as i32), &device);
        let v = self.forward(x, t, class).into_data();
        v.iter::<f32>().step_by(STRIDE).collect()
    }
}

/// A picture of all levels for a network of pixels.
fn levels(count: u32) -> Vec<u8> {
    let level = |i: u32| (i * i / 31 % count) as u8;
    (0..PIXELS as u32).map(level).collect()
}

fn of_pixels(net: &impl Pixels) -> Vec<f32> {
    let levels = levels(net.shape().levels);
    let logits = |class: u8| net.logits(&levels, &[class]).into_data();
    let all = DIGITS.map(|class| logits(class).iter::<f32>().collect::<Vec<_>>());
    all.concat().into_iter().step_by(2 * STRIDE).collect()
}

impl Answers for PixelCnn {
    fn answer(&self) -> Vec<f32> {
        of_pixels(self)
    }
}

impl Answers for PixelRnn {
    fn answer(&self) -> Vec<f32> {
        of_pixels(self)
    }
}

/// A text of all tokens for a Transformer to go on with.
const TEXT: std::ops::Range<u16> = 40..240;

impl Answers for Transformer {
    fn answer(&self) -> Vec<f32> {
        let tokens: Vec<u16> = TEXT.map(|i| i * 37 % self.vocabulary() as u16).collect();
        let ids: Vec<i32> = tokens.into_iter().map(i32::from).collect();
        let ids = TensorData::new(ids, [1, TEXT.len()]);
        let logits = self.forward(Tensor::<2, Int>::from_data(ids, &Device::flex()));
        let rare = STRIDE * STRIDE;
        logits
            .into_data()
            .iter::<f32>()
            .step_by(rare / 10)
            .collect()
    }
}

/// A WaveNet of its shape.
pub struct Asked<'a>(pub &'a WaveNet, pub wave::Shape);

impl Answers for Asked<'_> {
    fn answer(&self) -> Vec<f32> {
        let Self(net, shape) = self;
        let codes: Vec<u8> = (0..600u32).map(|i| (128 + i * i / 31 % 90) as u8).collect();
        let asked = shape.asked(shape.choices() / 2).expect("one of them");
        let logits = net.forward(&codes, &[(asked, 0)], *shape);
        let logits = logits.into_data();
        logits.iter::<f32>().step_by(STRIDE * STRIDE / 10).collect()
    }
}

impl Answers for GanPair {
    fn answer(&self) -> Vec<f32> {
        let z: Vec<f32> = (0..DIGITS.len() as u32)
            .flat_map(|i| noise_vector(SEED, i))
            .collect();
        let fakes = self.fakes(&z, &DIGITS);
        let scores = self.scores(fakes.clone(), &DIGITS).into_data();
        let fakes = fakes.into_data();
        let pixels = fakes.iter::<f32>().step_by(STRIDE);
        pixels.chain(scores.iter::<f32>()).collect()
    }
}

impl Answers for Vae {
    fn answer(&self) -> Vec<f32> {
        let device = Device::flex();
        let (n, size) = (QUESTIONS.len(), self.code_size());
        let grey = |v: f32| (0.5 + 0.5 * v).clamp(0.0, 1.0);
        let picture = |i| {
            noise::normal(SEED, i, INITIAL_DRAW, PIXELS)
                .into_iter()
                .map(grey)
        };
        let x: Vec<f32> = (0..n as u32).flat_map(picture).collect();
        let x = Tensor::<4>::from_data(TensorData::new(x, [n, 1, SIDE, SIDE]), &device);
        let z: Vec<f32> = (0..n as u32)
            .flat_map(|i| random_code(SEED, i, size))
            .collect();
        let z = Tensor::<2>::from_data(TensorData::new(z, [n, size]), &device);
        let ink = self.ink(z).into_data();
        let code = self.encode(x);
        let [mean, log_variance] = [code.mean, code.log_variance].map(Tensor::into_data);
        let pixels = ink.iter::<f32>().step_by(STRIDE);
        pixels
            .chain(mean.iter::<f32>())
            .chain(log_variance.iter::<f32>())
            .collect()
    }
}

/// The largest difference of two answers, relative to the root mean square of `recorded`.
pub fn difference(answer: &[f32], recorded: &[f32]) -> f32 {
    if answer.len() != recorded.len() || recorded.is_empty() {
        return f32::INFINITY;
    }
    let square: f32 = recorded.iter().map(|v| v * v).sum();
    let rms = (square / recorded.len() as f32).sqrt();
    let largest = answer
        .iter()
        .zip(recorded)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    largest / rms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_relative() {
        assert_eq!(difference(&[2.0, 2.0], &[2.0, 2.0]), 0.0);
        assert_eq!(difference(&[2.0, 3.0], &[2.0, 2.0]), 0.5);
        assert_eq!(difference(&[2.0], &[2.0, 2.0]), f32::INFINITY);
    }
}
