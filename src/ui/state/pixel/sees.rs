//! Chapter 'What it may see': `#/autoregressive/sees?net=plain&layers=6&at=406`.

use crate::data::{PIXELS, SIDE};
use crate::models::pixel::Kind;
use crate::protocol::pixel::MOST_LAYERS;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct SeesState {
    /// Which network.
    pub kind: Kind,
    /// Its layers, from 1.
    pub layers: u32,
    /// Whose logits.
    pub at: u16,
}

impl Default for SeesState {
    fn default() -> Self {
        Self {
            kind: Kind::Plain,
            layers: 4,
            at: (14 * SIDE + 14) as u16,
        }
    }
}

impl Controls for SeesState {
    fn chapter(&self) -> Chapter {
        Chapter::Sees
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("net", &mut self.kind, default.kind);
        q.number("layers", &mut self.layers, default.layers, 1..=MOST_LAYERS);
        q.number("at", &mut self.at, default.at, 0..=PIXELS as u16 - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(SeesState::default()), "#/autoregressive/sees");
        let gated = SeesState {
            kind: Kind::Gated,
            layers: 12,
            at: 0,
        };
        let link = "#/autoregressive/sees?net=gated&layers=12&at=0";
        assert_eq!(round_trip(gated), link);
        falls_back("autoregressive/sees", &[("net=x&layers=13&at=784", 3)]);
    }
}
