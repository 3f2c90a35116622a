//! A look inside a Transformer.

use crate::engine::session::{Step, Work, demand};
use crate::models::text::net::Transformer;
use crate::models::text::net::step::Stepper;
use crate::nn::rows::Numbers;
use crate::protocol::text::{InsideAsk, MOST_LOOKED_AT};
use crate::protocol::{EngineError, Event, Report, RunId};

/// A look under way.
pub struct InsideRun<'a> {
    run: RunId,
    ask: InsideAsk,
    net: &'a Transformer,
}

impl<'a> InsideRun<'a> {
    /// Checks the request.
    pub fn new(run: RunId, ask: InsideAsk, net: &'a Transformer) -> Result<Self, EngineError> {
        let n = ask.tokens.len();
        demand((1..=MOST_LOOKED_AT).contains(&n), format!("{n} tokens"))?;
        let mut all = ask.tokens.iter();
        let known = all.all(|token| usize::from(*token) < net.vocabulary());
        demand(known, "a token that the model does not know")?;
        Ok(Self { run, ask, net })
    }
}

impl Work for InsideRun<'_> {
    async fn step(&mut self, _: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let stepper = Stepper::new(self.net, Numbers::Float).await?;
        let inside = stepper.look(&self.ask.tokens, self.ask.off);
        if !inside.bits.iter().all(|bits| bits.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        Ok(Step::Last(Event::Report {
            run: self.run,
            report: Report::packed(&inside),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::write::tests::shelf;
    use super::*;
    use crate::engine::session::testing::*;
    use crate::models::text::inside::{Inside, Off};
    use crate::protocol::ask::Ask;
    use crate::tokens::END;

    fn ask() -> InsideAsk {
        InsideAsk {
            model: "text".into(),
            tokens: vec![END, 97, 98, 97],
            off: Off(1),
        }
    }

    #[test]
    fn one_answer_holds_all() {
        let events = run_job(ask().into_job(), &mut shelf(), usize::MAX);
        let [report, Event::Done { .. }] = &events[..] else {
            panic!("{events:?}")
        };
        let inside: Inside = report.answer().expect("an answer");
        assert_eq!(
            (inside.shape, inside.tokens, inside.bits.len()),
            ([2, 2], 4, 3)
        );
        assert_ne!(inside.bits, inside.whole_bits);
    }

    #[test]
    fn nonsense_is_refused() {
        let spoil: &[fn(&mut InsideAsk)] = &[
            |ask| ask.tokens.clear(),
            |ask| ask.tokens = vec![97; MOST_LOOKED_AT + 1],
            |ask| ask.tokens[0] = 300,
            |ask| ask.model = "another".into(),
        ];
        assert_refused(&ask(), spoil, |ask| {
            run_job(ask.into_job(), &mut shelf(), usize::MAX)
        });
    }
}
