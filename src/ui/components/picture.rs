//! A grey picture on a canvas, one canvas pixel a picture pixel, enlarged by the style sheet.

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::prelude::*;

use crate::data::{PIXELS, SIDE};

/// Noise is shown at this part of its strength, so that most of it is neither black nor white.
pub const EPS_CONTRAST: f32 = 0.45;

/// Properties of [`PictureView`].
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    /// Grey values in `[-1, 1]` (clamped), pictures one after another, `[n, 28, 28]`.
    pub pixels: std::rc::Rc<Vec<f32>>,
    /// What is seen, for those who do not see it; empty where what is around it says so.
    pub label: AttrValue,
    /// Pictures a row, for more than one.
    #[prop_or(1)]
    pub columns: usize,
    /// Classes of the canvas.
    #[prop_or_default]
    pub class: Classes,
}

/// Shows one picture, or several as a sheet.
#[component]
pub fn PictureView(props: &PictureProps) -> Html {
    let canvas = use_node_ref();
    let (columns, rows) = sheet(props.pixels.len() / PIXELS, props.columns);
    {
        let canvas = canvas.clone();
        use_effect_with(
            (props.pixels.clone(), props.columns),
            move |(pixels, columns)| {
                if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                    draw(&canvas, pixels, *columns);
                }
            },
        );
    }
    let (role, name, hidden) = image(&props.label);
    html! {
        <canvas ref={canvas} class={props.class.clone()} {role} aria-label={name} aria-hidden={hidden}
            width={(columns * SIDE).to_string()} height={(rows * SIDE).to_string()} />
    }
}

/// What makes an element an image of this name: `role`, `aria-label`, `aria-hidden`. One without a name
/// is for the eye only.
pub fn image(
    label: &AttrValue,
) -> (
    Option<&'static str>,
    Option<AttrValue>,
    Option<&'static str>,
) {
    match label.is_empty() {
        true => (None, None, Some("true")),
        false => (Some("img"), Some(label.clone()), None),
    }
}

/// One picture of `samples/opening.png`, the run that was made ahead: x_t in its row 0 and the
/// guesses in row 1, one column a step, `0..=20`.
pub fn opening_picture(row: usize, step: u32, label: &'static str) -> Html {
    let (x, y) = (step as usize * SIDE, row * SIDE);
    html! {
        <svg class="pix" role="img" aria-label={label} viewBox={format!("{x} {y} {SIDE} {SIDE}")}>
            <image href="samples/opening.png" />
        </svg>
    }
}

/// Columns and rows of a sheet of `n` pictures.
fn sheet(n: usize, columns: usize) -> (usize, usize) {
    let columns = columns.clamp(1, n.max(1));
    (columns, n.max(1).div_ceil(columns))
}

/// Draws pictures `[n, 28, 28]` in `[-1, 1]` on a canvas of the sheet's size.
pub fn draw(canvas: &HtmlCanvasElement, pixels: &[f32], columns: usize) {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok()) else {
        return;
    };
    let columns = sheet(pixels.len() / PIXELS, columns).0;
    for (n, picture) in pixels.chunks_exact(PIXELS).enumerate() {
        let rgba: Vec<u8> = picture.iter().flat_map(|&v| grey(v)).collect();
        let side = SIDE as u32;
        let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), side, side)
        else {
            return;
        };
        let (x, y) = ((n % columns) * SIDE, (n / columns) * SIDE);
        // Fails only for a picture without a size.
        let _ = context.put_image_data(&image, x as f64, y as f64);
    }
}

fn grey(value: f32) -> [u8; 4] {
    let level = (127.5 + 127.5 * value).clamp(0.0, 255.0).round() as u8;
    [level, level, level, 255]
}
