//! The controls of 'Two dimensions'.

use yew::prelude::*;

use crate::protocol::diffusion::plane::{Method, Rule};
use crate::ui::components::choice::{choose, place, segments};
use crate::ui::components::cloud::CloudField;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::seed::SeedField;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::{LEARNING_RATES, Named, PlaneState, SAMPLE_STEPS, TRAIN_STEPS, View};

/// Properties of [`Controls`].
#[derive(Clone, PartialEq, Properties)]
pub struct ControlsProps {
    /// The chapter's controls, and who takes others.
    pub chapter: ChapterProps<PlaneState>,
    /// The visitor draws.
    pub editing: bool,
    /// The visitor wants to draw.
    pub on_edit: Callback<()>,
}

impl ControlsProps {
    /// Changes how samples are made.
    fn sample<E: 'static>(&self, change: impl Fn(&mut PlaneState, E) + 'static) -> Callback<E> {
        self.chapter.edit(move |state, event| {
            state.at = None;
            change(state, event);
        })
    }

    /// Changes what the weights depend on: which of them were sampled is forgotten.
    fn train<E: 'static>(&self, change: impl Fn(&mut PlaneState, E) + 'static) -> Callback<E> {
        self.sample(move |state, event| {
            state.from = None;
            change(state, event);
        })
    }
}

/// Data, method and seed; training and sampling behind them.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    const METHODS: [Method; 2] = [Method::FlowMatching, Method::Ddpm];
    let state = &props.chapter.state;
    let rules = Rule::of(state.method);
    let usual = PlaneState::default();
    let is_set = (state.train_steps, state.learning_rate, state.steps)
        != (usual.train_steps, usual.learning_rate, usual.steps)
        || state.rule != rules[0];
    let more = html! {
        <>
            { choose("Training steps", "train", &TRAIN_STEPS, state.train_steps, u32::to_string,
                props.train(|state, steps| state.train_steps = steps)) }
            { choose("Learning rate", "lr", &LEARNING_RATES, state.learning_rate, f32::to_string,
                props.train(|state, rate| state.learning_rate = rate)) }
            { segments("Sampler", "sampler", &rules.map(rule_name), place(&rules, state.rule),
                props.sample(move |state, at: usize| state.rule = rules[at]), state.rule.name()) }
            { choose("in steps", "steps", &SAMPLE_STEPS, state.steps, u32::to_string,
                props.sample(|state, steps| state.steps = steps)) }
        </>
    };
    html! {
        <ControlRow {more} {is_set}>
            <CloudField cloud={state.cloud.clone()} editing={props.editing}
                on_cloud={props.train(|state, cloud| state.cloud = cloud)} on_edit={props.on_edit.clone()} />
            { segments("Method", "method", &["Flow matching", "DDPM"], place(&METHODS, state.method),
                props.train(|state, at: usize| {
                    state.method = METHODS[at];
                    state.rule = Rule::of(state.method)[0];
                }), state.method.name()) }
            <SeedField seed={state.seed} on_seed={props.train(|state, seed| state.seed = seed)} />
        </ControlRow>
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
pub fn view_control(chapter: &ChapterProps<PlaneState>) -> Html {
    html! {
        <span class="seg plane-views" role="group" aria-label="View">
            { for View::ALL.map(|view| {
                let pressed = (chapter.state.view == view).to_string();
                let onclick = chapter.edit(move |state, _: MouseEvent| {
                    state.from = sampled_step(state, view);
                    (state.view, state.at) = (view, None);
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
