//! A picture that a chapter starts from: a real one, or what the visitor drew.

use super::Query;
use crate::ui::ink::Drawing;

/// Real pictures of a set that ship with the page.
pub const SAMPLES: u32 = 320;

/// Where a picture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A real test picture, by its place in the shipped samples, `0..SAMPLES`.
    Sample(u32),
    /// What the visitor drew.
    Drawing(Drawing),
}

/// The settings `drawing` and `picture`. A drawing wins over a sample.
pub(super) fn visit_picture(picture: &mut Picture, default: &Picture, q: &mut impl Query) {
    visit_named(picture, default, ["drawing", "picture"], q);
}

/// As [`visit_picture`], with names for the two settings.
pub(super) fn visit_named(
    picture: &mut Picture,
    default: &Picture,
    [drawn, real]: [&str; 2],
    q: &mut impl Query,
) {
    let (mut drawing, mut sample) = match picture.clone() {
        same if same == *default => (None, None),
        Picture::Drawing(drawing) => (Some(drawing), None),
        Picture::Sample(index) => (None, Some(index)),
    };
    q.option(drawn, &mut drawing, Drawing::from_code, Drawing::code);
    q.maybe(real, &mut sample, 0..=SAMPLES - 1);
    *picture = match (drawing, sample) {
        (Some(drawing), _) => Picture::Drawing(drawing),
        (None, Some(index)) => Picture::Sample(index),
        (None, None) => default.clone(),
    };
}
