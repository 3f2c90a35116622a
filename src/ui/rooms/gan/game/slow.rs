//! Slow motion: a half by hand, one stage of the flow after another.

use crate::protocol::gan::{GanFrame, Half};
use std::rc::Rc;

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
    /// The frame after the half; its detail is what flowed.
    pub frame: Rc<GanFrame>,
    /// The frame before it.
    pub before: Rc<GanFrame>,
    /// Whose half.
    pub half: Half,
    /// Which stage.
    pub stage: Stage,
}

/// Stages of the halves by hand at the end of a game.
pub fn length(frames: &[Rc<GanFrame>]) -> u32 {
    (by_hand(frames) * Stage::ALL.len()) as u32
}

/// How many frames at the end were played by hand, each with a frame before it.
fn by_hand(frames: &[Rc<GanFrame>]) -> usize {
    let halves = frames.iter().rev().take_while(|f| f.detail.is_some());
    halves.count().min(frames.len().saturating_sub(1))
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
        before: frames[at - 1].clone(),
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
            Rc::new(GanFrame {
                detail: Some(Detail {
                    half: Some(half),
                    ..Detail::default()
                }),
                ..frame(ticks)
            })
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
        assert_eq!((first.before.at.ticks, first.frame.at.ticks), (21, 22));
        let last = moment(&frames, 11).expect("a moment");
        assert_eq!((last.half, last.stage), (Half::Generator, Stage::Moved));
        assert_eq!(moment(&frames, 12), None);
        assert_eq!(length(&frames[..3]), 0);
        assert_eq!(length(&frames[1..2]), 0, "nothing came before it");
    }
}
