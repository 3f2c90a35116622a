//! Clouds of points in the plane: distributions in two dimensions, simple enough to be seen whole.
//!
//! A [`Cloud`] is a distribution, not a list: every draw of a seeded stream gives fresh points,
//! so a model that trains on one sees no point twice and held-out points cost nothing. Each
//! preset is centred near the origin with a variance of about 1 a coordinate (mean of both), as
//! the models expect; a drawing stays where it was drawn.

use std::f32::consts::{PI, SQRT_2, TAU};

use rand_chacha::rand_core::RngCore;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::noise::{self, unit};

/// The plane shown reaches from `-EXTENT` to `EXTENT` in both coordinates.
pub const EXTENT: f32 = 3.0;
/// A drawing fills cells of a grid of this many cells a side.
pub const GRID: u8 = 64;
/// Most cells of a drawing.
pub const MAX_CELLS: usize = 512;

/// A point, `[x, y]`; y grows upwards.
pub type Point = [f32; 2];

/// Shapes that are there to choose from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Preset {
    /// Two half circles that hook into each other.
    #[default]
    Moons,
    /// Eight small Gaussians on a circle.
    Gaussians,
    /// A circle with a soft edge.
    Ring,
    /// A straight line with a soft edge.
    Line,
    /// A spiral of two turns.
    Spiral,
    /// The dark squares of a board of 4 x 4.
    Checkerboard,
    /// The letter A.
    Letter,
}

impl Preset {
    /// All presets, in the order in which a control lists them.
    pub const ALL: [Self; 7] = [
        Self::Moons,
        Self::Gaussians,
        Self::Ring,
        Self::Line,
        Self::Spiral,
        Self::Checkerboard,
        Self::Letter,
    ];

    /// The name in links.
    pub fn id(self) -> &'static str {
        match self {
            Self::Moons => "moons",
            Self::Gaussians => "gaussians",
            Self::Ring => "ring",
            Self::Line => "line",
            Self::Spiral => "spiral",
            Self::Checkerboard => "checkerboard",
            Self::Letter => "letter",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moons => "two moons",
            Self::Gaussians => "eight Gaussians",
            Self::Ring => "ring",
            Self::Line => "line",
            Self::Spiral => "spiral",
            Self::Checkerboard => "checkerboard",
            Self::Letter => "letter A",
        }
    }

    fn draw(self, rng: &mut impl RngCore) -> Point {
        match self {
            Self::Moons => moons(rng),
            Self::Gaussians => soft(gaussian((rng.next_u32() % GAUSSIANS) as u8), 0.12, rng),
            Self::Ring => soft(polar(SQRT_2, TAU * unit(rng)), 0.08, rng),
            // As long as a variance of 1 asks for.
            Self::Line => soft(
                polar(6f32.sqrt() * (2.0 * unit(rng) - 1.0), PI / 6.0),
                0.08,
                rng,
            ),
            Self::Spiral => {
                // The square root spreads points evenly along the line.
                let along = unit(rng).sqrt();
                soft(polar(2.0 * along, 2.0 * TAU * along), 0.06, rng)
            }
            Self::Checkerboard => checkerboard(rng),
            Self::Letter => letter(rng),
        }
    }
}

/// A distribution of points in the plane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cloud {
    /// A shape from the list.
    Preset(Preset),
    /// What somebody drew: uniform over these cells, `[column, row]`, both `0..GRID`, row 0
    /// at the bottom. At least one, at most [`MAX_CELLS`].
    Cells(Vec<[u8; 2]>),
}

impl Default for Cloud {
    fn default() -> Self {
        Self::Preset(Preset::default())
    }
}

impl Cloud {
    /// Can points be drawn from it?
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Preset(_) => true,
            Self::Cells(cells) => {
                (1..=MAX_CELLS).contains(&cells.len())
                    && cells.iter().flatten().all(|&index| index < GRID)
            }
        }
    }

    /// The middles of its separate modes; empty where it has none.
    pub fn modes(&self) -> Vec<Point> {
        match self {
            Self::Preset(Preset::Gaussians) => (0..GAUSSIANS as u8).map(gaussian).collect(),
            _ => Vec::new(),
        }
    }

    /// One point. The origin, for a drawing without cells.
    pub fn draw(&self, rng: &mut impl RngCore) -> Point {
        match self {
            Self::Preset(preset) => preset.draw(rng),
            Self::Cells(cells) if cells.is_empty() => [0.0; 2],
            Self::Cells(cells) => {
                let cell = cells[rng.next_u32() as usize % cells.len()];
                cell.map(|index| corner(index) + unit(rng) * cell_side())
            }
        }
    }

    /// `n` points of draw `draw` of stream `index`, `[n, 2]` flattened.
    pub fn points(&self, n: usize, seed: u64, index: u32, draw: u32) -> Vec<f32> {
        let mut rng = noise::stream(seed, index, draw);
        (0..n).flat_map(|_| self.draw(&mut rng)).collect()
    }
}

/// The side of a drawing's cell.
pub fn cell_side() -> f32 {
    2.0 * EXTENT / f32::from(GRID)
}

/// The cell that holds a point; the nearest one for a point outside.
pub fn cell_at([x, y]: Point) -> [u8; 2] {
    // A float-to-integer cast saturates.
    [x, y].map(|v| (((v + EXTENT) / cell_side()) as u8).min(GRID - 1))
}

/// The lower edge of cell `index` in either direction.
fn corner(index: u8) -> f32 {
    f32::from(index) * cell_side() - EXTENT
}

fn polar(radius: f32, angle: f32) -> Point {
    [radius * angle.cos(), radius * angle.sin()]
}

/// `point`, moved by Gaussian noise of this standard deviation.
fn soft(point: Point, sd: f32, rng: &mut impl RngCore) -> Point {
    point.map(|v| {
        let z: f32 = StandardNormal.sample(rng);
        v + sd * z
    })
}

/// How many Gaussians [`Preset::Gaussians`] has.
const GAUSSIANS: u32 = 8;

/// The middle of Gaussian `number`.
fn gaussian(number: u8) -> Point {
    polar(1.4, TAU * f32::from(number) / GAUSSIANS as f32)
}

/// Scikit-learn's `make_moons`, centred and scaled.
fn moons(rng: &mut impl RngCore) -> Point {
    const SCALE: f32 = 1.41;
    let lower = rng.next_u32() % 2 == 1;
    let [x, y] = polar(1.0, PI * unit(rng));
    let [x, y] = if lower { [1.0 - x, 0.5 - y] } else { [x, y] };
    soft([SCALE * (x - 0.5), SCALE * (y - 0.25)], 0.1, rng)
}

fn checkerboard(rng: &mut impl RngCore) -> Point {
    const CELL: f32 = 0.87;
    let row = rng.next_u32() % 4;
    let column = 2 * (rng.next_u32() % 2) + row % 2;
    let place = |index: u32, rng: &mut _| CELL * (index as f32 - 2.0 + unit(rng));
    [place(column, rng), place(row, rng)]
}

/// Three strokes, each as likely as it is long.
fn letter(rng: &mut impl RngCore) -> Point {
    const STROKES: [[Point; 2]; 3] = [
        [[-1.6, -2.1], [0.0, 2.1]],
        [[1.6, -2.1], [0.0, 2.1]],
        [[-1.05, -0.66], [1.05, -0.66]],
    ];
    let length = |[a, b]: [Point; 2]| (b[0] - a[0]).hypot(b[1] - a[1]);
    let mut left = unit(rng) * STROKES.map(length).iter().sum::<f32>();
    let mut stroke = STROKES[2];
    for candidate in STROKES {
        if left < length(candidate) {
            stroke = candidate;
            break;
        }
        left -= length(candidate);
    }
    let along = (left / length(stroke)).clamp(0.0, 1.0);
    let [a, b] = stroke;
    let at = |i: usize| a[i] + along * (b[i] - a[i]);
    soft([at(0), at(1)], 0.07, rng)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(points: &[f32]) -> (Point, Point) {
        let n = points.len() as f32 / 2.0;
        let sum = |i: usize, power: i32, centre: f32| {
            let of_axis = points.iter().skip(i).step_by(2);
            of_axis.map(|v| (v - centre).powi(power)).sum::<f32>() / n
        };
        let mean = [sum(0, 1, 0.0), sum(1, 1, 0.0)];
        (mean, [sum(0, 2, mean[0]), sum(1, 2, mean[1])])
    }

    #[test]
    fn presets_are_centred_with_about_unit_variance() {
        for preset in Preset::ALL {
            let points = Cloud::Preset(preset).points(20_000, 3, 0, 0);
            let ([mx, my], [vx, vy]) = moments(&points);
            assert!(mx.hypot(my) < 0.45, "{preset:?}: mean {mx} {my}");
            let variance = 0.5 * (vx + vy);
            assert!((variance - 1.0).abs() < 0.1, "{preset:?}: {variance}");
            assert!(points.iter().all(|v| v.abs() < EXTENT), "{preset:?}");
        }
    }

    #[test]
    fn shapes_are_what_their_names_say() {
        let of = |preset| Cloud::Preset(preset).points(4000, 5, 0, 0);
        for p in of(Preset::Ring).chunks(2) {
            assert!((p[0].hypot(p[1]) - SQRT_2).abs() < 0.4);
        }
        for p in of(Preset::Line).chunks(2) {
            let (sin, cos) = (PI / 6.0).sin_cos();
            assert!((cos * p[1] - sin * p[0]).abs() < 0.4);
        }
        let mut seen = [0; 8];
        for p in of(Preset::Gaussians).chunks(2) {
            let eighth = (p[1].atan2(p[0]) / TAU * 8.0).round().rem_euclid(8.0);
            seen[eighth as usize % 8] += 1;
        }
        assert!(seen.iter().all(|n| (400..600).contains(n)), "{seen:?}");
        for p in of(Preset::Checkerboard).chunks(2) {
            let [column, row] = [p[0], p[1]].map(|v| (v / 0.87 + 2.0).floor() as i32);
            assert_eq!((column + row) % 2, 0, "{p:?}");
        }
        // Between its legs the A is empty, and so is the inside of a moon.
        let close = |preset, at: Point| {
            let points = of(preset);
            let mut near = points.chunks(2).map(|p| (p[0] - at[0]).hypot(p[1] - at[1]));
            near.any(|d| d < 0.15)
        };
        assert!(close(Preset::Letter, [0.0, -0.66]) && !close(Preset::Letter, [0.0, -1.4]));
        assert!(close(Preset::Letter, [0.0, 2.0]) && !close(Preset::Moons, [-1.4, 0.2]));
    }

    #[test]
    fn a_drawing_is_uniform_over_its_cells() {
        let cells = vec![[0, 0], [63, 63], [10, 40]];
        let cloud = Cloud::Cells(cells.clone());
        assert!(cloud.is_valid());
        let mut counts = [0; 3];
        for p in cloud.points(3000, 1, 0, 0).chunks(2) {
            let cell = cell_at([p[0], p[1]]);
            let at = cells.iter().position(|c| *c == cell);
            counts[at.expect("one of its cells")] += 1;
        }
        assert!(counts.iter().all(|n| (850..1150).contains(n)), "{counts:?}");
    }

    #[test]
    fn nonsense_is_not_valid() {
        assert!(!Cloud::Cells(vec![]).is_valid());
        assert!(!Cloud::Cells(vec![[0, GRID]]).is_valid());
        assert!(!Cloud::Cells(vec![[0, 0]; MAX_CELLS + 1]).is_valid());
        assert_eq!(Cloud::Cells(vec![]).points(1, 0, 0, 0), [0.0, 0.0]);
        assert_eq!(cell_at([-99.0, f32::NAN]), [0, 0]);
        assert_eq!(cell_at([99.0, 2.99]), [63, 63]);
    }

    /// Pins the generators: a shared link must train on the same points after an update.
    #[test]
    fn draws_are_reproducible() {
        for preset in Preset::ALL {
            let cloud = Cloud::Preset(preset);
            let points = cloud.points(8, 7, 1, 2);
            assert_eq!(points[..8], cloud.points(4, 7, 1, 2));
            assert_ne!(points, cloud.points(8, 7, 1, 3));
            assert_ne!(points, cloud.points(8, 8, 1, 2));
        }
    }
}
