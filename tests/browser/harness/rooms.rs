//! What the tests of several rooms do and look at.

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use crate::{Key, Setup, Tab};

impl Setup {
    /// A visitor who likes motion.
    #[must_use]
    pub fn moving() -> Self {
        Self {
            motion: true,
            ..Self::default()
        }
    }

    /// A narrow phone, 320 px wide.
    #[must_use]
    pub fn narrow_phone() -> Self {
        Self {
            size: (320, 640),
            ..Self::default()
        }
    }
}

impl Tab {
    /// Loads the site at a hash and waits until the program, not just its first paint, is there.
    ///
    /// # Errors
    /// If it does not come.
    pub async fn open_at(&self, hash: &str) -> Result<()> {
        self.goto(hash).await?;
        self.wait_for(".tools .engine").await.map(drop)
    }

    /// Fails if anything sticks out of the page to the right.
    ///
    /// # Errors
    /// Naming what does.
    pub async fn fits(&self) -> Result<()> {
        let wide = self.overflow().await?;
        ensure!(
            wide.is_empty(),
            "{}: sticks out: {wide:?}",
            self.url().await?
        );
        Ok(())
    }

    /// The grey levels, 0..=255, of each matching canvas, row by row.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn greys(&self, css: &str) -> Result<Vec<Vec<f64>>> {
        let read = format!(
            "[...document.querySelectorAll({})].map(canvas => {{
                const {{ width, height }} = canvas;
                const {{ data }} = canvas.getContext('2d').getImageData(0, 0, width, height);
                return [...data].filter((_, i) => i % 4 === 0); }})",
            json!(css)
        );
        Ok(serde_json::from_value(self.js(&read).await?)?)
    }

    /// Presses the button of a digit to sample, and waits until it is pressed.
    ///
    /// # Errors
    /// If there is none.
    pub async fn pick_digit(&self, digit: u8) -> Result<()> {
        self.click(&format!("[data-digit='{digit}']")).await?;
        self.digit_is_picked(digit).await
    }

    /// Waits until a digit is the one to sample.
    ///
    /// # Errors
    /// If it does not come to be.
    pub async fn digit_is_picked(&self, digit: u8) -> Result<()> {
        let pressed = format!("[data-digit='{digit}'][aria-pressed=true]");
        self.wait_for(&pressed).await.map(drop)
    }

    /// Presses Tab until the focus is on a match. Begins at what comes before it, so that one press is
    /// enough where Tab goes from one to the next.
    ///
    /// # Errors
    /// If it never is.
    pub async fn tab_to(&self, css: &str) -> Result<()> {
        let begin = format!(
            "(() => {{ const all = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex]')]
                .filter(e => e.tabIndex >= 0 && !e.disabled && e.offsetParent);
             const at = all.findIndex(e => e.matches({css}));
             if (at > 0) all[at - 1].focus();
             return at; }})()",
            css = json!(css)
        );
        self.wait_for(css).await?;
        self.js(&begin).await?;
        let here = format!("document.activeElement.matches({})", json!(css));
        for _ in 0..80 {
            self.press(Key::Tab).await?;
            if self.js(&here).await? == Value::Bool(true) {
                return Ok(());
            }
        }
        bail!("the Tab key does not lead to {css}")
    }
}
