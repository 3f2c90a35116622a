//! Chapter 5, 'Start from your drawing': SDEdit and inpainting.
//!
//! Both start from a given picture. [`jobs`] says what is run, [`hole_pad`] is where a hole is
//! painted, [`compare`] shows the results beside one another; here one run is shown in full.

mod compare;
mod controls;
mod hole_pad;
mod jobs;
mod views;

use yew::prelude::*;

use self::compare::{Compare, sorted};
use self::controls::{Controls, PERCENT};
use self::jobs::{FILLINGS, jobs};
use self::views::Views;
use crate::ui::components::extras::extras;
use crate::ui::components::pick::{Pick, describe, pixels_of};
use crate::ui::components::progress::{computed, progress};
use crate::ui::components::save::save_sheet;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::diffusion::denoise::inspect::Inspectors;
use crate::ui::rooms::diffusion::denoise::views::{spoken, time};
use crate::ui::runs::lanes::{Lane, Lanes, use_lanes};
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::samples::use_samples;
use crate::ui::state::{DRAWN_STEPS, DrawnMode, DrawnState, Route};

/// The chapter's story.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::drawing::story::HTML) }
            { content::predict(texts::drawing::story_try::HTML, texts::drawing::story_reveal::HTML) }
            <h3>{ texts::drawing::fill::TITLE }</h3>
            { content::section(texts::drawing::fill::HTML) }
            { content::predict(texts::drawing::fill_try::HTML, texts::drawing::fill_reveal::HTML) }
            { content::section(texts::drawing::fill_sources::HTML) }
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn DrawnChapter(props: &ChapterProps<DrawnState>) -> Html {
    let state = &props.state;
    let (loaded, on_retry) = use_samples(state.model.set);
    let x_0 = use_memo(
        (state.picture.clone(), loaded.clone()),
        |(picture, loaded)| pixels_of(picture, loaded),
    );
    let run = DrawnState {
        step: None,
        ..state.clone()
    };
    let jobs = use_memo((run.clone(), (*x_0).clone()), |(run, x_0)| {
        x_0.as_ref().map(|x_0| jobs(run, x_0)).unwrap_or_default()
    });
    let lanes = use_lanes(&jobs);
    // Just after a change the lanes are still those of before.
    let lane = lanes
        .lanes
        .first()
        .filter(|lane| jobs.first() == Some(&lane.job));
    let first = state.first_step();
    let course = Course {
        of: jobs.first().cloned(),
        entry: Entry::Start,
        ready: lane.and_then(|lane| (lane.frames.len() as u32).checked_sub(1)),
        last: DRAWN_STEPS - first,
        at: state.step.map(|step| (step, step.saturating_sub(first))),
        tells: true,
    };
    let on_rest = props.edit(move |state, frame| state.step = Some(first + frame));
    let player = use_player(course, on_rest);
    let cursor = player.0.cursor as usize;
    let frame = lane.and_then(|lane| lane.frames.get(cursor)).cloned();
    let before = lane
        .and_then(|lane| lane.frames.get(cursor.checked_sub(1)?))
        .cloned();

    let on_move = mover(&player);
    // Other controls play from their start.
    let anew = ChapterProps {
        state: run.clone(),
        on_state: props.on_state.clone(),
    };
    let on_strength = anew.edit(|state, strength| state.strength = strength);
    let on_save = {
        let (x_0, lanes) = ((*x_0).clone(), (*lanes).clone());
        Callback::from(move |()| {
            if let Some(x_0) = &x_0 {
                save(&run, x_0, &lanes);
            }
        })
    };
    let shown = frame.as_ref().map(|frame| frame.step);
    let step = shown.unwrap_or(first);
    let is_current = x_0.is_some() && lanes.lanes.iter().map(|lane| &lane.job).eq(jobs.iter());
    let phase = if is_current {
        lanes.book.phase
    } else {
        Some(Phase::Loading)
    };
    let finished = lanes.finished();
    html! {
        <>
            <div class="card drawn" data-run-state={phase.map(Phase::id)} data-step={step.to_string()}
                data-finished={finished.to_string()} data-wanted={jobs.len().to_string()}>
                <Controls ..anew.clone() />
                <Pick set={state.model.set} picture={state.picture.clone()} loaded={loaded.clone()} {on_retry}
                    on_picture={anew.edit(|state, picture| state.picture = picture)} />
                if let Some(x_0) = &*x_0 {
                    <Views chapter={anew} x_0={x_0.clone()} what={describe(state.model.set, &state.picture, &loaded)}
                        job={jobs.first().cloned()} frame={frame.clone()} />
                    { progress_line(&lanes) }
                    <Compare state={state.clone()} lanes={(*lanes).clone()} x_0={x_0.clone()} {on_strength} />
                }
                <Transport playback={player.0} on={on_move} position={format!("{step} / {DRAWN_STEPS}")}
                    time={time(frame.as_deref())} spoken={spoken(frame.as_deref(), DRAWN_STEPS)}>
                    { extras(seen(state, shown), "Save PNG", finished > 0, on_save) }
                </Transport>
            </div>
            <Inspectors model={state.model} {frame} {before} />
        </>
    }
}

/// What is seen, to be shared.
fn seen(state: &DrawnState, shown: Option<u32>) -> Route {
    Route::of(DrawnState {
        step: shown.or(state.step),
        ..state.clone()
    })
}

/// What is being computed, and the button that stops it.
fn progress_line(lanes: &UseReducerHandle<Lanes>) -> Html {
    let (done, total) = (lanes.finished(), lanes.lanes.len());
    let frame = lanes.lanes.get(done).and_then(|lane| lane.frames.last());
    let step = frame.map_or(0, |frame| frame.step);
    let run = done + 1;
    progress(
        lanes,
        |engine| format!("{engine}: run {run} of {total}, step {step} of {DRAWN_STEPS}"),
        |engine| computed(lanes.took_ms(), engine),
    )
}

/// Saves the given picture and all results in one row, or a row of fillings for each number of
/// rounds.
fn save(state: &DrawnState, x_0: &[f32], lanes: &Lanes) {
    let results = sorted(state, lanes);
    let ends = results
        .iter()
        .filter_map(|(_, lane)| lane.and_then(Lane::end));
    let ends: Vec<f32> = ends.flat_map(|frame| frame.x.iter().copied()).collect();
    let (name, columns, pixels) = match state.mode {
        DrawnMode::Scribble => {
            let percent = state.strength * PERCENT;
            (
                format!("scribble-{percent}"),
                results.len() + 1,
                [x_0, &ends].concat(),
            )
        }
        DrawnMode::Fill => (format!("fillings-{}", state.rounds), FILLINGS, ends),
    };
    save_sheet(
        &pixels,
        columns,
        &format!("genscope-{name}-seed-{}.png", state.seed),
    );
}
