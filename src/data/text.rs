//! Texts: where they come from, how they are cleaned, and what is held out.
//!
//! | set | what | from, licence |
//! |---|---|---|
//! | stories | 4.2 MB of short stories for children, lower case | a part of TinyStories, Eldan and Li 2023 (arXiv:2305.07759), CDLA-Sharing-1.0 |
//! | shakespeare | 1,115,394 characters of plays | as nanoGPT takes them, public domain; the last tenth is held out |
//! | fairytales | 3.4 MB: Grimm, Andersen, Lang's Blue Fairy Book, Ozaki's Japanese Fairy Tales | public-domain translations |
//!
//! They lie in `data/text/`; nothing fetches them.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::tokens::{END, Token, Tokens};

/// A text to learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Corpus {
    /// A part of TinyStories.
    Stories,
    /// Tiny Shakespeare.
    Shakespeare,
    /// Four collections of fairy tales.
    FairyTales,
}

/// A corpus, cut in two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// To learn from.
    pub train: Vec<String>,
    /// To judge by; never learned from.
    pub held_out: Vec<String>,
}

impl Corpus {
    fn file(self) -> &'static str {
        match self {
            Self::Stories => "tinystories.txt",
            Self::Shakespeare => "tinyshakespeare.txt",
            Self::FairyTales => "fairytales.txt",
        }
    }

    /// As the manifest names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stories => {
                "TinyStories (a part, 4.2 MB, lower case), 95 % of the stories, and sentences about a small world of facts"
            }
            Self::Shakespeare => "Tiny Shakespeare, the first 90 %",
            Self::FairyTales => "fairy tales (Grimm, Andersen, Lang, Ozaki), 95 %",
        }
    }

    /// Reads it from `root/text`.
    ///
    /// # Errors
    /// If the file is not there or is no text.
    pub fn load(self, root: &Path) -> io::Result<Texts> {
        let path = root.join("text").join(self.file());
        let whole = fs::read_to_string(&path)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
        Ok(match self {
            Self::Stories => deal(stories(&whole)),
            Self::FairyTales => deal(blocks(&whole)),
            Self::Shakespeare => {
                // ASCII: every byte is a place to cut.
                let (train, held_out) = whole.split_at(whole.len() * 9 / 10);
                Texts {
                    train: vec![train.into()],
                    held_out: vec![held_out.into()],
                }
            }
        })
    }
}

/// Holds out every twentieth.
fn deal(texts: Vec<String>) -> Texts {
    let (held_out, train) = texts
        .into_iter()
        .enumerate()
        .partition::<Vec<_>, _>(|(i, _)| i % 20 == 19);
    let text = |part: Vec<(usize, String)>| part.into_iter().map(|(_, text)| text).collect();
    Texts {
        train: text(train),
        held_out: text(held_out),
    }
}

/// Shorter ones are rests of something.
const SHORTEST: usize = 150;

/// Stories of which one ends where a single line break stands; an empty line is a paragraph.
fn stories(whole: &str) -> Vec<String> {
    let paragraph = "\u{1}";
    let whole = mended(whole).replace("\n\n", paragraph);
    let texts = whole.split('\n').map(|text| text.replace(paragraph, "\n"));
    let texts = texts.map(|text| text.trim().to_owned());
    texts.filter(|text| text.len() >= SHORTEST).collect()
}

/// Marks that were read in the wrong encoding, in lower case, as what they were; other letters that are
/// not ASCII go.
fn mended(text: &str) -> String {
    let wrong = [
        ("â€œ", "\""),
        ("â€™", "'"),
        ("â€˜", "'"),
        ("â€“", "-"),
        ("â€”", "-"),
        ("â€¦", "..."),
        ("â€", "\""),
    ];
    let mended = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    let text = wrong.iter().fold(text.to_owned(), mended);
    text.chars().filter(char::is_ascii).collect()
}

/// Paragraphs of a block.
const BLOCK: usize = 50;

/// A paragraph a line; blocks of some of them, so that what is held out is of all books.
fn blocks(whole: &str) -> Vec<String> {
    let lines: Vec<&str> = whole.lines().collect();
    lines.chunks(BLOCK).map(|block| block.join("\n")).collect()
}

/// Texts in a row, the end before each and after the last.
pub fn encoded(tokens: &Tokens, texts: &[String]) -> Vec<Token> {
    let mut all = vec![END];
    for text in texts {
        all.extend(tokens.encode(text));
        all.push(END);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_are_mended_and_told_apart() {
        let long = "a ".repeat(80);
        let text = format!("{long}â€œhi,â€ heâ€™d say.\n\n{long}end\nshort\n{long}");
        let stories = stories(&text);
        assert_eq!(stories.len(), 2);
        assert!(stories[0].contains("\"hi,\" he'd say.\na a"), "{stories:?}");
        assert!(stories.iter().all(|text| text.is_ascii()));
    }

    #[test]
    fn a_twentieth_is_held_out() {
        let texts = deal((0..60).map(|i| i.to_string()).collect());
        assert_eq!(texts.held_out, ["19", "39", "59"]);
        assert_eq!(texts.train.len(), 57);
    }

    #[test]
    fn every_text_stands_between_ends() {
        let tokens = Tokens::learn(std::iter::empty(), 0);
        let texts = ["a".to_owned(), "b".to_owned()];
        assert_eq!(encoded(&tokens, &texts), [END, 97, END, 98, END]);
    }
}
