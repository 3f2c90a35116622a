//! Several denoising runs beside one another: the same question put in several ways.
//!
//! The page's engines have one run at a time, so lanes are computed one after another. Each
//! keeps its frames; when other jobs are wanted, a lane whose job stays the same is kept.

use std::rc::Rc;

use yew::prelude::*;

use super::booked::{Book, Booked, Store, use_booked};
use crate::protocol::{Denoise, Frame, Start};
use crate::ui::host::Phase;

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

    /// Time that its steps took, ms.
    pub fn steps_ms(&self) -> f32 {
        self.frames.iter().map(|frame| frame.ms).sum()
    }

    /// The newest frame at or before `step`.
    pub fn at(&self, step: u32) -> Option<&Rc<Frame>> {
        let mut frames = self.frames.iter().rev();
        frames.find(|frame| frame.step <= step)
    }

    /// What is still to be computed, as a job.
    fn rest(&self) -> Denoise {
        Denoise {
            start: start_after(&self.frames).or_else(|| self.job.start.clone()),
            ..self.job.clone()
        }
    }
}

/// All lanes, in the order in which they were asked for.
#[derive(Clone, Debug)]
pub struct Side {
    /// The lanes.
    pub lanes: Vec<Lane>,
}

/// Lanes under way; a work computes the lane of its number.
pub type Lanes = Booked<Side>;

type Works = Book<usize>;

impl Store for Side {
    type Want = Vec<Denoise>;
    type Work = usize;
    type Ask = Denoise;

    fn want(&mut self, book: &mut Works, jobs: Vec<Denoise>) {
        if self.lanes.iter().map(|lane| &lane.job).eq(&jobs) {
            return;
        }
        let working = book.work().and_then(|&at| self.lanes.get(at)).cloned();
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
        let is_busy = book.is_busy();
        match (book.work_mut(), at) {
            (Some(work), Some(at)) if is_busy => *work = at,
            _ => self.go_on(book),
        }
    }

    fn ask(&self, at: &usize) -> Option<Denoise> {
        self.lanes.get(*at).map(Lane::rest)
    }

    fn answer(&mut self, _: &mut Works, at: usize, frame: Frame) {
        if let Some(lane) = self.lanes.get_mut(at)
            // After a change of engine a frame may come a second time.
            && lane.frames.last().is_none_or(|last| last.step < frame.step)
        {
            lane.frames.push(Rc::new(frame));
        }
    }

    fn done(&mut self, book: &mut Works, at: usize, ms: f32) {
        if let Some(lane) = self.lanes.get_mut(at) {
            lane.took_ms = Some(ms);
        }
        self.go_on(book);
    }

    /// Computes the first lane that is not finished.
    fn go_on(&mut self, book: &mut Works) {
        match self.lanes.iter().position(|lane| lane.end().is_none()) {
            Some(at) => book.begin(at),
            None => book.end(Phase::Done),
        }
    }
}

impl Lanes {
    /// Lanes for these jobs; the first is about to be computed.
    pub fn of(jobs: Vec<Denoise>) -> Self {
        let lanes = jobs.into_iter().map(Lane::new).collect();
        let (mut side, mut book) = (Side { lanes }, Book::default());
        side.go_on(&mut book);
        Self::new(side, book)
    }
}

impl Side {
    /// Frames there and frames wanted, over all lanes.
    pub fn progress(&self) -> (u32, u32) {
        let done = |lane: &Lane| lane.frames.last().map_or(0, |frame| frame.step);
        let sum = |of: &dyn Fn(&Lane) -> u32| self.lanes.iter().map(of).sum();
        (sum(&done), sum(&|lane| lane.job.steps))
    }

    /// Time that they took, ms.
    pub fn took_ms(&self) -> f32 {
        self.lanes.iter().filter_map(|lane| lane.took_ms).sum()
    }

    /// How many are finished.
    pub fn finished(&self) -> usize {
        let ends = self.lanes.iter().filter(|lane| lane.end().is_some());
        ends.count()
    }
}

/// The lanes of these jobs, computed by the page's engines.
#[hook]
pub fn use_lanes(jobs: &[Denoise]) -> UseReducerHandle<Lanes> {
    use_booked(|| Lanes::of(jobs.to_vec()), jobs.to_vec(), false)
}

/// Where a run with these frames goes on, with the guess of the step before if that was kept.
pub fn start_after(frames: &[Rc<Frame>]) -> Option<Start> {
    let (last, before) = frames.split_last()?;
    let before = before.last().filter(|frame| frame.step + 1 == last.step);
    Some(Start {
        step: last.step,
        x: last.x.clone(),
        x0_before: before.map(|frame| frame.x0.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Job, Update};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

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
            x: vec![step as f32],
            x0: vec![-(step as f32)],
            update: (step < steps).then(Update::default),
            ..Frame::default()
        }
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
        let lanes = computed(Lanes::of(vec![job(2), job(4)]), 4);
        assert_eq!(
            (lengths(&lanes), lanes.book.phase),
            (vec![3, 1], Some(Phase::Running))
        );
        assert!(lanes.lanes[0].end().is_some() && lanes.lanes[1].end().is_none());
        let lanes = computed(lanes, 99);
        assert_eq!(
            (lengths(&lanes), lanes.book.phase),
            (vec![3, 5], Some(Phase::Done))
        );
        assert_eq!(lanes.progress(), (6, 6));
        assert_eq!(lanes.lanes[1].took_ms, Some(2.0));
    }

    #[test]
    fn what_is_still_wanted_is_kept() {
        let lanes = computed(Lanes::of(vec![job(2), job(4)]), 5);
        let work = lanes.book.id();
        // The lane under way moves to the front and goes on.
        let lanes = after(lanes, Action::Want(vec![job(4), job(8), job(2)]));
        assert_eq!(lengths(&lanes), [2, 0, 3]);
        assert_eq!(lanes.book.id(), work);
        // It is no longer wanted: the next one starts.
        let lanes = after(lanes, Action::Want(vec![job(8)]));
        assert!(lanes.book.id() != work);
        assert_eq!(lengths(&computed(lanes, 99)), [9]);
    }

    /// They are compared at each refresh of the screen: by what has happened, not by pixels.
    #[test]
    fn lanes_differ_when_something_has_happened() {
        let lanes = Lanes::of(vec![job(2)]);
        let Some((id, _)) = lanes.job() else {
            panic!("no job")
        };
        let mut blank = frame(0, 2);
        blank.x = vec![f32::NAN];
        let next = after(lanes.clone(), Action::News(id, RunEvent::Frame(blank)));
        assert!(lanes != next && next == next.clone());
        let dropped = Action::News(id + 1, RunEvent::Frame(frame(1, 2)));
        assert!(after(next.clone(), dropped) == next);
    }

    #[test]
    fn stopped_lanes_go_on_from_their_last_frame() {
        let lanes = after(computed(Lanes::of(vec![job(6)]), 4), Action::Stop);
        assert_eq!(
            (lanes.book.phase, lanes.job()),
            (Some(Phase::Cancelled), None)
        );
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
