//! What a visitor downloads: every file of the site, raw and as brotli.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::paths;

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

/// Measures every file under `folder`. Brotli at its best setting takes a minute for the largest
/// file, so results are kept in the cache by content.
pub fn measure(folder: &Path) -> Result<Sizes> {
    measure_groups(folder, |_| true)
}

/// [`measure`], of the files in some groups alone.
pub fn measure_groups(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Sizes> {
    let mut files = Vec::new();
    let mut totals: BTreeMap<_, Total> = BTreeMap::new();
    for (file, path) in named(folder)? {
        if !wanted(&group(&file)) {
            continue;
        }
        let size = measure_file(&path, file)?;
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

fn measure_file(path: &Path, file: String) -> Result<Size> {
    let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
    Ok(Size {
        group: group(&file),
        file,
        raw_bytes: bytes.len() as u64,
        brotli_bytes: cached_brotli(&bytes)?,
    })
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

fn cached_brotli(bytes: &[u8]) -> Result<u64> {
    let digest = Sha256::digest(bytes);
    let name: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let cache = paths::cache().join("brotli").join(name);
    if let Some(known) = fs::read_to_string(&cache)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return Ok(known);
    }
    let size = brotli_size(bytes)?;
    fs::create_dir_all(paths::cache().join("brotli"))?;
    fs::write(cache, size.to_string())?;
    Ok(size)
}

/// Size after brotli at quality 11 with a 16 MB window, as static hosts do it ahead of time.
fn brotli_size(mut bytes: &[u8]) -> Result<u64> {
    let params = BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut packed, &params)?;
    Ok(packed.len() as u64)
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
        let size = brotli_size(&[7; 10_000]).unwrap();
        assert!(size > 0 && size < 100, "{size}");
    }
}
