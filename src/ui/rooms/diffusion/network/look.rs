//! Looks inside the network: asked of an engine, one after another as the step moves.

use std::rc::Rc;

use crate::protocol::ask::Seen;
use crate::protocol::{Anatomy, Inspect};
use crate::ui::runs::booked::{Book, Store};

/// A look that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The step whose picture it is.
    pub step: u32,
    /// The question.
    pub job: Inspect,
}

/// What was seen last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// What was looked at.
    pub of: Option<Ask>,
    /// What every block gave.
    pub anatomy: Option<Rc<Anatomy>>,
    /// The time of each block, ms; empty until it has been measured. It is kept from look to
    /// look, for the network does the same work every time.
    pub times_ms: Rc<Vec<f32>>,
}

impl Look {
    /// A block's share of the time of a pass, `0..=1`.
    pub fn share(&self, block: usize) -> Option<f32> {
        let sum: f32 = self.times_ms.iter().sum();
        let ms = self.times_ms.get(block)?;
        (sum > 0.0).then(|| ms / sum)
    }
}

impl Store for Look {
    type Want = Option<Ask>;
    type Work = Ask;
    type Ask = Inspect;
    /// While the step is dragged, each answer is something to see.
    const TAKES_LATE: bool = true;

    fn want(&mut self, book: &mut Book<Ask>, ask: Option<Ask>) {
        match ask {
            Some(ask) => book.begin(ask),
            None => book.drop_work(),
        }
    }

    fn ask(&self, ask: &Ask) -> Option<Inspect> {
        Some(ask.job.clone())
    }

    fn answer(&mut self, _: &mut Book<Ask>, ask: Ask, seen: Seen) {
        match seen {
            Seen::Anatomy(anatomy) => {
                self.of = Some(ask);
                self.anatomy = Some(Rc::new(anatomy));
            }
            Seen::BlockTimes(times) => self.times_ms = Rc::new(times),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stay_while_the_step_moves() {
        let ask = |step| Ask {
            step,
            job: Inspect {
                model: "m".into(),
                x: vec![],
                t: 1,
                label: None,
                cut: 0,
            },
        };
        let mut look = Look::default();
        assert_eq!(look.share(0), None);
        for (step, seen) in [
            (1, Seen::Anatomy(Anatomy::default())),
            (1, Seen::BlockTimes(vec![1.0, 3.0])),
            (2, Seen::Anatomy(Anatomy::default())),
        ] {
            look.answer(&mut Book::default(), ask(step), seen);
        }
        assert_eq!((look.share(1), look.share(2)), (Some(0.75), None));
        assert_eq!(look.of, Some(ask(2)));
    }
}
