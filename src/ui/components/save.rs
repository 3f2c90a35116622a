//! Offers what is seen as a file.

use std::io::Cursor;

use gif::{Encoder, Frame, Repeat};
use hound::{SampleFormat, WavSpec, WavWriter};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    CanvasRenderingContext2d, CssStyleDeclaration, Element, HtmlAnchorElement, HtmlCanvasElement,
    HtmlImageElement,
};
use yew::prelude::*;

use super::picture::draw;
use crate::data::{PIXELS, SIDE};

/// Picture pixels become squares of this side.
const SCALE: usize = 8;

/// Offers a canvas as a PNG file. Nothing happens where the browser refuses.
pub fn save_canvas(canvas: &HtmlCanvasElement, name: &str) -> Option<()> {
    offer(&canvas.to_data_url().ok()?, name)
}

/// Offers pictures `[n, 28, 28]` in `[-1, 1]` as a PNG file, `columns` a row.
/// Nothing happens where the browser gives no canvas.
pub fn save_sheet(pixels: &[f32], columns: usize, name: &str) -> Option<()> {
    let columns = columns.min(pixels.len() / PIXELS);
    let rows = (pixels.len() / PIXELS).div_ceil(columns.max(1));
    let small = canvas(columns * SIDE, rows * SIDE)?;
    draw(&small, pixels, columns);
    let (large, context) = drawable(columns * SIDE * SCALE, rows * SIDE * SCALE)?;
    context.set_image_smoothing_enabled(false);
    let (width, height) = (f64::from(large.width()), f64::from(large.height()));
    context
        .draw_image_with_html_canvas_element_and_dw_and_dh(&small, 0.0, 0.0, width, height)
        .ok()?;
    save_canvas(&large, name)
}

/// Does what [`save_sheet`] does, when it is called; nothing while there are no pictures.
pub fn sheet_saver(pixels: Option<Vec<f32>>, columns: usize, name: String) -> Callback<()> {
    Callback::from(move |()| {
        if let Some(pixels) = &pixels {
            // Nothing happens where the browser gives no canvas.
            let _ = save_sheet(pixels, columns, &name);
        }
    })
}

/// Offers pictures `[n, 28, 28]` in `[-1, 1]` as an animation (GIF), there and back without end.
/// Nothing happens where the browser refuses.
pub fn save_animation(pixels: &[f32], name: &str) -> Option<()> {
    save_bytes(&animation(pixels)?, "image/gif", name)
}

/// What of an element's style a picture of it needs.
const PAINTED: [&str; 9] = [
    "fill",
    "fill-opacity",
    "font",
    "opacity",
    "paint-order",
    "stroke",
    "stroke-dasharray",
    "stroke-opacity",
    "stroke-width",
];

/// Offers a chart as a PNG file, twice as fine as it is seen and on the ground it lies on. Nothing happens
/// where the browser refuses.
pub fn save_chart(svg: &Element, name: String) {
    let painted = painted(svg);
    spawn_local(async move {
        if let Some((image, ground, [width, height])) = painted {
            // What cannot be drawn leaves an empty canvas; that is not saved.
            if JsFuture::from(image.decode()).await.is_ok() {
                let _ = save_image(&image, &ground, [width, height], &name);
            }
        }
    });
}

/// A copy of a chart that needs no style sheet, the colour behind it, and its size on the screen.
fn painted(svg: &Element) -> Option<(HtmlImageElement, String, [f64; 2])> {
    let copy: Element = svg.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    paint_like(svg, &copy)?;
    copy.set_attribute("xmlns", "http://www.w3.org/2000/svg")
        .ok()?;
    // What HTML knows by name, XML does not.
    let text = copy.outer_html().replace("&nbsp;", "\u{a0}");
    let image = HtmlImageElement::new().ok()?;
    let text = String::from(js_sys::encode_uri_component(&text));
    image.set_src(&format!("data:image/svg+xml,{text}"));
    let card = svg.closest(".card").ok()??;
    let ground = style(&card)?.get_property_value("background-color").ok()?;
    let shape = svg.get_bounding_client_rect();
    Some((image, ground, [shape.width(), shape.height()]))
}

/// Gives an element and all in it the looks of another.
fn paint_like(from: &Element, to: &Element) -> Option<()> {
    let style = style(from)?;
    let one = |name: &&str| {
        let value = style.get_property_value(name).unwrap_or_default();
        format!("{name}:{value};")
    };
    let all: String = PAINTED.iter().map(one).collect();
    to.set_attribute("style", &all).ok()?;
    let mut next = from.first_element_child().zip(to.first_element_child());
    while let Some((from, to)) = next {
        paint_like(&from, &to)?;
        next = from.next_element_sibling().zip(to.next_element_sibling());
    }
    Some(())
}

fn style(of: &Element) -> Option<CssStyleDeclaration> {
    gloo_utils::window().get_computed_style(of).ok()?
}

fn save_image(image: &HtmlImageElement, ground: &str, size: [f64; 2], name: &str) -> Option<()> {
    let [width, height] = size.map(|side| 2.0 * side);
    let (canvas, context) = drawable(width as usize, height as usize)?;
    context.set_fill_style_str(ground);
    context.fill_rect(0.0, 0.0, width, height);
    context
        .draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)
        .ok()?;
    save_canvas(&canvas, name)
}

/// Offers bytes of this kind as a file. Nothing happens where the browser refuses.
pub fn save_bytes(bytes: &[u8], kind: &str, name: &str) -> Option<()> {
    // As `btoa` wants it: a letter for each byte.
    let letters: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let text = gloo_utils::window().btoa(&letters).ok()?;
    offer(&format!("data:{kind};base64,{text}"), name)
}

/// The file: 256 greys, ten pictures a second.
fn animation(pixels: &[f32]) -> Option<Vec<u8>> {
    const DELAY: u16 = 10;
    let side = (SIDE * SCALE) as u16;
    let greys: Vec<u8> = (0..=255).flat_map(|grey| [grey; 3]).collect();
    let frame = |picture: &[f32]| {
        let grey = |at: usize| {
            let (row, column) = (at / (SIDE * SCALE) / SCALE, at % (SIDE * SCALE) / SCALE);
            let value = picture.get(row * SIDE + column).copied().unwrap_or(-1.0);
            (127.5 + 127.5 * value).clamp(0.0, 255.0).round() as u8
        };
        let buffer: Vec<u8> = (0..PIXELS * SCALE * SCALE).map(grey).collect();
        Frame {
            width: side,
            height: side,
            delay: DELAY,
            buffer: buffer.into(),
            ..Frame::default()
        }
    };
    let there = pixels.chunks_exact(PIXELS);
    let back = pixels.chunks_exact(PIXELS).rev().skip(1);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side, side, &greys).ok()?;
    encoder.set_repeat(Repeat::Infinite).ok()?;
    for picture in there.chain(back) {
        encoder.write_frame(&frame(picture)).ok()?;
    }
    drop(encoder);
    Some(file)
}

/// Offers sound, samples in `-1..=1` at `rate` a second, as a WAV file: one channel, 16 bits.
pub fn save_wav(samples: &[f32], rate: u32, name: &str) -> Option<()> {
    save_bytes(&wav(samples, rate)?, "audio/wav", name)
}

fn wav(samples: &[f32], rate: u32) -> Option<Vec<u8>> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).ok()?;
    for sample in samples {
        let loud = (f32::from(i16::MAX) * sample.clamp(-1.0, 1.0)).round();
        writer.write_sample(loud as i16).ok()?;
    }
    writer.finalize().ok()?;
    Some(file.into_inner())
}

/// Offers a text as a file.
pub fn save_text(text: &str, name: &str) -> Option<()> {
    let text = String::from(js_sys::encode_uri_component(text));
    offer(&format!("data:text/plain;charset=utf-8,{text}"), name)
}

/// Offers rows of numbers as a CSV file; the first row names the columns.
pub fn save_csv(text: &str, name: &str) -> Option<()> {
    offer(&csv_url(text), name)
}

/// A link that does what [`save_csv`] does.
pub fn csv_link(text: &str, name: &'static str) -> Html {
    html! { <a href={csv_url(text)} download={name}>{ "Save as CSV" }</a> }
}

fn csv_url(text: &str) -> String {
    let text = String::from(js_sys::encode_uri_component(text));
    format!("data:text/csv;charset=utf-8,{text}")
}

/// Points `[n, 2]` as a table with a head.
pub fn points_csv(points: &[f32]) -> String {
    let rows = points
        .chunks_exact(2)
        .map(|p| format!("{:.4},{:.4}\n", p[0], p[1]));
    std::iter::once("x,y\n".to_owned()).chain(rows).collect()
}

fn canvas(width: usize, height: usize) -> Option<HtmlCanvasElement> {
    let canvas = element::<HtmlCanvasElement>("canvas")?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    Some(canvas)
}

/// A canvas with what draws on it.
fn drawable(width: usize, height: usize) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let canvas = canvas(width, height)?;
    let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    Some((canvas, context))
}

fn element<E: JsCast>(name: &str) -> Option<E> {
    gloo_utils::document()
        .create_element(name)
        .ok()?
        .dyn_into()
        .ok()
}

fn offer(url: &str, name: &str) -> Option<()> {
    let link = element::<HtmlAnchorElement>("a")?;
    link.set_href(url);
    link.set_download(name);
    link.click();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_animation_goes_there_and_back() {
        let pixels = [vec![-1.0; PIXELS], vec![0.0; PIXELS], vec![1.0; PIXELS]].concat();
        let file = animation(&pixels).expect("made");
        let mut decoder = gif::DecodeOptions::new()
            .read_info(file.as_slice())
            .expect("a GIF");
        assert_eq!((decoder.width(), decoder.height()), (224, 224));
        let mut greys = Vec::new();
        while let Some(frame) = decoder.read_next_frame().expect("a frame") {
            greys.push((frame.buffer[0], frame.buffer[frame.buffer.len() - 1]));
        }
        assert_eq!(greys, [(0, 0), (128, 128), (255, 255), (128, 128), (0, 0)]);
    }

    #[test]
    fn points_become_rows() {
        assert_eq!(
            points_csv(&[0.5, -1.0, 2.0, 0.25]),
            "x,y\n0.5000,-1.0000\n2.0000,0.2500\n"
        );
        assert_eq!(points_csv(&[]), "x,y\n");
    }
}
