//! Clothes instead of digits: the second data set, where it is sampled.

use anyhow::{Context, Result};
use harness::{Fault, Gpu, Key, Tab, browse};

const DONE: &str = ".denoise[data-run-state=done]";
const CLOTHES: &str = "[data-set=fashion-mnist]";

/// Grey levels of the last canvas of the stage.
async fn last_picture(tab: &Tab) -> Result<Vec<f64>> {
    let mut views = tab.greys(".views canvas").await?;
    views.pop().context("no picture")
}

#[test]
fn clothes_are_sampled_with_weights_of_their_own() {
    browse(Gpu::None, async |tab| {
        // Without them the digits are left.
        tab.fault("weights/diffusion-fashion*", Fault::NotFound);
        tab.goto("#/diffusion/denoise?set=fashion-mnist&digit=1&seed=7&step=20")
            .await?;
        tab.wait_for(".notice.stop").await?;
        assert!(tab.text(".notices").await?.contains("could not be loaded"));
        tab.click("[data-set=mnist]").await?;
        tab.wait_for(DONE).await?;
        tab.keys(Key::End).await?;
        tab.wait_for(".denoise[data-step='20']").await?;
        let digit = last_picture(tab).await?;
        tab.server().clear_faults();
        tab.click(CLOTHES).await?;
        // The address follows the controls, and a new run begins with them.
        let link = tab.wait_for_link(&["set=fashion-mnist"]).await?;
        tab.wait_for(DONE).await?;
        tab.keys(Key::End).await?;
        tab.wait_for(".denoise[data-step='20']").await?;
        assert!(tab.text("[data-digit='1']").await?.contains("trousers"));
        assert!(tab.text(".model-card").await?.contains("Fashion-MNIST"));
        // Trousers have more ink than a 1.
        let shown = last_picture(tab).await?;
        let ink = |picture: &[f64]| picture.iter().filter(|&&v| v > 128.0).count();
        let (one, trousers) = (ink(&digit), ink(&shown));
        assert!(trousers > 2 * one && one > 20, "{one} {trousers}");
        // The link gives the same garment again.
        tab.goto(&link).await?;
        tab.wait_for(DONE).await?;
        tab.wait_for(".denoise[data-step='20']").await?;
        assert_eq!(last_picture(tab).await?, shown);
        Ok(())
    });
}
