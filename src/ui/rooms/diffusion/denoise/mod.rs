//! Chapter 2, 'Denoise it': from pure noise to a digit, step by step.

pub(super) mod controls;
pub(super) mod inspect;
mod look_ahead;
pub(super) mod presets;
pub(super) mod run;
pub(super) mod views;

use yew::prelude::*;

use self::controls::Controls;
use self::inspect::Inspectors;
use self::look_ahead::{look_view, use_look_ahead};
use self::presets::PresetCard;
use self::run::DenoiseRun;
use self::views::{COLUMNS, Strip, Views, shown_eps, spoken, time};
use crate::data::PIXELS;
use crate::protocol::{EngineKind, Frame, Sampler};
use crate::ui::components::extras::extras;
use crate::ui::components::icon::{Icon, IconButton};
use crate::ui::components::progress::step_progress;
use crate::ui::components::save::save_sheet;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::playback::Move;
use crate::ui::runs::player::{Course, mover, use_player};
use crate::ui::runs::timeline::Branch;
use crate::ui::state::{DenoiseState, Route};

/// A branch is being prepared: changed controls hold from this step of these controls on.
#[derive(Clone, Debug, PartialEq)]
struct Fork {
    from: DenoiseState,
    step: u32,
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn DenoiseChapter(props: &ChapterProps<DenoiseState>) -> Html {
    let (look, waits) = use_look_ahead(&props.state);
    let run = use_booked(|| DenoiseRun::of(&props.state), props.state.clone(), waits);
    let player = use_run_player(&run, props);
    let fork = use_state_eq(|| None::<Fork>);

    let playback = player.0;
    let frame = run.timeline.frame(playback.cursor).cloned();
    let before = playback
        .cursor
        .checked_sub(1)
        .and_then(|i| run.timeline.frame(i))
        .cloned();
    let step = frame.as_ref().map_or(0, |frame| frame.step);
    let controls = DenoiseState {
        step: frame.as_ref().map(|frame| frame.step).or(props.state.step),
        ..run.controls().clone()
    };

    let on_move = mover(&player);
    let on_edit = {
        let (fork, on_state) = (fork.clone(), props.on_state.clone());
        Callback::from(move |state| {
            let branched = branched(fork.as_ref(), &state);
            if branched.is_none() {
                fork.set(None);
            }
            on_state.emit(branched.unwrap_or(DenoiseState {
                step: None,
                past: Vec::new(),
                ..state
            }));
        })
    };
    let on_fork = {
        let (fork, from) = (fork.clone(), controls.clone());
        Callback::from(move |()| {
            let from = from.clone();
            fork.set(fork.is_none().then_some(Fork { from, step }));
        })
    };
    let on_save = {
        let (frame, name) = (frame.clone(), file_name(&controls));
        Callback::from(move |()| {
            if let Some(frame) = &frame {
                save(frame, &name);
            }
        })
    };
    let steps = run.controls().steps;
    html! {
        <>
            <div class="card denoise" data-run-state={run.book.phase.map(Phase::id)} data-step={step.to_string()}
                data-steps={steps.to_string()}
                data-frames={run.timeline.frames().len().to_string()}
                data-branches={run.timeline.branches().len().to_string()}
                data-engine={run.book.engine.map(engine_id)}>
                <Controls state={controls.clone()} on_state={on_edit} />
                <PresetCard state={controls.clone()} />
                { fork_line(fork.as_ref(), &on_fork) }
                <Views frame={frame.clone()} controls={controls.clone()} />
                { progress_line(&run) }
                { for look.as_ref().map(look_view) }
                <Strip run={(*run).clone()} cursor={playback.cursor} on_pick={on_move.reform(Move::To)} />
                { branch_line(&run, step, &props.on_state) }
                <Transport {playback} on={on_move} position={format!("{step} / {steps}")}
                    time={time(frame.as_deref())} spoken={spoken(frame.as_deref(), steps)}>
                    <IconButton class="branch" icon={Icon::Branch} label="Branch from here"
                        pressed={fork.is_some()} disabled={fork.is_none() && (frame.is_none() || step >= steps)} onclick={on_fork} />
                    { extras(Route::of(controls), "Save PNG", frame.is_some(), on_save) }
                </Transport>
            </div>
            <Inspectors {frame} {before} model={run.controls().model} schedule={run.controls().schedule} />
        </>
    }
}

/// The changed controls as a branch, if one is being prepared and they can branch.
fn branched(fork: Option<&Fork>, state: &DenoiseState) -> Option<DenoiseState> {
    let Fork { from, step } = fork?;
    let fixed = |of: &DenoiseState| {
        let rules = (of.steps, of.schedule, of.guided);
        (of.seed, of.grid, of.model, rules)
    };
    let mut past = from.past.clone();
    past.push(from.as_past(*step));
    (fixed(state) == fixed(from)).then(|| DenoiseState {
        past,
        step: None,
        ..state.clone()
    })
}

/// Playback in step with the run and with the link.
#[hook]
fn use_run_player(
    run: &UseReducerHandle<DenoiseRun>,
    props: &ChapterProps<DenoiseState>,
) -> UseReducerHandle<Player> {
    let controls = run.controls().clone();
    let course = Course {
        of: run.entered,
        entry: run.entered.1,
        ready: run.ready_index(),
        last: run.last_index(),
        at: props.state.step.map(|step| (step, run.index_of(step))),
        tells: controls.same_run(&props.state),
    };
    let run = run.clone();
    let on_rest = props.on_state.reform(move |frame| DenoiseState {
        step: Some(run.step_of(frame)),
        ..controls.clone()
    });
    use_player(course, on_rest)
}

/// What is being computed, and the button that stops it.
fn progress_line(run: &UseReducerHandle<DenoiseRun>) -> Html {
    let done = run.timeline.frames().last().map_or(0, |frame| frame.step);
    step_progress(run, (done, run.controls().steps), run.book.took_ms)
}

/// What 'branch from here' is about to do.
fn fork_line(fork: Option<&Fork>, on_fork: &Callback<()>) -> Html {
    let Some(fork) = fork else {
        return Html::default();
    };
    let text = format!(
        "Branching at step {}: class, sampler and guidance that you change now hold from there on.",
        fork.step
    );
    html! {
        <p class="fork-line" role="status">
            { text }
            <button type="button" class="button small" onclick={on_fork.reform(|_: MouseEvent| ())}>
                { "Stop branching" }
            </button>
        </p>
    }
}

/// The branches, when there are several.
fn branch_line(run: &DenoiseRun, step: u32, on_state: &Callback<DenoiseState>) -> Html {
    let branches = run.timeline.branches();
    if branches.len() < 2 {
        return Html::default();
    }
    html! {
        <div class="branches" role="group" aria-label="Branches">
            { for branches.iter().enumerate().map(|(number, branch)| {
                let here = number == run.timeline.shown();
                let state = DenoiseState { step: Some(step), ..branch.controls.clone() };
                let onclick = on_state.reform(move |_: MouseEvent| state.clone());
                html! {
                    <button type="button" class="button small" {onclick}
                        aria-pressed={here.to_string()}>
                        { branch_name(number, branch, &branches[0].controls) }
                    </button>
                }
            }) }
        </div>
    }
}

/// `B: 8 from step 11, w 4`: what a branch was asked for, and what it does otherwise than the
/// first one.
fn branch_name(number: usize, branch: &Branch<DenoiseState>, first: &DenoiseState) -> String {
    let letter = char::from(b'A' + (number % 26) as u8);
    let controls = &branch.controls;
    let mut name = format!("{letter}: {}", controls.digit.id());
    if let Some(step) = branch.left_at {
        name += &format!(" from step {step}");
    }
    if controls.guidance != first.guidance {
        name += &format!(", w {}", controls.guidance);
    }
    if controls.sampler != first.sampler {
        name += &match controls.sampler {
            Sampler::Ddpm => ", DDPM".into(),
            Sampler::Ddim { eta } => format!(", DDIM eta {eta}"),
            Sampler::DpmSolver => ", DPM-Solver++".into(),
        };
    }
    name
}

fn engine_id(engine: EngineKind) -> &'static str {
    match engine {
        EngineKind::Cpu => "cpu",
        EngineKind::Gpu => "gpu",
    }
}

/// Offers the frame as a file: the three pictures side by side, or the sheet of a batch.
fn save(frame: &Frame, name: &str) {
    if frame.x.len() > PIXELS {
        save_sheet(&frame.x, COLUMNS, name);
    } else {
        let pixels = [frame.x.clone(), shown_eps(frame), frame.x0.clone()].concat();
        save_sheet(&pixels, 3, name);
    }
}

fn file_name(controls: &DenoiseState) -> String {
    let step = controls.step.unwrap_or_default();
    format!(
        "genscope-{}-{}-seed-{}-step-{step}.png",
        controls.model.set.noun(),
        controls.digit.id(),
        controls.seed
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Guided;
    use crate::ui::state::Wanted;

    #[test]
    fn what_a_past_does_not_tell_starts_a_run_of_its_own() {
        let from = DenoiseState::default();
        let fork = Fork {
            from: from.clone(),
            step: 7,
        };
        let other_digit = DenoiseState {
            digit: Wanted::Digit(8),
            ..from.clone()
        };
        let branch = branched(Some(&fork), &other_digit).expect("a branch");
        assert_eq!(branch.past, [from.as_past(7)]);
        let midway = DenoiseState {
            guided: Guided::Midway,
            ..from
        };
        assert_eq!(branched(Some(&fork), &midway), None);
    }
}
