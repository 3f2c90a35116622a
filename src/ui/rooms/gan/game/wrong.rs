//! 'When it goes wrong': games that fail, each with a task that is checked while one plays.

use yew::prelude::*;

use crate::protocol::gan::GanFrame;
use crate::ui::content;
use crate::ui::state::gan::{Case, Standing};
use crate::ui::state::{GameState, Route};

/// The half of all fakes that is pulled least is pulled by at most this much.
pub fn median_pull(frame: &GanFrame) -> f32 {
    let mut lengths: Vec<f32> = frame
        .pulls
        .chunks_exact(2)
        .map(|pull| pull[0].hypot(pull[1]))
        .collect();
    lengths.sort_by(f32::total_cmp);
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}

fn title(case: Case) -> AttrValue {
    match case {
        Case::Collapse => content::title("gan-wrong", "collapse"),
        Case::Oscillation => content::title("gan-wrong", "oscillation"),
        Case::Vanishing => content::title("gan-wrong", "vanishing"),
    }
}

/// What to look for, and why it happens.
fn look(case: Case) -> Html {
    match case {
        Case::Collapse => content::section("gan-wrong", "collapse"),
        Case::Oscillation => content::section("gan-wrong", "oscillation"),
        Case::Vanishing => content::section("gan-wrong", "vanishing"),
    }
}

fn task(case: Case, standing: &Standing) -> String {
    let values = [
        ("now", standing.now.as_str()),
        ("wanted", standing.wanted.as_str()),
    ];
    match case {
        Case::Collapse => content::fill("gan-wrong", "collapse.task", &values),
        Case::Oscillation => content::fill("gan-wrong", "oscillation.task", &values),
        Case::Vanishing => content::fill("gan-wrong", "vanishing.task", &values),
    }
}

/// What mends it, and why.
fn cure(case: Case) -> Html {
    match case {
        Case::Collapse => content::section("gan-wrong", "collapse.cure"),
        Case::Oscillation => content::section("gan-wrong", "oscillation.cure"),
        Case::Vanishing => content::section("gan-wrong", "vanishing.cure"),
    }
}

/// The story of the chapter, with a link to each case.
pub fn story(here: Option<Case>) -> Html {
    let link = |case: Case| {
        let href = Route::Game(GameState::of(case)).href();
        html! {
            <li><a {href} aria-current={(here == Some(case)).then_some("true")}>{ title(case) }</a></li>
        }
    };
    html! {
        <>
            { content::section("gan-wrong", "story") }
            <div class="presets"><ul>{ for Case::ALL.map(link) }</ul></div>
        </>
    }
}

/// Properties of [`TaskCard`].
#[derive(PartialEq, Properties)]
pub struct TaskCardProps {
    /// The case.
    pub case: Case,
    /// The controls in force.
    pub state: GameState,
    /// How its task stands.
    pub standing: Option<Standing>,
    /// The pull on the fakes in the middle, of the frame that is shown.
    pub pull: Option<f32>,
}

/// What goes wrong, what to do, and how far it is done.
#[component]
pub fn TaskCard(props: &TaskCardProps) -> Html {
    let case = props.case;
    let is_done = props
        .standing
        .as_ref()
        .is_some_and(|standing| standing.done);
    let mended = Route::Game(props.state.anew(case.mended())).href();
    html! {
        <section class="task" aria-labelledby="task-title" data-case={case.id()}
            data-done={is_done.to_string()}>
            <h4 id="task-title">{ title(case) }</h4>
            { look(case) }
            if let Some(standing) = &props.standing {
                <p class="task-line" role="status">
                    <b>{ if is_done { "Done: " } else { "Task: " } }</b>{ task(case, standing) }
                </p>
            }
            if let Some(pull) = props.pull.filter(|_| case == Case::Vanishing) {
                <p class="hint">{ "Median pull on a fake: " }<span class="num" data-name="pull">{ format!("{pull:.1e}") }</span></p>
            }
            <details>
                <summary>{ "Show a way" }</summary>
                { cure(case) }
                <p><a class="button small mend" href={mended}>{ "Mend it" }</a></p>
            </details>
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
        let none = GanFrame {
            pulls: Vec::new(),
            ..frame(1)
        };
        assert_eq!(median_pull(&none), 0.0);
    }
}
