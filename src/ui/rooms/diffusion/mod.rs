//! The diffusion room: the story on the left, the chapter's stage on the right.

mod denoise;
mod denoise_controls;
mod denoise_inspect;
mod denoise_run;
mod denoise_save;
mod denoise_views;
pub mod noise;
mod noise_compare;
mod noise_pick;

use yew::prelude::*;

use self::denoise::DenoiseChapter;
use self::noise::NoiseChapter;
use crate::ui::content;
use crate::ui::state::{DenoiseState, NoiseState, Route};

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
                </>
            }) }
            { coming(content::title(TEXT, "network"), content::section(TEXT, "network")) }
            { coming(content::title(TEXT, "fewer"), content::section(TEXT, "fewer")) }
            { coming(content::title(TEXT, "drawing"), content::section(TEXT, "drawing")) }
            { coming(content::title(TEXT, "plane"), content::section(TEXT, "plane")) }
            { coming(content::title(TEXT, "pictures"), content::section(TEXT, "pictures")) }
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

/// A chapter that is still to come.
fn coming(title: AttrValue, text: Html) -> Html {
    html! {
        <li class="coming">
            <h2>{ title }<span class="soon">{ "in preparation" }</span></h2>
            { text }
        </li>
    }
}
