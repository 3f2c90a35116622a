//! The page's prose: Markdown files in `www/content/<language>`, made into HTML when the page
//! is compiled (`content_build.rs` tells how they are written).
//!
//! Each section is a module of constants, so that a text that does not exist does not compile, and a
//! text travels with the part of the page that shows it: [`texts::shell::part_waiting::PLAIN`].

use yew::prelude::*;

/// All sections, each in the module of its file: `HTML` and, without markup, `PLAIN`, if it has a
/// text; `TITLE`, if it has a title.
#[allow(missing_docs, reason = "generated")]
pub mod texts {
    include!(concat!(env!("OUT_DIR"), "/content.rs"));
}

/// A text as HTML.
pub fn section(html: &'static str) -> Html {
    Html::from_html_unchecked(html.into())
}

/// A text with each `{name}` replaced by its value.
pub fn fill(text: &str, values: &[(&str, impl AsRef<str>)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value.as_ref())
    })
}

/// A probability in words that are never 0 for what is possible.
pub fn percent(p: f32) -> String {
    match 100.0 * p {
        ..0.1 => "< 0.1 %".into(),
        p if p < 10.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

/// A question to answer before looking, and its answer behind a 'Reveal' button (a native
/// disclosure: works with a keyboard, keeps its state).
pub fn predict(question: &'static str, answer: &'static str) -> Html {
    html! {
        <div class="try">
            { section(question) }
            <details>
                <summary>{ "Reveal" }</summary>
                { section(answer) }
            </details>
        </div>
    }
}

#[cfg(test)]
#[path = "content_build.rs"]
mod content_build;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_not_nothing() {
        let told = [0.0005, 0.05, 0.5].map(percent);
        assert_eq!(told, ["< 0.1 %", "5.0 %", "50 %"]);
    }
}
