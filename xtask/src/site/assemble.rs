//! Fills `pkg/`: the files that `index.html` links, under the names they have there, and the page
//! itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::index::{self, Link};
use super::key;
use crate::paths;

/// The page's program, bound.
pub(super) struct Program {
    /// `app-0123456789abcdef`: its files are called that, with `.js` and `_bg.wasm`.
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// A script that will be needed and should come early.
    pub(super) early: Option<String>,
}

/// Reloads the tab after each build of the quick loop.
const RELOAD: &str = r#"<script type="module">
const built = () => fetch("build.json", { cache: "no-store" }).then((r) => (r.ok ? r.text() : "")).catch(() => "");
let first = "";
setInterval(async () => {
  const now = await built();
  if (first && now && now !== first) location.reload();
  first ||= now;
}, 1000);
</script>"#;

/// Empties `site`, copies into it all that `html` links and the engines lying in `engines`, and gives
/// the page that stands for `html`.
pub(super) fn fill(
    site: &Path,
    html: &str,
    program: &Program,
    engines: &[PathBuf],
) -> Result<String> {
    empty(site).with_context(|| format!("could not empty {}", site.display()))?;
    for folder in engines.iter().chain([&program.folder]) {
        copy(folder, site)?;
    }
    let html = index::replace_links(html, |link| put(link, site, program))?;
    index::with_head(&html, &early(program))
}

/// A page that reloads itself.
pub(super) fn reloading(html: &str) -> Result<String> {
    index::with_head(html, RELOAD)
}

/// Copies what a link asks for, and says what stands in its place.
fn put(link: Link, site: &Path, program: &Program) -> Result<String> {
    let rel = link.need("rel")?;
    if rel == "rust" {
        return Ok(match link.need("data-type")? {
            "main" => starter(&program.name),
            _ => String::new(),
        });
    }
    let source = paths::root().join(link.need("href")?);
    let name = source.file_name().context("a link to nothing")?;
    match rel {
        "copy-file" => copy(&source, &site.join(name)).map(|()| String::new()),
        "copy-dir" => copy(&source, &site.join(name)).map(|()| String::new()),
        "css" => put_hashed(&source, site).map(|file| linked("stylesheet", &file)),
        "icon" => put_hashed(&source, site).map(|file| linked("icon", &file)),
        other => bail!("index.html: no way to put a {other} into the site"),
    }
}

fn linked(rel: &str, file: &str) -> String {
    format!("<link rel=\"{rel}\" href=\"./{file}\"/>")
}

/// Copies a file under a name that changes with what is in it: `tokens-0123456789abcdef.css`.
fn put_hashed(source: &Path, site: &Path) -> Result<String> {
    let bytes = fs::read(source).with_context(|| format!("could not read {}", source.display()))?;
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, ending) = (part(source.file_stem()), part(source.extension()));
    let file = format!("{stem}-{}.{ending}", key::short(&bytes));
    fs::write(site.join(&file), bytes)?;
    Ok(file)
}

/// The script that starts the page's program.
fn starter(name: &str) -> String {
    format!(
        "<script type=\"module\">\nimport init from './{name}.js';\n\
         await init({{ module_or_path: './{name}_bg.wasm' }});\n</script>"
    )
}

/// The program's files are asked for before the starter runs.
fn early(program: &Program) -> String {
    let name = &program.name;
    let script = |file: &str| {
        format!("<link rel=\"modulepreload\" href=\"./{file}\" crossorigin=\"anonymous\">")
    };
    let more = program.early.as_deref().map(script).unwrap_or_default();
    format!(
        "{}<link rel=\"preload\" href=\"./{name}_bg.wasm\" crossorigin=\"anonymous\" as=\"fetch\" \
         type=\"application/wasm\">{more}",
        script(&format!("{name}.js"))
    )
}

fn empty(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Copies a file, or all that is in a folder.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        let copied = fs::copy(from, to).map(|_| ());
        return copied.with_context(|| format!("could not copy {}", from.display()));
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_what_its_links_ask_for() {
        let folder = std::env::temp_dir().join(format!("xtask-site-{}", std::process::id()));
        let (site, bound, engine) = (
            folder.join("site"),
            folder.join("app"),
            folder.join("engine"),
        );
        for (file, text) in [
            (site.join("old/left.js"), "old"),
            (bound.join("app-01.js"), "page"),
            (engine.join("engine_cpu.js"), "engine"),
        ] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let program = Program {
            name: "app-01".to_owned(),
            folder: bound,
            early: Some("app-01_parts.js".to_owned()),
        };
        let html = "<head><link data-trunk rel=\"css\" href=\"www/css/tokens.css\">\
            <link data-trunk rel=\"copy-file\" href=\"www/theme.js\">\
            <link data-trunk rel=\"copy-dir\" href=\"www/icons\">\
            <link data-trunk rel=\"rust\" data-type=\"main\">\
            <link data-trunk rel=\"rust\" data-type=\"worker\"></head>";
        let page = fill(&site, html, &program, &[engine]).unwrap();
        let css = fs::read(paths::root().join("www/css/tokens.css")).unwrap();
        let css = format!("tokens-{}.css", key::short(&css));
        assert!(page.starts_with(&format!(
            "<head><link rel=\"stylesheet\" href=\"./{css}\"/><script type=\"module\">"
        )));
        assert!(page.contains("import init from './app-01.js'"));
        assert_eq!(page.matches("modulepreload").count(), 2);
        assert!(!page.contains("data-trunk"));
        for file in [
            css.as_str(),
            "theme.js",
            "icons/icon.svg",
            "app-01.js",
            "engine_cpu.js",
        ] {
            assert!(site.join(file).is_file(), "{file}");
        }
        assert!(
            !site.join("old").exists(),
            "nothing of an older build stays"
        );
        let strange = "<head><link data-trunk rel=\"sass\" href=\"www/theme.js\"></head>";
        assert!(fill(&site, strange, &program, &[]).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
