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
use crate::ui::content;
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

/// The room.
#[component]
pub fn DiffusionRoom(props: &DiffusionRoomProps) -> Html {
    let stage = match props.route.clone() {
        Route::Noise(state) => {
            html! { <NoiseChapter {state} on_state={props.on_route.reform(Route::Noise)} /> }
        }
        Route::Denoise(state) => {
            html! { <DenoiseChapter {state} on_state={props.on_route.reform(Route::Denoise)} /> }
        }
        Route::Network(state) => {
            html! { <NetworkChapter {state} on_state={props.on_route.reform(Route::Network)} /> }
        }
        Route::Fewer(state) => {
            html! { <FewerChapter {state} on_state={props.on_route.reform(Route::Fewer)} /> }
        }
        Route::Drawn(state) => {
            html! { <DrawnChapter {state} on_state={props.on_route.reform(Route::Drawn)} /> }
        }
        Route::Plane(state) => {
            html! { <PlaneChapter {state} on_state={props.on_route.reform(Route::Plane)} /> }
        }
        Route::Overview => Html::default(),
    };
    html! {
        <main class="room family-diffusion" id="main">
            <aside class="story-side">
                <h1>{ content::title(TEXT, "gist") }</h1>
                <div class="gist">{ content::section(TEXT, "gist") }</div>
                { story(&props.route) }
            </aside>
            <section class="stage" aria-label="Stage">{ stage }</section>
            <section class="sources" aria-labelledby="sources">
                <h2 id="sources">{ content::title(TEXT, "sources") }</h2>
                { content::section(TEXT, "sources") }
            </section>
        </main>
    }
}

fn story(here: &Route) -> Html {
    let noise = Route::Noise(NoiseState::default());
    let denoise = Route::Denoise(DenoiseState::default());
    html! {
        <ol class="story">
            { chapter(here, &noise, content::title(TEXT, "noise"), || html! {
                <>{ content::section(TEXT, "noise") }{ content::predict(TEXT, "noise") }</>
            }) }
            { chapter(here, &denoise, content::title(TEXT, "denoise"), || html! {
                <>
                    { content::section(TEXT, "denoise") }
                    { content::predict(TEXT, "denoise") }
                    { content::section(TEXT, "denoise.guidance") }
                    { content::section(TEXT, "denoise.sets") }
                    <PresetList />
                </>
            }) }
            { chapter(here, &Route::Network(NetworkState::default()), content::title("network", "story"),
                network::story) }
            { chapter(here, &Route::Fewer(FewerState::default()), content::title("fewer", "story"),
                || html! { <FewerStory /> }) }
            { chapter(here, &Route::Drawn(DrawnState::default()), content::title("drawing", "story"),
                drawing::story) }
            { chapter(here, &Route::Plane(PlaneState::default()), content::title("plane", "story"), || html! {
                <>
                    { content::section("plane", "story") }
                    { content::predict("plane", "field") }
                    { content::section("plane", "methods") }
                    { content::predict("plane", "paths") }
                    <h3>{ content::title("plane", "sources") }</h3>
                    { content::section("plane", "sources") }
                </>
            }) }
        </ol>
    }
}

/// A chapter that is open; the one shown tells its story.
fn chapter(here: &Route, place: &Route, title: AttrValue, text: impl Fn() -> Html) -> Html {
    let open = here.same_place(place);
    html! {
        <li aria-current={open.then_some("step")}>
            <h2><a href={place.href()}>{ title }</a></h2>
            if open { { text() } }
        </li>
    }
}
