//! What `lab` asks of autoencoders: codes of real pictures, pictures of random codes, sheets.

use std::path::Path;

use anyhow::Result;
use burn::tensor::{Device, Tensor, TensorData};

use super::pictures;
use crate::data::mnist::Images;
use crate::data::{DataSet, PIXELS, SIDE};
use crate::models::vae::net::Vae;
use crate::models::vae::training::shown;
use crate::models::vae::{STATIC_SEED, random_code};
use crate::noise;

/// Pictures of a batch.
const BATCH: usize = 200;
/// Pictures in a row of a sheet, and the side of the map of a 2-D code on it.
const COLUMNS: usize = 20;
/// The map reaches from minus this to this.
const REACH: f32 = 3.0;

/// Pictures of a set as the networks are shown them, `[n, 28, 28]` in `0..=1`: digits are binarised
/// once, always the same way.
pub fn static_pictures(set: DataSet, data: &Images, n: usize) -> Vec<f32> {
    let one = |i| shown(set, data, i, &mut noise::stream(STATIC_SEED, i as u32, 0));
    (0..n.min(data.len())).flat_map(one).collect()
}

/// Pictures as a tensor, `[n, 1, 28, 28]`.
pub fn tensor(pictures: &[f32]) -> Tensor<4> {
    let shape = [pictures.len() / PIXELS, 1, SIDE, SIDE];
    Tensor::from_data(TensorData::new(pictures.to_vec(), shape), &Device::flex())
}

/// Means of the codes of pictures `[n, 28, 28]`: `[n, code]`.
pub fn codes(net: &Vae, pictures: &[f32]) -> Vec<f32> {
    let mut codes = Vec::new();
    for part in pictures.chunks(BATCH * PIXELS) {
        let means = net.encode(tensor(part)).mean.into_data();
        codes.extend(means.iter::<f32>());
    }
    codes
}

/// Pictures of codes `[n, code]`, how probable ink is: `[n, 28, 28]` in `-1..=1`.
pub fn restored(net: &Vae, codes: &[f32]) -> Vec<f32> {
    let size = net.code_size();
    let mut pictures = Vec::new();
    for part in codes.chunks(BATCH * size) {
        let z = TensorData::new(part.to_vec(), [part.len() / size, size]);
        let ink = net.ink(Tensor::from_data(z, &Device::flex())).into_data();
        pictures.extend(ink.iter::<f32>().map(|p| 2.0 * p - 1.0));
    }
    pictures
}

/// Pictures of the random codes of a seed, `[n, 28, 28]` in `-1..=1`.
pub fn draw_random(net: &Vae, n: usize, seed: u64) -> Vec<f32> {
    let code = |i| random_code(seed, i, net.code_size());
    restored(net, &(0..n as u32).flat_map(code).collect::<Vec<_>>())
}

/// Writes a sheet: pictures `[n, 28, 28]` in `0..=1` above what is restored of them, then random
/// codes, then the map of a 2-D code, second number upwards.
pub fn sheet(net: &Vae, reals: &[f32], path: &Path) -> Result<()> {
    let mut all = Vec::new();
    for row in reals.chunks(COLUMNS * PIXELS).take(3) {
        all.extend(row.iter().map(|ink| 2.0 * ink - 1.0));
        all.extend(restored(net, &codes(net, row)));
    }
    all.extend(draw_random(net, 4 * COLUMNS, 0));
    if net.code_size() == 2 {
        let place = |i: usize| REACH * (2.0 * i as f32 / (COLUMNS - 1) as f32 - 1.0);
        let at = |i: usize| [place(i % COLUMNS), -place(i / COLUMNS)];
        let map: Vec<f32> = (0..COLUMNS * COLUMNS).flat_map(at).collect();
        all.extend(restored(net, &map));
    }
    pictures::sheet(path, &pictures::to_bytes(&all), COLUMNS)
}
