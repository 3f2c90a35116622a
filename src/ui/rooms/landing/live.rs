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
use crate::protocol::{Denoise, Frame};
use crate::ui::components::picture::{PictureView, opening_picture};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::media::use_reduced_motion;
use crate::ui::rooms::diffusion::DIGITS_MODEL;
use crate::ui::runs::lanes::use_lanes;

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

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Shown {
    /// Number of the run, from 0.
    run: u32,
    /// Which of its frames.
    at: usize,
}

impl Shown {
    fn class(self) -> u8 {
        ((u32::from(FIRST_CLASS) + self.run) % CLASSES as u32) as u8
    }

    fn seed(self) -> u64 {
        SEED + u64::from(self.run)
    }

    fn job(self) -> Denoise {
        Denoise {
            model: DIGITS_MODEL.into(),
            labels: vec![Some(self.class())],
            seed: self.seed(),
            steps: STEPS,
            ..Denoise::default()
        }
    }

    /// What is shown next: another of the run's `frames`, or after its end the next run.
    fn next(self, frames: &[Rc<Frame>]) -> Option<Self> {
        let (run, at) = match frames.get(self.at).filter(is_end) {
            Some(_) => (self.run + 1, 0),
            None => (self.run, self.at + 1),
        };
        (at < frames.len()).then_some(Self { run, at })
    }
}

/// Is the digit finished?
fn is_end(frame: &&Rc<Frame>) -> bool {
    frame.step == STEPS
}

/// One digit after another.
#[component]
pub fn LivePicture() -> Html {
    let shown = use_state_eq(Shown::default);
    let still = use_reduced_motion();
    let job = shown.job();
    let lanes = use_lanes(std::slice::from_ref(&job));
    // Until the lanes have heard of a new run, they hold the one before.
    let lane = lanes.lanes.first().filter(|lane| lane.job == job);
    let frames = lane.map_or(&[][..], |lane| &lane.frames);
    use_pace(&shown, frames, still);
    let frame = if still {
        frames.last().filter(is_end)
    } else {
        frames.get(shown.at)
    };
    let has_failed = lane.is_some() && lanes.book.phase == Some(Phase::Failed);
    html! {
        <figure class="live" data-step={frame.map(|f| f.step.to_string())} data-run={shown.run.to_string()}>
            { picture(*shown, frame) }
            <figcaption>{ caption(*shown, frame, has_failed) }</figcaption>
        </figure>
    }
}

fn picture(shown: Shown, frame: Option<&Rc<Frame>>) -> Html {
    let pixels = match frame {
        Some(frame) => Rc::new(frame.x.clone()),
        None if shown.run == 0 => return opening_picture(0, OPENING_STEPS, "A digit three"),
        // The very noise that the next run starts from.
        None => Rc::new(normal(shown.seed(), 0, INITIAL_DRAW, PIXELS)),
    };
    let label = format!("A digit being made: class {}", shown.class());
    html! { <PictureView class="pix" {pixels} {label} /> }
}

/// Shows the next frame when its time has come.
#[hook]
fn use_pace(shown: &UseStateHandle<Shown>, frames: &[Rc<Frame>], still: bool) {
    let visible = use_visible();
    let next = shown.next(frames).filter(|_| visible && !still);
    let shown = shown.setter();
    use_effect_with(next, move |&next| {
        let timer = next.map(|next| {
            let ms = if next.at == 0 { REST_MS } else { STEP_MS };
            Timeout::new(ms, move || shown.set(next))
        });
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

fn caption(shown: Shown, frame: Option<&Rc<Frame>>, has_failed: bool) -> String {
    let text = match frame {
        _ if has_failed => texts::landing::diffusion_failed::PLAIN,
        None => texts::landing::diffusion_waiting::PLAIN,
        Some(frame) if is_end(&frame) => texts::landing::diffusion_still::PLAIN,
        Some(_) => texts::landing::diffusion_live::PLAIN,
    };
    let values = [
        ("step", frame.map_or(0, |frame| frame.step).to_string()),
        ("steps", STEPS.to_string()),
        ("class", shown.class().to_string()),
    ];
    content::fill(text, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(step: u32) -> Rc<Frame> {
        Rc::new(Frame {
            step,
            ..Frame::default()
        })
    }

    #[test]
    fn frames_follow_one_another_and_runs_too() {
        let frames: Vec<_> = (0..=STEPS).map(frame).collect();
        let shown = |at| Shown { run: 7, at };
        assert_eq!(shown(2).next(&frames[..3]), None, "it waits");
        assert_eq!(shown(2).next(&frames[..4]), Some(shown(3)));
        assert_eq!(shown(16).next(&frames), Some(Shown { run: 8, at: 0 }));
        assert_eq!((shown(0).class(), shown(0).seed()), (0, 49));
    }
}
