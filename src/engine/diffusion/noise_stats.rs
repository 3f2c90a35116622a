//! One jump to x_t against t single steps: the statistics of many runs of each.
//!
//! Every run of either kind has noise of its own, so the two sets of noise parts
//! `x_t - sqrt(alpha_bar_t) x_0` are independent samples; if many small steps have the
//! distribution of one jump, both are N(0, 1 - alpha_bar_t) in every pixel.

use super::denoise::check_picture;
use crate::data::PIXELS;
use crate::engine::session::{Step, Work, demand};
use crate::models::diffusion::schedule::Schedule;
use crate::noise;
use crate::protocol::{EngineError, Event, NoiseStats, NoiseStatsFrame, Report, RunId};

/// Most runs of each kind.
pub const MAX_RUNS: u32 = 1024;
/// The histogram covers -4..4; what lies outside counts in the outermost bins.
const LOW: f32 = -4.0;
const BIN_WIDTH: f32 = 0.125;
const BINS: usize = 64;
/// Runs between two events.
const RUNS_A_FRAME: u32 = 8;
/// Kolmogorov's 95 % quantile: sup |F_n - F_m| sqrt(n m / (n + m)) exceeds it 1 time in 20.
const KOLMOGOROV_5_PERCENT: f64 = 1.3581;

/// The runs so far.
pub struct NoiseStatsRun {
    run: RunId,
    job: NoiseStats,
    schedule: Schedule,
    done: u32,
    jump: Tally,
    steps: Tally,
}

impl NoiseStatsRun {
    /// Checks the job and stands ready for its first pair of runs.
    pub fn new(run: RunId, job: NoiseStats) -> Result<Self, EngineError> {
        check_picture(&job.x_0, job.t)?;
        demand(
            (1..=MAX_RUNS).contains(&job.runs),
            format!("{} runs, not 1 to {MAX_RUNS}", job.runs),
        )?;
        let schedule = Schedule::new(job.schedule);
        Ok(Self {
            run,
            job,
            schedule,
            done: 0,
            jump: Tally::default(),
            steps: Tally::default(),
        })
    }

    /// One more run of each kind.
    fn pair(&mut self) {
        let NoiseStats { x_0, t, seed, .. } = &self.job;
        let normal = |draw| noise::normal(*seed, self.done, draw, PIXELS);
        let jump = self.schedule.q_sample(x_0, &normal(0), *t as usize);
        let mut steps = x_0.clone();
        for s in 1..=*t {
            self.schedule.q_step(&mut steps, &normal(s), s as usize);
        }
        let signal = self.schedule.signal(*t as usize) as f32;
        self.jump.add(&jump, x_0, signal);
        self.steps.add(&steps, x_0, signal);
        self.done += 1;
    }

    fn frame(&mut self) -> NoiseStatsFrame {
        let (mean, sd) = (
            [self.jump.mean(), self.steps.mean()],
            [self.jump.sd(), self.steps.sd()],
        );
        let (a, b) = (self.jump.sorted_noise(), self.steps.sorted_noise());
        NoiseStatsFrame {
            runs: self.done,
            low: LOW,
            bin_width: BIN_WIDTH,
            ks: ks_distance(a, b) as f32,
            ks_critical: ks_critical(a.len(), b.len()) as f32,
            jump: self.jump.shares(),
            steps: self.steps.shares(),
            mean,
            sd,
        }
    }
}

impl Work for NoiseStatsRun {
    async fn step(&mut self, _: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        self.pair();
        let over = self.done == self.job.runs;
        if !over && !self.done.is_multiple_of(RUNS_A_FRAME) {
            return Ok(Step::Quiet);
        }
        let event = Event::Report {
            run: self.run,
            report: Report::packed(&self.frame()),
        };
        Ok(if over {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

/// What is kept of the runs of one kind.
#[derive(Default)]
struct Tally {
    runs: u32,
    bins: Vec<u64>,
    /// Per-pixel sum and sum of squares of x_t.
    sums: Vec<[f64; 2]>,
    /// All noise parts; a sorted front and what has come since.
    noise: Vec<f32>,
}

impl Tally {
    fn add(&mut self, x: &[f32], x_0: &[f32], signal: f32) {
        self.runs += 1;
        self.bins.resize(BINS, 0);
        self.sums.resize(x.len(), [0.0; 2]);
        for ((&x, &x_0), [sum, squares]) in x.iter().zip(x_0).zip(&mut self.sums) {
            // A float-to-integer cast saturates, so both ends collect what lies outside.
            let bin = ((x - LOW) / BIN_WIDTH) as usize;
            self.bins[bin.min(BINS - 1)] += 1;
            *sum += f64::from(x);
            *squares += f64::from(x).powi(2);
            self.noise.push(x - signal * x_0);
        }
    }

    fn shares(&self) -> Vec<f32> {
        let n = self.noise.len() as f64;
        self.bins
            .iter()
            .map(|&count| (count as f64 / n) as f32)
            .collect()
    }

    fn mean(&self) -> f32 {
        let sum: f64 = self.sums.iter().map(|[sum, _]| sum).sum();
        (sum / self.noise.len() as f64) as f32
    }

    /// Root mean square over pixels of the unbiased per-pixel deviation; 0 for a single run.
    fn sd(&self) -> f32 {
        if self.runs < 2 {
            return 0.0;
        }
        let n = f64::from(self.runs);
        let variance: f64 = self
            .sums
            .iter()
            .map(|[sum, squares]| (squares - sum * sum / n) / (n - 1.0))
            .sum::<f64>()
            / self.sums.len() as f64;
        variance.max(0.0).sqrt() as f32
    }

    fn sorted_noise(&mut self) -> &[f32] {
        // The stable sort finds the sorted front and merges the rest into it.
        self.noise.sort_by(f32::total_cmp);
        &self.noise
    }
}

/// Two-sample Kolmogorov-Smirnov distance: the largest gap between the two empirical
/// distribution functions. Both slices are sorted and not empty.
pub fn ks_distance(a: &[f32], b: &[f32]) -> f64 {
    let (mut i, mut j, mut gap) = (0, 0, 0.0f64);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] <= x {
            i += 1;
        }
        while j < b.len() && b[j] <= x {
            j += 1;
        }
        gap = gap.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    gap
}

/// The distance that 1 in 20 pairs of samples of one distribution exceeds (large samples).
pub fn ks_critical(n: usize, m: usize) -> f64 {
    let (n, m) = (n as f64, m as f64);
    KOLMOGOROV_5_PERCENT * ((n + m) / (n * m)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::*;
    use crate::models::diffusion::schedule::ScheduleKind;
    use crate::protocol::Job;

    fn job(t: u32, runs: u32) -> NoiseStats {
        let x_0 = (0..PIXELS)
            .map(|i| if i % 5 == 0 { 1.0 } else { -1.0 })
            .collect();
        NoiseStats {
            x_0,
            t,
            schedule: ScheduleKind::Cosine,
            runs,
            seed: 11,
        }
    }

    fn frames(events: &[Event]) -> Vec<NoiseStatsFrame> {
        events.iter().filter_map(Event::answer).collect()
    }

    #[test]
    fn distance_of_known_samples() {
        assert_eq!(ks_distance(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert_eq!(ks_distance(&[1.0, 2.0], &[3.0, 4.0, 5.0]), 1.0);
        // F_a jumps to 1/2 at 0 and 1 at 2; F_b to 1 at 1.
        assert_eq!(ks_distance(&[0.0, 2.0], &[1.0]), 0.5);
        // Ties count once on both sides.
        assert_eq!(ks_distance(&[1.0, 1.0, 2.0], &[1.0, 2.0, 2.0]), 1.0 / 3.0);
        // A table's value: n = m = 100, 5 %.
        assert!((ks_critical(100, 100) - 0.192).abs() < 1e-3);
    }

    #[test]
    fn many_steps_come_to_the_same_as_one_jump() {
        for (t, schedule) in [(40, ScheduleKind::Linear), (300, ScheduleKind::Cosine)] {
            let job = NoiseStats {
                schedule,
                ..job(t, 24)
            };
            let x_0_mean = job.x_0.iter().sum::<f32>() / PIXELS as f32;
            let events = run_whole(Job::NoiseStats(job));
            let frames = frames(&events);
            assert_eq!(
                frames.iter().map(|f| f.runs).collect::<Vec<_>>(),
                [8, 16, 24]
            );
            assert!(matches!(events.last(), Some(Event::Done { run: RUN, .. })));
            let last = frames.last().expect("three frames");
            assert!(
                last.ks < last.ks_critical,
                "{} {}",
                last.ks,
                last.ks_critical
            );
            let s = Schedule::new(schedule);
            let sigma = s.sigma(t as usize) as f32;
            let n = (24 * PIXELS) as f32;
            for kind in 0..2 {
                let mean = s.signal(t as usize) as f32 * x_0_mean;
                assert!((last.mean[kind] - mean).abs() < 5.0 * sigma / n.sqrt());
                assert!((last.sd[kind] - sigma).abs() < 5.0 * sigma / (2.0 * n).sqrt());
            }
            for shares in [&last.jump, &last.steps] {
                assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }

    /// Steps of another schedule do not come to the same: the distance says so.
    #[test]
    fn a_wrong_schedule_shows() {
        let mut run = NoiseStatsRun::new(2, job(120, 8)).expect("a good job");
        let wrong = Schedule::new(ScheduleKind::Linear);
        let (x_0, signal) = (run.job.x_0.clone(), run.schedule.signal(120) as f32);
        for index in 0..8 {
            run.pair();
            let mut x = x_0.clone();
            for s in 1..=120 {
                wrong.q_step(&mut x, &noise::normal(12, index, s, PIXELS), s as usize);
            }
            if index == 0 {
                run.steps = Tally::default();
            }
            run.steps.add(&x, &x_0, signal);
        }
        let frame = run.frame();
        assert!(
            frame.ks > 2.0 * frame.ks_critical,
            "{} {}",
            frame.ks,
            frame.ks_critical
        );
    }

    #[test]
    fn far_values_count_in_the_outermost_bins() {
        let mut tally = Tally::default();
        tally.add(&[-9.0, 9.0, LOW, 0.01], &[0.0; 4], 1.0);
        let shares = tally.shares();
        assert_eq!(
            (shares[0], shares[BINS / 2], shares[BINS - 1]),
            (0.5, 0.25, 0.25)
        );
    }

    #[test]
    fn it_can_be_cancelled_and_refuses_nonsense() {
        let cancelled = run_job(Job::NoiseStats(job(5, 64)), &mut no_models(), 20);
        assert_eq!(frames(&cancelled).len(), 2);
        assert_eq!(cancelled.last(), Some(&Event::Cancelled { run: RUN }));
        assert_refused(
            &job(5, 8),
            &[
                |job| job.t = 0,
                |job| job.t = 1001,
                |job| job.runs = 0,
                |job| job.runs = MAX_RUNS + 1,
                |job| job.x_0.truncate(3),
            ],
            |job| run_whole(Job::NoiseStats(job)),
        );
    }
}
