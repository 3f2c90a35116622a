//! Chapter 'Train one on your text': a small Transformer learns in the page.

mod file;
mod run;

use std::rc::Rc;

use web_sys::File;
use yew::prelude::*;

use self::file::{Useless, read_text, read_weights, save_weights};
use self::run::{TrainRun, Wish};
use crate::models::text::course::{BATCH, BYTES, PIECE, shape};
use crate::protocol::text::{Checkpoint, TextFrame};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::choice::select;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::fetched::{Fetched, failure, use_fetched};
use crate::ui::components::file::{file_field, text_box};
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_csv, save_text};
use crate::ui::components::seed::SeedField;
use crate::ui::components::share::ShareButton;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::link;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::samples::fetch_text;
use crate::ui::state::text::GO;
use crate::ui::state::{Route, TextTrainState};
use crate::ui::table::Table;

/// What is learned if the visitor brings nothing.
const TALES: &str = "samples/tales.txt";
/// Signs of the text that are shown.
const SHOWN: usize = 1200;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::text_train::story::HTML) }
            { content::predict(texts::text_train::story_try::HTML, texts::text_train::story_reveal::HTML) }
            <h3>{ texts::text_train::own::TITLE }</h3>
            { content::section(texts::text_train::own::HTML) }
        </>
    }
}

async fn fetch() -> Result<Rc<str>, String> {
    fetch_text(TALES).await.map(Rc::from)
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn TextTrainChapter(props: &ChapterProps<TextTrainState>) -> Html {
    let state = &props.state;
    let (tales, on_retry) = use_fetched(fetch);
    let own = use_state_eq(|| None::<Own>);
    let from = use_state_eq(|| None::<Rc<Checkpoint>>);
    let useless = use_state_eq(|| None::<Useless>);
    let text = (*own)
        .as_ref()
        .map(|own| own.text.clone())
        .or_else(|| tales.ready().map(|tales| (**tales).clone()));
    let fits = text
        .as_ref()
        .filter(|text| (BYTES[0]..=BYTES[1]).contains(&text.len()));
    let wish = Wish {
        text: fits.cloned(),
        from: (*from).clone(),
        seed: state.seed,
        steps: state.steps,
    };
    let run = use_booked(TrainRun::default, wish, false);
    let player = use_frames(props, &run);
    let cursor = player.0.cursor as usize;
    let frame = run.frames.get(cursor).or(run.frames.last()).cloned();
    let step = frame.as_ref().map_or(0, |frame| frame.step);
    let on_text = {
        let (own, useless) = (own.setter(), useless.setter());
        props.edit(
            move |state: &mut TextTrainState, read: Result<String, Useless>| match read {
                Ok(text) => {
                    own.set(Some(Own::new(text)));
                    useless.set(None);
                    state.begin();
                }
                Err(why) => useless.set(Some(why)),
            },
        )
    };
    let on_column = {
        let (own, was) = (own.setter(), (*own).clone());
        props.edit(move |state: &mut TextTrainState, column: usize| {
            own.set(was.clone().map(|own| own.with(column)));
            state.begin();
        })
    };
    let on_weights = {
        let (from, useless) = (from.setter(), useless.setter());
        props.edit(
            move |state: &mut TextTrainState, read: Result<Checkpoint, Useless>| match read {
                Ok(weights) => {
                    from.set(Some(Rc::new(weights)));
                    useless.set(None);
                    state.begin();
                }
                Err(why) => useless.set(Some(why)),
            },
        )
    };
    let spoken = frame.as_deref().map_or_else(String::new, |frame| {
        let values = [
            ("step", frame.step.to_string()),
            ("held", format!("{:.2}", frame.bits[1])),
            ("sample", frame.sample.clone()),
        ];
        content::fill(texts::text_train::spoken::PLAIN, &values)
    });
    html! {
        <>
            <div class="card text-train" data-run-state={run.book.phase.map(Phase::id)} data-step={step.to_string()}
                data-frames={run.frames.len().to_string()} data-bytes={text.as_ref().map_or(0, |text| text.len()).to_string()}
                data-held={frame.as_ref().map(|frame| format!("{:.3}", frame.bits[1]))} data-from={from.is_some().to_string()}>
                { source(text.as_ref(), own.as_ref(), &on_text, on_column) }
                if let Fetched::Failed(why) = &tales {
                    if own.is_none() { { failure(texts::text_train::tales_failed::PLAIN, why, &on_retry, None) } }
                }
                { complaint(text.as_ref(), *useless) }
                { controls(props, &run, &on_weights) }
                <div class="learned-text">
                    <h3>{ content::fill(texts::text_train::sample::PLAIN, &[("step", step.to_string())]) }</h3>
                    <p class="written text-sample">{ frame.as_ref().map(|frame| frame.sample.clone()) }</p>
                </div>
                { progress(&run, |engine| format!("{engine}: step {} of {}", run.frames.last().map_or(0, |f| f.step), state.steps), |_| String::new()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("step {step}")} {spoken}>
                    <ShareButton link={link(&Route::of(state.clone()))} />
                    <button type="button" class="button save" disabled={frame.is_none()} onclick={on_sample(frame.clone())}>{ "TXT" }</button>
                    <button type="button" class="button csv" disabled={frame.is_none()} onclick={on_csv(&run)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect next-inspect">
                { curves(&run, step) }
                { card(&run, frame.as_deref()) }
            </div>
        </>
    }
}

/// The transport over the frames, in step with the link.
#[hook]
fn use_frames(props: &ChapterProps<TextTrainState>, run: &TrainRun) -> UseReducerHandle<Player> {
    let state = &props.state;
    let last = state.last();
    let ready = (run.frames.len() as u32).checked_sub(1);
    let course = Course {
        of: (state.seed, state.steps),
        entry: match state.at {
            Some(at) => Entry::Rest(at.min(last)),
            None => Entry::On(Some((run.frames.len() as u32).saturating_sub(1).min(last))),
        },
        ready,
        last,
        at: state.at.filter(|at| Some(*at) <= ready).map(|at| (at, at)),
        tells: state.steps > 0 && ready == Some(last),
    };
    use_player(
        course,
        props.edit(|state: &mut TextTrainState, at| state.at = Some(at)),
    )
}

/// What the visitor brought.
#[derive(Clone, Debug, PartialEq)]
struct Own {
    whole: Rc<str>,
    /// The table that it is, and which of its columns is learned: after the last of them, the whole.
    table: Option<(Rc<Table>, usize)>,
    /// What is learned.
    text: Rc<str>,
}

impl Own {
    /// Of a table, the column with the most words.
    fn new(text: String) -> Self {
        let table = Table::read(&text).map(|table| (table.wordiest(), table));
        Self::of(
            text.into(),
            table.map(|(column, table)| (table.into(), column)),
        )
    }

    fn of(whole: Rc<str>, table: Option<(Rc<Table>, usize)>) -> Self {
        let text = table.as_ref().and_then(|(table, at)| table.text(*at));
        let text = text.unwrap_or_else(|| whole.clone());
        Self { whole, table, text }
    }

    fn with(self, column: usize) -> Self {
        Self::of(self.whole, self.table.map(|(table, _)| (table, column)))
    }
}

/// What can be learned of a table.
fn names(table: &Table) -> Vec<String> {
    let whole = texts::text_train::table::PLAIN.to_owned();
    table.names.iter().cloned().chain([whole]).collect()
}

/// The text: pasted, dropped or chosen. Of a long one the beginning is shown.
fn source(
    text: Option<&Rc<str>>,
    own: Option<&Own>,
    on_text: &Callback<Result<String, Useless>>,
    on_column: Callback<usize>,
) -> Html {
    let on_typed = on_text.reform(|text: String| {
        let is_short = text.len() <= BYTES[1];
        is_short.then_some(text).ok_or(Useless::Text)
    });
    let on_file = {
        let on_text = on_text.clone();
        Callback::from(move |file: File| read_text(file, on_text.clone()))
    };
    let name = match own {
        Some(_) => texts::text_train::yours::PLAIN,
        None => texts::text_train::tales::PLAIN,
    };
    let table = own.and_then(|own| own.table.as_ref());
    let value: String = text.map_or_else(String::new, |text| text.chars().take(SHOWN).collect());
    let is_cut = text.is_some_and(|text| text.len() > value.len());
    html! {
        <div class="next-prompt" data-lock="text">
            <label>
                <span>{ name }</span>
                { text_box("text", "4", value, &on_typed, &on_file) }
            </label>
            if is_cut {
                <p class="hint">{ content::fill(texts::text_train::cut::PLAIN, &[("shown", SHOWN.to_string()), ("bytes", text.map_or(0, |text| text.len()).to_string())]) }</p>
            }
            if let Some((table, column)) = table {
                { select(texts::text_train::column::PLAIN, "column", &names(table), *column, on_column) }
            }
            { file_field(texts::text_train::file::PLAIN, "file", ".txt,.csv,.md,text/*", &on_file) }
        </div>
    }
}

/// What is wrong with the text or a file.
fn complaint(text: Option<&Rc<str>>, useless: Option<Useless>) -> Html {
    let bytes = text.map(|text| text.len());
    let values = [
        ("least", BYTES[0].to_string()),
        ("most", BYTES[1].to_string()),
    ];
    let words = match (useless, bytes) {
        (Some(Useless::Text), _) => texts::text_train::bad_text::PLAIN,
        (Some(Useless::Weights), _) => texts::text_train::bad_weights::PLAIN,
        (None, Some(bytes)) if bytes < BYTES[0] => texts::text_train::short::PLAIN,
        _ => return Html::default(),
    };
    html! { <p class="notice" role="alert">{ content::fill(words, &values) }</p> }
}

/// Starts, or goes on; behind it the seed, and weights as a file.
fn controls(
    props: &ChapterProps<TextTrainState>,
    run: &TrainRun,
    on_weights: &Callback<Result<Checkpoint, Useless>>,
) -> Html {
    let state = &props.state;
    let text = match state.steps {
        0 => texts::text_train::go::PLAIN,
        _ => texts::text_train::more::PLAIN,
    };
    let disabled = run.book.is_busy() && state.steps > 0 || state.is_full();
    let onclick = props.edit(|state: &mut TextTrainState, _: MouseEvent| state.go_on());
    let on_seed =
        props.edit(|state: &mut TextTrainState, seed| (state.seed, state.at) = (seed, None));
    let on_save = {
        let kept = run.kept.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(kept) = &kept {
                save_weights(kept);
            }
        })
    };
    let on_file = {
        let on_weights = on_weights.clone();
        Callback::from(move |file: File| read_weights(file, on_weights.clone()))
    };
    let more = html! {
        <>
            <SeedField seed={state.seed} {on_seed} />
            <button type="button" class="button weights" disabled={run.kept.is_none()} onclick={on_save}>{ texts::text_train::save::PLAIN }</button>
            { file_field(texts::text_train::load::PLAIN, "weights", ".weights", &on_file) }
        </>
    };
    html! {
        <ControlRow is_set={state.seed != TextTrainState::default().seed} {more}>
            <button type="button" class="button go" {disabled} {onclick}>{ content::fill(text, &[("steps", GO.to_string())]) }</button>
            if let Some(step) = run.diverged {
                <span class="notice" role="alert">{ content::fill(texts::text_train::diverged::PLAIN, &[("step", step.to_string())]) }</span>
            }
        </ControlRow>
    }
}

/// Bits a character, of both parts.
fn curves(run: &TrainRun, step: u32) -> Html {
    let points = |part: usize| {
        let place = |frame: &Rc<TextFrame>| (f64::from(frame.step), f64::from(frame.bits[part]));
        run.frames.iter().map(place).collect::<Vec<_>>()
    };
    let line = |part, tone, dashed| Mark::line(points(part), tone).dashed_if(dashed);
    let last = run.frames.last().map_or(GO, |frame| frame.step.max(GO));
    let best = run
        .frames
        .iter()
        .min_by(|a, b| a.bits[1].total_cmp(&b.bits[1]));
    let told = best.map(|best| {
        let values = [
            ("step", best.step.to_string()),
            ("held", format!("{:.2}", best.bits[1])),
        ];
        content::fill(texts::text_train::best::PLAIN, &values)
    });
    html! {
        <div class="card">
            <h3>{ texts::text_train::curves::TITLE }</h3>
            <Chart x={Axis::new("step", [0.0, f64::from(last)], 4)} y={Axis::new("bits", [0.0, 7.0], 4)}
                marks={vec![line(0, Tone::Second, true), line(1, Tone::Accent, false), Mark::Rule { x: f64::from(step) }]}
                message={texts::text_train::curves::PLAIN} height=170.0 />
            <p class="hint">{ texts::text_train::curves::PLAIN }{ " " }{ told }</p>
        </div>
    }
}

/// The network, and how fast it learns here.
fn card(run: &TrainRun, frame: Option<&TextFrame>) -> Html {
    let vocabulary = frame.map_or(0, |frame| frame.vocabulary);
    let steps: usize = run.frames.iter().map(|frame| frame.losses.len()).sum();
    let ms: f32 = run.frames.iter().map(|frame| frame.ms).sum();
    let characters = frame.map_or(0.0, |frame| frame.characters_a_token);
    let speed = (ms > 0.0).then(|| 1000.0 * characters * (steps * BATCH * PIECE) as f32 / ms);
    let row = |name: &'static str, value: String, id: &'static str| {
        html! { <><dt>{ name }</dt><dd class="num" data-name={id}>{ value }</dd></> }
    };
    html! {
        <div class="card">
            <h3>{ texts::text_train::card::TITLE }</h3>
            <dl>
                { row(texts::text_train::vocabulary::PLAIN, vocabulary.to_string(), "vocabulary") }
                { row(texts::text_train::parameters::PLAIN, shape(vocabulary as usize).parameters().to_string(), "parameters") }
                { row(texts::text_train::speed::PLAIN, speed.map_or_else(String::new, |speed| format!("{speed:.0}")), "speed") }
            </dl>
            <p class="hint">{ texts::text_train::card::PLAIN }</p>
        </div>
    }
}

fn on_sample(frame: Option<Rc<TextFrame>>) -> Callback<MouseEvent> {
    Callback::from(move |_| {
        if let Some(frame) = &frame {
            save_text(&frame.sample, "genscope-sample.txt");
        }
    })
}

fn on_csv(run: &TrainRun) -> Callback<MouseEvent> {
    let frames = run.frames.clone();
    Callback::from(move |_| {
        let row =
            |frame: &Rc<TextFrame>| format!("{},{},{}\n", frame.step, frame.bits[0], frame.bits[1]);
        let rows: String = frames.iter().map(row).collect();
        save_csv(
            &format!("step,train,held_out\n{rows}"),
            "genscope-training.csv",
        );
    })
}
