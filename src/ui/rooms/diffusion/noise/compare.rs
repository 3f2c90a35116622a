//! One jump to x_t against t small steps: the same distribution, shown by many runs of both.
//!
//! The runs are counted by an engine ([`NoiseStats`]); one picture of each kind is made
//! on the page. What is shown belongs to the controls as they were when the button was
//! pressed, and says so.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::PIXELS;
use crate::models::diffusion::schedule::{Schedule, ScheduleKind};
use crate::noise::{INITIAL_DRAW, normal};
use crate::protocol::{NoiseStats, NoiseStatsFrame};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::runs::booked::{Book, Booked, Store, use_booked};
use crate::ui::state::Named;

/// Runs of each kind.
const RUNS: u32 = 200;
/// The stream of the small steps' noise; the jump has stream 0, as in the views.
const STEPS_INDEX: u32 = 1;

/// Properties of [`Compare`].
#[derive(Clone, PartialEq, Properties)]
pub struct CompareProps {
    /// The clean picture, `[28, 28]`.
    pub x_0: Rc<Vec<f32>>,
    /// How far, `0..=1000`.
    pub t: u32,
    /// By which schedule.
    pub schedule: ScheduleKind,
    /// Seed of the noise.
    pub seed: u64,
}

/// One comparison, as far as it has got.
#[derive(Clone)]
struct Comparison {
    of: CompareProps,
    jump: Rc<Vec<f32>>,
    steps: Rc<Vec<f32>>,
    frame: Option<NoiseStatsFrame>,
}

impl Comparison {
    fn new(of: &CompareProps) -> Self {
        let schedule = Schedule::new(of.schedule);
        let eps = normal(of.seed, 0, INITIAL_DRAW, PIXELS);
        let mut x = of.x_0.to_vec();
        for s in 1..=of.t {
            schedule.q_step(&mut x, &normal(of.seed, STEPS_INDEX, s, PIXELS), s as usize);
        }
        Self {
            of: of.clone(),
            jump: Rc::new(schedule.q_sample(&of.x_0, &eps, of.t as usize)),
            steps: Rc::new(x),
            frame: None,
        }
    }
}

/// The comparison that was asked for last.
#[derive(Clone, Default)]
struct Latest(Option<Comparison>);

impl Store for Latest {
    /// Which press of the button it was, and of what.
    type Want = Option<(u32, CompareProps)>;
    type Work = ();
    type Ask = NoiseStats;

    fn want(&mut self, book: &mut Book<()>, want: Self::Want) {
        if let Some((_, of)) = want {
            self.0 = Some(Comparison::new(&of));
            book.begin(());
        }
    }

    fn ask(&self, (): &()) -> Option<NoiseStats> {
        let of = &self.0.as_ref()?.of;
        Some(NoiseStats {
            x_0: of.x_0.to_vec(),
            t: of.t,
            schedule: of.schedule,
            runs: RUNS,
            seed: of.seed,
        })
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), frame: NoiseStatsFrame) {
        if let Some(comparison) = &mut self.0 {
            comparison.frame = Some(frame);
        }
    }
}

/// The card with its button and, once pressed, its result.
#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let asked = use_state_eq(|| None::<(u32, CompareProps)>);
    let run = use_booked(Booked::<Latest>::default, (*asked).clone(), false);
    let start = {
        let of = props.clone();
        Callback::from(move |_: MouseEvent| {
            let presses = asked.as_ref().map_or(0, |(presses, _)| *presses);
            asked.set(Some((presses + 1, of.clone())));
        })
    };
    let comparison = &run.0;
    let running = run.book.is_busy();
    html! {
        <section class={classes!("card", "compare", comparison.is_some().then_some("has-result"))}
            aria-labelledby="compare-title">
            <div class="compare-text">
                <h3 id="compare-title">{ texts::diffusion::jump::TITLE }</h3>
                { content::section(texts::diffusion::jump::HTML) }
                { content::predict(texts::diffusion::jump_try::HTML, texts::diffusion::jump_reveal::HTML) }
                <p>
                    <button type="button" class="button go" disabled={props.t == 0} onclick={start}>
                        { format!("Run both {RUNS} times to t = {}", props.t) }
                    </button>
                </p>
                if props.t == 0 { <p class="hint">{ texts::diffusion::jump_start::PLAIN }</p> }
            </div>
            <div class="compare-result" aria-busy={running.to_string()}>
                { for comparison.as_ref().map(|it| result(it, run.book.phase)) }
            </div>
        </section>
    }
}

fn result(comparison: &Comparison, phase: Option<Phase>) -> Html {
    let of = &comparison.of;
    let figure = |pixels: &Rc<Vec<f32>>, name: &'static str| {
        html! {
            <figure>
                <PictureView class="pix" pixels={pixels.clone()}
                    label={format!("One noisy picture made by {name}, t = {}", of.t)} />
                <figcaption>{ name }</figcaption>
            </figure>
        }
    };
    html! {
        <>
            <p class="hint">{ format!("t = {}, {} schedule", of.t, of.schedule.name()) }</p>
            <div class="pair">
                { figure(&comparison.jump, "one jump") }
                { figure(&comparison.steps, "small steps") }
            </div>
            { comparison.frame.as_ref().map_or_else(
                || html! { <p class="hint">{ texts::diffusion::jump_wait::PLAIN }</p> },
                |frame| statistics(comparison.of.t, frame, phase),
            ) }
        </>
    }
}

fn statistics(t: u32, frame: &NoiseStatsFrame, phase: Option<Phase>) -> Html {
    let row = |name: &'static str, [jump, steps]: [f32; 2]| {
        html! {
            <tr><th scope="row">{ name }</th>
                <td class="num">{ signed(jump) }</td><td class="num">{ signed(steps) }</td></tr>
        }
    };
    html! {
        <>
            { histogram(t, frame) }
            <p class="key" aria-hidden="true">
                <i class="bars tone-accent" />{ "one jump" }<i class="line tone-second" />{ "small steps" }
            </p>
            <table class="figures">
                <thead><tr><td /><th scope="col">{ "jump" }</th><th scope="col">{ "steps" }</th></tr></thead>
                <tbody>{ row("Mean of all pixels", frame.mean) }{ row("Noise, standard deviation", frame.sd) }</tbody>
            </table>
            <dl>
                <dt>{ "Runs of each kind" }</dt>
                <dd class="num" data-name="runs">{ format!("{} / {RUNS}", frame.runs) }</dd>
                <dt>{ "Largest gap (Kolmogorov–Smirnov)" }</dt>
                <dd class="num" data-name="ks">{ format!("{:.4}", frame.ks) }</dd>
                <dt>{ "Chance exceeds, once in 20" }</dt>
                <dd class="num" data-name="ks-critical">{ format!("{:.4}", frame.ks_critical) }</dd>
            </dl>
            <p role="status" class="verdict">{ verdict(phase, frame) }</p>
        </>
    }
}

/// Only a complete count is judged: a gap looked at again and again exceeds any bound some day.
fn verdict(phase: Option<Phase>, frame: &NoiseStatsFrame) -> String {
    let values = [
        ("runs", frame.runs.to_string()),
        ("ks", format!("{:.4}", frame.ks)),
        ("critical", format!("{:.4}", frame.ks_critical)),
    ];
    match phase {
        None | Some(Phase::Loading | Phase::Running) => String::new(),
        // By another run, or by a failure the page has told of.
        Some(Phase::Cancelled | Phase::Failed) => texts::diffusion::jump_stopped::PLAIN.to_owned(),
        Some(Phase::Done) if frame.ks <= frame.ks_critical => {
            content::fill(texts::diffusion::jump_agree::PLAIN, &values)
        }
        Some(Phase::Done) => content::fill(texts::diffusion::jump_differ::PLAIN, &values),
    }
}

fn histogram(t: u32, frame: &NoiseStatsFrame) -> Html {
    let bins = |values: &[f32], tone, filled| Mark::Bins {
        low: f64::from(frame.low),
        bin_width: f64::from(frame.bin_width),
        values: values.iter().map(|v| f64::from(*v)).collect(),
        tone,
        filled,
        label: None,
    };
    let highest = frame
        .jump
        .iter()
        .chain(&frame.steps)
        .fold(0.0f32, |a, b| a.max(*b));
    let high = frame.low + frame.bin_width * frame.jump.len() as f32;
    let message = content::fill(
        texts::diffusion::jump_chart::PLAIN,
        &[
            ("t", &t.to_string()),
            ("runs", &frame.runs.to_string()),
            ("jump_mean", &signed(frame.mean[0])),
            ("jump_sd", &signed(frame.sd[0])),
            ("steps_mean", &signed(frame.mean[1])),
            ("steps_sd", &signed(frame.sd[1])),
        ],
    );
    let marks = vec![
        bins(&frame.jump, Tone::Accent, true),
        bins(&frame.steps, Tone::Second, false),
    ];
    html! {
        <Chart x={Axis::new("value of a pixel", [f64::from(frame.low), f64::from(high)], 6)}
            y={Axis::new("share of pixels", [0.0, f64::from(highest) * 1.15], 3)} {marks} {message} />
    }
}

fn signed(value: f32) -> String {
    format!("{value:.3}").replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(ks: f32) -> NoiseStatsFrame {
        NoiseStatsFrame {
            runs: 200,
            low: -3.0,
            bin_width: 0.5,
            jump: vec![0.5; 12],
            steps: vec![0.5; 12],
            mean: [-0.7, -0.7],
            sd: [0.6, 0.6],
            ks,
            ks_critical: 0.0049,
        }
    }

    #[test]
    fn only_a_complete_count_is_judged() {
        assert_eq!(verdict(Some(Phase::Running), &frame(0.9)), "");
        let agree = verdict(Some(Phase::Done), &frame(0.003));
        assert!(
            agree.contains("0.0030") && agree.contains("agree"),
            "{agree}"
        );
        let differ = verdict(Some(Phase::Done), &frame(0.009));
        assert!(
            differ.contains("0.0090") && differ.contains("seed"),
            "{differ}"
        );
        assert!(!agree.contains('{') && !differ.contains('{'));
        assert_ne!(verdict(Some(Phase::Cancelled), &frame(0.003)), "");
    }

    #[test]
    fn both_pictures_start_from_the_same_digit() {
        let of = CompareProps {
            x_0: Rc::new(vec![1.0; PIXELS]),
            t: 1,
            schedule: ScheduleKind::Cosine,
            seed: 7,
        };
        let one = Comparison::new(&of);
        // At t = 1 little noise is in either, and it is not the same.
        assert!(
            one.jump
                .iter()
                .chain(one.steps.iter())
                .all(|v| (v - 1.0).abs() < 0.05)
        );
        assert_ne!(one.jump, one.steps);
        let again = Comparison::new(&of);
        assert!(one.jump == again.jump && one.steps == again.steps);
    }
}
