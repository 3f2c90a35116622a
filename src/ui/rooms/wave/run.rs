//! A sound that grows sample by sample: what is asked for, what is there.

use std::rc::Rc;

use crate::models::wave::LEVELS;
use crate::protocol::wave::{WaveAsk, WaveSteps};
use crate::ui::runs::booked::{Book, Booked, Store};

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    asked: Option<WaveAsk>,
    /// Values so far.
    pub codes: Vec<u8>,
    /// How surprising each was to the model, bits.
    pub bits: Vec<f32>,
    /// Logits of parts of it, `[n, 256]` each, one after the other.
    parts: Vec<Rc<Vec<f32>>>,
    /// Samples before each part, and after the last.
    starts: Vec<usize>,
    /// Time for what is there, ms.
    pub ms: f32,
}

/// The sound under way.
pub type WaveRun = Booked<Heard>;

impl Heard {
    /// All logits of a sample.
    pub fn logits(&self, at: usize) -> Option<&[f32]> {
        let part = self
            .starts
            .partition_point(|start| *start <= at)
            .checked_sub(1)?;
        let first = (at - self.starts[part]) * LEVELS;
        self.parts.get(part)?.get(first..first + LEVELS)
    }

    /// Is it whole?
    pub fn is_over(&self) -> bool {
        let count = self.asked.as_ref().map_or(0, |ask| ask.count as usize);
        count > 0 && self.codes.len() == count
    }

    /// Samples a second, once it is whole.
    pub fn rate(&self) -> Option<f32> {
        (self.is_over() && self.ms > 0.0).then(|| 1000.0 * self.codes.len() as f32 / self.ms)
    }

    fn clear(&mut self) {
        *self = Self {
            asked: self.asked.take(),
            ..Self::default()
        };
    }
}

impl Store for Heard {
    type Want = WaveAsk;
    type Work = ();
    type Ask = WaveAsk;

    fn want(&mut self, book: &mut Book<()>, ask: WaveAsk) {
        self.asked = Some(ask);
        self.clear();
        book.begin(());
    }

    fn ask(&self, (): &()) -> Option<WaveAsk> {
        self.asked.clone()
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), part: WaveSteps) {
        if part.first == 0 {
            self.clear();
        }
        // Parts come in their order; one that does not fit is of a run that is no more.
        if part.first as usize != self.codes.len() {
            return;
        }
        self.starts.push(self.codes.len());
        self.codes.extend(part.codes);
        self.bits.extend(part.bits);
        self.parts.push(Rc::new(part.logits));
        self.ms += part.ms;
    }

    /// From the start: it is a matter of a moment.
    fn go_on(&mut self, book: &mut Book<()>) {
        if !self.is_over() {
            book.begin(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::next::Choosing;
    use crate::models::wave::Deaf;
    use crate::protocol::Report;
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

    #[test]
    fn parts_make_a_sound() {
        let ask = WaveAsk {
            model: "wave".into(),
            condition: 0,
            given: vec![],
            count: 3,
            choosing: Choosing::default(),
            seed: 1,
            deaf: Deaf::default(),
            looked_at: [0, 3],
        };
        let told = |run: WaveRun, first: u32, codes: &[u8]| {
            let logits = codes.iter().flat_map(|code| [f32::from(*code); LEVELS]);
            let part = WaveSteps {
                first,
                codes: codes.to_vec(),
                drawn: codes.to_vec(),
                bits: vec![1.0; codes.len()],
                logits: logits.collect(),
                ms: 2.0,
            };
            let work = run.book.id().expect("at work");
            after(
                run,
                Action::News(work, RunEvent::Report(Report::packed(&part))),
            )
        };
        let run = after(WaveRun::default(), Action::Want(ask));
        let run = told(told(run, 0, &[7, 8]), 2, &[9]);
        assert!(run.is_over() && run.codes == [7, 8, 9]);
        let first = |at| run.logits(at).map(|logits| logits[0]);
        assert_eq!(
            [0, 1, 2, 3].map(first),
            [Some(7.0), Some(8.0), Some(9.0), None]
        );
        assert_eq!(run.rate(), Some(750.0));
        // It begins anew.
        let run = told(run, 0, &[1]);
        assert_eq!((run.codes.len(), run.ms), (1, 2.0));
    }
}
