//! The chapter 'Denoise it': the visitor's main job, and what may go wrong on the way.

use std::time::Duration;

use anyhow::{Context, Result};
use harness::{Fault, Gpu, Key, Setup, Tab, browse, browse_with, largest_difference};

const ROOM: &str = "#/diffusion/denoise";
const STAGE: &str = ".denoise";
const DONE: &str = ".denoise[data-run-state=done]";
/// The widths of WebGPU in software, and of a grid on two busy cores.
const SLOW: Duration = Duration::from_secs(180);

/// Opens the chapter with these controls and waits for its last frame.
async fn open(tab: &Tab, query: &str) -> Result<()> {
    tab.goto(&format!("{ROOM}?{query}")).await?;
    tab.wait_for_within(DONE, SLOW).await.map(drop)
}

async fn wait_for_step(tab: &Tab, step: u32) -> Result<()> {
    tab.wait_for(&format!(".denoise[data-step='{step}']"))
        .await
        .map(drop)
}

/// The grey values of the canvases shown: x_t, noise, guess.
async fn pictures(tab: &Tab) -> Result<Vec<Vec<f64>>> {
    tab.greys(".views canvas").await
}

/// The last of them.
async fn guess(tab: &Tab) -> Result<Vec<f64>> {
    pictures(tab).await?.pop().context("no picture")
}

/// Standard deviation of a picture's grey values.
fn spread(picture: &[f64]) -> f64 {
    let n = picture.len() as f64;
    let mean = picture.iter().sum::<f64>() / n;
    (picture.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt()
}

async fn notices(tab: &Tab) -> Result<String> {
    tab.text(".notices").await
}

#[test]
fn a_digit_is_sampled_and_stepped_through() {
    browse_with(Setup::moving(), async |tab| {
        tab.goto(ROOM).await?;
        tab.wait_until("document.querySelector('.denoise')?.dataset.step > 2")
            .await?;
        tab.hidden(true).await?;
        tab.refreshes(2).await?;
        let step = tab.data(STAGE, "step").await?;
        tab.refreshes(30).await?;
        let still = tab.data(STAGE, "step").await?;
        assert_eq!(still, step, "playback of a hidden tab stands still");
        tab.wait_for(DONE).await?;
        tab.hidden(false).await?;
        assert_eq!(tab.data(STAGE, "frames").await?, "21");
        assert_eq!(tab.data(STAGE, "engine").await?, "cpu");
        // It plays by itself to the end, where no noise is left.
        wait_for_step(tab, 20).await?;
        let end = pictures(tab).await?;
        let off = largest_difference(&end[0], &end[2]);
        assert!(off <= 1.0, "x_0 is its own guess");
        assert!(spread(&end[1]) == 0.0, "no noise is left");

        tab.click("[aria-label='First step']").await?;
        wait_for_step(tab, 0).await?;
        let start = pictures(tab).await?;
        assert!(spread(&start[0]) > 50.0, "pure noise");
        tab.click("[aria-label='Step forward']").await?;
        wait_for_step(tab, 1).await?;
        tab.set_value(".scrub input", "12").await?;
        wait_for_step(tab, 12).await?;
        let equation = tab.text(".this-step math").await?;
        assert!(equation.contains("350"), "to t = 350: {equation}");
        tab.click("[aria-label='Step back']").await?;
        wait_for_step(tab, 11).await?;
        tab.click(".thumb:last-child").await?;
        wait_for_step(tab, 20).await?;
        assert_eq!(pictures(tab).await?, end, "stepping computes nothing anew");
        Ok(())
    });
}

#[test]
fn a_branch_keeps_its_past_and_its_link_restores_it() {
    browse(Gpu::None, async |tab| {
        open(tab, "step=8").await?;
        wait_for_step(tab, 8).await?;
        let before = pictures(tab).await?;
        tab.click(".branch").await?;
        tab.click("[data-digit='8']").await?;
        tab.wait_for(".denoise[data-branches='2']").await?;
        wait_for_step(tab, 20).await?;
        let end = pictures(tab).await?;
        tab.set_value(".scrub input", "8").await?;
        wait_for_step(tab, 8).await?;
        let after = pictures(tab).await?;
        assert_eq!(after[0], before[0], "the same x_t");
        let moved = largest_difference(&after[2], &before[2]);
        assert!(moved > 1.0, "another guess of it");
        tab.keys(Key::End).await?;
        wait_for_step(tab, 20).await?;
        // The first branch is still there.
        tab.click(".branches button:first-child").await?;
        wait_for_step(tab, 20).await?;
        tab.digit_is_picked(3).await?;
        assert!(largest_difference(&pictures(tab).await?[0], &end[0]) > 1.0);
        tab.click(".branches button:last-child").await?;
        let link = tab.wait_for_link(&["past=8", "step=20"]).await?;
        tab.goto(&link).await?;
        tab.wait_for(".denoise[data-branches='2'][data-run-state=done]")
            .await?;
        wait_for_step(tab, 20).await?;
        assert_eq!(pictures(tab).await?, end);
        Ok(())
    });
}

#[test]
fn a_shared_link_shows_the_same_picture() {
    browse(Gpu::None, async |tab| {
        // Keeps what is copied.
        let script = "Object.defineProperty(navigator, 'clipboard', { configurable: true, value: {
            writeText: text => { window.copied = text; return Promise.resolve(); } } })";
        tab.before_load(script).await?;
        open(
            tab,
            "digit=7&sampler=ddpm&steps=10&w=3.5&guided=midway&seed=99&step=6&engine=cpu",
        )
        .await?;
        wait_for_step(tab, 6).await?;
        let seen = pictures(tab).await?;
        tab.click(".share").await?;
        let link = tab.wait_until("window.copied").await?;
        let link = link.as_str().unwrap_or_default();
        let (_, hash) = link.split_once('#').unwrap_or_default();
        assert!(
            ["seed=99", "step=6", "guided=midway"]
                .iter()
                .all(|part| hash.contains(part)),
            "{link}"
        );
        tab.goto(&format!("#{hash}")).await?;
        tab.wait_for(DONE).await?;
        wait_for_step(tab, 6).await?;
        assert_eq!(pictures(tab).await?, seen);
        assert_eq!(notices(tab).await?, "");
        // What cannot be copied is shown.
        let lacking = "Object.defineProperty(navigator, 'clipboard', { value: undefined })";
        tab.js(&format!("({lacking}, true)")).await?;
        tab.click(".share").await?;
        tab.wait_for("input.link").await?;
        let shown = tab.js("document.querySelector('input.link').value").await?;
        assert_eq!(shown, link);
        // Guided all the way, it is another picture.
        tab.keys(Key::End).await?;
        wait_for_step(tab, 10).await?;
        let midway = guess(tab).await?;
        tab.set_value("select[name=guided]", "at every step")
            .await?;
        tab.wait_until("!location.hash.includes('guided')").await?;
        tab.wait_for(DONE).await?;
        wait_for_step(tab, 10).await?;
        let moved = largest_difference(&guess(tab).await?, &midway);
        assert!(moved > 1.0, "{moved}");
        Ok(())
    });
}

#[test]
fn a_control_changed_in_mid_run_starts_again_at_once() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?steps=1000")).await?;
        tab.wait_until("document.querySelector('.denoise')?.dataset.frames > 10")
            .await?;
        tab.set_value("select[name=steps]", "10").await?;
        tab.wait_for(".denoise[data-run-state=done][data-steps='10']")
            .await?;
        assert_eq!(tab.data(STAGE, "frames").await?, "11");
        wait_for_step(tab, 10).await?;
        let changed = pictures(tab).await?;
        open(tab, "steps=10&step=10").await?;
        wait_for_step(tab, 10).await?;
        let anew = pictures(tab).await?;
        assert_eq!(anew, changed, "nothing of the old run is in it");
        Ok(())
    });
}

/// Sixteen pictures take seconds; the distilled model shows at once what they will be like.
#[test]
fn a_grid_shows_sixteen_different_pictures_and_is_looked_ahead_of() {
    browse(Gpu::None, async |tab| {
        open(tab, "digit=0&steps=20&step=20").await?;
        assert!(tab.all(".ahead").await?.is_empty(), "one picture is quick");
        let alone = pictures(tab).await?;
        tab.click(".more summary").await?;
        tab.click("[data-count='16']").await?;
        tab.click("[data-digit=each]").await?;
        tab.wait_for(".ahead canvas").await?;
        let done: u32 = tab.data(STAGE, "frames").await?.parse()?;
        assert!(done < 21, "the run is not over: {done}");
        let ahead = tab.greys(".ahead canvas").await?;
        let pixels = ahead.concat();
        let ink = pixels.iter().filter(|grey| **grey > 128.0).count();
        let share = ink as f64 / pixels.len() as f64;
        assert!((0.05..0.3).contains(&share), "digits, not noise: {share}");
        let all = format!("{DONE}[data-frames='21'][data-step='20']");
        tab.wait_for_within(&all, SLOW).await?;
        let grid = tab.digits(".views canvas").await?;
        assert_eq!(grid.len(), 16);
        for (k, one) in grid.iter().enumerate() {
            assert!(!grid[..k].contains(one), "picture {k} is like another");
        }
        // The first of sixteen is the one of its seed alone.
        assert!(largest_difference(&alone[0], &grid[0]) <= 2.0);
        // The look stays beside the result, and leaves with it.
        assert_eq!(tab.greys(".ahead canvas").await?, ahead);
        tab.click("[data-count='1']").await?;
        tab.wait_until("!document.querySelector('.ahead')").await?;
        Ok(())
    });
}

#[test]
fn a_look_ahead_that_fails_does_not_keep_the_run() {
    browse(Gpu::None, async |tab| {
        tab.fault("weights/diffusion-mnist-quick.bpk", Fault::NotFound);
        open(tab, "steps=4&step=4").await?;
        tab.click(".more summary").await?;
        tab.click("[data-count='16']").await?;
        tab.wait_for_within(&format!("{DONE}[data-frames='5']"), SLOW)
            .await?;
        assert!(tab.all(".ahead").await?.is_empty());
        Ok(())
    });
}

#[test]
fn without_webgpu_the_cpu_serves_who_asks_for_it() {
    browse(Gpu::None, async |tab| {
        open(tab, "engine=gpu&steps=4").await?;
        assert_eq!(tab.data(STAGE, "engine").await?, "cpu");
        let said = notices(tab).await?;
        assert!(said.contains("No WebGPU"), "{said}");
        Ok(())
    });
}

#[test]
fn a_lost_gpu_hands_over_to_the_cpu_which_gives_the_same_picture() {
    browse(Gpu::Swiftshader, async |tab| {
        tab.let_errors_be();
        open(tab, "engine=gpu&steps=4&step=4").await?;
        wait_for_step(tab, 4).await?;
        assert_eq!(tab.data(STAGE, "engine").await?, "gpu");
        let by_gpu = pictures(tab).await?;
        tab.set_hash(&format!("{ROOM}?engine=gpu&steps=8&step=8&fault=device"))
            .await?;
        tab.wait_for_within(&format!("{DONE}[data-frames='9'][data-step='8']"), SLOW)
            .await?;
        assert_eq!(tab.data(STAGE, "engine").await?, "cpu");
        let said = notices(tab).await?;
        assert!(said.contains("The CPU goes on"), "{said}");
        let details = tab.js("document.querySelector('.notice details').textContent");
        let details = details.await?.to_string();
        assert!(details.contains("destroyed"), "no reason: {details}");
        open(tab, "engine=cpu&steps=4&step=4").await?;
        wait_for_step(tab, 4).await?;
        let levels = largest_difference(&pictures(tab).await?[0], &by_gpu[0]);
        assert!(levels <= 3.0, "they differ by {levels} of 255 levels");
        Ok(())
    });
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
        wait_for_step(tab, 20).await?;
        let digit = guess(tab).await?;
        tab.server().clear_faults();
        tab.click("[data-set=fashion-mnist]").await?;
        // The address follows the controls, and a new run begins with them.
        let link = tab.wait_for_link(&["set=fashion-mnist"]).await?;
        tab.wait_for(DONE).await?;
        tab.keys(Key::End).await?;
        wait_for_step(tab, 20).await?;
        assert!(tab.text("[data-digit='1']").await?.contains("trousers"));
        assert!(tab.text(".model-card").await?.contains("Fashion-MNIST"));
        // Trousers have more ink than a 1.
        let shown = guess(tab).await?;
        let ink = |picture: &[f64]| picture.iter().filter(|&&v| v > 128.0).count();
        let (one, trousers) = (ink(&digit), ink(&shown));
        assert!(trousers > 2 * one && one > 20, "{one} {trousers}");
        // The link gives the same garment again.
        tab.goto(&link).await?;
        tab.wait_for(DONE).await?;
        wait_for_step(tab, 20).await?;
        assert_eq!(guess(tab).await?, shown);
        Ok(())
    });
}
