//! The controls of 'The story in pictures': classes, noise, and where a walk leads.

use yew::prelude::*;

use crate::data::DataSet;
use crate::ui::components::choice::segments;
use crate::ui::components::class_field::ClassField;
use crate::ui::components::seed::SeedField;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::PicturesState;
use crate::ui::state::gan::Walk;

/// The row of controls.
#[component]
pub fn Controls(props: &ChapterProps<PicturesState>) -> Html {
    let state = &props.state;
    let on_view = props.edit(|state, view| {
        state.walk = (view == 1).then(|| Walk::from(state.seed));
    });
    let (view, value) = match state.walk {
        None => (0, "sheet"),
        Some(_) => (1, "walk"),
    };
    html! {
        <div class="controls">
            { segments("Show", "walk", &["Ten fakes", "A walk"], view, on_view, value) }
            <ClassField set={DataSet::Mnist} wanted={state.digit} each=true any=false
                on_wanted={props.edit(|state, wanted| state.digit = wanted)} />
            <SeedField seed={state.seed} on_seed={props.edit(|state, seed| state.seed = seed)} />
            if let Some(walk) = state.walk {
                <SeedField label="Walk to seed" seed={walk.to}
                    on_seed={props.edit(move |state, to| state.walk = Some(Walk { to, ..walk }))} />
            }
        </div>
    }
}
