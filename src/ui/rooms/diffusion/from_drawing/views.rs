//! The three pictures of a step: what is given, x now, and the network's guess.

use std::rc::Rc;

use yew::prelude::*;

use super::hole_pad::HolePad;
use super::jobs::{FILLINGS, first_x};
use crate::protocol::{Denoise, Frame};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::diffusion::denoise::views::sigma;
use crate::ui::state::{DrawnMode, DrawnState};

/// Properties of [`Views`].
#[derive(Properties, PartialEq)]
pub struct ViewsProps {
    /// The controls, and who takes others.
    pub chapter: ChapterProps<DrawnState>,
    /// The given picture, `[28, 28]`.
    pub x_0: Rc<Vec<f32>>,
    /// What it is, in words.
    pub what: AttrValue,
    /// The run shown; `None` if there is nothing to do.
    pub job: Option<Denoise>,
    /// The frame shown; `None` until there is one.
    pub frame: Option<Rc<Frame>>,
}

/// The pictures in a row; a hole is painted on the first.
#[component]
pub fn Views(props: &ViewsProps) -> Html {
    let fills = props.chapter.state.mode == DrawnMode::Fill;
    let count = match props.job {
        Some(_) if fills => FILLINGS,
        _ => 1,
    };
    let class = classes!("pix", (count > 1).then_some("sheet"));
    let [x, guess] = pictures(props);
    let level = props.frame.as_ref().map_or(1.0, |f| sigma(f.alpha_bar));
    let (caption, op) = match fills {
        true => ("given, with its hole", "fill"),
        false => ("given", "noise"),
    };
    html! {
        <>
            if fills { <div class="hint hole-help" id="hole-help">{ content::section(texts::drawing::hole::HTML) }</div> }
            <div class="views">
                <figure class="given">{ given(props) }<figcaption>{ caption }</figcaption></figure>
                <div class="op" aria-hidden="true">{ "→" }<small>{ op }</small></div>
                <figure>
                    <PictureView class={class.clone()} pixels={x} columns={2}
                        label={format!("x now: noise level {level:.2}")} />
                    <figcaption>{ "now: x" }<sub>{ "t" }</sub></figcaption>
                </figure>
                <div class="op" aria-hidden="true">{ "→" }<small>{ "U-Net" }</small></div>
                <figure>
                    <PictureView {class} pixels={guess} columns={2} label="The network’s guess at the end" />
                    <figcaption>{ "its guess at the end: x̂" }<sub>{ "0" }</sub></figcaption>
                </figure>
            </div>
            if fills && props.job.is_none() {
                <p class="notice" role="status">{ texts::drawing::hole_none::PLAIN }</p>
            }
        </>
    }
}

/// x and the guess, `[n, 28, 28]` each.
fn pictures(props: &ViewsProps) -> [Rc<Vec<f32>>; 2] {
    match (&props.frame, &props.job) {
        (Some(frame), _) => [Rc::new(frame.x.clone()), Rc::new(frame.x0.clone())],
        (None, Some(job)) => {
            let x = first_x(job);
            let blank = vec![-1.0; x.len()];
            [Rc::new(x), Rc::new(blank)]
        }
        // There is nothing to fill.
        (None, None) => [props.x_0.clone(), props.x_0.clone()],
    }
}

fn given(props: &ViewsProps) -> Html {
    let state = &props.chapter.state;
    let (pixels, label) = (
        props.x_0.clone(),
        format!("The given picture: {}", props.what),
    );
    if state.mode == DrawnMode::Scribble {
        return html! { <PictureView class="pix" {pixels} {label} /> };
    }
    let on_hole = props.chapter.edit(|state, hole| state.hole = hole);
    html! { <HolePad {pixels} {label} hole={state.hole.clone()} {on_hole} /> }
}
