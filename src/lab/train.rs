//! `lab train MODEL`: a progress bar, checkpoints, a line of metrics each.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::data::mnist::{Images, Split};
use crate::models::diffusion::training::{Report, TrainingConfig, train};
use crate::nn::checkpoint::RunDir;

use super::ModelId;

/// Arguments of `lab train`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
    /// Go on from the last checkpoint.
    #[arg(long)]
    resume: bool,
    /// Training pictures to see in all, repeats counted.
    #[arg(long)]
    images: Option<u64>,
    /// Pictures a step.
    #[arg(long)]
    batch: Option<usize>,
    /// Seed of weights, order, times and noise.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Trains.
pub fn run(data: &Path, runs: &Path, args: &Args) -> Result<()> {
    let name = args.model.name();
    let run = RunDir::open(runs, name)?;
    ensure!(
        args.resume || !run.has_checkpoint(),
        "{} holds a run already: add --resume, or move it away",
        run.path().display()
    );
    let stop = stop_on_ctrl_c()?;
    let images = Images::load(data, args.model.data_set(), Split::Train)?;
    let mut config = TrainingConfig { seed: args.seed, ..TrainingConfig::default() };
    config.images = args.images.unwrap_or(config.images);
    config.batch = args.batch.unwrap_or(config.batch);
    let bar = progress_bar(config.images);
    train(
        &config,
        &images,
        &run,
        args.resume,
        &stop,
        |report| show(&bar, report),
        |_, report| {
            bar.suspend(|| println!("checkpoint: {}", line(report)));
            if let Err(e) = log(&run, report) {
                bar.suspend(|| eprintln!("cannot write the metrics: {e:#}"));
            }
        },
    )?;
    bar.finish();
    Ok(())
}

/// A flag that the first Ctrl-C sets; the second one ends the program.
fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping after this step; once more to stop at once");
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(stop)
}

fn progress_bar(images: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} {msg} eta {eta}");
    ProgressBar::new(images).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, report: Report) {
    bar.set_position(report.images);
    bar.set_message(line(report));
}

fn line(report: Report) -> String {
    format!("{} images, loss {:.4}, {:.0} images/s", report.images, report.loss, report.speed)
}

fn log(run: &RunDir, report: Report) -> Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(run.path().join("metrics.jsonl"))?;
    let Report { images, loss, speed } = report;
    writeln!(file, "{}", serde_json::json!({ "images": images, "loss": loss, "speed": speed }))?;
    Ok(())
}
