//! A code that is too small, with a task that is checked.

use yew::prelude::*;

use super::super::NAMES;
use crate::ui::components::diagnosis::Diagnosis;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::state::SqueezeState;
use crate::ui::state::vae::Case;

/// The task is done below this error.
pub const WANTED: f32 = 0.13;

/// What goes wrong, what to do, and how far it is done; `error` is that of what is restored now.
pub fn task_card(case: Case, props: &ChapterProps<SqueezeState>, error: Option<f32>) -> Html {
    let is_same = props.state.picture == SqueezeState::of(case).picture;
    let done = is_same && error.is_some_and(|error| error < WANTED);
    let now = error.map_or_else(|| "\u{2026}".into(), |error| format!("{error:.3}"));
    let values = [("wanted", WANTED.to_string()), ("now", now)];
    let task = content::fill(texts::vae_squeeze::case_task::PLAIN, &values);
    let mend = props.edit(|state, _: MouseEvent| state.code = 16);
    html! {
        <section class="task" aria-labelledby="task-title" data-case={case.id()} data-done={done.to_string()}>
            <h3 id="task-title">{ texts::vae_squeeze::case_link::PLAIN }</h3>
            <p class="task-line">
                <b>{ if done { "Done: " } else { "Task: " } }</b>
                { if is_same { task } else { texts::vae_squeeze::case_other::PLAIN.into() } }
            </p>
            <span class="sr-only" role="status">{ if done { "Task done" } else { "" } }</span>
            <Diagnosis key={case.id()} names={NAMES.to_vec()} truth=2>
                { content::section(texts::vae_squeeze::case_why::HTML) }
                <p><button type="button" class="button small mend" onclick={mend}>{ "Mend it" }</button></p>
            </Diagnosis>
        </section>
    }
}
