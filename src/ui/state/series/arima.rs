//! Chapter 'The classical machine': `#/autoregressive/arima?series=co2&orders=1.1.1&seasonal=0.1.1&at=12`.

use super::{Case, Chosen};
use crate::models::series::{MOST_ORDER, Order, Spec};
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Named, Query};

/// Who chooses the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orders {
    /// The visitor: plain and seasonal ones, and a mean or none.
    Of(Order, Order, bool),
    /// Akaike's criterion.
    Best,
}

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct ArimaState {
    /// Which series.
    pub series: Chosen,
    /// Who chooses the orders.
    pub orders: Orders,
    /// What goes wrong, if something is to.
    pub case: Option<Case>,
    /// Values to come that are shown; none while it plays.
    pub at: Option<u32>,
}

/// The airline model (Box and Jenkins).
const AIRLINE: Orders = Orders::Of(Order::new(0, 1, 1), Order::new(0, 1, 1), false);

impl Default for ArimaState {
    fn default() -> Self {
        Self {
            series: Chosen::Airline,
            orders: AIRLINE,
            case: None,
            at: None,
        }
    }
}

impl ArimaState {
    /// Values to come: two years of months.
    pub const AHEAD: u32 = 24;
    /// Differences at most.
    pub const MOST_DIFFERENCES: u32 = 2;

    /// Another series, or another model.
    pub fn begin(&mut self) {
        self.at = None;
    }

    /// The visitor's shape, for a season of so many steps; `None` if Akaike's criterion chooses.
    pub fn spec(&self, season: u32) -> Option<Spec> {
        let Orders::Of(order, seasonal, constant) = self.orders else {
            return None;
        };
        let has_season = season > 1;
        Some(Spec {
            order,
            seasonal: if has_season {
                seasonal
            } else {
                Order::default()
            },
            season,
            constant,
        })
    }
}

/// `1.1.2`, or with a mean `1.1.2m`.
fn write_order(order: Order) -> String {
    format!("{}.{}.{}", order.p, order.d, order.q)
}

fn read_order(text: &str, most_d: u32) -> Option<Order> {
    let mut numbers = text.split('.').map(|n| n.parse().ok());
    let [p, d, q] = [numbers.next()??, numbers.next()??, numbers.next()??];
    let order = Order::new(p, d, q);
    let is_sound = p <= MOST_ORDER && q <= MOST_ORDER && d <= most_d;
    (is_sound && write_order(order) == text).then_some(order)
}

fn read_orders(text: &str) -> Option<Orders> {
    if text == "best" {
        return Some(Orders::Best);
    }
    let (text, constant) = match text.strip_suffix('m') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (plain, seasonal) = text.split_once('_')?;
    let plain = read_order(plain, ArimaState::MOST_DIFFERENCES)?;
    Some(Orders::Of(plain, read_order(seasonal, 1)?, constant))
}

fn write_orders(orders: &Orders) -> String {
    match orders {
        Orders::Best => "best".into(),
        Orders::Of(plain, seasonal, constant) => {
            let mean = if *constant { "m" } else { "" };
            format!("{}_{}{mean}", write_order(*plain), write_order(*seasonal))
        }
    }
}

impl Controls for ArimaState {
    fn chapter(&self) -> Chapter {
        Chapter::Arima
    }

    fn visit(&mut self, q: &mut impl Query) {
        let classical = |name: &str| Case::called(name).filter(|case| case.is_classical());
        q.option("case", &mut self.case, classical, |case| case.name().into());
        let default = self.case.map_or_else(Self::default, Case::arima);
        q.named("series", &mut self.series, default.series);
        q.setting(
            "orders",
            &mut self.orders,
            default.orders,
            read_orders,
            write_orders,
        );
        q.maybe("at", &mut self.at, 0..=Self::AHEAD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_tell_the_model() {
        assert_eq!(round_trip(ArimaState::default()), "#/autoregressive/arima");
        let state = ArimaState {
            series: Chosen::Co2,
            orders: Orders::Of(Order::new(1, 1, 1), Order::new(0, 1, 1), true),
            case: None,
            at: Some(12),
        };
        assert_eq!(
            state.spec(1).map(|spec| spec.seasonal),
            Some(Order::default())
        );
        let link = "#/autoregressive/arima?series=co2&orders=1.1.1_0.1.1m&at=12";
        assert_eq!(round_trip(state), link);
        let best = ArimaState {
            orders: Orders::Best,
            ..ArimaState::default()
        };
        assert_eq!(round_trip(best), "#/autoregressive/arima?orders=best");
        for orders in [
            "4.0.0_0.0.0",
            "1.3.0_0.0.0",
            "1.1.1",
            "01.1.1_0.0.0",
            "1.1_0.0.0",
            "1.1.1.1_0.0.0",
            "m",
        ] {
            falls_back(
                "autoregressive/arima",
                &[(&format!("orders={orders}&at=25"), 2)],
            );
        }
    }
}
