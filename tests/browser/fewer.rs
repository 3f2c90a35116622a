//! The chapter 'Fewer steps' and the failure presets.

use std::time::Duration;

use anyhow::Result;
use harness::{Gpu, Key, Tab, browse};
use serde_json::json;

const ROOM: &str = "#/diffusion/fewer";
const DONE: &str = ".fewer[data-run-state=done]";
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
