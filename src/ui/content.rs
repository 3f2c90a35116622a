//! The page's prose: Markdown files in `www/content/<language>`, compiled in.
//!
//! A file is a list of sections, each `## key: Title` and its text; the title may be left
//! out. Text is CommonMark with tables; `$…$` and `$$…$$` are TeX, shown as MathML;
//! `{name}` in a text stands for a value that the page fills in ([`fill`]).
//!
//! Keys are written as string literals where they are used, so that a test can find every
//! use and check that its section exists.

use std::cell::RefCell;
use std::collections::HashMap;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use pulldown_latex::{RenderConfig, Storage, config::DisplayMode};
use yew::prelude::*;

/// The files of the English text: name and contents.
const EN: [(&str, &str); 2] = [
    (
        "diffusion",
        include_str!("../../www/content/en/diffusion.md"),
    ),
    ("landing", include_str!("../../www/content/en/landing.md")),
];

/// The text of a section as HTML.
pub fn section(file: &str, key: &str) -> Html {
    Html::from_html_unchecked(section_html(file, key))
}

/// The title of a section.
pub fn title(file: &str, key: &str) -> AttrValue {
    find(file, key).map_or_else(|| missing(file, key), |s| s.title.to_owned().into())
}

/// The text of a section without its markup, for labels and messages.
pub fn text(file: &str, key: &str) -> String {
    find(file, key).map_or_else(|| missing(file, key).to_string(), |s| plain(s.body))
}

/// [`text`] with each `{name}` replaced by its value.
pub fn fill(file: &str, key: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text(file, key), |t, (name, value)| {
        t.replace(&format!("{{{name}}}"), value)
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

/// TeX as a MathML element.
pub fn mathml(tex: &str, display: DisplayMode) -> String {
    let storage = Storage::new();
    let config = RenderConfig {
        display_mode: display,
        ..RenderConfig::default()
    };
    let mut out = String::new();
    match pulldown_latex::push_mathml(&mut out, pulldown_latex::Parser::new(tex, &storage), config)
    {
        Ok(()) => out,
        // The formula as written is the best that is left to show.
        Err(_) => format!(
            "<code>{}</code>",
            tex.replace('&', "&amp;").replace('<', "&lt;")
        ),
    }
}

struct Section<'a> {
    key: &'a str,
    title: &'a str,
    body: &'a str,
}

/// The sections of a file, in its order.
fn sections(source: &str) -> impl Iterator<Item = Section<'_>> {
    source.split("\n## ").skip(1).map(|chunk| {
        let (head, body) = chunk.split_once('\n').unwrap_or((chunk, ""));
        let (key, title) = head.split_once(':').unwrap_or((head, ""));
        Section {
            key: key.trim(),
            title: title.trim(),
            body: body.trim(),
        }
    })
}

fn find(file: &str, key: &str) -> Option<Section<'static>> {
    let (_, source) = EN.iter().find(|(name, _)| *name == file)?;
    sections(source).find(|s| s.key == key)
}

/// What stands on the page where a text is missing; a test keeps it from happening.
fn missing(file: &str, key: &str) -> AttrValue {
    format!("[no text: {file}, {key}]").into()
}

fn section_html(file: &str, key: &str) -> AttrValue {
    thread_local! {
        static RENDERED: RefCell<HashMap<String, AttrValue>> = RefCell::default();
    }
    let id = format!("{file} {key}");
    if let Some(known) = RENDERED.with_borrow(|r| r.get(&id).cloned()) {
        return known;
    }
    let html: AttrValue = match find(file, key) {
        Some(s) => render(s.body).into(),
        None => missing(file, key),
    };
    RENDERED.with_borrow_mut(|r| r.insert(id, html.clone()));
    html
}

fn options() -> Options {
    Options::ENABLE_MATH | Options::ENABLE_TABLES
}

/// Markdown to HTML; wide tables scroll inside their own box.
fn render(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, options()).flat_map(|event| match event {
        Event::InlineMath(tex) => vec![Event::InlineHtml(mathml(&tex, DisplayMode::Inline).into())],
        Event::DisplayMath(tex) => vec![Event::InlineHtml(mathml(&tex, DisplayMode::Block).into())],
        Event::Start(Tag::Table(_)) => {
            vec![
                Event::Html("<div class=\"scroll\" tabindex=\"0\">".into()),
                event,
            ]
        }
        Event::End(TagEnd::Table) => vec![event, Event::Html("</div>".into())],
        other => vec![other],
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    out
}

/// Markdown without its markup.
fn plain(markdown: &str) -> String {
    let mut out = String::new();
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(t) | Event::Code(t) | Event::InlineMath(t) | Event::DisplayMath(t) => {
                out.push_str(&t);
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) => out.push(' '),
            _ => {}
        }
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::path::Path;

    fn keys(file: &str) -> Vec<&'static str> {
        let (_, source) = EN
            .iter()
            .find(|(name, _)| *name == file)
            .expect("a known file");
        sections(source).map(|s| s.key).collect()
    }

    #[test]
    fn keys_are_unique_and_bodies_render() {
        for (file, _) in EN {
            let keys = keys(file);
            assert!(!keys.is_empty(), "{file} has no sections");
            let distinct: HashSet<_> = keys.iter().collect();
            assert_eq!(distinct.len(), keys.len(), "a key occurs twice in {file}");
            for key in keys {
                let html = section_html(file, key);
                assert!(
                    !html.contains("<merror"),
                    "{file}, {key}: TeX does not parse: {html}"
                );
                let s = find(file, key).expect("exists");
                assert!(
                    !(s.title.is_empty() && s.body.is_empty()),
                    "{file}, {key} is empty"
                );
            }
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
                    found.body
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
        if !["section", "title", "text", "fill", "predict"].contains(&name) {
            return None;
        }
        let mut literals = arguments.trim_start().strip_prefix('"')?.split('"');
        let file = literals.next()?;
        let between = literals.next()?;
        let key = literals.next()?;
        (between.trim() == ",").then(|| (name.into(), file.into(), key.into()))
    }

    #[test]
    fn markdown_becomes_html_with_mathml() {
        let html = render("At *most* $x_t$.\n\n| a | b |\n|---|---|\n| 1 | 2 |");
        assert!(html.contains("<em>most</em>"));
        assert!(html.contains("<msub><mi>x</mi><mi>t</mi></msub>"));
        assert!(
            html.contains("<div class=\"scroll\" tabindex=\"0\"><table>"),
            "{html}"
        );
    }

    #[test]
    fn plain_text_has_no_markup() {
        assert_eq!(plain("One *two*\n`three` $x_t$."), "One two three x_t.");
    }

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let source = "# File\n\n## a: First\none\n\n### sub\ntwo\n## b\nthree";
        let all: Vec<_> = sections(source).map(|s| (s.key, s.title, s.body)).collect();
        assert_eq!(
            all,
            [("a", "First", "one\n\n### sub\ntwo"), ("b", "", "three")]
        );
    }
}
