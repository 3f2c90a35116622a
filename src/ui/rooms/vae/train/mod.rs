//! Chapter 'Train one': a small VAE learns in the page.

mod run;
mod task;

use std::rc::Rc;

use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use self::run::{Data, TrainRun, Wish};
use self::task::task_card;
use crate::data::points::EXTENT;
use crate::data::{DataSet, PIXELS};
use crate::models::vae::course::{GRID, REACH, SHOWN, purity};
use crate::protocol::vae::train::VaeFrame;
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::extras::extras;
use crate::ui::components::fetched::{Fetched, failure};
use crate::ui::components::pad::Pad;
use crate::ui::components::picture::PictureView;
use crate::ui::components::plane_view::{Layer, PlaneView};
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_canvas, save_csv};
use crate::ui::components::seed::SeedField;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::digits::{Digits, use_digits};
use crate::ui::host::Phase;
use crate::ui::ink::Drawing;
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::vae::map::legend;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::vae::{BETAS, FRAME_EVERY, GO, IN_USE, TrainCase, cost, near};
use crate::ui::state::{Route, TrainState};

/// Digits that are asked for their neighbours: all would take longer than a frame lasts.
const JUDGED: usize = SHOWN / 2;
/// Points of a loss curve.
const CURVE: usize = 150;

/// The text of the chapter.
pub fn story() -> Html {
    let case = |case: TrainCase| {
        let href = Route::of(TrainState::of(case)).href();
        html! { <li><a {href}>{ task::number(case) }</a></li> }
    };
    html! {
        <>
            { content::section(texts::vae_train::story::HTML) }
            { content::predict(texts::vae_train::story_try::HTML, texts::vae_train::story_reveal::HTML) }
            <h3>{ texts::vae_train::weight::TITLE }</h3>
            { content::section(texts::vae_train::weight::HTML) }
            <h3>{ texts::vae::wrong::TITLE }</h3>
            { content::section(texts::vae_train::cases::HTML) }
            <div class="presets"><ul>{ for TrainCase::ALL.map(case) }</ul></div>
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn TrainChapter(props: &ChapterProps<TrainState>) -> Html {
    let state = &props.state;
    let (digits, on_retry) = use_digits();
    let data = use_memo(
        (digits.clone(), state.drawing.clone(), state.seed),
        |(digits, drawing, seed)| {
            digits
                .ready()
                .map(|digits| data(digits, drawing.as_ref(), *seed))
        },
    );
    let wish = Wish {
        data: (*data).clone(),
        legs: state.legs(),
        steps: state.steps,
    };
    let run = use_booked(TrainRun::default, wish, false);
    let player = use_frames(props, &run);
    let canvas = use_node_ref();
    let cursor = player.0.cursor as usize;
    let frame = run.frames.get(cursor).or(run.frames.last()).cloned();
    let labels = digits.ready().map(|digits| digits.labels.clone());
    let layers = use_memo(
        (
            frame.clone().map(|frame| frame.step),
            run.frames.len(),
            labels.clone(),
        ),
        |_| {
            frame
                .as_ref()
                .zip(labels.as_ref())
                .map_or_else(Vec::new, |(frame, labels)| {
                    layers(frame, labels, state.drawing.is_some())
                })
        },
    );
    let pure = use_memo(
        (
            frame.clone().map(|frame| frame.step),
            state.legs(),
            labels.clone(),
        ),
        |_| {
            let shown = frame.as_ref().zip(labels.as_ref());
            shown.map(|(frame, labels)| purity(&frame.means, &labels[..JUDGED.min(labels.len())]))
        },
    );
    let step = frame.as_ref().map_or(0, |frame| frame.step);
    let on_beta = props.edit(move |state, beta| state.turn(step, beta));
    let percent = (*pure).map(|pure| format!("{:.0}", 100.0 * pure));
    let spoken = content::fill(
        texts::vae_train::spoken::PLAIN,
        &[
            ("step", step.to_string()),
            ("percent", percent.clone().unwrap_or_default()),
        ],
    );
    html! {
        <>
            <div class="card vae-train" data-run-state={run.book.phase.map(Phase::id)} data-step={step.to_string()}
                data-frames={run.frames.len().to_string()} data-purity={percent.clone()}
                data-trained={run.frames.last().map(|frame| frame.step.to_string())}>
                { controls(props, state.beta_at(step), &on_beta) }
                if let Fetched::Failed(why) = &digits {
                    { failure(texts::vae::reals_failed::PLAIN, why, &on_retry, None) }
                }
                if let Some(case) = state.case {
                    { task_card(case, &run, frame.as_deref(), &on_beta) }
                }
                <div class="vae-sides">
                    <div class="vae-side">
                        <h3>{ texts::vae_train::map::TITLE }</h3>
                        <PlaneView layers={(*layers).clone()} label={texts::vae_train::map::PLAIN} canvas={canvas.clone()} />
                        { legend(DataSet::Mnist) }
                    </div>
                    <div class="vae-side">
                        <h3>{ texts::vae_train::grid::TITLE }</h3>
                        { grid(frame.as_deref()) }
                        { figures(frame.as_deref(), percent.as_deref()) }
                    </div>
                </div>
                { go(props, &run) }
                { progress(&run, |engine| format!("{engine}: step {} of {}", run.frames.last().map_or(0, |f| f.step), state.steps), |_| String::new()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("step {step}")} {spoken}>
                    { extras(Route::of(state.clone()), "Save the map as PNG", frame.is_some(), on_png(&canvas, step)) }
                    <button type="button" class="button csv" disabled={frame.is_none()}
                        onclick={on_csv(frame.clone(), labels)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect vae-inspect">
                { curves(&run, step) }
                <Mine ..props.clone() />
            </div>
        </>
    }
}

fn data(digits: &Digits, drawing: Option<&Drawing>, seed: u64) -> Data {
    let own = drawing.map(|drawing| {
        let grey = |v: f32| (127.5 * (v + 1.0)).round() as u8;
        drawing.pixels().into_iter().map(grey).collect()
    });
    Data {
        pictures: digits.pixels.clone(),
        own,
        seed,
    }
}

/// The transport over the frames, in step with the link.
#[hook]
fn use_frames(props: &ChapterProps<TrainState>, run: &TrainRun) -> UseReducerHandle<Player> {
    let state = &props.state;
    let last = state.last();
    let ready = (run.frames.len() as u32).checked_sub(1);
    let course = Course {
        of: (
            state.seed,
            state.drawing.clone(),
            state.beta,
            state.turns.clone(),
            state.steps,
        ),
        entry: match state.at {
            Some(at) => Entry::Rest(at),
            // Where a change of weight, or one go more, was asked for, it plays on.
            None => Entry::On(Some((run.frames.len() as u32).saturating_sub(1).min(last))),
        },
        ready,
        last,
        // A frame that is not there yet is gone to when it comes, and until then nothing is told.
        at: state.at.filter(|at| Some(*at) <= ready).map(|at| (at, at)),
        tells: state.steps > 0 && ready == Some(last),
    };
    use_player(course, props.edit(|state, at| state.at = Some(at)))
}

/// Weight, length, and behind them the seed.
fn controls(props: &ChapterProps<TrainState>, beta: usize, on_beta: &Callback<usize>) -> Html {
    let state = &props.state;
    let oninput = on_beta.reform(|event: InputEvent| {
        let input = event.target_dyn_into::<HtmlInputElement>();
        let at = input.map_or(0.0, |input| input.value_as_number()) as usize;
        at.min(BETAS.len() - 1)
    });
    let value = BETAS[beta].to_string();
    let on_seed = props.edit(|state, seed| (state.seed, state.at) = (seed, None));
    html! {
        <ControlRow is_set={state.seed != TrainState::default().seed}
            more={html! { <SeedField seed={state.seed} {on_seed} /> }}>
            <label class="field" data-lock="beta">
                { texts::vae_train::beta::PLAIN }
                <input type="range" name="beta" min="0" max={(BETAS.len() - 1).to_string()} step="1"
                    value={beta.to_string()} aria-valuetext={value.clone()} {oninput} />
                <span class="num">{ value }</span>
            </label>
        </ControlRow>
    }
}

/// Starts, or goes on for longer.
fn go(props: &ChapterProps<TrainState>, run: &TrainRun) -> Html {
    let state = &props.state;
    let text = match state.steps {
        0 => texts::vae_train::go::PLAIN,
        _ => texts::vae_train::more::PLAIN,
    };
    let disabled = run.book.is_busy() && state.steps > 0 || state.is_full();
    let values = [("steps", GO.to_string())];
    html! {
        <p class="vae-go">
            <button type="button" class="button go" {disabled} onclick={props.edit(|state, _: MouseEvent| state.go_on())}>
                { content::fill(text, &values) }
            </button>
            if let Some(step) = run.diverged {
                <span class="notice" role="alert">{ content::fill(texts::vae_train::diverged::PLAIN, &[("step", step.to_string())]) }</span>
            }
        </p>
    }
}

/// Codes by class, and the drawing's.
fn layers(frame: &VaeFrame, labels: &[u8], has_own: bool) -> Vec<Layer> {
    let scale = EXTENT / (REACH + 1.0);
    let places: Vec<f32> = frame.means.iter().map(|v| v * scale).collect();
    let shown = places.len() / 2 - usize::from(has_own && places.len() >= 2);
    let mut layers = vec![Layer::Classes {
        points: Rc::new(places[..2 * shown].to_vec()),
        labels: Rc::new(labels[..shown.min(labels.len())].to_vec()),
    }];
    if let Some(own) = places.get(2 * shown..2 * shown + 2) {
        layers.push(Layer::Pen {
            at: [own[0], own[1]],
            down: true,
        });
    }
    layers
}

/// Pictures of places over the map.
fn grid(frame: Option<&VaeFrame>) -> Html {
    let pixels = match frame {
        Some(frame) => frame
            .grid
            .iter()
            .map(|grey| f32::from(*grey) / 127.5 - 1.0)
            .collect(),
        None => vec![-1.0; GRID * GRID * PIXELS],
    };
    html! { <PictureView class="vae-random" columns={GRID} pixels={Rc::new(pixels)} label={texts::vae_train::grid::PLAIN} /> }
}

/// What the frame is measured by.
fn figures(frame: Option<&VaeFrame>, percent: Option<&str>) -> Html {
    let number = |i: usize| {
        frame.map_or_else(
            || "\u{2026}".into(),
            |frame| {
                let used = if frame.kl[i] >= IN_USE {
                    "in use"
                } else {
                    "not used"
                };
                format!("{:.2} nats, {used}", frame.kl[i])
            },
        )
    };
    let some = |of: &dyn Fn(&VaeFrame) -> String| {
        frame
            .filter(|frame| frame.step > 0)
            .map_or_else(|| "\u{2026}".into(), of)
    };
    html! {
        <dl class="vae-figures">
            <dt>{ texts::vae_train::neighbours::PLAIN }</dt>
            <dd class="num" data-name="purity">{ percent.map_or_else(|| "\u{2026}".into(), |percent| format!("{percent} %")) }</dd>
            <dt>{ texts::vae_train::first_kl::PLAIN }</dt><dd class="num" data-name="kl-1">{ number(0) }</dd>
            <dt>{ texts::vae_train::second_kl::PLAIN }</dt><dd class="num" data-name="kl-2">{ number(1) }</dd>
            <dt>{ texts::vae_train::reconstruction::PLAIN }</dt><dd class="num" data-name="cost">{ some(&|frame| format!("{:.0} nats", cost(frame))) }</dd>
            <dt>{ texts::vae_train::inside::PLAIN }</dt><dd class="num">{ some(&|frame| format!("{:.0} %", 100.0 * near(frame))) }</dd>
        </dl>
    }
}

/// Both parts of the loss, up to the frame that is shown.
fn curves(run: &TrainRun, step: u32) -> Html {
    let last = run
        .frames
        .last()
        .map_or(FRAME_EVERY, |frame| frame.step.max(FRAME_EVERY));
    let every = (last as usize / CURVE).max(1);
    let all: Vec<_> = run.losses(step).collect();
    let line = |part: usize, tone, name: &'static str| {
        let mean = |losses: &[(u32, [f32; 2])]| {
            let sum: f32 = losses.iter().map(|(_, loss)| loss[part]).sum();
            let place = losses.first().map_or(0, |(step, _)| *step);
            (
                f64::from(place),
                f64::from(sum / losses.len() as f32).max(0.01),
            )
        };
        Mark::line(all.chunks(every).map(mean).collect(), tone)
            .dashed_if(part == 1)
            .named(Label {
                text: name.into(),
                x: 0.8 * f64::from(last),
                above: true,
            })
    };
    let marks = vec![
        line(0, Tone::Accent, "reconstruction"),
        line(1, Tone::Second, "KL"),
    ];
    html! {
        <div class="card">
            <h3>{ texts::vae_train::curves::TITLE }</h3>
            <Chart x={Axis::new("optimiser steps", [0.0, f64::from(last)], 3)} y={Axis { label: "nats".into(), range: [0.01, 1000.0], ticks: vec![0.01, 0.1, 1.0, 10.0, 100.0, 1000.0] }}
                {marks} message={texts::vae_train::curves::PLAIN} log={[false, true]} height=190.0 />
            <p class="hint">{ texts::vae_train::curves::PLAIN }</p>
        </div>
    }
}

/// The visitor's drawing among the data.
#[component]
fn Mine(props: &ChapterProps<TrainState>) -> Html {
    let on_picture = props.edit(|state, pixels: Option<Vec<f32>>| {
        state.drawing = pixels.as_deref().and_then(Drawing::new);
        state.at = None;
    });
    let is_drawn = props.state.drawing.is_some();
    html! {
        <section class="card" data-lock="drawing">
            <h3>{ texts::vae_train::mine::TITLE }</h3>
            <div class="hint">{ content::section(texts::vae_train::mine::HTML) }</div>
            <details open={is_drawn}>
                <summary>{ texts::vae_train::mine_draw::PLAIN }</summary>
                <Pad {on_picture} />
            </details>
        </section>
    }
}

fn on_png(canvas: &NodeRef, step: u32) -> Callback<()> {
    let canvas = canvas.clone();
    Callback::from(move |()| {
        if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
            save_canvas(&canvas, &format!("genscope-vae-step-{step}.png"));
        }
    })
}

fn on_csv(frame: Option<Rc<VaeFrame>>, labels: Option<Rc<Vec<u8>>>) -> Callback<MouseEvent> {
    Callback::from(move |_| {
        if let Some((frame, labels)) = frame.as_ref().zip(labels.as_ref()) {
            let codes = frame.means.chunks_exact(2).zip(labels.iter());
            let rows =
                codes.map(|(code, label)| format!("{label},{:.4},{:.4}\n", code[0], code[1]));
            let text: String = std::iter::once("class,z_1,z_2\n".to_owned())
                .chain(rows)
                .collect();
            save_csv(&text, &format!("genscope-vae-step-{}.csv", frame.step));
        }
    })
}
