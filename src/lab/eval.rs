//! `lab eval MODEL`: what the judge says of a model's samples, as JSON.

mod listener;
mod pixel;
mod tunes;
mod vae;
mod wave;

use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;

use crate::data::mnist::{Images, Split};
use crate::data::text::Corpus;
use crate::quality::report::{Court, Report};
use crate::weights::manifest::{Figure, Measure, Quality, Unit};

use super::answers::School;
use super::pack::write_manifest;
use super::sample::labels;
use super::source::{Sampling, Weights, draw, judge, last_snapshot, manifest, transformer};
use super::text::Text;
use super::{Folders, Kind, ModelId};

/// Draws that the figures on a model's card are of.
const DRAWS: usize = 50;

/// Arguments of `lab eval`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
    /// Number of samples.
    #[arg(long, default_value_t = 2000)]
    n: usize,
    #[command(flatten)]
    sampling: Sampling,
    /// Which weights.
    #[arg(long, value_enum, default_value_t = Weights::Shipped)]
    weights: Weights,
    /// Sample with the last checkpoint's f32 average too and compare.
    #[arg(long)]
    compare: bool,
    /// Codes drawn for each test picture, for the bounds of a variational autoencoder.
    #[arg(long, default_value_t = DRAWS)]
    draws: usize,
    /// Put the figures into the manifest (of the shipped weights).
    #[arg(long)]
    record: bool,
}

/// What `lab eval` prints.
#[derive(Serialize)]
struct Output {
    model: &'static str,
    sampler: String,
    weights: String,
    seconds: f64,
    report: Report,
    /// What a test picture costs, of a network that tells it exactly.
    exact: Vec<Figure>,
    compared: Option<Comparison>,
}

/// The same samples from 8-bit and from f32 weights.
#[derive(Serialize)]
struct Comparison {
    /// The f32 samples' figures.
    f32: Report,
    /// Mean absolute difference of a pixel, of the range's 2.
    mean_difference: f64,
    /// 99th percentile over pictures of that mean.
    worst_percent_difference: f64,
}

/// Judges.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    ensure!(args.n >= 200, "--n has to be at least 200 for 128 features");
    ensure!(
        !args.record || args.weights == Weights::Shipped,
        "only the shipped weights' figures belong in the manifest"
    );
    ensure!(
        (1..).contains(&args.draws) && (!args.record || args.draws == DRAWS),
        "--draws has to be at least 1, and {DRAWS} for the manifest"
    );
    match args.model.kind() {
        Kind::Text(corpus) => return text(folders, args, corpus),
        Kind::Tuned(_) => return text(folders, args, Corpus::Stories),
        Kind::Tunes => return tunes::run(folders, args),
        Kind::Wave(what) => return wave::run(folders, args, what),
        _ => {}
    }
    if let Kind::Vae { variant, .. } = args.model.kind() {
        return vae::run(folders, args, variant);
    }
    let set = args.model.data_set();
    let train = Images::load(&folders.data, set, Split::Train)?;
    let test = Images::load(&folders.data, set, Split::Test)?;
    let court = Court::new(judge(folders, args.model)?, &train, &test);
    let meant = labels(args.n, None);
    let began = Instant::now();
    let sample = |weights| draw(folders, args.model, weights, &meant, &args.sampling);
    let samples = sample(args.weights)?;
    let seconds = began.elapsed().as_secs_f64();
    let report = court.report(&samples, &meant, args.sampling.seed);
    let compared = if args.compare {
        let exact = sample(Weights::Ema)?;
        Some(compare(
            &samples,
            &exact,
            court.report(&exact, &meant, args.sampling.seed),
        ))
    } else {
        None
    };
    let exact = match args.model.kind() {
        Kind::PixelCnn | Kind::PixelRnn => pixel::figures(folders, args, &train, &test)?,
        _ => Vec::new(),
    };
    if args.record {
        let quality = Quality {
            samples: report.samples as u32,
            sampler: sampler(args),
            figures: exact.iter().cloned().chain(figures(&report)).collect(),
        };
        record(folders, args, quality)?;
    }
    let output = Output {
        model: args.model.name(),
        sampler: sampler(args),
        weights: format!("{:?}", args.weights).to_lowercase(),
        seconds,
        report,
        exact,
        compared,
    };
    println!("{}", serde_json::to_string_pretty(&output)?);
    Ok(())
}

/// How the samples are drawn, for the manifest.
fn sampler(args: &Args) -> String {
    match args.model.kind() {
        Kind::Gan => "generator, noise N(0, I)".into(),
        Kind::PixelCnn | Kind::PixelRnn => {
            "drawn pixel by pixel from its own odds; bits: all 10,000 test pictures".into()
        }
        _ => args.sampling.describe(),
    }
}

fn compare(a: &[f32], b: &[f32], report: Report) -> Comparison {
    let mut means: Vec<f64> = a
        .chunks(crate::data::PIXELS)
        .zip(b.chunks(crate::data::PIXELS))
        .map(|(a, b)| {
            let sum: f32 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
            f64::from(sum) / a.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    Comparison {
        f32: report,
        mean_difference: means.iter().sum::<f64>() / means.len() as f64,
        worst_percent_difference: means[means.len() * 99 / 100],
    }
}

/// Judges a Transformer by all texts held out.
fn text(folders: &Folders, args: &Args, corpus: Corpus) -> Result<()> {
    let text = Text::load(folders, corpus)?;
    let net = transformer(folders, args.model, args.weights)?;
    let bits = text.bits_per_character(&net, usize::MAX);
    let tokens = text.held_out.len();
    let compared = args.compare.then(|| {
        let exact = transformer(folders, args.model, Weights::Ema)?;
        Ok::<_, anyhow::Error>(text.bits_per_character(&exact, usize::MAX))
    });
    let marks = match corpus {
        Corpus::Stories => {
            let school = School::new(text.tokens.clone());
            Some(school.examine(&net, args.model.name())?.0)
        }
        _ => None,
    };
    let output = serde_json::json!({
        "model": args.model.name(),
        "weights": format!("{:?}", args.weights).to_lowercase(),
        "marks": marks,
        "tokens_held_out": tokens,
        "bits_per_character": bits,
        "bits_per_character_f32": compared.transpose()?,
    });
    println!("{}", serde_json::to_string_pretty(&output)?);
    if !args.record {
        return Ok(());
    }
    let quality = Quality {
        samples: tokens as u32,
        sampler: "tokens of texts held out, each given at least 128 before it".into(),
        figures: vec![Figure {
            name: Measure::BitsPerCharacter,
            value: bits,
            unit: Unit::Bits,
            sd: None,
            floor: None,
        }],
    };
    record(folders, args, quality)
}

fn record(folders: &Folders, args: &Args, quality: Quality) -> Result<()> {
    let mut manifest = manifest(folders)?;
    let id = match args.model.kind() {
        Kind::Gan => last_snapshot(&manifest, args.model)?.id.clone(),
        _ => args.model.name().into(),
    };
    let entry = manifest.models.iter_mut().find(|m| m.id == id);
    if let Some(entry) = entry {
        entry.quality = Some(quality);
    }
    write_manifest(folders, &manifest)
}

/// What the manifest keeps of a report.
fn figures(report: &Report) -> Vec<Figure> {
    let (fid, fid_floor) = (report.classifier_fid, report.classifier_fid_floor);
    let (kid, kid_sd) = (report.kid, Some(report.kid_sd));
    vec![
        share(Measure::ClassAccuracy, report.class_accuracy),
        distance(Measure::ClassifierFid, fid, None, fid_floor),
        distance(Measure::ClassifierKid, kid, kid_sd, report.kid_floor),
    ]
}

fn share(name: Measure, value: f64) -> Figure {
    Figure {
        name,
        value,
        unit: Unit::Share,
        sd: None,
        floor: None,
    }
}

fn distance(name: Measure, value: f64, sd: Option<f64>, floor: f64) -> Figure {
    Figure {
        name,
        value,
        unit: Unit::Distance,
        sd,
        floor: Some(floor),
    }
}
