//! What was seen inside, of which text.

use std::rc::Rc;

use crate::models::text::inside::{Inside, Off};
use crate::protocol::text::InsideAsk;
use crate::tokens::Token;
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::state::InsideState;

/// What is looked at, and with what switched off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// The text, from the end before every text.
    pub tokens: Rc<Vec<Token>>,
    /// What is switched off.
    pub off: Off,
}

/// The last look; what was seen stays until something else is.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    wish: Option<Wish>,
    /// What was looked at, and what was seen.
    pub seen: Option<(Wish, Rc<Inside>)>,
}

/// The look under way.
pub type LookedRun = Booked<Looked>;

impl Store for Looked {
    /// `None` while the vocabulary is not here.
    type Want = Option<Wish>;
    type Work = Wish;
    type Ask = InsideAsk;
    // While something is dragged, what comes late is better than nothing.
    const TAKES_LATE: bool = true;

    fn want(&mut self, book: &mut Book<Wish>, wish: Option<Wish>) {
        self.wish = wish;
        match &self.wish {
            Some(wish) => book.begin(wish.clone()),
            None => book.drop_work(),
        }
    }

    fn ask(&self, wish: &Wish) -> Option<InsideAsk> {
        Some(InsideAsk {
            model: InsideState::MODEL.into(),
            tokens: wish.tokens.to_vec(),
            off: wish.off,
        })
    }

    fn answer(&mut self, _: &mut Book<Wish>, wish: Wish, inside: Inside) {
        self.seen = Some((wish, Rc::new(inside)));
    }

    fn go_on(&mut self, book: &mut Book<Wish>) {
        if let Some(wish) = &self.wish {
            book.begin(wish.clone());
        }
    }
}
