//! Which frequencies a sound is made of, as it goes on: a spectrogram.

use std::rc::Rc;

use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::prelude::*;

use crate::models::wave::{RATE, sample};
use crate::sound::spectrum::{PIECE, ROWS, spectrogram};

/// Properties of [`Spectrogram`].
#[derive(Properties, PartialEq)]
pub struct SpectrogramProps {
    /// The sound; none of it while it is not whole.
    pub codes: Rc<Vec<u8>>,
    /// The frequency that was asked for, Hz, if one was.
    pub frequency: Option<f32>,
    /// What it is, in words.
    pub label: AttrValue,
}

/// A picture of it: time to the right, frequency upwards.
#[component]
pub fn Spectrogram(props: &SpectrogramProps) -> Html {
    let canvas = use_node_ref();
    {
        let canvas = canvas.clone();
        use_effect_with(props.codes.clone(), move |codes| {
            let samples: Vec<f32> = codes.iter().map(|code| sample(*code)).collect();
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                // Nothing is drawn where the browser gives no canvas.
                let _ = draw(&canvas, &spectrogram(&samples));
            }
        });
    }
    let bin = f64::from(RATE) / PIECE as f64;
    // The lowest frequency is in the middle of the lowest row.
    let mark = |frequency: f32| {
        let at = 100.0 * (1.0 - (f64::from(frequency) / bin + 0.5) / ROWS as f64);
        html! { <i class="asked" style={format!("top:{at:.2}%")} aria-hidden="true" /> }
    };
    html! {
        <div class="spectrogram">
            <canvas ref={canvas} role="img" aria-label={props.label.clone()} />
            { props.frequency.map(mark) }
        </div>
    }
}

fn draw(canvas: &HtmlCanvasElement, columns: &[[f32; ROWS]]) -> Option<()> {
    let width = columns.len().max(1);
    canvas.set_width(width as u32);
    canvas.set_height(ROWS as u32);
    let mut pixels = vec![255u8; 4 * width * ROWS];
    for (x, column) in columns.iter().enumerate() {
        for (row, strength) in column.iter().enumerate() {
            let at = 4 * ((ROWS - 1 - row) * width + x);
            let shade = (255.0 * (1.0 - strength)) as u8;
            pixels[at..at + 3].fill(shade);
        }
    }
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let image = ImageData::new_with_u8_clamped_array(Clamped(&pixels), width as u32).ok()?;
    context.put_image_data(&image, 0.0, 0.0).ok()
}
