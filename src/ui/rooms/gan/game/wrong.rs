//! 'When it goes wrong': games that fail, each with a task that is checked while one plays.

use std::rc::Rc;

use yew::prelude::*;

use crate::models::gan::plane::modes_covered;
use crate::protocol::gan::{Game, GanFrame, Loss};
use crate::ui::content;
use crate::ui::state::gan::Case;
use crate::ui::state::{GameState, Route};

/// Modes that count as mended, of eight.
const MODES_WANTED: usize = 7;
/// A game has settled when the mean JS divergence of so many frames is below so much.
const CALM_FRAMES: usize = 20;
const CALM_JS: f32 = 0.15;
/// The fakes have arrived when their JS divergence is below so much.
const ARRIVED_JS: f32 = 0.3;

/// How a task stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Is it done?
    pub done: bool,
    /// What is measured now.
    pub now: String,
    /// What is wanted.
    pub wanted: String,
}

/// How the task of a case stands after these frames; `None` before the first.
pub fn standing(case: Case, game: &Game, frames: &[Rc<GanFrame>]) -> Option<Standing> {
    let last = frames.last()?;
    Some(match case {
        Case::Collapse => {
            let (covered, all) = modes_covered(&game.cloud, &last.fakes).unwrap_or_default();
            Standing {
                done: covered >= MODES_WANTED,
                now: format!("{covered} of {all}"),
                wanted: MODES_WANTED.to_string(),
            }
        }
        Case::Oscillation => {
            let recent = &frames[frames.len().saturating_sub(CALM_FRAMES)..];
            let sum: f32 = recent.iter().map(|frame| frame.divergence.js).sum();
            let mean = sum / recent.len() as f32;
            Standing {
                done: recent.len() == CALM_FRAMES && mean < CALM_JS,
                now: format!("{mean:.2}"),
                wanted: format!("{CALM_JS}"),
            }
        }
        Case::Vanishing => Standing {
            done: last.divergence.js < ARRIVED_JS,
            now: format!("{:.2}", last.divergence.js),
            wanted: format!("{ARRIVED_JS}"),
        },
    })
}

/// The rules of a case with only what is wrong put right.
pub fn mended(case: Case) -> Game {
    let mut game = case.game();
    match case {
        Case::Collapse => game.generator.updates = 1,
        Case::Oscillation => game.discriminator.learning_rate = 2e-3,
        Case::Vanishing => game.loss = Loss::NonSaturating,
    }
    game
}

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
    let values = [("now", standing.now.as_str()), ("wanted", &standing.wanted)];
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
    let mended = Route::Game(props.state.anew(mended(case))).href();
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
    use super::super::run::tests::frame;
    use super::*;
    use crate::protocol::gan::Divergence;

    fn with_js(js: f32) -> Rc<GanFrame> {
        Rc::new(GanFrame {
            divergence: Divergence {
                js,
                ..Divergence::default()
            },
            ..frame(2)
        })
    }

    #[test]
    fn tasks_are_done_when_they_are() {
        let game = Case::Collapse.game();
        let fakes = game.cloud.points(400, 1, 0, 0);
        let good = Rc::new(GanFrame { fakes, ..frame(2) });
        let bad = Rc::new(frame(2));
        let collapse = |frame: &Rc<GanFrame>| standing(Case::Collapse, &game, &[frame.clone()]);
        assert_eq!(
            collapse(&good).map(|s| (s.done, s.now)),
            Some((true, "8 of 8".into()))
        );
        assert_eq!(collapse(&bad).map(|s| s.done), Some(false));
        assert_eq!(standing(Case::Collapse, &game, &[]), None);

        // Calm for a moment is not calm.
        let swing = |n: usize, js| vec![with_js(js); n];
        let oscillates = |frames: &[_]| standing(Case::Oscillation, &game, frames).map(|s| s.done);
        assert_eq!(oscillates(&swing(19, 0.1)), Some(false));
        assert_eq!(oscillates(&swing(20, 0.1)), Some(true));
        assert_eq!(
            oscillates(&[swing(19, 0.1), swing(1, 2.0)].concat()),
            Some(false)
        );

        let vanishes = |js| standing(Case::Vanishing, &game, &[with_js(js)]).map(|s| s.done);
        assert_eq!((vanishes(0.6), vanishes(0.2)), (Some(false), Some(true)));
    }

    #[test]
    fn a_mend_changes_one_rule() {
        for case in Case::ALL {
            let (wrong, right) = (case.game(), mended(case));
            assert_ne!(wrong, right);
            assert_eq!(wrong.cloud, right.cloud);
        }
        assert_eq!(median_pull(&frame(1)), 0.1 * 2f32.sqrt());
    }
}
