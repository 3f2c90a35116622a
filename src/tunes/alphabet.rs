//! Events as tokens.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Event;
use crate::tokens::{END, Token};

/// Which token stands for which event. Tokens count from 0; [`END`] is the end, as in texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alphabet {
    events: Vec<Event>,
    tokens: HashMap<Event, Token>,
}

/// The place of a token among the events, and the other way round: [`END`] is passed over.
fn place(token: Token) -> Option<usize> {
    match token {
        END => None,
        token => Some(usize::from(token) - usize::from(token > END)),
    }
}

fn token(place: usize) -> Token {
    (place + usize::from(place >= usize::from(END))) as Token
}

impl Alphabet {
    /// More events than this are refused.
    pub const MOST: usize = 4096;

    /// An alphabet of these events in their order; one that stands there again is passed over.
    pub fn new(all: impl IntoIterator<Item = Event>) -> Self {
        let mut events = Vec::new();
        let mut tokens = HashMap::new();
        for event in all.into_iter().take(Self::MOST) {
            if let Entry::Vacant(free) = tokens.entry(event) {
                free.insert(token(events.len()));
                events.push(event);
            }
        }
        Self { events, tokens }
    }

    /// Reads an alphabet's file, JSON.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<Vec<Event>>(text).map(Self::new)
    }

    /// The alphabet's file.
    pub fn write(&self) -> String {
        serde_json::to_string(&self.events).unwrap_or_default()
    }

    /// Tokens that there are, the end and those that stand for nothing included.
    pub fn count(&self) -> usize {
        self.events.len().max(usize::from(END)) + 1
    }

    /// What a token stands for; `None` for the end, and for what is no token of these.
    pub fn event(&self, token: Token) -> Option<Event> {
        self.events.get(place(token)?).copied()
    }

    /// The token of an event, if there is one.
    pub fn token(&self, event: Event) -> Option<Token> {
        self.tokens.get(&event).copied()
    }

    /// Every event with its token.
    pub fn all(&self) -> impl Iterator<Item = (Token, Event)> {
        let all = self.events.iter().enumerate();
        all.map(|(place, event)| (token(place), *event))
    }

    /// A row of events as tokens; `None` if one of them has none.
    pub fn encode(&self, row: impl IntoIterator<Item = Event>) -> Option<Vec<Token>> {
        row.into_iter().map(|event| self.token(event)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_pass_the_end_over() {
        let rests = (0..300).map(Event::Rest);
        let alphabet = Alphabet::new(rests.chain([Event::Rest(7)]));
        assert_eq!(alphabet.count(), 301);
        for token in (0..301).filter(|token| *token != END) {
            let event = alphabet.event(token).expect("an event");
            assert_eq!(alphabet.token(event), Some(token));
        }
        assert_eq!(alphabet.event(END), None);
        assert_eq!(alphabet.event(301), None);
        assert_eq!(alphabet.all().count(), 300);
        assert_eq!(
            alphabet.encode([255, 256].map(Event::Rest)),
            Some(vec![255, 257])
        );
        assert_eq!(alphabet.encode([Event::Rest(300)]), None);
        assert_eq!(Alphabet::read(&alphabet.write()).ok(), Some(alphabet));
        assert!(Alphabet::read("[1]").is_err());
    }
}
