//! Failures on show: settings that go wrong, each a link, with what to look for and a cure.
//!
//! A preset is recognised in any state that has its settings, whichever digit and seed, so
//! whoever runs into a failure by hand is helped as well.

use yew::prelude::*;

use super::controls::with_model;
use crate::data::DataSet;
use crate::models::diffusion::schedule::ScheduleKind;
use crate::protocol::Sampler;
use crate::ui::components::diagnosis::Diagnosis;
use crate::ui::content::{self, texts};
use crate::ui::host::use_has_model;
use crate::ui::state::{DenoiseState, MAX_GUIDANCE, ModelChoice, Route, Training, Wanted};

/// The model that was stopped early.
const EARLY: ModelChoice = ModelChoice {
    set: DataSet::Mnist,
    training: Training::Early,
};

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Guidance too high.
    Guidance,
    /// DDPM with too few steps.
    FewSteps,
    /// Another schedule than the training's.
    Schedule,
    /// A model that saw too little.
    Undertrained,
}

impl Preset {
    /// All of them, as they are listed.
    pub const ALL: [Self; 4] = [
        Self::Guidance,
        Self::FewSteps,
        Self::Schedule,
        Self::Undertrained,
    ];

    /// `state` with what goes wrong in it.
    fn spoil(self, state: &DenoiseState) -> DenoiseState {
        let mut state = state.clone();
        match self {
            Self::Guidance => state.guidance = MAX_GUIDANCE,
            Self::FewSteps => (state.sampler, state.steps) = (Sampler::Ddpm, 4),
            Self::Schedule => state.schedule = ScheduleKind::Linear,
            Self::Undertrained => state.model = EARLY,
        }
        state
    }

    /// `state` with only that put right.
    pub fn mend(self, state: &DenoiseState) -> DenoiseState {
        let plain = DenoiseState::default();
        let mut state = DenoiseState {
            step: None,
            past: Vec::new(),
            ..state.clone()
        };
        match self {
            Self::Guidance => state.guidance = plain.guidance,
            Self::FewSteps => (state.sampler, state.steps) = (plain.sampler, plain.steps),
            Self::Schedule => state.schedule = plain.schedule,
            Self::Undertrained => return with_model(&state, plain.model),
        }
        state
    }

    /// What its link opens: sixteen pictures, since some failures are seen only in several.
    pub fn state(self) -> DenoiseState {
        let digit = match self {
            // Alike are only pictures of one class.
            Self::Guidance => DenoiseState::default().digit,
            _ => Wanted::Each,
        };
        self.spoil(&DenoiseState {
            digit,
            grid: true,
            ..DenoiseState::default()
        })
    }

    /// The failure that `state` has on show, if it is one of these and nothing else.
    pub fn of(state: &DenoiseState) -> Option<Self> {
        let plain = DenoiseState {
            digit: state.digit,
            seed: state.seed,
            grid: state.grid,
            step: state.step,
            ..DenoiseState::default()
        };
        let found = Self::ALL
            .into_iter()
            .find(|preset| preset.spoil(&plain) == *state)?;
        // Without a class there is nothing to guide to.
        (found != Self::Guidance || state.digit != Wanted::Any).then_some(found)
    }

    /// Its place among all, from 1.
    fn number(self) -> usize {
        self as usize + 1
    }

    /// Its title, what to look for and why it happens, and what the cure does.
    fn texts(self) -> [&'static str; 3] {
        use texts::presets::*;
        match self {
            Self::Guidance => [guidance::TITLE, guidance::HTML, guidance_cure::PLAIN],
            Self::FewSteps => [few_steps::TITLE, few_steps::HTML, few_steps_cure::PLAIN],
            Self::Schedule => [schedule::TITLE, schedule::HTML, schedule_cure::PLAIN],
            Self::Undertrained => [
                undertrained::TITLE,
                undertrained::HTML,
                undertrained_cure::PLAIN,
            ],
        }
    }
}

/// The failures as links; that of the undertrained model only where there is one.
#[component]
pub fn PresetList() -> Html {
    let has_early = use_has_model(EARLY.id());
    let shown = move |preset: &Preset| *preset != Preset::Undertrained || has_early;
    html! {
        <div class="presets">
            <h3>{ texts::presets::list::TITLE }</h3>
            { content::section(texts::presets::list::HTML) }
            <ul>
                { for Preset::ALL.into_iter().filter(shown).map(link) }
            </ul>
        </div>
    }
}

/// Its name would tell what is wrong.
fn link(preset: Preset) -> Html {
    let href = Route::of(preset.state()).href();
    html! { <li><a {href} data-case={preset.number().to_string()}>{ format!("Case {}", preset.number()) }</a></li> }
}

/// The link to DDPM with few steps, for the chapter about steps.
pub fn few_steps_link() -> Html {
    let href = Route::of(Preset::FewSteps.state()).href();
    html! { <p><a {href}>{ "See it fail: " }{ texts::presets::few_steps::TITLE }</a></p> }
}

/// Properties of [`PresetCard`].
#[derive(Properties, PartialEq)]
pub struct PresetCardProps {
    /// The controls in force.
    pub state: DenoiseState,
}

/// What to look for and how to mend it, where the controls are those of a preset.
#[component]
pub fn PresetCard(props: &PresetCardProps) -> Html {
    let Some(preset) = Preset::of(&props.state) else {
        return Html::default();
    };
    let [title, look, cure] = preset.texts();
    let mended = Route::of(preset.mend(&props.state)).href();
    let names: Vec<_> = Preset::ALL.iter().map(|preset| preset.texts()[0]).collect();
    html! {
        <section class="preset" aria-labelledby="preset-title">
            <h3 id="preset-title">{ format!("Case {}", preset.number()) }</h3>
            <Diagnosis key={title} {names} truth={preset.number() - 1}>
                <h4>{ title }</h4>
                { content::section(look) }
                <p><a class="button small mend" href={mended}>{ "Mend it" }</a>{ " " }{ cure }</p>
            </Diagnosis>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::read;

    #[test]
    fn a_preset_knows_itself_and_its_cure_removes_it() {
        for preset in Preset::ALL {
            let state = preset.state();
            assert_eq!(Preset::of(&state), Some(preset));
            let mended = preset.mend(&state);
            assert_eq!(Preset::of(&mended), None, "{preset:?}");
            assert_eq!(preset.spoil(&mended), state, "only that is changed");
            let link = Route::of(state.clone()).href();
            let parsed = read(&link);
            assert_eq!(parsed.page.route, Route::of(state), "{link}");
            assert_eq!(parsed.problems, [""; 0]);
        }
    }

    #[test]
    fn another_digit_seed_or_step_is_the_same_failure() {
        let mine = DenoiseState {
            digit: Wanted::Digit(8),
            seed: 5,
            grid: false,
            step: Some(3),
            ..Preset::FewSteps.state()
        };
        assert_eq!(Preset::of(&mine), Some(Preset::FewSteps));
        let mended = Preset::FewSteps.mend(&mine);
        assert_eq!((mended.digit, mended.seed), (Wanted::Digit(8), 5));
        assert_eq!(mended.step, None, "it plays from the start");
    }

    #[test]
    fn healthy_states_and_mixtures_are_none() {
        assert_eq!(Preset::of(&DenoiseState::default()), None);
        let unguided = DenoiseState {
            digit: Wanted::Any,
            ..Preset::Guidance.state()
        };
        assert_eq!(Preset::of(&unguided), None);
        let twice = Preset::Schedule.spoil(&Preset::Guidance.state());
        assert_eq!(Preset::of(&twice), None);
    }
}
