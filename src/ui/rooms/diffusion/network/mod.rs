//! Chapter 'Inside the network': the U-Net drawn from its configuration, its feature maps, its
//! skips.
//!
//! Two lanes sample from the same noise: the network as it was trained and, once a skip is cut,
//! the network without it. What is drawn of the blocks belongs to the second, if there is one.

mod attention;
mod diagram;
mod look;
mod maps;
mod results;

use std::rc::Rc;

use yew::prelude::*;

use self::attention::AttentionCard;
use self::diagram::Diagram;
use self::look::{Ask, Look};
use self::maps::MapsCard;
use self::results::results;
use crate::data::PIXELS;
use crate::models::diffusion::blocks::Kind;
use crate::noise::{INITIAL_DRAW, normal};
use crate::protocol::{Denoise, Inspect};
use crate::ui::components::class_field::{ClassField, SetField};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::extras::extras;
use crate::ui::components::feature_maps::pictures;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::progress::step_progress;
use crate::ui::components::save::save_sheet;
use crate::ui::components::seed::SeedField;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Booked, use_booked};
use crate::ui::runs::lanes::{Lanes, use_lanes};
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::{ModelChoice, NetworkState, Route, Wanted};

/// The chapter's story.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::network::story::HTML) }
            { content::predict(texts::network::story_try::HTML, texts::network::story_reveal::HTML) }
            <div class="hint">{ content::section(texts::network::sources::HTML) }</div>
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn NetworkChapter(props: &ChapterProps<NetworkState>) -> Html {
    let jobs = jobs(&props.state);
    let lanes = use_lanes(&jobs);
    let ready = lanes.lanes.first().and_then(|lane| lane.frames.last());
    let course = Course {
        of: jobs[0].clone(),
        entry: Entry::Start,
        ready: ready.map(|frame| frame.step),
        last: NetworkState::STEPS,
        at: props.state.step.map(|step| (step, step)),
        tells: true,
    };
    let player = use_player(course, props.edit(|state, step| state.step = Some(step)));
    let step = player.0.cursor;
    let ask = ask(&lanes, step);
    let look = use_booked(Booked::<Look>::default, ask.clone(), false);
    let noise = use_memo(props.state.seed, |seed| {
        Rc::new(normal(*seed, 0, INITIAL_DRAW, PIXELS))
    });

    let state = NetworkState {
        step: ready.map(|_| step).or(props.state.step),
        ..props.state
    };
    let shown = lanes
        .lanes
        .last()
        .and_then(|lane| lane.at(step.min(LAST_LOOK)));
    let now = lanes.lanes.last().and_then(|lane| lane.at(step));
    let x = shown.map_or_else(|| (*noise).clone(), |frame| Rc::new(frame.x.clone()));
    let fresh = look.of.is_some() && look.of == ask;
    let on_move = mover(&player);
    let looked = look.of.as_ref();
    let maps = look
        .anatomy
        .as_ref()
        .and_then(|a| a.blocks.get(state.block));
    let on_save = {
        let name = file_name(&state);
        let maps = maps.cloned();
        Callback::from(move |()| {
            if let Some(maps) = &maps {
                save_sheet(&pictures(maps), maps::COLUMNS, &name);
            }
        })
    };
    html! {
        <>
            <div class="card network" data-run-state={lanes.book.phase.map(Phase::id)} data-step={step.to_string()}
                data-lanes={lanes.lanes.len().to_string()}
                data-looked={looked.filter(|_| fresh).map(|ask| ask.step.to_string())}
                data-looked-cut={looked.filter(|_| fresh).map(|ask| ask.job.cut.to_string())}
                data-timed={(!look.times_ms.is_empty()).to_string()}>
                { controls(props) }
                <Diagram chapter={props.clone()} x={x.clone()} look={(**look).clone()} {fresh} />
                { results(&lanes, step, &noise) }
                { step_progress(&lanes, lanes.progress(), Some(lanes.took_ms())) }
                <Transport playback={player.0} on={on_move}
                    position={format!("{step} / {}", NetworkState::STEPS)}
                    time={now.map(|frame| format!("t = {}", frame.t)).unwrap_or_default()}
                    spoken={format!("Step {step} of {}", NetworkState::STEPS)}>
                    { extras(Route::of(state), "Save these feature maps as PNG", maps.is_some(), on_save) }
                </Transport>
            </div>
            { inspectors(props, x, (**look).clone()) }
        </>
    }
}

/// The last step at which the network is asked.
const LAST_LOOK: u32 = NetworkState::STEPS - 1;

/// As trained and, if any skip is cut, without it.
fn jobs(state: &NetworkState) -> Vec<Denoise> {
    let job = |cut| Denoise {
        model: state.model.id().into(),
        labels: state.digit.labels(1),
        seed: state.seed,
        steps: NetworkState::STEPS,
        cut,
        ..Denoise::default()
    };
    let cut = (state.cut != 0).then(|| job(state.cut));
    [job(0)].into_iter().chain(cut).collect()
}

/// What to look at inside the network: the picture at this step. Only between runs, because the
/// page has one run at a time.
fn ask(lanes: &Lanes, step: u32) -> Option<Ask> {
    let idle = matches!(lanes.book.phase, Some(Phase::Done | Phase::Cancelled));
    let lane = lanes.lanes.last().filter(|_| idle)?;
    let step = step.min(LAST_LOOK);
    let frame = lane.at(step).filter(|frame| frame.step == step)?;
    Some(Ask {
        step,
        job: Inspect {
            model: lane.job.model.clone(),
            x: frame.x.clone(),
            t: frame.t,
            label: lane.job.labels.first().copied().flatten(),
            cut: lane.job.cut,
        },
    })
}

fn controls(props: &ChapterProps<NetworkState>) -> Html {
    let state = props.state;
    // Another run plays from its start.
    let on_set = props.edit(|state, set| {
        (state.model, state.step) = (ModelChoice::of(set), None);
    });
    let on_wanted = props.edit(|state, digit: Wanted| (state.digit, state.step) = (digit, None));
    let on_seed = props.edit(|state, seed| (state.seed, state.step) = (seed, None));
    html! {
        <ControlRow more={html! { <SetField set={state.model.set} {on_set} /> }}
            is_set={state.model != ModelChoice::default()}>
            <ClassField set={state.model.set} wanted={state.digit} {on_wanted} />
            <SeedField seed={state.seed} {on_seed} />
        </ControlRow>
    }
}

fn inspectors(chapter: &ChapterProps<NetworkState>, x: Rc<Vec<f32>>, look: Look) -> Html {
    let state = chapter.state;
    let attends = state
        .chosen()
        .is_some_and(|block| block.kind == Kind::Attention);
    html! {
        <>
            <MapsCard chapter={chapter.clone()} look={look.clone()} />
            if attends { <AttentionCard chapter={chapter.clone()} {x} {look} /> }
            <div class="inspect network-inspect">
                <div class="card">
                    <h3>{ texts::network::same_size::TITLE }</h3>
                    <div class="hint">{ content::section(texts::network::same_size::HTML) }</div>
                </div>
                <ModelCard model={state.model.id()} />
            </div>
        </>
    }
}

fn file_name(state: &NetworkState) -> String {
    let block = state.chosen().map(|block| block.id()).unwrap_or_default();
    let step = state.step.unwrap_or_default().min(LAST_LOOK);
    format!("genscope-{block}-seed-{}-step-{step}.png", state.seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_skip_is_a_second_lane_with_the_same_noise() {
        let state = NetworkState::default();
        assert_eq!(jobs(&state).len(), 1);
        let jobs = jobs(&NetworkState { cut: 2, ..state });
        assert_eq!((jobs[0].cut, jobs[1].cut), (0, 2));
        assert_eq!(
            jobs[0],
            Denoise {
                cut: 0,
                ..jobs[1].clone()
            }
        );
    }
}
