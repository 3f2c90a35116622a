//! The chapter's controls: mode, what is asked for, strength or rounds.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::data::CLASSES;
use crate::ui::components::slider::Slider;
use crate::ui::state::{DRAWN_STEPS, DrawnMode, DrawnState, MAX_GUIDANCE, ROUNDS, Wanted};

/// Percent of strength that one step is.
pub const PERCENT: u32 = 100 / DRAWN_STEPS;

/// Properties of [`Controls`].
#[derive(Clone, Properties, PartialEq)]
pub struct ControlsProps {
    /// The controls in force.
    pub state: DrawnState,
    /// The visitor wants others.
    pub on_edit: Callback<DrawnState>,
}

impl ControlsProps {
    /// Changes what `change` changes.
    fn edit<E: 'static>(&self, change: impl Fn(&mut DrawnState, E) + 'static) -> Callback<E> {
        let (state, on_edit) = (self.state.clone(), self.on_edit.clone());
        Callback::from(move |event| {
            let mut state = state.clone();
            change(&mut state, event);
            on_edit.emit(state);
        })
    }
}

/// One row of controls.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let state = &props.state;
    let strength = props.edit(|state, percent: f32| state.strength = percent as u32 / PERCENT);
    let guidance = props.edit(|state, w: f32| state.guidance = (w * 100.0).round() / 100.0);
    let percent = |steps: u32| (steps * PERCENT) as f32;
    html! {
        <div class="controls">
            <span class="seg" role="group" aria-label="Start from">
                { mode_button(props, DrawnMode::Scribble, "From a scribble") }
                { mode_button(props, DrawnMode::Fill, "Fill a hole") }
            </span>
            { digit_field(props) }
            if state.mode == DrawnMode::Scribble {
                <Slider label="Strength, %" min={percent(1)} max={percent(DRAWN_STEPS)} step={percent(1)}
                    value={percent(state.strength)} digits={0} on_value={strength} />
            } else {
                { rounds_field(props) }
            }
            <Slider label="Guidance" max={MAX_GUIDANCE} step={0.1} value={state.guidance}
                disabled={state.digit == Wanted::Any} on_value={guidance} />
        </div>
    }
}

fn mode_button(props: &ControlsProps, mode: DrawnMode, text: &'static str) -> Html {
    let pressed = (props.state.mode == mode).to_string();
    let onclick = props.edit(move |state, _: MouseEvent| *state = switched(state, mode));
    html! { <button type="button" aria-pressed={pressed} {onclick}>{ text }</button> }
}

/// The other mode, as it opens, but with what the visitor chose of what both share.
fn switched(state: &DrawnState, mode: DrawnMode) -> DrawnState {
    let (old, new) = (DrawnState::of(state.mode), DrawnState::of(mode));
    DrawnState {
        mode,
        picture: if state.picture == old.picture {
            new.picture
        } else {
            state.picture.clone()
        },
        digit: if state.digit == old.digit {
            new.digit
        } else {
            state.digit
        },
        ..state.clone()
    }
}

fn digit_field(props: &ControlsProps) -> Html {
    let onchange = props.edit(|state, event: Event| {
        let value = chosen(&event);
        state.digit = Wanted::from_id(&value).unwrap_or(state.digit);
    });
    let set = props.state.model.set;
    let option = |wanted: Wanted| {
        let name = match wanted {
            Wanted::Digit(class) => set.class_name(class),
            _ => "any",
        };
        html! {
            <option value={wanted.id()} selected={wanted == props.state.digit}>{ name }</option>
        }
    };
    let classes = (0..CLASSES as u8).map(Wanted::Digit);
    html! {
        <label class="field">
            { format!("Wanted {}", set.noun()) }
            <select name="digit" {onchange}>{ for classes.chain([Wanted::Any]).map(option) }</select>
        </label>
    }
}

fn rounds_field(props: &ControlsProps) -> Html {
    let onchange = props.edit(|state, event: Event| {
        state.rounds = chosen(&event).parse().unwrap_or(state.rounds);
    });
    html! {
        <label class="field">
            { "Rounds a step" }
            <select name="rounds" {onchange}>
                { for ROUNDS.into_iter().map(|rounds| html! {
                    <option value={rounds.to_string()} selected={rounds == props.state.rounds}>{ rounds }</option>
                }) }
            </select>
        </label>
    }
}

fn chosen(event: &Event) -> String {
    let select = event.target_dyn_into::<HtmlSelectElement>();
    select.map(|select| select.value()).unwrap_or_default()
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
