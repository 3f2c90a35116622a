//! What a build depends on, as a short hash.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process::{command, output};
use crate::{paths, tools};

/// Compiled into every binary, or decides how.
const COMMON: [&str; 6] = [
    "src",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "Trunk.toml",
    "index.html",
];

/// Parts of `src` that no engine holds: their features keep them out.
const NOT_IN_ENGINES: [&str; 10] = [
    "src/ui",
    "src/lab",
    "src/quality/classifier.rs",
    "src/quality/distance.rs",
    "src/quality/report.rs",
    "src/models/diffusion/distillation.rs",
    "src/models/diffusion/training.rs",
    "src/models/gan/image/training.rs",
    "src/bin/app.rs",
    "src/bin/lab.rs",
];

/// The build id: changes when an engine may change.
pub(super) fn engines() -> Result<String> {
    let index = fs::read_to_string(paths::root().join("index.html")).unwrap_or_default();
    let links: Vec<_> = index
        .split('<')
        .filter(|tag| tag.contains("data-bin=\"engine"))
        .collect();
    // The script that starts an engine is not hashed by Trunk either.
    let inputs = [COMMON.as_slice(), &["www/worker.js"]].concat();
    let skip = [NOT_IN_ENGINES.as_slice(), &["index.html"]].concat();
    hash(&inputs, &skip, &links.concat())
}

/// Changes when anything in `pkg/` may change.
pub(super) fn site(options: &str) -> Result<String> {
    let all = [COMMON.as_slice(), &["www"]].concat();
    hash(&all, &[], options)
}

/// Hash of the files' names and contents, the compiler, the tools and a few words more.
fn hash(inputs: &[&str], skip: &[&str], more: &str) -> Result<String> {
    let root = paths::root();
    let skip: Vec<_> = skip.iter().map(|path| root.join(path)).collect();
    let mut files = Vec::new();
    for input in inputs {
        collect(&root.join(input), &skip, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    let compiler = output(command("rustc").arg("-vV")).context("no `rustc` here")?;
    for part in [&compiler, &tools::pins(), more] {
        update(&mut hasher, part.as_bytes());
    }
    for file in files {
        let name = file.strip_prefix(&root).unwrap_or(&file);
        update(&mut hasher, name.to_string_lossy().as_bytes());
        let bytes =
            fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
        if name == Path::new("Cargo.toml") {
            let text = String::from_utf8_lossy(&bytes);
            update(&mut hasher, without_dev_profiles(&text).as_bytes());
        } else {
            update(&mut hasher, &bytes);
        }
    }
    let digest = hasher.finalize();
    Ok(digest
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// A manifest without comments, and without how tools and tests are compiled: nothing in `pkg/` is.
fn without_dev_profiles(manifest: &str) -> String {
    let mut is_dev = false;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            is_dev = line.starts_with("[profile.dev");
        }
        !is_dev && !line.starts_with('#')
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// Length first, so that two parts cannot run into each other.
fn update(hasher: &mut Sha256, part: &[u8]) {
    hasher.update((part.len() as u64).to_le_bytes());
    hasher.update(part);
}

fn collect(path: &Path, skip: &[PathBuf], files: &mut Vec<PathBuf>) -> Result<()> {
    // Tests in a file of their own are in no build.
    let is_skipped = skip.iter().any(|skipped| skipped == path);
    if is_skipped || path.file_name().is_some_and(|name| name == "tests.rs") {
        return Ok(());
    }
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), skip, files)?;
        }
    } else if path.is_file() {
        files.push(path.to_path_buf());
    }
    Ok(())
}

/// The version a lock file gives a package.
pub fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    version.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n\n\
            [[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.50\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }

    #[test]
    fn how_tools_are_compiled_changes_no_build() {
        let manifest = "[package]\nname = \"a\"\n# Tools.\n[profile.dev.package.b]\nopt-level = 2\n\
            [profile.release]\nlto = \"fat\"";
        assert_eq!(
            without_dev_profiles(manifest),
            "[package]\nname = \"a\"\n[profile.release]\nlto = \"fat\""
        );
    }

    #[test]
    fn the_build_id_ignores_the_page_but_the_site_key_does_not() {
        let root = paths::root();
        let skip: Vec<_> = NOT_IN_ENGINES.iter().map(|path| root.join(path)).collect();
        let mut files = Vec::new();
        collect(&root.join("src"), &skip, &mut files).unwrap();
        assert!(files.contains(&root.join("src/lib.rs")));
        assert!(root.join("src/engine/diffusion/plane/tests.rs").is_file());
        assert!(!files.iter().any(|file| file.ends_with("tests.rs")));
        assert!(
            !files
                .iter()
                .any(|file| file.starts_with(root.join("src/ui")))
        );
        assert_ne!(
            hash(&["xtask"], &[], "").unwrap(),
            hash(&["xtask"], &["xtask/src"], "").unwrap()
        );
        assert_ne!(site("a").unwrap(), site("b").unwrap());
    }
}
