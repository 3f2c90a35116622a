//! Chapter 'Inside the network': what it draws is what the network computes, here and natively.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use genscope::models::diffusion::blocks::SHIPPED;
use harness::{Gpu, Setup, Tab, browse, browse_with, mean_difference};
use serde::Deserialize;
use xtask::paths;

const ROOM: &str = "#/diffusion/network";
const STAGE: &str = ".network";
/// Largest difference of a feature map's pixel from `lab`'s, in grey levels of 255: ten guided
/// steps on either machine, each map stretched to its full range, and rounding.
const LAB_AGREES: f64 = 3.0;
const SLOW: Duration = Duration::from_secs(120);

/// Opens the chapter with these controls and waits for the look at `looked`.
async fn open(tab: &Tab, query: &str, looked: u32) -> Result<()> {
    tab.goto(&format!("{ROOM}?{query}")).await?;
    wait_for_look(tab, looked, 0).await
}

/// Waits until the feature maps of a step are there, with these skips cut.
async fn wait_for_look(tab: &Tab, step: u32, cut: u8) -> Result<()> {
    let css = format!("{STAGE}[data-looked='{step}'][data-looked-cut='{cut}']");
    tab.wait_for_within(&css, SLOW).await.map(drop)
}

const SHEET: &str = ".maps .board canvas";

/// The end of the lane with these skips cut.
async fn end(tab: &Tab, cut: u8) -> Result<Vec<f64>> {
    let lane = format!(".lane[data-cut='{cut}'][data-frames='21']");
    tab.wait_for_within(&lane, SLOW).await?;
    tab.grey(&format!("{lane} figure:last-child canvas")).await
}

#[test]
fn the_drawing_is_the_network_and_every_block_is_timed() {
    browse_with(Setup::moving(), async |tab| {
        tab.goto(ROOM).await?;
        // It plays by itself, and the maps follow.
        wait_for_look(tab, 19, 0).await?;
        tab.wait_for(&format!("{STAGE}[data-step='20'][data-timed=true]"))
            .await?;
        let read = "[...document.querySelectorAll('.unet-block')].map(e => e.dataset.block)";
        let drawn: Vec<String> = serde_json::from_value(tab.js(read).await?)?;
        let plan: Vec<_> = SHIPPED.blocks().iter().map(|b| b.id()).collect();
        assert_eq!(drawn, plan);
        let read = "[...document.querySelectorAll('.unet-block .share')].map(e => parseFloat(e.textContent))";
        let shares: Vec<f64> = serde_json::from_value(tab.js(read).await?)?;
        let sum: f64 = shares.iter().sum();
        assert!((sum - 100.0).abs() < 1.0, "{shares:?}");
        // The output is as large as the input.
        let ends = [
            tab.text(".unet-x").await?,
            tab.text("[data-block=output]").await?,
        ];
        let sizes = ends.join(" ");
        assert_eq!(sizes.matches("1 × 28²").count(), 2, "{sizes}");
        Ok(())
    });
}

#[test]
fn cut_skips_change_the_picture_and_restored_ones_give_the_same_bits() {
    browse(Gpu::None, async |tab| {
        open(tab, "step=20", 19).await?;
        let (whole, maps) = (end(tab, 0).await?, tab.grey(SHEET).await?);
        tab.click("[data-skip='1']").await?;
        let outer = end(tab, 1).await?;
        tab.click("[data-skip='2']").await?;
        let both = end(tab, 3).await?;
        wait_for_look(tab, 19, 3).await?;
        let cut_maps = tab.grey(SHEET).await?;
        for (name, other) in [("outer", &outer), ("both", &both)] {
            let levels = mean_difference(&whole, other);
            assert!(levels > 10.0, "{name}: {levels}");
        }
        assert!(mean_difference(&outer, &both) > 10.0);
        assert!(mean_difference(&maps, &cut_maps) > 5.0);
        assert_eq!(end(tab, 0).await?, whole, "the lane as trained stays");
        // A link to it shows the same.
        let link = tab.wait_for_link(&["cut=1~2"]).await?;
        tab.goto(&link).await?;
        wait_for_look(tab, 19, 3).await?;
        tab.wait_for("[data-skip='1'][aria-checked=false]").await?;
        assert_eq!(tab.grey(SHEET).await?, cut_maps);
        assert_eq!(end(tab, 3).await?, both);

        tab.click("[data-skip='1']").await?;
        tab.click("[data-skip='2']").await?;
        wait_for_look(tab, 19, 0).await?;
        // Computed anew, it is the same again.
        assert_eq!(tab.grey(SHEET).await?, maps, "the same maps");
        assert_eq!(end(tab, 0).await?, whole, "the same picture");
        Ok(())
    });
}

/// What `lab inspect` prints. The native tests, which come first, have built it.
#[derive(Deserialize)]
struct Lab {
    blocks: Vec<LabBlock>,
    attention: Vec<f64>,
}

#[derive(Deserialize)]
struct LabBlock {
    id: String,
    channels: usize,
    side: usize,
    values: Vec<f64>,
}

fn lab(arguments: &str) -> Result<Lab> {
    let run = Command::new(paths::target().join("lab/lab"))
        .current_dir(paths::root())
        .arg("inspect")
        .args(arguments.split(' '))
        .output()
        .context("no lab: `cargo build --profile lab --features lab --bin lab`")?;
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "lab inspect: {said}");
    Ok(serde_json::from_slice(&run.stdout)?)
}

/// Grey level of each value, from `low` to `high`.
fn grey(values: &[f64], low: f64, high: f64) -> Vec<f64> {
    let level = |v: &f64| (255.0 * (v - low) / (high - low)).round();
    values.iter().map(level).collect()
}

fn span(values: &[f64]) -> (f64, f64) {
    let low = values.iter().fold(f64::INFINITY, |a, b| a.min(*b));
    (low, values.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b)))
}

/// The values of the picture at (column, row) of a sheet, one for each of its `side * side`
/// squares.
fn squares(sheet: &[f64], columns: usize, at: usize, side: usize) -> Vec<f64> {
    let (width, square) = (28 * columns, 28 / side);
    let (left, top) = (28 * (at % columns), 28 * (at / columns));
    (0..side * side)
        .map(|i| (left + i % side * square, top + i / side * square))
        .map(|(x, y)| sheet[y * width + x])
        .collect()
}

fn assert_agrees(drawn: &[f64], wanted: &[f64], what: &str) {
    assert_eq!(drawn.len(), wanted.len(), "{what}");
    for (drawn, wanted) in drawn.iter().zip(wanted) {
        let off = (drawn - wanted).abs();
        assert!(off <= LAB_AGREES, "{what}: {drawn}, not {wanted}");
    }
}

#[test]
fn feature_maps_and_attention_are_those_of_lab() {
    let lab = lab("diffusion-mnist --class 7 --seed 9 --step 10").expect("lab looks");
    browse(Gpu::None, async |tab| {
        let query = "digit=7&seed=9&step=10&at=10&block=deep-1&channel=40";
        open(tab, query, 10).await?;
        // All that the link names is as it was seen.
        tab.wait_for(".maps[data-block=deep-1] [role=slider][aria-valuenow='41']")
            .await?;
        tab.digit_is_picked(7).await?;
        assert_eq!(tab.text(".notices").await?, "");
        for block in &lab.blocks {
            let id = &block.id;
            tab.click(&format!("[data-block={id}]")).await?;
            tab.wait_for(&format!(".maps[data-block={id}]")).await?;
            let sheet = tab.grey(SHEET).await?;
            let columns = block.channels.min(12);
            let size = block.side * block.side;
            let all = span(&block.values);
            for (channel, map) in block.values.chunks(size).enumerate() {
                let (low, high) = if size == 1 { all } else { span(map) };
                let drawn = squares(&sheet, columns, channel, block.side);
                let what = format!("{id}, map {channel}");
                assert_agrees(&drawn, &grey(map, low, high), &what);
            }
        }
        tab.click("[data-block=attention]").await?;
        for (head, weights) in lab.attention.chunks(49 * 49).enumerate() {
            let css = format!(".heads figure:nth-of-type({}) canvas", head + 2);
            let drawn = squares(&tab.grey(&css).await?, 1, 0, 7);
            let row = &weights[10 * 49..11 * 49];
            assert_agrees(&drawn, &grey(row, 0.0, span(row).1), "attention");
        }
        // On a phone the network runs down the screen: each block lies below the one before it.
        tab.viewport(360, 740).await?;
        tab.fits().await?;
        // A board takes a finger where it falls: in the middle.
        tab.click(".heads .board").await?;
        tab.wait_for(".heads .board[aria-valuenow='25']").await?;
        let read = "[...document.querySelectorAll('.unet-block:not([data-block=embed])')]
            .map(e => e.getBoundingClientRect()).map(r => [r.top, r.left, r.right, r.height])";
        let boxes: Vec<[f64; 4]> = serde_json::from_value(tab.js(read).await?)?;
        for pair in boxes.windows(2) {
            assert!(pair[1][0] > pair[0][0], "{pair:?}");
        }
        for [_, left, right, height] in &boxes {
            assert!(*left >= 0.0 && *right <= 360.0 && *height >= 36.0);
        }
        Ok(())
    });
}
