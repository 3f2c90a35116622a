//! The training behind the chapter: what is computed, what is there.

use std::rc::Rc;

use crate::protocol::text::{Checkpoint, TextFrame, TextTrain};
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::state::text::FRAME_EVERY;

/// Every so many frames have a checkpoint, of 1.4 MB.
const KEPT_EVERY: u32 = 5;

/// The training that the controls want.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// On what; `None` while that is not here, or cannot be learned.
    pub text: Option<Rc<str>>,
    /// Weights to begin with, from a file.
    pub from: Option<Rc<Checkpoint>>,
    /// Seed of everything.
    pub seed: u64,
    /// So many steps.
    pub steps: u32,
}

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    wish: Option<Wish>,
    /// By rising step, without checkpoints.
    pub frames: Vec<Rc<TextFrame>>,
    /// The newest checkpoint.
    pub kept: Option<Rc<Checkpoint>>,
    /// It left all bounds at this step.
    pub diverged: Option<u32>,
}

/// The training under way.
pub type TrainRun = Booked<Learned>;

impl Store for Learned {
    type Want = Wish;
    type Work = ();
    type Ask = TextTrain;

    fn want(&mut self, book: &mut Book<()>, wish: Wish) {
        let key = |wish: &Wish| (wish.text.clone(), wish.from.clone(), wish.seed);
        let same = self
            .wish
            .as_ref()
            .is_some_and(|before| key(before) == key(&wish));
        if !same
            || self
                .frames
                .last()
                .is_some_and(|last| last.step > wish.steps)
        {
            *self = Self::default();
            book.reset();
        }
        self.wish = Some(wish);
        if self.is_left() {
            book.begin(());
        } else {
            book.drop_work();
        }
    }

    fn ask(&self, (): &()) -> Option<TextTrain> {
        let wish = self.wish.as_ref().filter(|_| self.is_left())?;
        let imported = wish.from.as_deref().map(|from| Checkpoint {
            step: 0,
            memory: Vec::new(),
            ..from.clone()
        });
        Some(TextTrain {
            text: wish.text.as_deref()?.to_owned(),
            seed: wish.seed,
            from: self.kept.as_deref().cloned().or(imported),
            steps: wish.steps,
            frame_every: FRAME_EVERY,
            kept_every: KEPT_EVERY,
        })
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), mut frame: TextFrame) {
        if let Some(checkpoint) = frame.checkpoint.take() {
            self.kept = Some(Rc::new(checkpoint));
        }
        if frame.diverged {
            self.diverged = Some(frame.step);
            return;
        }
        // From a checkpoint on, what is there already is computed once more.
        if self.frames.last().is_none_or(|last| last.step < frame.step) {
            self.frames.push(Rc::new(frame));
        }
    }

    fn go_on(&mut self, book: &mut Book<()>) {
        if self.is_left() {
            book.begin(());
        }
    }
}

impl Learned {
    /// Is there something to compute?
    fn is_left(&self) -> bool {
        let wish = self.wish.as_ref();
        let wish = wish.filter(|wish| wish.text.is_some() && wish.steps > 0);
        let done = self.frames.last().map_or(0, |frame| frame.step);
        self.diverged.is_none() && wish.is_some_and(|wish| done < wish.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Job, Report};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

    fn wish(steps: u32) -> Wish {
        Wish {
            text: Some("a text".into()),
            from: None,
            seed: 1,
            steps,
        }
    }

    fn job(run: &TrainRun) -> TextTrain {
        match run.job() {
            Some((_, Job::Packed(job))) => job.unpacked().expect("a training"),
            other => panic!("{other:?}"),
        }
    }

    fn told(run: TrainRun, step: u32, kept: bool) -> TrainRun {
        let frame = TextFrame {
            step,
            checkpoint: kept.then(|| Checkpoint {
                step,
                ..Checkpoint::default()
            }),
            ..TextFrame::default()
        };
        let work = run.book.id().expect("at work");
        let report = RunEvent::Report(Report::packed(&frame));
        after(run, Action::News(work, report))
    }

    #[test]
    fn it_goes_on_from_its_newest_checkpoint() {
        let run = after(TrainRun::default(), Action::Want(wish(0)));
        assert!(run.job().is_none());
        let run = after(run, Action::Want(wish(40)));
        assert_eq!(job(&run).from, None);
        let run = told(told(told(run, 0, true), 20, true), 40, false);
        let run = after(run, Action::Want(wish(80)));
        assert_eq!(job(&run).from.map(|from| from.step), Some(20));
        // What comes again is not shown twice.
        let run = told(run, 40, true);
        assert_eq!(run.frames.len(), 3);
        let other = Wish {
            text: Some("another".into()),
            ..wish(40)
        };
        let run = after(run, Action::Want(other));
        assert!(run.frames.is_empty() && job(&run).from.is_none());
    }
}
