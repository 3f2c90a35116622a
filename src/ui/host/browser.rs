//! The scheduler's hands: workers, timers, fetching.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::RunEvent;
use super::scheduler::{Effect, Place, Scheduler, Status, Trouble};
use super::surroundings::{self, now_ms};
use super::worker::{EngineWorker, Heard};
use crate::protocol::{EngineError, Event, Fault, Job};
use crate::ui::bench;
use crate::ui::state::EngineChoice;
use crate::weights::PATIENCE_S;
use crate::weights::manifest::Manifest;

/// How often the scheduler hears that time passes, ms.
const TICK_MS: u32 = 1000;

/// A browser that has not found a WebGPU adapter by then may never answer.
const ADAPTER_LIMIT_MS: u32 = 10_000;

/// The page's engines. A cheap clone; two are equal if they are the same engines.
#[derive(Clone)]
pub struct Host(Rc<Inner>);

struct Inner {
    scheduler: RefCell<Scheduler>,
    workers: RefCell<[Option<EngineWorker>; 4]>,
    runs: RefCell<HashMap<u32, Told>>,
    /// News of runs that wait for the next refresh of the screen, in their order.
    untold: RefCell<Vec<(u32, RunEvent)>>,
    refresh: RefCell<Option<AnimationFrame>>,
    /// Effects are being carried out: those that a callback causes wait their turn.
    acting: Cell<bool>,
    /// Tells the scheduler that time passes, while a run is under way.
    clock: RefCell<Option<Interval>>,
    patience_s: Option<u32>,
    /// A picture has been finished.
    finished: Cell<bool>,
    on: Callback<HostEvent>,
}

/// Who started a run.
#[derive(Clone)]
struct Told {
    on: Callback<RunEvent>,
    rest: Rc<dyn Fn() -> Option<Job>>,
}

/// What the host tells the page.
pub enum HostEvent {
    /// Something the page shows has changed.
    Status(Status),
    /// The list of models is here.
    Manifest(Rc<Manifest>),
    /// Something the visitor should know.
    Trouble(Trouble),
    /// The run that stopped is given up: what was said of it is over, and cannot be retried.
    GivenUp,
}

/// What any component may know of the engines, as a context.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Engines {
    /// Choice, engine, speed.
    pub status: Status,
    /// The list of models, once it is here.
    pub manifest: Option<Rc<Manifest>>,
    /// The site has a new release: what has not come by now will not fit.
    pub outdated: bool,
}

/// A run under way. Dropping it cancels the run.
pub struct RunHandle {
    host: Host,
    ticket: u32,
}

impl RunHandle {
    /// Ends the run; what was computed stays.
    pub fn cancel(self) {}
}

impl Drop for RunHandle {
    fn drop(&mut self) {
        self.host.act(|scheduler| scheduler.cancel(self.ticket));
        self.host.0.runs.borrow_mut().remove(&self.ticket);
    }
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for Host {
    fn default() -> Self {
        Self::new(EngineChoice::Auto, None, Callback::noop())
    }
}

impl Host {
    /// Engines of its own; none starts before it is needed. `patience_s` is how long they and
    /// their downloads may be silent, if not the usual time.
    pub fn new(choice: EngineChoice, patience_s: Option<u32>, on: Callback<HostEvent>) -> Self {
        let cores = surroundings::cores();
        let mut scheduler = Scheduler::new(surroundings::weights_url(), cores, choice);
        scheduler.patience(patience_s);
        let host = Self(Rc::new(Inner {
            scheduler: RefCell::new(scheduler),
            workers: RefCell::default(),
            runs: RefCell::default(),
            untold: RefCell::default(),
            refresh: RefCell::default(),
            acting: Cell::new(false),
            clock: RefCell::default(),
            patience_s,
            finished: Cell::new(false),
            on,
        }));
        let asking = host.clone();
        spawn_local(async move {
            let adapter = surroundings::adapter().await;
            asking.act(|scheduler| scheduler.adapter(adapter));
        });
        let waiting = host.clone();
        let limit = Timeout::new(ADAPTER_LIMIT_MS, move || {
            waiting.act(Scheduler::no_answer);
        });
        limit.forget();
        host
    }

    /// Starts `job`; what happens is told to `on`. A run that was under way is cancelled:
    /// the page has one at a time.
    pub fn run(&self, job: Job, on: Callback<RunEvent>) -> RunHandle {
        let whole = job.clone();
        self.run_on(job, move || Some(whole.clone()), on)
    }

    /// [`Self::run`]. When an engine breaks, and when the visitor retries, the work goes on with
    /// what is its `rest` by then; `None` if nothing is left. (A [`Job::Denoise`] needs no asking:
    /// the host has its frames.)
    pub fn run_on(
        &self,
        job: Job,
        rest: impl Fn() -> Option<Job> + 'static,
        on: Callback<RunEvent>,
    ) -> RunHandle {
        let rest = Rc::new(rest);
        let ticket = self.0.scheduler.borrow_mut().run(job, now_ms());
        self.0.runs.borrow_mut().insert(ticket, Told { on, rest });
        self.carry_out();
        RunHandle {
            host: self.clone(),
            ticket,
        }
    }

    /// Starts the CPU engine and loads a model, ahead of the first run.
    pub fn preload(&self, model: &str) {
        self.act(|scheduler| scheduler.preload(model));
    }

    /// Fetches the list of models, ahead of the first use of one.
    pub fn list_models(&self) {
        self.act(Scheduler::list_models);
    }

    /// Chooses the engine; a run under way moves to it between steps.
    pub fn choose(&self, choice: EngineChoice) {
        self.act(|scheduler| scheduler.choose(choice));
    }

    /// Lets a stopped run go on.
    pub fn retry(&self) {
        self.act(Scheduler::retry);
    }

    /// Provokes a failure in the next run (tests).
    pub fn provoke(&self, fault: Option<Fault>) {
        self.act(|scheduler| scheduler.provoke(fault));
    }

    fn act(&self, call: impl FnOnce(&mut Scheduler)) {
        call(&mut self.0.scheduler.borrow_mut());
        self.carry_out();
    }

    /// Carries out what the scheduler wants, until it wants nothing more.
    fn carry_out(&self) {
        if self.0.acting.replace(true) {
            return;
        }
        loop {
            let effects = self.0.scheduler.borrow_mut().take();
            if effects.is_empty() {
                break;
            }
            for effect in effects {
                self.carry_out_one(effect);
            }
        }
        self.0.acting.set(false);
        let status = self.0.scheduler.borrow().status();
        self.keep_time(status.busy);
        self.0.on.emit(HostEvent::Status(status));
    }

    /// Ticks while a run is under way; a hidden tab does not, for its timers are late.
    fn keep_time(&self, busy: bool) {
        let mut clock = self.0.clock.borrow_mut();
        if !busy {
            *clock = None;
        } else if clock.is_none() {
            let host = Rc::downgrade(&self.0);
            *clock = Some(Interval::new(TICK_MS, move || {
                if let Some(inner) = host.upgrade()
                    && !gloo_utils::document().hidden()
                {
                    Self(inner).act(|scheduler| scheduler.tick(now_ms()));
                }
            }));
        }
    }

    fn carry_out_one(&self, effect: Effect) {
        match effect {
            Effect::Spawn(place) => self.spawn(place),
            Effect::Kill(place) => {
                let worker = self.0.workers.borrow_mut()[place as usize].take();
                drop(worker);
            }
            Effect::Send(place, request) => {
                let sent = match &self.0.workers.borrow()[place as usize] {
                    Some(worker) => worker.send(&request),
                    None => Ok(()),
                };
                if let Err(error) = sent {
                    self.0.scheduler.borrow_mut().broke(place, error);
                }
            }
            Effect::FetchManifest => {
                let host = self.clone();
                spawn_local(async move { host.fetch_manifest().await });
            }
            Effect::Tell(ticket, event) => {
                self.mark_first_digit(&event);
                self.tell(ticket, event);
            }
            Effect::AskRest(ticket) => {
                // What is left depends on what has come.
                self.tell_all();
                if let Some(told) = self.told(ticket) {
                    let rest = (told.rest)();
                    let mut scheduler = self.0.scheduler.borrow_mut();
                    scheduler.rest(ticket, rest, now_ms());
                }
            }
            Effect::Report(trouble) => {
                let may_be_outdated = matches!(trouble, Trouble::Stopped(_));
                self.0.on.emit(HostEvent::Trouble(trouble));
                if may_be_outdated {
                    self.check_release();
                }
            }
            Effect::GivenUp => self.0.on.emit(HostEvent::GivenUp),
        }
    }

    /// Tells who started a run. Its progress is told with the next refresh of the screen: an engine
    /// may have news more often than a room can be drawn.
    fn tell(&self, ticket: u32, event: RunEvent) {
        let can_wait = matches!(
            event,
            RunEvent::Frame(_) | RunEvent::Report(_) | RunEvent::Loading { .. }
        );
        self.0.untold.borrow_mut().push((ticket, event));
        // Behind a hidden tab the screen is not refreshed.
        if !can_wait || gloo_utils::document().hidden() {
            self.tell_all();
            return;
        }
        let mut refresh = self.0.refresh.borrow_mut();
        if refresh.is_none() {
            let host = Rc::downgrade(&self.0);
            *refresh = Some(request_animation_frame(move |_| {
                if let Some(inner) = host.upgrade() {
                    Self(inner).tell_all();
                }
            }));
        }
    }

    fn tell_all(&self) {
        self.0.refresh.take();
        for (ticket, event) in self.0.untold.take() {
            if let Some(told) = self.told(ticket) {
                told.on.emit(event);
            }
        }
    }

    fn told(&self, ticket: u32) -> Option<Told> {
        self.0.runs.borrow().get(&ticket).cloned()
    }

    /// The moment when there is a first finished picture, for `cargo xtask bench`.
    fn mark_first_digit(&self, event: &RunEvent) {
        let finished = matches!(event, RunEvent::Frame(frame) if frame.update.is_none());
        if finished && !self.0.finished.replace(true) {
            bench::mark(bench::FIRST_DIGIT);
        }
    }

    fn spawn(&self, place: Place) {
        let host = Rc::downgrade(&self.0);
        let spawned = EngineWorker::spawn(place, move |heard| {
            if let Some(inner) = host.upgrade() {
                Self(inner).heard(place, heard);
            }
        });
        match spawned {
            Ok(worker) => self.0.workers.borrow_mut()[place as usize] = Some(worker),
            Err(error) => {
                let error = EngineError::Panicked(format!("{error:?}"));
                self.0.scheduler.borrow_mut().broke(place, error);
            }
        }
    }

    fn heard(&self, place: Place, heard: Heard) {
        match heard {
            Heard::Event(event) => {
                if let Event::Ready { .. } = event
                    && let Some(worker) = &mut self.0.workers.borrow_mut()[place as usize]
                {
                    worker.is_ready();
                }
                self.act(|scheduler| scheduler.event(place, event, now_ms()));
            }
            Heard::Coming { received, total } => {
                if let Some(worker) = &mut self.0.workers.borrow_mut()[place as usize] {
                    worker.is_coming();
                }
                self.act(|scheduler| scheduler.coming(place, received, total));
            }
            Heard::Gone(error) => self.act(|scheduler| scheduler.broke(place, error)),
        }
    }

    /// Something of the site did not come, or does not fit: tells the visitor if that is because there
    /// is a new release. What was said of it before is then over, for to retry is of no use.
    pub fn check_release(&self) {
        let on = self.0.on.clone();
        spawn_local(async move {
            if surroundings::is_outdated().await {
                on.emit(HostEvent::GivenUp);
                on.emit(HostEvent::Trouble(Trouble::Stale));
            }
        });
    }

    async fn fetch_manifest(&self) {
        let manifest = surroundings::manifest(self.0.patience_s.unwrap_or(PATIENCE_S)).await;
        if let Ok(manifest) = &manifest {
            self.0
                .on
                .emit(HostEvent::Manifest(Rc::new(manifest.clone())));
        }
        self.act(|scheduler| scheduler.manifest(manifest));
    }
}

/// The page's host, from any component below the root.
#[hook]
pub fn use_host() -> Host {
    use_context().unwrap_or_default()
}

/// What is known of the engines, from any component below the root.
#[hook]
pub fn use_engines() -> Engines {
    use_context().unwrap_or_default()
}

/// Is this model among those that ship? Not while that is unknown.
#[hook]
pub fn use_has_model(model: &str) -> bool {
    let manifest = use_engines().manifest;
    manifest.is_some_and(|manifest| manifest.find(model).is_some())
}

/// Has the page's engines do the work that a reducer wants, and cancels it when the reducer wants
/// other work or none. Its state numbers its works: `id` is the present one's number, `job` looks
/// it up, and `news` gets that number with every event.
///
/// A question that is asked anew while something is dragged ([`Needs::interactive`]) may still be
/// answered when the next one is asked: news of it then come until it is over.
///
/// When the work has to go on after a broken engine or a retry, `job` is asked again: a reducer
/// whose job is what is left, given what it has, loses nothing; one that gives the same job every
/// time sees its work start again, with all its events.
#[hook]
pub fn use_work(
    id: Option<u32>,
    job: impl Fn() -> Option<(u32, Job)> + 'static,
    news: impl Fn(u32, RunEvent) + 'static,
) {
    let host = use_host();
    let works = use_mut_ref(Vec::<Work>::new);
    {
        let works = works.clone();
        use_effect_with((), move |()| move || Work::end(&works, |_| true));
    }
    use_effect_with(id, move |&id| {
        // A reducer's handle reads what is true now, not what was when the page was drawn (yew
        // 0.23): work that has begun since is the next effect's.
        let left = move || {
            let (now, job) = job()?;
            (Some(now) == id).then_some(job)
        };
        let next = id.zip(left());
        let is_question = next
            .as_ref()
            .is_some_and(|(_, job)| job.needs().interactive);
        Work::end(&works, |work| {
            work.is_over || !(work.is_question && is_question)
        });
        let Some((id, job)) = next else { return };
        let told = Rc::downgrade(&works);
        let on = Callback::from(move |event: RunEvent| {
            let is_over = event.is_last();
            news(id, event);
            let Some(works) = told.upgrade() else { return };
            if let Some(work) = works.borrow_mut().iter_mut().find(|work| work.id == id) {
                work.is_over = is_over;
            }
            Work::end(&works, |work| work.is_over && work.is_replaced);
        });
        for work in works.borrow_mut().iter_mut() {
            work.is_replaced = true;
        }
        let handle = host.run_on(job, left, on);
        let work = Work {
            id,
            is_question,
            is_replaced: false,
            is_over: false,
            _handle: handle,
        };
        works.borrow_mut().push(work);
    });
}

/// Work of [`use_work`] that is under way, or the latest.
struct Work {
    id: u32,
    is_question: bool,
    is_replaced: bool,
    /// Nothing more comes of it, unless the visitor retries.
    is_over: bool,
    _handle: RunHandle,
}

impl Work {
    /// Lets go of some works, which cancels those that are under way. They are out of the list by
    /// then: that they are cancelled is told, too.
    fn end(works: &RefCell<Vec<Self>>, which: impl Fn(&Self) -> bool) {
        let ended: Vec<_> = works
            .borrow_mut()
            .extract_if(.., |work| which(work))
            .collect();
        drop(ended);
    }
}
