//! Fakes of the image GAN as its chapters ask for them: computed once, and kept.
//!
//! A chapter wants one sheet at a time. One that was answered before is there at once; any other
//! is an engine's work, which fetches the snapshot's weights if it has not got them. What was there
//! before stays in view until the answer has come.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::PIXELS;
use crate::protocol::gan::{GanImages, GanPictures};
use crate::ui::host::Phase;
use crate::ui::runs::booked::{Book, Booked, Store, use_booked};

/// Most answers that are kept; a sheet takes about 100 kB.
const KEPT: usize = 64;

/// What was asked, and the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What was asked.
    pub job: Rc<GanImages>,
    /// The fakes one by one, each `[28, 28]`.
    pub fakes: Vec<Rc<Vec<f32>>>,
    /// The other pictures, each `[28, 28]`.
    pub reals: Vec<Rc<Vec<f32>>>,
    /// The discriminator's scores of the fakes.
    pub scores: Vec<f32>,
    /// Its scores of the other pictures.
    pub real_scores: Vec<f32>,
    /// From noise to scores, ms.
    pub ms: f32,
}

impl Made {
    /// The answer to `job`.
    pub fn new(job: Rc<GanImages>, answer: GanPictures) -> Self {
        let one_by_one = |pixels: &[f32]| {
            let pictures = pixels.chunks_exact(PIXELS);
            pictures.map(|picture| Rc::new(picture.to_vec())).collect()
        };
        Self {
            fakes: one_by_one(&answer.pictures),
            reals: one_by_one(&job.reals),
            job,
            scores: answer.scores,
            real_scores: answer.real_scores,
            ms: answer.ms,
        }
    }

    /// The real pictures, or the fakes, and the discriminator's scores of them.
    pub fn of_kind(&self, is_real: bool) -> (&[Rc<Vec<f32>>], &[f32]) {
        match is_real {
            true => (&self.reals, &self.real_scores),
            false => (&self.fakes, &self.scores),
        }
    }
}

/// What is wanted, and what is kept.
#[derive(Clone, Debug, Default)]
pub struct Sheets {
    kept: Vec<Rc<Made>>,
    want: Option<Rc<GanImages>>,
    /// What was in view last.
    latest: Option<Rc<Made>>,
}

/// The sheets, and how the work on the one that is wanted stands.
pub type Gallery = Booked<Sheets>;

type Works = Book<Rc<GanImages>>;

impl Store for Sheets {
    type Want = Option<Rc<GanImages>>;
    type Work = Rc<GanImages>;
    type Ask = GanImages;
    /// While a slider is dragged, each answer is something to see.
    const TAKES_LATE: bool = true;

    fn want(&mut self, book: &mut Works, want: Option<Rc<GanImages>>) {
        if self.want == want {
            return;
        }
        self.latest = self.latest().cloned();
        self.want = want;
        match &self.want {
            Some(_) if self.current().is_some() => book.end(Phase::Done),
            Some(job) => book.begin(job.clone()),
            None => book.drop_work(),
        }
    }

    /// Nothing when an engine broke that had given its answer.
    fn ask(&self, job: &Rc<GanImages>) -> Option<GanImages> {
        self.made(job).is_none().then(|| (**job).clone())
    }

    fn answer(&mut self, _: &mut Works, job: Rc<GanImages>, answer: GanPictures) {
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        let made = Rc::new(Made::new(job, answer));
        self.latest = Some(made.clone());
        self.kept.push(made);
    }
}

impl Sheets {
    fn made(&self, job: &Rc<GanImages>) -> Option<&Rc<Made>> {
        self.kept.iter().find(|made| made.job == *job)
    }

    /// The answer to what is wanted, if it is there.
    pub fn current(&self) -> Option<&Rc<Made>> {
        self.made(self.want.as_ref()?)
    }

    /// [`Self::current`], or what was in view before.
    pub fn latest(&self) -> Option<&Rc<Made>> {
        self.current().or(self.latest.as_ref())
    }

    /// The fakes of the same noise and classes by another model, if they are kept.
    pub fn alike(&self, model: &str) -> Option<&Rc<Made>> {
        let want = self.want.as_ref()?;
        self.kept.iter().find(|made| {
            made.job.model == model && made.job.labels == want.labels && made.job.z == want.z
        })
    }
}

/// The gallery of a chapter that wants `job`, computed by the page's engine.
#[hook]
pub fn use_gallery(job: Option<Rc<GanImages>>) -> UseReducerHandle<Gallery> {
    use_booked(Gallery::default, job, false)
}

/// Does the discriminator take a picture of this score for real?
pub fn takes_for_real(score: f32) -> bool {
    score > 0.0
}

/// What it says of a picture of this score.
pub fn verdict(score: f32) -> &'static str {
    kind(takes_for_real(score))
}

/// The name of a kind of picture.
pub fn kind(is_real: bool) -> &'static str {
    if is_real { "real" } else { "fake" }
}

/// How fast the pictures in view were made and judged, for the model card.
pub fn speed_text(gallery: &Gallery) -> AttrValue {
    match gallery.current() {
        Some(made) => {
            let n = made.fakes.len();
            format!("{:.0} ms for {n} fakes, CPU", made.ms).into()
        }
        None => "nothing made yet".into(),
    }
}

/// How the work stands, for the line below a stage.
pub fn progress_text(gallery: &Gallery) -> String {
    match (gallery.book.phase, gallery.book.loading) {
        (Some(Phase::Failed), _) => "This snapshot did not come".into(),
        (Some(Phase::Cancelled), _) => "Stopped".into(),
        (Some(Phase::Done), _) => {
            let ms = gallery.current().map_or(0.0, |made| made.ms);
            format!("Computed here in {ms:.0} ms, on the CPU engine")
        }
        (_, Some((received, total))) if received < total => {
            let (received, total) = (received / 1000, total / 1000);
            format!("Fetching this snapshot: {received} of {total} kB")
        }
        (Some(Phase::Running), _) | (_, Some(_)) => "Computing".into(),
        (_, None) => "Starting the engine".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::gan::image::{Z, snapshot_id};
    use crate::protocol::{EngineError, Job, Report};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked;

    type Action = booked::Action<Option<Rc<GanImages>>>;

    fn job(step: u32, label: u8) -> Rc<GanImages> {
        Rc::new(GanImages {
            model: snapshot_id(step),
            z: vec![0.5; 2 * Z],
            labels: vec![label; 2],
            ..GanImages::default()
        })
    }

    fn want(job: &Rc<GanImages>) -> Action {
        Action::Want(Some(job.clone()))
    }

    fn answer(work: u32) -> [Action; 2] {
        let pictures = GanPictures {
            pictures: vec![work as f32; 2 * PIXELS],
            scores: vec![1.0, -1.0],
            ms: 3.0,
            ..GanPictures::default()
        };
        let news = [
            RunEvent::Report(Report::packed(&pictures)),
            RunEvent::Done { ms: 9.0 },
        ];
        news.map(|event| Action::News(work, event))
    }

    fn after(gallery: Gallery, actions: impl IntoIterator<Item = Action>) -> Gallery {
        actions.into_iter().fold(gallery, booked::testing::after)
    }

    #[test]
    fn each_sheet_is_computed_once() {
        let (early, late) = (job(0, 3), job(400, 3));
        let gallery = after(Gallery::default(), [want(&early)]);
        assert!(gallery.current().is_none() && gallery.latest().is_none());
        let (id, asked) = gallery.job().expect("work");
        assert_eq!((id, asked), (1, Job::GanImages((*early).clone())));
        let gallery = after(gallery, answer(1));
        assert_eq!(gallery.job(), None);
        let made = gallery.current().expect("made");
        assert_eq!((made.fakes.len(), made.fakes[1].len()), (2, PIXELS));
        // The other snapshot: the first stays in view until its answer comes.
        let gallery = after(gallery, [want(&late)]);
        assert_eq!(gallery.job().map(|(id, _)| id), Some(2));
        assert!(gallery.current().is_none());
        assert_eq!(gallery.latest().map(|made| &made.job), Some(&early));
        let gallery = after(gallery, answer(2));
        assert_eq!(gallery.latest().map(|made| &made.job), Some(&late));
        // Back: at once, without work.
        let gallery = after(gallery, [want(&early)]);
        assert_eq!(gallery.job(), None);
        assert_eq!(gallery.book.phase, Some(Phase::Done));
        assert_eq!(gallery.current().map(|made| made.fakes[0][0]), Some(1.0));
        assert!(gallery.alike(&late.model).is_some());
        // Of another class nothing is there yet.
        let gallery = after(gallery, [want(&job(0, 4))]);
        assert!(gallery.alike(&late.model).is_none());
    }

    #[test]
    fn a_late_answer_is_shown_and_kept_but_the_newest_work_goes_on() {
        let jobs = [0, 50, 100, 150].map(|step| job(step, 3));
        let gallery = after(Gallery::default(), jobs[..3].iter().map(want));
        let gallery = after(gallery, answer(1));
        assert!(gallery.current().is_none());
        assert_eq!(gallery.latest().map(|made| &made.job), Some(&jobs[0]));
        assert_eq!(gallery.book.phase, Some(Phase::Loading));
        assert_eq!(gallery.job().map(|(id, _)| id), Some(3));
        // The second gave way; what is over has no more to say.
        let gone = Action::News(2, RunEvent::Cancelled);
        let gallery = after(gallery, [gone, want(&jobs[3])]);
        let gallery = after(gallery, [1, 2].into_iter().flat_map(answer));
        assert_eq!(gallery.latest().map(|made| made.fakes[0][0]), Some(1.0));
        let gallery = after(gallery, answer(4));
        assert_eq!(gallery.current().map(|made| made.fakes[0][0]), Some(4.0));
        let gallery = after(gallery, [want(&jobs[0])]);
        assert_eq!(gallery.current().map(|made| made.fakes[0][0]), Some(1.0));
    }

    #[test]
    fn a_failure_keeps_what_is_there_and_a_retry_goes_on() {
        let first = job(0, 3);
        let gallery = after(Gallery::default(), [want(&first)]);
        let gallery = after(gallery, answer(1));
        let lost = EngineError::Fetch {
            file: "f".into(),
            reason: "r".into(),
        };
        let failed = Action::News(2, RunEvent::Failed(lost));
        let gallery = after(gallery, [want(&job(50, 3)), failed]);
        assert_eq!(gallery.book.phase, Some(Phase::Failed));
        assert_eq!(gallery.latest().map(|made| &made.job), Some(&first));
        let (received, total) = (1000, 400_000);
        let loading = Action::News(2, RunEvent::Loading { received, total });
        let gallery = after(gallery, [loading]);
        assert_eq!(
            progress_text(&gallery),
            "Fetching this snapshot: 1 of 400 kB"
        );
        let gallery = after(gallery, answer(2));
        assert_eq!(gallery.book.phase, Some(Phase::Done));
        assert!(progress_text(&gallery).contains("3 ms"));
    }

    #[test]
    fn an_answer_is_not_asked_for_again_when_its_engine_breaks() {
        let gallery = after(Gallery::default(), [want(&job(0, 3))]);
        assert!(gallery.job().is_some());
        let [report, _] = answer(1);
        let gallery = after(gallery, [report]);
        assert_eq!((gallery.book.id(), gallery.job()), (Some(1), None));
    }

    #[test]
    fn not_everything_is_kept_for_ever() {
        let mut gallery = Gallery::default();
        for n in 0..KEPT as u32 + 2 {
            gallery = after(gallery, [want(&job(n, 0))]);
            gallery = after(gallery, answer(n + 1));
        }
        assert_eq!(gallery.kept.len(), KEPT);
        assert_eq!(gallery.kept[0].job, job(2, 0));
    }
}
