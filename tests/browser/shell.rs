//! What all rooms share: the page itself, from any folder of any host, history and preferences.

use harness::{Gpu, Setup, browse, browse_with};

#[test]
fn the_page_loads_under_a_sub_path_and_stays_with_itself() {
    let setup = Setup {
        prefix: "some/where",
        ..Setup::default()
    };
    browse_with(setup, async |tab| {
        tab.goto("").await?;
        // The program, not just its first paint, is there.
        tab.wait_until("performance.getEntriesByName('genscope-interactive').length")
            .await?;
        let mut elsewhere = tab.server().requests();
        elsewhere.retain(|path| path.starts_with('/'));
        assert_eq!(elsewhere, [""; 0], "absolute URLs");
        let loaded = "performance.getEntriesByType('resource').map(r => r.name)";
        let mut loaded: Vec<String> = serde_json::from_value(tab.js(loaded).await?)?;
        assert!(!loaded.is_empty());
        loaded.retain(|url| !url.starts_with(&tab.site()));
        assert_eq!(loaded, [""; 0], "requests leave the site");
        Ok(())
    });
}

#[test]
fn rooms_and_chapters_are_in_the_history() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/").await?;
        tab.click(".family.diffusion a.go").await?;
        tab.wait_for(".denoise[data-run-state=done]").await?;
        tab.pick_digit(6).await?;
        tab.wait_for_link(&["digit=6"]).await?;
        tab.click(".story li:first-child a").await?;
        tab.wait_for(".noise-views").await?;
        // Controls make no entries: back is the chapter before, as it was left.
        tab.js("(history.back(), true)").await?;
        tab.digit_is_picked(6).await?;
        tab.js("(history.back(), true)").await?;
        tab.wait_for(".landing").await?;
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
        tab.wait_for_link(&["engine=cpu"]).await?;
        tab.open_at("#/diffusion/noise").await?;
        tab.wait_for("html[data-theme=dark]").await?;
        let engine = "document.querySelector('.engine select').value";
        assert_eq!(tab.js(engine).await?, "cpu");
        Ok(())
    });
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
        // Dark colours follow the system.
        let paper = "getComputedStyle(document.body).backgroundColor";
        assert_eq!(tab.js(paper).await?, "rgb(21, 21, 19)");
        Ok(())
    });
}
