//! What leads a newcomer, and a teacher: the way for beginners, words that explain themselves, controls
//! that are hidden until they are wanted or where they may not be changed.

use anyhow::Result;
use genscope::ui::chapters::TOUR;
use harness::{Gpu, Tab, browse};
use serde_json::json;

/// Which of these can be seen.
async fn seen(tab: &Tab, places: &[&str]) -> Result<Vec<bool>> {
    let seen = format!(
        "{}.map(css => document.querySelector(css)?.checkVisibility() ?? false)",
        json!(places)
    );
    Ok(serde_json::from_value(tab.js(&seen).await?)?)
}

#[test]
fn the_way_for_beginners_leads_through_its_stops() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/").await?;
        tab.click(".hero .go").await?;
        for (at, chapter) in TOUR.iter().enumerate() {
            let path = chapter.info().path;
            tab.wait_for_link(&[path, "tour=on"]).await?;
            let stop = format!("Stop {} of {}", at + 1, TOUR.len());
            tab.wait_until(&format!(
                "document.querySelector('.ways-on')?.innerText.includes('{stop}')"
            ))
            .await?;
            // Read from its top, whatever was scrolled before.
            tab.wait_until("scrollY < 120").await?;
            tab.click(".ways-on .next").await?;
        }
        tab.wait_for(".landing").await?;
        // Without the way, each chapter leads to the next.
        tab.set_hash("#/diffusion/plane").await?;
        tab.wait_for("a.next[href='#/gan/game']").await?;
        tab.wait_for("a.back[href='#/diffusion/drawing']").await?;
        Ok(())
    });
}

#[test]
fn a_word_opens_its_meaning_in_place() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/diffusion/noise").await?;
        tab.wait_for(".story .word > button").await?;
        let meaning = ".story .word .meaning";
        assert_eq!(seen(tab, &[meaning]).await?, [false]);
        tab.tab_to(".story .word > button").await?;
        tab.keys(" ").await?;
        tab.wait_for(".story .word > [aria-expanded=true]").await?;
        assert_eq!(seen(tab, &[meaning]).await?, [true]);
        assert!(tab.text(meaning).await?.len() > 20);
        tab.click(".story .word > button").await?;
        assert_eq!(seen(tab, &[meaning]).await?, [false]);
        Ok(())
    });
}

#[test]
fn a_lock_hides_what_may_not_be_changed() {
    const FIELDS: [&str; 4] = [
        "[data-lock=steps]",
        "[data-lock=seed]",
        "[data-lock=digit]",
        ".transport .play",
    ];
    browse(Gpu::None, async |tab| {
        tab.open_at("#/diffusion/denoise?steps=10&lock=steps.seed")
            .await?;
        tab.wait_for(".denoise[data-run-state=done]").await?;
        assert_eq!(seen(tab, &FIELDS).await?, [false, false, true, true]);
        // It stays when what is free is changed.
        tab.pick_digit(6).await?;
        tab.wait_for_link(&["digit=6", "lock=steps.seed"]).await?;
        tab.set_hash("#/diffusion/denoise?steps=10&w=3&lock=all")
            .await?;
        tab.wait_until("location.hash.includes('lock=all') && !document.querySelector('.controls').checkVisibility()")
            .await?;
        assert_eq!(seen(tab, &FIELDS).await?, [false, false, false, true]);
        assert_eq!(seen(tab, &[".more", ".presets"]).await?, [false, false]);
        tab.set_hash("#/diffusion/denoise?lock=a%7B").await?;
        tab.wait_until("document.querySelector('.notices').innerText.includes('lock=')")
            .await?;
        Ok(())
    });
}

#[test]
fn more_controls_open_when_a_link_needs_them_or_the_visitor_wants_them() {
    const MORE: &str = ".more [name=sampler]";
    browse(Gpu::None, async |tab| {
        tab.open_at("#/diffusion/denoise?steps=10").await?;
        tab.wait_for(".denoise").await?;
        assert_eq!(seen(tab, &[MORE]).await?, [false]);
        let fields = ".card > .controls > *";
        assert!(tab.all(fields).await?.len() <= 3, "few at first");
        tab.set_hash("#/diffusion/denoise?steps=10&sampler=ddpm")
            .await?;
        tab.wait_for(".more[open]").await?;
        // That was no wish: another chapter has its own closed.
        tab.set_hash("#/diffusion/network").await?;
        tab.wait_for(".network").await?;
        assert_eq!(seen(tab, &[".more .controls"]).await?, [false]);
        // This is one, and holds in the next chapter too.
        tab.click(".more summary").await?;
        tab.wait_for(".more[open]").await?;
        tab.set_hash("#/diffusion/fewer?ways=ddim&steps=4").await?;
        tab.wait_for(".fewer").await?;
        assert_eq!(seen(tab, &[".more .controls"]).await?, [true]);
        Ok(())
    });
}

#[test]
fn on_a_phone_the_picture_comes_before_the_story() {
    const TOPS: &str =
        "['.lead', '.stage > .card .views', '.transport', '.controls', '.story', '.inspect']
        .map(css => document.querySelector(css).getBoundingClientRect().top)";
    browse(Gpu::None, async |tab| {
        tab.viewport(390, 800).await?;
        tab.open_at("#/diffusion/denoise?steps=10").await?;
        tab.wait_for(".denoise[data-run-state=done]").await?;
        let tops: Vec<f64> = serde_json::from_value(tab.js(TOPS).await?)?;
        assert!(tops.is_sorted(), "{tops:?}");
        assert!(
            tops[1] < 500.0,
            "the picture is on the first screen: {tops:?}"
        );
        Ok(())
    });
}
