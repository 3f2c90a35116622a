//! A head's weights as a picture: a row for each token that looks, a column for each that is looked at.

use std::rc::Rc;

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::prelude::*;

/// Properties of [`Matrix`].
#[derive(PartialEq, Properties)]
pub struct MatrixProps {
    /// Weights, `[n, n]`.
    pub weights: Rc<Vec<f32>>,
    /// The row that is looked at.
    pub at: usize,
    /// What is seen.
    pub label: AttrValue,
}

/// The picture; a weight of 1 is black, and the row that is looked at is marked.
#[component]
pub fn Matrix(props: &MatrixProps) -> Html {
    let canvas = use_node_ref();
    let n = props.weights.len().isqrt().max(1);
    {
        let canvas = canvas.clone();
        use_effect_with((props.weights.clone(), props.at), move |(weights, at)| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                draw(&canvas, weights, n, *at);
            }
        });
    }
    html! {
        <canvas ref={canvas} class="attention-matrix" role="img" aria-label={props.label.clone()}
            width={n.to_string()} height={n.to_string()} />
    }
}

fn draw(canvas: &HtmlCanvasElement, weights: &[f32], n: usize, at: usize) {
    let rgba = colours(weights, n, at);
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let side = n as u32;
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), side, side);
    if let (Some(context), Ok(image)) = (context, image) {
        // It fails for pictures of another origin only.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}

/// A pixel for each weight: paper to ink; what comes later than who looks is left open.
fn colours(weights: &[f32], n: usize, at: usize) -> Vec<u8> {
    let one = |(i, weight): (usize, &f32)| {
        let (row, column) = (i / n, i % n);
        // Small weights are many: their root is easier to see.
        let ink = (255.0 * weight.clamp(0.0, 1.0).sqrt()) as u8;
        let grey = 255 - ink;
        match column > row {
            true => [0, 0, 0, 0],
            false if row == at => [255, grey.saturating_sub(30), grey / 2, 255],
            false => [grey, grey, grey, 255],
        }
    };
    weights.iter().enumerate().flat_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_is_left_open() {
        let rgba = colours(&[1.0, 0.0, 0.0, 1.0], 2, 1);
        assert_eq!(rgba[..4], [0, 0, 0, 255]);
        assert_eq!(rgba[4..8], [0, 0, 0, 0]);
        assert_eq!(rgba[8], 255);
    }
}
