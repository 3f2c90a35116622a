//! Which note may come next, on a piano's keys: the odds of each pitch, whatever its length.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::tokens::Token;
use crate::tunes::{Alphabet, Event, Key};
use crate::ui::components::odds::Odds;

/// Keys from G3 to D6: what fiddles and flutes play of these tunes.
const KEYS: std::ops::RangeInclusive<i32> = 55..=86;

/// The notes that a key stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weight {
    /// Their probability together, as they are drawn.
    pub share: f32,
    /// The likeliest of them, if there is one.
    pub token: Option<Token>,
    /// Its probability.
    most: f32,
}

/// The notes of every key, from the first of [`KEYS`].
pub fn weights(alphabet: &Alphabet, key: Key, odds: &Odds) -> Vec<Weight> {
    let mut all = vec![Weight::default(); KEYS.count()];
    for (token, event) in alphabet.all() {
        let Event::Note(note) = event else { continue };
        let midi = key.height(note.step, note.alter).midi();
        let Some(weight) = all.get_mut((midi - KEYS.start()) as usize) else {
            continue;
        };
        let at = usize::from(token);
        let [own, drawn] = [&odds.own, &odds.drawn].map(|p| p.get(at).copied().unwrap_or(0.0));
        weight.share += drawn;
        // Even where none is drawn a key has its likeliest note.
        if weight.token.is_none() || own > weight.most {
            (weight.most, weight.token) = (own, Some(token));
        }
    }
    all
}

fn is_black(midi: i32) -> bool {
    [1, 3, 6, 8, 10].contains(&midi.rem_euclid(12))
}

/// The keys; a click chooses the likeliest note of one. Who hears the page has the list beside it.
pub fn keyboard(weights: &[Weight], chosen: Option<i32>, on_choose: &Callback<Token>) -> Html {
    let tokens: Vec<Option<Token>> = weights.iter().map(|weight| weight.token).collect();
    let onclick = on_choose.clone();
    let onclick = Callback::from(move |click: MouseEvent| {
        let on = click.target().and_then(|on| on.dyn_into::<Element>().ok());
        let key = on.and_then(|on| on.closest("[data-key]").ok().flatten());
        let midi = key.and_then(|key| key.get_attribute("data-key")?.parse::<i32>().ok());
        let token = midi.and_then(|midi| *tokens.get((midi - KEYS.start()) as usize)?);
        if let Some(token) = token {
            onclick.emit(token);
        }
    });
    let most = weights
        .iter()
        .map(|weight| weight.share)
        .fold(0.05, f32::max);
    let whites = KEYS.filter(|midi| !is_black(*midi)).count() as f32;
    let mut white = 0.0;
    let key = |(midi, weight): (i32, &Weight)| {
        let black = is_black(midi);
        let left = if black { white - 0.32 } else { white };
        white += if black { 0.0 } else { 1.0 };
        let class = classes!(
            "piano-key",
            if black { "black" } else { "white" },
            (chosen == Some(midi)).then_some("now"),
            weight.token.is_none().then_some("none"),
        );
        let style = format!(
            "left:{:.3}%;width:{:.3}%;--share:{:.1}%",
            100.0 * left / whites,
            100.0 * if black { 0.64 } else { 1.0 } / whites,
            100.0 * weight.share / most
        );
        html! { <i {class} {style} data-key={midi.to_string()} data-share={format!("{:.4}", weight.share)} /> }
    };
    let keys: Vec<Html> = KEYS.zip(weights).map(key).collect();
    html! { <div class="piano" aria-hidden="true" {onclick}>{ keys }</div> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tunes::Note;

    #[test]
    fn lengths_of_a_pitch_are_added_up() {
        let note = |step, ticks| {
            Event::Note(Note {
                step,
                alter: 0,
                ticks,
                beat: false,
            })
        };
        let alphabet = Alphabet::new([
            Event::Rest(24),
            note(0, 24),
            note(0, 48),
            note(1, 24),
            note(60, 24),
        ]);
        let mut odds = Odds {
            own: vec![0.0; alphabet.count()],
            drawn: vec![0.0; alphabet.count()],
        };
        odds.own[..5].copy_from_slice(&[0.1, 0.2, 0.4, 0.1, 0.2]);
        odds.drawn[..5].copy_from_slice(&[0.0, 0.25, 0.75, 0.0, 0.0]);
        let key = Key::read("G").expect("a key");
        let weights = weights(&alphabet, key, &odds);
        let of = |midi: i32| weights[(midi - KEYS.start()) as usize];
        assert_eq!((of(67).share, of(67).token), (1.0, Some(2)));
        // Nothing of it is drawn; it can be chosen all the same.
        assert_eq!((of(69).share, of(69).token), (0.0, Some(3)));
        // No note of the alphabet is of that pitch.
        assert_eq!((of(68).share, of(68).token), (0.0, None));
    }
}
