//! What a class-conditional model is asked for: its data set and the class.

use yew::prelude::*;

use crate::data::{CLASSES, DataSet};
use crate::ui::state::Wanted;

/// Properties of [`SetField`].
#[derive(Properties, PartialEq)]
pub struct SetFieldProps {
    /// The set in use.
    pub set: DataSet,
    /// The visitor wants another.
    pub on_set: Callback<DataSet>,
}

/// Digits or clothes.
#[component]
pub fn SetField(props: &SetFieldProps) -> Html {
    let button = |set: DataSet| {
        let onclick = props.on_set.reform(move |_: MouseEvent| set);
        let name = match set {
            DataSet::Mnist => "Digits",
            DataSet::FashionMnist => "Clothes",
        };
        html! {
            <button type="button" data-set={set.id()} aria-pressed={(set == props.set).to_string()}
                {onclick}>{ name }</button>
        }
    };
    html! {
        <span class="seg" role="group" aria-label="Data set" data-lock="set">{ for DataSet::ALL.map(button) }</span>
    }
}

/// Properties of [`ClassField`].
#[derive(Properties, PartialEq)]
pub struct ClassFieldProps {
    /// Whose classes.
    pub set: DataSet,
    /// The one asked for.
    pub wanted: Wanted,
    /// Is 'one of each in turn' on offer?
    #[prop_or_default]
    pub each: bool,
    /// Is 'any'?
    #[prop_or(true)]
    pub any: bool,
    /// The visitor asks for another.
    pub on_wanted: Callback<Wanted>,
}

/// The ten classes, and perhaps 'any' and 'each'.
#[component]
pub fn ClassField(props: &ClassFieldProps) -> Html {
    let any = props.any.then_some(Wanted::Any);
    let each = props.each.then_some(Wanted::Each);
    let classes = (0..CLASSES as u8).map(Wanted::Digit);
    let button = |wanted: Wanted| {
        let name = match wanted {
            Wanted::Digit(class) => props.set.class_name(class).to_owned(),
            other => other.id(),
        };
        html! {
            <button type="button" data-digit={wanted.id()}
                aria-pressed={(wanted == props.wanted).to_string()}
                onclick={props.on_wanted.reform(move |_: MouseEvent| wanted)}>{ name }</button>
        }
    };
    let title = match props.set {
        DataSet::Mnist => "Digit",
        DataSet::FashionMnist => "Garment",
    };
    html! {
        <div class="field" data-lock="digit">
            <span id="class-label">{ title }</span>
            <span class={classes!("seg", "digit-seg", props.set.id())} role="group"
                aria-labelledby="class-label">
                { for classes.chain(any).chain(each).map(button) }
            </span>
        </div>
    }
}
