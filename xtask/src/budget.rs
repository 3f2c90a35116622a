//! What a visitor may have to download, packed with brotli: each engine, the page, and each part of it
//! has its limit. To raise one is a decision; it is made here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::sizes::{self, Size};

/// Some files of the site, and how many bytes they may have.
struct Budget {
    what: &'static str,
    of: Of,
    is_meant: fn(&Size) -> bool,
    most: u64,
}

/// What a limit is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Together,
    Each,
}

const BUDGETS: [Budget; 7] = [
    Budget {
        what: "page: its main wasm",
        of: Of::Together,
        is_meant: is_main_wasm,
        most: 170_000,
    },
    Budget {
        what: "page: all but its parts",
        of: Of::Together,
        is_meant: |size| size.group == "page",
        most: 200_000,
    },
    Budget {
        what: "a part's file",
        of: Of::Each,
        is_meant: |size| size.group == "parts",
        most: 100_000,
    },
    Budget {
        what: "engine_cpu",
        of: Of::Together,
        is_meant: |size| size.group == "engine_cpu",
        most: 600_000,
    },
    Budget {
        what: "engine_train",
        of: Of::Together,
        is_meant: |size| size.group == "engine_train",
        most: 680_000,
    },
    Budget {
        what: "engine_gpu",
        of: Of::Together,
        is_meant: |size| size.group == "engine_gpu",
        most: 2_050_000,
    },
    Budget {
        what: "a file of weights",
        of: Of::Each,
        is_meant: |size| size.group == "weights",
        // That of a text: a million parameters, and the others are smaller.
        most: 1_200_000,
    },
];

/// What the first visit to any chapter may fetch of the page's parts. The more parts there are, the finer
/// is what they share cut up, which costs some kB each; the main file gets smaller by it.
const VISIT: u64 = 185_000;

/// What no visitor waits for as a whole: samples, and what tells of a build.
const NO_LIMIT: &str = "other";

fn is_main_wasm(size: &Size) -> bool {
    size.group == "page" && size.file.starts_with("app-") && size.file.ends_with("_bg.wasm")
}

/// Prints the site's sizes against their limits; an error names what is too large, or without limit.
/// `absent` are engines that were left out of this site.
pub fn check(site: &Path, absent: &[&str]) -> Result<()> {
    let files = sizes::measure_groups(site, |group| group != NO_LIMIT)?.files;
    let mut rows = rows(&files, absent)?;
    let loader = files.iter().find(|size| size.file.ends_with("_parts.js"));
    let loader = loader.context("the page has no parts")?;
    rows.extend(visits(
        &fs::read_to_string(site.join(&loader.file))?,
        &files,
    )?);
    let (table, fits) = table(&rows);
    eprint!("{table}");
    ensure!(fits, "too large:\n{table}");
    Ok(())
}

/// Something with its bytes and its limit.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    what: String,
    bytes: u64,
    most: u64,
}

fn rows(files: &[Size], absent: &[&str]) -> Result<Vec<Row>> {
    let is_without = |file: &&Size| !BUDGETS.iter().any(|budget| (budget.is_meant)(file));
    if let Some(file) = files.iter().find(is_without) {
        bail!("xtask/src/budget.rs has no limit for {}", file.file);
    }
    let mut rows = Vec::new();
    for budget in BUDGETS
        .iter()
        .filter(|budget| !absent.contains(&budget.what))
    {
        let meant = files.iter().filter(|file| (budget.is_meant)(file));
        let bytes = meant.map(|file| file.brotli_bytes);
        let bytes = match budget.of {
            Of::Together => bytes.reduce(|sum, more| sum + more),
            Of::Each => bytes.max(),
        };
        rows.push(Row {
            what: budget.what.to_owned(),
            bytes: bytes.with_context(|| format!("the site has no {}", budget.what))?,
            most: budget.most,
        });
    }
    Ok(rows)
}

/// What each part brings with it. Its loader has a line for each file and the chunks it needs:
/// `const __chunk_5 = makeLoad(() => { … "./app-01_chunks_0.wasm" … }`, `, [__chunk_4]);`; several chunks
/// may lie in one file.
fn visits(loader: &str, files: &[Size]) -> Result<Vec<Row>> {
    let mut loads = Vec::new();
    for load in loader.split("const __").skip(1) {
        let read = || {
            let (name, rest) = load.split_once(" =")?;
            let (file, rest) = rest.split_once("\"./")?.1.split_once('"')?;
            let (needs, _) = rest.split_once(", [")?.1.split_once(']')?;
            let size = files.iter().find(|size| size.file == file)?;
            Some((name, size, needs))
        };
        loads.push(read().with_context(|| format!("cannot read the parts' loader: {load}"))?);
    }
    let of_chunk = |needed: &str| {
        let needed = needed.trim().trim_start_matches("__");
        let chunk = loads.iter().find(|(name, ..)| *name == needed);
        chunk.map(|(_, size, _)| (&size.file, size.brotli_bytes))
    };
    let parts = loads.iter().filter_map(|(name, size, needs)| {
        let shared: BTreeMap<_, _> = needs.split(',').filter_map(of_chunk).collect();
        Some(Row {
            what: format!("a visit to {}", name.strip_prefix("wasm_split_load_")?),
            bytes: size.brotli_bytes + shared.values().sum::<u64>(),
            most: VISIT,
        })
    });
    let parts: Vec<_> = parts.collect();
    ensure!(!parts.is_empty(), "the parts' loader loads none");
    Ok(parts)
}

/// All rows, and whether each keeps to its limit.
fn table(rows: &[Row]) -> (String, bool) {
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or(0);
    let mut table = String::new();
    for Row { what, bytes, most } in rows {
        let mark = if bytes > most { "  TOO LARGE" } else { "" };
        let kilobytes = |bytes: &u64| *bytes as f64 / 1000.0;
        let _ = writeln!(
            table,
            "    {what:width$}  {:7.1} of {:6.0} kB{mark}",
            kilobytes(bytes),
            kilobytes(most)
        );
    }
    (table, rows.iter().all(|row| row.bytes <= row.most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(file: &str, brotli_bytes: u64) -> Size {
        Size {
            group: sizes::group(file),
            file: file.to_owned(),
            raw_bytes: 2 * brotli_bytes,
            brotli_bytes,
        }
    }

    fn site() -> Vec<Size> {
        let mut files = vec![
            size("app-01_bg.wasm", 150_000),
            size("app-01.js", 10_000),
            size("app-01_parts.js", 1_000),
            size("tokens-02.css", 2_000),
            size("app-01_chunks_0.wasm", 90_000),
            size("app-01_split_gan.wasm", 60_000),
            size("weights/a.bpk", 700_000),
            size("weights/b.bpk", 300_000),
        ];
        for engine in ["engine_cpu", "engine_train", "engine_gpu"] {
            files.push(size(&format!("{engine}.js"), 5_000));
            files.push(size(&format!("{engine}_bg.wasm"), 500_000));
        }
        files
    }

    #[test]
    fn files_count_together_or_each() {
        let rows = rows(&site(), &[]).unwrap();
        let bytes: Vec<_> = rows.iter().map(|row| row.bytes).collect();
        let expected = [150_000, 163_000, 90_000, 505_000, 505_000, 505_000, 700_000];
        assert_eq!(bytes, expected);
        assert!(table(&rows).1);
    }

    #[test]
    fn nothing_goes_without_a_limit_or_missing() {
        let mut files = site();
        files.push(size("engine_vae_bg.wasm", 1));
        let error = rows(&files, &[]).unwrap_err().to_string();
        assert!(error.contains("engine_vae_bg.wasm"), "{error}");
        let mut files = site();
        files.retain(|file| file.group != "engine_gpu");
        assert!(rows(&files, &[]).is_err());
        assert_eq!(
            rows(&files, &["engine_gpu"]).unwrap().len(),
            BUDGETS.len() - 1
        );
    }

    #[test]
    fn a_visit_is_a_part_with_its_chunks() {
        let loader = "const sharedImports = 1;\n/* gan */\nconst __chunk_5 = makeLoad(() => {\n\
            chunk(\"./app-01_chunks_0.wasm\", 0);\n}\n, []);\nconst __chunk_6 = makeLoad(() => {\n\
            chunk(\"./app-01_chunks_0.wasm\", 1);\n}\n, []);\n\
            export const __wasm_split_load_gan = wrapAsyncCb(makeLoad(() => {\n\
            fetch(new URL(\"./app-01_split_gan.wasm\", import.meta.url));\n}\n, [__chunk_5, __chunk_6]));\n";
        let found = visits(loader, &site()).unwrap();
        let expected = Row {
            what: "a visit to gan".to_owned(),
            bytes: 150_000,
            most: VISIT,
        };
        assert_eq!(found, [expected]);
        assert!(visits("", &site()).is_err());
        assert!(visits(&loader.replace("_split_gan", "_other"), &site()).is_err());
    }

    #[test]
    fn what_is_too_large_is_marked() {
        let row = |bytes| Row {
            what: "page".to_owned(),
            bytes,
            most: 1_000,
        };
        let (text, fits) = table(&[row(1_000), row(1_001)]);
        assert!(!fits);
        assert_eq!(text.matches("TOO LARGE").count(), 1);
    }
}
