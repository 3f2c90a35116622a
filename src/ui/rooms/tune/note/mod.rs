//! Chapter 'The next note': a tune grows, one note after another.

mod copied;
mod keyboard;
mod measured;
mod words;

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use self::copied::CopiedCard;
use self::keyboard::{keyboard, weights};
use super::layout::layout;
use super::staff::Staff;
use crate::protocol::text::TextStep;
use crate::tokens::{END, Token};
use crate::tunes::sound::{RATE, moments, render};
use crate::tunes::{Alphabet, Event, Key, Tune, abc, bars, midi};
use crate::ui::components::chart::use_measured_width;
use crate::ui::components::choice::choose;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::fetched::{Fetched, failure, use_fetched};
use crate::ui::components::listen::{Listen, Sound};
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::odds::{LISTED, Odd, Odds, numbers, odds};
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_bytes, save_chart, save_text, save_wav};
use crate::ui::components::seed::SeedField;
use crate::ui::components::share::ShareButton;
use crate::ui::components::slider::Slider;
use crate::ui::components::surprises::surprises;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::link;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::playback::Move;
use crate::ui::runs::player::{mover, use_player};
use crate::ui::runs::written::{TextRun, Wish};
use crate::ui::samples::fetch_text;
use crate::ui::state::tune::{KEYS, METRES, NOTES};
use crate::ui::state::{Route, TuneState};
use crate::weights::tokens_path;

/// The model, by its id.
const MODEL: &str = "music-tunes";
/// So many of what may come next are listed for who wants more.
const MANY: usize = 60;
/// A staff space is about so many pixels.
const SPACE_PX: f64 = 9.0;
/// Staff spaces from left to right, on phones and on wide screens.
const WIDTHS: [f64; 2] = [40.0, 130.0];

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::tune_note::story::HTML) }
            { content::predict(texts::tune_note::story_try::HTML, texts::tune_note::story_reveal::HTML) }
            <h3>{ texts::tune_note::alphabet::TITLE }</h3>
            { content::section(texts::tune_note::alphabet::HTML) }
        </>
    }
}

async fn fetch_alphabet() -> Result<Alphabet, String> {
    let text = fetch_text(&tokens_path(MODEL)).await?;
    Alphabet::read(&text).map_err(|bad| bad.to_string())
}

/// The tune that the model is asked for.
fn wish(alphabet: &Alphabet, state: &TuneState) -> Option<Wish> {
    let head = [Event::Metre(state.metre()), Event::Key(state.key()?)];
    let mut prompt = vec![END];
    prompt.extend(alphabet.encode(head)?);
    Some(Wish {
        model: MODEL,
        prompt,
        given: state.given.clone(),
        count: NOTES,
        choosing: state.choosing(),
        seed: state.seed,
    })
}

/// What is there of it, an event for each step but the end: what is none in the midst of a tune takes no
/// time.
fn tune_of(alphabet: &Alphabet, state: &TuneState, run: &TextRun) -> Option<Tune> {
    let event = |step: &Rc<TextStep>| match alphabet.event(step.token) {
        Some(Event::Metre(_) | Event::Key(_)) | None => Event::Rest(0),
        Some(event) => event,
    };
    let steps = run.steps.iter().filter(|step| step.token != END);
    Some(Tune {
        metre: state.metre(),
        key: state.key()?,
        events: steps.map(event).collect(),
    })
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn TuneChapter(props: &ChapterProps<TuneState>) -> Html {
    let state = &props.state;
    let (alphabet, on_retry) = use_fetched(fetch_alphabet);
    let wish = use_memo(
        (
            alphabet.clone(),
            TuneState {
                step: None,
                ..state.clone()
            },
        ),
        |(alphabet, state)| wish(alphabet.ready()?, state),
    );
    let run = use_booked(TextRun::default, (*wish).clone(), false);
    let player = use_tune(props, &run);
    let at = player
        .0
        .cursor
        .min((run.steps.len() as u32).saturating_sub(1));
    let (measured, on_again) = use_fetched(measured::fetch);
    let of_many = |told: fn(&measured::Measured) -> Html| {
        measured.show(told, texts::tune_note::measured_failed::PLAIN, &on_again)
    };
    let node = use_node_ref();
    let width = (use_measured_width(&node) / SPACE_PX)
        .floor()
        .clamp(WIDTHS[0], WIDTHS[1]);
    let tune = {
        let alphabet = alphabet.ready().cloned();
        let tokens = run.tokens();
        use_memo((tokens, state.key, state.metre, alphabet.is_some()), |_| {
            alphabet
                .and_then(|alphabet| tune_of(&alphabet, state, &run))
                .map(Rc::new)
        })
    };
    let placed = use_memo(((*tune).clone(), width as u32), |(tune, width)| {
        tune.as_ref()
            .map(|tune| Rc::new(layout(tune, f64::from(*width))))
    });
    let listed = use_state_eq(|| LISTED);
    let on_more = {
        let listed = listed.clone();
        Callback::from(move |_: MouseEvent| {
            listed.set(if *listed > LISTED { LISTED } else { MANY });
        })
    };
    let heard = use_state_eq(|| None::<usize>);
    let marked = use_state_eq(|| None::<(usize, usize)>);
    let step = run.steps.get(at as usize).cloned();
    let of_step = step.as_ref().map(|step| Odds::of(step, &state.choosing()));
    let shown = alphabet
        .ready()
        .zip(step.as_ref())
        .zip(of_step.as_ref())
        .zip(state.key());
    let before = Rc::new(run.tokens());
    let on_choose = {
        let before = before.clone();
        props.edit(move |state, token| state.branch(&before, at, token))
    };
    let spoken = shown.map_or_else(String::new, |(((alphabet, step), odds), key)| {
        let values = [
            ("at", (at + 1).to_string()),
            ("event", words::token(alphabet, key, step.token)),
            (
                "share",
                content::percent(odds.drawn[usize::from(step.token)]),
            ),
        ];
        content::fill(texts::tune_note::spoken::PLAIN, &values)
    });
    let seen = TuneState {
        step: step.as_ref().map(|_| at),
        ..state.clone()
    };
    let on_at = mover(&player);
    let so_far = at as usize + usize::from(step.is_some());
    let whole = (*tune).clone().filter(|_| run.is_over());
    let sound = use_memo((*tune).clone().filter(|_| run.is_over()), |tune| {
        let tune = tune.clone()?;
        Some(Sound {
            make: Rc::new(move || render(&tune)),
            rate: RATE,
        })
    });
    let on_second = {
        let (heard, tune) = (heard.setter(), whole.clone());
        Callback::from(move |second: Option<f32>| {
            heard.set(
                second
                    .zip(tune.as_deref())
                    .and_then(|(second, tune)| event_at(tune, second)),
            );
        })
    };
    let adds_up = (*tune)
        .as_deref()
        .map(bars::right)
        .filter(|[_, all]| *all > 0);
    html! {
        <>
            <div class="card next-note" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-steps={run.steps.len().to_string()} data-given={state.given.len().to_string()}
                data-over={run.is_over().to_string()} data-heard={(*heard).map(|at| at.to_string())}>
                { controls(props) }
                if let Fetched::Failed(why) = &alphabet {
                    { failure(texts::tune_note::alphabet_failed::PLAIN, why, &on_retry, None) }
                }
                if let Some((measured, key)) = measured.ready().zip(state.key()) {
                    <p class="hint next-hint">{ measured::seen(measured, key, state.metre()) }</p>
                }
                <div class="tune-staff" ref={node} onclick={on_event(&on_at)}>
                    if let Some((tune, placed)) = (*tune).clone().zip((*placed).clone()) {
                        <p class="sr-only tune-abc">{ in_abc(&tune, so_far) }</p>
                        <Staff label={label(&tune)} {tune} layout={placed} width={f64::from(width as u32)} shown={if heard.is_some() { run.steps.len() } else { so_far }}
                            at={Some(at as usize)} heard={*heard} given={state.given.len()} marked={*marked} />
                    }
                </div>
                { progress(&run, |engine| format!("{engine}: {} of at most {NOTES} notes, rests and lines", run.steps.len()), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={on_at.clone()} position={format!("{} / {}", at + 1, player.0.last + 1)} {spoken}>
                    <Listen sound={(*sound).clone()} words={texts::tune_note::listen::PLAIN} {on_second} />
                    <ShareButton link={link(&Route::of(seen))} />
                    { files(whole.as_ref()) }
                </Transport>
                <div class="next-sides tune-sides">
                    <div>
                        <h3>{ texts::tune_note::piano::TITLE }</h3>
                        if let Some((((alphabet, step), odds), key)) = shown {
                            { keyboard(&weights(alphabet, key, odds), midi_of(alphabet, key, step.token), &on_choose) }
                        }
                        <p class="hint">{ texts::tune_note::piano::PLAIN }</p>
                    </div>
                    <div class="next-odds">
                        <h3>{ texts::tune_note::odds::TITLE }</h3>
                        if let Some((((alphabet, step), odds), key)) = shown {
                            { bars_of(alphabet, key, odds, (step.token, *listed), &on_choose) }
                            <p class="hint">{ texts::tune_note::odds::PLAIN }</p>
                            <button type="button" class="button small" aria-expanded={(*listed > LISTED).to_string()} onclick={on_more}>
                                { if *listed > LISTED { texts::tune_note::fewer::PLAIN } else { texts::tune_note::more::PLAIN } }
                            </button>
                        }
                    </div>
                </div>
            </div>
            <div class="inspect next-inspect">
                if let Some((((alphabet, step), odds), key)) = shown {
                    { numbers(step, state.temperature, odds, words::token(alphabet, key, step.token)) }
                }
                { surprises("event", &run.bits, at, player.0.last + 1) }
                if let Some(alphabet) = alphabet.ready() {
                    <CopiedCard alphabet={alphabet.clone()} tune={whole} {width} on_marked={Callback::from({
                        let marked = marked.setter();
                        move |events| marked.set(events)
                    })}>{ of_many(measured::copied) }</CopiedCard>
                }
                <div class="card">
                    <h3>{ texts::tune_note::time::TITLE }</h3>
                    { content::section(texts::tune_note::time::HTML) }
                    if let Some([right, all]) = adds_up {
                        <p data-name="bars">{ content::fill(texts::tune_note::bars_right::PLAIN, &[("right", right.to_string()), ("all", all.to_string())]) }</p>
                    }
                    { of_many(measured::time) }
                </div>
                <ModelCard model={MODEL} speed={speed(&run.steps)} />
            </div>
        </>
    }
}

/// The transport over the events, in step with the link.
#[hook]
fn use_tune(props: &ChapterProps<TuneState>, run: &TextRun) -> UseReducerHandle<Player> {
    let state = &props.state;
    let of = TuneState {
        step: None,
        ..state.clone()
    };
    let course = run.course(of, state.step);
    use_player(course, props.edit(|state, at| state.step = Some(at)))
}

/// A click on an event leads to it.
fn on_event(on: &Callback<Move>) -> Callback<MouseEvent> {
    let on = on.clone();
    Callback::from(move |click: MouseEvent| {
        let target = click.target().and_then(|on| on.dyn_into::<Element>().ok());
        let event = target.and_then(|on| on.closest("[data-at]").ok().flatten());
        let at = event.and_then(|event| event.get_attribute("data-at")?.parse().ok());
        if let Some(at) = at {
            on.emit(Move::To(at));
        }
    })
}

/// What is heard after so many seconds.
fn event_at(tune: &Tune, second: f32) -> Option<usize> {
    let (moments, _) = moments(tune);
    let sounds = |at: usize| !matches!(tune.events[at], Event::Bar(_));
    let now = moments
        .iter()
        .rev()
        .find(|moment| moment.second <= second && sounds(moment.event));
    now.map(|moment| moment.event)
}

fn midi_of(alphabet: &Alphabet, key: Key, token: Token) -> Option<i32> {
    match alphabet.event(token) {
        Some(Event::Note(note)) => Some(key.height(note.step, note.alter).midi()),
        _ => None,
    }
}

/// The staves in words.
fn label(tune: &Tune) -> String {
    let values = [
        ("key", words::key(tune.key)),
        ("metre", tune.metre.to_string()),
    ];
    content::fill(texts::tune_note::staff::PLAIN, &values)
}

/// What is on them, for who hears the page.
fn in_abc(tune: &Tune, shown: usize) -> String {
    let events = &tune.events[..shown.min(tune.events.len())];
    let values = [("abc", abc::body(tune.key, events))];
    content::fill(texts::tune_note::heard::PLAIN, &values)
}

/// Key, metre and temperature; behind them the rest.
fn controls(props: &ChapterProps<TuneState>) -> Html {
    let state = &props.state;
    let default = TuneState::default();
    let on_key = props.edit(|state: &mut TuneState, key| {
        state.begin();
        state.key = key;
    });
    let on_metre = props.edit(|state: &mut TuneState, metre| {
        state.begin();
        state.metre = metre;
    });
    let on_temperature = props.edit(|state: &mut TuneState, t: f32| {
        state.begin();
        state.temperature = (100.0 * t).round() as u32;
    });
    let on_min = props.edit(|state: &mut TuneState, p: f32| {
        state.begin();
        state.min_p = p as u32;
    });
    let on_seed = props.edit(|state: &mut TuneState, seed| {
        state.begin();
        state.seed = seed;
    });
    let key = |text: &&str| Key::read(text).map_or_else(String::new, words::key);
    let metre = |metre: &(u8, u8)| {
        let dance = match metre {
            (6, 8) => texts::tune_note::metre_6_8::PLAIN,
            (2, 2) => texts::tune_note::metre_2_2::PLAIN,
            (2, 4) => texts::tune_note::metre_2_4::PLAIN,
            (4, 4) => texts::tune_note::metre_4_4::PLAIN,
            (3, 4) => texts::tune_note::metre_3_4::PLAIN,
            _ => texts::tune_note::metre_9_8::PLAIN,
        };
        format!("{}/{} {dance}", metre.0, metre.1)
    };
    let is_set = state.min_p != default.min_p || state.seed != default.seed;
    let more = html! {
        <>
            <Slider label={texts::next::min_p::PLAIN} name="min" max={100.0} step={1.0} digits={0}
                value={state.min_p as f32} on_value={on_min} />
            <SeedField seed={state.seed} {on_seed} />
        </>
    };
    html! {
        <ControlRow {is_set} {more}>
            { choose(texts::tune_note::key::PLAIN, "key", &KEYS, state.key, key, on_key) }
            { choose(texts::tune_note::metre::PLAIN, "metre", &METRES, state.metre, metre, on_metre) }
            <Slider label={texts::next::temperature::PLAIN} name="temperature" max={2.0} step={0.05} digits={2}
                value={state.temperature as f32 / 100.0} on_value={on_temperature} />
        </ControlRow>
    }
}

/// What may come next; a click chooses.
fn bars_of(
    alphabet: &Alphabet,
    key: Key,
    of: &Odds,
    (chosen, count): (Token, usize),
    on_choose: &Callback<Token>,
) -> Html {
    let listed = of.listed(chosen, count);
    let both = |token: &Token| of.own[usize::from(*token)].max(of.drawn[usize::from(*token)]);
    let most = listed.iter().map(both).fold(0.01, f32::max);
    let odd = |token: Token| {
        let [own, drawn] = [&of.own, &of.drawn].map(|p| p[usize::from(token)]);
        let odd = Odd {
            value: token.into(),
            name: words::token(alphabet, key, token).into(),
            own,
            drawn,
            instead: (drawn <= 0.0).then_some(texts::next::left_out::PLAIN),
        };
        (token, odd)
    };
    odds(
        texts::tune_note::odds::TITLE,
        listed.into_iter().map(odd),
        most,
        |token| token == chosen,
        on_choose,
    )
}

/// The tune as files.
fn files(tune: Option<&Rc<Tune>>) -> Html {
    let disabled = tune.is_none();
    let button = |name: &'static str, save: fn(&Tune)| {
        let tune = tune.cloned();
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some(tune) = &tune {
                save(tune);
            }
        });
        let class = format!("button {}", name.to_lowercase());
        let title = content::fill(texts::tune_note::save::PLAIN, &[("kind", name.to_owned())]);
        html! { <button type="button" {class} {disabled} {title} {onclick}>{ name }</button> }
    };
    let on_png = Callback::from(move |_: MouseEvent| {
        let staff = gloo_utils::document().query_selector(".tune-staff svg");
        if let Ok(Some(staff)) = staff {
            save_chart(&staff, "genscope-tune.png".into());
        }
    });
    html! {
        <>
            { button("WAV", |tune| { save_wav(&render(tune), RATE, "genscope-tune.wav"); }) }
            { button("MIDI", |tune| {
                if let Some(file) = midi::write(tune) {
                    save_bytes(&file, "audio/midi", "genscope-tune.mid");
                }
            }) }
            { button("ABC", |tune| { save_text(&abc::file(tune), "genscope-tune.abc"); }) }
            <button type="button" class="button png" {disabled} onclick={on_png}>{ "PNG" }</button>
        </>
    }
}

/// How fast a tune was written. None before there are two steps.
fn speed(steps: &[Rc<TextStep>]) -> Option<String> {
    let [_, rest @ ..] = steps else { return None };
    let ms: f32 = rest.iter().map(|step| step.ms).sum();
    let rate = format!("{:.0}", 1000.0 * rest.len() as f32 / ms);
    (ms > 0.0).then(|| content::fill(texts::tune_note::speed::PLAIN, &[("rate", rate)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_is_found() {
        let tune = abc::read("M:2/4 L:1/4 K:G G|:AB:|").expect("a tune");
        let at = |second| event_at(&tune, second);
        assert_eq!([0.0, 0.4, 0.6, 1.1, 1.6].map(at), [0, 0, 2, 3, 2].map(Some));
    }
}
