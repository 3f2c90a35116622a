//! A cloud of points in a link: `data=ring`, or `dots=` and the cells of a drawing.

use super::query::Query;
use crate::data::points::{Cloud, MAX_CELLS};
use crate::ui::ink::LETTERS;

/// A drawing wins over a preset.
pub(super) fn visit_cloud(cloud: &mut Cloud, default: &Cloud, q: &mut impl Query) {
    let (mut preset, mut drawn) = match cloud.clone() {
        same if same == *default => (None, None),
        Cloud::Preset(preset) => (Some(preset), None),
        Cloud::Cells(cells) => (None, Some(cells)),
    };
    q.named_option("data", &mut preset);
    let read = |text: &str| cells(text).filter(|cells| Cloud::Cells(cells.clone()).is_valid());
    q.option("dots", &mut drawn, read, |cells| code(cells));
    *cloud = match (drawn, preset) {
        (Some(cells), _) => Cloud::Cells(cells),
        (None, Some(preset)) => Cloud::Preset(preset),
        (None, None) => default.clone(),
    };
}

/// Cells as text for a link: a letter for the column, a letter for the row.
fn code(cells: &[[u8; 2]]) -> String {
    let letter = |index: &u8| char::from(LETTERS[usize::from(*index) % LETTERS.len()]);
    cells.iter().flatten().map(letter).collect()
}

/// Reads [`code`]; `None` for anything else.
fn cells(code: &str) -> Option<Vec<[u8; 2]>> {
    if code.len() % 2 == 1 || code.len() > 2 * MAX_CELLS {
        return None;
    }
    let index = |letter: u8| Some(LETTERS.iter().position(|&l| l == letter)? as u8);
    let pairs = code.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| Some([index(pair[0])?, index(pair[1])?]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_are_too_long_or_foreign_are_refused() {
        let long = "AA".repeat(MAX_CELLS + 1);
        assert_eq!(cells(&long), None);
        assert_eq!(cells("é"), None);
        assert_eq!(
            cells(&code(&[[3, 63], [0, 9]])),
            Some(vec![[3, 63], [0, 9]])
        );
    }
}
