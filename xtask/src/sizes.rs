//! What a visitor downloads: every file of the site, raw and as brotli.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::paths;
use crate::process::{self, command};

/// Prints the size of each file after brotli. Node has it, and compresses several files at once.
const BROTLI: &str = r"
const fs = require('node:fs'), { promisify } = require('node:util'), zlib = require('node:zlib');
const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = zlib.constants;
const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24 };
const size = async (file) => {
    const packed = await promisify(zlib.brotliCompress)(fs.readFileSync(file), { params });
    return packed.length;
};
Promise.all(process.argv.slice(1).map(size)).then((all) => console.log(all.join('\n')));
";

/// One file's size.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    pub file: String,
    pub group: String,
    pub raw_bytes: u64,
    pub brotli_bytes: u64,
}

/// Sums over a group's files.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Total {
    pub raw_bytes: u64,
    pub brotli_bytes: u64,
}

/// All files with their totals.
#[derive(Debug, Serialize)]
pub struct Sizes {
    pub files: Vec<Size>,
    pub totals: BTreeMap<String, Total>,
}

/// Measures every file under `folder`. Brotli at its best setting takes seconds for the largest file, so
/// results are kept in the cache by content.
pub fn measure(folder: &Path) -> Result<Sizes> {
    measure_groups(folder, |_| true)
}

/// [`measure`], of the files in some groups alone.
pub fn measure_groups(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Sizes> {
    let mut named = named(folder)?;
    named.retain(|file, _| wanted(&group(file)));
    let packed = brotli_sizes(&named.values().map(PathBuf::as_path).collect::<Vec<_>>())?;
    let mut files = Vec::new();
    let mut totals: BTreeMap<_, Total> = BTreeMap::new();
    for ((file, path), brotli_bytes) in named.into_iter().zip(packed) {
        let size = Size {
            group: group(&file),
            file,
            raw_bytes: fs::metadata(path)?.len(),
            brotli_bytes,
        };
        let total = totals.entry(size.group.clone()).or_default();
        total.raw_bytes += size.raw_bytes;
        total.brotli_bytes += size.brotli_bytes;
        files.push(size);
    }
    Ok(Sizes { files, totals })
}

/// The bytes of every file under `folder`, by its path there.
pub fn raw(folder: &Path) -> Result<BTreeMap<String, u64>> {
    let files = named(folder)?.into_iter();
    files
        .map(|(file, path)| Ok((file, fs::metadata(path)?.len())))
        .collect()
}

/// Every file under `folder`, by its path there.
fn named(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    let named = paths.into_iter().map(|path| {
        let file = path.strip_prefix(folder)?.to_string_lossy();
        Ok((file.replace('\\', "/"), path))
    });
    named.collect()
}

/// A part of the page that is fetched with the first chapter that needs it.
fn is_part(name: &str) -> bool {
    name.contains("_split_") || name.contains("_chunks_")
}

/// Who needs a file: the page itself, an engine, or whoever opens what it belongs to.
pub(crate) fn group(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let group = if folder.split('/').any(|part| part == "weights") {
        "weights"
    } else if !folder.is_empty() || name == "build.json" {
        "other"
    } else if name.starts_with("engine_") {
        name.split('.')
            .next()
            .unwrap_or(name)
            .trim_end_matches("_bg")
    } else if is_part(name) {
        "parts"
    } else {
        "page"
    };
    group.to_owned()
}

/// Each file's size after brotli at quality 11 with a 16 MB window, as static hosts do it ahead of time.
fn brotli_sizes(files: &[&Path]) -> Result<Vec<u64>> {
    let cache = paths::cache().join("brotli");
    let kept = |path: &Path| {
        let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        let digest = Sha256::digest(bytes);
        let name = digest.iter().take(16).map(|byte| format!("{byte:02x}"));
        anyhow::Ok(cache.join(name.collect::<String>()))
    };
    let kept: Vec<_> = files.iter().map(|path| kept(path)).collect::<Result<_>>()?;
    let known = |kept: &Path| fs::read_to_string(kept).ok()?.parse().ok();
    let mut sizes: Vec<Option<u64>> = kept.iter().map(|kept| known(kept)).collect();
    let unknown: Vec<_> = (0..files.len()).filter(|i| sizes[*i].is_none()).collect();
    if !unknown.is_empty() {
        let mut node = command("node");
        node.args(["--eval", BROTLI, "--"]);
        node.args(unknown.iter().map(|i| files[*i]));
        let said = process::output(&mut node).context("node could not compress")?;
        let measured: Vec<u64> = said.lines().map(str::parse).collect::<Result<_, _>>()?;
        ensure!(measured.len() == unknown.len(), "node said {said}");
        fs::create_dir_all(&cache)?;
        for (i, size) in unknown.into_iter().zip(measured) {
            fs::write(&kept[i], size.to_string())?;
            sizes[i] = Some(size);
        }
    }
    sizes
        .into_iter()
        .map(|size| size.context("not measured"))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("no site in {}: run `cargo xtask build`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_groups() {
        assert_eq!(group("index.html"), "page");
        assert_eq!(group("app-1f_bg.wasm"), "page");
        assert_eq!(group("app-1f_parts.js"), "page");
        assert_eq!(group("app-1f_split_plane.wasm"), "parts");
        assert_eq!(group("app-1f_chunks_4.wasm"), "parts");
        assert_eq!(group("engine_gpu_bg.wasm"), "engine_gpu");
        assert_eq!(group("engine_train.js"), "engine_train");
        assert_eq!(group("build.json"), "other");
        assert_eq!(group("weights/digits.bin"), "weights");
        assert_eq!(group("content/en/noise.md"), "other");
    }

    #[test]
    fn files_are_named_by_their_paths_below_the_folder() {
        let folder = std::env::temp_dir().join(format!("xtask-sizes-{}", std::process::id()));
        fs::create_dir_all(folder.join("weights")).unwrap();
        fs::write(folder.join("weights/a.bpk"), [7; 9]).unwrap();
        fs::write(folder.join("sw.js"), "").unwrap();
        let sizes: Vec<_> = raw(&folder).unwrap().into_iter().collect();
        assert_eq!(
            sizes,
            [("sw.js".to_owned(), 0), ("weights/a.bpk".to_owned(), 9)]
        );
        fs::remove_dir_all(&folder).unwrap();
        assert!(raw(&folder).is_err());
    }

    #[test]
    fn brotli_shrinks_what_repeats() {
        let folder = std::env::temp_dir().join(format!("xtask-brotli-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (long, short) = (folder.join("long"), folder.join("short"));
        fs::write(&long, std::process::id().to_string().repeat(3_000)).unwrap();
        fs::write(&short, "").unwrap();
        // Once by node, once from the cache.
        for _ in 0..2 {
            let sizes = brotli_sizes(&[&long, &short]).unwrap();
            assert!(sizes[0] > 8 && sizes[0] < 100 && sizes[1] < 8, "{sizes:?}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
