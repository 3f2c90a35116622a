//! A look ahead: what the distilled model makes of the same noise in four steps, shown while a
//! run that takes long is still at its beginning.

use std::rc::Rc;

use yew::prelude::*;

use super::views::COLUMNS;
use crate::data::DataSet;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::protocol::Denoise;
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::host::use_has_model;
use crate::ui::runs::lanes::{Lane, Lanes, use_lanes};
use crate::ui::state::{DenoiseState, ModelChoice, QUICK_STEPS};

/// From so many steps on a single picture takes long.
const LONG: u32 = 250;

/// The look that is worth taking before a run with these controls.
fn worthwhile(state: &DenoiseState) -> Option<Denoise> {
    let takes_long = state.grid || state.steps >= LONG;
    let same_task = state.model == ModelChoice::of(DataSet::Mnist)
        && state.schedule == ScheduleKind::default()
        && state.past.is_empty();
    (takes_long && same_task).then(|| {
        let distilled = DenoiseState {
            model: ModelChoice::DISTILLED,
            digit: state.digit,
            steps: QUICK_STEPS,
            guidance: 1.0,
            seed: state.seed,
            ..DenoiseState::default()
        };
        distilled.job(state.count())
    })
}

/// The look for a run with these controls, and whether the run should wait for it: engines do one
/// thing at a time, and the look takes a fraction of a second.
#[hook]
pub fn use_look_ahead(state: &DenoiseState) -> (Option<Lane>, bool) {
    let known = use_has_model(ModelChoice::DISTILLED.id());
    let run = DenoiseState {
        step: None,
        ..state.clone()
    };
    // Decided when the controls change: a manifest that comes later does not stop a run under way.
    let job = use_memo(run, |run| worthwhile(run).filter(|_| known));
    let looks = use_lanes((*job).as_slice());
    let look = job.as_ref().as_ref().map(|job| look(&looks, job));
    let (lane, waits) = look.unwrap_or_default();
    (lane.cloned(), waits)
}

/// What is there of a look, and whether to wait for it. Just after a change of the controls the lane
/// is still that of before; once a look has failed, the run itself is not to suffer.
fn look<'a>(looks: &'a Lanes, job: &Denoise) -> (Option<&'a Lane>, bool) {
    let lane = looks.lanes.first().filter(|lane| lane.job == *job);
    (lane, lane.is_none() || looks.book.is_busy())
}

/// The pictures of a look, if there are any, and the time they took: the model's, not the download's.
pub fn look_view(look: &Lane) -> Html {
    let Some(end) = look.end() else {
        return Html::default();
    };
    let ms = format!("{:.0}", look.steps_ms());
    html! {
        <figure class="ahead" data-ms={ms.clone()}>
            <PictureView class="pix" pixels={Rc::new(end.x.clone())} columns={COLUMNS}
                label={texts::diffusion::ahead_label::PLAIN} />
            <figcaption>{ content::fill(texts::diffusion::ahead::PLAIN, &[("ms", &ms)]) }</figcaption>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{EngineError, Sampler};
    use crate::ui::host::RunEvent;
    use crate::ui::runs::booked::Action;
    use crate::ui::state::Wanted;

    #[test]
    fn only_a_long_run_of_the_same_task_is_looked_ahead_of() {
        let plain = DenoiseState::default();
        assert_eq!(worthwhile(&plain), None);
        let grid = DenoiseState {
            grid: true,
            sampler: Sampler::Ddpm,
            seed: 9,
            ..plain.clone()
        };
        let job = worthwhile(&grid).expect("sixteen take long");
        assert_eq!((job.labels.len(), job.seed, job.steps), (16, 9, 4));
        assert_eq!(
            (job.guidance, job.sampler),
            (1.0, Denoise::default().sampler)
        );
        let slow = DenoiseState {
            steps: 1000,
            ..plain.clone()
        };
        assert!(worthwhile(&slow).is_some());
        let clothes = DenoiseState {
            model: ModelChoice::of(DataSet::FashionMnist),
            ..grid.clone()
        };
        let linear = DenoiseState {
            schedule: ScheduleKind::Linear,
            ..grid
        };
        assert_eq!((worthwhile(&clothes), worthwhile(&linear)), (None, None));
    }

    #[test]
    fn a_look_that_fails_is_not_waited_for() {
        let state = |digit| DenoiseState {
            grid: true,
            digit: Wanted::Digit(digit),
            ..DenoiseState::default()
        };
        let [job, other] = [1, 2].map(|digit| worthwhile(&state(digit)).expect("a job"));
        let looks = Rc::new(Lanes::of(vec![job.clone()]));
        assert_eq!(
            look(&looks, &other),
            (None, true),
            "it is about to be asked"
        );
        assert!(look(&looks, &job).1);
        let id = looks.book.id().expect("booked");
        let broken = RunEvent::Failed(EngineError::NotFinite);
        let looks = looks.reduce(Action::News(id, broken));
        let (lane, waits) = look(&looks, &job);
        assert!(!waits && lane.is_some_and(|lane| lane.end().is_none()));
    }
}
