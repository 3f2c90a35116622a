//! Files that a visitor chooses or drops.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList, HtmlInputElement};
use yew::prelude::*;

/// The file that was chosen; the input is ready for the same one again.
pub fn chosen(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target_dyn_into()?;
    let file = input.files().and_then(|files| files.get(0));
    input.set_value("");
    file
}

/// The file that was dropped.
pub fn dropped(event: &DragEvent) -> Option<File> {
    let property = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let files = property(&property(event, "dataTransfer")?, "files")?;
    files.dyn_into::<FileList>().ok()?.get(0)
}

/// A file's text of at most so many bytes; `None` if it is longer, or no text.
pub async fn text(file: &File, most: usize) -> Option<String> {
    let is_short = file.size() <= most as f64;
    let bytes = if is_short { bytes(file).await } else { None };
    let text = String::from_utf8(bytes?).ok()?;
    Some(text.replace("\r\n", "\n"))
}

/// A file's bytes; `None` if it cannot be read.
pub async fn bytes(file: &File) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    let buffer: js_sys::ArrayBuffer = buffer.dyn_into().ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}
