//! The chapter 'Start from your drawing': from a scribble, and into a hole.

use std::time::Duration;

use anyhow::{Context, Result};
use harness::{Gpu, Key, Setup, Tab, browse, browse_with};
use serde_json::{Value, json};

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

/// Presses Tab until the focus is on a match.
async fn tab_to(tab: &Tab, css: &str) -> Result<()> {
    let here = format!("document.activeElement.matches({})", json!(css));
    for _ in 0..120 {
        tab.keys(Key::Tab).await?;
        if tab.js(&here).await? == Value::Bool(true) {
            return Ok(());
        }
    }
    anyhow::bail!("the Tab key does not lead to {css}")
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

#[test]
fn the_keyboard_alone_cuts_and_fills() {
    browse(Gpu::None, async |tab| {
        open(tab, "").await?;
        tab_to(tab, "[aria-label='Start from'] button:last-child").await?;
        tab.keys(Key::Enter).await?;
        tab_to(tab, "[data-hole=none]").await?;
        tab.keys(Key::Enter).await?;
        tab.wait_for(".drawn[data-wanted='0']").await?;
        tab_to(tab, ".hole-sheet").await?;
        let outline = "getComputedStyle(document.activeElement).outlineStyle";
        assert_ne!(tab.js(outline).await?, "none", "the focus is visible");
        for _ in 0..3 {
            tab.keys(Key::Right).await?;
        }
        tab.keys(" ").await?;
        tab.wait_for(".drawn[data-wanted='2']").await?;
        tab.wait_until("/hole=[\\w-]{131}/.test(location.hash)")
            .await?;
        let hole = hole_of(&hash(tab).await?)?;
        // A dab of the brush, three pixels right of the middle.
        assert_eq!(hole.iter().filter(|&&pixel| pixel).count(), 12);
        assert!(hole[14 * 28 + 17] && !hole[14 * 28 + 13]);
        tab.wait_for_within(DONE, SLOW).await?;
        assert_kept(tab, |i| hole[i]).await?;
        tab_to(tab, "select[name=rounds]").await?;
        tab_to(tab, ".transport .play").await?;
        tab_to(tab, ".save").await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn runs_can_be_stopped_and_go_on() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?mode=fill&rounds=2")).await?;
        tab.wait_for_within(".drawn[data-run-state=running]", SLOW)
            .await?;
        tab.click(".progress button").await?;
        tab.wait_for(".drawn[data-run-state=cancelled]").await?;
        assert_ne!(stage(tab, "finished").await?, "2");
        tab.click(".progress button").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        assert_eq!(stage(tab, "finished").await?, "2");
        let interrupted = assert_kept(tab, |i| i < 392).await?;
        open(tab, "mode=fill&rounds=2").await?;
        let whole = assert_kept(tab, |i| i < 392).await?;
        assert_eq!(interrupted, whole, "the pause leaves no trace");
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn the_results_are_saved_as_png() {
    browse(Gpu::None, async |tab| {
        let script = "HTMLAnchorElement.prototype.click = function () {
            window.saved = { href: this.href, name: this.download }; }";
        tab.before_load(script).await?;
        open(tab, "strength=8&seed=5").await?;
        tab.click(".save").await?;
        let name = tab.wait_until("window.saved?.name").await?;
        assert_eq!(name, "genscope-scribble-40-seed-5.png");
        let size = "new Promise((ok, no) => { const image = new Image();
            image.onload = () => ok([image.width, image.height]); image.onerror = no;
            image.src = window.saved.href; })";
        assert_eq!(tab.js_promise(size).await?, json!([6 * 28 * 8, 28 * 8]));
        Ok(())
    });
}

#[test]
fn nonsense_in_the_link_falls_back() {
    browse(Gpu::None, async |tab| {
        open(tab, "mode=paint&strength=21&hole=AAAA").await?;
        assert_eq!(stage(tab, "wanted").await?, "5");
        let said = tab.text(".notices").await?;
        for part in ["mode=paint", "strength=21", "hole=AAAA"] {
            assert!(said.contains(part), "{said}");
        }
        Ok(())
    });
}

#[test]
fn nothing_overflows_on_a_narrow_phone() {
    let setup = Setup {
        size: (360, 740),
        ..Setup::default()
    };
    browse_with(setup, async |tab| {
        open(tab, "").await?;
        assert_eq!(tab.overflow().await?, [""; 0]);
        tab.click("[aria-label='Start from'] button:last-child")
            .await?;
        tab.set_value("select[name=rounds]", "1").await?;
        tab.wait_for_within(".drawn[data-finished='1'][data-run-state=done]", SLOW)
            .await?;
        assert_eq!(tab.overflow().await?, [""; 0]);
        // The pad is painted on by touch without scrolling the page.
        let action = "getComputedStyle(document.querySelector('.hole-sheet')).touchAction";
        assert_eq!(tab.js(action).await?, "none");
        assert_kept(tab, |i| i < 392).await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}
