//! Chapter 'Next token': a text grows, one token after another.

mod clock;
mod odds;
mod task;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

use self::clock::Clock;
use self::odds::bars;
use self::task::{cases, task_card};
use crate::models::text::CONTEXT;
use crate::protocol::text::TextStep;
use crate::tokens::{END, Token, Tokens};
use crate::ui::components::choice::choose;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::fetched::{Fetched, failure, use_fetched_of};
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::odds::{Odds, numbers};
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_csv, save_text};
use crate::ui::components::seed::SeedField;
use crate::ui::components::share::ShareButton;
use crate::ui::components::slider::Slider;
use crate::ui::components::surprises::surprises;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::text::vocabulary::{fetch_of, sign, speed};
use crate::ui::router::link;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::playback::Move;
use crate::ui::runs::player::{mover, use_player};
use crate::ui::runs::written::{TextRun, Wish};
use crate::ui::state::text::{Came, LENGTH, LONGEST, Library, Prompt};
use crate::ui::state::{Named, NextState, Route};

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::next::story::HTML) }
            { content::predict(texts::next::story_try::HTML, texts::next::story_reveal::HTML) }
            <h3>{ texts::next::ways::TITLE }</h3>
            { content::section(texts::next::ways::HTML) }
            <h3>{ texts::next::wrong::TITLE }</h3>
            { cases() }
        </>
    }
}

fn title(library: &Library) -> String {
    let title = match library {
        Library::Stories => texts::next::library_stories::PLAIN,
        Library::Shakespeare => texts::next::library_shakespeare::PLAIN,
        Library::Tales => texts::next::library_tales::PLAIN,
    };
    title.to_owned()
}

/// The text's tokens, and whether some of them are too far back to be seen.
fn prompt_of(tokens: &Tokens, prompt: &Prompt) -> (Vec<Token>, bool) {
    let mut all = vec![END];
    all.extend(tokens.encode(prompt.text()));
    let gone = all.len().saturating_sub(CONTEXT);
    (all.split_off(gone), gone > 0)
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn NextChapter(props: &ChapterProps<NextState>) -> Html {
    let state = &props.state;
    let (tokens, on_retry) = use_fetched_of(state.library, fetch_of);
    let prompt = use_memo(
        (tokens.clone(), state.prompt.clone()),
        |(tokens, prompt)| tokens.ready().map(|tokens| prompt_of(tokens, prompt)),
    );
    let wish = (*prompt).as_ref().map(|(prompt, _)| Wish {
        model: state.library.model(),
        prompt: prompt.clone(),
        given: state.given.clone(),
        count: LENGTH,
        choosing: state.choosing(),
        seed: state.seed,
    });
    let run = use_booked(TextRun::default, wish, false);
    let player = use_text(props, &run);
    let at = player
        .0
        .cursor
        .min((run.steps.len() as u32).saturating_sub(1));
    let step = run.steps.get(at as usize).cloned();
    let odds = step.as_ref().map(|step| Odds::of(step, &state.choosing()));
    let shown = tokens.ready().zip(step.as_ref()).zip(odds.as_ref());
    let before = Rc::new(run.tokens());
    let on_choose = {
        let before = before.clone();
        props.edit(move |state, token| state.branch(&before, at, token))
    };
    let spoken = shown.map_or_else(String::new, |((tokens, step), odds)| {
        let values = [
            ("at", (at + 1).to_string()),
            ("token", sign(tokens, step.token)),
            (
                "share",
                content::percent(odds.drawn[usize::from(step.token)]),
            ),
        ];
        content::fill(texts::next::spoken::PLAIN, &values)
    });
    let seen = NextState {
        step: step.as_ref().map(|_| at),
        ..state.clone()
    };
    let on_at = mover(&player);
    let on_token = on_at.reform(Move::To);
    html! {
        <>
            <div class="card next-token" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-steps={run.steps.len().to_string()}
                data-given={state.given.len().to_string()}>
                { controls(props, &before, at) }
                if let Fetched::Failed(why) = &tokens {
                    { failure(texts::next::tokens_failed::PLAIN, why, &on_retry, None) }
                }
                if (*prompt).as_ref().is_some_and(|(_, is_cut)| *is_cut) {
                    <p class="notice">{ content::fill(texts::next::long::PLAIN, &[("most", CONTEXT.to_string())]) }</p>
                }
                if state.library == Library::Stories && state.prompt.text().chars().any(char::is_uppercase) {
                    <p class="hint next-hint">{ texts::next::capitals::PLAIN }</p>
                }
                if let Some(case) = state.case {
                    { task_card(case, state, &Came { tokens: &before, bits: &run.bits, is_cut: (*prompt).as_ref().is_some_and(|(_, is_cut)| *is_cut) }) }
                }
                <div class="next-sides">
                    { written(state, tokens.ready(), &run, at, &on_token) }
                    <div class="next-odds">
                        <h3>{ texts::next::odds::TITLE }</h3>
                        if let Some(((tokens, step), odds)) = shown {
                            { bars(tokens, odds, step.token, &on_choose) }
                            <p class="hint">{ content::fill(texts::next::possible::PLAIN, &[("possible", odds.possible().to_string()), ("all", tokens.count().to_string())]) }</p>
                        }
                    </div>
                </div>
                { progress(&run, |engine| format!("{engine}: {} of at most {LENGTH} tokens", run.steps.len()), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={on_at} position={format!("token {}", at + 1)} {spoken}>
                    <ShareButton link={link(&Route::of(seen))} />
                    <button type="button" class="button save" disabled={step.is_none()}
                        onclick={on_text(state, tokens.ready(), &run)}>{ "TXT" }</button>
                    <button type="button" class="button csv" disabled={step.is_none()}
                        onclick={on_csv(tokens.ready(), step.as_ref(), state)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect next-inspect">
                if let Some(((tokens, step), odds)) = shown {
                    { numbers(step, state.temperature, odds, sign(tokens, step.token)) }
                }
                { surprises("token", &run.bits, at, LENGTH) }
                if let Some((prompt, _)) = &*prompt {
                    <Clock model={state.library.model()} text={Rc::new([&prompt[..], &before].concat())} is_free={!run.book.is_busy()} />
                }
                <ModelCard model={state.library.model()} speed={speed(&run.steps)} />
            </div>
        </>
    }
}

/// The transport over the tokens, in step with the link.
#[hook]
fn use_text(props: &ChapterProps<NextState>, run: &TextRun) -> UseReducerHandle<Player> {
    let state = &props.state;
    let of = (
        state.library,
        state.prompt.clone(),
        state.given.clone(),
        state.choosing(),
        state.seed,
    );
    let course = run.course(of, state.step);
    use_player(course, props.edit(|state, at| state.step = Some(at)))
}

/// The prompt and the temperature; behind them the other ways to choose, and the seed.
fn controls(props: &ChapterProps<NextState>, before: &Rc<Vec<Token>>, at: u32) -> Html {
    let state = &props.state;
    let default = NextState::default();
    let onchange = props.edit(|state, event: Event| {
        let area = event.target_dyn_into::<HtmlTextAreaElement>();
        if let Some(area) = area {
            state.begin(Prompt::new(&area.value()));
        }
    });
    let is_set = [state.top_k, state.top_p, state.min_p]
        != [default.top_k, default.top_p, default.min_p]
        || state.seed != default.seed;
    let turn = |change: fn(&mut NextState, f32)| turned(props, before, at, change);
    let on_seed = props.edit(|state, seed| {
        state.begin(state.prompt.clone());
        state.seed = seed;
    });
    let on_temperature = turn(|state, t| state.temperature = (100.0 * t).round() as u32);
    let on_library = props.edit(|state, library| *state = NextState::reading(library));
    let more = html! {
        <>
            <Slider label={texts::next::top_k::PLAIN} name="k" max={100.0} step={1.0} digits={0}
                value={state.top_k as f32} on_value={turn(|state, k| state.top_k = k as u32)} />
            <Slider label={texts::next::top_p::PLAIN} name="p" max={100.0} step={1.0} digits={0}
                value={state.top_p as f32} on_value={turn(|state, p| state.top_p = p as u32)} />
            <Slider label={texts::next::min_p::PLAIN} name="min" max={100.0} step={1.0} digits={0}
                value={state.min_p as f32} on_value={turn(|state, p| state.min_p = p as u32)} />
            <SeedField seed={state.seed} {on_seed} />
        </>
    };
    let beginning = |text: &'static str| {
        let onclick = props.edit(move |state, _: MouseEvent| state.begin(Prompt::new(text)));
        html! { <button type="button" class="button small" {onclick}>{ text }</button> }
    };
    html! {
        <>
            <div class="next-prompt" data-lock="prompt">
                <label>
                    <span>{ texts::next::prompt::PLAIN }</span>
                    <textarea name="prompt" rows="2" maxlength={LONGEST.to_string()} value={state.prompt.text().to_owned()} {onchange} />
                </label>
                <p class="next-beginnings">{ for state.library.beginnings().map(beginning) }</p>
            </div>
            <ControlRow {is_set} {more}>
                { choose(texts::next::library::PLAIN, "library", Library::VALUES, state.library, title, on_library) }
                <Slider label={texts::next::temperature::PLAIN} name="temperature" max={2.0} step={0.05} digits={2}
                    value={state.temperature as f32 / 100.0} on_value={on_temperature} />
            </ControlRow>
        </>
    }
}

/// Changes how is chosen from `at` on; what was written before stands.
fn turned(
    props: &ChapterProps<NextState>,
    before: &Rc<Vec<Token>>,
    at: u32,
    change: fn(&mut NextState, f32),
) -> Callback<f32> {
    let before = before.clone();
    props.edit(move |state: &mut NextState, to| {
        state.turn(&before, at, |state| change(state, to));
    })
}

/// The text so far; a click on a token leads to it. Who hears the page gets it in one piece.
fn written(
    state: &NextState,
    tokens: Option<&Rc<Tokens>>,
    run: &TextRun,
    at: u32,
    on_token: &Callback<u32>,
) -> Html {
    let on_token = on_token.clone();
    let onclick = Callback::from(move |click: MouseEvent| {
        let on = click.target().and_then(|on| on.dyn_into::<Element>().ok());
        let token = on.and_then(|on| on.closest("[data-at]").ok().flatten());
        let at = token.and_then(|token| token.get_attribute("data-at")?.parse().ok());
        if let Some(at) = at {
            on_token.emit(at);
        }
    });
    let so_far = run.steps.len().min(at as usize + 1);
    let token = |(i, step): (usize, &Rc<TextStep>)| {
        let tokens = tokens?;
        let text = match step.token {
            END => sign(tokens, END),
            token => String::from_utf8_lossy(tokens.bytes(token)).into_owned(),
        };
        let class = classes!(
            "token",
            (step.token == END).then_some("end"),
            state
                .given
                .get(i)
                .is_some_and(|given| *given == step.token)
                .then_some("given"),
        );
        Some(
            html! { <span {class} data-at={i.to_string()} aria-current={(i == at as usize).then_some("step")}>{ text }</span> },
        )
    };
    let heard = tokens.map(|tokens| {
        let after: Vec<Token> = run.tokens()[..so_far].to_vec();
        format!("{}{}", state.prompt.text(), tokens.decode(&after))
    });
    html! {
        <div class="next-written">
            <p class="sr-only written-heard">{ heard }</p>
            <p class="written" aria-hidden="true" {onclick}>
                <span class="prompt">{ state.prompt.text().to_owned() }</span>
                { for run.steps[..so_far].iter().enumerate().filter_map(token) }
            </p>
        </div>
    }
}

fn on_text(state: &NextState, tokens: Option<&Rc<Tokens>>, run: &TextRun) -> Callback<MouseEvent> {
    let (prompt, tokens, all) = (state.prompt.clone(), tokens.cloned(), run.tokens());
    Callback::from(move |_| {
        if let Some(tokens) = &tokens {
            save_text(
                &format!("{}{}\n", prompt.text(), tokens.decode(&all)),
                "genscope-text.txt",
            );
        }
    })
}

/// Every token's odds at this step.
fn on_csv(
    tokens: Option<&Rc<Tokens>>,
    step: Option<&Rc<TextStep>>,
    state: &NextState,
) -> Callback<MouseEvent> {
    let row = |tokens: &Tokens, token: Token, own: f32, drawn: f32| {
        let text = sign(tokens, token).replace('"', "\"\"");
        format!("{token},\"{text}\",{own:.6},{drawn:.6}\n")
    };
    let (shown, choosing) = (tokens.cloned().zip(step.cloned()), state.choosing());
    Callback::from(move |_| {
        let Some((tokens, step)) = &shown else { return };
        let odds = Odds::of(step, &choosing);
        let rows = (0..).zip(odds.own.iter().zip(&odds.drawn));
        let rows = rows.map(|(token, (own, drawn))| row(tokens, token, *own, *drawn));
        let head = std::iter::once("token,text,own,drawn\n".to_owned());
        save_csv(&head.chain(rows).collect::<String>(), "genscope-odds.csv");
    })
}
