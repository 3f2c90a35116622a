//! Sound that is computed: a plucked string.
//!
//! Karplus and Strong 1983 (Computer Music Journal 7(2)): a loop as long as a period holds noise, and what
//! comes out of it goes back in as the mean of two neighbours, so that high tones die away first. Jaffe and
//! Smith 1983 (in the same number): an all-pass filter makes the loop as long as the pitch needs, between
//! whole samples.

use crate::noise;

/// How much of a wave is left after each round of the loop.
const LOSS: f32 = 0.996;
/// Steps of the noise that a string starts with, made smooth: a finger is softer than a nail.
const SOFT: usize = 2;

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
    for _ in 0..SOFT {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The strongest repetition near the period that is asked for, between samples by a parabola, cents.
    fn off_by(frequency: f32, rate: f32) -> f32 {
        let sound = pluck(frequency, (0.6 * rate) as usize, rate, 3);
        let sound = &sound[(0.1 * rate) as usize..];
        // Over several periods, for precision.
        let rounds = 8.0;
        let near = (rounds * rate / frequency).round() as usize;
        let alike = |lag: usize| -> f64 {
            let pairs = sound.iter().zip(&sound[lag..]);
            pairs.map(|(a, b)| f64::from(a * b)).sum()
        };
        let reach = near / 40 + 2;
        let best = (near - reach..=near + reach).max_by(|a, b| alike(*a).total_cmp(&alike(*b)));
        let best = best.expect("a lag");
        let [a, b, c] = [best - 1, best, best + 1].map(alike);
        let lag = best as f64 + 0.5 * (a - c) / (a - 2.0 * b + c);
        let heard = f64::from(rounds * rate) / lag;
        1200.0 * (heard / f64::from(frequency)).log2() as f32
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
