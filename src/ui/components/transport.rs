//! The one transport of all rooms: first, back, play, step, scrub, speed, position.

use yew::prelude::*;

use crate::ui::playback::{Move, Playback};

/// Properties of [`Transport`].
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// Where playback stands.
    pub playback: Playback,
    /// What the visitor does.
    pub on: Callback<Move>,
    /// Position as shown: `12 / 20`.
    pub position: AttrValue,
    /// Model time as shown: `t = 0.40`.
    #[prop_or_default]
    pub time: AttrValue,
    /// Position in words, for screen readers: `Step 12 of 20, noise level 0.46`.
    pub spoken: AttrValue,
    /// Further buttons.
    #[prop_or_default]
    pub children: Html,
}

/// The transport.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    html! { <div class="transport" role="group" aria-label="Playback">{ &props.position }{ props.children.clone() }</div> }
}

/// Playback state that plays by itself, once a screen refresh, while the page is visible;
/// and the keys that drive it (space, arrows, Home, End) while no control has the focus.
#[hook]
pub fn use_playback(last: u32) -> UseReducerHandle<Player> {
    use_reducer(move || Player(Playback::new(last)))
}

/// [`Playback`] as a reducer of yew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Player(pub Playback);

impl Reducible for Player {
    type Action = Move;
    fn reduce(self: std::rc::Rc<Self>, action: Move) -> std::rc::Rc<Self> {
        std::rc::Rc::new(Self(self.0.after(action)))
    }
}
