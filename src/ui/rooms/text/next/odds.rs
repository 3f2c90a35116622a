//! What may come next, as bars: the model's own odds, and those that are drawn from.

use yew::prelude::*;

use crate::models::next::Choosing;
use crate::protocol::text::TextStep;
use crate::tokens::{Token, Tokens};
use crate::ui::components::{self, odds::Odd};
use crate::ui::content::texts;
use crate::ui::rooms::text::vocabulary::sign;

/// So many of the likeliest are listed.
const LISTED: usize = 10;

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

    /// The likeliest tokens, and `token` even if it is none of them.
    pub fn listed(&self, token: Token) -> Vec<Token> {
        let mut all: Vec<Token> = (0..self.own.len() as Token).collect();
        all.sort_by(|a, b| {
            let [a, b] = [a, b].map(|token| self.own[usize::from(*token)]);
            b.total_cmp(&a)
        });
        all.truncate(LISTED);
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

/// The bars; a click chooses another token.
pub fn bars(tokens: &Tokens, odds: &Odds, chosen: Token, on_choose: &Callback<Token>) -> Html {
    let listed = odds.listed(chosen);
    let most = listed
        .iter()
        .map(|token| odds.own[usize::from(*token)].max(odds.drawn[usize::from(*token)]))
        .fold(0.01, f32::max);
    let odd = |token: Token| {
        let [own, drawn] = [&odds.own, &odds.drawn].map(|p| p[usize::from(token)]);
        let odd = Odd {
            value: token.into(),
            name: sign(tokens, token).into(),
            own,
            drawn,
            instead: (drawn <= 0.0).then_some(texts::next::left_out::PLAIN),
        };
        (token, odd)
    };
    components::odds::odds(
        texts::next::odds::TITLE,
        listed.into_iter().map(odd),
        most,
        |token| token == chosen,
        on_choose,
    )
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
        let listed = odds.listed(29);
        assert_eq!((listed.len(), listed[0], listed[10]), (11, 0, 29));
        assert_eq!(odds.possible(), 4);
    }
}
