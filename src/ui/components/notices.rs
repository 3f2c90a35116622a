//! What the visitor should know: a sentence, and a way on.

use yew::prelude::*;

use super::fetched::details;
use super::icon::{Icon, IconButton};
use crate::ui::errors::{Notice, WayOn, Weight};

/// Properties of [`Notices`].
#[derive(Properties, PartialEq)]
pub struct NoticesProps {
    /// All that are still shown.
    pub notices: Vec<Notice>,
    /// The visitor takes a way on.
    pub on_way: Callback<WayOn>,
    /// The visitor has read the notice of this number.
    pub on_close: Callback<usize>,
}

/// The line of notices under the header.
#[component]
pub fn Notices(props: &NoticesProps) -> Html {
    html! {
        <div class="notices" role="status" aria-live="polite">
            { for props.notices.iter().enumerate().map(|(n, notice)| one(props, n, notice)) }
        </div>
    }
}

fn one(props: &NoticesProps, number: usize, notice: &Notice) -> Html {
    let kind = match notice.weight {
        Weight::Hint => "hint",
        Weight::Stop => "stop",
    };
    let way_on = notice.way_on.map(|way| {
        let on_way = props.on_way.reform(move |_: MouseEvent| way);
        html! { <button type="button" class="button" onclick={on_way}>{ way.label() }</button> }
    });
    html! {
        <div class={classes!("notice", kind)} key={notice.text.clone()}>
            <div class="said">
                <p>{ &notice.text }</p>
                { notice.details.as_deref().map(details).unwrap_or_default() }
            </div>
            { way_on.unwrap_or_default() }
            <IconButton icon={Icon::Close} label="Close this notice"
                onclick={props.on_close.reform(move |()| number)} />
        </div>
    }
}
