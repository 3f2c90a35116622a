//! The two lanes beside each other, and how the computation stands.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::PIXELS;
use crate::protocol::Frame;
use crate::ui::components::picture::PictureView;
use crate::ui::content::texts;
use crate::ui::runs::lanes::{Lane, Lanes};

/// What each lane has come to at this step. `noise` is what they all start from.
pub fn results(lanes: &Lanes, step: u32, noise: &Rc<Vec<f32>>) -> Html {
    let intact = lanes.lanes.first();
    html! {
        <div class="lanes">
            { for lanes.lanes.iter().map(|lane| {
                let against = intact.filter(|intact| intact.job != lane.job);
                lane_view(lane, against, step, noise)
            }) }
            if lanes.lanes.len() < 2 {
                <p class="hint">{ texts::network::lanes_one::PLAIN }</p>
            }
        </div>
    }
}

fn lane_view(lane: &Lane, against: Option<&Lane>, step: u32, noise: &Rc<Vec<f32>>) -> Html {
    let title = match skips(lane.job.cut).as_str() {
        "" => "As trained".to_owned(),
        cut => format!("Without {cut}"),
    };
    let frame = lane.at(step);
    let blank = || Rc::new(vec![-1.0; PIXELS]);
    let now = frame.map_or_else(|| noise.clone(), |frame| Rc::new(frame.x.clone()));
    let guess = frame.map_or_else(blank, |frame| Rc::new(frame.x0.clone()));
    let end = lane
        .end()
        .map_or_else(blank, |frame| Rc::new(frame.x.clone()));
    let view = |pixels: Rc<Vec<f32>>, what: &str, caption: Html| {
        html! {
            <figure>
                <PictureView class="pix" {pixels} label={format!("{title}: {what}")} />
                <figcaption>{ caption }</figcaption>
            </figure>
        }
    };
    html! {
        <section class="lane" data-cut={lane.job.cut.to_string()}
            data-frames={lane.frames.len().to_string()} aria-label={title.clone()}>
            <h3>{ &title }</h3>
            <div class="lane-views">
                { view(now, "x now", html! { <>{ "x" }<sub>{ "t" }</sub></> }) }
                { view(guess, "its guess", html! { <>{ "guess x̂" }<sub>{ "0" }</sub></> }) }
                { view(end, "the end", html! { "the end" }) }
            </div>
            { for against.and_then(|intact| difference(intact.end()?, lane.end()?)).map(|levels| html! {
                <p class="hint" data-name="difference">
                    { format!("Ends {levels:.0} of 255 grey levels away, on average.") }
                </p>
            }) }
        </section>
    }
}

/// `skip 1 and skip 2`.
fn skips(cut: u8) -> String {
    let cut: Vec<_> = (0..u8::BITS)
        .filter(|skip| cut >> skip & 1 == 1)
        .map(|skip| format!("skip {}", skip + 1))
        .collect();
    cut.join(" and ")
}

/// Mean distance of the pixels as shown, in grey levels.
fn difference(a: &Frame, b: &Frame) -> Option<f32> {
    let shown = |v: &f32| v.clamp(-1.0, 1.0);
    let pixels = a.x.iter().zip(&b.x);
    let sum: f32 = pixels.map(|(a, b)| (shown(a) - shown(b)).abs()).sum();
    (!a.x.is_empty()).then(|| 127.5 * sum / a.x.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_skips_are_named_from_the_outermost() {
        assert_eq!(skips(0), "");
        assert_eq!(skips(2), "skip 2");
        assert_eq!(skips(3), "skip 1 and skip 2");
    }

    #[test]
    fn what_lies_beyond_black_and_white_does_not_count() {
        let frame = |x: Vec<f32>| Frame {
            x,
            ..Frame::default()
        };
        let (a, b) = (frame(vec![1.0, -1.0]), frame(vec![3.0, 0.0]));
        assert_eq!(difference(&a, &b), Some(63.75));
    }
}
