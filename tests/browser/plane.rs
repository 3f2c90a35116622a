//! The chapter 'Two dimensions': a network is trained in the tab, and its samples become data.

use std::time::Duration;

use anyhow::Result;
use harness::{Gpu, Key, Setup, Tab, browse, browse_with};
use serde_json::Value;

const ROOM: &str = "#/diffusion/plane";
const STAGE: &str = ".plane";
const CANVAS: &str = ".plane-view";
const TRAINED: &str = ".plane[data-run-state=done][data-snapshots='51']";
/// A training on two busy cores.
const SLOW: Duration = Duration::from_secs(120);

async fn number(tab: &Tab, name: &str) -> Result<f64> {
    let text = tab.text(&format!("[data-name={name}]")).await?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}

async fn stage(tab: &Tab, name: &str) -> Result<String> {
    let value = tab.attribute(STAGE, &format!("data-{name}")).await?;
    Ok(value.unwrap_or_default())
}

async fn wait_for_place(tab: &Tab, at: u32) -> Result<()> {
    let there = format!(".plane[data-at='{at}']");
    tab.wait_for_within(&there, SLOW).await.map(drop)
}

/// What is on the canvas, as a hash of its pixels.
async fn picture(tab: &Tab) -> Result<Value> {
    let read = format!(
        "(() => {{ const c = document.querySelector('{CANVAS}');
         const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
         let hash = 0; for (let i = 0; i < d.length; i += 4) hash = (hash * 31 + d[i]) >>> 0;
         return hash; }})()"
    );
    tab.js(&read).await
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

async fn hash(tab: &Tab) -> Result<String> {
    let url = tab.url().await?;
    Ok(url
        .split_once('#')
        .map(|(_, hash)| format!("#{hash}"))
        .unwrap_or_default())
}

#[test]
fn noise_is_mixed_in_along_the_transport() {
    browse(Gpu::None, async |tab| {
        tab.goto(ROOM).await?;
        tab.wait_for(CANVAS).await?;
        let data = picture(tab).await?;
        tab.set_value(".scrub input", "60").await?;
        wait_for_place(tab, 60).await?;
        assert_ne!(picture(tab).await?, data);
        assert_eq!(tab.text(".transport .time").await?, "t = 0.40");
        tab.click("[aria-label=Method] button:nth-of-type(2)")
            .await?;
        tab.wait_for("[aria-label=Method][data-value=ddpm]").await?;
        tab.set_value(".scrub input", "60").await?;
        tab.wait_until("document.querySelector('.transport .time').textContent === 't = 600'")
            .await?;
        assert_eq!(
            stage(tab, "snapshots").await?,
            "0",
            "nothing is trained unasked"
        );
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_network_learns_while_the_page_stays_alive() {
    browse_with(Setup::moving(), async |tab| {
        tab.goto(ROOM).await?;
        tab.wait_for(".plane-run .go").await?;
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
        let (near, floor) = (number(tab, "distance").await?, number(tab, "floor").await?);
        assert!(near < 3.0 * floor, "{near} against {floor}");
        tab.keys(Key::Home).await?;
        wait_for_place(tab, 0).await?;
        let far = number(tab, "distance").await?;
        assert!(far > 2.0 * near, "{far} {near}");
        assert_eq!(tab.errors().await?, [""; 0]);
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
        let end = picture(tab).await?;
        let (near, floor) = (number(tab, "distance").await?, number(tab, "floor").await?);
        assert!(near < 4.0 * floor, "{near} {floor}");
        assert!(number(tab, "detour").await? > 1.0);
        tab.keys(Key::Home).await?;
        wait_for_place(tab, 0).await?;
        assert_ne!(picture(tab).await?, end);
        tab.keys(Key::Right).await?;
        wait_for_place(tab, 1).await?;
        // Another sampler makes other samples with the same weights.
        tab.click("[aria-label=Sampler] button:nth-of-type(2)")
            .await?;
        tab.wait_for("[aria-label=Sampler][data-value=heun]")
            .await?;
        wait_for_place(tab, 20).await?;
        tab.wait_until("location.hash.includes('sampler=heun') && location.hash.includes('at=20')")
            .await?;
        assert_eq!(stage(tab, "snapshots").await?, "51", "no second training");
        let seen = picture(tab).await?;
        let link = hash(tab).await?;
        tab.goto(&link).await?;
        tab.wait_for_within(".plane[data-made='500']", SLOW).await?;
        wait_for_place(tab, 20).await?;
        assert_eq!(picture(tab).await?, seen);
        // From a place early in the training.
        tab.click("button[data-view=train]").await?;
        tab.set_value(".scrub input", "5").await?;
        wait_for_place(tab, 5).await?;
        tab.wait_until("location.hash.includes('at=5')").await?;
        tab.click("button[data-view=sample]").await?;
        tab.wait_for_within(".plane[data-made='50']", SLOW).await?;
        tab.wait_until("location.hash.includes('from=50')").await?;
        let early = number(tab, "distance").await?;
        assert!(early > near, "{early} {near}");
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_training_can_be_stopped_and_begun_again() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?train=5000&view=train")).await?;
        let begun = "Number(document.querySelector('.plane')?.dataset.trained) >= 200";
        tab.wait_until_within(begun, SLOW).await?;
        tab.click(".plane-run .stop").await?;
        tab.wait_for(".plane[data-run-state=cancelled]").await?;
        let kept: u32 = stage(tab, "trained").await?.parse()?;
        assert!((200..5000).contains(&kept), "{kept}");
        // What was learnt can be sampled.
        tab.click("button[data-view=sample]").await?;
        tab.wait_for_within(&format!(".plane[data-made='{kept}']"), SLOW)
            .await?;
        tab.click("button[data-view=train]").await?;
        tab.click(".plane-run .again").await?;
        tab.wait_for(".plane-run .stop").await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_training_that_diverges_is_said_with_a_way_back() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?lr=30&train=500&view=train"))
            .await?;
        tab.wait_for_within(".plane-run .notice[role=alert]", SLOW)
            .await?;
        assert!(tab.text(".plane-run .notice").await?.contains("diverged"));
        tab.click(".plane-run .lower").await?;
        tab.wait_for_within(TRAINED, SLOW).await?;
        assert!(tab.all(".plane-run .notice").await?.is_empty());
        tab.wait_until("!location.hash.includes('lr=')").await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_drawing_is_learnt_and_kept_in_the_link() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?train=500")).await?;
        tab.click(".draw").await?;
        let sheet = tab.wait_for(".plane-view.pen").await?;
        assert!(
            tab.text(".plane-tools")
                .await?
                .contains("Nothing is drawn yet")
        );
        sheet.scroll_into_view().await?;
        let width = sheet.rect().await?.width;
        let hand = tab.driver.action_chain();
        let (from, to) = ((-0.3 * width) as i64, (0.3 * width) as i64);
        hand.move_to_element_with_offset(&sheet, from, 0)
            .click_and_hold()
            .move_to_element_with_offset(&sheet, to, 0)
            .release()
            .perform()
            .await?;
        tab.wait_until("/dots=[A-Za-z0-9_-]{40,}/.test(location.hash)")
            .await?;
        tab.click(".plane-tools .done").await?;
        tab.click(".plane-run .go").await?;
        tab.wait_for_within(TRAINED, SLOW).await?;
        let (near, floor) = (number(tab, "distance").await?, number(tab, "floor").await?);
        assert!(near < 6.0 * floor, "{near} {floor}");
        let link = hash(tab).await?;
        tab.goto(link.split("&view").next().unwrap_or_default())
            .await?;
        tab.wait_for(CANVAS).await?;
        assert_eq!(tab.text(".notices").await?, "");
        tab.goto(&format!("{ROOM}?dots=A")).await?;
        tab.wait_until("document.body.innerText.includes('dots=A')")
            .await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}
