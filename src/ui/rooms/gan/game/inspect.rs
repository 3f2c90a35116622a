//! The figures of the game: losses, the discriminator's accuracy, how far fakes are from real.

use std::rc::Rc;

use yew::prelude::*;

use super::flow::mean_losses;
use super::run::GameRun;
use crate::models::gan::plane::modes_covered;
use crate::protocol::gan::{Game, GanFrame, Loss};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::equation::Equation;
use crate::ui::content::{self, texts};

/// Points of a curve, about at most.
const CURVE_POINTS: usize = 150;
/// Frames of a mean, at least. One frame’s accuracy is that of one instant on 400 points: its
/// standard deviation is up to 2.5 percent points.
const MEAN_OF: usize = 5;
/// A game of fewer means is drawn frame by frame.
const MEANS: usize = 4;

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

/// The charts, this frame's equation, and what is measured here.
#[component]
pub fn Inspectors(props: &InspectorsProps) -> Html {
    let InspectorsProps { game, run, frame } = props;
    let last = run.ticks().last().map_or(2, |tick| (*tick).max(2));
    let sampling = Sampling::of(run.ticks().len());
    let charts = Charts {
        frames: &run.frames,
        shown: frame.as_deref(),
        last,
        sampling,
    };
    let means = sampling.words();
    let accuracy_hint = match game.loss {
        Loss::Wasserstein => texts::gan::accuracy_critic::HTML,
        _ => texts::gan::accuracy::HTML,
    };
    html! {
        <div class="inspect game-inspect">
            <section class="card">
                <h3>{ "Losses" }</h3>
                { charts.losses() }
                if let Some(means) = &means {
                    <p class="hint">{ means }</p>
                }
            </section>
            <section class="card">
                <h3>{ "Discriminator’s accuracy" }</h3>
                { charts.accuracy(game.loss) }
                <div class="hint">
                    { content::section(accuracy_hint) }
                    if let Some(means) = &means {
                        <p>{ means }</p>
                    }
                </div>
            </section>
            <section class="card">
                <h3>{ "Fakes’ distance to real" }</h3>
                { charts.divergence() }
                { figures(props) }
            </section>
        </div>
    }
}

/// Where a frame stands, in rounds.
pub fn round(frame: &GanFrame) -> f64 {
    f64::from(frame.at.ticks) / 2.0
}

/// How the frames of a game become points of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sampling {
    /// Every so many frames, one is drawn of a curve that is drawn as it is.
    stride: usize,
    /// So many frames make a mean, of a curve that is smoothed.
    mean_of: usize,
}

impl Sampling {
    /// For a game that has, or will have, so many frames: it stays the same while they come in.
    fn of(frames: usize) -> Self {
        let stride = frames.div_ceil(CURVE_POINTS).max(1);
        let mean_of = stride.max(MEAN_OF);
        Self {
            stride,
            mean_of: if frames < MEANS * mean_of { 1 } else { mean_of },
        }
    }

    /// That there are means, if there are.
    fn words(self) -> Option<String> {
        let frames = self.mean_of.to_string();
        (self.mean_of > 1).then(|| content::fill(texts::gan::means::PLAIN, &[("n", &frames)]))
    }
}

/// Some of the frames as they are, and always the last one.
fn samples(
    frames: &[Rc<GanFrame>],
    stride: usize,
    figure: impl Fn(&GanFrame) -> f32,
) -> Vec<(f64, f64)> {
    let last = frames.len().saturating_sub(1);
    let shown = frames.iter().enumerate();
    shown
        .filter(|(i, _)| i % stride == 0 || *i == last)
        .map(|(_, frame)| (round(frame), f64::from(figure(frame))))
        .filter(|(_, y)| y.is_finite())
        .collect()
}

/// Means of `n` frames each, so far as they have the figure. What is left over at the end is told of
/// by a mean of the last `n`.
fn means(frames: &[Rc<GanFrame>], n: usize, figure: impl Fn(&GanFrame) -> f32) -> Vec<(f64, f64)> {
    let mean = |frames: &[Rc<GanFrame>]| {
        let values = samples(frames, 1, &figure);
        let count = values.len() as f64;
        let sum = values
            .iter()
            .fold((0.0, 0.0), |sum, v| (sum.0 + v.0, sum.1 + v.1));
        (count > 0.0).then_some((sum.0 / count, sum.1 / count))
    };
    let is_left_over = frames.len() > n && !frames.len().is_multiple_of(n);
    let newest = is_left_over.then(|| &frames[frames.len() - n..]);
    frames
        .chunks_exact(n)
        .chain(newest)
        .filter_map(mean)
        .collect()
}

/// A number, if there is one.
pub fn number(value: f32, decimals: usize) -> String {
    if value.is_finite() {
        format!("{value:.decimals$}")
    } else {
        "–".into()
    }
}

/// What the charts are drawn of. Curves run over the whole game; messages tell of the shown frame,
/// as the list of figures does.
struct Charts<'a> {
    frames: &'a [Rc<GanFrame>],
    shown: Option<&'a GanFrame>,
    /// The game's last tick.
    last: u32,
    sampling: Sampling,
}

impl Charts<'_> {
    fn smooth(&self, figure: impl Fn(&GanFrame) -> f32) -> Vec<(f64, f64)> {
        means(self.frames, self.sampling.mean_of, figure)
    }

    fn raw(&self, figure: impl Fn(&GanFrame) -> f32) -> Vec<(f64, f64)> {
        samples(self.frames, self.sampling.stride, figure)
    }

    /// A figure of the shown frame.
    fn now(&self, figure: impl Fn(&GanFrame) -> f32, decimals: usize) -> String {
        number(self.shown.map_or(f32::NAN, figure), decimals)
    }

    fn end(&self) -> f64 {
        f64::from(self.last) / 2.0
    }

    /// A message, and whether the curves are of means.
    fn with_means(&self, message: String) -> String {
        match self.sampling.words() {
            Some(means) => format!("{message} {means}"),
            None => message,
        }
    }

    fn chart(&self, lines: Vec<Mark>, y_range: [f64; 2], message: String) -> Html {
        let at = self.shown.map(|frame| Mark::Rule { x: round(frame) });
        let marks: Vec<Mark> = at.into_iter().chain(lines).collect();
        html! {
            <Chart x={Axis::new("rounds", [0.0, self.end()], 4)} y={Axis::new("", y_range, 3)} {marks}
                {message} height={136.0} />
        }
    }

    /// A line, and its name above it or below.
    fn line(
        &self,
        points: Vec<(f64, f64)>,
        tone: Tone,
        name: Option<(&'static str, bool)>,
    ) -> Mark {
        let name = name.filter(|_| !points.is_empty());
        Mark::line(points, tone).named(name.map(|(text, above)| self.label(text, 0.62, above)))
    }

    /// A dashed line across the chart, and its name at its end.
    fn flat(&self, y: f32, tone: Tone, name: Option<&'static str>) -> Mark {
        let y = f64::from(y);
        Mark::line(vec![(0.0, y), (self.end(), y)], tone)
            .dashed()
            .named(name.map(|text| self.label(text, 1.0, true)))
    }

    fn label(&self, text: &'static str, share: f64, above: bool) -> Label {
        let (text, x) = (text.into(), share * self.end());
        Label { text, x, above }
    }

    fn losses(&self) -> Html {
        let of = |who: usize| move |frame: &GanFrame| mean_losses(&frame.losses)[who];
        let (d, g) = (self.smooth(of(0)), self.smooth(of(1)));
        let all = || d.iter().chain(&g).map(|p| p.1);
        let (low, high) = (all().fold(0.0, f64::min), all().fold(0.1, f64::max));
        let values = [("d", &*self.now(of(0), 2)), ("g", &self.now(of(1), 2))];
        let message = self.with_means(content::fill(texts::gan::losses_chart::PLAIN, &values));
        let lines = vec![
            self.line(g, Tone::Accent, Some(("generator", true))),
            self.line(d, Tone::Second, Some(("discriminator", false))),
        ];
        self.chart(lines, [1.1 * low, 1.1 * high], message)
    }

    fn accuracy(&self, loss: Loss) -> Html {
        let real = |frame: &GanFrame| 100.0 * frame.real_accuracy;
        let fake = |frame: &GanFrame| 100.0 * frame.fake_accuracy;
        let values = [("real", &*self.now(real, 0)), ("fake", &self.now(fake, 0))];
        let message = match loss {
            Loss::Wasserstein => content::fill(texts::gan::accuracy_critic_chart::PLAIN, &values),
            _ => content::fill(texts::gan::accuracy_chart::PLAIN, &values),
        };
        let lines = vec![
            self.flat(50.0, Tone::Muted, Some("coin flip")),
            self.line(self.smooth(real), Tone::Second, None),
            self.line(self.smooth(fake), Tone::Accent, None),
        ];
        self.chart(lines, [0.0, 105.0], self.with_means(message))
    }

    /// As it is: a mean would hide that it goes up and down.
    fn divergence(&self) -> Html {
        let floor = self.shown.map(|f| f.divergence).unwrap_or_default();
        let (kl, js) = (
            self.raw(|frame| frame.divergence.kl),
            self.raw(|frame| frame.divergence.js),
        );
        let high = kl.iter().chain(&js).fold(0.1, |high, p| p.1.max(high));
        let values = [
            ("kl", &*self.now(|frame| frame.divergence.kl, 2)),
            ("js", &self.now(|frame| frame.divergence.js, 3)),
            ("klfloor", &self.now(|frame| frame.divergence.kl_floor, 2)),
            ("jsfloor", &self.now(|frame| frame.divergence.js_floor, 3)),
        ];
        let message = content::fill(texts::gan::divergence_chart::PLAIN, &values);
        let lines = vec![
            self.line(kl, Tone::Accent, Some(("KL", true))),
            self.line(js, Tone::Second, Some(("JS", false))),
            self.flat(floor.kl_floor, Tone::Accent, None),
            self.flat(floor.js_floor, Tone::Second, None),
        ];
        self.chart(lines, [0.0, 1.08 * high], message)
    }
}

/// Both players' losses, with the numbers: discriminator's, generator's.
pub fn equations(loss: Loss, [d, g]: [f32; 2]) -> Html {
    use texts::gan;
    let (judge, maker) = match loss {
        Loss::Minimax => (gan::loss_d_log::HTML, gan::loss_g_minimax::HTML),
        Loss::NonSaturating => (gan::loss_d_log::HTML, gan::loss_g_log::HTML),
        Loss::LeastSquares => (gan::loss_d_squares::HTML, gan::loss_g_squares::HTML),
        Loss::Wasserstein => (gan::loss_d_wasserstein::HTML, gan::loss_g_wasserstein::HTML),
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
    let modes = modes_covered(&game.cloud, &frame.fakes);
    let [d, g] = frame.at.updates;
    // The first frame always has its weights.
    let weights = run.frames.first().map_or([0, 0], |first| {
        [first.at.discriminator.len(), first.at.generator.len()]
    });
    html! {
        <dl>
            { row("JS now, of real points", "js", format!("{:.3}, {:.3}", divergence.js, divergence.js_floor)) }
            { row("KL now, of real points", "kl", format!("{:.2}, {:.2}", divergence.kl, divergence.kl_floor)) }
            if let Some((covered, all)) = modes {
                { row("Modes with fakes", "modes", format!("{covered} of {all}")) }
            }
            { row("Updates, D and G", "updates", format!("{d}, {g}")) }
            { row("Weights, D and G", "weights", format!("{}, {}", weights[0], weights[1])) }
            if let Some(speed) = run.speed() {
                { row("Rounds a second, here", "speed", format!("{speed:.0}")) }
            }
        </dl>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::gan::frame;

    /// Rounds 0, 1, 2 and so on, each with its accuracy.
    fn frames(accuracies: &[f32]) -> Vec<Rc<GanFrame>> {
        let ticks = (0..).step_by(2);
        let frames = accuracies.iter().zip(ticks).map(|(accuracy, ticks)| {
            let mut frame = frame(ticks);
            frame.real_accuracy = *accuracy;
            Rc::new(frame)
        });
        frames.collect()
    }

    #[test]
    fn means_use_every_frame() {
        let all = |accuracies: &[f32]| means(&frames(accuracies), 3, |f| f.real_accuracy);
        assert_eq!(
            all(&[0.0, 1.0, 2.0, 3.0, 4.0, 8.0]),
            [(1.0, 1.0), (4.0, 5.0)]
        );
        // Of what is left over, and of frames without the figure.
        assert_eq!(all(&[0.0, 1.0, 2.0, 6.0]), [(1.0, 1.0), (2.0, 3.0)]);
        assert_eq!(all(&[f32::NAN, 1.0, 3.0]), [(1.5, 2.0)]);
        assert_eq!(all(&[f32::NAN; 3]), []);
        assert_eq!(all(&[1.0; 2]), [], "a mean of three takes three");
    }

    #[test]
    fn long_games_are_drawn_of_means_and_short_ones_frame_by_frame() {
        let sampling = |frames| {
            let Sampling { stride, mean_of } = Sampling::of(frames);
            (stride, mean_of)
        };
        assert_eq!(sampling(1), (1, 1));
        assert_eq!(sampling(19), (1, 1));
        assert_eq!(sampling(20), (1, 5));
        assert_eq!(sampling(301), (3, 5));
        assert_eq!(sampling(1200), (8, 8));
        assert_eq!(Sampling::of(19).words(), None);
        let words = Sampling::of(1200).words();
        assert!(words.is_some_and(|words| words.contains("8 frames")));
    }

    #[test]
    fn samples_always_have_the_newest_frame() {
        let rounds = |stride| -> Vec<f64> {
            let points = samples(&frames(&[0.5; 6]), stride, |f| f.real_accuracy);
            points.iter().map(|p| p.0).collect()
        };
        assert_eq!(rounds(2), [0.0, 2.0, 4.0, 5.0]);
        assert_eq!(rounds(5), [0.0, 5.0]);
    }

    /// The transport stands at an early frame while later ones are there already.
    #[test]
    fn messages_tell_of_the_shown_frame() {
        let frames = frames(&[0.25, 0.75]);
        let charts = |shown| Charts {
            frames: &frames,
            shown,
            last: 4,
            sampling: Sampling::of(3),
        };
        let accuracy = |frame: &GanFrame| 100.0 * frame.real_accuracy;
        assert_eq!(charts(Some(&*frames[0])).now(accuracy, 0), "25");
        assert_eq!(charts(None).now(accuracy, 0), "–");
    }
}
