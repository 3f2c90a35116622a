//! What may come next, as bars: the model's own odds, and those that are drawn from.

use yew::prelude::*;

use crate::tokens::{Token, Tokens};
use crate::ui::components::odds::{self, LISTED, Odd, Odds};
use crate::ui::content::texts;
use crate::ui::rooms::text::vocabulary::sign;

/// The bars; a click chooses another token.
pub fn bars(tokens: &Tokens, of: &Odds, chosen: Token, on_choose: &Callback<Token>) -> Html {
    let listed = of.listed(chosen, LISTED);
    let most = listed
        .iter()
        .map(|token| of.own[usize::from(*token)].max(of.drawn[usize::from(*token)]))
        .fold(0.01, f32::max);
    let odd = |token: Token| {
        let [own, drawn] = [&of.own, &of.drawn].map(|p| p[usize::from(token)]);
        let odd = Odd {
            value: token.into(),
            name: sign(tokens, token).into(),
            own,
            drawn,
            instead: (drawn <= 0.0).then_some(texts::next::left_out::PLAIN),
        };
        (token, odd)
    };
    odds::odds(
        texts::next::odds::TITLE,
        listed.into_iter().map(odd),
        most,
        |token| token == chosen,
        on_choose,
    )
}
