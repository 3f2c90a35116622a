//! Feature maps as pictures.

use crate::data::{PIXELS, SIDE};
use crate::protocol::Maps;

/// All maps of a block as pictures, `[channels, 28, 28]` in `[-1, 1]`: each map from black, its
/// smallest value, to white, its largest. The embedding's single numbers are compared with one
/// another instead.
pub fn pictures(maps: &Maps) -> Vec<f32> {
    let side = maps.side.max(1) as usize;
    let whole = (side == 1).then(|| span(&maps.values));
    let map = |values: &[f32]| picture(values, side, whole.unwrap_or_else(|| span(values)));
    maps.values
        .chunks_exact(side * side)
        .flat_map(map)
        .collect()
}

/// One map as a picture, from black at `low` to white at `high`.
pub fn picture(values: &[f32], side: usize, [low, high]: [f32; 2]) -> Vec<f32> {
    let width = (high - low).max(f32::MIN_POSITIVE);
    let at = |i: usize| (i / SIDE) * side / SIDE * side + (i % SIDE) * side / SIDE;
    (0..PIXELS)
        .map(|i| {
            values
                .get(at(i))
                .map_or(-1.0, |v| 2.0 * (v - low) / width - 1.0)
        })
        .collect()
}

/// Smallest and largest value.
pub fn span(values: &[f32]) -> [f32; 2] {
    values
        .iter()
        .fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], &v| {
            [low.min(v), high.max(v)]
        })
}

/// The map with the largest standard deviation, as a picture.
pub fn liveliest(maps: &Maps) -> Vec<f32> {
    let side = maps.side.max(1) as usize;
    if side == 1 {
        return picture(&maps.values, 1, [0.0, 1.0]);
    }
    let spread = |map: &&[f32]| {
        let n = map.len() as f32;
        let mean = map.iter().sum::<f32>() / n;
        map.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n
    };
    let maps = maps.values.chunks_exact(side * side);
    let most = maps.max_by(|a, b| spread(a).total_cmp(&spread(b)));
    most.map_or_else(Vec::new, |map| picture(map, side, span(map)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maps(channels: u32, side: u32, values: Vec<f32>) -> Maps {
        Maps {
            channels,
            side,
            values,
        }
    }

    #[test]
    fn each_map_is_stretched_by_itself() {
        let values: Vec<f32> = (0..49)
            .map(|i| i as f32)
            .chain((0..49).map(|i| -100.0 * i as f32))
            .collect();
        let pictures = pictures(&maps(2, 7, values));
        assert_eq!(pictures.len(), 2 * PIXELS);
        for picture in pictures.chunks(PIXELS) {
            assert_eq!(span(picture), [-1.0, 1.0]);
            // A value fills its square of 4x4 pixels.
            assert_eq!(picture[0], picture[3 * SIDE + 3]);
            assert_ne!(picture[3], picture[4]);
        }
        assert_eq!((pictures[0], pictures[PIXELS]), (-1.0, 1.0));
    }

    #[test]
    fn single_numbers_are_compared_with_one_another() {
        let pictures = pictures(&maps(3, 1, vec![0.0, 1.0, 0.5]));
        let first: Vec<_> = pictures.chunks(PIXELS).map(|p| p[0]).collect();
        assert_eq!(first, [-1.0, 1.0, 0.0]);
    }

    #[test]
    fn a_flat_map_is_black_and_never_the_liveliest() {
        let mut values = vec![5.0; 2 * 196];
        values[196 + 7] = 6.0;
        let two = maps(2, 14, values);
        assert_eq!(pictures(&two)[..PIXELS], [-1.0; PIXELS]);
        assert_eq!(span(&liveliest(&two)), [-1.0, 1.0]);
    }
}
