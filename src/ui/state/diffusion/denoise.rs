//! Controls of the chapter 'Denoise it'.

use super::noise::{read_schedule, write_schedule};
use crate::models::diffusion::DEFAULT_GUIDANCE;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::protocol::Sampler;
use crate::ui::state::{ModelChoice, Reader, Writer};

/// The numbers of steps on offer.
pub const STEPS: [u32; 8] = [4, 8, 10, 20, 50, 100, 250, 1000];
/// The strongest guidance on offer.
pub const MAX_GUIDANCE: f32 = 8.0;

/// What the model is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This digit, `0..=9`.
    Digit(u8),
    /// Whatever comes.
    Any,
    /// One of each in turn; for the grid.
    Each,
}

impl Wanted {
    /// The classes of `n` pictures.
    pub fn labels(self, n: usize) -> Vec<Option<u8>> {
        (0..n)
            .map(|index| match self {
                Self::Digit(digit) => Some(digit),
                Self::Any => None,
                Self::Each => Some((index % 10) as u8),
            })
            .collect()
    }

    /// The name in links.
    pub fn id(self) -> String {
        match self {
            Self::Digit(digit) => digit.to_string(),
            Self::Any => "any".into(),
            Self::Each => "each".into(),
        }
    }

    /// The choice called `id`.
    pub fn from_id(id: &str) -> Option<Self> {
        match id {
            "any" => Some(Self::Any),
            "each" => Some(Self::Each),
            _ => id.parse().ok().filter(|digit| *digit <= 9).map(Self::Digit),
        }
    }
}

/// The controls that held up to a branch; they hold for the steps before `until`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// Steps done when the controls changed.
    pub until: u32,
    /// What was asked for.
    pub digit: Wanted,
    /// The rule.
    pub sampler: Sampler,
    /// Guidance weight.
    pub guidance: f32,
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct DenoiseState {
    /// Whose weights.
    pub model: ModelChoice,
    /// What is asked for.
    pub digit: Wanted,
    /// The rule.
    pub sampler: Sampler,
    /// How times are read; the models were trained with the cosine schedule.
    pub schedule: ScheduleKind,
    /// Network evaluations, one of [`STEPS`].
    pub steps: u32,
    /// Guidance weight, `0..=8`, two decimals.
    pub guidance: f32,
    /// Seed of all noise.
    pub seed: u64,
    /// Sixteen pictures at once?
    pub grid: bool,
    /// The step shown; `None` plays the run from its start.
    pub step: Option<u32>,
    /// Earlier controls of a branched run, oldest first.
    pub past: Vec<Past>,
}

impl Default for DenoiseState {
    fn default() -> Self {
        Self {
            model: ModelChoice::default(),
            digit: Wanted::Digit(3),
            sampler: Sampler::Ddim { eta: 0.0 },
            schedule: ScheduleKind::Cosine,
            steps: 20,
            guidance: DEFAULT_GUIDANCE,
            seed: 42,
            grid: false,
            step: None,
            past: Vec::new(),
        }
    }
}

impl DenoiseState {
    /// Pictures at once.
    pub fn count(&self) -> usize {
        if self.grid { 16 } else { 1 }
    }

    /// Does `other` ask for the same pictures (whichever step is shown)?
    pub fn same_run(&self, other: &Self) -> bool {
        *self
            == Self {
                step: self.step,
                ..other.clone()
            }
    }

    /// The controls a branch may change, as they are now.
    pub fn as_past(&self, until: u32) -> Past {
        Past {
            until,
            digit: self.digit,
            sampler: self.sampler,
            guidance: self.guidance,
        }
    }

    pub(crate) fn read(query: &mut Reader) -> Self {
        let default = Self::default();
        let grid = query.choice("n", read_count).unwrap_or(default.grid);
        let steps = query.choice("steps", read_steps).unwrap_or(default.steps);
        let digit = query
            .choice("digit", Wanted::from_id)
            .unwrap_or(default.digit);
        Self {
            model: ModelChoice::read(query),
            schedule: read_schedule(query).unwrap_or(default.schedule),
            digit: if digit == Wanted::Each && !grid {
                default.digit
            } else {
                digit
            },
            sampler: read_sampler(query).unwrap_or(default.sampler),
            steps,
            guidance: query.choice("w", read_guidance).unwrap_or(default.guidance),
            seed: query.number("seed", 0..=u64::MAX).unwrap_or(default.seed),
            grid,
            step: query.number("step", 0..=steps),
            past: query
                .choice("past", |text| read_past(text, steps, grid))
                .unwrap_or_default(),
        }
    }

    pub(crate) fn write(&self, query: &mut Writer) {
        let default = Self::default();
        self.model.write(query);
        query.put_unless("digit", self.digit.id(), default.digit.id());
        match self.sampler {
            Sampler::Ddpm => query.put("sampler", "ddpm"),
            Sampler::Ddim { eta } => query.put_unless("eta", eta, 0.0),
            Sampler::DpmSolver => query.put("sampler", "dpm"),
        }
        write_schedule(self.schedule, query);
        query.put_unless("steps", self.steps, default.steps);
        query.put_unless("w", self.guidance, default.guidance);
        query.put_unless("seed", self.seed, default.seed);
        query.put_unless("n", self.count(), default.count());
        if let Some(step) = self.step {
            query.put("step", step);
        }
        if !self.past.is_empty() {
            query.put(
                "past",
                self.past
                    .iter()
                    .map(write_past)
                    .collect::<Vec<_>>()
                    .join("~~"),
            );
        }
    }
}

fn read_count(text: &str) -> Option<bool> {
    match text {
        "1" => Some(false),
        "16" => Some(true),
        _ => None,
    }
}

fn read_steps(text: &str) -> Option<u32> {
    text.parse().ok().filter(|steps| STEPS.contains(steps))
}

pub(crate) fn read_guidance(text: &str) -> Option<f32> {
    let weight: f32 = text.parse().ok()?;
    (0.0..=MAX_GUIDANCE)
        .contains(&weight)
        .then(|| two_decimals(weight))
}

fn read_eta(text: &str) -> Option<f32> {
    let eta: f32 = text.parse().ok()?;
    (0.0..=1.0).contains(&eta).then(|| two_decimals(eta))
}

fn two_decimals(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}

fn read_sampler(query: &mut Reader) -> Option<Sampler> {
    let eta = query.choice("eta", read_eta);
    let named = query.choice("sampler", |name| match name {
        "ddpm" => Some(Sampler::Ddpm),
        "ddim" => Some(Sampler::Ddim { eta: 0.0 }),
        "dpm" => Some(Sampler::DpmSolver),
        _ => None,
    });
    match (named, eta) {
        (None | Some(Sampler::Ddim { .. }), Some(eta)) => Some(Sampler::Ddim { eta }),
        (named, _) => named,
    }
}

/// `until~digit~guidance~rule`, the rule being `ddpm`, `dpm` or DDIM's eta.
fn write_past(past: &Past) -> String {
    let rule = match past.sampler {
        Sampler::Ddpm => "ddpm".into(),
        Sampler::Ddim { eta } => eta.to_string(),
        Sampler::DpmSolver => "dpm".into(),
    };
    format!(
        "{}~{}~{}~{rule}",
        past.until,
        past.digit.id(),
        past.guidance
    )
}

fn read_past(text: &str, steps: u32, grid: bool) -> Option<Vec<Past>> {
    let past = text
        .split("~~")
        .map(read_one_past)
        .collect::<Option<Vec<_>>>()?;
    let rising = past.is_sorted_by_key(|past| past.until);
    let inside = past.iter().all(|past| past.until < steps);
    let fitting = grid || past.iter().all(|past| past.digit != Wanted::Each);
    (rising && inside && fitting).then_some(past)
}

fn read_one_past(text: &str) -> Option<Past> {
    let mut parts = text.split('~');
    let past = Past {
        until: parts.next()?.parse().ok()?,
        digit: Wanted::from_id(parts.next()?)?,
        guidance: read_guidance(parts.next()?)?,
        sampler: match parts.next()? {
            "ddpm" => Sampler::Ddpm,
            "dpm" => Sampler::DpmSolver,
            eta => Sampler::Ddim {
                eta: read_eta(eta)?,
            },
        },
    };
    parts.next().is_none().then_some(past)
}
