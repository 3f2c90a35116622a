//! `lab uses`: what codes are good for, measured ahead with the weights that ship; the page shows
//! it.

mod odd;
pub(super) mod reader;
mod scribble;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use image::codecs::png::FilterType;
use rand::seq::index::sample;

use super::source::{Weights, manifest, vae};
use super::vae::{codes, restored};
use super::{Folders, ModelId, pictures};
use crate::data::mnist::{Images, Split};
use crate::data::{DataSet, PIXELS};
use crate::models::vae::net::Vae;
use crate::noise;
use crate::quality::uses::{Others, Reader, SQUEEZED, Squeezed, USES_PATH, Uses, rounded};
use odd::Scores;
use reader::{Examples, Reader as Linear};

/// The models that are looked at, the first one for what does not belong too.
const MODELS: [ModelId; 4] = [
    ModelId::VaeMnist16,
    ModelId::AeMnist16,
    ModelId::VaeMnist2,
    ModelId::AeMnist2,
];
/// Those whose codes are read.
const READ: [(usize, &str); 3] = [
    (0, "code of 16 numbers, variational"),
    (1, "code of 16 numbers, autoencoder"),
    (2, "code of 2 numbers, variational"),
];
/// Labelled digits, and how often so many of them are drawn.
const SIZES: [(usize, u32); 3] = [(100, 5), (1000, 5), (60_000, 1)];
/// Pictures of each kind, for what does not belong.
const ODD: usize = 2000;
/// Seed of all that is drawn.
const SEED: u64 = 42;

/// Measures all of it.
pub fn run(folders: &Folders) -> Result<()> {
    let load = |set, split| Images::load(&folders.data, set, split);
    let train = load(DataSet::Mnist, Split::Train)?;
    let test = load(DataSet::Mnist, Split::Test)?;
    let garments = load(DataSet::FashionMnist, Split::Test)?;
    let mut nets = Vec::new();
    for model in MODELS {
        nets.push(vae(folders, model, Weights::Shipped)?);
    }
    let squeezed = MODELS.iter().zip(&nets);
    let squeezed = squeezed.map(|(model, net)| squeezed_by(*model, net, &test));
    let [digits, garments, scribbles, blank] = [
        ink(&test, ODD),
        ink(&garments, ODD),
        scribble::scribbles(SEED, ODD)?,
        vec![0.0; PIXELS],
    ]
    .map(|pictures| Scores::new(&nets[0], &pictures, SEED));
    let (digits, blank) = (digits?, blank?);
    let others = |others: Scores| told(others.among(&digits), &others);
    let uses = Uses {
        weights: weights(folders)?,
        odd_model: MODELS[0].name().into(),
        digit_cost: short(mean(&digits.cost), 1),
        digit_bound: short(mean(&digits.bound), 1),
        blank_cost: short(mean(&blank.cost), 1),
        blank_bound: short(mean(&blank.bound), 1),
        garments: others(garments?),
        scribbles: others(scribbles?),
        squeezed: squeezed.collect(),
        png_bytes: short(png_bytes(&test)?, 1),
        read_sizes: SIZES.iter().map(|(size, _)| *size as u32).collect(),
        readers: readers(&nets, &train, &test),
    };
    let path = folders.www.join(USES_PATH);
    let text = serde_json::to_string(&uses.check()?)? + "\n";
    fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    print!("{text}");
    Ok(())
}

/// SHA-256 of the weights files by model id.
fn weights(folders: &Folders) -> Result<BTreeMap<String, String>> {
    let manifest = manifest(folders)?;
    let one = |model: ModelId| {
        let entry = manifest.find(model.name()).context("is not packed yet")?;
        Ok((entry.id.clone(), entry.sha256.clone()))
    };
    MODELS.into_iter().map(one).collect()
}

/// The first n pictures, `[n, 28, 28]` in `0..=1`.
fn ink(images: &Images, n: usize) -> Vec<f32> {
    let grey = images.pixels[..n * PIXELS].iter();
    grey.map(|v| f32::from(*v) / 255.0).collect()
}

fn mean(values: &[f32]) -> f64 {
    values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64
}

/// To so many decimals.
fn short(value: f64, decimals: i32) -> f32 {
    let scale = 10f64.powi(decimals);
    ((value * scale).round() / scale) as f32
}

fn told(among: odd::Among, scores: &Scores) -> Others {
    let [auc_cost, auc_bound] = among.areas.map(|area| short(area, 4));
    Others {
        score: among.score,
        auc: auc_cost.max(auc_bound),
        auc_cost,
        auc_bound,
        cost: short(mean(&scores.cost), 1),
        roc: among.roc.iter().map(|p| p.map(|v| short(v, 4))).collect(),
    }
}

/// What is left when codes are kept in bytes.
fn squeezed_by(model: ModelId, net: &Vae, test: &Images) -> Squeezed {
    let digits = ink(test, SQUEEZED);
    let restored = restored(net, &rounded(&codes(net, &digits)));
    let squares = digits.iter().zip(&restored);
    let squares: Vec<f32> = squares
        .map(|(x, y)| (x - (y + 1.0) / 2.0).powi(2))
        .collect();
    Squeezed {
        model: model.name().into(),
        bytes: net.code_size() as u32,
        rmse: short(mean(&squares).sqrt(), 4),
    }
}

/// Mean size of a digit as a PNG file, with the better filter.
fn png_bytes(test: &Images) -> Result<f64> {
    let mut all = 0;
    for digit in test.pixels.chunks(PIXELS).take(SQUEEZED) {
        let image = pictures::arranged(digit, 1);
        let plain = pictures::png(&image, FilterType::NoFilter)?.len();
        all += plain.min(pictures::png(&image, FilterType::Adaptive)?.len());
    }
    Ok(all as f64 / SQUEEZED as f64)
}

/// Readers of codes, and last the one of pixels.
fn readers(nets: &[Vae], train: &Images, test: &Images) -> Vec<Reader> {
    let [train_ink, test_ink] = [train, test].map(|images| ink(images, images.len()));
    let of_codes = READ.iter().map(|(at, name)| {
        let net = &nets[*at];
        let features = [&train_ink, &test_ink].map(|ink| codes(net, ink));
        read(name, features, net.code_size(), [train, test])
    });
    let mut readers: Vec<_> = of_codes.collect();
    let features = [train_ink, test_ink];
    readers.push(read("784 pixels", features, PIXELS, [train, test]));
    readers
}

/// What a reader reads of the test digits, trained on some of the training digits: the same ones
/// whatever it reads from.
fn read(name: &str, features: [Vec<f32>; 2], width: usize, labels: [&Images; 2]) -> Reader {
    let [train, test] = features;
    let train = Examples::new(train, width, labels[0].labels.clone());
    let test = Examples::new(test, width, labels[1].labels.clone());
    let accuracy = SIZES.map(|(size, draws)| {
        let shares: Vec<f64> = (0..draws)
            .map(|draw| {
                let mut rng = noise::stream(SEED, draw, size as u32);
                let drawn = sample(&mut rng, train.len(), size).into_vec();
                Linear::trained(&train.only(&drawn)).accuracy(&test)
            })
            .collect();
        let (mean, sd) = mean_sd(&shares);
        println!(
            "{name}: {size} digits, {:.1} % +- {:.1}",
            100.0 * mean,
            100.0 * sd
        );
        [mean, sd].map(|v| short(v, 4))
    });
    Reader {
        of: name.into(),
        accuracy: accuracy.into(),
    }
}

/// Mean and standard deviation; 0 of a single value.
fn mean_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}
