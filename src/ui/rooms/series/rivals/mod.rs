//! Chapter 'Side by side': forecasts of the same values, which no model has seen.

use std::rc::Rc;

use yew::prelude::*;

use super::data::{Series, use_series};
use super::held::Held;
use super::number;
use super::pick::series_control;
use super::run::{Compared, Learned, Once};
use super::scores::{horizons, name, scores};
use super::stage::{about, brought, course, files};
use crate::models::series::told::Net;
use crate::protocol::series::{CompareAsk, Course as Way, DeepAsk, Rival};
use crate::ui::components::choice::choose;
use crate::ui::components::progress::progress;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Booked, use_booked};
use crate::ui::runs::player::{Entry, mover, use_player};
use crate::ui::state::{DeepState, Named, RivalsState, Route};

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
    let run = use_booked(Booked::<Once<Compared>>::default, want, false);
    let is_done = run.book.phase == Some(Phase::Done) && !run.courses.is_empty();
    // One after the other.
    let conv = use_net(state, series.as_deref(), Net::Conv, is_done);
    let is_next = conv.book.phase == Some(Phase::Done);
    let gru = use_net(state, series.as_deref(), Net::Recurrent, is_done && is_next);
    let mut courses = run.courses.clone();
    courses.extend(
        [&conv, &gru]
            .into_iter()
            .filter_map(|run| run.course.clone()),
    );
    let who = courses.iter().find(|way| way.rival == state.who).cloned();
    let last = if is_done {
        run.held
    } else {
        RivalsState::MOST_HELD
    };
    let of = (&source, state.series);
    let course = course((), of, (state.at, last), Entry::Start, is_done);
    let player = use_player(course, props.edit(|state, at| state.at = Some(at)));
    let at = (player.0.cursor as usize).min(run.held as usize);
    let on_series = props.edit(|state: &mut RivalsState, series| {
        state.begin();
        state.series = series;
    });
    let on_who = props.edit(|state: &mut RivalsState, who| state.who = who);
    let free = who.iter().flat_map(|way| way.free.iter());
    let line: Vec<f64> = free.map(|(mean, _)| *mean).collect();
    let is_naive = |naive: &Rc<Way>| who.as_ref().is_some_and(|who| who.rival == naive.rival);
    let part = series.clone().map(|series| {
        Rc::new(Held {
            series,
            way: who.clone(),
            line,
            naive: courses.first().filter(|first| !is_naive(first)).cloned(),
            at,
        })
    });
    let on_nets = props.edit(|state: &mut RivalsState, _: MouseEvent| state.nets = true);
    let told = series
        .as_ref()
        .zip(who.as_ref())
        .map(|(series, way)| spoken(series, way, at));
    let shown: Vec<Rival> = Rival::VALUES
        .iter()
        .copied()
        .filter(|rival| state.nets || !matches!(rival, Rival::Net(_)) || *rival == state.who)
        .collect();
    let crps = |rival: Rival| {
        let way = courses.iter().find(|way| way.rival == rival);
        way.map(|way| format!("{:.5}", way.scores.crps))
    };
    html! {
        <>
            <div class="card series-rivals" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-rivals={courses.len().to_string()} data-held={run.held.to_string()} data-who={state.who.name()}
                data-last={crps(Rival::Last)} data-arima={crps(Rival::Arima)} data-short={run.is_short.to_string()}>
                <div class="controls">
                    { series_control(&source, state.series, on_series) }
                    { choose(texts::series_rivals::who::PLAIN, "who", &shown, state.who, |rival| name(*rival).to_owned(), on_who) }
                </div>
                { brought(&source, state.series) }
                if run.is_short {
                    <p class="notice" role="alert">{ texts::series_rivals::too_short::PLAIN }</p>
                } else if is_done && who.is_none() && !(conv.book.is_busy() || gru.book.is_busy()) {
                    <p class="notice" data-name="absent">{ texts::series_rivals::absent::PLAIN }</p>
                }
                if let Some(part) = &part {
                    { part.picture(told.clone().unwrap_or_default(), texts::series_rivals::legend::PLAIN) }
                    { scores(&part.series, &courses, state.who) }
                }
                if series.is_some() {
                    { progress(&run, |engine| content::fill(texts::series_rivals::working::PLAIN, &[("engine", engine.to_owned()), ("n", run.tried.to_string())]), |_| texts::text::computed::PLAIN.into()) }
                }
                { networks(state, [&conv, &gru], is_done, on_nets) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{at} / {last}")}
                    time={texts::series_rivals::held::PLAIN} spoken={told.unwrap_or_default()}>
                    { files(Route::of(state.clone()), "rivals", part.filter(|_| is_done).map(|part| move || part.csv("free"))) }
                </Transport>
            </div>
            <div class="inspect series-inspect">
                { horizons(&courses) }
                { for series.as_deref().map(about) }
            </div>
        </>
    }
}

/// A network that competes, if it is to.
#[hook]
fn use_net(
    state: &RivalsState,
    series: Option<&Series>,
    net: Net,
    is_turn: bool,
) -> UseReducerHandle<Booked<Once<Learned>>> {
    let default = DeepState::default();
    let want = series
        .filter(|_| state.nets && is_turn)
        .map(|series| DeepAsk {
            values: series.modelled(),
            season: series.season,
            net,
            seed: default.seed,
            steps: default.steps,
            leaks: false,
        });
    use_booked(Booked::<Once<Learned>>::default, want, false)
}

/// The button that lets them compete, and how they stand.
fn networks(
    state: &RivalsState,
    runs: [&UseReducerHandle<Booked<Once<Learned>>>; 2],
    is_ready: bool,
    on_nets: Callback<MouseEvent>,
) -> Html {
    if !state.nets {
        let label = texts::series_rivals::nets::PLAIN;
        return html! { <button type="button" class="button small nets" disabled={!is_ready} onclick={on_nets}>{ label }</button> };
    }
    let one = |(net, run): (Net, &UseReducerHandle<Booked<Once<Learned>>>)| {
        let name = name(Rival::Net(net));
        let has_begun = run.book.phase.is_some();
        html! { if has_begun { { progress(run, |engine| learning(name, engine, run), |_| learned(name, run)) } } }
    };
    Net::VALUES.iter().copied().zip(runs).map(one).collect()
}

fn learning(name: &str, engine: &str, run: &Learned) -> String {
    let values = [
        ("engine", engine.to_owned()),
        ("net", name.to_owned()),
        ("step", run.step().to_string()),
    ];
    content::fill(texts::series_rivals::learning::PLAIN, &values)
}

fn learned(name: &str, run: &Learned) -> String {
    let words = match run.has_diverged {
        true => texts::series_rivals::lost::PLAIN,
        false => texts::series_rivals::learned::PLAIN,
    };
    let values = [("net", name.to_owned()), ("step", run.step().to_string())];
    content::fill(words, &values)
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
