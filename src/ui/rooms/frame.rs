//! What all rooms look like: the story on the left, the stage on the right, the sources below.

use yew::prelude::*;

use crate::ui::parts::{Part, use_part};
use crate::ui::state::{Room, Route};

/// The texts of a room that stand around its chapters.
#[derive(Clone, PartialEq)]
pub struct RoomText {
    /// Its heading.
    pub title: AttrValue,
    /// Its idea in a sentence or two.
    pub gist: Html,
    /// Its chapters: how each opens, and its title.
    pub chapters: Vec<(Route, AttrValue)>,
    /// The heading of its sources.
    pub sources_title: AttrValue,
    /// Its sources.
    pub sources: Html,
}

/// Properties of [`RoomFrame`].
#[derive(Properties, PartialEq)]
pub struct RoomFrameProps {
    /// Which room.
    pub room: Room,
    /// Its texts.
    pub text: RoomText,
    /// Which chapter, with its controls; a chapter of this room.
    pub route: Route,
    /// Asks for other controls.
    pub on_route: Callback<Route>,
    /// The part that holds the chapter.
    pub part: Part,
}

/// The room; its chapter comes with its part.
#[component]
pub fn RoomFrame(props: &RoomFrameProps) -> Html {
    let RoomText {
        title,
        gist,
        chapters,
        sources_title,
        sources,
    } = props.text.clone();
    let (story, stage) = match use_part(props.part) {
        Ok(chapters) => (
            (chapters.story)(&props.route),
            (chapters.stage)(props.route.clone(), props.on_route.clone()),
        ),
        Err(instead) => (Html::default(), instead),
    };
    let item = |(place, title): (Route, AttrValue)| {
        let open = props.route.same_place(&place);
        html! {
            <li aria-current={open.then_some("step")}>
                <h2><a href={place.href()}>{ title }</a></h2>
                if open { { story.clone() } }
            </li>
        }
    };
    html! {
        <main class={classes!("room", format!("family-{}", props.room.id()))} id="main">
            <aside class="story-side">
                <h1>{ title }</h1>
                <div class="gist">{ gist }</div>
                <ol class="story">{ for chapters.into_iter().map(item) }</ol>
            </aside>
            <section class="stage" aria-label="Stage">{ stage }</section>
            <section class="sources" aria-labelledby="sources">
                <h2 id="sources">{ sources_title }</h2>
                { sources }
            </section>
        </main>
    }
}
