//! The page in parts: for a release, what cargo made is cut at the functions marked in
//! `src/ui/parts.rs`, which Trunk cannot do (trunk-rs/trunk#1022).

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{iter, thread};

use anyhow::{Context, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

use super::assemble::Program;
use super::index::{Binary, Kind};
use super::shrink::Shrinker;
use super::{bind, key, pack};
use crate::paths;

/// What the parts' loader does to get a part, and what it does instead: a part that stalls is given
/// up after a minute, and a host that serves wasm without its type will do.
const STREAMED: &str = "WebAssembly.instantiateStreaming(src, imports)";
const PATIENT: &str = "WebAssembly.instantiate(await whole(src), imports)";
const FETCHED: &str = ", import.meta.url));";
const LIMITED: &str = ", import.meta.url), { signal: AbortSignal.timeout(60000) });";
const WHOLE: &str = "
async function whole(src) {
    const response = await src;
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    return response.arrayBuffer();
}
";

/// Cuts the page and, if `shrunk`, shrinks its parts, which have the page's version in their names.
pub(super) fn split(page: &Binary, wasm: &Path, shrunk: bool) -> Result<Program> {
    let work = paths::target().join("parts");
    if work.exists() {
        fs::remove_dir_all(&work).context("could not empty the folder for parts")?;
    }
    let wasm = fs::read(wasm).with_context(|| format!("could not read {}", wasm.display()))?;
    let name = format!("{}-{}", page.name, key::parts(&wasm));
    let loader = format!("{name}_parts.js");
    cut(&wasm, &work, &name, &loader)?;
    let text = fs::read_to_string(work.join(&loader)).context("no loader of the parts")?;
    let (mut text, parts) = pack::pack(&text, &work)?;
    let bound = work.join("bound");
    bind::bind(&work.join("main.wasm"), &name, Kind::Page, &bound)?;
    let folder = work.join("site");
    fs::create_dir_all(&folder)?;
    let main = format!("{name}_bg.wasm");
    let script = format!("{name}.js");
    fs::copy(bound.join(&script), folder.join(&script)).context("no script for the page")?;
    let file_of = |part: &str| format!("{name}_{part}");
    let start = || shrunk.then(|| Shrinker::start(page)).transpose();
    let put = |shrinker: &mut Option<Shrinker>, (from, to): (PathBuf, PathBuf)| match shrinker {
        Some(shrinker) => shrinker.shrink(&from, &to),
        None => fs::copy(from, &to).map(drop).context("a part is missing"),
    };
    // The main file is as large as many parts together, so it comes first.
    let of_part = |part: &String| (work.join(part), folder.join(file_of(part)));
    let main = (bound.join(&main), folder.join(&main));
    let files = iter::once(main).chain(parts.iter().map(of_part));
    at_once(files, start, put)?;
    for part in &parts {
        text = replaced(&text, &format!("./{part}"), &format!("./{}", file_of(part)))?;
    }
    let text = patient(&text)?;
    fs::write(folder.join(&loader), text)?;
    Ok(Program {
        name,
        folder,
        early: Some(loader),
    })
}

/// Does `work` for each item, as many at once as there are processors, each with a tool of its own: Binaryen has
/// one thread, and there are hundreds of parts.
fn at_once<T: Send, U>(
    items: impl Iterator<Item = T> + Send,
    start: impl Fn() -> Result<U> + Sync,
    work: impl Fn(&mut U, T) -> Result<()> + Sync,
) -> Result<()> {
    let items = Mutex::new(items);
    let next = || items.lock().map_or(None, |mut items| items.next());
    let one_by_one = || {
        let mut tool = start()?;
        iter::from_fn(next).try_for_each(|item| work(&mut tool, item))
    };
    let n = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let others: Vec<_> = (1..n).map(|_| scope.spawn(one_by_one)).collect();
        one_by_one()?;
        others.into_iter().try_for_each(super::joined)
    })
}

/// Main wasm, parts and their loader, in `work`.
fn cut(wasm: &[u8], work: &Path, name: &str, loader: &str) -> Result<()> {
    let main = work.join("main.wasm");
    let (script, link) = (format!("./{name}.js"), format!("./{loader}"));
    let mut options = Options::new(wasm);
    options.output_dir = work;
    options.main_out_path = &main;
    options.main_module = &script;
    options.link_name = &link;
    let cut = transform(options).map_err(|error| anyhow!("the page cannot be cut: {error:?}"))?;
    ensure!(!cut.split_modules.is_empty(), "the page has no parts");
    Ok(())
}

fn patient(loader: &str) -> Result<String> {
    let loader = replaced(loader, STREAMED, PATIENT)?;
    Ok(replaced(&loader, FETCHED, LIMITED)? + WHOLE)
}

fn replaced(text: &str, old: &str, new: &str) -> Result<String> {
    ensure!(text.contains(old), "the parts' loader has no `{old}`");
    Ok(text.replace(old, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_done_and_an_error_is_told() {
        let done = Mutex::new(0);
        let add = |(): &mut (), i: i32| {
            *done.lock().unwrap() += i;
            ensure!(i != 50, "fifty");
            Ok(())
        };
        at_once(1..=40, || Ok(()), add).unwrap();
        assert_eq!(*done.lock().unwrap(), 820);
        assert!(at_once(41..=60, || Ok(()), add).is_err());
    }

    #[test]
    fn a_part_gets_a_minute_and_needs_no_type() {
        let text = format!("const src = fetch(new URL(\"./a.wasm\"{FETCHED} {STREAMED}");
        let text = patient(&text).unwrap();
        assert!(text.contains("\"./a.wasm\", import.meta.url), { signal"));
        assert!(text.contains(PATIENT) && !text.contains(STREAMED));
        assert!(patient("fetch()").is_err(), "another tool, another loader");
    }
}
