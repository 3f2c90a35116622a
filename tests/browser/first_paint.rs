//! What is there before the program: the same words at the same places, the right colours, and
//! a policy that lets no other script in.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use harness::{Fault, Gpu, Setup, Tab, browse, browse_with};
use serde::Deserialize;
use serde_json::json;

/// The page's program, which the browser gets late here.
const PROGRAM: &str = "*app*.wasm";

/// How far things may move when the program takes over, px.
const STILL: f64 = 1.0;

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

#[test]
fn the_landing_page_stays_where_its_first_paint_was() {
    for size in [(1360, 900), (900, 900), (390, 800)] {
        let setup = Setup {
            motion: true,
            size,
            ..Setup::default()
        };
        browse_with(setup, async |tab| {
            tab.before_load(WATCH).await?;
            let late = Fault::Delay(Duration::from_millis(1500));
            tab.server().fault(PROGRAM, late);
            tab.open_at("").await?;
            tab.wait_for(".live[data-step='0'] canvas").await?;
            let (early, late) = (
                places(tab, "window.early").await?,
                places(tab, "window.measured()").await?,
            );
            assert!(early.len() > 10, "{early:?}");
            for (css, before) in &early {
                let after = &late[css];
                assert_eq!(before.text, after.text, "{css} at {} px", size.0);
                let [from, to] = [before, after].map(|place| place.corner_and_size);
                let moved = from
                    .iter()
                    .zip(&to)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f64::max);
                // They give way to the tools, whose width depends on the fonts.
                let allowed = if css.starts_with("nav") { 8.0 } else { STILL };
                assert!(moved <= allowed, "{css} at {} px: {from:?}, {to:?}", size.0);
            }
            // A whole digit and its captions.
            tab.wait_for_within(".live[data-step='16']", Duration::from_secs(120))
                .await?;
            let shift = tab.js("window.shift").await?.as_f64().unwrap_or(f64::NAN);
            assert!(shift < LARGEST_SHIFT, "{shift} at {} px", size.0);
            assert_eq!(tab.errors().await?, [""; 0]);
            Ok(())
        });
    }
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
        tab.server().fault(PROGRAM, Fault::NotFound);
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
