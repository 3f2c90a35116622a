//! A tab: a browser's window on the site.

use std::cell::{Cell, OnceCell, RefCell};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};
use thirtyfour::{By, WebDriver, WebElement};
use xtask::server::{Fault, Server};

use crate::browser::{Browser, serve};
use crate::console::Entry;

/// How long [`Tab::wait_for`] and [`Tab::wait_until`] wait. Generous: two busy cores are slow.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// As in a browser that has none.
const NO_SERVICE_WORKER: &str =
    "Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined })";

/// What `navigator.gpu.requestAdapter()` finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gpu {
    /// Nothing.
    #[default]
    None,
    /// WebGPU by SwiftShader.
    Swiftshader,
}

/// How to open a tab.
#[derive(Clone, Debug)]
pub struct Setup {
    pub gpu: Gpu,
    /// The sub-path the site lies under; empty for none.
    pub prefix: &'static str,
    /// Let things move by themselves. Without, the page is told to spare motion: what is played is
    /// at its end at once.
    pub motion: bool,
    /// In a browser of its own: what it looks at depends on what others have loaded.
    pub fresh: bool,
    /// Inner width and height in CSS pixels.
    pub size: (u32, u32),
    /// Let the site keep itself for visits without a network. Not for other tests: what it keeps
    /// would hide the server's faults.
    pub keeps_site: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            gpu: Gpu::None,
            prefix: "",
            motion: false,
            fresh: false,
            size: (1360, 900),
            keeps_site: false,
        }
    }
}

/// See the crate's documentation.
pub struct Tab {
    /// For everything that has no helper.
    pub driver: WebDriver,
    /// The browser's, for a test that has none of its own.
    pub(crate) shared: Arc<Server>,
    pub(crate) own: OnceCell<Server>,
    pub(crate) prefix: &'static str,
    pub(crate) loaded: Cell<bool>,
    pub(crate) breaks_files: Cell<bool>,
    pub(crate) breaks_programs: Cell<bool>,
    pub(crate) log: RefCell<Vec<Entry>>,
}

impl Tab {
    /// Opens an empty window; the site is only loaded by [`Tab::goto`]. Nothing that it kept for an
    /// earlier test is there.
    pub(crate) async fn open(browser: &Browser, setup: &Setup) -> Result<Self> {
        browser.open_window().await?;
        let tab = Self {
            driver: browser.driver.clone(),
            shared: Arc::clone(&browser.site),
            own: OnceCell::new(),
            prefix: setup.prefix,
            loaded: Cell::new(false),
            breaks_files: Cell::new(false),
            breaks_programs: Cell::new(false),
            log: RefCell::default(),
        };
        if setup.fresh || setup.keeps_site || !setup.prefix.is_empty() {
            tab.server();
        } else {
            tab.forget_all().await?;
        }
        tab.viewport(setup.size.0, setup.size.1).await?;
        tab.prefer(false, !setup.motion).await?;
        if !setup.keeps_site {
            tab.before_load(NO_SERVICE_WORKER).await?;
        }
        Ok(tab)
    }

    /// A site server of this test's own, for faults and for the list of requests: a browser does not
    /// ask the shared one for what it has.
    ///
    /// # Panics
    /// If the site was loaded from the shared one; call it once before.
    pub fn server(&self) -> &Server {
        self.own.get_or_init(|| {
            assert!(
                !self.loaded.get(),
                "call tab.server() before the first goto"
            );
            serve(self.prefix).expect("the site can be served")
        })
    }

    /// From now on, files that match fail to load (see [`Server::fault`]), until
    /// [`Server::clear_faults`]. They are no errors of the test's then.
    pub fn fault(&self, pattern: &str, fault: Fault) {
        self.breaks_files.set(true);
        self.server().fault(pattern, fault);
    }

    /// Where the site is, with a slash at the end.
    pub fn site(&self) -> String {
        self.own.get().unwrap_or(&self.shared).url()
    }

    /// Empties what the shared site keeps for its visitor.
    async fn forget_all(&self) -> Result<()> {
        self.shared.forget_requests();
        let kept = json!({
            "origin": self.shared.url().trim_end_matches('/'),
            "storageTypes": "cookies,local_storage,indexeddb,cache_storage,service_workers",
        });
        self.cdp("Storage.clearDataForOrigin", kept).await
    }

    /// What was asked of the server in use.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.own.get().unwrap_or(&self.shared).requests()
    }

    /// Loads the site anew at a hash (`#/diffusion`, or nothing), or a file of it.
    ///
    /// # Errors
    /// If it does not load.
    pub async fn goto(&self, hash: &str) -> Result<()> {
        self.loaded.set(true);
        // Between two hashes of one page a browser would not load anything.
        self.driver.goto("about:blank").await?;
        self.driver.goto(format!("{}{hash}", self.site())).await?;
        Ok(())
    }

    /// Changes the hash of the loaded page, as a link in it would.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn set_hash(&self, hash: &str) -> Result<()> {
        self.js(&format!("location.hash = {}", json!(hash)))
            .await
            .map(drop)
    }

    /// The page's address.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn url(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.to_string())
    }

    /// The value of a JavaScript expression, as JSON.
    ///
    /// # Errors
    /// If it throws.
    pub async fn js(&self, expression: &str) -> Result<Value> {
        let run = self
            .driver
            .execute(format!("return ({expression})"), Vec::new())
            .await;
        Ok(run
            .with_context(|| format!("in the page: {expression}"))?
            .json()
            .clone())
    }

    /// The value a promise comes to, as JSON.
    ///
    /// # Errors
    /// If it is rejected, or takes longer than four minutes.
    pub async fn js_promise(&self, expression: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[0];
             Promise.resolve().then(() => ({expression}))
                 .then(ok => done({{ ok: ok ?? null }}), error => done({{ error: String(error) }}))"
        );
        let run = self.driver.execute_async(script, Vec::new()).await;
        let said = run
            .with_context(|| format!("in the page: {expression}"))?
            .json()
            .clone();
        match said.get("error") {
            Some(error) => bail!("in the page: {expression}: {error}"),
            None => Ok(said["ok"].clone()),
        }
    }

    /// Runs a script in every page before the page's own scripts: to break an API, say.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn before_load(&self, script: &str) -> Result<()> {
        self.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": script }),
        )
        .await
    }

    /// Waits until something matches, and returns the first match.
    ///
    /// # Errors
    /// If nothing does for 30 s.
    pub async fn wait_for(&self, css: &str) -> Result<WebElement> {
        self.wait_for_within(css, PATIENCE).await
    }

    /// As [`Tab::wait_for`], for slow things.
    ///
    /// # Errors
    /// If nothing matches in that time.
    pub async fn wait_for_within(&self, css: &str, patience: Duration) -> Result<WebElement> {
        let deadline = Instant::now() + patience;
        loop {
            match self.driver.find_all(By::Css(css)).await {
                // The page drew it anew while the browser was looking: there is another one soon.
                Err(error) if is_stale(&error) => {}
                found => {
                    if let Some(element) = found?.into_iter().next() {
                        return Ok(element);
                    }
                }
            }
            if Instant::now() > deadline {
                bail!("nothing matched {css} for {patience:?}");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until a JavaScript expression is truthy, and returns its value.
    ///
    /// # Errors
    /// If it throws, or stays falsy for 30 s.
    pub async fn wait_until(&self, expression: &str) -> Result<Value> {
        self.wait_until_within(expression, PATIENCE).await
    }

    /// As [`Tab::wait_until`], for slow things.
    ///
    /// An element that is not there yet is waited for like anything else: reading from it is no failure
    /// before the time is over.
    ///
    /// # Errors
    /// If it throws anything else, or stays falsy for that time.
    pub async fn wait_until_within(&self, expression: &str, patience: Duration) -> Result<Value> {
        let deadline = Instant::now() + patience;
        loop {
            let value = match self.js(expression).await {
                Err(thrown) if format!("{thrown:#}").contains("Cannot read properties of null") => {
                    Value::Null
                }
                other => other?,
            };
            let falsy = matches!(&value, Value::Null | Value::Bool(false))
                || value == json!("")
                || value.as_f64() == Some(0.0);
            if !falsy {
                return Ok(value);
            }
            if Instant::now() > deadline {
                bail!("still {value} after {patience:?}: {expression}");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Elements that stick out of the page to the right; empty if nothing can be scrolled sideways.
    ///
    /// # Errors
    /// If the browser is gone.
    pub async fn overflow(&self) -> Result<Vec<String>> {
        let find = "(() => { const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            const wide = [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5)
                .map(e => e.tagName.toLowerCase() + (e.id && '#' + e.id)
                    + [...e.classList].map(c => '.' + c).join(''));
            return wide.length ? wide : ['scrollWidth ' + root.scrollWidth]; })()";
        Ok(serde_json::from_value(self.js(find).await?)?)
    }

    /// Saves what is in the window as PNG.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub async fn screenshot(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let png = self.driver.screenshot_as_png().await?;
        fs::write(file, png).with_context(|| format!("could not write {}", file.display()))
    }

    /// A command of the Chrome DevTools protocol.
    ///
    /// # Errors
    /// If the browser refuses it.
    pub async fn cdp(&self, method: &str, parameters: Value) -> Result<()> {
        let sent = self.driver.cdp().send_raw(method, parameters).await;
        sent.with_context(|| format!("{method} failed")).map(drop)
    }
}

/// Was the element replaced by another while the browser was at it?
pub(crate) fn is_stale(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::StaleElementReference(_)
    )
}
