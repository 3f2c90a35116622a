//! Chapter 'Squeeze and restore': a picture goes through the network, block by block.

mod bytes;
mod case;
mod uses;
mod way;

use std::rc::Rc;

use yew::prelude::*;

use self::case::task_card;
use self::uses::{Uses, questions};
use self::way::way;
use super::answers::{Asked, look, use_answers};
use crate::data::{DataSet, PIXELS};
use crate::protocol::vae::{Look, Question};
use crate::ui::components::choice::segments;
use crate::ui::components::extras::extras;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::pick::{Pick, describe, pixels_of};
use crate::ui::components::picture::PictureView;
use crate::ui::components::progress::progress;
use crate::ui::components::save::sheet_saver;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::player::{mover, use_scale};
use crate::ui::samples::use_samples;
use crate::ui::state::vae::{Case, Kind};
use crate::ui::state::{Route, SqueezeState};

/// Draws behind the bounds of a look.
pub const DRAWS: u32 = 20;

/// The text of the chapter.
pub fn story() -> Html {
    let small = Route::of(SqueezeState::of(Case::Small)).href();
    html! {
        <>
            { content::section(texts::vae_squeeze::story::HTML) }
            { content::predict(texts::vae_squeeze::story_try::HTML, texts::vae_squeeze::story_reveal::HTML) }
            <h3>{ texts::vae_squeeze::good::TITLE }</h3>
            { content::section(texts::vae_squeeze::good_story::HTML) }
            <h3>{ texts::vae::wrong::TITLE }</h3>
            <div class="presets"><ul><li><a href={small}>{ texts::vae_squeeze::case_link::PLAIN }</a></li></ul></div>
        </>
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn SqueezeChapter(props: &ChapterProps<SqueezeState>) -> Html {
    let state = &props.state;
    let (loaded, on_retry) = use_samples(state.set);
    let x = use_memo(
        (state.picture.clone(), loaded.clone()),
        |(picture, loaded)| pixels_of(picture, loaded),
    );
    let model = state.model();
    let asked = (*x).as_ref().map(|x| ask(&model, 0, x));
    let mean = use_state_eq(|| None::<Vec<f32>>);
    let more = (*x)
        .as_ref()
        .map_or_else(Vec::new, |x| questions(state, &model, x, mean.as_deref()));
    let answers = use_answers(asked.iter().cloned().chain(more.clone()).collect());
    let is_look = |question: &Question| matches!(question, Question::Look { .. });
    let exact = asked.as_ref().and_then(|asked| look(answers.to(asked)));
    let seen = exact.or_else(|| look(answers.latest(&model, is_look)));
    {
        let mean = mean.setter();
        use_effect_with(exact.map(|look| look.mean.clone()), move |known| {
            mean.set(known.clone())
        });
    }
    let player = use_scale(
        state.block,
        SqueezeState::LAST,
        props.edit(|state, block| state.block = block),
    );
    let block = player.0.cursor as usize;
    let blank = || Rc::new(vec![-1.0; PIXELS]);
    let shown = (*x).clone().unwrap_or_else(blank);
    let plan = state.sizes().describe();
    let at = block.checked_sub(1).and_then(|at| plan.get(at));
    let spoken = at.map_or_else(
        || texts::vae_squeeze::at_picture::PLAIN.to_owned(),
        |at| {
            content::fill(
                texts::vae_squeeze::at_block::PLAIN,
                &[
                    ("block", block.to_string()),
                    ("name", way::name(at).into()),
                    ("values", at.values().to_string()),
                ],
            )
        },
    );
    let what = describe(state.set, &state.picture, &loaded);
    html! {
        <>
            <div class="card squeeze" data-run-state={answers.book.phase.map(crate::ui::host::Phase::id)}
                data-block={block.to_string()} data-code={state.code.to_string()} data-kind={state.kind.id()}
                data-looked={exact.is_some().to_string()} data-error={seen.map(|look| format!("{:.4}", rmse(&shown, &look.restored)))}>
                <Pick set={state.set} picture={state.picture.clone()} loaded={loaded.clone()} {on_retry}
                    on_picture={props.edit(|state, picture| state.picture = picture)}
                    on_set={props.edit(|state, set| state.set = set)}
                    more={kind_control(props)} is_set={state.set != DataSet::default() || state.kind != Kind::Variational}>
                    { segments("Numbers in the code", "code", &["2", "16"], usize::from(state.code == 16),
                        props.edit(|state, at| state.code = [2, 16][at]), if state.code == 16 { "16" } else { "2" }) }
                </Pick>
                if let Some(case) = state.case {
                    { task_card(case, props, exact.map(|look| rmse(&shown, &look.restored))) }
                }
                { way(&plan, &shown, seen, block, &props.edit(|state, at| state.block = at)) }
                { ends(&shown, seen, &what) }
                { progress(&answers, |engine| format!("{engine}: computing"), |_| String::new()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{block} / {}", SqueezeState::LAST)} {spoken}>
                    { extras(Route::of(state.clone()), "Save picture and restored picture as PNG", seen.is_some(), on_save(&shown, seen, &model)) }
                </Transport>
            </div>
            <div class="inspect vae-inspect">
                <Uses chapter={props.clone()} x={shown.clone()} answers={(*answers).clone()} asked={more}
                    cost={exact.map(|look| look.costs.iter().sum::<f32>())} />
                <ModelCard {model} speed={speed(seen)} />
            </div>
        </>
    }
}

/// The question for all that happens to a picture.
pub fn ask(model: &str, rank: u8, x: &Rc<Vec<f32>>) -> Asked {
    let question = Question::Look {
        picture: x.to_vec(),
        draws: DRAWS,
        seed: 1,
    };
    Asked::new(model, rank, question)
}

/// Autoencoder or variational.
fn kind_control(props: &ChapterProps<SqueezeState>) -> Html {
    let state = &props.state;
    let on_kind = props.edit(|state, at: usize| state.kind = Kind::ALL[at]);
    let at = usize::from(state.kind == Kind::Variational);
    html! {
        <>
            { segments("Trained as", "kind", &["Autoencoder", "VAE"], at, on_kind, state.kind.id()) }
            if !state.is_made() { <p class="hint">{ texts::vae_squeeze::not_made::PLAIN }</p> }
        </>
    }
}

/// The picture, what is restored of it, and where they differ.
fn ends(x: &Rc<Vec<f32>>, look: Option<&Look>, what: &str) -> Html {
    let restored = look.map_or_else(|| vec![-1.0; PIXELS], |look| look.restored.clone());
    let differences: Vec<f32> = x
        .iter()
        .zip(&restored)
        .map(|(a, b)| (a - b).abs() - 1.0)
        .collect();
    let error = look.map(|look| format!("{:.3}", rmse(x, &look.restored)));
    html! {
        <div class="views vae-ends">
            <figure>
                <PictureView class="pix" pixels={x.clone()} label={format!("The picture: {what}")} />
                <figcaption>{ texts::vae_squeeze::picture::TITLE }</figcaption>
            </figure>
            <figure>
                <PictureView class="pix" pixels={Rc::new(restored)} label="What the decoder restores" />
                <figcaption>{ texts::vae_squeeze::restored::TITLE }</figcaption>
            </figure>
            <figure>
                <PictureView class="pix" pixels={Rc::new(differences)} label="How much each pixel differs, white for black in place of white" />
                <figcaption>
                    { texts::vae_squeeze::error::TITLE }
                    <br /><span class="num" data-name="rmse">{ error.unwrap_or_else(|| "\u{2026}".into()) }</span>
                </figcaption>
            </figure>
        </div>
    }
}

/// Root mean square difference of two pictures in `-1..=1`, on the scale of 0 for paper to 1 for ink.
pub fn rmse(a: &[f32], b: &[f32]) -> f32 {
    let squares = a.iter().zip(b).map(|(a, b)| ((a - b) / 2.0).powi(2));
    (squares.sum::<f32>() / a.len().max(1) as f32).sqrt()
}

fn speed(look: Option<&Look>) -> AttrValue {
    match look {
        Some(look) => format!("{:.1} ms for one picture, with {DRAWS} draws, CPU", look.ms).into(),
        None => "nothing computed yet".into(),
    }
}

fn on_save(x: &Rc<Vec<f32>>, look: Option<&Look>, model: &str) -> Callback<()> {
    let both = look.map(|look| [x.as_slice(), &look.restored].concat());
    sheet_saver(both, 2, format!("genscope-{model}-restored.png"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_on_the_scale_of_ink() {
        assert_eq!(rmse(&[-1.0, 1.0], &[-1.0, 1.0]), 0.0);
        assert_eq!(rmse(&[-1.0, -1.0], &[1.0, 1.0]), 1.0);
        assert_eq!(
            rmse(&[-1.0, -1.0, -1.0, -1.0], &[1.0, -1.0, -1.0, -1.0]),
            0.5
        );
    }
}
