//! How surprising each value of a row was to the model, as a chart.

use yew::prelude::*;

use super::chart::{Axis, Chart, Mark, Tone};
use crate::ui::content::texts;

/// Most bits that are shown.
const MOST_BITS: f64 = 12.0;

/// The card: `bits` of the values up to the `at`-th, and their mean so far, on a scale of `last` values of
/// this name.
pub fn surprises(value: &'static str, bits: &[f32], at: u32, last: u32) -> Html {
    let place = |(i, bits): (usize, &f32)| (i as f64 + 1.0, f64::from(*bits).min(MOST_BITS));
    let so_far = bits.iter().take(at as usize + 1);
    let points: Vec<_> = so_far.enumerate().map(place).collect();
    let mut sum = 0.0;
    let mean = points.iter().map(|(x, bits)| {
        sum += bits;
        (*x, sum / x)
    });
    let mean = Mark::line(mean.collect(), Tone::Second).dashed();
    html! {
        <div class="card">
            <h3>{ texts::next::surprise::TITLE }</h3>
            <Chart x={Axis::new(value, [1.0, f64::from(last.max(2))], 4)} y={Axis::new("bits", [0.0, MOST_BITS], 4)}
                marks={vec![Mark::line(points, Tone::Accent), mean]}
                message={texts::next::surprise::PLAIN} height=150.0 />
            <p class="hint">{ texts::next::surprise::PLAIN }</p>
        </div>
    }
}
