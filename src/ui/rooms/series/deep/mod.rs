//! Chapter 'The deep machine': a network that learns a series here, and draws what comes next.

use std::rc::Rc;

use yew::prelude::*;

use super::data::{Series, use_series};
use super::held::Held;
use super::pick::series_control;
use super::run::{Compared, Learned, Once};
use super::scores::scores;
use super::stage::{about, brought, course, files};
use super::task::{cases, task_card};
use super::{number, range};
use crate::models::series::told::Net;
use crate::protocol::series::{CompareAsk, Deep, DeepAsk, Rival};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::choice::{choose, segments};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::progress::progress;
use crate::ui::components::seed::SeedField;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Booked, use_booked};
use crate::ui::runs::player::{Entry, mover, use_player};
use crate::ui::state::series::Case;
use crate::ui::state::{DeepState, Named, RivalsState, Route};

/// Points of a drawn distribution.
const POINTS: usize = 60;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::series_deep::story::HTML) }
            { content::predict(texts::series_deep::story_try::HTML, texts::series_deep::story_reveal::HTML) }
            <h3>{ texts::series_deep::past::TITLE }</h3>
            { content::section(texts::series_deep::past::HTML) }
            <h3>{ texts::series_deep::spread::TITLE }</h3>
            { content::section(texts::series_deep::spread::HTML) }
            <h3>{ texts::series_deep::leak::TITLE }</h3>
            { content::section(texts::series_deep::leak::HTML) }
            { cases(false) }
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn DeepChapter(props: &ChapterProps<DeepState>) -> Html {
    let state = &props.state;
    let source = use_series(state.series);
    let series = source.series.clone();
    let want = series.as_ref().map(|series| DeepAsk {
        values: series.modelled(),
        season: series.season,
        net: state.net,
        seed: state.seed,
        steps: state.steps,
        leaks: state.leaks,
    });
    let run = use_booked(Booked::<Once<Learned>>::default, want, false);
    let deep = run.deep.clone();
    // The others, once it is through.
    let others = series
        .as_ref()
        .filter(|_| run.book.phase == Some(Phase::Done) && deep.is_some())
        .map(|series| CompareAsk {
            values: series.modelled(),
            season: series.season,
        });
    let others = use_booked(Booked::<Once<Compared>>::default, others, false);
    let held = deep
        .as_ref()
        .map_or(RivalsState::MOST_HELD, |deep| deep.drawn.len() as u32);
    let of = (state.net, state.steps, state.seed, state.leaks);
    let frames = ((&source, state.series), (state.at, held));
    let course = course(of, frames.0, frames.1, Entry::Start, deep.is_some());
    let player = use_player(course, props.edit(|state, at| state.at = Some(at)));
    let at = (player.0.cursor as usize).min(held as usize);
    let drawn = deep.iter().flat_map(|deep| deep.drawn.iter());
    let line: Vec<f64> = drawn.map(|[.., y]| *y).collect();
    let part = series.clone().map(|series| {
        Rc::new(Held {
            series,
            way: run.course.clone(),
            line,
            naive: None,
            at,
        })
    });
    let on_series = props.edit(|state: &mut DeepState, series| {
        state.begin();
        state.series = series;
    });
    let both = series.as_ref().zip(deep.as_ref());
    let told = both.map(|(series, deep)| spoken(series, deep, at));
    let mut courses = others.courses.clone();
    courses.extend(run.course.clone());
    let scored = |rival: Rival| courses.iter().find(|way| way.rival == rival);
    let rmse = |rival: Rival| {
        let way = scored(rival)?;
        way.scores.rmse.first().map(|rmse| format!("{rmse:.5}"))
    };
    let standing = |case: Case| {
        let both = scored(Rival::Net(state.net)).zip(scored(Rival::Last));
        both.map(|(net, last)| case.scored(state.series, &net.scores, &last.scores))
    };
    let mend = props.edit(|state: &mut DeepState, _: MouseEvent| {
        state.begin();
        state.leaks = false;
    });
    let kept = run.costs.iter().map(|(.., kept)| *kept).reduce(f32::min);
    html! {
        <>
            <div class="card series-deep" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-step={run.step().to_string()} data-rivals={courses.len().to_string()} data-held={held.to_string()}
                data-rmse={rmse(Rival::Net(state.net))} data-last={rmse(Rival::Last)} data-kept={kept.map(|kept| format!("{kept:.3}"))}
                data-short={run.is_short.to_string()}>
                { controls(props, series_control(&source, state.series, on_series)) }
                { brought(&source, state.series) }
                if let Some(case) = state.case {
                    { task_card(case, standing(case), mend) }
                }
                if run.is_short {
                    <p class="notice" role="alert">{ texts::series_rivals::too_short::PLAIN }</p>
                } else if run.has_diverged {
                    <p class="notice" role="alert">{ texts::series_deep::diverged::PLAIN }</p>
                }
                if let Some(part) = &part {
                    { part.picture(told.clone().unwrap_or_default(), texts::series_deep::legend::PLAIN) }
                    { scores(&part.series, &courses, Rival::Net(state.net)) }
                }
                if series.is_some() {
                    { progress(&run, |engine| working(engine, &run, state.steps), |engine| learned(engine, &run)) }
                }
                <Transport playback={player.0} on={mover(&player)} position={format!("{at} / {held}")}
                    time={texts::series_rivals::held::PLAIN} spoken={told.unwrap_or_default()}>
                    { files(Route::of(state.clone()), "deep", part.filter(|_| deep.is_some()).map(|part| move || part.csv("drawn"))) }
                </Transport>
            </div>
            <div class="inspect series-inspect">
                { learning(&run) }
                if let Some((series, deep)) = both {
                    { distribution(series, deep, at) }
                    { about(series) }
                }
            </div>
        </>
    }
}

/// Series and network; behind them the length of learning, the leak and the seed.
fn controls(props: &ChapterProps<DeepState>, series: Html) -> Html {
    let state = &props.state;
    let default = DeepState::default();
    let on_net = props.edit(|state: &mut DeepState, i: usize| {
        state.begin();
        state.net = Net::VALUES[i.min(1)];
    });
    let on_steps = props.edit(|state: &mut DeepState, steps| {
        state.begin();
        state.steps = steps;
    });
    let on_leaks = props.edit(|state: &mut DeepState, i: usize| {
        state.begin();
        state.leaks = i == 1;
    });
    let on_seed = props.edit(|state: &mut DeepState, seed| {
        state.begin();
        state.seed = seed;
    });
    let is_set = (state.steps, state.leaks, state.seed) != (default.steps, false, default.seed);
    let net = usize::from(state.net == Net::Recurrent);
    let nets = [
        texts::series_deep::convolutions::PLAIN,
        texts::series_deep::recurrent::PLAIN,
    ];
    let inputs = [
        texts::series_deep::honest::PLAIN,
        texts::series_deep::smoothed::PLAIN,
    ];
    let leaks = if state.leaks { "smoothed" } else { "honest" };
    html! {
        <ControlRow {is_set} more={html! { <>
            { choose(texts::series_deep::steps::PLAIN, "steps", &DeepState::STEPS, state.steps, u32::to_string, on_steps) }
            { segments(texts::series_deep::input::PLAIN, "leaks", &inputs, usize::from(state.leaks), on_leaks, leaks) }
            <SeedField seed={state.seed} {on_seed} />
        </> }}>
            { series }
            { segments(texts::series_deep::net::PLAIN, "net", &nets, net, on_net, state.net.name()) }
        </ControlRow>
    }
}

fn working(engine: &str, run: &Learned, steps: u32) -> String {
    let step = run.step();
    let words = match step == steps {
        true => texts::series_deep::drawing::PLAIN,
        false => texts::series_deep::learns::PLAIN,
    };
    let values = [
        ("engine", engine.to_owned()),
        ("step", step.to_string()),
        ("steps", steps.to_string()),
    ];
    content::fill(words, &values)
}

fn learned(engine: &str, run: &Learned) -> String {
    let values = [
        ("engine", engine.to_owned()),
        ("seconds", format!("{:.1}", run.ms / 1000.0)),
    ];
    content::fill(texts::series_deep::learned::PLAIN, &values)
}

/// Of the values that are shown, the last: its number, mean, spread, and what was drawn.
fn last_drawn(deep: &Deep, at: usize) -> Option<(usize, [f64; 3])> {
    let i = at.checked_sub(1)?;
    Some((i, *deep.drawn.get(i)?))
}

fn spoken(series: &Series, deep: &Deep, at: usize) -> String {
    let first = series.values.len() - deep.drawn.len();
    let Some((i, [mean, _, y])) = last_drawn(deep, at) else {
        return texts::series_rivals::begin::PLAIN.into();
    };
    let values = [
        ("place", series.place(first + i)),
        ("truth", number(series.values[first + i])),
        ("mean", number(series.back(mean))),
        ("drawn", number(series.back(y))),
    ];
    content::fill(texts::series_deep::spoken::PLAIN, &values)
}

/// What it cost by steps of learning: of what it learns from, and of what it does not.
fn learning(run: &Learned) -> Html {
    let costs = run.costs.iter();
    let learned: Vec<(f64, f64)> = costs
        .clone()
        .filter_map(|(step, cost, _)| Some((f64::from(*step), f64::from((*cost)?))))
        .collect();
    // One that has learned by heart may cost tens of nats.
    let most = costs.clone().next().map_or(0.0, |(.., first)| first + 1.0);
    let kept: Vec<(f64, f64)> = costs
        .map(|(step, _, kept)| (f64::from(*step), f64::from(kept.min(most))))
        .collect();
    let steps = kept.last().map_or(1.0, |(x, _)| x.max(1.0));
    let y = range(learned.iter().chain(&kept).map(|(_, y)| *y));
    let line = |points: Vec<(f64, f64)>, tone, text: &'static str, x: f64| {
        Mark::line(points, tone)
            .dashed_if(tone == Tone::Second)
            .named(Label {
                text: text.into(),
                x: x * steps,
                above: tone == Tone::Second,
            })
    };
    let mut marks = vec![
        line(learned, Tone::Accent, texts::series_deep::seen::PLAIN, 0.3),
        line(kept, Tone::Second, texts::series_deep::kept::PLAIN, 0.8),
    ];
    if let Some(deep) = &run.deep {
        marks.push(Mark::Rule {
            x: f64::from(deep.best),
        });
    }
    let best = run.deep.as_ref().map(|deep| {
        let values = [
            ("best", deep.best.to_string()),
            ("weights", deep.weights.to_string()),
        ];
        content::fill(texts::series_deep::best::PLAIN, &values)
    });
    html! {
        <div class="card">
            <h3>{ texts::series_deep::curves::TITLE }</h3>
            if run.costs.len() > 1 {
                <Chart x={Axis::new(texts::series_deep::step::PLAIN, [0.0, steps], 5)} y={Axis::new(texts::series_deep::nats::PLAIN, y, 4)}
                    {marks} message={best.clone().unwrap_or_default()} height=200.0 />
            }
            { content::section(texts::series_deep::curves::HTML) }
            if let Some(best) = best { <p class="hint">{ best }</p> }
        </div>
    }
}

/// The distribution that the last value shown was drawn from.
fn distribution(series: &Series, deep: &Deep, at: usize) -> Html {
    let first = series.values.len() - deep.drawn.len();
    let Some((i, [mean, spread, y])) = last_drawn(deep, at) else {
        return Html::default();
    };
    let place = |k: usize| mean + spread * (8.0 * k as f64 / POINTS as f64 - 4.0);
    let density = |y: f64| (-0.5 * ((y - mean) / spread).powi(2)).exp();
    let points = (0..=POINTS)
        .map(|k| (series.back(place(k)), density(place(k))))
        .collect();
    let truth = series.values[first + i];
    let marks = vec![
        Mark::line(points, Tone::Accent),
        Mark::Rule { x: series.back(y) },
        Mark::Dots {
            points: vec![(truth, 0.0)],
            tone: Tone::Second,
        },
    ];
    let [low, high] = range([series.back(place(0)), series.back(place(POINTS)), truth].into_iter());
    let values = [
        ("place", series.place(first + i)),
        ("mean", number(series.back(mean))),
        ("spread", number(spread)),
        ("drawn", number(series.back(y))),
    ];
    let words = match series.log {
        true => texts::series_deep::drawn_log::PLAIN,
        false => texts::series_deep::drawn::PLAIN,
    };
    let words = content::fill(words, &values);
    html! {
        <div class="card" data-name="distribution">
            <h3>{ texts::series_deep::distribution::TITLE }</h3>
            <Chart x={Axis::new(series.unit.clone(), [low, high], 4)} y={Axis { label: "".into(), range: [0.0, 1.1], ticks: Vec::new() }}
                {marks} message={words.clone()} height=150.0 />
            <p class="hint">{ words }</p>
        </div>
    }
}
