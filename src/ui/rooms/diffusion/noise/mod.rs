//! Chapter 1, 'Noise it': a digit dissolves under the fixed rule, one formula for any t.
//!
//! Everything here but the statistics of many runs is computed on the page: it is one line
//! of arithmetic for each pixel.

mod compare;

use std::rc::Rc;

use yew::prelude::*;

use self::compare::Compare;
use crate::data::{DataSet, PIXELS};
use crate::models::diffusion::schedule::{Schedule, ScheduleKind, T};
use crate::noise::{INITIAL_DRAW, normal};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::choice::{place, segments};
use crate::ui::components::equation::Equation;
use crate::ui::components::pick::{Pick, describe, pixels_of};
use crate::ui::components::picture::{EPS_CONTRAST, PictureView};
use crate::ui::components::seed::SeedField;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::player::{mover, use_scale};
use crate::ui::samples::use_samples;
use crate::ui::state::{Named, NoiseState};

/// Points of a schedule's curve.
const CURVE_POINTS: usize = 100;

/// The stage of the chapter.
#[component]
pub fn NoiseChapter(props: &ChapterProps<NoiseState>) -> Html {
    let state = &props.state;
    let (loaded, retry) = use_samples(state.set);
    let player = use_scale(state.t, T as u32, props.edit(|state, t| state.t = t));
    let t = player.0.cursor as usize;
    let schedule = use_memo(state.schedule, |kind| Schedule::new(*kind));
    let eps = use_memo(state.seed, |seed| normal(*seed, 0, INITIAL_DRAW, PIXELS));
    let x_0 = use_memo(
        (state.picture.clone(), loaded.clone()),
        |(picture, loaded)| pixels_of(picture, loaded),
    );
    let on_move = mover(&player);
    let spoken = format!(
        "t = {t} of {T}: {:.2} of the signal, {:.2} of the noise",
        schedule.signal(t),
        schedule.sigma(t)
    );
    html! {
        <>
            <div class="card">
                <Pick set={state.set} picture={state.picture.clone()} loaded={loaded.clone()} on_retry={retry}
                    on_picture={props.edit(|state, picture| state.picture = picture)}
                    on_set={props.edit(|state, set| state.set = set)}
                    more={html! { <SeedField seed={state.seed} on_seed={props.edit(|state, seed| state.seed = seed)} /> }}
                    is_set={state.set != NoiseState::default().set}>
                    { segments("Schedule", "schedule", &ScheduleKind::ALL.map(ScheduleKind::name),
                        place(&ScheduleKind::ALL, state.schedule),
                        props.edit(|state, at: usize| state.schedule = ScheduleKind::ALL[at]),
                        state.schedule.name()) }
                </Pick>
                { views(&x_0, &eps, &schedule, t, &describe(state.set, &state.picture, &loaded)) }
                <Transport playback={player.0} on={on_move} position={format!("t = {t} / {T}")}
                    {spoken} />
            </div>
            <div class="inspect">
                { this_step(&schedule, t) }
                <div class="card">
                    <h3>{ "Noise schedule" }</h3>
                    { schedule_chart(&schedule, t) }
                </div>
                { remains(&schedule, t, state.set) }
            </div>
            if let Some(x_0) = x_0.as_ref() {
                <Compare x_0={x_0.clone()} t={t as u32} schedule={state.schedule} seed={state.seed} />
            }
        </>
    }
}

fn views(
    x_0: &Option<Rc<Vec<f32>>>,
    eps: &[f32],
    schedule: &Schedule,
    t: usize,
    what: &str,
) -> Html {
    let blank = || Rc::new(vec![-1.0; PIXELS]);
    let shown_eps = Rc::new(eps.iter().map(|e| EPS_CONTRAST * e).collect::<Vec<_>>());
    let x_t = match x_0 {
        Some(x_0) => Rc::new(schedule.q_sample(x_0, eps, t)),
        None => blank(),
    };
    let factor = |value: f64| html! { <small>{ format!("× {value:.2}") }</small> };
    html! {
        <div class="views noise-views">
            <figure>
                <PictureView class="pix" pixels={x_0.clone().unwrap_or_else(blank)}
                    label={format!("The clean picture: {what}")} />
                <figcaption>{ "clean: x" }<sub>{ "0" }</sub>{ factor(schedule.signal(t)) }</figcaption>
            </figure>
            <div class="op" aria-hidden="true">{ "+" }</div>
            <figure>
                <PictureView class="pix" pixels={shown_eps}
                    label={format!("The noise: one random number a pixel, shown at {EPS_CONTRAST} of its strength")} />
                <figcaption>{ "noise: ε" }{ factor(schedule.sigma(t)) }</figcaption>
            </figure>
            <div class="op" aria-hidden="true">{ "=" }</div>
            <figure>
                <PictureView class="pix" pixels={x_t}
                    label={format!("The noisy picture at t = {t}, of {what}")} />
                <figcaption>{ "noisy: x" }<sub>{ "t" }</sub></figcaption>
            </figure>
        </div>
    }
}

fn this_step(schedule: &Schedule, t: usize) -> Html {
    let formula = texts::diffusion::noise_step::HTML.to_owned();
    let values = vec![("signal", schedule.signal(t)), ("noise", schedule.sigma(t))];
    let step = match t {
        0 => "No step is taken yet: this is the clean picture.".to_owned(),
        t => format!(
            "The step to here added noise of variance β = {:.5}.",
            schedule.beta(t)
        ),
    };
    html! {
        <div class="card">
            <h3>{ "This step" }</h3>
            <Equation {formula} {values} indices={vec![("t", t)]} />
            <p class="hint">{ step }</p>
        </div>
    }
}

/// Signal and noise over t, with the point where we are.
pub(super) fn schedule_chart(schedule: &Schedule, t: usize) -> Html {
    let curve = |of: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
        (0..=CURVE_POINTS)
            .map(|k| k * T / CURVE_POINTS)
            .map(|t| (t as f64, of(t)))
            .collect()
    };
    let label = |text: &'static str, x: f64, above| {
        Some(Label {
            text: text.into(),
            x,
            above,
        })
    };
    let (signal, sigma) = (schedule.signal(t), schedule.sigma(t));
    let marks = vec![
        Mark::Rule { x: t as f64 },
        Mark::line(curve(&|t| schedule.sigma(t)), Tone::Muted)
            .dashed()
            .named(label("noise", 960.0, false)),
        Mark::line(curve(&|t| schedule.signal(t)), Tone::Accent)
            .named(label("signal", 960.0, true)),
        Mark::Point {
            x: t as f64,
            y: sigma,
            tone: Tone::Muted,
        },
        Mark::Point {
            x: t as f64,
            y: signal,
            tone: Tone::Accent,
        },
    ];
    let message = content::fill(
        texts::diffusion::schedule_chart::PLAIN,
        &[
            ("name", schedule.kind().name()),
            ("t", &t.to_string()),
            ("signal", &format!("{signal:.2}")),
            ("noise", &format!("{sigma:.2}")),
        ],
    );
    html! {
        <Chart x={Axis { label: "t".into(), range: [0.0, T as f64], ticks: vec![0.0, 500.0, 1000.0] }}
            y={Axis::new("", [0.0, 1.0], 2)} {marks} {message} />
    }
}

/// Variance of a training set's pixels, which go from -1 to 1. As it is usually told, for pixels from 0
/// to 1, the standard deviation is 0.3081 for MNIST and 0.3530 for Fashion-MNIST.
fn variance(set: DataSet) -> f64 {
    match set {
        DataSet::Mnist => 0.380,
        DataSet::FashionMnist => 0.498,
    }
}

/// Which part of the variance of x_t comes from the picture, where clean ones have this `variance`.
fn signal_share(alpha_bar: f64, variance: f64) -> f64 {
    let signal = alpha_bar * variance;
    signal / (signal + 1.0 - alpha_bar)
}

fn remains(schedule: &Schedule, t: usize, set: DataSet) -> Html {
    let alpha_bar = schedule.alpha_bar(t);
    let share = 100.0 * signal_share(alpha_bar, variance(set));
    html! {
        <div class="card">
            <h3>{ "What remains" }</h3>
            <dl>
                <dt>{ "Signal to noise" }</dt>
                <dd class="num" data-name="snr">{ decibels(alpha_bar) }</dd>
                <dt>{ "Signal’s share of variance" }</dt>
                <dd class="num">{ format!("{share:.1} %") }</dd>
                <dt>{ "Noise’s share" }</dt>
                <dd class="num">{ format!("{:.1} %", (100.0 - share).max(0.0)) }</dd>
            </dl>
            <div class="hint">{ content::section(texts::diffusion::remains::HTML) }</div>
        </div>
    }
}

/// `10 log10(alpha_bar / (1 - alpha_bar))` in words.
fn decibels(alpha_bar: f64) -> String {
    if alpha_bar >= 1.0 {
        return "no noise".into();
    }
    let db = 10.0 * (alpha_bar / (1.0 - alpha_bar)).log10();
    format!("{db:.1} dB").replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_variance_depend_on_the_data() {
        assert_eq!(signal_share(0.5, 1.0), 0.5);
        assert_eq!(signal_share(0.5, 0.25), 0.2);
        let all = signal_share(1.0, variance(DataSet::Mnist));
        assert!((all - 1.0).abs() < 1e-12);
        let told: [f64; 2] = [0.3081, 0.3530];
        for (set, sd) in DataSet::ALL.into_iter().zip(told) {
            assert!((variance(set) - (2.0 * sd).powi(2)).abs() < 1e-3);
        }
    }

    #[test]
    fn decibels_read_well() {
        assert_eq!(decibels(1.0), "no noise");
        assert_eq!(decibels(0.5), "0.0 dB");
        assert_eq!(decibels(10.0 / 11.0), "10.0 dB");
        assert_eq!(decibels(1.0 / 101.0), "\u{2212}20.0 dB");
    }
}
