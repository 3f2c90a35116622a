//! The training and the sampling behind the chapter: what is computed, what is there.
//!
//! The controls say which training is wanted; its snapshots are kept while they stay the same. A
//! sampling waits for the training to end, because the page has one run at a time.

use std::rc::Rc;

use crate::protocol::diffusion::plane::{
    PlaneAnswer, PlaneAsk, PlaneSample, PlaneSamples, PlaneTrain, PlaneTraining, Rule,
};
use crate::ui::runs::booked::{Book, Booked, Store};

/// What samples are wanted of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// With the weights at or before this step; `None`: the last.
    pub from: Option<u32>,
    /// How.
    pub rule: Rule,
    /// In how many steps.
    pub steps: u32,
}

/// Samples, and what they were made with.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What was asked for.
    pub wanted: Sampling,
    /// Optimiser steps behind the weights.
    pub step: u32,
    /// The samples.
    pub samples: PlaneSamples,
    /// The positions once more, to be drawn.
    pub positions: Rc<Vec<Vec<f32>>>,
}

/// What an engine is to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Work {
    /// Train.
    Train,
    /// Sample with what was learnt.
    Sample(Sampling),
}

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct Learnt {
    /// The training that is wanted, under way or done.
    pub job: Option<PlaneTrain>,
    /// Reports so far, by rising step, the one of a diverged training left out.
    pub snapshots: Vec<Rc<PlaneTraining>>,
    /// The loss of every step so far.
    pub losses: Rc<Vec<f32>>,
    /// The loss left all bounds at this step.
    pub diverged: Option<u32>,
    /// Time the optimiser steps took, ms.
    pub ms: f32,
    /// Samples, once they are made.
    pub made: Option<Rc<Made>>,
    wanted: Option<Sampling>,
}

/// What the controls ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// This training.
    pub job: PlaneTrain,
    /// Is it needed now?
    pub needed: bool,
    /// These samples.
    pub wanted: Option<Sampling>,
}

/// The training and the samples under way.
pub type PlaneRun = Booked<Learnt>;

impl Store for Learnt {
    type Want = Wish;
    type Work = Work;
    type Ask = PlaneAsk;

    fn want(&mut self, book: &mut Book<Work>, wish: Wish) {
        self.wanted = wish.wanted;
        if self.job.as_ref() != Some(&wish.job) {
            *self = Self {
                job: Some(wish.job),
                wanted: self.wanted,
                ..Self::default()
            };
            book.reset();
        }
        if wish.needed && book.phase.is_none() {
            book.begin(Work::Train);
        }
    }

    fn ask(&self, work: &Work) -> Option<PlaneAsk> {
        let train = self.job.clone()?;
        Some(match work {
            Work::Train => PlaneAsk::Train(train),
            Work::Sample(wanted) => PlaneAsk::Sample(PlaneSample {
                weights: self.snapshot(wanted.from)?.weights.clone(),
                cloud: train.cloud,
                method: train.method,
                rule: wanted.rule,
                hidden: train.hidden,
                seed: train.seed,
                steps: wanted.steps,
            }),
        })
    }

    fn answer(&mut self, _: &mut Book<Work>, work: Work, answer: PlaneAnswer) {
        match (answer, work) {
            (PlaneAnswer::Training(training), _) => self.training(training),
            (PlaneAnswer::Samples(samples), Work::Sample(wanted)) => self.samples(wanted, samples),
            (PlaneAnswer::Samples(_), Work::Train) => {}
        }
    }

    /// The training once more, from the start.
    fn go_on(&mut self, book: &mut Book<Work>) {
        *self = Self {
            job: self.job.take(),
            wanted: self.wanted,
            ..Self::default()
        };
        book.reset();
        book.begin(Work::Train);
    }

    /// Makes the samples that are wanted, if they are not there and nothing else is to be done.
    fn settle(&mut self, book: &mut Book<Work>) {
        let Some(wanted) = self.wanted else { return };
        let idle = match book.work() {
            None => true,
            Some(Work::Train) => false,
            Some(Work::Sample(other)) => *other != wanted,
        };
        if idle && self.current().is_none() && !self.snapshots.is_empty() {
            book.begin(Work::Sample(wanted));
        }
    }
}

impl PlaneRun {
    /// Is a training under way, or about to be?
    pub fn is_training(&self) -> bool {
        self.book.work() == Some(&Work::Train)
    }
}

impl Learnt {
    /// The snapshot of the training's step `from`, or the last one before it.
    pub fn snapshot(&self, from: Option<u32>) -> Option<&Rc<PlaneTraining>> {
        let from = from.unwrap_or(u32::MAX);
        self.snapshots
            .iter()
            .rev()
            .find(|snapshot| snapshot.step <= from)
    }

    /// The samples, if they are those that are wanted.
    pub fn current(&self) -> Option<&Rc<Made>> {
        self.made
            .as_ref()
            .filter(|made| Some(made.wanted) == self.wanted)
    }

    fn training(&mut self, mut training: PlaneTraining) {
        // A training that starts again after a broken engine repeats what is there already.
        if self
            .snapshots
            .last()
            .is_some_and(|last| training.step <= last.step)
        {
            return;
        }
        Rc::make_mut(&mut self.losses).append(&mut training.losses);
        self.ms += training.ms;
        if training.diverged {
            self.diverged = Some(training.step);
        } else {
            self.snapshots.push(Rc::new(training));
        }
    }

    fn samples(&mut self, wanted: Sampling, samples: PlaneSamples) {
        let Some(step) = self.snapshot(wanted.from).map(|snapshot| snapshot.step) else {
            return;
        };
        self.made = Some(Rc::new(Made {
            wanted,
            step,
            positions: Rc::new(samples.positions.clone()),
            samples,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::EngineError;
    use crate::protocol::{Job, Report};
    use crate::ui::host::{Phase, RunEvent};
    use crate::ui::runs::booked;
    use crate::ui::state::PlaneState;

    type Action = booked::Action<Wish>;

    const WANTED: Sampling = Sampling {
        from: None,
        rule: Rule::Euler,
        steps: 20,
    };

    fn training(step: u32) -> PlaneTraining {
        PlaneTraining {
            step,
            losses: vec![1.0; if step > 0 { 10 } else { 0 }],
            weights: vec![step as f32],
            samples: vec![],
            distance: 0.1,
            floor: 0.01,
            diverged: false,
            ms: 20.0,
        }
    }

    fn after(run: PlaneRun, actions: Vec<Action>) -> PlaneRun {
        actions.into_iter().fold(run, booked::testing::after)
    }

    fn wish(needed: bool, wanted: Option<Sampling>) -> Action {
        Action::Want(Wish {
            job: PlaneState::default().training(),
            needed,
            wanted,
        })
    }

    fn wanted(needed: bool) -> Action {
        wish(needed, None)
    }

    fn report(work: u32, step: u32) -> Action {
        let report = Report::packed(&PlaneAnswer::Training(training(step)));
        Action::News(work, RunEvent::Report(report))
    }

    fn done(work: u32) -> Action {
        Action::News(work, RunEvent::Done { ms: 1.0 })
    }

    #[test]
    fn nothing_is_trained_before_it_is_needed() {
        let run = after(PlaneRun::default(), vec![wanted(false)]);
        assert_eq!((run.job(), run.book.phase), (None, None));
        let run = after(run, vec![wanted(true), wanted(true)]);
        assert!(matches!(run.job(), Some((1, Job::PlaneTrain(_)))));
        // Looking at something else in between does not stop it.
        let run = after(run, vec![report(1, 0), wanted(false), report(1, 10)]);
        assert_eq!((run.snapshots.len(), run.losses.len()), (2, 10));
        assert!(run.is_training());
    }

    #[test]
    fn samples_wait_for_the_training_and_follow_the_wish() {
        let run = after(
            PlaneRun::default(),
            vec![
                wanted(true),
                wish(true, Some(WANTED)),
                report(1, 0),
                report(1, 10),
            ],
        );
        assert!(run.is_training());
        let run = after(run, vec![done(1)]);
        let Some((2, Job::PlaneSample(job))) = run.job() else {
            panic!("no sampling: {:?}", run.book)
        };
        assert_eq!(job.weights, [10.0]);
        let made = PlaneSamples {
            positions: vec![vec![0.0; 2]],
            fields: vec![],
            distance: 0.1,
            floor: 0.1,
            ms: 1.0,
        };
        let news = RunEvent::Report(Report::packed(&PlaneAnswer::Samples(made)));
        let run = after(run, vec![Action::News(2, news), done(2)]);
        assert_eq!(run.current().map(|made| made.step), Some(10));
        assert_eq!(run.job(), None);
        let early = Sampling {
            from: Some(9),
            ..WANTED
        };
        let run = after(run, vec![wish(true, Some(early))]);
        assert_eq!(run.current(), None);
        let Some((3, Job::PlaneSample(job))) = run.job() else {
            panic!("no sampling: {:?}", run.book)
        };
        assert_eq!(job.weights, [0.0], "the snapshot before");
    }

    #[test]
    fn other_controls_start_anew() {
        let run = after(
            PlaneRun::default(),
            vec![wanted(true), report(1, 0), report(1, 10)],
        );
        let job = PlaneTrain {
            seed: 1,
            ..PlaneState::default().training()
        };
        let other = Action::Want(Wish {
            job,
            needed: true,
            wanted: None,
        });
        let run = after(run, vec![other, report(1, 20)]);
        assert_eq!((run.snapshots.len(), run.losses.len()), (0, 0));
        assert!(matches!(run.job(), Some((2, _))));
    }

    #[test]
    fn a_training_that_starts_again_repeats_nothing() {
        let start = vec![wanted(true), report(1, 0), report(1, 10)];
        let run = after(PlaneRun::default(), start);
        let run = after(run, vec![report(1, 0), report(1, 10), report(1, 20)]);
        let steps: Vec<u32> = run.snapshots.iter().map(|s| s.step).collect();
        assert_eq!((steps, run.losses.len()), (vec![0, 10, 20], 20));
    }

    #[test]
    fn stopped_failed_and_diverged_trainings_keep_what_is_there() {
        let start = || {
            after(
                PlaneRun::default(),
                vec![wanted(true), report(1, 0), report(1, 10)],
            )
        };
        let run = after(start(), vec![Action::Stop, report(1, 20), wanted(true)]);
        assert_eq!(
            (run.book.phase, run.snapshots.len()),
            (Some(Phase::Cancelled), 2)
        );
        let run = after(run, vec![Action::GoOn]);
        assert_eq!((run.snapshots.len(), run.is_training()), (0, true));

        let broken = RunEvent::Failed(EngineError::Panicked("x".into()));
        let run = after(
            start(),
            vec![Action::News(1, broken), wish(true, Some(WANTED))],
        );
        assert_eq!(run.book.phase, Some(Phase::Failed));
        let run = after(run, vec![report(1, 20)]);
        assert_eq!(run.snapshots.len(), 3, "a retry goes on");

        let lost = PlaneTraining {
            diverged: true,
            ..training(20)
        };
        let news = RunEvent::Report(Report::packed(&PlaneAnswer::Training(lost)));
        let run = after(start(), vec![Action::News(1, news), done(1)]);
        assert_eq!(
            (run.diverged, run.snapshots.len(), run.losses.len()),
            (Some(20), 2, 20)
        );
    }
}
