//! Chapter 'The story in pictures': the same noise, seen by one snapshot of the training after the
//! other.
//!
//! The transport's positions are the snapshots. The one it stands at is fetched when it gets there
//! first; its pictures are kept, so that scrubbing back is instant.

mod controls;
mod measured;
mod stage;
mod strip;

use std::rc::Rc;

use yew::prelude::*;

use self::controls::Controls;
use self::measured::Measured;
use self::stage::{EVERY, View, stage};
use self::strip::strip;
use super::gallery::{Gallery, progress_text, speed_text, use_gallery};
use super::snapshots::{Snapshots, place, use_snapshots};
use crate::models::gan::image::snapshot_id;
use crate::protocol::gan::GanImages;
use crate::ui::components::extras::extras;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::save::save_sheet;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::playback::Move;
use crate::ui::runs::player::{Course, Entry, use_player};
use crate::ui::samples::{Loaded, Samples};
use crate::ui::state::gan::{SHEET, WALK_PARTS, Walk};
use crate::ui::state::{PicturesState, Route};

/// A snapshot is looked at for so many times as long as a frame.
const PACE: f64 = 4.0;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::gan_pictures::story::HTML) }
            { content::predict(texts::gan_pictures::story_try::HTML, texts::gan_pictures::story_reveal::HTML) }
            <h3>{ texts::gan_pictures::see::TITLE }</h3>
            { content::section(texts::gan_pictures::see::HTML) }
            <h3>{ texts::gan_pictures::walk::TITLE }</h3>
            { content::section(texts::gan_pictures::walk::HTML) }
            <div class="hint">{ content::section(texts::gan_pictures::sources::HTML) }</div>
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn PicturesChapter(props: &ChapterProps<PicturesState>) -> Html {
    let state = &props.state;
    let snapshots = use_snapshots();
    let steps = &snapshots.steps;
    let player = use_place(props, steps);
    let cursor = player.0.cursor as usize;
    let at_place = player.0.ready as usize + 1 == steps.len();
    let step = steps.get(cursor).copied().filter(|_| at_place);
    let job = use_job(state, step, &snapshots.reals);
    let gallery = use_gallery((*job).clone());
    use_rest_after_failure(&gallery, &player);

    let on_move = {
        let (player, is_shown) = (player.dispatcher(), gallery.current().is_some());
        Callback::from(move |action| match action {
            Move::Tick(ms) if is_shown => player.dispatch(Move::Tick(ms / PACE)),
            Move::Tick(_) => {}
            action => player.dispatch(action),
        })
    };
    let on_place = on_move.reform(|place: usize| Move::To(place as u32));
    let view = View {
        props,
        state,
        steps: steps.clone(),
        cursor,
        made: gallery
            .latest()
            .filter(|made| fits(&made.job, state))
            .cloned(),
    };
    let model = step.map(snapshot_id);
    let fresh = gallery.current().is_some();
    let shown = view.step();
    html! {
        <>
            <div class="card gan-pictures" data-run-state={gallery.book.phase.map(Phase::id)}
                data-step={step.map(|step| step.to_string())}
                data-shown={shown.map(|step| step.to_string())} data-fresh={fresh.to_string()}>
                <Controls ..props.clone() />
                { stage(&view) }
                { snapshots.without_reals(texts::gan_pictures::reals_failed::PLAIN) }
                { strip(&view, &gallery, on_place) }
                { progress(&view, &gallery, &snapshots, step) }
                <Transport playback={player.0} on={on_move} position={position(steps, step)}
                    spoken={spoken(step)}>
                    { extras(Route::of(state.clone()), "Save these pictures as PNG", view.made.is_some(), on_save(&view)) }
                </Transport>
            </div>
            <div class="inspect pics-inspect">
                <Measured fetched={snapshots.timeline.clone()} on_retry={&snapshots.on_retry} {step} />
                if let Some(model) = model {
                    <ModelCard {model} speed={speed_text(&gallery)} />
                }
            </div>
        </>
    }
}

/// Playback over the snapshots, in step with the link. It rests at the last one until the visitor
/// moves it.
#[hook]
fn use_place(
    props: &ChapterProps<PicturesState>,
    steps: &Rc<Vec<u32>>,
) -> UseReducerHandle<Player> {
    let last = steps.len().saturating_sub(1);
    let at = place(steps, props.state.step, last);
    let course = Course {
        of: steps.clone(),
        entry: Entry::Rest(last as u32),
        // All of them can be had.
        ready: Some(last as u32),
        last: last as u32,
        at: Some((props.state.step.unwrap_or(u32::MAX), at as u32)),
        tells: last > 0,
    };
    let steps = steps.clone();
    let on_place = props.edit(move |state, cursor: usize| {
        state.step = steps.get(cursor).copied().filter(|_| cursor < last);
    });
    use_player(course, move |cursor: u32| {
        // A link to what there is not stays what it is.
        if cursor as usize != at {
            on_place.emit(cursor as usize);
        }
    })
}

/// Playback does not wait for what cannot be had.
#[hook]
fn use_rest_after_failure(gallery: &Gallery, player: &UseReducerHandle<Player>) {
    let player = player.dispatcher();
    use_effect_with(gallery.book.phase, move |&phase| {
        if phase == Some(Phase::Failed) {
            player.dispatch(Move::Pause);
        }
    });
}

/// What the stage shows of the snapshot after `step` updates. It waits for the real digits, or
/// goes without them if they cannot be had.
#[hook]
fn use_job(
    state: &PicturesState,
    step: Option<u32>,
    samples: &Loaded,
) -> Rc<Option<Rc<GanImages>>> {
    // Neither the share of a walk nor, without one, the pick changes what is computed.
    let asked = PicturesState {
        pick: state.walk.map_or(0, |_| state.pick),
        walk: state.walk.map(|walk| Walk { share: 0, ..walk }),
        step,
        ..state.clone()
    };
    use_memo((asked, samples.clone()), |(asked, samples)| {
        let model = snapshot_id(asked.step?);
        let (reals, real_labels) = match samples {
            Loaded::Waiting => return None,
            Loaded::Ready(samples) => reals(samples, asked),
            Loaded::Failed(_) => Default::default(),
        };
        Some(Rc::new(GanImages {
            model,
            z: asked.noise(),
            labels: asked.labels(),
            reals,
            real_labels,
        }))
    })
}

/// Real test digits of the sheet's classes, others with another seed.
fn reals(samples: &Samples, state: &PicturesState) -> (Vec<f32>, Vec<u8>) {
    let mut labels: Vec<u8> = state.labels();
    labels.truncate(SHEET);
    let number = |place: usize, n: usize| (state.seed % n as u64) as usize + place;
    let pixels = labels.iter().enumerate().filter_map(|(place, &label)| {
        let all: Vec<_> = samples.of_class(label).collect();
        samples.pixels(*all.get(number(place, all.len().max(1)) % all.len().max(1))?)
    });
    (pixels.flatten().copied().collect(), labels)
}

/// Does an answer have the pictures that these controls show?
fn fits(job: &GanImages, state: &PicturesState) -> bool {
    job.labels.len() == state.labels().len()
}

fn position(steps: &[u32], step: Option<u32>) -> String {
    let last = steps.last().copied().unwrap_or_default();
    step.map(|step| format!("{step} / {last}"))
        .unwrap_or_default()
}

fn spoken(step: Option<u32>) -> String {
    step.map(|step| format!("After {step} training steps"))
        .unwrap_or_default()
}

/// Offers what is in view as a file: the sheet in two rows, a walk in one.
fn on_save(view: &View) -> Callback<()> {
    let (made, state) = (view.made.clone(), view.state.clone());
    let (every, columns, what) = match state.walk {
        Some(_) => (EVERY, WALK_PARTS as usize / EVERY + 1, "walk"),
        None => (1, SHEET / 2, "fakes"),
    };
    Callback::from(move |()| {
        let Some(made) = &made else { return };
        let fakes = made.fakes.iter().step_by(every);
        let pixels: Vec<f32> = fakes.flat_map(|fake| fake.iter().copied()).collect();
        let name = format!("genscope-{}-{what}-seed-{}.png", made.job.model, state.seed);
        // Nothing happens where the browser gives no canvas.
        let _ = save_sheet(&pixels, columns, &name);
    })
}

/// What is being computed, and of what the pictures are that stay until then.
fn progress(view: &View, gallery: &Gallery, snapshots: &Snapshots, step: Option<u32>) -> Html {
    let shown = view.step();
    // While playback is elsewhere, what the link asked for is of no interest.
    let asked = view.state.step;
    let asked = asked.filter(|_| place(&view.steps, asked, 0) == view.cursor);
    html! {
        <>
            <p class="progress">
                { progress_text(gallery) }
                if let Some(shown) = shown.filter(|shown| Some(*shown) != step) {
                    { format!(". Shown meanwhile: after {shown} steps") }
                }
            </p>
            { snapshots.none_after(asked, "progress",
                |step| content::fill(texts::gan_pictures::no_such_snapshot::PLAIN, &[("step", step)])) }
        </>
    }
}
