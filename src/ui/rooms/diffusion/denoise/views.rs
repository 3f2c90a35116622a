//! The three pictures of a step, and the strip of all steps.

use std::rc::Rc;

use yew::prelude::*;

use super::run::DenoiseRun;
use crate::data::PIXELS;
use crate::noise::{INITIAL_DRAW, normal};
use crate::protocol::Frame;
use crate::ui::components::picture::{EPS_CONTRAST, PictureView, opening_picture};
use crate::ui::state::{DenoiseState, Wanted};

/// Thumbnails in the strip, at most.
const THUMBS: u32 = 13;
/// Pictures a row of a grid.
pub const COLUMNS: usize = 4;

/// The noise that the network sees, `(x - sqrt(alpha_bar) x0) / sqrt(1 - alpha_bar)`;
/// nothing where no noise is left.
pub fn eps(frame: &Frame) -> Vec<f32> {
    let (signal, sigma) = (frame.alpha_bar.sqrt(), sigma(frame.alpha_bar));
    if sigma < 1e-4 {
        return vec![0.0; frame.x.len()];
    }
    frame
        .x
        .iter()
        .zip(&frame.x0)
        .map(|(x, x0)| (x - signal * x0) / sigma)
        .collect()
}

/// [`eps`] as it is shown.
pub fn shown_eps(frame: &Frame) -> Vec<f32> {
    eps(frame)
        .into_iter()
        .map(|value| EPS_CONTRAST * value)
        .collect()
}

/// The noise level: the standard deviation of the noise in x_t.
pub fn sigma(alpha_bar: f32) -> f32 {
    (1.0 - alpha_bar).max(0.0).sqrt()
}

/// The frame's time for the transport.
pub fn time(frame: Option<&Frame>) -> String {
    frame.map_or_else(String::new, |frame| {
        format!("t = {:.2}", f64::from(frame.t) / 1000.0)
    })
}

/// The frame's place in words.
pub fn spoken(frame: Option<&Frame>, steps: u32) -> String {
    let Some(frame) = frame else {
        return "No step computed yet".into();
    };
    let level = sigma(frame.alpha_bar);
    format!("Step {} of {steps}, noise level {level:.2}", frame.step)
}

/// Properties of [`Views`].
#[derive(Properties, PartialEq)]
pub struct ViewsProps {
    /// The frame shown; `None` until there is one.
    pub frame: Option<Rc<Frame>>,
    /// The controls.
    pub controls: DenoiseState,
}

/// The run whose frames ship with the page, `samples/opening.png`: what the chapter opens with.
/// x_t in the first row, the guesses in the second, one column a step.
fn opening(controls: &DenoiseState) -> Option<u32> {
    let default = DenoiseState::default();
    controls
        .same_run(&default)
        .then(|| controls.step.unwrap_or(default.steps))
}

/// x_t, the noise the network sees in it, and the picture it expects.
#[component]
pub fn Views(props: &ViewsProps) -> Html {
    let controls = &props.controls;
    let n = controls.count();
    let pictures = use_memo(
        (props.frame.clone(), controls.seed, n),
        |(frame, seed, n)| match frame {
            Some(frame) => [frame.x.clone(), shown_eps(frame), frame.x0.clone()].map(Rc::new),
            // The very noise that the run will start from; nothing is guessed yet.
            None => {
                let x = (0..*n)
                    .flat_map(|i| normal(*seed, i as u32, INITIAL_DRAW, PIXELS))
                    .collect();
                [
                    Rc::new(x),
                    Rc::new(vec![-1.0; n * PIXELS]),
                    Rc::new(vec![-1.0; n * PIXELS]),
                ]
            }
        },
    );
    let [x, noise, guess] = &*pictures;
    let [x_label, noise_label, guess_label] = labels(props);
    let class = classes!("pix", (n > 1).then_some("sheet"));
    let picture = |pixels: &Rc<Vec<f32>>, label: String| {
        html! { <PictureView class={class.clone()} pixels={pixels.clone()} {label} columns={COLUMNS} /> }
    };
    if let (None, Some(step)) = (&props.frame, opening(controls)) {
        return opening_views(step, picture(noise, noise_label));
    }
    row(
        "now: x",
        picture(x, x_label),
        picture(noise, noise_label),
        picture(guess, guess_label),
    )
}

/// Until the engine answers: pictures that the same model made ahead, with the same seed.
fn opening_views(step: u32, noise: Html) -> Html {
    row(
        "made ahead: x",
        opening_picture(0, step, "x, made ahead by the same model"),
        noise,
        opening_picture(1, step, "The network’s guess, made ahead by the same model"),
    )
}

fn row(caption: &'static str, x: Html, noise: Html, guess: Html) -> Html {
    html! {
        <div class="views">
            <figure>{ x }<figcaption>{ caption }<sub>{ "t" }</sub></figcaption></figure>
            <div class="op" aria-hidden="true">{ "→" }<small>{ "U-Net" }</small></div>
            <figure>{ noise }<figcaption>{ "noise it sees: ε̂" }</figcaption></figure>
            <div class="op" aria-hidden="true">{ "→" }<small>{ "subtract" }</small></div>
            <figure>{ guess }<figcaption>{ "its guess at the end: x̂" }<sub>{ "0" }</sub></figcaption></figure>
        </div>
    }
}

fn labels(props: &ViewsProps) -> [String; 3] {
    let what = match (props.controls.grid, props.controls.digit) {
        (true, _) => "sixteen pictures",
        (false, _) => "one picture",
    };
    let set = props.controls.model.set;
    let class = match props.controls.digit {
        Wanted::Digit(class) => set.class_name(class).to_owned(),
        Wanted::Any => format!("any {}", set.noun()),
        Wanted::Each => format!("each {} in turn", set.noun()),
    };
    match &props.frame {
        Some(frame) => {
            let level = sigma(frame.alpha_bar);
            [
                format!("x at step {}, {what}: noise level {level:.2}", frame.step),
                format!("The noise that the network sees at step {}", frame.step),
                format!(
                    "The network’s guess at the end, made at step {}: {class}",
                    frame.step
                ),
            ]
        }
        None => [
            format!("Pure noise, {what}: the run starts here"),
            "No noise seen yet".into(),
            "No guess yet".into(),
        ],
    }
}

/// Properties of [`Strip`].
#[derive(Properties, PartialEq)]
pub struct StripProps {
    /// The run.
    pub run: DenoiseRun,
    /// The number of the frame shown.
    pub cursor: u32,
    /// The visitor picks a frame.
    pub on_pick: Callback<u32>,
}

/// Thumbnails of x_t from noise to picture; a click goes there.
#[component]
pub fn Strip(props: &StripProps) -> Html {
    let last = props.run.last_index();
    let picks = picks(last);
    let nearest = picks
        .iter()
        .copied()
        .min_by_key(|index| index.abs_diff(props.cursor));
    html! {
        <div class="strip" role="group" aria-label="Steps">
            { for picks.into_iter().map(|index| {
                let step = props.run.step_of(index);
                let frames = props.run.timeline.frames();
                let frame = frames.iter().find(|frame| frame.step == step).cloned();
                html! {
                    <Thumb key={index} {frame} {step} shown={nearest == Some(index)}
                        onclick={props.on_pick.reform(move |()| index)} />
                }
            }) }
        </div>
    }
}

/// The frames that get a thumbnail, evenly spread, first and last among them.
fn picks(last: u32) -> Vec<u32> {
    let count = (last + 1).min(THUMBS);
    let spaces = count.saturating_sub(1).max(1);
    (0..count)
        .map(|k| (k * last + spaces / 2) / spaces)
        .collect()
}

#[derive(Properties, PartialEq)]
struct ThumbProps {
    frame: Option<Rc<Frame>>,
    step: u32,
    shown: bool,
    onclick: Callback<()>,
}

#[component]
fn Thumb(props: &ThumbProps) -> Html {
    let pixels = use_memo(props.frame.clone(), |frame| {
        frame.as_ref().map(|frame| Rc::new(frame.x.clone()))
    });
    let onclick = props.onclick.reform(|_: MouseEvent| ());
    html! {
        <button type="button" class="thumb" aria-label={format!("Step {}", props.step)}
            aria-current={props.shown.then_some("step")} disabled={pixels.is_none()} {onclick}>
            if let Some(pixels) = &*pixels {
                <PictureView pixels={pixels.clone()} label="" columns={COLUMNS} />
            }
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_what_was_added() {
        let (x0, noise) = (vec![0.5f32, -1.0], vec![1.5f32, -0.25]);
        let alpha_bar = 0.36;
        let x = x0
            .iter()
            .zip(&noise)
            .map(|(x0, e)| 0.6 * x0 + 0.8 * e)
            .collect();
        let frame = Frame {
            alpha_bar,
            x,
            x0,
            ..Frame::default()
        };
        for (seen, added) in eps(&frame).iter().zip(&noise) {
            assert!((seen - added).abs() < 1e-5);
        }
        let end = Frame {
            alpha_bar: 1.0,
            ..frame
        };
        assert_eq!(eps(&end), [0.0, 0.0]);
    }

    #[test]
    fn thumbnails_reach_from_first_to_last() {
        assert_eq!(picks(4), [0, 1, 2, 3, 4]);
        for last in [1, 12, 20, 128, 1000] {
            let picks = picks(last);
            assert_eq!((picks.first(), picks.last()), (Some(&0), Some(&last)));
            assert!(picks.len() <= THUMBS as usize && picks.is_sorted_by(|a, b| a < b));
        }
    }
}
