//! Everybody who reads the page in a way of their own: larger, translated, on paper, by ear, by touch,
//! in other colours.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Gpu, Setup, Tab, browse, browse_with};
use serde_json::{Value, json};

const SLOW: Duration = Duration::from_secs(90);
const DENOISED: &str = "#/diffusion/denoise?steps=10&step=5";
const STANDS: &str = ".denoise[data-run-state=done][data-step='5']";
const PLANE: &str = "#/diffusion/plane";
/// The colour of a canvas's first pixel.
const CORNER: &str = "(() => { const c = document.querySelector('canvas.plane-view');
    return [...c.getContext('2d').getImageData(0, 0, 1, 1).data].join(); })()";

/// Media features of the visitor's system, as the DevTools protocol wants them.
async fn emulate(tab: &Tab, media: &str, features: &[(&str, &str)]) -> Result<()> {
    let features: Vec<_> = features
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let wanted = json!({ "media": media, "features": features });
    tab.cdp("Emulation.setEmulatedMedia", wanted).await
}

const STILL: (&str, &str) = ("prefers-reduced-motion", "reduce");
const DARK: (&str, &str) = ("prefers-color-scheme", "dark");

#[test]
fn keys_belong_to_the_transport_only_when_nothing_else_wants_them() {
    const PRESSED: &str = "for (const [key, more] of [['ArrowRight', { shiftKey: true }],
        ['End', { shiftKey: true }], [' ', { shiftKey: true }], [' ', { repeat: true }]])
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));";
    browse(Gpu::None, async |tab| {
        tab.open_at(DENOISED).await?;
        tab.wait_for_within(STANDS, SLOW).await?;
        tab.js(&format!("(() => {{ {PRESSED} return true; }})()"))
            .await?;
        tab.refreshes(3).await?;
        ensure!(
            !tab.all(STANDS).await?.is_empty(),
            "with Shift, or held down"
        );
        ensure!(tab.all("[aria-label=Pause]").await?.is_empty(), "it plays");
        // Something is selected: arrow keys may be for that.
        let select = "(getSelection().selectAllChildren(document.querySelector('.gist')), true)";
        tab.js(select).await?;
        tab.keys("\u{e014}").await?;
        ensure!(!tab.all(STANDS).await?.is_empty(), "with a selection");
        tab.js("(getSelection().removeAllRanges(), true)").await?;
        tab.keys("\u{e014}").await?;
        tab.wait_for(".denoise[data-step='6']").await.map(drop)
    });
}

#[test]
fn a_screen_reader_is_told_seldom_while_something_goes_on() {
    const COUNT: &str = "(() => { window.said = [];
        const live = '[role=status], [role=alert], [aria-live]';
        new MutationObserver(records => { for (const { target } of records) {
            const place = (target.closest ? target : target.parentElement)?.closest(live);
            if (place) said.push([performance.now(), place.textContent]); } })
            .observe(document.body, { childList: true, subtree: true, characterData: true }); return true; })()";
    browse(Gpu::None, async |tab| {
        tab.open_at(&format!("{PLANE}?train=2000&view=train"))
            .await?;
        tab.js(COUNT).await?;
        tab.wait_for_within(".plane[data-run-state=done]", SLOW)
            .await?;
        tab.wait_until("said.length > 0").await?;
        let said: Vec<(f64, String)> = serde_json::from_value(tab.js("said").await?)?;
        let texts = || said.iter().filter(|(_, text)| !text.is_empty());
        let times: Vec<f64> = texts().map(|(at, _)| *at).collect();
        // The last is the end, and may come at any time.
        for pair in times[..times.len() - 1].windows(2) {
            ensure!(pair[1] - pair[0] > 4900.0, "{said:?}");
        }
        Ok(())
    });
}

#[test]
fn on_paper_a_chapter_is_a_handout_in_light_colours() {
    browse(Gpu::None, async |tab| {
        emulate(tab, "", &[DARK, STILL]).await?;
        tab.open_at(PLANE).await?;
        tab.wait_for(".plane-view").await?;
        let dark = tab.js(CORNER).await?;
        emulate(tab, "print", &[DARK, STILL]).await?;
        tab.js("(dispatchEvent(new Event('beforeprint')), true)")
            .await?;
        let light = tab.js(CORNER).await?;
        ensure!(light != dark, "the drawing is as dark as before: {light}");
        let paper = tab
            .js("getComputedStyle(document.body).backgroundColor")
            .await?;
        ensure!(paper == "rgb(251, 250, 246)", "{paper}");
        let seen = "[...document.querySelectorAll('.tools, .transport .keys, .nav')].filter(e => e.checkVisibility()).length";
        ensure!(tab.js(seen).await? == 0, "buttons on paper");
        ensure!(
            !tab.text(".story [aria-current]").await?.is_empty(),
            "no words"
        );
        emulate(tab, "", &[DARK, STILL]).await?;
        tab.js("(dispatchEvent(new Event('afterprint')), true)")
            .await?;
        // The program's own choice, "auto", is in force again.
        ensure!(tab.js(CORNER).await? == dark, "not as before");
        Ok(())
    });
}

#[test]
fn drawings_follow_the_system_from_light_to_dark() {
    browse(Gpu::None, async |tab| {
        tab.open_at(PLANE).await?;
        tab.wait_for(".plane-view").await?;
        let light = tab.js(CORNER).await?;
        tab.prefer(true, true).await?;
        tab.wait_until(&format!("{CORNER} !== {light}"))
            .await
            .map(drop)
    });
}

#[test]
fn motion_ends_when_the_system_asks_for_less() {
    browse_with(Setup::moving(), async |tab| {
        tab.open_at("#/").await?;
        tab.wait_for_within(".live[data-step='2']", SLOW).await?;
        tab.prefer(false, true).await?;
        // From here on only ends are shown.
        tab.wait_for_within(".live[data-step='16'], .live:not([data-step])", SLOW)
            .await?;
        let run = tab.attribute(".live", "data-run").await?;
        tab.refreshes(60).await?;
        ensure!(
            tab.attribute(".live", "data-run").await? == run,
            "it goes on"
        );

        tab.prefer(false, false).await?;
        tab.open_at("#/diffusion/denoise?steps=50").await?;
        tab.wait_for_within("[aria-label=Pause]", SLOW).await?;
        tab.prefer(false, true).await?;
        tab.wait_for("[aria-label=Play]").await?;
        let step = tab.attribute(".denoise", "data-step").await?;
        ensure!(step.as_deref() != Some("50"), "it plays on to its end");
        Ok(())
    });
}

#[test]
fn a_translated_page_goes_on_counting() {
    const TRANSLATE: &str = "(() => {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
        while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.push(walker.currentNode);
        for (const text of texts) {
            const outer = document.createElement('font'), inner = document.createElement('font');
            inner.textContent = '«' + text.data + '»';
            outer.append(inner);
            text.replaceWith(outer);
        }
        return texts.length; })()";
    browse(Gpu::None, async |tab| {
        tab.open_at("#/gan/game?rounds=300").await?;
        tab.wait_for_within(".gan-game[data-tick='0']", SLOW)
            .await?;
        tab.click("[data-hand=both]").await?;
        tab.wait_for_within(".gan-game[data-tick='2']", SLOW)
            .await?;
        // What changes is as it was until it is translated again: nothing more changes now.
        tab.wait_until("location.hash.includes('hand=DG')").await?;
        tab.refreshes(30).await?;
        tab.js(TRANSLATE).await?;
        let place = "document.querySelector('.transport .position').innerText";
        let before = tab.js(place).await?;
        ensure!(before.to_string().contains('«'), "not translated: {before}");
        tab.click("[data-hand=both]").await?;
        tab.wait_for_within(".gan-game[data-tick='4']", SLOW)
            .await?;
        let after = tab.js(place).await?;
        ensure!(
            after.to_string().contains("round 2"),
            "{before}, then {after}"
        );
        // Other chapters come and go.
        tab.js(TRANSLATE).await?;
        for hash in ["#/diffusion/noise", "#/", "#/gan/game"] {
            tab.set_hash(hash).await?;
            tab.refreshes(10).await?;
            tab.js(TRANSLATE).await?;
        }
        tab.wait_for(".gan-game").await?;
        ensure!(
            tab.all(".landing, .noise-views").await?.is_empty(),
            "left over"
        );
        Ok(())
    });
}

#[test]
fn one_finger_draws_and_the_palm_does_not() {
    async fn touch(tab: &Tab, kind: &str, points: &[(f64, f64, u32)]) -> Result<()> {
        let points: Vec<_> = points
            .iter()
            .map(|(x, y, id)| json!({ "x": x, "y": y, "id": id }))
            .collect();
        let event = json!({ "type": kind, "touchPoints": points });
        tab.cdp("Input.dispatchTouchEvent", event).await
    }
    let phone = Setup {
        size: (360, 740),
        ..Setup::default()
    };
    browse_with(phone, async |tab| {
        tab.cdp(
            "Emulation.setTouchEmulationEnabled",
            json!({ "enabled": true, "maxTouchPoints": 2 }),
        )
        .await?;
        tab.open_at("#/diffusion/noise").await?;
        tab.click(".draw").await?;
        tab.wait_for(".pad canvas").await?;
        let place = "(() => { const pad = document.querySelector('.pad canvas');
            pad.scrollIntoView({ block: 'center' });
            const { left, top, width } = pad.getBoundingClientRect(); return [left, top, width]; })()";
        let [x, y, side]: [f64; 3] = serde_json::from_value(tab.js(place).await?)?;
        let at = |right: f64, down: f64, id| (x + right * side, y + down * side, id);
        touch(tab, "touchStart", &[at(0.2, 0.2, 1)]).await?;
        touch(tab, "touchMove", &[at(0.2, 0.4, 1)]).await?;
        touch(tab, "touchStart", &[at(0.2, 0.4, 1), at(0.8, 0.8, 2)]).await?;
        touch(tab, "touchMove", &[at(0.2, 0.6, 1), at(0.85, 0.85, 2)]).await?;
        touch(tab, "touchEnd", &[at(0.2, 0.6, 1)]).await?;
        touch(tab, "touchEnd", &[]).await?;
        tab.refreshes(3).await?;
        // Nothing between the finger's line and the palm, nor where the palm was.
        let ink = "(() => { const pad = document.querySelector('.pad canvas');
            const { width, height } = pad;
            const { data } = pad.getContext('2d').getImageData(0, 0, width, height);
            const grey = (right, down) => data[4 * (Math.floor(down * height) * width + Math.floor(right * width))];
            return [grey(0.2, 0.3), grey(0.2, 0.5), grey(0.5, 0.6), grey(0.8, 0.8)]; })()";
        let [above, below, between, palm]: [u8; 4] = serde_json::from_value(tab.js(ink).await?)?;
        ensure!(
            above > 128 && below > 128,
            "the finger draws: {above}, {below}"
        );
        ensure!(
            between < 64 && palm < 64,
            "only the finger draws: {between}, {palm}"
        );
        Ok(())
    });
}

#[test]
fn with_the_systems_own_colours_one_sees_what_is_chosen() {
    browse(Gpu::None, async |tab| {
        emulate(tab, "", &[("forced-colors", "active"), STILL]).await?;
        for (link, chosen, other) in [
            (
                "#/diffusion/denoise",
                "[data-digit='3']",
                "[data-digit='4']",
            ),
            ("#/gan/game", "[data-layer=reals]", "[data-layer=grid]"),
        ] {
            tab.open_at(link).await?;
            tab.wait_for(chosen).await?;
            // The system's own pair of colours for what is chosen, and no other.
            let own = |css: &str, of: &str| {
                format!(
                    "getComputedStyle(document.querySelector({}), '{of}').forcedColorAdjust",
                    json!(css)
                )
            };
            for (css, of, expected) in [
                (chosen, "", "none"),
                (other, "", "auto"),
                (".story [aria-current]", "::before", "none"),
                (".story li:not([aria-current])", "::before", "auto"),
            ] {
                let found = tab.js(&own(css, of)).await?;
                ensure!(found == expected, "{link}: {css}: {found}");
            }
        }
        Ok(())
    });
}

#[test]
fn field_link_and_picture_agree_however_quickly_one_clicks() {
    const CLICKS: &str = "(async () => { for (let i = 0; i < 25; i++) {
        document.querySelector('[aria-label=\"New seed\"]').click();
        if (i % 3) await new Promise(done => setTimeout(done, 4 * i)); } return true; })()";
    browse(Gpu::None, async |tab| {
        let field = "document.querySelector('input[name=seed]').value";
        let link = "new URLSearchParams(location.hash.split('?')[1]).get('seed')";
        for chapter in [
            "gan/game",
            "gan/pictures?step=0",
            "diffusion/denoise?steps=4",
        ] {
            tab.open_at(&format!("#/{chapter}")).await?;
            tab.wait_for("[aria-label='New seed']").await?;
            tab.js_promise(CLICKS).await?;
            let agree = format!("{field} === {link}");
            tab.wait_until(&agree).await?;
            tab.refreshes(20).await?;
            ensure!(tab.js(&agree).await? == true, "{chapter}: they part again");
        }
        tab.wait_for_within(".denoise[data-run-state=done]", SLOW)
            .await?;
        let clicked = tab.greys(".views canvas").await?;
        let hash = tab.js("location.hash").await?;
        tab.open_at(hash.as_str().unwrap_or_default()).await?;
        tab.wait_for_within(".denoise[data-run-state=done]", SLOW)
            .await?;
        ensure!(
            tab.greys(".views canvas").await? == clicked,
            "another picture"
        );
        Ok(())
    });
}

#[test]
fn without_a_clipboard_the_link_shown_is_of_what_is_seen() {
    browse(Gpu::None, async |tab| {
        tab.before_load(
            "Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })",
        )
        .await?;
        tab.open_at("#/diffusion/denoise?steps=4&step=4").await?;
        tab.wait_for_within(".denoise[data-run-state=done]", SLOW)
            .await?;
        tab.click(".share").await?;
        tab.wait_for("input.link").await?;
        tab.pick_digit(7).await?;
        let shown = "document.querySelector('input.link').value";
        tab.wait_until(&format!("{shown}.includes('digit=7')"))
            .await
            .map(drop)
    });
}

/// Fails if axe-core finds something serious, or in dark colours too little contrast.
pub async fn no_serious_finding(tab: &Tab) -> Result<()> {
    if tab.js("typeof axe").await? == "undefined" {
        let axe = std::fs::read_to_string(xtask::tools::axe())?;
        tab.driver.execute(axe, Vec::new()).await?;
    }
    for (dark, rules) in [(false, ""), (true, "runOnly: ['color-contrast'],")] {
        tab.prefer(dark, true).await?;
        let found = format!(
            "axe.run(document, {{ {rules} resultTypes: ['violations'] }}).then(found => found.violations
                .filter(({{ impact }}) => impact !== 'minor')
                .map(({{ id, nodes }}) => [id, ...nodes.slice(0, 4).map(({{ html }}) => html.slice(0, 160))]))"
        );
        let found = tab.js_promise(&found).await?;
        ensure!(found == Value::Array(Vec::new()), "dark: {dark}: {found:#}");
    }
    tab.prefer(false, true).await
}
