//! Which series: one of the page, or the visitor's own.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

use super::data::Source;
use super::own::{MOST_BYTES, Note, Own, SEASONS, Useless};
use super::sketch::Sketch;
use crate::ui::components::choice::{choose, select};
use crate::ui::components::fetched::{Fetched, failure};
use crate::ui::components::file::{file_field, text, text_box};
use crate::ui::content::{self, texts};
use crate::ui::state::Named;
use crate::ui::state::series::Chosen;

/// The list of series.
pub fn series_control(source: &Source, of: Chosen, on: Callback<Chosen>) -> Html {
    let shown = source.shown.ready().cloned();
    let name = move |one: &Chosen| match one {
        Chosen::Own => texts::series::yours::PLAIN.to_owned(),
        one => match shown.as_ref().and_then(|shown| shown.get(one.name())) {
            Some(series) => series.title.clone(),
            None => one.name().to_owned(),
        },
    };
    choose(
        texts::series::which::PLAIN,
        "series",
        Chosen::VALUES,
        of,
        name,
        on,
    )
}

/// Properties of [`Brought`].
#[derive(Properties, PartialEq)]
pub struct BroughtProps {
    /// What was brought.
    pub own: Option<Rc<Own>>,
    /// The visitor brings another.
    pub on_own: Callback<Own>,
}

/// Where the visitor's series is pasted or dropped, and what became of it.
#[component]
pub fn Brought(props: &BroughtProps) -> Html {
    let useless = use_state_eq(|| None::<Useless>);
    let own = props.own.clone();
    let season = own.as_ref().map_or(1, |own| own.series.season);
    let take = {
        let (useless, on_own) = (useless.setter(), props.on_own.clone());
        Callback::from(
            move |(text, column, season): (Option<Rc<str>>, Option<usize>, u32)| {
                let read = text.ok_or(Useless::NoText);
                match read.and_then(|text| Own::read(text, column, season)) {
                    Ok(own) => {
                        useless.set(None);
                        on_own.emit(own);
                    }
                    Err(why) => useless.set(Some(why)),
                }
            },
        )
    };
    let on_typed = take.reform(move |text: String| (Some(text.into()), None, season));
    let on_file = {
        let take = take.clone();
        Callback::from(move |file: File| {
            let take = take.clone();
            spawn_local(async move {
                let text = text(&file, MOST_BYTES).await;
                take.emit((text.map(Rc::from), None, season));
            });
        })
    };
    let shown: String = own
        .as_ref()
        .map_or_else(String::new, |own| own.text.chars().take(600).collect());
    let again = own.clone();
    let on_column = take.reform(move |at: usize| {
        let own = again.as_ref();
        let column = own
            .and_then(|own| own.columns.get(at))
            .map(|(column, _)| *column);
        (own.map(|own| own.text.clone()), column, season)
    });
    let again = own.clone();
    let on_season = take.reform(move |season: u32| {
        let own = again.as_ref();
        (
            own.map(|own| own.text.clone()),
            own.map(|own| own.column),
            season,
        )
    });
    html! {
        <div class="series-own">
            <Sketch on_text={on_typed.clone()} />
            <label>
                <span>{ texts::series::paste::PLAIN }</span>
                { text_box("values", "3", shown, &on_typed, &on_file) }
            </label>
            <div class="controls">
                { file_field(texts::series::file::PLAIN, "file", ".csv,.tsv,.txt,text/*", &on_file) }
                if let Some(own) = &own {
                    if own.columns.len() > 1 {
                        { columns(own, on_column) }
                    }
                    { choose(texts::series::season::PLAIN, "season", &SEASONS, season, u32::to_string, on_season) }
                }
            </div>
            if let Some(why) = *useless {
                <p class="notice" role="alert">{ complaint(why) }</p>
            } else if let Some(own) = &own {
                <p class="hint" data-name="notes">{ notes(own) }</p>
            }
        </div>
    }
}

fn columns(own: &Own, on: Callback<usize>) -> Html {
    let names: Vec<String> = own.columns.iter().map(|(_, name)| name.clone()).collect();
    let at = own.columns.iter().position(|(at, _)| *at == own.column);
    select(
        texts::series::column::PLAIN,
        "column",
        &names,
        at.unwrap_or(0),
        on,
    )
}

fn complaint(why: Useless) -> String {
    let words = match why {
        Useless::NoText => texts::series::no_text::PLAIN,
        Useless::NoNumbers => texts::series::no_numbers::PLAIN,
        Useless::Short(_) => texts::series::short::PLAIN,
        Useless::Constant => texts::series::constant::PLAIN,
    };
    let n = if let Useless::Short(n) = why { n } else { 0 };
    content::fill(words, &[("n", n.to_string())])
}

fn notes(own: &Own) -> String {
    let told = content::fill(
        texts::series::taken::PLAIN,
        &[("n", own.series.values.len().to_string())],
    );
    let note = |note: &Note| {
        let (words, n) = match *note {
            Note::Filled(n) => (texts::series::filled::PLAIN, n),
            Note::Sorted => (texts::series::sorted::PLAIN, 0),
            Note::Doubled(n) => (texts::series::doubled::PLAIN, n),
            Note::Thinned(n) => (texts::series::thinned::PLAIN, n),
        };
        content::fill(words, &[("n", n.to_string())])
    };
    let all = own.notes.iter().map(note);
    std::iter::once(told)
        .chain(all)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What there is to say of a series that is not here.
pub fn missing(source: &Source, of: Chosen) -> Html {
    match &source.shown {
        Fetched::Failed(why) if of != Chosen::Own => {
            failure(texts::series::failed::PLAIN, why, &source.on_retry, None)
        }
        _ if of == Chosen::Own && source.own.is_none() => {
            html! { <p class="hint">{ texts::series::none::PLAIN }</p> }
        }
        _ => Html::default(),
    }
}
