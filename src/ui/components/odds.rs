//! What may come next, as bars: the model's own odds, and those that are drawn from. A click chooses.

use yew::prelude::*;

use super::equation::Equation;
use crate::models::next::{Choosing, surprise};
use crate::protocol::text::TextStep;
use crate::tokens::Token;
use crate::ui::content::{self, texts};

/// So many of the likeliest are listed.
pub const LISTED: usize = 10;

/// What one step is made of.
pub struct Odds {
    /// The model's own probabilities.
    pub own: Vec<f32>,
    /// Those that are drawn from.
    pub drawn: Vec<f32>,
}

impl Odds {
    /// Of a step.
    pub fn of(step: &TextStep, choosing: &Choosing) -> Self {
        Self {
            own: Choosing::default().probabilities(&step.logits),
            drawn: choosing.probabilities(&step.logits),
        }
    }

    /// The `count` likeliest tokens, and `token` even if it is none of them.
    pub fn listed(&self, token: Token, count: usize) -> Vec<Token> {
        let mut all: Vec<Token> = (0..self.own.len() as Token).collect();
        all.sort_by(|a, b| {
            let [a, b] = [a, b].map(|token| self.own[usize::from(*token)]);
            b.total_cmp(&a)
        });
        all.truncate(count);
        if !all.contains(&token) {
            all.push(token);
        }
        all
    }

    /// How many can be drawn.
    pub fn possible(&self) -> usize {
        self.drawn.iter().filter(|p| **p > 0.0).count()
    }
}

/// The step's equation with its numbers, for the token that was drawn, of this name; the temperature is in
/// hundredths.
pub fn numbers(step: &TextStep, temperature: u32, odds: &Odds, name: String) -> Html {
    let at = usize::from(step.token);
    let values = vec![
        ("z", f64::from(step.logits[at])),
        ("T", f64::from(temperature) / 100.0),
        ("p", f64::from(odds.drawn[at])),
    ];
    let formula = match temperature {
        0 => texts::next::greedy::HTML,
        _ => texts::next::formula::HTML,
    };
    let told = [
        ("token", name),
        ("own", content::percent(odds.own[at])),
        ("bits", format!("{:.1}", surprise(&step.logits, at))),
    ];
    html! {
        <div class="card">
            <h3>{ texts::next::formula::TITLE }</h3>
            <Equation formula={formula.to_owned()} {values} />
            <p class="hint">{ content::fill(texts::next::told::PLAIN, &told) }</p>
        </div>
    }
}

/// One of the values that may come.
pub struct Odd {
    /// Its number, for tests.
    pub value: u32,
    /// What it looks like.
    pub name: Html,
    /// The model's own probability.
    pub own: f32,
    /// The one it is drawn with.
    pub drawn: f32,
    /// Said instead of a probability that it is drawn with.
    pub instead: Option<&'static str>,
}

/// The bars; the longest one is as long as `most` says.
pub fn odds<V: Copy + 'static>(
    label: &'static str,
    all: impl IntoIterator<Item = (V, Odd)>,
    most: f32,
    is_chosen: impl Fn(V) -> bool,
    on_choose: &Callback<V>,
) -> Html {
    let row = |(value, odd): (V, Odd)| {
        let share = odd
            .instead
            .map_or_else(|| content::percent(odd.drawn), str::to_owned);
        html! {
            <li>
                <button type="button" class="odd" data-value={odd.value.to_string()}
                    aria-pressed={is_chosen(value).to_string()} onclick={on_choose.reform(move |_: MouseEvent| value)}>
                    <span class="odd-name">{ odd.name }</span>
                    { bar(Some(odd.own / most), odd.drawn / most) }
                    <span class="num">{ share }</span>
                </button>
            </li>
        }
    };
    html! { <ol class="odds" aria-label={label}>{ for all.into_iter().map(row) }</ol> }
}

/// One bar: shares of its whole length, `0..=1`; the pale one behind may be missing.
pub fn bar(own: Option<f32>, drawn: f32) -> Html {
    let width = |share: f32| format!("width:{:.1}%", 100.0 * share);
    html! {
        <span class="odd-bar">
            if let Some(own) = own { <i class="own" style={width(own)} /> }
            <i class="drawn" style={width(drawn)} />
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_listed() {
        let step = TextStep {
            logits: (0..30).map(|i| -(i as f32)).collect(),
            token: 29,
            ms: 0.0,
        };
        let choosing = Choosing {
            top_k: 4,
            ..Choosing::default()
        };
        let odds = Odds::of(&step, &choosing);
        let listed = odds.listed(29, LISTED);
        assert_eq!((listed.len(), listed[0], listed[10]), (11, 0, 29));
        assert_eq!(odds.possible(), 4);
    }
}
