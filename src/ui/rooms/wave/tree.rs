//! How far a sample hears, drawn: all layers, and the ways from the samples up to its odds.

use std::collections::BTreeSet;
use std::fmt::Write;

use yew::prelude::*;

use crate::models::wave::{Deaf, Shape};

/// Height of a layer, and what is left free above and below, in the drawing's own units: a sample is one wide.
const STEP: usize = 8;
const EDGE: usize = 4;

/// Which places each layer's output is needed of, as samples before the newest: of the last layer the newest
/// alone; the last row is what is heard.
fn needed(shape: Shape, deaf: Deaf) -> Vec<BTreeSet<usize>> {
    let dilations: Vec<usize> = shape.dilations().collect();
    let mut rows = vec![BTreeSet::from([0])];
    for (layer, dilation) in dilations.iter().enumerate().rev() {
        let above = &rows[rows.len() - 1];
        let mut row = above.clone();
        if !deaf.has(layer) {
            row.extend(above.iter().map(|at| at + dilation));
        }
        rows.push(row);
    }
    rows
}

/// The drawing; `words` say what it shows.
pub fn tree(shape: Shape, deaf: Deaf, words: String) -> Html {
    let field = shape.receptive_field();
    let rows = needed(shape, deaf);
    let x = |before: usize| field - before;
    let y = |row: usize| EDGE + row * STEP;
    let dilations: Vec<usize> = shape.dilations().collect();
    let [mut dark, mut ways, mut lit] = [String::new(), String::new(), String::new()];
    // A string takes whatever is written to it.
    for (row, places) in rows.iter().enumerate() {
        let _ = write!(dark, "M1 {0}H{field}", y(row));
        for at in places {
            let _ = write!(lit, "M{} {}h0", x(*at), y(row));
            let Some(layer) = dilations.len().checked_sub(row + 1) else {
                continue;
            };
            let hears = (!deaf.has(layer)).then_some(at + dilations[layer]);
            for below in [Some(*at), hears].into_iter().flatten() {
                let _ = write!(ways, "M{} {}L{} {}", x(*at), y(row), x(below), y(row + 1));
            }
        }
    }
    let height = y(rows.len() - 1) + EDGE;
    html! {
        <svg class="wave-tree" viewBox={format!("0 0 {} {height}", field + 1)} preserveAspectRatio="none" role="img" aria-label={words}
            data-heard={rows.last().map(|row| row.len().to_string())}>
            <path class="dark" d={dark} />
            <path class="ways" d={ways} />
            <path class="lit" d={lit} />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::SampleState;

    /// What is drawn is what is said.
    #[test]
    fn as_many_are_lit_as_are_heard() {
        for deaf in [0, 1, 0b1_0000_0100_0001, 233_016, (1 << 18) - 1] {
            let state = SampleState {
                deaf,
                ..SampleState::default()
            };
            let rows = needed(SampleState::SHAPE, state.deaf());
            let heard = rows.last().expect("rows");
            assert_eq!(rows.len(), 19);
            assert_eq!(
                [heard.last().expect("one") + 1, heard.len()],
                state.hears(),
                "{deaf}"
            );
        }
    }
}
