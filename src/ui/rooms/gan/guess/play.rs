//! How a round is played: the visitor's answers, and what they come to.

use std::rc::Rc;

use yew::prelude::*;

use super::super::gallery::{Made, takes_for_real};
use super::round::{CARDS, Card, Round};

/// The answers so far, in the order of the cards: true for 'real'.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Play(pub Vec<bool>);

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A new round is dealt.
    Deal,
    /// The visitor takes the picture for real, or does not.
    Answer(bool),
}

impl Reducible for Play {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut answers = self.0.clone();
        match action {
            Action::Deal => answers.clear(),
            Action::Answer(_) if answers.len() == CARDS => {}
            Action::Answer(is_real) => answers.push(is_real),
        }
        Rc::new(Self(answers))
    }
}

/// A card that was answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// The card.
    pub card: Card,
    /// The visitor takes it for real.
    pub yours: bool,
    /// The discriminator does.
    pub its: bool,
}

impl Judged {
    /// Was the visitor right?
    pub fn you_are_right(&self) -> bool {
        self.yours == self.card.is_real
    }

    /// Was the discriminator?
    pub fn it_is_right(&self) -> bool {
        self.its == self.card.is_real
    }
}

/// All cards answered so far.
pub fn judged(play: &Play, round: &Round, made: &Made) -> Vec<Judged> {
    let pairs = round.cards.iter().zip(&play.0);
    pairs
        .filter_map(|(&card, &yours)| {
            let its = takes_for_real(*made.of_kind(card.is_real).1.get(card.place)?);
            Some(Judged { card, yours, its })
        })
        .collect()
}

/// How often the visitor was right.
pub fn right(judged: &[Judged]) -> usize {
    judged.iter().filter(|j| j.you_are_right()).count()
}

/// Who was wrong about a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Only the visitor.
    You,
    /// Only the discriminator.
    It,
    /// Both.
    Both,
}

impl Wrong {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::You, Self::It, Self::Both];

    /// Is it this kind of mistake?
    pub fn is(self, judged: &Judged) -> bool {
        let mistakes = (!judged.you_are_right(), !judged.it_is_right());
        mistakes
            == match self {
                Self::You => (true, false),
                Self::It => (false, true),
                Self::Both => (true, true),
            }
    }

    /// The name for tests.
    pub fn id(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::It => "it",
            Self::Both => "both",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::gan::GanPictures;

    fn played(actions: impl IntoIterator<Item = Action>) -> Play {
        let play = actions.into_iter().fold(Rc::default(), Play::reduce);
        Play::clone(&play)
    }

    #[test]
    fn a_round_takes_as_many_answers_as_it_has_cards() {
        let play = played([Action::Answer(true); CARDS + 3]);
        assert_eq!(play.0.len(), CARDS);
        let play = played([Action::Answer(true), Action::Deal, Action::Answer(false)]);
        assert_eq!(play.0, [false]);
    }

    #[test]
    fn every_answer_is_judged_beside_the_discriminators() {
        let round = Round::deal(42, &[5; 20]).expect("enough");
        // It takes all fakes but the first for fake, and all real digits but the last for real.
        let scores = GanPictures {
            scores: vec![0.5, -1.0, -1.0, -1.0, -1.0, 0.0],
            real_scores: vec![1.0, 1.0, 1.0, 1.0, 1.0, -0.5],
            ..GanPictures::default()
        };
        let made = Made::new(Rc::default(), scores);
        let play = played([Action::Answer(true); CARDS]);
        let judged = judged(&play, &round, &made);
        let right = |of: fn(&Judged) -> bool| judged.iter().filter(|j| of(j)).count();
        assert_eq!(right(Judged::you_are_right), 6);
        assert_eq!(right(Judged::it_is_right), 10);
        let wrong = Wrong::ALL.map(|kind| judged.iter().filter(|j| kind.is(j)).count());
        // Five fakes fool the visitor alone, one real digit fools it alone, one fake fools both.
        assert_eq!(wrong, [5, 1, 1]);
        let few = super::judged(&played([Action::Answer(false)]), &round, &made);
        assert_eq!(few.len(), 1);
    }
}
