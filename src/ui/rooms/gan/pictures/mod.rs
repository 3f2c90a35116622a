//! Stand-in while the chapter is written.

use yew::prelude::*;

use crate::ui::content;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::PicturesState;

/// The stage of the chapter.
#[component]
pub fn PicturesChapter(_: &ChapterProps<PicturesState>) -> Html {
    Html::default()
}

/// The text of the chapter.
pub fn story() -> Html {
    content::section("gan-pictures", "story")
}
