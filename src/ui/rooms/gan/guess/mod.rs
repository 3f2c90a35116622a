//! Chapter 'You are the discriminator': real digits and fakes of one snapshot, one after the other,
//! and the visitor says which is which.
//!
//! Real digits and fakes are drawn alike: cut off at black and white, in 256 levels of grey.

mod play;
mod result;
mod round;
mod table;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use self::play::{Action, Play, judged, right};
use self::result::result;
use self::round::{CARDS, Round, noise};
use self::table::table;
use super::gallery::{Made, speed_text, use_gallery};
use super::snapshots::{Snapshots, place, use_snapshots};
use crate::models::gan::image::snapshot_id;
use crate::protocol::gan::GanImages;
use crate::ui::components::choice::select;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::seed::{SeedField, new_seed};
use crate::ui::components::share::ShareButton;
use crate::ui::components::transport::use_keys;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::link;
use crate::ui::samples::Samples;
use crate::ui::state::{GuessState, Route};

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::gan_guess::story::HTML) }
            { content::predict(texts::gan_guess::story_try::HTML, texts::gan_guess::story_reveal::HTML) }
            <h3>{ texts::gan_guess::see::TITLE }</h3>
            { content::section(texts::gan_guess::see::HTML) }
            <div class="hint">{ content::section(texts::gan_guess::sources::HTML) }</div>
        </>
    }
}

/// The stage of the chapter.
#[component]
pub fn GuessChapter(props: &ChapterProps<GuessState>) -> Html {
    let state = &props.state;
    let snapshots = use_snapshots();
    let steps = &snapshots.steps;
    let chosen = place(steps, state.step, usual(steps.len()));
    let step = steps.get(chosen).copied();
    let dealt = (state.seed, snapshots.reals.clone());
    let round = use_memo(dealt.clone(), |(seed, reals)| {
        let reals = reals.ready()?;
        let labels = (0..reals.len()).filter_map(|i| reals.label(i));
        Round::deal(*seed, &labels.collect::<Vec<_>>())
    });
    let job = use_memo((dealt, step), |((seed, reals), step)| {
        let (round, reals) = ((*round).as_ref()?, reals.ready()?);
        Some(Rc::new(job(*seed, (*step)?, round, reals)))
    });
    let gallery = use_gallery((*job).clone());
    let play = use_reducer_eq(Play::default);
    {
        let play = play.dispatcher();
        use_effect_with(job.clone(), move |_| play.dispatch(Action::Deal));
    }
    let game = (*round).as_ref().zip(gallery.current());
    let is_over = play.0.len() == CARDS;
    let on_answer = game.filter(|_| !is_over).map(|_| {
        let play = play.dispatcher();
        Callback::from(move |is_real| play.dispatch(Action::Answer(is_real)))
    });
    use_keys(on_answer.clone(), answer);
    let (real_button, again_button) = use_focus(is_over, on_answer.is_some());

    let judged = game.map_or_else(Vec::new, |(round, made)| judged(&play, round, made));
    let right = right(&judged);
    let body = match game {
        Some((_, made)) if is_over => {
            let point = snapshots.timeline.ready().zip(step);
            let point = point.and_then(|(timeline, step)| timeline.at(step).copied());
            let ways = ways(props, steps, chosen, again_button);
            result(&judged, made, point.as_ref(), ways)
        }
        _ => table(game, &judged, &gallery, on_answer.as_ref(), real_button),
    };
    html! {
        <>
            <div class="card gan-guess" data-run-state={gallery.book.phase.map(Phase::id)}
                data-step={step.map(|step| step.to_string())} data-answered={judged.len().to_string()}
                data-right={right.to_string()} data-ready={game.is_some().to_string()}>
                { controls(props, &snapshots, chosen) }
                { snapshots.without_reals(texts::gan_guess::reals_failed::PLAIN) }
                { body }
            </div>
            <div class="inspect pics-inspect">
                <div class="card">
                    <h3>{ texts::gan_guess::how::TITLE }</h3>
                    <div class="hint">{ content::section(texts::gan_guess::how::HTML) }</div>
                </div>
                if let Some(step) = step {
                    <ModelCard model={snapshot_id(step)} speed={speed_text(&gallery)} />
                }
            </div>
        </>
    }
}

/// The place of the snapshot that a link without one plays: well on, but not at the end.
fn usual(snapshots: usize) -> usize {
    3 * snapshots.saturating_sub(1) / 4
}

/// The fakes of a round, and its real digits to be judged.
fn job(seed: u64, step: u32, round: &Round, samples: &Samples) -> GanImages {
    let reals = round.samples.iter().filter_map(|i| samples.pixels(*i));
    GanImages {
        model: snapshot_id(step),
        z: noise(seed),
        labels: round.labels(false),
        reals: reals.flatten().copied().collect(),
        real_labels: round.labels(true),
    }
}

/// The picture of a card.
fn picture<'a>(card: &round::Card, made: &'a Made) -> Option<&'a Rc<Vec<f32>>> {
    made.of_kind(card.is_real).0.get(card.place)
}

fn controls(props: &ChapterProps<GuessState>, snapshots: &Snapshots, chosen: usize) -> Html {
    let (state, steps) = (&props.state, &snapshots.steps);
    let names: Vec<_> = steps.iter().map(|step| format!("{step} steps")).collect();
    let on_stage = {
        let steps = steps.clone();
        props.edit(move |state, place: usize| state.step = steps.get(place).copied())
    };
    let on_seed = props.edit(|state, seed| state.seed = seed);
    let shared = link(&Route::of(state.clone()));
    html! {
        <div class="controls">
            { select("Fakes after", "stage", &names, chosen, on_stage) }
            <SeedField seed={state.seed} {on_seed} />
            <span class="guess-share"><ShareButton link={shared} /></span>
            { snapshots.none_after(state.step, "hint",
                |step| content::fill(texts::gan_guess::no_such_snapshot::PLAIN, &[("step", step)])) }
        </div>
    }
}

/// What to do after a round: another one, or one of an earlier or a later snapshot.
fn ways(props: &ChapterProps<GuessState>, steps: &[u32], chosen: usize, again: NodeRef) -> Html {
    let another = props.edit(|state, _: MouseEvent| state.seed = new_seed());
    let stage = |place: Option<usize>, name: &str| {
        let step = place.and_then(|place| steps.get(place).copied())?;
        let other = GuessState {
            step: Some(step),
            ..props.state.clone()
        };
        let href = Route::of(other).href();
        Some(html! { <a class="button" {href}>{ format!("{name}: after {step} steps") }</a> })
    };
    html! {
        <p class="guess-ways">
            <button type="button" class="button go" data-name="again" ref={again} onclick={another}>
                { "Play again" }
            </button>
            { for stage(chosen.checked_sub(1), "Earlier fakes") }
            { for stage(Some(chosen + 1), "Later fakes") }
        </p>
    }
}

/// What a key press says, if it is not for the control that has the focus.
fn answer(event: &KeyboardEvent) -> Option<bool> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat() {
        return None;
    }
    let focus = event.target()?.dyn_into::<Element>().ok();
    let in_field =
        focus.is_some_and(|e| matches!(e.closest("input, select, textarea"), Ok(Some(_))));
    key(&event.key()).filter(|_| !in_field)
}

fn key(key: &str) -> Option<bool> {
    match key {
        "r" | "R" | "ArrowLeft" => Some(true),
        "f" | "F" | "ArrowRight" => Some(false),
        _ => None,
    }
}

/// The first button of the table, and that of the result: the focus goes from one to the other
/// when a round is over or a new one is dealt, but not when the page opens.
#[hook]
fn use_focus(is_over: bool, is_dealt: bool) -> (NodeRef, NodeRef) {
    let (real, again) = (use_node_ref(), use_node_ref());
    let was_over = use_mut_ref(|| false);
    {
        let (real, again) = (real.clone(), again.clone());
        use_effect_with((is_over, is_dealt), move |&(is_over, is_dealt)| {
            let button = match (*was_over.borrow(), is_over) {
                (false, true) => again,
                (true, false) if is_dealt => real,
                _ => return,
            };
            *was_over.borrow_mut() = is_over;
            // Nothing to do about a browser that refuses.
            let _ = button.cast::<HtmlElement>().map(|button| button.focus());
        });
    }
    (real, again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_answer_and_others_do_not() {
        let answers = ["r", "R", "ArrowLeft", "f", "F", "ArrowRight"].map(key);
        assert_eq!(answers, [true, true, true, false, false, false].map(Some));
        assert_eq!(["Enter", " ", "Tab", "x"].map(key), [None; 4]);
    }

    #[test]
    fn the_usual_snapshot_is_late_but_not_the_last() {
        assert_eq!([0, 1, 2, 8, 10].map(usual), [0, 0, 0, 5, 6]);
    }
}
