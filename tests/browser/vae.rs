//! What only the VAE room can do.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Fault, Gpu, Tab, browse};

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(120);

/// Drags over the right map, faster than any engine answers, and lets go at a place.
const DRAG: &str = "(() => {
    const map = document.querySelector('[data-kind=vae] .plane-view');
    const frame = map.getBoundingClientRect();
    const send = (kind, x, y) => map.dispatchEvent(new PointerEvent(kind, {
        bubbles: true, pointerId: 1, button: 0, buttons: kind === 'pointerup' ? 0 : 1,
        clientX: frame.left + x * frame.width, clientY: frame.top + y * frame.height }));
    send('pointerdown', 0.1, 0.1);
    for (let i = 0; i <= 200; i++) send('pointermove', 0.1 + 0.65 * i / 200, 0.1 + 0.4 * i / 200);
    send('pointerup', 0.75, 0.5);
})()";

/// What is shown of the place where one let go, and its link.
async fn pointed(tab: &Tab) -> Result<(serde_json::Value, String)> {
    let there = "document.querySelector('.holes').dataset.x > 180";
    tab.wait_until(there).await?;
    tab.wait_for_within(".holes[data-here=true]", SLOW).await?;
    tab.refreshes(3).await?;
    let [x, y] = [
        tab.data(".holes", "x").await?,
        tab.data(".holes", "y").await?,
    ];
    let seen = tab.pixels("[data-kind=vae] .vae-here canvas").await?;
    Ok((seen, format!("#/vae/holes?x={x}&y={y}")))
}

/// However fast one drags, what is shown in the end is the place where one let go: the same picture as
/// by its link.
#[test]
fn a_drag_faster_than_the_engine_ends_where_it_ends() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/vae/holes?x=-100&y=100").await?;
        tab.wait_for_within(".holes[data-here=true]", SLOW).await?;
        let before = tab.pixels("[data-kind=vae] .vae-here canvas").await?;
        tab.js(DRAG).await?;
        let (dragged, link) = pointed(tab).await?;
        ensure!(dragged != before, "another place, another picture");
        tab.open_at(&link).await?;
        ensure!(pointed(tab).await?.0 == dragged, "the link shows the same");
        Ok(())
    });
}

/// Weights that do not come while one drags: a sentence and a way on, and then the place where one let
/// go.
#[test]
fn weights_missing_in_mid_drag_are_fetched_when_asked_again() {
    browse(Gpu::None, async |tab| {
        tab.let_errors_be();
        tab.fault("weights/vae-mnist-2.bpk", Fault::NotFound);
        tab.open_at("#/vae/holes?x=-100&y=100").await?;
        tab.wait_for("[data-kind=vae] .plane-view").await?;
        tab.js(DRAG).await?;
        tab.wait_for_within(".notice.stop", SLOW).await?;
        let said = tab.text(".notice.stop").await?;
        ensure!(said.contains("vae-mnist-2.bpk"), "{said}");
        tab.js(DRAG).await?;
        tab.server().clear_faults();
        tab.click(".notice.stop .button").await?;
        pointed(tab).await.map(drop)
    });
}

/// A 1 drawn with the keyboard alone is squeezed and restored, as what the decoder knows: nearer to the
/// drawing than an empty sheet is.
#[test]
fn a_digit_drawn_by_keyboard_is_restored() {
    const UP: &str = "\u{e013}";
    const DOWN: &str = "\u{e015}";
    browse(Gpu::None, async |tab| {
        tab.open_at("#/vae/squeeze").await?;
        tab.click(".draw").await?;
        tab.wait_for(".pad canvas").await?;
        tab.js("document.querySelector('.pad canvas').focus()")
            .await?;
        tab.keys([&UP.repeat(6), " ", &DOWN.repeat(12), " "].concat())
            .await?;
        tab.wait_for_within("canvas[aria-label*='your drawing']", SLOW)
            .await?;
        tab.wait_for_within(".squeeze[data-looked=true][data-run-state=done]", SLOW)
            .await?;
        let error: f64 = tab.data(".squeeze", "error").await?.parse()?;
        ensure!(error < 0.25, "{error}");
        Ok(())
    });
}

/// A figure of the frame that is shown.
async fn figure(tab: &Tab, name: &str) -> Result<f64> {
    let text = tab.text(&format!("[data-name={name}]")).await?;
    let number = text.split_whitespace().next().unwrap_or_default();
    Ok(number.parse()?)
}

/// Six hundred steps bring order into the map: chance is a tenth.
#[test]
fn a_map_organises_itself_live() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/vae/train").await?;
        tab.wait_for_within(".vae-train[data-frames='1']", SLOW)
            .await?;
        tab.click(".vae-go .go").await?;
        tab.wait_for_within(".vae-train[data-step='600'][data-run-state=done]", SLOW)
            .await?;
        let purity = figure(tab, "purity").await?;
        ensure!(purity > 30.0, "{purity}");
        for number in ["kl-1", "kl-2"] {
            let kl = figure(tab, number).await?;
            ensure!(kl > 1.0, "{number}: {kl}");
        }
        Ok(())
    });
}

/// With a weight of 32 both numbers of the code fall out of use; with 1 from there on they come back.
#[test]
fn a_collapsed_code_comes_back() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/vae/train?case=collapse&hundreds=3").await?;
        tab.wait_for_within(".vae-train[data-step='300'][data-run-state=done]", SLOW)
            .await?;
        for number in ["kl-1", "kl-2"] {
            let kl = figure(tab, number).await?;
            ensure!(kl < 0.1, "{number}: {kl}");
        }
        tab.click(".task [data-guess='0']").await?;
        tab.wait_for(".task [data-guessed=true]").await?;
        tab.click(".task .mend").await?;
        tab.wait_for_within(".task[data-done=true]", SLOW)
            .await
            .map(drop)
    });
}

/// A digit that comes back as another one with two numbers comes back as itself with sixteen.
#[test]
fn a_code_too_small_is_mended() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/vae/squeeze?case=small").await?;
        tab.wait_for_within(".squeeze[data-code='2'][data-looked=true]", SLOW)
            .await?;
        tab.wait_for(".task[data-done=false]").await?;
        tab.click(".task [data-guess='2']").await?;
        tab.wait_for(".task [data-guessed=true]").await?;
        tab.click(".task .mend").await?;
        tab.wait_for_within(".squeeze[data-code='16'] .task[data-done=true]", SLOW)
            .await
            .map(drop)
    });
}
