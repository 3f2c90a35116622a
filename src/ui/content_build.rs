//! Build script: turns the page's prose into HTML, so that the page needs no Markdown or TeX
//! parser of its own (together a third of its wasm).
//!
//! A file of `www/content/<language>` is a list of sections, each `## key: Title` and its
//! text; the title may be left out. Text is CommonMark with tables; `$…$` and `$$…$$` are
//! TeX, shown as MathML. `{name}` in a text, or `{{name}}` in TeX, stands for a value that
//! the page fills in. A link to `word:latent` is the word `latent` of `words.md`: a click opens its
//! meaning in place. The result is `content.rs` in `OUT_DIR`: a module for each file, in it a module
//! for each section, in it constants. What names there may not hold is `_`: `noise.try` is `noise_try`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use pulldown_latex::{RenderConfig, Storage, config::DisplayMode};

/// The language that is compiled in.
const TEXTS: &str = "www/content/en";

#[allow(dead_code, reason = "tests use this file as a module")]
fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src/ui/content_build.rs");
    // Only the page holds texts; a new word should not compile the engines again.
    if env::var_os("CARGO_FEATURE_UI").is_none() {
        return Ok(());
    }
    // The tool that cuts the page has to know what refers to what.
    if env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-bin=app=--emit-relocs");
    }
    println!("cargo::rerun-if-changed={TEXTS}");
    let glossary = fs::read_to_string(Path::new(TEXTS).join(WORDS).with_extension("md"))?;
    let words = meanings(&glossary);
    let mut modules = String::new();
    let mut files: Vec<_> = fs::read_dir(TEXTS)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let source = fs::read_to_string(&path)?;
        let mut text: String = sections(&source).map(|s| s.module(&words)).collect();
        if name == WORDS {
            text += &listed(&source);
        }
        modules += &format!("pub mod {} {{\n{text}}}\n", identifier(&name));
    }
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("content.rs"), modules)
}

/// The file of the glossary.
const WORDS: &str = "words";

/// Words and their meanings, in a paragraph of HTML each.
type Words = BTreeMap<String, String>;

fn meanings(glossary: &str) -> Words {
    let none = Words::new();
    let word = |s: Section| (s.key.to_owned(), render(s.body, &none));
    sections(glossary).map(word).collect()
}

/// All words by their titles, for the page that lists them.
fn listed(glossary: &str) -> String {
    let mut all: Vec<_> = sections(glossary)
        .map(|s| (s.title, render(s.body, &Words::new())))
        .collect();
    all.sort_by_key(|(title, _)| title.to_lowercase());
    format!("pub const ALL: &[(&str, &str)] = &{all:?};\n")
}

/// A name for Rust.
fn identifier(name: &str) -> String {
    name.replace(['.', '-'], "_")
}

struct Section<'a> {
    key: &'a str,
    title: &'a str,
    body: &'a str,
}

impl Section<'_> {
    /// Its constants. One with nothing in it ends the build.
    fn module(&self, words: &Words) -> String {
        let mut constants = String::new();
        let mut constant = |name: &str, text: &str| {
            if !text.is_empty() {
                constants += &format!("pub const {name}: &str = {text:?};\n");
            }
        };
        constant("TITLE", self.title);
        constant("HTML", &render(self.body, words));
        constant("PLAIN", &plain(self.body));
        assert!(!constants.is_empty(), "{} is empty", self.key);
        format!("pub mod {} {{\n{constants}}}\n", identifier(self.key))
    }
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

fn options() -> Options {
    Options::ENABLE_MATH | Options::ENABLE_TABLES
}

/// Markdown to HTML; wide tables scroll inside their own box, and words open their meaning.
fn render(markdown: &str, words: &Words) -> String {
    let mut meaning = None;
    let events = Parser::new_ext(markdown, options()).flat_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) if dest_url.starts_with("word:") => {
            let found = words.get(&dest_url["word:".len()..]);
            let found = found.unwrap_or_else(|| panic!("{dest_url} is not in the glossary"));
            let text = found
                .trim()
                .trim_start_matches("<p>")
                .trim_end_matches("</p>");
            meaning = Some(text.to_owned());
            let button = "<button type=\"button\" aria-expanded=\"false\">";
            vec![Event::InlineHtml(
                format!("<span class=\"word\">{button}").into(),
            )]
        }
        Event::End(TagEnd::Link) if meaning.is_some() => {
            let text = meaning.take().unwrap_or_default();
            let html = format!("</button><span class=\"meaning\"> ({text}) </span></span>");
            vec![Event::InlineHtml(html.into())]
        }
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

/// Numbers from here on stand for the values of a formula while TeX is parsed.
const FIRST_STAND_IN: usize = 900_001;

/// TeX as a MathML element; a value `{{name}}` becomes `<mn>{name}</mn>`. TeX that does not
/// parse ends the build.
fn mathml(tex: &str, display_mode: DisplayMode) -> String {
    let (tex, names) = stand_ins(tex);
    let storage = Storage::new();
    let config = RenderConfig {
        display_mode,
        ..RenderConfig::default()
    };
    let mut out = String::new();
    let parser = pulldown_latex::Parser::new(&tex, &storage);
    let written = pulldown_latex::push_mathml(&mut out, parser, config);
    assert!(
        written.is_ok() && !out.contains("<merror"),
        "TeX does not parse: {tex}"
    );
    for (i, name) in names.iter().enumerate() {
        let number = format!("<mn>{}</mn>", FIRST_STAND_IN + i);
        assert!(out.contains(&number), "{name} is lost in {out}");
        out = out.replace(&number, &format!("<mn>{{{name}}}</mn>"));
    }
    out
}

/// `tex` with a number in place of each `{{name}}`, and the names.
fn stand_ins(tex: &str) -> (String, Vec<&str>) {
    let mut out = String::new();
    let mut names = Vec::new();
    let mut rest = tex;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        // Writing to a string cannot fail.
        let _ = write!(out, "{before}{{{}}}", FIRST_STAND_IN + names.len());
        names.push(name);
        rest = after;
    }
    out.push_str(rest);
    (out, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html_with_mathml() {
        let none = Words::new();
        let html = render("At *most* $x_t$.\n\n| a | b |\n|---|---|\n| 1 | 2 |", &none);
        assert!(html.contains("<em>most</em>"));
        assert!(html.contains("<msub><mi>x</mi><mi>t</mi></msub>"));
        assert!(
            html.contains("<div class=\"scroll\" tabindex=\"0\"><table>"),
            "{html}"
        );
    }

    #[test]
    fn a_word_brings_its_meaning() {
        let glossary = "\n## seed: Seed\nThe number that *chance* begins with.\n## a: A\nx";
        let words = meanings(glossary);
        let html = render("Draw a new [seed](word:seed) or [go](#/).", &words);
        let meaning =
            "<span class=\"meaning\"> (The number that <em>chance</em> begins with.) </span>";
        assert!(
            html.contains("aria-expanded=\"false\">seed</button>"),
            "{html}"
        );
        assert!(
            html.contains(meaning) && html.contains("<a href=\"#/\">go</a>"),
            "{html}"
        );
        assert_eq!(plain("A [seed](word:seed)."), "A seed.");
        let listed = listed(glossary);
        assert!(listed.find("\"A\"") < listed.find("\"Seed\""), "{listed}");
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

    #[test]
    fn a_section_becomes_constants() {
        let mut all = sections("\n## said.right: Well\n*done*");
        let module = all.next().expect("a section").module(&Words::new());
        let text = "pub const TITLE: &str = \"Well\";\n\
            pub const HTML: &str = \"<p><em>done</em></p>\\n\";\n\
            pub const PLAIN: &str = \"done\";\n";
        assert_eq!(module, format!("pub mod said_right {{\n{text}}}\n"));
    }

    #[test]
    fn values_of_a_formula_keep_their_names() {
        let html = render(r"$x_{{t}} = {{signal}}\,x_0$", &Words::new());
        for part in ["<mn>{t}</mn>", "<mn>{signal}</mn>", "<mn>0</mn>"] {
            assert!(html.contains(part), "{html}");
        }
    }
}
