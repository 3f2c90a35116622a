//! Looks at the image GAN while it trains: keeps both players as they are, measures, and writes
//! it down, so that `lab pack` can ship any of it.
//!
//! `runs/<model>/looks/` holds one f32 record a look and `points.jsonl`, one line each.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;

use super::source::draw_fakes;
use crate::data::PIXELS;
use crate::data::mnist::Images;
use crate::models::gan::image::training::{Standing, Watcher};
use crate::models::gan::image::{GanPair, pictures};
use crate::nn::checkpoint::save_module;
use crate::quality::report::Court;
use crate::weights::timeline::{Point, SCORED};

use super::sample::labels;

/// Fakes that are judged at each look, and the seed of their noise.
const FAKES: usize = 2000;
const SEED: u64 = 42;

/// The file of both players after `step` updates.
pub fn look_path(run: &Path, step: u32) -> PathBuf {
    run.join(format!("looks/{step:06}.bpk"))
}

/// All points of a run in the order of its steps. One that was measured twice, because a resumed
/// run went back to its checkpoint, counts as it was the last time.
pub fn points(run: &Path) -> Result<Vec<Point>> {
    let path = run.join("looks/points.jsonl");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut points: Vec<Point> = Vec::new();
    for line in text.lines() {
        let point: Point =
            serde_json::from_str(line).with_context(|| format!("{} is damaged", path.display()))?;
        points.retain(|old| old.step != point.step);
        points.push(point);
    }
    points.sort_by_key(|point| point.step);
    Ok(points)
}

/// The one who looks.
pub struct Watch<'a> {
    court: Court<'a>,
    run: PathBuf,
    bar: ProgressBar,
    /// Held-out real pictures, `[SCORED, 28, 28]`, and their classes.
    reals: Vec<f32>,
    real_labels: Vec<u8>,
}

impl<'a> Watch<'a> {
    /// Compares with the first pictures of `test`, and speaks past a progress bar.
    pub fn new(court: Court<'a>, run: &Path, test: &Images, bar: ProgressBar) -> Self {
        Self {
            court,
            run: run.to_owned(),
            bar,
            reals: (0..SCORED).flat_map(|i| test.picture(i)).collect(),
            real_labels: test.labels[..SCORED].to_vec(),
        }
    }

    fn note(&self, standing: Standing, pair: &GanPair) -> Result<Point> {
        let step = u32::try_from(standing.step)?;
        let path = look_path(&self.run, step);
        fs::create_dir_all(self.run.join("looks"))?;
        save_module(pair, &path)?;
        let point = self.measure(step, standing, pair);
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.run.join("looks/points.jsonl"))?;
        writeln!(file, "{}", serde_json::to_string(&point)?)?;
        Ok(point)
    }

    fn measure(&self, step: u32, standing: Standing, pair: &GanPair) -> Point {
        let meant = labels(FAKES, None);
        let fakes = draw_fakes(pair, &meant, SEED, |_| {});
        let share = |values: &[f32], labels: &[u8], real: bool| {
            let scores = pair.scores(pictures(values.to_vec()), labels);
            let scores = scores.into_data();
            let right = scores.iter::<f32>().filter(|s| (*s > 0.0) == real).count();
            right as f64 / labels.len() as f64
        };
        let verdict = self.court.brief(&fakes, &meant, SEED);
        Point {
            step,
            images: standing.images,
            losses: Some(standing.losses).filter(|l| l.iter().all(|l| l.is_finite())),
            real_accuracy: share(&self.reals, &self.real_labels, true),
            fake_accuracy: share(&fakes[..SCORED * PIXELS], &meant[..SCORED], false),
            n: FAKES as u32,
            class_accuracy: verdict.class_accuracy,
            fid: verdict.classifier_fid,
            floor: verdict.classifier_fid_floor,
        }
    }
}

impl Watcher for Watch<'_> {
    fn look(&mut self, standing: Standing, pair: &GanPair) {
        let noted = self.note(standing, pair);
        self.bar.suspend(|| match noted {
            Ok(point) => println!("step {}: {}", standing.step, in_words(&point)),
            Err(e) => eprintln!("warning: step {} is not kept: {e:#}", standing.step),
        });
    }
}

fn in_words(point: &Point) -> String {
    format!(
        "FID {:.1}, {:.1} % as intended; D right about {:.0} % of real and {:.0} % of fake; losses {:.3?}",
        point.fid,
        100.0 * point.class_accuracy,
        100.0 * point.real_accuracy,
        100.0 * point.fake_accuracy,
        point.losses.unwrap_or([f64::NAN; 2])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_in_order_and_the_last_word_counts() {
        let run = std::env::temp_dir().join(format!("genscope-looks-{}", std::process::id()));
        fs::create_dir_all(run.join("looks")).expect("makes");
        let line = |step: u32, fid: f64| {
            format!(
                r#"{{"step":{step},"images":{},"losses":null,"real_accuracy":0.5,"fake_accuracy":0.5,"n":10,"class_accuracy":0.1,"fid":{fid},"floor":2.0}}"#,
                64 * step
            )
        };
        let text = [line(50, 9.0), line(100, 8.0), line(50, 7.0)].join("\n");
        fs::write(run.join("looks/points.jsonl"), text).expect("writes");
        let read = points(&run).expect("reads");
        let seen: Vec<_> = read.iter().map(|p| (p.step, p.fid)).collect();
        assert_eq!(seen, [(50, 7.0), (100, 8.0)]);
        fs::remove_dir_all(run).expect("cleans up");
    }
}
