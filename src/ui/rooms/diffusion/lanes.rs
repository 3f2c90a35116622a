//! Several denoising runs beside one another: the same question put in several ways.
//!
//! The page's engines have one run at a time, so lanes are computed one after another. Each
//! keeps its frames; when other jobs are wanted, a lane whose job stays the same is kept.

use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::{Denoise, EngineKind, Frame, Job, Start};
use crate::ui::host::{Phase, RunEvent, use_work};
use crate::ui::rooms::diffusion::denoise::run::guess_before;

/// One run and what is there of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// What is computed.
    pub job: Denoise,
    /// Its frames so far, in order.
    pub frames: Vec<Rc<Frame>>,
    /// Time it took, from its start to its last frame, ms; of the last part if it was
    /// interrupted.
    pub took_ms: Option<f32>,
}

impl Lane {
    fn new(job: Denoise) -> Self {
        Self {
            job,
            frames: Vec::new(),
            took_ms: None,
        }
    }

    /// The last frame, once there is nothing more to compute.
    pub fn end(&self) -> Option<&Rc<Frame>> {
        self.frames.last().filter(|frame| frame.update.is_none())
    }

    /// The newest frame at or before `step`.
    pub fn at(&self, step: u32) -> Option<&Rc<Frame>> {
        let mut frames = self.frames.iter().rev();
        frames.find(|frame| frame.step <= step)
    }

    /// What is still to be computed, as a job.
    fn rest(&self) -> Denoise {
        let start = match self.frames.last() {
            Some(frame) => Some(Start {
                step: frame.step,
                x: frame.x.clone(),
                x0_before: guess_before(&self.frames),
            }),
            None => self.job.start.clone(),
        };
        Denoise {
            start,
            ..self.job.clone()
        }
    }
}

/// All lanes.
#[derive(Clone, Debug, PartialEq)]
pub struct Lanes {
    /// In the order in which they were asked for.
    pub lanes: Vec<Lane>,
    /// How the computation stands.
    pub phase: Phase,
    /// Bytes of the weights, received and in all, while they come.
    pub loading: Option<(u64, u64)>,
    /// The engine that computes.
    pub engine: Option<EngineKind>,
    /// Number of the work under way and of its lane.
    work: Option<(u32, usize)>,
    works: u32,
}

/// What happens to the lanes.
pub enum Action {
    /// These jobs are wanted.
    Want(Vec<Denoise>),
    /// The engine has news of this work.
    News(u32, RunEvent),
    /// The visitor stops the computation.
    Stop,
    /// The visitor lets it go on.
    GoOn,
}

impl Reducible for Lanes {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Want(jobs) => next.want(jobs),
            Action::News(id, event) if next.work.is_some_and(|(work, _)| work == id) => {
                next.news(event);
            }
            Action::News(..) => return self,
            Action::Stop => {
                next.work = None;
                next.phase = Phase::Cancelled;
            }
            Action::GoOn => next.go_on(),
        }
        Rc::new(next)
    }
}

impl Lanes {
    /// Lanes for these jobs; the first is about to be computed.
    pub fn new(jobs: Vec<Denoise>) -> Self {
        let mut lanes = Self {
            lanes: jobs.into_iter().map(Lane::new).collect(),
            phase: Phase::Loading,
            loading: None,
            engine: None,
            work: None,
            works: 0,
        };
        lanes.go_on();
        lanes
    }

    /// Is an engine at work, or about to be?
    pub fn busy(&self) -> bool {
        matches!(self.phase, Phase::Loading | Phase::Running)
    }

    /// Frames there and frames wanted, over all lanes.
    pub fn progress(&self) -> (u32, u32) {
        let done = |lane: &Lane| lane.frames.last().map_or(0, |frame| frame.step);
        let sum = |of: &dyn Fn(&Lane) -> u32| self.lanes.iter().map(of).sum();
        (sum(&done), sum(&|lane| lane.job.steps))
    }

    fn want(&mut self, jobs: Vec<Denoise>) {
        if self.lanes.iter().map(|lane| &lane.job).eq(&jobs) {
            return;
        }
        let working = self.work.and_then(|(_, at)| self.lanes.get(at)).cloned();
        let old = std::mem::take(&mut self.lanes);
        self.lanes = jobs
            .into_iter()
            .map(|job| {
                let kept = old.iter().find(|lane| lane.job == job).cloned();
                kept.unwrap_or_else(|| Lane::new(job))
            })
            .collect();
        // The lane under way goes on if it is still wanted.
        let at = working.and_then(|working| {
            let mut lanes = self.lanes.iter();
            lanes.position(|lane| lane.job == working.job)
        });
        match (self.work, at) {
            (Some((id, _)), Some(at)) if self.busy() => self.work = Some((id, at)),
            _ => self.go_on(),
        }
    }

    /// Computes the first lane that is not finished.
    fn go_on(&mut self) {
        match self.lanes.iter().position(|lane| lane.end().is_none()) {
            Some(at) => {
                self.works += 1;
                self.work = Some((self.works, at));
                if self.phase != Phase::Running {
                    self.phase = Phase::Loading;
                }
            }
            None => {
                self.work = None;
                self.phase = Phase::Done;
            }
        }
    }

    fn news(&mut self, event: RunEvent) {
        let Some((_, at)) = self.work else { return };
        match event {
            RunEvent::Loading { received, total } => self.loading = Some((received, total)),
            RunEvent::Engine(engine) => {
                self.engine = Some(engine);
                self.phase = Phase::Running;
            }
            RunEvent::Frame(frame) => {
                self.phase = Phase::Running;
                self.loading = None;
                if let Some(lane) = self.lanes.get_mut(at) {
                    // After a change of engine a frame may come a second time.
                    if lane.frames.last().is_none_or(|last| last.step < frame.step) {
                        lane.frames.push(Rc::new(frame));
                    }
                }
            }
            RunEvent::Done { ms } => {
                if let Some(lane) = self.lanes.get_mut(at) {
                    lane.took_ms = Some(ms);
                }
                self.go_on();
            }
            RunEvent::Failed(_) => self.phase = Phase::Failed,
            RunEvent::Resumed => self.phase = Phase::Loading,
            RunEvent::Cancelled => {
                self.phase = Phase::Cancelled;
                self.work = None;
            }
            RunEvent::Report(_) => {}
        }
    }

    fn job(&self) -> Option<(u32, Job)> {
        let (id, at) = self.work?;
        Some((id, Job::Denoise(self.lanes.get(at)?.rest())))
    }
}

/// The lanes of these jobs, computed by the page's engines.
#[hook]
pub fn use_lanes(jobs: &[Denoise]) -> UseReducerHandle<Lanes> {
    let lanes = use_reducer_eq(|| Lanes::new(jobs.to_vec()));
    {
        let lanes = lanes.dispatcher();
        use_effect_with(jobs.to_vec(), move |jobs| {
            lanes.dispatch(Action::Want(jobs.clone()));
        });
    }
    let (current, news) = (lanes.clone(), lanes.dispatcher());
    use_work(
        lanes.work.map(|(id, _)| id),
        move || current.job(),
        move |id, event| news.dispatch(Action::News(id, event)),
    );
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Update;

    fn job(steps: u32) -> Denoise {
        Denoise {
            model: "m".into(),
            steps,
            ..Denoise::default()
        }
    }

    fn frame(step: u32, steps: u32) -> Frame {
        Frame {
            step,
            t: 0,
            alpha_bar: 0.5,
            x: vec![step as f32],
            x0: vec![-(step as f32)],
            update: (step < steps).then_some(Update {
                t_next: 0,
                x0_factor: 0.0,
                eps_factor: 0.0,
                noise_factor: 0.0,
                trend_factor: 0.0,
            }),
            ms: 1.0,
        }
    }

    fn after(lanes: Lanes, action: Action) -> Lanes {
        (*Rc::new(lanes).reduce(action)).clone()
    }

    /// Lets the engine compute up to `frames` frames.
    fn computed(mut lanes: Lanes, mut frames: u32) -> Lanes {
        while let Some((id, Job::Denoise(job))) = lanes.job() {
            let mut step = job.start.map_or(0, |start| start.step);
            while step <= job.steps {
                if frames == 0 {
                    return lanes;
                }
                frames -= 1;
                let news = RunEvent::Frame(frame(step, job.steps));
                lanes = after(lanes, Action::News(id, news));
                step += 1;
            }
            lanes = after(lanes, Action::News(id, RunEvent::Done { ms: 2.0 }));
        }
        lanes
    }

    fn lengths(lanes: &Lanes) -> Vec<usize> {
        lanes.lanes.iter().map(|lane| lane.frames.len()).collect()
    }

    #[test]
    fn lanes_are_computed_one_after_another() {
        let lanes = computed(Lanes::new(vec![job(2), job(4)]), 4);
        assert_eq!((lengths(&lanes), lanes.phase), (vec![3, 1], Phase::Running));
        assert!(lanes.lanes[0].end().is_some() && lanes.lanes[1].end().is_none());
        let lanes = computed(lanes, 99);
        assert_eq!((lengths(&lanes), lanes.phase), (vec![3, 5], Phase::Done));
        assert_eq!(lanes.progress(), (6, 6));
        assert_eq!(lanes.lanes[1].took_ms, Some(2.0));
    }

    #[test]
    fn what_is_still_wanted_is_kept() {
        let lanes = computed(Lanes::new(vec![job(2), job(4)]), 5);
        let work = lanes.work.map(|(id, _)| id);
        // The lane under way moves to the front and goes on.
        let lanes = after(lanes, Action::Want(vec![job(4), job(8), job(2)]));
        assert_eq!(lengths(&lanes), [2, 0, 3]);
        assert_eq!(lanes.work.map(|(id, _)| id), work);
        // It is no longer wanted: the next one starts.
        let lanes = after(lanes, Action::Want(vec![job(8)]));
        assert!(lanes.work.map(|(id, _)| id) != work);
        assert_eq!(lengths(&computed(lanes, 99)), [9]);
    }

    #[test]
    fn stopped_lanes_go_on_from_their_last_frame() {
        let lanes = after(computed(Lanes::new(vec![job(6)]), 4), Action::Stop);
        assert_eq!((lanes.phase, lanes.job()), (Phase::Cancelled, None));
        let lanes = after(lanes, Action::GoOn);
        let Some((_, Job::Denoise(rest))) = lanes.job() else {
            panic!("no job")
        };
        let start = Start {
            step: 3,
            x: vec![3.0],
            x0_before: Some(vec![-2.0]),
        };
        assert_eq!(rest.start, Some(start));
        assert_eq!(lengths(&computed(lanes, 99)), [7]);
    }
}
