//! Browsers of other makes: what works in one engine need not work in the next.

use std::cell::{Cell, OnceCell, RefCell};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};
use xtask::tools;

use crate::Tab;
use crate::browser::serve;

/// A make of browser beside Chromium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// Firefox, by geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser: the nearest to Safari that there is for Linux.
    WebKit,
}

/// As in [`crate::chromedriver`]: ends its group when its input ends, whatever the reason. Some insist on
/// a screen; its number is that of the driver's port.
const KEEPER: &str = "trap : TERM
    if [ -n \"$1\" ]; then Xvfb \":$1\" -nolisten tcp & export DISPLAY=\":$1\"; fi
    $0 & read -r _; kill 0; wait";

/// How long a driver may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tells the browsers of GTK to spare motion.
const SETTINGS: &str = "[Settings]\ngtk-enable-animations=0\n";

/// A driver with its browser; both end when this is dropped, or with our process.
struct Driver {
    keeper: Child,
    port: u16,
}

impl Driver {
    fn start(make: Make) -> Result<Self> {
        // Taken and left again: neither driver says which one it found.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (command, screen) = match make {
            Make::Firefox => {
                let driver = tools::geckodriver().context("no geckodriver here")?;
                (format!("{} --port {port}", driver.display()), String::new())
            }
            Make::WebKit => (format!("WebKitWebDriver --port={port}"), port.to_string()),
        };
        let folder = std::env::temp_dir().join("genscope-gtk");
        for gtk in ["gtk-3.0", "gtk-4.0"] {
            fs::create_dir_all(folder.join(gtk))?;
            fs::write(folder.join(gtk).join("settings.ini"), SETTINGS)?;
        }
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, &command, &screen])
            .envs([
                ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
                ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
                ("LIBGL_ALWAYS_SOFTWARE", "1"),
                // On a quick machine WebKit 2.50 now and then goes astray in any WebAssembly when its second
                // compiler takes over a function at work (https://github.com/tauri-apps/tauri/issues/7154).
                ("JSC_useOMGJIT", "0"),
            ])
            .env("XDG_CONFIG_HOME", folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start sh")?;
        let driver = Self { keeper, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > PATIENCE {
                bail!("{command} does not listen; `cargo xtask fetch-tools` installs it");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn capabilities(make: Make) -> Result<Capabilities> {
    let mut wanted = Capabilities::new();
    match make {
        Make::Firefox => {
            let binary = tools::firefox().context("no Firefox here")?;
            wanted.set("browserName", "firefox")?;
            wanted.set(
                "moz:firefoxOptions",
                json!({ "binary": binary, "args": ["-headless"],
                    "prefs": { "ui.prefersReducedMotion": 1 } }),
            )?;
        }
        Make::WebKit => {
            let binary = tools::mini_browser().context("no MiniBrowser here")?;
            wanted.set(
                "webkitgtk:browserOptions",
                json!({ "binary": binary, "args": ["--automation"] }),
            )?;
        }
    }
    Ok(wanted)
}

/// Runs a test in another make of browser. What the DevTools protocol does for Chromium, such as other
/// preferences, is not there.
///
/// # Panics
/// If the test returns an error or panics, or the browser does not start.
pub fn browse_in<F>(make: Make, test: F)
where
    F: AsyncFnOnce(&Tab) -> Result<()>,
{
    let run = || -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let driver = Driver::start(make)?;
        runtime.block_on(async {
            let wanted = capabilities(make)?;
            let session = WebDriver::builder(format!("http://127.0.0.1:{}", driver.port), wanted)
                .request_timeout(Duration::from_secs(120))
                .connect()
                .await
                .with_context(|| format!("could not open {make:?}"))?;
            session.set_script_timeout(Duration::from_secs(100)).await?;
            let tab = Tab {
                driver: session.clone(),
                shared: Arc::new(serve("")?),
                own: OnceCell::new(),
                prefix: "",
                loaded: Cell::new(false),
                breaks_files: Cell::new(false),
                breaks_programs: Cell::new(true),
                log: RefCell::default(),
            };
            let outcome = test(&tab).await;
            // Ending the driver ends the session.
            let _ = session.leak();
            outcome
        })
    };
    if let Err(error) = run() {
        panic!("{make:?}: {error:#}");
    }
}
