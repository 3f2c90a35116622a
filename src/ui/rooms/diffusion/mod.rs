//! The diffusion room: the story on the left, the chapter's stage on the right.

mod denoise;
mod denoise_controls;
mod denoise_inspect;
mod denoise_run;
mod denoise_save;
mod denoise_views;
mod drawing;
mod fewer;
mod lanes;
mod look_ahead;
mod network;
pub mod noise;
mod noise_compare;
mod noise_pick;
mod plane;
mod presets;

use yew::prelude::*;

use self::denoise::DenoiseChapter;
use self::drawing::DrawnChapter;
use self::fewer::{FewerChapter, FewerStory};
use self::network::NetworkChapter;
use self::noise::NoiseChapter;
use self::plane::PlaneChapter;
use self::presets::PresetList;
use crate::part;
use crate::ui::content;
use crate::ui::parts::{Chapters, Fetch, use_part};
use crate::ui::state::{
    DenoiseState, DrawnState, FewerState, NetworkState, NoiseState, PlaneState, Route,
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
            _ => drawing::story(),
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
fn part_of(route: &Route) -> (&'static str, Fetch) {
    match route {
        Route::Overview | Route::Noise(_) | Route::Denoise(_) => ("first", first),
        Route::Network(_) | Route::Fewer(_) | Route::Drawn(_) => ("deeper", deeper),
        Route::Plane(_) => ("plane", plane_alone),
    }
}

/// The room.
#[component]
pub fn DiffusionRoom(props: &DiffusionRoomProps) -> Html {
    let (name, fetch) = part_of(&props.route);
    let (story, stage) = match use_part(name, fetch) {
        Ok(chapters) => (
            (chapters.story)(&props.route),
            (chapters.stage)(props.route.clone(), props.on_route.clone()),
        ),
        Err(instead) => (Html::default(), instead),
    };
    html! {
        <main class="room family-diffusion" id="main">
            <aside class="story-side">
                <h1>{ content::title(TEXT, "gist") }</h1>
                <div class="gist">{ content::section(TEXT, "gist") }</div>
                { list(&props.route, story) }
            </aside>
            <section class="stage" aria-label="Stage">{ stage }</section>
            <section class="sources" aria-labelledby="sources">
                <h2 id="sources">{ content::title(TEXT, "sources") }</h2>
                { content::section(TEXT, "sources") }
            </section>
        </main>
    }
}

/// The chapters; the one shown tells its story.
fn list(here: &Route, story: Html) -> Html {
    let items = [
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
    ];
    let item = |(place, title): (Route, AttrValue)| {
        let open = here.same_place(&place);
        html! {
            <li aria-current={open.then_some("step")}>
                <h2><a href={place.href()}>{ title }</a></h2>
                if open { { story.clone() } }
            </li>
        }
    };
    html! { <ol class="story">{ for items.into_iter().map(item) }</ol> }
}
