//! Controls of the chapter 'Fewer steps'.

use super::denoise::{visit_digit, visit_guidance};
use crate::data::DataSet;
use crate::models::diffusion::DEFAULT_GUIDANCE;
use crate::protocol::{Denoise, Sampler};
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, DenoiseState, ModelChoice, Query, Training, Wanted};

/// The numbers of steps on offer: the table's columns.
pub const COLUMNS: [u32; 5] = [4, 8, 20, 50, 250];
/// Steps of the distilled model, the only number it was trained for.
pub const QUICK_STEPS: u32 = 4;
/// Pictures in a cell.
pub const CELL: usize = 4;

/// A row of the table: a way to sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Ancestral sampling.
    Ddpm,
    /// Deterministic, first order.
    Ddim,
    /// DPM-Solver++(2M): deterministic, second order.
    Solver,
    /// The distilled model, with DDIM's rule; guidance is in its weights.
    Distilled,
}

impl Way {
    /// All rows, in their order.
    pub const ALL: [Self; 4] = [Self::Ddpm, Self::Ddim, Self::Solver, Self::Distilled];

    /// The name in links.
    pub fn id(self) -> &'static str {
        match self {
            Self::Ddpm => "ddpm",
            Self::Ddim => "ddim",
            Self::Solver => "dpm",
            Self::Distilled => "quick",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ddpm => "DDPM",
            Self::Ddim => "DDIM",
            Self::Solver => "DPM-Solver++(2M)",
            Self::Distilled => "Distilled",
        }
    }

    /// Its rule.
    pub fn sampler(self) -> Sampler {
        match self {
            Self::Ddpm => Sampler::Ddpm,
            Self::Ddim | Self::Distilled => Sampler::Ddim { eta: 0.0 },
            Self::Solver => Sampler::DpmSolver,
        }
    }
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct FewerState {
    /// Whose weights.
    pub model: ModelChoice,
    /// What is asked for; never [`Wanted::Each`].
    pub digit: Wanted,
    /// Guidance weight, `0..=8`, two decimals.
    pub guidance: f32,
    /// Seed of all noise, the same in every cell.
    pub seed: u64,
    /// The rows that are shown, as in [`Way::ALL`]; at least one.
    pub ways: [bool; 4],
    /// The columns that are shown, as in [`COLUMNS`]; at least one.
    pub columns: [bool; 5],
    /// Where playback stands, in steps of the longest run shown; `None` is its end.
    pub step: Option<u32>,
}

impl Default for FewerState {
    fn default() -> Self {
        Self {
            model: ModelChoice::default(),
            digit: Wanted::Digit(3),
            guidance: DEFAULT_GUIDANCE,
            seed: 42,
            ways: [true; 4],
            columns: [true, true, true, false, false],
            step: None,
        }
    }
}

impl FewerState {
    /// The rows shown; the distilled model's only where there is one.
    pub fn rows(&self, has_distilled: bool) -> impl Iterator<Item = Way> + use<> {
        let base = self.model == ModelChoice::of(DataSet::Mnist);
        let ticked = Way::ALL.into_iter().zip(self.ways);
        ticked
            .filter(|(_, on)| *on)
            .map(|(way, _)| way)
            .filter(move |way| *way != Way::Distilled || (has_distilled && base))
    }

    /// The numbers of steps shown.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = u32> + use<> {
        let ticked = COLUMNS.into_iter().zip(self.columns);
        ticked.filter(|(_, on)| *on).map(|(steps, _)| steps)
    }

    /// Steps of the longest run shown.
    pub fn longest(&self) -> u32 {
        self.steps().next_back().unwrap_or(QUICK_STEPS)
    }

    /// The first picture of a cell, as the chapter 'Denoise it' shows it; `None` for a cell
    /// that stays empty.
    pub fn cell(&self, way: Way, steps: u32) -> Option<DenoiseState> {
        let plain = DenoiseState {
            model: self.model,
            digit: self.digit,
            sampler: way.sampler(),
            steps,
            guidance: self.guidance,
            seed: self.seed,
            ..DenoiseState::default()
        };
        match way {
            Way::Distilled if steps != QUICK_STEPS => None,
            Way::Distilled => Some(DenoiseState {
                model: ModelChoice {
                    training: Training::Quick,
                    ..self.model
                },
                guidance: 1.0,
                ..plain
            }),
            _ => Some(plain),
        }
    }

    /// All cells with what has to be computed for them, short runs first, so that the table
    /// fills quickly.
    pub fn jobs(&self, has_distilled: bool) -> Vec<Denoise> {
        let rows: Vec<_> = self.rows(has_distilled).collect();
        self.steps()
            .flat_map(|steps| rows.iter().filter_map(move |way| self.cell(*way, steps)))
            .map(|cell| cell.job(CELL))
            .collect()
    }
}

impl Controls for FewerState {
    fn chapter(&self) -> Chapter {
        Chapter::Fewer
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        self.model.visit(q);
        visit_digit(&mut self.digit, default.digit, Wanted::Each, q);
        visit_ticks(
            "ways",
            &mut self.ways,
            default.ways,
            Way::ALL.map(Way::id),
            q,
        );
        let steps = COLUMNS.map(|steps| steps.to_string());
        let steps = steps.each_ref().map(String::as_str);
        visit_ticks("steps", &mut self.columns, default.columns, steps, q);
        visit_guidance(&mut self.guidance, q);
        q.seed("seed", &mut self.seed, default.seed);
        let last = self.longest() - 1;
        q.maybe("step", &mut self.step, 0..=last);
    }
}

/// `a.c` of `[a, b, c]` is `[true, false, true]`; every part has to be known and none may
/// come twice.
fn visit_ticks<const N: usize>(
    key: &str,
    value: &mut [bool; N],
    default: [bool; N],
    ids: [&str; N],
    q: &mut impl Query,
) {
    let read = |text: &str| {
        let mut on = [false; N];
        for part in text.split('.') {
            let at = ids.iter().position(|id| *id == part)?;
            if std::mem::replace(&mut on[at], true) {
                return None;
            }
        }
        Some(on)
    };
    let write = |on: &[bool; N]| {
        let ticked = ids.iter().zip(on).filter(|(_, on)| **on);
        ticked.map(|(id, _)| *id).collect::<Vec<_>>().join(".")
    };
    q.setting(key, value, default, read, write);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip, state};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(FewerState::default()), "#/diffusion/fewer");
        let link = "#/diffusion/fewer?ways=dpm&steps=4.250&step=9";
        let (state, problems) = state::<FewerState>(link);
        assert_eq!((round_trip(state).as_str(), problems), (link, 0));
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back(
            "diffusion/fewer",
            &[
                ("ways=", 1),
                ("ways=ddpm.ddpm", 1),
                ("ways=euler&steps=7&digit=each", 3),
                ("steps=4.8.&w=9&seed=x", 3),
                // The longest default run has 20 steps, and its end is no position of its own.
                ("step=20", 1),
            ],
        );
    }

    #[test]
    fn jobs_are_the_cells_short_runs_first() {
        let state = FewerState::default();
        let jobs = state.jobs(false);
        let steps: Vec<_> = jobs.iter().map(|job| job.steps).collect();
        assert_eq!(steps, [4, 4, 4, 8, 8, 8, 20, 20, 20]);
        let samplers: Vec<_> = jobs[..3].iter().map(|job| job.sampler).collect();
        assert_eq!(
            samplers,
            [
                Sampler::Ddpm,
                Sampler::Ddim { eta: 0.0 },
                Sampler::DpmSolver
            ]
        );
        for job in &jobs {
            assert_eq!((job.model.as_str(), job.seed), ("diffusion-mnist", 42));
            assert_eq!(job.labels, vec![Some(3); CELL]);
            assert_eq!((job.guidance, job.frame_every), (DEFAULT_GUIDANCE, 1));
        }
    }

    #[test]
    fn the_distilled_model_has_one_cell_without_guidance() {
        let state = FewerState {
            guidance: 3.0,
            ..FewerState::default()
        };
        let jobs = state.jobs(true);
        let quick: Vec<_> = jobs
            .iter()
            .filter(|job| job.model == "diffusion-mnist-quick")
            .collect();
        assert_eq!(jobs.len(), 10);
        assert_eq!(quick.len(), 1);
        assert_eq!((quick[0].steps, quick[0].guidance), (QUICK_STEPS, 1.0));
        // There is none of another model's.
        let early = FewerState {
            model: ModelChoice {
                training: Training::Early,
                ..ModelChoice::default()
            },
            ..state
        };
        assert_eq!(early.jobs(true).len(), 9);
    }
}
