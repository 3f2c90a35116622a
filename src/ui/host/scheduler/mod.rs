//! Decides which engine does what. Pure: calls in, [`Effect`]s out.
//!
//! There are four places for an engine ([`stations`]): the CPU worker, a second one for batches, the
//! GPU worker, and one that trains. The page has one run at a time ([`runs`]), and one more that
//! waits while something is dragged. A run is dealt out to one or two places; when a place breaks,
//! or a better one becomes ready, the run is dealt out again from its last frame (whose x is exact),
//! so nothing that was computed is lost. Jobs of other kinds have no frames here: when a place
//! breaks, who started the run is asked what is left of it. Which of two engines is the better one
//! is measured ([`pace`]).

mod pace;
mod runs;
mod stations;

pub use self::pace::StepTimes;
pub use self::stations::Place;

use self::pace::{Paces, Size};
use self::runs::Run;
use self::stations::{State, Station};
use super::RunEvent;
use crate::protocol::{EngineError, EngineKind, Event, Fault, Request, RunId};
use crate::ui::state::EngineChoice;
use crate::weights::manifest::Manifest;

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
    /// What a step of such a batch takes on both kinds of engine, where Auto has measured it.
    pub times: Option<StepTimes>,
    /// Is a run under way?
    pub busy: bool,
    /// Is an engine ready to compute?
    pub ready: bool,
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
    /// What is wanted once the present answer is there.
    waiting: Option<Run>,
    paces: Paces,
    /// The class of the latest run, if Auto measures it.
    size: Option<Size>,
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
            waiting: None,
            paces: Paces::default(),
            size: None,
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
            times: self.size.and_then(|size| self.paces.times(size)),
            busy: self.run.as_ref().is_some_and(|run| !run.stopped),
            ready: self
                .stations
                .iter()
                .any(|station| station.state == State::Ready),
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

    /// The browser has answered about WebGPU.
    pub fn adapter(&mut self, adapter: Adapter) {
        self.adapter = adapter;
        self.check_choice();
        self.pump();
    }

    /// The browser has had time enough to answer about WebGPU.
    pub fn no_answer(&mut self) {
        if self.adapter == Adapter::Unknown {
            self.adapter(Adapter::Missing);
        }
    }

    /// The visitor chose an engine. A run under way moves to it between steps.
    pub fn choose(&mut self, choice: EngineChoice) {
        if self.choice == choice {
            return;
        }
        self.choice = choice;
        let gpu = self.station(Place::Gpu);
        if choice == EngineChoice::Gpu && gpu.state == State::Broken {
            gpu.state = State::Off;
        }
        self.check_choice();
        if self.current_kind() == Some(EngineKind::Gpu) && choice == EngineChoice::Cpu {
            self.recall();
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

    /// The worker at `place` says something.
    pub fn event(&mut self, place: Place, event: Event, now_ms: f64) {
        self.station(place).silent_since_ms = None;
        match event {
            Event::Ready { build, .. } if build != place.build() => self.stale(place),
            Event::Ready { .. } => {
                self.station(place).state = State::Ready;
                self.pump();
            }
            Event::Loading {
                model,
                received,
                total,
            } => {
                let is_next = self.piece_at(place).is_some_and(|piece| !piece.started);
                if is_next && self.waits_for(Some(&model)) {
                    self.tell(RunEvent::Loading { received, total });
                }
            }
            Event::Loaded { model, .. } => self.loaded(place, model),
            Event::Dropped { model } => self.dropped(place, &model),
            Event::Frame { run, frame } => self.frame(run, frame),
            Event::Report { run, report } => self.report(run, report),
            Event::Done { run, .. } => self.done(run, now_ms),
            Event::Busy { .. } | Event::Cancelled { .. } => {}
            Event::Failed { run, error } => self.failed(place, run, error),
        }
    }

    /// So many bytes of the engine at `place` are here; `total` is 0 if nobody knows.
    pub fn coming(&mut self, place: Place, received: u64, total: u64) {
        if self.piece_at(place).is_some_and(|piece| !piece.started) {
            self.tell(RunEvent::Loading { received, total });
        }
    }

    /// Says so if the GPU was asked for and there is none.
    fn check_choice(&mut self) {
        if self.choice == EngineChoice::Gpu && self.adapter == Adapter::Missing {
            self.effects.push(Effect::Report(Trouble::NoGpu));
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
}

#[cfg(test)]
mod tests;
