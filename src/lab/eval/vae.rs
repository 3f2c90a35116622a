//! `lab eval` of an autoencoder: what it restores of the test set, its bounds, and what random
//! codes give.

use anyhow::Result;
use indicatif::ProgressBar;
use serde::Serialize;

use super::super::Folders;
use super::super::source::{judge, vae};
use super::super::vae::{draw_random, static_pictures, tensor};
use super::{Args, record, share};
use crate::data::mnist::{Images, Split};
use crate::data::{DataSet, PIXELS};
use crate::models::vae::bounds::{Bounds, bounds};
use crate::models::vae::net::Vae;
use crate::models::vae::training::Variant;
use crate::noise;
use crate::quality::report::{Court, Free};
use crate::weights::manifest::{Figure, Measure, Quality, Unit};

/// Pictures of a batch, each with all its draws.
const BATCH: usize = 20;

/// What is printed.
#[derive(Serialize)]
struct Output {
    model: &'static str,
    weights: String,
    test: Test,
    random_codes: Free,
}

/// Means over the test set, nats a picture. For garments, whose grey values are the targets, the
/// reconstruction is a cross-entropy: no likelihood, and so there are no bounds.
#[derive(Serialize)]
struct Test {
    pictures: usize,
    /// Codes drawn for each; of an autoencoder, its one code.
    draws: usize,
    reconstruction: f64,
    kl: Option<f64>,
    /// Minus the ELBO, and the standard error of that mean.
    bound: Option<[f64; 2]>,
    /// The same of `-L_k`, k being the draws.
    importance_bound: Option<[f64; 2]>,
    /// KL of each number of the code.
    kl_each: Option<Vec<f64>>,
}

/// Judges.
pub fn run(folders: &Folders, args: &Args, variant: Variant) -> Result<()> {
    let set = args.model.data_set();
    let train = Images::load(&folders.data, set, Split::Train)?;
    let test = Images::load(&folders.data, set, Split::Test)?;
    let net = vae(folders, args.model, args.weights)?;
    let court = Court::new(judge(folders, args.model)?, &train, &test);
    let pictures = draw_random(&net, args.n, args.sampling.seed);
    let output = Output {
        model: args.model.name(),
        weights: format!("{:?}", args.weights).to_lowercase(),
        test: measure(&net, args, variant, &test)?,
        random_codes: court.free(&pictures, args.sampling.seed),
    };
    if args.record {
        let quality = Quality {
            samples: args.n as u32,
            sampler: told(variant, set),
            figures: figures(&output),
        };
        record(folders, args, quality)?;
    }
    println!("{}", serde_json::to_string_pretty(&output)?);
    Ok(())
}

/// How the figures came about, for the manifest.
fn told(variant: Variant, set: DataSet) -> String {
    let codes = match variant {
        Variant::Autoencoder => "random codes from the Gaussian that fits its training codes",
        Variant::Variational => "random codes from N(0, I)",
    };
    let test = match set {
        DataSet::Mnist => "nats on the 10,000 test digits, binarised once",
        DataSet::FashionMnist => "nats on the 10,000 test garments in grey, which is no likelihood",
    };
    format!("{codes}; {test}")
}

fn measure(net: &Vae, args: &Args, variant: Variant, test: &Images) -> Result<Test> {
    let set = args.model.data_set();
    let all = measured(net, args, variant, static_pictures(set, test, test.len()))?;
    let n = all.reconstruction.len();
    let size = net.code_size();
    let is_variational = variant == Variant::Variational;
    let has_bound = is_variational && set == DataSet::Mnist;
    let each = |i: usize| mean(all.kl.iter().skip(i).step_by(size));
    let kl_each: Vec<f64> = (0..size).map(each).collect();
    let sums = all.reconstruction.iter().zip(all.kl.chunks(size));
    let sums: Vec<f32> = sums
        .map(|(cost, kl)| cost + kl.iter().sum::<f32>())
        .collect();
    Ok(Test {
        pictures: n,
        draws: draws(args, variant),
        reconstruction: mean(all.reconstruction.iter()),
        kl: is_variational.then(|| kl_each.iter().sum()),
        bound: has_bound.then(|| with_error(&sums)),
        importance_bound: has_bound.then(|| with_error(&all.importance)),
        kl_each: is_variational.then_some(kl_each),
    })
}

fn draws(args: &Args, variant: Variant) -> usize {
    match variant {
        Variant::Autoencoder => 1,
        Variant::Variational => args.draws,
    }
}

/// All pictures, `[n, 28, 28]`, each with a stream of noise of its own.
fn measured(net: &Vae, args: &Args, variant: Variant, pictures: Vec<f32>) -> Result<Bounds> {
    let length = draws(args, variant) * net.code_size();
    let bar = ProgressBar::new((pictures.len() / PIXELS) as u64);
    let mut all = Bounds::default();
    for part in pictures.chunks(BATCH * PIXELS) {
        let first = all.reconstruction.len();
        let eps = (first..first + part.len() / PIXELS).flat_map(|i| match variant {
            // The code itself.
            Variant::Autoencoder => vec![0.0; length],
            Variant::Variational => noise::normal(args.sampling.seed, i as u32, 0, length),
        });
        let part = pollster::block_on(bounds(net, tensor(part), eps.collect()))?;
        all.reconstruction.extend(part.reconstruction);
        all.kl.extend(part.kl);
        all.importance.extend(part.importance);
        bar.set_position(all.reconstruction.len() as u64);
    }
    bar.finish_and_clear();
    Ok(all)
}

fn mean<'a>(values: impl ExactSizeIterator<Item = &'a f32>) -> f64 {
    let n = values.len() as f64;
    values.map(|v| f64::from(*v)).sum::<f64>() / n
}

/// The mean and its standard error.
fn with_error(values: &[f32]) -> [f64; 2] {
    let mean = mean(values.iter());
    let squares = values.iter().map(|v| (f64::from(*v) - mean).powi(2));
    let n = values.len() as f64;
    [mean, squares.sum::<f64>().sqrt() / n]
}

/// What the manifest keeps.
fn figures(output: &Output) -> Vec<Figure> {
    let (test, random) = (&output.test, &output.random_codes);
    let nats = |name, value, sd| Figure {
        name,
        value,
        unit: Unit::Nats,
        sd,
        floor: None,
    };
    let bound =
        |name, bound: Option<[f64; 2]>| bound.map(|[value, sd]| nats(name, value, Some(sd)));
    let mut figures = Vec::new();
    figures.extend(bound(Measure::Bound, test.bound));
    figures.extend(bound(Measure::ImportanceBound, test.importance_bound));
    figures.push(nats(Measure::Reconstruction, test.reconstruction, None));
    figures.extend(test.kl.map(|kl| nats(Measure::Divergence, kl, None)));
    figures.push(Figure {
        floor: Some(random.confident_floor),
        ..share(Measure::Confident, random.confident)
    });
    figures.push(super::distance(
        Measure::ClassifierKid,
        random.kid,
        Some(random.kid_sd),
        random.kid_floor,
    ));
    figures
}
