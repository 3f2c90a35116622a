//! The end of a round: the visitor against the discriminator, and what each got wrong.

use std::rc::Rc;

use yew::prelude::*;

use super::super::gallery::{Made, kind};
use super::picture;
use super::play::{Judged, Wrong};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::weights::timeline::{Point, SCORED};

/// The result of all cards; `ways` leads on.
pub fn result(judged: &[Judged], made: &Rc<Made>, point: Option<&Point>, ways: Html) -> Html {
    let count = |of: fn(&Judged) -> bool| judged.iter().filter(|judged| of(judged)).count();
    let (you, it) = (count(Judged::you_are_right), count(Judged::it_is_right));
    let values = [
        ("you", you.to_string()),
        ("it", it.to_string()),
        ("cards", judged.len().to_string()),
    ];
    html! {
        <div class="guess-result" data-you={you.to_string()} data-it={it.to_string()}>
            <p class="guess-final" role="status">{ content::fill(texts::gan_guess::result::PLAIN, &values) }</p>
            { ways }
            { scores(judged) }
            { for point.map(|point| html! { <p class="hint">{ measured(point) }</p> }) }
            { for Wrong::ALL.map(|wrong| group(wrong, judged, made)) }
        </div>
    }
}

/// How many of each kind were told rightly.
fn scores(judged: &[Judged]) -> Html {
    let row = |name: &str, is_right: fn(&Judged) -> bool| {
        let cell = |kind: Option<bool>| {
            let of_kind = || {
                let of_kind = |judged: &&Judged| kind.is_none_or(|k| judged.card.is_real == k);
                judged.iter().filter(of_kind)
            };
            let right = of_kind().filter(|judged| is_right(judged)).count();
            html! { <td class="num">{ format!("{right} of {}", of_kind().count()) }</td> }
        };
        html! { <tr><th scope="row">{ name }</th>{ for [Some(true), Some(false), None].map(cell) }</tr> }
    };
    html! {
        <table class="guess-scores">
            <thead><tr><td /><th scope="col">{ "Real" }</th><th scope="col">{ "Fake" }</th><th scope="col">{ "All" }</th></tr></thead>
            <tbody>
                { row("You", Judged::you_are_right) }
                { row("The discriminator", Judged::it_is_right) }
            </tbody>
        </table>
    }
}

/// The discriminator's measured shares at this snapshot.
fn measured(point: &Point) -> String {
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let values = [
        ("n", SCORED.to_string()),
        ("real", percent(point.real_accuracy)),
        ("fake", percent(point.fake_accuracy)),
    ];
    content::fill(texts::gan_guess::measured::PLAIN, &values)
}

/// The pictures of one kind of mistake.
fn group(wrong: Wrong, judged: &[Judged], made: &Made) -> Html {
    let title = match wrong {
        Wrong::You => texts::gan_guess::wrong_you::PLAIN.to_owned(),
        Wrong::It => texts::gan_guess::wrong_it::PLAIN.to_owned(),
        Wrong::Both => texts::gan_guess::wrong_both::PLAIN.to_owned(),
    };
    let cards: Vec<_> = judged.iter().filter(|judged| wrong.is(judged)).collect();
    let one = |judged: &&Judged| {
        let caption = format!("a {} {}", kind(judged.card.is_real), judged.card.label);
        let pixels = picture(&judged.card, made)?.clone();
        Some(html! {
            <figure>
                <PictureView {pixels} label={caption.clone()} />
                <figcaption>{ caption }</figcaption>
            </figure>
        })
    };
    html! {
        <section class="guess-group" data-wrong={wrong.id()} data-count={cards.len().to_string()}>
            <h3>{ title }</h3>
            if cards.is_empty() {
                <p class="hint">{ "None." }</p>
            } else {
                <div class="guess-thumbs">{ for cards.iter().filter_map(one) }</div>
            }
        </section>
    }
}
