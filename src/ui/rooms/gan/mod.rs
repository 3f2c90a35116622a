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

part!(
    gan_game,
    Chapters {
        story: |route| match route {
            Route::Game(state) => game::story(state),
            _ => Html::default(),
        },
        stage: |route, on| match route {
            Route::Game(state) => {
                html! { <GameChapter {state} on_state={on.reform(Route::Game)} /> }
            }
            _ => Html::default(),
        },
    }
);

part!(
    gan_pictures,
    Chapters {
        story: |route| match route {
            Route::Pictures(_) => pictures::story(),
            _ => guess::story(),
        },
        stage: |route, on| match route {
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

fn part_of(route: &Route) -> Part {
    match route {
        Route::Pictures(_) | Route::Guess(_) => Part("gan-pictures", gan_pictures),
        _ => Part("gan-game", gan_game),
    }
}

/// The room.
#[component]
pub fn GanRoom(props: &GanRoomProps) -> Html {
    let part = part_of(&props.route);
    let text = RoomText {
        title: content::title("gan", "gist"),
        gist: content::section("gan", "gist"),
        chapters: chapters(),
        sources_title: content::title("gan", "sources"),
        sources: content::section("gan", "sources"),
    };
    html! {
        <RoomFrame room={Room::Gan} {text} {part} route={props.route.clone()}
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
