//! Sound that is computed: a plucked string.
//!
//! Karplus and Strong 1983 (Computer Music Journal 7(2)): a loop as long as a period holds noise, and what
//! comes out of it goes back in as the mean of two neighbours, so that high tones die away first. Jaffe and
//! Smith 1983 (in the same number): an all-pass filter makes the loop as long as the pitch needs, between
//! whole samples.

#[cfg(any(feature = "ui", feature = "lab"))]
pub mod spectrum;

use crate::models::wave::{LOWEST, RATE, code, sample};
use crate::noise;

/// How much of a wave is left after each round of the loop.
const LOSS: f32 = 0.996;
/// The noise that a string starts with is made smooth, once for so many samples of a period: a finger is
/// softer than a nail, and few overtones are left.
const SOFT: usize = 3;

/// A string of `frequency` Hz that is plucked, `samples` values in about `-1..=1` at `rate` a second. The
/// seed names the noise it starts with. Frequencies above a fourth of the rate are taken for that.
pub fn pluck(frequency: f32, samples: usize, rate: f32, seed: u64) -> Vec<f32> {
    let period = (rate / frequency.max(1.0)).max(4.0);
    // The mean of two neighbours is late by half a sample, the all-pass by what is left.
    let whole = (period - 0.6).floor();
    let late = period - 0.5 - whole;
    let all_pass = (1.0 - late) / (1.0 + late);
    let length = whole as usize;
    let mut rng = noise::stream(seed, 0, 0);
    let mut ring: Vec<f32> = (0..length)
        .map(|_| 2.0 * noise::unit(&mut rng) - 1.0)
        .collect();
    for _ in 0..(length / SOFT).max(2) {
        let before = ring.clone();
        for (i, value) in ring.iter_mut().enumerate() {
            *value = 0.5 * (before[i] + before[(i + length - 1) % length]);
        }
    }
    let mean = ring.iter().sum::<f32>() / length as f32;
    let most = ring.iter().map(|v| (v - mean).abs()).fold(1e-6, f32::max);
    ring.iter_mut().for_each(|v| *v = (*v - mean) / most);
    let mut sound = Vec::with_capacity(samples);
    let (mut last, mut went_in, mut came_out) = (0.0, 0.0, 0.0);
    for i in 0..samples {
        let at = i % length;
        let value = ring[at];
        sound.push(value);
        let mean = LOSS * 0.5 * (value + last);
        last = value;
        came_out = all_pass * (mean - came_out) + went_in;
        went_in = mean;
        ring[at] = came_out;
    }
    sound
}

/// Samples of a string that a model learns from, and of a sound that it makes: half a second.
pub const LENGTH: usize = 4096;
/// How loud they are.
pub const LOUD: f32 = 0.9;
/// Who says the digits of the Free Spoken Digit Dataset, in the order in which a model of words counts them.
pub const VOICES: [&str; 6] = ["George", "Jackson", "Lucas", "Nicolas", "Theo", "Yweweler"];

/// The frequency of a note that a model of strings knows, Hz; semitones above the lowest.
pub fn frequency(note: u16) -> f32 {
    440.0 * ((f32::from(LOWEST + note) - 69.0) / 12.0).exp2()
}

/// Such a note as a model hears it, in its own values. Even seeds name strings to learn from, odd ones those to
/// judge by.
pub fn string(note: u16, seed: u64) -> Vec<u8> {
    let string = pluck(frequency(note), LENGTH, RATE as f32, seed);
    string.into_iter().map(|v| code(LOUD * v)).collect()
}

/// The pitch of such a sound, Hz, once the pluck itself, which is noise, is over.
pub fn heard(codes: &[u8]) -> Option<f32> {
    let tone = codes.get(codes.len() / 8..codes.len() / 2)?;
    let samples: Vec<f32> = tone.iter().map(|code| sample(*code)).collect();
    pitch(&samples, RATE as f32)
}

/// The pitch of a sound, Hz: its strongest repetition, between 60 Hz and a sixth of the rate. None of one
/// that does not repeat itself, or is too short.
pub fn pitch(sound: &[f32], rate: f32) -> Option<f32> {
    let lags = 6..(rate / 60.0) as usize;
    // As many samples are compared at each lag.
    let length = sound.len().checked_sub(lags.end)?;
    let power = |part: &[f32]| part.iter().map(|v| f64::from(v * v)).sum::<f64>();
    let first = &sound[..length];
    let alike = |lag: usize| {
        let other = sound.get(lag..lag + length)?;
        let product: f64 = first.iter().zip(other).map(|(a, b)| f64::from(a * b)).sum();
        let size = (power(first) * power(other)).sqrt();
        (size > 0.0).then(|| product / size)
    };
    let all: Vec<f64> = lags.clone().map(|lag| alike(lag).unwrap_or(0.0)).collect();
    let most = all.iter().copied().fold(0.0, f64::max);
    if most < 0.5 {
        return None;
    }
    // Twice the period is as strong: the first top that is nearly as high is it.
    let tops = 1..all.len() - 1;
    let is_top = |i: &usize| all[*i] >= all[i - 1] && all[*i] >= all[i + 1];
    let top = tops
        .into_iter()
        .filter(is_top)
        .find(|i| all[*i] > 0.9 * most)?;
    // Between samples by a parabola, over as many periods as there are.
    let between = |lag: usize| {
        let [a, b, c] = [alike(lag - 1)?, alike(lag)?, alike(lag + 1)?];
        let bend = a - 2.0 * b + c;
        let shift = if bend < 0.0 {
            0.5 * (a - c) / bend
        } else {
            0.0
        };
        Some(lag as f64 + shift.clamp(-1.0, 1.0))
    };
    let mut period = between(lags.start + top)?;
    let mut rounds = 1.0;
    while rounds < 8.0 && (2.0 * rounds * period) < (lags.end - 2) as f64 {
        rounds *= 2.0;
        period = between((rounds * period).round() as usize)? / rounds;
    }
    Some(rate / period as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By how many cents a string is off.
    fn off_by(frequency: f32, rate: f32) -> f32 {
        let sound = pluck(frequency, (0.6 * rate) as usize, rate, 3);
        let heard = pitch(&sound[(0.1 * rate) as usize..], rate).expect("a pitch");
        1200.0 * (heard / frequency).log2()
    }

    #[test]
    fn pitch_is_that_of_a_known_wave() {
        let wave = |frequency: f32, i: usize| {
            let turn = std::f32::consts::TAU * frequency * i as f32 / 8000.0;
            turn.sin() + 0.5 * (2.0 * turn).cos()
        };
        for frequency in [110.0, 261.63, 440.0, 987.77] {
            let sound: Vec<f32> = (0..3000).map(|i| wave(frequency, i)).collect();
            let heard = pitch(&sound, 8000.0).expect("a pitch");
            assert!(
                (heard / frequency - 1.0).abs() < 2e-3,
                "{heard}, not {frequency}"
            );
        }
        assert_eq!(pitch(&[0.0; 3000], 8000.0), None);
        let noise = noise::normal(1, 0, 0, 3000);
        assert_eq!(pitch(&noise, 8000.0), None);
        assert_eq!(pitch(&[1.0; 20], 8000.0), None);
    }

    #[test]
    fn strings_are_in_tune() {
        for frequency in [196.0, 293.66, 440.0, 622.25, 987.77] {
            let off = off_by(frequency, 22_050.0);
            assert!(off.abs() < 5.0, "{frequency} Hz is off by {off} cents");
        }
        assert!(off_by(330.0, 8000.0).abs() < 8.0);
    }

    #[test]
    fn strings_die_away_and_are_named_by_a_seed() {
        let sound = pluck(440.0, 22_050, 22_050.0, 1);
        let power = |part: &[f32]| part.iter().map(|v| v * v).sum::<f32>();
        assert!(power(&sound[..2000]) > 4.0 * power(&sound[20_000..22_000]));
        assert!(sound.iter().all(|v| v.abs() <= 1.01));
        assert_eq!(sound, pluck(440.0, 22_050, 22_050.0, 1));
        assert_ne!(sound, pluck(440.0, 22_050, 22_050.0, 2));
        assert_eq!(pluck(1e9, 10, 22_050.0, 1).len(), 10);
    }
}
