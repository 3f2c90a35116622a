//! A slider that shows its value while it moves and reports it when it rests.

use gloo_timers::callback::Timeout;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// A value counts once it has not changed for this long.
const REST_MS: u32 = 250;

/// Properties of [`Slider`].
#[derive(Properties, PartialEq)]
pub struct SliderProps {
    /// What it sets.
    pub label: AttrValue,
    /// The setting's name in links.
    pub name: &'static str,
    /// Smallest value.
    #[prop_or(0.0)]
    pub min: f32,
    /// Largest value.
    pub max: f32,
    /// Distance between values.
    pub step: f32,
    /// The value in force.
    pub value: f32,
    /// Digits after the point.
    #[prop_or(1)]
    pub digits: usize,
    /// It has no effect now.
    #[prop_or_default]
    pub disabled: bool,
    /// The visitor has chosen.
    pub on_value: Callback<f32>,
}

/// A labelled slider with its value beside it.
#[component]
pub fn Slider(props: &SliderProps) -> Html {
    let moving = use_state_eq(|| None::<f32>);
    {
        let (handle, on_value) = (moving.clone(), props.on_value.clone());
        use_effect_with(*moving, move |&moving| {
            let rest = moving.map(|value| {
                Timeout::new(REST_MS, move || {
                    handle.set(None);
                    on_value.emit(value);
                })
            });
            move || drop(rest)
        });
    }
    let shown = moving.unwrap_or(props.value);
    let oninput = move |event: InputEvent| {
        let input = event.target_dyn_into::<HtmlInputElement>();
        moving.set(input.map(|input| input.value_as_number() as f32));
    };
    html! {
        <label class="field" data-lock={props.name}>
            { &props.label }
            <input type="range" name={props.name} min={props.min.to_string()} max={props.max.to_string()}
                step={props.step.to_string()} value={shown.to_string()} disabled={props.disabled}
                {oninput} />
            <span class="num">{ format!("{shown:.*}", props.digits) }</span>
        </label>
    }
}
