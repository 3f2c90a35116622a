//! The landing page: the map, its live picture, and what it says when there is none.

use std::time::Duration;

use anyhow::{Context, Result};
use harness::{Fault, Gpu, Setup, Tab, browse, browse_with};

/// One digit takes 16 steps of 160 ms, once the model is there.
const A_DIGIT: Duration = Duration::from_secs(120);

/// Grey levels of the live picture.
async fn picture(tab: &Tab) -> Result<Vec<f64>> {
    tab.greys(".live canvas").await?.pop().context("a picture")
}

/// Share of pixels that are all but black: high in a digit, not in noise.
fn black(picture: &[f64]) -> f64 {
    picture.iter().filter(|v| **v < 40.0).count() as f64 / picture.len() as f64
}

#[test]
fn the_live_picture_is_denoised_before_our_eyes() {
    browse_with(Setup::moving(), async |tab| {
        tab.goto("").await?;
        tab.wait_for(".live[data-step='0'] canvas").await?;
        let noise = picture(tab).await?;
        assert!(black(&noise) < 0.6, "starts as noise");
        tab.wait_until_within("+document.querySelector('.live').dataset.step > 3", A_DIGIT)
            .await?;
        tab.wait_for_within(".live[data-step='16']", A_DIGIT)
            .await?;
        let digit = picture(tab).await?;
        let ink = digit.iter().filter(|v| **v > 128.0).count();
        assert!(
            black(&digit) > 0.6 && ink > 20,
            "{} black, {ink} ink",
            black(&digit)
        );
        // The next one follows by itself.
        tab.wait_for_within(".live:not([data-step='16'])", A_DIGIT)
            .await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn reduced_motion_shows_the_end_only() {
    browse(Gpu::None, async |tab| {
        tab.paced().await?;
        tab.goto("").await?;
        tab.wait_for(".live[data-run]").await?;
        tab.js(
            "(() => { window.steps = new Set(); const live = document.querySelector('.live');
             new MutationObserver(() => window.steps.add(live.dataset.step))
                 .observe(live, { attributes: true }); return true; })()",
        )
        .await?;
        tab.wait_for_within(".live[data-step='16']", A_DIGIT)
            .await?;
        tab.pass(10_000, 20).await?;
        assert_eq!(
            tab.js("[...window.steps]").await?,
            serde_json::json!(["16"])
        );
        Ok(())
    });
}

#[test]
fn the_map_names_all_families_and_opens_what_is_there() {
    browse(Gpu::None, async |tab| {
        tab.goto("").await?;
        tab.wait_for(".landing table").await?;
        let text = tab.text(".landing").await?;
        for family in ["GAN", "VAE", "Diffusion", "Autoregressive", "Flow"] {
            assert!(text.contains(family), "{family} is not named");
        }
        assert_eq!(tab.all(".family .badge").await?.len(), 2, "two are to come");
        tab.click(".family.gan a.go").await?;
        tab.wait_until("location.hash.startsWith('#/gan/game')")
            .await?;
        tab.open_at("").await?;
        tab.click(".family.diffusion a.go").await?;
        tab.wait_until("location.hash.startsWith('#/diffusion/denoise')")
            .await?;
        tab.open_at("").await?;
        tab.click(".family.diffusion a:not(.go)").await?;
        tab.wait_for(".noise-views").await?;
        Ok(())
    });
}

#[test]
fn without_an_engine_the_map_is_still_there() {
    browse(Gpu::None, async |tab| {
        tab.server().fault("*engine_cpu*", Fault::NotFound);
        tab.goto("").await?;
        tab.wait_until_within(
            "document.querySelector('.live figcaption')?.textContent.includes('No live picture')",
            A_DIGIT,
        )
        .await?;
        assert_eq!(tab.all(".family").await?.len(), 4);
        assert_eq!(tab.program_errors().await?, [""; 0]);
        Ok(())
    });
}
