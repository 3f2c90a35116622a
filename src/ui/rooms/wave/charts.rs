//! Waveforms as charts, and the odds of a sample.

use yew::prelude::*;

use super::notes::ms;
use crate::models::next::Choosing;
use crate::models::wave::{LEVELS, sample};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::content::texts;

/// Samples of the close view.
const CLOSE: usize = 160;
/// Columns of a whole sound.
const COLUMNS: usize = 512;

/// A row of values as what lies between the least and the most of each column; the first has this place.
pub fn wave(codes: &[u8], first: usize, of: usize, tone: Tone) -> Mark {
    let each = of.div_ceil(COLUMNS).max(1);
    let column = |(i, codes): (usize, &[u8])| {
        let samples = codes.iter().map(|code| f64::from(sample(*code)));
        let [low, high] = samples.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| {
            [low.min(v), high.max(v)]
        });
        // A line at least.
        (ms(first + i * each), low - 0.004, high + 0.004)
    };
    let points = codes.chunks(each).enumerate().map(column).collect();
    Mark::Band { points, tone }
}

/// A part of a sound, shaded.
pub fn shade([first, last]: [usize; 2]) -> Mark {
    Mark::Band {
        points: [first, last].map(|at| (ms(at), -1.0, 1.0)).into(),
        tone: Tone::Second,
    }
}

/// A whole sound of `of` samples, in time.
pub fn whole(of: usize, marks: Vec<Mark>, told: &str, caption: &'static str) -> Html {
    html! {
        <figure class="wave-whole">
            <Chart x={Axis::new("ms", [0.0, ms(of)], 6)} y={Axis::new("", [-1.0, 1.0], 3)} {marks}
                message={told.to_owned()} height=130.0 />
            <figcaption>{ caption }</figcaption>
        </figure>
    }
}

/// The last samples up to `at` one by one, of one sound or more; the first is marked.
pub fn close(sounds: &[(&[u8], Tone)], at: usize, told: &str, caption: &'static str) -> Html {
    let first = (at + 1).saturating_sub(CLOSE);
    let line = |(codes, tone): &(&[u8], Tone)| {
        let end = codes.len().min(at + 1);
        let place = |i: usize| (i as f64 + 1.0, f64::from(sample(codes[i])));
        Mark::line((first.min(end)..end).map(place).collect(), *tone)
    };
    let mut marks: Vec<Mark> = sounds.iter().rev().map(line).collect();
    let newest = sounds.first().and_then(|(codes, _)| codes.get(at));
    marks.extend(
        newest.map(|code| Mark::point((at as f64 + 1.0, f64::from(sample(*code))), Tone::Second)),
    );
    let left = (first + 1) as f64;
    html! {
        <figure>
            <Chart x={Axis::new("sample", [left, left + CLOSE as f64], 4)} y={Axis::new("", [-1.0, 1.0], 3)} {marks}
                message={told.to_owned()} height=190.0 />
            <figcaption>{ caption }</figcaption>
        </figure>
    }
}

/// What a sample could have been: the odds of 256 values, and what it is.
pub fn odds(logits: Option<&[f32]>, code: Option<u8>, choosing: &Choosing, told: &str) -> Html {
    let mut marks = Vec::new();
    let mut most = 0.02;
    if let Some(logits) = logits {
        let own = Choosing::default().probabilities(logits);
        let drawn = choosing.probabilities(logits);
        let bins = |p: Vec<f32>, tone, filled| Mark::Bins {
            low: -0.5,
            bin_width: 1.0,
            values: p.into_iter().map(f64::from).collect(),
            tone,
            filled,
            label: None,
        };
        most = own.iter().chain(&drawn).copied().fold(0.02, f32::max);
        marks = vec![
            bins(drawn, Tone::Accent, true),
            bins(own, Tone::Muted, false),
        ];
        marks.extend(code.map(|code| Mark::Rule { x: code.into() }));
    }
    html! {
        <figure>
            <Chart x={Axis::new("value (128: silence)", [0.0, (LEVELS - 1) as f64], 5)} y={Axis::new("", [0.0, f64::from(most) * 1.05], 3)} {marks}
                message={told.to_owned()} height=190.0 />
            <figcaption>{ texts::wave_sample::odds::PLAIN }</figcaption>
        </figure>
    }
}
