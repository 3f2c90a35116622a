//! Series: the next value from the values before it, as a linear model with Gaussian errors.
//!
//! The seasonal ARIMA of Box and Jenkins (1970; Box, Jenkins, Reinsel and Ljung, *Time Series Analysis*, 5th
//! edition 2015). With the backshift `B y_t = y_{t-1}`, a season of `s` steps, and `w` the differences of `y`:
//!
//! ```text
//! w_t = (1 - B)^d (1 - B^s)^D y_t
//! φ(B) Φ(B^s) (w_t - μ) = θ(B) Θ(B^s) ε_t,      ε_t ~ N(0, σ²)
//!
//! φ(B) = 1 - φ_1 B - … - φ_p B^p,   θ(B) = 1 + θ_1 B + … + θ_q B^q
//! ```
//!
//! Signs are those of statsmodels and R.
//!
//! | module | what |
//! |---|---|
//! | [`difference`] | differences, step by step, and back |
//! | [`polynomial`] | products, and numbers that may be any, for weights that may not |
//! | [`kalman`] | the exact likelihood of `w`, its surprises, and what is known at its end |
//! | [`fit`] | the likeliest weights, their errors, how well the model fits |
//! | [`minimize`] | the descent that finds them |
//! | [`forecast`] | values to come with their spread, and what each is made of |
//! | [`choose`] | which orders, by AIC |
//! | [`compare`] | forecasters, the naive ones among them |
//! | [`scores`] | how good forecasts are, on what was held out |
//! | [`deep`] | networks that predict the next value |
//! | [`told`] | what is found, as plain types |
//! | [`looks`] | what a series shows of itself: correlations, least squares, tests |
//!
//! All numbers are `f64`, but those of networks; `engine_cpu` holds what computes, `engine_train` what learns.

#[cfg(feature = "look")]
pub mod choose;
#[cfg(feature = "look")]
pub mod compare;
#[cfg(feature = "train")]
pub mod deep;
#[cfg(feature = "look")]
pub mod difference;
#[cfg(feature = "look")]
pub mod fit;
#[cfg(feature = "look")]
pub mod forecast;
#[cfg(all(test, feature = "look"))]
mod golden;
#[cfg(feature = "look")]
pub mod kalman;
#[cfg(feature = "look")]
pub mod looks;
#[cfg(feature = "look")]
pub mod minimize;
#[cfg(feature = "look")]
pub mod polynomial;
#[cfg(any(feature = "look", feature = "train"))]
pub mod scores;
pub mod told;

use serde::{Deserialize, Serialize};

/// Values of a series, at most: what is longer is thinned by who asks.
pub const MOST_VALUES: usize = 1000;
/// Values of a series, at least.
pub const LEAST_VALUES: usize = 8;
/// Steps of a season at most.
pub const MOST_SEASON: u32 = 60;

/// Orders of one part of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order {
    /// Values back that enter.
    pub p: u32,
    /// Differences.
    pub d: u32,
    /// Errors back that enter.
    pub q: u32,
}

impl Order {
    /// Of its three numbers.
    pub const fn new(p: u32, d: u32, q: u32) -> Self {
        Self { p, d, q }
    }
}

/// A seasonal ARIMA's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spec {
    /// (p, d, q).
    pub order: Order,
    /// (P, D, Q); all zero if there is no season.
    pub seasonal: Order,
    /// Steps of a season; 1 for none.
    pub season: u32,
    /// Is a mean of the differences estimated?
    pub constant: bool,
}

/// Orders at most, of each kind.
pub const MOST_ORDER: u32 = 3;

impl Spec {
    /// Whether every number is one that makes sense.
    pub fn is_sound(&self) -> bool {
        let Self {
            order,
            seasonal,
            season,
            ..
        } = self;
        let small = |order: &Order| order.p <= MOST_ORDER && order.q <= MOST_ORDER;
        small(order)
            && small(seasonal)
            && order.d <= 2
            && seasonal.d <= 1
            && (1..=MOST_SEASON).contains(season)
            && (*season > 1 || *seasonal == Order::default())
    }

    /// Values that differences take away.
    pub fn lost(&self) -> usize {
        (self.order.d + self.seasonal.d * self.season) as usize
    }

    /// Weights that are estimated: φ, θ, Φ, Θ, μ.
    pub fn weights(&self) -> usize {
        let of = |order: &Order| (order.p + order.q) as usize;
        of(&self.order) + of(&self.seasonal) + usize::from(self.constant)
    }
}

impl std::fmt::Display for Spec {
    /// `ARIMA(0,1,1)(0,1,1)12`, as it is usually written.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Order { p, d, q } = self.order;
        write!(f, "ARIMA({p},{d},{q})")?;
        if self.season > 1 && self.seasonal != Order::default() {
            let Order { p, d, q } = self.seasonal;
            write!(f, "({p},{d},{q}){}", self.season)?;
        }
        if self.constant {
            f.write_str(match self.lost() {
                0 => " with mean",
                _ => " with drift",
            })?;
        }
        Ok(())
    }
}

/// What is expected of each value from the first lag on, as a weighted sum of deviations from the mean:
/// `m + Σ w_i (y_{t-i} - m)` for lags `i` with weights `w_i`; from the longest lag on, which is returned first.
pub fn by_hand(y: &[f64], mean: f64, weights: &[(usize, f64)]) -> (usize, Vec<f64>) {
    let first = weights.iter().map(|(lag, _)| *lag).max().unwrap_or(0);
    let expected = |t: usize| {
        let parts = weights.iter().map(|(lag, w)| w * (y[t - lag] - mean));
        mean + parts.sum::<f64>()
    };
    (first, (first..y.len()).map(expected).collect())
}

/// Root of the mean squared error.
pub fn rmse(truth: &[f64], expected: &[f64]) -> f64 {
    let squares = truth.iter().zip(expected).map(|(a, b)| (a - b).powi(2));
    (squares.sum::<f64>() / truth.len().max(1) as f64).sqrt()
}

/// Which weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weight {
    /// φ of a lag.
    Ar(u32),
    /// θ of a lag.
    Ma(u32),
    /// Φ of a season.
    SeasonalAr(u32),
    /// Θ of a season.
    SeasonalMa(u32),
    /// μ.
    Mean,
}

/// The estimated weights, in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// φ_1 …
    pub ar: Vec<f64>,
    /// θ_1 …
    pub ma: Vec<f64>,
    /// Φ_1 …
    pub seasonal_ar: Vec<f64>,
    /// Θ_1 …
    pub seasonal_ma: Vec<f64>,
    /// μ; 0 where it is not estimated.
    pub mean: f64,
}

impl Weights {
    /// All that are estimated, in the order φ, θ, Φ, Θ, μ.
    pub fn list(&self, spec: &Spec) -> Vec<f64> {
        let mut all = [&self.ar[..], &self.ma, &self.seasonal_ar, &self.seasonal_ma].concat();
        all.extend(spec.constant.then_some(self.mean));
        all
    }

    /// The inverse of [`Self::list`].
    pub fn of_list(spec: &Spec, list: &[f64]) -> Self {
        let mut rest = list;
        let mut take = |n: u32| {
            let (head, tail) = rest.split_at(n as usize);
            rest = tail;
            head.to_vec()
        };
        let (order, seasonal) = (spec.order, spec.seasonal);
        let [ar, ma] = [order.p, order.q].map(&mut take);
        let [seasonal_ar, seasonal_ma] = [seasonal.p, seasonal.q].map(&mut take);
        let mean = rest.first().copied().unwrap_or(0.0);
        Self {
            ar,
            ma,
            seasonal_ar,
            seasonal_ma,
            mean,
        }
    }

    /// Their names, in the same order.
    pub fn names(spec: &Spec) -> Vec<Weight> {
        let (order, seasonal) = (spec.order, spec.seasonal);
        let mut all: Vec<Weight> = (1..=order.p).map(Weight::Ar).collect();
        all.extend((1..=order.q).map(Weight::Ma));
        all.extend((1..=seasonal.p).map(Weight::SeasonalAr));
        all.extend((1..=seasonal.q).map(Weight::SeasonalMa));
        all.extend(spec.constant.then_some(Weight::Mean));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 4, 6, 10 about a mean of 5: half of each deviation, and a quarter of the one before, taken away.
    #[test]
    fn predictions_by_hand() {
        let (first, expected) = by_hand(&[4.0, 6.0, 10.0, 0.0], 5.0, &[(1, 0.5), (2, -0.25)]);
        assert_eq!((first, &expected[..]), (2, &[5.75, 7.25][..]));
        assert_eq!(rmse(&[1.0, 2.0], &[1.0, 4.0]), 2f64.sqrt());
    }

    #[test]
    fn models_have_names() {
        let airline = Spec {
            order: Order::new(0, 1, 1),
            seasonal: Order::new(0, 1, 1),
            season: 12,
            constant: false,
        };
        assert_eq!(airline.to_string(), "ARIMA(0,1,1)(0,1,1)12");
        assert_eq!((airline.lost(), airline.weights()), (13, 2));
        let ar = Spec {
            order: Order::new(2, 0, 0),
            seasonal: Order::default(),
            season: 1,
            constant: true,
        };
        assert_eq!(ar.to_string(), "ARIMA(2,0,0) with mean");
        let list = [0.1, 0.2, 3.0];
        assert_eq!(Weights::of_list(&ar, &list).list(&ar), list);
        let names = [Weight::Ar(1), Weight::Ar(2), Weight::Mean];
        assert_eq!(Weights::names(&ar), names);
    }
}
