//! The run behind the chapter 'Denoise it': which branch is computed, how far it is.
//!
//! The controls in the URL say what is wanted; [`Store::want`] finds out what that means for
//! what is there: another branch to show, a branch to leave from, or a new run. A link to a
//! branched run is restored by computing the controls of the past first, each up to the step
//! where they changed.

use std::collections::VecDeque;

use crate::protocol::{Denoise, Frame};
use crate::ui::host::Phase;
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::runs::lanes::start_after;
use crate::ui::runs::player::Entry;
use crate::ui::runs::timeline::Timeline;
use crate::ui::state::DenoiseState;

/// A grid keeps about this many frames at most.
const GRID_FRAMES: u32 = 128;

/// What there is of the run.
#[derive(Clone, Debug)]
pub struct Branches {
    /// Frames and branches.
    pub timeline: Timeline<DenoiseState>,
    /// Counts the times another branch came to be shown, and how playback enters it: a new run from
    /// its start, a branch where the one before it stands.
    pub entered: (u32, Entry),
    /// Controls of a restored link that come after the branch being computed.
    queue: VecDeque<DenoiseState>,
}

/// The run; a work computes the branch of its number.
pub type DenoiseRun = Booked<Branches>;

type Works = Book<usize>;

impl Store for Branches {
    type Want = DenoiseState;
    type Work = usize;
    type Ask = Denoise;

    fn want(&mut self, book: &mut Works, state: DenoiseState) {
        if self.heading_for(&state) {
            return;
        }
        let found = |wanted: &DenoiseState| {
            self.timeline
                .branches()
                .iter()
                .position(|branch| branch.controls.same_run(wanted))
        };
        if let Some(branch) = found(&state) {
            self.queue.clear();
            self.enter(book, branch);
            return;
        }
        let parent = parent(&state).and_then(|(parent, step)| {
            let branch = found(&parent)?;
            let frames = &self.timeline.branches()[branch].frames;
            frames
                .iter()
                .any(|frame| frame.step == step)
                .then_some((branch, step))
        });
        match parent {
            Some((branch, step)) => {
                self.queue.clear();
                self.fork(book, branch, step, state);
            }
            None => {
                let entered = self.entered.0 + 1;
                *self = Self::new(&state);
                self.entered.0 = entered;
                book.reset();
                self.compute(book, 0);
            }
        }
    }

    /// From the last frame that the branch has.
    fn ask(&self, branch: &usize) -> Option<Denoise> {
        let branch = self.timeline.branches().get(*branch)?;
        let controls = &branch.controls;
        Some(Denoise {
            start: start_after(&branch.frames),
            frame_every: frame_every(controls),
            ..controls.job(controls.count())
        })
    }

    fn answer(&mut self, book: &mut Works, branch: usize, frame: Frame) {
        let step = frame.step;
        self.timeline.push(branch, frame);
        let until = self
            .queue
            .front()
            .and_then(|next| next.past.last())
            .map(|past| past.until);
        if until.is_some_and(|until| step >= until)
            && let Some(next) = self.queue.pop_front()
        {
            let fresh = self.entered;
            self.fork(book, branch, step, next);
            // To the visitor the restored run is one.
            self.entered = fresh;
        }
    }

    fn go_on(&mut self, book: &mut Works) {
        self.compute(book, self.timeline.shown());
    }
}

impl DenoiseRun {
    /// A new run with these controls, about to be computed.
    pub fn of(state: &DenoiseState) -> Self {
        let (mut branches, mut book) = (Branches::new(state), Book::default());
        branches.compute(&mut book, 0);
        Self::new(branches, book)
    }
}

impl Branches {
    fn new(state: &DenoiseState) -> Self {
        let mut queue = ancestry(state);
        Self {
            timeline: Timeline::new(queue.pop_front().unwrap_or_default()),
            entered: (0, Entry::Start),
            queue,
        }
    }

    /// Controls of the branch shown.
    pub fn controls(&self) -> &DenoiseState {
        &self.timeline.branch().controls
    }

    /// The number of the last frame there will be.
    pub fn last_index(&self) -> u32 {
        let controls = self.controls();
        controls.steps.div_ceil(frame_every(controls))
    }

    /// The number of the frame at or before `step`, computed or not.
    pub fn index_of(&self, step: u32) -> u32 {
        let controls = self.controls();
        if step >= controls.steps {
            self.last_index()
        } else {
            step / frame_every(controls)
        }
    }

    /// The step of frame number `index`.
    pub fn step_of(&self, index: u32) -> u32 {
        let controls = self.controls();
        (index * frame_every(controls)).min(controls.steps)
    }

    /// The number of the newest computed frame; `None` if there is none.
    pub fn ready_index(&self) -> Option<u32> {
        self.timeline
            .frames()
            .last()
            .map(|frame| self.index_of(frame.step))
    }

    /// Are these the controls shown, or those a restored link is on its way to?
    fn heading_for(&self, state: &DenoiseState) -> bool {
        self.queue.back().unwrap_or(self.controls()).same_run(state)
    }

    fn fork(&mut self, book: &mut Works, branch: usize, step: u32, state: DenoiseState) {
        self.timeline.show(branch);
        self.timeline.fork(step, state);
        self.enter(book, self.timeline.shown());
    }

    fn enter(&mut self, book: &mut Works, branch: usize) {
        self.timeline.show(branch);
        self.entered = (self.entered.0 + 1, Entry::On(None));
        self.compute(book, branch);
    }

    /// Computes what is missing of a branch.
    fn compute(&mut self, book: &mut Works, branch: usize) {
        if book.work() == Some(&branch) && book.is_busy() {
            return;
        }
        let Some(kept) = self.timeline.branches().get(branch) else {
            return;
        };
        let last = kept.frames.last();
        if last.is_none_or(|frame| frame.step < kept.controls.steps) {
            book.begin(branch);
        } else if book.work().is_none() {
            // What another branch still computes goes on.
            book.end(Phase::Done);
        }
    }
}

fn frame_every(controls: &DenoiseState) -> u32 {
    if controls.grid {
        controls.steps.div_ceil(GRID_FRAMES)
    } else {
        1
    }
}

/// The controls that `state` branched off from, and the step where it did.
fn parent(state: &DenoiseState) -> Option<(DenoiseState, u32)> {
    let (last, past) = state.past.split_last()?;
    let parent = DenoiseState {
        digit: last.digit,
        sampler: last.sampler,
        guidance: last.guidance,
        past: past.to_vec(),
        ..state.clone()
    };
    Some((parent, last.until))
}

/// All controls that led to `state`, oldest first, itself last.
fn ancestry(state: &DenoiseState) -> VecDeque<DenoiseState> {
    let mut all = VecDeque::from([state.clone()]);
    while let Some((older, _)) = all.front().and_then(parent) {
        all.push_front(older);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Job;
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};
    use crate::ui::state::{Past, Wanted};

    fn frame(step: u32) -> Frame {
        Frame {
            step,
            x: vec![step as f32],
            ..Frame::default()
        }
    }

    /// The frames that the engine would send for the work under way, up to `last`.
    fn computed(mut run: DenoiseRun, last: u32) -> DenoiseRun {
        loop {
            let Some((id, Job::Denoise(job))) = run.job() else {
                return run;
            };
            let mut step = job.start.map_or(0, |start| start.step);
            while step <= last.min(job.steps) && run.book.id() == Some(id) {
                run = after(run, Action::News(id, RunEvent::Frame(frame(step))));
                step += 1;
            }
            if run.book.id() == Some(id) {
                if last >= job.steps {
                    run = after(run, Action::News(id, RunEvent::Done { ms: 1.0 }));
                }
                return run;
            }
        }
    }

    fn steps(run: &DenoiseRun) -> Vec<u32> {
        run.timeline
            .frames()
            .iter()
            .map(|frame| frame.step)
            .collect()
    }

    #[test]
    fn a_control_changed_in_mid_run_starts_again() {
        let state = DenoiseState::default();
        let run = computed(DenoiseRun::of(&state), 7);
        let old = run.job().map(|(id, _)| id);
        let other = DenoiseState {
            digit: Wanted::Digit(5),
            ..state
        };
        let run = after(run, Action::Want(other.clone()));
        assert_eq!((steps(&run).len(), run.controls()), (0, &other));
        assert!(run.job().map(|(id, _)| id) != old);
        // News of the old work are not taken.
        let late = RunEvent::Frame(frame(8));
        let run = after(run, Action::News(old.unwrap_or(0), late));
        assert!(steps(&run).is_empty());
    }

    #[test]
    fn a_step_in_the_link_changes_nothing() {
        let state = DenoiseState::default();
        let run = computed(DenoiseRun::of(&state), 20);
        let there = DenoiseState {
            step: Some(4),
            ..state
        };
        let same = after(run.clone(), Action::Want(there));
        assert_eq!((steps(&same), same.entered), (steps(&run), run.entered));
        assert_eq!(same.book.phase, Some(Phase::Done));
    }

    #[test]
    fn a_branch_keeps_the_past_and_can_be_left_again() {
        let state = DenoiseState::default();
        let run = computed(DenoiseRun::of(&state), 20);
        let branch = DenoiseState {
            digit: Wanted::Digit(8),
            past: vec![state.as_past(12)],
            ..state.clone()
        };
        let run = after(run, Action::Want(branch.clone()));
        assert_eq!(steps(&run), (0..=12).collect::<Vec<_>>());
        assert_eq!(run.entered.1, Entry::On(None));
        let Some((_, Job::Denoise(job))) = run.job() else {
            panic!("no job")
        };
        assert_eq!(
            (job.start.map(|start| start.step), job.labels),
            (Some(12), vec![Some(8)])
        );
        let run = computed(run, 20);
        assert_eq!(steps(&run).len(), 21);
        let run = after(run, Action::Want(state));
        assert_eq!(
            (run.timeline.shown(), run.timeline.branches().len()),
            (0, 2)
        );
        assert_eq!(run.book.phase, Some(Phase::Done));
    }

    #[test]
    fn a_link_to_a_branch_computes_its_past_first() {
        let past = |until, digit| Past {
            until,
            digit: Wanted::Digit(digit),
            ..DenoiseState::default().as_past(0)
        };
        let state = DenoiseState {
            past: vec![past(3, 1), past(9, 2)],
            ..DenoiseState::default()
        };
        let run = computed(DenoiseRun::of(&state), 20);
        assert_eq!(run.controls(), &state);
        assert_eq!(steps(&run), (0..=20).collect::<Vec<_>>());
        let lengths: Vec<_> = run
            .timeline
            .branches()
            .iter()
            .map(|branch| branch.frames.len())
            .collect();
        assert_eq!(lengths, [4, 10, 21]);
        assert_eq!(run.entered, (0, Entry::Start));
        // An unfinished branch is finished when it is shown.
        let first = run.timeline.branches()[0].controls.clone();
        let run = computed(after(run, Action::Want(first)), 20);
        assert_eq!(steps(&run).len(), 21);
    }

    #[test]
    fn stopping_keeps_the_frames_and_going_on_finishes() {
        let run = computed(DenoiseRun::of(&DenoiseState::default()), 7);
        let run = after(run, Action::Stop);
        assert_eq!(
            (steps(&run).len(), run.book.phase),
            (8, Some(Phase::Cancelled))
        );
        assert!(run.job().is_none());
        let run = computed(after(run, Action::GoOn), 20);
        assert_eq!((steps(&run).len(), run.book.phase), (21, Some(Phase::Done)));
    }

    #[test]
    fn a_long_grid_keeps_few_frames() {
        let state = DenoiseState {
            grid: true,
            steps: 1000,
            ..DenoiseState::default()
        };
        let run = DenoiseRun::of(&state);
        assert!(run.last_index() <= GRID_FRAMES);
        for step in [0, 8, 16, 992, 1000] {
            assert_eq!(run.step_of(run.index_of(step)), step);
        }
    }
}
