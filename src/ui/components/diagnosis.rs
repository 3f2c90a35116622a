//! A failure whose name the visitor has to guess before it is told.

use yew::prelude::*;

use crate::ui::content::{self, texts};

/// Properties of [`Diagnosis`]. Give it the case as key: with another one the guess is forgotten.
#[derive(Properties, PartialEq)]
pub struct DiagnosisProps {
    /// What it may be.
    pub names: Vec<&'static str>,
    /// Which of these it is.
    pub truth: usize,
    /// What is told after the guess.
    pub children: Html,
}

/// The question, and after an answer, right or wrong, the rest.
#[component]
pub fn Diagnosis(props: &DiagnosisProps) -> Html {
    let guess = use_state_eq(|| None::<usize>);
    let Some(said) = *guess else {
        let button = |(at, name): (usize, &&'static str)| {
            let guess = guess.setter();
            let onclick = Callback::from(move |_: MouseEvent| guess.set(Some(at)));
            html! { <button type="button" class="button small" data-guess={at.to_string()} {onclick}>{ *name }</button> }
        };
        return html! {
            <div class="diagnosis">
                { content::section(texts::presets::ask::HTML) }
                <p class="guesses" role="group" aria-label={texts::presets::ask::TITLE}>
                    { for props.names.iter().enumerate().map(button) }
                </p>
            </div>
        };
    };
    let answer = if said == props.truth {
        texts::presets::right::PLAIN.to_owned()
    } else {
        let title = props.names.get(props.truth).copied().unwrap_or_default();
        content::fill(texts::presets::not::PLAIN, &[("title", title)])
    };
    html! {
        <div class="diagnosis" data-guessed={(said == props.truth).to_string()}>
            <p role="status"><b>{ answer }</b></p>
            { props.children.clone() }
        </div>
    }
}
