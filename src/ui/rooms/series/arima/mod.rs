//! Chapter 'The classical machine': a seasonal ARIMA, fitted here, and the values to come.

mod inspect;

use yew::prelude::*;

use self::inspect::inspectors;
use super::data::{Series, use_series};
use super::pick::series_control;
use super::run::FitsRun;
use super::stage::{brought, course, files};
use super::task::{cases, task_card};
use super::{number, range};
use crate::models::series::told::{Ahead, Of, Term, Unfit, WIDE};
use crate::models::series::{MOST_ORDER, Order};
use crate::protocol::series::{FitAsk, Fitted, Which};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::choice::choose;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::progress::progress;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Entry, mover, use_player};
use crate::ui::state::series::{Case, Orders};
use crate::ui::state::{ArimaState, Route};

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::series_arima::story::HTML) }
            { content::predict(texts::series_arima::story_try::HTML, texts::series_arima::story_reveal::HTML) }
            <h3>{ texts::series_arima::model::TITLE }</h3>
            { content::section(texts::series_arima::model::HTML) }
            <h3>{ texts::series_arima::choice::TITLE }</h3>
            { content::section(texts::series_arima::choice::HTML) }
            { cases(true) }
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn ArimaChapter(props: &ChapterProps<ArimaState>) -> Html {
    let state = &props.state;
    let source = use_series(state.series);
    let series = source.series.clone();
    let want = series.as_ref().map(|series| FitAsk {
        values: series.modelled(),
        which: match state.spec(series.season) {
            Some(spec) => Which::Of(spec),
            None => Which::Best(series.season),
        },
        ahead: ArimaState::AHEAD,
    });
    let run = use_booked(FitsRun::default, want, false);
    let fitted = run.fitted.clone();
    let (of, ahead) = ((&source, state.series), (state.at, ArimaState::AHEAD));
    let course = course(state.orders, of, ahead, Entry::Start, fitted.is_some());
    let player = use_player(course, props.edit(|state, at| state.at = Some(at)));
    let at = player.0.cursor as usize;
    let on_series = props.edit(|state, series| {
        state.begin();
        state.series = series;
    });
    let both = series.as_ref().zip(fitted.as_ref());
    let told = both.map(|(series, fitted)| spoken(series, fitted, at));
    let count = run.tried.len();
    html! {
        <>
            <div class="card series-arima" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-model={fitted.as_ref().map(|fitted| fitted.fit.spec.to_string())}
                data-aic={fitted.as_ref().map(|fitted| format!("{:.3}", fitted.fit.aic()))}
                data-tried={count.to_string()} data-unfit={run.unfit.is_some().to_string()}>
                { controls(props, series_control(&source, state.series, on_series)) }
                { brought(&source, state.series) }
                if let Some(case) = state.case {
                    { task_card(case, both.map(|(series, fitted)| case.fitted(state.series, fitted, series.last())), mend(props, case)) }
                }
                if let Some(why) = run.unfit {
                    <p class="notice" role="alert">{ complaint(why) }</p>
                }
                if let Some(series) = &series {
                    { picture(series, fitted.as_deref(), at, told.clone().unwrap_or_default()) }
                }
                if let Some((series, fitted)) = both {
                    { doubts(fitted) }
                    { sum(series, fitted, at) }
                }
                if series.is_some() {
                    { progress(&run, |engine| working(engine, &run), |_| texts::text::computed::PLAIN.into()) }
                }
                <Transport playback={player.0} on={mover(&player)} position={format!("+{at} / {}", ArimaState::AHEAD)}
                    time={texts::series_arima::ahead::PLAIN} spoken={told.unwrap_or_default()}>
                    { files(Route::of(state.clone()), "forecast", series.clone().zip(fitted.clone()).map(|(series, fitted)| move || csv(&series, &fitted))) }
                </Transport>
            </div>
            <div class="inspect series-inspect">
                if let Some((series, fitted)) = both {
                    { inspectors(series, fitted, &run.tried) }
                }
            </div>
        </>
    }
}

fn mend(props: &ChapterProps<ArimaState>, case: Case) -> Callback<MouseEvent> {
    props.edit(move |state, _| *state = case.mended())
}

fn working(engine: &str, run: &FitsRun) -> String {
    match (run.tried.len(), run.log_likelihood) {
        (0, Some(value)) => format!("{engine}: ln p = {value:.3}"),
        (0, None) => format!("{engine}: at work"),
        (n, _) => format!("{engine}: {n} models tried"),
    }
}

fn complaint(why: Unfit) -> &'static str {
    match why {
        Unfit::TooShort => texts::series_arima::too_short::PLAIN,
        Unfit::Constant => texts::series_arima::nothing_left::PLAIN,
        Unfit::Nowhere => texts::series_arima::nowhere::PLAIN,
    }
}

/// What is not to be trusted.
fn doubts(fitted: &Fitted) -> Html {
    let words = match (fitted.fit.at_edge, fitted.fit.arrived) {
        (true, _) => texts::series_arima::at_edge::PLAIN,
        (false, false) => texts::series_arima::not_there::PLAIN,
        _ => return Html::default(),
    };
    html! { <p class="notice" data-name="doubt">{ words }</p> }
}

fn controls(props: &ChapterProps<ArimaState>, which: Html) -> Html {
    let state = &props.state;
    let (order, seasonal, constant) = match state.orders {
        Orders::Of(order, seasonal, constant) => (order, seasonal, constant),
        Orders::Best => (Order::default(), Order::default(), false),
    };
    let is_best = state.orders == Orders::Best;
    let set = |orders: Orders| {
        props.edit(move |state: &mut ArimaState, _: MouseEvent| {
            state.begin();
            state.orders = orders;
        })
    };
    let usual = match ArimaState::default().orders {
        own @ Orders::Of(..) if is_best => own,
        _ => state.orders,
    };
    let on_plain = props.edit(move |state: &mut ArimaState, order| {
        state.begin();
        state.orders = Orders::Of(order, seasonal, constant);
    });
    let on_seasonal = props.edit(move |state: &mut ArimaState, seasonal| {
        state.begin();
        state.orders = Orders::Of(order, seasonal, constant);
    });
    let mean = Orders::Of(order, seasonal, !constant);
    let more = html! {
        <>
            { orders(texts::series_arima::seasonal::PLAIN, ["sp", "sd", "sq"], seasonal, 1, is_best, on_seasonal) }
            <label class="field"><input type="checkbox" name="mean" checked={constant} disabled={is_best} onclick={set(mean)} />{ texts::series_arima::constant::PLAIN }</label>
        </>
    };
    html! {
        <ControlRow {more} is_set={false}>
            { which }
            <span class="seg" role="group" aria-label={texts::series_arima::orders::PLAIN} data-lock="orders">
                <button type="button" class="mine" aria-pressed={(!is_best).to_string()} onclick={set(usual)}>{ texts::series_arima::mine::PLAIN }</button>
                <button type="button" class="best" aria-pressed={is_best.to_string()} onclick={set(Orders::Best)}>{ texts::series_arima::best::PLAIN }</button>
            </span>
            if !is_best {
                { orders(texts::series_arima::plain::PLAIN, ["p", "d", "q"], order, ArimaState::MOST_DIFFERENCES, false, on_plain) }
            }
        </ControlRow>
    }
}

/// Three small lists: values back, differences, errors back.
fn orders(
    label: &'static str,
    names: [&'static str; 3],
    order: Order,
    most_d: u32,
    disabled: bool,
    on: Callback<Order>,
) -> Html {
    let list = |i: usize, value: u32, most: u32| {
        let all: Vec<u32> = (0..=most).collect();
        let on = on.reform(move |n: u32| match i {
            0 => Order { p: n, ..order },
            1 => Order { d: n, ..order },
            _ => Order { q: n, ..order },
        });
        choose(
            names[i].trim_start_matches('s'),
            names[i],
            &all,
            value,
            u32::to_string,
            on,
        )
    };
    html! {
        <fieldset class="series-orders" {disabled}>
            <legend>{ label }</legend>
            { list(0, order.p, MOST_ORDER) }{ list(1, order.d, most_d) }{ list(2, order.q, MOST_ORDER) }
        </fieldset>
    }
}

/// The series, what was expected of it, and so many values to come.
fn picture(series: &Series, fitted: Option<&Fitted>, at: usize, message: String) -> Html {
    let n = series.values.len();
    let mut marks = vec![Mark::line(series.points(0), Tone::Muted)];
    let mut all: Vec<f64> = series.values.clone();
    if let Some(fitted) = fitted {
        let modelled = series.modelled();
        let first = n - fitted.fit.surprises.len();
        // The first ones are owed to the beginning, of which nothing is known.
        let from = first.max(1);
        let expected = (from..n).map(|t| {
            (
                series.x(t),
                series.back(modelled[t] - fitted.fit.surprises[t - first]),
            )
        });
        marks.push(Mark::line(expected.collect(), Tone::Second).dashed());
        let band = |(h, ahead): (usize, &Ahead)| {
            let off = WIDE * ahead.spread;
            (
                series.x(n + h),
                series.back(ahead.mean - off),
                series.back(ahead.mean + off),
            )
        };
        let bands: Vec<_> = fitted.ahead.iter().enumerate().map(band).collect();
        all.extend(bands.iter().flat_map(|(_, low, high)| [*low, *high]));
        let means = fitted.ahead.iter().enumerate().take(at);
        let means = means.map(|(h, ahead)| (series.x(n + h), series.back(ahead.mean)));
        let means: Vec<_> = std::iter::once((series.x(n - 1), series.values[n - 1]))
            .chain(means)
            .collect();
        marks.push(Mark::Band {
            points: bands.into_iter().take(at).collect(),
            tone: Tone::Accent,
        });
        if let Some(last) = means.last().copied().filter(|_| at > 0) {
            marks.push(Mark::line(means, Tone::Accent));
            marks.push(Mark::point(last, Tone::Accent));
        }
    }
    let end = n + ArimaState::AHEAD as usize - 1;
    // What explodes must not make a line of all else.
    let own = range(series.values.iter().copied());
    let [low, high] = range(all.into_iter());
    let room = own[1] - own[0];
    let shown = [low.max(own[0] - room), high.min(own[1] + room)];
    html! {
        <div class="series-picture">
            <Chart x={Axis::new(series.axis(), [series.x(0), series.x(end)], 6)} y={Axis::new(series.unit.clone(), shown, 5)}
                {marks} {message} height=280.0 />
            <p class="hint">{ texts::series_arima::legend::PLAIN }</p>
        </div>
    }
}

fn spoken(series: &Series, fitted: &Fitted, at: usize) -> String {
    let n = series.values.len();
    let Some(ahead) = at.checked_sub(1).and_then(|h| fitted.ahead.get(h)) else {
        return content::fill(
            texts::series_arima::begin::PLAIN,
            &[("model", fitted.fit.spec.to_string())],
        );
    };
    let off = WIDE * ahead.spread;
    let values = [
        ("place", series.place(n + at - 1)),
        ("mean", number(series.back(ahead.mean))),
        ("low", number(series.back(ahead.mean - off))),
        ("high", number(series.back(ahead.mean + off))),
        ("unit", series.unit.clone()),
    ];
    content::fill(texts::series_arima::spoken::PLAIN, &values)
}

/// The equation of a value to come, with its numbers.
fn sum(series: &Series, fitted: &Fitted, at: usize) -> Html {
    let n = series.values.len();
    let h = at.max(1);
    let Some(ahead) = fitted.ahead.get(h - 1) else {
        return Html::default();
    };
    let t = n + h - 1;
    let place = |lag: u32| match (t + 1).checked_sub(lag as usize + 1) {
        Some(from) if from < n => series.place(from),
        Some(from) => content::fill(
            texts::series_arima::expected_at::PLAIN,
            &[("place", series.place(from))],
        ),
        None => String::new(),
    };
    let row = |term: &Term| {
        let (words, lag) = match term.of {
            Of::Value(lag) => (texts::series_arima::value::PLAIN, Some(lag)),
            Of::Error(lag) => (texts::series_arima::error::PLAIN, Some(lag)),
            Of::Constant => (texts::series_arima::mean_part::PLAIN, None),
            Of::Rest => (texts::series_arima::rest::PLAIN, None),
        };
        let name = content::fill(words, &[("lag", lag.unwrap_or_default().to_string())]);
        let place = lag.map(place);
        html! {
            <tr><th scope="row">{ name }{ " " }<span class="hint">{ place }</span></th>
                <td class="num">{ number(term.weight) }</td><td class="num">{ number(term.value) }</td><td class="num">{ number(term.weight * term.value) }</td></tr>
        }
    };
    let what = match series.log {
        true => texts::series_arima::expected_log::PLAIN,
        false => texts::series_arima::expected::PLAIN,
    };
    let told = if series.log {
        format!(
            "{} = ln {}",
            number(ahead.mean),
            number(series.back(ahead.mean))
        )
    } else {
        number(ahead.mean)
    };
    html! {
        <div class="series-sum">
            <table>
                <thead><tr><th scope="col">{ series.place(t) }</th><th scope="col">{ texts::series_past::weight::PLAIN }</th>
                    <th scope="col">{ if series.log { texts::series_arima::log_value::PLAIN } else { texts::series_arima::plain_value::PLAIN } }</th>
                    <th scope="col">{ texts::series_past::part::PLAIN }</th></tr></thead>
                <tbody>
                    { for ahead.terms.iter().map(row) }
                    <tr><th scope="row">{ what }</th><td colspan="3" class="num" data-name="expected">{ told }</td></tr>
                </tbody>
            </table>
        </div>
    }
}

/// The values to come, with their intervals.
fn csv(series: &Series, fitted: &Fitted) -> String {
    let row = |(h, ahead): (usize, &Ahead)| {
        let off = WIDE * ahead.spread;
        let told = [ahead.mean, ahead.mean - off, ahead.mean + off];
        format!(
            "{},{}\n",
            h + 1,
            told.map(|y| series.back(y).to_string()).join(",")
        )
    };
    let rows: String = fitted.ahead.iter().enumerate().map(row).collect();
    format!("ahead,expected,low,high\n{rows}")
}
