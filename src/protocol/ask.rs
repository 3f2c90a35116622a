//! Jobs with the answers that they get: who asks one thing hears of nothing else.

use super::diffusion::plane::{PlaneSample, PlaneSamples, PlaneTrain, PlaneTraining};
use super::gan::{GanFrame, GanImages, GanPictures, GanPlay};
use super::text::{TextAsk, TextSteps};
use super::vae::train::{VaeFrame, VaeTrain};
use super::vae::{VaeAnswer, VaeAsk};
use super::{Anatomy, Denoise, Frame, Inspect, Job, NoiseStats, NoiseStatsFrame, Report, decode};

/// A job whose answers have a type of their own.
pub trait Ask {
    /// What an engine answers; often more than once.
    type Answer;

    /// The job.
    fn into_job(self) -> Job;

    /// A step of a run as an answer.
    fn frame(_frame: Frame) -> Option<Self::Answer> {
        None
    }

    /// A report as an answer; `None` if it is of another job.
    fn report(_report: Report) -> Option<Self::Answer> {
        None
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
}

/// The answers to [`Inspect`].
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// What every block gave.
    Anatomy(Anatomy),
    /// The time each block takes, ms.
    BlockTimes(Vec<f32>),
}

impl Ask for Inspect {
    type Answer = Seen;

    fn into_job(self) -> Job {
        Job::Inspect(self)
    }

    fn report(report: Report) -> Option<Seen> {
        match report {
            Report::Anatomy(anatomy) => Some(Seen::Anatomy(anatomy)),
            Report::BlockTimes(times) => Some(Seen::BlockTimes(times)),
            _ => None,
        }
    }
}

/// A job that one kind of report answers.
macro_rules! ask {
    ($($ask:ty, $job:expr => $report:ident($answer:ty);)*) => {$(
        impl Ask for $ask {
            type Answer = $answer;

            fn into_job(self) -> Job {
                $job(self)
            }

            fn report(report: Report) -> Option<$answer> {
                match report {
                    Report::$report(answer) => Some(answer),
                    _ => None,
                }
            }
        }
    )*};
}

ask! {
    NoiseStats, Job::NoiseStats => NoiseStats(NoiseStatsFrame);
    PlaneTrain, Job::PlaneTrain => PlaneTraining(PlaneTraining);
    PlaneSample, Job::PlaneSample => PlaneSamples(PlaneSamples);
    Box<GanPlay>, Job::GanPlay => GanFrame(Box<GanFrame>);
    GanImages, Job::GanImages => GanPictures(GanPictures);
    VaeAsk, Job::Vae => Vae(VaeAnswer);
    Box<VaeTrain>, Job::VaeTrain => VaeFrame(Box<VaeFrame>);
}

impl Ask for TextAsk {
    type Answer = TextSteps;

    fn into_job(self) -> Job {
        Job::Text(self)
    }

    fn report(report: Report) -> Option<TextSteps> {
        match report {
            Report::Packed(bytes) => decode(&bytes).ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_hears_its_own_answers_only() {
        let times = || Report::BlockTimes(vec![1.0]);
        assert_eq!(Inspect::report(times()), Some(Seen::BlockTimes(vec![1.0])));
        assert_eq!(Denoise::report(times()), None);
        assert_eq!(GanImages::report(times()), None);
        let answer = GanPictures {
            pictures: vec![0.5],
            scores: vec![],
            real_scores: vec![],
            ms: 1.0,
        };
        let report = Report::GanPictures(answer.clone());
        assert_eq!(Inspect::report(report.clone()), None);
        assert_eq!(GanImages::report(report), Some(answer));
    }
}
