//! What only the text room can do.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Gpu, Tab, browse};

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(120);
const DONE: &str = ".next-token[data-run-state=done]";

/// The text as it is heard, when all of it is there.
async fn whole(tab: &Tab) -> Result<String> {
    tab.wait_for_within(DONE, SLOW).await?;
    tab.click(".transport [aria-label='Last step computed']")
        .await?;
    tab.wait_until("+document.querySelector('.next-token').dataset.at + 1 === +document.querySelector('.next-token').dataset.steps")
        .await?;
    let heard = tab.js("document.querySelector('.written-heard').textContent");
    Ok(heard.await?.as_str().unwrap_or_default().to_owned())
}

/// Another token at a place: what stands before it stays, the rest is another text, and its link gives
/// the same one.
#[test]
fn a_branch_reproduces_from_its_link() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/next?step=5").await?;
        tab.wait_for_within(".next-token[data-run-state=done][data-at='5']", SLOW)
            .await?;
        let before = "document.querySelector('.written-heard').textContent";
        let before = tab
            .js(before)
            .await?
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let last = "[...document.querySelectorAll('.token')].at(-1).textContent";
        let last = tab.js(last).await?.as_str().unwrap_or_default().to_owned();
        tab.click(".odds li:nth-child(10) .odd").await?;
        tab.wait_for_within(".next-token[data-given='6'][data-run-state=done]", SLOW)
            .await?;
        let link = tab.wait_for_link(&["given="]).await?;
        let branch = whole(tab).await?;
        let stands = before.strip_suffix(&last);
        ensure!(
            stands.is_some_and(|stands| branch.starts_with(stands)),
            "{before}: {branch}"
        );
        ensure!(!branch.starts_with(&before), "another token: {branch}");
        tab.open_at(&link).await?;
        ensure!(whole(tab).await? == branch, "the link gives the same text");
        Ok(())
    });
}

/// Whatever stands in the box, the model goes on from it, and the page says what is strange.
#[test]
fn any_beginning_is_gone_on_from() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/next").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        for (prompt, says) in [
            ("'\u{1F600}\\u0000\\u202e\u{6771}\u{4eac} é'", None),
            ("'ABC'", Some(".next-hint")),
            ("'x'.repeat(100000)", Some(".next-token .notice")),
            ("''", None),
        ] {
            let put = format!(
                "(() => {{ const area = document.querySelector('textarea[name=prompt]');
                    area.value = {prompt};
                    area.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
            );
            tab.js(&put).await?;
            match says {
                Some(place) => drop(tab.wait_for(place).await?),
                None => tab.refreshes(2).await?,
            }
            tab.wait_for_within(&format!("{DONE} .token[aria-current]"), SLOW)
                .await?;
            ensure!(tab.all(".notice.stop").await?.is_empty(), "{prompt}");
        }
        // The empty one: a story from its beginning.
        let link = tab.wait_for_link(&["prompt="]).await?;
        tab.open_at(&link).await?;
        ensure!(!whole(tab).await?.is_empty());
        Ok(())
    });
}

/// Who hears the page gets the text in one piece, not token by token.
#[test]
fn the_text_is_heard_once() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/next").await?;
        let text = whole(tab).await?;
        ensure!(
            text.starts_with("once upon a time") && text.len() > 100,
            "{text}"
        );
        ensure!(tab.all(".written[aria-hidden=true] .token").await?.len() > 20);
        ensure!(
            tab.all(".next-written [aria-live], .next-written button")
                .await?
                .is_empty()
        );
        Ok(())
    });
}

/// What a token costs is measured on the text above: each length, and the text is not lost by it.
#[test]
fn a_token_is_measured() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/next?step=8").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        tab.click(".next-clock .measure").await?;
        tab.wait_for_within(".next-clock[data-measured='8'][data-us]", SLOW)
            .await?;
        let rows = "[...document.querySelectorAll('.next-clock tbody tr')].map(row => \
                    [...row.children].map(cell => +cell.textContent))";
        let rows = tab.js(rows).await?;
        let cell = |row: usize, column: usize| rows[row][column].as_f64().unwrap_or(-1.0);
        for row in 0..8 {
            ensure!((1..6).all(|column| cell(row, column) > 0.0), "{rows}");
            ensure!(
                cell(row, 4) < cell(row, 2),
                "8 bits are fewer bytes: {rows}"
            );
        }
        // Not a matter of speed: 257 tokens are computed for one.
        ensure!(
            cell(6, 5) > cell(6, 1),
            "without a cache it takes longer: {rows}"
        );
        ensure!(tab.all(".next-token[data-at='8']").await?.len() == 1);
        Ok(())
    });
}

/// What is switched off is missed, and only then: the page's two means part, and meet again.
#[test]
fn a_part_that_is_switched_off_is_missed() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/inside").await?;
        tab.wait_for_within(".inside[data-fresh=true]", SLOW)
            .await?;
        let means =
            "['whole', 'now'].map(key => +document.querySelector('.inside-loss').dataset[key])";
        let means = async || -> Result<[f64; 2]> {
            let both = tab.js(means).await?;
            Ok([0, 1].map(|i| both[i].as_f64().unwrap_or_default()))
        };
        let [whole, now] = means().await?;
        ensure!(whole > 0.0 && whole == now, "{whole} {now}");
        tab.click("[data-mlp='0']").await?;
        tab.wait_for(".inside[data-fresh=true][data-off='1048576']")
            .await?;
        let [still, less] = means().await?;
        ensure!(
            still == whole && less > whole + 0.1,
            "{whole} {still} {less}"
        );
        // The link says what is off.
        let link = tab.wait_for_link(&["off=1048576"]).await?;
        tab.open_at(&link).await?;
        tab.wait_for_within(".inside[data-fresh=true][data-off='1048576']", SLOW)
            .await?;
        ensure!(means().await?[1] == less);
        tab.click("[data-mlp='0']").await?;
        tab.wait_for(".inside[data-fresh=true][data-off='0']")
            .await?;
        ensure!(means().await? == [whole, whole]);
        Ok(())
    });
}

/// A visitor's own text is learned; what is saved of it goes on, and a file that is none is refused.
#[test]
fn a_text_of_ones_own_is_learned() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/train").await?;
        tab.wait_for(".text-train:not([data-bytes='0'])").await?;
        let give = |name: &str, content: &str| {
            format!(
                "(() => {{ const list = new DataTransfer(); list.items.add(new File([{content}], 'x'));
                 const input = document.querySelector('input[name={name}]'); input.files = list.files;
                 input.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()"
            )
        };
        // Bytes that are no text, and a text that is too short: a sentence each.
        tab.js(&give("file", "new Uint8Array([255, 254, 0])"))
            .await?;
        tab.wait_for(".text-train .notice[role=alert]").await?;
        // Of a table the wordy column is learned; another one, or all of it, can be chosen.
        tab.js(&give(
            "file",
            "'year,name\\n' + '1900,anna smith\\n'.repeat(400)",
        ))
        .await?;
        tab.wait_for(".text-train[data-bytes='4399']").await?;
        const COLUMN: &str = "select[name=column]";
        tab.set_value(COLUMN, "year").await?;
        tab.wait_for(".text-train[data-bytes='1999'] .notice[role=alert]")
            .await?;
        tab.set_value(COLUMN, "The whole table, as it stands")
            .await?;
        tab.wait_for(".text-train[data-bytes='6410']").await?;
        tab.js(&give("file", "'the cat sat on the mat. '.repeat(200)"))
            .await?;
        tab.wait_for(".text-train[data-bytes='4800']").await?;
        ensure!(tab.all(COLUMN).await?.is_empty());
        ensure!(tab.all(".text-train .notice").await?.is_empty());
        tab.click("button.go").await?;
        tab.wait_for_within(".text-train[data-frames='4']", SLOW)
            .await?;
        tab.click(".progress button").await?;
        tab.wait_for(".text-train[data-run-state=cancelled]")
            .await?;
        let held = "+document.querySelector('.text-train').dataset.held";
        let held = async || anyhow::Ok(tab.js(held).await?.as_f64().unwrap_or(9.0));
        tab.click(".transport [aria-label='Last step computed']")
            .await?;
        let learned = held().await?;
        ensure!(learned < 2.0, "one sentence is soon learned: {learned}");
        // Weights that are none are refused; those that were saved go on where they were.
        tab.js(&give("weights", "'genscope text 1\\n nonsense'"))
            .await?;
        tab.wait_for(".text-train .notice[role=alert]").await?;
        const KEEP: &str = "(() => { HTMLAnchorElement.prototype.click = function() { window.kept = this.href; }; return true; })()";
        tab.js(KEEP).await?;
        tab.click(".more summary").await?;
        tab.click("button.weights").await?;
        const LOAD: &str = "(() => { const letters = atob(window.kept.split(',')[1]);
            const bytes = Uint8Array.from(letters, letter => letter.charCodeAt(0));
            const list = new DataTransfer(); list.items.add(new File([bytes], 'x.weights'));
            const input = document.querySelector('input[name=weights]'); input.files = list.files;
            input.dispatchEvent(new Event('change', { bubbles: true })); return true; })()";
        tab.js(LOAD).await?;
        tab.wait_for(".text-train[data-from=true][data-frames='0']")
            .await?;
        tab.click("button.go").await?;
        tab.wait_for_within(".text-train:not([data-frames='0'])", SLOW)
            .await?;
        let again = held().await?;
        ensure!(again < 2.0, "it goes on from what was learned: {again}");
        Ok(())
    });
}

/// A task is done when what it asks for is measured, and not before.
#[test]
fn what_is_out_of_sight_is_brought_back() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/next?case=long").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        tab.wait_for(".task[data-case=long][data-done=false]")
            .await?;
        const SHORT: &str = "(() => { const area = document.querySelector('textarea[name=prompt]');
            area.value = 'her name was zelda. she said, \"my name is';
            area.dispatchEvent(new Event('change', { bubbles: true })); return true; })()";
        tab.js(SHORT).await?;
        tab.wait_for_within(".task[data-case=long][data-done=true]", SLOW)
            .await?;
        Ok(())
    });
}

/// Another library is another model with tokens of its own; its link gives the same text.
#[test]
fn what_it_has_read_can_be_chosen() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/next").await?;
        let stories = whole(tab).await?;
        tab.set_value("select[name=library]", "Plays of Shakespeare")
            .await?;
        let link = tab.wait_for_link(&["library=shakespeare"]).await?;
        tab.wait_until("document.querySelector('.written-heard').textContent.startsWith('ROMEO')")
            .await?;
        let play = whole(tab).await?;
        ensure!(play != stories && play.len() > 60, "{play}");
        tab.open_at(&link).await?;
        ensure!(whole(tab).await? == play, "the link gives the same text");
        let card = tab.text(".model-card").await?;
        ensure!(card.contains("Shakespeare"), "{card}");
        Ok(())
    });
}
