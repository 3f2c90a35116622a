//! The part of a series that was held out: its picture, and its table.

use std::rc::Rc;

use yew::prelude::*;

use super::data::Series;
use super::range;
use crate::models::series::told::WIDE;
use crate::protocol::series::Course;
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};

/// A forecaster on the held-out part.
pub struct Held {
    /// The whole series.
    pub series: Rc<Series>,
    /// What the forecaster did, if it is through.
    pub way: Option<Rc<Course>>,
    /// The solid line, modelled.
    pub line: Vec<f64>,
    /// Whom it is compared with.
    pub naive: Option<Rc<Course>>,
    /// Held-out values that are shown.
    pub at: usize,
}

impl Held {
    /// The first value that was held out.
    pub fn first(&self) -> usize {
        let held = self.way.as_ref().or(self.naive.as_ref());
        let held = held.map_or(0, |way| way.steps.len());
        self.series.values.len() - held
    }

    /// The last part of the series, and what was expected of it.
    pub fn picture(&self, message: String, legend: &'static str) -> Html {
        let Self { series, at, .. } = self;
        let (first, n) = (self.first(), series.values.len());
        // Twice as much of the past, so that the eye can compare.
        let begin = first.saturating_sub(2 * (n - first).max(12));
        let along = |values: &mut dyn Iterator<Item = f64>| -> Vec<(f64, f64)> {
            let shown = values.enumerate().take(*at);
            shown
                .map(|(i, y)| (series.x(first + i), series.back(y)))
                .collect()
        };
        let mean = |(mean, _): &(f64, f64)| *mean;
        let mut marks = vec![Mark::line(series.points(begin), Tone::Muted)];
        if first < n {
            let x = series.x(first.max(1) - 1);
            marks.push(Mark::Rule { x });
        }
        if let Some(naive) = &self.naive {
            let free = along(&mut naive.free.iter().map(mean));
            marks.push(Mark::line(free, Tone::Muted).dashed());
        }
        let mut all: Vec<f64> = series.values[begin..].to_vec();
        if let Some(way) = &self.way {
            let band = |(i, (mean, spread)): (usize, &(f64, f64))| {
                let edge = |sign: f64| series.back(mean + sign * WIDE * spread);
                (series.x(first + i), edge(-1.0), edge(1.0))
            };
            let bands: Vec<_> = way.free.iter().enumerate().map(band).collect();
            all.extend(bands.iter().flat_map(|(_, low, high)| [*low, *high]));
            marks.push(Mark::Band {
                points: bands.into_iter().take(*at).collect(),
                tone: Tone::Accent,
            });
            let solid = along(&mut self.line.iter().copied());
            marks.push(Mark::line(solid, Tone::Accent));
            let steps = along(&mut way.steps.iter().map(mean));
            marks.push(Mark::line(steps, Tone::Second).dashed());
        }
        let own = range(series.values[begin..].iter().copied());
        let [low, high] = range(all.into_iter());
        let room = own[1] - own[0];
        let shown = [low.max(own[0] - room), high.min(own[1] + room)];
        html! {
            <div class="series-picture">
                <Chart x={Axis::new(series.axis(), [series.x(begin), series.x(n - 1)], 6)} y={Axis::new(series.unit.clone(), shown, 5)}
                    {marks} {message} height=260.0 />
                <p class="hint">{ legend }</p>
            </div>
        }
    }

    /// Each held-out value and what was expected of it; `line` is what the solid line is called.
    pub fn csv(&self, line: &str) -> String {
        let first = self.first();
        let mut rows = format!("step,value,one_step,{line}\n");
        let steps = self.way.as_ref().map_or(&[][..], |way| &way.steps);
        for (i, ((step, _), solid)) in steps.iter().zip(&self.line).enumerate() {
            let [step, solid] = [*step, *solid].map(|y| self.series.back(y));
            let truth = self.series.values[first + i];
            rows += &format!("{},{truth},{step},{solid}\n", first + i + 1);
        }
        rows
    }
}
