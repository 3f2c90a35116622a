//! From source to `pkg/`.
//!
//! The site is four wasm binaries: the page and three engines. An engine is slow to build (the GPU
//! engine takes about ten minutes with `wasm-opt`), so finished engines are kept in the cache under
//! a hash of everything they are made from; a change to the page alone does not build them again.
//! That hash is the build id: both page and engines get it as `GENSCOPE_BUILD_ID`, and the page asks
//! for `engine_cpu.js?v=ID`, since Trunk gives workers no hashed names.

mod index;
mod key;
mod policy;
mod split;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

pub use key::locked_version;

use crate::process::{self, cargo, command};
use crate::steps::Steps;
use crate::{paths, tools};

/// A binary that Trunk puts into the site, with the one feature it is built with.
struct Binary {
    name: &'static str,
    feature: &'static str,
    /// Its release profile, in `Cargo.toml` and in its link in `index.html`.
    profile: &'static str,
}

const PAGE: Binary = Binary {
    name: "app",
    feature: index::IN_PARTS,
    profile: "page",
};
const ENGINE_CPU: Binary = Binary {
    name: "engine_cpu",
    feature: "cpu",
    profile: "engine-cpu",
};
const ENGINE_TRAIN: Binary = Binary {
    name: "engine_train",
    feature: "trainer",
    profile: "engine-cpu",
};
const ENGINE_GPU: Binary = Binary {
    name: "engine_gpu",
    feature: "gpu",
    profile: "release",
};

/// The profile of every binary in the quick loop.
const DEV_PROFILE: &str = "web-dev";

/// Says which inputs a `pkg/` was made from; written last, so a broken build has none.
const STAMP: &str = "build.json";

/// Finished engines in the cache; the largest has about 12 MB.
const KEPT_ENGINES: usize = 16;

/// What to build.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Quick to compile and not shrunk, instead of quick to load and run.
    pub dev: bool,
    pub engines: Engines,
}

/// Which engines the site gets. Less than all is for quick loops while working on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engines {
    All,
    CpuOnly,
    None,
}

impl Engines {
    fn list(self) -> &'static [Binary] {
        match self {
            Self::All => &[ENGINE_CPU, ENGINE_TRAIN, ENGINE_GPU],
            Self::CpuOnly => &[ENGINE_CPU, ENGINE_TRAIN],
            Self::None => &[],
        }
    }
}

impl Options {
    /// The whole site as it is published.
    pub const RELEASE: Self = Self {
        dev: false,
        engines: Engines::All,
    };

    /// In the quick loop the page stays in one piece.
    fn feature_of(self, binary: &Binary) -> &'static str {
        match binary.feature {
            index::IN_PARTS if self.dev => index::IN_ONE,
            feature => feature,
        }
    }

    fn profile_of(self, binary: &Binary) -> &'static str {
        if self.dev {
            DEV_PROFILE
        } else {
            binary.profile
        }
    }
}

/// Builds `pkg/`, unless it is already what these sources give.
pub fn build(options: Options, steps: &mut Steps) -> Result<()> {
    let key = key::site(&format!("{options:?}"))?;
    if stamp().is_some_and(|stamp| stamp.contains(&key)) {
        eprintln!("==> pkg/ is up to date ({key})");
        return Ok(());
    }
    let id = key::engines()?;
    let (cached, missing): (Vec<_>, Vec<_>) = options
        .engines
        .list()
        .iter()
        .partition(|engine| !options.dev && cached(engine, &id).is_some());
    for binary in missing.iter().copied().chain([&PAGE]) {
        let name = format!("compile {} ({})", binary.name, options.profile_of(binary));
        steps.run(&name, || compile(binary, options, &id))?;
    }
    steps.run("bind, shrink and assemble (trunk)", || {
        let html =
            index::Temporary::with_links("build", &names(missing.iter().copied()), options.dev)?;
        process::run(trunk("build", options, &id).arg(html.path()))
    })?;
    for engine in missing.into_iter().filter(|_| !options.dev) {
        keep(engine, &id)?;
    }
    for engine in cached {
        eprintln!("    {} {id} taken from the cache", engine.name);
        restore(engine, &id)?;
    }
    if !options.dev {
        let page = paths::pkg().join("index.html");
        let html = fs::read_to_string(&page).context("Trunk made no index.html")?;
        let html = steps.run("cut the page into parts", || {
            split::split(&html, &paths::pkg())
        })?;
        let html = index::with_offline(&policy::harden(&html)?, &key)?;
        fs::write(&page, html).context("could not write the release's page")?;
    }
    let stamp = serde_json::json!({ "build_id": id, "made_from": key, "dev": options.dev });
    fs::write(paths::pkg().join(STAMP), format!("{stamp}\n")).context("could not write the stamp")
}

/// Trunk's own server: builds, watches, reloads the tab. Ends with Ctrl-C.
pub fn watch(engines: Engines, port: u16) -> Result<()> {
    let options = Options { dev: true, engines };
    let html = index::Temporary::with_links("serve", &names(engines.list().iter()), options.dev)?;
    let mut serve = trunk("serve", options, &key::engines()?);
    // Trunk.toml tells its watcher to ignore this folder, which then has to be there.
    fs::create_dir_all(paths::pkg()).context("could not make pkg/")?;
    serve.args(["--address", "127.0.0.1", "--port", &port.to_string()]);
    process::run(serve.arg(html.path()))
}

fn names<'a>(binaries: impl Iterator<Item = &'a Binary>) -> Vec<&'static str> {
    binaries.chain([&PAGE]).map(|binary| binary.name).collect()
}

/// The same call that Trunk makes, so that Trunk finds it done: this way each binary has its time,
/// and Trunk's parallel calls do not wait for each other's locks.
fn compile(binary: &Binary, options: Options, id: &str) -> Result<()> {
    let mut build = cargo("build --target wasm32-unknown-unknown --no-default-features");
    build.args([
        "--profile",
        options.profile_of(binary),
        "--bin",
        binary.name,
    ]);
    build
        .args(["--features", options.feature_of(binary)])
        .env("GENSCOPE_BUILD_ID", id);
    process::run(&mut build)
}

fn trunk(action: &str, options: Options, id: &str) -> std::process::Command {
    let mut trunk = command("trunk");
    trunk.args([
        action,
        "--skip-version-check",
        "--html-output",
        "index.html",
    ]);
    if options.dev {
        trunk.args(["--cargo-profile", DEV_PROFILE]);
    } else {
        trunk.arg("--release=true");
    }
    trunk.env("GENSCOPE_BUILD_ID", id);
    trunk
}

/// What [`STAMP`] says.
fn stamp() -> Option<String> {
    fs::read_to_string(paths::pkg().join(STAMP)).ok()
}

/// The files Trunk makes of an engine.
fn files(engine: &Binary) -> [String; 2] {
    [
        format!("{}.js", engine.name),
        format!("{}_bg.wasm", engine.name),
    ]
}

fn shelf(engine: &Binary, id: &str) -> PathBuf {
    paths::cache()
        .join("engines")
        .join(format!("{}-{id}", engine.name))
}

/// Where an engine built before lies.
fn cached(engine: &Binary, id: &str) -> Option<PathBuf> {
    let shelf = shelf(engine, id);
    files(engine)
        .iter()
        .all(|file| shelf.join(file).is_file())
        .then_some(shelf)
}

fn keep(engine: &Binary, id: &str) -> Result<()> {
    let shelf = shelf(engine, id);
    fs::create_dir_all(&shelf)?;
    copy_all(engine, &paths::pkg(), &shelf).context("could not cache the engine")?;
    forget_old(&paths::cache().join("engines"))
}

/// Removes all but the newest engines.
fn forget_old(shelves: &Path) -> Result<()> {
    let mut shelves: Vec<_> = fs::read_dir(shelves)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
        })
        .collect();
    shelves.sort();
    let old = shelves.len().saturating_sub(KEPT_ENGINES);
    for (_, shelf) in shelves.into_iter().take(old) {
        fs::remove_dir_all(&shelf).context("could not remove an old engine from the cache")?;
    }
    Ok(())
}

fn restore(engine: &Binary, id: &str) -> Result<()> {
    copy_all(engine, &shelf(engine, id), &paths::pkg()).context("could not take a cached engine")
}

fn copy_all(engine: &Binary, from: &Path, to: &Path) -> Result<()> {
    for file in files(engine) {
        // Renamed into place: a cut copy must not look like a finished file.
        let part = to.join(format!("{file}.part"));
        fs::copy(from.join(&file), &part)?;
        fs::rename(&part, to.join(&file))?;
    }
    Ok(())
}

/// The lint call for each kind of wasm binary, by the features it has.
pub fn clippy_features() -> [(&'static str, &'static str); 4] {
    [PAGE, ENGINE_CPU, ENGINE_TRAIN, ENGINE_GPU].map(|binary| (binary.name, binary.feature))
}

/// Installs what is missing, then builds.
pub fn fetch_and_build(options: Options, steps: &mut Steps) -> Result<()> {
    tools::fetch_for_build(steps)?;
    build(options, steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_engines_are_kept() {
        let shelves = std::env::temp_dir().join(format!("xtask-shelves-{}", std::process::id()));
        for name in 0..KEPT_ENGINES + 3 {
            fs::create_dir_all(shelves.join(name.to_string())).unwrap();
        }
        forget_old(&shelves).unwrap();
        assert_eq!(fs::read_dir(&shelves).unwrap().count(), KEPT_ENGINES);
        fs::remove_dir_all(&shelves).unwrap();
    }

    #[test]
    fn index_html_links_every_binary_with_its_feature() {
        let html = fs::read_to_string(paths::root().join("index.html")).unwrap();
        for Binary {
            name,
            feature,
            profile,
        } in [PAGE, ENGINE_CPU, ENGINE_TRAIN, ENGINE_GPU]
        {
            let bin = format!("data-bin=\"{name}\"");
            let tag = html.split("<link").find(|tag| tag.contains(&bin)).unwrap();
            assert!(
                tag.contains(&format!("data-cargo-features=\"{feature}\"")),
                "{name}"
            );
            assert!(tag.contains("data-cargo-no-default-features"), "{name}");
            // Trunk's own default is `release`.
            let named = format!("data-cargo-profile-release=\"{profile}\"");
            assert_eq!(tag.contains(&named), profile != "release", "{name}");
        }
    }
}
