//! A model's tokens: fetched, and shown.

use std::rc::Rc;

use crate::protocol::text::TextStep;
use crate::tokens::{END, Token, Tokens};
use crate::ui::content::{self, texts};
use crate::ui::samples::fetch_text;
use crate::ui::state::text::Library;
use crate::weights::tokens_path;

/// The vocabulary of the stories' model, and of all that go on from it.
pub async fn fetch() -> Result<Tokens, String> {
    fetch_of(Library::Stories).await
}

/// The vocabulary of the model that has read a library.
pub async fn fetch_of(library: Library) -> Result<Tokens, String> {
    let text = fetch_text(&tokens_path(library.model())).await?;
    Tokens::read(&text).map_err(|bad| bad.to_string())
}

/// A token as it is shown: spaces and line breaks as signs.
pub fn sign(tokens: &Tokens, token: Token) -> String {
    if token == END {
        return texts::next::end::PLAIN.into();
    }
    let bytes = tokens.bytes(token);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(|c| !c.is_control() || c == '\n') => {
            text.replace(' ', "\u{2423}").replace('\n', "\u{21b5}")
        }
        _ => bytes
            .iter()
            .map(|byte| format!("\u{2039}{byte:02x}\u{203a}"))
            .collect(),
    }
}

/// How fast a text was written: the first step takes the beginning in. None before there are two.
pub fn speed(steps: &[Rc<TextStep>]) -> Option<String> {
    let [first, rest @ ..] = steps else {
        return None;
    };
    let ms: f32 = rest.iter().map(|step| step.ms).sum();
    let values = [
        ("first", format!("{:.0}", first.ms)),
        ("rate", format!("{:.0}", 1000.0 * rest.len() as f32 / ms)),
    ];
    (ms > 0.0).then(|| content::fill(texts::next::speed::PLAIN, &values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_shown_as_signs() {
        let tokens = Tokens::new(vec![[32, 97]]).expect("one merge");
        let shown = [257, 10, 0, 200, END].map(|token| sign(&tokens, token));
        assert_eq!(
            shown[..4],
            [
                "\u{2423}a",
                "\u{21b5}",
                "\u{2039}00\u{203a}",
                "\u{2039}c8\u{203a}"
            ]
        );
        assert!(!shown[4].is_empty());
    }
}
