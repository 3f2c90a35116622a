//! Bytes against quality: the code, and the same picture as PNG and JPEG.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::rmse;
use crate::data::{PIXELS, SIDE};
use crate::ui::components::picture::{PictureView, draw};
use crate::ui::content::{self, texts};
use crate::ui::samples::sheet_pixels;

/// Qualities of the JPEG files.
const JPEG: [f64; 2] = [0.5, 0.05];
/// A file of the picture.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    name: String,
    bytes: usize,
    pixels: Rc<Vec<f32>>,
}

/// Properties of [`Bytes`].
#[derive(PartialEq, Properties)]
pub struct BytesProps {
    /// The picture.
    pub x: Rc<Vec<f32>>,
    /// Numbers of the code.
    pub code: u32,
    /// What is restored of the code that was kept in bytes.
    pub restored: Option<Rc<Vec<f32>>>,
}

/// The table.
#[component]
pub fn Bytes(props: &BytesProps) -> Html {
    let files = use_state_eq(Vec::new);
    {
        let files = files.setter();
        use_effect_with(props.x.clone(), move |x| {
            let x = x.clone();
            spawn_local(async move { files.set(as_files(&x).await) });
        });
    }
    let code = props.restored.as_ref().map(|pixels| Kept {
        name: content::fill(
            texts::vae_squeeze::bytes_code::PLAIN,
            &[("code", props.code.to_string())],
        ),
        bytes: props.code as usize,
        pixels: pixels.clone(),
    });
    let raw = Kept {
        name: texts::vae_squeeze::bytes_raw::PLAIN.into(),
        bytes: PIXELS,
        pixels: props.x.clone(),
    };
    let row = |kept: &Kept| {
        html! {
            <tr>
                <th scope="row"><PictureView class="vae-thumb" pixels={kept.pixels.clone()} label="" />{ &kept.name }</th>
                <td class="num">{ kept.bytes }</td>
                <td class="num">{ format!("{:.3}", rmse(&props.x, &kept.pixels)) }</td>
            </tr>
        }
    };
    html! {
        <>
            <table class="figures">
                <thead><tr><td></td><th scope="col">{ "bytes" }</th><th scope="col">{ "error" }</th></tr></thead>
                <tbody>{ row(&raw) }{ for files.iter().map(row) }{ for code.iter().map(row) }</tbody>
            </table>
            <p class="hint">{ texts::vae_squeeze::bytes_how::PLAIN }</p>
        </>
    }
}

/// The picture as PNG and as JPEG, by this browser; those that it cannot make are left out.
async fn as_files(x: &[f32]) -> Vec<Kept> {
    let png = ("PNG".to_owned(), "image/png", None);
    let jpeg = JPEG.map(|quality| {
        let name = format!("JPEG, quality {:.0}", 100.0 * quality);
        (name, "image/jpeg", Some(quality))
    });
    let mut files = Vec::new();
    for (name, kind, quality) in std::iter::once(png).chain(jpeg) {
        let Some(url) = data_url(x, kind, quality) else {
            continue;
        };
        let Ok((rgba, _)) = sheet_pixels(&url).await else {
            continue;
        };
        let pixels = rgba
            .chunks_exact(4)
            .map(|rgba| f32::from(rgba[0]) / 127.5 - 1.0);
        files.push(Kept {
            name,
            bytes: bytes_of(&url),
            pixels: Rc::new(pixels.collect()),
        });
    }
    files
}

fn data_url(x: &[f32], kind: &str, quality: Option<f64>) -> Option<String> {
    let canvas = gloo_utils::document().create_element("canvas").ok()?;
    let canvas = canvas.dyn_into::<HtmlCanvasElement>().ok()?;
    canvas.set_width(SIDE as u32);
    canvas.set_height(SIDE as u32);
    draw(&canvas, x, 1);
    let quality = quality.map_or(wasm_bindgen::JsValue::UNDEFINED, Into::into);
    let url = canvas
        .to_data_url_with_type_and_encoder_options(kind, &quality)
        .ok()?;
    // A browser without this kind of file gives another one.
    url.starts_with(&format!("data:{kind}")).then_some(url)
}

/// Bytes of a file that a link holds in base 64.
fn bytes_of(url: &str) -> usize {
    let text = url.split_once(',').map_or("", |(_, text)| text);
    3 * text.len() / 4 - text.bytes().filter(|b| *b == b'=').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_in_base_64() {
        for (url, bytes) in [
            ("data:x;base64,AAAA", 3),
            ("data:x;base64,AAA=", 2),
            ("data:x;base64,AA==", 1),
            ("", 0),
        ] {
            assert_eq!(bytes_of(url), bytes);
        }
    }
}
