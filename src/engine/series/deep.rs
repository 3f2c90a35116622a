//! A network that learns a series, and forecasts what it has not seen.

use super::{AHEAD, sound};
use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::series::MOST_SEASON;
use crate::models::series::deep::{Drawn, Forecaster, Learner, Steps};
use crate::models::series::scores::{Record, held, is_enough, scale};
use crate::protocol::series::{Course, Deep, DeepAsk, DeepNews, MOST_LEARNING, NEWS_EVERY, Rival};
use crate::protocol::{EngineError, Event, Report, RunId};

/// Ways into the future: of the first origin, and of each when it is scored.
const PATHS: usize = 200;
const PATHS_EACH: usize = 64;
/// A cost above this is past saving; a fresh network has about 1.5.
const LOST: f32 = 100.0;

/// A network at work.
pub struct DeepRun {
    run: RunId,
    ask: DeepAsk,
    /// Values before the first origin.
    train: usize,
    learner: Learner,
    costs: Vec<f32>,
    ms: f64,
    is_begun: bool,
    /// Free running, and from all origins, once it has learned.
    forecasts: Option<[(Forecaster, Vec<Drawn>); 2]>,
}

impl DeepRun {
    /// Checks the request.
    pub fn new(run: RunId, ask: DeepAsk) -> Result<Self, EngineError> {
        sound(&ask.values)?;
        let DeepAsk { season, steps, .. } = ask;
        demand(
            (1..=MOST_SEASON).contains(&season),
            format!("a season of {season}"),
        )?;
        demand(
            (1..=MOST_LEARNING).contains(&steps),
            format!("{steps} steps"),
        )?;
        let train = ask.values.len() - held(ask.values.len());
        let seen = Steps::new(&ask.values, train, ask.leaks);
        Ok(Self {
            run,
            train,
            learner: Learner::new(ask.net, seen, ask.seed),
            costs: Vec::new(),
            ms: 0.0,
            is_begun: false,
            forecasts: None,
            ask,
        })
    }

    fn news(&self, news: &DeepNews) -> Event {
        Event::Report {
            run: self.run,
            report: Report::packed(news),
        }
    }

    /// Until the next news.
    async fn learn(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let mut is_due = !self.is_begun;
        while !is_due {
            let cost = self.learner.step().await?;
            self.costs.push(cost);
            if !cost.is_finite() || cost > LOST {
                return Ok(Step::Last(self.news(&DeepNews::Diverged)));
            }
            let step = self.learner.step_number();
            is_due = step.is_multiple_of(NEWS_EVERY) || step == self.ask.steps;
            if clock() - start > TURN_MS {
                break;
            }
        }
        self.ms += clock() - start;
        if !is_due {
            return Ok(Step::Quiet);
        }
        self.is_begun = true;
        let costs = std::mem::take(&mut self.costs);
        let news = DeepNews::Learned {
            step: self.learner.step_number(),
            cost: (!costs.is_empty()).then(|| costs.iter().sum::<f32>() / costs.len() as f32),
            kept: self.learner.judge().await?,
            ms: std::mem::take(&mut self.ms) as f32,
        };
        if self.learner.step_number() == self.ask.steps {
            self.begin_to_forecast();
        }
        Ok(Step::Show(self.news(&news)))
    }

    fn begin_to_forecast(&mut self) {
        let y = &self.ask.values;
        let all: Vec<usize> = (self.train..y.len()).collect();
        let free = self.learner.forecaster(y, &all[..1], PATHS);
        let each = self.learner.forecaster(y, &all, PATHS_EACH);
        let both = free.zip(each);
        self.forecasts = both.map(|(free, each)| [(free, Vec::new()), (each, Vec::new())]);
    }

    fn through(&self, forecasts: &[(Forecaster, Vec<Drawn>); 2]) -> Deep {
        let y = &self.ask.values;
        let [(forecaster, free), (_, each)] = forecasts;
        let mut record = Record::default();
        for (i, origin) in (self.train..y.len()).enumerate() {
            // The first step is known exactly.
            let first = each[0].first[i];
            let first = std::iter::once((first[0], first[1]));
            let rest = each[1..].iter().map(|drawn| drawn.all[i]);
            record.origin(first.chain(rest), &y[origin..]);
        }
        Deep {
            course: Course {
                rival: Rival::Net(self.ask.net),
                spec: None,
                steps: record.steps(),
                free: free.iter().map(|drawn| drawn.all[0]).collect(),
                scores: record.scores(scale(&y[..self.train], self.ask.season as usize)),
            },
            drawn: free.iter().map(|drawn| drawn.first[0]).collect(),
            best: forecaster.step,
            weights: self.learner.weights() as u32,
        }
    }
}

impl Work for DeepRun {
    /// Steps of learning, then steps of the forecasts, for as long as there is time.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let season = self.ask.season as usize;
        if !is_enough(&self.ask.values, season) {
            return Ok(Step::Last(self.news(&DeepNews::TooShort)));
        }
        let Some(mut forecasts) = self.forecasts.take() else {
            return match self.learner.step_number() == self.ask.steps {
                // Nothing that it gave was a number.
                true => Ok(Step::Last(self.news(&DeepNews::Diverged))),
                false => self.learn(clock).await,
            };
        };
        let wanted = [self.ask.values.len() - self.train, AHEAD];
        for ((forecaster, drawn), wanted) in forecasts.iter_mut().zip(wanted) {
            if drawn.len() < wanted {
                drawn.push(forecaster.step().await?);
                self.forecasts = Some(forecasts);
                return Ok(Step::Quiet);
            }
        }
        let deep = Box::new(self.through(&forecasts));
        Ok(Step::Last(self.news(&DeepNews::Through(deep))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::models::series::told::Net;
    use crate::protocol::ask::Ask;

    /// Up, down, up, down, with a little chance.
    fn ask(net: Net) -> DeepAsk {
        let value =
            |t: u32| f64::from(t % 2) * 10.0 + f64::from((t * 7919 + t * t * 31) % 101) / 40.0;
        DeepAsk {
            values: (0..80).map(value).collect(),
            season: 2,
            net,
            seed: 4,
            steps: 60,
            leaks: false,
        }
    }

    fn news(ask: DeepAsk) -> Vec<DeepNews> {
        let events = run_whole(ask.into_job());
        events.iter().filter_map(Event::answer).collect()
    }

    fn deep(news: &[DeepNews]) -> &Deep {
        match news.last() {
            Some(DeepNews::Through(deep)) => deep,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_networks_learn_a_series_and_forecast_what_was_held_out() {
        for net in [Net::Conv, Net::Recurrent] {
            let all = news(ask(net));
            let kept = |news: &DeepNews| match news {
                DeepNews::Learned { kept, .. } => Some(*kept),
                _ => None,
            };
            let kept: Vec<f32> = all.iter().filter_map(kept).collect();
            assert_eq!(kept.len(), 7, "fresh, and every ten steps");
            assert!(kept[6] < kept[0] - 0.5, "{net:?}: {kept:?}");
            let deep = deep(&all);
            let Course {
                steps,
                free,
                scores,
                ..
            } = &deep.course;
            assert_eq!((steps.len(), free.len(), deep.drawn.len()), (20, 20, 20));
            assert_eq!(scores.rmse.len(), AHEAD);
            // Who repeats the last value is off by about 10.
            assert!(scores.rmse[0] < 3.0, "{net:?}: {scores:?}");
            assert!(scores.coverage > 0.5, "{net:?}: {scores:?}");
            // One origin's first step, by formula and over many draws.
            assert!((steps[0].0 - free[0].0).abs() < 1.0, "{net:?}");
        }
    }

    /// What is held out is not seen before its turn; what leaks is seen, and is worth nothing then.
    #[test]
    fn the_future_is_not_seen_unless_it_leaks() {
        let whole = |change: f64, leaks: bool| {
            let noise = crate::noise::normal(1, 0, 0, 120);
            let mut values: Vec<f64> = noise.into_iter().map(f64::from).collect();
            values[119] += change;
            news(DeepAsk {
                values,
                leaks,
                steps: 100,
                ..ask(Net::Conv)
            })
        };
        let [a, b] = [0.0, 500.0].map(|change| whole(change, false));
        assert_eq!(deep(&a).drawn, deep(&b).drawn);
        assert_eq!(deep(&a).course.steps, deep(&b).course.steps);
        let least = |all: &[DeepNews]| {
            let kept = all.iter().filter_map(|news| match news {
                DeepNews::Learned { kept, .. } => Some(*kept),
                _ => None,
            });
            kept.fold(f32::INFINITY, f32::min)
        };
        let leaky = whole(0.0, true);
        assert!(least(&leaky) < least(&a) - 0.3, "it seems better");
        let rmse = |all: &[DeepNews]| deep(all).course.scores.rmse[0];
        let [honest, leaky] = [&a, &leaky].map(|all| rmse(all));
        assert!(leaky > 1.1 * honest, "and is worse: {leaky} {honest}");
    }

    #[test]
    fn too_little_is_told_and_nonsense_refused() {
        let mut short = ask(Net::Conv);
        short.values.truncate(11);
        assert_eq!(news(short), [DeepNews::TooShort]);
        let spoil: &[fn(&mut DeepAsk)] = &[
            |ask| ask.values.clear(),
            |ask| ask.values[0] = f64::NAN,
            |ask| ask.season = 0,
            |ask| ask.steps = 0,
            |ask| ask.steps = MOST_LEARNING + 1,
        ];
        assert_refused(&ask(Net::Recurrent), spoil, |ask| run_whole(ask.into_job()));
    }
}
