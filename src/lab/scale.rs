//! `lab scale`: Transformers of three sizes learn the same texts in the same way; the page shows how.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};

use super::Folders;
use super::text::{SHAPE, Text, write};
use super::train::commit;
use crate::data::text::Corpus;
use crate::models::text::net::Transformer;
use crate::models::text::training::TextTask;
use crate::models::text::{CONTEXT, Shape};
use crate::nn::checkpoint::RunDir;
use crate::nn::training::{Observer, Recipe, Report, train};
use crate::quality::learning::{LEARNING_PATH, Learning, Point, Size};

/// Pieces of [`CONTEXT`] tokens after which each is looked at.
const LOOKS: [u64; 9] = [16, 64, 128, 256, 512, 1024, 2048, 4096, 8192];
/// Tokens that each look judges by.
const JUDGED: usize = 20_000;
/// Tokens of a sample.
const SAMPLE: usize = 60;

fn sizes() -> [Shape; 3] {
    let shape = |width, layers, heads| Shape {
        width,
        layers,
        heads,
        ..SHAPE
    };
    [shape(32, 2, 2), shape(64, 3, 4), SHAPE]
}

/// Stops a training where it is to be looked at, and keeps what has been learned.
struct Stopper<'a> {
    at: u64,
    stop: &'a AtomicBool,
    net: Option<Transformer>,
}

impl Observer<Transformer> for Stopper<'_> {
    fn step(&mut self, report: Report) {
        if report.images >= self.at {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    fn checkpoint(&mut self, net: &Transformer, _: Report) {
        self.net = Some(net.clone());
    }
}

/// Trains and looks.
pub fn run(folders: &Folders) -> Result<()> {
    let text = Text::plain(folders, Corpus::Stories)?;
    let recipe = Recipe {
        images: LOOKS[LOOKS.len() - 1],
        batch: 16,
        learning_rate: 3e-3,
        warm_up: 30,
        ema_decay: 0.98,
        checkpoint_every: Duration::MAX,
        commit: commit(),
        ..Recipe::default()
    };
    let mut learning = Learning {
        commit: recipe.commit.clone(),
        ..Learning::default()
    };
    for shape in sizes() {
        let task = TextTask::new(shape, text.train.clone());
        let name = format!("scale-{}-{}", shape.width, shape.layers);
        let run = RunDir::open(&folders.runs, &name)?;
        let mut size = Size {
            shape,
            parameters: shape.parameters(),
            points: Vec::new(),
        };
        for (i, at) in LOOKS.into_iter().enumerate() {
            let stop = AtomicBool::new(false);
            let mut stopper = Stopper {
                at,
                stop: &stop,
                net: None,
            };
            train(&task, &recipe, &run, i > 0, &stop, &mut stopper)?;
            let net = stopper.net.context("a training writes a last checkpoint")?;
            let point = look(&text, &net, at);
            println!("{name}: {} of {}", point.held_out, point.tokens);
            size.points.push(point);
        }
        learning.sizes.push(size);
    }
    let path = folders.www.join(LEARNING_PATH);
    let text = serde_json::to_string_pretty(&learning)? + "\n";
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn look(text: &Text, net: &Transformer, pieces: u64) -> Point {
    let short = |bits: f64| (1000.0 * bits).round() as f32 / 1000.0;
    Point {
        tokens: pieces * CONTEXT as u64,
        train: short(text.bits_of(net, &text.train[..JUDGED.min(text.train.len())])),
        held_out: short(text.bits_per_character(net, JUDGED)),
        sample: write(net, &text.tokens, 0, SAMPLE),
    }
}
