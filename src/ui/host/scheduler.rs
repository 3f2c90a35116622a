//! Decides which engine does what. Pure: calls in, [`Effect`]s out.
//!
//! There are four places for an engine: the CPU worker, a second one for batches, the GPU
//! worker, and one that trains. The page has one run at a time. A run is dealt out to one or two
//! places; when a place breaks, or a better one becomes ready, the run is dealt out again from its
//! last frame (whose x is exact), so nothing that was computed is lost. Jobs of other kinds have
//! no frames here: when a place breaks, who started the run is asked what is left of it.

use std::ops::Range;

use super::RunEvent;
use super::merge::{Merge, part};
use crate::protocol::{
    BUILD_ID, Denoise, EngineError, EngineKind, Event, Fault, Frame, Home, Job, Request, RunId,
    Start,
};
use crate::ui::state::EngineChoice;
use crate::weights::PATIENCE_S;
use crate::weights::manifest::{Manifest, ModelEntry};

/// A batch from here on is worth a second CPU worker.
const SPLIT_FROM: usize = 8;
/// A job of so many pictures or steps is worth the GPU.
const LONG_BATCH: usize = 8;
const LONG_STEPS: u32 = 250;
/// How often a run is saved from a broken engine before the visitor is asked.
const RESCUES: u32 = 2;
/// An engine at work that says nothing for so long is taken for broken, s. Engines say at least
/// once a step that they live; a step takes some ms on a CPU, and seconds on a GPU in software,
/// whose first one compiles the shaders too.
const CPU_PATIENCE_S: u32 = 30;
const GPU_PATIENCE_S: u32 = 60;
/// So many times the patience of a stalled download, while one is under way: the engine itself
/// gives each of its tries that long.
const TRIES: u32 = 5;
/// When the page itself was away for so long (a sleeping computer, a busy page), it has heard
/// nothing because it did not listen, ms.
const MISSED_MS: f64 = 5000.0;

/// A place for an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The CPU worker everybody has.
    Cpu,
    /// The second CPU worker, for batches.
    SecondCpu,
    /// The GPU worker.
    Gpu,
    /// The CPU worker that trains.
    Trainer,
}

impl Place {
    /// All places; a place's number is its position here.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::SecondCpu, Self::Gpu, Self::Trainer];

    fn kind(self) -> EngineKind {
        match self {
            Self::Cpu | Self::SecondCpu | Self::Trainer => EngineKind::Cpu,
            Self::Gpu => EngineKind::Gpu,
        }
    }
}

/// What the browser said about WebGPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adapter {
    /// Not asked yet.
    #[default]
    Unknown,
    /// None.
    Missing,
    /// One in software: it works, slowly.
    Software,
    /// A real one.
    Hardware,
}

/// Where a run goes on whose engine broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoesOn {
    /// At its start: nothing had come of it, or what had is of no use.
    FromStart,
    /// From this step.
    FromStep(u32),
    /// From the last that its room has of it.
    FromLast,
}

/// Something the visitor should know. `errors` makes it a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// An engine broke; the run goes on.
    Rescued {
        /// What broke.
        error: EngineError,
        /// Where the run goes on.
        from: GoesOn,
    },
    /// The run stopped; the visitor may retry.
    Stopped(EngineError),
    /// The GPU was asked for and there is none.
    NoGpu,
    /// The GPU engine gave up; the CPU takes over.
    GpuFailed(EngineError),
    /// Page and engine are of different builds.
    Stale,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Start a worker there (and call [`Scheduler::broke`] if it is not ready in time).
    Spawn(Place),
    /// End the worker there.
    Kill(Place),
    /// Send it this.
    Send(Place, Request),
    /// Fetch the manifest and call [`Scheduler::manifest`].
    FetchManifest,
    /// Tell the run of this ticket.
    Tell(u32, RunEvent),
    /// Ask what is left of the job of this ticket and call [`Scheduler::rest`].
    AskRest(u32),
    /// Tell the visitor.
    Report(Trouble),
    /// The run that stopped is given up: [`Trouble::Stopped`] tells of nothing any more, and there
    /// is nothing to retry.
    GivenUp,
}

/// What the page shows of the engines.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Status {
    /// The choice in force.
    pub choice: EngineChoice,
    /// What the browser said about WebGPU.
    pub adapter: Adapter,
    /// The engine that computed last.
    pub engine: Option<EngineKind>,
    /// Time of a step, ms, smoothed over the run.
    pub step_ms: Option<f32>,
    /// Is a run under way?
    pub busy: bool,
    /// Is an engine ready to compute?
    pub ready: bool,
}

#[derive(Debug, Default, PartialEq)]
enum Phase {
    #[default]
    Off,
    Starting,
    Ready,
    /// Given up.
    Broken,
}

#[derive(Debug, Default)]
struct Station {
    phase: Phase,
    loaded: Vec<String>,
    loading: Option<String>,
    /// The first [`Scheduler::tick`] since it was heard.
    silent_since_ms: Option<f64>,
}

#[derive(Debug)]
struct Part {
    place: Place,
    run: RunId,
    pictures: Range<usize>,
    started: bool,
    done: bool,
}

#[derive(Debug)]
struct Run {
    ticket: u32,
    job: Job,
    parts: Vec<Part>,
    merge: Merge,
    /// The last whole frame.
    last: Option<Frame>,
    /// The guess of the step before it, if that was shown.
    x0_before: Option<Vec<f32>>,
    rescues: u32,
    since_ms: f64,
    /// It failed and waits for the visitor.
    stopped: bool,
    /// It waits to hear what is left of its job.
    asked: bool,
    /// What broke, if the visitor is still to be told that the run goes on.
    broken: Option<EngineError>,
    /// Its job is no longer the whole one.
    is_rest: bool,
}

#[derive(Debug, Default)]
enum ManifestState {
    #[default]
    Unasked,
    Asked,
    Here(Manifest),
}

/// The decisions. Call [`Scheduler::take`] after every other call and carry out what it gives.
#[derive(Debug)]
pub struct Scheduler {
    /// Absolute URL of the folder of the weights, `/` at its end.
    weights_url: String,
    cores: usize,
    choice: EngineChoice,
    adapter: Adapter,
    fault: Option<Fault>,
    /// Patience with engines and downloads, s, if it is not the usual one.
    patience_s: Option<u32>,
    ticked_ms: f64,
    stations: [Station; 4],
    manifest: ManifestState,
    preload: Option<String>,
    run: Option<Run>,
    tickets: u32,
    runs: RunId,
    engine: Option<EngineKind>,
    step_ms: Option<f32>,
    effects: Vec<Effect>,
}

impl Scheduler {
    /// For a page with these surroundings. Starts nothing.
    pub fn new(weights_url: String, cores: usize, choice: EngineChoice) -> Self {
        Self {
            weights_url,
            cores,
            choice,
            adapter: Adapter::Unknown,
            fault: None,
            patience_s: None,
            ticked_ms: 0.0,
            stations: Default::default(),
            manifest: ManifestState::Unasked,
            preload: None,
            run: None,
            tickets: 0,
            runs: 0,
            engine: None,
            step_ms: None,
            effects: Vec::new(),
        }
    }

    /// What is to be done, in this order.
    pub fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What the page shows.
    pub fn status(&self) -> Status {
        Status {
            choice: self.choice,
            adapter: self.adapter,
            engine: self.engine,
            step_ms: self.step_ms,
            busy: self.run.as_ref().is_some_and(|run| !run.stopped),
            ready: self
                .stations
                .iter()
                .any(|station| station.phase == Phase::Ready),
        }
    }

    /// Starts the CPU engine and loads a model into it, ahead of the first run.
    pub fn preload(&mut self, model: &str) {
        self.preload = Some(model.to_owned());
        self.pump();
    }

    /// Fetches the list of models, ahead of the first use of one.
    pub fn list_models(&mut self) {
        if matches!(self.manifest, ManifestState::Unasked) {
            self.manifest = ManifestState::Asked;
            self.effects.push(Effect::FetchManifest);
        }
    }

    /// Provokes a failure in the next run that starts.
    pub fn provoke(&mut self, fault: Option<Fault>) {
        self.fault = fault;
    }

    /// Changes how long engines and downloads may be silent (tests).
    pub fn patience(&mut self, seconds: Option<u32>) {
        self.patience_s = seconds;
    }

    /// Time passes: to be called every second or so while a run is under way and the page is
    /// seen. A place that has work and stays silent is broken.
    pub fn tick(&mut self, now_ms: f64) {
        let missed = now_ms - self.ticked_ms > MISSED_MS;
        self.ticked_ms = now_ms;
        for place in Place::ALL {
            let limit_s = self.patience_with(place);
            let station = self.station(place);
            let (Some(limit_s), false) = (limit_s, missed) else {
                station.silent_since_ms = None;
                continue;
            };
            let since_ms = *station.silent_since_ms.get_or_insert(now_ms);
            if now_ms - since_ms >= f64::from(limit_s) * 1000.0 {
                self.broke(place, EngineError::Silent(limit_s));
            }
        }
    }

    /// How long the engine at `place` may be silent, s; `None` if it has nothing to do.
    fn patience_with(&self, place: Place) -> Option<u32> {
        if self.stations[place as usize].loading.is_some() {
            return Some(TRIES * self.patience_s.unwrap_or(PATIENCE_S));
        }
        let at_work = |part: &Part| part.place == place && part.started && !part.done;
        let mut parts = self.run.iter().flat_map(|run| &run.parts);
        let usual = match place.kind() {
            EngineKind::Cpu => CPU_PATIENCE_S,
            EngineKind::Gpu => GPU_PATIENCE_S,
        };
        parts.any(at_work).then(|| self.patience_s.unwrap_or(usual))
    }

    /// The browser has answered about WebGPU.
    pub fn adapter(&mut self, adapter: Adapter) {
        self.adapter = adapter;
        self.check_choice();
        self.pump();
    }

    /// The visitor chose an engine. A run under way moves to it between steps.
    pub fn choose(&mut self, choice: EngineChoice) {
        if self.choice == choice {
            return;
        }
        self.choice = choice;
        let gpu = self.station(Place::Gpu);
        if choice == EngineChoice::Gpu && gpu.phase == Phase::Broken {
            gpu.phase = Phase::Off;
        }
        self.check_choice();
        if self.current_kind() == Some(EngineKind::Gpu) && choice == EngineChoice::Cpu {
            self.recall();
        }
        self.pump();
    }

    /// Starts `job`, ending the run before it. Gives its ticket.
    pub fn run(&mut self, job: Job, now_ms: f64) -> u32 {
        if let Some(run) = &self.run {
            self.cancel(run.ticket);
        }
        self.tickets += 1;
        // A look inside has no steps of its own: the speed shown stays.
        if !matches!(job, Job::Inspect(_)) {
            self.step_ms = None;
        }
        self.run = Some(Run {
            ticket: self.tickets,
            job,
            parts: Vec::new(),
            merge: Merge::new(1),
            last: None,
            x0_before: None,
            rescues: 0,
            since_ms: now_ms,
            stopped: false,
            asked: false,
            broken: None,
            is_rest: false,
        });
        self.pump();
        self.tickets
    }

    /// Ends the run of this ticket, if it is still going or has stopped.
    pub fn cancel(&mut self, ticket: u32) {
        if self.run.as_ref().is_none_or(|run| run.ticket != ticket) {
            return;
        }
        self.recall();
        let stopped = self.run.take().is_some_and(|run| run.stopped);
        self.effects.push(Effect::Tell(ticket, RunEvent::Cancelled));
        if stopped {
            self.effects.push(Effect::GivenUp);
        }
    }

    /// The visitor wants a stopped run to go on.
    pub fn retry(&mut self) {
        for station in &mut self.stations {
            if station.phase == Phase::Broken {
                station.phase = Phase::Off;
            }
        }
        if let Some(run) = self.run.as_mut().filter(|run| run.stopped) {
            run.stopped = false;
            run.rescues = 0;
            let resumed = Effect::Tell(run.ticket, RunEvent::Resumed);
            self.effects.push(resumed);
            self.ask_rest();
        }
        self.pump();
    }

    /// What is left of the job of this ticket, after [`Effect::AskRest`]; `None` if nothing is.
    pub fn rest(&mut self, ticket: u32, rest: Option<Job>, now_ms: f64) {
        let is_asked = |run: &&mut Run| run.asked && run.ticket == ticket;
        let Some(run) = self.run.as_mut().filter(is_asked) else {
            return;
        };
        run.asked = false;
        let Some(rest) = rest else {
            self.complete(now_ms);
            return;
        };
        run.is_rest |= rest != run.job;
        run.job = rest;
        let from = match run.is_rest {
            true => GoesOn::FromLast,
            false => GoesOn::FromStart,
        };
        if let Some(error) = run.broken.take() {
            let trouble = Trouble::Rescued { error, from };
            self.effects.push(Effect::Report(trouble));
        }
        self.pump();
    }

    /// The manifest is here, or cannot be had.
    pub fn manifest(&mut self, manifest: Result<Manifest, EngineError>) {
        match manifest {
            Ok(manifest) => {
                self.manifest = ManifestState::Here(manifest);
                self.pump();
            }
            Err(error) => {
                self.manifest = ManifestState::Unasked;
                self.preload = None;
                if self.waits_for(None) {
                    self.stop(error);
                }
            }
        }
    }

    /// The worker at `place` is gone, did not start in time, or makes no sense.
    pub fn broke(&mut self, place: Place, error: EngineError) {
        let used = self.run.as_ref().is_some_and(|run| {
            !run.stopped
                && run
                    .parts
                    .iter()
                    .any(|part| part.place == place && !part.done)
        });
        // These may be started again; the others can be done without.
        let phase = if [Place::Cpu, Place::Trainer].contains(&place) {
            Phase::Off
        } else {
            Phase::Broken
        };
        *self.station(place) = Station {
            phase,
            ..Station::default()
        };
        self.effects.push(Effect::Kill(place));
        if used {
            self.rescue(place, error);
        } else {
            self.preload = None;
            if place == Place::Gpu && self.choice == EngineChoice::Gpu {
                self.effects.push(Effect::Report(Trouble::GpuFailed(error)));
            }
        }
        self.pump();
    }

    /// The worker at `place` says something.
    pub fn event(&mut self, place: Place, event: Event, now_ms: f64) {
        self.station(place).silent_since_ms = None;
        match event {
            Event::Ready { build, .. } if build != BUILD_ID => {
                self.stale(place);
            }
            Event::Ready { .. } => {
                self.station(place).phase = Phase::Ready;
                self.pump();
            }
            Event::Loading {
                received, total, ..
            } => {
                if self.part_at(place).is_some_and(|part| !part.started) {
                    self.tell(RunEvent::Loading { received, total });
                }
            }
            Event::Loaded { model, .. } => {
                let station = self.station(place);
                station.loading = None;
                station.loaded.push(model);
                self.pump();
            }
            Event::Frame { run, frame } => self.frame(run, frame),
            Event::Report { run, report } if self.part_of(run).is_some() => {
                self.tell(RunEvent::Report(report));
            }
            Event::Done { run, .. } => self.done(run, now_ms),
            Event::Report { .. } | Event::Busy { .. } | Event::Cancelled { .. } => {}
            Event::Failed { run, error } => self.failed(place, run, error),
        }
    }

    fn failed(&mut self, place: Place, run: Option<RunId>, error: EngineError) {
        match error {
            EngineError::NoAdapter(_) | EngineError::DeviceLost(_) | EngineError::Panicked(_) => {
                self.broke(place, error);
            }
            // What a GPU gets wrong a CPU may get right.
            error if place == Place::Gpu => self.broke(place, error),
            error => {
                let loading = self.station(place).loading.take();
                self.preload = None;
                let ours = match run {
                    Some(run) => self.part_of(run).is_some(),
                    None => self.part_at(place).is_some() && self.waits_for(loading.as_deref()),
                };
                if ours {
                    self.stop(error);
                } else {
                    // The run may have waited for this to be over.
                    self.pump();
                }
            }
        }
    }

    fn frame(&mut self, id: RunId, frame: Frame) {
        let Some(number) = self.part_of(id) else {
            return;
        };
        let Some(run) = &mut self.run else { return };
        let Some(frame) = run.merge.add(number, frame) else {
            return;
        };
        let kind = run.parts[number].place.kind();
        if run.last.is_none() || self.engine != Some(kind) {
            self.engine = Some(kind);
            self.effects
                .push(Effect::Tell(run.ticket, RunEvent::Engine(kind)));
        }
        if frame.update.is_some() && frame.ms > 0.0 {
            const SHARE: f32 = 0.25;
            let before = self.step_ms.unwrap_or(frame.ms);
            self.step_ms = Some(before + SHARE * (frame.ms - before));
        }
        self.effects
            .push(Effect::Tell(run.ticket, RunEvent::Frame(frame.clone())));
        let (step, last) = (frame.step, frame.update.is_none());
        run.x0_before = run
            .last
            .take()
            .filter(|before| before.step + 1 == step)
            .map(|before| before.x0);
        run.last = Some(frame);
        if !last && kind == EngineKind::Cpu && self.gpu_wanted() && self.gpu_ready() {
            self.recall();
            self.pump();
        }
    }

    fn done(&mut self, id: RunId, now_ms: f64) {
        let Some(number) = self.part_of(id) else {
            return;
        };
        let Some(run) = &mut self.run else { return };
        run.parts[number].done = true;
        if run.parts.iter().all(|part| part.done) {
            self.complete(now_ms);
        }
    }

    fn complete(&mut self, now_ms: f64) {
        let Some(run) = self.run.take() else { return };
        let ms = (now_ms - run.since_ms) as f32;
        let done = RunEvent::Done { ms };
        self.effects.push(Effect::Tell(run.ticket, done));
    }

    /// Saves the run from a broken place, or gives it up.
    fn rescue(&mut self, place: Place, error: EngineError) {
        let Some(run) = &mut self.run else { return };
        run.rescues += 1;
        if run.rescues > RESCUES {
            self.stop(error);
            return;
        }
        match (place, &run.job) {
            (Place::Gpu, _) => self.effects.push(Effect::Report(Trouble::GpuFailed(error))),
            (_, Job::Denoise(_)) => {
                let step = run.last.as_ref().map(|frame| frame.step);
                let from = step.map_or(GoesOn::FromStart, GoesOn::FromStep);
                let trouble = Trouble::Rescued { error, from };
                self.effects.push(Effect::Report(trouble));
            }
            // The visitor is told when it is known where it goes on.
            _ => run.broken = Some(error),
        }
        self.recall();
        self.ask_rest();
    }

    /// Asks what is left of the run's job. A [`Denoise`] goes on from the last frame as it is.
    fn ask_rest(&mut self) {
        let of_other_kind = |run: &&mut Run| !matches!(run.job, Job::Denoise(_));
        if let Some(run) = self.run.as_mut().filter(of_other_kind) {
            run.asked = true;
            self.effects.push(Effect::AskRest(run.ticket));
        }
    }

    /// Does the run need the model that failed to come, or any if that is not known? If not, it
    /// is not the run's trouble.
    fn waits_for(&self, failed: Option<&str>) -> bool {
        let needed = self.run.as_ref().and_then(|run| run.job.needs().model);
        needed.is_some_and(|needed| failed.is_none_or(|failed| failed == needed))
    }

    /// The run cannot go on without the visitor.
    fn stop(&mut self, error: EngineError) {
        self.recall();
        let Some(run) = &mut self.run else { return };
        if run.stopped {
            return;
        }
        run.stopped = true;
        self.effects
            .push(Effect::Tell(run.ticket, RunEvent::Failed(error.clone())));
        self.effects.push(Effect::Report(Trouble::Stopped(error)));
    }

    fn stale(&mut self, place: Place) {
        *self.station(place) = Station {
            phase: Phase::Broken,
            ..Station::default()
        };
        self.effects.push(Effect::Kill(place));
        self.effects.push(Effect::Report(Trouble::Stale));
        self.recall();
        if let Some(run) = &mut self.run {
            run.stopped = true;
            let error = EngineError::BadRequest("page and engine are of different builds".into());
            self.effects
                .push(Effect::Tell(run.ticket, RunEvent::Failed(error)));
        }
    }

    /// Says so if the GPU was asked for and there is none.
    fn check_choice(&mut self) {
        if self.choice == EngineChoice::Gpu && self.adapter == Adapter::Missing {
            self.effects.push(Effect::Report(Trouble::NoGpu));
        }
    }

    /// Calls the run's parts back from their places; [`Self::pump`] deals them out again, from
    /// the last frame.
    fn recall(&mut self) {
        let Some(run) = &mut self.run else { return };
        for part in run.parts.drain(..) {
            // A place that has just been emptied gets no message.
            let alive = self.stations[part.place as usize].phase == Phase::Ready;
            if alive && part.started && !part.done {
                let request = Request::Cancel { run: part.run };
                self.effects.push(Effect::Send(part.place, request));
            }
        }
    }

    /// Does what can be done now. Called after everything that may have changed something.
    fn pump(&mut self) {
        if let Some(model) = self.preload.clone() {
            match self.prepare(Place::Cpu, Some(&model)) {
                Ok(false) => {}
                Ok(true) | Err(_) => self.preload = None,
            }
        }
        if self.run.as_ref().is_none_or(|run| run.stopped || run.asked) {
            return;
        }
        if let Err(error) = self.pump_run() {
            self.stop(error);
        }
    }

    fn pump_run(&mut self) -> Result<(), EngineError> {
        let Some(run) = &self.run else { return Ok(()) };
        let model = run.job.needs().model.map(str::to_owned);
        if run.parts.is_empty() {
            let Some(kind) = self.wanted_kind() else {
                return Ok(());
            };
            self.deal(kind);
        }
        if self.gpu_wanted() {
            self.prepare(Place::Gpu, model.as_deref())?;
        }
        for number in 0..self.run.as_ref().map_or(0, |run| run.parts.len()) {
            let Some(part) = self.run.as_ref().and_then(|run| run.parts.get(number)) else {
                break;
            };
            if !part.started && self.prepare(part.place, model.as_deref())? {
                self.start(number);
            }
        }
        Ok(())
    }

    /// Divides the run into parts at places of this kind.
    fn deal(&mut self, kind: EngineKind) {
        let second = self.stations[Place::SecondCpu as usize].phase != Phase::Broken;
        let Some(run) = &mut self.run else { return };
        let n = match &run.job {
            Job::Denoise(job) => job.labels.len(),
            _ => 1,
        };
        let dealt = match kind {
            EngineKind::Gpu => vec![(Place::Gpu, 0..n)],
            EngineKind::Cpu if n >= SPLIT_FROM && self.cores >= 2 && second => {
                vec![(Place::Cpu, 0..n / 2), (Place::SecondCpu, n / 2..n)]
            }
            EngineKind::Cpu if run.job.needs().home == Home::Trainer => {
                vec![(Place::Trainer, 0..n)]
            }
            EngineKind::Cpu => vec![(Place::Cpu, 0..n)],
        };
        run.merge = Merge::new(dealt.len());
        for (place, pictures) in dealt {
            self.runs += 1;
            run.parts.push(Part {
                place,
                run: self.runs,
                pictures,
                started: false,
                done: false,
            });
        }
    }

    /// Sends a part to its place.
    fn start(&mut self, number: usize) {
        let Some(run) = &mut self.run else { return };
        let Some(dealt) = run.parts.get_mut(number) else {
            return;
        };
        dealt.started = true;
        self.stations[dealt.place as usize].silent_since_ms = None;
        let job = match &run.job {
            Job::Denoise(job) => Job::Denoise(part(
                &resumed(job, &run.last, &run.x0_before),
                &dealt.pictures,
            )),
            other => other.clone(),
        };
        let (place, run) = (dealt.place, dealt.run);
        // Ahead of the run, so that it strikes however fast the engine is. Only a GPU has a
        // device to lose.
        let strikes = |fault: &mut Fault| *fault != Fault::LoseDevice || place == Place::Gpu;
        if let Some(fault) = self.fault.take_if(strikes) {
            let request = Request::Fault(fault);
            self.effects.push(Effect::Send(place, request));
        }
        let request = Request::Start { run, job };
        self.effects.push(Effect::Send(place, request));
    }

    /// Gets an engine going at `place`, with a model in it; true when it is.
    fn prepare(&mut self, place: Place, model: Option<&str>) -> Result<bool, EngineError> {
        match self.station(place).phase {
            Phase::Off => {
                self.station(place).phase = Phase::Starting;
                self.effects.push(Effect::Spawn(place));
                // While it starts, the manifest can come.
                if let Some(model) = model {
                    self.entry_of(model)?;
                }
                return Ok(false);
            }
            Phase::Starting | Phase::Broken => return Ok(false),
            Phase::Ready => {}
        }
        let Some(model) = model else { return Ok(true) };
        let station = self.station(place);
        if station.loaded.iter().any(|loaded| loaded == model) {
            return Ok(true);
        }
        if station.loading.is_none()
            && let Some(entry) = self.entry_of(model)?
        {
            self.station(place).loading = Some(model.to_owned());
            self.station(place).silent_since_ms = None;
            let request = Request::Load {
                url: format!("{}{}", self.weights_url, entry.file),
                model: entry,
                patience_s: self.patience_s.unwrap_or(PATIENCE_S),
            };
            self.effects.push(Effect::Send(place, request));
        }
        Ok(false)
    }

    /// The manifest's entry of a model; `None` while the manifest is on its way.
    fn entry_of(&mut self, model: &str) -> Result<Option<ModelEntry>, EngineError> {
        match &self.manifest {
            ManifestState::Here(manifest) => manifest
                .find(model)
                .map(|entry| Some(entry.clone()))
                .ok_or_else(|| EngineError::BadRequest(format!("no model is called {model}"))),
            ManifestState::Asked => Ok(None),
            ManifestState::Unasked => {
                self.list_models();
                Ok(None)
            }
        }
    }

    /// The kind of engine the run should start on; `None` while that is not known.
    fn wanted_kind(&self) -> Option<EngineKind> {
        let home = self.run.as_ref()?.job.needs().home;
        match self.choice {
            _ if home != Home::Any => Some(EngineKind::Cpu),
            EngineChoice::Gpu if self.adapter == Adapter::Unknown => None,
            EngineChoice::Gpu if self.gpu_wanted() => Some(EngineKind::Gpu),
            EngineChoice::Auto if self.gpu_wanted() && self.gpu_ready() => Some(EngineKind::Gpu),
            _ => Some(EngineKind::Cpu),
        }
    }

    /// Should the run be on the GPU, now or as soon as it is ready?
    fn gpu_wanted(&self) -> bool {
        let Some(run) = &self.run else { return false };
        if run.job.needs().home != Home::Any {
            return false;
        }
        let long = match &run.job {
            Job::Denoise(job) => job.labels.len() >= LONG_BATCH || job.steps >= LONG_STEPS,
            _ => false,
        };
        let chosen = match self.choice {
            EngineChoice::Cpu => false,
            EngineChoice::Gpu => matches!(self.adapter, Adapter::Software | Adapter::Hardware),
            EngineChoice::Auto => long && self.adapter == Adapter::Hardware,
        };
        chosen && self.stations[Place::Gpu as usize].phase != Phase::Broken
    }

    /// Can the GPU take the run at once?
    fn gpu_ready(&self) -> bool {
        let gpu = &self.stations[Place::Gpu as usize];
        let model = self.run.as_ref().and_then(|run| run.job.needs().model);
        gpu.phase == Phase::Ready && model.is_none_or(|model| gpu.loaded.iter().any(|m| m == model))
    }

    fn current_kind(&self) -> Option<EngineKind> {
        let run = self.run.as_ref().filter(|run| !run.stopped)?;
        run.parts.first().map(|part| part.place.kind())
    }

    fn station(&mut self, place: Place) -> &mut Station {
        &mut self.stations[place as usize]
    }

    /// The number of the part with this protocol run.
    fn part_of(&self, id: RunId) -> Option<usize> {
        self.run
            .as_ref()?
            .parts
            .iter()
            .position(|part| part.run == id)
    }

    fn part_at(&self, place: Place) -> Option<&Part> {
        self.run
            .as_ref()?
            .parts
            .iter()
            .find(|part| part.place == place)
    }

    fn tell(&mut self, event: RunEvent) {
        if let Some(run) = &self.run {
            self.effects.push(Effect::Tell(run.ticket, event));
        }
    }
}

/// `job`, going on from `last`.
fn resumed(job: &Denoise, last: &Option<Frame>, x0_before: &Option<Vec<f32>>) -> Denoise {
    let start = match last {
        Some(frame) => Some(Start {
            step: frame.step,
            x: frame.x.clone(),
            x0_before: x0_before.clone(),
        }),
        None => job.start.clone(),
    };
    Denoise {
        start,
        ..job.clone()
    }
}

#[cfg(test)]
mod tests;
