//! After one visit the site works without its server.

use std::time::Duration;

use harness::{Fault, Gpu, Setup, browse, browse_with};

const ROOM: &str = "#/diffusion/denoise?steps=10&step=10";
const DONE: &str = ".denoise[data-run-state=done][data-frames='11']";
/// The page waits before it keeps itself, and two busy cores are slow.
const SLOW: Duration = Duration::from_secs(90);

#[test]
fn after_one_visit_the_server_is_not_needed() {
    let setup = Setup {
        // Of a talk: nothing in it says that the site never changes.
        prefix: "slides-20251125_v2",
        keeps_site: true,
        ..Setup::default()
    };
    browse_with(setup, async |tab| {
        tab.paced().await?;
        tab.server().fault("*", Fault::Header("Vary: *"));
        tab.goto(ROOM).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        // What an older release, and somebody else on this host, would have left.
        let old = "Promise.all([caches.open(`genscope ${new URL('./', location.href)} old`),
            caches.open('another')]).then(() => true)";
        tab.js_promise(old).await?;
        tab.pass(3000, 20).await?;
        tab.wait_until_within("!!navigator.serviceWorker.controller", SLOW)
            .await?;
        // Only the present release is kept.
        let kept = tab.js_promise("caches.keys()").await?;
        let kept: Vec<String> = serde_json::from_value(kept)?;
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert!(kept.iter().all(|name| !name.ends_with(" old")), "{kept:?}");
        tab.wait_for_within("html[data-offline=all]", SLOW).await?;
        let first = tab.greys(".views canvas").await?;

        // The page itself is always asked for, lest an old release stay for ever.
        tab.server().forget_requests();
        tab.goto("#/").await?;
        tab.wait_until("performance.getEntriesByName('genscope-interactive').length")
            .await?;
        let asked = tab.server().requests();
        assert!(asked.iter().any(String::is_empty), "{asked:?}");

        // The server accepts, and says nothing.
        tab.server().fault("*", Fault::StallAfter(0));
        let before = std::time::Instant::now();
        tab.goto(ROOM).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        println!("opened after {:?} without an answer", before.elapsed());
        tab.server().clear_faults();

        // Nobody answers any more.
        tab.fault("*", Fault::Drop);
        tab.goto(ROOM).await?;
        tab.wait_for_within(DONE, SLOW).await?;
        tab.wait_for(".denoise[data-step='10']").await?;
        assert_eq!(tab.greys(".views canvas").await?, first);
        assert_eq!(tab.text(".notices").await?, "");
        tab.open_at("#/diffusion/noise").await?;
        tab.wait_for(".digits .digit").await?;
        // Nor for chapters that were never open.
        tab.open_at("#/diffusion/network").await?;
        tab.wait_for(".card.network").await?;
        tab.open_at("#/gan/pictures?step=0").await?;
        tab.wait_for_within(".gan-pictures[data-fresh=true] [data-verdict]", SLOW)
            .await?;
        tab.open_at("#/gan/game?rounds=300&at=20").await?;
        tab.wait_for_within(".gan-game[data-tick='20']", SLOW)
            .await?;
        // The first page says so.
        tab.open_at("#/").await?;
        tab.wait_for_within("html[data-offline=all]", SLOW).await?;
        let said = tab.text(".landing .kept").await?;
        assert!(said.contains("works without a network"), "{said}");
        Ok(())
    });
}

#[test]
fn other_tests_keep_nothing() {
    browse(Gpu::None, async |tab| {
        tab.paced().await?;
        tab.open_at("").await?;
        tab.pass(10_000, 20).await?;
        assert_eq!(tab.js("navigator.serviceWorker === undefined").await?, true);
        let kept = tab.js_promise("caches.keys()").await?;
        assert_eq!(kept, serde_json::json!([]));
        Ok(())
    });
}
