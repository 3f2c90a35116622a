//! The chapter 'Start from your drawing': from a scribble, and into a hole.

use std::time::Duration;

use anyhow::{Context, Result};
use harness::{Gpu, Key, Tab, browse};
use serde_json::json;

const ROOM: &str = "#/diffusion/drawing";
const DONE: &str = ".drawn[data-run-state=done]";
/// Two lanes of four pictures on two busy cores.
const SLOW: Duration = Duration::from_secs(180);

/// Opens the chapter with these controls and waits until all runs are done.
async fn open(tab: &Tab, query: &str) -> Result<()> {
    tab.goto(&format!("{ROOM}?{query}")).await?;
    tab.wait_for_within(DONE, SLOW).await.map(drop)
}

async fn stage(tab: &Tab, name: &str) -> Result<String> {
    let value = tab.attribute(".drawn", &format!("data-{name}")).await?;
    Ok(value.unwrap_or_default())
}

async fn wait_for_step(tab: &Tab, step: u32) -> Result<()> {
    let css = format!(".drawn[data-step='{step}']");
    tab.wait_for(&css).await.map(drop)
}

/// Grey values of the pictures of the first canvas that matches, each row by row.
async fn pictures(tab: &Tab, css: &str) -> Result<Vec<Vec<f64>>> {
    let read = format!(
        "(() => {{ const canvas = document.querySelector({css});
         const {{ width, height }} = canvas, context = canvas.getContext('2d');
         return [...Array(width * height / 784).keys()].map(k => {{
             const columns = width / 28, x = k % columns * 28, y = Math.floor(k / columns) * 28;
             return [...context.getImageData(x, y, 28, 28).data].filter((_, i) => i % 4 === 0); }}); }})()",
        css = json!(css)
    );
    Ok(serde_json::from_value(tab.js(&read).await?)?)
}

async fn picture(tab: &Tab, css: &str) -> Result<Vec<f64>> {
    let all = pictures(tab, css).await?;
    all.into_iter().next().context("no picture")
}

/// Mean difference of two pictures, in grey levels of 255.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
    sum / a.len() as f64
}

async fn hash(tab: &Tab) -> Result<String> {
    let url = tab.url().await?;
    Ok(url.split_once('#').map_or("", |(_, hash)| hash).to_owned())
}

#[test]
fn more_strength_goes_further_from_the_scribble() {
    browse(Gpu::None, async |tab| {
        open(tab, "").await?;
        assert_eq!(
            (stage(tab, "finished").await?, stage(tab, "wanted").await?),
            ("5".into(), "5".into())
        );
        // It plays by itself to the end of the chosen run.
        wait_for_step(tab, 20).await?;
        let given = picture(tab, ".given canvas").await?;
        assert_eq!(picture(tab, ".strengths figure canvas").await?, given);
        let mut far = Vec::new();
        for strength in [4, 8, 12, 16, 20] {
            let result = picture(tab, &format!("[data-strength='{strength}'] canvas")).await?;
            far.push(difference(&given, &result));
        }
        assert!(far[0] < 10.0, "little noise keeps the drawing: {far:?}");
        assert!(
            far[4] > 25.0 && far[0] < far[2] && far[2] < far[4],
            "{far:?}"
        );

        // Another strength is shown from its noised start; nothing is computed anew.
        tab.click("[data-strength='4']").await?;
        tab.wait_for("[data-strength='4'][aria-pressed=true]")
            .await?;
        assert_eq!(stage(tab, "finished").await?, "5");
        wait_for_step(tab, 20).await?;
        tab.keys(Key::Home).await?;
        wait_for_step(tab, 16).await?;
        let noised = picture(tab, ".views figure:nth-of-type(2) canvas").await?;
        assert!(difference(&given, &noised) > 5.0, "noised");
        tab.wait_until("location.hash.includes('strength=4') && location.hash.includes('step=16')")
            .await?;
        let link = hash(tab).await?;
        tab.goto(&format!("#{link}")).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        wait_for_step(tab, 16).await?;
        assert_eq!(
            picture(tab, ".views figure:nth-of-type(2) canvas").await?,
            noised
        );
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_drawing_is_where_the_run_starts() {
    browse(Gpu::None, async |tab| {
        open(tab, "strength=4").await?;
        let before = picture(tab, ".given canvas").await?;
        let pad = tab.wait_for(".pad canvas").await?;
        pad.scroll_into_view().await?;
        let hand = tab
            .driver
            .action_chain()
            .move_to_element_with_offset(&pad, 0, -60);
        let hand = hand
            .click_and_hold()
            .move_to_element_with_offset(&pad, 0, 60);
        hand.release().perform().await?;
        tab.wait_until("/drawing=[A-Za-z0-9_-]{523}(&|$)/.test(location.hash)")
            .await?;
        tab.wait_for_within(DONE, SLOW).await?;
        wait_for_step(tab, 20).await?;
        let given = picture(tab, ".given canvas").await?;
        assert!(difference(&given, &before) > 10.0, "another drawing");
        let result = picture(tab, "[data-strength='4'] canvas").await?;
        assert!(difference(&given, &result) < 10.0, "the result keeps it");
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

/// Asserts that every filling shown is the given picture outside the hole; gives the fillings.
async fn assert_kept(tab: &Tab, hole: impl Fn(usize) -> bool) -> Result<Vec<Vec<f64>>> {
    let given = picture(tab, ".given canvas").await?;
    let rows = tab.all(".fillings figure").await?.len();
    let mut all = Vec::new();
    for row in 1..=rows {
        let css = format!(".fillings figure:nth-of-type({row}) canvas");
        for filling in pictures(tab, &css).await? {
            for i in (0..784).filter(|&i| !hole(i)) {
                assert_eq!(filling[i], given[i], "row {row}, pixel {i} is given");
            }
            assert!(
                (0..784).any(|i| filling[i] != given[i]),
                "row {row}: a filling"
            );
            all.push(filling);
        }
    }
    Ok(all)
}

#[test]
fn a_filling_is_the_given_picture_outside_its_hole() {
    browse(Gpu::None, async |tab| {
        open(tab, "mode=fill&rounds=2").await?;
        let fillings = assert_kept(tab, |i| i < 392).await?;
        assert_eq!(fillings.len(), 8);
        for (k, one) in fillings.iter().enumerate() {
            assert!(!fillings[..k].contains(one), "filling {k} is like another");
        }
        // The frames of the chosen run: the last is the result, the first is noise.
        wait_for_step(tab, 20).await?;
        let shown = pictures(tab, ".views figure:nth-of-type(2) canvas").await?;
        assert_eq!(shown, fillings[4..]);
        tab.keys(Key::Home).await?;
        wait_for_step(tab, 0).await?;
        assert_ne!(
            pictures(tab, ".views figure:nth-of-type(2) canvas").await?,
            shown
        );
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

/// The pixels of the hole that the link names, six a letter (base64url).
fn hole_of(link: &str) -> Result<Vec<bool>> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let code = link.split("hole=").nth(1).context("no hole in the link")?;
    let code = code.split('&').next().unwrap_or_default();
    assert_eq!(code.len(), 131, "{link}");
    let values = code.chars().filter_map(|letter| LETTERS.find(letter));
    Ok(values
        .flat_map(|v| (0..6).rev().map(move |b| v >> b & 1 == 1))
        .collect())
}

#[test]
fn a_painted_hole_is_filled_and_kept_in_the_link() {
    browse(Gpu::None, async |tab| {
        open(tab, "mode=fill&rounds=1&hole=none").await?;
        assert!(tab.text(".drawn").await?.contains("no hole yet"));
        let pad = tab.wait_for(".hole-sheet").await?;
        // The pad is painted on by touch without scrolling the page.
        let action = "getComputedStyle(document.querySelector('.hole-sheet')).touchAction";
        assert_eq!(tab.js(action).await?, "none");
        pad.scroll_into_view().await?;
        let hand = tab
            .driver
            .action_chain()
            .move_to_element_with_offset(&pad, -40, 0);
        let hand = hand
            .click_and_hold()
            .move_to_element_with_offset(&pad, 40, 0);
        hand.release().perform().await?;
        tab.wait_for_within(".drawn[data-finished='1'][data-run-state=done]", SLOW)
            .await?;
        tab.wait_until("/hole=[\\w-]{131}/.test(location.hash)")
            .await?;
        let link = hash(tab).await?;
        let hole = hole_of(&link)?;
        let pixels = hole.iter().filter(|&&pixel| pixel).count();
        assert!((40..90).contains(&pixels), "{pixels} pixels");
        let fillings = assert_kept(tab, |i| hole[i]).await?;
        tab.goto(&format!("#{link}")).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        assert_eq!(assert_kept(tab, |i| hole[i]).await?, fillings);
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}
