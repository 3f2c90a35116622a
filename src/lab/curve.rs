//! `lab curve MODEL`: quality against network evaluations, for the page's chart.
//!
//! It takes long, so each point is written as soon as it is measured, and points that are
//! there already (of the same weights and guidance, with as many samples) are kept.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::data::mnist::{Images, Split};
use crate::quality::report::Court;
use crate::weights::curve::{Curve, CurveSampler, Point, curve_path};

use super::sample::labels;
use super::source::{DEFAULT_GUIDANCE, SamplerName, Sampling, Weights, draw, judge, manifest};
use super::{Folders, ModelId};

/// Arguments of `lab curve`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model; its 8-bit weights as shipped.
    model: ModelId,
    /// Number of samples of each point.
    #[arg(long, default_value_t = 1000)]
    n: u32,
    /// Samplers, separated by commas.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "ddpm,ddim,dpm-solver"
    )]
    samplers: Vec<SamplerName>,
    /// Numbers of steps, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "4,8,20,50",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    steps: Vec<u32>,
    /// Guidance weight; 1 is none.
    #[arg(long, default_value_t = DEFAULT_GUIDANCE)]
    guidance: f32,
    /// Seed of all noise.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

/// Measures what is not there yet, cheap points first.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    ensure!(args.n >= 200, "--n has to be at least 200 for 128 features");
    let path = folders.www.join(curve_path(args.model.name()));
    let mut curve = kept(&path, fresh(folders, args)?)?;
    let set = args.model.data_set();
    let train = Images::load(&folders.data, set, Split::Train)?;
    let test = Images::load(&folders.data, set, Split::Test)?;
    let court = Court::new(judge(folders, args.model)?, &train, &test);
    let mut all: Vec<_> = args
        .steps
        .iter()
        .flat_map(|&steps| args.samplers.iter().map(move |&name| (steps, name)))
        .collect();
    all.sort_by_key(|(steps, _)| *steps);
    for (steps, name) in all {
        if is_there(&curve, name, steps, args.n) {
            continue;
        }
        let point = measure(folders, args, &court, name, steps)?;
        println!("{}", serde_json::to_string(&point)?);
        curve.put(point);
        write(&path, &curve)?;
    }
    Ok(())
}

/// A curve of the shipped weights without points.
fn fresh(folders: &Folders, args: &Args) -> Result<Curve> {
    let model = args.model.name();
    let manifest = manifest(folders)?;
    let entry = manifest
        .find(model)
        .with_context(|| format!("{model} is not packed yet"))?;
    Ok(Curve {
        model: model.into(),
        sha256: entry.sha256.clone(),
        guidance: args.guidance,
        points: Vec::new(),
    })
}

/// The curve in the file, if it is of the same weights and guidance, else the fresh one.
fn kept(path: &Path, fresh: Curve) -> Result<Curve> {
    let Ok(text) = fs::read_to_string(path) else {
        return Ok(fresh);
    };
    let old: Curve =
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
    let same = (&old.sha256, old.guidance) == (&fresh.sha256, fresh.guidance);
    Ok(if same { old } else { fresh })
}

fn is_there(curve: &Curve, name: SamplerName, steps: u32, n: u32) -> bool {
    curve
        .of(curve_sampler(name))
        .any(|point| point.steps == steps && point.n >= n && point.fid_sd.is_some())
}

fn measure(
    folders: &Folders,
    args: &Args,
    court: &Court,
    name: SamplerName,
    steps: u32,
) -> Result<Point> {
    let sampling = Sampling {
        steps,
        sampler: name,
        eta: 0.0,
        guidance: args.guidance,
        midway: false,
        seed: args.seed,
    };
    let meant = labels(args.n as usize, None);
    let samples = draw(folders, args.model, Weights::Shipped, &meant, &sampling)?;
    let verdict = court.brief(&samples, &meant, args.seed);
    let each = if args.guidance == 1.0 { 1 } else { 2 };
    Ok(Point {
        sampler: curve_sampler(name),
        steps,
        evaluations: each * steps,
        n: args.n,
        accuracy: verdict.class_accuracy,
        fid: verdict.classifier_fid,
        fid_sd: Some(verdict.classifier_fid_sd),
        floor: verdict.classifier_fid_floor,
    })
}

fn curve_sampler(name: SamplerName) -> CurveSampler {
    match name {
        SamplerName::Ddpm => CurveSampler::Ddpm,
        SamplerName::Ddim => CurveSampler::Ddim,
        SamplerName::DpmSolver => CurveSampler::DpmSolver,
    }
}

/// Writes the whole file beside its place first, so that it is never half there.
fn write(path: &Path, curve: &Curve) -> Result<()> {
    let write = || -> std::io::Result<()> {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        let part = path.with_extension("part");
        fs::write(&part, serde_json::to_string_pretty(curve)? + "\n")?;
        fs::rename(&part, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(sha256: &str) -> Curve {
        Curve {
            model: "m".into(),
            sha256: sha256.into(),
            guidance: 1.5,
            points: Vec::new(),
        }
    }

    #[test]
    fn finished_points_of_the_same_weights_are_kept() {
        let dir = std::env::temp_dir().join(format!("genscope-curve-{}", std::process::id()));
        let path = dir.join("quality/m-steps.json");
        assert_eq!(kept(&path, curve("a")).expect("fresh"), curve("a"));
        let mut measured = curve("a");
        measured.put(Point {
            sampler: CurveSampler::Ddim,
            steps: 20,
            evaluations: 40,
            n: 500,
            accuracy: 0.99,
            fid: 6.0,
            fid_sd: Some(0.5),
            floor: 2.0,
        });
        write(&path, &measured).expect("writes");
        let read = kept(&path, curve("a")).expect("reads");
        assert_eq!(read, measured);
        assert!(is_there(&read, SamplerName::Ddim, 20, 500));
        assert!(!is_there(&read, SamplerName::Ddim, 20, 1000));
        assert!(!is_there(&read, SamplerName::Ddpm, 20, 500));
        // Other weights: everything is to be measured again.
        assert_eq!(kept(&path, curve("b")).expect("fresh"), curve("b"));
        fs::remove_dir_all(dir).expect("cleans up");
    }
}
