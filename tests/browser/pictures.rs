//! Clothes instead of digits: the second data set, wherever it can be chosen.

use anyhow::{Context, Result};
use harness::{Fault, Gpu, Key, Tab, browse};

const DONE: &str = ".denoise[data-run-state=done]";
const CLOTHES: &str = "[data-set=fashion-mnist]";

/// Grey levels of the last canvas of the stage.
async fn last_picture(tab: &Tab) -> Result<Vec<u8>> {
    let read = "(() => { const c = [...document.querySelectorAll('.views canvas')].pop();
        const d = c.getContext('2d').getImageData(0, 0, 28, 28).data;
        return Array.from({ length: 784 }, (_, i) => d[4 * i]); })()";
    Ok(serde_json::from_value(tab.js(read).await?)?)
}

#[test]
fn clothes_are_sampled_with_weights_of_their_own() {
    browse(Gpu::None, async |tab| {
        tab.goto("#/diffusion/denoise?digit=1&seed=7&step=20")
            .await?;
        tab.wait_for(DONE).await?;
        let digit = last_picture(tab).await?;
        tab.click(CLOTHES).await?;
        // The address follows the controls, and a new run begins with them.
        tab.wait_until("location.hash.includes('set=fashion-mnist')")
            .await?;
        tab.wait_for(DONE).await?;
        tab.keys(Key::End).await?;
        tab.wait_for(".denoise[data-step='20']").await?;
        assert!(tab.text("[data-digit='1']").await?.contains("trousers"));
        assert!(tab.text(".model-card").await?.contains("Fashion-MNIST"));
        // Trousers have more ink than a 1.
        let ink = |picture: &[u8]| picture.iter().filter(|&&v| v > 128).count();
        let (one, trousers) = (ink(&digit), ink(&last_picture(tab).await?));
        assert!(trousers > 2 * one && one > 20, "{one} {trousers}");
        // The link gives the same garment again.
        let shown = last_picture(tab).await?;
        let hash = tab.js("location.hash").await?;
        tab.goto("#/").await?;
        tab.goto(hash.as_str().context("a hash")?).await?;
        tab.wait_for(DONE).await?;
        tab.wait_for(".denoise[data-step='20']").await?;
        assert_eq!(last_picture(tab).await?, shown);
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn missing_weights_of_the_clothes_leave_the_digits_alone() {
    browse(Gpu::None, async |tab| {
        tab.server()
            .fault("weights/diffusion-fashion*", Fault::NotFound);
        tab.goto("#/diffusion/denoise?set=fashion-mnist").await?;
        tab.wait_for(".notice.stop").await?;
        assert!(tab.text(".notices").await?.contains("could not be loaded"));
        tab.click("[data-set=mnist]").await?;
        tab.wait_for(DONE).await?;
        assert_eq!(tab.program_errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn real_clothes_are_noised() {
    browse(Gpu::None, async |tab| {
        tab.goto("#/diffusion/noise?t=300").await?;
        tab.wait_for(".digits .digit").await?;
        tab.click(CLOTHES).await?;
        tab.click("[data-digit='9']").await?;
        tab.wait_for("[aria-label='Real pictures of class ankle boot']")
            .await?;
        tab.click(".digits label:nth-of-type(2)").await?;
        tab.wait_for("[aria-label^='The clean picture: a real ankle boot']")
            .await?;
        tab.wait_until("location.hash.includes('set=fashion-mnist')")
            .await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}
