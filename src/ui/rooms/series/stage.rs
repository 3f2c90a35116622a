//! What the chapters on series have around their pictures.

use std::rc::Rc;

use yew::prelude::*;

use super::data::{Series, Source};
use super::own::Own;
use super::pick::{Brought, missing};
use crate::ui::components::extras::extras;
use crate::ui::components::save::{save_chart, save_csv};
use crate::ui::content::{self, texts};
use crate::ui::runs::player::{Course, Entry};
use crate::ui::state::Route;
use crate::ui::state::series::Chosen;

/// The frames 0 to `last` of a chapter that shows `of`: `entry` is how it is entered where the link names
/// no frame `at`, and `is_here` whether they are all there.
pub fn course<K>(
    of: K,
    (source, chosen): (&Source, Chosen),
    (at, last): (Option<u32>, u32),
    entry: Entry,
    is_here: bool,
) -> Course<(K, Chosen, Option<*const Own>)> {
    let own = source.own.as_ref().filter(|_| chosen == Chosen::Own);
    Course {
        of: (of, chosen, own.map(Rc::as_ptr)),
        entry: at.map_or(entry, |at| Entry::Rest(at.min(last))),
        ready: is_here.then_some(last),
        last,
        at: at.filter(|_| is_here).map(|at| (at, at.min(last))),
        tells: is_here,
    }
}

/// Where the visitor's own series comes in, if that is chosen, and what there is to say of one that is not
/// here.
pub fn brought(source: &Source, chosen: Chosen) -> Html {
    html! {
        <>
            if chosen == Chosen::Own {
                <Brought own={source.own.clone()} on_own={source.on_own.clone()} />
            }
            { missing(source, chosen) }
        </>
    }
}

/// Shares `route`, and saves the picture as `genscope-NAME.png` and what `table` gives as
/// `genscope-NAME.csv`, where there is such.
pub fn files(
    route: Route,
    name: &'static str,
    table: Option<impl Fn() -> String + 'static>,
) -> Html {
    let disabled = table.is_none();
    let on_png = Callback::from(move |()| {
        let chart = gloo_utils::document().query_selector(".series-picture svg");
        if let Ok(Some(chart)) = chart {
            save_chart(&chart, format!("genscope-{name}.png"));
        }
    });
    let on_csv = table.map(|table| {
        Callback::from(move |_: MouseEvent| {
            save_csv(&table(), &format!("genscope-{name}.csv"));
        })
    });
    html! {
        <>
            { extras(route, "Save PNG", !disabled, on_png) }
            <button type="button" class="button csv" {disabled} onclick={on_csv}>{ "CSV" }</button>
        </>
    }
}

/// A card that tells where a series is from.
pub fn about(series: &Series) -> Html {
    let values = [
        ("n", series.values.len().to_string()),
        ("unit", series.unit.clone()),
        ("source", series.source.clone()),
    ];
    let words = match series.is_own() {
        true => texts::series::stays::PLAIN,
        false => texts::series::from::PLAIN,
    };
    html! {
        <div class="card">
            <h3>{ &series.title }</h3>
            <p class="hint">{ content::fill(words, &values) }</p>
        </div>
    }
}
