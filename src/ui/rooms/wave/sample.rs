//! Chapter 'Sample by sample': a sound grows, one sample after another.

use yew::prelude::*;

use super::charts::{close, odds, shade, wave, whole};
use super::notes::{mean, ms, named, pitch_in_words, plain, signed, sound};
use super::run::{Heard, WaveRun};
use super::stage::{controls, frequencies, saves, share, spoken, use_samples};
use super::tree::tree;
use crate::models::next::{Choosing, surprise};
use crate::models::wave::asked::{Asked, DIGITS, PARTS, SPEAKERS};
use crate::models::wave::{NOTES, sample};
use crate::protocol::wave::WaveAsk;
use crate::sound::{VOICES, heard as heard_pitch, string};
use crate::ui::components::chart::{Mark, Tone};
use crate::ui::components::choice::choose;
use crate::ui::components::listen::Listen;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::progress::progress;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::mover;
use crate::ui::state::SampleState;
use crate::ui::state::wave::{LENGTH, Played};

/// Names the string that is there to compare with, one that the model has not learned from.
const EXAMPLE: u64 = 1;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::wave_sample::story::HTML) }
            { content::predict(texts::wave_sample::story_try::HTML, texts::wave_sample::story_reveal::HTML) }
            <h3>{ texts::wave_sample::word::TITLE }</h3>
            { content::section(texts::wave_sample::word::HTML) }
            <h3>{ texts::wave_sample::law::TITLE }</h3>
            { content::section(texts::wave_sample::law::HTML) }
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn SampleChapter(props: &ChapterProps<SampleState>) -> Html {
    let state = &props.state;
    let (model, number) = state.model();
    let ask = WaveAsk {
        deaf: state.deaf(),
        looked_at: [0, LENGTH],
        ..state.ask(model, number, Vec::new(), LENGTH)
    };
    let run = use_booked(WaveRun::default, ask, false);
    let there = run.codes.len();
    let on_rest = props.edit(|state: &mut SampleState, at| state.step = Some(at));
    let player = use_samples(state.asked(), state.step, [there, LENGTH as usize], on_rest);
    let at = (player.0.cursor as usize).min(there.saturating_sub(1));
    let code = run.codes.get(at).copied();
    let logits = run.logits(at);
    let made = use_memo((run.is_over(), state.asked()), |(is_over, _)| {
        is_over.then(|| sound(run.codes.clone()))
    });
    let whole = run.is_over();
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
    let is_word = state.digit.is_some();
    let heard = match (whole, is_word) {
        (true, true) => texts::wave_sample::no_pitch_asked::PLAIN.into(),
        _ => pitch_in_words(whole, state.note, *pitch),
    };
    let names = match state.digit {
        Some(digit) => {
            let voice = VOICES[usize::from(state.voice)].to_lowercase();
            ["digit".into(), format!("{digit}-{voice}")]
        }
        None => ["note".into(), plain(state.note)],
    };
    let (words, hint) = match is_word {
        true => (
            texts::wave_sample::listen_digit::PLAIN,
            texts::wave_sample::spectrum_digit::PLAIN,
        ),
        false => (
            texts::wave_sample::listen::PLAIN,
            texts::wave_sample::spectrum::PLAIN,
        ),
    };
    let told_of = code.and(state.word()).map(|word| part_in_words(word, at));
    let example = use_memo(state.note, |note| sound(string(*note, EXAMPLE)));
    html! {
        <>
            <div class="card wave-sample" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-samples={there.to_string()} data-hears={state.hears()[1].to_string()}
                data-seed={state.seed.to_string()} data-asked={run.asked_for()} data-rate={run.rate().map(|rate| format!("{rate:.0}"))}>
                { own_controls(props) }
                <div class="wave-charts">
                    { overview(&run, at, state.hears()[0], &told) }
                    <div class="wave-sides">
                        { close(&[(&run.codes, Tone::Accent)], at, &told, texts::wave_sample::close::PLAIN) }
                        { odds(logits, code, &state.choosing(), &told) }
                    </div>
                </div>
                { progress(&run, |engine| format!("{engine}: {there} of {LENGTH} samples"), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{} / {LENGTH}", at + 1)}
                    time={format!("{:.1} ms", ms(at))} spoken={spoken(at, code)}>
                    <Listen sound={(*made).clone()} {words} />
                    if !is_word {
                        <Listen sound={Some((*example).clone())} words={texts::wave_sample::example::PLAIN} />
                    }
                    { share(state, at, there) }
                    { saves(whole.then(|| run.codes.clone()), names, table(&run)) }
                </Transport>
            </div>
            <div class="inspect next-inspect">
                { hears(props) }
                { frequencies(whole.then(|| run.codes.clone()), (!is_word).then_some(state.note), heard, hint) }
                { numbers(logits, code, run.bits.get(..=at), told_of) }
                <ModelCard {model} speed={run.rate().map(|rate| content::fill(texts::wave_sample::speed::PLAIN, &[("rate", format!("{rate:.0}"))]))} />
            </div>
        </>
    }
}

/// A string and its note, or a digit and who says it.
fn own_controls(props: &ChapterProps<SampleState>) -> Html {
    let state = &props.state;
    let on_digit = props.edit(|state: &mut SampleState, digit| {
        (state.digit, state.step) = (digit, None);
    });
    let on_note = props.edit(|state: &mut SampleState, note| {
        (state.note, state.step) = (note, None);
    });
    let on_voice = props.edit(|state: &mut SampleState, voice| {
        (state.voice, state.step) = (voice, None);
    });
    let all: Vec<Option<u16>> = std::iter::once(None).chain((0..DIGITS).map(Some)).collect();
    let name = |digit: &Option<u16>| match digit {
        Some(digit) => content::fill(
            texts::wave_sample::kind_digit::PLAIN,
            &[("digit", name_of(*digit))],
        ),
        None => texts::wave_sample::kind_note::PLAIN.into(),
    };
    let notes: Vec<u16> = (0..NOTES).collect();
    let voices: Vec<u16> = (0..SPEAKERS).collect();
    let which = match state.digit {
        Some(_) => choose(
            texts::wave_sample::voice::PLAIN,
            "voice",
            &voices,
            state.voice,
            |voice| VOICES[usize::from(*voice)].into(),
            on_voice,
        ),
        None => choose(
            texts::wave_sample::note::PLAIN,
            "note",
            &notes,
            state.note,
            named,
            on_note,
        ),
    };
    let kind = choose(
        texts::wave_sample::kind::PLAIN,
        "digit",
        &all,
        state.digit,
        name,
        on_digit,
    );
    controls(props, html! { <>{ kind }{ which }</> })
}

/// A digit's name.
fn name_of(digit: u16) -> &'static str {
    let mut names = texts::wave_sample::digits::PLAIN.split(", ");
    names.nth(digit.into()).unwrap_or_default()
}

/// What the model is told of a word at a sample.
fn part_in_words(word: Asked, at: usize) -> String {
    let Asked::Word { digit, .. } = word else {
        return String::new();
    };
    let part = word.at(at).map(|row| row - SPEAKERS);
    match part {
        Some(part) if part < DIGITS * PARTS => {
            let values = [
                ("part", (part % PARTS + 1).to_string()),
                ("digit", name_of(digit).into()),
            ];
            content::fill(texts::wave_sample::part::PLAIN, &values)
        }
        _ => texts::wave_sample::after::PLAIN.into(),
    }
}

/// The whole sound as far as it is shown, and what of it the odds of the next sample depend on.
fn overview(run: &Heard, at: usize, hears: usize, told: &str) -> Html {
    let shown = &run.codes[..run.codes.len().min(at + 1)];
    let marks = vec![
        shade([(at + 1).saturating_sub(hears), at]),
        wave(shown, 0, LENGTH as usize, Tone::Accent),
        Mark::Rule { x: ms(at) },
    ];
    whole(
        LENGTH as usize,
        marks,
        told,
        texts::wave_sample::whole::PLAIN,
    )
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
    let row = SampleState::SHAPE.layers as usize;
    let stack = |stack: usize| {
        let label = content::fill(
            texts::wave_sample::row::PLAIN,
            &[("row", (stack + 1).to_string())],
        );
        html! { <div class="deaf-row" role="group" aria-label={label}>{ for all[stack * row..(stack + 1) * row].iter().cloned() }</div> }
    };
    let on_all = props.edit(|state: &mut SampleState, _: MouseEvent| state.deaf = 0);
    let [reach, heard] = state.hears();
    let values = [
        ("samples", heard.to_string()),
        ("reach", reach.to_string()),
        ("ms", format!("{:.1}", ms(reach))),
    ];
    let told = content::fill(texts::wave_sample::field::PLAIN, &values);
    html! {
        <div class="card wave-hears">
            <h3>{ texts::wave_sample::hears::TITLE }</h3>
            { content::section(texts::wave_sample::hears::HTML) }
            { tree(SampleState::SHAPE, state.deaf(), told.clone()) }
            <p class="hint">{ texts::wave_sample::tree::PLAIN }</p>
            { for (0..SampleState::SHAPE.stacks as usize).map(stack) }
            <p data-name="hears" role="status">{ told }</p>
            <p><button type="button" class="button small all" disabled={state.deaf == 0} onclick={on_all}>{ texts::wave_sample::all_layers::PLAIN }</button></p>
        </div>
    }
}

/// This sample in numbers, and the mean so far.
fn numbers(
    logits: Option<&[f32]>,
    code: Option<u8>,
    bits: Option<&[f32]>,
    part: Option<String>,
) -> Html {
    let told = logits.zip(code).zip(bits).map(|((logits, code), bits)| {
        let own = Choosing::default().probabilities(logits)[usize::from(code)];
        let values = [
            ("value", code.to_string()),
            ("loud", signed(sample(code), 3)),
            ("own", content::percent(own)),
            ("bits", format!("{:.1}", surprise(logits, code.into()))),
            ("mean", mean(bits)),
        ];
        content::fill(texts::wave_sample::told::PLAIN, &values)
    });
    html! {
        <div class="card">
            <h3>{ texts::wave_sample::told::TITLE }</h3>
            { content::section(texts::wave_sample::formula::HTML) }
            <p class="hint">{ told }</p>
            if let Some(part) = part {
                <p data-name="part">{ part }</p>
            }
        </div>
    }
}

/// Every sample: its value, what that is, and its surprise.
fn table(run: &Heard) -> impl Fn() -> String + use<> {
    let (codes, bits) = (run.codes.clone(), run.bits.clone());
    move || {
        let row = |(at, (code, bits)): (usize, (&u8, &f32))| {
            format!("{},{code},{:.5},{bits:.3}\n", at + 1, sample(*code))
        };
        let rows: String = codes.iter().zip(&bits).enumerate().map(row).collect();
        format!("sample,value,amplitude,bits\n{rows}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_have_names() {
        let names = texts::wave_sample::digits::PLAIN.split(", ");
        assert_eq!(names.count(), usize::from(DIGITS));
        assert_eq!((name_of(0), name_of(9)), ("zero", "nine"));
    }

    #[test]
    fn parts_are_told_from_one() {
        let word = Asked::Word {
            digit: 7,
            speaker: 2,
            lasts: 2400,
        };
        let told = [0, 2399, 2400].map(|at| part_in_words(word, at));
        assert!(told[0].contains("part 1 of") && told[0].contains("seven"));
        assert!(told[1].contains("part 24 of"));
        assert_eq!(told[2], texts::wave_sample::after::PLAIN);
    }
}
