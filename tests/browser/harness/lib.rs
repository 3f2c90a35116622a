//! A real browser on the built site, for tests, measurements and pictures.
//!
//! ```no_run
//! use harness::{Gpu, browse};
//!
//! browse(Gpu::None, async |tab| {
//!     tab.goto("#/diffusion").await?;
//!     tab.click("button[data-action=play]").await?;
//!     tab.wait_for("[data-run-state=done]").await?;
//!     assert_eq!(tab.errors().await?, [""; 0]);
//!     Ok(())
//! });
//! ```
//!
//! Each [`Tab`] has its own site server (which can misbehave on demand), its own chromedriver and
//! its own browser with an empty profile, and ends all of them when it goes. When a test fails, by
//! an error or an assertion, [`browse`] prints the page's console and requests and saves a picture.

mod chromedriver;
mod console;
mod failure;
mod input;
mod rooms;
mod tab;

use std::panic::{self, AssertUnwindSafe};

use anyhow::{Context, Result};

pub use console::Entry;
pub use tab::{Gpu, Setup, Tab};
pub use thirtyfour::Key;
pub use xtask::server::{Fault, Server};

/// Runs a test in a new tab at the site's root folder; see the crate's documentation.
///
/// # Panics
/// If the test returns an error or panics, or the browser does not start.
pub fn browse<F>(gpu: Gpu, test: F)
where
    F: AsyncFnOnce(&Tab) -> Result<()>,
{
    browse_with(
        Setup {
            gpu,
            ..Setup::default()
        },
        test,
    );
}

/// As [`browse`], with everything to choose.
///
/// # Panics
/// As [`browse`].
pub fn browse_with<F>(setup: Setup, test: F)
where
    F: AsyncFnOnce(&Tab) -> Result<()>,
{
    let runtime = runtime().expect("a runtime");
    let tab = match runtime.block_on(Tab::open(setup)) {
        Ok(tab) => tab,
        Err(error) => panic!("no browser: {error:#}"),
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(&tab))));
    if !matches!(outcome, Ok(Ok(()))) {
        runtime.block_on(failure::report(&tab));
    }
    drop(tab);
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => panic!("{error:#}"),
        Err(panic) => panic::resume_unwind(panic),
    }
}

/// The runtime a WebDriver client needs: one thread is plenty.
///
/// # Errors
/// If the system refuses.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder
        .enable_all()
        .build()
        .context("could not start the async runtime")
}
