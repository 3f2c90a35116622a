//! What page and workers wrote to the console, and what the browser complained about.

use anyhow::Result;
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

    /// All errors: exceptions, `console.error` (a Rust panic is one), files that did not load.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn errors(&self) -> Result<Vec<String>> {
        let severe = |entry: &Entry| entry.level == "SEVERE";
        Ok(self
            .console()
            .await?
            .into_iter()
            .filter(severe)
            .map(|entry| entry.message)
            .collect())
    }

    /// The errors of the program itself: as [`Tab::errors`], without files that did not load. For
    /// tests which make them fail to load.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn program_errors(&self) -> Result<Vec<String>> {
        let own = |entry: &Entry| entry.level == "SEVERE" && entry.source != "network";
        Ok(self
            .console()
            .await?
            .into_iter()
            .filter(own)
            .map(|entry| entry.message)
            .collect())
    }
}
