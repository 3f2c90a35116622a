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
use crate::ui::content::{self, texts};
use crate::ui::rooms::frame::RoomText;
use crate::ui::state::Route;

// One part: with two, what they share with each other and with other rooms' parts would lie in a
// dozen more files.
part!(gan:
    Game: GameChapter, told;
    Pictures: PicturesChapter, |_| pictures::story();
    Guess: GuessChapter, |_| guess::story();
    Wrong: GameChapter, told;
    "gan-pictures.css", "gan-game.css"
);

/// The text of both chapters of games.
fn told(route: &Route) -> Html {
    route.state().map(game::story).unwrap_or_default()
}

/// The texts around the chapters.
pub fn text() -> RoomText {
    RoomText {
        title: AttrValue::from(texts::gan::gist::TITLE),
        gist: content::section(texts::gan::gist::HTML),
        sources_title: AttrValue::from(texts::gan::sources::TITLE),
        sources: content::section(texts::gan::sources::HTML),
    }
}
