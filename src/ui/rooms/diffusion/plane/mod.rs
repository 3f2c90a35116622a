//! Chapter 'Two dimensions': points in a plane, noised, learnt live, and made from noise.
//!
//! One stage, three views: the data under noise (computed on the page: a line of arithmetic a
//! point), samples while the network learns, and the way from noise to samples. Training and
//! sampling are an engine's work; see [`run`].

mod controls;
mod inspect;
mod run;

use std::rc::Rc;

use yew::prelude::*;

use self::controls::{Controls, view_control};
use self::inspect::Inspectors;
use self::run::{Made, PlaneRun, Sampling, Wish};
use crate::data::points::EXTENT;
use crate::models::diffusion::plane::mix::Mixer;
use crate::models::diffusion::plane::solve::noise_times;
use crate::models::diffusion::plane::{FIELD_SIDE, field_grid, streams};
use crate::noise::normal;
use crate::protocol::diffusion::plane::PlaneTraining;
use crate::ui::components::chart::Tone;
use crate::ui::components::cloud::{Action as Stroke, drawing_layers, drawing_tools, use_drawing};
use crate::ui::components::extras::plane_extras;
use crate::ui::components::plane_view::{Layer, PlaneView};
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::media::reduced_motion;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Action, sender, use_booked};
use crate::ui::runs::playback::Move;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::{LEARNING_RATES, NOISE_LEVELS, Named, PlaneState, Route, View};

/// Points of the data that are shown.
const SHOWN: usize = 600;
/// Ways of samples that are shown.
const WAYS: usize = 60;
/// An arrow of the field this long or longer is drawn as long as a cell of its grid.
const LONGEST: f32 = 2.5;

/// The stage and the inspectors of the chapter.
#[component]
pub fn PlaneChapter(props: &ChapterProps<PlaneState>) -> Html {
    let state = &props.state;
    let needed = state.view != View::Noise;
    let wanted = (state.view == View::Sample).then_some(Sampling {
        from: state.from,
        rule: state.rule,
        steps: state.steps,
    });
    let wish = Wish {
        job: state.training(),
        needed,
        wanted,
    };
    let run = use_booked(PlaneRun::default, wish, false);
    let editing = use_state_eq(|| false);
    // A finished stroke becomes the cloud, seen without noise.
    let on_drawn = props.edit(|state, cloud| {
        (state.cloud, state.view) = (cloud, View::Noise);
        (state.at, state.from) = (None, None);
    });
    let drawing = use_drawing(&state.cloud, *editing, on_drawn);
    let player = use_view_player(props, &run);
    let canvas = use_node_ref();
    let data = use_memo((state.cloud.clone(), state.seed), |(cloud, seed)| {
        Rc::new(cloud.points(SHOWN, *seed, streams::SHOWN, 0))
    });
    let mixer = use_memo(state.method, |method| Mixer::new(*method));

    // Other controls end the drawing.
    let chapter = {
        let editing = editing.setter();
        ChapterProps {
            state: state.clone(),
            on_state: props.on_state.reform(move |state| {
                editing.set(false);
                state
            }),
        }
    };
    let on_edit = {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(!*editing))
    };
    let cursor = player.0.cursor;
    let shown = Shown::new(state, &mixer, &run, &data, cursor);
    let layers = if *editing {
        drawing_layers(&drawing)
    } else {
        shown.layers.clone()
    };
    let on_pen = editing.then(|| {
        let drawing = drawing.dispatcher();
        Callback::from(move |pen| drawing.dispatch(Stroke::Pen(pen)))
    });
    let label = if *editing {
        texts::plane::draw_label::PLAIN.to_owned()
    } else {
        shown.spoken.clone()
    };
    let on_move = mover(&player);
    html! {
        <>
            <div class="card plane" data-view={state.view.id()} data-at={cursor.to_string()}
                data-run-state={run.book.phase.map(Phase::id)}
                data-snapshots={run.snapshots.len().to_string()}
                data-trained={run.snapshots.last().map(|s| s.step.to_string())}
                data-made={run.current().map(|made| made.step.to_string())}>
                <Controls chapter={chapter.clone()} editing={*editing} {on_edit} />
                <div class="plane-stage">
                    <div class="plane-sheet">
                        { view_control(&chapter) }
                        <PlaneView {layers} {label} canvas={canvas.clone()} {on_pen} />
                        if *editing {
                            { drawing_tools(&drawing, &editing) }
                        } else {
                            { legend(state.view) }
                        }
                    </div>
                    <div class="plane-side">
                        { progress(&chapter, &run) }
                        <Inspectors state={state.clone()} run={(*run).clone()} {cursor} />
                    </div>
                </div>
                <Transport playback={player.0} on={on_move} position={shown.position.clone()}
                    time={shown.time.clone()} spoken={shown.spoken.clone()}>
                    { extras(state, &shown, &canvas, cursor) }
                </Transport>
            </div>
        </>
    }
}

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::plane::story::HTML) }
            { content::predict(texts::plane::field_try::HTML, texts::plane::field_reveal::HTML) }
            { content::section(texts::plane::methods::HTML) }
            { content::predict(texts::plane::paths_try::HTML, texts::plane::paths_reveal::HTML) }
            <h3>{ texts::plane::sources::TITLE }</h3>
            { content::section(texts::plane::sources::HTML) }
        </>
    }
}

/// What the stage shows at the cursor.
struct Shown {
    layers: Vec<Layer>,
    position: String,
    time: String,
    spoken: String,
    /// The points in question, `[n, 2]`.
    points: Rc<Vec<f32>>,
}

impl Shown {
    fn new(
        state: &PlaneState,
        mixer: &Mixer,
        run: &PlaneRun,
        data: &Rc<Vec<f32>>,
        cursor: u32,
    ) -> Self {
        match state.view {
            View::Noise => Self::noise(state, mixer, data, cursor),
            View::Train => Self::training(state, run, data, cursor),
            View::Sample => Self::sampling(state, mixer, run, data, cursor),
        }
    }

    fn noise(state: &PlaneState, mixer: &Mixer, data: &Rc<Vec<f32>>, cursor: u32) -> Self {
        let u = cursor as f32 / NOISE_LEVELS as f32;
        let noise = normal(state.seed, streams::SHOWN, 1, data.len());
        let points = Rc::new(mixer.mix(data, &noise, u));
        let (signal, sigma) = mixer.factors(u);
        let time = mixer.time_text(u);
        let spoken = format!("{time}: {signal:.2} of the data, {sigma:.2} of the noise");
        Self {
            layers: vec![
                dots(data, Tone::Muted, 0.25),
                dots(&points, Tone::Accent, 0.8),
            ],
            position: format!("{cursor} / {NOISE_LEVELS}"),
            time,
            spoken,
            points,
        }
    }

    fn training(state: &PlaneState, run: &PlaneRun, data: &Rc<Vec<f32>>, cursor: u32) -> Self {
        let snapshot = snapshot_at(run, cursor);
        let step = snapshot.map_or(0, |snapshot| snapshot.step);
        let points = Rc::new(snapshot.map(|s| s.samples.clone()).unwrap_or_default());
        let spoken = match snapshot {
            Some(s) => format!(
                "After {step} training steps the samples are {:.4} from the data",
                s.distance
            ),
            None => "Nothing is trained yet".into(),
        };
        Self {
            layers: vec![
                dots(data, Tone::Muted, 0.3),
                dots(&points, Tone::Accent, 0.85),
            ],
            position: format!("{step} / {}", state.train_steps),
            time: String::new(),
            spoken,
            points,
        }
    }

    fn sampling(
        state: &PlaneState,
        mixer: &Mixer,
        run: &PlaneRun,
        data: &Rc<Vec<f32>>,
        cursor: u32,
    ) -> Self {
        let mut layers = vec![dots(data, Tone::Muted, 0.25)];
        let position = format!("{cursor} / {}", state.steps);
        let Some(made) = run.current() else {
            return Self {
                layers,
                position,
                time: String::new(),
                spoken: "No samples yet".into(),
                points: Rc::default(),
            };
        };
        let at = (cursor as usize).min(made.positions.len().saturating_sub(1));
        let points = Rc::new(made.positions.get(at).cloned().unwrap_or_default());
        layers.extend([
            field_layer(made, at),
            Layer::Paths {
                positions: made.positions.clone(),
                until: at,
                count: WAYS,
                tone: Tone::Second,
            },
            dots(&points, Tone::Accent, 0.9),
        ]);
        let u = noise_times(made.wanted.rule, made.positions.len().max(2) - 1);
        let time = mixer.time_text(u.get(at).copied().unwrap_or_default());
        Self {
            layers,
            spoken: format!("Step {at} of {}, {time}", state.steps),
            position,
            time,
            points,
        }
    }
}

/// The snapshot number `cursor`, or the last one there is.
fn snapshot_at(run: &PlaneRun, cursor: u32) -> Option<&Rc<PlaneTraining>> {
    run.snapshots.get(cursor as usize).or(run.snapshots.last())
}

fn dots(points: &Rc<Vec<f32>>, tone: Tone, strength: f64) -> Layer {
    Layer::Points {
        points: points.clone(),
        tone,
        strength,
    }
}

/// The field's arrows, each at most as long as a cell of its grid.
fn field_layer(made: &Made, at: usize) -> Layer {
    let cell = 2.0 * EXTENT / FIELD_SIDE as f32;
    let field = made.samples.fields.get(at).map_or(&[][..], Vec::as_slice);
    let arrows = field.chunks_exact(2).flat_map(|arrow| {
        let length = arrow[0].hypot(arrow[1]);
        let scale = 0.9 * cell / length.max(LONGEST);
        [scale * arrow[0], scale * arrow[1]]
    });
    Layer::Arrows {
        places: Rc::new(field_grid()),
        arrows: Rc::new(arrows.collect()),
        tone: Tone::Muted,
    }
}

/// Playback in step with the view, with what is computed, and with the link.
#[hook]
fn use_view_player(
    props: &ChapterProps<PlaneState>,
    run: &UseReducerHandle<PlaneRun>,
) -> UseReducerHandle<Player> {
    let state = &props.state;
    let (view, at, last) = (state.view, state.at, state.last());
    let ready = match view {
        View::Noise => last,
        View::Train => (run.snapshots.len() as u32).saturating_sub(1),
        View::Sample => run.current().map_or(0, |_| last),
    };
    let course = Course {
        of: view,
        entry: Entry::Rest(if view == View::Train { ready } else { 0 }),
        ready: Some(ready),
        last,
        at: at.map(|at| (at, at)),
        tells: ready > 0 && !run.is_training(),
    };
    let on_at = props.edit(|state, at| state.at = Some(at));
    let player = use_player(course, move |cursor| {
        if cursor != at.unwrap_or(0) {
            on_at.emit(cursor);
        }
    });
    {
        // While it trains, what is newest is shown, unless the visitor looks at something else.
        let now = player.0;
        let follows = at.is_none() && now.settled() && now.cursor >= now.ready;
        let dispatcher = player.dispatcher();
        use_effect_with((view, ready), move |&(view, ready)| {
            if view == View::Train && follows {
                dispatcher.dispatch(Move::To(ready));
            }
        });
    }
    {
        // New samples start to flow; without motion their end is what there is to see.
        let player = player.dispatcher();
        let made = run
            .current()
            .filter(|_| view == View::Sample && at.is_none());
        use_effect_with(made.map(|made| (made.wanted, made.step)), move |made| {
            if made.is_some() {
                player.dispatch(if reduced_motion() {
                    Move::To(last)
                } else {
                    Move::Play
                });
            }
        });
    }
    player
}

/// What is being computed, and the button for it.
fn progress(chapter: &ChapterProps<PlaneState>, run: &UseReducerHandle<PlaneRun>) -> Html {
    let state = &chapter.state;
    let train = chapter.edit(|state, _: MouseEvent| (state.view, state.at) = (View::Train, None));
    let again = {
        let (run, train) = (run.dispatcher(), train.clone());
        Callback::from(move |event| {
            run.dispatch(Action::GoOn);
            train.emit(event);
        })
    };
    let done = run.snapshots.last().map_or(0, |snapshot| snapshot.step);
    let (class, text, onclick) = match run.book.phase {
        None => ("go", "Train", train),
        Some(Phase::Loading | Phase::Running) if run.is_training() => {
            ("stop", "Stop", sender(run, || Action::Stop))
        }
        Some(_) => ("again", "Train again", again),
    };
    let class = classes!("button", class);
    let words = match run.book.phase {
        None => content::fill(
            texts::plane::train_idle::PLAIN,
            &[("steps", &state.train_steps.to_string())],
        ),
        Some(Phase::Loading) if done == 0 => "Starting the engine".into(),
        Some(Phase::Failed) => "The training stopped; what was learned is kept.".into(),
        Some(_) => format!("Step {done} of {}{}", state.train_steps, speed(run)),
    };
    html! {
        <div class="plane-run">
            <button type="button" {class} {onclick}>{ text }</button>
            <span class="progress-text">{ words }</span>
            { diverged(chapter, run) }
        </div>
    }
}

/// Optimiser steps a second, measured here and now.
fn speed(run: &PlaneRun) -> String {
    if run.ms > 0.0 {
        let rate = 1000.0 * run.losses.len() as f32 / run.ms;
        format!(", {rate:.0} steps a second")
    } else {
        String::new()
    }
}

/// What to do when the loss has left all bounds.
fn diverged(chapter: &ChapterProps<PlaneState>, run: &PlaneRun) -> Html {
    let Some(step) = run.diverged else {
        return Html::default();
    };
    let text = content::fill(
        texts::plane::train_diverged::PLAIN,
        &[
            ("step", &step.to_string()),
            ("lr", &chapter.state.learning_rate.to_string()),
        ],
    );
    let usual = LEARNING_RATES[2];
    let onclick = chapter.edit(move |state, _: MouseEvent| {
        (state.learning_rate, state.view) = (usual, View::Train);
        (state.at, state.from) = (None, None);
    });
    html! {
        <p class="notice" role="alert">
            { text }{ " " }
            <button type="button" class="button small lower" {onclick}>
                { format!("Train with {usual}") }
            </button>
        </p>
    }
}

/// What the colours mean.
fn legend(view: View) -> Html {
    let text = match view {
        View::Noise => content::section(texts::plane::legend_noise::HTML),
        View::Train => content::section(texts::plane::legend_train::HTML),
        View::Sample => content::section(texts::plane::legend_sample::HTML),
    };
    html! { <div class="hint plane-legend">{ text }</div> }
}

/// Share, and save as a picture or as a table.
fn extras(state: &PlaneState, shown: &Shown, canvas: &NodeRef, cursor: u32) -> Html {
    let seen = Route::of(PlaneState {
        at: Some(cursor).filter(|at| *at > 0 || state.at.is_some()),
        ..state.clone()
    });
    let (view, method) = (state.view.id(), state.method.name());
    let name = format!(
        "genscope-plane-{method}-{view}-seed-{}-at-{cursor}",
        state.seed
    );
    let title = "Save the points as a table";
    plane_extras(seen, canvas, &name, shown.points.clone(), title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_view_starts_at_the_data() {
        let state = PlaneState::default();
        let data = Rc::new(state.cloud.points(SHOWN, state.seed, streams::SHOWN, 0));
        let mixer = Mixer::new(state.method);
        let shown = |cursor| Shown::new(&state, &mixer, &PlaneRun::default(), &data, cursor);
        assert_eq!(shown(0).points, data);
        assert_eq!(shown(0).time, "t = 1.00");
        let end = shown(NOISE_LEVELS);
        assert_eq!(
            *end.points,
            normal(state.seed, streams::SHOWN, 1, 2 * SHOWN)
        );
    }
}
