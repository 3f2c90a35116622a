//! The controls of 'Noise it': a real digit or a drawn one, the schedule, the seed.

use yew::prelude::*;

use super::schedule_name;
use crate::data::DataSet;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::ui::components::class_field::{ClassField, SetField};
use crate::ui::components::fetched::failure;
use crate::ui::components::pad::Pad;
use crate::ui::components::seed::SeedField;
use crate::ui::content::{self, texts};
use crate::ui::ink::Drawing;
use crate::ui::samples::{Loaded, Samples, preview_style};
use crate::ui::state::{NoiseState, Picture, SAMPLES, Wanted};

/// Properties of [`Pick`].
#[derive(Clone, PartialEq, Properties)]
pub struct PickProps {
    /// The chapter's controls.
    pub state: NoiseState,
    /// Asks for other controls.
    pub on_state: Callback<NoiseState>,
    /// The real digits.
    pub loaded: Loaded,
    /// Load them again.
    pub on_retry: Callback<()>,
    /// Is the schedule a matter of choice?
    #[prop_or(true)]
    pub has_schedule: bool,
}

impl PickProps {
    /// A callback that changes the controls.
    fn change<E: 'static>(&self, how: impl Fn(&mut NoiseState) + 'static) -> Callback<E> {
        let (state, on_state) = (self.state.clone(), self.on_state.clone());
        Callback::from(move |_| {
            let mut changed = state.clone();
            how(&mut changed);
            on_state.emit(changed);
        })
    }
}

/// Controls and, below them, the digits to choose from or the pad.
#[component]
pub fn Pick(props: &PickProps) -> Html {
    let drawing = use_state_eq(|| matches!(props.state.picture, Picture::Drawing(_)));
    let filter = use_state_eq(|| None);
    {
        // A link followed while the chapter is open: show where its picture comes from.
        let (drawing, filter) = (drawing.setter(), filter.setter());
        use_effect_with(props.state.picture.clone(), move |picture| {
            drawing.set(matches!(picture, Picture::Drawing(_)));
            filter.set(None);
        });
    }
    let on_any = props.change(|state| state.picture = Picture::Sample(random(SAMPLES)));
    let on_seed = {
        let (state, on_state) = (props.state.clone(), props.on_state.clone());
        Callback::from(move |seed| {
            on_state.emit(NoiseState {
                seed,
                ..state.clone()
            })
        })
    };
    let on_set = {
        let (state, on_state) = (props.state.clone(), props.on_state.clone());
        Callback::from(move |set| {
            on_state.emit(NoiseState {
                set,
                ..state.clone()
            })
        })
    };
    let on_class = {
        let filter = filter.setter();
        Callback::from(move |wanted| match wanted {
            Wanted::Digit(class) => filter.set(Some(class)),
            _ => on_any.emit(()),
        })
    };
    let class = (*filter).unwrap_or_else(|| class_of(props));
    html! {
        <>
            <div class="controls">
                { source_control(&drawing) }
                if !*drawing || !props.has_schedule {
                    <SetField set={props.state.set} {on_set} />
                }
                if !*drawing {
                    <ClassField set={props.state.set} wanted={Wanted::Digit(class)} on_wanted={on_class} />
                }
                if props.has_schedule { { schedule_control(props) } }
                <SeedField seed={props.state.seed} {on_seed} />
            </div>
            if *drawing { <DrawIt ..props.clone() /> } else { { digits(props, class) } }
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
        <span class="seg" role="group" aria-label="Picture">
            { button(false, "real", "Real ones") }{ button(true, "draw", "Draw one") }
        </span>
    }
}

/// The class the picker shows for the picture.
fn class_of(props: &PickProps) -> u8 {
    match (&props.state.picture, &props.loaded) {
        (Picture::Sample(index), Loaded::Ready(samples)) => {
            samples.label(*index as usize).unwrap_or(0)
        }
        _ => 0,
    }
}

fn schedule_control(props: &PickProps) -> Html {
    let button = |kind: ScheduleKind| {
        let pressed = (kind == props.state.schedule).to_string();
        html! {
            <button type="button" aria-pressed={pressed}
                onclick={props.change(move |s| s.schedule = kind)}>{ schedule_name(kind) }</button>
        }
    };
    html! {
        <span class="field">
            { "Schedule " }
            <span class="seg" role="group" aria-label="Schedule">
                { for ScheduleKind::ALL.map(button) }
            </span>
        </span>
    }
}

/// The real digits of a class, or what there is instead.
fn digits(props: &PickProps, class: u8) -> Html {
    match &props.loaded {
        Loaded::Ready(samples) => strip(props, samples, class),
        Loaded::Waiting => html! { <div class="digits" aria-busy="true" /> },
        Loaded::Failed(reason) => {
            let sentence = content::fill(
                texts::diffusion::samples_failed::PLAIN,
                &[("reason", reason)],
            );
            failure(sentence, &props.on_retry.reform(|_| ()), None)
        }
    }
}

/// A row of radio buttons that look like their digits: arrow keys come with them.
fn strip(props: &PickProps, samples: &Samples, class: u8) -> Html {
    let set = props.state.set;
    let name = set.class_name(class);
    let choice = |(n, index): (usize, usize)| {
        let picture = Picture::Sample(index as u32);
        let checked = props.state.picture == picture;
        let onchange = props.change::<Event>(move |state| state.picture = picture.clone());
        html! {
            <label key={index}>
                <input type="radio" name="digit" class="sr-only" {checked} {onchange}
                    aria-label={format!("{name}, number {}", n + 1)} />
                <span class="digit" style={preview_style(props.state.set, index)} />
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
fn source(set: DataSet) -> String {
    match set {
        DataSet::Mnist => texts::diffusion::digit_source::PLAIN.to_owned(),
        DataSet::FashionMnist => texts::diffusion::garment_source::PLAIN.to_owned(),
    }
}

/// The pad, and a word when it is empty.
#[component]
fn DrawIt(props: &PickProps) -> Html {
    let empty = use_state_eq(|| !matches!(props.state.picture, Picture::Drawing(_)));
    let on_picture = {
        let (state, on_state) = (props.state.clone(), props.on_state.clone());
        let empty = empty.setter();
        Callback::from(move |pixels: Option<Vec<f32>>| {
            let drawing = pixels.as_deref().and_then(Drawing::new);
            empty.set(drawing.is_none());
            if let Some(drawing) = drawing {
                on_state.emit(NoiseState {
                    picture: Picture::Drawing(drawing),
                    ..state.clone()
                });
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
