//! What a build depends on, as a short hash.
//!
//! An engine's key is its id too: it is compiled into the engine, and into the page, which asks for
//! that very engine. It is made from what the engine is really made of:
//!
//! - its source files ([`sources`]) without comments and tests,
//! - the packages below it, with their versions and features, as cargo tells them,
//! - how it is compiled (its profile in `Cargo.toml`, `.cargo/config.toml`, the compiler), bound and
//!   shrunk (its link in `index.html`, `bind.rs`, `wasm-opt`) and started (`www/worker.js`).
//!
//! So a commit inside the folders of a family that an engine does not hold leaves it as it is, as do
//! the page, tests, comments, packages of other binaries, and a module declared behind a feature that
//! the engine has not. Files that engines share do change them: `protocol/mod.rs`, `engine/*.rs`,
//! `nn`, `weights`, and each `mod.rs` on the way to a family.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::index::Binary;
use super::sources::{self, Sources};
use crate::process::{cargo, command, output};
use crate::{paths, tools};

/// Whatever may change `pkg/`, and how it is put together.
const SITE: [&str; 8] = [
    "src",
    "www",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "index.html",
    "xtask/src/site",
    "xtask/src/site.rs",
];

/// An engine's key, and the sources that it stands for.
pub(super) struct EngineKey {
    pub(super) id: String,
    pub(super) sources: Sources,
}

pub(super) fn engine(engine: &Binary) -> Result<EngineKey> {
    let root = paths::root();
    let text = |file: &str| {
        fs::read_to_string(root.join(file)).with_context(|| format!("could not read {file}"))
    };
    let packages = packages(engine)?;
    let sources = sources::sources(&root, &engine.name, &own_features(&packages)?)?;
    let mut key = Key::default();
    for part in [
        &format!("{engine:?}"),
        &compiler()?,
        tools::BINARYEN,
        include_str!("bind.rs"),
        &text("www/worker.js")?,
        &text(".cargo/config.toml")?,
        &profile(&text("Cargo.toml")?, &engine.profile),
        &packages.join("\n"),
    ] {
        key.add(part);
    }
    for (file, text) in &sources {
        key.add(file.to_string_lossy().as_bytes());
        key.add(text);
    }
    Ok(EngineKey {
        id: key.short(),
        sources,
    })
}

/// Changes when anything in `pkg/` may change.
pub(super) fn site(options: &str) -> Result<String> {
    let root = paths::root();
    let mut key = Key::default();
    for part in [options, &compiler()?, tools::BINARYEN] {
        key.add(part);
    }
    each_file(|file| {
        let bytes = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
        let name = file.strip_prefix(&root).unwrap_or(file);
        key.add(name.to_string_lossy().as_bytes());
        key.add(bytes);
        Ok(())
    })?;
    Ok(key.short())
}

/// Changes when a file that `pkg/` depends on is written: quicker to tell than [`site`].
pub(super) fn times() -> Result<String> {
    let mut key = Key::default();
    each_file(|file| {
        key.add(file.to_string_lossy().as_bytes());
        key.add(format!("{:?}", fs::metadata(file)?.modified()?));
        Ok(())
    })?;
    Ok(key.short())
}

/// A hash of some bytes as 16 digits.
pub(super) fn short(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes), 8)
}

/// What the page's files are named by: what cargo made of it, and how that is cut up.
pub(super) fn parts(wasm: &[u8]) -> String {
    let mut key = Key::default();
    for part in [
        tools::BINARYEN,
        include_str!("split.rs"),
        include_str!("pack.rs"),
        include_str!("merge.rs"),
    ] {
        key.add(part);
    }
    key.add(wasm);
    hex(&key.0.finalize(), 8)
}

#[derive(Default)]
struct Key(Sha256);

impl Key {
    /// Length first, so that two parts cannot run into each other.
    fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    fn short(self) -> String {
        hex(&self.0.finalize(), 6)
    }
}

fn hex(digest: &[u8], bytes: usize) -> String {
    let digits = digest.iter().take(bytes);
    digits.map(|byte| format!("{byte:02x}")).collect()
}

fn compiler() -> Result<String> {
    output(command("rustc").arg("-vV")).context("no `rustc` here")
}

/// The packages an engine is linked from, the crate itself first, each with version and features.
fn packages(engine: &Binary) -> Result<Vec<String>> {
    let mut tree = cargo(
        "tree --package genscope --edges normal --target wasm32-unknown-unknown \
         --no-default-features --prefix none --format {p}|{f} --features",
    );
    let tree = output(tree.arg(&engine.feature)).context("`cargo tree` failed")?;
    let here = format!(" ({})", paths::root().display());
    let mut seen = BTreeSet::new();
    // A package's second line is marked instead of repeating what is below it.
    let lines = tree
        .lines()
        .map(|line| line.replace(&here, "").replace(" (*)", ""));
    Ok(lines.filter(|line| seen.insert(line.clone())).collect())
}

/// The crate's own features, from its line in [`packages`].
fn own_features(packages: &[String]) -> Result<BTreeSet<String>> {
    let (_, features) = packages
        .first()
        .and_then(|own| own.split_once('|'))
        .context("`cargo tree` says nothing of this crate")?;
    Ok(features.split(',').map(str::to_owned).collect())
}

/// The sections of a manifest that say how the crate itself is compiled with a profile, which may
/// inherit from `release`. Comments do not count.
fn profile(manifest: &str, profile: &str) -> String {
    let own = format!("[profile.{profile}");
    let mut counts = false;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            let is_of = |start: &str| {
                line.strip_prefix(start)
                    .is_some_and(|rest| rest.starts_with([']', '.']))
            };
            counts = *line == "[package]" || is_of("[profile.release") || is_of(&own);
        }
        counts && !line.starts_with('#') && !line.is_empty()
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// All files of [`SITE`], in a fixed order.
fn each_file(mut each: impl FnMut(&Path) -> Result<()>) -> Result<()> {
    let root = paths::root();
    SITE.iter()
        .try_for_each(|input| each_below(&root.join(input), &mut each))
}

fn each_below(path: &Path, each: &mut impl FnMut(&Path) -> Result<()>) -> Result<()> {
    // Tests in a file of their own are in no build.
    if path.file_name().is_some_and(|name| name == "tests.rs") {
        return Ok(());
    }
    if !path.is_dir() {
        return each(path);
    }
    let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries = entries.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| each_below(entry, each))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::index;

    #[test]
    fn only_an_engines_own_profile_counts() {
        let manifest = "[package]\nname = \"a\"\n# Tools.\n[dependencies]\nb = \"1\"\n\n\
            [profile.dev.package.b]\nopt-level = 2\n[profile.release]\nlto = \"fat\"\n\
            [profile.engine]\nopt-level = 3\n[profile.engine.package.b]\nopt-level = 1\n\
            [profile.engine-cpu]\nopt-level = 2";
        assert_eq!(
            profile(manifest, "engine"),
            "[package]\nname = \"a\"\n[profile.release]\nlto = \"fat\"\n\
             [profile.engine]\nopt-level = 3\n[profile.engine.package.b]\nopt-level = 1"
        );
        assert!(!profile(manifest, "release").contains("engine"));
    }

    #[test]
    fn the_crates_features_are_read_from_its_line() {
        let lines = |line: &str| [line.to_owned(), "burn v1|std".to_owned()];
        let features = own_features(&lines("genscope v0.1.0|cpu,nn")).unwrap();
        assert!(features.iter().eq(["cpu", "nn"]));
        assert!(own_features(&lines("genscope v0.1.0")).is_err());
    }

    #[test]
    fn engines_hold_no_page_no_tests_and_not_each_others_packages() {
        let html = fs::read_to_string(paths::root().join("index.html")).unwrap();
        let engines = index::binaries(&html).unwrap().split_off(1);
        let mut ids = BTreeSet::new();
        for engine in &engines {
            let EngineKey { id, sources } = super::engine(engine).unwrap();
            assert!(ids.insert(id), "{} has an id of its own", engine.name);
            let is_foreign = |file: &&Path| {
                file.starts_with("src/ui")
                    || file.starts_with("src/lab")
                    || file.file_name().is_some_and(|name| name == "tests.rs")
            };
            let foreign = sources.keys().map(AsRef::as_ref).find(is_foreign);
            assert_eq!(foreign, None, "{}", engine.name);
            let holds_wgpu = packages(engine).unwrap();
            let holds_wgpu = holds_wgpu.iter().any(|line| line.starts_with("wgpu v"));
            assert_eq!(holds_wgpu, engine.name == "engine_gpu");
        }
    }

    #[test]
    fn other_options_make_another_site() {
        assert_ne!(site("a").unwrap(), site("b").unwrap());
        assert_eq!(times().unwrap(), times().unwrap());
    }
}
