//! The training and the sampling behind the chapter: what is computed, what is there.
//!
//! The controls say which training is wanted; its snapshots are kept while they stay the same. A
//! sampling waits for the training to end, because the page has one run at a time.

use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::diffusion::plane::{
    PlaneSample, PlaneSamples, PlaneTrain, PlaneTraining, Rule,
};
use crate::protocol::{Job, Report};
use crate::ui::host::{Phase, RunEvent, use_work};

/// What samples are wanted of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
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
    pub wanted: Wanted,
    /// Optimiser steps behind the weights.
    pub step: u32,
    /// The samples.
    pub samples: PlaneSamples,
    /// The positions once more, to be drawn.
    pub positions: Rc<Vec<Vec<f32>>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Work {
    Train,
    Sample(Wanted),
}

/// Everything there is. Two are equal if nothing has happened in between: to compare all their
/// weights at each screen refresh would take too long.
#[derive(Clone, Debug, Default)]
pub struct PlaneRun {
    /// The training that is wanted, under way or done.
    pub job: Option<PlaneTrain>,
    /// Reports so far, by rising step, the one of a diverged training left out.
    pub snapshots: Vec<Rc<PlaneTraining>>,
    /// The loss of every step so far.
    pub losses: Rc<Vec<f32>>,
    /// The loss left all bounds at this step.
    pub diverged: Option<u32>,
    /// How the last work stands; `None` before the first.
    pub phase: Option<Phase>,
    /// Time the optimiser steps took, ms.
    pub ms: f32,
    /// Samples, once they are made.
    pub made: Option<Rc<Made>>,
    wanted: Option<Wanted>,
    work: Option<(u32, Work)>,
    works: u32,
    /// Counts what has happened.
    version: u32,
}

impl PartialEq for PlaneRun {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

/// What happens to it.
pub enum Action {
    /// The controls ask for this training, and whether it is needed now.
    Train(PlaneTrain, bool),
    /// Samples are wanted, or no longer.
    Sample(Option<Wanted>),
    /// The engine has news of this work.
    News(u32, RunEvent),
    /// The visitor stops the training.
    Stop,
    /// The visitor wants it once more, from the start.
    Again,
}

impl Reducible for PlaneRun {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Train(job, needed) => next.want(job, needed),
            Action::Sample(wanted) => next.wanted = wanted,
            Action::News(id, event) if next.work.is_some_and(|(work, _)| work == id) => {
                next.news(event);
            }
            Action::News(..) => return self,
            Action::Stop => {
                next.work = None;
                next.phase = Some(Phase::Cancelled);
            }
            Action::Again => {
                let job = next.job.take();
                if let Some(job) = job {
                    next.want(job, true);
                }
            }
        }
        next.sample();
        next.version = self.version + 1;
        Rc::new(next)
    }
}

impl PlaneRun {
    /// Is a training under way, or about to be?
    pub fn is_training(&self) -> bool {
        matches!(self.work, Some((_, Work::Train)))
    }

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

    fn want(&mut self, job: PlaneTrain, needed: bool) {
        if self.job.as_ref() != Some(&job) {
            *self = Self {
                job: Some(job),
                works: self.works,
                wanted: self.wanted,
                ..Self::default()
            };
        }
        if needed && self.work.is_none() && self.phase.is_none() {
            self.begin(Work::Train);
        }
    }

    fn begin(&mut self, work: Work) {
        self.works += 1;
        self.work = Some((self.works, work));
        self.phase = Some(Phase::Loading);
    }

    /// Makes the samples that are wanted, if they are not there and nothing else is to be done.
    fn sample(&mut self) {
        let Some(wanted) = self.wanted else { return };
        let idle = match self.work {
            None => true,
            Some((_, Work::Train)) => false,
            Some((_, Work::Sample(other))) => other != wanted,
        };
        if idle && self.current().is_none() && !self.snapshots.is_empty() {
            self.begin(Work::Sample(wanted));
        }
    }

    fn news(&mut self, event: RunEvent) {
        match event {
            RunEvent::Loading { .. } | RunEvent::Engine(_) | RunEvent::Frame(_) => {}
            RunEvent::Report(Report::PlaneTraining(training)) => self.training(training),
            RunEvent::Report(Report::PlaneSamples(samples)) => self.samples(samples),
            RunEvent::Report(_) => {}
            RunEvent::Done { .. } => {
                self.phase = Some(Phase::Done);
                self.work = None;
            }
            // The visitor may retry; then news of this work goes on.
            RunEvent::Failed(_) => self.phase = Some(Phase::Failed),
            RunEvent::Resumed => self.phase = Some(Phase::Loading),
            RunEvent::Cancelled => {
                self.phase = Some(Phase::Cancelled);
                self.work = None;
            }
        }
    }

    fn training(&mut self, mut training: PlaneTraining) {
        self.phase = Some(Phase::Running);
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

    fn samples(&mut self, samples: PlaneSamples) {
        let Some((_, Work::Sample(wanted))) = self.work else {
            return;
        };
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

    fn engine_job(&self) -> Option<(u32, Job)> {
        let (id, work) = self.work?;
        let train = self.job.clone()?;
        let job = match work {
            Work::Train => Job::PlaneTrain(train),
            Work::Sample(wanted) => Job::PlaneSample(PlaneSample {
                weights: self.snapshot(wanted.from)?.weights.clone(),
                cloud: train.cloud,
                method: train.method,
                rule: wanted.rule,
                hidden: train.hidden,
                seed: train.seed,
                steps: wanted.steps,
            }),
        };
        Some((id, job))
    }
}

/// The training and the samples that the controls want, computed by the page's engine.
#[hook]
pub fn use_plane_run(
    job: PlaneTrain,
    needed: bool,
    wanted: Option<Wanted>,
) -> UseReducerHandle<PlaneRun> {
    let run = use_reducer_eq(PlaneRun::default);
    {
        let run = run.dispatcher();
        use_effect_with((job, needed, wanted), move |(job, needed, wanted)| {
            run.dispatch(Action::Train(job.clone(), *needed));
            run.dispatch(Action::Sample(*wanted));
        });
    }
    let (current, news) = (run.clone(), run.dispatcher());
    use_work(
        run.work.map(|(id, _)| id),
        move || current.engine_job(),
        move |id, event| news.dispatch(Action::News(id, event)),
    );
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::EngineError;
    use crate::ui::state::PlaneState;

    const WANTED: Wanted = Wanted {
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
        actions
            .into_iter()
            .fold(run, |run, action| (*Rc::new(run).reduce(action)).clone())
    }

    fn wanted(needed: bool) -> Action {
        Action::Train(PlaneState::default().training(), needed)
    }

    fn report(work: u32, step: u32) -> Action {
        let report = Report::PlaneTraining(training(step));
        Action::News(work, RunEvent::Report(report))
    }

    fn done(work: u32) -> Action {
        Action::News(work, RunEvent::Done { ms: 1.0 })
    }

    #[test]
    fn nothing_is_trained_before_it_is_needed() {
        let run = after(PlaneRun::default(), vec![wanted(false)]);
        assert_eq!((run.engine_job(), run.phase), (None, None));
        let run = after(run, vec![wanted(true), wanted(true)]);
        assert!(matches!(run.engine_job(), Some((1, Job::PlaneTrain(_)))));
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
                Action::Sample(Some(WANTED)),
                report(1, 0),
                report(1, 10),
            ],
        );
        assert!(run.is_training());
        let run = after(run, vec![done(1)]);
        let Some((2, Job::PlaneSample(job))) = run.engine_job() else {
            panic!("no sampling: {run:?}")
        };
        assert_eq!(job.weights, [10.0]);
        let made = PlaneSamples {
            positions: vec![vec![0.0; 2]],
            fields: vec![],
            distance: 0.1,
            floor: 0.1,
            ms: 1.0,
        };
        let news = RunEvent::Report(Report::PlaneSamples(made));
        let run = after(run, vec![Action::News(2, news), done(2)]);
        assert_eq!(run.current().map(|made| made.step), Some(10));
        assert_eq!(run.engine_job(), None);
        let early = Wanted {
            from: Some(9),
            ..WANTED
        };
        let run = after(run, vec![Action::Sample(Some(early))]);
        assert_eq!(run.current(), None);
        let Some((3, Job::PlaneSample(job))) = run.engine_job() else {
            panic!("no sampling: {run:?}")
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
        let run = after(run, vec![Action::Train(job, true), report(1, 20)]);
        assert_eq!((run.snapshots.len(), run.losses.len()), (0, 0));
        assert!(matches!(run.engine_job(), Some((2, _))));
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
            (run.phase, run.snapshots.len()),
            (Some(Phase::Cancelled), 2)
        );
        let run = after(run, vec![Action::Again]);
        assert_eq!((run.snapshots.len(), run.is_training()), (0, true));

        let broken = RunEvent::Failed(EngineError::Panicked("x".into()));
        let run = after(
            start(),
            vec![Action::News(1, broken), Action::Sample(Some(WANTED))],
        );
        assert_eq!(run.phase, Some(Phase::Failed));
        let run = after(run, vec![report(1, 20)]);
        assert_eq!(run.snapshots.len(), 3, "a retry goes on");

        let lost = PlaneTraining {
            diverged: true,
            ..training(20)
        };
        let news = RunEvent::Report(Report::PlaneTraining(lost));
        let run = after(start(), vec![Action::News(1, news), done(1)]);
        assert_eq!(
            (run.diverged, run.snapshots.len(), run.losses.len()),
            (Some(20), 2, 20)
        );
    }
}
