//! The training behind the chapter: what is computed, what is there.

use std::rc::Rc;

use crate::protocol::vae::train::{Checkpoint, Leg, VaeFrame, VaeTrain};
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::state::vae::FRAME_EVERY;

/// Every so many frames have a checkpoint; it has 2.4 MB.
const KEPT_EVERY: u32 = 5;
/// So many checkpoints are kept, the newest.
const KEPT: usize = 8;

/// What is learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// `[n, 28, 28]`, 255 for ink.
    pub pictures: Rc<Vec<u8>>,
    /// The visitor's drawing.
    pub own: Option<Vec<u8>>,
    /// Seed of everything.
    pub seed: u64,
}

/// The training that the controls want.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// On what; `None` while that is not here.
    pub data: Option<Data>,
    /// The KL's weights.
    pub legs: Vec<Leg>,
    /// Until this step.
    pub steps: u32,
}

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct Learned {
    wish: Option<Wish>,
    /// By rising step, without checkpoints.
    pub frames: Vec<Rc<VaeFrame>>,
    kept: Vec<Checkpoint>,
    /// It left all bounds at this step.
    pub diverged: Option<u32>,
}

/// The training under way.
pub type TrainRun = Booked<Learned>;

/// Up to which step are two plans the same?
fn common(a: &[Leg], b: &[Leg]) -> u32 {
    let differ = a.iter().zip(b).find(|(a, b)| a != b);
    match differ {
        Some((a, b)) => a.step.min(b.step),
        None => {
            let rest = a.get(b.len()).or(b.get(a.len()));
            rest.map_or(u32::MAX, |leg| leg.step)
        }
    }
}

impl Store for Learned {
    type Want = Wish;
    type Work = ();
    type Ask = Box<VaeTrain>;

    fn want(&mut self, book: &mut Book<()>, wish: Wish) {
        let same = self
            .wish
            .as_ref()
            .filter(|before| before.data == wish.data)
            .map(|before| common(&before.legs, &wish.legs));
        match same {
            None => *self = Self::default(),
            Some(same) => {
                self.frames.retain(|frame| frame.step <= same);
                self.kept.retain(|kept| kept.step <= same);
                self.diverged = self.diverged.filter(|step| *step <= same);
            }
        }
        self.wish = Some(wish);
        if self.is_left() {
            book.begin(());
        } else {
            book.drop_work();
        }
    }

    fn ask(&self, (): &()) -> Option<Box<VaeTrain>> {
        let wish = self.wish.as_ref().filter(|_| self.is_left())?;
        let data = wish.data.as_ref()?;
        let done = self.frames.last().map_or(0, |frame| frame.step);
        let from = self.kept.iter().rev().find(|kept| kept.step <= done);
        Some(Box::new(VaeTrain {
            seed: data.seed,
            pictures: data.pictures.to_vec(),
            own: data.own.clone(),
            legs: wish.legs.clone(),
            from: from.cloned(),
            steps: wish.steps,
            frame_every: FRAME_EVERY,
            kept_every: KEPT_EVERY,
        }))
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), mut frame: Box<VaeFrame>) {
        if let Some(checkpoint) = frame.checkpoint.take() {
            self.kept.retain(|kept| kept.step != checkpoint.step);
            if self.kept.len() == KEPT {
                self.kept.remove(0);
            }
            self.kept.push(checkpoint);
        }
        if frame.diverged {
            self.diverged = Some(frame.step);
            return;
        }
        // From a checkpoint on, what is there already is computed once more.
        if self.frames.last().is_none_or(|last| last.step < frame.step) {
            self.frames.push(Rc::new(*frame));
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
        let Some(wish) = self.wish.as_ref().filter(|wish| wish.data.is_some()) else {
            return false;
        };
        let done = self.frames.last().map(|frame| frame.step);
        self.diverged.is_none() && done.is_none_or(|done| done < wish.steps)
    }

    /// Losses of all steps up to this frame: reconstruction, KL.
    pub fn losses(&self, until: u32) -> impl Iterator<Item = (u32, [f32; 2])> {
        let frames = self.frames.iter().filter(move |frame| frame.step <= until);
        frames.flat_map(|frame| {
            let first = frame.step - frame.losses.len() as u32;
            (first..).zip(frame.losses.iter().copied())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Job, Report};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked;

    type Action = booked::Action<Wish>;

    fn leg(step: u32, beta: f32) -> Leg {
        Leg { step, beta }
    }

    fn wish(legs: &[Leg], steps: u32) -> Wish {
        Wish {
            data: Some(Data {
                pictures: Rc::new(vec![0; 784]),
                own: None,
                seed: 1,
            }),
            legs: legs.to_vec(),
            steps,
        }
    }

    fn after(run: TrainRun, action: Action) -> TrainRun {
        booked::testing::after(run, action)
    }

    fn job(run: &TrainRun) -> Option<VaeTrain> {
        match run.job()? {
            (_, Job::VaeTrain(job)) => Some(*job),
            other => panic!("{other:?}"),
        }
    }

    /// An engine's frames from where the job goes on, until `until`.
    fn trained(mut run: TrainRun, until: u32) -> TrainRun {
        let job = job(&run).expect("at work");
        let work = run.book.id().expect("at work");
        let first = job.from.map_or(0, |from| from.step + FRAME_EVERY);
        for (n, step) in (first..=until).step_by(FRAME_EVERY as usize).enumerate() {
            let is_kept = step == job.steps || (n as u32).is_multiple_of(KEPT_EVERY);
            let frame = VaeFrame {
                step,
                losses: vec![[1.0, 2.0]; if step > 0 { FRAME_EVERY as usize } else { 0 }],
                checkpoint: is_kept.then(|| Checkpoint {
                    step,
                    ..Checkpoint::default()
                }),
                ..VaeFrame::default()
            };
            let report = Report::packed(&frame);
            run = after(run, Action::News(work, RunEvent::Report(report)));
        }
        match until == job.steps {
            true => after(run, Action::News(work, RunEvent::Done { ms: 1.0 })),
            false => run,
        }
    }

    #[test]
    fn a_change_of_weight_goes_on_from_the_last_checkpoint_before_it() {
        let first = [leg(0, 1.0)];
        let run = after(TrainRun::default(), Action::Want(wish(&first, 600)));
        let run = trained(run, 300);
        assert_eq!(run.frames.len(), 16);
        let turned = [leg(0, 1.0), leg(260, 8.0)];
        let run = after(run, Action::Want(wish(&turned, 1200)));
        assert_eq!(run.frames.last().map(|frame| frame.step), Some(260));
        let asked = job(&run).expect("more to do");
        assert_eq!(asked.from.map(|from| from.step), Some(200));
        // The frames after the checkpoint come again, and are not there twice.
        let run = trained(run, 1200);
        let steps: Vec<_> = run.frames.iter().map(|frame| frame.step).collect();
        assert!(
            steps
                .windows(2)
                .all(|pair| pair[1] == pair[0] + FRAME_EVERY),
            "{steps:?}"
        );
        assert_eq!(run.job(), None);
        assert_eq!(run.losses(40).count(), 40);
        // On with it: from the end.
        let run = after(run, Action::Want(wish(&turned, 1800)));
        assert_eq!(
            job(&run).expect("more").from.map(|from| from.step),
            Some(1200)
        );
        // Other data: all anew.
        let mut other = wish(&turned, 600);
        other.data.as_mut().expect("data").seed = 2;
        let run = after(run, Action::Want(other));
        assert!(run.frames.is_empty() && job(&run).expect("all").from.is_none());
    }

    #[test]
    fn plans_are_the_same_up_to_their_first_difference() {
        let a = [leg(0, 1.0), leg(100, 2.0)];
        assert_eq!(common(&a, &a), u32::MAX);
        assert_eq!(common(&a, &a[..1]), 100);
        assert_eq!(common(&a, &[leg(0, 1.0), leg(60, 2.0)]), 60);
        assert_eq!(common(&a, &[leg(0, 3.0)]), 0);
    }

    #[test]
    fn without_data_nothing_is_done() {
        let nothing = Wish {
            data: None,
            ..wish(&[leg(0, 1.0)], 600)
        };
        let run = after(TrainRun::default(), Action::Want(nothing));
        assert_eq!(run.job(), None);
    }
}
