//! A tune as sound, on a plucked string.

use super::order::order;
use super::{Event, Metre, QUARTER, Tune};
use crate::sound::pluck;

/// Samples a second.
pub const RATE: u32 = 22_050;
/// A note rings on for so long after the next has begun, s.
const RING_S: f32 = 0.12;
/// It is faded out within this, s.
const FADE_S: f32 = 0.06;
/// So loud is a note; where two are too loud together all are softer.
const LOUD: f32 = 0.8;

/// When an event begins, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// When.
    pub second: f32,
    /// Its place in the row.
    pub event: usize,
}

/// How long a tick lasts, s: beats as dancers take them, about 110 a minute.
pub fn tick_s(metre: Metre) -> f32 {
    let quarter_s = match (metre.beats, metre.unit) {
        // Three eighths are a beat.
        (beats, 8) if beats.is_multiple_of(3) => 0.36,
        (2, 2) => 0.32,
        (4, 4) => 0.42,
        (3, 4) => 0.55,
        _ => 0.5,
    };
    quarter_s / f32::from(QUARTER)
}

/// When each event is heard, repeats included, and when all is over, s.
pub fn moments(tune: &Tune) -> (Vec<Moment>, f32) {
    let tick_s = tick_s(tune.metre);
    let mut ticks = 0;
    let mut moments = Vec::new();
    for event in order(&tune.events) {
        let second = ticks as f32 * tick_s;
        moments.push(Moment { second, event });
        ticks += tune.events[event].ticks();
    }
    (moments, ticks as f32 * tick_s)
}

/// The sound of a tune, [`RATE`] samples a second in `-1..=1`.
pub fn render(tune: &Tune) -> Vec<f32> {
    let rate = RATE as f32;
    let (moments, end_s) = moments(tune);
    let mut sound = vec![0.0; ((end_s + RING_S) * rate) as usize + 1];
    let tick_s = tick_s(tune.metre);
    for Moment { second, event } in moments {
        let Event::Note(note) = tune.events[event] else {
            continue;
        };
        let midi = tune.key.height(note.step, note.alter).midi();
        let frequency = 440.0 * ((midi - 69) as f32 / 12.0).exp2();
        let length = ((f32::from(note.ticks) * tick_s + RING_S) * rate) as usize;
        let fade = FADE_S * rate;
        let first = (second * rate) as usize;
        let string = pluck(frequency, length, rate, midi as u64);
        for (i, (value, out)) in string.iter().zip(&mut sound[first..]).enumerate() {
            let left = ((length - i) as f32 / fade).min(1.0);
            *out += LOUD * left * value;
        }
    }
    let most = sound.iter().map(|v| v.abs()).fold(1.0, f32::max);
    sound.iter_mut().for_each(|v| *v /= most);
    sound
}

#[cfg(test)]
mod tests {
    use super::super::abc;
    use super::*;

    #[test]
    fn repeats_are_heard() {
        let tune = abc::read("M:2/4 L:1/4 K:G G|:A2|z:|").expect("a tune");
        let (moments, end_s) = moments(&tune);
        let events: Vec<usize> = moments.iter().map(|moment| moment.event).collect();
        assert_eq!(events, [0, 2, 4, 2, 4]);
        assert!((moments[2].second - 1.5).abs() < 1e-5 && (end_s - 3.5).abs() < 1e-5);
        let sound = render(&tune);
        assert_eq!(sound.len(), ((3.5 + RING_S) * 22_050.0) as usize + 1);
        let loud = |second: f32| {
            let at = (second * 22_050.0) as usize;
            sound[at..at + 500]
                .iter()
                .map(|v| v.abs())
                .fold(0.0, f32::max)
        };
        assert!(
            loud(0.02) > 0.2 && loud(2.1) > 0.2,
            "{} {}",
            loud(0.02),
            loud(2.1)
        );
        // The rest is silent once the note before it has rung out.
        assert_eq!(loud(1.7), 0.0);
        assert_eq!(
            render(&Tune {
                events: vec![],
                ..tune
            })
            .iter()
            .sum::<f32>(),
            0.0
        );
    }
}
