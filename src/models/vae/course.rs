//! What a training in the page is told, and what is kept of it (no burn).

use serde::{Deserialize, Serialize};

/// Numbers of a code.
pub const CODE: usize = 2;
/// Pictures a step.
pub const BATCH: usize = 64;
/// So many of them are the visitor's drawing, if there is one.
pub const OWN: usize = 4;
/// Pictures whose places are told: the first of those that are learned from.
pub const SHOWN: usize = 800;
/// Places in a row of the decoded grid.
pub const GRID: usize = 10;
/// The grid reaches from minus this to this.
pub const REACH: f32 = 3.0;

/// From this step on the KL has this weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    /// Optimiser steps before it.
    pub step: u32,
    /// The weight, `0..`.
    pub beta: f32,
}

/// The weight that is in force for step `step`; 1 where none is told.
pub fn weight_at(legs: &[Leg], step: u32) -> f32 {
    let leg = legs.iter().rev().find(|leg| leg.step <= step);
    leg.map_or(1.0, |leg| leg.beta)
}

/// All that is needed to go on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Optimiser steps done.
    pub step: u32,
    /// Weights of encoder and decoder, layer by layer: weight `[in, out]`, then bias `[out]`.
    pub weights: [Vec<f32>; 2],
    /// What their optimisers remember, as burn records it; empty before the first step.
    pub memory: [Vec<u8>; 2],
}

/// Share of pictures whose code has most of its 7 nearest neighbours in its own class; chance is about a
/// tenth.
///
/// - `codes`: `[n, CODE]`
/// - `labels`: `[n]`
pub fn purity(codes: &[f32], labels: &[u8]) -> f32 {
    const NEIGHBOURS: usize = 7;
    let points: Vec<&[f32]> = codes.chunks_exact(CODE).take(labels.len()).collect();
    let right = |(at, point): (usize, &&[f32])| {
        let distance =
            |other: &[f32]| (other[0] - point[0]).powi(2) + (other[1] - point[1]).powi(2);
        let others = points.iter().enumerate().filter(|(i, _)| *i != at);
        let mut near: Vec<(f32, u8)> = others
            .map(|(i, other)| (distance(other), labels[i]))
            .collect();
        if near.len() > NEIGHBOURS {
            near.select_nth_unstable_by(NEIGHBOURS - 1, |a, b| a.0.total_cmp(&b.0));
            near.truncate(NEIGHBOURS);
        }
        let same = near
            .iter()
            .filter(|(_, label)| *label == labels[at])
            .count();
        2 * same > near.len()
    };
    let right = points
        .iter()
        .enumerate()
        .filter(|point| right(*point))
        .count();
    right as f32 / points.len().max(1) as f32
}

/// Codes over the grid, row by row from the upper left, `[GRID * GRID, 2]`: in the middle of each cell.
pub fn grid_codes() -> Vec<f32> {
    let place = |i: usize| REACH * (2.0 * (i as f32 + 0.5) / GRID as f32 - 1.0);
    let cell = |i: usize| [place(i % GRID), -place(i / GRID)];
    (0..GRID * GRID).flat_map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_leg_that_has_begun_is_in_force() {
        let legs = [(0, 8.0), (100, 0.5)].map(|(step, beta)| Leg { step, beta });
        let at = |step| weight_at(&legs, step);
        assert_eq!([at(0), at(99), at(100), at(5000)], [8.0, 8.0, 0.5, 0.5]);
        assert_eq!(weight_at(&[], 7), 1.0);
    }

    #[test]
    fn purity_counts_the_neighbours_of_ones_own_class() {
        // Two heaps of eight, each of a class; then one stranger in the first.
        let heap = |x: f32| (0..8).flat_map(move |i| [x, i as f32 * 0.01]);
        let codes: Vec<f32> = heap(0.0).chain(heap(5.0)).collect();
        let mut labels = [[1u8; 8], [2; 8]].concat();
        assert_eq!(purity(&codes, &labels), 1.0);
        labels[0] = 9;
        assert_eq!(purity(&codes, &labels), 15.0 / 16.0);
        assert_eq!(purity(&[], &[]), 0.0);
    }

    #[test]
    fn the_grid_begins_at_the_upper_left() {
        let codes = grid_codes();
        assert_eq!(codes.len(), 200);
        assert!((codes[0] + 2.7).abs() < 1e-6 && (codes[1] - 2.7).abs() < 1e-6);
    }
}
