//! Sheets of 28x28 pictures as PNG files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use image::GrayImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use crate::data::{PIXELS, SIDE};

/// Writes pictures `[n, 28, 28]` as a sheet of `columns` a row, without gaps.
pub fn sheet(path: &Path, pixels: &[u8], columns: usize) -> Result<()> {
    arranged(pixels, columns)
        .save(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// As [`sheet`], rounded to 16 grey levels (level l is the grey value 17 l): half as many bytes.
pub fn small_sheet(path: &Path, pixels: &[u8], columns: usize) -> Result<()> {
    let level = |grey: u8| (u16::from(grey) + 8) / 17;
    let rounded: Vec<u8> = pixels.iter().map(|v| (17 * level(*v)) as u8).collect();
    // Differences of such values repeat less than the values do.
    let bytes = png(&arranged(&rounded, columns), FilterType::NoFilter)?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// A picture as the smallest PNG file that a filter gives.
pub fn png(image: &GrayImage, filter: FilterType) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, filter);
    image.write_with_encoder(encoder)?;
    Ok(bytes)
}

/// Pictures `[n, 28, 28]`, `columns` a row, without gaps.
pub fn arranged(pixels: &[u8], columns: usize) -> GrayImage {
    let rows = (pixels.len() / PIXELS).div_ceil(columns);
    let mut image = GrayImage::new((columns * SIDE) as u32, (rows * SIDE) as u32);
    for (i, &value) in pixels.iter().enumerate() {
        let (picture, pixel) = (i / PIXELS, i % PIXELS);
        let x = picture % columns * SIDE + pixel % SIDE;
        let y = picture / columns * SIDE + pixel / SIDE;
        image.put_pixel(x as u32, y as u32, image::Luma([value]));
    }
    image
}

/// `[-1, 1]` to `0..=255`, cut off outside.
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .map(|v| ((v + 1.0) * 127.5).round().clamp(0.0, 255.0) as u8)
        .collect()
}
