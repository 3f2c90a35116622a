//! Chapter 'Your sound': the model goes on with what the visitor records or drops.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

use super::charts::{close, shade, wave, whole};
use super::notes::{mean, ms, named, nearest, pitch_in_words, plain, sound};
use super::run::{Heard, WaveRun};
use super::stage::{controls, frequencies, saves, share, spoken, use_samples};
use crate::models::wave::{NOTES, RATE, code, sample};
use crate::sound::{LOUD, heard as heard_pitch};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::choice::choose;
use crate::ui::components::file::{dropped, file_field};
use crate::ui::components::listen::Listen;
use crate::ui::components::progress::progress;
use crate::ui::components::record::{NoSound, Stage, read, record};
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::mover;
use crate::ui::state::OwnState;
use crate::ui::state::wave::{AFTER, OWN, Played, STRINGS};

/// The tone that is there before anything is recorded, Hz, and its samples.
const TONE: f32 = 392.0;
const TONE_SAMPLES: usize = 3200;
/// Samples over which surprise is a mean: 8 ms.
const WINDOW: usize = 64;
/// Most bits that are drawn.
const MOST_BITS: f64 = 12.0;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::wave_own::story::HTML) }
            { content::predict(texts::wave_own::story_try::HTML, texts::wave_own::story_reveal::HTML) }
        </>
    }
}

/// What there is to go on with.
#[derive(Clone, PartialEq)]
struct Own {
    codes: Rc<Vec<u8>>,
    /// Has the visitor brought it?
    is_theirs: bool,
}

impl Own {
    fn of(sound: &[f32], is_theirs: bool) -> Self {
        let loud = sound.iter().take(OWN as usize).map(|v| code(LOUD * v));
        Self {
            codes: Rc::new(loud.collect()),
            is_theirs,
        }
    }

    /// A pure tone that swells and fades.
    fn tone() -> Self {
        let wave = |i: usize| {
            let swell = (std::f32::consts::PI * i as f32 / TONE_SAMPLES as f32).sin();
            swell.sqrt() * (std::f32::consts::TAU * TONE * i as f32 / RATE as f32).sin()
        };
        Self::of(&(0..TONE_SAMPLES).map(wave).collect::<Vec<_>>(), false)
    }
}

/// How a sound is coming.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Coming {
    Idle,
    /// The browser may be asking.
    Asked,
    Under(Stage),
    Failed(NoSound),
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn OwnChapter(props: &ChapterProps<OwnState>) -> Html {
    let state = &props.state;
    let own = use_state_eq(Own::tone);
    let given = own.codes.len();
    let heard = use_memo(own.codes.clone(), |codes| heard_pitch(codes));
    let note = state.note.unwrap_or_else(|| offered(*heard));
    let count = given as u32 + AFTER;
    let ask = state.ask(STRINGS, note, own.codes.to_vec(), count);
    let run = use_booked(WaveRun::default, ask, false);
    let there = run.codes.len();
    let of = count as usize;
    // A place belongs to the sound of which it was told; that of the link, to the first.
    let told_of = use_mut_ref(|| (*own).clone());
    let step = state.step.filter(|_| *told_of.borrow() == *own);
    let on_rest = {
        let (own, tell) = (
            own.clone(),
            props.edit(|state: &mut OwnState, at| state.step = Some(at)),
        );
        Callback::from(move |at| {
            told_of.replace((*own).clone());
            tell.emit(at);
        })
    };
    let player = use_samples((state.asked(), (*own).clone()), step, [there, of], on_rest);
    let at = (player.0.cursor as usize).min(there.saturating_sub(1));
    let is_over = run.is_over();
    let theirs = use_memo(own.codes.clone(), |codes| sound(codes.to_vec()));
    let all = use_memo((is_over, run.codes.clone()), |(is_over, codes)| {
        is_over.then(|| sound(codes.clone()))
    });
    let pitch = use_memo(
        (is_over, run.codes.clone(), given),
        |(is_over, codes, given)| {
            // What was asked for before may still be there, and be shorter.
            let after = codes.get(*given..).filter(|_| *is_over);
            after.and_then(heard_pitch)
        },
    );
    let pitch = pitch_in_words(is_over, note, *pitch);
    let told = told(&run, given);
    let shown = &run.codes[..there.min(at + 1)];
    let (before, after) = shown.split_at(given.min(shown.len()));
    let marks = vec![
        shade([0, given.min(at + 1)]),
        wave(before, 0, of, Tone::Muted),
        wave(after, given, of, Tone::Accent),
        Mark::Rule { x: ms(at) },
    ];
    html! {
        <>
            <div class="card wave-own" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()} data-note={note.to_string()}
                data-samples={there.to_string()} data-given={given.to_string()} data-theirs={own.is_theirs.to_string()}
                data-seed={state.seed.to_string()} data-rate={run.rate().map(|rate| format!("{rate:.0}"))}>
                { controls(props, note_choice(props, *heard)) }
                <Bring {own} />
                <div class="wave-charts">
                    { whole(of, marks, &told, texts::wave_own::whole::PLAIN) }
                    <div class="wave-sides">
                        { close(&[(&run.codes, Tone::Accent)], at, &told, texts::wave_sample::close::PLAIN) }
                        { surprise_chart(&run, [at, given, of], &told) }
                    </div>
                </div>
                { progress(&run, |engine| format!("{engine}: {there} of {count} samples"), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{} / {count}", at + 1)}
                    time={format!("{:.1} ms", ms(at))} spoken={spoken(at, run.codes.get(at).copied())}>
                    <Listen sound={Some((*theirs).clone())} words={texts::wave_own::listen_own::PLAIN} />
                    <Listen sound={(*all).clone()} words={texts::wave_own::listen_all::PLAIN} />
                    { share(state, at, there) }
                    { saves(is_over.then(|| run.codes.clone()), ["your-sound".into(), plain(note)], table(&run, given)) }
                </Transport>
            </div>
            <div class="inspect next-inspect">
                { frequencies(is_over.then(|| run.codes.clone()), Some(note), pitch, texts::wave_own::spectrum::PLAIN) }
                <div class="card">
                    <h3>{ texts::wave_own::numbers::TITLE }</h3>
                    <p data-name="bits" role="status">{ told }</p>
                    <p class="hint">{ texts::wave_own::numbers::PLAIN }</p>
                </div>
            </div>
        </>
    }
}

/// The note that is offered for a sound of this pitch: A4 for one without.
fn offered(heard: Option<f32>) -> u16 {
    heard.map_or(9, nearest)
}

/// The note to go on with.
fn note_choice(props: &ChapterProps<OwnState>, heard: Option<f32>) -> Html {
    let on_note = props.edit(|state: &mut OwnState, note| {
        (state.note, state.step) = (note, None);
    });
    let notes: Vec<Option<u16>> = std::iter::once(None).chain((0..NOTES).map(Some)).collect();
    let words = move |note: &Option<u16>| match (note, heard) {
        (Some(note), _) => named(note),
        (None, Some(_)) => nearest_to(texts::wave_own::as_heard::PLAIN, heard),
        (None, None) => nearest_to(texts::wave_own::unheard::PLAIN, heard),
    };
    choose(
        texts::wave_own::go_on::PLAIN,
        "note",
        &notes,
        props.state.note,
        words,
        on_note,
    )
}

fn nearest_to(text: &str, heard: Option<f32>) -> String {
    content::fill(text, &[("note", named(&offered(heard)))])
}

#[derive(Properties, PartialEq)]
struct BringProps {
    own: UseStateHandle<Own>,
}

/// Where a sound is recorded, chosen or dropped, and what went wrong.
#[component]
fn Bring(props: &BringProps) -> Html {
    let coming = use_state_eq(|| Coming::Idle);
    // Counts what was begun: only the last is wanted, and none once the chapter is left.
    let wanted = use_mut_ref(|| 0u32);
    {
        let wanted = wanted.clone();
        use_effect_with((), move |()| move || *wanted.borrow_mut() += 1);
    }
    // Says what is going on, if that is the last that was begun.
    let begin = {
        let coming = coming.setter();
        move || {
            *wanted.borrow_mut() += 1;
            let (own, wanted, coming) = (*wanted.borrow(), wanted.clone(), coming.clone());
            move |now: Coming| {
                let is_last = *wanted.borrow() == own;
                if is_last {
                    coming.set(now);
                }
                is_last
            }
        }
    };
    let took = {
        let own = props.own.setter();
        move |say: &dyn Fn(Coming) -> bool, result: Result<Vec<f32>, NoSound>| match result {
            Ok(sound) if say(Coming::Idle) => own.set(Own::of(&sound, true)),
            Ok(_) => {}
            Err(error) => {
                say(Coming::Failed(error));
            }
        }
    };
    let on_record = {
        let (begin, took) = (begin.clone(), took.clone());
        Callback::from(move |_: MouseEvent| {
            let (say, took) = (begin(), took.clone());
            say(Coming::Asked);
            let stage = say.clone();
            spawn_local(async move {
                let sound = record(RATE, move |now| stage(Coming::Under(now))).await;
                took(&say, sound);
            });
        })
    };
    let on_file = {
        let begin = begin.clone();
        Callback::from(move |file: File| {
            let (say, took) = (begin(), took.clone());
            say(Coming::Under(Stage::Reading));
            spawn_local(async move { took(&say, read(&file, RATE).await) });
        })
    };
    let ondrop = on_file.clone();
    let ondrop = Callback::from(move |event: DragEvent| {
        event.prevent_default();
        if let Some(file) = dropped(&event) {
            ondrop.emit(file);
        }
    });
    let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
    let on_tone = {
        let own = props.own.setter();
        Callback::from(move |_: MouseEvent| {
            begin()(Coming::Idle);
            own.set(Own::tone());
        })
    };
    let is_silent = *coming == Coming::Under(Stage::Recording);
    let words = match *coming {
        Coming::Asked => texts::wave_own::asked::PLAIN,
        Coming::Under(Stage::Recording) => texts::wave_own::recorded::PLAIN,
        Coming::Under(Stage::Reading) => texts::wave_own::reading::PLAIN,
        _ if props.own.is_theirs => texts::wave_own::yours::PLAIN,
        _ => texts::wave_own::tone::PLAIN,
    };
    html! {
        <div class="wave-bring" {ondrop} {ondragover}>
            <button type="button" class="button record" onclick={on_record}>{ texts::wave_own::record::PLAIN }</button>
            { file_field(texts::wave_own::file::PLAIN, "sound", "audio/*", &on_file) }
            <button type="button" class="button small" disabled={!props.own.is_theirs} onclick={on_tone}>{ texts::wave_own::back::PLAIN }</button>
            // Read out, it would be recorded.
            <p role="status">{ if is_silent { "" } else { words } }</p>
            if is_silent {
                <p aria-hidden="true">{ words }</p>
            }
            if let Coming::Failed(error) = *coming {
                <p class="notice" role="alert">{ error.words() }</p>
            }
        </div>
    }
}

/// How surprising the samples up to `at` were, as a mean of each few, of `of` of which some were given.
fn surprise_chart(run: &Heard, [at, given, of]: [usize; 3], told: &str) -> Html {
    let shown = &run.bits[..run.bits.len().min(at + 1)];
    let place = |(i, bits): (usize, &[f32])| {
        let mean = bits.iter().sum::<f32>() / bits.len() as f32;
        (ms(i * WINDOW), f64::from(mean).min(MOST_BITS))
    };
    let points = shown.chunks(WINDOW).enumerate().map(place).collect();
    let marks = vec![
        Mark::Rule { x: ms(given) },
        Mark::line(points, Tone::Accent),
    ];
    let message = content::fill(texts::wave_own::surprise_message::PLAIN, &[("bits", told)]);
    html! {
        <figure>
            <Chart x={Axis::new("ms", [0.0, ms(of)], 5)} y={Axis::new("bits", [0.0, MOST_BITS], 4)} {marks} {message} height=190.0 />
            <figcaption>{ texts::wave_own::surprise::PLAIN }</figcaption>
        </figure>
    }
}

/// What a sample of the visitor's surprises the model by, and one of its own.
fn told(run: &Heard, given: usize) -> String {
    if !run.is_over() {
        return texts::wave_sample::no_sound::PLAIN.into();
    }
    let (theirs, own) = run.bits.split_at(given.min(run.bits.len()));
    let values = [("given", mean(theirs)), ("own", mean(own))];
    content::fill(texts::wave_own::bits::PLAIN, &values)
}

/// Every sample: whose it is, its value, and its surprise.
fn table(run: &Heard, given: usize) -> impl Fn() -> String + use<> {
    let (codes, bits) = (run.codes.clone(), run.bits.clone());
    move || {
        let row = |(at, (code, bits)): (usize, (&u8, &f32))| {
            let whose = if at < given { "given" } else { "model" };
            format!("{},{whose},{code},{:.5},{bits:.3}\n", at + 1, sample(*code))
        };
        let rows: String = codes.iter().zip(&bits).enumerate().map(row).collect();
        format!("sample,of,value,amplitude,bits\n{rows}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tone_is_as_high_as_it_says() {
        let tone = Own::tone();
        assert_eq!(tone.codes.len(), TONE_SAMPLES);
        let heard = heard_pitch(&tone.codes).expect("a pitch");
        assert!((heard - TONE).abs() < 3.0, "{heard}");
        // G4 is the nearest.
        assert_eq!([Some(heard), None].map(offered), [7, 9]);
        assert_eq!(Own::of(&[0.5; 9000], true).codes.len(), OWN as usize);
    }
}
