//! The map of the four families, and what this page is.

mod live;
mod ten;

use yew::prelude::*;

use crate::part;
use crate::ui::chapters::{Chapter, TOUR};
use crate::ui::components::kept::Kept;
use crate::ui::content::{self, texts};
use crate::ui::parts::{Part, use_text};
use live::LivePicture;
use ten::{LiveTen, Maker};

part!(text landing_rest: rest);

/// What comes after the first screens: names, the way for beginners, the families compared, sources.
fn rest() -> Html {
    html! {
        <>
            <div class="flow">{ content::section(texts::landing::flow::HTML) }</div>
            <section class="here" aria-labelledby="here">
                <h2 id="here">{ texts::landing::here::TITLE }</h2>
                { content::section(texts::landing::here::HTML) }
                <Kept />
            </section>
            <section aria-labelledby="known">
                <h2 id="known">{ texts::landing::known::TITLE }</h2>
                { content::section(texts::landing::known::HTML) }
                <div class="hint">{ content::section(texts::landing::known_note::HTML) }</div>
            </section>
            <section aria-labelledby="path">
                <h2 id="path">{ texts::landing::path::TITLE }</h2>
                { content::section(texts::landing::path::HTML) }
                <p class="ways">
                    { way(Chapter::Teachers, "button small", Chapter::Teachers.title()) }{ " " }
                    { way(Chapter::Words, "button small", Chapter::Words.title()) }
                </p>
            </section>
            <section aria-labelledby="compare">
                <h2 id="compare">{ texts::landing::compare::TITLE }</h2>
                { content::section(texts::landing::compare::HTML) }
                <div class="hint">{ content::section(texts::landing::compare_note::HTML) }</div>
            </section>
            <section class="sources" aria-labelledby="sources">
                <h2 id="sources">{ texts::landing::sources::TITLE }</h2>
                { content::section(texts::landing::sources::HTML) }
            </section>
        </>
    }
}

/// The page at `#/`.
#[component]
pub fn Landing() -> Html {
    let rest = use_text(Part("landing_rest", landing_rest));
    let turn = use_state_eq(|| None);
    let on_rest = {
        let turn = turn.setter();
        Callback::from(move |run| turn.set(Some(run)))
    };
    let rested = use_state_eq(|| None);
    let on_gan_rest = {
        let rested = rested.setter();
        Callback::from(move |turn| rested.set(Some(turn)))
    };
    html! {
        <main class="landing" id="main">
            <header class="hero">
                <h1>{ texts::landing::hero::TITLE }</h1>
                <div class="gist">{ content::section(texts::landing::hero::HTML) }</div>
                <p class="ways">
                    <a class="button go" href={format!("{}?tour=on", TOUR[0].href())}>
                        { texts::landing::path::TITLE }
                    </a>
                </p>
            </header>
            <section aria-labelledby="families">
                <h2 id="families">{ texts::landing::families::TITLE }</h2>
                <div class="lead">{ content::section(texts::landing::families::HTML) }</div>
                <div class="family-row">
                    { diffusion(on_rest) }
                    { gan(*turn, on_gan_rest) }
                    { vae(*rested) }
                    { autoregressive() }
                </div>
            </section>
            { rest }
        </main>
    }
}

fn diffusion(on_rest: Callback<u32>) -> Html {
    html! {
        <article class="card family diffusion">
            <LivePicture {on_rest} />
            <h3>{ texts::landing::diffusion::TITLE }</h3>
            { content::section(texts::landing::diffusion::HTML) }
            <p class="ways">
                { way(Chapter::Denoise, "button small go", Chapter::Denoise.title()) }{ " " }
                { way(Chapter::Noise, "button small", Chapter::Noise.title()) }
            </p>
        </article>
    }
}

fn gan(turn: Option<u32>, on_rest: Callback<u32>) -> Html {
    html! {
        <article class="card family gan">
            <LiveTen maker={Maker::Gan} {turn} {on_rest} />
            <h3>{ texts::landing::gan::TITLE }</h3>
            { content::section(texts::landing::gan::HTML) }
            <p class="ways">
                { way(Chapter::Game, "button small go", "Play the game") }{ " " }
                { way(Chapter::Pictures, "button small", "See its pictures") }{ " " }
                { way(Chapter::Guess, "button small", "Real or fake?") }
            </p>
        </article>
    }
}

fn vae(turn: Option<u32>) -> Html {
    html! {
        <article class="card family vae">
            <LiveTen maker={Maker::Vae} {turn} />
            <h3>{ texts::landing::vae::TITLE }</h3>
            { content::section(texts::landing::vae::HTML) }
            <p class="ways">
                { way(Chapter::Squeeze, "button small go", "Squeeze a digit") }{ " " }
                { way(Chapter::Holes, "button small", "Two maps") }
            </p>
        </article>
    }
}

/// A link to a chapter.
fn way(chapter: Chapter, class: &'static str, text: &'static str) -> Html {
    html! { <a {class} href={chapter.href()}>{ text }</a> }
}

fn autoregressive() -> Html {
    html! {
        <article class="card family autoregressive">
            <h3>{ texts::landing::autoregressive::TITLE }</h3>
            { content::section(texts::landing::autoregressive::HTML) }
            <p class="ways">{ way(Chapter::Next, "button small go", "Write a story") }</p>
        </article>
    }
}
