//! Chapter 'Walks': from one code to another, and what each number moves.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::answers::{Asked, look, pictures, use_answers};
use super::squeeze::ask;
use crate::data::{DataSet, PIXELS};
use crate::protocol::vae::{Question, VaeAnswer};
use crate::ui::components::choice::segments;
use crate::ui::components::extras::extras;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::pick::{Pick, describe, pixels_of};
use crate::ui::components::picture::PictureView;
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_animation, sheet_saver};
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::player::{mover, use_scale};
use crate::ui::samples::use_samples;
use crate::ui::state::vae::{LATENTS, REACH, WALK_PARTS, Way};
use crate::ui::state::{Named, Route, WalkState};

/// Every so many pictures of the walk one is in its row.
const EVERY: usize = 3;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::vae_walk::story::HTML) }
            { content::predict(texts::vae_walk::story_try::HTML, texts::vae_walk::story_reveal::HTML) }
            <h3>{ texts::vae_walk::numbers::TITLE }</h3>
            { content::section(texts::vae_walk::numbers::HTML) }
            <div class="hint">{ content::section(texts::vae_walk::sources::HTML) }</div>
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn WalkChapter(props: &ChapterProps<WalkState>) -> Html {
    let state = &props.state;
    let model = WalkState::MODEL;
    let (loaded, on_retry) = use_samples(DataSet::Mnist);
    let ends = [&state.from, &state.to].map(|end| (end.clone(), loaded.clone()));
    let from = use_memo(ends[0].clone(), |(end, loaded)| pixels_of(end, loaded));
    let to = use_memo(ends[1].clone(), |(end, loaded)| pixels_of(end, loaded));
    let asked = [&from, &to].map(|x| (**x).as_ref().map(|x| ask(model, 1, x)));
    let way = use_state_eq(Vec::<f32>::new);
    let player = use_scale(state.at, WALK_PARTS, props.edit(|state, at| state.at = at));
    let at = player.0.cursor;
    let here = WalkState {
        at,
        ..state.clone()
    };
    let on_way = (!way.is_empty()).then(|| {
        let pictures = |rank, codes| Asked::new(model, rank, Question::Pictures { codes });
        [pictures(0, here.shown(&way)), pictures(2, way.to_vec())]
    });
    let want = asked.iter().flatten().chain(on_way.iter().flatten());
    let answers = use_answers(want.cloned().collect());
    let means = [0, 1].map(|end| {
        let look = asked[end]
            .as_ref()
            .and_then(|asked| look(answers.to(asked)));
        look.map(|look| look.mean.clone())
    });
    {
        let way = way.setter();
        use_effect_with((means, state.way), move |(means, kind)| {
            if let [Some(from), Some(to)] = means {
                let of = WalkState {
                    way: *kind,
                    ..WalkState::default()
                };
                way.set(of.way_between(from, to));
            }
        });
    }
    let is_whole = |question: &Question| matches!(question, Question::Pictures { codes } if codes.len() > LATENTS);
    let row = on_way
        .as_ref()
        .and_then(|[_, all]| pictures(answers.to(all)));
    let ready = row.is_some();
    let row = row.or_else(|| pictures(answers.latest(model, is_whole)));
    let is_one = |question: &Question| matches!(question, Question::Pictures { codes } if codes.len() == LATENTS);
    let large = on_way.as_ref().and_then(|[one, _]| answers.to(one));
    let large = large.or_else(|| answers.latest(model, is_one));
    let what = [&state.from, &state.to].map(|end| describe(DataSet::Mnist, end, &loaded));
    let percent = 100 * at / WALK_PARTS;
    let spoken = content::fill(
        texts::vae_walk::place::PLAIN,
        &[("percent", percent.to_string())],
    );
    html! {
        <>
            <div class="card walk" data-run-state={answers.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-ready={ready.to_string()} data-moved={state.is_moved().to_string()}>
                { pick(props, &loaded, on_retry) }
                { stage(&[&from, &to].map(|x| (**x).clone()), &what, pictures(large)) }
                { strip(row, at, &props.edit(|state, at| state.at = at)) }
                { progress(&answers, |engine| format!("{engine}: computing"), |_| String::new()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{percent} %")} {spoken}>
                    { extras(Route::of(here.clone()), "Save the walk as PNG, in one row", row.is_some(), on_save(row)) }
                    <button type="button" class="button gif" disabled={row.is_none()} title={texts::vae_walk::gif::PLAIN}
                        onclick={on_gif(row)}>{ "GIF" }</button>
                </Transport>
            </div>
            <div class="inspect vae-inspect">
                { sliders(props, &here, &way) }
                <ModelCard {model} speed={speed(large)} />
            </div>
        </>
    }
}

/// Where the walk starts or ends, one of them at a time.
fn pick(
    props: &ChapterProps<WalkState>,
    loaded: &crate::ui::samples::Loaded,
    on_retry: Callback<()>,
) -> Html {
    let state = &props.state;
    let picture = if state.picks_end {
        &state.to
    } else {
        &state.from
    };
    let on_picture = props.edit(|state, picture| match state.picks_end {
        true => state.to = picture,
        false => state.from = picture,
    });
    let on_end = props.edit(|state, at: usize| state.picks_end = at == 1);
    let on_way = props.edit(|state, at: usize| state.way = Way::ALL[at]);
    let at = usize::from(state.way == Way::Arc);
    html! {
        <Pick key={usize::from(state.picks_end)} set={DataSet::Mnist} picture={picture.clone()} loaded={loaded.clone()} {on_retry} {on_picture}
            more={segments("Way", "way", &["Straight", "Arc"], at, on_way, state.way.name())} is_set={state.way != Way::default()}>
            { segments("Choose", "end", &["The start", "The end"], usize::from(state.picks_end), on_end,
                if state.picks_end { "end" } else { "start" }) }
        </Pick>
    }
}

/// Both ends, and between them the picture of the place.
fn stage(ends: &[Option<Rc<Vec<f32>>>; 2], what: &[String; 2], here: Option<&[f32]>) -> Html {
    let blank = || Rc::new(vec![-1.0; PIXELS]);
    let end = |i: usize, name: &'static str| {
        html! {
            <figure class="vae-end">
                <PictureView class="pix" pixels={ends[i].clone().unwrap_or_else(blank)} label={format!("{name}: {}", what[i])} />
                <figcaption>{ name }</figcaption>
            </figure>
        }
    };
    let here = here.map_or_else(blank, |here| Rc::new(here.to_vec()));
    html! {
        <div class="views vae-walk">
            { end(0, texts::vae_walk::start::PLAIN) }
            <figure>
                <PictureView class="pix" pixels={here} label={texts::vae_walk::here::PLAIN} />
                <figcaption>{ texts::vae_walk::here::PLAIN }</figcaption>
            </figure>
            { end(1, texts::vae_walk::end::PLAIN) }
        </div>
    }
}

/// The walk at a glance.
fn strip(row: Option<&[f32]>, at: u32, on_place: &Callback<u32>) -> Html {
    let one = |place: u32| {
        let start = place as usize * PIXELS;
        let pixels = row.and_then(|row| row.get(start..start + PIXELS));
        let pixels = Rc::new(pixels.map_or_else(|| vec![-1.0; PIXELS], <[f32]>::to_vec));
        html! {
            <button type="button" class="vae-moment" data-place={place.to_string()}
                aria-label={content::fill(texts::vae_walk::place::PLAIN, &[("percent", (100 * place / WALK_PARTS).to_string())])}
                aria-current={(place == at).then_some("true")} onclick={on_place.reform(move |_: MouseEvent| place)}>
                <PictureView {pixels} label="" />
            </button>
        }
    };
    html! {
        <div class="vae-strip" role="group" aria-label={texts::vae_walk::row::PLAIN}>
            { for (0..=WALK_PARTS).step_by(EVERY).map(one) }
        </div>
    }
}

/// A slider for each number of the code at this place.
fn sliders(props: &ChapterProps<WalkState>, here: &WalkState, way: &[f32]) -> Html {
    let code = here.shown(way);
    let one = |i: usize| {
        let at = here.at;
        let oninput = props.edit(move |state, event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            let by = input.map_or(0.0, |input| input.value_as_number()) as i32;
            (state.at, state.moved[i]) = (at, by.clamp(-REACH, REACH));
        });
        let value = code.get(i).copied().unwrap_or_default();
        html! {
            <label class="field" data-lock="moved">
                { format!("z{}", i + 1) }
                <input type="range" name={format!("z{}", i + 1)} min={(-REACH).to_string()} max={REACH.to_string()} step="1"
                    value={props.state.moved[i].to_string()} {oninput} />
                <span class="num">{ format!("{value:.1}").replace('-', "\u{2212}") }</span>
            </label>
        }
    };
    let on_back = props.edit(|state, _: MouseEvent| state.moved = [0; LATENTS]);
    html! {
        <section class="card vae-sliders">
            <h3>{ texts::vae_walk::numbers::TITLE }</h3>
            <div class="vae-sixteen">{ for (0..LATENTS).map(one) }</div>
            <button type="button" class="button small" disabled={!props.state.is_moved()} onclick={on_back}>{ texts::vae_walk::back::PLAIN }</button>
            <p class="hint">{ texts::vae_walk::numbers_how::PLAIN }</p>
        </section>
    }
}

fn speed(large: Option<&VaeAnswer>) -> AttrValue {
    match large {
        Some(VaeAnswer::Pictures { ms, .. }) => format!("{ms:.1} ms for a picture, CPU").into(),
        _ => "nothing computed yet".into(),
    }
}

fn on_gif(row: Option<&[f32]>) -> Callback<MouseEvent> {
    let row = row.map(<[f32]>::to_vec);
    Callback::from(move |_| {
        if let Some(row) = &row {
            // Nothing happens where the browser refuses.
            let _ = save_animation(row, "genscope-vae-walk.gif");
        }
    })
}

fn on_save(row: Option<&[f32]>) -> Callback<()> {
    let name = "genscope-vae-walk.png".to_owned();
    sheet_saver(row.map(<[f32]>::to_vec), WALK_PARTS as usize + 1, name)
}
