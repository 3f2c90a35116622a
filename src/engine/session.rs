//! The one cancellable loop: a job becomes steps, a step at most one event.
//!
//! Before each step the loop lets waiting messages in and asks whether the run is still
//! wanted, so a cancelled run ends within the step under way.

use std::collections::HashMap;

use super::gan::images::GanImagesRun;
#[cfg(feature = "train")]
use super::gan::play::GanPlayRun;
use crate::engine::diffusion::denoise::{DenoiseRun, Denoiser};
use crate::engine::diffusion::inspect::InspectRun;
use crate::engine::diffusion::noise_stats::NoiseStatsRun;
#[cfg(feature = "train")]
use crate::engine::diffusion::plane::{PlaneSampleRun, PlaneTrainRun};
use crate::engine::diffusion::timing::TimingRun;
use crate::models::gan::image::GanPair;
use crate::protocol::{EngineError, Event, Job, RunId};

/// A step that is made of many small ones ends with the one in which this time runs out, ms; then
/// messages are let in.
#[cfg(feature = "train")]
pub(super) const TURN_MS: f64 = 10.0;

/// What a session needs of its surroundings.
#[expect(
    async_fn_in_trait,
    reason = "one thread; nobody needs the futures to be Send"
)]
pub trait Host {
    /// Hands an event to the page.
    fn send(&mut self, event: Event);
    /// Lets waiting messages in. `false`: the run is no longer wanted.
    async fn go_on(&mut self, run: RunId) -> bool;
    /// A clock that never goes back, ms.
    fn now_ms(&self) -> f64;
}

/// A job under way.
#[expect(
    async_fn_in_trait,
    reason = "one thread; nobody needs the futures to be Send"
)]
pub trait Work {
    /// Does the next step.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError>;
}

/// What one step came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Nothing to show; there is more to do.
    Quiet,
    /// Something to show; there is more to do.
    Show(Event),
    /// Something to show, and the job is done.
    Last(Event),
}

/// The loaded models by id.
pub trait Shelf {
    /// Its diffusion networks.
    type Net: Denoiser;
    /// A diffusion network.
    fn denoiser(&mut self, id: &str) -> Option<&mut Self::Net>;
    /// A snapshot of a GAN.
    fn gan(&self, id: &str) -> Option<&GanPair>;
}

/// Diffusion networks alone.
impl<D: Denoiser> Shelf for HashMap<String, D> {
    type Net = D;
    fn denoiser(&mut self, id: &str) -> Option<&mut D> {
        self.get_mut(id)
    }
    fn gan(&self, _: &str) -> Option<&GanPair> {
        None
    }
}

/// Runs `job` to its end, cancelled or not, and sends all its events.
pub async fn run<S: Shelf, H: Host>(run: RunId, job: Job, models: &mut S, host: &mut H) {
    let start = host.now_ms();
    let end = match work(run, job, models, host).await {
        Ok(true) => Event::Done {
            run,
            ms: (host.now_ms() - start) as f32,
        },
        Ok(false) => Event::Cancelled { run },
        Err(error) => Event::Failed {
            run: Some(run),
            error,
        },
    };
    host.send(end);
}

/// `false` if cancelled.
async fn work<S: Shelf, H: Host>(
    run: RunId,
    job: Job,
    models: &mut S,
    host: &mut H,
) -> Result<bool, EngineError> {
    match job {
        Job::Denoise(job) => {
            let net = found(models.denoiser(&job.model), &job.model)?;
            drive(run, &mut DenoiseRun::new(run, job, net)?, host).await
        }
        Job::NoiseStats(job) => drive(run, &mut NoiseStatsRun::new(run, job)?, host).await,
        Job::Inspect(job) => {
            let net = found(models.denoiser(&job.model), &job.model)?;
            drive(run, &mut InspectRun::new(run, job, net)?, host).await
        }
        Job::Time {
            model,
            batch,
            repeats,
        } => {
            let net = found(models.denoiser(&model), &model)?;
            drive(run, &mut TimingRun::new(run, batch, repeats, net)?, host).await
        }
        #[cfg(feature = "train")]
        Job::PlaneTrain(job) => drive(run, &mut PlaneTrainRun::new(run, job)?, host).await,
        #[cfg(feature = "train")]
        Job::PlaneSample(job) => drive(run, &mut PlaneSampleRun::new(run, job)?, host).await,
        Job::GanImages(job) => {
            let pair = found(models.gan(&job.model), &job.model)?;
            drive(run, &mut GanImagesRun::new(run, job, pair)?, host).await
        }
        #[cfg(feature = "train")]
        Job::GanPlay(job) => drive(run, &mut GanPlayRun::new(run, *job)?, host).await,
        #[cfg(not(feature = "train"))]
        Job::PlaneTrain(_) | Job::PlaneSample(_) | Job::GanPlay(_) => {
            Err(EngineError::BadRequest("this engine cannot train".into()))
        }
    }
}

fn found<M>(model: Option<M>, id: &str) -> Result<M, EngineError> {
    model.ok_or_else(|| EngineError::BadRequest(format!("model {id} is not loaded")))
}

async fn drive<H: Host>(
    run: RunId,
    work: &mut impl Work,
    host: &mut H,
) -> Result<bool, EngineError> {
    loop {
        if !host.go_on(run).await {
            return Ok(false);
        }
        match work.step(&|| host.now_ms()).await? {
            Step::Quiet => {}
            Step::Show(event) => host.send(event),
            Step::Last(event) => {
                host.send(event);
                return Ok(true);
            }
        }
    }
}

/// `Ok` if `good`, else a [`EngineError::BadRequest`] that says `what`.
pub(super) fn demand(good: bool, what: impl Into<String>) -> Result<(), EngineError> {
    if good {
        Ok(())
    } else {
        Err(EngineError::BadRequest(what.into()))
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! A host for tests: keeps what is sent, ends a run after so many steps.

    use std::cell::Cell;
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::engine::diffusion::denoise::Ask;

    /// A network for sessions that need none.
    pub struct NoModel;

    impl Denoiser for NoModel {
        async fn predict(
            &mut self,
            _: &[f32],
            _: usize,
            _: Ask<'_>,
        ) -> Result<Vec<f32>, EngineError> {
            Err(EngineError::NotFinite)
        }
    }

    /// Sees `cancel_after` steps through, then cancels.
    pub struct TestHost {
        pub events: Vec<Event>,
        pub cancel_after: usize,
        now: Cell<f64>,
    }

    impl TestHost {
        pub fn new(cancel_after: usize) -> Self {
            Self {
                events: Vec::new(),
                cancel_after,
                now: Cell::new(0.0),
            }
        }
    }

    impl Host for TestHost {
        fn send(&mut self, event: Event) {
            self.events.push(event);
        }
        async fn go_on(&mut self, _: RunId) -> bool {
            let more = self.cancel_after > 0;
            self.cancel_after = self.cancel_after.saturating_sub(1);
            more
        }
        fn now_ms(&self) -> f64 {
            self.now.set(self.now.get() + 1.0);
            self.now.get()
        }
    }

    /// Runs a future that never waits for anything outside.
    pub fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = std::pin::pin!(future);
        loop {
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
        }
    }
}
