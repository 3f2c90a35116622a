//! Chapter 'Side by side': forecasts of the same values, which no model has seen.

use std::rc::Rc;

use yew::prelude::*;

use super::data::{Series, use_series};
use super::past::source_of;
use super::pick::{Brought, missing, series_control};
use super::run::Compared;
use super::{number, range};
use crate::models::series::told::WIDE;
use crate::protocol::series::{CompareAsk, Course as Way, Rival};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::choice::choose;
use crate::ui::components::progress::progress;
use crate::ui::components::save::save_csv;
use crate::ui::components::share::ShareButton;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::link;
use crate::ui::runs::booked::{Booked, use_booked};
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::series::Chosen;
use crate::ui::state::{Named, RivalsState, Route};

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::series_rivals::story::HTML) }
            { content::predict(texts::series_rivals::story_try::HTML, texts::series_rivals::story_reveal::HTML) }
            <h3>{ texts::series_rivals::judge::TITLE }</h3>
            { content::section(texts::series_rivals::judge::HTML) }
            <h3>{ texts::series_rivals::price::TITLE }</h3>
            { content::section(texts::series_rivals::price::HTML) }
        </>
    }
}

fn name(rival: Rival) -> &'static str {
    match rival {
        Rival::Last => texts::series_rivals::last::PLAIN,
        Rival::Season => texts::series_rivals::season::PLAIN,
        Rival::Ar => texts::series_rivals::ar::PLAIN,
        Rival::Arima => texts::series_rivals::arima::PLAIN,
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn RivalsChapter(props: &ChapterProps<RivalsState>) -> Html {
    let state = &props.state;
    let source = use_series(state.series);
    let series = source.series.clone();
    let want = series.as_ref().map(|series| CompareAsk {
        values: series.modelled(),
        season: series.season,
    });
    let run = use_booked(Booked::<Compared>::default, want, false);
    let is_done = run.book.phase == Some(Phase::Done) && !run.courses.is_empty();
    let who = run
        .courses
        .iter()
        .find(|way| way.rival == state.who)
        .cloned();
    let naive = run.courses.first().cloned();
    let last = if is_done {
        run.held
    } else {
        RivalsState::MOST_HELD
    };
    let own = source
        .own
        .as_ref()
        .map(Rc::as_ptr)
        .filter(|_| state.series == Chosen::Own);
    let course = Course {
        of: (state.series, own),
        entry: state
            .at
            .map_or(Entry::Start, |at| Entry::Rest(at.min(last))),
        ready: is_done.then_some(last),
        last,
        at: state.at.filter(|_| is_done).map(|at| (at, at.min(last))),
        tells: is_done,
    };
    let player = use_player(course, props.edit(|state, at| state.at = Some(at)));
    let at = (player.0.cursor as usize).min(run.held as usize);
    let on_series = props.edit(|state: &mut RivalsState, series| {
        state.begin();
        state.series = series;
    });
    let on_who = props.edit(|state: &mut RivalsState, who| state.who = who);
    let told = series
        .as_ref()
        .zip(who.as_ref())
        .map(|(series, way)| spoken(series, way, at));
    let crps = |rival: Rival| {
        let way = run.courses.iter().find(|way| way.rival == rival);
        way.map(|way| format!("{:.5}", way.scores.crps))
    };
    html! {
        <>
            <div class="card series-rivals" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-rivals={run.courses.len().to_string()} data-held={run.held.to_string()} data-who={state.who.name()}
                data-last={crps(Rival::Last)} data-arima={crps(Rival::Arima)} data-short={run.is_short.to_string()}>
                <div class="controls">
                    { series_control(&source, state.series, on_series) }
                    { choose(texts::series_rivals::who::PLAIN, "who", Rival::VALUES, state.who, |rival| name(*rival).to_owned(), on_who) }
                </div>
                if state.series == Chosen::Own {
                    <Brought own={source.own.clone()} on_own={source.on_own.clone()} />
                }
                { missing(&source, state.series) }
                if run.is_short {
                    <p class="notice" role="alert">{ texts::series_rivals::too_short::PLAIN }</p>
                } else if is_done && who.is_none() {
                    <p class="notice" data-name="absent">{ texts::series_rivals::absent::PLAIN }</p>
                }
                if let Some(series) = &series {
                    { picture(series, who.as_deref(), naive.as_deref(), at, told.clone().unwrap_or_default()) }
                    { scores(series, &run.courses, state.who) }
                }
                { progress(&run, |engine| content::fill(texts::series_rivals::working::PLAIN, &[("engine", engine.to_owned()), ("n", run.tried.to_string())]), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{at} / {last}")}
                    time={texts::series_rivals::held::PLAIN} spoken={told.unwrap_or_default()}>
                    <ShareButton link={link(&Route::of(state.clone()))} />
                    <button type="button" class="button csv" disabled={!is_done} onclick={on_csv(series.as_ref(), who.as_ref())}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect series-inspect">
                { horizons(&run.courses) }
                if let Some(series) = &series {
                    <div class="card"><h3>{ &series.title }</h3><p class="hint">{ source_of(series) }</p></div>
                }
            </div>
        </>
    }
}

/// The last part of the series, and what was expected of it.
fn picture(
    series: &Series,
    who: Option<&Way>,
    naive: Option<&Way>,
    at: usize,
    message: String,
) -> Html {
    let n = series.values.len();
    let held = who.or(naive).map_or(0, |way| way.steps.len());
    let first = n - held;
    // Twice as much of the past, so that the eye can compare.
    let begin = first.saturating_sub(2 * held.max(12));
    let line = |points: Vec<(f64, f64)>, tone, dashed| Mark::Line {
        points,
        tone,
        dashed,
        label: None,
    };
    let place = |i: usize, y: f64| (series.x(first + i), series.back(y));
    let truth = (begin..n)
        .map(|t| (series.x(t), series.values[t]))
        .collect();
    let mut marks = vec![
        line(truth, Tone::Muted, false),
        Mark::Rule {
            x: series.x(first.max(1) - 1),
        },
    ];
    let mut all: Vec<f64> = series.values[begin..].to_vec();
    if let Some(way) = naive.filter(|naive| who.is_none_or(|who| who.rival != naive.rival)) {
        let free = way.free.iter().enumerate().take(at);
        marks.push(line(
            free.map(|(i, (mean, _))| place(i, *mean)).collect(),
            Tone::Muted,
            true,
        ));
    }
    if let Some(way) = who {
        let band = |(i, (mean, spread)): (usize, &(f64, f64))| {
            let off = WIDE * spread;
            (
                place(i, 0.0).0,
                series.back(mean - off),
                series.back(mean + off),
            )
        };
        let bands: Vec<_> = way.free.iter().enumerate().map(band).collect();
        all.extend(bands.iter().flat_map(|(_, low, high)| [*low, *high]));
        marks.push(Mark::Band {
            points: bands[..at].to_vec(),
            tone: Tone::Accent,
        });
        let free = way.free.iter().enumerate().take(at);
        marks.push(line(
            free.map(|(i, (mean, _))| place(i, *mean)).collect(),
            Tone::Accent,
            false,
        ));
        let steps = way.steps.iter().enumerate().take(at);
        marks.push(line(
            steps.map(|(i, (mean, _))| place(i, *mean)).collect(),
            Tone::Second,
            true,
        ));
    }
    let own = range(series.values[begin..].iter().copied());
    let [low, high] = range(all.into_iter());
    let room = own[1] - own[0];
    let shown = [low.max(own[0] - room), high.min(own[1] + room)];
    html! {
        <div class="series-picture">
            <Chart x={Axis::new(series.axis(), [series.x(begin), series.x(n - 1)], 6)} y={Axis::new(series.unit.clone(), shown, 5)}
                {marks} {message} height=260.0 />
            <p class="hint">{ texts::series_rivals::legend::PLAIN }</p>
        </div>
    }
}

fn spoken(series: &Series, way: &Way, at: usize) -> String {
    let first = series.values.len() - way.steps.len();
    let Some(i) = at.checked_sub(1).filter(|i| *i < way.steps.len()) else {
        return texts::series_rivals::begin::PLAIN.into();
    };
    let values = [
        ("place", series.place(first + i)),
        ("truth", number(series.values[first + i])),
        ("step", number(series.back(way.steps[i].0))),
        ("free", number(series.back(way.free[i].0))),
    ];
    content::fill(texts::series_rivals::spoken::PLAIN, &values)
}

/// All of them, by four measures.
fn scores(series: &Series, courses: &[Rc<Way>], who: Rival) -> Html {
    let row = |way: &Rc<Way>| {
        let scores = &way.scores;
        let spec = way.spec.map(|spec| spec.to_string());
        html! {
            <tr aria-current={(way.rival == who).then_some("true")}><th scope="row">{ name(way.rival) }{ " " }<span class="hint">{ spec }</span></th>
                <td class="num">{ scores.rmse.first().map(|rmse| number(*rmse)) }</td><td class="num">{ format!("{:.2}", scores.mase) }</td>
                <td class="num">{ number(scores.crps) }</td><td class="num">{ content::percent(scores.coverage as f32) }</td></tr>
        }
    };
    let heads = [
        ("RMSE", texts::series_rivals::rmse::PLAIN),
        ("MASE", texts::series_rivals::mase::PLAIN),
        ("CRPS", texts::series_rivals::crps::PLAIN),
        (
            texts::series_rivals::inside::PLAIN,
            texts::series_rivals::coverage::PLAIN,
        ),
    ];
    let head = |(short, meaning): (&'static str, &'static str)| html! { <th scope="col"><abbr title={meaning}>{ short }</abbr></th> };
    html! {
        <div class="series-sum series-scores">
            <table>
                <thead><tr><th scope="col">{ texts::series_rivals::rival::PLAIN }</th>{ for heads.map(head) }</tr></thead>
                <tbody>{ for courses.iter().map(row) }</tbody>
            </table>
            if series.log { <p class="hint">{ texts::series_rivals::in_logs::PLAIN }</p> }
        </div>
    }
}

/// The error by steps ahead.
fn horizons(courses: &[Rc<Way>]) -> Html {
    let most = courses
        .iter()
        .flat_map(|way| way.scores.rmse.iter().copied())
        .fold(1e-9, f64::max);
    let n = courses
        .iter()
        .map(|way| way.scores.rmse.len())
        .max()
        .unwrap_or(12)
        .max(2) as f64;
    let line = |way: &Rc<Way>| {
        let points: Vec<(f64, f64)> = (1..)
            .map(f64::from)
            .zip(way.scores.rmse.iter().copied())
            .collect();
        let (tone, dashed, x) = match way.rival {
            Rival::Last => (Tone::Muted, true, 0.75),
            Rival::Season => (Tone::Muted, false, 0.3),
            Rival::Ar => (Tone::Second, true, 0.55),
            Rival::Arima => (Tone::Accent, false, 0.9),
        };
        let label = Label {
            text: name(way.rival).into(),
            x: 1.0 + x * (n - 1.0),
            above: way.rival != Rival::Arima,
        };
        Mark::Line {
            points,
            tone,
            dashed,
            label: Some(label),
        }
    };
    html! {
        <div class="card">
            <h3>{ texts::series_rivals::horizon::TITLE }</h3>
            <Chart x={Axis::new(texts::series_rivals::ahead::PLAIN, [1.0, n], 6)} y={Axis::new("RMSE", [0.0, 1.08 * most], 4)}
                marks={courses.iter().map(line).collect::<Vec<_>>()} message={texts::series_rivals::horizon::PLAIN} height=200.0 />
            { content::section(texts::series_rivals::horizon::HTML) }
        </div>
    }
}

/// Each held-out value, and what was expected of it.
fn on_csv(series: Option<&Rc<Series>>, who: Option<&Rc<Way>>) -> Callback<MouseEvent> {
    let rows: String = series.zip(who).map_or_else(String::new, |(series, way)| {
        let first = series.values.len() - way.steps.len();
        let row = |(i, (step, free)): (usize, (&(f64, f64), &(f64, f64)))| {
            let truth = series.values[first + i];
            format!(
                "{},{truth},{},{}\n",
                first + i + 1,
                series.back(step.0),
                series.back(free.0)
            )
        };
        way.steps
            .iter()
            .zip(&way.free)
            .enumerate()
            .map(row)
            .collect()
    });
    Callback::from(move |_| {
        save_csv(
            &format!("step,value,one_step,free\n{rows}"),
            "genscope-rivals.csv",
        );
    })
}
