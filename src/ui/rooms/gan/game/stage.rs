//! What the stage shows of a frame: real points, fakes, the discriminator's view, the generator's
//! grid, the pull on each fake.

use std::rc::Rc;

use crate::data::points::EXTENT;
use crate::models::gan::loss::sigmoid;
use crate::models::gan::plane::{NOISE_SIDE, SHOWN, streams};
use crate::protocol::gan::{Detail, Game, GanFrame, Loss};
use crate::ui::components::chart::Tone;
use crate::ui::components::plane_view::Layer;
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
    let fakes = Rc::new(frame.fakes.clone());
    let mut layers = Vec::new();
    if shown.scores {
        layers.push(heat(game.loss, &frame.scores));
    }
    if shown.grid {
        layers.push(mesh(&frame.warped));
    }
    if shown.reals {
        layers.push(dots(reals, Tone::Second, 0.75));
    }
    if shown.pulls {
        layers.push(pulls(&fakes, &frame.pulls));
    }
    if shown.fakes {
        layers.push(dots(&fakes, Tone::Accent, 0.9));
    }
    layers
}

/// The batch of a half by hand: what is real, what is fake, and, once `pulled`, the pulls.
pub fn batch_layers(detail: &Detail, has_fakes: bool, pulled: bool) -> Vec<Layer> {
    let fakes = Rc::new(detail.fakes.clone());
    let mut layers = vec![dots(&Rc::new(detail.reals.clone()), Tone::Second, 0.75)];
    if pulled {
        layers.push(pulls(&fakes, &detail.pulls));
    }
    if has_fakes {
        layers.push(dots(&fakes, Tone::Accent, 0.9));
    }
    layers
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
pub fn heat(loss: Loss, scores: &[f32]) -> Layer {
    Layer::Heat {
        values: Rc::new(beliefs(loss, scores)),
        low: Tone::Accent,
        high: Tone::Second,
    }
}

/// The generator's noise grid where it puts it.
pub fn mesh(warped: &[f32]) -> Layer {
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
/// such meaning: they are stretched over the range that is there.
pub fn beliefs(loss: Loss, scores: &[f32]) -> Vec<f32> {
    match loss {
        Loss::Minimax | Loss::NonSaturating => scores.iter().map(|&s| sigmoid(s)).collect(),
        Loss::LeastSquares => scores.iter().map(|s| s.clamp(0.0, 1.0)).collect(),
        Loss::Wasserstein => {
            let low = scores.iter().fold(f32::INFINITY, |low, s| low.min(*s));
            let high = scores
                .iter()
                .fold(f32::NEG_INFINITY, |high, s| high.max(*s));
            let span = (high - low).max(f32::MIN_POSITIVE);
            scores.iter().map(|s| (s - low) / span).collect()
        }
    }
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
    use crate::ui::state::gan::frame;

    #[test]
    fn layers_are_those_that_are_on() {
        let game = Game::default();
        let all = Shown::of([true; 5]);
        let count = |shown| layers(&game, shown, &frame(2), &reals(&game)).len();
        assert_eq!(count(all), 5);
        assert_eq!(count(Shown::of([false; 5])), 0);
        assert_eq!(count(Shown::default()), 3);
    }

    #[test]
    fn beliefs_lie_between_fake_and_real() {
        let scores = [-3.0, 0.0, 0.5, 7.0];
        assert_eq!(beliefs(Loss::NonSaturating, &scores)[1], 0.5);
        assert_eq!(beliefs(Loss::LeastSquares, &scores), [0.0, 0.0, 0.5, 1.0]);
        assert_eq!(beliefs(Loss::Wasserstein, &scores), [0.0, 0.3, 0.35, 1.0]);
        assert_eq!(beliefs(Loss::Wasserstein, &[2.0]), [0.0]);
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
