//! The figures of 'Two dimensions': loss, distance to the data, what is learnt.

use yew::prelude::*;

use super::run::PlaneRun;
use super::snapshot_at;
use crate::models::diffusion::plane::detour;
use crate::protocol::diffusion::plane::Method;
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::content::{self, texts};
use crate::ui::state::{PlaneState, View};

/// Points of the loss curve; each is the mean over its part of the steps.
const CURVE_POINTS: usize = 100;

/// Properties of [`Inspectors`].
#[derive(PartialEq, Properties)]
pub struct InspectorsProps {
    /// The chapter's controls.
    pub state: PlaneState,
    /// What is there.
    pub run: PlaneRun,
    /// Where the transport stands.
    pub cursor: u32,
}

/// Both curves and the figures, or what is to be learnt while nothing is.
#[component]
pub fn Inspectors(props: &InspectorsProps) -> Html {
    let InspectorsProps { state, run, .. } = props;
    let at = (state.view == View::Train)
        .then(|| snapshot_at(run, props.cursor))
        .flatten();
    let rule = at.map(|snapshot| Mark::Rule {
        x: f64::from(snapshot.step),
    });
    html! {
        <div class="plane-figures">
            if run.losses.is_empty() {
                { task(state.method) }
            } else {
                <h3>{ "Loss" }</h3>
                { loss_chart(state, run, rule.clone()) }
                <h3>{ "Distance to the data" }</h3>
                { distance_chart(state, run, rule) }
                { figures(props) }
            }
        </div>
    }
}

/// What the network is asked.
fn task(method: Method) -> Html {
    match method {
        Method::Ddpm => content::section(texts::plane::task_ddpm::HTML),
        Method::FlowMatching => content::section(texts::plane::task_flow::HTML),
    }
}

fn steps_axis(state: &PlaneState) -> Axis {
    Axis::new("training steps", [0.0, f64::from(state.train_steps)], 4)
}

/// Means over equal parts, `(step, loss)`.
fn binned(losses: &[f32], steps: u32) -> Vec<(f64, f64)> {
    let part = (steps as usize).div_ceil(CURVE_POINTS).max(1);
    let means = losses.chunks(part).enumerate().map(|(i, chunk)| {
        let mean = chunk.iter().map(|l| f64::from(*l)).sum::<f64>() / chunk.len() as f64;
        ((i * part) as f64 + chunk.len() as f64 / 2.0, mean)
    });
    means.collect()
}

fn loss_chart(state: &PlaneState, run: &PlaneRun, rule: Option<Mark>) -> Html {
    let points = binned(&run.losses, state.train_steps);
    let finite = || points.iter().map(|p| p.1).filter(|y| y.is_finite());
    let high = finite().fold(0.0, f64::max).max(1e-3);
    // Part of the loss cannot be learnt away: without it the curve shows more.
    let low = 0.9 * finite().fold(high, f64::min);
    let (first, last) = (
        finite().next().unwrap_or(0.0),
        finite().next_back().unwrap_or(0.0),
    );
    let message = content::fill(
        texts::plane::loss_chart::PLAIN,
        &[
            ("first", &format!("{first:.3}")),
            ("last", &format!("{last:.3}")),
            ("steps", &run.losses.len().to_string()),
        ],
    );
    let mut marks: Vec<Mark> = rule.into_iter().collect();
    marks.push(line(points, Tone::Accent, false, None));
    html! {
        <Chart x={steps_axis(state)} y={Axis::new("", [low, 1.05 * high], 3)} {marks} {message} height={118.0} />
    }
}

fn distance_chart(state: &PlaneState, run: &PlaneRun, rule: Option<Mark>) -> Html {
    let points: Vec<(f64, f64)> = run
        .snapshots
        .iter()
        .map(|s| (f64::from(s.step), f64::from(s.distance)))
        .collect();
    let floor = run.snapshots.first().map_or(0.0, |s| f64::from(s.floor));
    let high = points.iter().fold(floor, |high, p| high.max(p.1));
    let message = content::fill(
        texts::plane::distance_chart::PLAIN,
        &[
            ("first", &small(points.first().map_or(0.0, |p| p.1))),
            ("last", &small(points.last().map_or(0.0, |p| p.1))),
            ("floor", &small(floor)),
        ],
    );
    let end = f64::from(state.train_steps);
    let label = Label {
        text: "real against real".into(),
        x: end,
        above: true,
    };
    let mut marks: Vec<Mark> = rule.into_iter().collect();
    marks.push(line(
        vec![(0.0, floor), (end, floor)],
        Tone::Muted,
        true,
        Some(label),
    ));
    marks.push(line(points, Tone::Accent, false, None));
    html! {
        <Chart x={steps_axis(state)} y={Axis::new("", [0.0, 1.1 * high.max(1e-4)], 3)} {marks} {message} height={118.0} />
    }
}

fn line(points: Vec<(f64, f64)>, tone: Tone, dashed: bool, label: Option<Label>) -> Mark {
    Mark::line(points, tone).dashed_if(dashed).named(label)
}

fn figures(props: &InspectorsProps) -> Html {
    let InspectorsProps { state, run, cursor } = props;
    let row = |name: &'static str, key: &'static str, value: String| {
        html! { <><dt>{ name }</dt><dd class="num" data-name={key}>{ value }</dd></> }
    };
    let made = run.current();
    let snapshot = snapshot_at(
        run,
        if state.view == View::Train {
            *cursor
        } else {
            u32::MAX
        },
    );
    let distance = match (state.view, made) {
        (View::Sample, Some(made)) => Some((made.samples.distance, made.step)),
        _ => snapshot.map(|snapshot| (snapshot.distance, snapshot.step)),
    };
    let parameters = snapshot.map_or(0, |snapshot| snapshot.weights.len());
    html! {
        <dl>
            if let Some((distance, step)) = distance {
                { row("Samples to held-out points", "distance", small(distance.into())) }
                { row("after training steps", "step", step.to_string()) }
            }
            if let Some(snapshot) = snapshot {
                { row("Other real points to them", "floor", small(snapshot.floor.into())) }
            }
            if let Some(made) = made {
                { row("Ways longer than straight", "detour", format!("{:.2} ×", detour(&made.positions))) }
                { row("Samples took", "took", format!("{:.0} ms", made.samples.ms)) }
            }
            { row("Weights", "weights", parameters.to_string()) }
        </dl>
    }
}

/// A small distance.
fn small(value: f64) -> String {
    format!("{value:.4}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_made_of_means() {
        let losses: Vec<f32> = (0..25).map(|i| i as f32).collect();
        assert_eq!(
            binned(&losses[..4], 100),
            [(0.5, 0.0), (1.5, 1.0), (2.5, 2.0), (3.5, 3.0)]
        );
        let coarse = binned(&losses, 1000);
        assert_eq!(coarse, [(5.0, 4.5), (15.0, 14.5), (22.5, 22.0)]);
        assert!(binned(&[], 100).is_empty());
    }
}
