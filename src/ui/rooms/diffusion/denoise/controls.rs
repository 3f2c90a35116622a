//! The controls of 'Denoise it'.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::data::DataSet;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::protocol::Sampler;
use crate::ui::components::class_field::{ClassField, SetField};
use crate::ui::components::seed::SeedField;
use crate::ui::components::slider::Slider;
use crate::ui::host::use_engines;
use crate::ui::rooms::diffusion::noise::schedule_name;
use crate::ui::state::{
    DenoiseState, MAX_GUIDANCE, ModelChoice, QUICK_STEPS, STEPS, Training, Wanted,
};

/// Properties of [`Controls`].
#[derive(Properties, PartialEq)]
pub struct ControlsProps {
    /// The controls in force.
    pub state: DenoiseState,
    /// The visitor wants others.
    pub on_edit: Callback<DenoiseState>,
}

/// One row of controls.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let state = &props.state;
    let guidance = {
        let (state, on_edit) = (state.clone(), props.on_edit.clone());
        Callback::from(move |value: f32| {
            on_edit.emit(DenoiseState {
                guidance: round(value),
                ..state.clone()
            });
        })
    };
    html! {
        <div class="controls">
            <SetField set={state.model.set} on_set={edit(props, |state, set| {
                state.model = ModelChoice::of(set);
            })} />
            <ClassField set={state.model.set} wanted={state.digit} each={state.grid}
                on_wanted={edit(props, |state, wanted| state.digit = wanted)} />
            { sampler_field(props) }
            { steps_field(props) }
            { schedule_field(props) }
            <ModelField state={props.state.clone()} on_edit={props.on_edit.clone()} />
            <Slider label="Guidance" max={MAX_GUIDANCE} step={0.1} value={state.guidance}
                disabled={state.digit == Wanted::Any} on_value={guidance} />
            <SeedField seed={state.seed} on_seed={edit(props, |state, seed| state.seed = seed)} />
            { count_field(props) }
        </div>
    }
}

/// Changes what `change` changes.
fn edit<E>(props: &ControlsProps, change: impl Fn(&mut DenoiseState, E) + 'static) -> Callback<E> {
    let (state, on_edit) = (props.state.clone(), props.on_edit.clone());
    Callback::from(move |event| {
        let mut state = state.clone();
        change(&mut state, event);
        on_edit.emit(state);
    })
}

fn sampler_field(props: &ControlsProps) -> Html {
    let onchange = edit(props, |state, event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        state.sampler = match select.map(|select| select.value()).as_deref() {
            Some("ddpm") => Sampler::Ddpm,
            Some("dpm") => Sampler::DpmSolver,
            _ => Sampler::Ddim { eta: 0.0 },
        };
    });
    let on_eta = edit(props, |state, eta: f32| {
        state.sampler = Sampler::Ddim { eta: round(eta) }
    });
    let now = props.state.sampler;
    html! {
        <>
            <label class="field">
                { "Sampler" }
                <select name="sampler" {onchange}>
                    <option value="ddim" selected={matches!(now, Sampler::Ddim { .. })}>{ "DDIM" }</option>
                    <option value="ddpm" selected={now == Sampler::Ddpm}>{ "DDPM" }</option>
                    <option value="dpm" selected={now == Sampler::DpmSolver}>{ "DPM-Solver++(2M)" }</option>
                </select>
            </label>
            if let Sampler::Ddim { eta } = props.state.sampler {
                <Slider label="Eta" max={1.0} step={0.05} value={eta} digits={2} on_value={on_eta} />
            }
        </>
    }
}

fn steps_field(props: &ControlsProps) -> Html {
    let onchange = edit(props, |state, event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        let steps = select.and_then(|select| select.value().parse().ok());
        state.steps = steps.unwrap_or(state.steps);
    });
    html! {
        <label class="field">
            { "Steps" }
            <select name="steps" {onchange}>
                { for STEPS.into_iter().map(|steps| html! {
                    <option value={steps.to_string()} selected={steps == props.state.steps}>{ steps }</option>
                }) }
            </select>
        </label>
    }
}

fn schedule_field(props: &ControlsProps) -> Html {
    let onchange = edit(props, |state, event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        let index = select.map_or(0, |select| select.selected_index().max(0) as usize);
        state.schedule = ScheduleKind::ALL.get(index).copied().unwrap_or_default();
    });
    html! {
        <label class="field">
            { "Schedule" }
            <select name="schedule" {onchange}>
                { for ScheduleKind::ALL.into_iter().map(|kind| html! {
                    <option selected={kind == props.state.schedule}>{ schedule_name(kind) }</option>
                }) }
            </select>
        </label>
    }
}

/// The trainings of the model that ship, when there are several.
#[component]
fn ModelField(props: &ControlsProps) -> Html {
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
    let onchange = {
        let choices = choices.clone();
        edit(props, move |state, event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            let index = select.map_or(0, |select| select.selected_index().max(0) as usize);
            if let Some(model) = choices.get(index) {
                *state = with_model(state, *model);
            }
        })
    };
    html! {
        <label class="field">
            { "Model" }
            <select name="model" {onchange}>
                { for choices.iter().map(|model| html! {
                    <option selected={*model == now}>{ match model.training {
                        Training::Full => "trained",
                        Training::Early => "undertrained",
                        Training::Quick => "distilled",
                    } }</option>
                }) }
            </select>
        </label>
    }
}

/// The same with another model: the distilled one comes with the steps, the rule and the
/// guidance it was made for, and leaves with them.
pub(in crate::ui::rooms::diffusion) fn with_model(
    state: &DenoiseState,
    model: ModelChoice,
) -> DenoiseState {
    let plain = DenoiseState::default();
    let (steps, guidance) = match (model.training, state.model.training) {
        (Training::Quick, _) => (QUICK_STEPS, 1.0),
        (_, Training::Quick) => (plain.steps, plain.guidance),
        _ => (state.steps, state.guidance),
    };
    let sampler = match model.training {
        Training::Quick => plain.sampler,
        _ => state.sampler,
    };
    DenoiseState {
        model,
        steps,
        guidance,
        sampler,
        ..state.clone()
    }
}

fn count_field(props: &ControlsProps) -> Html {
    html! {
        <div class="field">
            <span id="count-label">{ "Show" }</span>
            <span class="seg" role="group" aria-labelledby="count-label">
                { for [(false, "1"), (true, "16")].into_iter().map(|(grid, text)| {
                    let onclick = edit(props, move |state, _: MouseEvent| {
                        state.grid = grid;
                        if !grid && state.digit == Wanted::Each {
                            state.digit = DenoiseState::default().digit;
                        }
                    });
                    html! {
                        <button type="button" {onclick} data-count={text}
                            aria-pressed={pressed(grid == props.state.grid)}>{ text }</button>
                    }
                }) }
            </span>
        </div>
    }
}

fn pressed(pressed: bool) -> &'static str {
    if pressed { "true" } else { "false" }
}

/// Two decimals: what a link keeps.
pub(in crate::ui::rooms::diffusion) fn round(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
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
