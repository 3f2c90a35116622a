//! `index.html` with only some of its wasm binaries. Trunk builds every binary the page links, so
//! leaving one out (it is cached, or not wanted in a quick loop) means another page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::paths;

/// The page's feature in a release, which is cut into parts, and in the quick loop.
pub(super) const IN_PARTS: &str = "split";
pub(super) const IN_ONE: &str = "ui";

/// A copy of `index.html` beside it (its links are relative), removed when dropped.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// Keeps the Rust links to these binaries and drops the others. `action` is part of its name,
    /// so that building does not take the page away from a running `serve --dev`.
    pub(super) fn with_links(action: &str, binaries: &[&str], dev: bool) -> Result<Self> {
        let source = paths::root().join("index.html");
        let html = fs::read_to_string(&source).context("could not read index.html")?;
        for name in binaries {
            let wanted = format!("data-bin=\"{name}\"");
            ensure!(
                html.contains(&wanted),
                "index.html has no Rust link with {wanted}"
            );
        }
        let path = paths::root().join(format!(".index-{action}.html"));
        let mut html = keep(&html, binaries);
        if dev {
            html = in_one(&html);
        }
        fs::write(&path, html).context("could not write a copy of index.html")?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What stays behind is hidden, ignored by git and harmless.
        let _ = fs::remove_file(&self.0);
    }
}

/// The page without its Rust links to other binaries than these.
fn keep(html: &str, binaries: &[&str]) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find("<link") {
        let (before, tag) = rest.split_at(start);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        kept.push_str(before);
        if wanted(&tag[..end], binaries) {
            kept.push_str(&tag[..end]);
        }
        rest = &tag[end..];
    }
    kept + rest
}

/// The page of a release, which is kept for visits without a network.
pub(super) fn with_offline(html: &str, release: &str) -> Result<String> {
    let (head, rest) = html.split_once("</head>").context("the page has no head")?;
    let script = format!("<script src=\"offline.js?v={release}\" defer></script>");
    Ok(format!("{head}{script}</head>{rest}"))
}

/// The page that stays in one piece.
fn in_one(html: &str) -> String {
    html.replace(&feature(IN_PARTS), &feature(IN_ONE))
}

fn feature(name: &str) -> String {
    format!("data-cargo-features=\"{name}\"")
}

fn wanted(tag: &str, binaries: &[&str]) -> bool {
    let names = |name: &&str| tag.contains(&format!("data-bin=\"{name}\""));
    !tag.contains("data-bin=\"") || binaries.iter().any(names)
}

#[cfg(test)]
mod tests {
    use super::{IN_ONE, IN_PARTS, feature, in_one, keep, with_offline};
    use crate::paths;

    #[test]
    fn the_quick_loops_page_is_in_one_piece() {
        let html = std::fs::read_to_string(paths::root().join("index.html")).unwrap();
        assert!(html.contains(&feature(IN_PARTS)));
        let html = in_one(&html);
        assert!(html.contains(&feature(IN_ONE)) && !html.contains(&feature(IN_PARTS)));
    }

    #[test]
    fn a_release_names_itself_to_its_cache() {
        let page = with_offline("<head>a</head><body>b", "0123").unwrap();
        let script = "<script src=\"offline.js?v=0123\" defer></script>";
        assert_eq!(page, format!("<head>a{script}</head><body>b"));
        assert!(with_offline("<body>", "0123").is_err());
    }

    #[test]
    fn only_the_named_binaries_stay() {
        let html = "<head><link rel=\"icon\" href=\"i.svg\">\n\
            <link data-trunk rel=\"rust\" data-bin=\"app\"\n data-type=\"main\">\n\
            <link data-trunk rel=\"rust\" data-bin=\"engine_gpu\" />x</head>";
        let kept = keep(html, &["app", "engine_cpu"]);
        assert!(kept.contains("i.svg") && kept.contains("data-bin=\"app\""));
        assert!(!kept.contains("engine_gpu"));
        assert!(kept.ends_with("\nx</head>"));
        assert_eq!(keep(html, &["app", "engine_gpu"]), html);
    }
}
