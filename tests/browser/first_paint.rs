//! What is there before the program: the same words at the same places, the right colours, and
//! a policy that lets no other script in.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use harness::{Fault, Gpu, Setup, Tab, browse, browse_with, largest_difference};
use serde::Deserialize;
use serde_json::json;

/// The page's program, which the browser gets late here.
const PROGRAM: &str = "*app*.wasm";

/// How far things may move when the program takes over, px.
const STILL: f64 = 1.0;

/// One digit takes 16 steps of 160 ms, once the model is there.
const A_DIGIT: Duration = Duration::from_secs(120);

/// Google's 'good' is 0.1.
const LARGEST_SHIFT: f64 = 0.05;

/// Sums up the layout's shifts, and measures the first paint once its document is parsed.
const WATCH: &str = "
    window.shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.shift += entry.value))
        .observe({ type: 'layout-shift', buffered: true });
    window.measured = () => Object.fromEntries(['.brand', 'nav .room-link:nth-child(4)', 'h1', '.gist',
        'h2', '.lead', '.live .pix', '.live figcaption', '.family h3', '.ways', '.go'].map(css => {
            const element = document.querySelector(css);
            const { left, top, width, height } = element.getBoundingClientRect();
            const text = css.startsWith('.live') ? '' : element.innerText;
            return [css, { box: [left, top, width, height], text }]; }));
    addEventListener('DOMContentLoaded', () => {
        if (document.querySelector('h1')) window.early = window.measured(); });
    window.violations = [];
    addEventListener('securitypolicyviolation', event => window.violations.push(
        event.violatedDirective + ' ' + event.blockedURI));";

#[derive(Debug, Deserialize)]
struct Place {
    #[serde(rename = "box")]
    corner_and_size: [f64; 4],
    text: String,
}

type Places = BTreeMap<String, Place>;

async fn places(tab: &Tab, which: &str) -> Result<Places> {
    Ok(serde_json::from_value(tab.js(which).await?)?)
}

/// Share of pixels that are all but black: high in a digit, not in noise.
fn black(picture: &[f64]) -> f64 {
    picture.iter().filter(|v| **v < 40.0).count() as f64 / picture.len() as f64
}

#[test]
fn the_landing_page_stays_where_its_first_paint_was_and_its_picture_is_denoised() {
    browse_with(Setup::moving(), async |tab| {
        tab.before_load(WATCH).await?;
        tab.server().let_keep("engine*");
        tab.fault(PROGRAM, Fault::Delay(Duration::from_secs(1)));
        for (width, height) in [(900, 900), (390, 800), (1360, 900)] {
            tab.viewport(width, height).await?;
            tab.open_at("").await?;
            tab.wait_for(".live[data-step='0'] canvas").await?;
            let noise = tab.grey(".live canvas").await?;
            assert!(black(&noise) < 0.6, "starts as noise");
            let (early, late) = (
                places(tab, "window.early").await?,
                places(tab, "window.measured()").await?,
            );
            assert!(early.len() > 10, "{early:?}");
            for (css, before) in &early {
                let after = &late[css];
                assert_eq!(before.text, after.text, "{css} at {width} px");
                let [from, to] = [before, after].map(|place| place.corner_and_size);
                let moved = largest_difference(&from, &to);
                // They give way to the tools, whose width depends on the fonts.
                let allowed = if css.starts_with("nav") { 8.0 } else { STILL };
                assert!(moved <= allowed, "{css} at {width} px: {from:?}, {to:?}");
            }
            // A whole digit and its captions, before our eyes.
            tab.wait_until_within("+document.querySelector('.live').dataset.step > 3", A_DIGIT)
                .await?;
            if width != 900 {
                tab.wait_for_within(".live[data-step='16']", A_DIGIT)
                    .await?;
            }
            let shift = tab.js("window.shift").await?.as_f64().unwrap_or(f64::NAN);
            assert!(shift < LARGEST_SHIFT, "{shift} at {width} px");
        }
        let digit = tab.grey(".live canvas").await?;
        let ink = digit.iter().filter(|v| **v > 128.0).count();
        let black = black(&digit);
        assert!(black > 0.6 && ink > 20, "{black} black, {ink} ink");
        // The next one follows by itself.
        tab.wait_for_within(".live:not([data-step='16'])", A_DIGIT)
            .await
            .map(drop)
    });
}

#[test]
fn the_first_paint_has_the_visitors_colours() {
    browse(Gpu::None, async |tab| {
        let paper = "getComputedStyle(document.body).backgroundColor";
        tab.server();
        tab.open_at("").await?;
        let light = tab.js(paper).await?;
        tab.click(".theme").await?;
        tab.click(".theme").await?;
        tab.wait_for("html[data-theme=dark]").await?;
        // The program never comes.
        tab.fault(PROGRAM, Fault::NotFound);
        tab.let_errors_be();
        tab.goto("").await?;
        assert_eq!(
            tab.js("document.documentElement.dataset.theme").await?,
            "dark"
        );
        assert_ne!(tab.js(paper).await?, light);
        assert!(tab.all(".tools .engine").await?.is_empty());
        Ok(())
    });
}

#[test]
fn no_foreign_script_runs_and_the_page_breaks_no_rule() {
    browse(Gpu::None, async |tab| {
        tab.let_errors_be();
        tab.before_load(WATCH).await?;
        for place in ["", "#/diffusion/noise", "#/diffusion/denoise?step=20"] {
            tab.open_at(place).await?;
            assert_eq!(tab.js("window.violations").await?, json!([]), "{place}");
        }
        tab.wait_for(".denoise[data-run-state=done]").await?;
        assert_eq!(tab.js("window.violations").await?, json!([]));
        let complaints: Vec<_> = tab
            .console()
            .await?
            .into_iter()
            .filter(|entry| entry.message.contains("Content Security Policy"))
            .collect();
        assert!(complaints.is_empty(), "{complaints:?}");

        let inject = "(() => { const script = document.createElement('script');
            script.textContent = 'window.injected = true'; document.head.append(script);
            return true; })()";
        tab.js(inject).await?;
        tab.wait_until("window.violations.length === 1").await?;
        let said = tab.js("window.violations[0]").await?;
        assert_eq!(said, "script-src-elem inline");
        assert_eq!(tab.js("typeof window.injected").await?, "undefined");
        Ok(())
    });
}
