//! What `lab` does with tunes: read them, judge a network by what it did not see, let it play.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};

use super::Folders;
use crate::models::next::{Choosing, choose};
use crate::models::text::net::{Cache, Transformer};
use crate::models::text::training::surprises;
use crate::models::text::{CONTEXT, Shape};
use crate::noise;
use crate::tokens::{END, Token};
use crate::tunes::copies::{Heard, longest, notes};
use crate::tunes::{Alphabet, Event, Tune, abc, bars};

/// The shape of what ships. There are fewer tunes than stories: a larger one learns them by heart.
pub const SHAPE: Shape = Shape {
    vocabulary: 640,
    width: 96,
    layers: 4,
    heads: 4,
};

/// An event that stands in fewer tunes is none of the alphabet, and its tunes are left out.
const RARE: usize = 2;

/// The data set as the manifest names it.
pub const TITLE: &str = "3,700 tunes of Aird’s, Ryan’s and O’Neill’s collections, 95 %";

/// The collection as numbers.
pub struct Tunes {
    /// What the tunes to learn from are made of.
    pub alphabet: Alphabet,
    /// To learn from.
    pub train: Vec<Tune>,
    /// To judge by.
    pub held_out: Vec<Tune>,
    /// Lines that could not be read.
    pub unread: usize,
    /// Tunes left out for something rare in them.
    pub rare: usize,
}

impl Tunes {
    /// Reads `data/text/tunes.abc.txt`, a tune a line, and holds out every twentieth.
    pub fn load(folders: &Folders) -> Result<Self> {
        let path = folders.data.join("text/tunes.abc.txt");
        let text = fs::read_to_string(&path)
            .with_context(|| format!("the tunes have to lie in {}", path.display()))?;
        let tunes = Self::of(&text);
        ensure!(
            tunes.alphabet.count() <= SHAPE.vocabulary as usize,
            "{} events are too many",
            tunes.alphabet.count()
        );
        Ok(tunes)
    }

    fn of(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let all: Vec<Tune> = lines
            .iter()
            .filter_map(|line| abc::read(line).ok())
            .collect();
        let unread = lines.len() - all.len();
        let is_held_out = |i: usize| i % 20 == 19;
        let learned = all.iter().enumerate().filter(|(i, _)| !is_held_out(*i));
        let alphabet = alphabet(learned.map(|(_, tune)| tune));
        let read = all.len();
        let known = all.into_iter().enumerate();
        let known = known.filter(|(_, tune)| alphabet.encode(tune.row()).is_some());
        let (held_out, train): (Vec<_>, Vec<_>) = known.partition(|(i, _)| is_held_out(*i));
        let tunes = |part: Vec<(usize, Tune)>| part.into_iter().map(|(_, tune)| tune).collect();
        let (train, held_out): (Vec<Tune>, Vec<Tune>) = (tunes(train), tunes(held_out));
        Self {
            rare: read - train.len() - held_out.len(),
            alphabet,
            train,
            held_out,
            unread,
        }
    }

    /// Tunes as a network reads them, an end after each.
    pub fn encoded(&self, tunes: &[Tune]) -> Vec<Vec<Token>> {
        let row = |tune: &Tune| {
            let mut row = self.alphabet.encode(tune.row()).unwrap_or_default();
            row.push(END);
            row
        };
        tunes.iter().map(row).collect()
    }

    /// What a network needs for a sign of the first `most` tunes held out, as this program writes them in
    /// ABC, head and line break included, bits.
    pub fn bits_per_character(&self, net: &Transformer, most: usize) -> f64 {
        let tunes = &self.held_out[..self.held_out.len().min(most)];
        let characters: usize = tunes.iter().map(|tune| abc::write(tune).len() + 1).sum();
        let row = |row: Vec<Token>| std::iter::once(END).chain(row).collect::<Vec<_>>();
        let rows = self.encoded(tunes).into_iter().map(row);
        let nats: f64 = rows
            .flat_map(|row| surprises(net, &row))
            .map(f64::from)
            .sum();
        nats / std::f64::consts::LN_2 / characters as f64
    }

    /// Rows of notes to look for copies in, of what is learned from.
    pub fn learned_notes(&self) -> Vec<Vec<Heard>> {
        self.train.iter().map(notes).collect()
    }
}

/// How many tunes there are of each key and metre, `K:… M:…`.
pub fn heads(tunes: &[Tune]) -> BTreeMap<String, usize> {
    let mut heads = BTreeMap::new();
    for Tune { key, metre, .. } in tunes {
        *heads.entry(format!("{key} {metre}")).or_default() += 1;
    }
    heads
}

/// Events by how many tunes have them, the most frequent first.
fn alphabet<'a>(tunes: impl Iterator<Item = &'a Tune>) -> Alphabet {
    let mut counts: BTreeMap<Event, usize> = BTreeMap::new();
    for tune in tunes {
        let mut once: Vec<Event> = tune.row().collect();
        once.sort();
        once.dedup();
        once.into_iter()
            .for_each(|event| *counts.entry(event).or_default() += 1);
    }
    let mut all: Vec<(Event, usize)> = counts.into_iter().filter(|(_, n)| *n >= RARE).collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    Alphabet::new(all.into_iter().map(|(event, _)| event))
}

/// What a network plays of a seed after a head, at most `most` tokens; and whether it came to an end.
pub fn play(
    net: &Transformer,
    alphabet: &Alphabet,
    head: &Tune,
    choosing: &Choosing,
    seed: u64,
    most: usize,
) -> Result<(Tune, bool)> {
    let mut cache = Cache::default();
    let row = Tune {
        events: Vec::new(),
        ..head.clone()
    };
    let mut tokens = vec![END];
    tokens.extend(
        alphabet
            .encode(row.row())
            .context("a head that is not known")?,
    );
    let mut new = 0;
    let mut over = false;
    while tokens.len() <= most.min(4 * CONTEXT) {
        let logits = net.after(&tokens[new..], &mut cache).into_data();
        new = tokens.len();
        let p = choosing.probabilities(&logits.iter::<f32>().collect::<Vec<_>>());
        let u = noise::unit(&mut noise::stream(seed, 0, tokens.len() as u32));
        let next = choose(&p, u) as Token;
        if next == END {
            over = true;
            break;
        }
        tokens.push(next);
    }
    let events = tokens[1..]
        .iter()
        .filter_map(|token| alphabet.event(*token));
    Ok((Tune::of(events).context("a head")?, over))
}

/// What is measured of tunes, played or real.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Marks {
    /// How many.
    pub tunes: usize,
    /// Share of the bars inside parts that are as long as the metre says.
    pub bars_right: f64,
    /// How many bars inside parts there are.
    pub bars: usize,
    /// Share that came to an end by itself.
    pub ended: f64,
    /// Notes of a tune, the middle one.
    pub notes: usize,
    /// Longest row of notes of a tune that stands in what was learned from: the middle one, and the longest.
    pub copied: [usize; 2],
    /// The same as a share of the tune's notes, the middle one.
    pub copied_share: f64,
}

impl Marks {
    /// Of tunes, with whether each came to an end.
    pub fn of(tunes: &[(Tune, bool)], learned: &[Vec<Heard>]) -> Self {
        let [mut right, mut bars] = [0; 2];
        let mut copied = Vec::new();
        let mut shares = Vec::new();
        let mut lengths = Vec::new();
        for (tune, _) in tunes {
            let [r, n] = bars::right(tune);
            (right, bars) = (right + r, bars + n);
            let notes = notes(tune);
            let found = longest(&notes, learned);
            copied.push(found.length);
            shares.push(found.length as f64 / notes.len().max(1) as f64);
            lengths.push(notes.len());
        }
        copied.sort_unstable();
        lengths.sort_unstable();
        shares.sort_by(f64::total_cmp);
        let middle = tunes.len() / 2;
        let at = |all: &[usize], at: usize| all.get(at).copied().unwrap_or_default();
        let ended = tunes.iter().filter(|(_, over)| *over).count();
        Self {
            tunes: tunes.len(),
            bars_right: right as f64 / bars.max(1) as f64,
            bars,
            ended: ended as f64 / tunes.len().max(1) as f64,
            notes: at(&lengths, middle),
            copied: [
                at(&copied, middle),
                at(&copied, tunes.len().saturating_sub(1)),
            ],
            copied_share: shares.get(middle).copied().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunes_are_read_and_held_out() {
        let mut lines: Vec<String> = (0..40)
            .map(|_| "M:2/4 L:1/8 K:G G2AB|c4||".into())
            .collect();
        lines[3] = "M:2/4 L:1/8 K:G G!".into();
        lines[4] = "M:2/4 L:1/8 K:G __G4||".into();
        let tunes = Tunes::of(&lines.join("\n"));
        assert_eq!((tunes.unread, tunes.rare), (1, 1));
        assert_eq!((tunes.train.len(), tunes.held_out.len()), (37, 1));
        // The ends of tokens that stand for nothing and of the end are counted.
        assert_eq!(tunes.alphabet.count(), 257);
        let row = &tunes.encoded(&tunes.held_out)[0];
        assert_eq!((row.len(), row.last()), (9, Some(&END)));
    }

    #[test]
    fn marks_are_those_of_a_case_worked_by_hand() {
        let tune = |line: &str| abc::read(line).expect("a tune");
        let learned = [notes(&tune("M:2/4 L:1/8 K:G GABc|d4|"))];
        let played = [
            (tune("M:2/4 L:1/8 K:D D|DEFG|A3|D2EF|G4||"), true),
            (tune("M:2/4 L:1/8 K:G G4|A4|B4|"), false),
        ];
        let marks = Marks::of(&played, &learned);
        assert_eq!((marks.bars, marks.bars_right), (5, 0.8));
        assert_eq!((marks.ended, marks.copied), (0.5, [4, 4]));
        assert_eq!((marks.notes, marks.tunes), (10, 2));
    }
}
