//! A text, or a tune, that grows token by token: what is asked for, what is there.

use std::rc::Rc;

use crate::models::next::{Choosing, surprise};
use crate::protocol::text::{TextAsk, TextStep, TextSteps};
use crate::tokens::{END, Token};
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::runs::player::{Course, Entry};

/// The text that the controls want.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The model, by its id.
    pub model: &'static str,
    /// What stands there, the end that is before every text included.
    pub prompt: Vec<Token>,
    /// What stands after it.
    pub given: Vec<Token>,
    /// Most tokens after the prompt, 1 or more.
    pub count: u32,
    /// How the rest is chosen.
    pub choosing: Choosing,
    /// Names the draws.
    pub seed: u64,
}

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct Written {
    wish: Option<Wish>,
    /// A token each, in a row.
    pub steps: Vec<Rc<TextStep>>,
    /// How surprising each was to the model.
    pub bits: Vec<f32>,
}

/// The text under way.
pub type TextRun = Booked<Written>;

impl Store for Written {
    /// `None` while the vocabulary is not here.
    type Want = Option<Wish>;
    type Work = ();
    type Ask = TextAsk;

    fn want(&mut self, book: &mut Book<()>, wish: Option<Wish>) {
        let same_prompt = self
            .wish
            .as_ref()
            .zip(wish.as_ref())
            .is_some_and(|(before, now)| {
                (before.model, &before.prompt) == (now.model, &now.prompt)
            });
        if same_prompt {
            // What stands is shown until it comes again.
            let given = wish.iter().flat_map(|wish| &wish.given);
            let stands = self.steps.iter().zip(given);
            let stands = stands.take_while(|(step, token)| step.token == **token);
            let stands = stands.count();
            self.steps.truncate(stands);
            self.bits.truncate(stands);
        } else {
            self.steps.clear();
            self.bits.clear();
        }
        self.wish = wish;
        if self.wish.is_some() {
            book.begin(());
        } else {
            book.drop_work();
        }
    }

    fn ask(&self, (): &()) -> Option<TextAsk> {
        let wish = self.wish.as_ref()?;
        // After a stop or a failure it goes on from what is there.
        let given = match self.steps.len() > wish.given.len() {
            true => self.tokens(),
            false => wish.given.clone(),
        };
        Some(TextAsk {
            model: wish.model.into(),
            prompt: wish.prompt.clone(),
            given,
            count: wish.count,
            choosing: wish.choosing,
            seed: wish.seed,
        })
    }

    fn answer(&mut self, _: &mut Book<()>, (): (), part: TextSteps) {
        for (at, step) in (part.first as usize..).zip(part.steps) {
            if at < self.steps.len() {
                self.steps[at] = Rc::new(step);
            } else if at == self.steps.len() {
                self.bits
                    .push(surprise(&step.logits, usize::from(step.token)));
                self.steps.push(Rc::new(step));
            }
        }
    }

    fn go_on(&mut self, book: &mut Book<()>) {
        if !self.is_over() {
            book.begin(());
        }
    }
}

impl Written {
    /// So many tokens there will be at most, 1 or more.
    pub fn most(&self) -> u32 {
        self.wish.as_ref().map_or(1, |wish| wish.count)
    }

    /// Has the text come to its end?
    pub fn is_over(&self) -> bool {
        self.steps.len() == self.most() as usize
            || self.steps.last().is_some_and(|step| step.token == END)
    }

    /// The tokens after the prompt.
    pub fn tokens(&self) -> Vec<Token> {
        self.steps.iter().map(|step| step.token).collect()
    }

    /// The course of a player over it: of what it is `of`, with the step that a link names.
    pub fn course<K>(&self, of: K, step: Option<u32>) -> Course<K> {
        let (last, ready) = (self.last(), (self.steps.len() as u32).checked_sub(1));
        // It may end before that step.
        let step = step.map(|at| at.min(last));
        Course {
            of,
            entry: step.map_or(Entry::Start, Entry::Rest),
            ready,
            last,
            at: step.filter(|at| Some(*at) <= ready).map(|at| (at, at)),
            tells: ready == Some(last),
        }
    }

    /// The last step there will be, as far as is known.
    pub fn last(&self) -> u32 {
        match self.is_over() {
            true => self.steps.len() as u32 - 1,
            false => self.most() - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Job, Report};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

    fn wish(given: &[Token], seed: u64) -> Option<Wish> {
        Some(Wish {
            model: "text-stories",
            prompt: vec![END, 97],
            given: given.to_vec(),
            count: 150,
            choosing: Choosing::default(),
            seed,
        })
    }

    fn job(run: &TextRun) -> TextAsk {
        match run.job() {
            Some((_, Job::Packed(job))) => job.unpacked().expect("a text"),
            other => panic!("{other:?}"),
        }
    }

    /// An engine's steps from `first` on.
    fn told(run: TextRun, first: u32, tokens: &[Token]) -> TextRun {
        let step = |token: &Token| TextStep {
            logits: vec![],
            token: *token,
            ms: 1.0,
        };
        let steps = tokens.iter().map(step).collect();
        let work = run.book.id().expect("at work");
        after(
            run,
            Action::News(
                work,
                RunEvent::Report(Report::packed(&TextSteps { first, steps })),
            ),
        )
    }

    #[test]
    fn what_stands_is_shown_until_it_comes_again() {
        let run = after(TextRun::default(), Action::Want(wish(&[], 1)));
        let run = told(told(run, 0, &[5, 6]), 2, &[7, 8]);
        assert_eq!(run.tokens(), [5, 6, 7, 8]);
        let run = after(run, Action::Want(wish(&[5, 6, 9], 1)));
        assert_eq!(run.tokens(), [5, 6]);
        assert_eq!(job(&run).given, [5, 6, 9]);
        let run = told(told(run, 0, &[5, 6, 9]), 3, &[1, END]);
        assert!(run.is_over() && run.last() == 4);
        let run = after(run, Action::Want(None));
        assert!(run.job().is_none() && run.steps.is_empty());
    }

    #[test]
    fn a_stopped_text_goes_on_from_what_is_there() {
        let run = after(TextRun::default(), Action::Want(wish(&[], 1)));
        let run = after(told(run, 0, &[5, 6, 7]), Action::Stop);
        let run = after(run, Action::GoOn);
        assert_eq!(job(&run).given, [5, 6, 7]);
    }
}
