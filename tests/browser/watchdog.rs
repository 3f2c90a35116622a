//! What hangs or stalls is noticed, ended and started anew.

use std::time::Duration;

use harness::{Fault, Gpu, browse};

const DONE: &str = ".denoise[data-run-state=done]";
/// Shortened patience, start-up and a run on two busy cores.
const SLOW: Duration = Duration::from_secs(120);

/// The time of a hidden page does not count.
#[test]
fn an_engine_that_hangs_is_replaced_and_the_run_goes_on() {
    browse(Gpu::None, async |tab| {
        tab.paced().await?;
        tab.goto("#/diffusion/denoise?patience=20&fault=hang")
            .await?;
        // The engine is warm, and hangs soon.
        tab.wait_until("document.querySelector('.denoise')?.dataset.frames >= 3")
            .await?;
        tab.hidden(true).await?;
        tab.pass(60_000, 40).await?;
        assert_eq!(tab.text(".notices").await?, "");
        tab.hidden(false).await?;
        tab.pace(10).await?;
        tab.wait_until("document.querySelector('.notices').innerText")
            .await?;
        tab.pace(1).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        assert_eq!(tab.data(DONE, "frames").await?, "21");
        let said = tab.text(".notices").await?;
        assert!(said.contains("did not answer for 20 seconds"), "{said}");
        assert!(said.contains("goes on from step"), "{said}");
        Ok(())
    });
}

#[test]
fn a_manifest_that_stalls_is_fetched_again() {
    browse(Gpu::None, async |tab| {
        let stall = Fault::StallAfter(20);
        tab.server().fault_times("weights/manifest.json", stall, 1);
        tab.goto("#/diffusion/denoise?steps=4&patience=3").await?;
        tab.wait_for_within(DONE, SLOW).await.map(drop)
    });
}
