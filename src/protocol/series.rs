//! Series: what they show, models that are fitted to them, and values to come.

use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{Home, Job, PackedJob};
use crate::models::series::Spec;
use crate::models::series::told::{Ahead, Fit, Grounds, Net, Scores, Tried, Unfit};

/// Values to come, at most.
pub const MOST_AHEAD: u32 = 60;
/// Lags that are looked at, at most.
pub const MOST_LAGS: u32 = 60;

/// Asks what a series shows of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookAsk {
    /// The series.
    pub values: Vec<f64>,
    /// Lags whose weights are wanted.
    pub lags: Vec<u32>,
    /// Lags whose correlations are wanted, from 0.
    pub most: u32,
}

/// What it shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Autocorrelations, from lag 0.
    pub acf: Vec<f64>,
    /// Partial ones.
    pub pacf: Vec<f64>,
    /// Weights of the lags by least squares, of deviations from the mean.
    pub weights: Vec<f64>,
}

impl LookAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "series-look";
}

impl Ask for LookAsk {
    type Answer = Look;

    fn into_job(self) -> Job {
        let job = PackedJob::new(Self::FORM, Home::Cpu, None, &self);
        Job::Packed(PackedJob {
            interactive: true,
            ..job
        })
    }
}

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// One of this shape.
    Of(Spec),
    /// The best by Akaike's criterion, for a season of so many steps.
    Best(u32),
}

/// Fits a model to a series, and looks ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitAsk {
    /// The series, `LEAST_VALUES..=MOST_VALUES` values.
    pub values: Vec<f64>,
    /// Which.
    pub which: Which,
    /// Values to come, `1..=MOST_AHEAD`.
    pub ahead: u32,
}

/// News of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FitNews {
    /// It goes on: `ln p` so far.
    Step(f64),
    /// A model was tried.
    Tried(Tried),
    /// It is fitted.
    Fitted(Box<Fitted>),
    /// It cannot be.
    Unfit(Unfit),
}

/// A fitted model, and what follows from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// It.
    pub fit: Fit,
    /// Why so many differences, if the orders were chosen here.
    pub grounds: Option<Grounds>,
    /// The series, and after each difference that is taken.
    pub stages: Vec<Vec<f64>>,
    /// Values to come.
    pub ahead: Vec<Ahead>,
    /// What each value before the next one weighs in it, the last first.
    pub shares: Vec<f64>,
    /// Autocorrelations of the residuals, from lag 0.
    pub acf: Vec<f64>,
    /// Ljung and Box: lags, Q, and how probable one as large is.
    pub ljung_box: (u32, f64, f64),
    /// Residuals in order beside a normal distribution's, standard deviations.
    pub quantiles: Vec<(f64, f64)>,
}

impl FitAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "series-fit";
}

impl Ask for FitAsk {
    type Answer = FitNews;

    fn into_job(self) -> Job {
        Job::Packed(PackedJob::new(Self::FORM, Home::Cpu, None, &self))
    }
}

/// Lets forecasters compete on the last part of a series, which none of them was fitted to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompareAsk {
    /// The series.
    pub values: Vec<f64>,
    /// Steps of a season, 1 for none.
    pub season: u32,
}

/// Who forecasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rival {
    /// The last value, again and again.
    Last,
    /// The last season, again and again.
    Season,
    /// Three values back, without differences.
    Ar,
    /// The best ARIMA by Akaike's criterion, of what comes before.
    Arima,
    /// A network.
    Net(Net),
}

/// What one of them did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Who.
    pub rival: Rival,
    /// A fitted one's name.
    pub spec: Option<Spec>,
    /// Each held-out value, one step ahead: expected, and its standard deviation.
    pub steps: Vec<(f64, f64)>,
    /// The same from the first origin on, without ever seeing the truth.
    pub free: Vec<(f64, f64)>,
    /// What it came to.
    pub scores: Scores,
}

/// News of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CompareNews {
    /// So many models were tried.
    Tried(u32),
    /// One of them is through: held-out values, and what it did.
    Through(u32, Course),
    /// The series is too short for it.
    TooShort,
}

impl CompareAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "series-compare";
}

impl Ask for CompareAsk {
    type Answer = CompareNews;

    fn into_job(self) -> Job {
        Job::Packed(PackedJob::new(Self::FORM, Home::Cpu, None, &self))
    }
}

/// Lets a network learn a series, but for its last part, and then forecast that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeepAsk {
    /// The series.
    pub values: Vec<f64>,
    /// Steps of a season, 1 for none: errors are told in units of the naive one's.
    pub season: u32,
    /// Which network.
    pub net: Net,
    /// Seed of its first weights and of what is drawn.
    pub seed: u64,
    /// Steps of learning, `1..=`[`MOST_LEARNING`].
    pub steps: u32,
    /// Let the future leak into what it learns from: beside each step, the mean of it and both neighbours.
    pub leaks: bool,
}

/// Steps of learning at most.
pub const MOST_LEARNING: u32 = 2000;
/// Steps of learning between two news.
pub const NEWS_EVERY: u32 = 10;

/// News of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DeepNews {
    /// It has learned.
    Learned {
        /// Steps done.
        step: u32,
        /// Mean cost of a step of the series since the news before, nats a value; none before the first.
        cost: Option<f32>,
        /// The same of what it knows, but does not learn from.
        kept: f32,
        /// Time it took, ms.
        ms: f32,
    },
    /// Its weights went beyond all bounds.
    Diverged,
    /// It has forecast.
    Through(Box<Deep>),
    /// The series is too short for it.
    TooShort,
}

/// What a network made of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deep {
    /// What it did on what was held out.
    pub course: Course,
    /// One way into the future: mean and spread of each value's distribution, and what was drawn of it.
    pub drawn: Vec<[f64; 3]>,
    /// The step of learning that was best by what it did not learn from.
    pub best: u32,
    /// Weights that it has.
    pub weights: u32,
}

impl DeepAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "series-deep";
}

impl Ask for DeepAsk {
    type Answer = DeepNews;

    fn into_job(self) -> Job {
        Job::Packed(PackedJob::new(Self::FORM, Home::Trainer, None, &self))
    }
}
