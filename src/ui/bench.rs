//! Timing on request: `window.genscope_bench(engine, what)` for `cargo xtask bench`, and the
//! two marks it reads. Does what the rooms do, on the same engines.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::host::{Host, RunEvent, RunHandle};
use super::parts::NotFetched;
use super::rooms::diffusion::DIGITS_MODEL;
use super::state::{DenoiseState, EngineChoice, ModelChoice, PlaneState, QUICK_STEPS};
use crate::protocol::diffusion::plane::PlaneTrain;
use crate::protocol::gan::{Game, GanPlay, Plan};
use crate::protocol::vae::{Question, VaeAsk};
use crate::protocol::{Denoise, Job, Report};

/// The page answers to input.
pub const INTERACTIVE: &str = "genscope-interactive";
/// The first picture is finished.
pub const FIRST_DIGIT: &str = "genscope-first-digit";

/// Evaluations that a median is taken of.
const REPEATS: u32 = 9;
/// Optimiser steps of the training in the plane.
const PLANE_STEPS: u32 = 1000;
/// Rounds of the GAN's game, and how many of them its chapter plays between two frames.
const GAN_ROUNDS: u32 = 1000;
const GAN_FRAME: u32 = 10;

/// Marks this moment, for tools.
pub fn mark(name: &str) {
    if let Some(clock) = gloo_utils::window().performance() {
        // Only reserved names are refused.
        let _ = clock.mark(name);
    }
}

/// Offers `genscope_bench` on the window.
pub fn offer(host: &Host) {
    let host = host.clone();
    let bench =
        Closure::<dyn Fn(String, String) -> Promise>::new(move |engine: String, what: String| {
            let host = host.clone();
            Promise::new(&mut move |resolve, reject| {
                let (host, engine, what) = (host.clone(), engine.clone(), what.clone());
                spawn_local(async move {
                    if let Ok(run) = fetch().await {
                        run(host, &engine, &what, resolve, reject);
                    }
                });
            })
        });
    // Fails only on a frozen window; then there is nothing to time.
    let _ = Reflect::set(
        &gloo_utils::window(),
        &"genscope_bench".into(),
        &bench.into_js_value(),
    );
}

/// Does one piece of work; resolves to its milliseconds.
type Run = fn(Host, &str, &str, Function, Function);

/// What does it is a part of its own: no visitor needs it.
#[cfg(feature = "split")]
#[wasm_split_helpers::wasm_split(bench, fallible)]
fn fetch() -> Result<Run, NotFetched> {
    Ok(run)
}

#[cfg(not(feature = "split"))]
async fn fetch() -> Result<Run, NotFetched> {
    Ok(run)
}

fn run(host: Host, engine: &str, what: &str, resolve: Function, reject: Function) {
    let (Some(choice), Some(job)) = (EngineChoice::from_id(engine), job(what)) else {
        settle(&reject, JsValue::from_str("no such engine or work"));
        return;
    };
    host.choose(choice);
    let handle = Rc::new(RefCell::new(None::<RunHandle>));
    let kept = handle.clone();
    let on = Callback::from(move |event| {
        match event {
            RunEvent::Report(Report::Timed(ms)) => settle(&resolve, JsValue::from_f64(median(ms))),
            // A timing run has said all it had to say before.
            RunEvent::Done { ms } => settle(&resolve, JsValue::from_f64(f64::from(ms))),
            RunEvent::Failed(error) => settle(&reject, JsValue::from_str(&error.to_string())),
            RunEvent::Cancelled => settle(&reject, JsValue::from_str("cancelled")),
            _ => return,
        }
        let ended = kept.borrow_mut().take();
        drop(ended);
    });
    let started = host.run(job, on);
    *handle.borrow_mut() = Some(started);
}

fn settle(function: &Function, value: JsValue) {
    // What settles a promise does not throw.
    let _ = function.call1(&JsValue::NULL, &value);
}

fn job(what: &str) -> Option<Job> {
    let time = |batch| {
        Some(Job::Time {
            model: DIGITS_MODEL.into(),
            batch,
            repeats: REPEATS,
        })
    };
    match what {
        "evaluation-1" => time(1),
        "evaluation-16" => time(16),
        "digits-1" => Some(digits(1)),
        "digits-16" => Some(digits(16)),
        "quick-1" => Some(quick(1)),
        "quick-16" => Some(quick(16)),
        "plane-1000" => Some(Job::PlaneTrain(PlaneTrain {
            steps: PLANE_STEPS,
            ..PlaneState::default().training()
        })),
        "gan-1000" => Some(gan(GAN_ROUNDS)),
        "gan-1000-watched" => Some(gan(GAN_FRAME)),
        "vae-decode-1" => Some(decode(1)),
        "vae-decode-256" => Some(decode(256)),
        _ => None,
    }
}

/// The game in two dimensions that its chapter opens with, with a frame after so many rounds.
fn gan(frame_every: u32) -> Job {
    Job::GanPlay(Box::new(GanPlay {
        game: Game::default(),
        start: None,
        plan: Plan::Rounds {
            count: GAN_ROUNDS,
            frame_every,
        },
    }))
}

/// A place of a map that is dragged over, or the whole map.
fn decode(n: usize) -> Job {
    Job::Vae(VaeAsk {
        model: "vae-mnist-2".into(),
        question: Question::Pictures {
            codes: vec![0.5; 2 * n],
        },
    })
}

/// What the room opens with, for `n` pictures.
fn digits(n: usize) -> Job {
    let state = DenoiseState::default();
    Job::Denoise(Denoise {
        model: DIGITS_MODEL.into(),
        labels: state.digit.labels(n),
        seed: state.seed,
        sampler: state.sampler,
        steps: state.steps,
        guidance: state.guidance,
        ..Denoise::default()
    })
}

/// The same by the distilled model.
fn quick(n: usize) -> Job {
    let state = DenoiseState::default();
    Job::Denoise(Denoise {
        model: ModelChoice::DISTILLED.id().into(),
        labels: state.digit.labels(n),
        seed: state.seed,
        steps: QUICK_STEPS,
        guidance: 1.0,
        ..Denoise::default()
    })
}

fn median(mut ms: Vec<f32>) -> f64 {
    ms.sort_by(f32::total_cmp);
    ms.get(ms.len() / 2).copied().map_or(f64::NAN, f64::from)
}
