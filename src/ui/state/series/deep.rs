//! Chapter 'The deep machine': `#/autoregressive/deep?series=co2&net=gru&steps=1000&seed=7&leaks=1&at=10`.

use super::{Case, Chosen, RivalsState};
use crate::models::series::told::Net;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Named, Query};

impl Named for Net {
    const VALUES: &'static [Self] = &[Self::Conv, Self::Recurrent];

    fn name(self) -> &'static str {
        match self {
            Self::Conv => "conv",
            Self::Recurrent => "gru",
        }
    }
}

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct DeepState {
    /// Which series.
    pub series: Chosen,
    /// Which network.
    pub net: Net,
    /// Steps of learning.
    pub steps: u32,
    /// Seed of its first weights, and of what is drawn.
    pub seed: u64,
    /// Does the future leak into what it learns from?
    pub leaks: bool,
    /// What goes wrong, if something is to.
    pub case: Option<Case>,
    /// Held-out values that are shown; none while it plays.
    pub at: Option<u32>,
}

impl Default for DeepState {
    fn default() -> Self {
        Self {
            series: Chosen::Airline,
            net: Net::Conv,
            steps: 300,
            seed: 42,
            leaks: false,
            case: None,
            at: None,
        }
    }
}

impl DeepState {
    /// Steps of learning to choose from.
    pub const STEPS: [u32; 4] = [20, 100, 300, 1000];

    /// Another network, or another series.
    pub fn begin(&mut self) {
        self.at = None;
    }
}

impl Controls for DeepState {
    fn chapter(&self) -> Chapter {
        Chapter::Deep
    }

    fn visit(&mut self, q: &mut impl Query) {
        let deep = |name: &str| Case::called(name).filter(|case| !case.is_classical());
        q.option("case", &mut self.case, deep, |case| case.name().into());
        let default = self.case.map_or_else(Self::default, Case::deep);
        q.named("series", &mut self.series, default.series);
        q.named("net", &mut self.net, default.net);
        q.one_of("steps", &mut self.steps, default.steps, &Self::STEPS);
        q.seed("seed", &mut self.seed, default.seed);
        let mut leaks = u32::from(self.leaks);
        q.number("leaks", &mut leaks, u32::from(default.leaks), 0..=1);
        self.leaks = leaks == 1;
        q.maybe("at", &mut self.at, 0..=RivalsState::MOST_HELD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(DeepState::default()), "#/autoregressive/deep");
        let state = DeepState {
            series: Chosen::Co2,
            net: Net::Recurrent,
            steps: 1000,
            seed: 7,
            leaks: true,
            case: None,
            at: Some(10),
        };
        assert_eq!(
            round_trip(state),
            "#/autoregressive/deep?series=co2&net=gru&steps=1000&seed=7&leaks=1&at=10"
        );
        let nonsense = "series=x&net=y&steps=30&seed=-1&leaks=2&at=37";
        falls_back("autoregressive/deep", &[(nonsense, 6)]);
    }
}
