//! Browsers that outlive their tests: starting one takes seconds, a window in it does not.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel,
    WebDriver, WindowHandle,
};
use tokio::runtime::Runtime;
use xtask::server::Server;
use xtask::{paths, tools};

use crate::Gpu;
use crate::chromedriver::Chromedriver;

/// Nothing but 127.0.0.1 can be reached, so a request elsewhere is an error on the console. What is
/// not in front goes on at full speed, as it would in a window of its own. All tabs share a process: see
/// [`Browser::hold_programs`].
const FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--process-per-site",
    "--renderer-process-limit=1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// WebGPU in software: it shows that things work, not how fast.
const SWIFTSHADER: [&str; 4] = [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--ignore-gpu-blocklist",
];

/// Browsers that wait for their next test. They end with the process; see [`Chromedriver`].
static IDLE: Mutex<Vec<Browser>> = Mutex::new(Vec::new());

/// A browser with an empty profile and a chromedriver.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    gpu: Gpu,
    /// Serves the site to tests that look neither at files nor at faults. It goes on to the next test,
    /// as does the code that this browser has made of the site's programs.
    pub(crate) site: Arc<Server>,
    /// The window it was opened with. It stays, and keeps the browser from ending.
    first: WindowHandle,
    /// The driver's connections live on it.
    pub(crate) runtime: Runtime,
    _chromedriver: Chromedriver,
}

impl Browser {
    /// One that waits, or a new one.
    pub(crate) fn take(gpu: Gpu) -> Result<Self> {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = idle.iter().position(|browser| browser.gpu == gpu) {
            return Ok(idle.swap_remove(at));
        }
        drop(idle);
        let browser = Self::start(gpu)?;
        browser.runtime.block_on(browser.hold_programs())?;
        Ok(browser)
    }

    /// A new one, which nobody has used.
    pub(crate) fn start(gpu: Gpu) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("could not start the async runtime")?;
        let profile = empty_folder()?;
        let chromedriver = Chromedriver::start(&profile)?;
        let site = serve("")?;
        site.let_keep("*");
        let (driver, first) = runtime.block_on(async {
            let driver = WebDriver::builder(chromedriver.url(), capabilities(gpu, &profile)?)
                .request_timeout(Duration::from_secs(300))
                .connect()
                .await
                .context("could not open a browser")?;
            driver.set_script_timeout(Duration::from_secs(240)).await?;
            let first = driver.window().await?;
            anyhow::Ok((driver, first))
        })?;
        Ok(Self {
            driver,
            gpu,
            site: Arc::new(site),
            first,
            runtime,
            _chromedriver: chromedriver,
        })
    }

    /// Compiles the site's programs in the first window, which holds them from then on. It also keeps the
    /// process that all tabs share: in it code is made once of the same bytes, whichever server they came
    /// from. Without, every test begins with slow code in a new process: about a sixth more to compute.
    async fn hold_programs(&self) -> Result<()> {
        self.driver
            .goto(format!("{}build.json", self.site.url()))
            .await?;
        let gpu = self.gpu == Gpu::Swiftshader;
        let compile = format!(
            "const done = arguments[0];
             const compile = (name) => WebAssembly.compileStreaming(fetch(name));
             const wanted = (name) => name.endsWith('.wasm')
                 && ({gpu} || !name.startsWith('engine_gpu'));
             fetch('build.json').then((r) => r.json())
                 .then(({{ files }}) => Promise.all(Object.keys(files).filter(wanted).map(compile)))
                 .then((programs) => {{ window.held = programs; done(''); }}, (e) => done(String(e)));"
        );
        let done = self.driver.execute_async(compile, Vec::new()).await?;
        let problem = done.json().as_str().unwrap_or_default();
        ensure!(
            problem.is_empty(),
            "the site's programs cannot be held: {problem}"
        );
        Ok(())
    }

    /// Opens an empty tab; what others left on the console is gone.
    pub(crate) async fn open_window(&self) -> Result<()> {
        let tab = self.driver.new_tab().await?;
        self.driver.switch_to_window(tab).await?;
        self.driver.browser_log().await?;
        Ok(())
    }

    /// Closes the test's window and waits for the next one.
    pub(crate) fn give_back(self) {
        let closed = self.runtime.block_on(async {
            self.driver.close_window().await?;
            self.driver.switch_to_window(self.first.clone()).await
        });
        if closed.is_ok() {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(self);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver's own clean-up would block on a request; ending chromedriver ends the session.
        let _ = self.driver.clone().leak();
    }
}

/// The built site, under a sub-path.
pub(crate) fn serve(prefix: &str) -> Result<Server> {
    Server::start(&paths::pkg(), 0, prefix).context("no site in pkg/: run `cargo xtask build`")
}

fn capabilities(gpu: Gpu, profile: &Path) -> Result<ChromeCapabilities> {
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
    chrome.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    Ok(chrome)
}

/// An empty folder for a browser's state.
fn empty_folder() -> Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("genscope-browser-{}-{count}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).context("could not make a folder for the browser")?;
    Ok(folder)
}
