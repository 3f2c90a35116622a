//! The page loads, from any folder of any host, and stays with itself.

use harness::{Gpu, Setup, Tab, browse, browse_with};

/// Loads the page and waits until the program, not just its first paint, is there.
async fn load(tab: &Tab) -> anyhow::Result<()> {
    tab.goto("").await?;
    tab.wait_until("performance.getEntriesByName('genscope-interactive').length")
        .await
        .map(drop)
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
