//! The one cancellable loop: a job becomes steps, a step at most one event.
//!
//! Before each step the loop lets waiting messages in and asks whether the run is still
//! wanted, so a cancelled run ends within the step under way.

use crate::protocol::{EngineError, Event, RunId};

/// A step that is made of many small ones ends with the one in which this time runs out, ms; then
/// messages are let in.
pub(super) const TURN_MS: f64 = 10.0;

/// A session's line to the page.
#[expect(
    async_fn_in_trait,
    reason = "one thread; nobody needs the futures to be Send"
)]
pub trait Line {
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

/// Does all steps of `work`, and sends what they show; `false` if it was cancelled.
pub async fn drive(
    run: RunId,
    work: &mut impl Work,
    line: &mut impl Line,
) -> Result<bool, EngineError> {
    loop {
        if !line.go_on(run).await {
            return Ok(false);
        }
        match work.step(&|| line.now_ms()).await? {
            Step::Quiet => {}
            Step::Show(event) => line.send(event),
            Step::Last(event) => {
                line.send(event);
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
    //! Jobs for tests: all their events at once, from networks made up for them.

    use std::cell::Cell;
    use std::collections::HashMap;
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::engine::diffusion::denoise::{Ask, Denoiser};
    use crate::engine::jobs::{self, Shelf};
    use crate::protocol::Job;

    /// The number of every run.
    pub const RUN: RunId = 7;

    /// A network that is a function of pictures, time and question.
    pub struct Model<F>(F);

    impl<F: FnMut(&[f32], usize, Ask<'_>) -> Vec<f32>> Denoiser for Model<F> {
        async fn predict(
            &mut self,
            x: &[f32],
            t: usize,
            ask: Ask<'_>,
        ) -> Result<Vec<f32>, EngineError> {
            Ok(self.0(x, t, ask))
        }
    }

    /// A network that answers with `predict`.
    pub fn model<F: FnMut(&[f32], usize, Ask<'_>) -> Vec<f32>>(predict: F) -> Model<F> {
        Model(predict)
    }

    /// A network for sessions that need none.
    pub type NoModel = Model<fn(&[f32], usize, Ask<'_>) -> Vec<f32>>;

    /// A shelf with one network, `net`.
    pub fn only<D>(net: D) -> HashMap<String, D> {
        HashMap::from([("net".to_owned(), net)])
    }

    /// All events of a job, which is cancelled after so many steps.
    pub fn run_job(job: Job, models: &mut impl Shelf, cancel_after: usize) -> Vec<Event> {
        let mut line = TestLine {
            events: Vec::new(),
            cancel_after,
            now: Cell::new(0.0),
        };
        block_on(jobs::run(RUN, job, models, &mut line));
        line.events
    }

    /// As [`run_job`], to its end and without a network.
    pub fn run_whole(job: Job) -> Vec<Event> {
        run_job(job, &mut no_models(), usize::MAX)
    }

    /// An empty shelf.
    pub fn no_models() -> HashMap<String, NoModel> {
        HashMap::new()
    }

    /// Asserts that a good job is refused however it is spoilt.
    pub fn assert_refused<J: Clone>(
        good: &J,
        spoil: &[fn(&mut J)],
        mut events: impl FnMut(J) -> Vec<Event>,
    ) {
        for (number, spoil) in spoil.iter().enumerate() {
            let mut job = good.clone();
            spoil(&mut job);
            let events = events(job);
            let refused = matches!(
                events[..],
                [Event::Failed {
                    run: Some(RUN),
                    error: EngineError::BadRequest(_)
                }]
            );
            assert!(refused, "spoilt in way {number}: {events:?}");
        }
    }

    /// Keeps what is sent. Its clock moves 1 ms each time it is read.
    struct TestLine {
        events: Vec<Event>,
        cancel_after: usize,
        now: Cell<f64>,
    }

    impl Line for TestLine {
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
