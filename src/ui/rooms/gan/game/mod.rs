//! Stand-in while the chapter is written.

use yew::prelude::*;

use crate::ui::content;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::GameState;

/// The stage of the chapter.
#[component]
pub fn GameChapter(_: &ChapterProps<GameState>) -> Html {
    Html::default()
}

/// The text of the chapter.
pub fn story(_: &GameState) -> Html {
    content::section("gan", "game")
}
