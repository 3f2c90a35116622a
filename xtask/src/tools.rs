//! The programs a build and a test need: their pinned versions, and how to get what is missing.
//! What is a library (wasm-bindgen, the cutter of the page) has its version in `Cargo.toml`.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::process::{self, command, find, output};
use crate::steps::Steps;

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Shrinks wasm. Distributions ship versions too old for today's wasm-bindgen; npm has a good one.
pub const BINARYEN: &str = "132.0.0";

/// Firefox's side of WebDriver, which Debian does not package.
const GECKODRIVER: &str = "0.36.0";

/// Looks through a page for what a reader may stumble over.
const AXE: &str = "4.14.1";

const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Installs what building the site needs and is not there yet.
pub fn fetch_for_build(steps: &mut Steps) -> Result<()> {
    if !has_wasm_target() {
        steps.run(
            "install the wasm target (Rust's standard library for it)",
            || process::run(command("rustup").args(["target", "add", WASM_TARGET])),
        )?;
    }
    if !has_wasm_opt() {
        steps.run(
            &format!("install wasm-opt (npm: binaryen {BINARYEN})"),
            install_wasm_opt,
        )?;
    }
    Ok(())
}

/// Installs Chromium, its driver, and axe-core, which only tests and measurements need.
pub fn fetch_browser(steps: &mut Steps) -> Result<()> {
    if !has_axe() {
        steps.run(&format!("install axe-core (npm: {AXE})"), || {
            install_npm(&format!("axe-core@{AXE}"))
        })?;
    }
    if chromium().is_some() && find(&["chromedriver"]).is_some() {
        return Ok(());
    }
    steps.run("install Chromium and its driver (apt)", || {
        install_by_apt(&["chromium", "chromium-driver"])
    })
}

/// Installs the browsers of other makes, each with its driver, for the tests.
pub fn fetch_other_browsers(steps: &mut Steps) -> Result<()> {
    if firefox().is_none() || mini_browser().is_none() || find(&["Xvfb"]).is_none() {
        steps.run(
            "install Firefox, WebKitGTK's MiniBrowser and a screen (apt)",
            || install_by_apt(&["firefox-esr", "webkit2gtk-driver", "xvfb"]),
        )?;
    }
    if geckodriver().is_none() {
        steps.run(
            &format!("install geckodriver {GECKODRIVER} (from source)"),
            || {
                let root = paths::tools();
                let mut install = command("cargo");
                install.args(["install", "--quiet", "--debug", "--locked", "--root"]);
                install
                    .arg(&root)
                    .args(["--version", GECKODRIVER, "geckodriver"]);
                install
                    .env("CARGO_TARGET_DIR", root.join("geckodriver"))
                    .env("CARGO_PROFILE_DEV_DEBUG", "0");
                process::run(&mut install)?;
                std::fs::remove_dir_all(root.join("geckodriver")).context("could not tidy up")
            },
        )?;
    }
    Ok(())
}

/// The path of Firefox's driver, if it is installed.
pub fn geckodriver() -> Option<std::path::PathBuf> {
    find(&["geckodriver"])
}

/// Firefox's path, if it is installed.
pub fn firefox() -> Option<std::path::PathBuf> {
    find(&["firefox-esr", "firefox"])
}

/// The path of WebKitGTK's plain browser, if it is installed.
pub fn mini_browser() -> Option<std::path::PathBuf> {
    let places = ["4.1", "4.0", "6.0"].map(|version| {
        let folder = format!("/usr/lib/x86_64-linux-gnu/webkit2gtk-{version}");
        std::path::Path::new(&folder).join("MiniBrowser")
    });
    let driver = find(&["WebKitWebDriver"]).is_some();
    places.into_iter().find(|place| driver && place.is_file())
}

/// Chromium's path, if it is installed.
pub fn chromium() -> Option<std::path::PathBuf> {
    find(&CHROMIUM)
}

/// One line a tool: what will be used.
pub fn report() -> String {
    let place = |names: &[&str]| match find(names) {
        Some(path) => path.display().to_string(),
        None => "missing".to_owned(),
    };
    [
        format!(
            "{:13} {}",
            "wasm target",
            if has_wasm_target() {
                "installed"
            } else {
                "missing"
            }
        ),
        format!("{:13} {} ({})", "wasm-opt", BINARYEN, place(&["wasm-opt"])),
        format!("{:13} {}", "chromium", place(&CHROMIUM)),
        format!("{:13} {}", "chromedriver", place(&["chromedriver"])),
    ]
    .join("\n")
}

fn has_wasm_target() -> bool {
    let list = output(command("rustup").args(["target", "list", "--installed"]));
    list.is_some_and(|list| list.lines().any(|line| line == WASM_TARGET))
}

fn has_wasm_opt() -> bool {
    let major = BINARYEN.split('.').next().unwrap_or(BINARYEN);
    // The page's parts are shrunk by the library.
    let library = paths::tools().join("npm/node_modules/binaryen/index.js");
    let said = output(command("wasm-opt").arg("--version"));
    library.is_file() && said.is_some_and(|said| said.split_whitespace().any(|word| word == major))
}

/// axe-core's script.
pub fn axe() -> std::path::PathBuf {
    paths::tools().join("npm/node_modules/axe-core/axe.min.js")
}

fn has_axe() -> bool {
    let package = std::fs::read_to_string(axe().with_file_name("package.json"));
    package.is_ok_and(|package| package.contains(&format!("\"version\": \"{AXE}\"")))
}

/// Installs an npm package among the tools.
fn install_npm(package: &str) -> Result<()> {
    let prefix = paths::tools().join("npm");
    std::fs::create_dir_all(&prefix).context("could not make the folder for npm packages")?;
    let mut npm = command("npm");
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--save-exact",
        "--prefix",
    ]);
    npm.arg(prefix).arg(package);
    process::run(&mut npm)
        .with_context(|| format!("npm (which comes with Node.js) is needed for {package}"))
}

fn install_wasm_opt() -> Result<()> {
    install_npm(&format!("binaryen@{BINARYEN}"))?;
    if !has_wasm_opt() {
        bail!("binaryen {BINARYEN} was installed, but `wasm-opt --version` does not say so");
    }
    Ok(())
}

fn install_by_apt(packages: &[&str]) -> Result<()> {
    if find(&["apt-get"]).is_none() {
        bail!(
            "no apt-get here: please install {} by hand",
            packages.join(", ")
        );
    }
    process::run(&mut apt("update"))?;
    process::run(apt("install").arg("--no-install-recommends").args(packages))
}

/// `apt-get` without questions, as root.
fn apt(what: &str) -> Command {
    let is_root = output(command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let mut apt = if is_root {
        command("apt-get")
    } else {
        command("sudo")
    };
    if !is_root {
        apt.arg("apt-get");
    }
    apt.args([what, "--yes", "--quiet"])
        .env("DEBIAN_FRONTEND", "noninteractive");
    apt
}
