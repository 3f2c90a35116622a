//! Slow motion: a half by hand, one stage of the flow after another.

use std::rc::Rc;

use super::stage::limit;
use crate::protocol::gan::{GanFrame, Half, Loss};
use crate::ui::content::{self, texts};

/// A stage of a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Noise is drawn, and for the discriminator real points.
    Draw,
    /// The generator makes fakes.
    Fakes,
    /// The discriminator gives scores.
    Scores,
    /// The scores become a loss.
    Loss,
    /// The gradient goes back.
    Back,
    /// The weights move.
    Moved,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Self; 6] = [
        Self::Draw,
        Self::Fakes,
        Self::Scores,
        Self::Loss,
        Self::Back,
        Self::Moved,
    ];

    /// The name in `data-stage`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Draw => "draw",
            Self::Fakes => "fakes",
            Self::Scores => "scores",
            Self::Loss => "loss",
            Self::Back => "back",
            Self::Moved => "moved",
        }
    }
}

/// Where slow motion stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The frame after the half; its detail is what flowed in the half's last update.
    pub frame: Rc<GanFrame>,
    /// Whose half.
    pub half: Half,
    /// Which stage.
    pub stage: Stage,
}

impl Moment {
    /// The score that divides real from fake in this update, before the weights move. In the
    /// generator's half no real points are judged: those of the frame stand in, which the same
    /// discriminator has judged.
    pub fn limit(&self, loss: Loss) -> f32 {
        let Some(detail) = &self.frame.detail else {
            return f32::NAN;
        };
        let real_scores = match self.half {
            Half::Discriminator => &detail.real_scores,
            Half::Generator => &self.frame.real_scores,
        };
        limit(loss, real_scores, &detail.fake_scores)
    }

    /// Which of the half's updates is shown, if it has several.
    pub fn which_update(&self) -> Option<String> {
        let updates = self.frame.detail.as_ref()?.updates;
        let values = [("updates", updates.to_string())];
        (updates > 1).then(|| content::fill(texts::gan::slow_last::PLAIN, &values))
    }
}

/// Stages of the halves by hand at the end of a game.
pub fn length(frames: &[Rc<GanFrame>]) -> u32 {
    (by_hand(frames) * Stage::ALL.len()) as u32
}

/// How many frames at the end were played by hand.
fn by_hand(frames: &[Rc<GanFrame>]) -> usize {
    let halves = frames.iter().rev().take_while(|f| f.detail.is_some());
    halves.count()
}

/// The moment at position `position`, `0..length`.
pub fn moment(frames: &[Rc<GanFrame>], position: u32) -> Option<Moment> {
    let (number, stage) = (
        position as usize / Stage::ALL.len(),
        position as usize % Stage::ALL.len(),
    );
    let halves = by_hand(frames);
    let at = frames.len() - halves + number;
    let frame = frames.get(at).filter(|_| number < halves)?.clone();
    Some(Moment {
        half: frame.detail.as_ref()?.half?,
        frame,
        stage: Stage::ALL[stage],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::gan::Detail;
    use crate::ui::state::gan::frame;

    #[test]
    fn halves_by_hand_at_the_end_are_slow() {
        let hand = |ticks, half| {
            let mut frame = frame(ticks);
            frame.detail.get_or_insert_default().half = Some(half);
            Rc::new(frame)
        };
        let round = |ticks| Rc::new(frame(ticks));
        let frames = [
            round(0),
            hand(1, Half::Generator),
            round(21),
            hand(22, Half::Discriminator),
            hand(23, Half::Generator),
        ];
        assert_eq!(length(&frames), 12);
        let first = moment(&frames, 0).expect("a moment");
        assert_eq!(
            (first.half, first.stage),
            (Half::Discriminator, Stage::Draw)
        );
        assert_eq!(first.frame.at.ticks, 22);
        let last = moment(&frames, 11).expect("a moment");
        assert_eq!((last.half, last.stage), (Half::Generator, Stage::Moved));
        assert_eq!(moment(&frames, 12), None);
        assert_eq!(length(&frames[..3]), 0);
    }

    fn at_back(half: Half, detail: Detail) -> Moment {
        let mut frame = frame(4);
        (frame.real_scores, frame.fake_scores) = (vec![10.0], vec![-50.0]);
        frame.detail = Some(detail);
        let (frame, stage) = (Rc::new(frame), Stage::Back);
        Moment { frame, half, stage }
    }

    /// The frame's own fakes were made after the generator had moved.
    #[test]
    fn a_critics_limit_is_that_of_the_update() {
        let limit = |half, real_scores| {
            let detail = Detail {
                real_scores,
                fake_scores: vec![-2.0, 0.0],
                ..Detail::default()
            };
            at_back(half, detail).limit(Loss::Wasserstein)
        };
        assert_eq!(limit(Half::Discriminator, vec![4.0, 6.0]), 2.0);
        assert_eq!(limit(Half::Generator, Vec::new()), 4.5);
    }

    #[test]
    fn one_of_several_updates_is_named() {
        let which = |updates| {
            let detail = Detail {
                updates,
                ..Detail::default()
            };
            at_back(Half::Generator, detail).which_update()
        };
        assert!(which(10).is_some_and(|words| words.contains("10 updates")));
        assert_eq!(which(1), None);
    }
}
