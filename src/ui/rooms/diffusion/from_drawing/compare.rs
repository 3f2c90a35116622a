//! The results beside one another: of several strengths, or of few and many rounds.

use std::rc::Rc;

use yew::prelude::*;

use super::controls::PERCENT;
use super::jobs::{FILLINGS, variants};
use crate::models::diffusion::inpaint::evaluations;
use crate::ui::components::picture::PictureView;
use crate::ui::rooms::diffusion::denoise::inspect::changed;
use crate::ui::runs::lanes::{Lane, Lanes};
use crate::ui::state::{DRAWN_STEPS, DrawnMode, DrawnState};

/// A pixel has changed if it moved by more than a quarter of the way from black to white.
const CHANGED: f32 = 0.5;

/// Properties of [`Compare`].
#[derive(Properties, PartialEq)]
pub struct CompareProps {
    /// The controls.
    pub state: DrawnState,
    /// The runs, in the order of [`variants`].
    pub lanes: Lanes,
    /// The given picture, `[28, 28]`.
    pub x_0: Rc<Vec<f32>>,
    /// The visitor picks a strength.
    pub on_strength: Callback<u32>,
}

/// The runs with what they differ in, in rising order.
pub fn sorted<'a>(state: &DrawnState, lanes: &'a Lanes) -> Vec<(u32, Option<&'a Lane>)> {
    let mut all: Vec<_> = variants(state)
        .into_iter()
        .enumerate()
        .map(|(at, variant)| (variant, lanes.lanes.get(at)))
        .collect();
    all.sort_by_key(|(variant, _)| *variant);
    all
}

/// All results.
#[component]
pub fn Compare(props: &CompareProps) -> Html {
    let all = sorted(&props.state, &props.lanes);
    match props.state.mode {
        DrawnMode::Scribble => html! {
            <div class="strengths" role="group" aria-label="Results by strength">
                <figure>
                    <PictureView class="pix" pixels={props.x_0.clone()} label="The given picture" />
                    <figcaption>{ "given" }</figcaption>
                </figure>
                { for all.into_iter().map(|(strength, lane)| result(props, strength, lane)) }
            </div>
        },
        DrawnMode::Fill => html! {
            <div class="fillings">
                { for all.into_iter().map(|(rounds, lane)| fillings(rounds, lane)) }
            </div>
        },
    }
}

/// A finished picture, or black.
fn pixels(lane: Option<&Lane>, pictures: usize) -> (bool, Rc<Vec<f32>>) {
    match lane.and_then(Lane::end) {
        Some(frame) => (true, Rc::new(frame.x.clone())),
        None => (false, Rc::new(vec![-1.0; pictures * crate::data::PIXELS])),
    }
}

/// The result of one strength; a click chooses it.
fn result(props: &CompareProps, strength: u32, lane: Option<&Lane>) -> Html {
    let (done, pixels) = pixels(lane, 1);
    let percent = strength * PERCENT;
    let chosen = strength == props.state.strength;
    let share = 100.0 * changed(&props.x_0, &pixels, CHANGED);
    let onclick = props.on_strength.reform(move |_: MouseEvent| strength);
    html! {
        <button type="button" key={strength} aria-pressed={chosen.to_string()}
            data-strength={strength.to_string()} data-done={done.to_string()} {onclick}>
            <PictureView class="pix" {pixels} label="" />
            <b class="num"><span class="sr-only">{ "Strength " }</span>{ format!("{percent} %") }</b>
            <small>{ if done { format!(" {share:.0} % changed") } else { "…".into() } }</small>
        </button>
    }
}

/// Four fillings with so many rounds a step.
fn fillings(rounds: u32, lane: Option<&Lane>) -> Html {
    let (done, pixels) = pixels(lane, FILLINGS);
    let name = match rounds {
        1 => "1 round a step: only put back".to_owned(),
        rounds => format!("{rounds} rounds a step"),
    };
    let calls = evaluations(DRAWN_STEPS, rounds);
    html! {
        <figure key={rounds} data-rounds={rounds.to_string()} data-done={done.to_string()}>
            <figcaption>
                <b>{ &name }</b>
                { format!(", {calls} evaluations a picture") }
            </figcaption>
            <PictureView class="pix" {pixels} columns={FILLINGS}
                label={format!("Four fillings, {name}")} />
        </figure>
    }
}
