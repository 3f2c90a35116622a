//! Chapter 'The past predicts': `#/autoregressive/past?series=co2&first=80&second=-10&at=40&lag=12`.

use super::Chosen;
use crate::models::series::MOST_VALUES;
use crate::protocol::series::MOST_LAGS;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct PastState {
    /// Which series.
    pub series: Chosen,
    /// Weights of the chapter's three lags, hundredths.
    pub weights: [i32; 3],
    /// The lag of the plot.
    pub lag: u32,
    /// The value that is predicted, counted from the first that can be; none while it plays.
    pub at: Option<u32>,
}

impl Default for PastState {
    fn default() -> Self {
        Self {
            series: Chosen::Flights,
            weights: [50, 0, 0],
            lag: 1,
            at: None,
        }
    }
}

impl PastState {
    /// A weight at most, either way, hundredths.
    pub const MOST_WEIGHT: i32 = 200;

    /// Another series.
    pub fn begin(&mut self) {
        self.at = None;
    }
}

impl Controls for PastState {
    fn chapter(&self) -> Chapter {
        Chapter::Past
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.named("series", &mut self.series, default.series);
        let names = ["first", "second", "third"];
        for ((name, weight), usual) in names.iter().zip(&mut self.weights).zip(default.weights) {
            q.number(name, weight, usual, -Self::MOST_WEIGHT..=Self::MOST_WEIGHT);
        }
        q.number("lag", &mut self.lag, default.lag, 1..=MOST_LAGS);
        q.maybe("at", &mut self.at, 0..=MOST_VALUES as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(PastState::default()), "#/autoregressive/past");
        let state = PastState {
            series: Chosen::Co2,
            weights: [50, -20, 100],
            lag: 12,
            at: Some(3),
        };
        let link = "#/autoregressive/past?series=co2&second=-20&third=100&lag=12&at=3";
        assert_eq!(round_trip(state), link);
        falls_back(
            "autoregressive/past",
            &[("series=x&first=201&lag=0&at=-1", 4)],
        );
    }
}
