//! The training at a glance: the chosen fake at every snapshot, as far as it is known.

use yew::prelude::*;

use super::super::gallery::Gallery;
use super::stage::{View, ahead};
use crate::models::gan::image::snapshot_id;
use crate::ui::components::picture::PictureView;

/// One small picture a snapshot; `on_place` goes there.
pub fn strip(view: &View, gallery: &Gallery, on_place: Callback<usize>) -> Html {
    let one = |(place, &step): (usize, &u32)| {
        html! {
            <button type="button" class="pics-moment" data-moment={step.to_string()}
                aria-label={format!("After {step} training steps")}
                aria-current={(place == view.cursor).then_some("true")}
                onclick={on_place.reform(move |_: MouseEvent| place)}>
                { moment(view, gallery, place, step) }
                <span aria-hidden="true">{ step }</span>
            </button>
        }
    };
    html! {
        <div class="pics-strip" role="group" aria-label="Snapshots">
            { for view.steps.iter().enumerate().map(one) }
        </div>
    }
}

fn moment(view: &View, gallery: &Gallery, place: usize, step: u32) -> Html {
    let (state, index) = (view.state, view.state.shown());
    let made = gallery.alike(&snapshot_id(step));
    match made.and_then(|made| made.fakes.get(index)) {
        Some(pixels) => html! { <PictureView pixels={pixels.clone()} label="" /> },
        None if state.is_opening() => ahead(index, Some(place), view.steps.len(), String::new()),
        None => html! { <i class="pics-unknown" /> },
    }
}
