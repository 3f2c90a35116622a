//! What the room's chapters ask of trained autoencoders, and the answers.
//!
//! A chapter lists what it wants to know, the most urgent first; one question after the other goes to
//! the engine, and the answers are kept. While something is dragged the list changes faster than it is
//! answered: then questions that nobody waits for any more are left out.

use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::vae::{Look, Question, VaeAnswer, VaeAsk};
use crate::ui::host::Phase;
use crate::ui::runs::booked::{Book, Booked, Store, use_booked};

/// Most answers that are kept; the largest takes 1.3 MB, most of them some kB.
const KEPT: usize = 128;

/// A question that can be shared, with what it is urgent before.
#[derive(Clone, Debug)]
pub struct Asked {
    ask: Rc<VaeAsk>,
    /// Those of a smaller number come first.
    rank: u8,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank && same(&self.ask, &other.ask)
    }
}

/// The same question? Mostly it is the same one, and its pictures need not be compared.
fn same(a: &Rc<VaeAsk>, b: &Rc<VaeAsk>) -> bool {
    Rc::ptr_eq(a, b) || a == b
}

impl Asked {
    /// A question to a model.
    pub fn new(model: &str, rank: u8, question: Question) -> Self {
        let model = model.to_owned();
        Self {
            ask: Rc::new(VaeAsk { model, question }),
            rank,
        }
    }
}

/// What is wanted, and what is known.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    want: Vec<Asked>,
    /// The newest last.
    kept: Vec<(Rc<VaeAsk>, Rc<VaeAnswer>)>,
}

/// The answers, and how the work on the next one stands.
pub type AnswersRun = Booked<Answers>;

type Works = Book<Rc<VaeAsk>>;

impl Store for Answers {
    type Want = Vec<Asked>;
    type Work = Rc<VaeAsk>;
    type Ask = VaeAsk;
    const TAKES_LATE: bool = true;

    fn want(&mut self, book: &mut Works, want: Vec<Asked>) {
        self.want = want;
        let open = || self.want.iter().filter(|want| self.of(&want.ask).is_none());
        let urgent = open().map(|want| want.rank).min();
        // What is under way goes on while it is wanted and nothing is more urgent.
        let goes_on = book.work().is_some_and(|work| {
            open().any(|want| Some(want.rank) == urgent && same(&want.ask, work))
        });
        match self.next() {
            Some(_) if goes_on => {}
            Some(next) => book.begin(next),
            None => book.end(Phase::Done),
        }
    }

    fn ask(&self, work: &Rc<VaeAsk>) -> Option<VaeAsk> {
        self.of(work).is_none().then(|| (**work).clone())
    }

    fn answer(&mut self, _: &mut Works, work: Rc<VaeAsk>, answer: VaeAnswer) {
        if self.kept.len() == KEPT {
            // What is wanted now is not the first to go.
            let is_wanted = |ask: &Rc<VaeAsk>| self.want.iter().any(|want| same(&want.ask, ask));
            let oldest = self.kept.iter().position(|(ask, _)| !is_wanted(ask));
            self.kept.remove(oldest.unwrap_or(0));
        }
        self.kept.push((work, Rc::new(answer)));
    }

    fn done(&mut self, book: &mut Works, _: Rc<VaeAsk>, _: f32) {
        if let Some(next) = self.next() {
            book.begin(next);
        }
    }

    fn go_on(&mut self, book: &mut Works) {
        if let Some(next) = self.next() {
            book.begin(next);
        }
    }
}

impl Answers {
    /// The most urgent question that is open. Among equals the model that was not asked last comes
    /// first, so that two maps move together under one finger.
    fn next(&self) -> Option<Rc<VaeAsk>> {
        let last = self.kept.last().map(|(ask, _)| ask.model.as_str());
        let open = self.want.iter().filter(|want| self.of(&want.ask).is_none());
        let next = open.min_by_key(|want| (want.rank, Some(want.ask.model.as_str()) == last));
        next.map(|want| want.ask.clone())
    }

    fn of(&self, ask: &Rc<VaeAsk>) -> Option<&Rc<VaeAnswer>> {
        let (_, answer) = self.kept.iter().find(|(kept, _)| same(kept, ask))?;
        Some(answer)
    }

    /// The answer to a question.
    pub fn to(&self, asked: &Asked) -> Option<&VaeAnswer> {
        self.of(&asked.ask).map(|answer| &**answer)
    }

    /// The newest answer to a question of this model that `is_alike`: what is shown until the answer
    /// proper has come.
    pub fn latest(&self, model: &str, is_alike: impl Fn(&Question) -> bool) -> Option<&VaeAnswer> {
        let mut newest = self.kept.iter().rev();
        let found = newest.find(|(ask, _)| ask.model == model && is_alike(&ask.question));
        found.map(|(_, answer)| &**answer)
    }
}

/// The answers of a chapter that wants to know `want`.
#[hook]
pub fn use_answers(want: Vec<Asked>) -> UseReducerHandle<AnswersRun> {
    use_booked(AnswersRun::default, want, false)
}

/// All that happens to a picture, if it is known.
pub fn look(answer: Option<&VaeAnswer>) -> Option<&Look> {
    match answer? {
        VaeAnswer::Look(look) => Some(look),
        _ => None,
    }
}

/// Means of codes, `[n, code]`.
pub fn codes(answer: Option<&VaeAnswer>) -> Option<&[f32]> {
    match answer? {
        VaeAnswer::Codes { means, .. } => Some(means),
        _ => None,
    }
}

/// Pictures of codes, `[n, 28, 28]`.
pub fn pictures(answer: Option<&VaeAnswer>) -> Option<&[f32]> {
    match answer? {
        VaeAnswer::Pictures { pictures, .. } => Some(pictures),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Job, Report};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked;

    type Action = booked::Action<Vec<Asked>>;

    fn ask(model: &str, rank: u8, at: f32) -> Asked {
        let codes = vec![at; 2];
        Asked::new(model, rank, Question::Pictures { codes })
    }

    fn after(run: AnswersRun, actions: impl IntoIterator<Item = Action>) -> AnswersRun {
        actions.into_iter().fold(run, booked::testing::after)
    }

    fn answer(run: &AnswersRun) -> [Action; 2] {
        let work = run.book.id().expect("at work");
        let answer = VaeAnswer::Pictures {
            pictures: vec![work as f32],
            ms: 1.0,
        };
        [
            Action::News(work, RunEvent::Report(Report::packed(&answer))),
            Action::News(work, RunEvent::Done { ms: 2.0 }),
        ]
    }

    fn asked(run: &AnswersRun) -> Option<VaeAsk> {
        match run.job()? {
            (_, Job::Vae(ask)) => Some(ask),
            other => panic!("{other:?}"),
        }
    }

    /// Answers until nothing is asked, and tells in which order it was.
    fn order(mut run: AnswersRun) -> (AnswersRun, Vec<(String, f32)>) {
        let mut order = Vec::new();
        while let Some(VaeAsk { model, question }) = asked(&run) {
            let Question::Pictures { codes } = question else {
                panic!("{question:?}");
            };
            order.push((model, codes[0]));
            let news = answer(&run);
            run = after(run, news);
        }
        (run, order)
    }

    #[test]
    fn the_urgent_comes_first_and_models_take_turns() {
        let want = vec![
            ask("a", 1, 5.0),
            ask("a", 0, 1.0),
            ask("a", 0, 2.0),
            ask("b", 0, 3.0),
        ];
        let run = after(AnswersRun::default(), [Action::Want(want.clone())]);
        assert!(run.next().is_some());
        let (run, order) = order(run);
        let order: Vec<_> = order.iter().map(|(m, at)| (m.as_str(), *at)).collect();
        assert_eq!(order, [("a", 1.0), ("b", 3.0), ("a", 2.0), ("a", 5.0)]);
        assert!(run.next().is_none());
        assert_eq!(run.book.phase, Some(Phase::Done));
        assert_eq!(pictures(run.to(&want[3])), Some(&[2.0][..]));
        // All of it again: nothing is left to do.
        let run = after(run, [Action::Want(want)]);
        assert_eq!((run.job(), run.book.phase), (None, Some(Phase::Done)));
    }

    #[test]
    fn under_a_fast_finger_the_newest_is_asked_and_late_answers_are_kept() {
        let at = |x| vec![ask("a", 0, x), ask("a", 1, 9.0)];
        let run = after(AnswersRun::default(), [Action::Want(at(1.0))]);
        let late = answer(&run);
        let run = after(run, [Action::Want(at(2.0)), Action::Want(at(3.0))]);
        let run = after(run, late);
        assert!(run.to(&ask("a", 0, 1.0)).is_some());
        let alike = |question: &Question| matches!(question, Question::Pictures { .. });
        assert_eq!(pictures(run.latest("a", alike)), Some(&[1.0][..]));
        assert!(run.latest("b", alike).is_none());
        let (_, order) = order(run);
        let order: Vec<_> = order.iter().map(|(_, at)| *at).collect();
        assert_eq!(order, [3.0, 9.0], "2.0 was never answered");
    }

    #[test]
    fn what_is_wanted_stays_when_room_is_made() {
        let first = ask("a", 0, -1.0);
        let mut run = after(AnswersRun::default(), [Action::Want(vec![first.clone()])]);
        for x in 0..KEPT {
            let want = vec![first.clone(), ask("a", 0, x as f32)];
            run = order(after(run, [Action::Want(want)])).0;
        }
        assert!(run.to(&first).is_some());
        assert!(run.to(&ask("a", 0, 0.0)).is_none());
        assert!(run.to(&ask("a", 0, KEPT as f32 - 1.0)).is_some());
    }
}
