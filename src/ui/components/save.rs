//! Offers what is seen as a file.

use wasm_bindgen::JsCast;
use web_sys::{HtmlAnchorElement, HtmlCanvasElement};

/// Offers a canvas as a PNG file. Nothing happens where the browser refuses.
pub fn save_canvas(canvas: &HtmlCanvasElement, name: &str) -> Option<()> {
    offer(&canvas.to_data_url().ok()?, name)
}

/// Offers rows of numbers as a CSV file; the first row names the columns.
pub fn save_csv(text: &str, name: &str) -> Option<()> {
    let text = String::from(js_sys::encode_uri_component(text));
    offer(&format!("data:text/csv;charset=utf-8,{text}"), name)
}

fn offer(url: &str, name: &str) -> Option<()> {
    let link = gloo_utils::document().create_element("a").ok()?;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    link.set_href(url);
    link.set_download(name);
    link.click();
    Some(())
}
