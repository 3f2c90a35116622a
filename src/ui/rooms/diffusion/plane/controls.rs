//! The controls of 'Two dimensions'.

use yew::prelude::*;

use crate::protocol::diffusion::plane::{Method, Rule};
use crate::ui::components::choice::{place, segments, select};
use crate::ui::components::cloud::CloudField;
use crate::ui::components::seed::SeedField;
use crate::ui::state::{
    LEARNING_RATES, PlaneState, SAMPLE_STEPS, TRAIN_STEPS, View, method_id, rule_id,
};

/// Properties of [`Controls`].
#[derive(Clone, PartialEq, Properties)]
pub struct ControlsProps {
    /// The chapter's controls.
    pub state: PlaneState,
    /// Asks for other controls.
    pub on_state: Callback<PlaneState>,
    /// The visitor draws.
    pub editing: bool,
    /// The visitor wants to draw.
    pub on_edit: Callback<()>,
}

/// Data, method, training, sampling, seed.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let state = &props.state;
    // What the weights depend on forgets which of them are sampled.
    let edit = |keeps: bool, apply: fn(&mut PlaneState, usize)| {
        let (state, on_state) = (state.clone(), props.on_state.clone());
        Callback::from(move |index: usize| {
            let mut changed = state.clone();
            changed.at = None;
            changed.from = state.from.filter(|_| keeps);
            apply(&mut changed, index);
            on_state.emit(changed);
        })
    };
    let change = |apply| edit(true, apply);
    let retrain = |apply| edit(false, apply);
    let rates = LEARNING_RATES.map(|rate| rate.to_string());
    let on_seed = {
        let (state, on_state) = (state.clone(), props.on_state.clone());
        Callback::from(move |seed| {
            on_state.emit(PlaneState {
                seed,
                at: None,
                from: None,
                ..state.clone()
            });
        })
    };
    let on_cloud = {
        let (state, on_state) = (state.clone(), props.on_state.clone());
        Callback::from(move |cloud| {
            on_state.emit(PlaneState {
                cloud,
                at: None,
                from: None,
                ..state.clone()
            });
        })
    };
    html! {
        <div class="controls">
            <CloudField cloud={state.cloud.clone()} editing={props.editing} {on_cloud}
                on_edit={props.on_edit.clone()} />
            { segments("Method", &["Flow matching", "DDPM"], usize::from(state.method == Method::Ddpm),
                retrain(|state, index| {
                    state.method = [Method::FlowMatching, Method::Ddpm][index.min(1)];
                    state.rule = Rule::of(state.method)[0];
                }), method_id(state.method)) }
            { select("Training steps", "train", &TRAIN_STEPS.map(|n| n.to_string()),
                place(&TRAIN_STEPS, state.train_steps),
                retrain(|state, index| state.train_steps = TRAIN_STEPS[index.min(3)])) }
            { select("Learning rate", "lr", &rates, place(&LEARNING_RATES, state.learning_rate),
                retrain(|state, index| state.learning_rate = LEARNING_RATES[index.min(4)])) }
            { segments("Sampler", &Rule::of(state.method).map(rule_name),
                usize::from(state.rule != Rule::of(state.method)[0]),
                change(|state, index| state.rule = Rule::of(state.method)[index.min(1)]), rule_id(state.rule)) }
            { select("in steps", "steps", &SAMPLE_STEPS.map(|n| n.to_string()),
                place(&SAMPLE_STEPS, state.steps),
                change(|state, index| state.steps = SAMPLE_STEPS[index.min(4)])) }
            <SeedField seed={state.seed} {on_seed} />
        </div>
    }
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Ddim => "DDIM",
        Rule::Ancestral => "DDPM",
        Rule::Euler => "Euler",
        Rule::Heun => "Heun",
    }
}

/// Which view of the stage.
pub fn view_control(state: &PlaneState, on_state: &Callback<PlaneState>) -> Html {
    html! {
        <span class="seg plane-views" role="group" aria-label="View">
            { for View::ALL.map(|view| {
                let state = state.clone();
                let pressed = (state.view == view).to_string();
                let onclick = on_state.reform(move |_: MouseEvent| PlaneState {
                    view,
                    at: None,
                    from: sampled_step(&state, view),
                    ..state.clone()
                });
                let text = match view {
                    View::Noise => "Add noise",
                    View::Train => "Train",
                    View::Sample => "Sample",
                };
                html! {
                    <button type="button" aria-pressed={pressed} data-view={view.id()} {onclick}>{ text }</button>
                }
            }) }
        </span>
    }
}

/// From a place in the training, sampling goes on with the weights of that place.
fn sampled_step(state: &PlaneState, view: View) -> Option<u32> {
    match (state.view, view) {
        (View::Train, View::Sample) => state
            .at
            .map(|at| at * state.training().report_every)
            .filter(|step| *step < state.train_steps),
        (View::Sample, View::Sample) => state.from,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_goes_on_from_the_place_in_the_training() {
        let at = |at| PlaneState {
            view: View::Train,
            at,
            ..PlaneState::default()
        };
        assert_eq!(sampled_step(&at(Some(3)), View::Sample), Some(120));
        assert_eq!(sampled_step(&at(None), View::Sample), None);
        assert_eq!(sampled_step(&at(Some(50)), View::Sample), None, "the last");
        assert_eq!(sampled_step(&at(Some(3)), View::Noise), None);
    }
}
