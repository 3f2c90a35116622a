//! Chapters come in parts of their own, when they are first shown.

use harness::{Fault, Gpu, Tab, browse};

const DEEPER: &str = "*_split_deeper.wasm";

/// The parts that were asked for, each by the end of its name.
fn fetched(tab: &Tab) -> Vec<String> {
    let asked = tab.server().requests();
    let mut parts: Vec<String> = asked
        .iter()
        .filter_map(|path| path.split_once("_split_"))
        .map(|(_, part)| part.to_owned())
        .collect();
    parts.sort();
    parts
}

#[test]
fn only_what_is_shown_is_fetched_and_only_once() {
    browse(Gpu::None, async |tab| {
        tab.server();
        tab.goto("#/").await?;
        tab.wait_for(".landing table").await?;
        assert_eq!(fetched(tab), ["landing_rest.wasm"]);
        tab.server().forget_requests();
        tab.open_at("#/diffusion/noise").await?;
        tab.wait_for(".digits .digit").await?;
        assert_eq!(fetched(tab), ["first.wasm"]);
        for (chapter, shown) in [
            ("denoise", ".card.denoise"),
            ("plane", ".card.plane"),
            ("noise", ".digits .digit"),
            ("plane", ".card.plane"),
        ] {
            tab.set_hash(&format!("#/diffusion/{chapter}")).await?;
            tab.wait_for(shown).await?;
        }
        assert_eq!(fetched(tab), ["first.wasm", "plane_alone.wasm"]);
        Ok(())
    });
}

#[test]
fn a_part_that_is_missing_or_damaged_can_be_tried_again() {
    const NOTICE: &str = ".stage .notice[role=alert]";
    browse(Gpu::None, async |tab| {
        // Why is on the console.
        tab.let_errors_be();
        tab.fault(DEEPER, Fault::NotFound);
        tab.goto("#/diffusion/fewer").await?;
        let said = tab.text(NOTICE).await?;
        assert!(said.contains("could not be fetched"), "{said}");
        // Another chapter is not touched by it.
        tab.set_hash("#/diffusion/noise").await?;
        tab.wait_for(".digits .digit").await?;
        tab.set_hash("#/diffusion/drawing").await?;
        for fault in [Fault::Truncate(2000), Fault::Drop] {
            tab.wait_for(NOTICE).await?;
            tab.server().clear_faults();
            tab.fault(DEEPER, fault);
            tab.server().forget_requests();
            tab.click(".stage .notice button").await?;
            tab.wait_for(NOTICE).await?;
            assert_eq!(fetched(tab), ["deeper.wasm"], "{fault:?}");
        }
        tab.server().clear_faults();
        tab.click(".stage .notice button").await?;
        tab.wait_for(".card.drawn").await?;
        assert!(tab.all(".stage .notice").await?.is_empty());
        Ok(())
    });
}
