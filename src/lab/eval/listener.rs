//! A small classifier that tells which digit is said: logistic regression on how strong each band of
//! frequencies is, from the beginning of a word to its end.

use rand::seq::SliceRandom;

use crate::lab::uses::reader::{Examples, Reader};
use crate::models::wave::asked::Asked;
use crate::models::wave::{RATE, sample};
use crate::noise;
use crate::sound::spectrum::{PIECE, ROWS, spectrogram};

/// Moments of a word that are looked at.
const MOMENTS: usize = 20;
/// Bands of frequencies, as wide as they are to the ear (Stevens, Volkmann and Newman 1937).
const BANDS: usize = 24;
/// The lowest frequency, Hz; the highest is half the rate.
const LOWEST: f32 = 80.0;
/// The word is where a sound is this strong or stronger, of 1 at its strongest; half is 35 dB less.
const HEARD: f32 = 0.5;

/// A reader that has learned from recordings of digits.
pub struct Listener(Reader);

impl Listener {
    /// Learns to tell digits from recordings.
    pub fn trained(recordings: &[(Vec<u8>, Asked)]) -> Self {
        let mut recordings: Vec<_> = recordings.iter().collect();
        recordings.shuffle(&mut noise::stream(11, 0, 0));
        Self(Reader::trained(&examples(recordings.into_iter())))
    }

    /// The share of words of which it hears the digit that was asked for.
    pub fn accuracy(&self, words: &[(Vec<u8>, Asked)]) -> f64 {
        self.0.accuracy(&examples(words.iter()))
    }
}

fn examples<'a>(words: impl Iterator<Item = &'a (Vec<u8>, Asked)>) -> Examples {
    let mut all = Vec::new();
    let mut labels = Vec::new();
    for (codes, asked) in words {
        let Asked::Word { digit, .. } = asked else {
            continue;
        };
        all.extend(features(codes));
        labels.push(*digit as u8);
    }
    Examples::new(all, MOMENTS * BANDS, labels)
}

/// `[MOMENTS, BANDS]`: mean strengths, `0..=1`.
fn features(codes: &[u8]) -> Vec<f32> {
    let samples: Vec<f32> = codes.iter().map(|code| sample(*code)).collect();
    let columns = spectrogram(&samples);
    let is_heard = |column: &[f32; ROWS]| column.iter().any(|strength| *strength >= HEARD);
    let first = columns.iter().position(is_heard).unwrap_or(0);
    let end = columns
        .iter()
        .rposition(is_heard)
        .map_or(1, |last| last + 1);
    let word = &columns[first..end];
    let edges: Vec<usize> = (0..=BANDS).map(edge).collect();
    let moment = |i: usize| {
        let from = i * word.len() / MOMENTS;
        let part = &word[from..((i + 1) * word.len() / MOMENTS).max(from + 1)];
        let band = |edge: &[usize]| {
            let rows = part.iter().flat_map(|column| &column[edge[0]..edge[1]]);
            rows.sum::<f32>() / (part.len() * (edge[1] - edge[0])) as f32
        };
        edges.windows(2).map(band).collect::<Vec<f32>>()
    };
    (0..MOMENTS).flat_map(moment).collect()
}

/// The row of a spectrogram at which a band begins; no two begin at the same.
fn edge(i: usize) -> usize {
    let mel = |hertz: f32| (1.0 + hertz / 700.0).ln();
    let [low, high] = [LOWEST, RATE as f32 / 2.0].map(mel);
    let hertz = 700.0 * ((low + (high - low) * i as f32 / BANDS as f32).exp() - 1.0);
    let row = (hertz * PIECE as f32 / RATE as f32).round() as usize;
    row.clamp(2 + i, ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::wave::code;

    #[test]
    fn bands_are_rows_of_their_own() {
        let edges: Vec<usize> = (0..=BANDS).map(edge).collect();
        assert!(edges.windows(2).all(|edge| edge[0] < edge[1]), "{edges:?}");
        assert_eq!(edges[BANDS], ROWS);
    }

    /// Ten "digits", each a tone that rises or falls on its own way: told apart wherever they begin.
    #[test]
    fn words_are_told_apart() {
        let word = |digit: u16, late: usize| {
            let tone = |i: usize| match i.checked_sub(late) {
                Some(t @ 0..2000) => {
                    let [from, to] = [f32::from(digit), f32::from(digit * 7 % 10)];
                    let place = from + (to - from) * t as f32 / 4000.0;
                    let turns = t as f32 * (300.0 + 300.0 * place) / 8000.0;
                    code(0.7 * (std::f32::consts::TAU * turns).sin())
                }
                _ => code(0.0),
            };
            let asked = Asked::Word {
                digit,
                speaker: 0,
                lasts: 2000,
            };
            ((0..4096).map(tone).collect::<Vec<u8>>(), asked)
        };
        let some = |lates: &[usize]| -> Vec<_> {
            let words = lates
                .iter()
                .flat_map(|late| (0..10).map(|d| word(d, *late)));
            words.collect()
        };
        let listener = Listener::trained(&some(&[0, 150, 333, 700, 901]));
        assert!(listener.accuracy(&some(&[500, 1300])) > 0.9);
        let wrong = |(codes, _): (Vec<u8>, Asked)| (codes, word(3, 0).1);
        let wrong: Vec<_> = some(&[500]).into_iter().map(wrong).collect();
        assert!((listener.accuracy(&wrong) - 0.1).abs() < 0.01);
        assert_eq!(features(&[128; 4096]).len(), MOMENTS * BANDS);
    }
}
