//! The diffusion room: the story on the left, the chapter's stage on the right.

mod denoise;
mod fewer;
mod from_drawing;
mod network;
pub mod noise;
mod plane;

use yew::prelude::*;

use self::denoise::DenoiseChapter;
use self::denoise::presets::PresetList;
use self::fewer::{FewerChapter, FewerStory};
use self::from_drawing::DrawnChapter;
use self::network::NetworkChapter;
use self::noise::NoiseChapter;
use self::plane::PlaneChapter;
use crate::part;
use crate::ui::content;
use crate::ui::parts::{Chapters, Part};
use crate::ui::rooms::frame::{RoomFrame, RoomText};
use crate::ui::state::{
    DenoiseState, DrawnState, FewerState, NetworkState, NoiseState, PlaneState, Room, Route,
};

/// The manifest's id of the model of handwritten digits.
pub const DIGITS_MODEL: &str = "diffusion-mnist";

/// The text of the room.
const TEXT: &str = "diffusion";

/// Properties of [`DiffusionRoom`].
#[derive(Properties, PartialEq)]
pub struct DiffusionRoomProps {
    /// Which chapter, with its controls; a chapter of this room.
    pub route: Route,
    /// Asks for other controls.
    pub on_route: Callback<Route>,
}

part!(
    first,
    Chapters {
        story: |route| match route {
            Route::Noise(_) => html! {
                <>{ content::section(TEXT, "noise") }{ content::predict(TEXT, "noise") }</>
            },
            _ => html! {
                <>
                    { content::section(TEXT, "denoise") }
                    { content::predict(TEXT, "denoise") }
                    { content::section(TEXT, "denoise.guidance") }
                    { content::section(TEXT, "denoise.sets") }
                    <PresetList />
                </>
            },
        },
        stage: |route, on| match route {
            Route::Noise(state) => {
                html! { <NoiseChapter {state} on_state={on.reform(Route::Noise)} /> }
            }
            Route::Denoise(state) => {
                html! { <DenoiseChapter {state} on_state={on.reform(Route::Denoise)} /> }
            }
            _ => Html::default(),
        },
    }
);

part!(
    deeper,
    Chapters {
        story: |route| match route {
            Route::Network(_) => network::story(),
            Route::Fewer(_) => html! { <FewerStory /> },
            _ => from_drawing::story(),
        },
        stage: |route, on| match route {
            Route::Network(state) => {
                html! { <NetworkChapter {state} on_state={on.reform(Route::Network)} /> }
            }
            Route::Fewer(state) => {
                html! { <FewerChapter {state} on_state={on.reform(Route::Fewer)} /> }
            }
            Route::Drawn(state) => {
                html! { <DrawnChapter {state} on_state={on.reform(Route::Drawn)} /> }
            }
            _ => Html::default(),
        },
    }
);

part!(
    plane_alone,
    Chapters {
        story: |_| plane::story(),
        stage: |route, on| match route {
            Route::Plane(state) => {
                html! { <PlaneChapter {state} on_state={on.reform(Route::Plane)} /> }
            }
            _ => Html::default(),
        },
    }
);

/// The part with a route's chapter, and its name. A cut between any two chapters would leave
/// dozens of pieces: what two parts share is a piece of its own.
fn part_of(route: &Route) -> Part {
    match route {
        Route::Network(_) | Route::Fewer(_) | Route::Drawn(_) => Part("deeper", deeper),
        Route::Plane(_) => Part("plane", plane_alone),
        _ => Part("first", first),
    }
}

/// The room.
#[component]
pub fn DiffusionRoom(props: &DiffusionRoomProps) -> Html {
    let part = part_of(&props.route);
    let text = RoomText {
        title: content::title(TEXT, "gist"),
        gist: content::section(TEXT, "gist"),
        chapters: chapters(),
        sources_title: content::title(TEXT, "sources"),
        sources: content::section(TEXT, "sources"),
    };
    html! {
        <RoomFrame room={Room::Diffusion} {text} {part} route={props.route.clone()}
            on_route={props.on_route.clone()} />
    }
}

fn chapters() -> Vec<(Route, AttrValue)> {
    vec![
        (
            Route::Noise(NoiseState::default()),
            content::title(TEXT, "noise"),
        ),
        (
            Route::Denoise(DenoiseState::default()),
            content::title(TEXT, "denoise"),
        ),
        (
            Route::Network(NetworkState::default()),
            content::title("network", "story"),
        ),
        (
            Route::Fewer(FewerState::default()),
            content::title("fewer", "story"),
        ),
        (
            Route::Drawn(DrawnState::default()),
            content::title("drawing", "story"),
        ),
        (
            Route::Plane(PlaneState::default()),
            content::title("plane", "story"),
        ),
    ]
}
