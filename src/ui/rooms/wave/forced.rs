//! Chapter 'Given, or free': each sample guessed with the true past given, beside what the model makes of its
//! own past.

use std::rc::Rc;

use yew::prelude::*;

use super::charts::{close, shade, wave, whole};
use super::notes::{amplitudes, mean, ms, named, pitch_in_words, plain, signed, sound};
use super::run::Pair;
use super::stage::{controls, saves, share, use_samples};
use crate::models::wave::{NOTES, RATE, sample};
use crate::sound::{heard as heard_pitch, string};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::choice::choose;
use crate::ui::components::listen::Listen;
use crate::ui::components::progress::progress;
use crate::ui::components::slider::Slider;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Booked, use_booked};
use crate::ui::runs::player::mover;
use crate::ui::state::ForcedState;
use crate::ui::state::wave::{LENGTH, Played, STRINGS};

/// Samples of a window in which errors are counted: 20 ms.
const WINDOW: usize = 160;
/// The largest error that is drawn, as a multiple of the string.
const MOST: f32 = 2.0;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::wave_forced::story::HTML) }
            { content::predict(texts::wave_forced::story_try::HTML, texts::wave_forced::story_reveal::HTML) }
            <h3>{ texts::wave_forced::training::TITLE }</h3>
            { content::section(texts::wave_forced::training::HTML) }
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn ForcedChapter(props: &ChapterProps<ForcedState>) -> Html {
    let state = &props.state;
    // Odd seeds: no string that the model has learned from.
    let truth = use_memo((state.note, state.seed), |(note, seed)| {
        string(*note, seed.wrapping_mul(2) | 1)
    });
    let run = use_booked(Booked::<Pair>::default, state.asks(STRINGS, &truth), false);
    let [forced, free] = &run.both;
    let there = forced.codes.len().min(free.codes.len());
    let on_rest = props.edit(|state: &mut ForcedState, at| state.step = Some(at));
    let player = use_samples(state.asked(), state.step, [there, LENGTH as usize], on_rest);
    let at = (player.0.cursor as usize).min(there.saturating_sub(1));
    let is_over = run.is_over();
    let real = use_memo(truth.clone(), |truth| sound(truth.to_vec()));
    let made = use_memo((is_over, state.asked()), |(is_over, _)| {
        [&forced.drawn, &free.codes].map(|codes| is_over.then(|| sound(codes.clone())))
    });
    let [guessed, gone_on] = &*made;
    let given = state.given as usize;
    let off = use_memo((is_over, state.asked()), |(is_over, _)| {
        let errors =
            is_over.then(|| [&forced.drawn, &free.codes].map(|codes| errors(&truth, codes)));
        (errors, told(&truth, &run, state))
    });
    let (off, told) = &*off;
    html! {
        <>
            <div class="card wave-forced" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-samples={there.to_string()} data-given={given.to_string()}>
                { controls(props, own_controls(props)) }
                <div class="wave-charts">
                    { row(&truth, at, None, Tone::Muted, told, texts::wave_forced::truth::PLAIN) }
                    { row(&forced.drawn, at, None, Tone::Second, told, texts::wave_forced::guessed::PLAIN) }
                    { row(&free.codes, at, Some(given), Tone::Accent, told, texts::wave_forced::free::PLAIN) }
                    <div class="wave-sides">
                        { close(&[(&free.codes, Tone::Accent), (&forced.drawn, Tone::Second), (&truth, Tone::Muted)], at, told, texts::wave_forced::close::PLAIN) }
                        { error_chart(off.as_ref(), at, content::fill(texts::wave_forced::error_message::PLAIN, &[("far", told)])) }
                    </div>
                </div>
                { progress(&run, |engine| format!("{engine}: {there} of {LENGTH} samples of both"), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{} / {LENGTH}", at + 1)}
                    time={format!("{:.1} ms", ms(at))} spoken={three(&truth, &run, at)}>
                    <Listen sound={Some((*real).clone())} words={texts::wave_forced::listen_truth::PLAIN} />
                    <Listen sound={guessed.clone()} words={texts::wave_forced::listen_guessed::PLAIN} />
                    <Listen sound={gone_on.clone()} words={texts::wave_forced::listen_free::PLAIN} />
                    { share(state, at, there) }
                    { saves(is_over.then(|| free.codes.clone()), ["free".into(), plain(state.note)], table(truth, &run)) }
                </Transport>
            </div>
            <div class="inspect next-inspect">
                <div class="card">
                    <h3>{ texts::wave_forced::numbers::TITLE }</h3>
                    <p data-name="far" role="status">{ told }</p>
                    <p class="hint">{ texts::wave_forced::numbers::PLAIN }</p>
                </div>
            </div>
        </>
    }
}

/// Note, and how much is given.
fn own_controls(props: &ChapterProps<ForcedState>) -> Html {
    let state = &props.state;
    let on_note = props.edit(|state: &mut ForcedState, note| {
        (state.note, state.step) = (note, None);
    });
    let per_ms = RATE as f32 / 1000.0;
    let on_given = props.edit(move |state: &mut ForcedState, ms: f32| {
        let given = (ms * per_ms).round() as u32;
        (state.given, state.step) = (given.min(LENGTH), None);
    });
    let notes: Vec<u16> = (0..NOTES).collect();
    html! {
        <>
            { choose(texts::wave_sample::note::PLAIN, "note", &notes, state.note, named, on_note) }
            <Slider label={texts::wave_forced::given::PLAIN} name="given" max={LENGTH as f32 / per_ms} step={4.0} digits={0}
                value={state.given as f32 / per_ms} on_value={on_given} />
        </>
    }
}

/// One of the three sounds as far as it is shown; what of it was given is shaded.
fn row(
    codes: &[u8],
    at: usize,
    given: Option<usize>,
    tone: Tone,
    told: &str,
    caption: &'static str,
) -> Html {
    let shown = &codes[..codes.len().min(at + 1)];
    let shaded = given.map(|given| shade([0, given.min(at + 1)]));
    let marks = shaded.into_iter().chain([
        wave(shown, 0, LENGTH as usize, tone),
        Mark::Rule { x: ms(at) },
    ]);
    whole(LENGTH as usize, marks.collect(), told, caption)
}

/// By how much `codes` are off the truth in each window: the root of the mean square, as a share of that of
/// all the truth. High strings have died away at their ends.
fn errors(truth: &[u8], codes: &[u8]) -> Vec<f32> {
    let [truth, codes] = [truth, codes].map(amplitudes);
    let whole = size(&truth, None);
    let windows = truth.chunks(WINDOW).zip(codes.chunks(WINDOW));
    let share = |(truth, codes)| size(truth, Some(codes)) / whole;
    windows.map(share).collect()
}

/// The root of the mean square of a sound, or of what it is less another; never quite 0 for a sound.
fn size(sound: &[f32], less: Option<&[f32]>) -> f32 {
    let off = |(i, v): (usize, &f32)| v - less.map_or(0.0, |less| less[i]);
    let squares: f32 = sound.iter().enumerate().map(off).map(|v| v * v).sum();
    let mean = squares / sound.len().max(1) as f32;
    if less.is_some() {
        mean.sqrt()
    } else {
        mean.sqrt().max(1e-4)
    }
}

fn error_chart(off: Option<&[Vec<f32>; 2]>, at: usize, told: String) -> Html {
    let line = |(errors, tone, words): (&Vec<f32>, Tone, &'static str)| {
        let place = |(i, off): (usize, &f32)| {
            let middle = ms(i * WINDOW + WINDOW / 2);
            (middle, f64::from(100.0 * off.min(MOST)))
        };
        let shown = errors.iter().take(at / WINDOW + 1);
        let label = Label {
            text: words.into(),
            x: ms(LENGTH as usize) * 0.75,
            above: true,
        };
        Mark::line(shown.enumerate().map(place).collect(), tone)
            .named((at + 1 == LENGTH as usize).then_some(label))
    };
    let marks = off.map_or_else(Vec::new, |[forced, free]| {
        [
            (
                forced,
                Tone::Second,
                texts::wave_forced::name_guessed::PLAIN,
            ),
            (free, Tone::Accent, texts::wave_forced::name_free::PLAIN),
        ]
        .map(line)
        .into()
    });
    html! {
        <figure>
            <Chart x={Axis::new("ms", [0.0, ms(LENGTH as usize)], 5)} y={Axis::new("% off", [0.0, f64::from(100.0 * MOST)], 4)} {marks}
                message={told} height=190.0 />
            <figcaption>{ texts::wave_forced::error::PLAIN }</figcaption>
        </figure>
    }
}

/// How far both are off after what was given, in words.
fn told(truth: &[u8], run: &Pair, state: &ForcedState) -> String {
    if !run.is_over() {
        return texts::wave_sample::no_sound::PLAIN.into();
    }
    if state.given == LENGTH {
        return texts::wave_forced::far_none::PLAIN.into();
    }
    let [forced, free] = &run.both;
    let from = state.given as usize;
    let truth = amplitudes(truth);
    let whole = size(&truth, None);
    let off = |codes: &[u8]| {
        let codes = amplitudes(codes);
        let off = size(&truth[from..], Some(&codes[from..])) / whole;
        format!("{:.0}", 100.0 * off)
    };
    let values = [
        ("guessed", off(&forced.drawn)),
        ("free", off(&free.codes)),
        ("truth", mean(&forced.bits[from..])),
        ("own", mean(&free.bits[from..])),
        (
            "pitch",
            pitch_in_words(true, state.note, heard_pitch(&free.codes)),
        ),
    ];
    content::fill(texts::wave_forced::far::PLAIN, &values)
}

fn three(truth: &[u8], run: &Pair, at: usize) -> String {
    let [forced, free] = &run.both;
    let loud = [truth, &forced.drawn, &free.codes].map(|codes| {
        let code = codes.get(at);
        code.map_or_else(|| "?".into(), |code| signed(sample(*code), 2))
    });
    let [truth, guessed, free] = loud;
    let values = [
        ("at", (at + 1).to_string()),
        ("truth", truth),
        ("guessed", guessed),
        ("free", free),
    ];
    content::fill(texts::wave_forced::spoken::PLAIN, &values)
}

/// All three, sample by sample.
fn table(truth: Rc<Vec<u8>>, run: &Pair) -> impl Fn() -> String + use<> {
    let [forced, free] = &run.both;
    let [forced, free] = [forced.drawn.clone(), free.codes.clone()];
    move || {
        let row = |at: usize| {
            let loud = |codes: &Vec<u8>| codes.get(at).map_or(0.0, |code| sample(*code));
            let [truth, guessed, free] = [&*truth, &forced, &free].map(loud);
            format!("{},{truth:.5},{guessed:.5},{free:.5}\n", at + 1)
        };
        let rows: String = (0..truth.len()).map(row).collect();
        format!("sample,string,guessed,free\n{rows}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_shares_of_the_sound() {
        assert_eq!(size(&[3.0, -3.0], None), 3.0);
        assert_eq!(size(&[3.0, -3.0], Some(&[3.0, 1.0])), 8.0f32.sqrt());
        let truth = string(9, 3);
        let all = errors(&truth, &truth);
        assert_eq!(all.len(), LENGTH as usize / WINDOW + 1);
        assert!(all.iter().all(|off| *off == 0.0));
        // The highest string has died away long before its end, and little is off by little there.
        let high = string(23, 3);
        let mut other = high.clone();
        other[4000] += 1;
        let last = errors(&high, &other);
        assert!(last.iter().all(|off| *off < 0.01), "{last:?}");
    }
}
