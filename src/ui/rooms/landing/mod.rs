//! The map of the four families, and what this page is.

mod live;

use yew::prelude::*;

use crate::ui::chapters::Chapter;
use crate::ui::components::kept::Kept;
use crate::ui::content::{self, texts};
use live::LivePicture;

/// The page at `#/`.
#[component]
pub fn Landing() -> Html {
    html! {
        <main class="landing" id="main">
            <header class="hero">
                <h1>{ texts::landing::hero::TITLE }</h1>
                <div class="gist">{ content::section(texts::landing::hero::HTML) }</div>
            </header>
            <section aria-labelledby="families">
                <h2 id="families">{ texts::landing::families::TITLE }</h2>
                <div class="lead">{ content::section(texts::landing::families::HTML) }</div>
                { diffusion() }
                <div class="family-row">
                    { gan() }
                    { coming("vae", texts::landing::vae::TITLE, texts::landing::vae::HTML,
                        texts::landing::vae_coming::HTML) }
                    { coming("autoregressive", texts::landing::autoregressive::TITLE,
                        texts::landing::autoregressive::HTML, texts::landing::autoregressive_coming::HTML) }
                </div>
                <div class="flow">{ content::section(texts::landing::flow::HTML) }</div>
            </section>
            <section aria-labelledby="compare">
                <h2 id="compare">{ texts::landing::compare::TITLE }</h2>
                { content::section(texts::landing::compare::HTML) }
                <div class="hint">{ content::section(texts::landing::compare_note::HTML) }</div>
            </section>
            <section class="here" aria-labelledby="here">
                <h2 id="here">{ texts::landing::here::TITLE }</h2>
                { content::section(texts::landing::here::HTML) }
                <Kept />
            </section>
            <section class="sources" aria-labelledby="sources">
                <h2 id="sources">{ texts::landing::sources::TITLE }</h2>
                { content::section(texts::landing::sources::HTML) }
            </section>
        </main>
    }
}

fn diffusion() -> Html {
    html! {
        <article class="card family open diffusion">
            <LivePicture />
            <div>
                <h3>{ texts::landing::diffusion::TITLE }</h3>
                { content::section(texts::landing::diffusion::HTML) }
                <p class="ways">
                    { way(Chapter::Denoise, "button go", Chapter::Denoise.title()) }
                    { way(Chapter::Noise, "button", Chapter::Noise.title()) }
                </p>
            </div>
        </article>
    }
}

fn gan() -> Html {
    html! {
        <article class="card family gan">
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

/// A link to a chapter.
fn way(chapter: Chapter, class: &'static str, text: &'static str) -> Html {
    html! { <a {class} href={chapter.href()}>{ text }</a> }
}

/// A family whose room is still to come: its idea, and what will be there.
fn coming(
    family: &'static str,
    title: &'static str,
    idea: &'static str,
    plan: &'static str,
) -> Html {
    html! {
        <article class={classes!("card", "family", family)}>
            <h3>{ title }<span class="badge">{ "coming" }</span></h3>
            { content::section(idea) }
            <div class="plan">{ content::section(plan) }</div>
        </article>
    }
}
