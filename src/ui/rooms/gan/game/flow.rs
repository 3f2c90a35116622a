//! The whole system as data flows through it: noise, generator, fakes beside real points,
//! discriminator, verdicts, loss, and on the way back the gradient.
//!
//! While the game is played it shows the newest frame. In slow motion it shows one half, and what
//! is going on now is marked.

use std::rc::Rc;

use yew::prelude::*;

use super::inspect::{equations, number};
use super::slow::{Moment, Stage};
use super::stage::{beliefs, dots, frame_limit, mean, noise_points};
use crate::models::gan::plane::{noise_vectors, streams};
use crate::protocol::gan::{Game, GanFrame, Half, Loss, Player};
use crate::ui::components::chart::Tone;
use crate::ui::components::plane_view::PlaneView;
use crate::ui::content::{self, texts};

/// Noise vectors that are shown while the game is played.
const NOISE_SHOWN: usize = 128;
/// Bars of the verdicts' histogram.
const BINS: usize = 12;
/// Gradients from the size that leaves a layer's bar empty to 1, which fills it, in powers of ten:
/// always the same, so that a gradient that has vanished is seen to have. `flow.bars` tells of it.
const GRADIENT_DECADES: f32 = 6.0;

/// Properties of [`Flow`].
#[derive(PartialEq, Properties)]
pub struct FlowProps {
    /// The rules.
    pub game: Game,
    /// What is shown, while the game is played.
    pub frame: Option<Rc<GanFrame>>,
    /// Real points beside the fakes.
    pub reals: Rc<Vec<f32>>,
    /// What is shown in slow motion.
    pub moment: Option<Moment>,
}

/// Both players and what flows between them.
#[component]
pub fn Flow(props: &FlowProps) -> Html {
    let game = &props.game;
    let noise = use_memo((game.noise, game.noise_dims, game.seed), |_| {
        noise_vectors(game, NOISE_SHOWN, streams::SHOWN, 0)
    });
    let flowing = Flowing::new(props, &noise);
    let moment = props.moment.as_ref();
    let (stage, half) = (moment.map(|m| m.stage), moment.map(|m| m.half));
    let is_on = |part| stage.zip(half).is_some_and(|(s, h)| on(part, s, h));
    let back = stage == Some(Stage::Back);
    let part = |part: Part, title: &'static str, inside: Html| {
        let class = classes!(
            "flow-part",
            part.id(),
            is_on(part).then_some("on"),
            (back && is_on(part)).then_some("back")
        );
        html! { <li {class}><h3>{ title }</h3>{ inside }</li> }
    };
    html! {
        <div class={classes!("flow", moment.is_some().then_some("slow"))} data-stage={stage.map(Stage::id)}
            data-half={half.map(half_id)}>
            <ol aria-label={texts::gan::flow::TITLE}>
                { part(Part::Noise, "Noise z", sheet(&flowing.noise, None, "Noise vectors")) }
                { part(Part::Generator, "Generator", network(&game.generator, game.noise_dims, 2,
                    flowing.gradients(Half::Generator))) }
                { part(Part::Points, "Fakes and real", sheet(&flowing.reals, Some(&flowing.fakes),
                    if flowing.reals.is_empty() { "Fakes" } else { "Fakes beside real points" })) }
                { part(Part::Discriminator, "Discriminator", network(&game.discriminator, 2, 1,
                    flowing.gradients(Half::Discriminator))) }
                { part(Part::Verdicts, "Verdicts", flowing.verdicts(game.loss)) }
                { part(Part::Loss, "Loss", flowing.losses()) }
            </ol>
            if let Some(moment) = moment {
                <div class="flow-words" role="status">{ words(moment) }{ for notes(moment) }</div>
            }
            { equations(game.loss, flowing.losses) }
        </div>
    }
}

/// A part of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Noise,
    Generator,
    Points,
    Discriminator,
    Verdicts,
    Loss,
}

impl Part {
    fn id(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Generator => "generator",
            Self::Points => "points",
            Self::Discriminator => "discriminator",
            Self::Verdicts => "verdicts",
            Self::Loss => "loss",
        }
    }
}

fn half_id(half: Half) -> &'static str {
    match half {
        Half::Discriminator => "discriminator",
        Half::Generator => "generator",
    }
}

/// Is this part at work in this stage?
fn on(part: Part, stage: Stage, half: Half) -> bool {
    let is_makers = half == Half::Generator;
    match stage {
        Stage::Draw => part == Part::Noise || (part == Part::Points && !is_makers),
        Stage::Fakes => matches!(part, Part::Generator | Part::Points),
        Stage::Scores => matches!(part, Part::Discriminator | Part::Verdicts),
        Stage::Loss => part == Part::Loss,
        // The discriminator's gradient ends in it; the generator's goes on through it.
        Stage::Back => match part {
            Part::Loss | Part::Verdicts | Part::Discriminator => true,
            Part::Points | Part::Generator => is_makers,
            Part::Noise => false,
        },
        Stage::Moved if is_makers => part == Part::Generator,
        Stage::Moved => part == Part::Discriminator,
    }
}

/// What flows at the moment, so far as it is there by now.
struct Flowing {
    noise: Rc<Vec<f32>>,
    reals: Rc<Vec<f32>>,
    fakes: Rc<Vec<f32>>,
    real_scores: Vec<f32>,
    fake_scores: Vec<f32>,
    /// The score that divides real from fake.
    limit: f32,
    /// Discriminator's, generator's; NaN for one that is not there.
    losses: [f32; 2],
    /// Whose weights' gradients, from the layer next to the input.
    gradients: Option<(Half, Vec<f32>)>,
}

impl Flowing {
    fn new(props: &FlowProps, noise: &[f32]) -> Self {
        let dims = props.game.noise_dims as usize;
        match &props.moment {
            Some(moment) => Self::slow(moment, props.game.loss, dims),
            None => Self::played(props, noise, dims),
        }
    }

    fn played(props: &FlowProps, noise: &[f32], dims: usize) -> Self {
        let frame = props.frame.as_ref();
        Self {
            noise: Rc::new(noise_points(noise, dims)),
            reals: props.reals.clone(),
            fakes: Rc::new(frame.map(|f| f.fakes.clone()).unwrap_or_default()),
            real_scores: frame.map(|f| f.real_scores.clone()).unwrap_or_default(),
            fake_scores: frame.map(|f| f.fake_scores.clone()).unwrap_or_default(),
            limit: frame.map_or(f32::NAN, |f| frame_limit(props.game.loss, f)),
            losses: frame.map_or([f32::NAN; 2], |f| mean_losses(&f.losses)),
            gradients: None,
        }
    }

    /// What has not come yet in this half is not shown yet.
    fn slow(moment: &Moment, loss: Loss, dims: usize) -> Self {
        let detail = moment.frame.detail.clone().unwrap_or_default();
        let has = |stage| moment.stage >= stage;
        let from = |stage, values| if has(stage) { values } else { Vec::new() };
        let cost = if has(Stage::Loss) {
            detail.loss
        } else {
            f32::NAN
        };
        Self {
            noise: Rc::new(noise_points(&detail.noise, dims)),
            reals: Rc::new(detail.reals),
            fakes: Rc::new(from(Stage::Fakes, detail.fakes)),
            real_scores: from(Stage::Scores, detail.real_scores),
            fake_scores: from(Stage::Scores, detail.fake_scores),
            limit: moment.limit(loss),
            losses: match moment.half {
                Half::Discriminator => [cost, f32::NAN],
                Half::Generator => [f32::NAN, cost],
            },
            gradients: has(Stage::Back).then_some((moment.half, detail.gradients)),
        }
    }

    fn gradients(&self, half: Half) -> Option<&[f32]> {
        let (whose, gradients) = self.gradients.as_ref()?;
        (*whose == half).then_some(gradients.as_slice())
    }

    /// How many of the scores are how real, of real points and of fakes.
    fn verdicts(&self, loss: Loss) -> Html {
        let both = [self.real_scores.as_slice(), &self.fake_scores].concat();
        let mut fakes = beliefs(loss, &both, self.limit);
        let reals: Vec<f32> = fakes.drain(..self.real_scores.len()).collect();
        let is_critic = loss == Loss::Wasserstein;
        let (text, ends, [real, fake]) = if is_critic {
            let means = [&self.real_scores, &self.fake_scores].map(|scores| mean(scores));
            (
                texts::gan::flow_scores_critic::PLAIN,
                ["low", "high"],
                means,
            )
        } else {
            let means = [&reals, &fakes].map(|beliefs| mean(beliefs));
            (texts::gan::flow_verdicts::PLAIN, ["fake", "real"], means)
        };
        let values = [
            ("real", told(real, is_critic)),
            ("fake", told(fake, is_critic)),
        ];
        let label = content::fill(text, &values);
        let (reals, fakes) = (histogram(&reals), histogram(&fakes));
        let most = reals.iter().chain(&fakes).copied().fold(1, u32::max);
        html! {
            <>
                <svg class="verdict-bars" viewBox="0 0 96 56" role="img" aria-label={label}
                    preserveAspectRatio="none">
                    { bars(&reals, most, "tone-second") }
                    { bars(&fakes, most, "tone-accent") }
                </svg>
                <p class="ends" aria-hidden="true">{ for ends.map(|end| html! { <span>{ end }</span> }) }</p>
            </>
        }
    }

    fn losses(&self) -> Html {
        let [d, g] = self.losses;
        let row = |name: &'static str, value: f32| {
            html! { <><dt>{ name }</dt><dd class="num">{ number(value, 3) }</dd></> }
        };
        html! { <dl>{ row("D", d) }{ row("G", g) }</dl> }
    }
}

/// The means over rounds, of those that were played.
pub fn mean_losses(losses: &[[f32; 2]]) -> [f32; 2] {
    [0, 1].map(|who| {
        let losses = losses.iter().map(|l| l[who]);
        let played: Vec<f32> = losses.filter(|l| !l.is_nan()).collect();
        mean(&played)
    })
}

/// A mean score of a critic's, or a share in whole percent.
fn told(mean: f32, is_critic: bool) -> String {
    match mean {
        _ if !mean.is_finite() => "none".into(),
        _ if is_critic => format!("{mean:.2}"),
        _ => format!("{:.0} %", 100.0 * mean),
    }
}

/// How many of the values, `0..=1`, are in each of equal parts.
fn histogram(values: &[f32]) -> [u32; BINS] {
    let mut counts = [0; BINS];
    for value in values {
        counts[((value * BINS as f32) as usize).min(BINS - 1)] += 1;
    }
    counts
}

fn bars(counts: &[u32; BINS], most: u32, tone: &'static str) -> Html {
    const WIDTH: f32 = 96.0 / BINS as f32;
    let bar = |(i, count): (usize, &u32)| {
        let height = 54.0 * *count as f32 / most as f32;
        html! {
            <rect class={tone} x={format!("{:.1}", i as f32 * WIDTH + 0.5)} width={format!("{:.1}", WIDTH - 1.0)}
                y={format!("{:.1}", 56.0 - height)} height={format!("{height:.1}")} />
        }
    };
    counts.iter().enumerate().map(bar).collect()
}

/// Points on a small sheet, and others over them.
fn sheet(below: &Rc<Vec<f32>>, above: Option<&Rc<Vec<f32>>>, label: &'static str) -> Html {
    let (tone, strength) = if above.is_some() {
        (Tone::Second, 0.6)
    } else {
        (Tone::Muted, 0.8)
    };
    let mut layers = vec![dots(below, tone, strength)];
    layers.extend(above.map(|points| dots(points, Tone::Accent, 0.8)));
    html! { <PlaneView {layers} {label} /> }
}

/// A network's layers, and how large the gradient is in each.
fn network(player: &Player, inputs: u32, outputs: u32, gradients: Option<&[f32]>) -> Html {
    let mut widths = vec![inputs];
    widths.extend(std::iter::repeat_n(player.width, player.layers as usize));
    widths.push(outputs);
    let shape: Vec<String> = widths.iter().map(u32::to_string).collect();
    let most = gradients.map_or(0.0, |all| all.iter().copied().fold(0.0, f32::max));
    let bar = |number: usize| {
        let gradient = gradients.and_then(|all| all.get(number));
        let style = format!("--share:{:.3}", gradient.map_or(0.0, |g| filled(*g)));
        html! { <i {style} /> }
    };
    html! {
        <>
            <div class="layers" aria-hidden="true">{ for (0..widths.len() - 1).map(bar) }</div>
            <p class="num shape">{ shape.join("–") }</p>
            if gradients.is_some() {
                <p class="num gradient">{ format!("gradient {most:.1e}") }</p>
            }
        </>
    }
}

/// How much of its bar a gradient fills, on a log scale, `0..=1`.
fn filled(gradient: f32) -> f32 {
    let decades = gradient.max(f32::MIN_POSITIVE).log10() / GRADIENT_DECADES;
    (1.0 + decades).clamp(0.0, 1.0)
}

/// Which update is shown, and, once there are gradients, how they are drawn.
fn notes(moment: &Moment) -> Option<Html> {
    let bars = (moment.stage >= Stage::Back).then(|| texts::gan::flow_bars::PLAIN.to_owned());
    let notes: Vec<_> = moment.which_update().into_iter().chain(bars).collect();
    (!notes.is_empty()).then(|| html! { <p class="hint">{ notes.join(" ") }</p> })
}

/// What happens in this stage.
fn words(moment: &Moment) -> Html {
    use texts::gan;
    content::section(match (moment.half, moment.stage) {
        (Half::Discriminator, Stage::Draw) => gan::flow_d_draw::HTML,
        (Half::Discriminator, Stage::Fakes) => gan::flow_d_fakes::HTML,
        (Half::Discriminator, Stage::Scores) => gan::flow_d_scores::HTML,
        (Half::Discriminator, Stage::Loss) => gan::flow_d_loss::HTML,
        (Half::Discriminator, Stage::Back) => gan::flow_d_back::HTML,
        (Half::Discriminator, Stage::Moved) => gan::flow_d_moved::HTML,
        (Half::Generator, Stage::Draw) => gan::flow_g_draw::HTML,
        (Half::Generator, Stage::Fakes) => gan::flow_g_fakes::HTML,
        (Half::Generator, Stage::Scores) => gan::flow_g_scores::HTML,
        (Half::Generator, Stage::Loss) => gan::flow_g_loss::HTML,
        (Half::Generator, Stage::Back) => gan::flow_g_back::HTML,
        (Half::Generator, Stage::Moved) => gan::flow_g_moved::HTML,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_reaches_the_generator_only_in_its_own_half() {
        let (d, g) = (Half::Discriminator, Half::Generator);
        for (part, reached) in [
            (Part::Loss, [true, true]),
            (Part::Discriminator, [true, true]),
            (Part::Points, [false, true]),
            (Part::Generator, [false, true]),
            (Part::Noise, [false, false]),
        ] {
            assert_eq!([d, g].map(|half| on(part, Stage::Back, half)), reached);
        }
        let moved = [d, g].map(|half| on(Part::Discriminator, Stage::Moved, half));
        assert_eq!(moved, [true, false]);
    }

    #[test]
    fn losses_are_means_of_what_was_played() {
        let losses = [[1.0, f32::NAN], [2.0, 0.5]];
        assert_eq!(mean_losses(&losses), [1.5, 0.5]);
        assert!(mean_losses(&[]).iter().all(|l| l.is_nan()));
    }

    #[test]
    fn histograms_count_all() {
        let counts = histogram(&[0.0, 0.5, 1.0, 0.99]);
        assert_eq!((counts[0], counts[BINS / 2], counts[BINS - 1]), (1, 1, 2));
        assert_eq!(told(0.256, false), "26 %");
        assert_eq!([true, false].map(|is| told(f32::NAN, is)), ["none", "none"]);
    }

    /// A bar tells how large a gradient is, not only which is the largest.
    #[test]
    fn a_vanished_gradient_leaves_its_bar_empty() {
        assert_eq!([1e-9, 1e-6, 1.0, 7.0].map(filled), [0.0, 0.0, 1.0, 1.0]);
        assert!((filled(1e-3) - 0.5).abs() < 1e-6);
        assert_eq!([0.0, f32::NAN].map(filled), [0.0, 0.0]);
    }
}
