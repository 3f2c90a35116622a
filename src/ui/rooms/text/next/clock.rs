//! What a token costs, measured here on the visitor's text.

use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::text::{CLOCK_LENGTHS, ClockAsk, ClockStep, Cost};
use crate::tokens::Token;
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::progress::progress;
use crate::ui::content::{self, texts};
use crate::ui::runs::booked::{Book, Booked, Store, use_booked};

/// Properties of [`Clock`].
#[derive(Clone, PartialEq, Properties)]
pub struct ClockProps {
    /// The model, by its id.
    pub model: &'static str,
    /// What is measured on, from the end that stands before every text.
    pub text: Rc<Vec<Token>>,
    /// Has the engine nothing else to do?
    pub is_free: bool,
}

/// A model, and the text that it is measured on.
type Of = (&'static str, Rc<Vec<Token>>);

/// The last measurement.
#[derive(Clone, Default)]
struct Measured {
    of: Of,
    steps: Vec<ClockStep>,
}

impl Store for Measured {
    /// Which press of the button it was, and of what text.
    type Want = Option<(u32, Of)>;
    type Work = ();
    type Ask = ClockAsk;

    fn want(&mut self, book: &mut Book<()>, want: Self::Want) {
        if let Some((_, of)) = want {
            *self = Self {
                of,
                steps: Vec::new(),
            };
            book.begin(());
        }
    }

    fn ask(&self, (): &()) -> Option<ClockAsk> {
        Some(ClockAsk {
            model: self.of.0.into(),
            tokens: self.of.1.to_vec(),
        })
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), step: ClockStep) {
        self.steps.push(step);
    }

    fn go_on(&mut self, book: &mut Book<()>) {
        self.steps.clear();
        book.begin(());
    }
}

/// The card with its button and, once pressed, what was measured.
#[component]
pub fn Clock(props: &ClockProps) -> Html {
    let asked = use_state_eq(|| None::<(u32, Of)>);
    let run = use_booked(Booked::<Measured>::default, (*asked).clone(), false);
    let start = {
        let of = (props.model, props.text.clone());
        Callback::from(move |_: MouseEvent| {
            let presses = asked.as_ref().map_or(0, |(presses, _)| *presses);
            asked.set(Some((presses + 1, of.clone())));
        })
    };
    let steps = &run.steps;
    let all = CLOCK_LENGTHS.len();
    html! {
        <section class="card next-clock" aria-labelledby="clock-title" data-measured={steps.len().to_string()}
            data-us={median_us(steps).map(|us| us.to_string())}>
            <h3 id="clock-title">{ texts::next::clock::TITLE }</h3>
            { content::section(texts::next::clock::HTML) }
            <p><button type="button" class="button measure" disabled={!props.is_free || run.book.is_busy()} onclick={start}>
                { texts::next::measure::PLAIN }
            </button></p>
            if run.book.phase.is_some() {
                { progress(&run, |engine| format!("{engine}: {} of {all} lengths", steps.len()), |_| String::new()) }
            }
            if !steps.is_empty() {
                { times(steps) }
                { table(steps) }
                { told(steps) }
            }
        </section>
    }
}

/// The middle one of all times with the cache, microseconds; for the bench.
fn median_us(steps: &[ClockStep]) -> Option<u32> {
    let mut all: Vec<f32> = steps.iter().map(|step| step.cached.ms).collect();
    all.sort_by(f32::total_cmp);
    let middle = all.get(all.len() / 2)?;
    (all.len() == CLOCK_LENGTHS.len()).then_some((1000.0 * middle) as u32)
}

/// Times over lengths, on a scale of powers.
fn times(steps: &[ClockStep]) -> Html {
    let line = |of: fn(&ClockStep) -> f32, tone, dashed, name: &'static str, above| {
        let place = |step: &ClockStep| (f64::from(step.length), f64::from(of(step).max(0.1)));
        let points: Vec<_> = steps.iter().map(place).collect();
        Mark::line(points, tone).dashed_if(dashed).named(Label {
            text: name.into(),
            x: 250.0,
            above,
        })
    };
    let marks = vec![
        line(
            |step| step.whole_ms,
            Tone::Second,
            false,
            texts::next::no_cache::PLAIN,
            true,
        ),
        line(
            |step| step.cached.ms,
            Tone::Accent,
            false,
            texts::next::cache::PLAIN,
            false,
        ),
    ];
    let longest = f64::from(CLOCK_LENGTHS[CLOCK_LENGTHS.len() - 1]);
    html! {
        <Chart x={Axis::new(texts::next::clock_x::PLAIN, [0.0, longest], 4)}
            y={Axis { label: texts::next::clock_y::PLAIN.into(), range: [0.1, 300.0], ticks: vec![0.1, 1.0, 10.0, 100.0] }}
            log={[false, true]} {marks} message={texts::next::clock_chart::PLAIN} height=170.0 />
    }
}

fn table(steps: &[ClockStep]) -> Html {
    let megabytes = |cost: Cost| format!("{:.1}", cost.bytes as f64 / 1e6);
    let row = |step: &ClockStep| {
        html! {
            <tr><th scope="row" class="num">{ step.length }</th>
                <td class="num">{ ms(step.cached.ms) }</td><td class="num">{ megabytes(step.cached) }</td>
                <td class="num">{ ms(step.eight_bit.ms) }</td><td class="num">{ megabytes(step.eight_bit) }</td>
                <td class="num">{ ms(step.whole_ms) }</td></tr>
        }
    };
    let head = [
        texts::next::clock_tokens::PLAIN,
        texts::next::clock_ms::PLAIN,
        texts::next::clock_mb::PLAIN,
        texts::next::clock_ms_8::PLAIN,
        texts::next::clock_mb_8::PLAIN,
        texts::next::clock_whole::PLAIN,
    ];
    let head = head.map(|name| html! { <th scope="col">{ name }</th> });
    html! {
        <div class="scroll" tabindex="0"><table class="figures">
            <thead><tr>{ for head }</tr></thead>
            <tbody>{ for steps.iter().map(row) }</tbody>
        </table></div>
    }
}

/// A time with two digits that mean something.
fn ms(ms: f32) -> String {
    match ms {
        10.0.. => format!("{ms:.0}"),
        1.0.. => format!("{ms:.1}"),
        _ => format!("{ms:.2}"),
    }
}

fn told(steps: &[ClockStep]) -> Html {
    let Some(full) = steps.iter().rfind(|step| step.length <= 256) else {
        return Html::default();
    };
    let apart = steps.iter().map(|step| step.apart).fold(0.0, f32::max);
    let values = [
        ("n", full.length.to_string()),
        ("whole", ms(full.whole_ms)),
        ("each", ms(full.one_by_one_ms)),
        ("apart", format!("{:.1}", 100.0 * apart)),
    ];
    html! { <p class="hint">{ content::fill(texts::next::clock_told::PLAIN, &values) }</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_two_digits() {
        assert_eq!([0.234, 2.34, 23.4].map(ms), ["0.23", "2.3", "23"]);
    }

    #[test]
    fn the_median_waits_for_all() {
        let step = |ms| ClockStep {
            cached: Cost { ms, bytes: 0 },
            ..ClockStep::default()
        };
        let mut steps: Vec<_> = (1..CLOCK_LENGTHS.len()).map(|i| step(i as f32)).collect();
        assert_eq!(median_us(&steps), None);
        steps.push(step(0.5));
        assert_eq!(median_us(&steps), Some(4000));
    }
}
