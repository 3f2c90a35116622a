//! What links say in the chapters on series.

mod arima;
mod case;
mod deep;
mod past;
mod rivals;

pub use arima::{ArimaState, Orders};
pub use case::{AIC, Case, HALF, OFF, Standing, WEIGHTS};
pub use deep::DeepState;
pub use past::PastState;
pub use rivals::RivalsState;

use crate::ui::state::Named;

/// Series that come with the page, and the visitor's own, which no link holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Airline passengers a month.
    Airline,
    /// CO2 in the air.
    Co2,
    /// Flights a day.
    Flights,
    /// Temperature of each day.
    Seattle,
    /// A share price.
    Apple,
    /// A trend that breaks, made for this.
    Broken,
    /// The visitor's.
    Own,
}

impl Named for Chosen {
    const VALUES: &'static [Self] = &[
        Self::Airline,
        Self::Co2,
        Self::Flights,
        Self::Seattle,
        Self::Apple,
        Self::Broken,
        Self::Own,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Airline => "airline",
            Self::Co2 => "co2",
            Self::Flights => "flights",
            Self::Seattle => "seattle",
            Self::Apple => "apple",
            Self::Broken => "broken",
            Self::Own => "own",
        }
    }
}
