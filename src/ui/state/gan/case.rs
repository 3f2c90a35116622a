//! The games of 'When it goes wrong': each with its rules, its task, and what mends it.

use std::rc::Rc;

use super::course::{Leg, Play};
use crate::data::points::{Cloud, Preset};
use crate::models::gan::plane::modes_covered;
use crate::protocol::gan::{Game, GanFrame, Half, Loss, Optimizer};
use crate::ui::state::query::named;

/// Modes that count as mended, of eight.
const MODES_WANTED: usize = 7;
/// A game has settled when its mean JS divergence over so many halves, 200 rounds, is below so much.
const CALM_TICKS: u32 = 400;
const CALM_JS: f32 = 0.15;
/// The fakes have arrived when their JS divergence is below so much.
const ARRIVED_JS: f32 = 0.3;

/// How a task stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Is it done?
    pub done: bool,
    /// What is measured now.
    pub now: String,
    /// What is wanted.
    pub wanted: String,
}

/// A game that goes wrong, with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The generator makes few of the modes only.
    Collapse,
    /// The players chase each other without end.
    Oscillation,
    /// A discriminator so good that it teaches nothing.
    Vanishing,
}

impl Case {
    /// All cases, in the order in which they are listed.
    pub const ALL: [Self; 3] = [Self::Collapse, Self::Oscillation, Self::Vanishing];

    /// The name in links.
    pub fn id(self) -> &'static str {
        match self {
            Self::Collapse => "collapse",
            Self::Oscillation => "oscillation",
            Self::Vanishing => "vanishing",
        }
    }

    /// The rules that go wrong.
    pub fn game(self) -> Game {
        let mut game = Game::default();
        match self {
            // Played to its end against one and the same discriminator, the generator's best
            // answer is a single point.
            Self::Collapse => {
                game.cloud = Cloud::Preset(Preset::Gaussians);
                game.generator.updates = 10;
            }
            // A discriminator that learns too slowly sees where the fakes were, not where they are.
            Self::Oscillation => game.discriminator.learning_rate = 2e-4,
            // With plain descent a gradient of nothing is a step of nothing; Adam would scale it up.
            Self::Vanishing => {
                game.cloud = Cloud::Cells(far_square());
                game.loss = Loss::Minimax;
                game.discriminator.updates = 10;
                game.generator.optimizer = Optimizer::Sgd;
                game.generator.learning_rate = 1e-2;
            }
        }
        game
    }

    /// What is played before the rounds, by the rules of `game`.
    pub fn head_start(self, game: &Game) -> Vec<Leg> {
        match self {
            Self::Collapse | Self::Oscillation => Vec::new(),
            Self::Vanishing => {
                let halves = vec![Half::Discriminator; HEAD_START];
                vec![Leg::new(game, Play::Hand(halves))]
            }
        }
    }

    /// Its rules with only what is wrong put right.
    pub fn mended(self) -> Game {
        let mut game = self.game();
        match self {
            Self::Collapse => game.generator.updates = 1,
            Self::Oscillation => game.discriminator.learning_rate = 2e-3,
            Self::Vanishing => game.loss = Loss::NonSaturating,
        }
        game
    }

    /// Is a game on these data one in which its task can be done?
    pub fn is_on(self, cloud: &Cloud) -> bool {
        self.game().cloud == *cloud
    }

    /// How its task stands after these frames of a game on its data; `None` before the first.
    pub fn standing(self, frames: &[Rc<GanFrame>]) -> Option<Standing> {
        let last = frames.last()?;
        Some(match self {
            Self::Collapse => {
                let cloud = self.game().cloud;
                let (covered, all) = modes_covered(&cloud, &last.fakes).unwrap_or_default();
                Standing {
                    done: covered >= MODES_WANTED,
                    now: format!("{covered} of {all}"),
                    wanted: MODES_WANTED.to_string(),
                }
            }
            Self::Oscillation => {
                let since = last.at.ticks.saturating_sub(CALM_TICKS);
                let recent = || frames.iter().rev().take_while(|f| f.at.ticks > since);
                let sum: f32 = recent().map(|frame| frame.divergence.js).sum();
                let mean = sum / recent().count().max(1) as f32;
                Standing {
                    done: last.at.ticks >= CALM_TICKS && mean < CALM_JS,
                    now: format!("{mean:.2}"),
                    wanted: format!("{CALM_JS}"),
                }
            }
            Self::Vanishing => Standing {
                done: last.divergence.js < ARRIVED_JS,
                now: format!("{:.2}", last.divergence.js),
                wanted: format!("{ARRIVED_JS}"),
            },
        })
    }

    /// Rounds that its link plays.
    pub fn rounds(self) -> u32 {
        match self {
            Self::Collapse => 1000,
            Self::Oscillation => 3000,
            Self::Vanishing => 300,
        }
    }
}

named!(Case);

/// Halves that the discriminator of [`Case::Vanishing`] plays alone.
const HEAD_START: usize = 50;

/// The cells of a square in the upper right corner, where no fresh generator puts a fake.
fn far_square() -> Vec<[u8; 2]> {
    (50..56)
        .flat_map(|column| (50..56).map(move |row| [column, row]))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::protocol::gan::Checkpoint;

    /// A frame at a tick.
    pub fn frame(ticks: u32) -> GanFrame {
        GanFrame {
            at: Checkpoint {
                ticks,
                generator: vec![0.0],
                ..Checkpoint::default()
            },
            losses: vec![[1.0, 0.7]; usize::from(ticks > 0)],
            fakes: vec![0.5; 4],
            pulls: vec![0.1; 4],
            fake_scores: vec![0.5; 2],
            real_scores: vec![0.5; 2],
            real_accuracy: 0.5,
            fake_accuracy: 0.5,
            ms: 2.0,
            ..GanFrame::default()
        }
    }

    /// A frame of this round.
    fn with_js(round: u32, js: f32) -> Rc<GanFrame> {
        let mut frame = frame(2 * round);
        frame.divergence.js = js;
        Rc::new(frame)
    }

    #[test]
    fn tasks_are_done_when_they_are() {
        let game = Case::Collapse.game();
        let fakes = game.cloud.points(400, 1, 0, 0);
        let good = Rc::new(GanFrame { fakes, ..frame(2) });
        let bad = Rc::new(frame(2));
        let collapse = |frame: &Rc<GanFrame>| Case::Collapse.standing(std::slice::from_ref(frame));
        assert_eq!(
            collapse(&good).map(|s| (s.done, s.now)),
            Some((true, "8 of 8".into()))
        );
        assert_eq!(collapse(&bad).map(|s| s.done), Some(false));
        assert_eq!(Case::Collapse.standing(&[]), None);

        // Calm for a moment is not calm, however many frames the moment has.
        let game = |rounds: std::ops::RangeInclusive<u32>, every: usize, js| -> Vec<_> {
            rounds
                .step_by(every)
                .map(|round| with_js(round, js))
                .collect()
        };
        let settles = |frames: &[_]| Case::Oscillation.standing(frames).map(|s| s.done);
        assert_eq!(settles(&game(0..=190, 10, 0.1)), Some(false));
        assert_eq!(settles(&game(0..=200, 10, 0.1)), Some(true));
        assert_eq!(settles(&game(0..=199, 1, 0.1)), Some(false));
        assert_eq!(
            settles(&[game(0..=190, 10, 0.1), game(200..=200, 1, 2.0)].concat()),
            Some(false)
        );
        assert_eq!(
            settles(&[game(0..=300, 10, 2.0), game(310..=500, 10, 0.1)].concat()),
            Some(true)
        );

        let vanishes = |js| Case::Vanishing.standing(&[with_js(1, js)]).map(|s| s.done);
        assert_eq!((vanishes(0.6), vanishes(0.2)), (Some(false), Some(true)));
        assert!(Case::Vanishing.is_on(&Case::Vanishing.game().cloud));
        assert!(!Case::Vanishing.is_on(&Game::default().cloud));
    }

    #[test]
    fn a_mend_changes_one_rule() {
        for case in Case::ALL {
            let (wrong, right) = (case.game(), case.mended());
            assert_ne!(wrong, right);
            assert_eq!(wrong.cloud, right.cloud);
        }
    }
}
