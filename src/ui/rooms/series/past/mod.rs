//! Chapter 'The past predicts': a value as a weighted sum of those before it, by hand.

use std::rc::Rc;

use yew::prelude::*;

use super::data::{Series, use_series};
use super::pick::series_control;
use super::run::{Looked, Once};
use super::stage::{about, brought, course, files};
use super::{number, range};
use crate::models::series::{by_hand, rmse};
use crate::protocol::series::{LookAsk, MOST_LAGS};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::choice::choose;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::progress::progress;
use crate::ui::components::slider::Slider;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Booked, use_booked};
use crate::ui::runs::player::{Entry, mover, use_player};
use crate::ui::state::{PastState, Route};

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::series_past::story::HTML) }
            { content::predict(texts::series_past::story_try::HTML, texts::series_past::story_reveal::HTML) }
            <h3>{ texts::series_past::memory::TITLE }</h3>
            { content::section(texts::series_past::memory::HTML) }
        </>
    }
}

/// The lags whose weights can be set: the last value, one a season ago, and one more.
fn lags(series: &Series) -> [u32; 3] {
    match series.season {
        1 => [1, 2, 3],
        season => [1, season, 2],
    }
}

/// A series with weights by hand.
struct ByHand {
    lags: [u32; 3],
    weights: Vec<f64>,
    mean: f64,
    /// The first value that is predicted.
    first: usize,
    /// What is expected from there on.
    expected: Vec<f64>,
}

impl ByHand {
    fn of(series: &Series, weights: &[f64]) -> Self {
        let lags = lags(series);
        let pairs = lags
            .iter()
            .map(|lag| *lag as usize)
            .zip(weights.iter().copied());
        let mean = series.values.iter().sum::<f64>() / series.values.len() as f64;
        let (first, expected) = by_hand(&series.values, mean, &pairs.collect::<Vec<_>>());
        Self {
            lags,
            weights: weights.to_vec(),
            mean,
            first,
            expected,
        }
    }

    fn error(&self, series: &Series) -> f64 {
        rmse(&series.values[self.first..], &self.expected)
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn PastChapter(props: &ChapterProps<PastState>) -> Html {
    let state = &props.state;
    let source = use_series(state.series);
    let series = source.series.clone();
    let want = series.as_ref().map(|series| LookAsk {
        values: series.values.clone(),
        lags: lags(series).to_vec(),
        most: MOST_LAGS
            .min(series.values.len() as u32 / 2)
            .min((2 * series.season).max(24)),
    });
    let run = use_booked(Booked::<Once<Looked>>::default, want, false);
    let look = run.look.clone();
    let weights = state.weights.map(|w| f64::from(w) / 100.0);
    let hand = series.as_ref().map(|series| ByHand::of(series, &weights));
    let last = hand
        .as_ref()
        .map_or(0, |hand| hand.expected.len() as u32 - 1);
    let is_here = hand.is_some();
    let of = (&source, state.series);
    let course = course((), of, (state.at, last), Entry::Rest(last), is_here);
    let player = use_player(course, props.edit(|state, at| state.at = Some(at)));
    let at = player.0.cursor.min(last) as usize;
    let best = look.as_ref().map(|look| look.weights.clone());
    let on_series = props.edit(|state, series| {
        state.begin();
        state.series = series;
    });
    let on_weights = props.edit(|state: &mut PastState, weights: [i32; 3]| state.weights = weights);
    let errors = series.as_ref().zip(hand.as_ref()).map(|(series, hand)| {
        let other = |weights: &[f64]| ByHand::of(series, weights).error(series);
        [
            Some(hand.error(series)),
            best.as_ref().map(|best| other(best)),
            Some(other(&[1.0, 0.0, 0.0])),
        ]
    });
    let told = series
        .as_ref()
        .zip(hand.as_ref())
        .map(|(series, hand)| spoken(series, hand, at));
    html! {
        <>
            <div class="card series-past" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-weights={state.weights.map(|w| w.to_string()).join(",")} data-series={is_here.to_string()} data-values={series.as_ref().map(|series| series.values.len().to_string())}
                data-error={errors.map(|errors| number(errors[0].unwrap_or_default()))}
                data-least={errors.and_then(|errors| errors[1]).map(number)}>
                { controls(props, &source.series, &on_weights, series_control(&source, state.series, on_series)) }
                { brought(&source, state.series) }
                if let (Some(series), Some(hand)) = (&series, &hand) {
                    { picture(series, hand, at, told.clone().unwrap_or_default()) }
                    { sum(series, hand, at) }
                    { compare(series, errors, best.as_deref(), &on_weights) }
                }
                if series.is_some() {
                    { progress(&run, |engine| format!("{engine}: correlations"), |_| texts::text::computed::PLAIN.into()) }
                }
                <Transport playback={player.0} on={mover(&player)} position={format!("{} / {}", at + 1, last + 1)}
                    time={texts::series_past::place::PLAIN} spoken={told.unwrap_or_default()}>
                    { files(Route::of(state.clone()), "series", series.clone().zip(hand).map(|(series, hand)| move || csv(&series, &hand))) }
                </Transport>
            </div>
            <div class="inspect series-inspect">
                if let Some(series) = &series {
                    { lag_plot(props, series) }
                    if let Some(look) = &look {
                        { correlations(&look.acf, series.values.len(), texts::series_past::acf::TITLE, texts::series_past::acf::HTML) }
                        { correlations(&look.pacf, series.values.len(), texts::series_past::pacf::TITLE, texts::series_past::pacf::HTML) }
                    }
                    { about(series) }
                }
            </div>
        </>
    }
}

/// The name of a lag in words.
fn lag_name(lag: u32) -> String {
    match lag {
        1 => texts::series_past::last_value::PLAIN.into(),
        lag => content::fill(texts::series_past::lag::PLAIN, &[("lag", lag.to_string())]),
    }
}

fn controls(
    props: &ChapterProps<PastState>,
    series: &Option<Rc<Series>>,
    on_weights: &Callback<[i32; 3]>,
    which: Html,
) -> Html {
    let state = &props.state;
    let lags = series.as_ref().map_or([1, 2, 3], |series| lags(series));
    let slider = |i: usize| {
        let weights = state.weights;
        let on_value = on_weights.reform(move |value: f32| {
            let mut weights = weights;
            weights[i] = (100.0 * value).round() as i32;
            weights
        });
        let most = PastState::MOST_WEIGHT as f32 / 100.0;
        html! {
            <Slider label={lag_name(lags[i])} name={["first", "second", "third"][i]} min={-most} max={most} step={0.01} digits={2}
                value={weights[i] as f32 / 100.0} {on_value} />
        }
    };
    html! {
        <ControlRow more={slider(2)} is_set={state.weights[2] != 0}>
            { which }{ slider(0) }{ slider(1) }
        </ControlRow>
    }
}

/// The series, what is expected of it, and the value at hand.
fn picture(series: &Series, hand: &ByHand, at: usize, message: String) -> Html {
    let expected = (hand.first..)
        .zip(&hand.expected)
        .map(|(t, y)| (series.x(t), *y));
    let t = hand.first + at;
    let value = |t: usize, tone| Mark::point((series.x(t), series.values[t]), tone);
    let mut marks = vec![
        Mark::line(series.points(0), Tone::Muted),
        Mark::line(expected.collect(), Tone::Accent).dashed(),
        Mark::Rule { x: series.x(t) },
        value(t, Tone::Muted),
        Mark::point((series.x(t), hand.expected[at]), Tone::Accent),
    ];
    let used = hand
        .lags
        .iter()
        .zip(&hand.weights)
        .filter(|(_, weight)| **weight != 0.0);
    marks.extend(used.map(|(lag, _)| value(t - *lag as usize, Tone::Second)));
    let all = series.values.iter().chain(&hand.expected).copied();
    html! {
        <div class="series-picture">
            <Chart x={Axis::new(series.axis(), [series.x(0), series.x(series.values.len() - 1)], 6)}
                y={Axis::new(series.unit.clone(), range(all), 5)} {marks} {message} height=260.0 />
            <p class="hint">{ texts::series_past::legend::PLAIN }</p>
        </div>
    }
}

fn spoken(series: &Series, hand: &ByHand, at: usize) -> String {
    let t = hand.first + at;
    let values = [
        ("place", series.place(t)),
        ("expected", number(hand.expected[at])),
        ("truth", number(series.values[t])),
    ];
    content::fill(texts::series_past::spoken::PLAIN, &values)
}

/// The sum with its numbers.
fn sum(series: &Series, hand: &ByHand, at: usize) -> Html {
    let t = hand.first + at;
    let row = |(lag, weight): (&u32, &f64)| {
        let from = t - *lag as usize;
        let off = series.values[from] - hand.mean;
        html! {
            <tr><th scope="row">{ lag_name(*lag) }<span class="hint">{ " " }{ series.place(from) }</span></th>
                <td class="num">{ number(*weight) }</td><td class="num">{ number(off) }</td><td class="num">{ number(weight * off) }</td></tr>
        }
    };
    let expected = hand.expected[at];
    let end = |name: &'static str, value: f64, id: &'static str| {
        html! {
            <tr><th scope="row">{ name }</th><td /><td /><td class="num" data-name={id}>{ number(value) }</td></tr>
        }
    };
    html! {
        <div class="series-sum">
            <table>
                <thead><tr><th scope="col">{ series.place(t) }</th><th scope="col">{ texts::series_past::weight::PLAIN }</th>
                    <th scope="col">{ texts::series_past::off::PLAIN }</th><th scope="col">{ texts::series_past::part::PLAIN }</th></tr></thead>
                <tbody>
                    { for hand.lags.iter().zip(&hand.weights).map(row) }
                    { end(texts::series_past::mean::PLAIN, hand.mean, "mean") }
                    { end(texts::series_past::expected::PLAIN, expected, "expected") }
                    { end(texts::series_past::truth::PLAIN, series.values[t], "truth") }
                    { end(texts::series_past::error::PLAIN, series.values[t] - expected, "error") }
                </tbody>
            </table>
        </div>
    }
}

/// A button that takes weights, by its class; they may not be here yet.
type Take = Option<(&'static str, Option<[i32; 3]>)>;

/// Yours, the best, and the one without any thought; the others can be taken.
fn compare(
    series: &Series,
    errors: Option<[Option<f64>; 3]>,
    best: Option<&[f64]>,
    on_weights: &Callback<[i32; 3]>,
) -> Html {
    let rounded = best.map(|best| {
        let most = f64::from(PastState::MOST_WEIGHT);
        let mut weights = [0; 3];
        for (to, from) in weights.iter_mut().zip(best) {
            *to = (100.0 * from).round().clamp(-most, most) as i32;
        }
        weights
    });
    let [own, least, naive] = errors.unwrap_or_default();
    let rows = [
        (texts::series_past::yours::PLAIN, own, None),
        (
            texts::series_past::best::PLAIN,
            least,
            Some(("least", rounded)),
        ),
        (
            texts::series_past::lazy::PLAIN,
            naive,
            Some(("naive", Some([100, 0, 0]))),
        ),
    ];
    let row = |(name, error, take): (&'static str, Option<f64>, Take)| {
        let error = error.map_or_else(|| "\u{2026}".into(), number);
        let button = take.map(|(class, weights)| {
            let onclick = on_weights.reform(move |_: MouseEvent| weights.unwrap_or_default());
            let label = content::fill(texts::series_past::take::PLAIN, &[("name", name)]);
            html! {
                <button type="button" class={classes!("button", "small", class)} aria-label={label}
                    disabled={weights.is_none()} {onclick}>{ texts::series_past::set::PLAIN }</button>
            }
        });
        html! { <tr><th scope="row">{ name }</th><td class="num">{ error }{ " " }{ &series.unit }</td><td>{ button }</td></tr> }
    };
    html! {
        <div class="series-errors">
            <h3>{ texts::series_past::errors::TITLE }</h3>
            <table><tbody>{ for rows.map(row) }</tbody></table>
        </div>
    }
}

/// Each value over the one so many steps before.
fn lag_plot(props: &ChapterProps<PastState>, series: &Series) -> Html {
    let most = MOST_LAGS.min(series.values.len() as u32 / 2);
    let lag = props.state.lag.min(most);
    let pairs = series
        .values
        .iter()
        .zip(series.values.iter().skip(lag as usize));
    let points: Vec<(f64, f64)> = pairs.map(|(before, now)| (*before, *now)).collect();
    let all = range(series.values.iter().copied());
    let lags: Vec<u32> = (1..=most).collect();
    let on = props.edit(|state: &mut PastState, lag| state.lag = lag);
    let message = content::fill(texts::series_past::plot::PLAIN, &[("lag", lag.to_string())]);
    html! {
        <div class="card">
            <h3>{ texts::series_past::plot::TITLE }</h3>
            { choose(texts::series_past::plot_lag::PLAIN, "lag", &lags, lag, u32::to_string, on) }
            <Chart x={Axis::new(content::fill(texts::series_past::before::PLAIN, &[("lag", lag.to_string())]), all, 4)} y={Axis::new("", all, 4)}
                marks={vec![Mark::Dots { points, tone: Tone::Accent }]} message={message.clone()} height=220.0 />
            <p class="hint">{ message }</p>
        </div>
    }
}

/// A line from nothing to a value, at a lag.
pub fn stem(lag: u32, value: f64) -> Mark {
    let x = f64::from(lag);
    Mark::line(vec![(x, 0.0), (x, value)], Tone::Accent)
}

/// Correlations by lag, with the bounds that those of noise rarely pass.
pub fn correlations(all: &[f64], n: usize, title: &'static str, text: &'static str) -> Html {
    let bound = 1.96 / (n as f64).sqrt();
    let lags = all.len() as f64;
    let line = |y: f64| Mark::line(vec![(0.5, y), (lags - 0.5, y)], Tone::Second).dashed();
    let bars = (1..).zip(&all[1..]).map(|(lag, r)| stem(lag, *r));
    let marks: Vec<Mark> = bars.chain([line(bound), line(-bound), line(0.0)]).collect();
    let out = (1..).zip(&all[1..]).filter(|(_, r)| r.abs() > bound);
    let out: Vec<String> = out
        .map(|(lag, _): (u32, _)| lag.to_string())
        .take(8)
        .collect();
    let message = match out.is_empty() {
        true => texts::series::within::PLAIN.to_owned(),
        false => content::fill(texts::series::beyond::PLAIN, &[("lags", out.join(", "))]),
    };
    html! {
        <div class="card">
            <h3>{ title }</h3>
            <Chart x={Axis::new(texts::series::lag::PLAIN, [0.0, lags], 6)} y={Axis::new("", [-1.0, 1.0], 4)} {marks} message={message.clone()} height=170.0 />
            <p class="hint">{ message }</p>
            { content::section(text) }
        </div>
    }
}

/// Every value, what was expected of it, and the error.
fn csv(series: &Series, hand: &ByHand) -> String {
    let row = |(i, expected): (usize, &f64)| {
        let t = hand.first + i;
        let truth = series.values[t];
        format!("{},{truth},{expected},{}\n", t + 1, truth - expected)
    };
    let rows: String = hand.expected.iter().enumerate().map(row).collect();
    format!("step,value,expected,error\n{rows}")
}
