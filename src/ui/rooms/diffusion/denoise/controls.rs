//! The controls of 'Denoise it'.

use yew::prelude::*;

use crate::data::DataSet;
use crate::models::diffusion::sampler::MIDWAY;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::protocol::{Guided, Sampler};
use crate::ui::components::choice::choose;
use crate::ui::components::class_field::{ClassField, SetField};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::seed::SeedField;
use crate::ui::components::slider::Slider;
use crate::ui::host::use_engines;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::{
    DenoiseState, MAX_GUIDANCE, ModelChoice, Named, QUICK_STEPS, STEPS, Training, Wanted,
    two_decimals,
};

/// Controls of the chapter, and who takes others.
type Props = ChapterProps<DenoiseState>;

/// The rules in the order in which they are listed; the first stands for all its etas.
const SAMPLERS: [Sampler; 3] = [
    Sampler::Ddim { eta: 0.0 },
    Sampler::Ddpm,
    Sampler::DpmSolver,
];

/// Digit, steps and seed; the rest behind them.
#[component]
pub fn Controls(props: &Props) -> Html {
    let state = &props.state;
    let more = html! {
        <>
            <SetField set={state.model.set}
                on_set={props.edit(|state, set| state.model = ModelChoice::of(set))} />
            { sampler_field(props) }
            { choose("Schedule", "schedule", &ScheduleKind::ALL, state.schedule, |kind| kind.name().to_owned(),
                props.edit(|state, schedule| state.schedule = schedule)) }
            <ModelField ..props.clone() />
            <Slider label="Guidance" name="w" max={MAX_GUIDANCE} step={0.1} value={state.guidance}
                disabled={state.digit == Wanted::Any}
                on_value={props.edit(|state, w| state.guidance = two_decimals(w))} />
            { choose("Guided", "guided", Guided::VALUES, state.guided, guided_name,
                props.edit(|state, guided| state.guided = guided)) }
            { count_field(props) }
        </>
    };
    html! {
        <ControlRow {more} is_set={is_special(state)}>
            <ClassField set={state.model.set} wanted={state.digit} each={state.grid}
                on_wanted={props.edit(|state, wanted| state.digit = wanted)} />
            { choose("Steps", "steps", &STEPS, state.steps, u32::to_string,
                props.edit(|state, steps| state.steps = steps)) }
            <SeedField seed={state.seed} on_seed={props.edit(|state, seed| state.seed = seed)} />
        </ControlRow>
    }
}

/// Is anything set that is not in the first row?
fn is_special(state: &DenoiseState) -> bool {
    let usual = DenoiseState {
        digit: state.digit,
        steps: state.steps,
        seed: state.seed,
        step: state.step,
        past: state.past.clone(),
        ..DenoiseState::default()
    };
    *state != usual
}

fn guided_name(guided: &Guided) -> String {
    match guided {
        Guided::Always => "at every step".into(),
        Guided::Midway => format!("from t = {} to {}", MIDWAY.end(), MIDWAY.start()),
    }
}

fn sampler_field(props: &Props) -> Html {
    let name = |sampler: &Sampler| match sampler {
        Sampler::Ddim { .. } => "DDIM".to_owned(),
        Sampler::Ddpm => "DDPM".to_owned(),
        Sampler::DpmSolver => "DPM-Solver++(2M)".to_owned(),
    };
    let on_eta = props.edit(|state, eta| {
        state.sampler = Sampler::Ddim {
            eta: two_decimals(eta),
        };
    });
    html! {
        <>
            { choose("Sampler", "sampler", &SAMPLERS, props.state.sampler, name,
                props.edit(|state, sampler| state.sampler = sampler)) }
            if let Sampler::Ddim { eta } = props.state.sampler {
                <Slider label="Eta" name="eta" max={1.0} step={0.05} value={eta} digits={2} on_value={on_eta} />
            }
        </>
    }
}

/// The trainings of the model that ship, when there are several.
#[component]
fn ModelField(props: &Props) -> Html {
    let manifest = use_engines().manifest;
    let now = props.state.model;
    let all = [Training::Full, Training::Early, Training::Quick].map(|training| ModelChoice {
        set: now.set,
        training,
    });
    let has = |model: &ModelChoice| {
        let known = manifest
            .as_ref()
            .is_some_and(|m| m.find(model.id()).is_some());
        known && (model.training == Training::Full || now.set == DataSet::Mnist)
    };
    let choices: Vec<_> = all.into_iter().filter(has).collect();
    if choices.is_empty() || choices == [now] {
        return Html::default();
    }
    let name = |model: &ModelChoice| match model.training {
        Training::Full => "trained".to_owned(),
        Training::Early => "undertrained".to_owned(),
        Training::Quick => "distilled".to_owned(),
    };
    let on_model = props.edit(|state, model| *state = with_model(state, model));
    choose("Model", "model", &choices, now, name, on_model)
}

/// The same with another model: the distilled one comes with the steps, the rule and the
/// guidance it was made for, and leaves with them.
pub(in crate::ui::rooms::diffusion) fn with_model(
    state: &DenoiseState,
    model: ModelChoice,
) -> DenoiseState {
    let plain = DenoiseState::default();
    let mut changed = DenoiseState {
        model,
        ..state.clone()
    };
    match (model.training, state.model.training) {
        (Training::Quick, _) => {
            (changed.steps, changed.guidance) = (QUICK_STEPS, 1.0);
            changed.sampler = plain.sampler;
        }
        (_, Training::Quick) => {
            (changed.steps, changed.guidance) = (plain.steps, plain.guidance);
        }
        _ => {}
    }
    changed
}

fn count_field(props: &Props) -> Html {
    html! {
        <div class="field" data-lock="n">
            <span id="count-label">{ "Show" }</span>
            <span class="seg" role="group" aria-labelledby="count-label">
                { for [(false, "1"), (true, "16")].into_iter().map(|(grid, text)| {
                    let onclick = props.edit(move |state, _: MouseEvent| {
                        state.grid = grid;
                        if !grid && state.digit == Wanted::Each {
                            state.digit = DenoiseState::default().digit;
                        }
                    });
                    html! {
                        <button type="button" {onclick} data-count={text}
                            aria-pressed={(grid == props.state.grid).to_string()}>{ text }</button>
                    }
                }) }
            </span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distilled_model_comes_and_goes_with_its_settings() {
        let model = |training| ModelChoice {
            set: DataSet::Mnist,
            training,
        };
        let mine = DenoiseState {
            sampler: Sampler::Ddpm,
            steps: 50,
            guidance: 3.0,
            seed: 7,
            ..DenoiseState::default()
        };
        let quick = with_model(&mine, model(Training::Quick));
        assert_eq!((quick.steps, quick.guidance, quick.seed), (4, 1.0, 7));
        assert_eq!(quick.sampler, Sampler::Ddim { eta: 0.0 });
        let back = with_model(&quick, model(Training::Full));
        assert_eq!((back.steps, back.guidance), (20, 1.5));
        let early = with_model(&mine, model(Training::Early));
        assert_eq!((early.steps, early.guidance), (50, 3.0));
    }
}
