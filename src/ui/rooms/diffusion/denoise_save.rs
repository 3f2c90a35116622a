//! Saving what is seen as a PNG file.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement};

use super::denoise_views::{COLUMNS, shown_eps};
use crate::data::{PIXELS, SIDE};
use crate::protocol::Frame;
use crate::ui::components::picture::draw;

/// Picture pixels become squares of this side.
const SCALE: usize = 8;

/// Offers the frame as a file: the three pictures side by side, or the sheet of a batch.
pub fn save(frame: &Frame, name: &str) {
    if frame.x.len() > PIXELS {
        save_sheet(&frame.x, COLUMNS, name);
    } else {
        let pixels = [frame.x.clone(), shown_eps(frame), frame.x0.clone()].concat();
        save_sheet(&pixels, 3, name);
    }
}

/// Offers pictures `[n, 28, 28]` in `[-1, 1]` as a file, `columns` a row.
/// Nothing happens where the browser gives no canvas.
pub fn save_sheet(pixels: &[f32], columns: usize, name: &str) -> Option<()> {
    let columns = columns.min(pixels.len() / PIXELS);
    let rows = (pixels.len() / PIXELS).div_ceil(columns.max(1));
    let small = canvas(columns * SIDE, rows * SIDE)?;
    draw(&small, pixels, columns);
    let large = canvas(columns * SIDE * SCALE, rows * SIDE * SCALE)?;
    let context = large
        .get_context("2d")
        .ok()??
        .dyn_into::<CanvasRenderingContext2d>()
        .ok()?;
    context.set_image_smoothing_enabled(false);
    let (width, height) = (f64::from(large.width()), f64::from(large.height()));
    context
        .draw_image_with_html_canvas_element_and_dw_and_dh(&small, 0.0, 0.0, width, height)
        .ok()?;
    let link = element::<HtmlAnchorElement>("a")?;
    link.set_href(&large.to_data_url().ok()?);
    link.set_download(name);
    link.click();
    Some(())
}

fn canvas(width: usize, height: usize) -> Option<HtmlCanvasElement> {
    let canvas = element::<HtmlCanvasElement>("canvas")?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    Some(canvas)
}

fn element<E: JsCast>(name: &str) -> Option<E> {
    gloo_utils::document()
        .create_element(name)
        .ok()?
        .dyn_into()
        .ok()
}
