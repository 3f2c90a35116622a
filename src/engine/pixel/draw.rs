//! Pictures, pixel by pixel, with what is computed of the past kept.

use crate::data::{CLASSES, PIXELS};
use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::pixel::Net;
use crate::models::pixel::walk::{Walk, Walker};
use crate::protocol::pixel::{MOST_PICTURES, PixelAsk, PixelStep, PixelSteps, Wanted};
use crate::protocol::{EngineError, Event, Report, RunId};

/// Pictures under way.
pub struct PixelRun<'a> {
    run: RunId,
    ask: PixelAsk,
    net: &'a Net,
    walker: Option<Walker>,
    /// The picture under way; none before its first pixel.
    walk: Option<Walk>,
    /// Pictures that are done.
    done: usize,
}

impl<'a> PixelRun<'a> {
    /// Checks the request.
    pub fn new(run: RunId, ask: PixelAsk, net: &'a Net) -> Result<Self, EngineError> {
        let n = ask.pictures.len();
        demand(
            (1..=MOST_PICTURES).contains(&n),
            format!("{n} pictures at once"),
        )?;
        let levels = net.shape().levels;
        for picture in &ask.pictures {
            let class = picture.class;
            demand(usize::from(class) < CLASSES, format!("class {class}"))?;
            let forced = &picture.forced;
            let known =
                |(at, level): &(u16, u8)| usize::from(*at) < PIXELS && u32::from(*level) < levels;
            demand(forced.iter().all(known), "a pixel out of range")?;
            demand(
                forced.windows(2).all(|two| two[0].0 < two[1].0),
                "pixels out of order",
            )?;
        }
        demand(ask.choosing.is_sound(), "a choice out of range")?;
        Ok(Self {
            run,
            ask,
            net,
            walker: None,
            walk: None,
            done: 0,
        })
    }

    fn pixel(walker: &Walker, walk: &mut Walk, ask: &PixelAsk, wanted: &Wanted) -> PixelStep {
        let at = walk.levels().len();
        let forced = wanted
            .forced
            .binary_search_by_key(&at, |(place, _)| usize::from(*place));
        let given = forced.ok().map(|i| wanted.forced[i].1);
        let (logits, level) = walker.draw(walk, &ask.choosing, (ask.seed, wanted.index), given);
        PixelStep { logits, level }
    }
}

impl Work for PixelRun<'_> {
    /// As many pixels of a picture as there is time for.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let walker = match self.walker.take() {
            Some(walker) => walker,
            None => Walker::new(self.net).await?,
        };
        let walker = self.walker.insert(walker);
        let wanted = &self.ask.pictures[self.done];
        let class = wanted.class.into();
        let walk = self.walk.get_or_insert_with(|| walker.begin(class));
        let first = walk.levels().len();
        let mut steps = Vec::new();
        while walk.levels().len() < PIXELS && (steps.is_empty() || clock() - start < TURN_MS) {
            let step = Self::pixel(walker, walk, &self.ask, wanted);
            if !step.logits.iter().all(|logit| logit.is_finite()) {
                return Err(EngineError::NotFinite);
            }
            steps.push(step);
        }
        let answer = PixelSteps {
            picture: self.done as u32,
            first: first as u32,
            steps,
            ms: (clock() - start) as f32,
        };
        let event = Event::Report {
            run: self.run,
            report: Report::packed(&answer),
        };
        if walk.levels().len() == PIXELS {
            self.walk = None;
            self.done += 1;
        }
        Ok(if self.done == self.ask.pictures.len() {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::engine::jobs::Shelf;
    use crate::engine::session::testing::*;
    use crate::models::next::{Choosing, surprise};
    use crate::models::pixel::Shape;
    use crate::protocol::ask::Ask;

    struct OnlyPixels(Net);
    impl Shelf for OnlyPixels {
        type Net = NoModel;
        fn denoiser(&mut self, _: &str) -> Option<&mut NoModel> {
            None
        }
        fn pixels(&self, id: &str) -> Option<&Net> {
            (id == "pixel").then_some(&self.0)
        }
    }

    const SMALL: Shape = Shape {
        levels: 4,
        width: 12,
        layers: 2,
    };

    fn ask() -> PixelAsk {
        let picture = |index| Wanted {
            class: 3,
            index,
            forced: vec![],
        };
        PixelAsk {
            model: "pixel".into(),
            pictures: vec![picture(0), picture(1)],
            choosing: Choosing::default(),
            seed: 4,
        }
    }

    fn shelf() -> OnlyPixels {
        OnlyPixels(Net::Cnn(SMALL.cnn(&Device::flex())))
    }

    /// All pixels of all pictures.
    fn drawn(ask: PixelAsk, shelf: &mut OnlyPixels) -> Vec<Vec<PixelStep>> {
        let mut pictures = vec![Vec::new(); ask.pictures.len()];
        for event in run_job(ask.into_job(), shelf, usize::MAX) {
            match event {
                Event::Report { report, .. } => {
                    let part = PixelAsk::report(&report).expect("its own");
                    let picture = &mut pictures[part.picture as usize];
                    assert_eq!(part.first as usize, picture.len());
                    picture.extend(part.steps);
                }
                Event::Done { .. } => return pictures,
                other => panic!("{other:?}"),
            }
        }
        panic!("it never ended");
    }

    fn levels(steps: &[PixelStep]) -> Vec<u8> {
        steps.iter().map(|step| step.level).collect()
    }

    #[test]
    fn a_seed_draws_the_same_pictures() {
        let mut shelf = shelf();
        let pictures = drawn(ask(), &mut shelf);
        assert!(pictures.iter().all(|picture| picture.len() == PIXELS));
        assert_ne!(levels(&pictures[0]), levels(&pictures[1]));
        assert_eq!(pictures, drawn(ask(), &mut shelf));
        let other = drawn(PixelAsk { seed: 5, ..ask() }, &mut shelf);
        assert_ne!(levels(&pictures[0]), levels(&other[0]));
    }

    /// A pixel that is changed leaves what stands before it, and changes what follows.
    #[test]
    fn an_edit_changes_the_future_alone() {
        let mut shelf = shelf();
        let before = drawn(ask(), &mut shelf).swap_remove(0);
        let at = 400;
        let level = (before[at].level + 1) % 4;
        let mut changed = ask();
        changed.pictures[0].forced = vec![(at as u16, level)];
        let after = drawn(changed, &mut shelf).swap_remove(0);
        assert_eq!(before[..at], after[..at]);
        assert_eq!(
            (&before[at].logits, level),
            (&after[at].logits, after[at].level)
        );
        assert_ne!(before[at + 1..], after[at + 1..]);
    }

    /// A picture that is given costs what its pixels do: their surprises add up to its own.
    #[test]
    fn a_given_picture_is_only_judged() {
        let mut shelf = shelf();
        let picture = levels(&drawn(ask(), &mut shelf)[0]);
        let mut judged = ask();
        judged.pictures.truncate(1);
        judged.pictures[0].forced = (0..).zip(picture.iter().copied()).collect();
        judged.choosing.temperature = 0.0;
        let steps = drawn(judged, &mut shelf).swap_remove(0);
        assert_eq!(levels(&steps), picture);
        let bits: f32 = steps
            .iter()
            .map(|step| surprise(&step.logits, step.level.into()))
            .sum();
        assert!(bits > 0.0 && bits < 10.0 * PIXELS as f32, "{bits}");
    }

    #[test]
    fn nonsense_is_refused() {
        let spoil: &[fn(&mut PixelAsk)] = &[
            |ask| ask.pictures.clear(),
            |ask| ask.pictures = vec![ask.pictures[0].clone(); MOST_PICTURES + 1],
            |ask| ask.pictures[1].class = 10,
            |ask| ask.pictures[1].forced = vec![(784, 0)],
            |ask| ask.pictures[1].forced = vec![(7, 4)],
            |ask| ask.pictures[1].forced = vec![(7, 1), (7, 2)],
            |ask| ask.choosing.temperature = f32::NAN,
            |ask| ask.model = "another".into(),
        ];
        assert_refused(&ask(), spoil, |ask| {
            run_job(ask.into_job(), &mut shelf(), usize::MAX)
        });
    }
}
