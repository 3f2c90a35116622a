//! The live picture: one digit after another, denoised by the engine while it is looked at.
//!
//! Until the first frame is there, a picture that the same model made ahead stands in its place.
//! Steps are shown at a gentle pace, whatever the engine's speed. With reduced motion there
//! is one picture and only its end is shown.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::data::{CLASSES, PIXELS};
use crate::noise::{INITIAL_DRAW, normal};
use crate::protocol::{Denoise, Frame, Job};
use crate::ui::components::picture::{PictureView, opening_picture};
use crate::ui::content::{self, texts};
use crate::ui::host::{RunEvent, RunHandle, use_host};
use crate::ui::media::use_reduced_motion;
use crate::ui::rooms::diffusion::DIGITS_MODEL;

const STEPS: u32 = 16;
/// The steps of the picture made ahead.
const OPENING_STEPS: u32 = 20;
/// The first digit; the next ones follow.
const FIRST_CLASS: u8 = 3;
const SEED: u64 = 42;
/// Time a step is shown, ms.
const STEP_MS: u32 = 160;
/// Time a finished digit is shown, ms.
const REST_MS: u32 = 2800;

/// What is shown of a run: its frames so far, and which of them.
#[derive(Clone, Debug, Default, PartialEq)]
struct Show {
    /// Number of the run, from 0.
    run: u32,
    frames: Vec<Rc<Frame>>,
    shown: usize,
    failed: bool,
}

enum Action {
    Event(RunEvent),
    /// The next frame, or at the end the next run.
    On,
}

impl Reducible for Show {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            // After a change of engine a frame may come a second time.
            Action::Event(RunEvent::Frame(frame)) if next.is_new(&frame) => {
                next.frames.push(Rc::new(frame));
                // A retry may have saved the run.
                next.failed = false;
            }
            Action::Event(RunEvent::Failed(_)) => next.failed = true,
            Action::Event(_) => return self,
            Action::On if next.complete() => {
                next = Self {
                    run: next.run + 1,
                    ..Self::default()
                };
            }
            Action::On => next.shown = (next.shown + 1).min(next.frames.len().saturating_sub(1)),
        }
        Rc::new(next)
    }
}

impl Show {
    fn is_new(&self, frame: &Frame) -> bool {
        self.frames.last().is_none_or(|last| last.step < frame.step)
    }

    fn class(&self) -> u8 {
        ((u32::from(FIRST_CLASS) + self.run) % CLASSES as u32) as u8
    }

    fn seed(&self) -> u64 {
        SEED + u64::from(self.run)
    }

    /// The frame shown; with `still`, only the picture's end.
    fn frame(&self, still: bool) -> Option<&Rc<Frame>> {
        match still {
            false => self.frames.get(self.shown),
            true => self.frames.last().filter(|frame| frame.step == STEPS),
        }
    }

    /// At the last frame of the run?
    fn complete(&self) -> bool {
        self.frames
            .get(self.shown)
            .is_some_and(|frame| frame.step == STEPS)
    }

    fn job(&self) -> Job {
        Job::Denoise(Denoise {
            model: DIGITS_MODEL.into(),
            labels: vec![Some(self.class())],
            seed: self.seed(),
            steps: STEPS,
            ..Denoise::default()
        })
    }
}

/// Properties of [`LivePicture`].
#[derive(Properties, PartialEq)]
pub struct LivePictureProps {
    /// A digit is computed, the number of its run says which: the engine has a rest until it has been
    /// shown.
    pub on_rest: Callback<u32>,
}

/// One digit after another.
#[component]
pub fn LivePicture(props: &LivePictureProps) -> Html {
    let show = use_reducer_eq(Show::default);
    let still = use_reduced_motion();
    {
        let on_rest = props.on_rest.clone();
        let is_computed = show.frames.last().is_some_and(|frame| frame.step == STEPS);
        use_effect_with((show.run, is_computed), move |&(run, is_computed)| {
            if is_computed {
                on_rest.emit(run);
            }
        });
    }
    use_runs(&show);
    use_pace(&show, still);
    let frame = show.frame(still);
    let caption = caption(&show, still);
    html! {
        <figure class="live" data-step={frame.map(|f| f.step.to_string())} data-run={show.run.to_string()}>
            { picture(&show, frame) }
            <figcaption>{ caption }</figcaption>
        </figure>
    }
}

fn picture(show: &Show, frame: Option<&Rc<Frame>>) -> Html {
    let pixels = match frame {
        Some(frame) => Rc::new(frame.x.clone()),
        None if show.run == 0 => return opening_picture(0, OPENING_STEPS, "A digit three"),
        // The very noise that the next run starts from.
        None => Rc::new(normal(show.seed(), 0, INITIAL_DRAW, PIXELS)),
    };
    let label = format!("A digit being made: class {}", show.class());
    html! { <PictureView class="pix" {pixels} {label} /> }
}

/// Starts each run; leaving the page cancels it.
#[hook]
fn use_runs(show: &UseReducerHandle<Show>) {
    let host = use_host();
    let kept = use_mut_ref(|| None::<RunHandle>);
    let (dispatcher, job) = (show.dispatcher(), show.job());
    use_effect_with(show.run, move |_| {
        let on = Callback::from(move |event| dispatcher.dispatch(Action::Event(event)));
        let old = kept.borrow_mut().take();
        drop(old);
        *kept.borrow_mut() = Some(host.run(job, on));
    });
}

/// Shows the next frame when its time has come.
#[hook]
fn use_pace(show: &UseReducerHandle<Show>, still: bool) {
    let dispatcher = show.dispatcher();
    let visible = use_visible();
    let complete = show.complete();
    let waits = !complete && show.shown + 1 >= show.frames.len();
    let goes_on = visible && !still && !waits;
    use_effect_with((show.run, show.shown, goes_on), move |&(_, _, goes_on)| {
        let ms = if complete { REST_MS } else { STEP_MS };
        let timer = goes_on.then(|| Timeout::new(ms, move || dispatcher.dispatch(Action::On)));
        move || drop(timer)
    });
}

/// Is the page looked at? Nobody watches a picture in a hidden tab.
#[hook]
fn use_visible() -> bool {
    let visible = use_state_eq(|| !gloo_utils::document().hidden());
    let setter = visible.setter();
    use_effect_with((), move |()| {
        let document = gloo_utils::document();
        let listener = EventListener::new(&document, "visibilitychange", move |_| {
            setter.set(!gloo_utils::document().hidden());
        });
        move || drop(listener)
    });
    *visible
}

fn caption(show: &Show, still: bool) -> String {
    let step = show.frame(still).map(|frame| frame.step);
    let text = match step {
        _ if show.failed => texts::landing::diffusion_failed::PLAIN,
        None => texts::landing::diffusion_waiting::PLAIN,
        Some(STEPS) => texts::landing::diffusion_still::PLAIN,
        Some(_) => texts::landing::diffusion_live::PLAIN,
    };
    let values = [
        ("step", step.unwrap_or_default().to_string()),
        ("steps", STEPS.to_string()),
        ("class", show.class().to_string()),
    ];
    content::fill(text, &values)
}
