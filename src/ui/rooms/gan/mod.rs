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

const SOURCES: [&str; 2] = [texts::gan::sources::TITLE, texts::gan::sources::HTML];

// What learns in the plane, and what is shown of the trained networks of pictures: two parts, so that
// nobody waits for both.
part!(gan, SOURCES;
    Game: GameChapter, Some([texts::gan::game_lead::TITLE, texts::gan::game_lead::HTML, texts::gan::game_take::HTML]), told;
    Wrong: GameChapter, Some([texts::gan_wrong::story_lead::TITLE, texts::gan_wrong::story_lead::HTML, texts::gan_wrong::story_take::HTML]), told;
    "gan-game.css"
);
part!(gan_pictures, SOURCES;
    Pictures: PicturesChapter, Some([texts::gan_pictures::story_lead::TITLE, texts::gan_pictures::story_lead::HTML, texts::gan_pictures::story_take::HTML]), |_| pictures::story();
    Guess: GuessChapter, Some([texts::gan_guess::story_lead::TITLE, texts::gan_guess::story_lead::HTML, texts::gan_guess::story_take::HTML]), |_| guess::story();
    "gan-pictures.css"
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
    }
}
