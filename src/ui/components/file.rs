//! Files that a visitor chooses or drops.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// A box for a text, which is typed, pasted, or dropped as a file.
pub fn text_box(
    name: &'static str,
    rows: &'static str,
    value: String,
    on_text: &Callback<String>,
    on_file: &Callback<File>,
) -> Html {
    let onchange = on_text.reform(|event: Event| {
        let area = event.target_dyn_into::<HtmlTextAreaElement>();
        area.map(|area| area.value()).unwrap_or_default()
    });
    let on_file = on_file.clone();
    let ondrop = Callback::from(move |event: DragEvent| {
        if let Some(file) = dropped(&event) {
            event.prevent_default();
            on_file.emit(file);
        }
    });
    let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
    html! { <textarea {name} {rows} {value} {onchange} {ondrop} {ondragover} /> }
}

/// A labelled field that chooses a file.
pub fn file_field(
    label: &'static str,
    name: &'static str,
    accept: &'static str,
    on_file: &Callback<File>,
) -> Html {
    let on_file = on_file.clone();
    let onchange = Callback::from(move |event: Event| {
        if let Some(file) = chosen(&event) {
            on_file.emit(file);
        }
    });
    html! { <label class="field"><span>{ label }</span><input type="file" {name} {accept} {onchange} /></label> }
}

/// The file that was chosen; the input is ready for the same one again.
fn chosen(event: &Event) -> Option<File> {
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
