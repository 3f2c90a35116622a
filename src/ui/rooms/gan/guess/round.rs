//! A round of the game: which pictures, in which order. Its seed says all.

use rand_chacha::rand_core::RngCore;

use crate::data::CLASSES;
use crate::models::gan::image::noise_vector;
use crate::noise::stream;

/// Pictures of a round.
pub const CARDS: usize = 12;
/// Half of them are real.
pub const REALS: usize = CARDS / 2;
/// The draw that deals; draw 0 is the noise of the fakes.
const DEAL_DRAW: u32 = 1;

/// One picture of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its class.
    pub label: u8,
    /// A real test digit?
    pub is_real: bool,
    /// Its place among the round's real digits, or among its fakes.
    pub place: usize,
}

/// A round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The pictures in their order.
    pub cards: Vec<Card>,
    /// Which of the shipped real digits, `[REALS]`.
    pub samples: Vec<usize>,
}

impl Round {
    /// Deals from real digits of these classes; `None` if they are too few.
    pub fn deal(seed: u64, sample_labels: &[u8]) -> Option<Self> {
        if sample_labels.len() < REALS {
            return None;
        }
        let mut rng = stream(seed, 0, DEAL_DRAW);
        let mut samples: Vec<usize> = (0..sample_labels.len()).collect();
        shuffle(&mut rng, &mut samples, REALS);
        samples.truncate(REALS);
        let reals = samples.iter().enumerate().map(|(place, &sample)| Card {
            label: sample_labels[sample],
            is_real: true,
            place,
        });
        let mut cards: Vec<Card> = reals.collect();
        cards.extend((0..CARDS - REALS).map(|place| Card {
            label: below(&mut rng, CLASSES) as u8,
            is_real: false,
            place,
        }));
        shuffle(&mut rng, &mut cards, CARDS);
        Some(Self { cards, samples })
    }

    /// The classes of its fakes, or of its real digits, in the order of their places.
    pub fn labels(&self, is_real: bool) -> Vec<u8> {
        let mut of_kind: Vec<_> = self.cards.iter().filter(|c| c.is_real == is_real).collect();
        of_kind.sort_by_key(|card| card.place);
        of_kind.iter().map(|card| card.label).collect()
    }
}

/// The noise of a round's fakes, `[CARDS - REALS, Z]`.
pub fn noise(seed: u64) -> Vec<f32> {
    let fakes = 0..(CARDS - REALS) as u32;
    fakes.flat_map(|index| noise_vector(seed, index)).collect()
}

/// A number below `n`.
fn below(rng: &mut impl RngCore, n: usize) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}

/// Puts a random choice of `items` in the first `count` places (Fisher and Yates).
fn shuffle<T>(rng: &mut impl RngCore, items: &mut [T], count: usize) {
    for place in 0..count.min(items.len()) {
        let other = place + below(rng, items.len() - place);
        items.swap(place, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::gan::image::Z;

    fn labels() -> Vec<u8> {
        (0..320).map(|i| (i % 10) as u8).collect()
    }

    fn deal(seed: u64) -> Round {
        Round::deal(seed, &labels()).expect("enough digits")
    }

    #[test]
    fn half_of_a_round_is_real_and_nothing_comes_twice() {
        for seed in 0..200 {
            let round = deal(seed);
            assert_eq!(round.cards.len(), CARDS);
            for is_real in [true, false] {
                let mut places: Vec<_> = round
                    .cards
                    .iter()
                    .filter(|card| card.is_real == is_real)
                    .map(|card| card.place)
                    .collect();
                places.sort_unstable();
                assert_eq!(places, [0, 1, 2, 3, 4, 5]);
                assert_eq!(round.labels(is_real).len(), 6);
            }
            let mut samples = round.samples.clone();
            samples.sort_unstable();
            samples.dedup();
            assert_eq!(samples.len(), REALS, "seed {seed}");
            let labels = labels();
            let real: Vec<_> = round.samples.iter().map(|s| labels[*s]).collect();
            assert_eq!(round.labels(true), real);
        }
        assert_eq!(noise(7).len(), 6 * Z);
    }

    #[test]
    fn a_seed_always_deals_the_same_and_another_one_differs() {
        assert_eq!(deal(42), deal(42));
        assert_ne!(deal(42), deal(43));
        assert_eq!(Round::deal(1, &[3; 5]), None);
    }

    /// A shared link must give the same game after an update.
    #[test]
    fn the_first_round_stays_as_it_is() {
        let order: String = deal(42)
            .cards
            .iter()
            .map(|card| if card.is_real { 'r' } else { 'f' })
            .collect();
        assert_eq!(order, "frrrffrrffrf");
    }

    /// Real digits come first as often as fakes, and every class is drawn.
    #[test]
    fn rounds_are_fair() {
        let rounds: Vec<_> = (0..2000).map(deal).collect();
        let real_first = rounds.iter().filter(|round| round.cards[0].is_real).count();
        // Five standard errors of a fair coin.
        assert!(real_first.abs_diff(1000) < 112, "{real_first}");
        let mut fakes = [0usize; CLASSES];
        for label in rounds.iter().flat_map(|round| round.labels(false)) {
            fakes[usize::from(label)] += 1;
        }
        // 12,000 draws of one in ten, and five standard errors.
        assert!(fakes.iter().all(|n| n.abs_diff(1200) < 165), "{fakes:?}");
    }
}
