//! The landing page: the map, its live picture without motion, and what it says when there is none.

use std::time::Duration;

use harness::{Fault, Gpu, browse};

/// One digit takes 16 steps of 160 ms, once the model is there.
const A_DIGIT: Duration = Duration::from_secs(120);

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
        // The engine has a rest: the other families that run here make their pictures.
        for maker in ["gan", "vae"] {
            let sheet = format!(".live-fakes[data-maker={maker}]");
            tab.wait_for_within(&format!("{sheet}[data-fakes='0'] canvas"), A_DIGIT)
                .await?;
            let made = tab.greys(&format!("{sheet} canvas")).await?;
            assert_eq!(made.len(), 10);
            for (number, picture) in made.iter().enumerate() {
                let ink = picture.iter().filter(|grey| **grey > 128.0).count();
                assert!(
                    (20..400).contains(&ink),
                    "{maker} {number}: {ink} of 784 pixels"
                );
                assert!(
                    !made[..number].contains(picture),
                    "{maker} {number} is like another"
                );
            }
        }
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
        tab.click(".family.gan a.go").await?;
        tab.wait_for_link(&["#/gan/game"]).await?;
        tab.set_hash("#/").await?;
        tab.click(".family.diffusion a.go").await?;
        tab.wait_for_link(&["#/diffusion/denoise"]).await?;
        tab.set_hash("#/").await?;
        tab.click(".family.autoregressive a.go").await?;
        tab.wait_for_link(&["#/autoregressive/next"]).await?;
        tab.set_hash("#/").await?;
        tab.click(".family.diffusion a:not(.go)").await?;
        tab.wait_for(".noise-views").await?;
        Ok(())
    });
}

#[test]
fn without_an_engine_the_map_is_still_there() {
    browse(Gpu::None, async |tab| {
        tab.fault("*engine_cpu*", Fault::NotFound);
        tab.goto("").await?;
        tab.wait_until_within(
            "document.querySelector('.live figcaption')?.textContent.includes('No live picture')",
            A_DIGIT,
        )
        .await?;
        assert_eq!(tab.all(".family").await?.len(), 4);
        Ok(())
    });
}
