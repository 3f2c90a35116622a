//! The chapter 'Two dimensions': a network is trained in the tab, and its samples become data.

use std::time::Duration;

use anyhow::Result;
use harness::{Gpu, Key, Setup, Tab, browse, browse_with};

const ROOM: &str = "#/diffusion/plane";
const STAGE: &str = ".plane";
const CANVAS: &str = ".plane-view";
const TRAINED: &str = ".plane[data-run-state=done][data-snapshots='51']";
/// A training on two busy cores.
const SLOW: Duration = Duration::from_secs(120);

async fn wait_for_place(tab: &Tab, at: u32) -> Result<()> {
    let there = format!(".plane[data-at='{at}']");
    tab.wait_for_within(&there, SLOW).await.map(drop)
}

/// The numbers of both ends that the chart with this text in its message tells.
async fn told(tab: &Tab, chart: &str) -> Result<(f64, f64)> {
    let message = tab
        .attribute(&format!("svg[aria-label*='{chart}']"), "aria-label")
        .await?;
    let message = message.unwrap_or_default();
    let after = |word: &str| {
        let rest = message.split(word).nth(1).unwrap_or_default();
        let text: String = rest
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        text.trim_end_matches('.').parse().unwrap_or(f64::NAN)
    };
    Ok((after(" from "), after(" to ")))
}

#[test]
fn a_network_learns_while_the_page_stays_alive() {
    browse_with(Setup::moving(), async |tab| {
        tab.goto(ROOM).await?;
        tab.wait_for(CANVAS).await?;
        // Noise is mixed in along the transport, by the rule of either method.
        let data = tab.pixels(CANVAS).await?;
        tab.set_value(".scrub input", "60").await?;
        wait_for_place(tab, 60).await?;
        assert_ne!(tab.pixels(CANVAS).await?, data);
        assert_eq!(tab.text(".transport .time").await?, "t = 0.40");
        tab.click("[aria-label=Method] button:nth-of-type(2)")
            .await?;
        tab.wait_for("[aria-label=Method][data-value=ddpm]").await?;
        tab.set_value(".scrub input", "60").await?;
        tab.wait_until("document.querySelector('.transport .time').textContent === 't = 600'")
            .await?;
        tab.click("[aria-label=Method] button:nth-of-type(1)")
            .await?;
        let trained = tab.data(STAGE, "snapshots").await?;
        assert_eq!(trained, "0", "nothing is trained unasked");

        tab.watch_refreshes().await?;
        tab.click(".plane-run .go").await?;
        // Reports come while it goes on.
        tab.wait_for_within(".plane[data-view=train][data-run-state=running]", SLOW)
            .await?;
        tab.wait_for_within(TRAINED, SLOW).await?;
        let words = tab.text(".plane-run .progress-text").await?;
        assert!(words.starts_with("Step 2000 of 2000"), "{words}");
        tab.was_alive().await?;

        let (first, last) = told(tab, "The loss over 2000").await?;
        assert!(last < 0.85 * first, "the loss falls: {first} {last}");
        wait_for_place(tab, 50).await?;
        let (near, floor) = (tab.number("distance").await?, tab.number("floor").await?);
        assert!(near < 3.0 * floor, "{near} against {floor}");
        tab.keys(Key::Home).await?;
        wait_for_place(tab, 0).await?;
        let far = tab.number("distance").await?;
        assert!(far > 2.0 * near, "{far} {near}");
        Ok(())
    });
}

#[test]
fn samples_flow_from_noise_to_the_data_and_a_link_gives_them_again() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?data=ring&train=500&view=sample&seed=7"))
            .await?;
        tab.wait_for_within(".plane[data-made='500']", SLOW).await?;
        wait_for_place(tab, 20).await?;
        let end = tab.pixels(CANVAS).await?;
        let (near, floor) = (tab.number("distance").await?, tab.number("floor").await?);
        assert!(near < 4.0 * floor, "{near} {floor}");
        assert!(tab.number("detour").await? > 1.0);
        tab.keys(Key::Home).await?;
        wait_for_place(tab, 0).await?;
        assert_ne!(tab.pixels(CANVAS).await?, end);
        tab.keys(Key::Right).await?;
        wait_for_place(tab, 1).await?;
        // Another sampler makes other samples with the same weights.
        tab.click("[aria-label=Sampler] button:nth-of-type(2)")
            .await?;
        tab.wait_for("[aria-label=Sampler][data-value=heun]")
            .await?;
        wait_for_place(tab, 20).await?;
        let link = tab.wait_for_link(&["sampler=heun", "at=20"]).await?;
        assert_eq!(
            tab.data(STAGE, "snapshots").await?,
            "51",
            "no second training"
        );
        let seen = tab.pixels(CANVAS).await?;
        tab.goto(&link).await?;
        tab.wait_for_within(".plane[data-made='500']", SLOW).await?;
        wait_for_place(tab, 20).await?;
        assert_eq!(tab.pixels(CANVAS).await?, seen);
        // From a place early in the training.
        tab.click("button[data-view=train]").await?;
        tab.set_value(".scrub input", "5").await?;
        wait_for_place(tab, 5).await?;
        tab.wait_for_link(&["at=5"]).await?;
        tab.click("button[data-view=sample]").await?;
        tab.wait_for_within(".plane[data-made='50']", SLOW).await?;
        tab.wait_for_link(&["from=50"]).await?;
        let early = tab.number("distance").await?;
        assert!(early > near, "{early} {near}");
        Ok(())
    });
}

#[test]
fn a_training_that_is_stopped_or_diverges_has_a_way_on() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?train=5000&view=train")).await?;
        let begun = "Number(document.querySelector('.plane')?.dataset.trained) >= 200";
        tab.wait_until_within(begun, SLOW).await?;
        tab.click(".plane-run .stop").await?;
        tab.wait_for(".plane[data-run-state=cancelled]").await?;
        let kept: u32 = tab.data(STAGE, "trained").await?.parse()?;
        assert!((200..5000).contains(&kept), "{kept}");
        // What was learnt can be sampled.
        tab.click("button[data-view=sample]").await?;
        tab.wait_for_within(&format!(".plane[data-made='{kept}']"), SLOW)
            .await?;

        tab.set_hash(&format!("{ROOM}?lr=30&train=500&view=train"))
            .await?;
        tab.wait_for_within(".plane-run .notice[role=alert]", SLOW)
            .await?;
        assert!(tab.text(".plane-run .notice").await?.contains("diverged"));
        tab.click(".plane-run .lower").await?;
        tab.wait_for_within(TRAINED, SLOW).await?;
        assert!(tab.all(".plane-run .notice").await?.is_empty());
        tab.wait_for_link_without("lr=").await
    });
}

#[test]
fn a_drawing_is_learnt_and_kept_in_the_link() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?train=500")).await?;
        tab.click(".draw").await?;
        let said = tab.text(".plane-tools").await?;
        assert!(said.contains("Nothing is drawn yet"), "{said}");
        tab.draw(".plane-view.pen", &[(0.2, 0.5), (0.8, 0.5)])
            .await?;
        tab.wait_until("/dots=[A-Za-z0-9_-]{40,}/.test(location.hash)")
            .await?;
        tab.click(".plane-tools .done").await?;
        tab.click(".plane-run .go").await?;
        tab.wait_for_within(TRAINED, SLOW).await?;
        let (near, floor) = (tab.number("distance").await?, tab.number("floor").await?);
        assert!(near < 6.0 * floor, "{near} {floor}");
        let link = tab.hash().await?;
        tab.goto(link.split("&view").next().unwrap_or_default())
            .await?;
        tab.wait_for(CANVAS).await?;
        assert_eq!(tab.text(".notices").await?, "");
        Ok(())
    });
}
