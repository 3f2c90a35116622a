//! What only the chapters on sound can do.

use std::time::Duration;

use anyhow::ensure;
use harness::{Gpu, browse};

use crate::chapters::CATCH;

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(120);
const FORCED: &str = ".wave-forced[data-run-state=done][data-samples='4096']";
const PICTURE: &str = ".spectrogram canvas";
const DONE: &str = ".wave-sample[data-run-state=done][data-samples='4096']";

/// The sound is a WAV file that the browser reads, its link gives the same one, and it can be heard.
#[test]
fn a_note_is_heard_and_saved() {
    const SAMPLES: &str = "new OfflineAudioContext(1, 1, 8000).decodeAudioData(Uint8Array.from(
            atob(window.saved.href.split(',')[1]), letter => letter.charCodeAt()).buffer)
        .then(sound => { const all = sound.getChannelData(0);
            return [sound.length, Math.max(...all), all.reduce((sum, v, i) => sum + v * Math.sin(i), 0)]; })";
    browse(Gpu::None, async |tab| {
        tab.before_load(CATCH).await?;
        let mut all = Vec::new();
        for _ in 0..2 {
            tab.open_at("#/autoregressive/sample?note=2&step=99")
                .await?;
            tab.wait_for_within(DONE, SLOW).await?;
            tab.click(".wav:not(:disabled)").await?;
            tab.wait_until("window.saved?.name === 'genscope-note-D4.wav'")
                .await?;
            let read: (usize, f64, f64) = serde_json::from_value(tab.js_promise(SAMPLES).await?)?;
            ensure!(read.0 == 4096 && read.1 > 0.05, "{read:?}");
            all.push(read);
        }
        ensure!(all[0] == all[1], "{all:?}");
        // The note, and the string it has learned from: half a second each, and over by itself.
        for which in 1..=2 {
            let button = format!(".transport .listen:nth-of-type({which})");
            tab.click(&format!("{button}:not(:disabled)")).await?;
            tab.wait_for(&format!("{button}[data-listen=heard]"))
                .await?;
            tab.wait_for(&format!("{button}[data-listen=silent]"))
                .await?;
        }
        Ok(())
    });
}

/// A model that is deaf in parts makes another sound, and one that hears all the first again.
#[test]
fn deaf_layers_change_the_sound() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/sample?step=99").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        let whole = tab.pixels(PICTURE).await?;
        tab.click("[data-layer='7']").await?;
        tab.wait_for_within(&format!("{DONE}[data-hears='188']"), SLOW)
            .await?;
        let deaf = tab.pixels(PICTURE).await?;
        ensure!(deaf != whole);
        tab.click(".wave-hears .all").await?;
        tab.wait_for_within(&format!("{DONE}[data-hears='190']"), SLOW)
            .await?;
        ensure!(tab.pixels(PICTURE).await? == whole);
        Ok(())
    });
}

/// A digit is said by one of six voices; the plan of it is told, and what was chosen leads back.
#[test]
fn a_digit_is_said() {
    browse(Gpu::None, async |tab| {
        tab.before_load(CATCH).await?;
        tab.open_at("#/autoregressive/sample?digit=3&voice=1&step=2000")
            .await?;
        tab.wait_for_within(DONE, SLOW).await?;
        let part = tab.text("[data-name=part]").await?;
        ensure!(part.contains("in part 13 of the 24"), "{part}");
        let jackson = tab.pixels(PICTURE).await?;
        tab.click(".wav:not(:disabled)").await?;
        tab.wait_until("window.saved?.name === 'genscope-digit-3-jackson.wav'")
            .await?;
        tab.set_value("select[name=voice]", "Theo").await?;
        tab.wait_for_within(&format!("{DONE}[data-asked='22']"), SLOW)
            .await?;
        ensure!(tab.pixels(PICTURE).await? != jackson);
        // The list of notes takes the place of that of voices, and shows the note.
        tab.set_value("select[name=digit]", "Plucked string")
            .await?;
        tab.wait_for_within(&format!("{DONE}[data-asked='9']"), SLOW)
            .await?;
        let shown = "document.querySelector('select[name=note]').selectedOptions[0].text";
        ensure!(tab.js(shown).await? == "A4, 440 Hz");
        ensure!(tab.all("[data-name=part]").await?.is_empty());
        Ok(())
    });
}

/// With the beginning given, the string stands in what runs free, sample by sample; with all of it given,
/// nothing else is heard. Guesses stay nearer to the string.
#[test]
fn what_is_given_stands() {
    const FAR: &str = "(document.querySelector('[data-name=far]').textContent.match(/\\d+(?= %)/g) || []).map(Number)";
    const COLUMNS: &str = "decodeURIComponent(window.saved.href.split(',').slice(1).join(',')).trim().split('\\n').slice(1).map(row => row.split(',').map(Number))";
    browse(Gpu::None, async |tab| {
        tab.before_load(CATCH).await?;
        tab.open_at("#/autoregressive/forced?given=400&step=99")
            .await?;
        tab.wait_for_within(FORCED, SLOW).await?;
        let far: Vec<u32> = serde_json::from_value(tab.js(FAR).await?)?;
        ensure!(far.len() == 2 && far[0] < far[1], "{far:?}");
        tab.click(".csv:not(:disabled)").await?;
        tab.wait_until("window.saved?.name === 'genscope-free-A4.csv'")
            .await?;
        let rows: Vec<[f64; 4]> = serde_json::from_value(tab.js(COLUMNS).await?)?;
        let differs = rows.iter().position(|[_, truth, _, free]| truth != free);
        ensure!(
            rows.len() == 4096 && differs.is_some_and(|at| (400..420).contains(&at)),
            "{differs:?}"
        );
        let guesses = rows.iter().filter(|[_, truth, guess, _]| truth != guess);
        ensure!(guesses.count() > 400);
        tab.open_at("#/autoregressive/forced?given=4096&step=99")
            .await?;
        tab.wait_for_within(&format!("{FORCED}[data-given='4096']"), SLOW)
            .await?;
        tab.wait_until(
            "document.querySelector('[data-name=far]').textContent.includes('nothing is left')",
        )
        .await?;
        Ok(())
    });
}

/// A file that the visitor brings, of this many samples: a tone of 330 Hz after some silence.
const BRING: &str = "const bring = (length, name = 'tone.wav', tone = 330) => {
        const bytes = new DataView(new ArrayBuffer(44 + 2 * length));
        [0x52494646, 36 + 2 * length, 0x57415645, 0x666d7420, 16, 0x10001, 8000, 16000, 0x100002, 0x64617461, 2 * length]
            .forEach((v, i) => bytes.setUint32(4 * i, v, ![0, 2, 3, 9].includes(i)));
        for (let i = 800; i < length; i++) bytes.setInt16(44 + 2 * i, tone && 9000 * Math.sin(2 * Math.PI * tone * i / 8000), true);
        window.give(new File([bytes], name));
    };
    window.give = file => {
        const files = new DataTransfer();
        files.items.add(file);
        document.querySelector('.wave-bring').dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    };";
const OWN: &str = ".wave-own[data-run-state=done]";
const NOTICE: &str = ".wave-bring .notice";

/// A dropped file is gone on with, from where it is first heard; what is no sound, silent or too large gets a
/// sentence, and what was there stays.
#[test]
fn a_file_is_gone_on_with() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/sound?step=99").await?;
        tab.wait_for_within(
            &format!("{OWN}[data-theirs=false][data-given='3200']"),
            SLOW,
        )
        .await?;
        tab.js(&format!("(() => {{ {BRING} bring(4800); }})()"))
            .await?;
        // 800 samples of silence, of which the last 160 are kept; E4 is the nearest.
        tab.wait_for_within(
            &format!("{OWN}[data-theirs=true][data-note='4'][data-samples]"),
            SLOW,
        )
        .await?;
        let given: String = serde_json::from_value(
            tab.js("document.querySelector('.wave-own').dataset.given")
                .await?,
        )?;
        ensure!((4150..=4170).contains(&given.parse::<u32>()?), "{given}");
        for (spoilt, words) in [
            (
                "window.give(new File(['no sound at all'], 'note.mp3'))",
                "no sound in this file",
            ),
            ("bring(4800, 'silence.wav', 0)", "nothing to be heard"),
            (
                "window.give(new File([new Uint8Array(4000001)], 'hour.wav'))",
                "larger than 4 MB",
            ),
        ] {
            tab.js(&format!("(() => {{ {BRING} {spoilt}; }})()"))
                .await?;
            tab.wait_until(&format!(
                "document.querySelector('{NOTICE}')?.textContent.includes('{words}')"
            ))
            .await?;
            tab.wait_for(&format!("{OWN}[data-given='{given}']"))
                .await?;
        }
        // A second of it at most. It plays from its start, whatever was looked at of the one before.
        tab.js(&format!("(() => {{ {BRING} bring(30000); }})()"))
            .await?;
        tab.wait_for_within(
            &format!("{OWN}[data-given='8000'][data-samples='12096'][data-at='12095']"),
            SLOW,
        )
        .await?;
        tab.wait_until(&format!("!document.querySelector('{NOTICE}')"))
            .await?;
        Ok(())
    });
}

/// A second from the microphone, here a tone that the page hears as one; and what is said where there is none.
#[test]
fn a_second_is_recorded() {
    const TONE: &str = "navigator.mediaDevices.getUserMedia = async () => {
        const context = new AudioContext(), tone = context.createOscillator(), out = context.createMediaStreamDestination();
        tone.frequency.value = 523.25; tone.connect(out); tone.start();
        window.heard = out.stream;
        return out.stream;
    }";
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/sound?step=99").await?;
        tab.wait_for_within(OWN, SLOW).await?;
        for (how, words) in [
            (
                "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') }",
                "not allowed",
            ),
            (
                "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError') }",
                "No microphone",
            ),
            (
                "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError') }",
                "another program",
            ),
            (
                "Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true })",
                "does not let this page record",
            ),
        ] {
            tab.js(&format!("(() => {{ {how} }})()")).await?;
            tab.click(".record:not(:disabled)").await?;
            tab.wait_until(&format!(
                "document.querySelector('{NOTICE}')?.textContent.includes('{words}')"
            ))
            .await?;
        }
        tab.js("delete navigator.mediaDevices").await?;
        tab.js(&format!("(() => {{ {TONE} }})()")).await?;
        tab.click(".record:not(:disabled)").await?;
        // C5, within a quarter of a tone.
        tab.wait_for_within(&format!("{OWN}[data-theirs=true][data-note='12']"), SLOW)
            .await?;
        ensure!(
            tab.js("window.heard.getTracks().every(track => track.readyState === 'ended')")
                .await?
                == true
        );
        Ok(())
    });
}
