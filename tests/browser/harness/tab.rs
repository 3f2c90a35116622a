//! A tab: a browser with an empty profile on a server of its own.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use thirtyfour::{
    By, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel,
    WebDriver, WebElement,
};
use xtask::server::Server;
use xtask::{paths, tools};

use crate::chromedriver::Chromedriver;
use crate::console::Entry;

/// How long [`Tab::wait_for`] and [`Tab::wait_until`] wait. Generous: two busy cores are slow.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// Nothing but 127.0.0.1 can be reached, so a request elsewhere is an error on the console.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// WebGPU in software: it shows that things work, not how fast.
const SWIFTSHADER: [&str; 4] = [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--ignore-gpu-blocklist",
];

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
            size: (1360, 900),
            keeps_site: false,
        }
    }
}

/// See the crate's documentation. Fields end in their order: the browser before its profile.
pub struct Tab {
    /// For everything that has no helper.
    pub driver: WebDriver,
    _chromedriver: Chromedriver,
    /// For faults and for the list of requests.
    pub server: Server,
    pub(crate) log: RefCell<Vec<Entry>>,
    _profile: Profile,
}

impl Tab {
    /// Opens an empty tab; the site is only loaded by [`Tab::goto`].
    ///
    /// # Errors
    /// If there is no `pkg/`, no Chromium or no chromedriver.
    pub async fn open(setup: Setup) -> Result<Self> {
        let server = Server::start(&paths::pkg(), 0, setup.prefix)
            .context("no site in pkg/: run `cargo xtask build`")?;
        let profile = Profile::new()?;
        let chromedriver = Chromedriver::start()?;
        let capabilities = capabilities(setup.gpu, &profile)?;
        let driver = WebDriver::builder(chromedriver.url(), capabilities)
            .request_timeout(Duration::from_secs(300))
            .connect()
            .await
            .context("could not open a browser")?;
        driver.set_script_timeout(Duration::from_secs(240)).await?;
        let log = RefCell::default();
        let tab = Self {
            driver,
            _chromedriver: chromedriver,
            server,
            log,
            _profile: profile,
        };
        tab.viewport(setup.size.0, setup.size.1).await?;
        if !setup.keeps_site {
            tab.before_load(NO_SERVICE_WORKER).await?;
        }
        Ok(tab)
    }

    /// Loads the site anew at a hash (`#/diffusion`, or nothing).
    ///
    /// # Errors
    /// If it does not load.
    pub async fn goto(&self, hash: &str) -> Result<()> {
        // Between two hashes of one page a browser would not load anything.
        self.driver.goto("about:blank").await?;
        self.driver
            .goto(format!("{}{hash}", self.server.url()))
            .await?;
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
            if let Some(element) = self.driver.find_all(By::Css(css)).await?.into_iter().next() {
                return Ok(element);
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
    /// # Errors
    /// If it throws, or stays falsy for that time.
    pub async fn wait_until_within(&self, expression: &str, patience: Duration) -> Result<Value> {
        let deadline = Instant::now() + patience;
        loop {
            let value = self.js(expression).await?;
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

impl Drop for Tab {
    fn drop(&mut self) {
        // The driver's own clean-up would block on a request; ending chromedriver ends the session.
        let _ = self.driver.clone().leak();
    }
}

fn capabilities(gpu: Gpu, profile: &Profile) -> Result<ChromeCapabilities> {
    let chromium = tools::chromium()
        .ok_or_else(|| anyhow!("no Chromium here; `cargo xtask fetch-tools` installs it"))?;
    let mut chrome = DesiredCapabilities::chrome();
    chrome.set_binary(&chromium.to_string_lossy())?;
    chrome.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    let extra = if gpu == Gpu::Swiftshader {
        SWIFTSHADER.as_slice()
    } else {
        &[]
    };
    for flag in FLAGS.iter().chain(extra) {
        chrome.add_arg(flag)?;
    }
    chrome.add_arg(&format!("--user-data-dir={}", profile.0.display()))?;
    Ok(chrome)
}

/// An empty folder for the browser's state, removed when dropped.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("genscope-browser-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).context("could not make a folder for the browser")?;
        Ok(Self(folder))
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
