//! The controls of 'Fewer steps': what is sampled, which rows and which columns.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::ui::components::class_field::{ClassField, SetField};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::seed::SeedField;
use crate::ui::components::slider::Slider;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::{COLUMNS, FewerState, MAX_GUIDANCE, ModelChoice, Wanted, Way, two_decimals};

/// Properties of [`Controls`].
#[derive(Properties, PartialEq)]
pub struct ControlsProps {
    /// The controls in force, and who takes others.
    pub chapter: ChapterProps<FewerState>,
    /// Is there a distilled model?
    pub has_distilled: bool,
}

/// Digit and seed; the rest behind them.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let state = &props.chapter.state;
    let ways: Vec<_> = Way::ALL
        .into_iter()
        .map(Way::name)
        .take(if props.has_distilled { 4 } else { 3 })
        .collect();
    let columns = COLUMNS.map(|steps| steps.to_string());
    let usual = FewerState {
        digit: state.digit,
        seed: state.seed,
        step: state.step,
        ..FewerState::default()
    };
    let more = html! {
        <>
            <SetField set={state.model.set}
                on_set={edit(props, |state, set| state.model = ModelChoice::of(set))} />
            <Slider label="Guidance" name="w" max={MAX_GUIDANCE} step={0.1} value={state.guidance}
                disabled={state.digit == Wanted::Any}
                on_value={edit(props, |state, value| state.guidance = two_decimals(value))} />
            { ticks("Samplers", "ways", &state.ways, &ways, edit(props, |state, (at, on): (usize, bool)| state.ways[at] = on)) }
            { ticks("Steps", "steps", &state.columns, &columns.each_ref().map(String::as_str),
                edit(props, |state, (at, on): (usize, bool)| state.columns[at] = on)) }
        </>
    };
    html! {
        <ControlRow {more} is_set={*state != usual}>
            <ClassField set={state.model.set} wanted={state.digit}
                on_wanted={edit(props, |state, digit| state.digit = digit)} />
            <SeedField seed={state.seed} on_seed={edit(props, |state, seed| state.seed = seed)} />
        </ControlRow>
    }
}

/// Changes what `change` changes; playback goes to the end.
fn edit<E: 'static>(
    props: &ControlsProps,
    change: impl Fn(&mut FewerState, E) + 'static,
) -> Callback<E> {
    props.chapter.edit(move |state, event| {
        state.step = None;
        change(state, event);
    })
}

/// Boxes to tick; the last one ticked stays so.
fn ticks(
    label: &'static str,
    name: &'static str,
    on: &[bool],
    names: &[&str],
    set: Callback<(usize, bool)>,
) -> Html {
    let ticked = on.iter().take(names.len()).filter(|on| **on).count();
    html! {
        <fieldset class="field ticks" data-lock={name}>
            <legend>{ label }</legend>
            { for names.iter().zip(on).enumerate().map(|(at, (name, &on))| {
                let onchange = set.reform(move |event: Event| {
                    let input = event.target_dyn_into::<HtmlInputElement>();
                    (at, input.is_some_and(|input| input.checked()))
                });
                html! {
                    <label>
                        <input type="checkbox" checked={on} disabled={on && ticked == 1} {onchange} />
                        { name.to_string() }
                    </label>
                }
            }) }
        </fieldset>
    }
}
