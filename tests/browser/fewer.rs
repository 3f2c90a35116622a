//! The chapter 'Fewer steps' and the failure presets.

use std::time::Duration;

use anyhow::Result;
use harness::{Fault, Gpu, Key, Setup, Tab, browse, browse_with};
use serde_json::json;

const ROOM: &str = "#/diffusion/fewer";
const DONE: &str = ".fewer[data-run-state=done]";
const CURVE: &str = "quality/diffusion-mnist-steps.json";
/// Many steps on two busy cores.
const SLOW: Duration = Duration::from_secs(240);

async fn open(tab: &Tab, query: &str) -> Result<()> {
    tab.goto(&format!("{ROOM}{query}")).await?;
    tab.wait_for_within(DONE, SLOW).await.map(drop)
}

/// The grey values of a cell's canvas.
async fn cell(tab: &Tab, name: &str) -> Result<Vec<f64>> {
    let read = format!(
        "(() => {{ const canvas = document.querySelector('[data-cell=\"{name}\"] canvas');
         const {{ data }} = canvas.getContext('2d').getImageData(0, 0, 56, 56);
         return [...data].filter((_, i) => i % 4 === 0); }})()"
    );
    Ok(serde_json::from_value(tab.js(&read).await?)?)
}

async fn step_of(tab: &Tab, name: &str) -> Result<String> {
    let css = format!("[data-cell='{name}'] .cell");
    Ok(tab.attribute(&css, "data-step").await?.unwrap_or_default())
}

#[test]
fn the_table_fills_and_every_cell_goes_its_own_way() {
    browse(Gpu::None, async |tab| {
        open(tab, "?steps=4.8").await?;
        // Three samplers twice, and the distilled model in the four steps it was made for.
        assert_eq!(tab.all(".cell").await?.len(), 7);
        tab.wait_for(".fewer[data-position='100']").await?;
        let (ddpm, ddim) = (cell(tab, "ddpm-8").await?, cell(tab, "ddim-8").await?);
        assert_ne!(ddpm, ddim);
        assert!(ddim.iter().any(|v| *v > 200.0), "there is ink");
        // Half-way every cell is half-way.
        tab.set_value(".scrub input", "4").await?;
        tab.wait_for(".fewer[data-position='50']").await?;
        assert_eq!(step_of(tab, "ddim-8").await?, "4");
        assert_eq!(step_of(tab, "ddim-4").await?, "2");
        tab.wait_until("location.hash.includes('step=4')").await?;
        // At the start all cells hold the same noise.
        tab.click("[aria-label='First step']").await?;
        tab.wait_for(".fewer[data-position='0']").await?;
        assert_eq!(cell(tab, "ddpm-8").await?, cell(tab, "dpm-4").await?);
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_cell_opens_where_its_first_picture_is_made() {
    browse(Gpu::None, async |tab| {
        open(tab, "?ways=dpm&steps=4&seed=7&w=2").await?;
        let seen = cell(tab, "dpm-4").await?;
        tab.click(".cell").await?;
        tab.wait_for_within(".denoise[data-run-state=done][data-step='4']", SLOW)
            .await?;
        let url = tab.url().await?;
        assert!(
            url.contains("#/diffusion/denoise?sampler=dpm&steps=4&w=2&seed=7"),
            "{url}"
        );
        let read = "(() => { const canvas = document.querySelector('.views canvas');
            return [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]
                .filter((_, i) => i % 4 === 0); })()";
        let alone: Vec<f64> = serde_json::from_value(tab.js(read).await?)?;
        for (row, pixels) in alone.chunks(28).enumerate() {
            for (a, b) in pixels.iter().zip(&seen[56 * row..]) {
                assert!((a - b).abs() <= 2.0, "row {row}");
            }
        }
        Ok(())
    });
}

#[test]
fn the_table_can_be_stopped_and_goes_on() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?ways=ddim&steps=4.250")).await?;
        tab.wait_for_within(".fewer[data-finished='1']", SLOW)
            .await?;
        tab.click(".progress button").await?;
        tab.wait_for(".fewer[data-run-state=cancelled]").await?;
        assert_eq!(tab.text(".progress button").await?, "Go on");
        tab.click(".progress button").await?;
        tab.wait_for_within(".fewer[data-finished='2'][data-run-state=done]", SLOW)
            .await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn rows_and_columns_are_ticked_with_the_keyboard() {
    browse(Gpu::None, async |tab| {
        open(tab, "?ways=ddim.dpm&steps=4").await?;
        // The last column ticked cannot be taken away.
        let last = "[...document.querySelectorAll('.ticks:nth-of-type(2) input')]
            .map(input => input.disabled)";
        assert_eq!(
            tab.js(last).await?,
            json!([true, false, false, false, false])
        );
        let here = "document.activeElement.closest('.ticks label')?.textContent ?? ''";
        let mut presses = 0;
        while tab.js(here).await? != "DPM-Solver++(2M)" {
            tab.keys(Key::Tab).await?;
            presses += 1;
            assert!(presses < 60, "the boxes cannot be reached");
        }
        tab.keys(" ").await?;
        tab.wait_for(".fewer[data-cells='1']").await?;
        tab.wait_until("location.hash.includes('ways=ddim')")
            .await?;
        assert_eq!(tab.all("[data-cell]").await?.len(), 1);
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn the_measured_curve_is_drawn_and_told() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?ways=ddim&steps=4")).await?;
        tab.wait_for("[data-curve=ready]").await?;
        let said = tab
            .attribute(".measured svg[role=img]", "aria-label")
            .await?;
        let said = said.unwrap_or_default();
        for part in [
            "DDPM:",
            "DDIM:",
            "DPM-Solver++(2M):",
            "Distilled:",
            "real digits have",
        ] {
            assert!(said.contains(part), "{said}");
        }
        assert!(!said.contains('{') && !said.contains("NaN"), "{said}");
        Ok(())
    });
}

#[test]
fn a_missing_or_broken_curve_is_a_sentence_and_a_retry() {
    for fault in [Fault::NotFound, Fault::Truncate(100)] {
        browse(Gpu::None, async |tab| {
            tab.server.fault(CURVE, fault);
            open(tab, "?ways=ddim&steps=4").await?;
            tab.wait_for("[data-curve=failed]").await?;
            let said = tab.text(".measured [role=alert]").await?;
            assert!(said.contains("could not be loaded"), "{said}");
            tab.server.clear_faults();
            tab.click(".measured button").await?;
            tab.wait_for("[data-curve=ready]").await?;
            assert_eq!(tab.program_errors().await?, [""; 0]);
            Ok(())
        });
    }
}

#[test]
fn presets_lead_where_they_say_and_are_mended() {
    browse(Gpu::None, async |tab| {
        for (number, spoilt) in [
            (1, "w=8"),
            (2, "sampler=ddpm&steps=4"),
            (3, "schedule=linear"),
        ] {
            tab.goto("#/diffusion/denoise?step=20").await?;
            tab.click(&format!(".presets li:nth-of-type({number}) a"))
                .await?;
            tab.wait_for(".preset .mend").await?;
            let url = tab.url().await?;
            assert!(url.contains(spoilt), "{url}");
            tab.click(".preset .mend").await?;
            tab.wait_until("!document.querySelector('.preset')").await?;
            let url = tab.url().await?;
            assert!(!url.contains(spoilt), "{url}");
            assert!(url.contains("n=16"), "the rest is kept: {url}");
        }
        assert_eq!(tab.program_errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn the_schedule_in_use_is_shown_and_can_be_changed_back() {
    browse(Gpu::None, async |tab| {
        tab.goto("#/diffusion/denoise?schedule=linear&steps=4&step=4")
            .await?;
        tab.wait_for("svg[role=img][aria-label^='The linear schedule']")
            .await?;
        tab.set_value("select[name=schedule]", "cosine").await?;
        tab.wait_for("svg[role=img][aria-label^='The cosine schedule']")
            .await?;
        tab.wait_until("!location.hash.includes('schedule')")
            .await?;
        Ok(())
    });
}

#[test]
fn the_table_is_saved_as_png() {
    browse(Gpu::None, async |tab| {
        let script = "HTMLAnchorElement.prototype.click = function () {
            window.saved = { href: this.href, name: this.download }; }";
        tab.before_load(script).await?;
        open(tab, "?ways=ddim.dpm&steps=4").await?;
        tab.click(".fewer .save").await?;
        let name = tab.wait_until("window.saved?.name").await?;
        assert_eq!(name, "genscope-fewer-steps-digit-3-seed-42.png");
        let size = "new Promise((ok, no) => { const image = new Image();
            image.onload = () => ok([image.width, image.height]); image.onerror = no;
            image.src = window.saved.href; })";
        assert_eq!(tab.js_promise(size).await?, json!([2 * 28 * 8, 4 * 28 * 8]));
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
        open(tab, "?ways=ddpm.dpm&steps=4.8").await?;
        tab.wait_for("[data-curve=ready]").await?;
        assert_eq!(tab.overflow().await?, [""; 0]);
        tab.goto("#/diffusion/denoise?sampler=ddpm&steps=4&step=4")
            .await?;
        tab.wait_for(".preset").await?;
        assert_eq!(tab.overflow().await?, [""; 0]);
        Ok(())
    });
}
