//! The seed of all noise: a number to type, to read out, or to draw anew.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::{Icon, IconButton};

/// New seeds are below this, short enough to read out.
const SEEDS: f64 = 1e6;

/// A seed by chance.
pub fn new_seed() -> u64 {
    (js_sys::Math::random() * SEEDS) as u64
}

/// Properties of [`SeedField`].
#[derive(Clone, PartialEq, Properties)]
pub struct SeedFieldProps {
    /// Whose seed it is, where there are two.
    #[prop_or(AttrValue::Static("Seed"))]
    pub label: AttrValue,
    /// The seed in force.
    pub seed: u64,
    /// The visitor wants another.
    pub on_seed: Callback<u64>,
}

/// A field for the seed, and a button for a new one.
#[component]
pub fn SeedField(props: &SeedFieldProps) -> Html {
    let seed = props.seed;
    let onchange = {
        let on_seed = props.on_seed.clone();
        Callback::from(move |event: Event| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            let Some(input) = input else { return };
            match input.value().parse() {
                Ok(seed) => on_seed.emit(seed),
                // What is no seed is replaced by the one in force.
                Err(_) => input.set_value(&seed.to_string()),
            }
        })
    };
    html! {
        <div class="field" data-lock="seed">
            <label class="field">
                { &props.label }
                <input class="seed" name="seed" type="number" min="0" step="1" inputmode="numeric"
                    value={seed.to_string()} {onchange} />
            </label>
            <IconButton icon={Icon::Dice} label={format!("New {}", props.label.to_lowercase())}
                onclick={props.on_seed.reform(|()| new_seed())} />
        </div>
    }
}
