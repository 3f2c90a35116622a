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
                <div class="family-row">{ gan() }{ coming_vae() }{ coming_autoregressive() }</div>
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
    let way = |chapter: Chapter, class: &'static str| {
        html! { <a {class} href={chapter.href()}>{ chapter.title() }</a> }
    };
    html! {
        <article class="card family open diffusion">
            <LivePicture />
            <div>
                <h3>{ texts::landing::diffusion::TITLE }</h3>
                { content::section(texts::landing::diffusion::HTML) }
                <p class="ways">
                    { way(Chapter::Denoise, "button go") }
                    { way(Chapter::Noise, "button") }
                </p>
            </div>
        </article>
    }
}

fn gan() -> Html {
    let way = |chapter: Chapter, class: &'static str, text: &str| {
        html! { <a {class} href={chapter.href()}>{ text }</a> }
    };
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

fn coming_vae() -> Html {
    coming(
        "vae",
        AttrValue::from(texts::landing::vae::TITLE),
        content::section(texts::landing::vae::HTML),
        content::section(texts::landing::vae_coming::HTML),
    )
}

fn coming_autoregressive() -> Html {
    coming(
        "autoregressive",
        AttrValue::from(texts::landing::autoregressive::TITLE),
        content::section(texts::landing::autoregressive::HTML),
        content::section(texts::landing::autoregressive_coming::HTML),
    )
}

/// A family whose room is still to come: its idea, and what will be there.
fn coming(family: &'static str, title: AttrValue, idea: Html, plan: Html) -> Html {
    html! {
        <article class={classes!("card", "family", family)}>
            <h3>{ title }<span class="badge">{ "coming" }</span></h3>
            { idea }
            <div class="plan">{ plan }</div>
        </article>
    }
}
