//! What all rooms look like: the story on the left, the stage on the right, the sources below.

use yew::prelude::*;

use crate::ui::chapters::Chapter;
use crate::ui::parts::use_part;
use crate::ui::state::Route;

/// The texts of a room that stand around its chapters.
#[derive(Clone, PartialEq)]
pub struct RoomText {
    /// Its heading.
    pub title: AttrValue,
    /// Its idea in a sentence or two.
    pub gist: Html,
    /// The heading of its sources.
    pub sources_title: AttrValue,
    /// Its sources.
    pub sources: Html,
}

/// Properties of [`RoomFrame`].
#[derive(Properties, PartialEq)]
pub struct RoomFrameProps {
    /// Its texts.
    pub text: RoomText,
    /// Which chapter.
    pub chapter: Chapter,
    /// The same with its controls, once they are read.
    pub route: Route,
    /// Asks for other controls.
    pub on_route: Callback<Route>,
    /// The chapter's part has come: its settings can be read.
    pub on_here: Callback<()>,
}

/// The room; its chapter comes with its part.
#[component]
pub fn RoomFrame(props: &RoomFrameProps) -> Html {
    let RoomText {
        title,
        gist,
        sources_title,
        sources,
    } = props.text.clone();
    let room = props.chapter.info().room;
    let (story, stage) = match use_part(props.chapter, props.on_here.clone()) {
        Ok(open) => (
            open.story(&props.route),
            open.stage(&props.route, props.on_route.clone()),
        ),
        Err(instead) => (Html::default(), instead),
    };
    let item = |chapter: Chapter| {
        let open = chapter == props.chapter;
        html! {
            <li aria-current={open.then_some("step")}>
                <h2><a href={chapter.href()}>{ chapter.title() }</a></h2>
                if open { { story.clone() } }
            </li>
        }
    };
    html! {
        <main class={classes!("room", format!("family-{}", room.id()))} id="main">
            <aside class="story-side">
                <h1>{ title }</h1>
                <div class="gist">{ gist }</div>
                <ol class="story">{ for room.chapters().map(item) }</ol>
            </aside>
            <section class="stage" aria-label="Stage">{ stage }</section>
            <section class="sources" aria-labelledby="sources">
                <h2 id="sources">{ sources_title }</h2>
                { sources }
            </section>
        </main>
    }
}
