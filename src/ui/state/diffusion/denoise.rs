//! Controls of the chapter 'Denoise it'.

use crate::models::diffusion::DEFAULT_GUIDANCE;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::protocol::{Denoise, Guided, Sampler};
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, ModelChoice, Named, Query};

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
    /// When it is guided.
    pub guided: Guided,
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
            guided: Guided::Always,
            seed: 42,
            grid: false,
            step: None,
            past: Vec::new(),
        }
    }
}

impl DenoiseState {
    /// The run of so many pictures from pure noise, whatever its past.
    pub fn job(&self, pictures: usize) -> Denoise {
        Denoise {
            model: self.model.id().into(),
            labels: self.digit.labels(pictures),
            seed: self.seed,
            sampler: self.sampler,
            schedule: self.schedule,
            steps: self.steps,
            guidance: self.guidance,
            guided: self.guided,
            ..Denoise::default()
        }
    }

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
}

impl Controls for DenoiseState {
    fn chapter(&self) -> Chapter {
        Chapter::Denoise
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        self.model.visit(q);
        q.setting(
            "digit",
            &mut self.digit,
            default.digit,
            Wanted::from_id,
            |digit| digit.id(),
        );
        visit_sampler(&mut self.sampler, q);
        q.named("schedule", &mut self.schedule, default.schedule);
        q.one_of("steps", &mut self.steps, default.steps, &STEPS);
        visit_guidance(&mut self.guidance, q);
        q.named("guided", &mut self.guided, default.guided);
        q.seed("seed", &mut self.seed, default.seed);
        let mut count = self.count();
        q.one_of("n", &mut count, default.count(), &[1, 16]);
        self.grid = count == 16;
        q.maybe("step", &mut self.step, 0..=self.steps);
        let (steps, grid) = (self.steps, self.grid);
        let past = |text: &str| read_past(text, steps, grid);
        q.setting("past", &mut self.past, Vec::new(), past, |past| {
            past.iter().map(write_past).collect::<Vec<_>>().join("~~")
        });
        if self.digit == Wanted::Each && !self.grid {
            self.digit = default.digit;
        }
    }
}

/// What is asked for, where `without` is no choice.
pub(in crate::ui::state) fn visit_digit(
    digit: &mut Wanted,
    default: Wanted,
    without: Wanted,
    q: &mut impl Query,
) {
    let read = |id: &str| Wanted::from_id(id).filter(|wanted| *wanted != without);
    q.setting("digit", digit, default, read, |digit| digit.id());
}

/// The weight of guidance.
pub(super) fn visit_guidance(guidance: &mut f32, q: &mut impl Query) {
    let read = |text: &str| decimal(text, MAX_GUIDANCE);
    q.setting("w", guidance, DEFAULT_GUIDANCE, read, f32::to_string);
}

/// The rule, and DDIM's eta, which no other rule has.
fn visit_sampler(sampler: &mut Sampler, q: &mut impl Query) {
    let ddim = Sampler::Ddim { eta: 0.0 };
    let (mut rule, mut eta) = match *sampler {
        Sampler::Ddim { eta } => (ddim, eta),
        other => (other, 0.0),
    };
    q.named("sampler", &mut rule, ddim);
    let read = |text: &str| decimal(text, 1.0);
    q.setting("eta", &mut eta, 0.0, read, f32::to_string);
    *sampler = if rule == ddim {
        Sampler::Ddim { eta }
    } else {
        rule
    };
}

/// The rules; DDIM stands for all its etas.
impl Named for Sampler {
    const VALUES: &'static [Self] = &[Self::Ddpm, Self::Ddim { eta: 0.0 }, Self::DpmSolver];

    fn name(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::Ddim { .. } => "ddim",
            Self::DpmSolver => "dpm",
        }
    }
}

impl Named for Guided {
    const VALUES: &'static [Self] = &[Self::Always, Self::Midway];

    fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Midway => "midway",
        }
    }
}

/// A number up to `most`, with two decimals.
fn decimal(text: &str, most: f32) -> Option<f32> {
    let value: f32 = text.parse().ok()?;
    (0.0..=most).contains(&value).then(|| two_decimals(value))
}

/// What a link keeps of a number.
pub fn two_decimals(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}

/// `until~digit~guidance~rule`, the rule being `ddpm`, `dpm` or DDIM's eta.
fn write_past(past: &Past) -> String {
    let rule = match past.sampler {
        Sampler::Ddim { eta } => eta.to_string(),
        other => other.name().into(),
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
        guidance: decimal(parts.next()?, MAX_GUIDANCE)?,
        sampler: match parts.next()? {
            "ddpm" => Sampler::Ddpm,
            "dpm" => Sampler::DpmSolver,
            eta => Sampler::Ddim {
                eta: decimal(eta, 1.0)?,
            },
        },
    };
    parts.next().is_none().then_some(past)
}
