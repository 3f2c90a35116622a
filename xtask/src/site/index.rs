//! `index.html` and what its links ask for. They are written as Trunk wants them, so that those who
//! have it may use it; here they are the one place that says which binaries there are and how each is
//! made.

use anyhow::{Context, Result, ensure};

/// A wasm binary of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub name: String,
    pub kind: Kind,
    /// The one cargo feature it is built with; a release's page is built with [`super::IN_PARTS`].
    pub feature: String,
    /// Its release profile in `Cargo.toml`.
    pub profile: String,
    /// The level and the other flags for `wasm-opt`.
    pub(super) optimizer_level: String,
    pub(super) optimizer_flags: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Page,
    Worker,
}

/// A `<link data-trunk …>`.
#[derive(Clone, Copy)]
pub(super) struct Link<'a>(&'a str);

impl<'a> Link<'a> {
    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        let start = self.0.find(&format!(" {name}=\""))? + name.len() + 3;
        self.0[start..].split('"').next()
    }

    /// An attribute that has to be there.
    pub(super) fn need(self, name: &str) -> Result<&'a str> {
        self.attribute(name)
            .with_context(|| format!("index.html: a link has no {name}: {}", self.0))
    }

    fn binary(self) -> Result<Option<Binary>> {
        if self.need("rel")? != "rust" {
            return Ok(None);
        }
        let owned = |name: &str| self.need(name).map(str::to_owned);
        Ok(Some(Binary {
            name: owned("data-bin")?,
            kind: match self.need("data-type")? {
                "main" => Kind::Page,
                _ => Kind::Worker,
            },
            feature: owned("data-cargo-features")?,
            profile: self
                .attribute("data-cargo-profile-release")
                .unwrap_or("release")
                .to_owned(),
            optimizer_level: owned("data-wasm-opt")?,
            optimizer_flags: owned("data-wasm-opt-params")?,
        }))
    }
}

/// The binaries the page links, the page itself first.
pub(super) fn binaries(html: &str) -> Result<Vec<Binary>> {
    let mut binaries = Vec::new();
    replace_links(html, |link| {
        binaries.extend(link.binary()?);
        Ok(String::new())
    })?;
    binaries.sort_by_key(|binary| binary.kind == Kind::Worker);
    let pages = binaries.iter().filter(|binary| binary.kind == Kind::Page);
    ensure!(pages.count() == 1, "index.html has to link one page");
    Ok(binaries)
}

/// The page with each link replaced by what stands for it.
pub(super) fn replace_links(
    html: &str,
    mut replace: impl FnMut(Link) -> Result<String>,
) -> Result<String> {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once("<link data-trunk") {
        let (tag, after) = tag.split_once('>').context("a link has no end")?;
        // Attributes may stand on lines of their own.
        let tag = tag.replace('\n', " ");
        text.push_str(before);
        text.push_str(&replace(Link(&tag))?);
        rest = after;
    }
    Ok(text + rest)
}

/// The page with more at the end of its head.
pub(super) fn with_head(html: &str, more: &str) -> Result<String> {
    let (head, rest) = html.split_once("</head>").context("the page has no head")?;
    Ok(format!("{head}{more}</head>{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    #[test]
    fn links_say_how_each_binary_is_made() {
        let html = "<head><link data-trunk rel=\"css\" href=\"a.css\">\n\
            <link data-trunk rel=\"rust\" data-type=\"worker\" data-bin=\"engine\"\n  \
            data-cargo-features=\"cpu\" data-wasm-opt=\"3\" data-wasm-opt-params=\"--enable-simd\">\n\
            <link data-trunk rel=\"rust\" data-type=\"main\" data-bin=\"app\" data-cargo-features=\"ui\"\n \
            data-cargo-profile-release=\"page\" data-wasm-opt=\"0\" data-wasm-opt-params=\"\"></head>";
        let found = binaries(html).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].name.as_str(), found[0].kind), ("app", Kind::Page));
        assert_eq!(found[0].profile, "page");
        let engine = &found[1];
        assert_eq!(
            (engine.name.as_str(), engine.kind),
            ("engine", Kind::Worker)
        );
        assert_eq!(
            (engine.feature.as_str(), engine.profile.as_str()),
            ("cpu", "release")
        );
        assert_eq!(engine.optimizer_flags, "--enable-simd");
        assert!(binaries("<link data-trunk rel=\"css\" href=\"a.css\">").is_err());
    }

    #[test]
    fn only_links_are_replaced() {
        let html = "<link rel=\"icon\" href=\"i\"><link data-trunk rel=\"css\" href=\"a.css\">x";
        let replaced = replace_links(html, |link| Ok(format!("({})", link.need("href")?)));
        assert_eq!(replaced.unwrap(), "<link rel=\"icon\" href=\"i\">(a.css)x");
        assert!(replace_links(html, |link| Ok(link.need("rev")?.to_owned())).is_err());
    }

    #[test]
    fn the_head_takes_more() {
        assert_eq!(
            with_head("<head>a</head>b", "c").unwrap(),
            "<head>ac</head>b"
        );
        assert!(with_head("<body>", "c").is_err());
    }

    /// Trunk would build with the default features otherwise, and fail.
    #[test]
    fn trunk_too_builds_each_binary_with_its_feature_alone() {
        let html = std::fs::read_to_string(paths::root().join("index.html")).unwrap();
        let alone = html.matches("data-cargo-no-default-features").count();
        assert_eq!(binaries(&html).unwrap().len(), alone);
    }
}
