//! Forecasters side by side.

use super::{AHEAD, sound};
use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::series::MOST_SEASON;
use crate::models::series::choose::{Choice, Went};
use crate::models::series::compare::Forecaster;
use crate::models::series::scores::{Record, held, is_enough, scale};
use crate::protocol::series::{CompareAsk, CompareNews, Course, Rival};
use crate::protocol::{EngineError, Event, Report, RunId};

/// A comparison under way.
pub struct CompareRun {
    run: RunId,
    ask: CompareAsk,
    /// Values before the first origin.
    train: usize,
    choice: Option<Choice>,
    tried: u32,
    /// Those who have not been through, the next one last.
    waiting: Vec<(Rival, Forecaster)>,
    record: Record,
    origin: usize,
}

impl CompareRun {
    /// Checks the request.
    pub fn new(run: RunId, ask: CompareAsk) -> Result<Self, EngineError> {
        sound(&ask.values)?;
        let season = ask.season;
        demand(
            (1..=MOST_SEASON).contains(&season),
            format!("a season of {season}"),
        )?;
        let train = ask.values.len() - held(ask.values.len());
        Ok(Self {
            run,
            train,
            choice: None,
            tried: 0,
            waiting: Vec::new(),
            record: Record::default(),
            origin: train,
            ask,
        })
    }

    fn news(&self, news: &CompareNews) -> Event {
        Event::Report {
            run: self.run,
            report: Report::packed(news),
        }
    }

    /// Those who compete, once the orders of the last are chosen.
    fn invite(&mut self, arima: Option<Forecaster>) {
        let train = &self.ask.values[..self.train];
        let season = self.ask.season as usize;
        let mut all = vec![(Rival::Last, Forecaster::last(train))];
        if season > 1 {
            all.push((Rival::Season, Forecaster::season(train, season)));
        }
        all.extend(Forecaster::autoregression(train).map(|who| (Rival::Ar, who)));
        all.extend(arima.map(|who| (Rival::Arima, who)));
        all.reverse();
        self.waiting = all;
    }

    /// What the one at hand did, once all origins are behind.
    fn through(&mut self) -> Option<Event> {
        let (rival, who) = self.waiting.pop()?;
        let y = &self.ask.values;
        let record = std::mem::take(&mut self.record);
        self.origin = self.train;
        let course = Course {
            rival,
            spec: match &who {
                Forecaster::Model(fit) => Some(fit.spec),
                _ => None,
            },
            steps: record.steps(),
            free: who.ahead(&y[..self.train], y.len() - self.train),
            scores: record.scores(scale(&y[..self.train], self.ask.season as usize)),
        };
        let held = (y.len() - self.train) as u32;
        Some(self.news(&CompareNews::Through(held, course)))
    }
}

impl Work for CompareRun {
    /// Models are tried, then origin after origin, for as long as there is time.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let season = self.ask.season as usize;
        if self.waiting.is_empty() {
            if !is_enough(&self.ask.values, season) {
                return Ok(Step::Last(self.news(&CompareNews::TooShort)));
            }
            let choice = self.choice.get_or_insert_with(|| {
                Choice::new(&self.ask.values[..self.train], self.ask.season)
            });
            loop {
                match choice.step() {
                    Went::On if clock() - start > TURN_MS => return Ok(Step::Quiet),
                    Went::On => {}
                    Went::Tried(_) => {
                        self.tried += 1;
                        let news = CompareNews::Tried(self.tried);
                        return Ok(Step::Show(self.news(&news)));
                    }
                    Went::Over => break,
                }
            }
            let best = choice.best.take().or_else(|| choice.fallback());
            self.choice = None;
            self.invite(best.map(|fit| Forecaster::Model(Box::new(fit))));
        }
        while self.origin < self.ask.values.len() {
            if let Some((_, who)) = self.waiting.last() {
                let (past, truth) = self.ask.values.split_at(self.origin);
                self.record
                    .origin(who.ahead(past, AHEAD.min(truth.len())), truth);
            }
            self.origin += 1;
            if clock() - start > TURN_MS && self.origin < self.ask.values.len() {
                return Ok(Step::Quiet);
            }
        }
        let Some(event) = self.through() else {
            return Err(EngineError::NotFinite);
        };
        Ok(match self.waiting.is_empty() {
            true => Step::Last(event),
            false => Step::Show(event),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::protocol::ask::Ask;

    fn ask() -> CompareAsk {
        let value =
            |t: u32| f64::from(t % 4) * 10.0 + f64::from((t * 7919 + t * t * 31) % 101) / 40.0;
        CompareAsk {
            values: (0..80).map(value).collect(),
            season: 4,
        }
    }

    fn news(ask: CompareAsk) -> Vec<CompareNews> {
        let events = run_job(ask.into_job(), &mut no_models(), usize::MAX);
        let report = |event: &Event| match event {
            Event::Report { report, .. } => CompareAsk::report(report),
            _ => None,
        };
        events.iter().filter_map(report).collect()
    }

    /// Of a series that is its season, who repeats the season is far better than who repeats the last value.
    #[test]
    fn all_compete_on_the_same_values() {
        let through: Vec<(u32, Course)> = news(ask())
            .into_iter()
            .filter_map(|news| match news {
                CompareNews::Through(held, course) => Some((held, course)),
                _ => None,
            })
            .collect();
        let rivals: Vec<Rival> = through.iter().map(|(_, course)| course.rival).collect();
        assert_eq!(
            rivals,
            [Rival::Last, Rival::Season, Rival::Ar, Rival::Arima]
        );
        for (held, course) in &through {
            assert_eq!((*held, course.steps.len(), course.free.len()), (20, 20, 20));
            assert_eq!(course.scores.rmse.len(), AHEAD);
            // The first step of both is the same.
            assert!((course.steps[0].0 - course.free[0].0).abs() < 1e-9);
        }
        assert!(through[1].1.scores.rmse[0] < 0.3 * through[0].1.scores.rmse[0]);
        assert!(through[3].1.scores.crps < through[0].1.scores.crps);
    }

    /// What is held out is not seen before its turn.
    #[test]
    fn the_future_is_not_seen() {
        let mut other = ask();
        let n = other.values.len();
        other.values[n - 1] += 500.0;
        let [before, after] = [ask(), other].map(news);
        for (a, b) in before.iter().zip(&after) {
            match (a, b) {
                (CompareNews::Through(_, a), CompareNews::Through(_, b)) => {
                    assert_eq!((&a.steps, &a.free), (&b.steps, &b.free));
                    assert_ne!(a.scores, b.scores);
                }
                _ => assert_eq!(a, b),
            }
        }
    }

    #[test]
    fn too_little_is_told_and_nonsense_refused() {
        let short = CompareAsk {
            season: 12,
            values: ask().values[..20].to_vec(),
        };
        assert_eq!(news(short), [CompareNews::TooShort]);
        let spoil: &[fn(&mut CompareAsk)] = &[
            |ask| ask.values.clear(),
            |ask| ask.values[0] = f64::NAN,
            |ask| ask.season = 0,
            |ask| ask.season = 61,
        ];
        assert_refused(&ask(), spoil, |ask| {
            run_job(ask.into_job(), &mut no_models(), usize::MAX)
        });
    }
}
