//! The kept frames of a run and its branches.
//!
//! A branch shares the frames before the step it leaves at and has its own from there on.
//! Every branch is kept, so that the visitor can go back and compare.

use std::rc::Rc;

use crate::protocol::Frame;

/// One course of a run. `C` are the controls it was computed with.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch<C> {
    /// Frames by rising step.
    pub frames: Vec<Rc<Frame>>,
    /// The controls in force since it left.
    pub controls: C,
    /// Steps done when it left its parent; `None` for the first.
    pub left_at: Option<u32>,
}

/// All branches of a run. There is always at least one, and one of them is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline<C> {
    branches: Vec<Branch<C>>,
    shown: usize,
}

impl<C> Timeline<C> {
    /// An empty run with these controls.
    pub fn new(controls: C) -> Self {
        Self {
            branches: vec![Branch {
                frames: Vec::new(),
                controls,
                left_at: None,
            }],
            shown: 0,
        }
    }

    /// The branch shown.
    pub fn branch(&self) -> &Branch<C> {
        &self.branches[self.shown]
    }

    /// All branches, oldest first.
    pub fn branches(&self) -> &[Branch<C>] {
        &self.branches
    }

    /// Which branch is shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    /// Frames of the branch shown.
    pub fn frames(&self) -> &[Rc<Frame>] {
        &self.branch().frames
    }

    /// Frame number `index`, or the nearest there is; `None` if there is none yet.
    pub fn frame(&self, index: u32) -> Option<&Rc<Frame>> {
        let frames = self.frames();
        frames.get(index as usize).or(frames.last())
    }

    /// The number of the frame after `step` steps, or of the last one before.
    pub fn index_of(&self, step: u32) -> u32 {
        self.frames()
            .partition_point(|frame| frame.step <= step)
            .saturating_sub(1) as u32
    }

    /// Adds a computed frame to branch `branch`; one of the same step is replaced.
    pub fn push(&mut self, branch: usize, frame: Frame) {
        let Some(branch) = self.branches.get_mut(branch) else {
            return;
        };
        let frames = &mut branch.frames;
        match frames.binary_search_by_key(&frame.step, |kept| kept.step) {
            Ok(at) => frames[at] = Rc::new(frame),
            Err(at) => frames.insert(at, Rc::new(frame)),
        }
    }

    /// A new branch that leaves the shown one after `step` steps, with other controls.
    /// It is shown from now on.
    pub fn fork(&mut self, step: u32, controls: C) {
        let frames = self
            .frames()
            .iter()
            .filter(|frame| frame.step <= step)
            .cloned()
            .collect();
        self.branches.push(Branch {
            frames,
            controls,
            left_at: Some(step),
        });
        self.shown = self.branches.len() - 1;
    }

    /// Shows another branch; an unknown one changes nothing.
    pub fn show(&mut self, branch: usize) {
        if branch < self.branches.len() {
            self.shown = branch;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its picture is its mark.
    fn frame(step: u32, mark: char) -> Frame {
        Frame {
            step,
            x: vec![f32::from(mark as u8)],
            ..Frame::default()
        }
    }

    fn mark(frame: &Rc<Frame>) -> char {
        char::from(frame.x[0] as u8)
    }

    fn text(timeline: &Timeline<u8>) -> String {
        timeline.frames().iter().map(mark).collect()
    }

    #[test]
    fn frames_are_ordered_and_replaced() {
        let mut timeline = Timeline::new(0);
        for (step, mark) in [(0, 'a'), (10, 'c'), (5, 'b'), (10, 'C')] {
            timeline.push(0, frame(step, mark));
        }
        assert_eq!(text(&timeline), "abC");
        assert_eq!(
            [0, 4, 5, 9, 10, 99].map(|step| timeline.index_of(step)),
            [0, 0, 1, 1, 2, 2]
        );
        assert_eq!(timeline.frame(7).map(mark), Some('C'));
    }

    #[test]
    fn a_branch_keeps_the_past_and_the_other_branch() {
        let mut timeline = Timeline::new(0);
        for (step, mark) in [(0, 'a'), (1, 'b'), (2, 'c'), (3, 'd')] {
            timeline.push(0, frame(step, mark));
        }
        timeline.fork(1, 1);
        assert_eq!((text(&timeline).as_str(), timeline.shown()), ("ab", 1));
        // The new controls give step 1 another update, then another future.
        for (step, mark) in [(1, 'B'), (2, 'X'), (3, 'Y')] {
            timeline.push(1, frame(step, mark));
        }
        assert_eq!(text(&timeline), "aBXY");
        assert!(Rc::ptr_eq(
            &timeline.branches()[0].frames[0],
            &timeline.frames()[0]
        ));
        timeline.show(0);
        assert_eq!(text(&timeline), "abcd");
        timeline.show(9);
        assert_eq!(timeline.shown(), 0);
    }

    #[test]
    fn an_empty_timeline_has_no_frame() {
        let timeline = Timeline::<u8>::new(0);
        assert!(timeline.frame(0).is_none());
        assert_eq!(timeline.index_of(3), 0);
    }
}
