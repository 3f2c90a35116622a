//! What only the chapter on tunes can do.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Fault, Gpu, Tab, browse};

use crate::chapters::CATCH;

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(120);
const DONE: &str = ".next-note[data-run-state=done][data-over=true]";

/// What the staves say in ABC, as who hears the page gets it.
async fn heard(tab: &Tab) -> Result<String> {
    let told = tab.js("document.querySelector('.tune-abc').textContent");
    let told = told.await?;
    Ok(told.as_str().unwrap_or_default().to_owned())
}

/// Chooses a key of the piano.
async fn press(tab: &Tab, midi: &str) -> Result<()> {
    let press = format!(
        "document.querySelector(\".piano-key[data-key='{midi}']\")
            .dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"
    );
    tab.js(&press).await.map(drop)
}

/// What stands before a chosen note stays, the note is the chosen one, and the link gives the same tune.
#[test]
fn a_chosen_note_changes_the_future_alone() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/tune?step=20").await?;
        tab.wait_for_within(&format!("{DONE}[data-at='20']"), SLOW)
            .await?;
        let before = heard(tab).await?;
        // One key says which note was drawn, if it was one; another is taken.
        let other = "[...document.querySelectorAll('.piano-key:not(.now)')]
            .sort((a, b) => b.dataset.share - a.dataset.share)[0].dataset.key";
        let other = tab.js(other).await?.as_str().unwrap_or("").to_owned();
        press(tab, &other).await?;
        tab.wait_for_within(&format!("{DONE}[data-given='21'][data-at='21']"), SLOW)
            .await?;
        tab.click(".transport [aria-label='Step back']").await?;
        tab.wait_for(&format!(
            "{DONE}[data-at='20'] .piano-key.now[data-key='{other}']"
        ))
        .await?;
        let after = heard(tab).await?;
        ensure!(after != before, "{after}");
        let common = before
            .bytes()
            .zip(after.bytes())
            .take_while(|(a, b)| a == b);
        let common = common.count();
        ensure!(common + 8 >= before.len(), "{before}\n{after}");
        tab.click(".transport [aria-label='Last step computed']")
            .await?;
        let whole = heard(tab).await?;
        let last = tab.data(".next-note", "at").await?;
        let step = format!("step={last}");
        let link = tab.wait_for_link(&["given=", &step]).await?;
        tab.open_at(&link).await?;
        tab.wait_for_within(&format!("{DONE}[data-at='{last}']"), SLOW)
            .await?;
        ensure!(heard(tab).await? == whole, "the link gives another tune");
        Ok(())
    });
}

/// Files of a tune: the browser itself reads the WAV and the picture, what else is read natively
/// (`tunes::midi`, `tunes::abc`).
#[test]
fn a_tune_is_saved_as_files() {
    const BYTES: &str = "(() => { const [head, rest] = window.saved.href.split(',');
        return head.includes('base64') ? atob(rest) : decodeURIComponent(rest); })()";
    let heard = format!(
        "new OfflineAudioContext(1, 1, 22050)
            .decodeAudioData(Uint8Array.from({BYTES}, letter => letter.charCodeAt()).buffer)
            .then(sound => [sound.duration, Math.max(...sound.getChannelData(0).subarray(0, 22050))])"
    );
    let begins = format!("{BYTES}.slice(0, 4)");
    const SEEN: &str = "new Promise((ok, no) => { const image = new Image(); image.onerror = no;
        image.onload = () => ok(image.width > 400 && image.height > 100); image.src = window.saved.href; })";
    browse(Gpu::None, async |tab| {
        tab.before_load(CATCH).await?;
        tab.open_at("#/autoregressive/tune?step=9").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        let saved = async |button: &str, name: &str| {
            tab.click(&format!(".transport .{button}:not(:disabled)"))
                .await?;
            tab.wait_until(&format!("window.saved?.name === '{name}'"))
                .await
        };
        saved("wav", "genscope-tune.wav").await?;
        let (seconds, loudest): (f64, f64) = serde_json::from_value(tab.js_promise(&heard).await?)?;
        ensure!(seconds > 5.0 && loudest > 0.1, "{seconds} s, {loudest}");
        saved("midi", "genscope-tune.mid").await?;
        ensure!(tab.js(&begins).await? == "MThd");
        saved("abc", "genscope-tune.abc").await?;
        ensure!(tab.js(&begins).await? == "X:1\n");
        saved("png", "genscope-tune.png").await?;
        ensure!(tab.js_promise(SEEN).await? == true);
        Ok(())
    });
}

/// Nothing is heard before it is asked for; then the note that is heard is marked, until it is stopped.
#[test]
fn a_tune_is_heard() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/tune?step=9").await?;
        tab.wait_for_within(&format!("{DONE} .listen[data-listen=silent]:enabled"), SLOW)
            .await?;
        ensure!(tab.all(".staff .heard").await?.is_empty());
        tab.click(".listen").await?;
        tab.wait_for(".next-note[data-heard] .listen[data-listen=heard]")
            .await?;
        let first = tab.data(".next-note", "heard").await?;
        tab.wait_until(&format!(
            "document.querySelector('.next-note').dataset.heard !== '{first}'"
        ))
        .await?;
        tab.click(".listen").await?;
        tab.wait_for(".next-note:not([data-heard]) .listen[data-listen=silent]")
            .await?;
        Ok(())
    });
}

/// A browser without sound, and one that never lets it begin: a sentence each.
#[test]
fn where_no_sound_is_to_be_had_it_is_said() {
    const BROKEN: [&str; 2] = [
        "window.AudioContext = class { constructor() { throw new Error('none'); } }",
        "Object.defineProperty(BaseAudioContext.prototype, 'state', { get: () => 'suspended' })",
    ];
    for broken in BROKEN {
        browse(Gpu::None, async |tab| {
            tab.before_load(broken).await?;
            tab.open_at("#/autoregressive/tune?step=9").await?;
            tab.wait_for_within(&format!("{DONE} .listen:enabled"), SLOW)
                .await?;
            tab.click(".listen").await?;
            tab.wait_for(".listen[data-listen=failed]").await?;
            let said = tab.text(".transport .notice").await?;
            ensure!(said.contains("no sound"), "{said}");
            Ok(())
        });
    }
}

/// What is common with an old tune is found and marked; where the old tunes do not come it is said.
#[test]
fn copied_notes_are_found() {
    browse(Gpu::None, async |tab| {
        tab.fault("samples/music-tunes.learned.txt", Fault::NotFound);
        tab.open_at("#/autoregressive/tune?step=9").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        tab.click(".find:not(:disabled)").await?;
        tab.wait_for(".tune-copied .notice").await?;
        tab.server().clear_faults();
        tab.click(".tune-copied .notice .button").await?;
        tab.wait_for_within(".found[data-length]", SLOW).await?;
        let length: usize = tab.data(".found", "length").await?.parse()?;
        ensure!((3..100).contains(&length), "{length}");
        tab.click(".transport [aria-label='Last step computed']")
            .await?;
        // As many notes are marked on the tune as on the one it is compared with.
        let marked = "[...document.querySelectorAll('.staff')].map(staff =>
            staff.querySelectorAll('.marked .stem, .marked path').length > 0)";
        tab.wait_until(&format!("({marked}).join() === 'true,true'"))
            .await?;
        Ok(())
    });
}
