//! Pictures from a trained generator, and what its discriminator says of them.
//!
//! Always on the CPU: a fake takes one pass, so a sheet of them is there before a GPU would have
//! been asked. A step is at most [`CHUNK`] pictures, the fakes first.

use crate::data::{CLASSES, PIXELS};
use crate::engine::session::{Step, Work, demand};
use crate::models::gan::image::{GanPair, Z, pictures};
use crate::nn::read;
use crate::protocol::gan::{GanImages, GanPictures};
use crate::protocol::{EngineError, Event, Report, RunId};

/// Most fakes of a job, and most other pictures.
pub const MAX_PICTURES: usize = 400;
/// Pictures of one step: it has to end soon, and its feature maps have to fit in memory.
const CHUNK: usize = 50;

/// A sheet of fakes under way.
#[derive(Debug)]
pub struct GanImagesRun<'a> {
    run: RunId,
    job: GanImages,
    pair: &'a GanPair,
    done: GanPictures,
}

impl<'a> GanImagesRun<'a> {
    /// Checks the job and stands ready for its first fakes.
    pub fn new(run: RunId, job: GanImages, pair: &'a GanPair) -> Result<Self, EngineError> {
        check(&job)?;
        Ok(Self {
            run,
            job,
            pair,
            done: GanPictures {
                pictures: Vec::new(),
                scores: Vec::new(),
                real_scores: Vec::new(),
                ms: 0.0,
            },
        })
    }

    /// The next fakes with their scores; `false` if there are no more.
    async fn fakes(&mut self) -> Result<bool, EngineError> {
        let range = next(self.done.scores.len(), self.job.labels.len());
        if range.is_empty() {
            return Ok(false);
        }
        let labels = &self.job.labels[range.clone()];
        let z = &self.job.z[range.start * Z..range.end * Z];
        let fakes = self.pair.fakes(z, labels);
        let scores = read(self.pair.scores(fakes.clone(), labels)).await?;
        self.done.pictures.extend(read(fakes).await?);
        self.done.scores.extend(scores);
        Ok(true)
    }

    /// The next scores of other pictures.
    async fn reals(&mut self) -> Result<(), EngineError> {
        let range = next(self.done.real_scores.len(), self.job.real_labels.len());
        if range.is_empty() {
            return Ok(());
        }
        let labels = &self.job.real_labels[range.clone()];
        let reals = &self.job.reals[range.start * PIXELS..range.end * PIXELS];
        let scores = self.pair.scores(pictures(reals.to_vec()), labels);
        self.done.real_scores.extend(read(scores).await?);
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.done.scores.len() == self.job.labels.len()
            && self.done.real_scores.len() == self.job.real_labels.len()
    }
}

/// The pictures of the next step, when so many are done.
fn next(done: usize, all: usize) -> std::ops::Range<usize> {
    done..all.min(done + CHUNK)
}

fn check(job: &GanImages) -> Result<(), EngineError> {
    let (n, m) = (job.labels.len(), job.real_labels.len());
    demand(
        (1..=MAX_PICTURES).contains(&n),
        format!("{n} fakes, not 1 to {MAX_PICTURES}"),
    )?;
    demand(
        m <= MAX_PICTURES,
        format!("{m} other pictures, more than {MAX_PICTURES}"),
    )?;
    demand(
        job.z.len() == n * Z,
        format!("{} numbers of noise for {n} fakes", job.z.len()),
    )?;
    demand(
        job.reals.len() == m * PIXELS,
        format!("{} values for {m} pictures", job.reals.len()),
    )?;
    demand(
        job.z.iter().chain(&job.reals).all(|x| x.is_finite()),
        "noise or pictures that are not finite",
    )?;
    let mut labels = job.labels.iter().chain(&job.real_labels);
    demand(
        labels.all(|&label| usize::from(label) < CLASSES),
        "a label that is not 0 to 9",
    )
}

impl Work for GanImagesRun<'_> {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        if !self.fakes().await? {
            self.reals().await?;
        }
        self.done.ms += (clock() - start) as f32;
        if !self.is_done() {
            return Ok(Step::Quiet);
        }
        let done = &self.done;
        let mut values = done
            .pictures
            .iter()
            .chain(&done.scores)
            .chain(&done.real_scores);
        if !values.all(|v| v.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        Ok(Step::Last(Event::Report {
            run: self.run,
            report: Report::packed(&self.done),
        }))
    }
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, ModuleMapper, Param};
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::engine::jobs::Shelf;
    use crate::engine::session::testing::*;
    use crate::models::gan::image::noise_vector;
    use crate::noise;
    use crate::protocol::Job;

    /// Holds one GAN, `gan`.
    struct OnlyGan(GanPair);
    impl Shelf for OnlyGan {
        type Net = NoModel;
        fn denoiser(&mut self, _: &str) -> Option<&mut NoModel> {
            None
        }
        fn gan(&self, id: &str) -> Option<&GanPair> {
            (id == "gan").then_some(&self.0)
        }
    }

    fn shelf() -> OnlyGan {
        OnlyGan(GanPair::new(&Device::flex()))
    }

    fn job(n: u32, m: u32) -> GanImages {
        GanImages {
            model: "gan".into(),
            z: (0..n).flat_map(|i| noise_vector(42, i)).collect(),
            labels: (0..n).map(|i| (i % 10) as u8).collect(),
            reals: (0..m)
                .flat_map(|i| noise::normal(1, i, 0, PIXELS))
                .collect(),
            real_labels: (0..m).map(|i| (i % 10) as u8).collect(),
        }
    }

    fn events(shelf: &mut OnlyGan, job: GanImages, cancel_after: usize) -> Vec<Event> {
        run_job(Job::GanImages(job), shelf, cancel_after)
    }

    fn answer(shelf: &mut OnlyGan, job: GanImages) -> GanPictures {
        match events(shelf, job, usize::MAX).as_slice() {
            [event, Event::Done { .. }] => event.answer().expect("pictures"),
            other => panic!("{other:?}"),
        }
    }

    fn assert_close(a: &[f32], b: &[f32]) {
        assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
    }

    #[test]
    fn a_sheet_has_every_fake_and_every_score() {
        let mut shelf = shelf();
        let job = job(60, 51);
        let all = answer(&mut shelf, job.clone());
        assert_eq!(
            (
                all.pictures.len(),
                all.scores.len(),
                all.real_scores.len(),
                all.ms
            ),
            // Four steps by a clock that moves 1 ms each time it is read.
            (60 * PIXELS, 60, 51, 4.0)
        );
        // The 58th fake and the last real picture by themselves, from another chunk.
        let alone = GanImages {
            z: noise_vector(42, 57),
            labels: vec![7],
            reals: job.reals[50 * PIXELS..].to_vec(),
            real_labels: vec![0],
            ..job
        };
        let alone = answer(&mut shelf, alone);
        assert_close(&alone.pictures, &all.pictures[57 * PIXELS..58 * PIXELS]);
        assert_close(&alone.scores, &all.scores[57..58]);
        assert_close(&alone.real_scores, &all.real_scores[50..]);
    }

    /// A fake handed back as another picture gets the score it had as a fake.
    #[test]
    fn a_score_does_not_depend_on_where_a_picture_comes_from() {
        let mut shelf = shelf();
        let first = answer(&mut shelf, job(3, 0));
        let back = GanImages {
            reals: first.pictures.clone(),
            real_labels: vec![0, 1, 2],
            ..job(1, 0)
        };
        assert_close(&answer(&mut shelf, back).real_scores, &first.scores);
    }

    #[test]
    fn it_ends_between_steps() {
        let events = events(&mut shelf(), job(120, 0), 1);
        assert_eq!(events, [Event::Cancelled { run: RUN }]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_refused(
            &job(2, 1),
            &[
                |j| j.model = "other".into(),
                |j| j.labels.clear(),
                |j| *j = job(401, 0),
                |j| *j = job(1, 401),
                |j| j.z.truncate(Z),
                |j| j.z[3] = f32::NAN,
                |j| j.reals[3] = f32::INFINITY,
                |j| j.real_labels[0] = 10,
                |j| j.reals.truncate(PIXELS - 1),
            ],
            |job| events(&mut shelf(), job, usize::MAX),
        );
    }

    #[test]
    fn a_broken_generator_is_told() {
        let mut shelf = shelf();
        shelf.0.generator = shelf.0.generator.map(&mut Spoil);
        let events = events(&mut shelf, job(2, 0), usize::MAX);
        assert!(
            matches!(
                events[..],
                [Event::Failed {
                    error: EngineError::NotFinite,
                    ..
                }]
            ),
            "{events:?}"
        );
    }

    struct Spoil;
    impl ModuleMapper for Spoil {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|t| t.full_like(f32::NAN))
        }
    }
}
