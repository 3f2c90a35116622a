//! What was measured ahead, of many tunes.

use std::collections::BTreeMap;

use serde::Deserialize;
use yew::prelude::*;

use crate::tunes::{Key, Metre};
use crate::ui::content::{self, texts};
use crate::ui::samples::fetch_text;
use crate::ui::state::TuneState;

/// What `lab eval` measured of many tunes.
#[derive(Clone, Debug, Deserialize)]
pub struct Measured {
    /// Of tunes that the model played.
    pub played: Marks,
    /// The same at the temperature with which the page opens.
    pub opening: Marks,
    /// Of real ones that it has not learned from.
    pub held_out: Marks,
    /// How many tunes it has learned from in each key and metre: `G 6/8`.
    pub heads: BTreeMap<String, usize>,
}

/// Of many tunes; see `lab::tunes::Marks`.
#[derive(Clone, Debug, Deserialize)]
pub struct Marks {
    /// How many tunes.
    pub tunes: usize,
    /// Share of bars inside parts that add up.
    pub bars_right: f64,
    /// How many of those bars.
    pub bars: usize,
    /// Share that came to an end by itself.
    pub ended: f64,
    /// Notes of the middle one.
    pub notes: usize,
    /// Notes in a row that are copied: the middle one, and the most.
    pub copied: [usize; 2],
}

/// Fetches what was measured.
pub async fn fetch() -> Result<Measured, String> {
    let text = fetch_text("quality/tunes.json").await?;
    serde_json::from_str(&text).map_err(|bad| bad.to_string())
}

/// How much of old tunes they hold.
pub fn copied(measured: &Measured) -> Html {
    let Measured {
        played, held_out, ..
    } = measured;
    let values = [
        ("tunes", played.tunes.to_string()),
        ("copied", played.copied[0].to_string()),
        ("most", played.copied[1].to_string()),
        ("notes", played.notes.to_string()),
        ("real", held_out.tunes.to_string()),
        ("real_copied", held_out.copied[0].to_string()),
        ("real_most", held_out.copied[1].to_string()),
    ];
    html! { <p class="hint">{ content::fill(texts::tune_note::copied_measured::PLAIN, &values) }</p> }
}

/// How many tunes of this head it has learned from, in words.
pub fn seen(measured: &Measured, key: Key, metre: Metre) -> String {
    match measured.heads.get(&format!("{key} {metre}")) {
        Some(n) => content::fill(texts::tune_note::seen::PLAIN, &[("n", n.to_string())]),
        None => texts::tune_note::seen_none::PLAIN.into(),
    }
}

/// The temperature with which the page opens.
fn temperature() -> String {
    let hundredths = TuneState::default().temperature;
    format!("{:.1}", f64::from(hundredths) / 100.0)
}

/// How well they keep time.
pub fn time(measured: &Measured) -> Html {
    let Measured {
        played,
        opening,
        held_out,
        ..
    } = measured;
    let percent = |share: f64| content::percent(share as f32);
    let values = [
        ("tunes", played.tunes.to_string()),
        ("bars", played.bars.to_string()),
        ("right", percent(played.bars_right)),
        ("cooler", percent(opening.bars_right)),
        ("temperature", temperature()),
        ("ended", percent(played.ended)),
        ("real_right", percent(held_out.bars_right)),
    ];
    html! { <p class="hint">{ content::fill(texts::tune_note::time_measured::PLAIN, &values) }</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_can_be_read() {
        let text = include_str!("../../../../../www/quality/tunes.json");
        let measured: Measured = serde_json::from_str(text).expect("figures");
        for marks in [&measured.played, &measured.opening, &measured.held_out] {
            assert!(marks.tunes > 100 && marks.bars > 1000);
            assert!((0.0..=1.0).contains(&marks.bars_right));
        }
        assert!(measured.heads["G 6/8"] > 100);
    }
}
