//! The figures of the game: losses, the discriminator's accuracy, how far fakes are from real.

use std::rc::Rc;

use yew::prelude::*;

use super::flow::mean_losses;
use super::run::GameRun;
use crate::protocol::gan::{Game, GanFrame, Loss};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::equation::Equation;
use crate::ui::content;

/// Points of a curve at most.
const CURVE_POINTS: usize = 150;

/// Properties of [`Inspectors`].
#[derive(PartialEq, Properties)]
pub struct InspectorsProps {
    /// The rules.
    pub game: Game,
    /// What has been played.
    pub run: GameRun,
    /// The frame that is shown.
    pub frame: Option<Rc<GanFrame>>,
}

/// A curve of the game.
struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
    tone: Tone,
    dashed: bool,
}

/// The charts, this frame's equation, and what is measured here.
#[component]
pub fn Inspectors(props: &InspectorsProps) -> Html {
    let InspectorsProps { game, run, frame } = props;
    let last = run.ticks().last().map_or(2, |tick| (*tick).max(2));
    let at = frame.as_ref().map(|frame| round(frame));
    html! {
        <div class="inspect game-inspect">
            <section class="card">
                <h4>{ "Losses" }</h4>
                { losses(run, last, at) }
            </section>
            <section class="card">
                <h4>{ "Discriminator’s accuracy" }</h4>
                { accuracy(run, last, at) }
                if game.loss == Loss::Wasserstein {
                    <div class="hint">{ content::section("gan", "accuracy.critic") }</div>
                } else {
                    <div class="hint">{ content::section("gan", "accuracy") }</div>
                }
            </section>
            <section class="card">
                <h4>{ "Fakes’ distance to real" }</h4>
                { divergence(run, last, at) }
                { figures(props) }
            </section>
        </div>
    }
}

/// Where a frame stands, in rounds.
pub fn round(frame: &GanFrame) -> f64 {
    f64::from(frame.at.ticks) / 2.0
}

/// A figure of evenly many frames.
fn points(run: &GameRun, figure: impl Fn(&GanFrame) -> f32) -> Vec<(f64, f64)> {
    let stride = run.frames.len().div_ceil(CURVE_POINTS).max(1);
    let last = run.frames.len().saturating_sub(1);
    let shown = run.frames.iter().enumerate();
    shown
        .filter(|(i, _)| i % stride == 0 || *i == last)
        .map(|(_, frame)| (round(frame), f64::from(figure(frame))))
        .filter(|(_, y)| y.is_finite())
        .collect()
}

fn chart(
    curves: Vec<Curve>,
    last: u32,
    at: Option<f64>,
    y_range: [f64; 2],
    message: String,
) -> Html {
    let end = f64::from(last) / 2.0;
    let mut marks: Vec<Mark> = at.map(|x| Mark::Rule { x }).into_iter().collect();
    for (number, curve) in curves.into_iter().enumerate() {
        let label = (!curve.name.is_empty() && !curve.points.is_empty()).then(|| Label {
            text: curve.name.into(),
            x: if curve.dashed { end } else { 0.62 * end },
            above: number % 2 == 0,
        });
        marks.push(Mark::Line {
            points: curve.points,
            tone: curve.tone,
            dashed: curve.dashed,
            label,
        });
    }
    html! {
        <Chart x={Axis::new("rounds", [0.0, end], 4)} y={Axis::new("", y_range, 3)} {marks} {message}
            height={136.0} />
    }
}

fn losses(run: &GameRun, last: u32, at: Option<f64>) -> Html {
    let of = |who: usize| points(run, |frame| mean_losses(&frame.losses)[who]);
    let (d, g) = (of(0), of(1));
    let all = || d.iter().chain(&g).map(|p| p.1);
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.1, f64::max));
    let now = |points: &[(f64, f64)]| points.last().map_or("–".into(), |p| format!("{:.2}", p.1));
    let message = content::fill("gan", "losses.chart", &[("d", &now(&d)), ("g", &now(&g))]);
    let curve = |name, points, tone| Curve {
        name,
        points,
        tone,
        dashed: false,
    };
    let curves = vec![
        curve("generator", g, Tone::Accent),
        curve("discriminator", d, Tone::Second),
    ];
    chart(curves, last, at, [1.1 * low, 1.1 * high], message)
}

fn accuracy(run: &GameRun, last: u32, at: Option<f64>) -> Html {
    let (real, fake) = (
        points(run, |frame| 100.0 * frame.real_accuracy),
        points(run, |frame| 100.0 * frame.fake_accuracy),
    );
    let now = |points: &[(f64, f64)]| points.last().map_or("–".into(), |p| format!("{:.0}", p.1));
    let values = [("real", now(&real)), ("fake", now(&fake))];
    let message = content::fill(
        "gan",
        "accuracy.chart",
        &values.each_ref().map(|(k, v)| (*k, v.as_str())),
    );
    let half = vec![(0.0, 50.0), (f64::from(last) / 2.0, 50.0)];
    let curves = vec![
        Curve {
            name: "coin flip",
            points: half,
            tone: Tone::Muted,
            dashed: true,
        },
        Curve {
            name: "",
            points: real,
            tone: Tone::Second,
            dashed: false,
        },
        Curve {
            name: "",
            points: fake,
            tone: Tone::Accent,
            dashed: false,
        },
    ];
    chart(curves, last, at, [0.0, 105.0], message)
}

fn divergence(run: &GameRun, last: u32, at: Option<f64>) -> Html {
    let (kl, js) = (
        points(run, |frame| frame.divergence.kl),
        points(run, |frame| frame.divergence.js),
    );
    let floor = run
        .frames
        .last()
        .map(|frame| frame.divergence)
        .unwrap_or_default();
    let high = kl.iter().chain(&js).fold(0.1, |high, p| p.1.max(high));
    let now = |points: &[(f64, f64)]| points.last().map_or("–".into(), |p| format!("{:.2}", p.1));
    let values = [
        ("kl", now(&kl)),
        ("js", now(&js)),
        ("klfloor", format!("{:.2}", floor.kl_floor)),
        ("jsfloor", format!("{:.2}", floor.js_floor)),
    ];
    let message = content::fill(
        "gan",
        "divergence.chart",
        &values.each_ref().map(|(k, v)| (*k, v.as_str())),
    );
    let end = f64::from(last) / 2.0;
    let flat = |y: f32| vec![(0.0, f64::from(y)), (end, f64::from(y))];
    let curves = vec![
        Curve {
            name: "KL",
            points: kl,
            tone: Tone::Accent,
            dashed: false,
        },
        Curve {
            name: "JS",
            points: js,
            tone: Tone::Second,
            dashed: false,
        },
        Curve {
            name: "",
            points: flat(floor.kl_floor),
            tone: Tone::Accent,
            dashed: true,
        },
        Curve {
            name: "",
            points: flat(floor.js_floor),
            tone: Tone::Second,
            dashed: true,
        },
    ];
    chart(curves, last, at, [0.0, 1.08 * high], message)
}

/// Both players' losses, with the numbers: discriminator's, generator's.
pub fn equations(loss: Loss, [d, g]: [f32; 2]) -> Html {
    let (judge, maker) = match loss {
        Loss::Minimax => (
            content::html("gan", "loss.d.log"),
            content::html("gan", "loss.g.minimax"),
        ),
        Loss::NonSaturating => (
            content::html("gan", "loss.d.log"),
            content::html("gan", "loss.g.log"),
        ),
        Loss::LeastSquares => (
            content::html("gan", "loss.d.squares"),
            content::html("gan", "loss.g.squares"),
        ),
        Loss::Wasserstein => (
            content::html("gan", "loss.d.wasserstein"),
            content::html("gan", "loss.g.wasserstein"),
        ),
    };
    // In one player's half the other has no loss.
    let shown = |value: f32, other: f32| value.is_finite() || !other.is_finite();
    html! {
        <div class="game-equations">
            if shown(d, g) { <Equation formula={judge} values={vec![("d", f64::from(d))]} /> }
            if shown(g, d) { <Equation formula={maker} values={vec![("g", f64::from(g))]} /> }
        </div>
    }
}

/// What was measured of the shown frame, and here and now.
fn figures(props: &InspectorsProps) -> Html {
    let InspectorsProps { game, run, frame } = props;
    let row = |name: &'static str, key: &'static str, value: String| {
        html! { <><dt>{ name }</dt><dd class="num" data-name={key}>{ value }</dd></> }
    };
    let Some(frame) = frame else {
        return Html::default();
    };
    let divergence = frame.divergence;
    let modes = crate::models::gan::plane::modes_covered(&game.cloud, &frame.fakes);
    let [d, g] = frame.at.updates;
    html! {
        <dl>
            { row("JS now, of real points", "js", format!("{:.3}, {:.3}", divergence.js, divergence.js_floor)) }
            { row("KL now, of real points", "kl", format!("{:.2}, {:.2}", divergence.kl, divergence.kl_floor)) }
            if let Some((covered, all)) = modes {
                { row("Modes with fakes", "modes", format!("{covered} of {all}")) }
            }
            { row("Updates, D and G", "updates", format!("{d}, {g}")) }
            { row("Weights, D and G", "weights",
                format!("{}, {}", frame.at.discriminator.len(), frame.at.generator.len())) }
            if let Some(speed) = run.speed() {
                { row("Rounds a second, here", "speed", format!("{speed:.0}")) }
            }
        </dl>
    }
}
