//! What links say in the chapters on pixels.

mod finish;
mod grow;
mod likely;
mod sees;

pub use finish::FinishState;
pub use grow::GrowState;
pub use likely::{LikelyState, What};
pub use sees::SeesState;

use crate::data::{DataSet, PIXELS};
use crate::models::pixel::Kind;
use crate::ui::state::Named;

/// Grey levels of the networks that ship.
pub const LEVELS: u32 = 8;

/// Networks that draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// Gated PixelCNN.
    Cnn,
    /// PixelRNN.
    Rnn,
    /// Gated PixelCNN of garments.
    Clothes,
    /// PixelRNN of garments.
    RnnClothes,
}

impl Named for Maker {
    const VALUES: &'static [Self] = &[Self::Cnn, Self::Rnn, Self::Clothes, Self::RnnClothes];

    fn name(self) -> &'static str {
        match self {
            Self::Cnn => "pixelcnn",
            Self::Rnn => "pixelrnn",
            Self::Clothes => "clothes",
            Self::RnnClothes => "rnn-clothes",
        }
    }
}

impl Maker {
    /// The model, by its id.
    pub fn model(self) -> &'static str {
        match self {
            Self::Cnn => "pixel-mnist",
            Self::Rnn => "pixel-rnn-mnist",
            Self::Clothes => "pixel-fashion-mnist",
            Self::RnnClothes => "pixel-rnn-fashion-mnist",
        }
    }

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cnn => "PixelCNN",
            Self::Rnn => "PixelRNN",
            Self::Clothes => "PixelCNN of clothes",
            Self::RnnClothes => "PixelRNN of clothes",
        }
    }

    /// What it draws.
    pub fn set(self) -> DataSet {
        match self {
            Self::Cnn | Self::Rnn => DataSet::Mnist,
            Self::Clothes | Self::RnnClothes => DataSet::FashionMnist,
        }
    }

    /// The network of the same kind that draws `set`.
    pub fn drawing(self, set: DataSet) -> Self {
        match (self, set) {
            (Self::Cnn | Self::Clothes, DataSet::Mnist) => Self::Cnn,
            (Self::Cnn | Self::Clothes, DataSet::FashionMnist) => Self::Clothes,
            (Self::Rnn | Self::RnnClothes, DataSet::Mnist) => Self::Rnn,
            (Self::Rnn | Self::RnnClothes, DataSet::FashionMnist) => Self::RnnClothes,
        }
    }
}

impl Named for Kind {
    const VALUES: &'static [Self] = &[Self::Plain, Self::Gated, Self::Row];

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gated => "gated",
            Self::Row => "row",
        }
    }
}

/// Pixels that were changed, at most.
const MOST_CHANGES: usize = 64;

/// Places that rise, each with its level: `400.5_401.2`.
fn write_changes(changes: &[(u16, u8)]) -> String {
    let texts: Vec<_> = changes
        .iter()
        .map(|(at, level)| format!("{at}.{level}"))
        .collect();
    texts.join("_")
}

fn read_changes(text: &str) -> Option<Vec<(u16, u8)>> {
    let one = |text: &str| {
        let (at, level) = text.split_once('.')?;
        let change: (u16, u8) = (at.parse().ok()?, level.parse().ok()?);
        let is_sound = usize::from(change.0) < PIXELS && u32::from(change.1) < LEVELS;
        (is_sound && format!("{}.{}", change.0, change.1) == text).then_some(change)
    };
    let changes: Vec<_> = text.split('_').map(one).collect::<Option<_>>()?;
    let rise = changes.windows(2).all(|two| two[0].0 < two[1].0);
    (rise && changes.len() <= MOST_CHANGES).then_some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_set_keeps_the_kind_of_network() {
        for maker in Maker::VALUES {
            assert_eq!(maker.drawing(maker.set()), *maker);
            for set in [DataSet::Mnist, DataSet::FashionMnist] {
                let other = maker.drawing(set);
                assert_eq!(other.set(), set);
                assert_eq!(
                    other.title().split(' ').next(),
                    maker.title().split(' ').next()
                );
            }
        }
    }
}
