//! Controls that choose one of a few: a list that opens, or buttons side by side.

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

/// A labelled list; `on` gets the place of what is chosen.
pub fn select(
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

/// A labelled list of numbers, with the one in force among them; `on` gets the one that is chosen.
pub fn numbers<T: Copy + PartialOrd + ToString + 'static>(
    label: &'static str,
    name: &'static str,
    values: &[T],
    now: T,
    on: Callback<T>,
) -> Html {
    let values = listed(values, now);
    let options: Vec<String> = values.iter().map(T::to_string).collect();
    let chosen = place(&values, now);
    let on = on.reform(move |index: usize| values.get(index).copied().unwrap_or(now));
    select(label, name, &options, chosen, on)
}

/// The values to choose from, with the one in force.
fn listed<T: Copy + PartialOrd>(values: &[T], now: T) -> Vec<T> {
    let mut listed = values.to_vec();
    if !values.contains(&now) {
        listed.insert(values.partition_point(|value| *value < now), now);
    }
    listed
}

/// Labelled buttons, one of them pressed; `value` is its name for tests.
pub fn segments(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_is_listed() {
        let rounds = [300, 1000, 3000];
        assert_eq!(listed(&rounds, 3000), rounds);
        assert_eq!(listed(&rounds, 2900), [300, 1000, 2900, 3000]);
        assert_eq!(listed(&[0.01, 1.0], 5.0).last(), Some(&5.0));
    }
}
