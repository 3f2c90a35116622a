//! What a token costs: with a cache and without, in 32 bits and in 8, after few tokens and after many.

use crate::engine::session::{Step, Work, demand};
use crate::models::next::Choosing;
use crate::models::text::CONTEXT;
use crate::models::text::net::step::Stepper;
use crate::models::text::net::{Cache, Transformer};
use crate::nn::read;
use crate::nn::rows::Numbers;
use crate::protocol::text::{CLOCK_LENGTHS, ClockAsk, ClockStep, Cost};
use crate::protocol::{EngineError, Event, Report, RunId};
use crate::tokens::Token;

/// Each time is a median of so many.
const REPEATS: usize = 9;

/// A measurement under way.
pub struct ClockRun<'a> {
    run: RunId,
    tokens: Vec<Token>,
    net: &'a Transformer,
    /// In 32 bits and in 8; none before the first step.
    steppers: Option<[Stepper; 2]>,
    /// Lengths that are measured.
    done: usize,
}

impl<'a> ClockRun<'a> {
    /// Checks the request.
    pub fn new(run: RunId, ask: ClockAsk, net: &'a Transformer) -> Result<Self, EngineError> {
        demand(!ask.tokens.is_empty(), "a text without tokens")?;
        let mut all = ask.tokens.iter();
        let known = all.all(|token| usize::from(*token) < net.vocabulary());
        demand(known, "a token that the model does not know")?;
        let longest = CLOCK_LENGTHS.iter().max().copied().unwrap_or(0) as usize;
        Ok(Self {
            run,
            tokens: ask.tokens.into_iter().cycle().take(longest + 1).collect(),
            net,
            steppers: None,
            done: 0,
        })
    }
}

/// The middle one of [`REPEATS`] times, and what the last gave.
fn timed<T>(clock: &dyn Fn() -> f64, mut work: impl FnMut() -> T) -> (f32, Option<T>) {
    let mut last = None;
    let mut times: Vec<f64> = (0..REPEATS)
        .map(|_| {
            let start = clock();
            last = Some(work());
            clock() - start
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[REPEATS / 2] as f32, last)
}

impl Work for ClockRun<'_> {
    /// One length.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let steppers = match &self.steppers {
            Some(steppers) => steppers,
            None => {
                let float = Stepper::new(self.net, Numbers::Float).await?;
                let byte = Stepper::new(self.net, Numbers::Byte).await?;
                self.steppers.insert([float, byte])
            }
        };
        let length = CLOCK_LENGTHS[self.done] as usize;
        let (before, token) = (&self.tokens[..length], self.tokens[length]);
        let mut costs = [Cost::default(); 2];
        let mut odds = Vec::new();
        let mut one_by_one_ms = 0.0;
        for (i, (stepper, cost)) in steppers.iter().zip(&mut costs).enumerate() {
            let mut past = stepper.nothing();
            let start = clock();
            for token in before {
                stepper.after(*token, &mut past);
            }
            if i == 0 {
                one_by_one_ms = (clock() - start) as f32;
            }
            let (ms, logits) = timed(clock, || {
                let logits = stepper.after(token, &mut past);
                past.step_back();
                logits
            });
            let bytes = stepper.bytes_a_token(length) as u64;
            *cost = Cost { ms, bytes };
            let logits = logits.unwrap_or_default();
            odds.push(Choosing::default().probabilities(&logits));
        }
        let seen = &self.tokens[(length + 1).saturating_sub(CONTEXT)..=length];
        let mut times = Vec::new();
        for _ in 0..3 {
            let start = clock();
            read(self.net.after(seen, &mut Cache::default())).await?;
            times.push(clock() - start);
        }
        times.sort_by(f64::total_cmp);
        let apart = odds[0].iter().zip(&odds[1]).map(|(a, b)| (a - b).abs());
        let [cached, eight_bit] = costs;
        let step = ClockStep {
            length: length as u32,
            cached,
            eight_bit,
            whole_ms: times[1] as f32,
            one_by_one_ms,
            apart: apart.fold(0.0, f32::max),
        };
        self.done += 1;
        let event = Event::Report {
            run: self.run,
            report: Report::packed(&step),
        };
        Ok(if self.done == CLOCK_LENGTHS.len() {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::write::tests::shelf;
    use super::*;
    use crate::engine::session::testing::*;
    use crate::protocol::ask::Ask;
    use crate::tokens::END;

    fn ask() -> ClockAsk {
        ClockAsk {
            model: "text".into(),
            tokens: vec![END, 97, 98],
        }
    }

    #[test]
    fn every_length_is_measured() {
        let events = run_job(ask().into_job(), &mut shelf(), usize::MAX);
        let steps: Vec<ClockStep> = events.iter().filter_map(Event::answer).collect();
        let lengths: Vec<u32> = steps.iter().map(|step| step.length).collect();
        assert_eq!(lengths, CLOCK_LENGTHS);
        for step in &steps {
            assert!(step.apart > 0.0 && step.apart < 0.01, "{step:?}");
            // The test clock moves 1 ms each time it is read.
            assert_eq!([step.cached.ms, step.eight_bit.ms, step.whole_ms], [1.0; 3]);
        }
        // Width 16, two layers: 2 * 4 * 2 * 16 bytes of keys and values a token, 256 of them at most.
        let bytes = |i: usize| steps[i].cached.bytes;
        assert_eq!(bytes(1) - bytes(0), 15 * 256);
        assert_eq!(bytes(6), bytes(7));
        assert!(steps[0].eight_bit.bytes < bytes(0) / 3);
    }

    #[test]
    fn nonsense_is_refused() {
        let spoil: &[fn(&mut ClockAsk)] = &[
            |ask| ask.tokens.clear(),
            |ask| ask.tokens[0] = 300,
            |ask| ask.model = "another".into(),
        ];
        assert_refused(&ask(), spoil, |ask| {
            run_job(ask.into_job(), &mut shelf(), usize::MAX)
        });
    }
}
