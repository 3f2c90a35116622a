//! The judge: a small convolutional classifier of 28x28 pictures.
//!
//! Three convolutions with 2x2 max pooling, 128 ReLU features, 10 logits. Trained with
//! cross-entropy on the real training set; handwriting is shifted by up to two pixels, garments
//! (which lie the same way in all pictures) are mirrored half of the time.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Bernoulli, Distribution, Uniform};

use crate::data::mnist::Images;
use crate::data::{CLASSES, DataSet, PIXELS, SIDE};
use crate::nn::training::Task;

/// Width of the feature layer.
pub const FEATURES: usize = 128;

/// Largest shift of a training picture, pixels.
fn largest_shift(set: DataSet) -> i32 {
    match set {
        DataSet::Mnist => 2,
        DataSet::FashionMnist => 0,
    }
}

/// Share of training pictures that are mirrored.
fn mirrored_share(set: DataSet) -> f64 {
    match set {
        DataSet::Mnist => 0.0,
        DataSet::FashionMnist => 0.5,
    }
}

/// The classifier.
#[derive(Module, Debug)]
pub struct Classifier {
    convs: Vec<Conv2d>,
    features: Linear,
    logits: Linear,
}

impl Classifier {
    /// A classifier with fresh weights.
    pub fn new(device: &Device) -> Self {
        let conv = |from, to| {
            Conv2dConfig::new([from, to], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .init(device)
        };
        Self {
            convs: vec![conv(1, 16), conv(16, 32), conv(32, 64)],
            features: LinearConfig::new(64 * 3 * 3, FEATURES).init(device),
            logits: LinearConfig::new(FEATURES, CLASSES).init(device),
        }
    }

    /// Features `[n, 128]` of pictures `[n, 1, 28, 28]` in `[-1, 1]`.
    pub fn features(&self, x: Tensor<4>) -> Tensor<2> {
        let mut h = x;
        for conv in &self.convs {
            // Sizes 28, 14, 7, 3: the last row and column of the 7x7 map fall away.
            h = max_pool2d(
                relu(conv.forward(h)),
                MaxPoolOptions::new([2, 2]).with_stride([2, 2]),
            );
        }
        relu(self.features.forward(h.flatten(1, 3)))
    }

    /// Logits `[n, 10]` of features `[n, 128]`.
    pub fn logits(&self, features: Tensor<2>) -> Tensor<2> {
        self.logits.forward(features)
    }

    /// Features, most likely class and its probability of many pictures, `[n, 28, 28]` in `[-1, 1]`.
    pub fn judge(&self, pictures: &[f32], device: &Device) -> Judged {
        let mut judged = Judged::default();
        for chunk in pictures.chunks(256 * PIXELS) {
            let n = chunk.len() / PIXELS;
            let x = TensorData::new(chunk.to_vec(), [n, 1, SIDE, SIDE]);
            let features = self.features(Tensor::from_data(x, device));
            let probabilities = softmax(self.logits(features.clone()), 1);
            let confidence = probabilities.clone().max_dim(1).into_data();
            let class = probabilities.argmax(1);
            judged.features.extend(features.into_data().iter::<f32>());
            judged.confidence.extend(confidence.iter::<f32>());
            judged
                .classes
                .extend(class.into_data().iter::<i64>().map(|c| c as u8));
        }
        judged
    }
}

/// What a judge says of n pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// `[n, 128]`
    pub features: Vec<f32>,
    /// `[n]`, `0..=9`
    pub classes: Vec<u8>,
    /// How probable the judge finds that class, `[n]`, `0..=1`
    pub confidence: Vec<f32>,
}

/// A classifier learns a labelled set.
pub struct ClassifierTask {
    data: Images,
    shifts: Uniform<i32>,
    mirrors: Bernoulli,
}

impl ClassifierTask {
    /// The one shape of the classifier, as its checkpoints know it.
    pub const SHAPE: &str = "classifier 16-32-64-128";

    /// Trains on `data`, pictures of `set`. `None` never happens: the ranges are constants.
    pub fn new(data: Images, set: DataSet) -> Option<Self> {
        let shift = largest_shift(set);
        Some(Self {
            data,
            shifts: Uniform::new_inclusive(-shift, shift).ok()?,
            mirrors: Bernoulli::new(mirrored_share(set)).ok()?,
        })
    }
}

impl Task for ClassifierTask {
    type Net = Classifier;

    fn init(&self, device: &Device) -> Classifier {
        Classifier::new(device)
    }

    fn shape(&self) -> String {
        Self::SHAPE.into()
    }

    fn examples(&self) -> usize {
        self.data.len()
    }

    fn loss(
        &self,
        net: &Classifier,
        batch: &[usize],
        _: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1> {
        let n = batch.len();
        let mut pixels = Vec::with_capacity(n * PIXELS);
        for &i in batch {
            let mut picture: Vec<f32> = self.data.picture(i).collect();
            if self.mirrors.sample(rng) {
                picture.chunks_mut(SIDE).for_each(<[f32]>::reverse);
            }
            pixels.extend(shifted(
                &picture,
                self.shifts.sample(rng),
                self.shifts.sample(rng),
            ));
        }
        let labels: Vec<i32> = batch.iter().map(|&i| self.data.labels[i].into()).collect();
        let x = Tensor::from_data(TensorData::new(pixels, [n, 1, SIDE, SIDE]), device);
        let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [n]), device);
        let logits = net.logits(net.features(x));
        CrossEntropyLossConfig::new()
            .init(device)
            .forward(logits, labels)
    }
}

/// A picture moved right by `dx` and down by `dy`; what comes in is background.
fn shifted(picture: &[f32], dx: i32, dy: i32) -> impl Iterator<Item = f32> + '_ {
    let side = SIDE as i32;
    (0..side * side).map(move |i| {
        let (x, y) = (i % side - dx, i / side - dy);
        let inside = (0..side).contains(&x) && (0..side).contains(&y);
        if inside {
            picture[(y * side + x) as usize]
        } else {
            -1.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_move_pixels() {
        let mut picture = vec![-1.0; PIXELS];
        picture[5 * SIDE + 7] = 1.0;
        let moved: Vec<f32> = shifted(&picture, 2, -1).collect();
        let ink: Vec<usize> = (0..PIXELS).filter(|&i| moved[i] > 0.0).collect();
        assert_eq!(ink, [4 * SIDE + 9]);
    }

    #[test]
    fn shapes() {
        let device = Device::flex();
        let net = Classifier::new(&device);
        let judged = net.judge(&vec![0.5; 3 * PIXELS], &device);
        assert_eq!(
            (judged.features.len(), judged.classes.len()),
            (3 * FEATURES, 3)
        );
    }
}
