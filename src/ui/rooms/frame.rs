//! What all rooms look like: the story on the left, the stage on the right, then the ways on and the
//! sources. On a narrow screen the stage comes before the story (`shell.css`).

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::ui::chapters::{Chapter, STORY, TOUR};
use crate::ui::content;
use crate::ui::parts::{Lead, use_part};
use crate::ui::state::Route;

/// The texts of a room that stand around its chapters.
#[derive(Clone, PartialEq)]
pub struct RoomText {
    /// Its heading.
    pub title: AttrValue,
    /// Its idea in a sentence or two.
    pub gist: Html,
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
    /// Is the visitor on the way for beginners?
    pub on_tour: bool,
    /// Asks for other controls.
    pub on_route: Callback<Route>,
    /// The chapter's part has come: its settings can be read.
    pub on_here: Callback<()>,
}

/// The room; its chapter comes with its part.
#[component]
pub fn RoomFrame(props: &RoomFrameProps) -> Html {
    let RoomText { title, gist } = props.text.clone();
    let main = use_node_ref();
    let room = props.chapter.info().room;
    let (story, lead, stage, [title_of_sources, sources]) = match use_part(
        props.chapter,
        props.on_here.clone(),
    ) {
        Ok(open) => (
            html! { <>{ open.story(&props.route) }{ open.lead.map_or_else(Html::default, take) }</> },
            open.lead.map(|lead| top(props.chapter, lead)),
            open.stage(&props.route, props.on_route.clone()),
            open.sources(),
        ),
        Err(instead) => (Html::default(), None, instead, [""; 2]),
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
        <main class={classes!("room", format!("family-{}", room.id()))} id="main" tabindex="-1"
            ref={main.clone()} onclick={Callback::from(open_word)}>
            <aside class="story-side">
                <h1>{ title }</h1>
                <div class="gist">{ gist }</div>
                <ol class="story">{ for room.chapters().map(item) }</ol>
            </aside>
            <section class="stage" aria-label="Stage">{ for lead }{ stage }</section>
            { ways_on(props.chapter, props.on_tour, &main) }
            if !sources.is_empty() {
                <section class="sources" aria-labelledby="sources">
                    <h2 id="sources">{ title_of_sources }</h2>
                    { content::section(sources) }
                </section>
            }
        </main>
    }
}

/// What one will see, and how long it takes.
fn top(chapter: Chapter, lead: Lead) -> Html {
    html! {
        <header class="lead">
            <p class="lead-title">{ chapter.title() }<span class="minutes">{ lead.minutes }</span></p>
            { content::section(lead.see) }
        </header>
    }
}

/// What to take away.
fn take(lead: Lead) -> Html {
    html! {
        <div class="take">
            <h3>{ "To take away" }</h3>
            { content::section(lead.take) }
        </div>
    }
}

/// The chapters before and after this one: those of the way for beginners for who is on it.
fn ways_on(chapter: Chapter, on_tour: bool, main: &NodeRef) -> Html {
    let tour = chapter.neighbours(TOUR).filter(|_| on_tour);
    let query = if tour.is_some() { "?tour=on" } else { "" };
    let Some((before, place, after)) = tour.or_else(|| chapter.neighbours(STORY)) else {
        return Html::default();
    };
    let onclick = {
        let main = main.clone();
        // The new chapter is read from its top.
        Callback::from(move |_: MouseEvent| {
            if let Some(main) = main.cast::<HtmlElement>() {
                // Nothing to do about a browser that refuses.
                let _ = main.focus();
                main.scroll_into_view();
            }
        })
    };
    let link = |to: Chapter, class: &'static str, word: &str| {
        let href = format!("{}{query}", to.href());
        html! { <a class={classes!("button", class)} {href} onclick={&onclick}>{ format!("{word}: {}", to.title()) }</a> }
    };
    html! {
        <nav class="ways-on" aria-label="Chapters before and after">
            { for before.map(|before| link(before, "back", "Back")) }
            if tour.is_some() {
                <span class="hint">{ format!("Stop {place} of {}", TOUR.len()) }</span>
            }
            { match after {
                Some(after) => link(after, "go next", "Next"),
                None => html! { <a class="button next" href="#/" onclick={&onclick}>{ "Next: the overview" }</a> },
            } }
        </nav>
    }
}

/// A click on a word of the glossary opens its meaning behind it, or closes it again.
fn open_word(click: MouseEvent) {
    let on = click.target().and_then(|on| on.dyn_into::<Element>().ok());
    let word = on.and_then(|on| on.closest(".word > button").ok().flatten());
    if let Some(word) = word {
        let is_open = word.get_attribute("aria-expanded").as_deref() == Some("true");
        // An attribute of that name is possible on every element.
        let _ = word.set_attribute("aria-expanded", if is_open { "false" } else { "true" });
    }
}
