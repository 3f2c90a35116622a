//! What the tests of several rooms do and look at.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::{Key, Setup, Tab};

/// Cuts what is drawn into pictures of 28 x 28 px.
const DIGITS: &str = "context => {
    const { width, height } = context.canvas, columns = width / 28;
    return [...Array(columns * height / 28).keys()].map(k => {
        const x = k % columns * 28, y = Math.floor(k / columns) * 28;
        return [...context.getImageData(x, y, 28, 28).data].filter((_, i) => i % 4 === 0); }); }";

/// Largest difference of two pictures.
///
/// # Panics
/// If they are not of one size.
pub fn largest_difference<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> f64 {
    differences(a, b).fold(0.0, f64::max)
}

/// Mean difference of two pictures.
///
/// # Panics
/// If they are not of one size.
pub fn mean_difference<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> f64 {
    differences(a, b).sum::<f64>() / a.len() as f64
}

fn differences<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> impl Iterator<Item = f64> {
    assert_eq!(a.len(), b.len(), "pictures of one size");
    a.iter().zip(b).map(|(&a, &b)| (a.into() - b.into()).abs())
}

impl Setup {
    /// A visitor who likes motion.
    #[must_use]
    pub fn moving() -> Self {
        Self {
            motion: true,
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

    /// The grey levels of the first matching canvas, once it is there.
    ///
    /// # Errors
    /// If there is none.
    pub async fn grey(&self, css: &str) -> Result<Vec<f64>> {
        self.wait_for(css).await?;
        let first = self.greys(css).await?.into_iter().next();
        first.with_context(|| format!("no canvas matches {css}"))
    }

    /// The grey levels of each picture, 28 px wide and high, on the first matching canvas.
    ///
    /// # Errors
    /// If there is none.
    pub async fn digits(&self, css: &str) -> Result<Vec<Vec<f64>>> {
        let canvas = self.wait_for(css).await.map(|_| json!(css))?;
        let read = format!("({DIGITS})(document.querySelector({canvas}).getContext('2d'))");
        Ok(serde_json::from_value(self.js(&read).await?)?)
    }

    /// The grey levels of each picture, 28 px wide and high, in a file of the site.
    ///
    /// # Errors
    /// If there is none.
    pub async fn digits_in(&self, file: &str) -> Result<Vec<Vec<f64>>> {
        let read = format!(
            "fetch({}).then(file => file.blob()).then(createImageBitmap).then(image => {{
                const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
                context.drawImage(image, 0, 0);
                return ({DIGITS})(context); }})",
            json!(file)
        );
        Ok(serde_json::from_value(self.js_promise(&read).await?)?)
    }

    /// Everything on the first matching canvas, to be compared: a hash of all its pixels.
    ///
    /// # Errors
    /// If there is none.
    pub async fn pixels(&self, css: &str) -> Result<Value> {
        let read = format!(
            "(() => {{ const canvas = document.querySelector({}), {{ width, height }} = canvas;
             const {{ data }} = canvas.getContext('2d').getImageData(0, 0, width, height);
             let hash = width; for (const value of data) hash = (hash * 31 + value) >>> 0;
             return hash; }})()",
            json!(css)
        );
        self.js(&read).await
    }

    /// What the first match says of itself in an attribute `data-...`; empty if it does not.
    ///
    /// # Errors
    /// If there is no match.
    pub async fn data(&self, css: &str, name: &str) -> Result<String> {
        let value = self.attribute(css, &format!("data-{name}")).await?;
        Ok(value.unwrap_or_default())
    }

    /// The first number of the figure of this name.
    ///
    /// # Errors
    /// If there is none.
    pub async fn number(&self, name: &str) -> Result<f64> {
        let text = self.text(&format!("[data-name={name}]")).await?;
        Ok(text.split(' ').next().unwrap_or_default().parse()?)
    }

    /// The address from its hash on.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn hash(&self) -> Result<String> {
        Ok(serde_json::from_value(self.js("location.hash").await?)?)
    }

    /// Waits until the address names all of these, and gives it from its hash on. It follows the
    /// controls a little later.
    ///
    /// # Errors
    /// If it does not come to.
    pub async fn wait_for_link(&self, parts: &[&str]) -> Result<String> {
        let all = json!(parts);
        let named = format!("{all}.every(part => location.hash.includes(part)) && location.hash");
        Ok(serde_json::from_value(self.wait_until(&named).await?)?)
    }

    /// Waits until the address does not name this any more.
    ///
    /// # Errors
    /// If it does not come to.
    pub async fn wait_for_link_without(&self, part: &str) -> Result<()> {
        let gone = format!("!location.hash.includes({})", json!(part));
        self.wait_until(&gone).await.map(drop)
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
