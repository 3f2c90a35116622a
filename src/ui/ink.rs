//! A drawn digit: from strokes to a picture like those the models were trained on (pure).
//!
//! MNIST's digits were scaled to fit a box of 20x20 pixels, ratio kept, and placed with their
//! centre of mass in the middle of 28x28 (LeCun, Cortes and Burges). [`picture`] does the
//! same to strokes: it moves and scales the *strokes* and draws them again, so that lines
//! have a pen's width however large the visitor drew.

use crate::data::{PIXELS, SIDE};

/// Radius of the pen, px of the picture.
pub const PEN_RADIUS: f32 = 1.1;
/// Radius of the eraser, px of the picture.
pub const ERASER_RADIUS: f32 = 2.2;
/// Width of the soft edge around a stroke, px.
const SOFT: f32 = 1.0;
/// The box a digit is scaled to, px.
const BOX: f32 = 20.0;
/// The middle of the picture, px.
const MIDDLE: f32 = SIDE as f32 / 2.0;
/// Grey from which on a pixel counts as drawn on.
const INK: f32 = 0.1;

/// A line drawn in one go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stroke {
    /// Points in px of the 28x28 picture, `0.0..=28.0`; pixel centres are at halves.
    pub points: Vec<(f32, f32)>,
    /// Takes ink away instead of adding it.
    pub erases: bool,
}

/// A move of the strokes: `scale * p + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Placement {
    scale: f32,
    offset: (f32, f32),
}

impl Placement {
    const AS_DRAWN: Self = Self {
        scale: 1.0,
        offset: (0.0, 0.0),
    };

    fn apply(self, (x, y): (f32, f32)) -> (f32, f32) {
        (
            self.scale * x + self.offset.0,
            self.scale * y + self.offset.1,
        )
    }
}

/// The strokes where they were drawn: grey values in `0..=1`, `[28, 28]`.
pub fn ink(strokes: &[Stroke]) -> Vec<f32> {
    rasterise(strokes, Placement::AS_DRAWN)
}

/// The strokes scaled and centred as MNIST's digits are: `[28, 28]` in `[-1, 1]`.
/// `None` if nothing is drawn.
pub fn picture(strokes: &[Stroke]) -> Option<Vec<f32>> {
    let mut placement = Placement::AS_DRAWN;
    // Measured in whole pixels, a small drawing is measured badly: measure it again, enlarged.
    for _ in 0..3 {
        placement = boxed(placement, bounds(&rasterise(strokes, placement))?);
    }
    let (x, y) = centre_of_mass(&rasterise(strokes, placement))?;
    placement.offset.0 += MIDDLE - x;
    placement.offset.1 += MIDDLE - y;
    Some(
        rasterise(strokes, placement)
            .into_iter()
            .map(|v| 2.0 * v - 1.0)
            .collect(),
    )
}

/// The placement that brings what lies in `bounds` under `now` to the size of the box and to
/// the middle.
fn boxed(now: Placement, bounds: Bounds) -> Placement {
    // The pen keeps its width, so only the way of its middle is scaled.
    let pen = 2.0 * PEN_RADIUS;
    let size = (bounds.right - bounds.left).max(bounds.bottom - bounds.top);
    let factor = (BOX - pen) / (size - pen).max(1.0);
    // A dot is not blown up to a line.
    let scale = (now.scale * factor).clamp(0.25, 4.0);
    let factor = scale / now.scale;
    let centre = (
        0.5 * (bounds.left + bounds.right),
        0.5 * (bounds.top + bounds.bottom),
    );
    let offset = (
        MIDDLE + factor * (now.offset.0 - centre.0),
        MIDDLE + factor * (now.offset.1 - centre.1),
    );
    Placement { scale, offset }
}

/// Draws strokes with a round pen and a soft edge.
fn rasterise(strokes: &[Stroke], placement: Placement) -> Vec<f32> {
    let mut grey = vec![0.0f32; PIXELS];
    for stroke in strokes {
        let points: Vec<_> = stroke.points.iter().map(|&p| placement.apply(p)).collect();
        let radius = if stroke.erases {
            ERASER_RADIUS * placement.scale
        } else {
            PEN_RADIUS
        };
        for (i, value) in grey.iter_mut().enumerate() {
            let centre = ((i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5);
            let cover = (0.5 + (radius - distance(centre, &points)) / SOFT).clamp(0.0, 1.0);
            *value = if stroke.erases {
                value.min(1.0 - cover)
            } else {
                value.max(cover)
            };
        }
    }
    grey
}

/// Distance of a point to a line through points; infinite if there are none.
fn distance(p: (f32, f32), line: &[(f32, f32)]) -> f32 {
    match line {
        [] => f32::INFINITY,
        [only] => (p.0 - only.0).hypot(p.1 - only.1),
        _ => line
            .windows(2)
            .map(|ends| to_segment(p, ends[0], ends[1]))
            .fold(f32::INFINITY, f32::min),
    }
}

fn to_segment(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length
    } else {
        0.0
    };
    let along = along.clamp(0.0, 1.0);
    (p.0 - a.0 - along * dx).hypot(p.1 - a.1 - along * dy)
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bounds {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

/// The smallest box of whole pixels around all ink.
fn bounds(grey: &[f32]) -> Option<Bounds> {
    let inked = || (0..PIXELS).filter(|&i| grey[i] > INK);
    let columns = || inked().map(|i| i % SIDE);
    let rows = || inked().map(|i| i / SIDE);
    Some(Bounds {
        left: columns().min()? as f32,
        top: rows().min()? as f32,
        right: columns().max()? as f32 + 1.0,
        bottom: rows().max()? as f32 + 1.0,
    })
}

/// Where the ink's weight is, px.
fn centre_of_mass(grey: &[f32]) -> Option<(f32, f32)> {
    let mass: f32 = grey.iter().sum();
    let moment = |of: fn(usize) -> usize| -> f32 {
        grey.iter()
            .enumerate()
            .map(|(i, v)| v * (of(i) as f32 + 0.5))
            .sum()
    };
    (mass > 0.0).then(|| (moment(|i| i % SIDE) / mass, moment(|i| i / SIDE) / mass))
}

/// A drawn picture as a link holds it: sixteen grey levels a pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing(Vec<u8>);

/// Letters of base64url (RFC 4648), which need no escaping in a link.
pub(super) const LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Drawing {
    /// Letters of [`code`](Self::code): four bits a pixel, six bits a letter.
    pub const CODE_LENGTH: usize = (PIXELS * 4).div_ceil(6);

    /// Rounds a picture `[28, 28]` in `[-1, 1]`; `None` if it has another size or no ink.
    pub fn new(pixels: &[f32]) -> Option<Self> {
        let level = |v: &f32| ((v + 1.0) * 7.5).round().clamp(0.0, 15.0) as u8;
        Self::from_levels(pixels.iter().map(level).collect())
    }

    fn from_levels(levels: Vec<u8>) -> Option<Self> {
        (levels.len() == PIXELS && levels.iter().any(|&v| v > 1)).then_some(Self(levels))
    }

    /// The picture, `[28, 28]` in `[-1, 1]`.
    pub fn pixels(&self) -> Vec<f32> {
        self.0
            .iter()
            .map(|&level| f32::from(level) / 7.5 - 1.0)
            .collect()
    }

    /// As text for a link.
    pub fn code(&self) -> String {
        let levels = self.0.iter();
        let bits = levels.flat_map(|v| (0..4).rev().map(move |b| v >> b & 1 == 1));
        letters(&bits.collect::<Vec<_>>())
    }

    /// Reads [`code`](Self::code); `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        let bits = bits(code, 4 * PIXELS)?;
        let levels = bits
            .chunks(4)
            .map(|b| b.iter().fold(0, |v, &b| v << 1 | u8::from(b)));
        Self::from_levels(levels.collect())
    }
}

/// Bits as text for a link, six bits a letter.
pub fn letters(bits: &[bool]) -> String {
    bits.chunks(6)
        .map(|six| {
            let value = (0..6).fold(0, |v, i| v << 1 | usize::from(six.get(i) == Some(&true)));
            char::from(LETTERS[value])
        })
        .collect()
}

/// The `count` bits of a text that [`letters`] wrote; `None` for any other text.
pub fn bits(code: &str, count: usize) -> Option<Vec<bool>> {
    if code.len() != count.div_ceil(6) {
        return None;
    }
    let mut bits = Vec::with_capacity(6 * code.len());
    for letter in code.bytes() {
        let value = LETTERS.iter().position(|&l| l == letter)?;
        bits.extend((0..6).rev().map(|b| value >> b & 1 == 1));
    }
    let rest = bits.split_off(count);
    (!rest.contains(&true)).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(points: &[(f32, f32)]) -> Stroke {
        Stroke {
            points: points.to_vec(),
            erases: false,
        }
    }

    /// A 7, far off centre.
    fn seven(scale: f32, x: f32, y: f32) -> Vec<Stroke> {
        let points = [(0.0, 0.0), (1.0, 0.0), (0.4, 1.6)];
        vec![stroke(
            &points.map(|(px, py)| (x + scale * px, y + scale * py)),
        )]
    }

    #[test]
    fn a_line_is_solid_inside_and_soft_at_its_edge() {
        let grey = ink(&[stroke(&[(4.0, 14.0), (24.0, 14.0)])]);
        let at = |x: usize, y: usize| grey[y * SIDE + x];
        assert_eq!((at(14, 13), at(14, 14)), (1.0, 1.0));
        // Pixel centres 1.5 px off the line: 0.5 + (1.1 - 1.5).
        assert!((at(14, 12) - 0.1).abs() < 1e-5 && (at(14, 15) - 0.1).abs() < 1e-5);
        assert_eq!((at(14, 10), at(0, 14)), (0.0, 0.0));
    }

    #[test]
    fn the_eraser_takes_ink_away() {
        let line = stroke(&[(4.0, 14.0), (24.0, 14.0)]);
        let eraser = Stroke {
            erases: true,
            ..stroke(&[(14.0, 14.0)])
        };
        let grey = ink(&[line.clone(), eraser.clone()]);
        assert_eq!(grey[14 * SIDE + 14], 0.0);
        assert_eq!(grey[14 * SIDE + 6], 1.0);
        // What is drawn later stays.
        assert_eq!(ink(&[eraser, line])[14 * SIDE + 14], 1.0);
    }

    #[test]
    fn nothing_drawn_is_no_picture() {
        assert_eq!(picture(&[]), None);
        assert_eq!(picture(&[Stroke::default()]), None);
        let dot = stroke(&[(9.0, 9.0)]);
        let erased = Stroke {
            erases: true,
            ..dot.clone()
        };
        assert_eq!(picture(&[dot, erased]), None);
    }

    #[test]
    fn digits_are_centred_by_mass_in_a_box_of_twenty() {
        for strokes in [
            seven(4.0, 2.0, 3.0),
            seven(12.0, 14.0, 6.0),
            seven(15.0, 1.0, 1.0),
        ] {
            let pixels = picture(&strokes).expect("drawn");
            assert!(pixels.iter().all(|v| (-1.0..=1.0).contains(v)));
            let grey: Vec<f32> = pixels.iter().map(|v| 0.5 * (v + 1.0)).collect();
            let (x, y) = centre_of_mass(&grey).expect("has ink");
            assert!(
                (x - 14.0).abs() < 0.3 && (y - 14.0).abs() < 0.3,
                "({x}, {y})"
            );
            let b = bounds(&grey).expect("has ink");
            let size = (b.right - b.left).max(b.bottom - b.top);
            assert!((19.0..=21.5).contains(&size), "{size}");
        }
    }

    /// The same digit drawn small or large, here or there, gives the same picture.
    #[test]
    fn size_and_place_do_not_matter() {
        let a = picture(&seven(5.0, 2.0, 3.0)).expect("drawn");
        let b = picture(&seven(15.0, 9.0, 2.0)).expect("drawn");
        let off = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f32>() / PIXELS as f32;
        assert!(off < 0.05, "{off}");
    }

    #[test]
    fn a_dot_does_not_become_a_blot() {
        let pixels = picture(&[stroke(&[(3.0, 3.0)])]).expect("drawn");
        let drawn = pixels.iter().filter(|&&v| v > 0.0).count();
        assert!((1..=9).contains(&drawn), "{drawn}");
    }

    #[test]
    fn drawings_survive_the_link() {
        let pixels = picture(&seven(12.0, 4.0, 4.0)).expect("drawn");
        let drawing = Drawing::new(&pixels).expect("has ink");
        let code = drawing.code();
        assert_eq!(code.len(), 523);
        assert_eq!(Drawing::from_code(&code), Some(drawing.clone()));
        let off = pixels
            .iter()
            .zip(drawing.pixels())
            .map(|(a, b)| (a - b).abs());
        assert!(off.fold(0.0, f32::max) <= 1.0 / 15.0 + 1e-5);
    }

    #[test]
    fn other_codes_are_refused() {
        let code = Drawing::new(&[1.0; PIXELS]).expect("has ink").code();
        assert_eq!(Drawing::from_code(""), None);
        assert_eq!(Drawing::from_code(&code[1..]), None);
        assert_eq!(Drawing::from_code(&code.replacen('_', "é", 1)), None);
        assert_eq!(Drawing::from_code(&code.replacen('_', "+", 1)), None);
        assert_eq!(
            Drawing::from_code(&"A".repeat(Drawing::CODE_LENGTH)),
            None,
            "empty"
        );
        assert_eq!(
            Drawing::from_code(&format!("{}_", &code[1..])),
            None,
            "stray bits"
        );
        assert_eq!(Drawing::new(&[1.0; 3]), None);
    }
}
