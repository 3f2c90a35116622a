//! What is found of a series: plain types, which page and engine both know.

use serde::{Deserialize, Serialize};

use super::{Spec, Weights};

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Its shape.
    pub spec: Spec,
    /// Its weights.
    pub weights: Weights,
    /// The standard error of each, in the order of [`Weights::list`], by the curvature of the
    /// likelihood; `None` where it has none.
    pub errors: Vec<Option<f64>>,
    /// `σ²`.
    pub variance: f64,
    /// `ln p(w)`, of the differences.
    pub log_likelihood: f64,
    /// Each difference less what was expected of it.
    pub surprises: Vec<f64>,
    /// The variance of each surprise in units of `σ²`.
    pub spreads: Vec<f64>,
    /// Was a maximum reached?
    pub arrived: bool,
    /// Do errors of long ago still matter, or values? Then a root lies at the edge of the unit circle, and
    /// the model is not to be trusted.
    pub at_edge: bool,
}

/// Why a model cannot be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// Too few values for so many weights.
    TooShort,
    /// Nothing is left once the differences are taken.
    Constant,
    /// No weights have a likelihood.
    Nowhere,
}

impl Fit {
    fn count(&self) -> (f64, f64) {
        // σ² counts.
        (
            (self.spec.weights() + 1) as f64,
            self.surprises.len() as f64,
        )
    }

    /// Akaike's criterion: `2 k - 2 ln p`.
    pub fn aic(&self) -> f64 {
        2.0 * self.count().0 - 2.0 * self.log_likelihood
    }

    /// The same for few values (Hurvich and Tsai 1989).
    pub fn aicc(&self) -> f64 {
        let (k, n) = self.count();
        self.aic() + 2.0 * k * (k + 1.0) / (n - k - 1.0)
    }

    /// Schwarz's criterion.
    pub fn bic(&self) -> f64 {
        let (k, n) = self.count();
        k * n.ln() - 2.0 * self.log_likelihood
    }

    /// Surprises in units of their standard deviation.
    pub fn residuals(&self) -> Vec<f64> {
        let pairs = self.surprises.iter().zip(&self.spreads);
        pairs.map(|(v, f)| v / (self.variance * f).sqrt()).collect()
    }
}

/// What is added up to an expected value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Of {
    /// The value so many steps before; known, or expected itself.
    Value(u32),
    /// The error so many steps before.
    Error(u32),
    /// What a mean or a drift adds.
    Constant,
    /// What is still owed to the beginning, of which nothing is known.
    Rest,
}

/// One of these.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Which.
    pub of: Of,
    /// Its weight.
    pub weight: f64,
    /// What is weighted.
    pub value: f64,
}

/// A value to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ahead {
    /// What is expected.
    pub mean: f64,
    /// Standard deviation of the error, with the weights taken for true.
    pub spread: f64,
    /// What the expected value is made of; their sum.
    pub terms: Vec<Term>,
}

/// Half of a 95 % interval, in standard deviations.
pub const WIDE: f64 = 1.959_963_984_540_054;

/// A model that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// Its shape.
    pub spec: Spec,
    /// Its criterion; none where it could not be fitted, or came to lie at the edge.
    pub aic: Option<f64>,
}

/// Why so many differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grounds {
    /// Strength of the season, `0..=1`.
    pub season: f64,
    /// The statistic of Kwiatkowski and others of what is left.
    pub kpss: f64,
}

/// How good forecasts came out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Root of the mean squared error by steps ahead, from 1.
    pub rmse: Vec<f64>,
    /// Mean absolute error one step ahead, in units of that of repeating the last season, or value.
    pub mase: f64,
    /// Continuous ranked probability score one step ahead; as an absolute error, less is better.
    pub crps: f64,
    /// Share of the truth within 95 % intervals, of all steps ahead.
    pub coverage: f64,
}

/// A network that predicts the next value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Net {
    /// Causal dilated convolutions.
    Conv,
    /// A gated recurrent unit.
    Recurrent,
}
