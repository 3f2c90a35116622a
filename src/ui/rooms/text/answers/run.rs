//! Three models answer one question, one after the other.

use std::rc::Rc;

use crate::models::next::Choosing;
use crate::protocol::text::{TextAsk, TextStep, TextSteps};
use crate::tokens::{END, Token};
use crate::ui::runs::booked::{Book, Booked, Store};
use crate::ui::state::AnswersState;
use crate::ui::state::text::ANSWER_LENGTH;

/// Number of models.
pub const STAGES: usize = AnswersState::MODELS.len();

/// What the controls want.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// What stands before the answer, from the end before every text.
    pub prompt: Vec<Token>,
    /// How tokens are chosen.
    pub choosing: Choosing,
    /// Names the draws.
    pub seed: u64,
}

/// What has been said.
#[derive(Clone, Debug, Default)]
pub struct Said {
    wish: Option<Wish>,
    /// The tokens of each model.
    pub answers: [Vec<Rc<TextStep>>; STAGES],
}

/// The answers under way.
pub type SaidRun = Booked<Said>;

impl Store for Said {
    /// `None` while the vocabulary is not here.
    type Want = Option<Wish>;
    /// Which model.
    type Work = usize;
    type Ask = TextAsk;

    fn want(&mut self, book: &mut Book<usize>, wish: Option<Wish>) {
        *self = Self {
            wish,
            ..Self::default()
        };
        match self.wish {
            Some(_) => book.begin(0),
            None => book.drop_work(),
        }
    }

    fn ask(&self, stage: &usize) -> Option<TextAsk> {
        let wish = self.wish.as_ref()?;
        Some(TextAsk {
            model: AnswersState::MODELS[*stage].into(),
            prompt: wish.prompt.clone(),
            given: self.tokens(*stage),
            count: ANSWER_LENGTH,
            choosing: wish.choosing,
            seed: wish.seed,
        })
    }

    fn answer(&mut self, _: &mut Book<usize>, stage: usize, part: TextSteps) {
        let steps = &mut self.answers[stage];
        for (at, step) in (part.first as usize..).zip(part.steps) {
            if at == steps.len() {
                steps.push(Rc::new(step));
            }
        }
    }

    fn done(&mut self, book: &mut Book<usize>, stage: usize, _: f32) {
        if stage + 1 < STAGES {
            book.begin(stage + 1);
        }
    }

    fn go_on(&mut self, book: &mut Book<usize>) {
        if let Some(stage) = (0..STAGES).find(|stage| !self.is_over(*stage)) {
            book.begin(stage);
        }
    }
}

impl Said {
    /// The tokens of a model so far.
    pub fn tokens(&self, stage: usize) -> Vec<Token> {
        self.answers[stage].iter().map(|step| step.token).collect()
    }

    /// Has a model come to an end, by itself or not?
    pub fn is_over(&self, stage: usize) -> bool {
        let steps = &self.answers[stage];
        steps.len() == ANSWER_LENGTH as usize || steps.last().is_some_and(|step| step.token == END)
    }

    /// The newest token that can be shown of all: what the slowest has said, if it goes on.
    pub fn ready(&self) -> Option<u32> {
        let going = (0..STAGES).filter(|stage| !self.is_over(*stage));
        let shortest = going.map(|stage| self.answers[stage].len()).min();
        let longest = self.answers.iter().map(Vec::len).max().unwrap_or(0);
        (shortest.unwrap_or(longest) as u32).checked_sub(1)
    }

    /// The last token there will be, as far as is known.
    pub fn last(&self) -> u32 {
        match (0..STAGES).all(|stage| self.is_over(stage)) {
            true => self.ready().unwrap_or(0),
            false => ANSWER_LENGTH - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Job, Report};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::{Action, testing::after};

    fn job(run: &SaidRun) -> TextAsk {
        match run.job() {
            Some((_, Job::Packed(job))) => job.unpacked().expect("a text"),
            other => panic!("{other:?}"),
        }
    }

    fn told(run: SaidRun, tokens: &[Token]) -> SaidRun {
        let step = |token: &Token| TextStep {
            logits: vec![],
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
    fn one_answers_after_the_other() {
        let wish = Wish {
            prompt: vec![END, 97],
            choosing: Choosing::default(),
            seed: 1,
        };
        let mut run = after(SaidRun::default(), Action::Want(Some(wish)));
        for (stage, tokens) in [&[5, 6, 7, END][..], &[8, END], &[9, 9, END]]
            .iter()
            .enumerate()
        {
            assert_eq!(job(&run).model, AnswersState::MODELS[stage]);
            assert_eq!(run.ready(), None);
            run = told(run, tokens);
        }
        assert!(run.job().is_none() && (0..STAGES).all(|stage| run.is_over(stage)));
        assert_eq!((run.ready(), run.last()), (Some(3), 3));
        let run = after(run, Action::Want(None));
        assert!(run.job().is_none() && run.answers.iter().all(Vec::is_empty));
    }
}
