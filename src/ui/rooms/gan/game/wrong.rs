//! 'When it goes wrong': games that fail, each with a task that is checked while one plays.

use yew::prelude::*;

use super::place_text;
use super::run::GameRun;
use crate::protocol::gan::GanFrame;
use crate::ui::components::diagnosis::Diagnosis;
use crate::ui::content::{self, texts};
use crate::ui::state::gan::{Case, Standing, halves_of};
use crate::ui::state::{GameState, Route};

/// The half of all fakes that is pulled least is pulled by at most this much.
pub fn median_pull(frame: &GanFrame) -> f32 {
    let pulls = frame.pulls.chunks_exact(2);
    let mut lengths: Vec<f32> = pulls.map(|pull| pull[0].hypot(pull[1])).collect();
    lengths.sort_by(f32::total_cmp);
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}

fn title(case: Case) -> &'static str {
    match case {
        Case::Collapse => texts::gan_wrong::collapse::TITLE,
        Case::Oscillation => texts::gan_wrong::oscillation::TITLE,
        Case::Vanishing => texts::gan_wrong::vanishing::TITLE,
    }
}

/// What it is called until its name has been guessed.
fn number(case: Case) -> String {
    format!("Case {}", case as usize + 1)
}

/// What to look for, and why it happens.
fn look(case: Case) -> Html {
    match case {
        Case::Collapse => content::section(texts::gan_wrong::collapse::HTML),
        Case::Oscillation => content::section(texts::gan_wrong::oscillation::HTML),
        Case::Vanishing => content::section(texts::gan_wrong::vanishing::HTML),
    }
}

fn task(case: Case, standing: &Standing) -> String {
    let values = [
        ("now", standing.now.as_str()),
        ("wanted", standing.wanted.as_str()),
    ];
    match case {
        Case::Collapse => content::fill(texts::gan_wrong::collapse_task::PLAIN, &values),
        Case::Oscillation => content::fill(texts::gan_wrong::oscillation_task::PLAIN, &values),
        Case::Vanishing => content::fill(texts::gan_wrong::vanishing_task::PLAIN, &values),
    }
}

/// What mends it, and why.
fn cure(case: Case) -> Html {
    match case {
        Case::Collapse => content::section(texts::gan_wrong::collapse_cure::HTML),
        Case::Oscillation => content::section(texts::gan_wrong::oscillation_cure::HTML),
        Case::Vanishing => content::section(texts::gan_wrong::vanishing_cure::HTML),
    }
}

/// The story of the chapter, with a link to each case.
pub fn story(here: Option<Case>) -> Html {
    let link = |case: Case| {
        let href = Route::of(GameState::of(case)).href();
        html! {
            <li><a {href} aria-current={(here == Some(case)).then_some("true")}>{ number(case) }</a></li>
        }
    };
    html! {
        <>
            { content::section(texts::gan_wrong::story::HTML) }
            <div class="presets"><ul>{ for Case::ALL.map(link) }</ul></div>
        </>
    }
}

/// What goes wrong, what to do, and how far it is done; `frame` is the one that is shown.
pub fn task_card(case: Case, state: &GameState, run: &GameRun, frame: Option<&GanFrame>) -> Html {
    let done = run.solved.map(|at| place_text(halves_of(run.course(), at)));
    let has_its_data = case.is_on(&state.game.cloud);
    let pull = frame.filter(|_| case == Case::Vanishing).map(median_pull);
    let own_data = {
        let mut game = state.game.clone();
        game.cloud = case.game().cloud;
        Route::of(state.anew(game)).href()
    };
    let mended = Route::of(state.anew(case.mended())).href();
    html! {
        <section class="task" aria-labelledby="task-title" data-case={case.id()}
            data-done={done.is_some().to_string()}>
            <h3 id="task-title">{ number(case) }</h3>
            if !has_its_data {
                <p class="task-line">
                    { texts::gan_wrong::other_data::PLAIN }{ " " }
                    <a href={own_data}>{ texts::gan_wrong::other_data::TITLE }</a>
                </p>
            } else if let Some(standing) = &case.standing(&run.frames) {
                <p class="task-line">
                    <b>{ done.as_ref().map_or("Task: ".into(), |at| format!("Done at {at}: ")) }</b>
                    { task(case, standing) }
                </p>
            }
            // The line above changes with every frame: who listens is told the end alone.
            <span class="sr-only" role="status">
                if let Some(at) = &done { { format!("{}: done at {at}", number(case)) } }
            </span>
            if let Some(pull) = pull {
                <p class="hint">{ "Median pull on a fake: " }<span class="num" data-name="pull">{ format!("{pull:.1e}") }</span></p>
            }
            <Diagnosis key={case.id()} names={Case::ALL.map(title).to_vec()} truth={case as usize}>
                <h4>{ title(case) }</h4>
                { look(case) }
                <details>
                    <summary>{ "Show a way" }</summary>
                    { cure(case) }
                    <p><a class="button small mend" href={mended}>{ "Mend it" }</a></p>
                </details>
            </Diagnosis>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::gan::frame;

    #[test]
    fn the_pull_in_the_middle_is_found() {
        assert_eq!(median_pull(&frame(1)), 0.1 * 2f32.sqrt());
        assert_eq!(median_pull(&GanFrame::default()), 0.0);
    }
}
