//! The round under way: one picture, two buttons, and how it stands.

use std::rc::Rc;

use yew::prelude::*;

use super::super::gallery::{Gallery, Made, kind, progress_text};
use super::picture;
use super::play::{Judged, right};
use super::round::{CARDS, Round};
use crate::data::PIXELS;
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};

/// The table. `on_answer` is there when there is something to answer.
pub fn table(
    game: Option<(&Round, &Rc<Made>)>,
    judged: &[Judged],
    gallery: &Gallery,
    on_answer: Option<&Callback<bool>>,
    real_button: NodeRef,
) -> Html {
    let card = game.and_then(|(round, made)| {
        let card = round.cards.get(judged.len())?;
        Some((card, picture(card, made)?.clone()))
    });
    let (pixels, question) = match card {
        Some((card, pixels)) => {
            let values = [
                ("number", (judged.len() + 1).to_string()),
                ("cards", CARDS.to_string()),
                ("class", card.label.to_string()),
            ];
            (
                pixels,
                content::fill(texts::gan_guess::question::PLAIN, &values),
            )
        }
        None => (Rc::new(vec![-1.0; PIXELS]), progress_text(gallery)),
    };
    let button = |is_real: bool, name: &'static str, keys: [&'static str; 2], node: NodeRef| {
        let onclick = on_answer.map(|on| on.reform(move |_: MouseEvent| is_real));
        html! {
            <button type="button" class="button" ref={node} data-answer={kind(is_real)}
                disabled={onclick.is_none()} aria-keyshortcuts={keys[0]} {onclick}>
                { name }<span class="guess-keys" aria-hidden="true">{ for keys.map(|key| html! { <kbd>{ key }</kbd> }) }</span>
            </button>
        }
    };
    let last = judged.last();
    html! {
        <div class="guess-table">
            <div class="guess-play">
                <PictureView class="guess-card" {pixels} label={question.clone()} />
                <p class="guess-question">{ question }</p>
                <div class="guess-buttons">
                    { button(true, "Real", ["R", "\u{2190}"], real_button) }
                    { button(false, "Fake", ["F", "\u{2192}"], NodeRef::default()) }
                </div>
            </div>
            <div class="guess-side">
                { marks(judged) }
                <div class="guess-said" role="status">
                    { match last {
                        Some(last) => html! { <p data-right={last.you_are_right().to_string()}>{ said(last) }</p> },
                        None => html! { <p class="hint">{ texts::gan_guess::keys::PLAIN }</p> },
                    } }
                </div>
                { for last.zip(game).and_then(|(last, (_, made))| picture(&last.card, made)).map(|pixels| html! {
                    <PictureView class="guess-last" pixels={pixels.clone()} label="The picture before" />
                }) }
            </div>
        </div>
    }
}

/// A mark for each picture of the round, and the visitor's score.
fn marks(judged: &[Judged]) -> Html {
    let right = right(judged);
    let mark = |number: usize| match judged.get(number).map(Judged::you_are_right) {
        Some(true) => ("right", "\u{2713}"),
        Some(false) => ("wrong", "\u{2717}"),
        None => ("open", "\u{b7}"),
    };
    html! {
        <>
            <p class="guess-score">
                { match judged.len() {
                    0 => format!("{CARDS} pictures"),
                    n => format!("{right} of {n} right"),
                } }
            </p>
            <p class="guess-marks" aria-hidden="true">
                { for (0..CARDS).map(mark).map(|(class, sign)| html! { <i {class}>{ sign }</i> }) }
            </p>
        </>
    }
}

/// What is said of an answer.
fn said(judged: &Judged) -> String {
    let class = judged.card.label.to_string();
    let values = [
        ("class", class.as_str()),
        ("truth", kind(judged.card.is_real)),
        ("its", kind(judged.its)),
    ];
    if judged.you_are_right() {
        content::fill(texts::gan_guess::said_right::PLAIN, &values)
    } else {
        content::fill(texts::gan_guess::said_wrong::PLAIN, &values)
    }
}
