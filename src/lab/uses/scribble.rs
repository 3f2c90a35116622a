//! Scribbles: what a hand does that draws no digit.

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;

use crate::noise;
use crate::ui::ink::{Stroke, picture};

/// Strokes of a scribble, at most.
const STROKES: f32 = 3.0;
/// Length of a stroke, steps of equal length.
const LENGTHS: [f32; 2] = [8.0, 40.0];
/// Where strokes begin, steps from the middle, each way.
const SPREAD: f32 = 10.0;
/// What a step keeps of the turn before it: the higher, the smoother.
const INERTIA: f32 = 0.85;
/// Standard deviation of what is added to a turn, radians.
const TURN: f32 = 0.12;

/// Scribbles of a seed, `[n, 28, 28]` in `0..=1`: one to three smooth strokes of the page's pen,
/// scaled and centred as digits are.
pub fn scribbles(seed: u64, n: usize) -> Result<Vec<f32>> {
    let mut all = Vec::new();
    for index in 0..n as u32 {
        let pixels = picture(&strokes(&mut noise::stream(seed, index, 0)));
        let pixels = pixels.context("a scribble without ink")?;
        all.extend(pixels.iter().map(|v| (v + 1.0) / 2.0));
    }
    Ok(all)
}

fn strokes(rng: &mut ChaCha8Rng) -> Vec<Stroke> {
    let n = 1 + (noise::unit(rng) * STROKES) as usize;
    let lines: Vec<_> = (0..n).map(|_| line(rng)).collect();
    // The pen has to see all of them: into the middle of the paper.
    let all = || lines.iter().flatten().flat_map(|(x, y)| [x.abs(), y.abs()]);
    let reach = all().fold(1.0, f32::max);
    let place = |v: f32| 14.0 + 10.0 * v / reach;
    let stroke = |line: Vec<(f32, f32)>| Stroke {
        points: line
            .into_iter()
            .map(|(x, y)| (place(x), place(y)))
            .collect(),
        erases: false,
    };
    lines.into_iter().map(stroke).collect()
}

/// A walk whose direction turns by chance, and smoothly.
fn line(rng: &mut ChaCha8Rng) -> Vec<(f32, f32)> {
    let mut between = |low: f32, high: f32| low + (high - low) * noise::unit(rng);
    let steps = between(LENGTHS[0], LENGTHS[1]) as usize;
    let mut at = (between(-SPREAD, SPREAD), between(-SPREAD, SPREAD));
    let mut heading = between(0.0, std::f32::consts::TAU);
    let mut pushes = vec![0.0; steps];
    noise::fill_normal(rng, &mut pushes);
    let mut turn = 0.0;
    let mut points = vec![at];
    for push in pushes {
        turn = INERTIA * turn + TURN * push;
        heading += turn;
        at = (at.0 + heading.cos(), at.1 + heading.sin());
        points.push(at);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{PIXELS, SIDE};

    /// Size, place and ink are a digit's (MNIST: 20 px, centred by mass, some 100 px of ink).
    #[test]
    fn scribbles_lie_as_digits_do() {
        let all = scribbles(1, 100).expect("ink");
        assert_eq!(all.len(), 100 * PIXELS);
        assert_eq!(all, scribbles(1, 100).expect("ink"));
        for one in all.chunks(PIXELS) {
            let mass: f32 = one.iter().sum();
            assert!((25.0..300.0).contains(&mass), "{mass}");
            let moment = |of: fn(usize) -> usize| {
                let parts = one.iter().enumerate();
                parts.map(|(i, v)| v * (of(i) as f32 + 0.5)).sum::<f32>() / mass
            };
            for middle in [moment(|i| i % SIDE), moment(|i| i / SIDE)] {
                assert!((middle - 14.0).abs() < 1.0, "{middle}");
            }
        }
        assert!(all.chunks(PIXELS).skip(1).all(|one| one != &all[..PIXELS]));
    }
}
