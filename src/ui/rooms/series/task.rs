//! Forecasts that go wrong, each with a task that is checked.

use yew::prelude::*;

use crate::ui::components::diagnosis::Diagnosis;
use crate::ui::content::{self, texts};
use crate::ui::state::series::{AIC, Case, HALF, OFF, Standing, WEIGHTS};
use crate::ui::state::{Named, Route};

/// Of each case its name, its task, and what there is to say of it.
#[rustfmt::skip]
const CASES: [[&str; 3]; 4] = [
    [texts::series_cases::over::TITLE, texts::series_cases::over_task::PLAIN, texts::series_cases::over::HTML],
    [texts::series_cases::unit::TITLE, texts::series_cases::unit_task::PLAIN, texts::series_cases::unit::HTML],
    [texts::series_cases::order::TITLE, texts::series_cases::order_task::PLAIN, texts::series_cases::order::HTML],
    [texts::series_cases::leak::TITLE, texts::series_cases::leak_task::PLAIN, texts::series_cases::leak::HTML],
];

/// What a case is called until its name has been guessed.
fn number(case: Case) -> String {
    format!("Case {}", case as usize + 1)
}

/// The cases as links.
pub fn cases(classical: bool) -> Html {
    let all = Case::VALUES.iter().copied();
    let link = |case: Case| {
        let route = match classical {
            true => Route::of(case.arima()),
            false => Route::of(case.deep()),
        };
        html! { <li><a href={route.href()}>{ number(case) }</a></li> }
    };
    html! {
        <div class="presets">
            { content::section(texts::series_cases::list::HTML) }
            <ul>{ for all.filter(|case| case.is_classical() == classical).map(link) }</ul>
        </div>
    }
}

/// What goes wrong, what to do, and how far it is done.
pub fn task_card(case: Case, standing: Option<Standing>, mend: Callback<MouseEvent>) -> Html {
    let [_, task, why] = CASES[case as usize];
    let done = standing.as_ref().is_some_and(|standing| standing.done);
    let now = standing.map_or_else(|| "\u{2026}".into(), |standing| standing.now);
    let values = [
        ("half", HALF.to_string()),
        ("off", format!("{:.0}", 100.0 * OFF)),
        ("aic", AIC.to_string()),
        ("weights", WEIGHTS.to_string()),
        ("now", now),
    ];
    html! {
        <section class="task" aria-labelledby="task-title" data-case={case.name()} data-done={done.to_string()}>
            <h3 id="task-title">{ number(case) }</h3>
            <p class="task-line"><b>{ if done { "Done: " } else { "Task: " } }</b>{ content::fill(task, &values) }</p>
            <span class="sr-only" role="status">{ if done { "Task done" } else { "" } }</span>
            <Diagnosis key={case.name()} names={CASES.map(|[name, ..]| name).to_vec()} truth={case as usize}>
                { content::section(why) }
                <p><button type="button" class="button small mend" onclick={mend}>{ "Mend it" }</button></p>
            </Diagnosis>
        </section>
    }
}
