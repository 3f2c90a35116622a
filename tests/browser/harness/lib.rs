//! A real browser on the built site, for tests, measurements and pictures.
//!
//! ```no_run
//! use harness::{Gpu, browse};
//!
//! browse(Gpu::None, async |tab| {
//!     tab.goto("#/diffusion").await?;
//!     tab.click("button[data-action=play]").await?;
//!     tab.wait_for("[data-run-state=done]").await?;
//!     Ok(())
//! });
//! ```
//!
//! Each [`Tab`] is a window of its own, and nothing that the site keeps for a visitor goes from one
//! test to another. Browsers go on to the next test, with the site's files and the code made of them;
//! a test of what goes wrong gets a server of its own, which misbehaves on demand ([`Tab::server`]).
//! A browser whose test failed ends. A test fails by an error, by an assertion, and by errors on the
//! console that it did not cause; then [`browse`] prints the page's console and requests and saves a
//! picture.

mod browser;
mod chromedriver;
mod clock;
mod console;
mod failure;
mod input;
mod other;
mod rooms;
mod tab;

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use browser::Browser;
pub use console::Entry;
pub use other::{Make, browse_in};
pub use rooms::{largest_difference, mean_difference};
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
    /// Software that draws takes every core: one at a time.
    static TURN: Mutex<()> = Mutex::new(());
    let draws = setup.gpu == Gpu::Swiftshader;
    let _turn = draws.then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let tested = in_window(&setup, async |tab| {
        test(tab).await?;
        tab.has_no_errors().await
    });
    if let Err(error) = tested {
        panic!("{error:#}");
    }
}

/// Runs something in a new window, of a browser that others have used unless the setup says
/// otherwise, and gives what it gives. When it fails, so does its browser.
///
/// # Errors
/// Its own, or if there is no browser.
///
/// # Panics
/// If it does.
pub fn in_window<F, T>(setup: &Setup, work: F) -> Result<T>
where
    F: AsyncFnOnce(&Tab) -> Result<T>,
{
    let browser = if setup.fresh {
        Browser::start(setup.gpu)
    } else {
        Browser::take(setup.gpu)
    };
    let browser = browser.context("no browser")?;
    let tab = browser.runtime.block_on(Tab::open(&browser, setup))?;
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| browser.runtime.block_on(work(&tab))));
    match outcome {
        Ok(Ok(value)) => {
            drop(tab);
            if !setup.fresh {
                browser.give_back();
            }
            Ok(value)
        }
        failed => {
            browser.runtime.block_on(failure::report(&tab));
            match failed {
                Err(panic) => panic::resume_unwind(panic),
                Ok(result) => result,
            }
        }
    }
}
