//! What a series shows of itself.

use super::sound;
use crate::engine::session::{Step, Work, demand};
use crate::models::series::looks::{acf, least_squares, pacf};
use crate::protocol::series::{Look, LookAsk, MOST_LAGS};
use crate::protocol::{EngineError, Event, Report, RunId};

/// A question, answered in one step.
pub struct LookRun {
    run: RunId,
    ask: LookAsk,
}

impl LookRun {
    /// Checks the request.
    pub fn new(run: RunId, ask: LookAsk) -> Result<Self, EngineError> {
        sound(&ask.values)?;
        let n = ask.values.len() as u32;
        let known = 1..=MOST_LAGS.min(n - 2);
        demand(known.contains(&ask.most), format!("{} lags", ask.most))?;
        demand(
            ask.lags.iter().all(|lag| known.contains(lag)),
            "a lag out of range",
        )?;
        Ok(Self { run, ask })
    }
}

impl Work for LookRun {
    async fn step(&mut self, _: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let LookAsk { values, lags, most } = &self.ask;
        let lags: Vec<usize> = lags.iter().map(|lag| *lag as usize).collect();
        let look = Look {
            acf: acf(values, *most as usize),
            pacf: pacf(values, *most as usize),
            weights: least_squares(values, &lags),
        };
        Ok(Step::Last(Event::Report {
            run: self.run,
            report: Report::packed(&look),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::models::series::MOST_VALUES;
    use crate::protocol::ask::Ask;

    #[test]
    fn a_series_shows_itself_and_nonsense_is_refused() {
        let ask = LookAsk {
            values: (0..40).map(|t| f64::from(t % 4)).collect(),
            lags: vec![4],
            most: 8,
        };
        let events = run_job(ask.clone().into_job(), &mut no_models(), usize::MAX);
        let Event::Report { report, .. } = &events[0] else {
            panic!("{events:?}");
        };
        let look = LookAsk::report(report).expect("its own");
        assert!(
            (look.weights[0] - 1.0).abs() < 1e-9 && look.acf[4] > 0.85,
            "{look:?}"
        );
        let spoil: &[fn(&mut LookAsk)] = &[
            |ask| ask.values.truncate(7),
            |ask| ask.values = vec![1.0; MOST_VALUES + 1],
            |ask| ask.values[3] = f64::NAN,
            |ask| ask.lags = vec![0],
            |ask| ask.lags = vec![39],
            |ask| ask.most = 0,
            |ask| ask.most = 100,
        ];
        assert_refused(&ask, spoil, |ask| {
            run_job(ask.into_job(), &mut no_models(), usize::MAX)
        });
    }
}
