//! What a sample of a sound held out costs, and whether notes are in tune.

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use nalgebra::{DMatrix, DVector};

use super::listener::Listener;
use super::{Args, record};
use crate::lab::Folders;
use crate::lab::source::wave_net;
use crate::lab::waves::{Loaded, Part, Recorded, draw_sounds, in_tune, write_wav};
use crate::models::wave::asked::Asked;
use crate::models::wave::step::Stepper;
use crate::models::wave::training::{Sounds, costs};
use crate::models::wave::{LEVELS, sample};
use crate::noise;
use crate::sound::LENGTH;
use crate::weights::manifest::{Figure, Measure, Quality, Unit};

/// Samples that the linear predictor looks back on.
const ORDER: usize = 16;
/// How fast it follows the size of its errors: a share of each new one.
const FOLLOWS: f64 = 1.0 / 32.0;
/// Sounds that it learns from.
const LEARNED: usize = 360;
/// Most sounds held out that are judged.
const JUDGED: usize = 300;
/// Cents that a note may be off.
const OFF: i32 = 30;

/// Judges a network by sounds held out and by `n` that it makes.
pub fn run(folders: &Folders, args: &Args, what: Recorded) -> Result<()> {
    let (net, shape) = wave_net(folders, args.model, args.weights)?;
    let held_out = some(&what.load(folders, Part::HeldOut)?, JUDGED);
    let learned = some(&what.load(folders, Part::Train)?, LEARNED);
    let bar = ProgressBar::new(held_out.len() as u64).with_message("bits");
    let cost = |(codes, asked): &(Vec<u8>, Asked)| {
        bar.inc(1);
        let nats = costs(&net, codes, &[(*asked, 0)], shape).sum();
        f64::from(nats.into_scalar::<f32>())
    };
    let nats: f64 = held_out.iter().map(cost).sum();
    bar.finish_and_clear();
    let samples: usize = held_out.iter().map(|(codes, _)| codes.len()).sum();
    let bits = nats / std::f64::consts::LN_2 / samples as f64;
    let codes = |sounds: &[(Vec<u8>, Asked)]| -> Vec<Vec<u8>> {
        sounds.iter().map(|(codes, _)| codes.clone()).collect()
    };
    let [learned, held_out] = [codes(&learned), codes(&held_out)];
    let mut figures = vec![
        figure(Measure::BitsPerSample, bits, Unit::Bits),
        figure(
            Measure::BitsLinear,
            linear(&learned, &held_out)?,
            Unit::Bits,
        ),
        figure(
            Measure::BitsEntropy,
            counted(&learned, &held_out),
            Unit::Bits,
        ),
    ];
    let conditions: Vec<u16> = (0..shape.choices()).collect();
    let conditions: Vec<u16> = conditions.iter().copied().cycle().take(args.n).collect();
    let stepper = pollster::block_on(Stepper::new(&net, shape))?;
    let began = std::time::Instant::now();
    let bar = ProgressBar::new(args.n as u64).with_message("sounds");
    let tell = |done: usize| bar.set_position(done as u64);
    let sounds = draw_sounds(&stepper, &conditions, args.sampling.seed, tell);
    bar.finish_and_clear();
    let rate = (args.n * LENGTH) as f64 / began.elapsed().as_secs_f64();
    println!("{rate:.0} samples a second");
    figures.push(match what {
        Recorded::Notes => {
            let off = in_tune(&sounds, &conditions);
            let right = off
                .iter()
                .filter(|off| off.is_some_and(|off| off.abs() <= OFF));
            let share = right.count() as f64 / off.len() as f64;
            figure(Measure::InTune, share, Unit::Share)
        }
        Recorded::Digits => {
            let listener = Listener::trained(&all(&what.load(folders, Part::Train)?));
            let asked = conditions.iter().filter_map(|number| shape.asked(*number));
            let made: Vec<_> = sounds.iter().cloned().zip(asked).collect();
            Figure {
                floor: Some(listener.accuracy(&all(&what.load(folders, Part::HeldOut)?))),
                ..figure(
                    Measure::ClassAccuracy,
                    listener.accuracy(&made),
                    Unit::Share,
                )
            }
        }
    });
    let heard = sounds.iter().take(20).flatten().map(|code| sample(*code));
    let path = folders.runs.join(args.model.name()).join("eval.wav");
    write_wav(&path, &heard.collect::<Vec<_>>())?;
    let quality = Quality {
        samples: args.n as u32,
        sampler: format!(
            "drawn sample by sample from its own odds; bits: {} sounds held out{}",
            held_out.len(),
            match what {
                Recorded::Notes => "",
                Recorded::Digits =>
                    ", without the silence after them; right class: by a classifier of spectrograms",
            }
        ),
        figures,
    };
    println!("{}", serde_json::to_string_pretty(&quality)?);
    if args.record {
        record(folders, args, quality)?;
    }
    Ok(())
}

fn figure(name: Measure, value: f64, unit: Unit) -> Figure {
    Figure {
        name,
        value,
        unit,
        sd: None,
        floor: None,
    }
}

/// Every sound.
fn all(sounds: &Loaded) -> Vec<(Vec<u8>, Asked)> {
    some(sounds, sounds.count())
}

/// Sounds spread over all there are, words without the silence after them.
fn some(sounds: &Loaded, most: usize) -> Vec<(Vec<u8>, Asked)> {
    let all = sounds.count();
    let mut rng = noise::stream(77, 0, 0);
    // Not a multiple of the number of conditions, so that all come.
    let step = (all / most).max(1) | 1;
    (0..most.min(all))
        .map(|i| i * step % all)
        .map(|i| {
            let (mut codes, asked) = sounds.sound(i, &mut rng);
            if let Asked::Word { lasts, .. } = asked {
                codes.truncate(lasts as usize);
            }
            (codes, asked)
        })
        .collect()
}

/// Bits a sample where each value is counted alone; one that never came counts as once.
fn counted(learned: &[Vec<u8>], held_out: &[Vec<u8>]) -> f64 {
    let mut counts = [1.0f64; LEVELS];
    learned
        .iter()
        .flatten()
        .for_each(|code| counts[usize::from(*code)] += 1.0);
    let all: f64 = counts.iter().sum();
    let codes = held_out.iter().flatten();
    let bits: f64 = codes
        .clone()
        .map(|code| -(counts[usize::from(*code)] / all).log2())
        .sum();
    bits / codes.count() as f64
}

/// Bits a sample by a weighted sum of the [`ORDER`] samples before, whose weights are least squares over
/// what is learned from, with Laplace errors. Their size is a running mean of those so far.
fn linear(learned: &[Vec<u8>], held_out: &[Vec<u8>]) -> Result<f64> {
    let mut products = DMatrix::<f64>::zeros(ORDER, ORDER);
    let mut aims = DVector::<f64>::zeros(ORDER);
    for sound in learned {
        let x: Vec<f64> = sound.iter().map(|code| f64::from(sample(*code))).collect();
        for at in ORDER..x.len() {
            for i in 0..ORDER {
                let a = x[at - 1 - i];
                aims[i] += a * x[at];
                for j in 0..=i {
                    products[(i, j)] += a * x[at - 1 - j];
                }
            }
        }
    }
    for i in 0..ORDER {
        products[(i, i)] += 1e-6;
        for j in 0..i {
            products[(j, i)] = products[(i, j)];
        }
    }
    let solver = products
        .cholesky()
        .context("the samples are all the same")?;
    let weights = solver.solve(&aims);
    let mut bits = 0.0;
    for sound in held_out {
        let x: Vec<f64> = sound.iter().map(|code| f64::from(sample(*code))).collect();
        let mut size = 0.05f64;
        for (at, code) in sound.iter().enumerate() {
            let before = (0..ORDER.min(at)).map(|i| weights[i] * x[at - 1 - i]);
            let expected: f64 = before.sum();
            bits -= chance(*code, expected, size.max(2e-4)).log2();
            size += FOLLOWS * ((x[at] - expected).abs() - size);
        }
    }
    Ok(bits / held_out.iter().flatten().count() as f64)
}

/// The probability of a value: what of a Laplace distribution lies between the middles to its neighbours,
/// and a millionth for whatever it cannot explain.
fn chance(code: u8, expected: f64, size: f64) -> f64 {
    let edge = |low: u8| {
        let next = low.saturating_add(1);
        0.5 * (f64::from(sample(low)) + f64::from(sample(next)))
    };
    let below = |x: f64| {
        let z = (x - expected) / size;
        if z < 0.0 {
            0.5 * z.exp()
        } else {
            1.0 - 0.5 * (-z).exp()
        }
    };
    // The ends take all that is beyond; 0 stands for nothing.
    let low = if code <= 1 {
        0.0
    } else {
        below(edge(code - 1))
    };
    let high = if code == u8::MAX {
        1.0
    } else {
        below(edge(code))
    };
    let rest = 1e-6;
    (1.0 - rest) * (high - low).max(0.0) + rest / LEVELS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_of_all_values_are_one() {
        for (expected, size) in [(0.0, 0.1), (0.7, 0.01), (-2.0, 0.3)] {
            let sum: f64 = (1..=255).map(|code| chance(code, expected, size)).sum();
            assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        }
    }

    /// A sine is a weighted sum of the two samples before it: it costs next to nothing beyond the rounding.
    #[test]
    fn a_sine_costs_less_than_its_values() {
        let sine = |phase: f32| -> Vec<u8> {
            let wave = |i: usize| crate::models::wave::code(0.8 * (0.2 * i as f32 + phase).sin());
            (0..LENGTH).map(wave).collect()
        };
        let learned = [sine(0.0), sine(1.0)];
        let held_out = [sine(2.0)];
        let [by_line, alone] = [
            linear(&learned, &held_out).expect("solved"),
            counted(&learned, &held_out),
        ];
        assert!(by_line < 0.75 * alone, "{by_line} and {alone}");
        assert!((5.0..8.0).contains(&alone));
    }
}
