//! What a visitor does: look, click, type, turn the phone.
//!
//! After an input the page is given time to draw what it changed: a wait that follows is not
//! answered by what was there before.

use anyhow::{Context, Result};
use serde_json::json;
use thirtyfour::{By, TypingData, WebElement};

use crate::Tab;
use crate::tab::is_stale;

/// Two refreshes of the screen, within which yew has drawn what an event changed; or a second, if
/// the page draws nothing.
const TWO_FRAMES: &str = "new Promise(done => { setTimeout(done, 1000);
    requestAnimationFrame(() => requestAnimationFrame(() => done())); })";

/// How often an element is looked for again that was drawn anew before it could be clicked.
const TRIES: u32 = 5;

impl Tab {
    /// Clicks the first match, scrolling to it; fails if something covers it.
    ///
    /// # Errors
    /// If there is none, or it cannot be clicked.
    pub async fn click(&self, css: &str) -> Result<()> {
        let mut tries = 0;
        loop {
            match self.wait_for(css).await?.click().await {
                Ok(()) => break,
                // Drawn anew since it was found: nothing was clicked, and the next one is there.
                Err(error) if tries < TRIES && is_stale(&error) => {
                    tries += 1;
                }
                Err(error) => return Err(error).with_context(|| format!("could not click {css}")),
            }
        }
        self.let_it_draw().await;
        Ok(())
    }

    /// Clicks the first match once it stands still: what comes above it while a page fills would move it away
    /// from under the mouse.
    ///
    /// # Errors
    /// If there is none, or it never rests.
    pub async fn click_when_still(&self, css: &str) -> Result<()> {
        self.wait_for(css).await?;
        let still = format!(
            "new Promise(done => {{
                let last, since = performance.now();
                const look = now => {{
                    const place = JSON.stringify(document.querySelector({css})?.getBoundingClientRect());
                    if (place !== last) [last, since] = [place, now];
                    now - since > 250 ? done(true) : requestAnimationFrame(look);
                }};
                requestAnimationFrame(look);
            }})",
            css = serde_json::json!(css)
        );
        self.js_promise(&still).await?;
        self.click(css).await
    }

    /// Draws a stroke on the first match with the mouse, from point to point in shares of its size.
    ///
    /// # Errors
    /// If there is none.
    pub async fn draw(&self, css: &str, points: &[(f64, f64)]) -> Result<()> {
        let sheet = self.wait_for(css).await?;
        sheet.scroll_into_view().await?;
        let size = sheet.rect().await?;
        let mut hand = self.driver.action_chain();
        for (number, (x, y)) in points.iter().enumerate() {
            // Offsets are counted from the middle of the element.
            let (x, y) = ((x - 0.5) * size.width, (y - 0.5) * size.height);
            hand = hand.move_to_element_with_offset(&sheet, x as i64, y as i64);
            if number == 0 {
                hand = hand.click_and_hold();
            }
        }
        Ok(hand.release().perform().await?)
    }

    /// Presses keys wherever the focus is, as a visitor without a mouse would.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn keys(&self, keys: impl Into<TypingData>) -> Result<()> {
        self.press(keys).await?;
        self.let_it_draw().await;
        Ok(())
    }

    /// Presses keys, and does not wait for what comes of it.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) -> Result<()> {
        let chain = self.driver.action_chain();
        Ok(chain.send_keys(keys.into().to_string()).perform().await?)
    }

    async fn let_it_draw(&self) {
        // An input may also leave the page; then there is nothing to wait for.
        let _ = self.js_promise(TWO_FRAMES).await;
    }

    /// Sets a field or slider to a value, with the events a visitor's hand would cause.
    ///
    /// # Errors
    /// If there is no such field.
    pub async fn set_value(&self, css: &str, value: &str) -> Result<()> {
        self.wait_for(css).await?;
        let set = format!(
            "(() => {{ const field = document.querySelector({css}); field.focus();
             Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, {value});
             for (const name of ['input', 'change'])
                 field.dispatchEvent(new Event(name, {{ bubbles: true }})); return true; }})()",
            css = json!(css),
            value = json!(value),
        );
        self.js(&set).await?;
        self.let_it_draw().await;
        Ok(())
    }

    /// All matches now.
    ///
    /// # Errors
    /// If the selector is malformed.
    pub async fn all(&self, css: &str) -> Result<Vec<WebElement>> {
        Ok(self.driver.find_all(By::Css(css)).await?)
    }

    /// The visible text of the first match.
    ///
    /// # Errors
    /// If there is none.
    pub async fn text(&self, css: &str) -> Result<String> {
        loop {
            match self.wait_for(css).await?.text().await {
                Err(error) if is_stale(&error) => {}
                text => return Ok(text?),
            }
        }
    }

    /// An attribute of the first match, such as `data-run-state`; `None` if it lacks it.
    ///
    /// # Errors
    /// If there is no match.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<Option<String>> {
        Ok(self.wait_for(css).await?.attr(name).await?)
    }

    /// The window's inner size in CSS pixels; under 600 wide it is a phone.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn viewport(&self, width: u32, height: u32) -> Result<()> {
        let phone = width < 600;
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await
    }

    /// The visitor's preferences: dark colours, and less motion.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn prefer(&self, dark: bool, reduced_motion: bool) -> Result<()> {
        let feature =
            |name, on, yes, no| json!({ "name": name, "value": if on { yes } else { no } });
        let features = [
            feature("prefers-color-scheme", dark, "dark", "light"),
            feature(
                "prefers-reduced-motion",
                reduced_motion,
                "reduce",
                "no-preference",
            ),
        ];
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await
    }

    /// The size of letters that the visitor has set in the browser, in px; 16 is usual.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn letters(&self, size: u32) -> Result<()> {
        let sizes = json!({ "fontSizes": { "standard": size, "fixed": size } });
        self.cdp("Page.setFontSizes", sizes).await
    }

    /// Makes the page think its tab was hidden, or is seen again.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn hidden(&self, hidden: bool) -> Result<()> {
        let state = if hidden { "hidden" } else { "visible" };
        let set = format!(
            "(() => {{ Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }});
             Object.defineProperty(document, 'visibilityState', {{ value: '{state}', configurable: true }});
             document.dispatchEvent(new Event('visibilitychange', {{ bubbles: true }})); return true; }})()"
        );
        self.js(&set).await.map(drop)
    }
}
