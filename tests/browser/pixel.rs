//! What only the chapters on pixels can do.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Gpu, Tab, browse};

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(120);
const DONE: &str = ".pixel-grow[data-run-state=done][data-pixels='784']";

/// The greys of a canvas, one number a pixel.
async fn greys(tab: &Tab, canvas: &str) -> Result<Vec<u8>> {
    let read = format!(
        "(() => {{ const canvas = document.querySelector(\"{canvas}\");
            const {{ data }} = canvas.getContext('2d').getImageData(0, 0, 28, 28);
            return [...data].filter((_, i) => i % 4 === 0); }})()"
    );
    let read = tab.js(&read).await?;
    let values = read.as_array().cloned().unwrap_or_default();
    let values: Vec<u8> = values
        .iter()
        .filter_map(|value| Some(value.as_u64()? as u8))
        .collect();
    ensure!(values.len() == 784, "{} pixels", values.len());
    Ok(values)
}

/// A pixel that is changed: what stands before it stays, something after it changes, what would have been
/// is shown beside it, and the link gives the same picture.
#[test]
fn a_changed_pixel_changes_the_future_alone() {
    browse(Gpu::None, async |tab| {
        let at = 300;
        tab.open_at(&format!("#/autoregressive/pixel?step={at}"))
            .await?;
        tab.wait_for_within(&format!("{DONE}[data-at='{at}']"), SLOW)
            .await?;
        let was = "+document.querySelector('.odd[aria-pressed=true]').dataset.value";
        let other = (tab.js(was).await?.as_u64().unwrap_or(0) + 4) % 8;
        tab.click(&format!(".odd[data-value='{other}']")).await?;
        tab.wait_for_within(&format!("{DONE}[data-changes='1'][data-at='{at}']"), SLOW)
            .await?;
        tab.click(".transport [aria-label='Last step computed']")
            .await?;
        tab.wait_for(".pixel-grow[data-at='783']").await?;
        let changed = greys(tab, ".pixel-grow .board canvas").await?;
        let without = greys(tab, ".pixel-pictures figure:nth-child(2) canvas").await?;
        ensure!(changed[..at] == without[..at], "the past has changed");
        ensure!(changed[at] != without[at], "the pixel has not changed");
        ensure!(
            changed[at + 1..] != without[at + 1..],
            "no future has changed"
        );
        let link = tab.wait_for_link(&["changes=300.", "step=783"]).await?;
        tab.open_at(&link).await?;
        tab.wait_for_within(&format!("{DONE}[data-at='783'][data-changes='1']"), SLOW)
            .await?;
        let again = greys(tab, ".pixel-grow .board canvas").await?;
        ensure!(again == changed, "the link gives another picture");
        Ok(())
    });
}

/// The blind spot of plain masks, as the engine computes it: gone with two stacks.
#[test]
fn two_stacks_see_more_than_masks() {
    browse(Gpu::None, async |tab| {
        let mut seen = Vec::new();
        for kind in ["plain", "gated"] {
            tab.open_at(&format!("#/autoregressive/sees?net={kind}&layers=10"))
                .await?;
            let fresh = format!(".pixel-sees[data-fresh=true][data-kind={kind}][data-layers='10']");
            tab.wait_for_within(&fresh, SLOW).await?;
            let n = tab.js("+document.querySelector('.pixel-sees').dataset.seen");
            seen.push(n.await?.as_u64().unwrap_or(0));
        }
        // Of the 406 pixels before it.
        ensure!(
            seen[0] > 200 && seen[1] > seen[0] + 20 && seen[1] <= 406,
            "{seen:?}"
        );
        Ok(())
    });
}

/// Endings keep what is given, and are not all the same; one with fewer bits is told as such.
#[test]
fn endings_keep_what_is_given() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/finish?rows=12&digit=3&row=16")
            .await?;
        tab.wait_for_within(".pixel-finish[data-whole=true][data-row='28']", SLOW)
            .await?;
        let mut all = Vec::new();
        for i in 1..=10 {
            all.push(greys(tab, &format!(".ending:nth-child({i}) canvas")).await?);
        }
        let given = 12 * 28;
        ensure!(all.iter().all(|ending| ending[..given] == all[0][..given]));
        ensure!(all.iter().any(|ending| ending[given..] != all[0][given..]));
        Ok(())
    });
}

/// Noise costs far more than a digit, and an empty sheet less: all networks say so. That of clothes finds the
/// digit likelier than a garment, as the text says.
#[test]
fn noise_is_less_likely_than_a_digit() {
    browse(Gpu::None, async |tab| {
        let mut all = Vec::new();
        for what in ["noise", "picture", "empty", "garment"] {
            tab.open_at(&format!("#/autoregressive/likely?what={what}"))
                .await?;
            let done = format!(
                ".pixel-likely[data-run-state=done][data-what={what}][data-rnn][data-clothes]"
            );
            tab.wait_for_within(&done, SLOW).await?;
            let bits = "(({ cnn, rnn, clothes }) => [+cnn, +rnn, +clothes])(document.querySelector('.pixel-likely').dataset)";
            let bits = tab.js(bits).await?;
            all.push([0, 1, 2].map(|i| bits[i].as_f64().unwrap_or(-1.0)));
        }
        for net in 0..2 {
            let [noise, digit, empty] = [all[0][net], all[1][net], all[2][net]];
            ensure!(
                noise > 2.0 * digit && digit > empty && empty > 0.0,
                "{all:?}"
            );
        }
        // The network of clothes has never seen a digit.
        let [digit, garment] = [1, 3].map(|what| all[what]);
        ensure!(garment[0] > 4.0 * digit[0], "{all:?}");
        ensure!(digit[2] < garment[2], "{all:?}");
        Ok(())
    });
}
