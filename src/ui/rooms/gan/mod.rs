//! The GAN room: two networks against each other.

mod gallery;
mod game;
mod guess;
mod pictures;
mod snapshots;

use yew::prelude::*;

use self::game::GameChapter;
use self::guess::GuessChapter;
use self::pictures::PicturesChapter;
use crate::part;
use crate::ui::content;
use crate::ui::parts::{Chapters, Part};
use crate::ui::rooms::frame::{RoomFrame, RoomText};
use crate::ui::state::gan::Case;
use crate::ui::state::{GameState, GuessState, PicturesState, Room, Route};

/// Properties of [`GanRoom`].
#[derive(Properties, PartialEq)]
pub struct GanRoomProps {
    /// Which chapter, with its controls; a chapter of this room.
    pub route: Route,
    /// Asks for other controls.
    pub on_route: Callback<Route>,
}

// One part: with two, what they share with each other and with other rooms' parts would lie in a
// dozen more files.
part!(
    gan,
    Chapters {
        story: |route| match route {
            Route::Game(state) => game::story(state),
            Route::Pictures(_) => pictures::story(),
            _ => guess::story(),
        },
        stage: |route, on| match route {
            Route::Game(state) => {
                // A chapter of its own for each case: what one has begun is not begun in another.
                let key = state.case.map_or("game", Case::id);
                html! { <GameChapter {key} {state} on_state={on.reform(Route::Game)} /> }
            }
            Route::Pictures(state) => {
                html! { <PicturesChapter {state} on_state={on.reform(Route::Pictures)} /> }
            }
            Route::Guess(state) => {
                html! { <GuessChapter {state} on_state={on.reform(Route::Guess)} /> }
            }
            _ => Html::default(),
        },
    }
);

/// The room.
#[component]
pub fn GanRoom(props: &GanRoomProps) -> Html {
    let text = RoomText {
        title: content::title("gan", "gist"),
        gist: content::section("gan", "gist"),
        chapters: chapters(),
        sources_title: content::title("gan", "sources"),
        sources: content::section("gan", "sources"),
    };
    html! {
        <RoomFrame room={Room::Gan} {text} part={Part("gan", gan)} route={props.route.clone()}
            on_route={props.on_route.clone()} />
    }
}

fn chapters() -> Vec<(Route, AttrValue)> {
    vec![
        (
            Route::Game(GameState::default()),
            content::title("gan", "game"),
        ),
        (
            Route::Pictures(PicturesState::default()),
            content::title("gan-pictures", "story"),
        ),
        (
            Route::Guess(GuessState::default()),
            content::title("gan-guess", "story"),
        ),
        (
            Route::Game(GameState::of(Case::Collapse)),
            content::title("gan-wrong", "story"),
        ),
    ]
}
