//! What all chapters on sound have: temperature and seed, the transport over samples, what can be saved.

use std::rc::Rc;

use yew::prelude::*;

use super::notes::{amplitudes, signed};
use super::spectrum::Spectrogram;
use crate::models::wave::{RATE, sample};
use crate::sound::frequency;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::save::{save_csv, save_wav};
use crate::ui::components::seed::SeedField;
use crate::ui::components::share::ShareButton;
use crate::ui::components::slider::Slider;
use crate::ui::components::transport::Player;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::router::link;
use crate::ui::runs::player::{Course, Entry, use_player};
use crate::ui::state::Route;
use crate::ui::state::wave::{Dials, Played};

/// What the chapter itself lets choose, and temperature; behind them the seed.
pub fn controls<S: Played>(props: &ChapterProps<S>, first: Html) -> Html {
    let mut now = props.state.clone();
    let Dials {
        temperature, seed, ..
    } = now.dials();
    let on_temperature = props.edit(|state: &mut S, t: f32| {
        let dials = state.dials();
        (*dials.temperature, *dials.step) = ((100.0 * t).round() as u32, None);
    });
    let on_seed = props.edit(|state: &mut S, seed| {
        let dials = state.dials();
        (*dials.seed, *dials.step) = (seed, None);
    });
    let more = html! { <SeedField seed={*seed} {on_seed} /> };
    html! {
        <ControlRow is_set={*seed != *S::default().dials().seed} {more}>
            { first }
            <Slider label={texts::next::temperature::PLAIN} name="temperature" max={2.0} step={0.05} digits={2}
                value={*temperature as f32 / 100.0} on_value={on_temperature} />
        </ControlRow>
    }
}

/// The transport over what is called `of`, in step with the link; `so_far` is the samples that are there, and
/// all there will be.
#[hook]
pub fn use_samples<K: Clone + PartialEq + 'static>(
    of: K,
    step: Option<u32>,
    so_far: [usize; 2],
    on_rest: Callback<u32>,
) -> UseReducerHandle<Player> {
    let [there, count] = so_far;
    let ready = (there as u32).checked_sub(1);
    let last = count as u32 - 1;
    // What a link says of a longer sound is the end of this one.
    let step = step.map(|at| at.min(last));
    let course = Course {
        of,
        entry: step.map_or(Entry::Start, Entry::Rest),
        ready,
        last,
        at: step.filter(|at| Some(*at) <= ready).map(|at| (at, at)),
        tells: there == count,
    };
    use_player(course, on_rest)
}

/// The button that shares what is seen: the sample at this place, if it is there.
pub fn share<S: Played>(state: &S, at: usize, there: usize) -> Html {
    let mut seen = state.clone();
    *seen.dials().step = (at < there).then_some(at as u32);
    html! { <ShareButton link={link(&Route::of(seen))} /> }
}

/// A sample in words.
pub fn spoken(at: usize, code: Option<u8>) -> String {
    code.map_or_else(String::new, |code| {
        let values = [
            ("at", (at + 1).to_string()),
            ("loud", signed(sample(code), 2)),
        ];
        content::fill(texts::wave_sample::spoken::PLAIN, &values)
    })
}

/// The buttons that save a sound and its numbers, once it is there. A file is called by the two names, a table
/// is what `table` makes.
pub fn saves(
    codes: Option<Vec<u8>>,
    names: [String; 2],
    table: impl Fn() -> String + 'static,
) -> Html {
    let disabled = codes.is_none();
    let called = move |kind: &str| format!("genscope-{}.{kind}", names.join("-"));
    let wav = called("wav");
    let on_wav = Callback::from(move |_: MouseEvent| {
        if let Some(codes) = &codes {
            // Nothing happens where the browser refuses.
            let _ = save_wav(&amplitudes(codes), RATE, &wav);
        }
    });
    let on_csv = Callback::from(move |_: MouseEvent| {
        let _ = save_csv(&table(), &called("csv"));
    });
    html! {
        <>
            <button type="button" class="button wav" {disabled} onclick={on_wav}>{ "WAV" }</button>
            <button type="button" class="button csv" {disabled} onclick={on_csv}>{ "CSV" }</button>
        </>
    }
}

/// The card with a sound's frequencies, that of a note that was asked for marked, and what is heard in words.
pub fn frequencies(
    codes: Option<Vec<u8>>,
    note: Option<u16>,
    heard: String,
    hint: &'static str,
) -> Html {
    let label = content::fill(
        texts::wave_sample::spectrum_label::PLAIN,
        &[("pitch", &heard)],
    );
    html! {
        <div class="card">
            <h3>{ texts::wave_sample::spectrum::TITLE }</h3>
            <Spectrogram codes={Rc::new(codes.unwrap_or_default())} frequency={note.map(frequency)} {label} />
            <p data-name="pitch">{ heard }</p>
            <p class="hint">{ hint }</p>
        </div>
    }
}
