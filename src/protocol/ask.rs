//! Jobs with the answers that they get: who asks one thing hears of nothing else.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::diffusion::plane::{PlaneAnswer, PlaneAsk};
use super::gan::{GanFrame, GanImages, GanPictures, GanPlay};
use super::vae::train::{VaeFrame, VaeTrain};
use super::vae::{VaeAnswer, VaeAsk};
use super::{Anatomy, Denoise, Frame, Inspect, Job, NoiseStats, NoiseStatsFrame, Report};

/// A job whose answers have a type of their own.
pub trait Ask {
    /// What an engine answers; often more than once.
    type Answer: DeserializeOwned;

    /// The job.
    fn into_job(self) -> Job;

    /// A step of a run as an answer.
    fn frame(_frame: Frame) -> Option<Self::Answer> {
        None
    }

    /// A report as an answer.
    fn report(report: &Report) -> Option<Self::Answer> {
        report.unpacked()
    }
}

impl Ask for Denoise {
    type Answer = Frame;

    fn into_job(self) -> Job {
        Job::Denoise(self)
    }

    fn frame(frame: Frame) -> Option<Frame> {
        Some(frame)
    }

    fn report(_: &Report) -> Option<Frame> {
        None
    }
}

/// The answers to [`Inspect`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Seen {
    /// What every block gave.
    Anatomy(Anatomy),
    /// The time each block takes, ms.
    BlockTimes(Vec<f32>),
}

/// Jobs with their answers.
macro_rules! ask {
    ($($ask:ty, $job:expr => $answer:ty;)*) => {$(
        impl Ask for $ask {
            type Answer = $answer;

            fn into_job(self) -> Job {
                $job(self)
            }
        }
    )*};
}

ask! {
    Inspect, Job::Inspect => Seen;
    NoiseStats, Job::NoiseStats => NoiseStatsFrame;
    PlaneAsk, PlaneAsk::job => PlaneAnswer;
    Box<GanPlay>, Job::GanPlay => Box<GanFrame>;
    GanImages, Job::GanImages => GanPictures;
    VaeAsk, Job::Vae => VaeAnswer;
    Box<VaeTrain>, Job::VaeTrain => Box<VaeFrame>;
}
