//! What the stage shows of a frame: real points, fakes, the discriminator's view, the generator's
//! grid, the pull on each fake; and the words for it.

use std::rc::Rc;

use yew::prelude::*;

use super::slow::{Moment, Stage};
use crate::data::points::EXTENT;
use crate::models::gan::loss::{sigmoid, threshold};
use crate::models::gan::plane::{NOISE_SIDE, SHOWN, streams};
use crate::protocol::gan::{Game, GanFrame, Half, Loss};
use crate::ui::components::chart::Tone;
use crate::ui::components::plane_view::Layer;
use crate::ui::content::{self, texts};
use crate::ui::state::gan::Shown;

/// A pull of this length is drawn this long; longer ones are shortened.
const PULL_UNIT: f32 = 1.0;
const PULL_DRAWN: f32 = 0.35;

/// Real points to look at, `[n, 2]`; the same in every frame of a game.
pub fn reals(game: &Game) -> Rc<Vec<f32>> {
    Rc::new(game.cloud.points(SHOWN, game.seed, streams::SHOWN, 1))
}

/// The layers that are switched on, from back to front.
pub fn layers(game: &Game, shown: Shown, frame: &GanFrame, reals: &Rc<Vec<f32>>) -> Vec<Layer> {
    let [has_reals, has_fakes, has_scores, has_grid, has_pulls] = shown.0;
    let (loss, fakes) = (game.loss, Rc::new(frame.fakes.clone()));
    let layers = [
        has_scores.then(|| heat(loss, &frame.scores, frame_limit(loss, frame))),
        has_grid.then(|| mesh(&frame.warped)),
        has_reals.then(|| dots(reals, Tone::Second, 0.75)),
        has_pulls.then(|| pulls(&fakes, &frame.pulls)),
        has_fakes.then(|| dots(&fakes, Tone::Accent, 0.9)),
    ];
    layers.into_iter().flatten().collect()
}

/// The sheet at a moment of slow motion: both players as they were in the update that is shown, and
/// in the last stage the one that has moved.
pub fn slow_layers(loss: Loss, moment: &Moment) -> Vec<Layer> {
    let (frame, stage) = (&moment.frame, moment.stage);
    let Some(detail) = &frame.detail else {
        return Vec::new();
    };
    let has_moved = |half| stage == Stage::Moved && moment.half == half;
    let mut layers = Vec::new();
    if has_moved(Half::Discriminator) {
        layers.push(heat(loss, &frame.scores, frame_limit(loss, frame)));
    } else if stage >= Stage::Scores || moment.half == Half::Generator {
        layers.push(heat(loss, &detail.scores, moment.limit(loss)));
    }
    if has_moved(Half::Generator) {
        layers.push(mesh(&frame.warped));
    } else if moment.half == Half::Generator {
        layers.push(mesh(&detail.warped));
    }
    let fakes = Rc::new(detail.fakes.clone());
    layers.push(dots(&Rc::new(detail.reals.clone()), Tone::Second, 0.75));
    if stage >= Stage::Back {
        layers.push(pulls(&fakes, &detail.pulls));
    }
    if stage >= Stage::Fakes {
        layers.push(dots(&fakes, Tone::Accent, 0.9));
    }
    layers
}

/// What the sheet shows of a frame, in a sentence; `place` is where in the game it stands.
pub fn words(loss: Loss, frame: &GanFrame, place: &str) -> String {
    let percent = |share: f32| format!("{:.0}", 100.0 * share);
    let values = [
        ("round", place),
        ("real", &percent(frame.real_accuracy)),
        ("fake", &percent(frame.fake_accuracy)),
        ("js", &format!("{:.2}", frame.divergence.js)),
    ];
    match loss {
        Loss::Wasserstein => content::fill(texts::gan::spoken_critic::PLAIN, &values),
        _ => content::fill(texts::gan::spoken::PLAIN, &values),
    }
}

/// And of a moment of slow motion.
pub fn slow_words(moment: &Moment) -> String {
    let who = match moment.half {
        Half::Discriminator => "Discriminator’s half",
        Half::Generator => "Generator’s half",
    };
    let words = format!("{who}, {}", moment.stage.id());
    match moment.which_update() {
        Some(which) => format!("{words}. {which}"),
        None => words,
    }
}

/// What the colours mean.
pub fn legend(loss: Loss, is_slow: bool) -> Html {
    match loss {
        _ if is_slow => content::section(texts::gan::legend_slow::HTML),
        Loss::Wasserstein => content::section(texts::gan::legend_critic::HTML),
        _ => content::section(texts::gan::legend::HTML),
    }
}

/// A dot for each point.
pub fn dots(points: &Rc<Vec<f32>>, tone: Tone, strength: f64) -> Layer {
    Layer::Points {
        points: points.clone(),
        tone,
        strength,
    }
}

/// The discriminator's view of the whole plane.
fn heat(loss: Loss, scores: &[f32], limit: f32) -> Layer {
    Layer::Heat {
        values: Rc::new(beliefs(loss, scores, limit)),
        low: Tone::Accent,
        high: Tone::Second,
    }
}

/// The generator's noise grid where it puts it.
fn mesh(warped: &[f32]) -> Layer {
    Layer::Mesh {
        points: Rc::new(warped.to_vec()),
        columns: NOISE_SIDE,
        tone: Tone::Muted,
    }
}

/// Arrows from the fakes, as long as their pulls up to a limit.
fn pulls(fakes: &Rc<Vec<f32>>, pulls: &[f32]) -> Layer {
    let arrows = pulls.chunks_exact(2).flat_map(|pull| {
        let length = pull[0].hypot(pull[1]);
        let scale = PULL_DRAWN / length.max(PULL_UNIT);
        [scale * pull[0], scale * pull[1]]
    });
    Layer::Arrows {
        places: fakes.clone(),
        arrows: Rc::new(arrows.collect()),
        tone: Tone::Accent,
    }
}

/// How real the discriminator takes each score to be, `0..=1`. A Wasserstein critic's scores have no
/// such meaning: 0.5 stands for its `limit`, and the score furthest from it for 0 or 1.
pub fn beliefs(loss: Loss, scores: &[f32], limit: f32) -> Vec<f32> {
    match loss {
        Loss::Minimax | Loss::NonSaturating => scores.iter().map(|&s| sigmoid(s)).collect(),
        Loss::LeastSquares => scores.iter().map(|s| s.clamp(0.0, 1.0)).collect(),
        Loss::Wasserstein => {
            let furthest = scores
                .iter()
                .fold(f32::MIN_POSITIVE, |far, s| far.max((s - limit).abs()));
            let belief = |s: &f32| 0.5 + 0.5 * (s - limit) / furthest;
            scores.iter().map(belief).collect()
        }
    }
}

/// The score that divides real from fake, as these scores of both kinds have it.
pub fn limit(loss: Loss, real_scores: &[f32], fake_scores: &[f32]) -> f32 {
    threshold(loss, mean(real_scores), mean(fake_scores))
}

/// The limit by which a frame's accuracies are counted.
pub fn frame_limit(loss: Loss, frame: &GanFrame) -> f32 {
    limit(loss, &frame.real_scores, &frame.fake_scores)
}

/// NaN of nothing.
pub fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

/// Noise vectors `[n, dims]` as points of the plane: their first two numbers, or the one there is on
/// a line, scaled so that the noise fills the sheet.
pub fn noise_points(noise: &[f32], dims: usize) -> Vec<f32> {
    const REACH: f32 = 3.2;
    let place = |v: f32| (v * EXTENT / REACH).clamp(-EXTENT, EXTENT);
    let points = noise.chunks_exact(dims.max(1));
    points
        .flat_map(|z| [place(z[0]), z.get(1).map_or(0.0, |v| place(*v))])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::gan::Detail;
    use crate::ui::state::gan::frame;

    #[test]
    fn layers_are_those_that_are_on() {
        let game = Game::default();
        let count = |shown| layers(&game, shown, &frame(2), &reals(&game)).len();
        assert_eq!(count(Shown([true; 5])), 5);
        assert_eq!(count(Shown([false; 5])), 0);
        assert_eq!(count(Shown::default()), 3);
    }

    #[test]
    fn beliefs_lie_between_fake_and_real() {
        let scores = [-3.0, 0.0, 0.5, 7.0];
        let all = |loss| beliefs(loss, &scores, 2.0);
        assert_eq!(all(Loss::NonSaturating)[1], 0.5);
        assert_eq!(all(Loss::LeastSquares), [0.0, 0.0, 0.5, 1.0]);
        assert_eq!(all(Loss::Wasserstein), [0.0, 0.3, 0.35, 1.0]);
        // The limit is the middle, wherever the scores lie.
        let aside = beliefs(Loss::Wasserstein, &[6.0, 7.0, 10.0], 6.0);
        assert_eq!(aside, [0.5, 0.625, 1.0]);
        assert_eq!(beliefs(Loss::Wasserstein, &[2.0], 2.0), [0.5]);
    }

    /// A critic's tint turns where its accuracy is counted from: by `engine::gan::play`, real points
    /// are judged right above the limit, fakes at and below it.
    #[test]
    fn the_tint_turns_where_the_accuracy_is_counted() {
        let mut frame = frame(2);
        (frame.real_scores, frame.fake_scores) = (vec![4.0, 6.0], vec![-2.0, 0.0]);
        frame.scores = vec![-30.0, 2.0, 3.0];
        let game = Game {
            loss: Loss::Wasserstein,
            ..Game::default()
        };
        let scores = Shown([false, false, true, false, false]);
        let layers = layers(&game, scores, &frame, &Rc::default());
        let Some(Layer::Heat { values, .. }) = layers.first() else {
            panic!("no tint")
        };
        assert_eq!(values[1], 0.5);
        assert!(values[0] < 0.5 && values[2] > 0.5);
    }

    /// With several updates a half, players are drawn as they were in the last of them, and as the
    /// frame has them only once they have moved.
    #[test]
    fn slow_motion_shows_the_players_of_the_update() {
        let shown = |half, stage| {
            let detail = Detail {
                half: Some(half),
                scores: vec![0.0],
                warped: vec![1.0; 2],
                ..Detail::default()
            };
            let mut frame = frame(4);
            (frame.scores, frame.warped) = (vec![30.0], vec![2.0; 2]);
            frame.detail = Some(detail);
            let frame = Rc::new(frame);
            let layers = slow_layers(Loss::NonSaturating, &Moment { frame, half, stage });
            let tint = layers.iter().find_map(|layer| match layer {
                Layer::Heat { values, .. } => Some(values[0]),
                _ => None,
            });
            let grid = layers.iter().find_map(|layer| match layer {
                Layer::Mesh { points, .. } => Some(points[0]),
                _ => None,
            });
            (tint, grid)
        };
        let (d, g) = (Half::Discriminator, Half::Generator);
        assert_eq!(shown(d, Stage::Fakes), (None, None));
        assert_eq!(shown(d, Stage::Back), (Some(0.5), None));
        assert_eq!(shown(d, Stage::Moved), (Some(1.0), None));
        assert_eq!(shown(g, Stage::Draw), (Some(0.5), Some(1.0)));
        assert_eq!(shown(g, Stage::Moved), (Some(0.5), Some(2.0)));
    }

    #[test]
    fn long_pulls_are_drawn_shortened() {
        let fakes = Rc::new(vec![0.0; 4]);
        let Layer::Arrows { arrows, .. } = pulls(&fakes, &[0.3, 0.4, 30.0, 40.0]) else {
            panic!("no arrows")
        };
        let length = |i: usize| arrows[i].hypot(arrows[i + 1]);
        assert!((length(0) - 0.5 * PULL_DRAWN).abs() < 1e-6);
        assert!((length(2) - PULL_DRAWN).abs() < 1e-6);
    }

    #[test]
    fn noise_of_any_dimension_can_be_drawn() {
        assert_eq!(noise_points(&[0.0, 9.0], 1), [0.0, 0.0, EXTENT, 0.0]);
        assert_eq!(noise_points(&[0.0, 0.0, 5.0, 5.0, 5.0, 5.0], 3).len(), 4);
    }
}
