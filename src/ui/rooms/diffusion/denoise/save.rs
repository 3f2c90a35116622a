//! Saving what is seen as a PNG file.

use super::views::{COLUMNS, shown_eps};
use crate::data::PIXELS;
use crate::protocol::Frame;
use crate::ui::components::save::save_sheet;

/// Offers the frame as a file: the three pictures side by side, or the sheet of a batch.
pub fn save(frame: &Frame, name: &str) {
    // Nothing happens where the browser gives no canvas.
    let _ = if frame.x.len() > PIXELS {
        save_sheet(&frame.x, COLUMNS, name)
    } else {
        let pixels = [frame.x.clone(), shown_eps(frame), frame.x0.clone()].concat();
        save_sheet(&pixels, 3, name)
    };
}
