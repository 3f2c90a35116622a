//! Checkpoints of a training run: all that is needed to go on as if nothing had happened.
//!
//! `runs/<model>/last/` holds `model.bpk`, `ema.bpk`, `optimizer.bpk` (burn's own records) and
//! `state.json`. A checkpoint is written beside the last one and then takes its place, so a
//! full disk or a kill in the middle leaves one that is whole: what was moved aside comes back
//! when the run is opened again. Random numbers need no state:
//! every step draws from its own stream.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::{ModuleRecord, RecordError};
use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// Steps done.
    pub step: u64,
    /// Training pictures seen.
    pub images: u64,
    /// Pictures the whole run was planned for (fixes the learning-rate schedule).
    pub planned: u64,
    /// What it was planned for before, where a resumed run was planned anew, in that order.
    #[serde(default)]
    pub planned_before: Vec<u64>,
    /// The commands that made what it began with, where that was not fresh weights.
    #[serde(default)]
    pub command_before: String,
    /// Seed of the run.
    pub seed: u64,
    /// The commit at which the run started; 'unknown' for runs from before this was kept.
    #[serde(default = "unknown")]
    pub commit: String,
    /// The model's configuration, as text, to refuse a checkpoint of another shape.
    pub config: String,
    /// Time spent training, s.
    pub seconds: f64,
}

fn unknown() -> String {
    "unknown".into()
}

impl RunState {
    /// A run that has not done anything yet.
    pub fn begin(seed: u64, commit: &str, config: String) -> Self {
        Self {
            seed,
            commit: commit.into(),
            config,
            ..Self::default()
        }
    }

    /// Plans the whole run for so many pictures, and remembers what the plan was before.
    pub fn plan(&mut self, images: u64) {
        if self.step > 0 && self.planned != images {
            self.planned_before.push(self.planned);
        }
        self.planned = images;
    }
}

/// Why a checkpoint cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system said no (no such checkpoint, disk full, …).
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// burn could not write, read or apply a record.
    #[error("{}: {source}", path.display())]
    Record {
        /// Which file.
        path: PathBuf,
        /// burn's word.
        source: RecordError,
    },
    /// `state.json` is not what we wrote.
    #[error("{} is damaged: {source}", path.display())]
    State {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The checkpoint is of another model.
    #[error("the checkpoint is of another shape:\n  it was made with {found}\n  the model is now {wanted}\nmove {} away to start anew", dir.display())]
    OtherShape {
        /// The run's folder.
        dir: PathBuf,
        /// Its configuration.
        found: String,
        /// The present one.
        wanted: String,
    },
}

/// The folder of one run.
#[derive(Clone, Debug)]
pub struct RunDir(PathBuf);

impl RunDir {
    /// `runs/<model>/`, made if it is not there.
    pub fn open(root: &Path, model: &str) -> Result<Self, CheckpointError> {
        let dir = root.join(model);
        fs::create_dir_all(&dir).map_err(io(&dir))?;
        let run = Self(dir);
        let [_, last, old] = run.places();
        // The end came between the two renames of `save`.
        if old.exists() && !last.exists() {
            fs::rename(&old, &last).map_err(io(&old))?;
        }
        Ok(run)
    }

    /// Where a checkpoint is written, where it lies, and where the one before it makes way.
    fn places(&self) -> [PathBuf; 3] {
        ["next", "last", "old"].map(|name| self.0.join(name))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether there is a checkpoint.
    pub fn has_checkpoint(&self) -> bool {
        self.0.join("last/state.json").is_file()
    }

    /// Writes a checkpoint and then puts it in the last one's place.
    pub fn save<M: Module, A: Module>(
        &self,
        model: &M,
        ema: &A,
        optimizer: &ModuleOptimizer,
        state: &RunState,
    ) -> Result<(), CheckpointError> {
        let [next, last, old] = self.places();
        remove(&next)?;
        fs::create_dir_all(&next).map_err(io(&next))?;
        save_module(model, &next.join("model.bpk"))?;
        save_module(ema, &next.join("ema.bpk"))?;
        let path = next.join("optimizer.bpk");
        optimizer.save(&path).map_err(rec(&path))?;
        let path = next.join("state.json");
        let text =
            serde_json::to_string_pretty(state).map_err(|source| CheckpointError::State {
                path: path.clone(),
                source,
            })?;
        fs::write(&path, text).map_err(io(&path))?;
        remove(&old)?;
        if last.exists() {
            fs::rename(&last, &old).map_err(io(&last))?;
        }
        fs::rename(&next, &last).map_err(io(&next))?;
        remove(&old)
    }

    /// The last checkpoint's state, if it was made with `config`.
    pub fn state(&self, config: &str) -> Result<RunState, CheckpointError> {
        let path = self.0.join("last/state.json");
        let text = fs::read_to_string(&path).map_err(io(&path))?;
        let state: RunState = serde_json::from_str(&text)
            .map_err(|source| CheckpointError::State { path, source })?;
        if state.config != config {
            return Err(CheckpointError::OtherShape {
                dir: self.0.clone(),
                found: state.config,
                wanted: config.into(),
            });
        }
        Ok(state)
    }

    /// `module` with the weights of `model` or `ema` of the last checkpoint.
    pub fn load_module<M: Module>(&self, module: M, which: Which) -> Result<M, CheckpointError> {
        load_module(module, &self.0.join("last").join(which.file()))
    }

    /// `optimizer` with the state of the last checkpoint.
    pub fn load_optimizer(
        &self,
        optimizer: ModuleOptimizer,
    ) -> Result<ModuleOptimizer, CheckpointError> {
        let path = self.0.join("last/optimizer.bpk");
        optimizer.load(&path).map_err(rec(&path))
    }
}

/// Writes the weights of a module.
pub fn save_module<M: Module>(module: &M, path: &Path) -> Result<(), CheckpointError> {
    module.clone().into_record().save(path).map_err(rec(path))
}

/// `module` with the weights of a file of [`save_module`].
pub fn load_module<M: Module>(module: M, path: &Path) -> Result<M, CheckpointError> {
    let record = ModuleRecord::load(path).map_err(rec(path))?;
    module.try_load_record(record).map_err(rec(path))
}

/// Which weights of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// As the optimiser left them.
    Model,
    /// Their exponential moving average.
    Ema,
}

impl Which {
    fn file(self) -> &'static str {
        match self {
            Self::Model => "model.bpk",
            Self::Ema => "ema.bpk",
        }
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> CheckpointError {
    let path = path.to_owned();
    move |source| CheckpointError::Io { path, source }
}

fn rec(path: &Path) -> impl FnOnce(RecordError) -> CheckpointError {
    let path = path.to_owned();
    move |source| CheckpointError::Record { path, source }
}

fn remove(dir: &Path) -> Result<(), CheckpointError> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(dir)(e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_from_before_commits_were_kept_can_be_read() {
        let old = r#"{ "step": 1, "images": 5, "planned": 10, "seed": 0, "config": "c", "seconds": 1.5 }"#;
        let state: RunState = serde_json::from_str(old).expect("reads");
        assert_eq!(
            (state.commit.as_str(), state.planned_before),
            ("unknown", vec![])
        );
    }

    #[test]
    fn a_checkpoint_that_made_way_comes_back() {
        let root = std::env::temp_dir().join(format!("genscope-runs-{}", std::process::id()));
        let write = |place: &str, text| {
            let dir = root.join("model").join(place);
            fs::create_dir_all(&dir).expect("a folder");
            fs::write(dir.join("state.json"), text).expect("a file");
        };
        let opened = || {
            let run = RunDir::open(&root, "model").expect("opens");
            fs::read_to_string(run.path().join("last/state.json")).ok()
        };
        assert_eq!(opened(), None);
        write("next", "newest");
        write("old", "older");
        assert_eq!(opened().as_deref(), Some("older"));
        write("old", "oldest");
        assert_eq!(opened().as_deref(), Some("older"), "`last` stays");
        fs::remove_dir_all(&root).expect("removes");
    }

    #[test]
    fn a_changed_plan_is_remembered() {
        let mut state = RunState::default();
        state.plan(100);
        state.step = 1;
        state.plan(100);
        assert!(state.planned_before.is_empty(), "resumed as it was planned");
        state.plan(300);
        state.plan(200);
        assert_eq!((state.planned_before, state.planned), (vec![100, 300], 200));
    }
}
