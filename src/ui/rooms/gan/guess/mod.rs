//! Stand-in while the chapter is written.

use yew::prelude::*;

use crate::ui::content;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::GuessState;

/// The stage of the chapter.
#[component]
pub fn GuessChapter(_: &ChapterProps<GuessState>) -> Html {
    Html::default()
}

/// The text of the chapter.
pub fn story() -> Html {
    content::section("gan-guess", "story")
}
