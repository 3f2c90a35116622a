//! A cloud of points in a link: `data=ring`, or `dots=` and the cells of a drawing.

use super::{Reader, Writer};
use crate::data::points::{Cloud, MAX_CELLS, Preset};
use crate::ui::ink::LETTERS;

/// A drawing wins over a preset.
pub(super) fn read_cloud(query: &mut Reader) -> Option<Cloud> {
    let preset = query.choice("data", |id| {
        Preset::ALL.into_iter().find(|preset| preset.id() == id)
    });
    let drawn = query.choice("dots", |text| {
        let cloud = Cloud::Cells(cells(text)?);
        cloud.is_valid().then_some(cloud)
    });
    drawn.or(preset.map(Cloud::Preset))
}

/// Writes it, unless it is the one that a silent link means.
pub(super) fn write_cloud(cloud: &Cloud, default: &Cloud, query: &mut Writer) {
    match cloud {
        cloud if cloud == default => {}
        Cloud::Preset(preset) => query.put("data", preset.id()),
        Cloud::Cells(cells) => query.put("dots", code(cells)),
    }
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
