//! Chapter 'Sample by sample': a sound grows, one sample after another.

mod spectrum;

use std::rc::Rc;

use yew::prelude::*;

use self::spectrum::Spectrogram;
use super::run::{Heard, WaveRun};
use crate::models::next::{Choosing, surprise};
use crate::models::wave::{LEVELS, RATE, code, sample};
use crate::protocol::wave::WaveAsk;
use crate::sound::{pitch, pluck};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::choice::choose;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::listen::{Listen, Sound};
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_csv, save_wav};
use crate::ui::components::seed::SeedField;
use crate::ui::components::share::ShareButton;
use crate::ui::components::slider::Slider;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::link;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::wave::{LAYERS, LENGTH, NOTES};
use crate::ui::state::{Route, SampleState};

/// The model, by its id.
const MODEL: &str = "wave-notes";
/// Samples of the close view.
const CLOSE: usize = 160;
/// How loud strings were in the training.
const LOUD: f32 = 0.9;
/// Columns of the whole sound.
const COLUMNS: usize = 512;
/// Names of the notes of an octave.
const NAMES: [&str; 12] = [
    "C",
    "C\u{266f}",
    "D",
    "E\u{266d}",
    "E",
    "F",
    "F\u{266f}",
    "G",
    "A\u{266d}",
    "A",
    "B\u{266d}",
    "B",
];

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::wave_sample::story::HTML) }
            { content::predict(texts::wave_sample::story_try::HTML, texts::wave_sample::story_reveal::HTML) }
            <h3>{ texts::wave_sample::law::TITLE }</h3>
            { content::section(texts::wave_sample::law::HTML) }
        </>
    }
}

/// A note as it is named: A4 for 440 Hz.
fn name(note: u16) -> String {
    let at = usize::from(note);
    format!("{}{}", NAMES[at % 12], 3 + at / 12)
}

/// Its frequency, Hz.
fn frequency(note: u16) -> f32 {
    440.0 * ((f32::from(note) - 21.0) / 12.0).exp2()
}

fn ms(samples: usize) -> f64 {
    1000.0 * samples as f64 / f64::from(RATE)
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn SampleChapter(props: &ChapterProps<SampleState>) -> Html {
    let state = &props.state;
    let ask = WaveAsk {
        model: MODEL.into(),
        condition: state.note,
        given: Vec::new(),
        count: LENGTH,
        choosing: state.choosing(),
        seed: state.seed,
        deaf: state.deaf(),
        looked_at: [0, LENGTH],
    };
    let run = use_booked(WaveRun::default, ask, false);
    let player = use_samples(props, &run);
    let there = run.codes.len();
    let at = (player.0.cursor as usize).min(there.saturating_sub(1));
    let code = run.codes.get(at).copied();
    let logits = run.logits(at);
    let sound = use_memo(
        (
            run.is_over(),
            state.note,
            state.temperature,
            state.deaf,
            state.seed,
        ),
        |(is_over, ..)| is_over.then(|| sound(&run)),
    );
    let whole = run.is_over();
    let seen = SampleState {
        step: code.map(|_| at as u32),
        ..state.clone()
    };
    let spoken = code.map_or_else(String::new, |code| {
        let values = [
            ("at", (at + 1).to_string()),
            ("loud", format!("{:.2}", sample(code))),
        ];
        content::fill(texts::wave_sample::spoken::PLAIN, &values)
    });
    // What charts tell who cannot see them.
    let told = code.zip(logits).map_or_else(String::new, |(code, logits)| {
        let own = Choosing::default().probabilities(logits)[usize::from(code)];
        let values = [
            ("at", (at + 1).to_string()),
            ("value", code.to_string()),
            ("share", content::percent(own)),
        ];
        content::fill(texts::wave_sample::message::PLAIN, &values)
    });
    let pitch = use_memo((run.is_over(), run.codes.clone()), |(is_over, codes)| {
        is_over.then(|| heard_pitch(codes)).flatten()
    });
    let pitch = pitch_in_words(whole, state.note, *pitch);
    let example = use_memo(state.note, |note| example(*note));
    html! {
        <>
            <div class="card wave-sample" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-samples={there.to_string()} data-hears={state.hears()[1].to_string()}
                data-rate={run.rate().map(|rate| format!("{rate:.0}"))}>
                { controls(props) }
                <div class="wave-charts">
                    { overview(&run, at, state.hears()[0], &told) }
                    <div class="wave-sides">
                        { close(&run, at, &told) }
                        { next(logits, code, &state.choosing(), &told) }
                    </div>
                </div>
                { progress(&run, |engine| format!("{engine}: {there} of {LENGTH} samples"), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{} / {LENGTH}", at + 1)}
                    time={format!("{:.1} ms", ms(at))} {spoken}>
                    <Listen sound={(*sound).clone()} words={texts::wave_sample::listen::PLAIN} />
                    <Listen sound={Some((*example).clone())} words={texts::wave_sample::example::PLAIN} />
                    <ShareButton link={link(&Route::of(seen))} />
                    <button type="button" class="button wav" disabled={!whole} onclick={on_wav(&run, state.note)}>{ "WAV" }</button>
                    <button type="button" class="button csv" disabled={!whole} onclick={on_csv(&run)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect next-inspect">
                { hears(props) }
                <div class="card">
                    <h3>{ texts::wave_sample::spectrum::TITLE }</h3>
                    <Spectrogram codes={Rc::new(if whole { run.codes.clone() } else { Vec::new() })} frequency={frequency(state.note)}
                        label={content::fill(texts::wave_sample::spectrum_label::PLAIN, &[("pitch", pitch.clone())])} />
                    <p data-name="pitch">{ pitch }</p>
                    <p class="hint">{ texts::wave_sample::spectrum::PLAIN }</p>
                </div>
                { numbers(logits, code, run.bits.get(..=at)) }
                <ModelCard model={MODEL} speed={run.rate().map(|rate| content::fill(texts::wave_sample::speed::PLAIN, &[("rate", format!("{rate:.0}"))]))} />
            </div>
        </>
    }
}

/// The transport over the samples, in step with the link.
#[hook]
fn use_samples(props: &ChapterProps<SampleState>, run: &WaveRun) -> UseReducerHandle<Player> {
    let state = &props.state;
    let ready = (run.codes.len() as u32).checked_sub(1);
    let course = Course {
        of: SampleState {
            step: None,
            ..state.clone()
        },
        entry: state.step.map_or(Entry::Start, Entry::Rest),
        ready,
        last: LENGTH - 1,
        at: state
            .step
            .filter(|at| Some(*at) <= ready)
            .map(|at| (at, at)),
        tells: ready == Some(LENGTH - 1),
    };
    use_player(course, props.edit(|state, at| state.step = Some(at)))
}

/// The pitch of a sound, Hz, once the pluck itself is over.
fn heard_pitch(codes: &[u8]) -> Option<f32> {
    let samples: Vec<f32> = codes.iter().map(|code| sample(*code)).collect();
    pitch(
        samples.get(samples.len() / 8..samples.len() / 2)?,
        RATE as f32,
    )
}

fn pitch_in_words(is_whole: bool, note: u16, heard: Option<f32>) -> String {
    let asked = frequency(note);
    let mut values = vec![("asked", format!("{asked:.0}"))];
    if !is_whole {
        return texts::wave_sample::no_sound::PLAIN.into();
    }
    let Some(heard) = heard else {
        return content::fill(texts::wave_sample::no_pitch::PLAIN, &values);
    };
    let cents = 1200.0 * (heard / asked).log2();
    values.push(("heard", format!("{heard:.0}")));
    values.push(("cents", format!("{cents:.0}").replace('-', "\u{2212}")));
    content::fill(texts::wave_sample::pitch::PLAIN, &values)
}

/// A string as the model has heard them in its training: by our own program, through the same 256 values.
fn example(note: u16) -> Sound {
    let make = move || {
        let string = pluck(frequency(note), LENGTH as usize, RATE as f32, note.into());
        string.into_iter().map(|v| sample(code(LOUD * v))).collect()
    };
    Sound {
        make: Rc::new(make),
        rate: RATE,
    }
}

/// What can be heard.
fn sound(run: &WaveRun) -> Sound {
    let samples: Vec<f32> = run.codes.iter().map(|code| sample(*code)).collect();
    Sound {
        make: Rc::new(move || samples.clone()),
        rate: RATE,
    }
}

/// Note and temperature; behind them the seed.
fn controls(props: &ChapterProps<SampleState>) -> Html {
    let state = &props.state;
    let default = SampleState::default();
    let on_note = props.edit(|state: &mut SampleState, note| {
        (state.note, state.step) = (note, None);
    });
    let on_temperature = props.edit(|state: &mut SampleState, t: f32| {
        (state.temperature, state.step) = ((100.0 * t).round() as u32, None);
    });
    let on_seed = props.edit(|state: &mut SampleState, seed| {
        (state.seed, state.step) = (seed, None);
    });
    let notes: Vec<u16> = (0..NOTES).collect();
    let named = |note: &u16| format!("{}, {:.0} Hz", name(*note), frequency(*note));
    let more = html! { <SeedField seed={state.seed} {on_seed} /> };
    html! {
        <ControlRow is_set={state.seed != default.seed} {more}>
            { choose(texts::wave_sample::note::PLAIN, "note", &notes, state.note, named, on_note) }
            <Slider label={texts::next::temperature::PLAIN} name="temperature" max={2.0} step={0.05} digits={2}
                value={state.temperature as f32 / 100.0} on_value={on_temperature} />
        </ControlRow>
    }
}

/// The whole sound as far as it is shown, and what of it the odds of the next sample depend on.
fn overview(run: &Heard, at: usize, hears: usize, told: &str) -> Html {
    let shown = &run.codes[..run.codes.len().min(at + 1)];
    let each = LENGTH as usize / COLUMNS;
    let column = |(i, codes): (usize, &[u8])| {
        let samples = codes.iter().map(|code| f64::from(sample(*code)));
        let [low, high] = samples.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| {
            [low.min(v), high.max(v)]
        });
        // A line at least.
        (ms(i * each), low - 0.004, high + 0.004)
    };
    let points = shown.chunks(each).enumerate().map(column).collect();
    let first = ms((at + 1).saturating_sub(hears));
    let seen = vec![(first, -1.0, 1.0), (ms(at), -1.0, 1.0)];
    let marks = vec![
        Mark::Band {
            points: seen,
            tone: Tone::Second,
        },
        Mark::Band {
            points,
            tone: Tone::Accent,
        },
        Mark::Rule { x: ms(at) },
    ];
    html! {
        <figure class="wave-whole">
            <Chart x={Axis::new("ms", [0.0, ms(LENGTH as usize)], 6)} y={Axis::new("", [-1.0, 1.0], 3)} {marks}
                message={told.to_owned()} height=130.0 />
            <figcaption>{ texts::wave_sample::whole::PLAIN }</figcaption>
        </figure>
    }
}

/// The last samples, one by one.
fn close(run: &Heard, at: usize, told: &str) -> Html {
    let end = run.codes.len().min(at + 1);
    let first = end.saturating_sub(CLOSE);
    let place = |i: usize| (i as f64 + 1.0, f64::from(sample(run.codes[i])));
    let points: Vec<_> = (first..end).map(place).collect();
    let mut marks = vec![Mark::line(points.clone(), Tone::Accent)];
    marks.extend(points.last().map(|last| Mark::point(*last, Tone::Second)));
    let left = (first + 1) as f64;
    html! {
        <figure>
            <Chart x={Axis::new("sample", [left, left + CLOSE as f64], 4)} y={Axis::new("", [-1.0, 1.0], 3)} {marks}
                message={told.to_owned()} height=190.0 />
            <figcaption>{ texts::wave_sample::close::PLAIN }</figcaption>
        </figure>
    }
}

/// What the sample could have been: the odds of 256 values.
fn next(logits: Option<&[f32]>, code: Option<u8>, choosing: &Choosing, told: &str) -> Html {
    let mut marks = Vec::new();
    let mut most = 0.02;
    if let Some(logits) = logits {
        let own = Choosing::default().probabilities(logits);
        let drawn = choosing.probabilities(logits);
        let bins = |p: Vec<f32>, tone, filled| Mark::Bins {
            low: -0.5,
            bin_width: 1.0,
            values: p.into_iter().map(f64::from).collect(),
            tone,
            filled,
            label: None,
        };
        most = own.iter().chain(&drawn).copied().fold(0.02, f32::max);
        marks = vec![
            bins(drawn, Tone::Accent, true),
            bins(own, Tone::Muted, false),
        ];
        marks.extend(code.map(|code| Mark::Rule { x: code.into() }));
    }
    html! {
        <figure>
            <Chart x={Axis::new("value (128: silence)", [0.0, (LEVELS - 1) as f64], 5)} y={Axis::new("", [0.0, f64::from(most) * 1.05], 3)} {marks}
                message={told.to_owned()} height=190.0 />
            <figcaption>{ texts::wave_sample::odds::PLAIN }</figcaption>
        </figure>
    }
}

/// How far it hears: a switch for each layer.
fn hears(props: &ChapterProps<SampleState>) -> Html {
    let state = &props.state;
    let switch = |(layer, dilation): (usize, usize)| {
        let is_on = !state.deaf().has(layer);
        let onclick = props.edit(move |state: &mut SampleState, _: MouseEvent| {
            state.deaf ^= 1 << layer;
        });
        let label = content::fill(
            texts::wave_sample::layer::PLAIN,
            &[
                ("layer", (layer + 1).to_string()),
                ("d", dilation.to_string()),
            ],
        );
        html! {
            <button type="button" class="deaf" data-layer={layer.to_string()} aria-pressed={is_on.to_string()} aria-label={label} {onclick}>{ dilation }</button>
        }
    };
    let all: Vec<Html> = SampleState::SHAPE
        .dilations()
        .enumerate()
        .map(switch)
        .collect();
    let stack = |stack: usize| {
        let half = LAYERS as usize / 2;
        let label = content::fill(
            texts::wave_sample::row::PLAIN,
            &[("row", (stack + 1).to_string())],
        );
        html! { <div class="deaf-row" role="group" aria-label={label}>{ for all[stack * half..(stack + 1) * half].iter().cloned() }</div> }
    };
    let on_all = props.edit(|state: &mut SampleState, _: MouseEvent| state.deaf = 0);
    let [reach, heard] = state.hears();
    let values = [
        ("samples", heard.to_string()),
        ("reach", reach.to_string()),
        ("ms", format!("{:.1}", ms(reach))),
    ];
    html! {
        <div class="card wave-hears">
            <h3>{ texts::wave_sample::hears::TITLE }</h3>
            { content::section(texts::wave_sample::hears::HTML) }
            { for [0, 1].map(stack) }
            <p data-name="hears" role="status">{ content::fill(texts::wave_sample::field::PLAIN, &values) }</p>
            <p><button type="button" class="button small all" disabled={state.deaf == 0} onclick={on_all}>{ texts::wave_sample::all_layers::PLAIN }</button></p>
        </div>
    }
}

/// This sample in numbers, and the mean so far.
fn numbers(logits: Option<&[f32]>, code: Option<u8>, bits: Option<&[f32]>) -> Html {
    let told = logits.zip(code).zip(bits).map(|((logits, code), bits)| {
        let own = Choosing::default().probabilities(logits)[usize::from(code)];
        let values = [
            ("value", code.to_string()),
            (
                "loud",
                format!("{:.3}", sample(code)).replace('-', "\u{2212}"),
            ),
            ("own", content::percent(own)),
            ("bits", format!("{:.1}", surprise(logits, code.into()))),
            (
                "mean",
                format!("{:.2}", bits.iter().sum::<f32>() / bits.len() as f32),
            ),
        ];
        content::fill(texts::wave_sample::told::PLAIN, &values)
    });
    html! {
        <div class="card">
            <h3>{ texts::wave_sample::told::TITLE }</h3>
            { content::section(texts::wave_sample::formula::HTML) }
            <p class="hint">{ told }</p>
        </div>
    }
}

fn on_wav(run: &Heard, note: u16) -> Callback<MouseEvent> {
    let codes = run.codes.clone();
    Callback::from(move |_| {
        let samples: Vec<f32> = codes.iter().map(|code| sample(*code)).collect();
        // Nothing happens where the browser refuses.
        let _ = save_wav(
            &samples,
            RATE,
            &format!(
                "genscope-{}.wav",
                name(note)
                    .replace('\u{266f}', "-sharp")
                    .replace('\u{266d}', "-flat")
            ),
        );
    })
}

/// Every sample: its value, what that is, and its surprise.
fn on_csv(run: &Heard) -> Callback<MouseEvent> {
    let (codes, bits) = (run.codes.clone(), run.bits.clone());
    Callback::from(move |_| {
        let row = |(at, (code, bits)): (usize, (&u8, &f32))| {
            format!("{},{code},{:.5},{bits:.3}\n", at + 1, sample(*code))
        };
        let rows: String = codes.iter().zip(&bits).enumerate().map(row).collect();
        save_csv(
            &format!("sample,value,amplitude,bits\n{rows}"),
            "genscope-samples.csv",
        );
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_names_and_frequencies() {
        assert_eq!([0, 9, 12, 21, 35].map(name), ["C3", "A3", "C4", "A4", "B5"]);
        assert_eq!(pitch_in_words(false, 9, None), "Not made yet");
        let string = example(9);
        let codes: Vec<u8> = (string.make)().into_iter().map(code).collect();
        let told = pitch_in_words(true, 9, heard_pitch(&codes));
        assert!(told.starts_with("220 Hz was asked for, 22"), "{told}");
        assert!(pitch_in_words(true, 9, heard_pitch(&[128; 4096])).contains("no clear pitch"));
        assert_eq!(frequency(21), 440.0);
        assert!((frequency(0) - 130.81).abs() < 0.01);
    }
}
