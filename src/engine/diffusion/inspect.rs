//! A look inside the network: every block's output at once, then how long each block takes.
//!
//! The outputs are told after one pass, so that they keep up with playback; the times follow
//! after more passes, and are the last to come.

use super::denoise::{Denoiser, check_picture, check_question};
use crate::engine::session::{Step, Work};
use crate::protocol::ask::Seen;
use crate::protocol::{EngineError, Event, Inspect, Report, RunId};

/// Passes whose blocks are timed. Browsers round clocks, some to a whole millisecond, so it
/// takes several.
const TIMED: usize = 12;

/// A look under way.
pub struct InspectRun<'a, D> {
    run: RunId,
    job: Inspect,
    net: &'a mut D,
    looked: bool,
    passes: Vec<Vec<f64>>,
}

impl<'a, D: Denoiser> InspectRun<'a, D> {
    /// Checks the job and stands ready for its first pass.
    pub fn new(run: RunId, job: Inspect, net: &'a mut D) -> Result<Self, EngineError> {
        check_picture(&job.x, job.t)?;
        check_question(&[job.label], job.cut)?;
        Ok(Self {
            run,
            job,
            net,
            looked: false,
            passes: Vec::new(),
        })
    }

    fn report(&self, seen: &Seen) -> Event {
        Event::Report {
            run: self.run,
            report: Report::packed(seen),
        }
    }
}

impl<D: Denoiser> Work for InspectRun<'_, D> {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        if !self.looked {
            self.looked = true;
            let anatomy = self.net.look(&self.job).await?;
            let mut values = anatomy.blocks.iter().flat_map(|block| &block.values);
            if !values.all(|v| v.is_finite()) {
                return Err(EngineError::NotFinite);
            }
            return Ok(Step::Show(self.report(&Seen::Anatomy(anatomy))));
        }
        self.passes
            .push(self.net.time_blocks(&self.job, clock).await?);
        if self.passes.len() < TIMED {
            return Ok(Step::Quiet);
        }
        Ok(Step::Last(
            self.report(&Seen::BlockTimes(middle(&self.passes))),
        ))
    }
}

/// Each block's mean time over the middle half of the passes: what else the machine did in a
/// few of them does not count, and a coarse clock averages out.
fn middle(passes: &[Vec<f64>]) -> Vec<f32> {
    let blocks = passes.first().map_or(0, Vec::len);
    (0..blocks)
        .map(|block| {
            let mut times: Vec<f64> = passes.iter().map(|pass| pass[block]).collect();
            times.sort_by(f64::total_cmp);
            let quarter = times.len() / 4;
            let middle = &times[quarter..times.len() - quarter];
            (middle.iter().sum::<f64>() / middle.len() as f64) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::denoise::Ask;
    use super::*;
    use crate::data::PIXELS;
    use crate::engine::session::testing::*;
    use crate::protocol::{Anatomy, Job, Maps};

    /// One block, which gives back what it gets.
    struct Mirror(f32);

    impl Denoiser for Mirror {
        async fn predict(
            &mut self,
            x: &[f32],
            _: usize,
            _: Ask<'_>,
        ) -> Result<Vec<f32>, EngineError> {
            Ok(x.to_vec())
        }

        async fn look(&mut self, look: &Inspect) -> Result<Anatomy, EngineError> {
            Ok(Anatomy {
                blocks: vec![Maps {
                    channels: 1,
                    side: 28,
                    values: look.x.iter().map(|x| self.0 * x).collect(),
                }],
                attention: Vec::new(),
            })
        }

        async fn time_blocks(
            &mut self,
            _: &Inspect,
            clock: &dyn Fn() -> f64,
        ) -> Result<Vec<f64>, EngineError> {
            let start = clock();
            Ok(vec![clock() - start])
        }
    }

    fn job() -> Inspect {
        Inspect {
            model: "net".into(),
            x: vec![0.5; PIXELS],
            t: 500,
            label: Some(3),
            cut: 3,
        }
    }

    fn events(job: Inspect, net: Mirror, cancel_after: usize) -> Vec<Event> {
        run_job(Job::Inspect(job), &mut only(net), cancel_after)
    }

    #[test]
    fn outputs_come_first_and_times_last() {
        let all = events(job(), Mirror(2.0), usize::MAX);
        let Some(Seen::Anatomy(anatomy)) = all[0].answer() else {
            panic!("{all:?}")
        };
        assert_eq!(anatomy.blocks[0].values, vec![1.0; PIXELS]);
        // The test clock moves 1 ms each time it is read.
        let times = Event::Report {
            run: RUN,
            report: Report::packed(&Seen::BlockTimes(vec![1.0])),
        };
        assert_eq!(all[1], times);
        assert!(matches!(all[2..], [Event::Done { run: RUN, .. }]));
        // Playback moves on: the outputs are there, the times never come.
        let all = events(job(), Mirror(2.0), 4);
        assert!(matches!(
            all[..],
            [Event::Report { .. }, Event::Cancelled { run: RUN }]
        ));
    }

    #[test]
    fn a_few_slow_passes_do_not_count() {
        let mut passes = vec![vec![2.0, 0.0]; 6];
        passes.extend([vec![90.0, 1.0], vec![2.0, 1.0]]);
        assert_eq!(middle(&passes), [2.0, 0.0]);
        // A clock of whole milliseconds still tells halves apart.
        let coarse: Vec<_> = (0..12).map(|i| vec![f64::from(i % 2)]).collect();
        assert_eq!(middle(&coarse), [0.5]);
        assert!(middle(&[]).is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        assert_refused(
            &job(),
            &[
                |job| job.t = 0,
                |job| job.t = 1001,
                |job| job.cut = 4,
                |job| job.label = Some(10),
                |job| job.x.truncate(3),
                |job| job.x.fill(f32::NAN),
            ],
            |job| events(job, Mirror(1.0), usize::MAX),
        );
        let broken = events(job(), Mirror(f32::INFINITY), usize::MAX);
        assert!(matches!(
            broken[..],
            [Event::Failed {
                error: EngineError::NotFinite,
                ..
            }]
        ));
    }
}
