//! Jobs with the answers that they get: who asks one thing hears of nothing else.

use super::gan::{GanFrame, GanImages, GanPictures, GanPlay};
use super::{Denoise, Frame, Job, NoiseStats, NoiseStatsFrame, Report};

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

/// Jobs of several kinds, or with answers of several kinds: who asks tells them apart.
impl Ask for Job {
    type Answer = Report;

    fn into_job(self) -> Job {
        self
    }

    fn report(report: Report) -> Option<Report> {
        Some(report)
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
    Box<GanPlay>, Job::GanPlay => GanFrame(Box<GanFrame>);
    GanImages, Job::GanImages => GanPictures(GanPictures);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_hears_its_own_answers_only() {
        let times = || Report::BlockTimes(vec![1.0]);
        assert_eq!(Job::report(times()), Some(times()));
        assert_eq!(Denoise::report(times()), None);
        assert_eq!(GanImages::report(times()), None);
        let answer = GanPictures {
            pictures: vec![0.5],
            scores: vec![],
            real_scores: vec![],
            ms: 1.0,
        };
        let report = Report::GanPictures(answer.clone());
        assert_eq!(NoiseStats::report(report.clone()), None);
        assert_eq!(GanImages::report(report), Some(answer));
    }
}
