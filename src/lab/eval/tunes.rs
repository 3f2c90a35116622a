//! A network that plays tunes, judged: by tunes held out, and by what it plays.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use serde::Serialize;

use super::{Args, record};
use crate::lab::Folders;
use crate::lab::source::transformer;
use crate::lab::tunes::{Marks, Tunes, heads, play};
use crate::models::next::Choosing;
use crate::ui::state::TuneState;
use crate::weights::manifest::{Figure, Measure, Quality, Unit};

/// Where the page finds it, below the site's static files.
const PATH: &str = "quality/tunes.json";
/// Most tokens of a tune that is played: as in the page.
const MOST: usize = 402;

/// What the page tells.
#[derive(Serialize)]
struct Output {
    /// Bits that a sign of a tune held out costs, as this program writes it in ABC.
    bits_per_character: f64,
    /// Tunes that it played, at its own odds, after heads of tunes held out.
    played: Marks,
    /// The same at the temperature with which the page opens.
    opening: Marks,
    /// The tunes held out themselves.
    held_out: Marks,
    /// Tunes to learn from of each key and metre.
    heads: BTreeMap<String, usize>,
}

/// Judges a network by all tunes held out and by `n` that it plays.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    let tunes = Tunes::load(folders)?;
    println!(
        "{} to learn from, {} held out; {} lines not read, {} left out for something rare; {} tokens",
        tunes.train.len(),
        tunes.held_out.len(),
        tunes.unread,
        tunes.rare,
        tunes.alphabet.count()
    );
    let net = transformer(folders, args.model, args.weights)?;
    let bits = tunes.bits_per_character(&net, usize::MAX);
    let learned = tunes.learned_notes();
    let play_all = |choosing: Choosing| {
        let bar = ProgressBar::new(args.n as u64);
        let heads = tunes.held_out.iter().cycle().take(args.n).enumerate();
        let played = heads.map(|(i, head)| {
            bar.set_position(i as u64);
            play(&net, &tunes.alphabet, head, &choosing, i as u64, MOST)
        });
        let played: Vec<_> = played.collect::<Result<_>>()?;
        bar.finish_and_clear();
        Ok::<_, anyhow::Error>(Marks::of(&played, &learned))
    };
    let held_out: Vec<_> = tunes
        .held_out
        .iter()
        .map(|tune| (tune.clone(), true))
        .collect();
    let output = Output {
        bits_per_character: bits,
        played: play_all(Choosing::default())?,
        opening: play_all(TuneState::default().choosing())?,
        held_out: Marks::of(&held_out, &learned),
        heads: heads(&tunes.train),
    };
    let text = serde_json::to_string_pretty(&output)?;
    println!("{text}");
    if !args.record {
        return Ok(());
    }
    let path = folders.www.join(PATH);
    fs::write(&path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    let quality = Quality {
        samples: tunes.held_out.len() as u32,
        sampler: "tunes held out, each from its beginning".into(),
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
