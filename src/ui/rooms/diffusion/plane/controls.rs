//! The controls of 'Two dimensions'.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::draw::{Action, Drawing};
use crate::data::points::{Cloud, Preset};
use crate::protocol::plane::{Method, Rule};
use crate::ui::components::plane_view::Pen;
use crate::ui::components::seed::SeedField;
use crate::ui::content;
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
    html! {
        <div class="controls">
            { data_select(props) }
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

fn place<T: PartialEq>(values: &[T], value: T) -> usize {
    values.iter().position(|v| *v == value).unwrap_or(0)
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Ddim => "DDIM",
        Rule::Ancestral => "DDPM",
        Rule::Euler => "Euler",
        Rule::Heun => "Heun",
    }
}

fn picked(event: &Event) -> usize {
    let select = event.target_dyn_into::<HtmlSelectElement>();
    select.map_or(0, |select| select.selected_index().max(0) as usize)
}

fn select(
    label: &'static str,
    name: &'static str,
    options: &[String],
    chosen: usize,
    on: Callback<usize>,
) -> Html {
    let onchange = on.reform(|event: Event| picked(&event));
    html! {
        <label class="field">
            { label }
            <select {name} {onchange}>
                { for options.iter().enumerate().map(|(i, text)| html! {
                    <option selected={i == chosen}>{ text }</option>
                }) }
            </select>
        </label>
    }
}

fn segments(
    label: &'static str,
    options: &[&'static str],
    chosen: usize,
    on: Callback<usize>,
    value: &'static str,
) -> Html {
    html! {
        <span class="field">
            { label }{ " " }
            <span class="seg" role="group" aria-label={label} data-value={value}>
                { for options.iter().enumerate().map(|(i, text)| html! {
                    <button type="button" aria-pressed={(i == chosen).to_string()}
                        onclick={on.reform(move |_: MouseEvent| i)}>{ *text }</button>
                }) }
            </span>
        </span>
    }
}

/// Presets, and one's own drawing.
fn data_select(props: &ControlsProps) -> Html {
    let drawn = props.editing || matches!(props.state.cloud, Cloud::Cells(_));
    let chosen = match &props.state.cloud {
        _ if drawn => Preset::ALL.len(),
        Cloud::Preset(preset) => place(&Preset::ALL, *preset),
        Cloud::Cells(_) => Preset::ALL.len(),
    };
    let mut options: Vec<String> = Preset::ALL.map(|preset| preset.name().to_owned()).into();
    options.push("your drawing".into());
    let on = {
        let ControlsProps {
            state,
            on_state,
            on_edit,
            ..
        } = props.clone();
        Callback::from(move |index: usize| match Preset::ALL.get(index) {
            Some(preset) => on_state.emit(PlaneState {
                cloud: Cloud::Preset(*preset),
                at: None,
                from: None,
                ..state.clone()
            }),
            None => on_edit.emit(()),
        })
    };
    let edit = props.on_edit.reform(|_: MouseEvent| ());
    html! {
        <span class="field">
            { select("Data", "data", &options, chosen, on) }
            <button type="button" class="button small draw" aria-pressed={props.editing.to_string()}
                onclick={edit}>{ "Draw" }</button>
        </span>
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

/// What helps drawing.
pub fn drawing_tools(drawing: &UseReducerHandle<Drawing>, editing: &UseStateHandle<bool>) -> Html {
    let send = |action: fn() -> Action| {
        let drawing = drawing.dispatcher();
        Callback::from(move |_: MouseEvent| drawing.dispatch(action()))
    };
    let empty = drawing.cells.is_empty();
    let done = {
        let editing = editing.setter();
        Callback::from(move |_: MouseEvent| editing.set(false))
    };
    html! {
        <div class="plane-tools">
            <button type="button" class="button small" disabled={empty}
                onclick={send(|| Action::Pen(Pen::Undo))}>{ "Undo" }</button>
            <button type="button" class="button small" disabled={empty}
                onclick={send(|| Action::Clear)}>{ "Clear" }</button>
            <button type="button" class="button small done" onclick={done}>{ "Done" }</button>
            <div class="hint" id="plane-pen-help">{ content::section("plane", "draw") }</div>
            if empty { <p class="notice" role="status">{ content::text("plane", "draw.empty") }</p> }
            if drawing.is_full() { <p class="notice" role="status">{ content::text("plane", "draw.full") }</p> }
            <span class="sr-only" role="status">{ drawing.spoken() }</span>
        </div>
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
