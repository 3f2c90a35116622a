//! Chapter 'Side by side': `#/autoregressive/rivals?series=apple&who=ar&nets=1&at=10`.

use super::Chosen;
use crate::models::series::told::Net;
use crate::protocol::series::Rival;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Named, Query};

impl Named for Rival {
    const VALUES: &'static [Self] = &[
        Self::Last,
        Self::Season,
        Self::Ar,
        Self::Arima,
        Self::Net(Net::Conv),
        Self::Net(Net::Recurrent),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Season => "season",
            Self::Ar => "ar",
            Self::Arima => "arima",
            Self::Net(net) => net.name(),
        }
    }
}

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct RivalsState {
    /// Which series.
    pub series: Chosen,
    /// Whose forecasts are drawn.
    pub who: Rival,
    /// Do networks compete, too?
    pub nets: bool,
    /// Held-out values that are shown; none while it plays.
    pub at: Option<u32>,
}

impl Default for RivalsState {
    fn default() -> Self {
        Self {
            series: Chosen::Airline,
            who: Rival::Arima,
            nets: false,
            at: None,
        }
    }
}

impl RivalsState {
    /// Held-out values at most.
    pub const MOST_HELD: u32 = 36;

    /// Another series.
    pub fn begin(&mut self) {
        self.at = None;
    }
}

impl Controls for RivalsState {
    fn chapter(&self) -> Chapter {
        Chapter::Rivals
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("series", &mut self.series, default.series);
        q.named("who", &mut self.who, default.who);
        let mut nets = u32::from(self.nets);
        q.number("nets", &mut nets, 0, 0..=1);
        self.nets = nets == 1;
        q.maybe("at", &mut self.at, 0..=Self::MOST_HELD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(RivalsState::default()),
            "#/autoregressive/rivals"
        );
        let state = RivalsState {
            series: Chosen::Apple,
            who: Rival::Net(Net::Conv),
            nets: true,
            at: Some(10),
        };
        assert_eq!(
            round_trip(state),
            "#/autoregressive/rivals?series=apple&who=conv&nets=1&at=10"
        );
        falls_back(
            "autoregressive/rivals",
            &[("series=x&who=y&nets=2&at=37", 4)],
        );
    }
}
