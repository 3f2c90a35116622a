//! Which picture a chapter starts from: a real one, or one's own drawing.

use std::rc::Rc;

use yew::prelude::*;

use super::class_field::{ClassField, SetField};
use super::controls::ControlRow;
use super::fetched::failure;
use super::pad::Pad;
use crate::data::DataSet;
use crate::ui::content::texts;
use crate::ui::ink::Drawing;
use crate::ui::samples::{Loaded, Samples, preview_style};
use crate::ui::state::{Picture, SAMPLES, Wanted};

/// Properties of [`Pick`].
#[derive(Clone, PartialEq, Properties)]
pub struct PickProps {
    /// Whose real pictures.
    pub set: DataSet,
    /// The picture.
    pub picture: Picture,
    /// The visitor wants another.
    pub on_picture: Callback<Picture>,
    /// The visitor wants pictures of another set; `None`: that is chosen elsewhere, or not at all.
    #[prop_or_default]
    pub on_set: Option<Callback<DataSet>>,
    /// The real ones.
    pub loaded: Loaded,
    /// Load them again.
    pub on_retry: Callback<()>,
    /// Another control beside these.
    #[prop_or_default]
    pub children: Html,
    /// Controls for behind 'More controls'.
    #[prop_or_default]
    pub more: Option<Html>,
    /// Is one of those set to something unusual?
    #[prop_or_default]
    pub is_set: bool,
}

/// Controls and, below them, the digits to choose from or the pad.
#[component]
pub fn Pick(props: &PickProps) -> Html {
    let drawing = use_state_eq(|| matches!(props.picture, Picture::Drawing(_)));
    let filter = use_state_eq(|| None);
    {
        // A link followed while the chapter is open: show where its picture comes from.
        let (drawing, filter) = (drawing.setter(), filter.setter());
        use_effect_with(props.picture.clone(), move |picture| {
            drawing.set(matches!(picture, Picture::Drawing(_)));
            filter.set(None);
        });
    }
    let on_any = props
        .on_picture
        .reform(|()| Picture::Sample(random(SAMPLES)));
    let on_class = {
        let filter = filter.setter();
        Callback::from(move |wanted| match wanted {
            Wanted::Digit(class) => filter.set(Some(class)),
            _ => on_any.emit(()),
        })
    };
    let class = (*filter).unwrap_or_else(|| class_of(props));
    let first = html! {
        <>
            { source_control(&drawing) }
            if !*drawing {
                <ClassField set={props.set} wanted={Wanted::Digit(class)} on_wanted={on_class} />
            }
            { props.children.clone() }
        </>
    };
    let set_field = props.on_set.as_ref().filter(|_| !*drawing).map(|on_set| {
        html! { <SetField set={props.set} {on_set} /> }
    });
    let more = props
        .more
        .as_ref()
        .map(|more| html! { <>{ for set_field }{ more.clone() }</> });
    html! {
        <>
            if let Some(more) = more {
                <ControlRow {more} is_set={props.is_set}>{ first }</ControlRow>
            } else {
                <div class="controls">{ first }</div>
            }
            if *drawing {
                <DrawIt drawn={matches!(props.picture, Picture::Drawing(_))} on_picture={&props.on_picture} />
            } else {
                { digits(props, class) }
            }
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
    let Picture::Sample(index) = props.picture else {
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
    let set = props.set;
    let name = set.class_name(class);
    let choice = |(n, index): (usize, usize)| {
        let picture = Picture::Sample(index as u32);
        let checked = props.picture == picture;
        let onchange = props.on_picture.reform(move |_: Event| picture.clone());
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

/// Properties of [`DrawIt`].
#[derive(PartialEq, Properties)]
struct DrawItProps {
    /// Is something drawn already?
    drawn: bool,
    on_picture: Callback<Picture>,
}

/// The pad, and a word when it is empty.
#[component]
fn DrawIt(props: &DrawItProps) -> Html {
    let empty = use_state_eq(|| !props.drawn);
    let on_picture = {
        let (on_drawing, empty) = (props.on_picture.clone(), empty.setter());
        Callback::from(move |pixels: Option<Vec<f32>>| {
            let drawing = pixels.as_deref().and_then(Drawing::new);
            empty.set(drawing.is_none());
            if let Some(drawing) = drawing {
                on_drawing.emit(Picture::Drawing(drawing));
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

/// The picture, `[28, 28]` in `-1..=1`; `None` while it is not here.
pub fn pixels_of(picture: &Picture, loaded: &Loaded) -> Option<Rc<Vec<f32>>> {
    let pixels = match picture {
        Picture::Drawing(drawing) => drawing.pixels(),
        Picture::Sample(index) => loaded.ready()?.pixels(*index as usize)?.to_vec(),
    };
    Some(Rc::new(pixels))
}

/// What the picture is, in words.
pub fn describe(set: DataSet, picture: &Picture, loaded: &Loaded) -> String {
    let known = |samples: &Samples, index: usize| {
        let (label, place) = (samples.label(index)?, samples.test_index(index)?);
        let name = set.class_name(label);
        Some(format!("a real {name}, number {place} of the test set"))
    };
    match (picture, loaded.ready()) {
        (Picture::Drawing(_), _) => "your drawing".into(),
        (Picture::Sample(index), Some(samples)) => {
            known(samples, *index as usize).unwrap_or_default()
        }
        (Picture::Sample(_), None) => format!("a real {}", set.noun()),
    }
}
