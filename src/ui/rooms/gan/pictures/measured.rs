//! What was measured while the GAN was trained: two charts, and the figures of one snapshot.

use yew::prelude::*;

use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::equation::Equation;
use crate::ui::components::fetched::Fetched;
use crate::ui::components::save::csv_link;
use crate::ui::content::{self, texts};
use crate::weights::timeline::{Point, SCORED, Timeline};

/// Room between the outermost values and the axes, as a factor.
const ROOM: f64 = 1.3;
/// The first update lies this factor left of the first look after it: 0 has no place on an axis
/// of powers.
const START: f64 = 2.0;

/// Properties of [`Measured`].
#[derive(Properties, PartialEq)]
pub struct MeasuredProps {
    /// The timeline.
    pub fetched: Fetched<Timeline>,
    /// Tries again to fetch it.
    pub on_retry: Callback<MouseEvent>,
    /// Updates before the snapshot in view.
    pub step: Option<u32>,
}

/// Which figure.
#[derive(Clone, Copy, PartialEq)]
enum Figure {
    Accuracy,
    Fid,
}

/// The charts, and what was measured at the snapshot in view.
#[component]
pub fn Measured(props: &MeasuredProps) -> Html {
    let point = props.step.zip(props.fetched.ready());
    let point = point.and_then(|(step, timeline)| timeline.at(step).copied());
    html! {
        <>
            <section class="card measured" aria-labelledby="measured-title" data-timeline={props.fetched.id()}>
                <h3 id="measured-title">{ texts::gan_pictures::measured::TITLE }</h3>
                { props.fetched.show(
                    |timeline| charts(timeline, props.step),
                    texts::gan_pictures::measured_failed::PLAIN,
                    &props.on_retry,
                ) }
            </section>
            if let Some(point) = point { { figures(&point) } }
        </>
    }
}

fn charts(timeline: &Timeline, step: Option<u32>) -> Html {
    let n = timeline.points.iter().map(|point| point.n).max();
    let values = [
        ("n", n.unwrap_or_default().to_string()),
        ("scored", SCORED.to_string()),
    ];
    html! {
        <>
            <div class="measured-charts">
                { for [Figure::Accuracy, Figure::Fid].map(|figure| chart(timeline, step, figure)) }
            </div>
            <p class="fewer-key" aria-hidden="true">
                <span><i class="accent" />{ "right, of both kinds; FID of the fakes" }</span>
                <span><i class="second" />{ "real taken for real" }</span>
                <span><i class="second dashed" />{ "fakes taken for fake" }</span>
                <span><i class="muted dashed" />{ "coin flip; FID of real digits" }</span>
            </p>
            <p class="hint">{ content::fill(texts::gan_pictures::measured_how::PLAIN, &values) }{ " " }
                { csv_link(&csv(timeline), "genscope-gan-timeline.csv") }
            </p>
        </>
    }
}

/// Right answers to as many real digits as fakes, `0..=1`.
fn both(point: &Point) -> f64 {
    f64::midpoint(point.real_accuracy, point.fake_accuracy)
}

/// Where a step lies on an axis of powers that begins at `start`.
fn along(step: u32, start: f64) -> f64 {
    f64::from(step).max(start)
}

/// The left end of the axis of steps.
fn start(timeline: &Timeline) -> f64 {
    let first = timeline.points.iter().find(|point| point.step > 0);
    first.map_or(1.0, |point| f64::from(point.step) / START)
}

fn line(timeline: &Timeline, value: impl Fn(&Point) -> f64, tone: Tone, dashed: bool) -> Mark {
    let start = start(timeline);
    let points = timeline.points.iter();
    Mark::line(
        points.map(|p| (along(p.step, start), value(p))).collect(),
        tone,
    )
    .dashed_if(dashed)
}

fn chart(timeline: &Timeline, step: Option<u32>, figure: Figure) -> Html {
    let start = start(timeline);
    let last = timeline.points.last().map_or(0, |point| point.step);
    let x = Axis::powers(
        "training steps, from 0 at the left end",
        [start, ROOM * along(last, START * start)],
    );
    let (y, mut marks) = match figure {
        Figure::Accuracy => accuracy(timeline),
        Figure::Fid => distance(timeline),
    };
    if let Some(step) = step {
        marks.push(Mark::Rule {
            x: along(step, start),
        });
    }
    if let Some(point) = step.and_then(|step| timeline.at(step)) {
        marks.push(Mark::Point {
            x: along(point.step, start),
            y: match figure {
                Figure::Accuracy => 100.0 * both(point),
                Figure::Fid => point.fid,
            },
            tone: Tone::Accent,
        });
    }
    let log = [true, figure == Figure::Fid];
    html! { <Chart {x} {y} {marks} {log} height={200.0} message={message(timeline, step, figure)} /> }
}

fn accuracy(timeline: &Timeline) -> (Axis, Vec<Mark>) {
    let y = Axis {
        label: "% right: the discriminator".into(),
        range: [0.0, 115.0],
        ticks: vec![0.0, 25.0, 50.0, 75.0, 100.0],
    };
    let percent = |value: fn(&Point) -> f64| move |point: &Point| 100.0 * value(point);
    let marks = vec![
        line(timeline, |_| 50.0, Tone::Muted, true),
        line(timeline, percent(|p| p.real_accuracy), Tone::Second, false),
        line(timeline, percent(|p| p.fake_accuracy), Tone::Second, true),
        line(timeline, percent(both), Tone::Accent, false),
    ];
    (y, marks)
}

fn distance(timeline: &Timeline) -> (Axis, Vec<Mark>) {
    let values = || timeline.points.iter().flat_map(|p| [p.fid, p.floor]);
    let low = values().fold(f64::INFINITY, f64::min) / ROOM;
    // The axis's name needs some room above the line.
    let high = ROOM * ROOM * values().fold(low, f64::max);
    let marks = vec![
        line(timeline, |p| p.floor, Tone::Muted, true),
        line(timeline, |p| p.fid, Tone::Accent, false),
    ];
    (Axis::powers("FID: less is better", [low, high]), marks)
}

/// What a chart shows, in words and numbers.
fn message(timeline: &Timeline, step: Option<u32>, figure: Figure) -> String {
    let rows = timeline.points.iter().map(|point| match figure {
        Figure::Accuracy => format!(
            "{}: {:.0} % of real, {:.0} % of fakes",
            point.step,
            100.0 * point.real_accuracy,
            100.0 * point.fake_accuracy
        ),
        Figure::Fid => format!("{}: {:.1}", point.step, point.fid),
    });
    let floor = timeline.points.last().map_or(0.0, |point| point.floor);
    let values = [
        ("rows", rows.collect::<Vec<_>>().join("; ")),
        ("floor", format!("{floor:.1}")),
        ("step", step.unwrap_or_default().to_string()),
    ];
    match figure {
        Figure::Accuracy => content::fill(texts::gan_pictures::measured_accuracy::PLAIN, &values),
        Figure::Fid => content::fill(texts::gan_pictures::measured_fid::PLAIN, &values),
    }
}

/// What was measured at one snapshot.
fn figures(point: &Point) -> Html {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let rows = [
        ("Updates of each player", point.step.to_string()),
        ("Real digits seen", point.images.to_string()),
        ("Real taken for real", percent(point.real_accuracy)),
        ("Fakes taken for fake", percent(point.fake_accuracy)),
        ("Right, of both kinds", percent(both(point))),
        ("Fakes read as wanted", percent(point.class_accuracy)),
        (
            "FID, of real digits",
            format!("{:.1}, {:.1}", point.fid, point.floor),
        ),
    ];
    html! {
        <section class="card pics-figures" aria-labelledby="figures-title" data-figures={point.step.to_string()}>
            <h3 id="figures-title">{ texts::gan_pictures::figures::TITLE }</h3>
            <dl>{ for rows.map(|(name, value)| html! { <><dt>{ name }</dt><dd class="num">{ value }</dd></> }) }</dl>
            { match point.losses {
                Some([discriminator, generator]) => html! {
                    <Equation formula={texts::gan_pictures::losses::HTML}
                        values={vec![("d", discriminator), ("g", generator)]} />
                },
                None => html! { <p class="hint">{ texts::gan_pictures::losses_none::PLAIN }</p> },
            } }
            <div class="hint">{ content::section(texts::gan_pictures::losses_how::HTML) }</div>
        </section>
    }
}

/// One line a point.
fn csv(timeline: &Timeline) -> String {
    let head = "step,images,loss_discriminator,loss_generator,real_accuracy,fake_accuracy,samples,\
                class_accuracy,fid,floor\n";
    let rows = timeline.points.iter().map(|p| {
        let loss = |of: usize| {
            p.losses
                .map(|losses| losses[of].to_string())
                .unwrap_or_default()
        };
        format!(
            "{},{},{},{},{},{},{},{},{},{}\n",
            p.step,
            p.images,
            loss(0),
            loss(1),
            p.real_accuracy,
            p.fake_accuracy,
            p.n,
            p.class_accuracy,
            p.fid,
            p.floor
        )
    });
    std::iter::once(head.to_owned()).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u32, fid: f64) -> Point {
        Point {
            step,
            images: 64 * u64::from(step),
            losses: (step > 0).then_some([1.25, -0.5]),
            real_accuracy: 0.25,
            fake_accuracy: 0.75,
            n: 500,
            class_accuracy: 0.5,
            fid,
            floor: 2.5,
        }
    }

    fn timeline() -> Timeline {
        Timeline {
            snapshots: vec![],
            points: vec![point(0, 900.0), point(20, 100.0), point(400, 8.0)],
        }
    }

    #[test]
    fn messages_hold_the_numbers_and_leave_nothing_open() {
        let accuracy = message(&timeline(), Some(20), Figure::Accuracy);
        for part in ["20: 25 % of real, 75 % of fakes", "400: 25 %"] {
            assert!(accuracy.contains(part), "{accuracy}");
        }
        let fid = message(&timeline(), Some(20), Figure::Fid);
        for part in ["0: 900.0", "400: 8.0", "2.5"] {
            assert!(fid.contains(part), "{fid}");
        }
        assert!(
            !accuracy.contains('{') && !fid.contains('{'),
            "{accuracy} {fid}"
        );
    }

    #[test]
    fn the_start_has_a_place_on_the_axis_of_powers() {
        let timeline = timeline();
        assert_eq!(start(&timeline), 10.0);
        let Mark::Line { points, .. } = line(&timeline, |p| p.fid, Tone::Accent, false) else {
            panic!("no line")
        };
        assert_eq!(points, [(10.0, 900.0), (20.0, 100.0), (400.0, 8.0)]);
    }

    #[test]
    fn the_file_has_a_row_for_each_look() {
        let csv = csv(&timeline());
        let rows: Vec<_> = csv.lines().collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[1], "0,0,,,0.25,0.75,500,0.5,900,2.5");
        assert_eq!(rows[2], "20,1280,1.25,-0.5,0.25,0.75,500,0.5,100,2.5");
        let columns = rows[0].split(',').count();
        assert!(rows.iter().all(|row| row.split(',').count() == columns));
    }
}
