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
        tab.wait_for(".landing .family.open").await?;
        assert_eq!(fetched(tab), [""; 0]);
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
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn a_part_that_is_missing_or_damaged_can_be_tried_again() {
    for fault in [Fault::NotFound, Fault::Truncate(2000), Fault::Drop] {
        browse(Gpu::None, async |tab| {
            tab.server().fault(DEEPER, fault);
            tab.goto("#/diffusion/fewer").await?;
            tab.wait_for(".stage .notice[role=alert]").await?;
            let said = tab.text(".stage .notice").await?;
            assert!(said.contains("could not be fetched"), "{said}");
            // Another chapter is not touched by it.
            tab.set_hash("#/diffusion/noise").await?;
            tab.wait_for(".digits .digit").await?;
            tab.set_hash("#/diffusion/network").await?;
            tab.wait_for(".stage .notice[role=alert]").await?;
            tab.server().clear_faults();
            tab.click(".stage .notice button").await?;
            tab.wait_for(".card.network").await?;
            assert!(tab.all(".stage .notice").await?.is_empty());
            Ok(())
        });
    }
}
