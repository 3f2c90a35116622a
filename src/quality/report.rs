//! All figures about a set of generated pictures, beside their floors.

use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::index::sample;
use serde::Serialize;

use super::classifier::{Classifier, FEATURES, Judged};
use super::distance::{Features, frechet, frechet_sd, kernel};
use crate::data::mnist::Images;
use crate::data::{CLASSES, PIXELS};
use crate::noise;

/// Subsets of the kernel distance, and their size.
const KID_SUBSETS: u32 = 50;
const KID_SIZE: usize = 500;

/// Pictures compared with every training picture.
const MEMORY_SAMPLES: usize = 500;

/// What a set of samples is worth. Distances are to the real test set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Number of samples.
    pub samples: usize,
    /// Share in which the judge reads the intended class.
    pub class_accuracy: f64,
    /// The worst class's share.
    pub worst_class_accuracy: f64,
    /// How often the judge reads each class.
    pub class_histogram: [u32; CLASSES],
    /// Fréchet distance of the judge's features.
    pub classifier_fid: f64,
    /// The same, of as many real training pictures.
    pub classifier_fid_floor: f64,
    /// Kernel distance of the judge's features: mean and sd over subsets.
    pub kid: f64,
    /// See `kid`.
    pub kid_sd: f64,
    /// The same, of as many real training pictures.
    pub kid_floor: f64,
    /// See `kid_floor`.
    pub kid_floor_sd: f64,
    /// Median Euclidean distance of a sample to the nearest training picture (pixels in
    /// `[-1, 1]`): far below the floor would be memorising.
    pub nearest_training: f64,
    /// The same, of real test pictures.
    pub nearest_training_floor: f64,
    /// The judge's own accuracy on the real test set.
    pub judge_accuracy: f64,
}

/// The figures of a [`Report`] that a curve needs; quick to get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brief {
    /// See [`Report::class_accuracy`].
    pub class_accuracy: f64,
    /// See [`Report::classifier_fid`].
    pub classifier_fid: f64,
    /// See [`Report::classifier_fid_floor`].
    pub classifier_fid_floor: f64,
    /// How far chance moves it, by the bootstrap.
    pub classifier_fid_sd: f64,
}

/// Draws of a bootstrap.
const RESAMPLES: u32 = 40;

/// What samples are worth of which no class was asked. Distances are to the real test set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Free {
    /// Number of samples.
    pub samples: usize,
    /// Share in which the judge reads some class with a probability over [`CONFIDENT`].
    pub confident: f64,
    /// The same, of the real test set.
    pub confident_floor: f64,
    /// How often the judge reads each class.
    pub class_histogram: [u32; CLASSES],
    /// See [`Report::classifier_fid`].
    pub classifier_fid: f64,
    /// See [`Report::kid`].
    pub kid: f64,
    /// See [`Report::kid`].
    pub kid_sd: f64,
    /// See [`Report::kid_floor`].
    pub kid_floor: f64,
}

/// A judge more certain than this is confident.
pub const CONFIDENT: f32 = 0.9;

/// The judge, and what it says of the real data.
pub struct Court<'a> {
    judge: Classifier,
    device: Device,
    train: &'a Images,
    test_pictures: Vec<f32>,
    test_features: Features,
    judge_accuracy: f64,
    confident: f64,
}

impl<'a> Court<'a> {
    /// Judges the real test set once, for every later comparison.
    pub fn new(judge: Classifier, train: &'a Images, test: &Images) -> Self {
        let device = Device::flex();
        let test_pictures = pictures(test, 0..test.len());
        let judged = judge.judge(&test_pictures, &device);
        Self {
            judge_accuracy: accuracy(&judged.classes, &test.labels),
            test_features: features(&judged),
            confident: confident(&judged),
            judge,
            device,
            train,
            test_pictures,
        }
    }

    /// Only accuracy, Fréchet distance and its floor; see [`Self::report`].
    pub fn brief(&self, samples: &[f32], labels: &[u8], seed: u64) -> Brief {
        let judged = self.judge.judge(samples, &self.device);
        let real = self.real(labels.len(), seed);
        let fake = features(&judged);
        Brief {
            class_accuracy: accuracy(&judged.classes, labels),
            classifier_fid: frechet(&fake, &self.test_features),
            classifier_fid_sd: frechet_sd(&fake, &self.test_features, RESAMPLES, seed),
            classifier_fid_floor: frechet(&real, &self.test_features),
        }
    }

    /// Judges `samples`, `[n, 28, 28]` in `[-1, 1]`, that may be of any class.
    pub fn free(&self, samples: &[f32], seed: u64) -> Free {
        let judged = self.judge.judge(samples, &self.device);
        let n = judged.classes.len();
        let fake = features(&judged);
        let (kid, kid_sd) = self.kid(&fake, seed);
        Free {
            samples: n,
            confident: confident(&judged),
            confident_floor: self.confident,
            class_histogram: histogram(&judged.classes),
            classifier_fid: frechet(&fake, &self.test_features),
            kid,
            kid_sd,
            kid_floor: self.kid(&self.real(n, seed), seed).0,
        }
    }

    fn kid(&self, features: &Features, seed: u64) -> (f64, f64) {
        kernel(features, &self.test_features, KID_SUBSETS, KID_SIZE, seed)
    }

    /// Features of `n` real training pictures.
    fn real(&self, n: usize, seed: u64) -> Features {
        let drawn = sample(&mut noise::stream(seed, 1, 0), self.train.len(), n).into_vec();
        let real = pictures(self.train, drawn.iter().copied());
        features(&self.judge.judge(&real, &self.device))
    }

    /// Judges `samples`, `[n, 28, 28]` in `[-1, 1]`, meant to be `labels`.
    pub fn report(&self, samples: &[f32], labels: &[u8], seed: u64) -> Report {
        let n = labels.len();
        let judged = self.judge.judge(samples, &self.device);
        let real = self.real(n, seed);
        let fake = features(&judged);
        let (kid_mean, kid_sd) = self.kid(&fake, seed);
        let (kid_floor, kid_floor_sd) = self.kid(&real, seed);
        Report {
            samples: n,
            class_accuracy: accuracy(&judged.classes, labels),
            worst_class_accuracy: worst_class(&judged.classes, labels),
            class_histogram: histogram(&judged.classes),
            classifier_fid: frechet(&fake, &self.test_features),
            classifier_fid_floor: frechet(&real, &self.test_features),
            kid: kid_mean,
            kid_sd,
            kid_floor,
            kid_floor_sd,
            nearest_training: self.nearest(samples),
            nearest_training_floor: self.nearest(&self.test_pictures),
            judge_accuracy: self.judge_accuracy,
        }
    }

    /// Median distance of the first pictures to their nearest training picture.
    fn nearest(&self, samples: &[f32]) -> f64 {
        let n = (samples.len() / PIXELS).min(MEMORY_SAMPLES);
        let a = TensorData::new(samples[..n * PIXELS].to_vec(), [n, PIXELS]);
        let a = Tensor::<2>::from_data(a, &self.device);
        let norm_a = a.clone().powi_scalar(2).sum_dim(1);
        let mut best = vec![f32::INFINITY; n];
        for first in (0..self.train.len()).step_by(5000) {
            let last = (first + 5000).min(self.train.len());
            let b = TensorData::new(pictures(self.train, first..last), [last - first, PIXELS]);
            let b = Tensor::<2>::from_data(b, &self.device).transpose();
            let norm_b = b.clone().powi_scalar(2).sum_dim(0);
            let d2 = norm_a.clone() + norm_b - a.clone().matmul(b) * 2.0;
            for (best, d2) in best.iter_mut().zip(d2.min_dim(1).into_data().iter::<f32>()) {
                *best = best.min(d2.max(0.0));
            }
        }
        best.sort_by(f32::total_cmp);
        f64::from(best[n / 2]).sqrt()
    }
}

fn pictures(images: &Images, indices: impl Iterator<Item = usize>) -> Vec<f32> {
    indices.flat_map(|i| images.picture(i)).collect()
}

fn features(judged: &Judged) -> Features {
    Features::new(&judged.features, FEATURES)
}

fn confident(judged: &Judged) -> f64 {
    let sure = judged.confidence.iter().filter(|c| **c > CONFIDENT).count();
    sure as f64 / judged.confidence.len() as f64
}

fn accuracy(read: &[u8], meant: &[u8]) -> f64 {
    let right = read.iter().zip(meant).filter(|(r, m)| r == m).count();
    right as f64 / meant.len() as f64
}

fn worst_class(read: &[u8], meant: &[u8]) -> f64 {
    (0..CLASSES as u8)
        .filter_map(|class| {
            let of: Vec<_> = read
                .iter()
                .zip(meant)
                .filter(|(_, m)| **m == class)
                .collect();
            let right = of.iter().filter(|(r, _)| **r == class).count();
            (!of.is_empty()).then(|| right as f64 / of.len() as f64)
        })
        .fold(1.0, f64::min)
}

fn histogram(read: &[u8]) -> [u32; CLASSES] {
    let mut counts = [0; CLASSES];
    for &class in read {
        counts[usize::from(class)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting() {
        let (read, meant) = ([1, 1, 2, 0], [1, 2, 2, 0]);
        assert_eq!(accuracy(&read, &meant), 0.75);
        assert_eq!(worst_class(&read, &meant), 0.5);
        assert_eq!(histogram(&read)[..3], [1, 2, 1]);
    }

    /// A 'generator' that copies training pictures is as close to them as can be.
    #[test]
    fn copies_are_found() {
        let pixels = (0..20 * PIXELS).map(|i| (i * 37 % 251) as u8).collect();
        let train = Images {
            pixels,
            labels: (0..20).map(|i| i % 10).collect(),
        };
        let pixels = (0..20 * PIXELS).map(|i| (i * 91 % 241) as u8).collect();
        let test = Images {
            pixels,
            labels: train.labels.clone(),
        };
        let court = Court::new(Classifier::new(&Device::flex()), &train, &test);
        let copies = pictures(&train, 0..10);
        assert!(court.nearest(&copies) < 0.1);
        assert!(court.nearest(&court.test_pictures) > 1.0);
    }
}
