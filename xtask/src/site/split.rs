//! The page in parts. Trunk binds the page's wasm as one file; for a release it is cut at the
//! functions marked in `src/ui/parts.rs`, and main file and parts take that file's place. Trunk
//! cannot do this by itself (trunk-rs/trunk#1022).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};

use crate::paths;
use crate::process::{self, command};

/// What a release's page is cut from: the file cargo made.
const SOURCE: &str = "wasm32-unknown-unknown/page/app.wasm";

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

/// Cuts the page in `site` and gives its parts the page's version in their names. `html` is the
/// site's `index.html`; the result also asks for the parts' loader early.
pub(super) fn split(html: &str, site: &Path) -> Result<String> {
    let name = page_name(html)?;
    let work = paths::target().join("parts");
    if work.exists() {
        fs::remove_dir_all(&work).context("could not empty the folder for parts")?;
    }
    let loader = format!("{name}_parts.js");
    let parts = cut(&work, &name, &loader)?;
    let bound = work.join("bound");
    process::run(
        command("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--out-name", &name])
            // The function table, which the parts share.
            .arg("--keep-lld-exports")
            .arg("--out-dir")
            .args([&bound, &work.join("main.wasm")]),
    )?;
    let main = format!("{name}_bg.wasm");
    shrink(&bound.join(&main), &site.join(&main))?;
    let script = format!("{name}.js");
    fs::copy(bound.join(&script), site.join(&script)).context("no script for the page")?;
    let mut text = fs::read_to_string(work.join(&loader)).context("no loader of the parts")?;
    for part in &parts {
        let stem = part.file_stem().unwrap_or_default().to_string_lossy();
        let file = format!("{name}_{stem}.wasm");
        shrink(part, &site.join(&file))?;
        text = replaced(&text, &format!("./{stem}.wasm"), &format!("./{file}"))?;
    }
    fs::write(site.join(&loader), patient(&text)?)?;
    let link = format!("<link rel=\"modulepreload\" href=\"./{loader}\">");
    Ok(html.replace("</head>", &format!("{link}</head>")))
}

/// Main wasm, parts and their loader, in `work`.
fn cut(work: &Path, name: &str, loader: &str) -> Result<Vec<PathBuf>> {
    let source = paths::target().join(SOURCE);
    let wasm = fs::read(&source).with_context(|| format!("could not read {}", source.display()))?;
    let main = work.join("main.wasm");
    let (script, link) = (format!("./{name}.js"), format!("./{loader}"));
    let mut options = Options::new(&wasm);
    options.output_dir = work;
    options.main_out_path = &main;
    options.main_module = &script;
    options.link_name = &link;
    let cut = transform(options).map_err(|error| anyhow!("the page cannot be cut: {error:?}"))?;
    ensure!(!cut.split_modules.is_empty(), "the page has no parts");
    Ok(cut.split_modules)
}

fn shrink(from: &Path, to: &Path) -> Result<()> {
    let html = fs::read_to_string(paths::root().join("index.html"))?;
    let flags = flags(&html)?;
    process::run(
        command("wasm-opt")
            .arg("-Oz")
            .args(flags.split_whitespace())
            .arg(from)
            .arg("-o")
            .arg(to),
    )
}

/// What `wasm-opt` is told of the page's wasm, in its link in the sources' `index.html`.
fn flags(html: &str) -> Result<&str> {
    let tag = html
        .split("<link")
        .find(|tag| tag.contains("data-bin=\"app\""));
    tag.and_then(|tag| tag.split_once("data-wasm-opt-params=\""))
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(flags, _)| flags)
        .context("index.html does not say how to shrink the page")
}

/// `app-0123456789abcdef`: what Trunk calls the page's files.
fn page_name(html: &str) -> Result<String> {
    let (before, _) = html
        .split_once("_bg.wasm")
        .context("the site's index.html names no wasm")?;
    let start = before.rfind(['/', '\'', '"']).map_or(0, |at| at + 1);
    Ok(before[start..].to_owned())
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
    fn the_pages_name_is_found() {
        let html = "<script>await init({ module_or_path: './app-01ab_bg.wasm' });</script>";
        assert_eq!(page_name(html).unwrap(), "app-01ab");
        assert!(page_name("<head>").is_err());
    }

    #[test]
    fn a_part_gets_a_minute_and_needs_no_type() {
        let text = format!("const src = fetch(new URL(\"./a.wasm\"{FETCHED} {STREAMED}");
        let text = patient(&text).unwrap();
        assert!(text.contains("\"./a.wasm\", import.meta.url), { signal"));
        assert!(text.contains(PATIENT) && !text.contains(STREAMED));
        assert!(patient("fetch()").is_err(), "another tool, another loader");
    }

    #[test]
    fn the_pages_flags_are_those_of_its_link() {
        let html = fs::read_to_string(paths::root().join("index.html")).unwrap();
        assert!(flags(&html).unwrap().contains("--enable-simd"));
    }
}
