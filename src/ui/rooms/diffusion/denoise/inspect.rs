//! The inspectors of 'Denoise it': this step's equation, the schedule, the model card.

use yew::prelude::*;

use super::views::sigma;
use crate::models::diffusion::schedule::{Schedule, ScheduleKind};
use crate::protocol::{Frame, Update};
use crate::ui::components::equation::Equation;
use crate::ui::components::model_card::ModelCard;
use crate::ui::content::{self, texts};
use crate::ui::rooms::diffusion::noise::schedule_chart;
use crate::ui::state::ModelChoice;
use std::rc::Rc;

/// A pixel of the guess has changed if it moved by more than this (of a range of 2).
const CHANGED: f32 = 0.1;

/// Properties of [`Inspectors`].
#[derive(Properties, PartialEq)]
pub struct InspectorsProps {
    /// The frame shown.
    pub frame: Option<Rc<Frame>>,
    /// The frame before it.
    pub before: Option<Rc<Frame>>,
    /// Whose weights.
    pub model: ModelChoice,
    /// How times are read.
    #[prop_or_default]
    pub schedule: ScheduleKind,
}

/// Three cards under the stage.
#[component]
pub fn Inspectors(props: &InspectorsProps) -> Html {
    let schedule = use_memo(props.schedule, |kind| Schedule::new(*kind));
    let t = props.frame.as_ref().map_or(1000, |frame| frame.t as usize);
    html! {
        <div class="inspect">
            <div class="card this-step"><h3>{ "This step" }</h3>{ this_step(props) }</div>
            <div class="card"><h3>{ "Noise schedule" }</h3>{ schedule_chart(&schedule, t) }{ schedule_note(props.schedule) }</div>
            <ModelCard model={props.model.id()} />
        </div>
    }
}

/// Said where sampling reads times by another schedule than training did.
fn schedule_note(schedule: ScheduleKind) -> Html {
    if schedule == ScheduleKind::default() {
        return Html::default();
    }
    html! { <div class="hint">{ content::section(texts::presets::schedule_note::HTML) }</div> }
}

fn this_step(props: &InspectorsProps) -> Html {
    let Some(frame) = &props.frame else {
        return html! { <p class="hint">{ "The equation follows with the first step." }</p> };
    };
    let changed = props.before.as_ref().map(|before| {
        let share = 100.0 * changed(&before.x0, &frame.x0, CHANGED);
        html! {
            <>{ " Since the step before, " }<span class="num">{ format!("{share:.1} %") }</span>
            { " of the guess’s pixels have changed." }</>
        }
    });
    let level = sigma(frame.alpha_bar);
    match frame.update {
        Some(update) => html! {
            <>
                { equation(frame.t, &update) }
                <p class="hint">
                    { "The noise level falls from " }<span class="num">{ format!("{level:.2}") }</span>
                    { " to " }<span class="num">{ format!("{:.2}", sigma(update.x0_factor.powi(2))) }</span>
                    { "." }{ changed.unwrap_or_default() }
                </p>
            </>
        },
        None => html! {
            <p class="hint">{ "No noise is left: this is the picture." }{ changed.unwrap_or_default() }</p>
        },
    }
}

/// `x_{t'} = a x0 + b eps (+ c z)`, with its numbers.
fn equation(t: u32, update: &Update) -> Html {
    let mut values = vec![
        ("a", f64::from(update.x0_factor)),
        ("b", f64::from(update.eps_factor)),
    ];
    let formula = if update.trend_factor != 0.0 {
        values.push(("d", f64::from(update.trend_factor)));
        texts::diffusion::denoise_step_trend::HTML.to_owned()
    } else if update.noise_factor > 0.0 {
        values.push(("c", f64::from(update.noise_factor)));
        texts::diffusion::denoise_step_noisy::HTML.to_owned()
    } else {
        texts::diffusion::denoise_step::HTML.to_owned()
    };
    let indices = vec![("t", update.t_next as usize)];
    html! {
        <>
            <Equation {formula} {values} {indices} />
            <p class="hint">{ format!("From t = {t} to t = {}.", update.t_next) }
                if update.noise_factor > 0.0 { { " z is fresh noise." } }
                if update.trend_factor != 0.0 { { " The last term goes on with the guess’s change since the step before." } }
            </p>
        </>
    }
}

/// Share of values that differ by more than `visibly`.
pub fn changed(before: &[f32], now: &[f32], visibly: f32) -> f64 {
    let differs = |(a, b): &(&f32, &f32)| (*a - *b).abs() > visibly;
    before.iter().zip(now).filter(differs).count() as f64 / now.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_counts_visible_changes_only() {
        assert_eq!(changed(&[0.0; 4], &[0.05, -0.2, 0.5, 0.0], 0.1), 0.5);
        assert_eq!(changed(&[0.0; 4], &[0.05, -0.2, 0.6, 0.0], 0.5), 0.25);
        assert_eq!(changed(&[1.0; 3], &[1.0; 3], 0.1), 0.0);
        assert_eq!(changed(&[], &[], 0.1), 0.0);
    }
}
