//! The chapter 'Fewer steps' and the failure presets.

use std::time::Duration;

use anyhow::Result;
use harness::{Gpu, Key, Tab, browse, largest_difference};
use serde_json::json;

const ROOM: &str = "#/diffusion/fewer";
const DONE: &str = ".fewer[data-run-state=done]";
/// Many steps on two busy cores.
const SLOW: Duration = Duration::from_secs(240);

async fn open(tab: &Tab, query: &str) -> Result<()> {
    tab.goto(&format!("{ROOM}?{query}")).await?;
    tab.wait_for_within(DONE, SLOW).await.map(drop)
}

/// The grey values of a cell's canvas.
async fn cell(tab: &Tab, name: &str) -> Result<Vec<f64>> {
    tab.grey(&format!("[data-cell={name}] canvas")).await
}

async fn step_of(tab: &Tab, name: &str) -> Result<String> {
    tab.data(&format!("[data-cell={name}] .cell"), "step").await
}

#[test]
fn the_table_fills_and_every_cell_goes_its_own_way() {
    browse(Gpu::None, async |tab| {
        open(tab, "steps=4.8").await?;
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
        tab.wait_for_link(&["step=4"]).await?;
        // At the start all cells hold the same noise.
        tab.click("[aria-label='First step']").await?;
        tab.wait_for(".fewer[data-position='0']").await?;
        assert_eq!(cell(tab, "ddpm-8").await?, cell(tab, "dpm-4").await?);
        // The measured curve is drawn and told.
        tab.wait_for("[data-curve=ready]").await?;
        let curve = ".measured svg[role=img]";
        let said = tab.attribute(curve, "aria-label").await?;
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
fn rows_and_columns_are_ticked_and_a_cell_opens_where_its_first_picture_is_made() {
    browse(Gpu::None, async |tab| {
        open(tab, "ways=ddim.dpm&steps=4&seed=7&w=2").await?;
        // The last column ticked cannot be taken away.
        let last = "[...document.querySelectorAll('.ticks:nth-of-type(2) input')]
            .map(input => input.disabled)";
        assert_eq!(
            tab.js(last).await?,
            json!([true, false, false, false, false])
        );
        let here = "document.activeElement.closest('.ticks label')?.textContent ?? ''";
        let mut presses = 0;
        while tab.js(here).await? != "DDIM" {
            tab.keys(Key::Tab).await?;
            presses += 1;
            assert!(presses < 60, "the boxes cannot be reached");
        }
        tab.keys(" ").await?;
        tab.wait_for(".fewer[data-cells='1']").await?;
        tab.wait_for_link(&["ways=dpm"]).await?;
        assert_eq!(tab.all("[data-cell]").await?.len(), 1);
        tab.wait_for_within(DONE, SLOW).await?;
        let seen = tab.digits("[data-cell=dpm-4] canvas").await?;
        tab.click(".cell").await?;
        tab.wait_for_within(".denoise[data-run-state=done][data-step='4']", SLOW)
            .await?;
        let hash = tab.hash().await?;
        assert!(
            hash.contains("#/diffusion/denoise?sampler=dpm&steps=4&w=2&seed=7"),
            "{hash}"
        );
        let alone = tab.digits(".views canvas").await?;
        assert!(largest_difference(&alone[0], &seen[0]) <= 2.0);
        Ok(())
    });
}

#[test]
fn presets_lead_where_they_say_and_are_mended() {
    browse(Gpu::None, async |tab| {
        tab.goto("#/diffusion/denoise?step=20").await?;
        for (number, spoilt) in [
            (1, "w=8"),
            (2, "sampler=ddpm&steps=4"),
            (3, "schedule=linear"),
        ] {
            tab.click(&format!(".presets li:nth-of-type({number}) a"))
                .await?;
            // Its name is told after a guess.
            tab.wait_for(".preset [data-guess='0']").await?;
            assert!(tab.all(".preset .mend").await?.is_empty());
            tab.click(".preset [data-guess='0']").await?;
            tab.wait_for(&format!(".preset [data-guessed={}]", number == 1))
                .await?;
            tab.wait_until(&format!("location.hash.includes('{spoilt}')"))
                .await?;
            tab.click(".preset .mend").await?;
            tab.wait_until("!document.querySelector('.preset')").await?;
            // The link follows late; the rest is kept.
            tab.wait_until(&format!(
                "!location.hash.includes('{spoilt}') && location.hash.includes('n=16')"
            ))
            .await?;
        }
        // The schedule in use is shown and can be changed back.
        tab.set_hash("#/diffusion/denoise?schedule=linear&steps=4&step=4")
            .await?;
        tab.wait_for("svg[role=img][aria-label^='The linear schedule']")
            .await?;
        tab.set_value("select[name=schedule]", "cosine").await?;
        tab.wait_for("svg[role=img][aria-label^='The cosine schedule']")
            .await?;
        tab.wait_for_link_without("schedule").await
    });
}
