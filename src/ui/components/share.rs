//! Copies a link to what is seen; where copying is refused, shows it in a field instead.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icon::{Icon, IconButton};

/// How long 'Link copied' is shown.
const THANKS_MS: u32 = 2500;

/// Properties of [`ShareButton`].
#[derive(Properties, PartialEq)]
pub struct ShareButtonProps {
    /// The link.
    pub link: AttrValue,
}

#[derive(Clone, Copy, PartialEq)]
enum Shared {
    No,
    Copied,
    /// The browser refused to copy it.
    Shown,
}

/// The button, and what it has to say.
#[component]
pub fn ShareButton(props: &ShareButtonProps) -> Html {
    let shared = use_state_eq(|| Shared::No);
    {
        let shared = shared.clone();
        use_effect_with(*shared, move |now| {
            let end = (*now == Shared::Copied)
                .then(|| Timeout::new(THANKS_MS, move || shared.set(Shared::No)));
            move || drop(end)
        });
    }
    let onclick = {
        let (shared, link) = (shared.clone(), props.link.clone());
        Callback::from(move |()| {
            let (shared, link) = (shared.clone(), link.clone());
            spawn_local(async move {
                let copied = copy(&link).await;
                shared.set(if copied {
                    Shared::Copied
                } else {
                    Shared::Shown
                });
            });
        })
    };
    html! {
        <>
            <IconButton class="share" icon={Icon::Share} label="Copy a link to this" {onclick} />
            <span class="sr-only" role="status">
                { if *shared == Shared::Copied { "Link copied" } else { "" } }
            </span>
            { match *shared {
                Shared::No => Html::default(),
                Shared::Copied => html! { <span class="thanks" aria-hidden="true">{ "Link copied" }</span> },
                Shared::Shown => field(&props.link),
            } }
        </>
    }
}

fn field(link: &AttrValue) -> Html {
    let onfocus = |event: FocusEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            input.select();
        }
    };
    html! {
        <input class="link" type="text" readonly=true value={link.clone()}
            aria-label="Link to this" {onfocus} />
    }
}

/// Copies to the clipboard; false where that is not offered (plain http) or not allowed.
async fn copy(text: &str) -> bool {
    let navigator = gloo_utils::window().navigator();
    let offered = js_sys::Reflect::get(&navigator, &"clipboard".into());
    if !offered.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(text))
        .await
        .is_ok()
}
