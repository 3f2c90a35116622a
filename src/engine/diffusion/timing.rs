//! How long one evaluation of the network takes, here and now.

use super::denoise::{Ask, Denoiser, MAX_BATCH};
use crate::data::PIXELS;
use crate::engine::session::{Step, Work, demand};
use crate::noise;
use crate::protocol::{EngineError, Event, Report, RunId};

/// Evaluations before the clock counts: caches, and shaders to compile.
const WARM_UP: usize = 2;
/// Most timed evaluations.
const MAX_REPEATS: u32 = 1000;
/// Time of the noised pictures; any will do.
const TIME: usize = 500;

/// Timed evaluations of one network, without guidance.
pub struct TimingRun<'a, D> {
    run: RunId,
    net: &'a mut D,
    x: Vec<f32>,
    labels: Vec<Option<u8>>,
    warm_up: usize,
    ms: Vec<f32>,
    repeats: usize,
}

impl<'a, D: Denoiser> TimingRun<'a, D> {
    /// Checks the job and stands ready for its first evaluation.
    pub fn new(run: RunId, batch: u32, repeats: u32, net: &'a mut D) -> Result<Self, EngineError> {
        let n = batch as usize;
        demand(
            (1..=MAX_BATCH).contains(&n),
            format!("batch {n}, not 1 to {MAX_BATCH}"),
        )?;
        demand(
            (1..=MAX_REPEATS).contains(&repeats),
            format!("{repeats} repeats, not 1 to {MAX_REPEATS}"),
        )?;
        Ok(Self {
            run,
            net,
            x: noise::normal(0, 0, noise::INITIAL_DRAW, n * PIXELS),
            labels: vec![None; n],
            warm_up: WARM_UP,
            ms: Vec::new(),
            repeats: repeats as usize,
        })
    }
}

impl<D: Denoiser> Work for TimingRun<'_, D> {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let ask = Ask {
            labels: &self.labels,
            guidance: 1.0,
            cut: 0,
        };
        self.net.predict(&self.x, TIME, ask).await?;
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return Ok(Step::Quiet);
        }
        self.ms.push((clock() - start) as f32);
        if self.ms.len() < self.repeats {
            return Ok(Step::Quiet);
        }
        Ok(Step::Last(Event::Report {
            run: self.run,
            report: Report::Timed(std::mem::take(&mut self.ms)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::protocol::Job;

    #[test]
    fn times_so_many_after_the_warm_up() {
        let mut asked = 0;
        let net = model(|x, _, _| {
            asked += 1;
            x.to_vec()
        });
        let job = Job::Time {
            model: "net".into(),
            batch: 2,
            repeats: 5,
        };
        let events = run_job(job, &mut only(net), usize::MAX);
        // The test clock moves 1 ms each time it is read.
        assert_eq!(
            events[0],
            Event::Report {
                run: RUN,
                report: Report::Timed(vec![1.0; 5])
            }
        );
        assert!(matches!(events[1..], [Event::Done { run: RUN, .. }]));
        assert_eq!(asked, 5 + WARM_UP);
    }
}
