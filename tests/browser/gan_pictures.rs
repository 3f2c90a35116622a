//! Chapter 'The story in pictures': snapshots are fetched one by one, what they draw is what was
//! drawn natively, and nothing that fails blanks the stage.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use harness::{Fault, Gpu, Key, Setup, Tab, browse, browse_with, largest_difference};

const ROOM: &str = "#/gan/pictures";
const FRESH: &str = ".gan-pictures[data-fresh=true][data-run-state=done]";
const FIRST: &str = "weights/gan-mnist-000000.bpk";
const SLOW: Duration = Duration::from_secs(90);
/// Largest difference of a pixel from the picture made natively, in grey levels of 255.
const NATIVE_AGREES: f64 = 2.0;

async fn open(tab: &Tab, query: &str) -> Result<()> {
    tab.open_at(&format!("{ROOM}{query}")).await?;
    tab.wait_for_within(FRESH, SLOW).await.map(drop)
}

/// Updates before each snapshot.
async fn steps(tab: &Tab) -> Result<Vec<u32>> {
    let read = "[...document.querySelectorAll('.pics-moment')].map(e => +e.dataset.moment)";
    Ok(serde_json::from_value(tab.js(read).await?)?)
}

/// Waits until the fakes of the snapshot after `step` updates are there.
async fn shows(tab: &Tab, step: u32) -> Result<()> {
    let css = format!("{FRESH}[data-step='{step}'][data-shown='{step}']");
    tab.wait_for_within(&css, SLOW).await.map(drop)
}

/// The snapshots asked for so far, in order.
fn fetched(tab: &Tab) -> Vec<String> {
    let requests = tab.server().requests().into_iter();
    requests
        .filter(|path| path.starts_with("weights/gan-mnist-"))
        .collect()
}

async fn sheet(tab: &Tab) -> Result<Vec<Vec<f64>>> {
    tab.greys(".pics-tile canvas").await
}

/// The chosen fake.
const LARGE: &str = ".pics-large canvas";

/// Share of pixels that are nearly black.
fn darkness(picture: &[f64]) -> f64 {
    picture.iter().filter(|v| **v < 40.0).count() as f64 / picture.len() as f64
}

#[test]
fn the_training_is_scrubbed_and_each_snapshot_is_fetched_once() {
    browse(Gpu::None, async |tab| {
        // Until they come, pictures made ahead stand in and say so.
        let late = Fault::Delay(Duration::from_secs(2));
        tab.fault("weights/gan-mnist-*", late);
        tab.open_at(ROOM).await?;
        tab.wait_for(".pics-sheet .ahead-fake").await?;
        let said = tab.text(".pics-large").await?;
        assert!(said.contains("Made ahead"), "{said}");
        tab.wait_for_within(FRESH, SLOW).await?;
        assert!(tab.all(".pics-sheet .ahead-fake").await?.is_empty());
        assert!(!tab.text(".pics-large").await?.contains("Made ahead"));
        tab.server().clear_faults();
        let steps = steps(tab).await?;
        let last = *steps.last().context("no snapshots")?;
        shows(tab, last).await?;
        let late = sheet(tab).await?;
        assert_eq!((late.len(), steps[0]), (10, 0));
        assert_eq!(
            fetched(tab).len(),
            1,
            "only the one in view: {:?}",
            fetched(tab)
        );
        // They are those that were made natively, the last row of this file.
        let native = tab.digits_in("samples/gan-opening.png").await?;
        for (number, fake) in late.iter().enumerate() {
            let off = largest_difference(fake, &native[native.len() - 10 + number]);
            assert!(off <= NATIVE_AGREES, "fake {number}: {off}");
        }
        // Every fake has its verdict, and so has every real digit.
        assert_eq!(
            tab.all(".pics-tile .verdict[data-verdict]").await?.len(),
            10
        );
        assert_eq!(
            tab.all(".pics-real .verdict[data-verdict]").await?.len(),
            10
        );

        tab.keys(Key::Home).await?;
        shows(tab, 0).await?;
        tab.wait_for_link(&["step=0"]).await?;
        let early = sheet(tab).await?;
        for (early, late) in early.iter().zip(&late) {
            assert!(darkness(late) > 0.5, "a digit on black: {}", darkness(late));
            assert!(darkness(early) < 0.5, "grain: {}", darkness(early));
        }
        let said = tab.text(".pics-summary").await?;
        assert!(said.starts_with("After 0 training steps"), "{said}");

        // Back: the same pictures, and nothing is asked for.
        let asked = fetched(tab);
        assert_eq!(asked.len(), 2, "{asked:?}");
        tab.keys(Key::End).await?;
        shows(tab, last).await?;
        assert_eq!(sheet(tab).await?, late);
        assert_eq!(fetched(tab), asked);
        tab.wait_for_link_without("step=").await
    });
}

#[test]
fn play_fetches_the_next_ones_as_it_goes() {
    browse_with(Setup::moving(), async |tab| {
        tab.server();
        open(tab, "?step=0").await?;
        let steps = steps(tab).await?;
        tab.set_value(".speed", "2×").await?;
        tab.click(".transport .play").await?;
        shows(tab, *steps.last().context("no snapshots")?).await?;
        tab.wait_for(".transport .play[aria-label=Play]").await?;
        let mut asked = fetched(tab);
        assert_eq!(asked.len(), steps.len(), "{asked:?}");
        asked.dedup();
        assert_eq!(asked.len(), steps.len());
        assert!(asked.is_sorted(), "in the order of training: {asked:?}");
        // The strip knows them all now.
        assert_eq!(tab.all(".pics-moment canvas").await?.len(), steps.len());
        Ok(())
    });
}

#[test]
fn a_link_restores_what_was_seen() {
    browse(Gpu::None, async |tab| {
        let query = "?digit=7&seed=5&pick=2&step=400";
        open(tab, query).await?;
        shows(tab, 400).await?;
        tab.digit_is_picked(7).await?;
        tab.wait_for("[data-fake='2'][aria-pressed=true]").await?;
        tab.wait_for("[data-moment='400'][aria-current]").await?;
        let (sevens, chosen) = (sheet(tab).await?, tab.grey(LARGE).await?);
        assert_eq!(sevens[2], chosen);
        assert_ne!(sevens[0], sevens[1], "other noise, another picture");
        tab.pick_digit(1).await?;
        tab.wait_for(FRESH).await?;
        assert_ne!(sheet(tab).await?, sevens);
        open(tab, query).await?;
        assert_eq!(sheet(tab).await?, sevens);
        Ok(())
    });
}

#[test]
fn a_walk_goes_from_one_noise_to_another() {
    browse(Gpu::None, async |tab| {
        open(tab, "?pick=3").await?;
        let start = tab.grey(LARGE).await?;
        tab.click("[data-value] button:nth-of-type(2)").await?;
        tab.wait_for(".pics-way").await?;
        tab.wait_for(FRESH).await?;
        tab.wait_for_link(&["walk=43"]).await?;
        let row = sheet(tab).await?;
        assert_eq!(row.len(), 9);
        assert_eq!(tab.grey(LARGE).await?, row[4], "half-way");
        assert_ne!(row[0], row[8]);
        // Its start is the fake that was picked, its end that of the other seed.
        assert!(largest_difference(&row[0], &start) <= NATIVE_AGREES);
        tab.set_value("input[name=share]", "0").await?;
        tab.wait_for("[data-fake='0'][aria-pressed=true]").await?;
        assert_eq!(tab.grey(LARGE).await?, row[0]);
        // The arrow keys are the slider's while it has the focus, not playback's.
        let at = tab.data(".gan-pictures", "step").await?;
        tab.keys(Key::Right).await?;
        tab.wait_for_link(&["share=1"]).await?;
        assert_eq!(tab.data(".gan-pictures", "step").await?, at);
        tab.set_value("input[name=share]", "32").await?;
        tab.wait_for("[data-fake='32'][aria-pressed=true]").await?;
        let end = tab.grey(LARGE).await?;
        open(tab, "?seed=43&digit=3&pick=3").await?;
        assert!(largest_difference(&end, &tab.grey(LARGE).await?) <= NATIVE_AGREES);
        // A link to a place on the way.
        open(tab, "?walk=43&share=32").await?;
        assert_eq!(tab.grey(LARGE).await?, end);
        Ok(())
    });
}

#[test]
fn a_snapshot_that_fails_is_a_sentence_and_a_retry() {
    browse(Gpu::None, async |tab| {
        tab.server();
        open(tab, "").await?;
        let last = *steps(tab).await?.last().context("no snapshots")?;
        let before = sheet(tab).await?;
        for fault in [
            Fault::NotFound,
            Fault::Truncate(5000),
            Fault::FlipByte(9000),
        ] {
            tab.server().clear_faults();
            tab.fault(FIRST, fault);
            tab.keys(Key::Home).await?;
            tab.wait_for_within(".notice.stop", SLOW).await?;
            let said = tab.text(".notice.stop").await?;
            assert!(said.contains("gan-mnist-000000.bpk"), "{fault:?}: {said}");
            tab.wait_for(".gan-pictures[data-run-state=failed]").await?;
            assert_eq!(sheet(tab).await?, before, "what was there stays");
            // Others can be had meanwhile, and then nothing has failed.
            tab.keys(Key::End).await?;
            shows(tab, last).await?;
            tab.wait_until("!document.querySelector('.notice.stop')")
                .await?;
        }
        // Back, and it fails once more.
        tab.keys(Key::Home).await?;
        tab.wait_for_within(".gan-pictures[data-run-state=failed]", SLOW)
            .await?;
        tab.wait_for(".notice.stop").await?;
        tab.server().clear_faults();
        tab.click(".notice.stop .button").await?;
        shows(tab, 0).await?;
        assert_ne!(sheet(tab).await?, before);
        assert!(tab.all(".notice.stop").await?.is_empty());
        Ok(())
    });
}

#[test]
fn an_engine_that_breaks_is_replaced() {
    browse(Gpu::None, async |tab| {
        tab.let_errors_be();
        open(tab, "?fault=panic").await?;
        let steps = steps(tab).await?;
        let last = *steps.last().context("no snapshots")?;
        let before = sheet(tab).await?;
        // It strikes after a few steps; a sheet has two.
        tab.keys(Key::Home).await?;
        shows(tab, 0).await?;
        tab.keys(Key::Right).await?;
        shows(tab, steps[1]).await?;
        let said = tab.text(".notices").await?;
        assert!(said.contains("A new one was started"), "{said}");
        tab.keys(Key::End).await?;
        shows(tab, last).await?;
        assert_eq!(sheet(tab).await?, before);
        Ok(())
    });
}

#[test]
fn the_measured_curves_are_drawn_and_told() {
    browse(Gpu::None, async |tab| {
        open(tab, "?step=0").await?;
        tab.wait_for("[data-timeline=ready]").await?;
        let read =
            "[...document.querySelectorAll('.measured svg[role=img]')].map(e => e.ariaLabel)";
        let said: Vec<String> = serde_json::from_value(tab.js(read).await?)?;
        ensure!(said.len() == 2, "{said:?}");
        for text in &said {
            assert!(text.contains("line is at 0."), "{text}");
            assert!(!text.contains('{') && !text.contains("NaN"), "{text}");
        }
        assert!(said[0].contains("% of fakes") && said[1].contains("real digits have"));
        tab.wait_for(".pics-figures[data-figures='0']").await?;
        tab.keys(Key::End).await?;
        tab.wait_for(".pics-figures:not([data-figures='0']) math .value")
            .await?;
        let csv = tab.attribute(".measured a[download]", "href").await?;
        let rows = csv.unwrap_or_default().matches("%0A").count();
        assert!(rows > 10, "{rows} rows");
        Ok(())
    });
}
