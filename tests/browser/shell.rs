//! What all rooms share: links, history, notices, preferences, and that everything fits.

use harness::{Gpu, Setup, browse, browse_with};

const PLACES: [&str; 3] = ["#/", "#/diffusion/noise", "#/diffusion/denoise?step=12"];

#[test]
fn nonsense_in_a_link_is_ignored_and_said() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/diffusion/denoise?digit=12&seed=x&colour=red&steps=10")
            .await?;
        let said = tab.text(".notices").await?;
        for part in ["digit=12", "seed=x", "colour"] {
            assert!(said.contains(part), "{said}");
        }
        tab.wait_for(".denoise[data-steps='10']").await?;
        tab.digit_is_picked(3).await?;
        // The link is cleaned up.
        tab.wait_until("!location.hash.includes('colour')").await?;

        tab.open_at("#/no/such/page?%%%").await?;
        tab.wait_for(".landing").await?;
        assert!(tab.text(".notices").await?.contains("no page called"));
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn rooms_and_chapters_are_in_the_history() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/").await?;
        tab.click("nav a.family-diffusion").await?;
        tab.wait_for(".denoise[data-run-state=done]").await?;
        tab.pick_digit(6).await?;
        tab.wait_until("location.hash.includes('digit=6')").await?;
        tab.click(".story li:first-child a").await?;
        tab.wait_for(".noise-views").await?;
        // Controls make no entries: back is the chapter before, as it was left.
        tab.js("(history.back(), true)").await?;
        tab.digit_is_picked(6).await?;
        tab.js("(history.back(), true)").await?;
        tab.wait_for(".landing").await?;
        assert_eq!(tab.errors().await?, [""; 0]);
        Ok(())
    });
}

#[test]
fn colours_and_engine_are_remembered() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/diffusion/noise").await?;
        let paper = "getComputedStyle(document.body).backgroundColor";
        let light = tab.js(paper).await?;
        tab.click(".theme").await?;
        tab.click(".theme").await?;
        tab.wait_for("html[data-theme=dark]").await?;
        assert_ne!(tab.js(paper).await?, light);
        tab.set_value(".engine select", "cpu").await?;
        tab.wait_until("location.hash.includes('engine=cpu')")
            .await?;
        tab.open_at("#/diffusion/noise").await?;
        tab.wait_for("html[data-theme=dark]").await?;
        let engine = "document.querySelector('.engine select').value";
        assert_eq!(tab.js(engine).await?, "cpu");
        Ok(())
    });
}

#[test]
fn dark_colours_follow_the_system() {
    browse(Gpu::None, async |tab| {
        tab.prefer(true, false).await?;
        tab.open_at("#/").await?;
        let paper = tab
            .js("getComputedStyle(document.body).backgroundColor")
            .await?;
        assert_eq!(paper, "rgb(21, 21, 19)");
        Ok(())
    });
}

#[test]
fn nothing_overflows_on_narrow_screens() {
    for size in [(360, 740), (500, 900), (900, 700)] {
        let setup = Setup {
            size,
            ..Setup::default()
        };
        browse_with(setup, async |tab| {
            for place in PLACES {
                tab.open_at(place).await?;
                tab.fits().await?;
            }
            tab.wait_for(".denoise[data-run-state=done]").await?;
            tab.fits().await?;
            Ok(())
        });
    }
}

/// Contrast of the colours that text has on the grounds it stands on (WCAG 2, 4.5:1).
#[test]
fn text_can_be_read_in_both_themes() {
    const RATIOS: &str = "(() => {
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const light = name => {
            canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
        const families = ['--gan', '--vae', '--diffusion', '--autoregressive'];
        const pairs = ['--ink', '--ink-2', '--ink-3', ...families]
            .flatMap(text => ['--paper', '--card'].map(ground => [text, ground]));
        pairs.push(...families.map(family => ['--on-accent', family]), ['--ink', '--stop-soft']);
        return pairs.filter(([a, b]) => ratio(a, b) < 4.5).map(([a, b]) => `${a} on ${b}: ${ratio(a, b)}`);
    })()";
    browse(Gpu::None, async |tab| {
        for dark in [false, true] {
            tab.prefer(dark, false).await?;
            tab.open_at("#/").await?;
            let weak: Vec<String> = serde_json::from_value(tab.js(RATIOS).await?)?;
            assert_eq!(weak, [""; 0], "dark: {dark}");
        }
        Ok(())
    });
}
