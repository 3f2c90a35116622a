//! Which runs the chapter compares, and what their results say.

use crate::data::PIXELS;
use crate::models::diffusion::schedule::{Schedule, ScheduleKind, timesteps};
use crate::noise::{INITIAL_DRAW, normal};
use crate::protocol::{Denoise, Keep, Sampler, Start};
use crate::ui::state::{DRAWN_STEPS, DrawnMode, DrawnState};

/// Strengths that are always shown beside one another, in steps: 20 % to 100 %.
const STRENGTHS: [u32; 5] = [4, 8, 12, 16, 20];
/// Fillings of one hole.
pub const FILLINGS: usize = 4;

/// What the compared runs differ in, the chosen one first: strengths, or rounds.
pub fn variants(state: &DrawnState) -> Vec<u32> {
    let (chosen, others) = match state.mode {
        DrawnMode::Scribble => (state.strength, STRENGTHS.as_slice()),
        DrawnMode::Fill => (state.rounds, [1].as_slice()),
    };
    let others = others.iter().copied().filter(|&other| other != chosen);
    std::iter::once(chosen).chain(others).collect()
}

/// The runs for [`variants`], in the same order; none while there is nothing to do.
/// `x_0` is the given picture, `[28, 28]`.
pub fn jobs(state: &DrawnState, x_0: &[f32]) -> Vec<Denoise> {
    if state.mode == DrawnMode::Fill && state.hole.is_empty() {
        return Vec::new();
    }
    let job = |variant| match state.mode {
        DrawnMode::Scribble => from_scribble(state, x_0, variant),
        DrawnMode::Fill => filling(state, x_0, variant),
    };
    variants(state).into_iter().map(job).collect()
}

/// What all runs share.
fn base(state: &DrawnState, pictures: usize) -> Denoise {
    Denoise {
        model: state.model.id().into(),
        labels: state.digit.labels(pictures),
        seed: state.seed,
        // Both papers go back with fresh noise at each step.
        sampler: Sampler::Ddpm,
        steps: DRAWN_STEPS,
        guidance: state.guidance,
        ..Denoise::default()
    }
}

/// SDEdit (Meng et al. 2022, arXiv:2108.01073): the picture noised to the time at which
/// `strength` steps are left, and denoised from there.
fn from_scribble(state: &DrawnState, x_0: &[f32], strength: u32) -> Denoise {
    let step = DRAWN_STEPS.saturating_sub(strength);
    let eps = normal(state.seed, 0, INITIAL_DRAW, PIXELS);
    let t = timesteps(DRAWN_STEPS as usize)[step as usize];
    let start = Start {
        step,
        x: Schedule::new(ScheduleKind::Cosine).q_sample(x_0, &eps, t),
        x0_before: None,
    };
    Denoise {
        start: Some(start),
        ..base(state, 1)
    }
}

fn filling(state: &DrawnState, x_0: &[f32], rounds: u32) -> Denoise {
    Denoise {
        keep: Some(Keep {
            x_0: x_0.to_vec(),
            mask: state.hole.pixels().iter().map(|hole| !hole).collect(),
            rounds,
        }),
        ..base(state, FILLINGS)
    }
}

/// x before the first step, `[n, 28, 28]`: what is seen until the engine answers.
pub fn first_x(job: &Denoise) -> Vec<f32> {
    match &job.start {
        Some(start) => start.x.clone(),
        None => (0..job.labels.len() as u32)
            .flat_map(|index| normal(job.seed, index, INITIAL_DRAW, PIXELS))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::{Hole, Wanted};

    #[test]
    fn a_scribble_starts_where_its_strength_says() {
        let state = DrawnState {
            strength: 7,
            digit: Wanted::Digit(8),
            ..DrawnState::default()
        };
        let x_0 = vec![0.5; PIXELS];
        let jobs = jobs(&state, &x_0);
        assert_eq!(variants(&state), [7, 4, 8, 12, 16, 20]);
        let starts: Vec<u32> = jobs
            .iter()
            .filter_map(|job| Some(job.start.as_ref()?.step))
            .collect();
        assert_eq!(starts, [13, 16, 12, 8, 4, 0]);
        let schedule = Schedule::new(ScheduleKind::Cosine);
        let eps = normal(state.seed, 0, INITIAL_DRAW, PIXELS);
        // 13 of 20 steps done: t = 350.
        let x = schedule.q_sample(&x_0, &eps, 350);
        assert_eq!(jobs[0].start.as_ref().map(|start| &start.x), Some(&x));
        assert_eq!(first_x(&jobs[0]), x);
        assert_eq!(
            (jobs[0].labels.clone(), jobs[0].keep.clone()),
            (vec![Some(8)], None)
        );
        assert_eq!(state.first_step(), 13);
    }

    #[test]
    fn a_filling_keeps_what_is_outside_the_hole() {
        let state = DrawnState::of(DrawnMode::Fill);
        let x_0 = vec![0.5; PIXELS];
        let found = jobs(&state, &x_0);
        assert_eq!((variants(&state), found.len()), (vec![5, 1], 2));
        for (job, rounds) in found.iter().zip([5, 1]) {
            assert_eq!(job.labels, [None; FILLINGS]);
            let keep = job.keep.as_ref().expect("keeps");
            assert_eq!((keep.rounds, &keep.x_0), (rounds, &x_0));
            assert!(
                !keep.mask[0] && keep.mask[PIXELS - 1],
                "the upper half is the hole"
            );
        }
        let plain = DrawnState {
            rounds: 1,
            ..state.clone()
        };
        assert_eq!(variants(&plain), [1]);
        let whole = DrawnState {
            hole: Hole::none(),
            ..state
        };
        assert_eq!(jobs(&whole, &x_0), []);
    }
}
