//! Trainings that go wrong, each with a task that is checked while one trains.

use yew::prelude::*;

use super::run::TrainRun;
use crate::protocol::vae::train::VaeFrame;
use crate::ui::components::diagnosis::Diagnosis;
use crate::ui::content::{self, texts};
use crate::ui::rooms::vae::NAMES;
use crate::ui::state::vae::{BETAS, COST_WANTED, IN_USE, NEAR, SHARE_WANTED, TrainCase};

/// What a case is called until its name has been guessed; the first one is in another chapter.
pub fn number(case: TrainCase) -> String {
    format!("Case {}", case as usize + 2)
}

/// What goes wrong, what to do, and how far it is done at the frame that is shown.
pub fn task_card(
    case: TrainCase,
    run: &TrainRun,
    frame: Option<&VaeFrame>,
    on_beta: &Callback<usize>,
) -> Html {
    // Done once is done.
    let solved = run.frames.iter().find(|frame| case.standing(frame).done);
    let solved = solved.map(|frame| frame.step);
    let values = [
        ("used", IN_USE.to_string()),
        ("near", NEAR.to_string()),
        ("share", format!("{:.0}", 100.0 * SHARE_WANTED)),
        ("cost", COST_WANTED.to_string()),
        (
            "now",
            frame.map_or_else(|| "\u{2026}".into(), |frame| case.standing(frame).now),
        ),
    ];
    let (task, why) = match case {
        TrainCase::Collapse => (
            texts::vae_train::collapse_task::PLAIN,
            texts::vae_train::collapse::HTML,
        ),
        TrainCase::Holes => (
            texts::vae_train::holes_task::PLAIN,
            texts::vae_train::holes::HTML,
        ),
    };
    let one = BETAS
        .iter()
        .position(|beta| *beta == 1.0)
        .unwrap_or_default();
    let mend = on_beta.reform(move |_: MouseEvent| one);
    let done = solved.map(|step| format!("Done at step {step}: "));
    html! {
        <section class="task" aria-labelledby="task-title" data-case={case.id()} data-done={solved.is_some().to_string()}>
            <h3 id="task-title">{ number(case) }</h3>
            <p class="task-line"><b>{ done.clone().unwrap_or_else(|| "Task: ".into()) }</b>{ content::fill(task, &values) }</p>
            // The line above changes with every frame: who listens is told the end alone.
            <span class="sr-only" role="status">{ done.unwrap_or_default() }</span>
            <Diagnosis key={case.id()} names={NAMES.to_vec()} truth={case as usize}>
                { content::section(why) }
                <p><button type="button" class="button small mend" onclick={mend}>{ "Mend it" }</button></p>
            </Diagnosis>
        </section>
    }
}
