//! What a test picture costs exactly, bits a dimension: a network of pixels, and two that know less.

use anyhow::Result;
use burn::tensor::Tensor;
use image::GrayImage;
use image::codecs::png::FilterType;
use indicatif::ProgressBar;

use super::super::source::{pixel_cnn, pixel_rnn};
use super::super::{Folders, Kind, pictures};
use super::Args;
use crate::data::mnist::Images;
use crate::data::{CLASSES, PIXELS, SIDE};
use crate::models::pixel::Pixels;
use crate::models::pixel::training::{SHAPE, costs, levels};
use crate::weights::manifest::{Figure, Measure, Unit};

/// Pictures of a batch.
const BATCH: usize = 50;

/// Bits a dimension of all test pictures: by the network, by counting each place of each class alone, and
/// as PNG.
pub fn figures(
    folders: &Folders,
    args: &Args,
    train: &Images,
    test: &Images,
) -> Result<Vec<Figure>> {
    let model = match args.model.kind() {
        Kind::PixelRnn => network(&pixel_rnn(folders, args.model, args.weights)?, test),
        _ => network(&pixel_cnn(folders, args.model, args.weights)?, test),
    };
    let figure = |name, value| Figure {
        name,
        value,
        unit: Unit::Bits,
        sd: None,
        floor: None,
    };
    Ok(vec![
        figure(Measure::BitsPerDimension, model),
        figure(Measure::BitsCounted, counted(train, test)),
        figure(Measure::BitsPng, png(test)?),
    ])
}

fn network(net: &impl Pixels, test: &Images) -> f64 {
    let bar = ProgressBar::new(test.len() as u64).with_message("bits");
    let all: Vec<usize> = (0..test.len()).collect();
    let cost = |batch: &[usize]| {
        let pictures = batch.iter().flat_map(|i| levels(test, *i, SHAPE.levels));
        let classes: Vec<u8> = batch.iter().map(|i| test.labels[*i]).collect();
        let nats: Tensor<1> = costs(net, &pictures.collect::<Vec<_>>(), &classes).sum();
        bar.inc(batch.len() as u64);
        f64::from(nats.into_scalar::<f32>())
    };
    let nats: f64 = all.chunks(BATCH).map(cost).sum();
    bar.finish_and_clear();
    nats / std::f64::consts::LN_2 / (test.len() * PIXELS) as f64
}

/// How often each level is at each place of each class in the training set, one more for each.
fn counted(train: &Images, test: &Images) -> f64 {
    let count = SHAPE.levels as usize;
    let mut seen = vec![1u32; CLASSES * PIXELS * count];
    let place = |label: u8, at: usize| (usize::from(label) * PIXELS + at) * count;
    for (i, label) in train.labels.iter().enumerate() {
        for (at, level) in levels(train, i, SHAPE.levels).enumerate() {
            seen[place(*label, at) + usize::from(level)] += 1;
        }
    }
    let mut bits = 0.0;
    for (i, label) in test.labels.iter().enumerate() {
        for (at, level) in levels(test, i, SHAPE.levels).enumerate() {
            let here = &seen[place(*label, at)..][..count];
            let all: u32 = here.iter().sum();
            bits -= (f64::from(here[usize::from(level)]) / f64::from(all)).log2();
        }
    }
    bits / (test.len() * PIXELS) as f64
}

/// All test pictures one below the other in one PNG, so that its header does not count.
fn png(test: &Images) -> Result<f64> {
    let all: Vec<u8> = (0..test.len())
        .flat_map(|i| levels(test, i, SHAPE.levels))
        .collect();
    let size = [SIDE as u32, (test.len() * SIDE) as u32];
    let Some(sheet) = GrayImage::from_raw(size[0], size[1], all) else {
        anyhow::bail!("the sheet has no place");
    };
    let mut least = usize::MAX;
    for filter in [FilterType::NoFilter, FilterType::Adaptive] {
        least = least.min(pictures::png(&sheet, filter)?.len());
    }
    Ok(8.0 * least as f64 / (test.len() * PIXELS) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two training pictures, black and white; a white test picture: of 8 levels, each seen once more than
    /// it was, white has 2 of 10.
    #[test]
    fn counting_by_hand() {
        let of = |greys: &[u8]| Images {
            pixels: greys.iter().flat_map(|grey| vec![*grey; PIXELS]).collect(),
            labels: vec![3; greys.len()],
        };
        let bits = counted(&of(&[0, 255]), &of(&[255]));
        assert!((bits - 5f64.log2()).abs() < 1e-9, "{bits}");
        // Nothing at all can be packed well.
        assert!(png(&of(&[0; 20])).expect("packs") < 0.2);
    }
}
