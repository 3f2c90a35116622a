//! Chapter 'Fewer steps': samplers and numbers of steps side by side, on the same seeds.

mod controls;
mod measured;
mod table;

use yew::prelude::*;

use self::controls::Controls;
use self::measured::Measured;
use self::table::{Table, save_table};
use super::DIGITS_MODEL;
use super::denoise::presets::few_steps_link;
use crate::ui::components::extras::extras;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::progress::progress;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::{Phase, use_has_model};
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::lanes::{Lanes, use_lanes};
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::{FewerState, ModelChoice, Route};

/// The stage and the inspectors of the chapter.
#[component]
pub fn FewerChapter(props: &ChapterProps<FewerState>) -> Html {
    let state = &props.state;
    let has_distilled = use_has_model(ModelChoice::DISTILLED.id());
    let jobs = state.jobs(has_distilled);
    let lanes = use_lanes(&jobs);
    let finished = lanes.finished();
    let player = use_position(props, finished > 0);
    let playback = player.0;
    let on_move = mover(&player);
    let on_save = {
        let (lanes, state, cursor) = (lanes.clone(), state.clone(), playback.cursor);
        Callback::from(move |()| {
            save_table(&lanes, &state, has_distilled, cursor);
        })
    };
    let share = 100 * playback.cursor / playback.last.max(1);
    html! {
        <>
            <div class="card fewer" data-run-state={lanes.book.phase.map(Phase::id)} data-cells={jobs.len().to_string()}
                data-finished={finished.to_string()} data-position={share.to_string()}>
                <Controls chapter={props.clone()} {has_distilled} />
                <Table state={state.clone()} lanes={(*lanes).clone()} {has_distilled} cursor={playback.cursor} />
                { progress_line(&lanes) }
                <Transport {playback} on={on_move} position={format!("{share} %")}
                    spoken={format!("{share} % of the way from noise to picture, in every finished cell")}>
                    { extras(Route::of(state.clone()), "Save PNG", finished > 0, on_save) }
                </Transport>
            </div>
            <div class="inspect fewer-inspect">
                <Measured />
                <ModelCard model={if has_distilled { ModelChoice::DISTILLED.id() } else { DIGITS_MODEL }} />
            </div>
        </>
    }
}

/// What the chapter tells.
#[component]
pub fn FewerStory() -> Html {
    let has_distilled = use_has_model(ModelChoice::DISTILLED.id());
    html! {
        <>
            { content::section(texts::fewer::story::HTML) }
            { content::predict(texts::fewer::story_try::HTML, texts::fewer::story_reveal::HTML) }
            { few_steps_link() }
            { content::section(texts::fewer::solver::HTML) }
            if has_distilled {
                { content::section(texts::fewer::distilled::HTML) }
            }
            <div class="hint">{ content::section(texts::fewer::sources::HTML) }</div>
        </>
    }
}

/// Playback over the finished cells, each on its own way from noise to picture, in step with
/// the link. It rests at the end until the visitor moves it.
#[hook]
fn use_position(props: &ChapterProps<FewerState>, any_finished: bool) -> UseReducerHandle<Player> {
    let last = props.state.longest();
    let at = props.state.step.unwrap_or(last);
    let course = Course {
        of: (any_finished, last),
        entry: Entry::Rest(last),
        ready: any_finished.then_some(last),
        last,
        at: Some((at, at)),
        tells: true,
    };
    let on_rest = props.edit(move |state, cursor| {
        state.step = Some(cursor).filter(|cursor| *cursor < last);
    });
    use_player(course, on_rest)
}

/// What is being computed, and the button that stops it.
fn progress_line(lanes: &UseReducerHandle<Lanes>) -> Html {
    let (done, all) = lanes.progress();
    progress(
        lanes,
        |engine| format!("{engine}: {done} of {all} steps"),
        |engine| format!("{all} steps, computed here on the {engine} engine"),
    )
}
