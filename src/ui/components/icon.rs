//! Icons: one path each, drawn with the colour of the text around them.

use yew::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// To the first frame.
    First,
    /// One frame back.
    Back,
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// One frame on.
    Forward,
    /// To the last frame.
    Last,
    /// Branch from here.
    Branch,
    /// Share a link.
    Share,
    /// Save a picture.
    Save,
    /// A new seed.
    Dice,
    /// Close.
    Close,
}

impl Icon {
    /// Path data in a box of 16 x 16, and whether it is filled rather than stroked.
    fn path(self) -> (&'static str, bool) {
        match self {
            Self::First => ("M3 3h2v10H3zM13 3v10L6 8z", true),
            Self::Back => ("M11 3v10L4 8z", true),
            Self::Play => ("M4 2.5v11L13 8z", true),
            Self::Pause => ("M4 3h3v10H4zM9 3h3v10H9z", true),
            Self::Forward => ("M5 3v10l7-5z", true),
            Self::Last => ("M11 3h2v10h-2zM3 3v10l7-5z", true),
            Self::Branch => ("M4 2v12M4 9.5c0-3.5 8-1.5 8-6.5M9.8 5 12 2.6 14.2 5", false),
            Self::Share => ("M8 10V2M5 5l3-3 3 3M3 9v5h10V9", false),
            Self::Save => ("M8 2v8M5 7l3 3 3-3M3 11v3h10v-3", false),
            Self::Dice => ("M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3", false),
            Self::Close => ("M4 4l8 8M12 4l-8 8", false),
        }
    }

    /// The icon; its button says what it means.
    pub fn show(self) -> Html {
        let (path, filled) = self.path();
        let (fill, stroke) = if filled {
            ("currentColor", "none")
        } else {
            ("none", "currentColor")
        };
        html! {
            <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"
                fill={fill} stroke={stroke} stroke-width="1.6"
                stroke-linecap="round" stroke-linejoin="round"><path d={path} /></svg>
        }
    }
}

/// Properties of [`IconButton`].
#[derive(Properties, PartialEq)]
pub struct IconButtonProps {
    /// What it shows.
    pub icon: Icon,
    /// What it does, in words.
    pub label: AttrValue,
    /// What happens then.
    pub onclick: Callback<()>,
    /// It can do nothing now.
    #[prop_or_default]
    pub disabled: bool,
    /// For a button that stays down.
    #[prop_or_default]
    pub pressed: Option<bool>,
    /// Further classes.
    #[prop_or_default]
    pub class: Classes,
}

/// A button with an icon instead of a text.
#[component]
pub fn IconButton(props: &IconButtonProps) -> Html {
    let onclick = props.onclick.reform(|_: MouseEvent| ());
    let pressed = props
        .pressed
        .map(|pressed| if pressed { "true" } else { "false" });
    html! {
        <button type="button" class={classes!("button", "square", props.class.clone())}
            aria-label={props.label.clone()} title={props.label.clone()} aria-pressed={pressed}
            disabled={props.disabled} {onclick}>{ props.icon.show() }</button>
    }
}
