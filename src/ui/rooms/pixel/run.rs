//! Pictures that are drawn pixel by pixel, or judged: what is there of them.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::PIXELS;
use crate::models::next::surprise;
use crate::models::pixel::{ink, level};
use crate::protocol::pixel::{PixelAsk, PixelStep, PixelSteps};
use crate::ui::content::{self, texts};
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::state::pixel::LEVELS;

/// A picture, as far as it is there.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// In reading order.
    pub steps: Vec<Rc<PixelStep>>,
    /// How surprising each pixel was, bits.
    pub bits: Vec<f32>,
}

impl Drawn {
    /// `[28, 28]` in `-1..=1`; paper where nothing is yet, and from `known` on.
    pub fn pixels(&self, known: usize) -> Vec<f32> {
        let shown = self.steps.iter().take(known);
        let mut pixels: Vec<f32> = shown.map(|step| grey(step.level)).collect();
        pixels.resize(PIXELS, -1.0);
        pixels
    }

    /// Bits of the pixels in a range, as far as they are there.
    pub fn cost(&self, range: std::ops::Range<usize>) -> f32 {
        let end = range.end.min(self.bits.len());
        self.bits[range.start.min(end)..end].iter().sum()
    }

    /// Bits of each pixel as greys, [`WHITE`] bits and more white.
    pub fn heat(&self, known: usize) -> Vec<f32> {
        let shown = self.bits.iter().take(known);
        let mut heat: Vec<f32> = shown
            .map(|bits| (2.0 * bits / WHITE).min(2.0) - 1.0)
            .collect();
        heat.resize(PIXELS, -1.0);
        heat
    }
}

/// Bits of a pixel that are shown white.
pub const WHITE: f32 = 6.0;

/// A level as it is shown, `-1..=1`.
pub fn grey(level: u8) -> f32 {
    2.0 * ink(level, LEVELS) - 1.0
}

/// Pixels `-1..=1` as levels.
pub fn levels(pixels: &[f32]) -> Vec<u8> {
    let byte = |v: &f32| (127.5 + 127.5 * v).round().clamp(0.0, 255.0) as u8;
    pixels.iter().map(|v| level(byte(v), LEVELS)).collect()
}

/// The pictures of one question.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    asked: Option<PixelAsk>,
    /// In the order in which they were asked for.
    pub all: Vec<Drawn>,
    /// Time for what is there, ms.
    pub ms: f32,
}

/// They, and how their work stands.
pub type PicturesRun = Booked<Pictures>;

impl Pictures {
    /// Pixels that all of them have.
    pub fn ready(&self) -> usize {
        let done = self.all.iter().map(|drawn| drawn.steps.len());
        done.min().unwrap_or(0)
    }

    /// How many pictures are whole.
    pub fn whole(&self) -> usize {
        let is_whole = |drawn: &&Drawn| drawn.steps.len() == PIXELS;
        self.all.iter().filter(is_whole).count()
    }

    /// Time for one picture, ms, once all are there.
    pub fn each_ms(&self) -> Option<f32> {
        let is_over = !self.all.is_empty() && self.whole() == self.all.len();
        is_over.then(|| self.ms / self.all.len() as f32)
    }

    /// The same in words, for the model's card.
    pub fn speed(&self) -> Option<AttrValue> {
        let ms = self.each_ms()?;
        let us = 1000.0 * ms / PIXELS as f32;
        let values = [("ms", format!("{ms:.0}")), ("us", format!("{us:.0}"))];
        Some(content::fill(texts::pixel::speed::PLAIN, &values).into())
    }
}

/// How many pixels of two questions' pictures are the same: those before the first change.
fn common(before: &PixelAsk, now: &PixelAsk, picture: usize) -> usize {
    let same =
        (&before.model, before.seed, before.choosing) == (&now.model, now.seed, now.choosing);
    let two = before.pictures.get(picture).zip(now.pictures.get(picture));
    let Some((a, b)) = two.filter(|(a, b)| same && (a.class, a.index) == (b.class, b.index)) else {
        return 0;
    };
    let apart = a.forced.iter().zip(&b.forced).position(|(a, b)| a != b);
    let first = apart.unwrap_or_else(|| a.forced.len().min(b.forced.len()));
    let place = |forced: &[(u16, u8)]| forced.get(first).map_or(PIXELS, |(at, _)| usize::from(*at));
    place(&a.forced).min(place(&b.forced))
}

impl Store for Pictures {
    /// `None` while what it takes is not here.
    type Want = Option<PixelAsk>;
    type Work = ();
    type Ask = PixelAsk;

    /// What stands is shown until it comes again.
    fn want(&mut self, book: &mut Book<()>, want: Option<PixelAsk>) {
        let before = std::mem::take(&mut self.all);
        let asked = std::mem::replace(&mut self.asked, want);
        self.ms = 0.0;
        let Some(now) = &self.asked else {
            return book.drop_work();
        };
        self.all = vec![Drawn::default(); now.pictures.len()];
        for (i, mut drawn) in before.into_iter().enumerate().take(self.all.len()) {
            let stands = asked.as_ref().map_or(0, |asked| common(asked, now, i));
            drawn.steps.truncate(stands);
            drawn.bits.truncate(stands);
            self.all[i] = drawn;
        }
        book.begin(());
    }

    fn ask(&self, (): &()) -> Option<PixelAsk> {
        self.asked.clone()
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), part: PixelSteps) {
        self.ms += part.ms;
        let Some(drawn) = self.all.get_mut(part.picture as usize) else {
            return;
        };
        for (at, step) in (part.first as usize..).zip(part.steps) {
            let bits = surprise(&step.logits, step.level.into());
            if at < drawn.steps.len() {
                (drawn.steps[at], drawn.bits[at]) = (Rc::new(step), bits);
            } else if at == drawn.steps.len() {
                drawn.steps.push(Rc::new(step));
                drawn.bits.push(bits);
            }
        }
    }

    /// From the start: it is a matter of a moment.
    fn go_on(&mut self, book: &mut Book<()>) {
        self.ms = 0.0;
        book.begin(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::next::Choosing;
    use crate::protocol::Report;
    use crate::protocol::pixel::Wanted;
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

    fn ask(forced: &[(u16, u8)]) -> PixelAsk {
        PixelAsk {
            model: "pixel-mnist".into(),
            pictures: vec![Wanted {
                class: 3,
                index: 0,
                forced: forced.to_vec(),
            }],
            choosing: Choosing::default(),
            seed: 1,
        }
    }

    #[test]
    fn what_stands_is_what_comes_before_the_first_change() {
        let common = |a: &[_], b: &[_]| common(&ask(a), &ask(b), 0);
        assert_eq!(common(&[], &[]), PIXELS);
        assert_eq!(common(&[], &[(40, 1)]), 40);
        assert_eq!(common(&[(10, 1), (40, 1)], &[(10, 1), (40, 2)]), 40);
        assert_eq!(common(&[(10, 1), (40, 1)], &[(10, 1)]), 40);
        assert_eq!(common(&[(10, 1)], &[(9, 1)]), 9);
        let other = PixelAsk {
            seed: 2,
            ..ask(&[])
        };
        assert_eq!(super::common(&ask(&[]), &other, 0), 0);
    }

    #[test]
    fn pixels_come_in_parts() {
        let run = after(PicturesRun::default(), Action::Want(Some(ask(&[]))));
        let step = |level| PixelStep {
            logits: vec![0.0; 8],
            level,
        };
        let told = |run: PicturesRun, first, levels: &[u8]| {
            let steps = levels.iter().map(|l| step(*l)).collect();
            let part = PixelSteps {
                picture: 0,
                first,
                steps,
                ms: 2.0,
            };
            let work = run.book.id().expect("at work");
            after(
                run,
                Action::News(work, RunEvent::Report(Report::packed(&part))),
            )
        };
        let run = told(told(run, 0, &[7, 0]), 2, &[1]);
        assert_eq!((run.ready(), run.ms), (3, 4.0));
        assert_eq!(run.all[0].pixels(1)[..2], [1.0, -1.0]);
        assert!(
            (run.all[0].cost(0..PIXELS) - 9.0).abs() < 1e-5,
            "three of eight"
        );
        assert_eq!(run.all[0].heat(3)[..4], [0.0, 0.0, 0.0, -1.0]);
        // Another second pixel: the first stands.
        let run = after(run, Action::Want(Some(ask(&[(1, 5)]))));
        assert_eq!(run.ready(), 1);
        let run = after(run, Action::Want(None));
        assert!(run.job().is_none() && run.all.is_empty());
    }

    #[test]
    fn pixels_have_levels() {
        assert_eq!(levels(&[-1.0, 0.0, 1.0]), [0, 4, 7]);
        assert_eq!(levels(&[grey(0), grey(3), grey(7)]), [0, 3, 7]);
    }
}
