//! Which frequencies a sound is made of, as it goes on.

use microfft::real::rfft_256;

/// Samples of a piece that is looked at: a column.
pub const PIECE: usize = 256;
/// From one column to the next.
const HOP: usize = 32;
/// Frequencies of a column, from 0 to half the rate.
pub const ROWS: usize = PIECE / 2;
/// So much below the strongest is white, dB.
const RANGE_DB: f32 = 70.0;

/// Columns of [`ROWS`] strengths each, the lowest frequency first: 1 for the strongest of all, 0 for
/// [`RANGE_DB`] less. None for a sound that is shorter than a piece.
pub fn spectrogram(samples: &[f32]) -> Vec<[f32; ROWS]> {
    // Hann's window: pieces fade in and out, so that their edges are not heard.
    let window = |i: usize| {
        let turn = std::f32::consts::TAU * i as f32 / PIECE as f32;
        0.5 - 0.5 * turn.cos()
    };
    let column = |piece: &[f32]| {
        let mut values = [0.0; PIECE];
        for (i, (value, sample)) in values.iter_mut().zip(piece).enumerate() {
            *value = sample * window(i);
        }
        let bins = rfft_256(&mut values);
        // The strength of half the rate stands beside that of 0.
        bins[0].im = 0.0;
        bins.map(|bin| bin.norm_sqr())
    };
    let mut columns: Vec<[f32; ROWS]> = samples.windows(PIECE).step_by(HOP).map(column).collect();
    let most = columns.iter().flatten().copied().fold(1e-9, f32::max);
    for power in columns.iter_mut().flatten() {
        let db = 10.0 * (*power / most).max(1e-12).log10();
        *power = (1.0 + db / RANGE_DB).max(0.0);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_a_line() {
        // Exactly in the middle of a bin: 8000 / 256 * 16 Hz.
        let tone = |i: usize| (std::f32::consts::TAU * 16.0 * i as f32 / 256.0).sin();
        let samples: Vec<f32> = (0..1024).map(tone).collect();
        let columns = spectrogram(&samples);
        assert_eq!(columns.len(), (1024 - PIECE) / HOP + 1);
        for column in &columns {
            let loudest = (0..ROWS).max_by(|a, b| column[*a].total_cmp(&column[*b]));
            assert_eq!(loudest, Some(16));
            assert!(column[16] > 0.99 && column[60] < 0.1, "{column:?}");
        }
        assert!(spectrogram(&samples[..100]).is_empty());
        assert!(
            spectrogram(&[0.0; 300])
                .iter()
                .flatten()
                .all(|v| *v == 0.0 || *v == 1.0)
        );
    }
}
