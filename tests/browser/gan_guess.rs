//! Chapter 'You are the discriminator': a round by keyboard, by hand, from a link, and without
//! what it needs.

use std::time::Duration;

use anyhow::{Context, Result};
use harness::{Gpu, Key, Tab, browse};

const ROOM: &str = "#/gan/guess";
const READY: &str = ".gan-guess[data-ready=true]";
const SLOW: Duration = Duration::from_secs(90);
/// The round of seed 42: r is real, f is fake (`the_first_round_stays_as_it_is`).
const ORDER: &str = "frrrffrrffrf";

async fn open(tab: &Tab, query: &str) -> Result<()> {
    tab.open_at(&format!("{ROOM}{query}")).await?;
    tab.wait_for_within(READY, SLOW).await.map(drop)
}

/// Waits until so many pictures are answered, and so many rightly.
async fn stands(tab: &Tab, answered: usize, right: usize) -> Result<()> {
    let css = format!(".gan-guess[data-answered='{answered}'][data-right='{right}']");
    tab.wait_for(&css).await.map(drop)
}

/// Answers the whole round of seed 42 as it is.
async fn answer_all(tab: &Tab) -> Result<()> {
    for (number, answer) in ORDER.chars().enumerate() {
        tab.keys(answer.to_string()).await?;
        stands(tab, number + 1, number + 1).await?;
    }
    Ok(())
}

async fn number(tab: &Tab, css: &str, attribute: &str) -> Result<usize> {
    let value = tab.attribute(css, attribute).await?;
    Ok(value.context("no such attribute")?.parse()?)
}

#[test]
fn a_round_is_played_through_by_keyboard_and_dealt_anew() {
    browse(Gpu::None, async |tab| {
        open(tab, "").await?;
        let question = tab.text(".guess-question").await?;
        assert!(question.starts_with("Picture 1 of 12"), "{question}");
        // Keys are left to fields and to the browser.
        tab.tab_to("input[name=seed]").await?;
        tab.keys("f").await?;
        tab.keys(Key::Left).await?;
        tab.tab_to("[data-answer=fake]").await?;
        let chord = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
            { key: 'f', ctrlKey: true, bubbles: true }))";
        tab.js(chord).await?;
        let held = chord.replace("ctrlKey", "repeat");
        tab.js(&held).await?;
        stands(tab, 0, 0).await?;
        // A button with the focus answers to Enter, once.
        tab.keys(Key::Enter).await?;
        stands(tab, 1, 1).await?;
        // From here on always 'real'.
        for answered in 2..=12 {
            match answered % 2 {
                0 => tab.keys("r").await?,
                _ => tab.keys(Key::Left).await?,
            }
            tab.wait_for(&format!(".gan-guess[data-answered='{answered}']"))
                .await?;
            if answered == 5 {
                let said = tab.text(".guess-said").await?;
                assert!(
                    said.starts_with("Wrong.") && said.contains("discriminator"),
                    "{said}"
                );
            }
        }
        stands(tab, 12, 7).await?;
        let said = tab.text(".guess-final").await?;
        assert!(said.starts_with("You: 7 of 12 right."), "{said}");
        // Who was wrong adds up.
        let its = number(tab, ".guess-result", "data-it").await?;
        let mut wrong = Vec::new();
        for kind in ["you", "it", "both"] {
            let css = format!("[data-wrong={kind}]");
            wrong.push(number(tab, &css, "data-count").await?);
            let shown = tab.all(&format!("{css} canvas")).await?.len();
            assert_eq!(Some(&shown), wrong.last());
        }
        assert_eq!((wrong[0] + wrong[2], wrong[1] + wrong[2]), (5, 12 - its));
        // The focus is where one goes on; so does another key press.
        tab.wait_until("document.activeElement.dataset.name === 'again'")
            .await?;
        tab.keys("f").await?;
        stands(tab, 12, 7).await?;
        tab.keys(Key::Enter).await?;
        tab.wait_for_within(&format!("{READY}[data-answered='0']"), SLOW)
            .await?;
        tab.wait_until("document.activeElement.dataset.answer === 'real'")
            .await?;
        tab.wait_for_link(&["seed="]).await?;

        // Another stage or seed deals anew.
        tab.keys("r").await?;
        tab.wait_for(".gan-guess[data-answered='1']").await?;
        tab.set_value("select[name=stage]", "0 steps").await?;
        tab.wait_for_within(&format!("{READY}[data-answered='0'][data-step='0']"), SLOW)
            .await?;
        let before = tab.wait_for_link(&["step=0"]).await?;
        let (card, question) = (
            tab.greys(".guess-card").await?,
            tab.text(".guess-question").await?,
        );
        assert!(question.contains("Picture 1"), "{question}");
        tab.click("[aria-label='New seed']").await?;
        tab.wait_until(&format!("location.hash !== '{before}'"))
            .await?;
        tab.wait_for_within(READY, SLOW).await?;
        assert_ne!(tab.greys(".guess-card").await?, card);
        tab.set_hash(&format!("{ROOM}?step=1")).await?;
        let said = tab.text("[data-name=no-such-snapshot]").await?;
        assert!(said.contains("after 1 training steps"), "{said}");
        Ok(())
    });
}

#[test]
fn a_link_gives_the_same_game() {
    browse(Gpu::None, async |tab| {
        let mut games = Vec::new();
        for _ in 0..2 {
            open(tab, "?step=600").await?;
            tab.wait_for(".gan-guess[data-step='600']").await?;
            let first = tab.greys(".guess-card").await?;
            answer_all(tab).await?;
            assert_eq!(number(tab, "[data-wrong=you]", "data-count").await?, 0);
            games.push((first, number(tab, ".guess-result", "data-it").await?));
        }
        assert_eq!(games[0], games[1]);
        // The fakes of another snapshot are others; the order stays.
        open(tab, "?step=0").await?;
        assert_ne!(tab.greys(".guess-card").await?, games[0].0);
        // By hand this time.
        for (number, answer) in ORDER.chars().enumerate() {
            let id = if answer == 'r' { "real" } else { "fake" };
            tab.click(&format!("[data-answer={id}]")).await?;
            stands(tab, number + 1, number + 1).await?;
        }
        let said = tab.text(".guess-final").await?;
        assert!(said.starts_with("You: 12 of 12 right."), "{said}");
        let said = tab.text(".guess-result").await?;
        assert!(said.contains("measured ahead"), "{said}");
        // One snapshot later, by its link.
        tab.click(".guess-ways a").await?;
        tab.wait_for_within(
            &format!("{READY}[data-answered='0']:not([data-step='0'])"),
            SLOW,
        )
        .await?;
        Ok(())
    });
}
