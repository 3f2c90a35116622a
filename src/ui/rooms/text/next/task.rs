//! Texts that go wrong, each with a task that is checked.

use yew::prelude::*;

use crate::ui::content::{self, texts};
use crate::ui::state::text::{AT_HOME, CALM, Came, FIRST, HOT, NextCase, REPEATED};
use crate::ui::state::{Named, NextState, Route};

fn words(case: NextCase) -> [&'static str; 3] {
    match case {
        NextCase::Loop => [
            texts::next::case_loop::TITLE,
            texts::next::case_loop::HTML,
            texts::next::task_loop::PLAIN,
        ],
        NextCase::Wild => [
            texts::next::case_wild::TITLE,
            texts::next::case_wild::HTML,
            texts::next::task_wild::PLAIN,
        ],
        NextCase::Strange => [
            texts::next::case_strange::TITLE,
            texts::next::case_strange::HTML,
            texts::next::task_strange::PLAIN,
        ],
        NextCase::Long => [
            texts::next::case_long::TITLE,
            texts::next::case_long::HTML,
            texts::next::task_long::PLAIN,
        ],
    }
}

/// All cases, as links.
pub fn cases() -> Html {
    let case = |case: &NextCase| {
        let [title, html, _] = words(*case);
        html! { <li><a href={Route::of(NextState::of(*case)).href()}>{ title }</a>{ content::section(html) }</li> }
    };
    html! { <div class="presets"><ul>{ for NextCase::VALUES.iter().map(case) }</ul></div> }
}

/// What to do, and how far it is done.
pub fn task_card(case: NextCase, state: &NextState, came: &Came) -> Html {
    let [title, _, task] = words(case);
    let standing = case.standing(state, came);
    let values = [
        ("repeated", REPEATED.to_string()),
        ("calm", CALM.to_string()),
        ("hot", format!("{:.1}", HOT as f32 / 100.0)),
        ("first", FIRST.to_string()),
        ("home", AT_HOME.to_string()),
        ("now", standing.now),
    ];
    let done = standing.done;
    html! {
        <section class="task" aria-labelledby="task-title" data-case={case.name()} data-done={done.to_string()}>
            <h3 id="task-title">{ title }</h3>
            <p class="task-line"><b>{ if done { "Done: " } else { "Task: " } }</b>{ content::fill(task, &values) }</p>
            // The line above changes with every token: who listens is told the end alone.
            <span class="sr-only" role="status">{ if done { "Task done" } else { "" } }</span>
        </section>
    }
}
