//! The controls of 'Denoise it'.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::protocol::Sampler;
use crate::ui::components::seed::SeedField;
use crate::ui::components::slider::Slider;
use crate::ui::state::{DenoiseState, MAX_GUIDANCE, STEPS, Wanted};

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
            { digit_field(props) }
            { sampler_field(props) }
            { steps_field(props) }
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

fn digit_field(props: &ControlsProps) -> Html {
    let each = props.state.grid.then_some(Wanted::Each);
    let choices = (0..=9).map(Wanted::Digit).chain([Wanted::Any]).chain(each);
    html! {
        <div class="field">
            <span id="digit-label">{ "Digit" }</span>
            <span class="seg digit-seg" role="group" aria-labelledby="digit-label">
                { for choices.map(|wanted| {
                    let onclick = edit(props, move |state, _: MouseEvent| state.digit = wanted);
                    html! {
                        <button type="button" {onclick} data-digit={wanted.id()}
                            aria-pressed={pressed(wanted == props.state.digit)}>{ wanted.id() }</button>
                    }
                }) }
            </span>
        </div>
    }
}

fn sampler_field(props: &ControlsProps) -> Html {
    let onchange = edit(props, |state, event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        let ddpm = select.is_some_and(|select| select.value() == "ddpm");
        state.sampler = if ddpm {
            Sampler::Ddpm
        } else {
            Sampler::Ddim { eta: 0.0 }
        };
    });
    let on_eta = edit(props, |state, eta: f32| {
        state.sampler = Sampler::Ddim { eta: round(eta) }
    });
    let ddpm = props.state.sampler == Sampler::Ddpm;
    html! {
        <>
            <label class="field">
                { "Sampler" }
                <select name="sampler" {onchange}>
                    <option value="ddim" selected={!ddpm}>{ "DDIM" }</option>
                    <option value="ddpm" selected={ddpm}>{ "DDPM" }</option>
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
fn round(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}
