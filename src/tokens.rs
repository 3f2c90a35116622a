//! Text as numbers: byte-pair encoding, as the page shows it and the models read it.
//!
//! A text is cut into pieces (a word with the space before it, one digit, a run of marks, a run of line
//! breaks). Each piece begins as its bytes, one token each, so that any text can be written. Learning
//! counts which two neighbours stand together most often in the training text, makes them one token, and
//! begins again: Gage 1994; for words Sennrich, Haddow and Birch 2016 (arXiv:1508.07909); over bytes
//! Radford and others 2019 (GPT-2). Encoding replays the merges in the order in which they were learned.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Number of a token.
pub type Token = u16;

/// Stands between two texts of the training data; a model that gives it has come to an end.
pub const END: Token = 256;
/// The first token that is made of others.
pub const FIRST_MERGE: Token = 257;
/// More merges than this are refused.
const MOST_MERGES: usize = 4096;

/// A vocabulary: 256 bytes, the end, and what is merged of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    merges: Vec<[Token; 2]>,
    /// Of two neighbours, what they become.
    joined: HashMap<[Token; 2], Token>,
    /// What each token stands for.
    bytes: Vec<Vec<u8>>,
}

/// A text on its way to its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// What was made of two neighbours, wherever they stood together; none at the start.
    pub merge: Option<Token>,
    /// What stands there now.
    pub tokens: Vec<Token>,
}

/// A vocabulary's file.
#[derive(Serialize, Deserialize)]
struct File {
    merges: Vec<[Token; 2]>,
}

/// Why a vocabulary cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTokens {
    /// No JSON of the right form.
    #[error("the list of merges cannot be read: {0}")]
    Form(String),
    /// A merge of what does not stand before it.
    #[error("merge {0} is of tokens that do not stand before it")]
    Order(usize),
    /// Too many, or the same twice.
    #[error("{0} merges, of which some are the same or too many")]
    Count(usize),
}

impl Tokens {
    /// A vocabulary of these merges, the first learned first.
    ///
    /// # Errors
    /// If a merge is of the end or of tokens that are not there yet, or stands there twice.
    pub fn new(merges: Vec<[Token; 2]>) -> Result<Self, BadTokens> {
        let mut bytes: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
        bytes.push(Vec::new());
        let mut joined = HashMap::new();
        if merges.len() > MOST_MERGES {
            return Err(BadTokens::Count(merges.len()));
        }
        for (i, merge) in merges.iter().enumerate() {
            let part = |token: Token| {
                let known = bytes.get(usize::from(token)).filter(|_| token != END);
                known.cloned().ok_or(BadTokens::Order(i))
            };
            let whole = [part(merge[0])?, part(merge[1])?].concat();
            if joined.insert(*merge, bytes.len() as Token).is_some() {
                return Err(BadTokens::Count(merges.len()));
            }
            bytes.push(whole);
        }
        Ok(Self {
            merges,
            joined,
            bytes,
        })
    }

    /// Learns `count` merges from texts, or as many as there are. Of pairs that are as frequent, the one
    /// of lower numbers comes first.
    pub fn learn<'a>(texts: impl Iterator<Item = &'a str>, count: usize) -> Self {
        let mut words: HashMap<&[u8], u64> = HashMap::new();
        for text in texts {
            for piece in pieces(text.as_bytes()) {
                *words.entry(piece).or_default() += 1;
            }
        }
        let begin = |(word, n): (&[u8], u64)| (letters(word), n);
        let mut words: Vec<(Vec<Token>, u64)> = words.into_iter().map(begin).collect();
        let mut merges = Vec::new();
        while merges.len() < count.min(MOST_MERGES) {
            let mut pairs: HashMap<[Token; 2], u64> = HashMap::new();
            for (word, n) in &words {
                for pair in word.windows(2) {
                    *pairs.entry([pair[0], pair[1]]).or_default() += n;
                }
            }
            let best = pairs
                .into_iter()
                .max_by_key(|(pair, n)| (*n, std::cmp::Reverse(*pair)));
            let Some((pair, 2..)) = best else { break };
            let whole = FIRST_MERGE + merges.len() as Token;
            for (word, _) in &mut words {
                join(word, pair, whole);
            }
            merges.push(pair);
        }
        Self::new(merges).unwrap_or_else(|_| unreachable!("each is of those before it"))
    }

    /// Reads a vocabulary's file.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(text: &str) -> Result<Self, BadTokens> {
        let file = serde_json::from_str::<File>(text);
        Self::new(file.map_err(|e| BadTokens::Form(e.to_string()))?.merges)
    }

    /// The vocabulary's file, JSON.
    pub fn write(&self) -> String {
        let merges = self.merges.clone();
        serde_json::to_string(&File { merges }).unwrap_or_default()
    }

    /// Number of tokens.
    pub fn count(&self) -> usize {
        self.bytes.len()
    }

    /// The merges, the first learned first; the first makes token [`FIRST_MERGE`].
    pub fn merges(&self) -> &[[Token; 2]] {
        &self.merges
    }

    /// What a token stands for: nothing for the end, and for what is no token of these.
    pub fn bytes(&self, token: Token) -> &[u8] {
        self.bytes
            .get(usize::from(token))
            .map_or(&[], Vec::as_slice)
    }

    /// A text as tokens.
    pub fn encode(&self, text: &str) -> Vec<Token> {
        let whole = |piece| {
            let mut word = letters(piece);
            while let Some((whole, pair)) = self.first(&word) {
                join(&mut word, pair, whole);
            }
            word
        };
        pieces(text.as_bytes()).flat_map(whole).collect()
    }

    /// How a text is encoded: its bytes, and what stands after each merge that it needs, in the order in
    /// which they were learned. The last is what [`Self::encode`] gives.
    pub fn replay(&self, text: &str) -> Vec<Stage> {
        let mut words: Vec<Vec<Token>> = pieces(text.as_bytes()).map(letters).collect();
        let mut stages = vec![Stage {
            merge: None,
            tokens: words.concat(),
        }];
        while let Some((whole, pair)) = words.iter().filter_map(|word| self.first(word)).min() {
            words.iter_mut().for_each(|word| join(word, pair, whole));
            stages.push(Stage {
                merge: Some(whole),
                tokens: words.concat(),
            });
        }
        stages
    }

    /// The first learned merge that two neighbours allow: the token that it makes, and of what.
    fn first(&self, word: &[Token]) -> Option<(Token, [Token; 2])> {
        let known = |pair: &[Token]| {
            let pair = [pair[0], pair[1]];
            self.joined.get(&pair).map(|whole| (*whole, pair))
        };
        word.windows(2).filter_map(known).min()
    }

    /// The two that a token is made of; none for a byte and for the end.
    pub fn parts(&self, token: Token) -> Option<[Token; 2]> {
        let merge = token.checked_sub(FIRST_MERGE)?;
        self.merges.get(usize::from(merge)).copied()
    }

    /// The text of tokens. Bytes that are no text alone come out as a mark.
    pub fn decode(&self, tokens: &[Token]) -> String {
        let bytes: Vec<u8> = tokens
            .iter()
            .flat_map(|t| self.bytes(*t))
            .copied()
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn letters(piece: &[u8]) -> Vec<Token> {
    piece.iter().map(|byte| Token::from(*byte)).collect()
}

/// Makes one token of two, wherever they stand together.
fn join(word: &mut Vec<Token>, pair: [Token; 2], whole: Token) {
    let mut i = 0;
    while i + 1 < word.len() {
        if word[i..i + 2] == pair {
            word[i] = whole;
            word.remove(i + 1);
        }
        i += 1;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Whatever is not ASCII is taken for letters.
    Letter,
    Digit,
    Space,
    Mark,
}

fn sort(byte: u8) -> Sort {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | 128.. => Sort::Letter,
        b'0'..=b'9' => Sort::Digit,
        b' ' | b'\t'..=b'\r' => Sort::Space,
        _ => Sort::Mark,
    }
}

/// Cuts a text; no merge goes over a cut. The pieces in a row are the text.
pub fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = rest.split_at(piece_length(rest));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fn piece_length(text: &[u8]) -> usize {
    let at = |i: usize| text.get(i).copied();
    let Some(first) = at(0) else { return 0 };
    let run = |from: usize, goes_on: &dyn Fn(usize, u8) -> bool| {
        let more = text[from..].iter().enumerate();
        from + more.take_while(|(i, b)| goes_on(from + i, **b)).count()
    };
    // A space belongs to what comes after it.
    let from = usize::from(first == b' ' && at(1).is_some_and(|b| sort(b) != Sort::Space));
    let kind = sort(text[from]);
    match kind {
        Sort::Digit => from + 1,
        Sort::Letter => run(from, &|i, b| {
            let apostrophe = b == b'\'' && at(i + 1).is_some_and(|b| sort(b) == Sort::Letter);
            sort(b) == kind || apostrophe
        }),
        Sort::Mark => run(from, &|_, b| sort(b) == kind),
        Sort::Space => {
            let end = run(0, &|_, b| b == first);
            // The last of several spaces begins the next word.
            let word_follows = at(end).is_some_and(|b| sort(b) != Sort::Space);
            end - usize::from(first == b' ' && word_follows && end > 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise;
    use rand_chacha::rand_core::RngCore;

    fn cut(text: &str) -> Vec<&str> {
        let whole = |piece| std::str::from_utf8(piece).expect("text");
        pieces(text.as_bytes()).map(whole).collect()
    }

    #[test]
    fn words_take_their_space_along() {
        assert_eq!(
            cut("the cat's  toy, 12!\n\nöl"),
            [
                "the", " cat's", " ", " toy", ",", " 1", "2", "!", "\n\n", "öl"
            ]
        );
        assert_eq!(cut("a   "), ["a", "   "]);
        assert_eq!(cut("'tis 'a'"), ["'", "tis", " '", "a", "'"]);
    }

    /// By hand: "hug" 10, "pug" 5, "pun" 12, "bun" 4, "hugs" 5 times: u+g stands together 20 times, u+n
    /// 16, h+ug 15, and then p+un 12 (the example of Hugging Face's course, chapter 6).
    #[test]
    fn merges_of_a_case_worked_by_hand() {
        let words = [
            ("hug", 10),
            ("pug", 5),
            ("pun", 12),
            ("bun", 4),
            ("hugs", 5),
        ];
        // Each word is a text of its own: no space before it.
        let texts = words
            .iter()
            .flat_map(|(word, n)| std::iter::repeat_n(*word, *n));
        let tokens = Tokens::learn(texts, 4);
        let made: Vec<&[u8]> = (FIRST_MERGE..FIRST_MERGE + 4)
            .map(|t| tokens.bytes(t))
            .collect();
        assert_eq!(made, [b"ug".as_slice(), b"un", b"hug", b"pun"]);
        let ids = |word: &str| tokens.encode(word);
        assert_eq!(ids("hugs"), [FIRST_MERGE + 2, u16::from(b's')]);
        assert_eq!(ids("bug"), [u16::from(b'b'), FIRST_MERGE]);
        let stage = |merge, tokens: &[Token]| Stage {
            merge,
            tokens: tokens.to_vec(),
        };
        let [ug, hug] = [FIRST_MERGE, FIRST_MERGE + 2];
        let stages = [
            stage(None, &[104, 117, 103, 32, 117, 103]),
            stage(Some(ug), &[104, ug, 32, ug]),
            stage(Some(hug), &[hug, 32, ug]),
        ];
        assert_eq!(tokens.replay("hug ug"), stages);
        assert_eq!(tokens.parts(hug), Some([104, ug]));
        assert_eq!(
            [tokens.parts(104), tokens.parts(END), tokens.parts(900)],
            [None; 3]
        );
    }

    #[test]
    fn nothing_is_learned_of_what_stands_there_once() {
        assert!(Tokens::learn(["abc"].into_iter(), 5).merges().is_empty());
    }

    /// Any text comes back as it was, and its file gives the same vocabulary.
    #[test]
    fn every_text_comes_back() {
        let sample = "the cat sat on the mat. the dog's bone, öffnen 12 über 東京 the the";
        let tokens = Tokens::learn(std::iter::repeat_n(sample, 3), 60);
        assert_eq!(Tokens::read(&tokens.write()).as_ref(), Ok(&tokens));
        let mut rng = noise::stream(5, 0, 0);
        let letters: Vec<char> = "the cat'\n\t 0159.,!?éß東😀\u{202e}\u{0}\u{7f}—"
            .chars()
            .collect();
        for _ in 0..2000 {
            let n = rng.next_u32() % 40;
            let any = |_| letters[rng.next_u32() as usize % letters.len()];
            let text: String = (0..n).map(any).collect();
            assert_eq!(cut(&text).concat(), text);
            let ids = tokens.encode(&text);
            assert_eq!(tokens.decode(&ids), text);
            let stages = tokens.replay(&text);
            assert_eq!(stages.last().map(|stage| &stage.tokens), Some(&ids));
            assert!(!ids.contains(&END) && ids.len() <= text.len());
        }
    }

    #[test]
    fn a_wrong_list_of_merges_is_refused() {
        assert!(matches!(Tokens::read("{"), Err(BadTokens::Form(_))));
        assert_eq!(Tokens::new(vec![[97, 300]]), Err(BadTokens::Order(0)));
        assert_eq!(Tokens::new(vec![[97, END]]), Err(BadTokens::Order(0)));
        assert_eq!(Tokens::new(vec![[97, 98]; 2]), Err(BadTokens::Count(2)));
        assert_eq!(
            Tokens::new(vec![[97, 98]; 5000]),
            Err(BadTokens::Count(5000))
        );
    }
}
