//! The chapter's controls: mode, what is asked for, strength or rounds.

use yew::prelude::*;

use crate::data::CLASSES;
use crate::ui::components::choice::{choose, pressed};
use crate::ui::components::class_field::SetField;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::seed::SeedField;
use crate::ui::components::slider::Slider;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::{
    DRAWN_STEPS, DrawnMode, DrawnState, MAX_GUIDANCE, ModelChoice, ROUNDS, Wanted, two_decimals,
};

/// Percent of strength that one step is.
pub const PERCENT: u32 = 100 / DRAWN_STEPS;

/// Mode, class, strength or rounds; the rest behind them.
#[component]
pub fn Controls(props: &ChapterProps<DrawnState>) -> Html {
    let state = &props.state;
    let set = state.model.set;
    let wanted: Vec<_> = (0..CLASSES as u8)
        .map(Wanted::Digit)
        .chain([Wanted::Any])
        .collect();
    let name = |wanted: &Wanted| match wanted {
        Wanted::Digit(class) => set.class_name(*class).to_owned(),
        other => other.id(),
    };
    let percent = |steps: u32| (steps * PERCENT) as f32;
    let modes = [
        (DrawnMode::Scribble, "From a scribble"),
        (DrawnMode::Fill, "Fill a hole"),
    ];
    let more = html! {
        <>
            <SetField {set} on_set={props.edit(|state, set| state.model = ModelChoice::of(set))} />
            <Slider label="Guidance" name="w" max={MAX_GUIDANCE} step={0.1} value={state.guidance}
                disabled={state.digit == Wanted::Any}
                on_value={props.edit(|state, w| state.guidance = two_decimals(w))} />
            <SeedField seed={state.seed} on_seed={props.edit(|state, seed| state.seed = seed)} />
        </>
    };
    let usual = DrawnState::of(state.mode);
    let is_set = (state.guidance, state.model) != (usual.guidance, usual.model);
    html! {
        <ControlRow {more} {is_set}>
            <span class="seg" role="group" aria-label="Start from" data-lock="mode">
                { pressed(modes, state.mode, &props.edit(|state, mode| *state = switched(state, mode))) }
            </span>
            { choose(format!("Wanted {}", set.noun()), "digit", &wanted, state.digit, name,
                props.edit(|state, digit| state.digit = digit)) }
            if state.mode == DrawnMode::Scribble {
                <Slider label="Strength, %" name="strength" min={percent(1)} max={percent(DRAWN_STEPS)} step={percent(1)}
                    value={percent(state.strength)} digits={0}
                    on_value={props.edit(|state, percent| state.strength = percent as u32 / PERCENT)} />
            } else {
                { choose("Rounds a step", "rounds", &ROUNDS, state.rounds, u32::to_string,
                    props.edit(|state, rounds| state.rounds = rounds)) }
            }
        </ControlRow>
    }
}

/// The other mode, as it opens, but with what the visitor chose of what both share.
fn switched(state: &DrawnState, mode: DrawnMode) -> DrawnState {
    let (old, new) = (DrawnState::of(state.mode), DrawnState::of(mode));
    let mut changed = DrawnState {
        mode,
        ..state.clone()
    };
    if state.picture == old.picture {
        changed.picture = new.picture;
    }
    if state.digit == old.digit {
        changed.digit = new.digit;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::Picture;

    #[test]
    fn another_mode_keeps_what_was_chosen() {
        let fill = DrawnState::of(DrawnMode::Fill);
        assert_eq!(switched(&DrawnState::default(), DrawnMode::Fill), fill);
        let chosen = DrawnState {
            picture: Picture::Sample(7),
            digit: Wanted::Digit(2),
            seed: 9,
            ..DrawnState::default()
        };
        let there = switched(&chosen, DrawnMode::Fill);
        assert_eq!(
            (there.mode, there.seed, there.picture.clone()),
            (DrawnMode::Fill, 9, Picture::Sample(7))
        );
        assert_eq!(switched(&there, DrawnMode::Scribble), chosen);
    }
}
