//! What helps to understand a failed test.

use std::path::PathBuf;
use std::thread;

use xtask::paths;

use crate::Tab;

/// Prints the page's address, console and requests, and saves a picture under the target folder.
pub(crate) async fn report(tab: &Tab) {
    eprintln!("--- the page when the test failed");
    match tab.url().await {
        Ok(url) => eprintln!("address: {url}"),
        Err(error) => eprintln!("address: unknown ({error:#})"),
    }
    for entry in tab.console().await.unwrap_or_default() {
        eprintln!(
            "console: {} {} {}",
            entry.level, entry.source, entry.message
        );
    }
    for request in tab.requests() {
        eprintln!("request: {request}");
    }
    let file = picture();
    match tab.screenshot(&file).await {
        Ok(()) => eprintln!("picture: {}", file.display()),
        Err(error) => eprintln!("picture: none ({error:#})"),
    }
}

/// A file named after the test, whose thread the test runner names.
fn picture() -> PathBuf {
    let thread = thread::current();
    let name = thread.name().unwrap_or("test").replace("::", "-");
    paths::target()
        .join("browser-failures")
        .join(format!("{name}.png"))
}
