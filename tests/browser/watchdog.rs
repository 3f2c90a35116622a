//! What hangs or stalls is noticed, ended and started anew.

use std::time::Duration;

use anyhow::Result;
use harness::{Fault, Gpu, Tab, browse};

const DONE: &str = ".denoise[data-run-state=done]";
/// Shortened patience, start-up and a run on two busy cores.
const SLOW: Duration = Duration::from_secs(120);

/// The engine is warm, and hangs soon.
const BEGUN: &str = "document.querySelector('.denoise')?.dataset.frames >= 3";

/// Waits, at ten times the pace, until the engine's silence is noticed.
async fn wait_for_silence(tab: &Tab) -> Result<()> {
    tab.pace(10).await?;
    tab.wait_until("document.querySelector('.notices').innerText.includes('did not answer')")
        .await?;
    tab.pace(1).await
}

async fn frames(tab: &Tab) -> Result<String> {
    let frames = tab.attribute(".denoise", "data-frames").await?;
    Ok(frames.unwrap_or_default())
}

#[test]
fn an_engine_that_hangs_is_replaced_and_the_run_goes_on() {
    browse(Gpu::None, async |tab| {
        tab.goto("#/diffusion/denoise?step=20&patience=2&fault=hang")
            .await?;
        tab.wait_for_within(DONE, SLOW).await?;
        assert_eq!(frames(tab).await?, "21");
        let said = tab.text(".notices").await?;
        assert!(said.contains("did not answer for 2 seconds"), "{said}");
        assert!(said.contains("goes on from step"), "{said}");
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_hidden_page_does_not_count_the_time() {
    browse(Gpu::None, async |tab| {
        tab.paced().await?;
        tab.goto("#/diffusion/denoise?steps=50&patience=20&fault=hang")
            .await?;
        tab.wait_until(BEGUN).await?;
        tab.hidden(true).await?;
        tab.pass(60_000, 40).await?;
        assert_eq!(tab.text(".notices").await?, "");
        tab.hidden(false).await?;
        wait_for_silence(tab).await?;
        tab.wait_for_within(DONE, SLOW).await.map(drop)
    });
}

#[test]
fn a_manifest_that_stalls_is_fetched_again() {
    browse(Gpu::None, async |tab| {
        tab.server()
            .fault_times("weights/manifest.json", Fault::StallAfter(20), 1);
        tab.goto("#/diffusion/denoise?steps=4&patience=3").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn weights_that_never_come_can_be_retried() {
    browse(Gpu::None, async |tab| {
        tab.server().fault("weights/*.bpk", Fault::StallAfter(5000));
        tab.goto("#/diffusion/denoise?steps=4&patience=2").await?;
        tab.wait_for_within(".notice.stop", SLOW).await?;
        let said = tab.js("document.querySelector('.notice details').textContent");
        let said = said.await?.to_string();
        assert!(said.contains("nothing came for 2 s"), "{said}");
        tab.server().clear_faults();
        tab.click(".notice.stop .button").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        assert_eq!(frames(tab).await?, "5");
        Ok(())
    });
}

#[test]
fn a_hung_gpu_hands_over_to_the_cpu() {
    browse(Gpu::Swiftshader, async |tab| {
        tab.paced().await?;
        // Enough for a first step in software, shaders included.
        tab.goto("#/diffusion/denoise?engine=gpu&steps=8&step=8&patience=60&fault=hang")
            .await?;
        tab.wait_until_within(BEGUN, SLOW).await?;
        wait_for_silence(tab).await?;
        let done = ".denoise[data-run-state=done][data-engine=cpu]";
        tab.wait_for_within(done, Duration::from_secs(240)).await?;
        assert_eq!(frames(tab).await?, "9");
        let said = tab.text(".notices").await?;
        assert!(said.contains("The CPU goes on"), "{said}");
        Ok(())
    });
}
