//! Forecasts that go wrong, each with a task.

use super::{ArimaState, Chosen, DeepState, Orders};
use crate::models::series::Order;
use crate::models::series::told::{Scores, WIDE};
use crate::protocol::series::Fitted;
use crate::ui::state::Named;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// One difference too many.
    Over,
    /// A series that never comes back to a mean, with a model that has one.
    Unit,
    /// More weights than the series can tell.
    Order,
    /// The future among what is learned from.
    Leak,
}

impl Named for Case {
    const VALUES: &'static [Self] = &[Self::Over, Self::Unit, Self::Order, Self::Leak];

    fn name(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Unit => "unit",
            Self::Order => "order",
            Self::Leak => "leak",
        }
    }
}

/// How a task stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Is it done?
    pub done: bool,
    /// What is measured now.
    pub now: String,
}

/// The first task wants the band of the last value ahead within this, °C on either side.
pub const HALF: f64 = 30.0;
/// The second wants what is expected of it within this share of the last value.
pub const OFF: f64 = 0.02;
/// The third wants an AIC of at most this, with so many weights.
pub const AIC: f64 = -483.0;
pub const WEIGHTS: usize = 2;

impl Case {
    /// Does it belong to the classical machine?
    pub fn is_classical(self) -> bool {
        self != Self::Leak
    }

    /// The series that it is about.
    fn series(self) -> Chosen {
        match self {
            Self::Over => Chosen::Seattle,
            Self::Unit => Chosen::Apple,
            Self::Order | Self::Leak => Chosen::Airline,
        }
    }

    /// How one for the classical machine opens.
    pub fn arima(self) -> ArimaState {
        let orders = match self {
            Self::Over => Orders::Of(Order::new(0, 2, 0), Order::default(), false),
            Self::Unit => Orders::Of(Order::new(1, 0, 0), Order::default(), true),
            Self::Order | Self::Leak => Orders::Of(Order::new(3, 1, 3), Order::new(1, 1, 1), false),
        };
        ArimaState {
            series: self.series(),
            orders,
            case: Some(self),
            ..ArimaState::default()
        }
    }

    /// How it is mended.
    pub fn mended(self) -> ArimaState {
        let orders = match self {
            Self::Over => Orders::Of(Order::new(1, 1, 1), Order::default(), false),
            Self::Unit => Orders::Of(Order::new(0, 1, 0), Order::default(), false),
            Self::Order | Self::Leak => Orders::Of(Order::new(0, 1, 1), Order::new(0, 1, 1), false),
        };
        ArimaState {
            orders,
            ..self.arima()
        }
    }

    /// How the one for the deep machine opens.
    pub fn deep(self) -> DeepState {
        DeepState {
            series: self.series(),
            leaks: true,
            case: Some(self),
            ..DeepState::default()
        }
    }

    /// How its task stands with a fitted model of the series whose last value is `last` (modelled).
    pub fn fitted(self, series: Chosen, fitted: &Fitted, last: f64) -> Standing {
        let Some(end) = fitted.ahead.last() else {
            return Standing::default();
        };
        let (is_near, now) = match self {
            Self::Over => {
                let half = WIDE * end.spread;
                // Where one difference and the weights that undo it meet, nothing is mended.
                let is_near = half <= HALF && !fitted.fit.at_edge;
                (is_near, format!("{half:.0}"))
            }
            Self::Unit => {
                let off = (end.mean - last).exp() - 1.0;
                (off.abs() <= OFF, format!("{:.0}", 100.0 * off))
            }
            Self::Order | Self::Leak => {
                let aic = fitted.fit.aic();
                let weights = fitted.fit.weights.list(&fitted.fit.spec).len();
                let is_near = aic <= AIC && weights <= WEIGHTS;
                (is_near, format!("{aic:.1}, {weights}"))
            }
        };
        Standing {
            done: is_near && series == self.series(),
            now,
        }
    }

    /// How its task stands with what a network scored, and what repeating the last value scored.
    pub fn scored(self, series: Chosen, net: &Scores, last: &Scores) -> Standing {
        let [net, last] = [net, last].map(|scores| scores.rmse.first().copied());
        let (Some(net), Some(last)) = (net, last) else {
            return Standing::default();
        };
        Standing {
            done: net < last && series == self.series(),
            now: format!("{net:.3}, {last:.3}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn cases_are_links() {
        for case in Case::VALUES.iter().filter(|case| case.is_classical()) {
            let link = format!("#/autoregressive/arima?case={}", case.name());
            assert_eq!(round_trip(case.arima()), link);
            assert!(round_trip(case.mended()).starts_with(&link));
        }
        assert_eq!(
            round_trip(Case::Leak.deep()),
            "#/autoregressive/deep?case=leak"
        );
        falls_back("autoregressive/arima", &[("case=leak", 1), ("case=x", 1)]);
        falls_back("autoregressive/deep", &[("case=over", 1)]);
    }

    #[test]
    fn a_leak_is_mended_when_the_last_value_is_beaten() {
        let [good, bad] = [0.5, 2.0].map(|rmse| Scores {
            rmse: vec![rmse],
            ..Scores::default()
        });
        let done = |net, last, series| Case::Leak.scored(series, net, last).done;
        assert!(done(&good, &bad, Chosen::Airline));
        assert!(!done(&bad, &good, Chosen::Airline));
        assert!(!done(&good, &bad, Chosen::Co2), "of another series");
    }

    /// Each is open as it stands, and closed as it is mended; figures are of the page's series.
    #[cfg(feature = "look")]
    #[test]
    fn mending_does_the_task() {
        use crate::engine::session::testing::run_whole;
        use crate::protocol::ask::Ask;
        use crate::protocol::series::{FitAsk, FitNews, Which};

        let all: serde_json::Value =
            serde_json::from_str(include_str!("../../../../www/samples/series.json"))
                .expect("reads");
        for case in Case::VALUES.iter().filter(|case| case.is_classical()) {
            let series = &all[case.series().name()];
            let is_log = series["log"] == true;
            let values = series["values"].as_array().expect("some").iter();
            let values: Vec<f64> = values
                .filter_map(serde_json::Value::as_f64)
                .map(|y| if is_log { y.ln() } else { y })
                .collect();
            let season = series["season"].as_u64().expect("one") as u32;
            let standing = |state: ArimaState| {
                let ask = FitAsk {
                    values: values.clone(),
                    which: Which::Of(state.spec(season).expect("orders")),
                    ahead: ArimaState::AHEAD,
                };
                let events = run_whole(ask.into_job());
                let news = events.iter().filter_map(crate::protocol::Event::answer);
                let fitted = news.filter_map(|news| match news {
                    FitNews::Fitted(fitted) => Some(fitted),
                    _ => None,
                });
                let fitted = fitted.collect::<Vec<_>>().pop().expect("fits");
                case.fitted(state.series, &fitted, values[values.len() - 1])
            };
            let open = standing(case.arima());
            assert!(!open.done, "{case:?} {open:?}");
            let mended = standing(case.mended());
            assert!(mended.done, "{case:?} {mended:?}");
        }
    }
}
