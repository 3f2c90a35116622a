//! What only the chapters on sound can do.

use std::time::Duration;

use anyhow::ensure;
use harness::{Gpu, browse};

use crate::chapters::CATCH;

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(120);
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
            tab.open_at("#/autoregressive/sample?note=14&step=99")
                .await?;
            tab.wait_for_within(DONE, SLOW).await?;
            tab.click(".wav:not(:disabled)").await?;
            tab.wait_until("window.saved?.name === 'genscope-D4.wav'")
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
    const PICTURE: &str = ".spectrogram canvas";
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/sample?step=99").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        let whole = tab.pixels(PICTURE).await?;
        tab.click("[data-layer='7']").await?;
        tab.wait_for_within(&format!("{DONE}[data-hears='895']"), SLOW)
            .await?;
        let deaf = tab.pixels(PICTURE).await?;
        ensure!(deaf != whole);
        tab.click(".wave-hears .all").await?;
        tab.wait_for_within(&format!("{DONE}[data-hears='1023']"), SLOW)
            .await?;
        ensure!(tab.pixels(PICTURE).await? == whole);
        Ok(())
    });
}
