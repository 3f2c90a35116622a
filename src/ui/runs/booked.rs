//! Work that is booked with the page's engines, and the store that its answers go to.
//!
//! A chapter's store says what work is to be done, and takes the answers; the book numbers the
//! works and knows how the last one stands.

use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::ask::Ask;
use crate::protocol::{EngineKind, Job};
use crate::ui::host::{Phase, RunEvent, use_work};

/// So many works that were replaced may still be answered: one under way, and one that waits.
const LATE: usize = 2;

/// What a chapter wants of the engines, and what it has got.
pub trait Store: Clone + 'static {
    /// What the controls want.
    type Want: Clone + PartialEq + 'static;
    /// What a work is for.
    type Work: Clone + 'static;
    /// The job that it is.
    type Ask: Ask;
    /// Are answers taken that come after other work was wanted?
    const TAKES_LATE: bool = false;

    /// The controls want this.
    fn want(&mut self, book: &mut Book<Self::Work>, want: Self::Want);

    /// What is left to do of a work.
    fn ask(&self, work: &Self::Work) -> Option<Self::Ask>;

    /// An answer has come.
    fn answer(
        &mut self,
        book: &mut Book<Self::Work>,
        work: Self::Work,
        answer: <Self::Ask as Ask>::Answer,
    );

    /// A work is complete.
    fn done(&mut self, _book: &mut Book<Self::Work>, _work: Self::Work, _ms: f32) {}

    /// The visitor wants it to go on.
    fn go_on(&mut self, _book: &mut Book<Self::Work>) {}

    /// Something has happened.
    fn settle(&mut self, _book: &mut Book<Self::Work>) {}
}

/// The works of a store, and how the last one stands.
#[derive(Clone, Debug)]
pub struct Book<W> {
    /// How it stands; `None` before the first.
    pub phase: Option<Phase>,
    /// Bytes of the weights, received and in all, while they come.
    pub loading: Option<(u64, u64)>,
    /// The engine that computes, or did.
    pub engine: Option<EngineKind>,
    /// Time that the last complete work took, ms.
    pub took_ms: Option<f32>,
    work: Option<(u32, W)>,
    /// Works that were replaced and may still be answered.
    late: Vec<(u32, W)>,
    works: u32,
    /// Counts what has happened.
    version: u32,
}

impl<W> Default for Book<W> {
    fn default() -> Self {
        Self {
            phase: None,
            loading: None,
            engine: None,
            took_ms: None,
            work: None,
            late: Vec::new(),
            works: 0,
            version: 0,
        }
    }
}

impl<W> Book<W> {
    /// Is an engine at work, or about to be?
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Some(Phase::Loading | Phase::Running))
    }

    /// The number of the work under way.
    pub fn id(&self) -> Option<u32> {
        self.work.as_ref().map(|(id, _)| *id)
    }

    /// The work under way.
    pub fn work(&self) -> Option<&W> {
        self.work.as_ref().map(|(_, work)| work)
    }

    /// The work under way, to be called otherwise.
    pub fn work_mut(&mut self) -> Option<&mut W> {
        self.work.as_mut().map(|(_, work)| work)
    }

    /// Books this work, in place of any other.
    pub fn begin(&mut self, work: W) {
        self.works += 1;
        if let Some(replaced) = self.work.replace((self.works, work)) {
            if self.late.len() == LATE {
                self.late.remove(0);
            }
            self.late.push(replaced);
        }
        self.phase = Some(Phase::Loading);
        self.loading = None;
    }

    /// Nothing is to be done any more.
    pub fn end(&mut self, phase: Phase) {
        self.drop_work();
        self.phase = Some(phase);
    }

    /// The work under way is not wanted any more.
    pub fn drop_work(&mut self) {
        self.work = None;
        self.loading = None;
    }

    /// As before the first work; numbers go on.
    pub fn reset(&mut self) {
        *self = Self {
            works: self.works,
            version: self.version,
            ..Self::default()
        };
    }

    /// News of the work under way that are no answer.
    fn news(&mut self, event: RunEvent) {
        match event {
            RunEvent::Loading { received, total } => {
                self.loading = Some((received, total));
                if self.phase != Some(Phase::Running) {
                    self.phase = Some(Phase::Loading);
                }
            }
            RunEvent::Engine(engine) => {
                self.engine = Some(engine);
                self.phase = Some(Phase::Running);
            }
            // The visitor may retry; then news of this work goes on.
            RunEvent::Failed(_) => self.phase = Some(Phase::Failed),
            RunEvent::Resumed => {
                self.phase = Some(Phase::Loading);
                self.loading = None;
            }
            RunEvent::Cancelled => self.end(Phase::Cancelled),
            RunEvent::Frame(_) | RunEvent::Report(_) | RunEvent::Done { .. } => {}
        }
    }
}

/// A store and its book. Two are equal if nothing has happened in between: to compare all that is
/// kept at each screen refresh would take too long.
#[derive(Clone)]
pub struct Booked<S: Store> {
    store: S,
    /// How the work stands.
    pub book: Book<S::Work>,
}

impl<S: Store> PartialEq for Booked<S> {
    fn eq(&self, other: &Self) -> bool {
        self.book.version == other.book.version
    }
}

impl<S: Store> Deref for Booked<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.store
    }
}

impl<S: Store + Default> Default for Booked<S> {
    fn default() -> Self {
        Self::new(S::default(), Book::default())
    }
}

/// What happens to a store.
pub enum Action<W> {
    /// The controls want this.
    Want(W),
    /// The engine has news of this work.
    News(u32, RunEvent),
    /// The visitor stops the computation.
    Stop,
    /// The visitor lets it go on.
    GoOn,
}

impl<S: Store> Reducible for Booked<S> {
    type Action = Action<S::Want>;

    fn reduce(self: Rc<Self>, action: Self::Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Want(want) => next.store.want(&mut next.book, want),
            Action::News(id, event) => {
                if !next.news(id, event) {
                    return self;
                }
            }
            Action::Stop => next.book.end(Phase::Cancelled),
            Action::GoOn => next.store.go_on(&mut next.book),
        }
        next.store.settle(&mut next.book);
        next.book.version += 1;
        Rc::new(next)
    }
}

impl<S: Store> Booked<S> {
    /// A store, and what it has booked.
    pub fn new(store: S, book: Book<S::Work>) -> Self {
        Self { store, book }
    }

    /// The job of the work under way, as far as it is left.
    pub fn job(&self) -> Option<(u32, Job)> {
        let (id, work) = self.book.work.as_ref()?;
        Some((*id, self.store.ask(work)?.into_job()))
    }

    /// Takes news of work `id`; `false` if they are of no use.
    fn news(&mut self, id: u32, event: RunEvent) -> bool {
        let Self { store, book } = self;
        let is_now = book.id() == Some(id);
        let late = book.late.iter().filter(|_| S::TAKES_LATE);
        let work = book.work.iter().chain(late).find(|(work, _)| *work == id);
        let Some((_, work)) = work.cloned() else {
            return false;
        };
        let answer = match event {
            RunEvent::Frame(frame) => S::Ask::frame(frame),
            RunEvent::Report(report) => S::Ask::report(&report),
            RunEvent::Done { ms } if is_now => {
                book.took_ms = Some(ms);
                book.end(Phase::Done);
                store.done(book, work, ms);
                // One work follows the other.
                if book.work.is_some() {
                    book.phase = Some(Phase::Running);
                }
                return true;
            }
            event if is_now => {
                book.news(event);
                return true;
            }
            RunEvent::Done { .. } | RunEvent::Cancelled | RunEvent::Failed(_) => {
                book.late.retain(|(late, _)| *late != id);
                return true;
            }
            _ => return false,
        };
        let Some(answer) = answer else { return false };
        if is_now {
            book.phase = Some(Phase::Running);
            book.loading = None;
        }
        store.answer(book, work, answer);
        true
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// What a store has come to by this.
    pub fn after<S: Store>(run: Booked<S>, action: Action<S::Want>) -> Booked<S> {
        (*Rc::new(run).reduce(action)).clone()
    }
}

/// The store `init`, with what the controls want computed by the page's engines; not while it
/// `waits`.
#[hook]
pub fn use_booked<S: Store>(
    init: impl FnOnce() -> Booked<S>,
    want: S::Want,
    waits: bool,
) -> UseReducerHandle<Booked<S>> {
    let run = use_reducer_eq(init);
    {
        let run = run.dispatcher();
        use_effect_with(want, move |want| run.dispatch(Action::Want(want.clone())));
    }
    let (current, news) = (run.clone(), run.dispatcher());
    use_work(
        run.book.id().filter(|_| !waits),
        move || current.job(),
        move |id, event| news.dispatch(Action::News(id, event)),
    );
    run
}

/// What stops the work, or lets it go on.
pub fn sender<S: Store>(
    run: &UseReducerHandle<Booked<S>>,
    action: fn() -> Action<S::Want>,
) -> Callback<MouseEvent> {
    let run = run.dispatcher();
    Callback::from(move |_| run.dispatch(action()))
}
