//! Some thousand real test digits, for maps and for what learns in the page: fetched when a chapter
//! first wants them.
//!
//! They are the first of MNIST's test set, in its order, in 16 grey levels.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Deserialize;
use yew::prelude::*;

use super::components::fetched::{Fetched, use_fetched};
use super::samples::{cut, fetch_text, sheet_pixels};
use crate::data::{CLASSES, PIXELS};

/// Pictures in a row of the sheet.
const COLUMNS: usize = 100;

/// The digits. Copies share their contents.
#[derive(Clone, Debug)]
pub struct Digits {
    /// `[n, 28, 28]`, 255 for ink.
    pub pixels: Rc<Vec<u8>>,
    /// `[n]`, `0..=9`.
    pub labels: Rc<Vec<u8>>,
}

/// What is in the file beside the sheet.
#[derive(Deserialize)]
struct Labels {
    /// A figure for each.
    labels: String,
}

impl Digits {
    fn new(rgba: &[u8], width: usize, labels: &Labels) -> Result<Self, String> {
        let labels: Vec<u8> = labels
            .labels
            .bytes()
            .map(|b| b.wrapping_sub(b'0'))
            .collect();
        if labels.iter().any(|&label| usize::from(label) >= CLASSES) {
            return Err("the labels make no sense".into());
        }
        let pixels = cut(rgba, width, COLUMNS, labels.len())?;
        Ok(Self {
            pixels: Rc::new(pixels),
            labels: Rc::new(labels),
        })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// None at all? (Never: that is an error when loading.)
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Digit `index`, `[28, 28]` in `-1..=1`.
    pub fn picture(&self, index: usize) -> Option<Vec<f32>> {
        let grey = self.pixels.chunks_exact(PIXELS).nth(index)?;
        Some(grey.iter().map(|v| f32::from(*v) / 127.5 - 1.0).collect())
    }
}

/// The digits, as far as they are here, and a way to try again. They are loaded once, however many
/// chapters ask.
#[hook]
pub fn use_digits() -> (Fetched<Digits>, Callback<MouseEvent>) {
    use_fetched(load)
}

async fn load() -> Result<Digits, String> {
    thread_local! {
        static KEPT: RefCell<Option<Digits>> = const { RefCell::new(None) };
    }
    if let Some(kept) = KEPT.with_borrow(Clone::clone) {
        return Ok(kept);
    }
    let text = fetch_text("samples/mnist-digits.json").await?;
    let labels = serde_json::from_str(&text).map_err(|_| "the list of labels is damaged")?;
    let (rgba, width) = sheet_pixels("samples/mnist-digits.png").await?;
    let digits = Digits::new(&rgba, width, &labels)?;
    KEPT.set(Some(digits.clone()));
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::SIDE;

    fn labels(text: &str) -> Labels {
        Labels {
            labels: text.into(),
        }
    }

    #[test]
    fn digits_are_cut_from_their_sheet() {
        let width = COLUMNS * SIDE;
        // A grey value for each digit of one row, one of the last pixel for the others.
        let grey = |x: usize| (x / SIDE) as u8;
        let rgba: Vec<u8> = (0..width * SIDE)
            .flat_map(|i| [grey(i % width), 0, 0, 255])
            .collect();
        let digits = Digits::new(&rgba, width, &labels("7210")).expect("fits");
        assert_eq!((digits.len(), digits.is_empty()), (4, false));
        assert_eq!(*digits.labels, [7, 2, 1, 0]);
        let picture = digits.picture(3).expect("four");
        assert_eq!(picture, vec![3.0 / 127.5 - 1.0; PIXELS]);
        assert_eq!(digits.picture(4), None);
        for (width, text) in [
            (width, "72x0"),
            (width, ""),
            (width / 2, "7"),
            (width, &"1".repeat(101)),
        ] {
            assert!(Digits::new(&rgba, width, &labels(text)).is_err(), "{text}");
        }
    }
}
