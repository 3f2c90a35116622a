//! Models that are fitted to a series, step by step.

use super::sound;
use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::series::MOST_SEASON;
use crate::models::series::choose::{Choice, Went};
use crate::models::series::difference::stages;
use crate::models::series::fit::Fitting;
use crate::models::series::forecast::{forecast, shares};
use crate::models::series::looks::{acf, ljung_box, quantiles};
use crate::models::series::told::{Fit, Grounds};
use crate::protocol::series::{FitAsk, FitNews, Fitted, MOST_AHEAD, Which};
use crate::protocol::{EngineError, Event, Report, RunId};

/// A fit, or a choice of orders, under way.
pub struct FitRun {
    run: RunId,
    ask: FitAsk,
    state: State,
}

enum State {
    New,
    Fits(Box<Fitting>),
    Chooses(Box<Choice>),
    /// The chosen one is fitted again, from several starts.
    Ends(Box<Fitting>, Grounds),
}

impl FitRun {
    /// Checks the request.
    pub fn new(run: RunId, ask: FitAsk) -> Result<Self, EngineError> {
        sound(&ask.values)?;
        demand(
            (1..=MOST_AHEAD).contains(&ask.ahead),
            format!("{} ahead", ask.ahead),
        )?;
        match &ask.which {
            Which::Of(spec) => demand(spec.is_sound(), format!("{spec}"))?,
            Which::Best(season) => demand(
                (1..=MOST_SEASON).contains(season),
                format!("a season of {season}"),
            )?,
        }
        Ok(Self {
            run,
            ask,
            state: State::New,
        })
    }

    fn news(&self, news: &FitNews) -> Event {
        Event::Report {
            run: self.run,
            report: Report::packed(news),
        }
    }

    fn fitted(&self, fit: Fit, grounds: Option<Grounds>) -> Step {
        let y = &self.ask.values;
        let residuals = fit.residuals();
        let n = residuals.len();
        // As many as two seasons, or ten, of those that there are.
        let lags = (2 * fit.spec.season as usize).max(10).min(n / 2).max(1);
        let weights = fit.spec.weights() - usize::from(fit.spec.constant);
        let (q, p) = ljung_box(&residuals, lags, weights);
        let fitted = Fitted {
            stages: stages(y, &fit.spec),
            ahead: forecast(y, &fit, self.ask.ahead as usize),
            shares: shares(&fit, y.len()),
            acf: acf(&residuals, lags),
            ljung_box: (lags as u32, q, p),
            quantiles: quantiles(&residuals),
            grounds,
            fit,
        };
        Step::Last(self.news(&FitNews::Fitted(Box::new(fitted))))
    }
}

impl Work for FitRun {
    /// Steps downhill for as long as there is time.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        loop {
            match &mut self.state {
                State::New => {
                    self.state = match &self.ask.which {
                        Which::Of(spec) => match Fitting::new(spec, &self.ask.values, false) {
                            Ok(fitting) => State::Fits(Box::new(fitting)),
                            Err(why) => return Ok(Step::Last(self.news(&FitNews::Unfit(why)))),
                        },
                        Which::Best(season) => {
                            State::Chooses(Box::new(Choice::new(&self.ask.values, *season)))
                        }
                    };
                }
                State::Fits(fitting) => {
                    if let Some(fit) = fitting.step() {
                        return Ok(self.fitted(fit, None));
                    }
                    if clock() - start > TURN_MS {
                        let news = FitNews::Step(fitting.log_likelihood());
                        return Ok(Step::Show(self.news(&news)));
                    }
                }
                State::Chooses(choice) => match choice.step() {
                    Went::Tried(tried) => return Ok(Step::Show(self.news(&FitNews::Tried(tried)))),
                    Went::On if clock() - start > TURN_MS => return Ok(Step::Quiet),
                    Went::On => {}
                    Went::Over => {
                        let grounds = choice.grounds;
                        let best = choice.best.take().or_else(|| choice.fallback());
                        let Some(best) = best else {
                            let why = crate::models::series::told::Unfit::Constant;
                            return Ok(Step::Last(self.news(&FitNews::Unfit(why))));
                        };
                        match Fitting::new(&best.spec, &self.ask.values, false) {
                            Ok(fitting) => self.state = State::Ends(Box::new(fitting), grounds),
                            Err(_) => return Ok(self.fitted(best, Some(grounds))),
                        }
                    }
                },
                State::Ends(fitting, grounds) => {
                    if let Some(fit) = fitting.step() {
                        let grounds = *grounds;
                        return Ok(self.fitted(fit, Some(grounds)));
                    }
                    if clock() - start > TURN_MS {
                        return Ok(Step::Quiet);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::models::series::told::Unfit;
    use crate::models::series::{Order, Spec};
    use crate::protocol::ask::Ask;

    fn ask(which: Which) -> FitAsk {
        let values =
            (0..60u32).map(|t| f64::from((t * 7919 + t * t * 31) % 101) + f64::from(t % 4) * 30.0);
        FitAsk {
            values: values.collect(),
            which,
            ahead: 8,
        }
    }

    fn spec(p: u32, d: u32, q: u32) -> Spec {
        Spec {
            order: Order::new(p, d, q),
            seasonal: Order::default(),
            season: 4,
            constant: true,
        }
    }

    fn news(ask: FitAsk) -> Vec<FitNews> {
        let events = run_job(ask.into_job(), &mut no_models(), usize::MAX);
        let report = |event: &Event| match event {
            Event::Report { report, .. } => FitAsk::report(report),
            _ => None,
        };
        events.iter().filter_map(report).collect()
    }

    #[test]
    fn a_model_is_fitted_and_looks_ahead() {
        let mut all = news(ask(Which::Of(spec(1, 0, 1))));
        let Some(FitNews::Fitted(fitted)) = all.pop() else {
            panic!("no fit")
        };
        assert_eq!(
            (
                fitted.ahead.len(),
                fitted.shares.len(),
                fitted.quantiles.len()
            ),
            (8, 60, 60)
        );
        assert!(
            fitted.fit.arrived
                && fitted
                    .ahead
                    .iter()
                    .all(|a| a.mean.is_finite() && a.spread > 0.0)
        );
        // The best is no worse than what was tried.
        let mut all = news(ask(Which::Best(4)));
        let Some(FitNews::Fitted(best)) = all.pop() else {
            panic!("no fit")
        };
        let tried = all.iter().filter_map(|news| match news {
            FitNews::Tried(tried) => tried.aic,
            _ => None,
        });
        assert!(best.grounds.is_some_and(|grounds| grounds.season > 0.0));
        assert!(tried.fold(f64::INFINITY, f64::min) > best.fit.aic() - 1e-6);
    }

    #[test]
    fn what_cannot_be_fitted_is_told_and_nonsense_refused() {
        let flat = FitAsk {
            values: vec![3.0; 20],
            ..ask(Which::Of(spec(1, 1, 0)))
        };
        assert_eq!(news(flat.clone()), [FitNews::Unfit(Unfit::Constant)]);
        let best = news(FitAsk {
            which: Which::Best(1),
            ..flat
        });
        assert!(matches!(best.last(), Some(FitNews::Unfit(_))), "{best:?}");
        let spoil: &[fn(&mut FitAsk)] = &[
            |ask| ask.values.clear(),
            |ask| ask.values[0] = f64::INFINITY,
            |ask| ask.ahead = 0,
            |ask| ask.ahead = 61,
            |ask| ask.which = Which::Of(spec(4, 0, 0)),
            |ask| ask.which = Which::Best(0),
        ];
        assert_refused(&ask(Which::Of(spec(1, 0, 0))), spoil, |ask| {
            run_job(ask.into_job(), &mut no_models(), usize::MAX)
        });
    }
}
