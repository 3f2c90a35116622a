//! The root component.

use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    html! {}
}
