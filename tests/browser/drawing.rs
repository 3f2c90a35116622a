//! The chapter 'Start from your drawing': from a scribble, and into a hole.

use std::time::Duration;

use anyhow::{Context, Result};
use harness::{Gpu, Key, Tab, browse, mean_difference};

const ROOM: &str = "#/diffusion/drawing";
const STAGE: &str = ".drawn";
const DONE: &str = ".drawn[data-run-state=done]";
const GIVEN: &str = ".given canvas";
/// The chosen run.
const SHOWN: &str = ".views figure:nth-of-type(2) canvas";
/// Two lanes of four pictures on two busy cores.
const SLOW: Duration = Duration::from_secs(180);

/// Opens the chapter with these controls and waits until all runs are done.
async fn open(tab: &Tab, query: &str) -> Result<()> {
    tab.goto(&format!("{ROOM}?{query}")).await?;
    tab.wait_for_within(DONE, SLOW).await.map(drop)
}

async fn wait_for_step(tab: &Tab, step: u32) -> Result<()> {
    let css = format!(".drawn[data-step='{step}']");
    tab.wait_for(&css).await.map(drop)
}

#[test]
fn more_strength_goes_further_from_the_drawing() {
    browse(Gpu::None, async |tab| {
        open(tab, "").await?;
        for name in ["finished", "wanted"] {
            assert_eq!(tab.data(STAGE, name).await?, "5", "{name}");
        }
        // It plays by itself to the end of the chosen run.
        wait_for_step(tab, 20).await?;
        let given = tab.grey(GIVEN).await?;
        assert_eq!(tab.grey(".strengths figure canvas").await?, given);
        let mut far = Vec::new();
        for strength in [4, 8, 12, 16, 20] {
            let css = format!("[data-strength='{strength}'] canvas");
            far.push(mean_difference(&given, &tab.grey(&css).await?));
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
        assert_eq!(tab.data(STAGE, "finished").await?, "5");
        wait_for_step(tab, 20).await?;
        tab.keys(Key::Home).await?;
        wait_for_step(tab, 16).await?;
        let noised = tab.grey(SHOWN).await?;
        assert!(mean_difference(&given, &noised) > 5.0, "noised");
        let link = tab.wait_for_link(&["strength=4", "step=16"]).await?;
        tab.goto(&link).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        wait_for_step(tab, 16).await?;
        assert_eq!(tab.grey(SHOWN).await?, noised);

        // The visitor's own drawing is where the run starts.
        tab.draw(".pad canvas", &[(0.5, 0.2), (0.5, 0.8)]).await?;
        tab.wait_until("/drawing=[A-Za-z0-9_-]{523}(&|$)/.test(location.hash)")
            .await?;
        tab.wait_for_within(DONE, SLOW).await?;
        wait_for_step(tab, 20).await?;
        let drawn = tab.grey(GIVEN).await?;
        assert!(mean_difference(&drawn, &given) > 10.0, "another drawing");
        let result = tab.grey("[data-strength='4'] canvas").await?;
        let off = mean_difference(&drawn, &result);
        assert!(off < 10.0, "the result keeps it");
        Ok(())
    });
}

/// Asserts that every filling shown is the given picture outside the hole; gives the fillings.
async fn assert_kept(tab: &Tab, hole: impl Fn(usize) -> bool) -> Result<Vec<Vec<f64>>> {
    let given = tab.grey(GIVEN).await?;
    let rows = tab.all(".fillings figure").await?.len();
    let mut all = Vec::new();
    for row in 1..=rows {
        let css = format!(".fillings figure:nth-of-type({row}) canvas");
        for filling in tab.digits(&css).await? {
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
        let shown = tab.digits(SHOWN).await?;
        assert_eq!(shown, fillings[4..]);
        tab.keys(Key::Home).await?;
        wait_for_step(tab, 0).await?;
        assert_ne!(tab.digits(SHOWN).await?, shown);
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
        // The pad is painted on by touch without scrolling the page.
        let action = "getComputedStyle(document.querySelector('.hole-sheet')).touchAction";
        assert_eq!(tab.js(action).await?, "none");
        tab.draw(".hole-sheet", &[(0.32, 0.5), (0.68, 0.5)]).await?;
        tab.wait_for_within(".drawn[data-finished='1'][data-run-state=done]", SLOW)
            .await?;
        tab.wait_until("/hole=[\\w-]{131}/.test(location.hash)")
            .await?;
        let link = tab.hash().await?;
        let hole = hole_of(&link)?;
        let pixels = hole.iter().filter(|&&pixel| pixel).count();
        assert!((40..90).contains(&pixels), "{pixels} pixels");
        let fillings = assert_kept(tab, |i| hole[i]).await?;
        tab.goto(&link).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        assert_eq!(assert_kept(tab, |i| hole[i]).await?, fillings);
        Ok(())
    });
}
