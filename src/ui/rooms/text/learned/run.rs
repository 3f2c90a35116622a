//! A text, read by the model and then written by it.

use std::rc::Rc;

use crate::models::next::{Choosing, surprise};
use crate::protocol::text::{TextAsk, TextStep, TextSteps};
use crate::tokens::{END, Token};
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::state::LearnedState;
use crate::ui::state::text::STANDS;

/// Who chooses the next token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The text: each true token is given (teacher forcing).
    Teacher,
    /// The model itself, after a few tokens of the text.
    Model,
}

/// What the controls want.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The text's tokens, at least one.
    pub text: Vec<Token>,
    /// Names the draws.
    pub seed: u64,
}

/// A token as it was met.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// The token.
    pub token: Token,
    /// How surprising it was, bits.
    pub bits: f32,
    /// The likeliest token.
    pub guess: Token,
}

/// Both texts.
#[derive(Clone, Debug, Default)]
pub struct Both {
    wish: Option<Wish>,
    /// The text as the model read it.
    pub read: Rc<Vec<Met>>,
    /// The text as the model wrote it.
    pub written: Rc<Vec<Met>>,
}

/// The texts under way.
pub type BothRun = Booked<Both>;

impl Store for Both {
    /// `None` while the vocabulary is not here, or without a text.
    type Want = Option<Wish>;
    type Work = By;
    type Ask = TextAsk;

    fn want(&mut self, book: &mut Book<By>, wish: Option<Wish>) {
        *self = Self {
            wish,
            ..Self::default()
        };
        match self.wish {
            Some(_) => book.begin(By::Teacher),
            None => book.drop_work(),
        }
    }

    fn ask(&self, by: &By) -> Option<TextAsk> {
        let Wish { text, seed } = self.wish.as_ref()?;
        let stands = match by {
            By::Teacher => text.len(),
            By::Model => text.len().min(STANDS as usize),
        };
        Some(TextAsk {
            model: LearnedState::MODEL.into(),
            prompt: vec![END],
            given: text[..stands].to_vec(),
            count: text.len() as u32,
            choosing: Choosing::default(),
            seed: *seed,
        })
    }

    fn answer(&mut self, _: &mut Book<By>, by: By, part: TextSteps) {
        let all = Rc::make_mut(match by {
            By::Teacher => &mut self.read,
            By::Model => &mut self.written,
        });
        for (at, step) in (part.first as usize..).zip(part.steps) {
            if at == all.len() {
                all.push(met(&step));
            }
        }
    }

    fn done(&mut self, book: &mut Book<By>, by: By, _: f32) {
        if by == By::Teacher {
            book.begin(By::Model);
        }
    }

    fn go_on(&mut self, book: &mut Book<By>) {
        let length = self.wish.as_ref().map(|wish| wish.text.len());
        let is_read = length == Some(self.read.len());
        let by = if is_read { By::Model } else { By::Teacher };
        self.written = Rc::default();
        if !is_read {
            self.read = Rc::default();
        }
        book.begin(by);
    }
}

fn met(step: &TextStep) -> Met {
    let best = (0..).zip(&step.logits);
    let best = best.max_by(|a: &(Token, &f32), b| a.1.total_cmp(b.1));
    Met {
        token: step.token,
        bits: surprise(&step.logits, usize::from(step.token)),
        guess: best.map_or(END, |(token, _)| token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Job, Report};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

    fn job(run: &BothRun) -> TextAsk {
        match run.job() {
            Some((_, Job::Packed(job))) => job.unpacked().expect("a text"),
            other => panic!("{other:?}"),
        }
    }

    fn told(run: BothRun, tokens: &[Token]) -> BothRun {
        let step = |token: &Token| TextStep {
            logits: vec![0.0, 1.0, 0.0, 0.0],
            token: *token,
            ms: 1.0,
        };
        let steps = tokens.iter().map(step).collect();
        let report = Report::packed(&TextSteps { first: 0, steps });
        let work = run.book.id().expect("at work");
        let run = after(run, Action::News(work, RunEvent::Report(report)));
        after(run, Action::News(work, RunEvent::Done { ms: 1.0 }))
    }

    #[test]
    fn it_is_read_first_and_then_written() {
        let text: Vec<Token> = (0..12).map(|i| i % 4).collect();
        let wish = Wish {
            text: text.clone(),
            seed: 1,
        };
        let run = after(BothRun::default(), Action::Want(Some(wish)));
        assert_eq!(job(&run).given, text);
        let run = told(run, &text);
        assert_eq!(job(&run).given, text[..STANDS as usize]);
        let run = told(run, &[0, 1, 2]);
        assert_eq!((run.read.len(), run.written.len()), (12, 3));
        assert_eq!(run.read[2].guess, 1);
        // e / (e + 3) of four tokens.
        let p = 1f32.exp() / (1f32.exp() + 3.0);
        assert!((run.read[1].bits + p.log2()).abs() < 1e-5);
        assert!(run.job().is_none());
    }
}
