//! Chapter 'How it learned': a text coloured by how surprising it is, and how that became less.

mod record;
mod run;

use std::rc::Rc;

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use self::record::Record;
use self::run::{BothRun, Met, Wish};
use crate::tokens::{Token, Tokens};
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::fetched::{Fetched, failure, use_fetched};
use crate::ui::components::progress::progress;
use crate::ui::components::save::save_csv;
use crate::ui::components::share::ShareButton;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::text::vocabulary::{fetch, sign};
use crate::ui::router::link;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::text::{LONGEST, Prompt, READ};
use crate::ui::state::{LearnedState, Route};

/// Texts to choose from.
const TEXTS: [&str; 3] = [
    "the dog and the cat were friends. they played in the park every day.",
    "the park and the were cat friends dog. in day they the every played.",
    "to be, or not to be, that is the question: whether 'tis nobler in the mind to suffer",
];

/// Most bits of the colours and of the chart.
const MOST_BITS: f32 = 12.0;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::learned::story::HTML) }
            { content::predict(texts::learned::story_try::HTML, texts::learned::story_reveal::HTML) }
            <h3>{ texts::learned::perplexity::TITLE }</h3>
            { content::section(texts::learned::perplexity::HTML) }
            <h3>{ texts::learned::free::TITLE }</h3>
            { content::section(texts::learned::free::HTML) }
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn LearnedChapter(props: &ChapterProps<LearnedState>) -> Html {
    let state = &props.state;
    let (tokens, on_retry) = use_fetched(fetch);
    let wish = tokens.ready().and_then(|tokens| wish(tokens, state));
    let run = use_booked(BothRun::default, wish.clone(), false);
    let length = wish.as_ref().map_or(0, |wish| wish.text.len() as u32);
    let player = use_read(props, &run, length);
    let at = player.0.cursor;
    let seen = LearnedState {
        step: run.read.first().map(|_| at),
        ..state.clone()
    };
    let onchange = props.edit(|state: &mut LearnedState, event: Event| {
        if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
            state.read(Prompt::new(&area.value()));
        }
    });
    let choice = |text: &'static str| {
        let onclick = props.edit(move |state: &mut LearnedState, _: MouseEvent| {
            state.read(Prompt::new(text));
        });
        html! { <button type="button" class="button small" {onclick}>{ text }</button> }
    };
    let met = run.read.get(at as usize);
    let told = tokens
        .ready()
        .zip(met)
        .map(|(tokens, met)| told(tokens, &run.read, at, met));
    let on_choose = props.edit(|state: &mut LearnedState, at: u32| state.step = Some(at));
    html! {
        <>
            <div class="card learned" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-read={run.read.len().to_string()} data-written={run.written.len().to_string()}>
                <div class="next-prompt" data-lock="text">
                    <label>
                        <span>{ texts::learned::text::PLAIN }</span>
                        <textarea name="text" rows="3" maxlength={LONGEST.to_string()} value={state.text.text().to_owned()} {onchange} />
                    </label>
                    <p class="next-beginnings">{ for TEXTS.map(choice) }</p>
                </div>
                if let Fetched::Failed(why) = &tokens {
                    { failure(texts::next::tokens_failed::PLAIN, why, &on_retry, None) }
                }
                if let Some(tokens) = tokens.ready() {
                    { coloured(tokens, texts::learned::read::PLAIN, &run.read, at, Some(&on_choose)) }
                    { coloured(tokens, texts::learned::written::PLAIN, &run.written, at, None) }
                }
                <p class="hint learned-told">{ told.clone() }</p>
                { progress(&run, |engine| format!("{engine}: {} of {} tokens", run.read.len() + run.written.len(), 2 * length), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("token {}", at + 1)} spoken={told.unwrap_or_default()}>
                    <ShareButton link={link(&Route::of(seen))} />
                    <button type="button" class="button csv" disabled={met.is_none()}
                        onclick={on_csv(tokens.ready(), &run.read)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect next-inspect">
                { surprises(&run, at) }
                <Record ..props.clone() />
            </div>
        </>
    }
}

/// The text's first tokens; none for an empty one.
fn wish(tokens: &Tokens, state: &LearnedState) -> Option<Wish> {
    let mut text: Vec<Token> = tokens.encode(state.text.text());
    text.truncate(READ as usize);
    (!text.is_empty()).then_some(Wish {
        text,
        seed: state.seed,
    })
}

/// The transport over the tokens, in step with the link.
#[hook]
fn use_read(
    props: &ChapterProps<LearnedState>,
    run: &BothRun,
    length: u32,
) -> UseReducerHandle<Player> {
    let state = &props.state;
    let last = length.saturating_sub(1);
    let ready = (run.read.len() as u32).checked_sub(1);
    let step = state.step.map(|at| at.min(last));
    let course = Course {
        of: (state.text.clone(), state.seed, length),
        entry: step.map_or(Entry::Start, Entry::Rest),
        ready,
        last,
        at: step.filter(|at| Some(*at) <= ready).map(|at| (at, at)),
        tells: ready == Some(last),
    };
    use_player(
        course,
        props.edit(|state: &mut LearnedState, at| state.step = Some(at)),
    )
}

/// A text up to here, each token the darker the more surprising it is.
fn coloured(
    tokens: &Tokens,
    name: &'static str,
    all: &[Met],
    at: u32,
    on_choose: Option<&Callback<u32>>,
) -> Html {
    let token = |(i, met): (usize, &Met)| {
        let style = format!(
            "--weight:{:.0}%",
            100.0 * (met.bits / MOST_BITS).clamp(0.0, 1.0)
        );
        let current = (i == at as usize && on_choose.is_some()).then_some("step");
        let onclick = on_choose.map(|on| on.reform(move |_: MouseEvent| i as u32));
        let text = String::from_utf8_lossy(tokens.bytes(met.token)).into_owned();
        html! { <span class="token seen" data-token={i.to_string()} aria-current={current} {style} {onclick}>{ text }</span> }
    };
    let shown = all.len().min(at as usize + 1);
    let heard: Vec<Token> = all[..shown].iter().map(|met| met.token).collect();
    html! {
        <div class="learned-text">
            <h3>{ name }</h3>
            <p class="sr-only">{ tokens.decode(&heard) }</p>
            <p class="written" aria-hidden="true">{ for all[..shown].iter().enumerate().map(token) }</p>
        </div>
    }
}

/// Bits of characters so far, and what perplexity that is.
fn told(tokens: &Tokens, all: &[Met], at: u32, met: &Met) -> String {
    let so_far = &all[..=at as usize];
    let bits: f32 = so_far.iter().map(|met| met.bits).sum();
    let ids: Vec<Token> = so_far.iter().map(|met| met.token).collect();
    let characters = tokens.decode(&ids).chars().count().max(1);
    let mean = bits / so_far.len() as f32;
    let values = [
        ("token", sign(tokens, met.token)),
        ("bits", format!("{:.1}", met.bits)),
        ("guess", sign(tokens, met.guess)),
        ("mean", format!("{:.2}", bits / characters as f32)),
        ("perplexity", format!("{:.1}", mean.exp2())),
    ];
    content::fill(texts::learned::told::PLAIN, &values)
}

/// Bits of both texts.
fn surprises(run: &BothRun, at: u32) -> Html {
    let points = |all: &Rc<Vec<Met>>| {
        let so_far = all.iter().take(at as usize + 1).enumerate();
        let mut sum = 0.0;
        let place = |(i, met): (usize, &Met)| {
            sum += f64::from(met.bits);
            (
                i as f64 + 1.0,
                (sum / (i as f64 + 1.0)).min(f64::from(MOST_BITS)),
            )
        };
        so_far.map(place).collect::<Vec<_>>()
    };
    let line = |points, tone, dashed| Mark::line(points, tone).dashed_if(dashed);
    let marks = vec![
        line(points(&run.read), Tone::Accent, false),
        line(points(&run.written), Tone::Second, true),
    ];
    html! {
        <div class="card">
            <h3>{ texts::learned::means::TITLE }</h3>
            <Chart x={Axis::new("token", [1.0, run.read.len().max(3) as f64], 4)} y={Axis::new("bits", [0.0, 8.0], 4)}
                {marks} message={texts::learned::means::PLAIN} height=150.0 />
            <p class="hint">{ texts::learned::means::PLAIN }</p>
        </div>
    }
}

fn on_csv(tokens: Option<&Rc<Tokens>>, all: &Rc<Vec<Met>>) -> Callback<MouseEvent> {
    let (tokens, all) = (tokens.cloned(), all.clone());
    Callback::from(move |_| {
        let Some(tokens) = &tokens else { return };
        let row = |met: &Met| {
            let [token, guess] = [met.token, met.guess];
            let [token, guess] = [token, guess].map(|t| sign(tokens, t).replace('"', "\"\""));
            format!("\"{token}\",{:.4},\"{guess}\"\n", met.bits)
        };
        let rows: String = all.iter().map(row).collect();
        save_csv(
            &format!("token,bits,guess\n{rows}"),
            "genscope-surprise.csv",
        );
    })
}
