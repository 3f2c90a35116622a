//! A look ahead: what the distilled model makes of the same noise in four steps, shown while a
//! run that takes long is still at its beginning.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::DataSet;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::protocol::{Denoise, Frame, Job};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::host::{RunEvent, RunHandle, use_engines, use_host};
use crate::ui::state::{DenoiseState, ModelChoice, QUICK_STEPS};

/// From so many steps on a single picture takes long.
const LONG: u32 = 250;

/// What is there of a look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ahead {
    /// What was asked for.
    of: Option<Denoise>,
    /// The pictures.
    end: Option<Rc<Frame>>,
    /// When the engine had the noise, and how long the pictures took from there, ms.
    since_ms: f64,
    ms: f64,
    /// There is nothing more to wait for.
    over: bool,
}

/// What happens to a look.
pub enum Action {
    /// It is asked for.
    Begin(Denoise),
    /// The engine has news of it, at this time, ms.
    News(RunEvent, f64),
}

impl Reducible for Ahead {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Begin(job) => {
                next = Self {
                    of: Some(job),
                    ..Self::default()
                };
            }
            Action::News(RunEvent::Frame(frame), now_ms) if frame.update.is_none() => {
                next.ms = now_ms - next.since_ms;
                next.end = Some(Rc::new(frame));
            }
            // Its first frame is the noise: engine and weights are there.
            Action::News(RunEvent::Frame(_), now_ms) => next.since_ms = now_ms,
            // The run itself is not to suffer.
            Action::News(RunEvent::Done { .. } | RunEvent::Failed(_) | RunEvent::Cancelled, _) => {
                next.over = true;
            }
            Action::News(..) => return self,
        }
        Rc::new(next)
    }
}

/// The look that is worth taking before a run with these controls.
fn worthwhile(state: &DenoiseState) -> Option<Denoise> {
    let takes_long = state.grid || state.steps >= LONG;
    let same_task = state.model == ModelChoice::of(DataSet::Mnist)
        && state.schedule == ScheduleKind::default()
        && state.past.is_empty();
    (takes_long && same_task).then(|| Denoise {
        model: ModelChoice::DISTILLED.id().into(),
        labels: state.digit.labels(state.count()),
        seed: state.seed,
        steps: QUICK_STEPS,
        guidance: 1.0,
        frame_every: QUICK_STEPS,
        ..Denoise::default()
    })
}

/// The look for a run with these controls, and whether the run should wait for it: engines do one
/// thing at a time, and the look takes a fraction of a second.
#[hook]
pub fn use_look_ahead(state: &DenoiseState) -> (Ahead, bool) {
    let host = use_host();
    let look = use_reducer_eq(Ahead::default);
    let known = use_engines()
        .manifest
        .is_some_and(|manifest| manifest.find(ModelChoice::DISTILLED.id()).is_some());
    let run = DenoiseState {
        step: None,
        ..state.clone()
    };
    // Decided when the controls change: a manifest that comes later does not stop a run under way.
    let job = use_memo(run, |run| worthwhile(run).filter(|_| known));
    {
        let look = look.dispatcher();
        use_effect_with((*job).clone(), move |job| {
            let handle: Option<RunHandle> = job.clone().map(|job| {
                look.dispatch(Action::Begin(job.clone()));
                let on = Callback::from(move |event| look.dispatch(Action::News(event, now_ms())));
                host.run(Job::Denoise(job), on)
            });
            move || drop(handle)
        });
    }
    let of_this = look.of == *job;
    let waits = job.is_some() && !(of_this && look.over);
    let shown = if of_this && job.is_some() {
        (*look).clone()
    } else {
        Ahead::default()
    };
    (shown, waits)
}

fn now_ms() -> f64 {
    gloo_utils::window()
        .performance()
        .map_or(0.0, |clock| clock.now())
}

/// The pictures of a look, if there are any.
pub fn look_view(look: &Ahead) -> Html {
    let Some(end) = &look.end else {
        return Html::default();
    };
    let pixels = Rc::new(end.x.clone());
    let ms = format!("{:.0}", look.ms);
    let columns = if look.of.as_ref().is_some_and(|job| job.labels.len() > 1) {
        4
    } else {
        1
    };
    html! {
        <figure class="ahead" data-ms={ms.clone()}>
            <PictureView class="pix" {pixels} {columns} label={texts::diffusion::ahead_label::PLAIN} />
            <figcaption>{ content::fill(texts::diffusion::ahead::PLAIN, &[("ms", &ms)]) }</figcaption>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Sampler, Update};

    #[test]
    fn only_a_long_run_of_the_same_task_is_looked_ahead_of() {
        let plain = DenoiseState::default();
        assert_eq!(worthwhile(&plain), None);
        let grid = DenoiseState {
            grid: true,
            sampler: Sampler::Ddpm,
            seed: 9,
            ..plain.clone()
        };
        let job = worthwhile(&grid).expect("sixteen take long");
        assert_eq!((job.labels.len(), job.seed, job.steps), (16, 9, 4));
        assert_eq!(
            (job.guidance, job.sampler),
            (1.0, Denoise::default().sampler)
        );
        let slow = DenoiseState {
            steps: 1000,
            ..plain.clone()
        };
        assert!(worthwhile(&slow).is_some());
        let clothes = DenoiseState {
            model: ModelChoice::of(DataSet::FashionMnist),
            ..grid.clone()
        };
        let linear = DenoiseState {
            schedule: ScheduleKind::Linear,
            ..grid
        };
        assert_eq!((worthwhile(&clothes), worthwhile(&linear)), (None, None));
    }

    /// What is told is the model's time, not the download's.
    #[test]
    fn time_counts_from_the_noise_on() {
        let frame = |update| Frame {
            step: 0,
            t: 0,
            alpha_bar: 0.5,
            x: Vec::new(),
            x0: Vec::new(),
            update,
            ms: 0.0,
        };
        let update = Update {
            t_next: 0,
            x0_factor: 0.0,
            eps_factor: 0.0,
            noise_factor: 0.0,
            trend_factor: 0.0,
        };
        let look = Rc::new(Ahead::default());
        let look = look.reduce(Action::News(RunEvent::Frame(frame(Some(update))), 900.0));
        let look = look.reduce(Action::News(RunEvent::Frame(frame(None)), 1040.0));
        assert_eq!(look.ms, 140.0);
    }

    #[test]
    fn a_look_that_fails_is_over() {
        let job = worthwhile(&DenoiseState {
            grid: true,
            ..DenoiseState::default()
        });
        let look = Rc::new(Ahead::default()).reduce(Action::Begin(job.expect("a job")));
        assert!(!look.over && look.of.is_some());
        let look = look.reduce(Action::News(RunEvent::Cancelled, 0.0));
        assert!(look.over && look.end.is_none());
    }
}
