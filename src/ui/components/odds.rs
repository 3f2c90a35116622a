//! What may come next, as bars: the model's own odds, and those that are drawn from. A click chooses.

use yew::prelude::*;

use crate::ui::content;

/// One of the values that may come.
pub struct Odd {
    /// Its number, for tests.
    pub value: u32,
    /// What it looks like.
    pub name: Html,
    /// The model's own probability.
    pub own: f32,
    /// The one it is drawn with.
    pub drawn: f32,
    /// Said instead of a probability that it is drawn with.
    pub instead: Option<&'static str>,
}

/// The bars; the longest one is as long as `most` says.
pub fn odds<V: Copy + 'static>(
    label: &'static str,
    all: impl IntoIterator<Item = (V, Odd)>,
    most: f32,
    is_chosen: impl Fn(V) -> bool,
    on_choose: &Callback<V>,
) -> Html {
    let row = |(value, odd): (V, Odd)| {
        let share = odd
            .instead
            .map_or_else(|| content::percent(odd.drawn), str::to_owned);
        html! {
            <li>
                <button type="button" class="odd" data-value={odd.value.to_string()}
                    aria-pressed={is_chosen(value).to_string()} onclick={on_choose.reform(move |_: MouseEvent| value)}>
                    <span class="odd-name">{ odd.name }</span>
                    { bar(Some(odd.own / most), odd.drawn / most) }
                    <span class="num">{ share }</span>
                </button>
            </li>
        }
    };
    html! { <ol class="odds" aria-label={label}>{ for all.into_iter().map(row) }</ol> }
}

/// One bar: shares of its whole length, `0..=1`; the pale one behind may be missing.
pub fn bar(own: Option<f32>, drawn: f32) -> Html {
    let width = |share: f32| format!("width:{:.1}%", 100.0 * share);
    html! {
        <span class="odd-bar">
            if let Some(own) = own { <i class="own" style={width(own)} /> }
            <i class="drawn" style={width(drawn)} />
        </span>
    }
}
