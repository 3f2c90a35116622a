//! The query part of a hash: `a=1&b=2`.
//!
//! Controls name each of their settings once, in `visit`; a [`Reader`] fills them from a query, a
//! [`Writer`] makes a query of them, and what has its default is left out. Values hold only
//! characters that every program leaves alone in a link (letters, digits and `-._~`), so nothing
//! has to be escaped.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::data::DataSet;
use crate::data::points::Preset;

/// What goes through the settings of a link, one after the other.
pub trait Query {
    /// The setting `key`: its value, what it is without the setting, how its text is understood,
    /// and its text.
    fn setting<T: PartialEq>(
        &mut self,
        key: &str,
        value: &mut T,
        default: T,
        read: impl Fn(&str) -> Option<T>,
        write: impl Fn(&T) -> String,
    );

    /// A number in `range`.
    fn number<T: FromStr + PartialOrd + Display>(
        &mut self,
        key: &str,
        value: &mut T,
        default: T,
        range: RangeInclusive<T>,
    ) {
        let read = |text: &str| text.parse().ok().filter(|number| range.contains(number));
        self.setting(key, value, default, read, T::to_string);
    }

    /// A number in `range`, or none.
    fn maybe<T: FromStr + PartialOrd + Display>(
        &mut self,
        key: &str,
        value: &mut Option<T>,
        range: RangeInclusive<T>,
    ) {
        let read = |text: &str| text.parse().ok().filter(|number| range.contains(number));
        self.option(key, value, read, T::to_string);
    }

    /// A setting that may be missing.
    fn option<T: PartialEq>(
        &mut self,
        key: &str,
        value: &mut Option<T>,
        read: impl Fn(&str) -> Option<T>,
        write: impl Fn(&T) -> String,
    ) {
        let written = |value: &Option<T>| value.as_ref().map_or_else(String::new, &write);
        self.setting(key, value, None, |text| read(text).map(Some), written);
    }

    /// One of `values`.
    fn one_of<T: FromStr + PartialEq + Display>(
        &mut self,
        key: &str,
        value: &mut T,
        default: T,
        values: &[T],
    ) {
        let read = |text: &str| text.parse().ok().filter(|value| values.contains(value));
        self.setting(key, value, default, read, T::to_string);
    }

    /// A choice with names.
    fn named<T: Named>(&mut self, key: &str, value: &mut T, default: T) {
        self.setting(key, value, default, T::called, |value| value.name().into());
    }

    /// A choice with names, or none.
    fn named_option<T: Named>(&mut self, key: &str, value: &mut Option<T>) {
        self.option(key, value, T::called, |value| value.name().into());
    }

    /// A seed.
    fn seed(&mut self, key: &str, value: &mut u64, default: u64) {
        self.number(key, value, default, 0..=u64::MAX);
    }
}

/// Values that have names in links.
pub trait Named: Copy + PartialEq + 'static {
    /// All of them.
    const VALUES: &'static [Self];

    /// The name.
    fn name(self) -> &'static str;

    /// The value called so.
    fn called(name: &str) -> Option<Self> {
        let mut values = Self::VALUES.iter().copied();
        values.find(|value| value.name() == name)
    }
}

/// Types that list their values in `ALL` and name them by `id` for others too.
macro_rules! named {
    ($($kind:ty),+) => {
        $(impl $crate::ui::state::Named for $kind {
            const VALUES: &'static [Self] = &Self::ALL;

            fn name(self) -> &'static str {
                self.id()
            }
        })+
    };
}
pub(super) use named;

named!(DataSet, Preset);

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

    /// What nobody took, as a query of its own, and the problems so far.
    pub fn rest(self) -> (String, Vec<String>) {
        let pairs = self
            .pairs
            .iter()
            .map(|(key, value)| format!("{key}={value}"));
        (pairs.collect::<Vec<_>>().join("&"), self.problems)
    }
}

impl Query for Reader {
    fn setting<T: PartialEq>(
        &mut self,
        key: &str,
        value: &mut T,
        default: T,
        read: impl Fn(&str) -> Option<T>,
        _: impl Fn(&T) -> String,
    ) {
        *value = default;
        let Some(at) = self.pairs.iter().position(|(name, _)| name == key) else {
            return;
        };
        let (_, text) = self.pairs.remove(at);
        match read(&text) {
            Some(found) => *value = found,
            None => self.problem(format!("‘{key}={}’ means nothing here.", shown(&text))),
        }
    }
}

/// Writes `a=1&b=2`.
#[derive(Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// The query.
    pub fn finish(self) -> String {
        self.0
    }
}

impl Query for Writer {
    fn setting<T: PartialEq>(
        &mut self,
        key: &str,
        value: &mut T,
        default: T,
        _: impl Fn(&str) -> Option<T>,
        write: impl Fn(&T) -> String,
    ) {
        if *value != default {
            let separator = if self.0.is_empty() { "" } else { "&" };
            self.0 += &format!("{separator}{key}={}", write(value));
        }
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

#[cfg(test)]
pub(crate) mod chance {
    use super::*;
    use crate::data::PIXELS;
    use crate::ui::ink::Drawing;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    /// Texts that some setting or other understands.
    const TEXTS: &str = "0 1 2 3 7 8 16 16.5 0.05 2.25 5e-1 any each early quick fill - rs fgp \
        1~2 up-1 attention down-2 4.20 8.250 ddim.quick A_RF_A AB DG GGD left centre none ring \
        40~w~0.05~a5-0.1~s1-0.001_hG hDDG_12 2~any~0~ddpm~~3~9~7.5~1 1~each~1~dpm ddpm heun \
        oscillation vanishing gpu cpu panic hang device";

    /// Chooses each setting by chance.
    pub struct Chance(ChaCha8Rng, String);

    impl Chance {
        /// Always the same choices.
        pub fn new(seed: u64) -> Self {
            let drawing = Drawing::new(&[0.2; PIXELS]).expect("has ink");
            Self(ChaCha8Rng::seed_from_u64(seed), drawing.code())
        }

        /// A number below `n`.
        pub fn below(&mut self, n: usize) -> usize {
            (self.0.next_u64() % n as u64) as usize
        }

        /// One of `texts`.
        pub fn pick<'a>(&mut self, texts: &[&'a str]) -> &'a str {
            texts[self.below(texts.len())]
        }
    }

    impl Query for Chance {
        fn setting<T: PartialEq>(
            &mut self,
            _: &str,
            value: &mut T,
            default: T,
            read: impl Fn(&str) -> Option<T>,
            _: impl Fn(&T) -> String,
        ) {
            *value = default;
            let texts: Vec<_> = TEXTS.split(' ').collect();
            for _ in 0..self.below(40) {
                let text = match self.below(9) {
                    0 => self.below(40).to_string(),
                    1 => self.1.clone(),
                    _ => self.pick(&texts).to_owned(),
                };
                if let Some(found) = read(&text) {
                    *value = found;
                    return;
                }
            }
        }

        fn one_of<T: FromStr + PartialEq + Display>(
            &mut self,
            _: &str,
            value: &mut T,
            _: T,
            values: &[T],
        ) {
            let text = values[self.below(values.len())].to_string();
            if let Ok(chosen) = text.parse() {
                *value = chosen;
            }
        }

        fn named<T: Named>(&mut self, _: &str, value: &mut T, _: T) {
            *value = T::VALUES[self.below(T::VALUES.len())];
        }

        fn seed(&mut self, _: &str, value: &mut u64, default: u64) {
            *value = [default, self.0.next_u64(), u64::MAX][self.below(3)];
        }
    }
}
