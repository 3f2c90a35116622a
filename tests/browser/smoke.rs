//! The page loads, from any folder of any host, and stays with itself.

use harness::{Gpu, Setup, Tab, browse, browse_with};

/// Loads the page and waits until the program, not just its first paint, is there.
async fn load(tab: &Tab) -> anyhow::Result<()> {
    tab.goto("").await?;
    tab.wait_until("performance.getEntriesByName('genscope-interactive').length")
        .await?;
    assert_eq!(tab.errors().await?, [""; 0], "errors on the console");
    Ok(())
}

#[test]
fn the_page_loads_without_errors() {
    browse(Gpu::None, async |tab| {
        load(tab).await?;
        let origin = tab.site();
        let loaded = "performance.getEntriesByType('resource').map(r => r.name)";
        let loaded: Vec<String> = serde_json::from_value(tab.js(loaded).await?)?;
        assert!(!loaded.is_empty());
        let elsewhere: Vec<_> = loaded
            .iter()
            .filter(|url| !url.starts_with(&origin))
            .collect();
        assert!(
            elsewhere.is_empty(),
            "requests leave the site: {elsewhere:?}"
        );
        Ok(())
    });
}

#[test]
fn the_page_loads_under_a_sub_path() {
    let setup = Setup {
        prefix: "some/where",
        ..Setup::default()
    };
    browse_with(setup, async |tab| {
        load(tab).await?;
        let outside: Vec<_> = tab.server().requests();
        let outside: Vec<_> = outside
            .iter()
            .filter(|path| path.starts_with('/'))
            .collect();
        assert!(outside.is_empty(), "absolute URLs: {outside:?}");
        Ok(())
    });
}

#[test]
fn the_two_flavours_of_browser_differ_in_webgpu() {
    const ADAPTER: &str = "navigator.gpu ? navigator.gpu.requestAdapter().then(a => !!a) : false";
    for (gpu, expected) in [(Gpu::None, false), (Gpu::Swiftshader, true)] {
        browse(gpu, async |tab| {
            tab.goto("").await?;
            assert_eq!(tab.js_promise(ADAPTER).await?, expected, "{gpu:?}");
            Ok(())
        });
    }
}
