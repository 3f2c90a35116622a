//! Which pixels can matter to one.

use crate::data::PIXELS;
use crate::engine::session::{Step, Work, demand};
use crate::models::pixel::reach::gradient;
use crate::protocol::pixel::{MOST_LAYERS, Sees, SeesAsk};
use crate::protocol::{EngineError, Event, Report, RunId};

/// A question, answered in one step.
pub struct SeesRun {
    run: RunId,
    ask: SeesAsk,
}

impl SeesRun {
    /// Checks the request.
    pub fn new(run: RunId, ask: SeesAsk) -> Result<Self, EngineError> {
        let SeesAsk { layers, at, .. } = ask;
        demand(
            (1..=MOST_LAYERS).contains(&layers),
            format!("{layers} layers"),
        )?;
        demand(usize::from(at) < PIXELS, format!("pixel {at}"))?;
        Ok(Self { run, ask })
    }
}

impl Work for SeesRun {
    async fn step(&mut self, _: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let SeesAsk { kind, layers, at } = self.ask;
        let gradient = gradient(kind, layers, at.into()).await?;
        if !gradient.iter().all(|g| g.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        Ok(Step::Last(Event::Report {
            run: self.run,
            report: Report::packed(&Sees { gradient }),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::models::pixel::Kind;
    use crate::protocol::ask::Ask;

    fn ask() -> SeesAsk {
        SeesAsk {
            kind: Kind::Gated,
            layers: 2,
            at: 400,
        }
    }

    #[test]
    fn one_answer_for_all_pixels() {
        let events = run_job(ask().into_job(), &mut no_models(), usize::MAX);
        let answers: Vec<Sees> = events
            .iter()
            .filter_map(|event| match event {
                Event::Report { report, .. } => SeesAsk::report(report),
                _ => None,
            })
            .collect();
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0].gradient.len(), PIXELS);
    }

    #[test]
    fn nonsense_is_refused() {
        let spoil: &[fn(&mut SeesAsk)] = &[
            |ask| ask.layers = 0,
            |ask| ask.layers = MOST_LAYERS + 1,
            |ask| ask.at = 784,
        ];
        assert_refused(&ask(), spoil, |ask| {
            run_job(ask.into_job(), &mut no_models(), usize::MAX)
        });
    }
}
