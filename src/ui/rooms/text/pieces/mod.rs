//! Chapter 'Pieces of words': a text is cut into tokens, merge by merge.

use std::rc::Rc;

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::tokens::{END, FIRST_MERGE, Stage, Token, Tokens};
use crate::ui::components::choice::segments;
use crate::ui::components::fetched::{Fetched, failure, use_fetched};
use crate::ui::components::save::save_csv;
use crate::ui::components::share::ShareButton;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::text::vocabulary::{fetch, sign};
use crate::ui::router::link;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::text::{LONGEST, Prompt, Shown};
use crate::ui::state::{Named, PiecesState, Route};

/// Texts to choose from.
const TEXTS: [&str; 5] = [
    "strawberry",
    "once upon a time, Once Upon A Time",
    "12 and 345, 2026",
    "das Mädchen, 東京, мир",
    "I ♥ 🍓!",
];

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::pieces::story::HTML) }
            { content::predict(texts::pieces::story_try::HTML, texts::pieces::story_reveal::HTML) }
            <h3>{ texts::pieces::learned::TITLE }</h3>
            { content::section(texts::pieces::learned::HTML) }
            <h3>{ texts::pieces::hard::TITLE }</h3>
            { content::section(texts::pieces::hard::HTML) }
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn PiecesChapter(props: &ChapterProps<PiecesState>) -> Html {
    let state = &props.state;
    let (tokens, on_retry) = use_fetched(fetch);
    let stages = use_memo(
        (tokens.clone(), state.text.clone()),
        |(tokens, text)| match tokens.ready() {
            Some(tokens) => tokens.replay(text.text()),
            None => Vec::new(),
        },
    );
    let last = (stages.len() as u32).saturating_sub(1);
    let step = state.step.map(|step| step.min(last));
    let course = Course {
        of: (state.text.clone(), tokens.ready().is_some()),
        entry: Entry::Rest(step.unwrap_or(last)),
        ready: tokens.ready().map(|_| last),
        last,
        at: step.map(|step| (step, step)),
        tells: true,
    };
    let player = use_player(
        course,
        props.edit(move |state: &mut PiecesState, at| {
            state.step = (at < last).then_some(at);
        }),
    );
    let at = player.0.cursor.min(last);
    let shown = tokens.ready().zip(stages.get(at as usize));
    let spoken = shown.map_or_else(String::new, |(tokens, stage)| said(tokens, stage, at, last));
    let seen = PiecesState {
        step: (at < last).then_some(at),
        ..state.clone()
    };
    let piece = state.piece.and_then(|piece| {
        let (_, stage) = shown?;
        stage.tokens.get(piece as usize).copied()
    });
    let onchange = props.edit(|state: &mut PiecesState, event: Event| {
        if let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() {
            state.cut(Prompt::new(&area.value()));
        }
    });
    let choice = |text: &'static str| {
        let onclick = props.edit(move |state: &mut PiecesState, _: MouseEvent| {
            state.cut(Prompt::new(text));
        });
        html! { <button type="button" class="button small" {onclick}>{ text }</button> }
    };
    let ways = [texts::pieces::letters::PLAIN, texts::pieces::numbers::PLAIN];
    let on_shown = props.edit(|state: &mut PiecesState, way| state.shown = Shown::VALUES[way]);
    html! {
        <>
            <div class="card pieces" data-at={at.to_string()} data-last={last.to_string()}
                data-here={tokens.ready().is_some().to_string()}>
                <div class="next-prompt" data-lock="text">
                    <label>
                        <span>{ texts::pieces::text::PLAIN }</span>
                        <textarea name="text" rows="2" maxlength={LONGEST.to_string()} value={state.text.text().to_owned()} {onchange} />
                    </label>
                    <p class="next-beginnings">{ for TEXTS.map(choice) }</p>
                </div>
                if let Fetched::Failed(why) = &tokens {
                    { failure(texts::next::tokens_failed::PLAIN, why, &on_retry, None) }
                }
                <div class="controls">
                    { segments(texts::pieces::shown::PLAIN, "shown", &ways, state.shown as usize, on_shown, state.shown.name()) }
                </div>
                if let Some((tokens, stage)) = shown {
                    { cut(props, tokens, stage) }
                    <p class="hint pieces-count">{ count(state.text.text(), stage) }</p>
                }
                <p class="progress">{ shown.map(|(tokens, stage)| merge(tokens, stage, at)) }</p>
                <Transport playback={player.0} on={mover(&player)} position={format!("merge {at} of {last}")} {spoken}>
                    <ShareButton link={link(&Route::of(seen))} />
                    <button type="button" class="button csv" disabled={shown.is_none()}
                        onclick={on_csv(tokens.ready(), stages.get(at as usize))}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect next-inspect">
                { for shown.map(|(tokens, _)| made_of(tokens, piece)) }
                { for shown.map(|(tokens, stage)| table(tokens, &stages, stage.merge)) }
            </div>
        </>
    }
}

/// The pieces; a click looks at one. Who hears the page gets the text in one piece.
fn cut(props: &ChapterProps<PiecesState>, tokens: &Tokens, stage: &Stage) -> Html {
    let state = &props.state;
    let piece = |(i, token): (usize, &Token)| {
        let onclick = props.edit(move |state: &mut PiecesState, _: MouseEvent| {
            state.piece = Some(i as u32);
        });
        let text = match state.shown {
            Shown::Letters => sign(tokens, *token),
            Shown::Numbers => token.to_string(),
        };
        let class = classes!("piece", (stage.merge == Some(*token)).then_some("fresh"));
        html! {
            <button type="button" {class} data-piece={i.to_string()} {onclick}
                aria-pressed={(state.piece == Some(i as u32)).to_string()}>{ text }</button>
        }
    };
    html! { <div class="pieces-cut" role="group" aria-label={texts::pieces::line::PLAIN}>{ for stage.tokens.iter().enumerate().map(piece) }</div> }
}

fn count(text: &str, stage: &Stage) -> String {
    let values = [
        ("characters", text.chars().count().to_string()),
        ("bytes", text.len().to_string()),
        ("pieces", stage.tokens.len().to_string()),
    ];
    content::fill(texts::pieces::count::PLAIN, &values)
}

/// What the last merge did.
fn merge(tokens: &Tokens, stage: &Stage, at: u32) -> String {
    let parts = stage
        .merge
        .and_then(|whole| Some((whole, tokens.parts(whole)?)));
    let Some((whole, [a, b])) = parts else {
        return texts::pieces::start::PLAIN.into();
    };
    let values = [
        ("at", at.to_string()),
        ("rank", (whole - FIRST_MERGE + 1).to_string()),
        ("a", sign(tokens, a)),
        ("b", sign(tokens, b)),
        ("whole", sign(tokens, whole)),
    ];
    content::fill(texts::pieces::merge::PLAIN, &values)
}

fn said(tokens: &Tokens, stage: &Stage, at: u32, last: u32) -> String {
    format!("{at} of {last}: {}", merge(tokens, stage, at))
}

/// How the chosen piece was put together.
fn made_of(tokens: &Tokens, piece: Option<Token>) -> Html {
    let told = piece.map(|token| {
        let bytes = tokens.bytes(token).iter().map(|byte| format!("{byte:02x}"));
        let values = [
            ("token", sign(tokens, token)),
            ("number", token.to_string()),
            ("all", tokens.count().to_string()),
            ("bytes", bytes.collect::<Vec<_>>().join(" ")),
        ];
        html! {
            <>
                <p>{ content::fill(texts::pieces::piece::PLAIN, &values) }</p>
                <ul class="pieces-tree">{ tree(tokens, token) }</ul>
            </>
        }
    });
    html! {
        <div class="card pieces-piece">
            <h3>{ texts::pieces::made_of::TITLE }</h3>
            { told.unwrap_or_else(|| content::section(texts::pieces::made_of::HTML)) }
        </div>
    }
}

fn tree(tokens: &Tokens, token: Token) -> Html {
    let parts = tokens.parts(token);
    html! {
        <li><span class="odd-name">{ sign(tokens, token) }</span>
            if let Some(parts) = parts {
                <ul>{ for parts.map(|part| tree(tokens, part)) }</ul>
            }
        </li>
    }
}

/// All merges, those that this text needs marked.
fn table(tokens: &Tokens, stages: &[Stage], now: Option<Token>) -> Html {
    let used: Vec<Token> = stages.iter().filter_map(|stage| stage.merge).collect();
    let row = |(i, [a, b]): (usize, &[Token; 2])| {
        let whole = FIRST_MERGE + i as Token;
        let class = classes!(
            used.contains(&whole).then_some("used"),
            (now == Some(whole)).then_some("now"),
        );
        html! {
            <tr {class}><th scope="row" class="num">{ i + 1 }</th><td>{ sign(tokens, *a) }</td>
                <td>{ sign(tokens, *b) }</td><td>{ sign(tokens, whole) }</td></tr>
        }
    };
    let head = [
        texts::pieces::rank::PLAIN,
        texts::pieces::left::PLAIN,
        texts::pieces::right::PLAIN,
        texts::pieces::whole::PLAIN,
    ];
    let values = [
        ("merges", tokens.merges().len().to_string()),
        ("used", used.len().to_string()),
    ];
    html! {
        <div class="card">
            <h3>{ texts::pieces::table::TITLE }</h3>
            <p class="hint">{ content::fill(texts::pieces::table::PLAIN, &values) }</p>
            <div class="scroll pieces-merges" tabindex="0"><table class="figures">
                <thead><tr>{ for head.map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                <tbody>{ for tokens.merges().iter().enumerate().map(row) }</tbody>
            </table></div>
        </div>
    }
}

fn on_csv(tokens: Option<&Rc<Tokens>>, stage: Option<&Stage>) -> Callback<MouseEvent> {
    let shown = tokens.cloned().zip(stage.cloned());
    Callback::from(move |_| {
        let Some((tokens, stage)) = &shown else {
            return;
        };
        let row = |token: &Token| {
            let text = sign(tokens, *token).replace('"', "\"\"");
            let bytes = tokens
                .bytes(*token)
                .iter()
                .map(|byte| format!("{byte:02x}"));
            format!("{token},\"{text}\",{}\n", bytes.collect::<String>())
        };
        let rows: String = stage
            .tokens
            .iter()
            .filter(|t| **t != END)
            .map(row)
            .collect();
        save_csv(&format!("token,text,bytes\n{rows}"), "genscope-tokens.csv");
    })
}
