//! Reading and writing the query part of a hash: `a=1&b=2`.
//!
//! Values hold only characters that every program leaves alone in a link (letters, digits and
//! `-._~`), so nothing has to be escaped.

use std::str::FromStr;

/// Takes known settings out of a query and remembers what made no sense.
#[derive(Debug)]
pub struct Reader {
    pairs: Vec<(String, String)>,
    problems: Vec<String>,
}

impl Reader {
    /// Splits `a=1&b=2`.
    pub fn new(query: &str) -> Self {
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Self {
            pairs,
            problems: Vec::new(),
        }
    }

    /// The setting `key` as `read` understands it. What it does not understand is noted.
    pub fn choice<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let at = self.pairs.iter().position(|(name, _)| name == key)?;
        let (_, value) = self.pairs.remove(at);
        let found = read(&value);
        if found.is_none() {
            self.problem(format!("‘{key}={}’ means nothing here.", shown(&value)));
        }
        found
    }

    /// A number in `range`.
    pub fn number<T>(&mut self, key: &str, range: std::ops::RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + PartialOrd,
    {
        self.choice(key, |value| {
            value.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// One of `values`.
    pub fn one_of<T: FromStr + PartialEq + Copy>(&mut self, key: &str, values: &[T]) -> Option<T> {
        self.choice(key, |text| {
            text.parse().ok().filter(|value| values.contains(value))
        })
    }

    /// Notes a problem, as a sentence.
    pub fn problem(&mut self, sentence: String) {
        self.problems.push(sentence);
    }

    /// All problems; settings that nobody took are among them.
    pub fn finish(mut self) -> Vec<String> {
        for (key, _) in &self.pairs {
            self.problems
                .push(format!("There is no setting called ‘{}’.", shown(key)));
        }
        self.problems
    }
}

/// Writes `?a=1&b=2`.
#[derive(Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// Adds a setting.
    pub fn put(&mut self, key: &str, value: impl std::fmt::Display) {
        let separator = if self.0.is_empty() { '?' } else { '&' };
        self.0.push_str(&format!("{separator}{key}={value}"));
    }

    /// Adds a setting unless it has its default value.
    pub fn put_unless<T: PartialEq + std::fmt::Display>(
        &mut self,
        key: &str,
        value: T,
        default: T,
    ) {
        if value != default {
            self.put(key, value);
        }
    }

    /// The query, `?` included; empty if nothing was put.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A stranger's text, short enough to show.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 24;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
