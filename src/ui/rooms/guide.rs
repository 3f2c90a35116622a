//! Pages of text: for teachers, and all words of the glossary.

use yew::prelude::*;

use crate::part;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::frame::RoomText;
use crate::ui::state::GuideState;

part!(guide in landing_rest, [""; 2];
    Teachers: TextPage, None, |_| Html::default();
    Words: TextPage, None, |_| Html::default();
    "guide.css"
);

/// The texts around them.
pub fn text() -> RoomText {
    RoomText {
        title: AttrValue::from(texts::guide::gist::TITLE),
        gist: content::section(texts::guide::gist::HTML),
    }
}

/// The text of a page.
#[component]
pub fn TextPage(props: &ChapterProps<GuideState>) -> Html {
    let text = if props.state.is_glossary {
        let word = |(name, meaning): &(&'static str, &'static str)| {
            html! { <><dt>{ *name }</dt><dd>{ content::section(meaning) }</dd></> }
        };
        html! { <dl class="words">{ for texts::words::ALL.iter().map(word) }</dl> }
    } else {
        content::section(texts::teachers::text::HTML)
    };
    html! { <article class="card text-page">{ text }</article> }
}
