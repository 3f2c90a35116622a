//! What the engine finds of a series, as it comes.

use std::ops::Deref;
use std::rc::Rc;

use crate::models::series::told::{Tried, Unfit};
use crate::protocol::ask::Ask;
use crate::protocol::series::{
    CompareAsk, CompareNews, Course, Deep, DeepAsk, DeepNews, FitAsk, FitNews, Fitted, Look,
    LookAsk,
};
use crate::ui::runs::booked::{Book, Booked, Store};

/// What comes of one question; with another question it begins anew.
pub trait Findings: Clone + Default + 'static {
    /// The question.
    type Ask: Ask + Clone + PartialEq + 'static;

    /// There is news.
    fn take(&mut self, news: <Self::Ask as Ask>::Answer);
}

/// A question, and what has come of it.
#[derive(Clone, Debug)]
pub struct Once<F: Findings> {
    asked: Option<F::Ask>,
    found: F,
}

impl<F: Findings> Default for Once<F> {
    fn default() -> Self {
        Self {
            asked: None,
            found: F::default(),
        }
    }
}

impl<F: Findings> Deref for Once<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.found
    }
}

impl<F: Findings> Store for Once<F> {
    /// `None` while what it takes is not here.
    type Want = Option<F::Ask>;
    type Work = ();
    type Ask = F::Ask;

    fn want(&mut self, book: &mut Book<()>, want: Option<F::Ask>) {
        *self = Self {
            asked: want,
            found: F::default(),
        };
        match self.asked {
            Some(_) => book.begin(()),
            None => book.reset(),
        }
    }

    fn ask(&self, (): &()) -> Option<F::Ask> {
        self.asked.clone()
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), news: <F::Ask as Ask>::Answer) {
        self.found.take(news);
    }

    /// From the start: it is a matter of seconds.
    fn go_on(&mut self, book: &mut Book<()>) {
        let want = self.asked.clone();
        self.want(book, want);
    }
}

/// What a series shows.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// If that is known.
    pub look: Option<Rc<Look>>,
}

impl Findings for Looked {
    type Ask = LookAsk;

    fn take(&mut self, look: Look) {
        self.look = Some(look.into());
    }
}

/// A fit under way.
#[derive(Clone, Debug, Default)]
pub struct Fits {
    /// `ln p` so far.
    pub log_likelihood: Option<f64>,
    /// Models that were tried.
    pub tried: Vec<Tried>,
    /// What came of it.
    pub fitted: Option<Rc<Fitted>>,
    /// Why nothing came of it.
    pub unfit: Option<Unfit>,
}

/// They, and how their work stands.
pub type FitsRun = Booked<Once<Fits>>;

impl Findings for Fits {
    type Ask = FitAsk;

    fn take(&mut self, news: FitNews) {
        match news {
            FitNews::Step(log_likelihood) => self.log_likelihood = Some(log_likelihood),
            FitNews::Tried(tried) => self.tried.push(tried),
            FitNews::Fitted(fitted) => self.fitted = Some(fitted.into()),
            FitNews::Unfit(why) => self.unfit = Some(why),
        }
    }
}

/// Forecasters that compete.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Models that were tried.
    pub tried: u32,
    /// Values that were held out.
    pub held: u32,
    /// Those who are through.
    pub courses: Vec<Rc<Course>>,
    /// Is the series too short?
    pub is_short: bool,
}

impl Findings for Compared {
    type Ask = CompareAsk;

    fn take(&mut self, news: CompareNews) {
        match news {
            CompareNews::Tried(tried) => self.tried = tried,
            CompareNews::Through(held, course) => {
                self.held = held;
                self.courses.push(course.into());
            }
            CompareNews::TooShort => self.is_short = true,
        }
    }
}

/// A network that learns a series.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    /// Step, what it learns from, and what it knows and does not learn from: nats a value.
    pub costs: Vec<(u32, Option<f32>, f32)>,
    /// What it has forecast.
    pub deep: Option<Rc<Deep>>,
    /// The same, as that of the others.
    pub course: Option<Rc<Course>>,
    /// Has it left all bounds?
    pub has_diverged: bool,
    /// Is the series too short?
    pub is_short: bool,
    /// Time that learning took, ms.
    pub ms: f32,
}

impl Learned {
    /// Steps of learning done.
    pub fn step(&self) -> u32 {
        self.costs.last().map_or(0, |(step, ..)| *step)
    }
}

impl Findings for Learned {
    type Ask = DeepAsk;

    fn take(&mut self, news: DeepNews) {
        match news {
            DeepNews::Learned {
                step,
                cost,
                kept,
                ms,
            } => {
                self.costs.push((step, cost, kept));
                self.ms += ms;
            }
            DeepNews::Diverged => self.has_diverged = true,
            DeepNews::Through(deep) => {
                self.course = Some(deep.course.clone().into());
                self.deep = Some((*deep).into());
            }
            DeepNews::TooShort => self.is_short = true,
        }
    }
}
