//! A sound that grows sample by sample: what is asked for, what is there.

use std::ops::Deref;
use std::rc::Rc;

use crate::models::wave::LEVELS;
use crate::protocol::wave::{WaveAsk, WaveSteps};
use crate::ui::host::Phase;
use crate::ui::runs::booked::{Book, Booked, Store};

/// A sound as it comes.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Values so far.
    pub codes: Vec<u8>,
    /// What the model drew at each place, whether it stands or not.
    pub drawn: Vec<u8>,
    /// How surprising each was to the model, bits.
    pub bits: Vec<f32>,
    /// Logits of parts of it, `[n, 256]` each, one after the other.
    parts: Vec<Rc<Vec<f32>>>,
    /// Samples before each part, and after the last.
    starts: Vec<usize>,
    /// Time for what is there, ms.
    pub ms: f32,
}

impl Samples {
    /// All logits of a sample.
    pub fn logits(&self, at: usize) -> Option<&[f32]> {
        let part = self
            .starts
            .partition_point(|start| *start <= at)
            .checked_sub(1)?;
        let first = (at - self.starts[part]) * LEVELS;
        self.parts.get(part)?.get(first..first + LEVELS)
    }

    /// Is all there that was asked for?
    fn is_all(&self, ask: Option<&WaveAsk>) -> bool {
        ask.is_some_and(|ask| self.codes.len() == ask.count as usize)
    }

    fn take(&mut self, part: WaveSteps) {
        if part.first == 0 {
            *self = Self::default();
        }
        // Parts come in their order; one that does not fit is of a run that is no more.
        if part.first as usize != self.codes.len() {
            return;
        }
        self.starts.push(self.codes.len());
        self.codes.extend(part.codes);
        self.drawn.extend(part.drawn);
        self.bits.extend(part.bits);
        self.parts.push(Rc::new(part.logits));
        self.ms += part.ms;
    }
}

/// A sound that was asked for.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    asked: Option<WaveAsk>,
    samples: Samples,
}

/// The sound under way.
pub type WaveRun = Booked<Heard>;

impl Deref for Heard {
    type Target = Samples;

    fn deref(&self) -> &Samples {
        &self.samples
    }
}

impl Heard {
    /// Is it whole?
    pub fn is_over(&self) -> bool {
        self.samples.is_all(self.asked.as_ref())
    }

    /// The number of what was asked for.
    pub fn asked_for(&self) -> Option<String> {
        self.asked.as_ref().map(|ask| ask.condition.to_string())
    }

    /// Samples a second, once it is whole.
    pub fn rate(&self) -> Option<f32> {
        (self.is_over() && self.ms > 0.0).then(|| 1000.0 * self.codes.len() as f32 / self.ms)
    }
}

impl Store for Heard {
    type Want = WaveAsk;
    type Work = ();
    type Ask = WaveAsk;

    fn want(&mut self, book: &mut Book<()>, ask: WaveAsk) {
        (self.asked, self.samples) = (Some(ask), Samples::default());
        book.begin(());
    }

    fn ask(&self, (): &()) -> Option<WaveAsk> {
        self.asked.clone()
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), part: WaveSteps) {
        self.samples.take(part);
    }

    /// From the start: it is a matter of a moment.
    fn go_on(&mut self, book: &mut Book<()>) {
        if !self.is_over() {
            book.begin(());
        }
    }
}

/// Two sounds that are compared, one made after the other.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    asked: Option<[WaveAsk; 2]>,
    /// Both.
    pub both: [Samples; 2],
}

impl Pair {
    /// The first that is not whole.
    fn next(&self) -> Option<usize> {
        let asked = self.asked.as_ref()?;
        (0..2).find(|i| !self.both[*i].is_all(Some(&asked[*i])))
    }

    /// Are both whole?
    pub fn is_over(&self) -> bool {
        self.asked.is_some() && self.next().is_none()
    }
}

impl Store for Pair {
    type Want = [WaveAsk; 2];
    type Work = usize;
    type Ask = WaveAsk;

    /// What is there already stays.
    fn want(&mut self, book: &mut Book<usize>, asks: [WaveAsk; 2]) {
        for (i, samples) in self.both.iter_mut().enumerate() {
            let before = self.asked.as_ref().map(|asked| &asked[i]);
            if before != Some(&asks[i]) || !samples.is_all(before) {
                *samples = Samples::default();
            }
        }
        self.asked = Some(asks);
        self.go_on(book);
    }

    fn ask(&self, which: &usize) -> Option<WaveAsk> {
        Some(self.asked.as_ref()?[*which].clone())
    }

    fn answer(&mut self, _: &mut Book<usize>, which: usize, part: WaveSteps) {
        self.both[which].take(part);
    }

    fn done(&mut self, book: &mut Book<usize>, _: usize, _: f32) {
        if let Some(which) = self.next() {
            book.begin(which);
        }
    }

    fn go_on(&mut self, book: &mut Book<usize>) {
        match self.next() {
            Some(which) => book.begin(which),
            None => book.end(Phase::Done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::next::Choosing;
    use crate::models::wave::Deaf;
    use crate::protocol::Report;
    use crate::protocol::ask::Ask;
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

    fn ask(seed: u64) -> WaveAsk {
        WaveAsk {
            model: "wave".into(),
            condition: 0,
            given: vec![],
            count: 3,
            choosing: Choosing::default(),
            seed,
            deaf: Deaf::default(),
            looked_at: [0, 3],
        }
    }

    fn part(first: u32, codes: &[u8]) -> RunEvent {
        let logits = codes.iter().flat_map(|code| [f32::from(*code); LEVELS]);
        RunEvent::Report(Report::packed(&WaveSteps {
            first,
            codes: codes.to_vec(),
            drawn: codes.to_vec(),
            bits: vec![1.0; codes.len()],
            logits: logits.collect(),
            ms: 2.0,
        }))
    }

    fn told<S: Store>(run: Booked<S>, event: RunEvent) -> Booked<S> {
        let work = run.book.id().expect("at work");
        after(run, Action::News(work, event))
    }

    #[test]
    fn parts_make_a_sound() {
        let run = after(WaveRun::default(), Action::Want(ask(1)));
        let run = told(told(run, part(0, &[7, 8])), part(2, &[9]));
        assert!(run.is_over() && run.codes == [7, 8, 9]);
        let first = |at| run.logits(at).map(|logits| logits[0]);
        assert_eq!(
            [0, 1, 2, 3].map(first),
            [Some(7.0), Some(8.0), Some(9.0), None]
        );
        assert_eq!(run.rate(), Some(750.0));
        // It begins anew.
        let run = told(run, part(0, &[1]));
        assert_eq!((run.codes.len(), run.ms), (1, 2.0));
    }

    /// One is made after the other, and one that is asked for again is there.
    #[test]
    fn one_sound_follows_the_other() {
        let done = || RunEvent::Done { ms: 1.0 };
        let run = after(Booked::<Pair>::default(), Action::Want([ask(1), ask(2)]));
        let run = told(told(run, part(0, &[7, 8, 9])), done());
        assert!(run.book.is_busy() && !run.is_over());
        assert_eq!(run.job().map(|job| job.1), Some(ask(2).into_job()));
        let run = told(told(run, part(0, &[4, 5, 6])), done());
        assert!(run.is_over() && !run.book.is_busy());
        let run = after(run, Action::Want([ask(1), ask(3)]));
        assert_eq!(
            (run.book.work(), &run.both[0].codes[..]),
            (Some(&1), &[7, 8, 9][..])
        );
        let run = after(run, Action::Want([ask(4), ask(3)]));
        assert_eq!(run.book.work(), Some(&0));
    }
}
