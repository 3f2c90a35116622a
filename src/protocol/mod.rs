//! What page and engine say to each other: plain serde types, sent as postcard bytes.
//!
//! The page sends [`Request`]s, an engine answers with [`Event`]s. An engine works on one run
//! at a time, sends a [`Frame`] after each step and looks for messages between steps, so
//! [`Request::Cancel`] and a newer `Start` are prompt. Every event of a run carries its
//! [`RunId`]: the page drops events of runs it no longer wants.
//!
//! Pictures are `f32` in `[-1, 1]`, row by row, `[n, 28, 28]` flattened.

pub mod ask;
pub mod diffusion;
pub mod gan;
#[cfg(not(feature = "gpu"))]
pub mod pixel;
#[cfg(not(feature = "gpu"))]
pub mod series;
#[cfg(not(feature = "gpu"))]
pub mod text;
pub mod vae;
#[cfg(not(feature = "gpu"))]
pub mod wave;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use self::diffusion::inspect::{Anatomy, Inspect, Maps};
pub use self::diffusion::{
    Denoise, Frame, Guided, Keep, NoiseStats, NoiseStatsFrame, Sampler, Start, Update,
};
use self::gan::GanImages;
use self::vae::VaeAsk;
use crate::weights::manifest::ModelEntry;

/// Names one run. The page counts up; 0 is never used.
pub type RunId = u32;

/// The build of this engine. The page knows those that it belongs to.
pub const BUILD_ID: &str = match option_env!("GENSCOPE_BUILD_ID") {
    Some(id) => id,
    None => "dev",
};

/// From the page to an engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Fetch, check and keep a model's weights. Answered by `Loading`… `Loaded`, or `Failed`.
    /// Loading what is loaded already answers `Loaded` at once. Runs go on meanwhile.
    Load {
        /// The manifest's entry.
        model: ModelEntry,
        /// Absolute URL of the weights file.
        url: String,
        /// A download that brings nothing for so long is tried again, s.
        patience_s: u32,
    },
    /// Start a run; one that is under way is cancelled first.
    Start {
        /// Its name.
        run: RunId,
        /// What to do.
        job: Job,
    },
    /// End the run if it is still going. Answered by `Cancelled`, or nothing if it was over.
    Cancel {
        /// Which run.
        run: RunId,
    },
    /// Break on purpose after [`FAULT_AFTER`] steps of runs that are still to come, for tests of
    /// what happens then. Only sent by the page under `#…&fault=…`, and harmless to anyone but
    /// the sender.
    Fault(Fault),
}

/// So many steps are done before a deliberate failure: there is something to lose.
pub const FAULT_AFTER: u32 = 3;

/// A deliberate failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// Panic before a step of a run.
    Panic,
    /// Lose the GPU device (destroys it) before a step of a run.
    LoseDevice,
    /// Fall silent before a step of a run, without a word.
    Hang,
}

/// A piece of work that sends frames. [`Job::needs`] tells what each needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Job {
    /// Sample pictures from a diffusion model.
    Denoise(Denoise),
    /// Compare one jump to x_t with many small steps.
    NoiseStats(NoiseStats),
    /// Look inside the network.
    Inspect(Inspect),
    /// Time the network: answers [`Report::Timed`].
    Time {
        /// Model id.
        model: String,
        /// Batch size.
        batch: u32,
        /// How many timed evaluations, after two that are not.
        repeats: u32,
    },
    /// Train a small network on points.
    PlaneTrain(diffusion::plane::PlaneTrain),
    /// Sample points with weights that come along.
    PlaneSample(diffusion::plane::PlaneSample),
    /// Play a GAN's game on points.
    GanPlay(Box<gan::GanPlay>),
    /// Pictures from a GAN.
    GanImages(GanImages),
    /// A question to an autoencoder.
    Vae(VaeAsk),
    /// Train an autoencoder.
    VaeTrain(Box<vae::train::VaeTrain>),
    /// Any other.
    Packed(PackedJob),
}

impl Job {
    /// What it needs of an engine.
    pub fn needs(&self) -> Needs<'_> {
        let of = |model, home, interactive| Needs {
            model,
            home,
            interactive,
        };
        match self {
            Self::Denoise(Denoise { model, .. }) | Self::Time { model, .. } => {
                of(Some(model), Home::Any, false)
            }
            Self::Packed(job) => Needs {
                model: job.model.as_deref(),
                home: job.home,
                interactive: job.interactive,
            },
            Self::NoiseStats(_) => of(None, Home::Cpu, false),
            Self::Inspect(Inspect { model, .. })
            | Self::GanImages(GanImages { model, .. })
            | Self::Vae(VaeAsk { model, .. }) => of(Some(model), Home::Cpu, true),
            Self::PlaneTrain(_) | Self::GanPlay(_) | Self::VaeTrain(_) => {
                of(None, Home::Trainer, false)
            }
            Self::PlaneSample(_) => of(None, Home::Trainer, true),
        }
    }
}

/// What a job needs of an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs<'a> {
    /// The model that has to be loaded first, if any.
    pub model: Option<&'a str>,
    /// Where it can be done.
    pub home: Home,
    /// It is soon done, and asked anew while something is dragged: the one under way is let end,
    /// and of those that come meanwhile only the last is done.
    pub interactive: bool,
}

/// The engines that hold a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Home {
    /// Those of the CPU and of the GPU.
    Any,
    /// The CPU's alone: a GPU would gain nothing, or its times would mean nothing.
    Cpu,
    /// The one that trains.
    Trainer,
}

/// Which engine speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EngineKind {
    /// burn's flex backend, SIMD, one thread.
    Cpu,
    /// burn on WebGPU.
    Gpu,
}

/// From an engine to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine runs. Always the first event.
    Ready {
        /// Which.
        engine: EngineKind,
        /// [`BUILD_ID`] of the engine.
        build: String,
        /// The adapter's description, on the GPU.
        adapter: Option<String>,
    },
    /// Weights are on their way.
    Loading {
        /// Model id.
        model: String,
        /// Bytes so far.
        received: u64,
        /// Bytes in all.
        total: u64,
    },
    /// Weights are checked and in use.
    Loaded {
        /// Model id.
        model: String,
        /// From request to ready, ms.
        ms: f32,
    },
    /// Weights are let go of, to keep within the engine's memory.
    Dropped {
        /// Model id.
        model: String,
    },
    /// One step of a denoising run.
    Frame {
        /// Which run.
        run: RunId,
        /// The state.
        frame: Frame,
    },
    /// What any other run has to show.
    Report {
        /// Which run.
        run: RunId,
        /// The news.
        report: Report,
    },
    /// A run goes on, and has had nothing to show for a while: sent about once a second, so
    /// that the page can tell a slow engine from one that hangs.
    Busy {
        /// Which run.
        run: RunId,
    },
    /// The run is over, all frames are sent.
    Done {
        /// Which run.
        run: RunId,
        /// From start to now, ms.
        ms: f32,
    },
    /// The run was ended early.
    Cancelled {
        /// Which run.
        run: RunId,
    },
    /// Something went wrong.
    Failed {
        /// In this run, or `None` for start-up and loading.
        run: Option<RunId>,
        /// What.
        error: EngineError,
    },
}

/// What a run that is no denoising has to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// Of [`Job::Time`]: each evaluation, ms.
    Timed(Vec<f32>),
    /// Of any other job: its answer ([`ask::Ask::Answer`]) as [`encode`] packs it. It is unpacked where it
    /// is wanted, so that the page's main file need not know its form.
    Packed(Vec<u8>),
}

impl Report {
    /// An answer, packed.
    ///
    /// # Panics
    /// Never for plain types: numbers, texts, lists.
    pub fn packed(answer: &impl Serialize) -> Self {
        Self::Packed(encode(answer).expect("plain types can be packed"))
    }

    /// The answer, if it is one of that form.
    pub fn unpacked<A: DeserializeOwned>(&self) -> Option<A> {
        match self {
            Self::Packed(bytes) => decode(bytes).ok(),
            Self::Timed(_) => None,
        }
    }
}

impl Event {
    /// The answer of a report, if it is one of that form.
    pub fn answer<A: DeserializeOwned>(&self) -> Option<A> {
        match self {
            Self::Report { report, .. } => report.unpacked(),
            _ => None,
        }
    }
}

/// A job that only the part of the page that asks and the engine that answers know the form of: a new one
/// changes neither the page's main file nor other engines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackedJob {
    /// Names the form of [`Self::job`].
    pub form: String,
    /// Where it can be done.
    pub home: Home,
    /// The model that it needs.
    pub model: Option<String>,
    /// See [`Needs::interactive`].
    pub interactive: bool,
    /// The job as [`encode`] packs it.
    pub job: Vec<u8>,
}

impl PackedJob {
    /// Packs a job.
    ///
    /// # Panics
    /// As [`Report::packed`].
    pub fn new(form: &str, home: Home, model: Option<&str>, job: &impl Serialize) -> Self {
        Self {
            form: form.to_owned(),
            home,
            model: model.map(str::to_owned),
            interactive: false,
            job: encode(job).expect("plain types can be packed"),
        }
    }

    /// The job.
    ///
    /// # Errors
    /// If it is of another form.
    pub fn unpacked<J: DeserializeOwned>(&self) -> Result<J, EngineError> {
        decode(&self.job).map_err(|error| EngineError::BadRequest(error.to_string()))
    }
}

/// What can go wrong in an engine. The page turns it into a sentence in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum EngineError {
    /// No adapter, or none that works.
    #[error("no WebGPU adapter: {0}")]
    NoAdapter(String),
    /// The device was lost, or a shader failed.
    #[error("the GPU device failed: {0}")]
    DeviceLost(String),
    /// A weights file could not be fetched (after retries).
    #[error("cannot fetch {file}: {reason}")]
    Fetch {
        /// File name.
        file: String,
        /// HTTP status or network error.
        reason: String,
    },
    /// A weights file has the wrong length, hash or shapes.
    #[error("{file} is damaged: {reason}")]
    BadWeights {
        /// File name.
        file: String,
        /// What does not fit.
        reason: String,
    },
    /// A request that makes no sense (a bug, or a stale page).
    #[error("bad request: {0}")]
    BadRequest(String),
    /// The model gave numbers that are not finite.
    #[error("the model's output is not finite")]
    NotFinite,
    /// The engine panicked and is gone; a new worker is needed.
    #[error("the engine stopped: {0}")]
    Panicked(String),
    /// The engine has not answered for so many seconds, and was ended.
    #[error("the engine did not answer for {0} s")]
    Silent(u32),
}

impl EngineError {
    /// The file that did not come, or came damaged.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Fetch { file, .. } | Self::BadWeights { file, .. } => Some(file),
            _ => None,
        }
    }
}

/// Packs a message.
pub fn encode<M: Serialize>(message: &M) -> Result<Vec<u8>, ProtocolError> {
    Ok(postcard::to_stdvec(message)?)
}

/// Unpacks a message.
pub fn decode<'a, M: Deserialize<'a>>(bytes: &'a [u8]) -> Result<M, ProtocolError> {
    Ok(postcard::from_bytes(bytes)?)
}

/// Bytes that are no message.
#[derive(Debug, thiserror::Error)]
#[error("not a message of this build: {0}")]
pub struct ProtocolError(#[from] postcard::Error);

#[cfg(test)]
mod tests {
    use super::ask::Seen;
    use super::diffusion::plane::PlaneAnswer;
    use super::vae::VaeAnswer;
    use super::*;
    use crate::models::diffusion::schedule::ScheduleKind;

    fn round_trip<M>(message: M)
    where
        M: Serialize + for<'a> Deserialize<'a> + PartialEq + std::fmt::Debug,
    {
        let bytes = encode(&message).expect("encodes");
        assert_eq!(decode::<M>(&bytes).expect("decodes"), message);
        if bytes.len() > 1 {
            assert!(
                decode::<M>(&bytes[..bytes.len() - 1]).is_err(),
                "cut short: {message:?}"
            );
        }
    }

    fn denoise() -> Denoise {
        Denoise {
            model: "diffusion-mnist".into(),
            labels: vec![Some(3), None],
            first_index: 8,
            seed: u64::MAX,
            sampler: Sampler::Ddim { eta: 0.5 },
            cut: 2,
            start: Some(Start {
                step: 4,
                x: vec![0.25; 4],
                x0_before: Some(vec![0.5; 4]),
            }),
            keep: Some(Keep {
                x_0: vec![-1.0; 4],
                mask: vec![true, false, true, true],
                rounds: 3,
            }),
            ..Denoise::default()
        }
    }

    #[test]
    fn requests_survive_the_trip() {
        round_trip(Request::Start {
            run: 1,
            job: Job::Denoise(denoise()),
        });
        round_trip(Request::Start {
            run: 2,
            job: Job::NoiseStats(NoiseStats {
                x_0: vec![-1.0; 784],
                t: 500,
                schedule: ScheduleKind::Linear,
                runs: 64,
                seed: 1,
            }),
        });
        round_trip(Request::Start {
            run: 3,
            job: Job::Inspect(Inspect {
                model: "m".into(),
                x: vec![0.5; 3],
                t: 7,
                label: Some(9),
                cut: 1,
            }),
        });
        round_trip(Request::Start {
            run: 4,
            job: Job::PlaneTrain(diffusion::plane::PlaneTrain {
                cloud: crate::data::points::Cloud::Cells(vec![[3, 63]]),
                method: diffusion::plane::Method::Ddpm,
                steps: 10,
                batch: 8,
                learning_rate: 0.5,
                hidden: 4,
                seed: 9,
                report_every: 2,
            }),
        });
        round_trip(Request::Start {
            run: 5,
            job: Job::GanPlay(Box::new(gan::GanPlay {
                game: gan::Game::default(),
                start: Some(gan::Checkpoint {
                    ticks: 7,
                    updates: [4, 3],
                    generator: vec![0.5],
                    discriminator: vec![-0.5],
                    memory: [vec![1], vec![2, 3]],
                }),
                plan: gan::Plan::Halves(vec![gan::Half::Generator]),
            })),
        });
        round_trip(Request::Start {
            run: 6,
            job: Job::GanImages(gan::GanImages {
                model: "m".into(),
                z: vec![0.5; 2],
                labels: vec![3],
                reals: vec![-1.0; 2],
                real_labels: vec![4],
            }),
        });
        round_trip(Request::Start {
            run: 7,
            job: Job::Vae(VaeAsk {
                model: "m".into(),
                question: vae::Question::Codes {
                    pictures: vec![0, 255],
                },
            }),
        });
        round_trip(Request::Start {
            run: 8,
            job: Job::VaeTrain(Box::new(vae::train::VaeTrain {
                seed: 1,
                pictures: vec![0, 255],
                own: Some(vec![7]),
                legs: vec![vae::train::Leg { step: 3, beta: 0.5 }],
                from: Some(vae::train::Checkpoint::default()),
                steps: 9,
                frame_every: 2,
                kept_every: 5,
            })),
        });
        round_trip(Request::Start {
            run: 9,
            job: Job::Packed(PackedJob::new("form", Home::Cpu, Some("m"), &vec![1u8])),
        });
        round_trip(Request::Cancel { run: 3 });
        round_trip(Request::Fault(Fault::LoseDevice));
        round_trip(Request::Fault(Fault::Hang));
    }

    #[test]
    fn events_survive_the_trip() {
        round_trip(Event::Ready {
            engine: EngineKind::Gpu,
            build: "x".into(),
            adapter: None,
        });
        round_trip(Event::Frame {
            run: 9,
            frame: Frame {
                step: 1,
                t: 950,
                alpha_bar: 0.01,
                x: vec![1.0, -2.5],
                x0: vec![0.0, 0.5],
                update: Some(Update {
                    t_next: 900,
                    x0_factor: 0.1,
                    eps_factor: 0.9,
                    noise_factor: 0.0,
                    trend_factor: 0.25,
                }),
                ms: 3.5,
            },
        });
        round_trip(Event::Dropped { model: "m".into() });
        round_trip(Event::Busy { run: 7 });
        round_trip(Event::Failed {
            run: Some(9),
            error: EngineError::Silent(30),
        });
        round_trip(Event::Report {
            run: 3,
            report: Report::Timed(vec![1.5]),
        });
        round_trip(Event::Failed {
            run: Some(9),
            error: EngineError::BadWeights {
                file: "a".into(),
                reason: "b".into(),
            },
        });
    }

    /// The answers that reports hold.
    #[test]
    fn answers_survive_the_trip() {
        round_trip(Seen::Anatomy(Anatomy {
            blocks: vec![Maps {
                channels: 2,
                side: 1,
                values: vec![0.25, -1.0],
            }],
            attention: vec![1.0],
        }));
        round_trip(PlaneAnswer::Samples(diffusion::plane::PlaneSamples {
            positions: vec![vec![0.5, -0.5]; 2],
            fields: vec![vec![1.0]; 2],
            distance: 0.1,
            floor: 0.05,
            ms: 9.0,
        }));
        round_trip(gan::GanFrame {
            at: gan::Checkpoint::default(),
            losses: vec![[1.5, 0.5]],
            fakes: vec![0.5; 2],
            pulls: vec![-0.5; 2],
            fake_scores: vec![0.1],
            real_scores: vec![0.2],
            real_accuracy: 0.5,
            fake_accuracy: 0.25,
            scores: vec![3.0],
            warped: vec![1.0; 2],
            divergence: gan::Divergence::default(),
            detail: Some(gan::Detail::default()),
            diverged: true,
            ms: 2.5,
        });
        round_trip(gan::GanPictures {
            pictures: vec![0.5],
            scores: vec![-0.5],
            real_scores: vec![2.0],
            ms: 1.5,
        });
        round_trip(VaeAnswer::Look(Box::new(vae::Look {
            blocks: vec![vec![0.5; 2]; 2],
            importance: 1.5,
            ..vae::Look::default()
        })));
        round_trip(vae::train::VaeFrame {
            step: 4,
            losses: vec![[200.0, 2.5]],
            checkpoint: Some(vae::train::Checkpoint::default()),
            ..vae::train::VaeFrame::default()
        });
        let report = Report::packed(&vec![1.5f32]);
        assert_eq!(report.unpacked(), Some(vec![1.5f32]));
        assert_eq!(Report::Timed(vec![]).unpacked::<Vec<f32>>(), None);
    }
}
