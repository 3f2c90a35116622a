//! The GAN room's chapters 'The game in two dimensions' and 'When it goes wrong': two networks are
//! trained against each other in the tab.

use std::time::Duration;

use anyhow::Result;
use harness::{Gpu, Key, Setup, Tab, browse, browse_with};

const ROOM: &str = "#/gan/game";
const STAGE: &str = ".gan-game";
const CANVAS: &str = ".game-sheet .plane-view";
const OVER: &str = ".gan-game[data-over=true]";
/// A game on two busy cores.
const SLOW: Duration = Duration::from_secs(180);

async fn wait_for_tick(tab: &Tab, tick: u32) -> Result<()> {
    let there = format!("{STAGE}[data-tick='{tick}']");
    tab.wait_for_within(&there, SLOW).await.map(drop)
}

/// A figure's numbers, in their order.
async fn figures(tab: &Tab, name: &str) -> Result<Vec<f64>> {
    let text = tab.text(&format!("[data-name={name}]")).await?;
    let numbers = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-' || c == 'e'));
    Ok(numbers.filter_map(|n| n.parse().ok()).collect())
}

/// Jensen-Shannon of the fakes, and of real points.
async fn js(tab: &Tab) -> Result<(f64, f64)> {
    let figures = figures(tab, "js").await?;
    let [fakes, floor] = figures[..] else {
        anyhow::bail!("not two figures: {figures:?}")
    };
    Ok((fakes, floor))
}

#[test]
fn a_ring_is_learnt_live_while_the_page_stays_alive() {
    browse_with(Setup::moving(), async |tab| {
        tab.paced().await?;
        tab.goto(&format!("{ROOM}?rounds=1000")).await?;
        tab.wait_for_within("[data-name=js]", SLOW).await?;
        assert_eq!(tab.data(STAGE, "tick").await?, "0");
        assert_eq!(tab.data(STAGE, "frames").await?, "1");
        let (first, floor) = js(tab).await?;
        assert!(first > 4.0 * floor, "{first} {floor}");
        let fresh = tab.pixels(CANVAS).await?;
        tab.pass(5000, 20).await?;
        assert_eq!(
            tab.data(STAGE, "frames").await?,
            "1",
            "nothing is played unasked"
        );
        tab.watch_refreshes().await?;
        tab.click("[aria-label=Play]").await?;
        tab.wait_for_within(OVER, SLOW).await?;
        wait_for_tick(tab, 2000).await?;
        tab.was_alive().await?;
        let (last, _) = js(tab).await?;
        assert!(last < 0.4 * first, "{first} {last}");
        assert_ne!(tab.pixels(CANVAS).await?, fresh);
        tab.keys(Key::Home).await?;
        wait_for_tick(tab, 0).await?;
        assert_eq!(js(tab).await?.0, first);
        Ok(())
    });
}

#[test]
fn halves_by_hand_move_one_player_and_a_link_plays_them_again() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?rounds=300&at=20")).await?;
        wait_for_tick(tab, 20).await?;
        assert_eq!(figures(tab, "updates").await?, [10.0, 10.0]);
        tab.click("[data-hand=d]").await?;
        wait_for_tick(tab, 21).await?;
        assert_eq!(figures(tab, "updates").await?, [11.0, 10.0]);
        assert!(tab.text(".transport .position").await?.contains('½'));
        tab.click("[data-hand=g]").await?;
        wait_for_tick(tab, 22).await?;
        tab.click("[data-hand=both]").await?;
        wait_for_tick(tab, 24).await?;
        assert_eq!(figures(tab, "updates").await?, [12.0, 12.0]);
        let link = tab.wait_for_link(&["hand=DGDG", "past=10"]).await?;
        // Halves by hand are the halves of rounds: the game went the same way.
        let by_hand = js(tab).await?;
        let seen = tab.pixels(CANVAS).await?;
        tab.goto(&format!("{ROOM}?rounds=300&at=24")).await?;
        wait_for_tick(tab, 24).await?;
        assert_eq!(js(tab).await?, by_hand);
        tab.goto(&link).await?;
        wait_for_tick(tab, 24).await?;
        tab.wait_until("document.querySelector('.gan-game').dataset.over === 'true'")
            .await?;
        assert_eq!(tab.pixels(CANVAS).await?, seen);
        // And on in rounds.
        tab.click("[data-hand=on]").await?;
        wait_for_tick(tab, 624).await?;
        Ok(())
    });
}

#[test]
fn halves_in_quick_succession_all_count() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?rounds=300&at=20")).await?;
        tab.wait_for_within(&format!("{OVER}[data-tick='20']"), SLOW)
            .await?;
        // Faster than any engine answers.
        let clicks = "(async () => { for (const half of ['d', 'd', 'g', 'd']) {
            document.querySelector(`[data-hand=${half}]`).click();
            await new Promise(drawn => setTimeout(drawn, 5)); } })()";
        tab.js_promise(clicks).await?;
        wait_for_tick(tab, 24).await?;
        assert_eq!(figures(tab, "updates").await?, [13.0, 11.0]);
        // They did not take turns.
        let said = tab.text(".transport .position").await?;
        assert_eq!(said, "D 13, G 11");
        tab.wait_for_link(&["hand=DDGD"]).await.map(drop)
    });
}

/// Frames keep their places when halves follow: a link to any of them shows it.
#[test]
fn a_link_into_the_past_of_halves_shows_what_was_seen() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?rounds=400&at=600")).await?;
        wait_for_tick(tab, 600).await?;
        tab.click("[data-hand=d]").await?;
        wait_for_tick(tab, 601).await?;
        tab.set_value(".scrub input", "1").await?;
        wait_for_tick(tab, 10).await?;
        let link = tab.wait_for_link(&["at=10", "hand=D"]).await?;
        let seen = tab.pixels(CANVAS).await?;
        tab.goto(&link).await?;
        tab.wait_for_within(OVER, SLOW).await?;
        wait_for_tick(tab, 10).await?;
        assert_eq!(tab.pixels(CANVAS).await?, seen);
        // The very start is a place too.
        tab.keys(Key::Home).await?;
        wait_for_tick(tab, 0).await?;
        tab.wait_until("/at=0(&|$)/.test(location.hash)").await?;
        Ok(())
    });
}

#[test]
fn rules_chosen_before_the_first_round_wait_for_play() {
    browse_with(Setup::moving(), async |tab| {
        tab.goto(&format!("{ROOM}?rounds=300")).await?;
        tab.wait_for_within("[data-name=js]", SLOW).await?;
        tab.set_value("select[name=loss]", "least squares").await?;
        tab.wait_for_within(".gan-game[data-loss=ls][data-frames='1']", SLOW)
            .await?;
        tab.wait_for(".game-run .progress-text").await?;
        // One press plays.
        tab.click("[aria-label=Play]").await?;
        tab.wait_until_within(
            "+document.querySelector('.gan-game').dataset.tick > 0",
            SLOW,
        )
        .await?;
        Ok(())
    });
}

#[test]
fn slow_motion_follows_the_data_and_the_gradient() {
    browse(Gpu::None, async |tab| {
        tab.paced().await?;
        tab.goto(ROOM).await?;
        tab.wait_for_within("[data-name=js]", SLOW).await?;
        tab.click("button.slow").await?;
        tab.wait_for_within(".gan-game[data-slow]", SLOW).await?;
        tab.wait_until("document.querySelector('.transport .position').innerText.endsWith('/ 12')")
            .await?;
        tab.keys(Key::Home).await?;
        let half = [
            ("draw", "noise"),
            ("fakes", "generator"),
            ("scores", "discriminator"),
            ("loss", "loss"),
            ("back", "discriminator"),
        ];
        for (who, moved) in [
            ("discriminator", "discriminator"),
            ("generator", "generator"),
        ] {
            for (stage, part) in half.into_iter().chain([("moved", moved)]) {
                let now =
                    format!(".flow[data-half={who}][data-stage={stage}] .flow-part.{part}.on");
                tab.wait_for(&now).await?;
                let reaches = !tab.all(".flow-part.generator.back").await?.is_empty();
                assert_eq!(reaches, who == "generator" && stage == "back");
                assert!(tab.text(".flow-words").await?.len() > 40);
                tab.keys(Key::Right).await?;
            }
        }
        // The gradient has a size in every layer.
        tab.keys(Key::Left).await?;
        tab.wait_for(".flow[data-stage=back]").await?;
        assert!(
            tab.text(".flow-part.generator .gradient")
                .await?
                .contains('e')
        );
        // A link to this very stage.
        let link = tab.wait_for_link(&["slow=10", "hand=DG"]).await?;
        tab.goto(&link).await?;
        tab.wait_for_within(".flow[data-half=generator][data-stage=back]", SLOW)
            .await?;
        // And one that is followed within the page, and which the address keeps.
        tab.set_hash(&link.replace("slow=10", "slow=3")).await?;
        tab.wait_for(".flow[data-half=discriminator][data-stage=loss]")
            .await?;
        tab.pass(5000, 20).await?;
        assert!(tab.hash().await?.contains("slow=3"));
        tab.keys(Key::End).await?;
        tab.click("[data-hand=g]").await?;
        tab.wait_until_within(
            "document.querySelector('.transport .position').innerText.endsWith('/ 18')",
            SLOW,
        )
        .await?;
        tab.click("button.slow").await?;
        tab.wait_for(".gan-game:not([data-slow])").await?;
        Ok(())
    });
}

#[test]
fn rules_change_from_here_or_from_the_start() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!("{ROOM}?rounds=300&at=600")).await?;
        wait_for_tick(tab, 600).await?;
        let before = js(tab).await?;
        tab.set_value(".scrub input", "100").await?;
        wait_for_tick(tab, 200).await?;
        let shared = tab.pixels(CANVAS).await?;
        tab.click(".more summary").await?;
        tab.click("[aria-label='Changes apply'] button:nth-of-type(2)")
            .await?;
        tab.set_value("select[name=loss]", "Wasserstein").await?;
        tab.wait_for_link(&["loss=w", "past=100~ns"]).await?;
        tab.wait_for_within(&format!("{OVER}[data-loss=w]"), SLOW)
            .await?;
        let equation = tab.text(".game-equations").await?;
        assert!(!equation.contains("log"), "{equation}");
        tab.set_value(".scrub input", "100").await?;
        wait_for_tick(tab, 200).await?;
        assert_eq!(figures(tab, "updates").await?, [100.0, 100.0]);
        // The same past, told by the rules by which it was played.
        assert_eq!(tab.pixels(CANVAS).await?, shared);
        assert_eq!(tab.data(STAGE, "loss").await?, "ns");
        let equation = tab.text(".game-equations").await?;
        assert!(equation.contains("log"), "{equation}");
        tab.click("[aria-label='Changes apply'] button:nth-of-type(1)")
            .await?;
        tab.set_value("select[name=loss]", "non-saturating").await?;
        tab.wait_for_link_without("past=").await?;
        tab.wait_for_within(&format!("{OVER}[data-loss=ns]"), SLOW)
            .await?;
        wait_for_tick(tab, 600).await?;
        assert_eq!(js(tab).await?, before, "the same game again");
        tab.set_value(".scrub input", "100").await?;
        wait_for_tick(tab, 200).await?;
        assert_eq!(tab.pixels(CANVAS).await?, shared);
        Ok(())
    });
}

/// Each case fails by itself, and its mend is seen to mend it.
#[test]
fn what_goes_wrong_can_be_mended_and_the_page_knows() {
    browse(Gpu::None, async |tab| {
        // Shorter games than the links of the cases play, still longer than each mend needs.
        for (case, rounds) in [("vanishing", 200), ("collapse", 700), ("oscillation", 1200)] {
            tab.goto(&format!("#/gan/wrong?case={case}&rounds={rounds}"))
                .await?;
            let card = format!(".task[data-case={case}]");
            tab.wait_for_within(&format!("{card}[data-done=false]"), SLOW)
                .await?;
            tab.wait_for_within(OVER, SLOW).await?;
            tab.wait_for(&format!("{card}[data-done=false]")).await?;
            assert!(tab.text(".task-line").await?.starts_with("Task:"));
            if case == "vanishing" {
                // On other data it could be done without a mend.
                tab.set_value("select[name=data]", "line").await?;
                tab.wait_for(".task-line a").await?;
                // The address may still be that of this link: it follows a little later.
                tab.click(".task-line a").await?;
                tab.wait_until("!document.querySelector('.task-line a')")
                    .await?;
                tab.wait_for_within(&format!("{card}[data-done=false]"), SLOW)
                    .await?;
            }
            // What it is called, and how it is mended, is told after a guess.
            assert!(tab.all(".task summary").await?.is_empty());
            tab.click(".task [data-guess='1']").await?;
            tab.wait_for(&format!(".task [data-guessed={}]", case == "oscillation"))
                .await?;
            tab.click(".task summary").await?;
            tab.click(".task .mend").await?;
            let done = format!("document.querySelector(\"{card}[data-done=true] .task-line\")");
            tab.wait_until_within(&format!("{done}?.innerText.startsWith('Done at ')"), SLOW)
                .await?;
        }
        assert!(tab.all(".presets a").await?.len() >= 3);
        Ok(())
    });
}

#[test]
fn numbers_out_of_bounds_are_said_with_a_way_back() {
    browse(Gpu::None, async |tab| {
        tab.goto(&format!(
            "{ROOM}?gopt=s&dopt=s&glr=1&dlr=0.1&rounds=300&at=600"
        ))
        .await?;
        tab.wait_for_within(".game-run .notice[role=alert]", SLOW)
            .await?;
        assert!(
            tab.text(".game-run .notice")
                .await?
                .contains("left all bounds")
        );
        tab.click(".game-run .tame").await?;
        tab.wait_for_within(&format!("{OVER}[data-frames='301']"), SLOW)
            .await?;
        assert!(tab.all(".game-run .notice").await?.is_empty());
        tab.wait_for_link_without("lr=").await
    });
}
