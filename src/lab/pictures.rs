//! Sheets of 28x28 pictures as PNG files.

use std::path::Path;

use anyhow::{Context, Result};
use image::GrayImage;

use crate::data::{PIXELS, SIDE};

/// Writes pictures `[n, 28, 28]` as a sheet of `columns` a row, without gaps.
pub fn sheet(path: &Path, pixels: &[u8], columns: usize) -> Result<()> {
    let rows = (pixels.len() / PIXELS).div_ceil(columns);
    let mut image = GrayImage::new((columns * SIDE) as u32, (rows * SIDE) as u32);
    for (i, &value) in pixels.iter().enumerate() {
        let (picture, pixel) = (i / PIXELS, i % PIXELS);
        let x = picture % columns * SIDE + pixel % SIDE;
        let y = picture / columns * SIDE + pixel / SIDE;
        image.put_pixel(x as u32, y as u32, image::Luma([value]));
    }
    image
        .save(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// `[-1, 1]` to `0..=255`, cut off outside.
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .map(|v| ((v + 1.0) * 127.5).round().clamp(0.0, 255.0) as u8)
        .collect()
}
