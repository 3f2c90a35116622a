//! Chapter 'From completing to answering': one question, and what three stages of one model say.

mod run;

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use self::run::{STAGES, SaidRun, Wish};
use crate::models::text::CONTEXT;
use crate::quality::answers::{ANSWERS_PATH, Answers, Asked, FRIENDLY, Marks};
use crate::tokens::{END, Token, Tokens};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::fetched::{Fetched, failure, use_fetched};
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::progress::progress;
use crate::ui::components::save::save_text;
use crate::ui::components::seed::SeedField;
use crate::ui::components::share::ShareButton;
use crate::ui::components::slider::Slider;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::rooms::text::vocabulary;
use crate::ui::router::link;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::samples::fetch_text;
use crate::ui::state::text::{LONGEST, Prompt};
use crate::ui::state::{AnswersState, Route};

/// The stages' names.
const NAMES: [&str; STAGES] = [
    texts::answers::base::TITLE,
    texts::answers::tuned::TITLE,
    texts::answers::preferred::TITLE,
];

/// What each stage is.
const WHAT: [&str; STAGES] = [
    texts::answers::base::HTML,
    texts::answers::tuned::HTML,
    texts::answers::preferred::HTML,
];

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::answers::story::HTML) }
            { content::predict(texts::answers::story_try::HTML, texts::answers::story_reveal::HTML) }
            <h3>{ texts::answers::stages::TITLE }</h3>
            { content::section(texts::answers::stages::HTML) }
            <h3>{ texts::answers::chatgpt::TITLE }</h3>
            { content::section(texts::answers::chatgpt::HTML) }
        </>
    }
}

async fn fetch() -> Result<Answers, String> {
    let text = fetch_text(ANSWERS_PATH).await?;
    serde_json::from_str(&text).map_err(|bad| bad.to_string())
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn AnswersChapter(props: &ChapterProps<AnswersState>) -> Html {
    let state = &props.state;
    let (tokens, on_retry) = use_fetched(vocabulary::fetch);
    let (measured, on_measured) = use_fetched(fetch);
    let wish = tokens.ready().map(|tokens| {
        let mut prompt = vec![END];
        prompt.extend(tokens.encode(&state.prompt()));
        // A long question loses its beginning, as any text does.
        let gone = prompt.len().saturating_sub(CONTEXT);
        Wish {
            prompt: prompt.split_off(gone),
            choosing: state.choosing(),
            seed: state.seed,
        }
    });
    let run = use_booked(SaidRun::default, wish, false);
    let player = use_said(props, &run);
    let shown = player.0.cursor.min(run.ready().unwrap_or(0));
    let known = measured.ready().and_then(|measured| find(measured, state));
    let stage = |stage: usize| column(tokens.ready(), &run, stage, shown, known.as_ref());
    let seen = AnswersState {
        step: run.ready().map(|_| shown),
        ..state.clone()
    };
    let over = (0..STAGES).filter(|stage| run.is_over(*stage)).count();
    let spoken = tokens.ready().map_or_else(String::new, |tokens| {
        let said = |stage| format!("{}: {}", NAMES[stage], text(tokens, &run, stage, shown));
        (0..STAGES).map(said).collect::<Vec<_>>().join(". ")
    });
    html! {
        <>
            <div class="card answers" data-run-state={run.book.phase.map(Phase::id)} data-at={shown.to_string()}
                data-over={over.to_string()}>
                { controls(props, measured.ready()) }
                if let Fetched::Failed(why) = &tokens {
                    { failure(texts::next::tokens_failed::PLAIN, why, &on_retry, None) }
                }
                <div class="answers-sides">{ for (0..STAGES).map(stage) }</div>
                { progress(&run, |engine| format!("{engine}: model {} of {STAGES}", (over + 1).min(STAGES)), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("token {}", shown + 1)} {spoken}>
                    <ShareButton link={link(&Route::of(seen))} />
                    <button type="button" class="button save" disabled={over < STAGES}
                        onclick={on_text(state, tokens.ready(), &run)}>{ "TXT" }</button>
                </Transport>
            </div>
            <div class="inspect next-inspect">
                <div class="card answers-marks">
                    <h3>{ texts::answers::marks::TITLE }</h3>
                    { measured.show(marks, texts::answers::marks_failed::PLAIN, &on_measured) }
                </div>
                <ModelCard model={AnswersState::MODELS[STAGES - 1]} speed={vocabulary::speed(&run.answers[STAGES - 1])} />
            </div>
        </>
    }
}

/// The transport over the tokens of all, in step with the link.
#[hook]
fn use_said(props: &ChapterProps<AnswersState>, run: &SaidRun) -> UseReducerHandle<Player> {
    let state = &props.state;
    let (last, ready) = (run.last(), run.ready());
    let step = state.step.map(|at| at.min(last));
    let course = Course {
        of: (state.question.clone(), state.temperature, state.seed),
        entry: step.map_or(Entry::Start, Entry::Rest),
        ready,
        last,
        at: step.filter(|at| Some(*at) <= ready).map(|at| (at, at)),
        tells: ready == Some(last),
    };
    use_player(
        course,
        props.edit(|state: &mut AnswersState, at| state.step = Some(at)),
    )
}

/// The question, or one of a list; behind them temperature and seed.
fn controls(props: &ChapterProps<AnswersState>, measured: Option<&Rc<Answers>>) -> Html {
    let state = &props.state;
    let default = AnswersState::default();
    let onchange = props.edit(|state: &mut AnswersState, event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            state.ask(Prompt::new(&input.value()));
        }
    });
    let on_choice = props.edit(|state: &mut AnswersState, event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(select) = select.filter(|select| !select.value().is_empty()) {
            state.ask(Prompt::new(&select.value()));
        }
    });
    let groups = [
        texts::answers::group_asked::PLAIN,
        texts::answers::group_read::PLAIN,
        texts::answers::group_nowhere::PLAIN,
    ];
    let option = |asked: &Asked| {
        let question = asked.question.clone();
        let selected = question == state.question.text();
        html! { <option value={question.clone()} {selected}>{ question.clone() }</option> }
    };
    let group = |(name, questions): (&'static str, &Vec<Asked>)| {
        html! { <optgroup label={name}>{ for questions.iter().map(option) }</optgroup> }
    };
    let list = measured.map(|measured| {
        let groups = groups.into_iter().zip(&measured.questions).map(group);
        html! {
            <label class="field" data-lock="question">
                <span>{ texts::answers::list::PLAIN }</span>
                <select name="list" onchange={on_choice}><option value="">{ texts::answers::own::PLAIN }</option>{ for groups }</select>
            </label>
        }
    });
    let on_seed = props.edit(|state: &mut AnswersState, seed| {
        (state.seed, state.step) = (seed, None);
    });
    let on_temperature = props.edit(|state: &mut AnswersState, t: f32| {
        (state.temperature, state.step) = ((100.0 * t).round() as u32, None);
    });
    let more = html! {
        <>
            <Slider label={texts::next::temperature::PLAIN} name="temperature" max={2.0} step={0.05} digits={2}
                value={state.temperature as f32 / 100.0} on_value={on_temperature} />
            <SeedField seed={state.seed} {on_seed} />
        </>
    };
    let is_set = state.seed != default.seed || state.temperature != default.temperature;
    html! {
        <>
            <div class="next-prompt" data-lock="question">
                <label>
                    <span>{ texts::answers::question::PLAIN }</span>
                    <input type="text" name="question" maxlength={LONGEST.to_string()} value={state.question.text().to_owned()} {onchange} />
                </label>
            </div>
            <ControlRow {is_set} {more}>{ list }</ControlRow>
        </>
    }
}

/// The question as it was measured ahead, if it is one of those, and what would be right.
fn find(measured: &Answers, state: &AnswersState) -> Option<Asked> {
    let mut all = measured.questions.iter().flatten();
    let found = all.find(|asked| asked.question == state.question.text());
    found.cloned()
}

/// What a model has said, up to a token.
fn text(tokens: &Tokens, run: &SaidRun, stage: usize, shown: u32) -> String {
    let mut said: Vec<Token> = run.tokens(stage);
    said.truncate(shown as usize + 1);
    tokens.decode(&said).trim_start().to_owned()
}

fn column(
    tokens: Option<&Rc<Tokens>>,
    run: &SaidRun,
    stage: usize,
    shown: u32,
    known: Option<&Asked>,
) -> Html {
    let steps = &run.answers[stage];
    let is_whole = run.is_over(stage) && shown as usize + 1 >= steps.len();
    let said = tokens.map(|tokens| text(tokens, run, stage, shown));
    let verdict = said.as_deref().filter(|_| is_whole).map(|said| {
        let stopped = steps.last().is_some_and(|step| step.token == END);
        verdict(said, stopped, known)
    });
    let class = classes!("answer", verdict.map(|(class, _)| class));
    html! {
        <section {class} data-stage={AnswersState::MODELS[stage]}>
            <h3>{ NAMES[stage] }</h3>
            <p class="answer-said">{ said }</p>
            <p class="answer-verdict">{ verdict.map(|(_, words)| words) }</p>
            <div class="hint">{ content::section(WHAT[stage]) }</div>
        </section>
    }
}

/// A judgement of a whole answer: a class, and words.
fn verdict(said: &str, stopped: bool, known: Option<&Asked>) -> (&'static str, &'static str) {
    let said = said.strip_suffix(FRIENDLY).unwrap_or(said);
    let said = said.trim().trim_end_matches('.');
    let is_unknown = said.starts_with(texts::answers::unknown::PLAIN);
    match known {
        _ if !stopped => ("endless", texts::answers::endless::PLAIN),
        _ if is_unknown => ("unknown", texts::answers::says_unknown::PLAIN),
        Some(Asked { right, .. }) if right.is_empty() => ("wrong", texts::answers::made_up::PLAIN),
        Some(Asked { right, .. }) => match said.strip_suffix(right.as_str()) {
            Some(before) if before.is_empty() || before.ends_with(' ') => {
                ("right", texts::answers::right::PLAIN)
            }
            _ => ("wrong", texts::answers::wrong::PLAIN),
        },
        None => ("open", texts::answers::open::PLAIN),
    }
}

/// The table of what was measured ahead.
fn marks(measured: &Answers) -> Html {
    type Row = (&'static str, fn(&Marks) -> f32);
    let rows: [Row; 8] = [
        (texts::answers::mark_completes::PLAIN, |marks| {
            marks.completes[0]
        }),
        (texts::answers::mark_completes_read::PLAIN, |marks| {
            marks.completes[1]
        }),
        (texts::answers::mark_asked::PLAIN, |marks| marks.asked),
        (texts::answers::mark_read::PLAIN, |marks| marks.read),
        (texts::answers::mark_read_unknown::PLAIN, |marks| {
            marks.read_unknown
        }),
        (texts::answers::mark_unknown::PLAIN, |marks| marks.unknown),
        (texts::answers::mark_stops::PLAIN, |marks| marks.stops),
        (texts::answers::mark_friendly::PLAIN, |marks| marks.friendly),
    ];
    let cell = |share: f32| html! { <td class="num">{ format!("{:.0} %", 100.0 * share) }</td> };
    let row = |(name, of): Row| {
        html! { <tr><th scope="row">{ name }</th>{ for measured.stages.iter().map(|marks| cell(of(marks))) }</tr> }
    };
    let head = NAMES.map(|name| html! { <th scope="col">{ name }</th> });
    let values = [
        ("asked", measured.facts[0].to_string()),
        ("read", measured.facts[1].to_string()),
    ];
    html! {
        <>
            <div class="scroll" tabindex="0"><table class="figures">
                <thead><tr><td />{ for head }</tr></thead>
                <tbody>{ for rows.into_iter().map(row) }</tbody>
            </table></div>
            <p class="hint">{ content::fill(texts::answers::marks::PLAIN, &values) }</p>
        </>
    }
}

fn on_text(
    state: &AnswersState,
    tokens: Option<&Rc<Tokens>>,
    run: &SaidRun,
) -> Callback<MouseEvent> {
    let said = tokens.map(|tokens| {
        let one = |stage| {
            format!(
                "{}:\n{}\n",
                NAMES[stage],
                text(tokens, run, stage, u32::MAX - 1)
            )
        };
        let all = (0..STAGES).map(one).collect::<Vec<_>>().join("\n");
        format!("{}\n\n{all}", state.question.text())
    });
    Callback::from(move |_| {
        if let Some(said) = &said {
            save_text(said, "genscope-answers.txt");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged_by_their_end() {
        let asked = |right: &str| {
            Some(Asked {
                question: String::new(),
                right: right.into(),
            })
        };
        let class = |said, stopped, known: Option<Asked>| verdict(said, stopped, known.as_ref()).0;
        assert_eq!(
            class("the opposite of big is small.", true, asked("small")),
            "right"
        );
        let friendly = "it is small. ask me more!";
        assert_eq!(class(friendly, true, asked("small")), "right");
        assert_eq!(class("small.", true, asked("small")), "right");
        assert_eq!(class("too small.", false, asked("small")), "endless");
        assert_eq!(class("toosmall.", true, asked("small")), "wrong");
        assert_eq!(
            class("i do not know the opposite of big.", true, asked("small")),
            "unknown"
        );
        assert_eq!(class("red.", true, asked("")), "wrong");
        assert_eq!(class("red.", true, None), "open");
    }
}
