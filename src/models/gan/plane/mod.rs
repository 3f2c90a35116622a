//! The game in two dimensions: both players are small MLPs with rectifiers (leaky ones in the
//! discriminator), see `training`.
//!
//! ```text
//! z [n, noise_dims] ─ G ─> fake [n, 2] ─ D ─> score [n]
//! ```
//!
//! A round is the discriminator's half (`updates` of its own) and then the generator's. Each update
//! draws fresh points and fresh noise. Sizes, optimisers and losses are the visitor's to choose.

pub mod game;
#[cfg(feature = "train")]
pub mod training;

use rand_chacha::rand_core::RngCore;

use self::game::{Game, NoiseKind};
use crate::data::points::{Cloud, EXTENT, Point};
use crate::noise;

/// Fakes that are shown, and held-out real points that are judged beside them.
pub const SHOWN: usize = 400;
/// Fakes that divergences are measured on; the first of them are shown.
pub const MEASURED: usize = 2000;
/// Real points that stand for the real distribution in divergences.
pub const REFERENCE: usize = 20_000;
/// Points a side of the grid of scores.
pub const HEAT_SIDE: usize = 40;
/// Points a side of the noise grid that is shown warped.
pub const NOISE_SIDE: usize = 21;
/// The noise grid reaches from minus this to this; standard normal noise hardly leaves it.
pub const NOISE_REACH: f32 = 2.0;
/// Slope of the discriminator's rectifiers below 0.
pub const LEAK: f64 = 0.2;

/// Most layers, the widest layer, most updates a round, most numbers of a noise vector, and the
/// largest batch.
pub const MAX_LAYERS: u32 = 4;
pub const MAX_WIDTH: u32 = 128;
pub const MAX_UPDATES: u32 = 20;
pub const MAX_NOISE_DIMS: u32 = 16;
pub const MAX_BATCH: u32 = 1024;

/// Streams of a game's random numbers.
pub mod streams {
    /// First weights: generator, discriminator.
    pub const WEIGHTS: [u32; 2] = [0, 1];
    /// Real points of the discriminator's updates, one draw each.
    pub const REALS: u32 = 2;
    /// Noise of the updates, one draw each: discriminator, generator.
    pub const NOISE: [u32; 2] = [3, 4];
    /// Held-out real points: draw 0; those for divergences: draw 1; for their floor: draw 2.
    pub const HELD_OUT: u32 = 5;
    /// Noise of the fakes that are shown and measured.
    pub const SHOWN: u32 = 6;
}

/// `n` noise vectors of a game, draw `draw` of stream `stream`: `[n, noise_dims]`.
pub fn noise_vectors(game: &Game, n: usize, stream: u32, draw: u32) -> Vec<f32> {
    let mut rng = noise::stream(game.seed, stream, draw);
    let mut z = vec![0.0; n * game.noise_dims as usize];
    match game.noise {
        NoiseKind::Gaussian => noise::fill_normal(&mut rng, &mut z),
        NoiseKind::Uniform => z.iter_mut().for_each(|z| *z = unit(&mut rng)),
    }
    z
}

/// Uniform in `[-1, 1)`.
fn unit(rng: &mut impl RngCore) -> f32 {
    (rng.next_u32() >> 8) as f32 / (1 << 23) as f32 - 1.0
}

/// The places of the grid of scores, `[HEAT_SIDE^2, 2]`: the middles of cells that fill the plane,
/// row by row from the lower left.
pub fn heat_grid() -> Vec<f32> {
    let place = |i: usize| EXTENT * (2.0 * (i as f32 + 0.5) / HEAT_SIDE as f32 - 1.0);
    (0..HEAT_SIDE * HEAT_SIDE)
        .flat_map(|i| [place(i % HEAT_SIDE), place(i / HEAT_SIDE)])
        .collect()
}

/// A regular grid in the space of noise, `[m, noise_dims]`: a line of points for one dimension;
/// for more, a square in the first two, row by row, with 0 in the others.
pub fn noise_grid(kind: NoiseKind, dims: usize) -> Vec<f32> {
    let reach = match kind {
        NoiseKind::Gaussian => NOISE_REACH,
        NoiseKind::Uniform => 1.0,
    };
    let place = |i: usize| reach * (2.0 * i as f32 / (NOISE_SIDE - 1) as f32 - 1.0);
    let rows = if dims == 1 { 1 } else { NOISE_SIDE };
    let mut grid = vec![0.0; rows * NOISE_SIDE * dims];
    for (i, z) in grid.chunks_exact_mut(dims.max(1)).enumerate() {
        z[0] = place(i % NOISE_SIDE);
        if let Some(second) = z.get_mut(1) {
            *second = place(i / NOISE_SIDE);
        }
    }
    grid
}

/// How many of a cloud's modes the points cover, and how many there are; `None` where a cloud has
/// no separate ones. A mode is covered if at least a quarter of its fair share of the points lies
/// within [`MODE_RADIUS`] of its middle.
pub fn modes_covered(cloud: &Cloud, points: &[f32]) -> Option<(usize, usize)> {
    let modes = cloud.modes();
    if modes.is_empty() {
        return None;
    }
    let near = |mode: &Point| {
        let within = |p: &&[f32]| (p[0] - mode[0]).hypot(p[1] - mode[1]) < MODE_RADIUS;
        points.chunks_exact(2).filter(within).count()
    };
    let fair = points.len() as f64 / 2.0 / modes.len() as f64;
    let covered = modes.iter().filter(|m| near(m) as f64 >= 0.25 * fair);
    Some((covered.count(), modes.len()))
}

/// A point this near to a mode's middle belongs to it: three standard deviations.
pub const MODE_RADIUS: f32 = 0.36;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::points::Preset;

    #[test]
    fn grids_cover_what_they_should() {
        let heat = heat_grid();
        assert_eq!(heat.len(), 2 * HEAT_SIDE * HEAT_SIDE);
        assert!(heat[0] == heat[1] && heat[0] > -EXTENT && heat[0] < -0.9 * EXTENT);
        let square = noise_grid(NoiseKind::Gaussian, 2);
        assert_eq!(square.len(), 2 * NOISE_SIDE * NOISE_SIDE);
        assert_eq!(square[..2], [-NOISE_REACH, -NOISE_REACH]);
        assert_eq!(square[square.len() - 2..], [NOISE_REACH, NOISE_REACH]);
        assert_eq!(noise_grid(NoiseKind::Uniform, 1).len(), NOISE_SIDE);
        let deep = noise_grid(NoiseKind::Uniform, 5);
        assert_eq!(deep.len(), 5 * NOISE_SIDE * NOISE_SIDE);
        assert_eq!(deep[..5], [-1.0, -1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn noise_is_of_its_kind() {
        let mean =
            |z: &[f32], power: i32| z.iter().map(|z| z.powi(power)).sum::<f32>() / z.len() as f32;
        for (noise, variance) in [(NoiseKind::Gaussian, 1.0), (NoiseKind::Uniform, 1.0 / 3.0)] {
            let game = Game {
                noise,
                ..Game::default()
            };
            let z = noise_vectors(&game, 5000, streams::SHOWN, 0);
            assert_eq!(z.len(), 10_000);
            assert!(mean(&z, 1).abs() < 0.05, "{noise:?}");
            assert!((mean(&z, 2) - variance).abs() < 0.05, "{noise:?}");
            assert_eq!(z, noise_vectors(&game, 5000, streams::SHOWN, 0));
            assert_ne!(z, noise_vectors(&game, 5000, streams::SHOWN, 1));
        }
    }

    #[test]
    fn modes_are_counted() {
        let cloud = Cloud::Preset(Preset::Gaussians);
        let points = cloud.points(800, 1, 0, 0);
        assert_eq!(modes_covered(&cloud, &points), Some((8, 8)));
        let right: Vec<f32> = points
            .chunks_exact(2)
            .filter(|p| p[0] > 0.5)
            .flatten()
            .copied()
            .collect();
        assert_eq!(modes_covered(&cloud, &right), Some((3, 8)));
        assert_eq!(modes_covered(&cloud, &[0.0; 200]), Some((0, 8)));
        assert_eq!(modes_covered(&Cloud::Preset(Preset::Ring), &points), None);
    }
}
