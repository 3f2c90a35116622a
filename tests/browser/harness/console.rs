//! What page and workers wrote to the console, and what the browser complained about.

use anyhow::{Result, ensure};
use thirtyfour::BrowserLogEntry;

use crate::Tab;

/// One line of the console.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `SEVERE` for errors, `WARNING`, `INFO`, `DEBUG`.
    pub level: String,
    /// `console-api`, `network` (a file did not load), `javascript` (an exception), `worker`, ...
    pub source: String,
    /// Where and what.
    pub message: String,
}

impl From<BrowserLogEntry> for Entry {
    fn from(entry: BrowserLogEntry) -> Self {
        Self {
            level: entry.level,
            source: entry.source.unwrap_or_default(),
            message: entry.message,
        }
    }
}

impl Tab {
    /// Everything logged since the tab was opened.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn console(&self) -> Result<Vec<Entry>> {
        // The driver hands each line out once.
        let new = self.driver.browser_log().await?;
        let mut all = self.log.borrow_mut();
        all.extend(new.into_iter().map(Entry::from));
        Ok(all.clone())
    }

    /// The errors: exceptions, `console.error` (a Rust panic is one), and files that did not load,
    /// unless the test has them fail ([`Tab::fault`]).
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn errors(&self) -> Result<Vec<String>> {
        let mut all = self.console().await?;
        let breaks_files = self.breaks_files.get();
        all.retain(|entry| entry.level == "SEVERE" && !(breaks_files && entry.source == "network"));
        Ok(all.into_iter().map(|entry| entry.message).collect())
    }

    /// For a test of what is told on the console: errors there are none of the test's.
    pub fn let_errors_be(&self) {
        self.breaks_programs.set(true);
    }

    /// Fails if there are errors that the test did not cause.
    pub(crate) async fn has_no_errors(&self) -> Result<()> {
        if !self.breaks_programs.get() {
            let errors = self.errors().await?;
            ensure!(errors.is_empty(), "on the console: {errors:?}");
        }
        Ok(())
    }
}
