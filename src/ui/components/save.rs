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

/// Points `[n, 2]` as a table with a head.
pub fn points_csv(points: &[f32]) -> String {
    let rows = points
        .chunks_exact(2)
        .map(|p| format!("{:.4},{:.4}\n", p[0], p[1]));
    std::iter::once("x,y\n".to_owned()).chain(rows).collect()
}

fn offer(url: &str, name: &str) -> Option<()> {
    let link = gloo_utils::document().create_element("a").ok()?;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    link.set_href(url);
    link.set_download(name);
    link.click();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_become_rows() {
        assert_eq!(
            points_csv(&[0.5, -1.0, 2.0, 0.25]),
            "x,y\n0.5000,-1.0000\n2.0000,0.2500\n"
        );
        assert_eq!(points_csv(&[]), "x,y\n");
    }
}
