//! The controls of 'Noise it': a real digit or a drawn one, the schedule, the seed.

use yew::prelude::*;

use crate::data::DataSet;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::ui::components::choice::{place, segments};
use crate::ui::components::class_field::{ClassField, SetField};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::fetched::failure;
use crate::ui::components::pad::Pad;
use crate::ui::components::seed::SeedField;
use crate::ui::content::texts;
use crate::ui::ink::Drawing;
use crate::ui::rooms::ChapterProps;
use crate::ui::samples::{Loaded, Samples, preview_style};
use crate::ui::state::{Named, NoiseState, Picture, SAMPLES, Wanted};

/// Properties of [`Pick`].
#[derive(Clone, PartialEq, Properties)]
pub struct PickProps {
    /// The chapter's controls, and who takes others.
    pub chapter: ChapterProps<NoiseState>,
    /// The real digits.
    pub loaded: Loaded,
    /// Load them again.
    pub on_retry: Callback<()>,
    /// Are schedule, data set and seed chosen here?
    #[prop_or(true)]
    pub has_schedule: bool,
}

/// Controls and, below them, the digits to choose from or the pad.
#[component]
pub fn Pick(props: &PickProps) -> Html {
    let PickProps {
        chapter,
        has_schedule,
        ..
    } = props;
    let state = &chapter.state;
    let drawing = use_state_eq(|| matches!(state.picture, Picture::Drawing(_)));
    let filter = use_state_eq(|| None);
    {
        // A link followed while the chapter is open: show where its picture comes from.
        let (drawing, filter) = (drawing.setter(), filter.setter());
        use_effect_with(state.picture.clone(), move |picture| {
            drawing.set(matches!(picture, Picture::Drawing(_)));
            filter.set(None);
        });
    }
    let on_any = chapter.edit(|state, ()| state.picture = Picture::Sample(random(SAMPLES)));
    let on_class = {
        let filter = filter.setter();
        Callback::from(move |wanted| match wanted {
            Wanted::Digit(class) => filter.set(Some(class)),
            _ => on_any.emit(()),
        })
    };
    let class = (*filter).unwrap_or_else(|| class_of(props));
    let more = html! {
        <>
            if !*drawing {
                <SetField set={state.set} on_set={chapter.edit(|state, set| state.set = set)} />
            }
            <SeedField seed={state.seed} on_seed={chapter.edit(|state, seed| state.seed = seed)} />
        </>
    };
    let first = html! {
        <>
                { source_control(&drawing) }
                if !*drawing {
                    <ClassField set={state.set} wanted={Wanted::Digit(class)} on_wanted={on_class} />
                }
                if *has_schedule {
                    { segments("Schedule", "schedule", &ScheduleKind::ALL.map(ScheduleKind::name),
                        place(&ScheduleKind::ALL, state.schedule),
                        chapter.edit(|state, at: usize| state.schedule = ScheduleKind::ALL[at]),
                        state.schedule.name()) }
                }
        </>
    };
    html! {
        <>
            if *has_schedule {
                <ControlRow {more} is_set={state.set != NoiseState::default().set}>{ first }</ControlRow>
            } else {
                <div class="controls">{ first }</div>
            }
            if *drawing { <DrawIt ..chapter.clone() /> } else { { digits(props, class) } }
        </>
    }
}

/// Real digits, or one's own.
fn source_control(drawing: &UseStateHandle<bool>) -> Html {
    let button = |draws: bool, class: &'static str, text: &'static str| {
        let drawing = drawing.clone();
        let pressed = (*drawing == draws).to_string();
        let onclick = Callback::from(move |_: MouseEvent| drawing.set(draws));
        html! { <button type="button" {class} aria-pressed={pressed} {onclick}>{ text }</button> }
    };
    html! {
        <span class="seg" role="group" aria-label="Picture" data-lock="picture">
            { button(false, "real", "Real ones") }{ button(true, "draw", "Draw one") }
        </span>
    }
}

/// The class the picker shows for the picture.
fn class_of(props: &PickProps) -> u8 {
    let Picture::Sample(index) = props.chapter.state.picture else {
        return 0;
    };
    let samples = props.loaded.ready();
    samples.and_then(|s| s.label(index as usize)).unwrap_or(0)
}

/// The real digits of a class, or what there is instead.
fn digits(props: &PickProps, class: u8) -> Html {
    match &props.loaded {
        Loaded::Ready(samples) => strip(props, samples, class),
        Loaded::Waiting => html! { <div class="digits" aria-busy="true" /> },
        Loaded::Failed(reason) => {
            let sentence = texts::diffusion::samples_failed::PLAIN;
            failure(sentence, reason, &props.on_retry.reform(|_| ()), None)
        }
    }
}

/// A row of radio buttons that look like their digits: arrow keys come with them.
fn strip(props: &PickProps, samples: &Samples, class: u8) -> Html {
    let state = &props.chapter.state;
    let set = state.set;
    let name = set.class_name(class);
    let choice = |(n, index): (usize, usize)| {
        let picture = Picture::Sample(index as u32);
        let checked = state.picture == picture;
        let onchange = props
            .chapter
            .edit(move |state, _: Event| state.picture = picture.clone());
        html! {
            <label key={index}>
                <input type="radio" name="digit" class="sr-only" {checked} {onchange}
                    aria-label={format!("{name}, number {}", n + 1)} />
                <span class="digit" style={preview_style(set, index)} />
            </label>
        }
    };
    html! {
        <div class="digits" role="radiogroup" aria-label={format!("Real pictures of class {name}")}
            title={source(set)}>
            { for samples.of_class(class).enumerate().map(choice) }
        </div>
    }
}

/// Whose pictures they are.
fn source(set: DataSet) -> &'static str {
    match set {
        DataSet::Mnist => texts::diffusion::digit_source::PLAIN,
        DataSet::FashionMnist => texts::diffusion::garment_source::PLAIN,
    }
}

/// The pad, and a word when it is empty.
#[component]
fn DrawIt(props: &ChapterProps<NoiseState>) -> Html {
    let empty = use_state_eq(|| !matches!(props.state.picture, Picture::Drawing(_)));
    let on_picture = {
        let on_drawing = props.edit(|state, drawing| state.picture = Picture::Drawing(drawing));
        let empty = empty.setter();
        Callback::from(move |pixels: Option<Vec<f32>>| {
            let drawing = pixels.as_deref().and_then(Drawing::new);
            empty.set(drawing.is_none());
            if let Some(drawing) = drawing {
                on_drawing.emit(drawing);
            }
        })
    };
    html! {
        <div class="draw-it">
            <Pad {on_picture} />
            if *empty { <p class="notice" role="status">{ texts::diffusion::draw_empty::PLAIN }</p> }
        </div>
    }
}

/// A whole number below `below`; not part of any result that a link should give again.
fn random(below: u32) -> u32 {
    (js_sys::Math::random() * f64::from(below)) as u32
}
