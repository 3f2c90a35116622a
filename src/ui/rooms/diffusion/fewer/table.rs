//! The table of 'Fewer steps': one row a sampler, one column a number of steps.
//!
//! A cell that is still being computed shows its newest frame; a finished one the frame at
//! playback's share of its own way.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::PIXELS;
use crate::protocol::Frame;
use crate::ui::components::picture::PictureView;
use crate::ui::components::save::save_sheet;
use crate::ui::runs::lanes::{Lane, Lanes};
use crate::ui::state::{CELL, DenoiseState, FewerState, Route, Wanted, Way};

/// Pictures side by side in a cell.
const ACROSS: usize = 2;

/// Properties of [`Table`].
#[derive(Properties, PartialEq)]
pub struct TableProps {
    /// The controls.
    pub state: FewerState,
    /// What is computed.
    pub lanes: Lanes,
    /// Is there a distilled model?
    pub has_distilled: bool,
    /// Where playback stands, in steps of the longest run.
    pub cursor: u32,
}

/// The table.
#[component]
pub fn Table(props: &TableProps) -> Html {
    let state = &props.state;
    html! {
        <div class="scroll fewer-scroll" tabindex="0" role="region" aria-label="Samplers and steps">
            <table class="fewer-table">
                <thead><tr>
                    <td />
                    { for state.steps().map(|steps| html! { <th scope="col">{ steps }{ " steps" }</th> }) }
                </tr></thead>
                <tbody>
                    { for state.rows(props.has_distilled).map(|way| html! {
                        <tr>
                            <th scope="row">{ way.name() }</th>
                            { for state.steps().map(|steps| html! {
                                <td data-cell={format!("{}-{steps}", way.id())}>
                                    { cell(props, way, steps) }
                                </td>
                            }) }
                        </tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

fn cell(props: &TableProps, way: Way, steps: u32) -> Html {
    let Some(controls) = props.state.cell(way, steps) else {
        return html! { <span class="hint">{ "made for 4 steps" }</span> };
    };
    let lane = lane_of(&props.lanes, &controls);
    let frame = lane.and_then(|lane| shown(lane, props.cursor, props.state.longest()));
    let took_ms = lane.filter(|lane| lane.end().is_some()).map(Lane::steps_ms);
    html! { <Cell {way} {controls} frame={frame.cloned()} {took_ms} /> }
}

fn lane_of<'a>(lanes: &'a Lanes, controls: &DenoiseState) -> Option<&'a Lane> {
    let job = controls.job(CELL);
    lanes.lanes.iter().find(|lane| lane.job == job)
}

/// The frame shown when playback stands at `cursor` of `longest`.
fn shown(lane: &Lane, cursor: u32, longest: u32) -> Option<&Rc<Frame>> {
    match lane.end() {
        Some(_) => lane.at(cursor * lane.job.steps / longest.max(1)),
        None => lane.frames.last(),
    }
}

/// Network evaluations a picture: guidance asks twice.
pub fn evaluations(controls: &DenoiseState) -> u32 {
    let guided = controls.digit != Wanted::Any && controls.guidance != 1.0;
    controls.steps * if guided { 2 } else { 1 }
}

#[derive(Properties, PartialEq)]
struct CellProps {
    way: Way,
    controls: DenoiseState,
    frame: Option<Rc<Frame>>,
    /// Once it is finished.
    took_ms: Option<f32>,
}

/// The pictures of a cell; a link to the chapter where its first one is made.
#[component]
fn Cell(props: &CellProps) -> Html {
    let pixels = use_memo(props.frame.clone(), |frame| {
        let x = frame.as_ref().map(|frame| frame.x.clone());
        Rc::new(x.unwrap_or_else(|| vec![-1.0; CELL * PIXELS]))
    });
    let controls = &props.controls;
    let (name, steps) = (props.way.name(), controls.steps);
    let label = match &props.frame {
        Some(frame) => format!("{CELL} pictures by {name}, step {} of {steps}", frame.step),
        None => format!("{name}, {steps} steps: not computed yet"),
    };
    let step = props.frame.as_ref().map(|frame| frame.step.to_string());
    let cost = format!("{} evaluations", evaluations(controls));
    html! {
        <a class="cell" href={Route::of(controls.clone()).href()} data-step={step}
            title="Open in ‘Denoise it’">
            <PictureView class="cell-pix" pixels={(*pixels).clone()} {label} columns={ACROSS} />
            <span>{ cost }</span>
            <span class="num">{ props.took_ms.map(|ms| format!("{:.1} s", ms / 1000.0)).unwrap_or_default() }</span>
        </a>
    }
}

/// Offers the table's pictures as they are shown as a file: the rows are the samplers, the
/// columns the numbers of steps, and what is not computed stays black.
pub fn save_table(lanes: &Lanes, state: &FewerState, has_distilled: bool, cursor: u32) {
    let steps: Vec<_> = state.steps().collect();
    let mut pixels = Vec::new();
    for way in state.rows(has_distilled) {
        for half in 0..CELL / ACROSS {
            for &steps in &steps {
                let controls = state.cell(way, steps);
                let lane = controls.and_then(|controls| lane_of(lanes, &controls));
                let frame = lane.and_then(|lane| shown(lane, cursor, state.longest()));
                let row = half * ACROSS * PIXELS..(half + 1) * ACROSS * PIXELS;
                match frame.and_then(|frame| frame.x.get(row)) {
                    Some(values) => pixels.extend_from_slice(values),
                    None => pixels.extend([-1.0; ACROSS * PIXELS]),
                }
            }
        }
    }
    let (digit, seed) = (state.digit.id(), state.seed);
    let name = format!("genscope-fewer-steps-digit-{digit}-seed-{seed}.png");
    // Nothing happens where the browser gives no canvas.
    let _ = save_sheet(&pixels, ACROSS * steps.len(), &name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Denoise, Update};

    fn lane(steps: u32, frames: u32) -> Lane {
        let frame = |step| Frame {
            step,
            update: (step < steps).then(Update::default),
            ms: 100.0,
            ..Frame::default()
        };
        Lane {
            job: Denoise {
                steps,
                ..Denoise::default()
            },
            frames: (0..frames).map(|step| Rc::new(frame(step))).collect(),
            took_ms: None,
        }
    }

    #[test]
    fn finished_cells_go_their_own_way_in_relative_time() {
        let step = |lane: &Lane, cursor| shown(lane, cursor, 20).map(|frame| frame.step);
        let (short, long) = (lane(4, 5), lane(20, 21));
        for (cursor, at_short, at_long) in [(0, 0, 0), (9, 1, 9), (10, 2, 10), (20, 4, 20)] {
            assert_eq!(step(&short, cursor), Some(at_short));
            assert_eq!(step(&long, cursor), Some(at_long));
        }
        // One under way shows what it has got.
        assert_eq!(step(&lane(20, 8), 2), Some(7));
        assert_eq!(step(&lane(20, 0), 2), None);
        assert_eq!(short.steps_ms(), 500.0);
    }

    #[test]
    fn guidance_costs_a_second_evaluation() {
        let state = DenoiseState::default();
        assert_eq!(evaluations(&state), 40);
        let unguided = DenoiseState {
            guidance: 1.0,
            ..state.clone()
        };
        assert_eq!(evaluations(&unguided), 20);
        let any = DenoiseState {
            digit: Wanted::Any,
            ..state
        };
        assert_eq!(evaluations(&any), 20);
    }
}
