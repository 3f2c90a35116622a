//! Controls that choose one of a few: a list that opens, or buttons side by side.

use wasm_bindgen::JsValue;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The place of `value` among `values`; 0 where it is not among them.
pub fn place<T: PartialEq>(values: &[T], value: T) -> usize {
    values.iter().position(|v| *v == value).unwrap_or(0)
}

/// Which option of a `<select>` is chosen.
pub fn picked(event: &Event) -> usize {
    let select = event.target_dyn_into::<HtmlSelectElement>();
    select.map_or(0, |select| select.selected_index().max(0) as usize)
}

/// A labelled list of values with their names; `on` gets the one that is chosen.
pub fn choose<T: Copy + PartialEq + 'static>(
    label: impl Into<AttrValue>,
    name: &'static str,
    values: &[T],
    chosen: T,
    name_of: impl Fn(&T) -> String,
    on: Callback<T>,
) -> Html {
    let names: Vec<_> = values.iter().map(name_of).collect();
    let (chosen, values) = (place(values, chosen), values.to_vec());
    select(
        label,
        name,
        &names,
        chosen,
        on.reform(move |at: usize| values[at]),
    )
}

/// A labelled list; `on` gets the place of what is chosen.
pub fn select(
    label: impl Into<AttrValue>,
    name: &'static str,
    options: &[String],
    chosen: usize,
    on: Callback<usize>,
) -> Html {
    let onchange = on.reform(|event: Event| picked(&event));
    html! {
        // Another list is another element, not this one with other entries.
        <label class="field" data-lock={name} key={name}>
            { label.into() }
            // An option that somebody has once picked no longer heeds its attribute.
            <select {name} {onchange} ~selectedIndex={JsValue::from(chosen as u32)}>
                { for options.iter().enumerate().map(|(i, text)| html! {
                    <option selected={i == chosen}>{ text }</option>
                }) }
            </select>
        </label>
    }
}

/// Buttons for values with their names, the chosen one pressed; `on` gets the one that is clicked.
pub fn pressed<T: Copy + PartialEq + 'static>(
    values: impl IntoIterator<Item = (T, &'static str)>,
    chosen: T,
    on: &Callback<T>,
) -> Html {
    let button = |(value, name): (T, &'static str)| {
        html! {
            <button type="button" aria-pressed={(value == chosen).to_string()}
                onclick={on.reform(move |_: MouseEvent| value)}>{ name }</button>
        }
    };
    values.into_iter().map(button).collect()
}

/// Labelled buttons, one of them pressed; `name` is that of the setting in links, `value` that of the
/// pressed one for tests.
pub fn segments(
    label: &'static str,
    name: &'static str,
    options: &[&'static str],
    chosen: usize,
    on: Callback<usize>,
    value: &'static str,
) -> Html {
    html! {
        <span class="field" data-lock={name}>
            { label }{ " " }
            <span class="seg" role="group" aria-label={label} data-value={value}>
                { pressed(options.iter().copied().enumerate(), chosen, &on) }
            </span>
        </span>
    }
}
