//! What works without a network by now, as `offline.js` tells it.

use gloo_events::EventListener;
use yew::prelude::*;

use crate::ui::content::texts;

/// A sentence, or nothing while all of the site still needs its network.
#[component]
pub fn Kept() -> Html {
    let kept = use_state_eq(kept);
    {
        let kept = kept.setter();
        use_effect_with((), move |()| {
            let window = gloo_utils::window();
            let listener = EventListener::new(&window, "genscope-offline", move |_| {
                kept.set(self::kept());
            });
            move || drop(listener)
        });
    }
    let text = match kept.as_deref() {
        Some("first") => texts::landing::here_first::PLAIN.to_owned(),
        Some("all") => texts::landing::here_all::PLAIN.to_owned(),
        _ => String::new(),
    };
    html! { <p class="kept" role="status">{ text }</p> }
}

fn kept() -> Option<String> {
    let root = gloo_utils::document().document_element()?;
    root.get_attribute("data-offline")
}
