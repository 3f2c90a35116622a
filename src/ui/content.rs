//! The page's prose: Markdown files in `www/content/<language>`, made into HTML when the page
//! is compiled (`content_build.rs` tells how they are written).
//!
//! Keys are written as string literals where they are used, so that a test can find every
//! use and check that its section exists.

use yew::prelude::*;

/// One section of a file.
struct Section {
    /// Its name in the code.
    key: &'static str,
    /// Its title, or nothing.
    title: &'static str,
    /// Its text.
    html: &'static str,
    /// Its text without markup.
    plain: &'static str,
}

/// All sections of all files, each with its file's name.
const SECTIONS: &[(&str, Section)] = include!(concat!(env!("OUT_DIR"), "/content.rs"));

/// The text of a section as HTML.
pub fn section(file: &str, key: &str) -> Html {
    Html::from_html_unchecked(html(file, key).into())
}

/// The text of a section as HTML source, with `{name}` where values belong.
pub fn html(file: &str, key: &str) -> String {
    find(file, key).map_or_else(|| missing(file, key), |s| s.html.to_owned())
}

/// The title of a section.
pub fn title(file: &str, key: &str) -> AttrValue {
    find(file, key).map_or_else(|| missing(file, key).into(), |s| s.title.into())
}

/// The text of a section without its markup, for labels and messages.
pub fn text(file: &str, key: &str) -> String {
    find(file, key).map_or_else(|| missing(file, key), |s| s.plain.to_owned())
}

/// [`text`] with each `{name}` replaced by its value.
pub fn fill(file: &str, key: &str, values: &[(&str, impl AsRef<str>)]) -> String {
    values.iter().fold(text(file, key), |t, (name, value)| {
        t.replace(&format!("{{{name}}}"), value.as_ref())
    })
}

/// A question to answer before looking: the text of `key.try`, and that of `key.reveal`
/// behind a 'Reveal' button (a native disclosure: works with a keyboard, keeps its state).
pub fn predict(file: &str, key: &str) -> Html {
    html! {
        <div class="try">
            { section(file, &format!("{key}.try")) }
            <details>
                <summary>{ "Reveal" }</summary>
                { section(file, &format!("{key}.reveal")) }
            </details>
        </div>
    }
}

fn find(file: &str, key: &str) -> Option<&'static Section> {
    let mut all = SECTIONS.iter();
    let (_, section) = all.find(|(name, section)| *name == file && section.key == key)?;
    Some(section)
}

/// What stands on the page where a text is missing; a test keeps it from happening.
fn missing(file: &str, key: &str) -> String {
    format!("[no text: {file}, {key}]")
}

#[cfg(test)]
#[path = "content_build.rs"]
mod content_build;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::path::Path;

    #[test]
    fn keys_are_unique_and_no_section_is_empty() {
        assert!(SECTIONS.len() > 30, "{} sections", SECTIONS.len());
        let distinct: HashSet<_> = SECTIONS.iter().map(|(file, s)| (file, s.key)).collect();
        assert_eq!(distinct.len(), SECTIONS.len(), "a key occurs twice");
        for (file, s) in SECTIONS {
            let is_empty = s.title.is_empty() && s.html.is_empty();
            assert!(!is_empty, "{file}, {} is empty", s.key);
        }
    }

    /// Every text that the page's source asks for exists.
    #[test]
    fn every_key_used_exists() {
        let mut uses = Vec::new();
        visit(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ui"),
            &mut uses,
        );
        assert!(
            uses.len() > 10,
            "the search for uses found only {}",
            uses.len()
        );
        for (call, file, key) in uses {
            let wanted = match call.as_str() {
                "predict" => vec![format!("{key}.try"), format!("{key}.reveal")],
                _ => vec![key],
            };
            for key in wanted {
                let found = find(&file, &key);
                assert!(found.is_some(), "content::{call} wants {key} of {file}.md");
                let found = found.expect("checked");
                let part = if call == "title" {
                    found.title
                } else {
                    found.plain
                };
                assert!(
                    !part.is_empty(),
                    "content::{call}: {key} of {file}.md lacks it"
                );
            }
        }
    }

    fn visit(dir: &Path, uses: &mut Vec<(String, String, String)>) {
        for entry in std::fs::read_dir(dir).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                visit(&path, uses);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let source = std::fs::read_to_string(&path).expect("readable source");
                // A file that reads one text only may name it once.
                let named = source
                    .split_once("const TEXT: &str = ")
                    .map_or("", |(_, rest)| {
                        rest.split_once(';').map_or("", |(literal, _)| literal)
                    });
                let source = source.replace("(TEXT,", &format!("({named},"));
                uses.extend(source.split("content::").skip(1).filter_map(call));
            }
        }
    }

    /// `section("a", "b")…` to its three words.
    fn call(rest: &str) -> Option<(String, String, String)> {
        let (name, arguments) = rest.split_once('(')?;
        if !["section", "html", "title", "text", "fill", "predict"].contains(&name) {
            return None;
        }
        let mut literals = arguments.trim_start().strip_prefix('"')?.split('"');
        let file = literals.next()?;
        let between = literals.next()?;
        let key = literals.next()?;
        (between.trim() == ",").then(|| (name.into(), file.into(), key.into()))
    }
}
