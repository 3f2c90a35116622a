//! Chapter 'Holes': the maps of an autoencoder and of a variational one, side by side.

mod gaps;

use std::rc::Rc;

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use self::gaps::{Gaps, gaps};
use super::answers::{Answers, AnswersRun, Asked, pictures, use_answers};
use super::map::{
    EDGE, MapView, Reals, grid_codes, known, known_count, legend, nearest, on_plane, use_reals,
};
use crate::data::{DataSet, PIXELS};
use crate::protocol::vae::{Question, VaeAnswer};
use crate::ui::components::choice::segments;
use crate::ui::components::class_field::SetField;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::extras::extras;
use crate::ui::components::fetched::failure;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::picture::PictureView;
use crate::ui::components::plane_view::Layer;
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_canvas, save_csv};
use crate::ui::components::seed::SeedField;
use crate::ui::content::{self, texts};
use crate::ui::host::{Phase, use_engines};
use crate::ui::rooms::ChapterProps;
use crate::ui::state::vae::{Kind, model_of};
use crate::ui::state::{HolesState, Route};
use crate::weights::manifest::Measure;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::vae_holes::story::HTML) }
            { content::predict(texts::vae_holes::story_try::HTML, texts::vae_holes::story_reveal::HTML) }
            <h3>{ texts::vae_holes::kl::TITLE }</h3>
            { content::section(texts::vae_holes::kl::HTML) }
        </>
    }
}

/// What is asked of one model.
#[derive(Clone, PartialEq)]
struct Side {
    kind: Kind,
    model: String,
    here: Asked,
    random: Asked,
    grid: Asked,
    codes: Rc<Vec<Asked>>,
}

impl Side {
    fn new(kind: Kind, state: &HolesState, codes: Rc<Vec<Asked>>) -> Self {
        let [plain, variational] = state.models();
        let model = match kind {
            Kind::Plain => plain,
            Kind::Variational => variational,
        };
        let pictures = |rank, codes| Asked::new(&model, rank, Question::Pictures { codes });
        Self {
            kind,
            here: pictures(0, state.code()),
            random: pictures(1, state.random()),
            grid: pictures(2, grid_codes()),
            codes,
            model,
        }
    }

    fn want(&self, grid: bool) -> impl Iterator<Item = Asked> {
        let first = [self.here.clone(), self.random.clone()].into_iter();
        let grid = grid.then(|| self.grid.clone());
        let codes: Vec<_> = self.codes.iter().cloned().collect();
        first.chain(grid).chain(codes)
    }
}

/// What is known of one model.
struct Known {
    codes: Rc<Vec<f32>>,
    /// What is drawn.
    layers: Vec<Layer>,
    gaps: Option<Gaps>,
}

impl Known {
    fn new(answers: &Answers, side: &Side, reals: Option<&Reals>, grid: bool) -> Self {
        let codes = known(answers, &side.codes);
        let is_whole = reals.is_some_and(|reals| codes.len() == 2 * reals.labels.len());
        let pixels = pictures(answers.to(&side.grid)).filter(|_| grid);
        let layer = match (pixels, reals) {
            (Some(pixels), _) => Some(Layer::Pictures {
                pixels: Rc::new(pixels.to_vec()),
            }),
            (None, Some(reals)) => Some(Layer::Classes {
                points: on_plane(&codes),
                labels: reals.labels.clone(),
            }),
            (None, None) => None,
        };
        Self {
            gaps: is_whole.then(|| gaps(&codes)),
            layers: layer.into_iter().collect(),
            codes: Rc::new(codes),
        }
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn HolesChapter(props: &ChapterProps<HolesState>) -> Html {
    let state = &props.state;
    let (reals, failed, on_retry) = use_reals(state.set);
    let asked = use_memo((state.set, reals.clone()), |(_, reals)| {
        let ask = |model: &String| reals.as_ref().map(|reals| reals.ask(model, 3));
        state
            .models()
            .map(|model| Rc::new(ask(&model).unwrap_or_default()))
    });
    let sides = [0, 1].map(|i| Side::new(Kind::ALL[i], state, asked[i].clone()));
    let want = sides
        .iter()
        .flat_map(|side| side.want(state.grid))
        .collect();
    let answers = use_answers(want);
    let counts = [0, 1].map(|i| known_count(&answers, &asked[i]));
    let grids = [0, 1].map(|i| state.grid && answers.to(&sides[i].grid).is_some());
    let known = use_memo((asked.clone(), counts, grids), |_| {
        [0, 1].map(|i| Known::new(&answers, &sides[i], reals.as_ref(), state.grid))
    });
    let canvases = [use_node_ref(), use_node_ref()];
    let digits = counts[0].min(counts[1]);
    let ready = reals
        .as_ref()
        .is_some_and(|reals| digits == reals.labels.len());
    let phase = if ready || failed.is_some() || answers.book.phase == Some(Phase::Failed) {
        answers.book.phase
    } else {
        Some(Phase::Loading)
    };
    html! {
        <>
            <div class="card holes" data-run-state={phase.map(Phase::id)} data-digits={digits.to_string()}
                data-x={state.at[0].to_string()} data-y={state.at[1].to_string()}
                data-here={sides.iter().all(|side| answers.to(&side.here).is_some()).to_string()}>
                <ControlRow is_set={state.seed != HolesState::default().seed}
                    more={html! { <SeedField label="Random codes" seed={state.seed} on_seed={props.edit(|state, seed| state.seed = seed)} /> }}>
                    { segments("Show", "grid", &["Places of real ones", "Pictures of places"], usize::from(state.grid),
                        props.edit(|state, at| state.grid = at == 1), if state.grid { "grid" } else { "places" }) }
                    <SetField set={state.set} on_set={props.edit(|state, set| state.set = set)} />
                </ControlRow>
                if let Some(why) = failed {
                    { failure(texts::vae::reals_failed::PLAIN, &why, &on_retry, None) }
                }
                <p class="hint" id="plane-pen-help">{ texts::vae_holes::how::PLAIN }</p>
                <div class="vae-sides">
                    { for [0, 1].map(|i| side(props, &sides[i], &known[i], &answers, reals.as_ref(), &canvases[i])) }
                </div>
                { legend(state.set) }
                { progress(&answers, |engine| format!("{engine}: {digits} codes on each map"), |_| String::new()) }
                <div class="tools">
                    { extras(Route::of(state.clone()), "Save the right map as PNG", true, on_png(&canvases[1])) }
                    <button type="button" class="button csv" disabled={!ready} onclick={on_csv(&known, reals.as_ref())}>{ "CSV" }</button>
                </div>
            </div>
            <div class="inspect">
                { gap_card(&known) }
                <Judged set={state.set} />
                <ModelCard model={sides[1].model.clone()} speed={speed(&answers, &sides[1])} />
            </div>
        </>
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => texts::vae_holes::plain::TITLE,
        Kind::Variational => texts::vae_holes::variational::TITLE,
    }
}

/// A map, what it gives where one points, and random codes.
fn side(
    props: &ChapterProps<HolesState>,
    side: &Side,
    known: &Known,
    answers: &AnswersRun,
    reals: Option<&Reals>,
    canvas: &NodeRef,
) -> Html {
    let state = &props.state;
    let at = [0, 1].map(|i| state.at[i] as f32 / 100.0);
    let is_here =
        |question: &Question| matches!(question, Question::Pictures { codes } if codes.len() == 2);
    let shown = answers
        .to(&side.here)
        .or_else(|| answers.latest(&side.model, is_here));
    let shown = pictures(shown).map_or_else(|| vec![-1.0; PIXELS], <[f32]>::to_vec);
    let label = content::fill(
        texts::vae_holes::map::PLAIN,
        &[("title", title(side.kind)), ("edge", &EDGE.to_string())],
    );
    let place = format!("({:.2}, {:.2})", at[0], at[1]);
    let near = nearest(&known.codes, at)
        .zip(reals)
        .and_then(|((index, far), reals)| {
            let class = state.set.class_name(*reals.labels.get(index)?);
            let values = [("class", class), ("far", &format!("{far:.2}"))];
            Some(content::fill(texts::vae_holes::near::PLAIN, &values))
        });
    html! {
        <section class="vae-side" data-kind={side.kind.id()}>
            <h3>{ title(side.kind) }</h3>
            <MapView layers={known.layers.clone()} {label} {at} on_at={props.edit(|state, code| state.point(code))} canvas={canvas.clone()} />
            <figure class="vae-here">
                <PictureView class="pix" pixels={Rc::new(shown)} label={format!("{}: the picture of the code {place}", title(side.kind))} />
                <figcaption>
                    <span class="num">{ &place }</span>
                    <br />{ near.unwrap_or_default() }
                </figcaption>
            </figure>
            <h4>{ texts::vae_holes::random::TITLE }</h4>
            { random(answers, side) }
        </section>
    }
}

/// What random codes give.
fn random(answers: &AnswersRun, side: &Side) -> Html {
    let is_sheet = |question: &Question| matches!(question, Question::Pictures { codes } if codes.len() == 2 * HolesState::RANDOM);
    let sheet = answers
        .to(&side.random)
        .or_else(|| answers.latest(&side.model, is_sheet));
    let pixels =
        pictures(sheet).map_or_else(|| vec![-1.0; HolesState::RANDOM * PIXELS], <[f32]>::to_vec);
    html! {
        <PictureView class="vae-random" columns=10 pixels={Rc::new(pixels)}
            label={format!("{}: the pictures of {} random codes", title(side.kind), HolesState::RANDOM)} />
    }
}

/// How far random codes are from real ones.
fn gap_card(known: &[Known; 2]) -> Html {
    let row = |name: &'static str, of: fn(&Gaps) -> f32, digits: usize, unit: &'static str| {
        let cell = |known: &Known| match &known.gaps {
            Some(gaps) => html! { <td class="num">{ format!("{:.digits$}{unit}", of(gaps)) }</td> },
            None => html! { <td>{ "\u{2026}" }</td> },
        };
        html! { <tr><th scope="row">{ name }</th>{ for known.iter().map(cell) }</tr> }
    };
    html! {
        <div class="card">
            <h3>{ texts::vae_holes::gaps::TITLE }</h3>
            <table class="figures">
                { head() }
                <tbody>
                    { row(texts::vae_holes::gap_median::PLAIN, |gaps| gaps.median, 3, "") }
                    { row(texts::vae_holes::gap_far::PLAIN, |gaps| 100.0 * gaps.far, 1, " %") }
                    { row(texts::vae_holes::gap_outside::PLAIN, |gaps| 100.0 * gaps.outside, 1, " %") }
                </tbody>
            </table>
            <div class="hint">{ content::section(texts::vae_holes::gaps::HTML) }</div>
        </div>
    }
}

/// Properties of [`Judged`].
#[derive(Properties, PartialEq)]
struct JudgedProps {
    set: DataSet,
}

/// What the judge says of random codes, measured ahead.
#[component]
fn Judged(props: &JudgedProps) -> Html {
    let manifest = use_engines().manifest;
    let set = props.set;
    let cell = |kind: Kind, code: u32, measure| {
        let entry = manifest.as_ref().zip(model_of(kind, set, code));
        let entry = entry.and_then(|(manifest, model)| manifest.find(&model));
        let figure = entry.and_then(|entry| entry.quality.as_ref()?.figure(measure));
        let text = figure.map_or("\u{2013}".into(), |figure| match measure {
            Measure::Confident => format!("{:.1} %", 100.0 * figure.value),
            _ => format!("{:.0}", figure.value),
        });
        html! { <td class="num">{ text }</td> }
    };
    let row = |text: &'static str, code: u32, measure| {
        let name = content::fill(text, &[("code", code.to_string())]);
        html! { <tr><th scope="row">{ name }</th>{ for Kind::ALL.map(|kind| cell(kind, code, measure)) }</tr> }
    };
    html! {
        <div class="card">
            <h3>{ texts::vae_holes::judged::TITLE }</h3>
            <table class="figures">
                { head() }
                <tbody>
                    { for [2, 16].map(|code| row(texts::vae_holes::judged_confident::PLAIN, code, Measure::Confident)) }
                    { for [2, 16].map(|code| row(texts::vae_holes::judged_kid::PLAIN, code, Measure::ClassifierKid)) }
                </tbody>
            </table>
            <div class="hint">{ content::section(texts::vae_holes::judged::HTML) }</div>
        </div>
    }
}

/// The head of a table with a column for each kind.
fn head() -> Html {
    let column = |kind| html! { <th scope="col">{ title(kind) }</th> };
    html! { <thead><tr><td></td>{ for Kind::ALL.map(column) }</tr></thead> }
}

/// How long a picture of a place took.
fn speed(answers: &AnswersRun, side: &Side) -> AttrValue {
    match answers.to(&side.here) {
        Some(VaeAnswer::Pictures { ms, .. }) => format!("{ms:.1} ms for a picture, CPU").into(),
        _ => "nothing made yet".into(),
    }
}

fn on_png(canvas: &NodeRef) -> Callback<()> {
    let canvas = canvas.clone();
    Callback::from(move |()| {
        if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
            save_canvas(&canvas, "genscope-vae-map.png");
        }
    })
}

fn on_csv(known: &[Known; 2], reals: Option<&Reals>) -> Callback<MouseEvent> {
    let codes = [0, 1].map(|i| known[i].codes.clone());
    let labels = reals.map(|reals| reals.labels.clone());
    Callback::from(move |_| {
        let Some(labels) = &labels else { return };
        save_csv(&csv(&codes, labels), "genscope-codes.csv");
    })
}

/// Class and both codes of each picture.
fn csv(codes: &[Rc<Vec<f32>>; 2], labels: &[u8]) -> String {
    let both = codes[0].chunks_exact(2).zip(codes[1].chunks_exact(2));
    let rows = both.zip(labels).map(|((a, b), label)| {
        format!("{label},{:.4},{:.4},{:.4},{:.4}\n", a[0], a[1], b[0], b[1])
    });
    let head = "class,ae_1,ae_2,vae_1,vae_2\n".to_owned();
    std::iter::once(head).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_rows() {
        let codes = [Rc::new(vec![0.5, -1.0]), Rc::new(vec![2.0, 0.25])];
        let head = "class,ae_1,ae_2,vae_1,vae_2\n";
        assert_eq!(
            csv(&codes, &[7]),
            format!("{head}7,0.5000,-1.0000,2.0000,0.2500\n")
        );
        assert_eq!(csv(&codes, &[]), head);
    }
}
