//! The places for engines: what runs there, what it has loaded, how long it may be silent.

use super::super::RunEvent;
use super::runs::Piece;
use super::{Effect, ManifestState, Scheduler, Trouble};
use crate::protocol::{EngineError, EngineKind, Request, RunId};
use crate::ui::state::EngineChoice;
use crate::weights::PATIENCE_S;
use crate::weights::manifest::ModelEntry;

/// An engine at work that says nothing for so long is taken for broken, s. Engines say at least
/// once a step that they live; a step takes some ms on a CPU, and seconds on a GPU in software,
/// whose first one compiles the shaders too.
pub(super) const CPU_PATIENCE_S: u32 = 30;
pub(super) const GPU_PATIENCE_S: u32 = 60;
/// So many times the patience of a stalled download, while one is under way: the engine itself
/// gives each of its tries that long.
pub(super) const TRIES: u32 = 5;
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

    /// The name of its engine's files.
    pub fn file(self) -> &'static str {
        match self {
            Self::Cpu | Self::SecondCpu => "engine_cpu",
            Self::Gpu => "engine_gpu",
            Self::Trainer => "engine_train",
        }
    }

    /// The build of its engine that this page belongs to; anything else is a stale file.
    pub fn build(self) -> &'static str {
        let id = match self {
            Self::Cpu | Self::SecondCpu => option_env!("GENSCOPE_ENGINE_CPU_ID"),
            Self::Gpu => option_env!("GENSCOPE_ENGINE_GPU_ID"),
            Self::Trainer => option_env!("GENSCOPE_ENGINE_TRAIN_ID"),
        };
        id.unwrap_or("dev")
    }

    pub(super) fn kind(self) -> EngineKind {
        match self {
            Self::Cpu | Self::SecondCpu | Self::Trainer => EngineKind::Cpu,
            Self::Gpu => EngineKind::Gpu,
        }
    }
}

#[derive(Debug, Default, PartialEq)]
pub(super) enum State {
    #[default]
    Off,
    Starting,
    Ready,
    /// Given up.
    Broken,
}

#[derive(Debug, Default)]
pub(super) struct Station {
    pub(super) state: State,
    loaded: Vec<String>,
    /// Models on their way there, each with the name of its file.
    loading: Vec<(String, String)>,
    /// The first [`Scheduler::tick`] since it was heard.
    pub(super) silent_since_ms: Option<f64>,
}

impl Scheduler {
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
        let at_work = |piece: &Piece| piece.place == place && piece.started && !piece.done;
        let mut pieces = self.run.iter().flat_map(|run| &run.pieces);
        let usual = match place.kind() {
            EngineKind::Cpu => CPU_PATIENCE_S,
            EngineKind::Gpu => GPU_PATIENCE_S,
        };
        if pieces.any(at_work) {
            return Some(self.patience_s.unwrap_or(usual));
        }
        let is_loading = !self.stations[place as usize].loading.is_empty();
        is_loading.then(|| TRIES * self.patience_s.unwrap_or(PATIENCE_S))
    }

    /// The worker at `place` is gone, did not start in time, or makes no sense.
    pub fn broke(&mut self, place: Place, error: EngineError) {
        let used = self.run.as_ref().is_some_and(|run| {
            !run.stopped
                && run
                    .pieces
                    .iter()
                    .any(|piece| piece.place == place && !piece.done)
        });
        // These may be started again; the others can be done without.
        let state = if [Place::Cpu, Place::Trainer].contains(&place) {
            State::Off
        } else {
            State::Broken
        };
        *self.station(place) = Station {
            state,
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

    pub(super) fn stale(&mut self, place: Place) {
        *self.station(place) = Station {
            state: State::Broken,
            ..Station::default()
        };
        self.effects.push(Effect::Kill(place));
        self.effects.push(Effect::Report(Trouble::Stale));
        self.succeed();
        self.recall();
        if let Some(run) = &mut self.run {
            run.stopped = true;
            let error = EngineError::BadRequest("page and engine are of different builds".into());
            self.tell(RunEvent::Failed(error));
        }
    }

    /// The worker at `place` says that something went wrong.
    pub(super) fn failed(&mut self, place: Place, run: Option<RunId>, error: EngineError) {
        let is_gone = matches!(
            error,
            EngineError::NoAdapter(_) | EngineError::DeviceLost(_) | EngineError::Panicked(_)
        );
        match run {
            // What a GPU gets wrong a CPU may get right.
            _ if is_gone || place == Place::Gpu => self.broke(place, error),
            Some(run) if self.piece_of(run).is_some() => self.stop(error),
            Some(_) => {}
            None => self.load_failed(place, error),
        }
    }

    /// A model failed to come; all that were on their way, if the error does not say which.
    fn load_failed(&mut self, place: Place, error: EngineError) {
        let of_error =
            |(_, file): &(String, String)| error.file().is_none_or(|named| named == file);
        let loading = &mut self.station(place).loading;
        let failed: Vec<_> = loading.extract_if(.., |of| of_error(of)).collect();
        let has_failed = |model: &str| failed.iter().any(|(id, _)| id == model);
        self.preload = self.preload.take().filter(|model| !has_failed(model));
        let needed = self.run.as_ref().and_then(|run| run.job.needs().model);
        if self.piece_at(place).is_some() && needed.is_some_and(has_failed) {
            self.stop(error);
        }
    }

    pub(super) fn loaded(&mut self, place: Place, model: String) {
        let station = self.station(place);
        station.loading.retain(|(loading, _)| *loading != model);
        station.loaded.push(model);
        self.pump();
    }

    /// The engine at `place` has let go of a model, to keep within its memory; perhaps just when a
    /// run was sent to it that needs the model, which then comes again.
    pub(super) fn dropped(&mut self, place: Place, model: &str) {
        self.station(place).loaded.retain(|loaded| loaded != model);
        if self.piece_at(place).is_some() && self.waits_for(Some(model)) {
            self.recall();
            self.pump();
        }
    }

    /// Gets an engine going at `place`, with a model in it; true when it is.
    pub(super) fn prepare(
        &mut self,
        place: Place,
        model: Option<&str>,
    ) -> Result<bool, EngineError> {
        match self.station(place).state {
            State::Off => {
                self.station(place).state = State::Starting;
                self.effects.push(Effect::Spawn(place));
                // While it starts, the manifest can come.
                if let Some(model) = model {
                    self.entry_of(model)?;
                }
                return Ok(false);
            }
            State::Starting | State::Broken => return Ok(false),
            State::Ready => {}
        }
        let Some(model) = model else { return Ok(true) };
        let station = self.station(place);
        if station.loaded.iter().any(|loaded| loaded == model) {
            return Ok(true);
        }
        if station.loading.iter().all(|(loading, _)| loading != model)
            && let Some(entry) = self.entry_of(model)?
        {
            let station = self.station(place);
            let coming = (model.to_owned(), entry.file.clone());
            station.loading.push(coming);
            station.silent_since_ms = None;
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

    /// Can the GPU take the run at once?
    pub(super) fn gpu_ready(&self) -> bool {
        let gpu = &self.stations[Place::Gpu as usize];
        let model = self.run.as_ref().and_then(|run| run.job.needs().model);
        gpu.state == State::Ready && model.is_none_or(|model| gpu.loaded.iter().any(|m| m == model))
    }

    pub(super) fn station(&mut self, place: Place) -> &mut Station {
        &mut self.stations[place as usize]
    }
}
