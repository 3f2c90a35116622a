//! The map of the four families, and what this page is.

mod live;

use yew::prelude::*;

use crate::ui::chapters::Chapter;
use crate::ui::components::kept::Kept;
use crate::ui::content;
use live::LivePicture;

/// The page at `#/`.
#[component]
pub fn Landing() -> Html {
    html! {
        <main class="landing" id="main">
            <header class="hero">
                <h1>{ content::title("landing", "hero") }</h1>
                <div class="gist">{ content::section("landing", "hero") }</div>
            </header>
            <section aria-labelledby="families">
                <h2 id="families">{ content::title("landing", "families") }</h2>
                <div class="lead">{ content::section("landing", "families") }</div>
                { diffusion() }
                <div class="family-row">{ gan() }{ coming_vae() }{ coming_autoregressive() }</div>
                <div class="flow">{ content::section("landing", "flow") }</div>
            </section>
            <section aria-labelledby="compare">
                <h2 id="compare">{ content::title("landing", "compare") }</h2>
                { content::section("landing", "compare") }
                <div class="hint">{ content::section("landing", "compare.note") }</div>
            </section>
            <section class="here" aria-labelledby="here">
                <h2 id="here">{ content::title("landing", "here") }</h2>
                { content::section("landing", "here") }
                <Kept />
            </section>
            <section class="sources" aria-labelledby="sources">
                <h2 id="sources">{ content::title("landing", "sources") }</h2>
                { content::section("landing", "sources") }
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
                <h3>{ content::title("landing", "diffusion") }</h3>
                { content::section("landing", "diffusion") }
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
            <h3>{ content::title("landing", "gan") }</h3>
            { content::section("landing", "gan") }
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
        content::title("landing", "vae"),
        content::section("landing", "vae"),
        content::section("landing", "vae.coming"),
    )
}

fn coming_autoregressive() -> Html {
    coming(
        "autoregressive",
        content::title("landing", "autoregressive"),
        content::section("landing", "autoregressive"),
        content::section("landing", "autoregressive.coming"),
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
