//! Chapter 'A code is a distribution': noise, scale, shift, decode, and what the loss is made of.

use std::rc::Rc;

use yew::prelude::*;

use super::answers::{Asked, look, pictures, use_answers};
use super::map::{EDGE, MapView, Reals, known, known_count, on_plane, use_reals};
use crate::data::points::EXTENT;
use crate::data::{DataSet, PIXELS};
use crate::models::vae::{STATIC_SEED, binarize};
use crate::noise;
use crate::protocol::vae::{Look, Question};
use crate::ui::components::chart::Tone;
use crate::ui::components::choice::choose;
use crate::ui::components::equation::Equation;
use crate::ui::components::extras::extras;
use crate::ui::components::fetched::failure;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::pick::{Pick, describe, pixels_of};
use crate::ui::components::picture::PictureView;
use crate::ui::components::plane_view::Layer;
use crate::ui::components::progress::progress;
use crate::ui::components::save::sheet_saver;
use crate::ui::components::seed::{SeedField, new_seed};
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::player::{mover, use_scale};
use crate::ui::samples::use_samples;
use crate::ui::state::{Route, SpreadState};

/// So many real digits with the nearest codes are averaged.
const NEAR: usize = 40;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::vae_code::story::HTML) }
            { content::predict(texts::vae_code::story_try::HTML, texts::vae_code::story_reveal::HTML) }
            <h3>{ texts::vae_code::gradient::TITLE }</h3>
            { content::section(texts::vae_code::gradient::HTML) }
            <h3>{ texts::vae_code::loss::TITLE }</h3>
            { content::section(texts::vae_code::loss::HTML) }
            <h3>{ texts::vae_code::became::TITLE }</h3>
            { content::section(texts::vae_code::became::HTML) }
        </>
    }
}

/// The picture with pixels black or white, as the network is trained on: ink with its grey value as
/// probability. Always the same draw.
fn binary(x: &[f32]) -> Vec<f32> {
    let mut rng = noise::stream(STATIC_SEED, 0, 0);
    let ink = binarize(x.iter().map(|v| (v + 1.0) / 2.0), &mut rng);
    ink.iter().map(|v| 2.0 * v - 1.0).collect()
}

/// The two numbers of a code.
fn two(v: &[f32]) -> [f32; 2] {
    [0, 1].map(|i| v.get(i).copied().unwrap_or_default())
}

/// Mean and standard deviations of a code.
#[derive(Clone, Debug, PartialEq)]
struct Code {
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

impl Code {
    fn of(look: &Look) -> Self {
        Self {
            mean: look.mean.clone(),
            deviation: look.log_variance.iter().map(|l| (l / 2.0).exp()).collect(),
        }
    }

    /// `s eps`
    fn scaled(&self, eps: &[f32]) -> Vec<f32> {
        self.deviation.iter().zip(eps).map(|(s, e)| s * e).collect()
    }

    /// `m + s eps`
    fn drawn(&self, eps: &[f32]) -> Vec<f32> {
        let scaled = self.scaled(eps);
        self.mean.iter().zip(scaled).map(|(m, se)| m + se).collect()
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn SpreadChapter(props: &ChapterProps<SpreadState>) -> Html {
    let state = &props.state;
    let (loaded, on_samples) = use_samples(DataSet::Mnist);
    let (reals, failed, on_reals) = use_reals(DataSet::Mnist);
    let x = use_memo(
        (state.picture.clone(), loaded.clone()),
        |(picture, loaded)| pixels_of(picture, loaded).map(|x| Rc::new(binary(&x))),
    );
    let model = state.model();
    let code = use_state_eq(|| None::<Code>);
    let looking = (*x).as_ref().map(|x| {
        let question = Question::Look {
            picture: x.to_vec(),
            draws: state.draws,
            seed: state.seed,
        };
        Asked::new(&model, 0, question)
    });
    let drawing = (*code).as_ref().map(|code| {
        let codes = (0..=SpreadState::MORE).flat_map(|i| code.drawn(&state.eps(i)));
        Asked::new(
            &model,
            1,
            Question::Pictures {
                codes: codes.collect(),
            },
        )
    });
    let map = use_memo((model.clone(), reals.clone()), |(model, reals)| {
        reals
            .as_ref()
            .map_or_else(Vec::new, |reals| reals.ask(model, 2))
    });
    let want = looking.iter().chain(&drawing).chain(map.iter()).cloned();
    let answers = use_answers(want.collect());
    let exact = looking.as_ref().and_then(|asked| look(answers.to(asked)));
    {
        let code = code.setter();
        use_effect_with(exact.map(Code::of), move |known| {
            if known.is_some() {
                code.set(known.clone());
            }
        });
    }
    let is_look = |question: &Question| matches!(question, Question::Look { .. });
    let seen = exact.or_else(|| look(answers.latest(&model, is_look)));
    let count = known_count(&answers, &map);
    let places = use_memo((map.clone(), count), |(map, _)| {
        Rc::new(known(&answers, map))
    });
    let player = use_scale(
        state.step,
        SpreadState::LAST,
        props.edit(|state, step| state.step = step),
    );
    let step = player.0.cursor;
    let drawn = drawing
        .as_ref()
        .and_then(|asked| pictures(answers.to(asked)));
    let is_drawing = |question: &Question| matches!(question, Question::Pictures { .. });
    let drawn = drawn.or_else(|| pictures(answers.latest(&model, is_drawing)));
    let eps = state.eps(0);
    let shown = (*x).clone().unwrap_or_else(|| Rc::new(vec![-1.0; PIXELS]));
    let [map, magnified] = map_side(&places, reals.as_ref(), (*code).as_ref(), &eps, step);
    let spoken = spoken(step, (*code).as_ref(), &eps);
    let what = describe(DataSet::Mnist, &state.picture, &loaded);
    html! {
        <>
            <div class="card spread" data-run-state={answers.book.phase.map(Phase::id)} data-step={step.to_string()}
                data-looked={exact.is_some().to_string()} data-digits={count.to_string()}>
                <Pick set={DataSet::Mnist} picture={state.picture.clone()} {loaded} on_retry={on_samples}
                    on_picture={props.edit(|state, picture| state.picture = picture)}
                    more={html! { <SeedField label="Noise" seed={state.seed} on_seed={props.edit(|state, seed| state.seed = seed)} /> }}
                    is_set={state.seed != SpreadState::default().seed}>
                    <button type="button" class="button redraw" onclick={props.edit(|state, _: MouseEvent| state.seed = new_seed())}>
                        { texts::vae_code::again::PLAIN }
                    </button>
                </Pick>
                if let Some(why) = failed {
                    { failure(texts::vae::reals_failed::PLAIN, &why, &on_reals, None) }
                }
                <div class="vae-spread">
                    { map }
                    <div class="vae-side">
                        { steps_side(&shown, &what, (*code).as_ref(), &eps, drawn, step) }
                        { magnified }
                    </div>
                </div>
                { progress(&answers, |engine| format!("{engine}: {count} codes on the map"), |_| String::new()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{step} / {}", SpreadState::LAST)} {spoken}>
                    { extras(Route::of(state.clone()), "Save the picture and ten draws as PNG", drawn.is_some(), on_save(&shown, drawn, state.seed)) }
                </Transport>
            </div>
            <div class="inspect vae-inspect">
                { loss_card(props, seen) }
                { draws_card(drawn) }
                { blur_card(&places, reals.as_ref(), (*code).as_ref(), seen) }
                <ModelCard {model} speed={speed(seen, state.draws)} />
            </div>
        </>
    }
}

fn pair(v: &[f32]) -> String {
    let numbers: Vec<_> = v.iter().map(|v| format!("{v:.2}")).collect();
    format!("({})", numbers.join(", ")).replace('-', "\u{2212}")
}

/// A step in words.
fn spoken(step: u32, code: Option<&Code>, eps: &[f32]) -> String {
    let Some(code) = code else {
        return texts::vae_code::waiting::PLAIN.into();
    };
    let (text, value) = match step {
        0 => (texts::vae_code::step_code::PLAIN, pair(&code.mean)),
        1 => (texts::vae_code::step_noise::PLAIN, pair(eps)),
        2 => (texts::vae_code::step_scale::PLAIN, pair(&code.scaled(eps))),
        3 => (texts::vae_code::step_shift::PLAIN, pair(&code.drawn(eps))),
        _ => (texts::vae_code::step_decode::PLAIN, pair(&code.drawn(eps))),
    };
    content::fill(text, &[("value", value), ("spread", pair(&code.deviation))])
}

/// The map with the code's ellipses, and the point that the step is at.
fn map_side(
    places: &Rc<Vec<f32>>,
    reals: Option<&Reals>,
    code: Option<&Code>,
    eps: &[f32],
    step: u32,
) -> [Html; 2] {
    let mut layers = Vec::new();
    if let Some(reals) = reals {
        layers.push(Layer::Classes {
            points: on_plane(places),
            labels: reals.labels.clone(),
        });
    }
    let mut near = layers.clone();
    let mut at = [0.0; 2];
    let mut home = [0.0; 2];
    let mut times = 1.0;
    if let Some(code) = code {
        let (radii, tone) = match step {
            1 => ([1.0; 2], Tone::Muted),
            2 => (two(&code.deviation), Tone::Second),
            _ => (two(&code.deviation), Tone::Accent),
        };
        home = if [1, 2].contains(&step) {
            [0.0; 2]
        } else {
            two(&code.mean)
        };
        at = match step {
            0 => home,
            1 => two(eps),
            2 => two(&code.scaled(eps)),
            _ => two(&code.drawn(eps)),
        };
        // So that the cloud fills half of the view.
        times = (EDGE / (4.0 * radii[0].max(radii[1]).max(0.01)))
            .max(1.0)
            .round();
        let scale = EXTENT / EDGE;
        let rings = |zoom: f32, middle: [f32; 2]| {
            [1.0, 2.0].map(|widths| Layer::Ellipse {
                at: middle.map(|v| v * scale * zoom),
                radii: radii.map(|r| r * scale * zoom * widths),
                tone,
            })
        };
        layers.extend(rings(1.0, home));
        let around: Vec<f32> = places
            .chunks_exact(2)
            .flat_map(|place| [0, 1].map(|i| (place[i] - home[i]) * times))
            .collect();
        if let Some(reals) = reals {
            near = vec![Layer::Classes {
                points: on_plane(&around),
                labels: reals.labels.clone(),
            }];
        }
        near.extend(rings(times, [0.0; 2]));
    }
    let offset = [0, 1].map(|i| (at[i] - home[i]) * times);
    let zoom = [("times", format!("{times:.0}"))];
    let map = html! {
        <div class="vae-side">
            <MapView {layers} label={texts::vae_code::map::PLAIN} {at} />
            <p class="hint">{ texts::vae_code::map_how::PLAIN }</p>
        </div>
    };
    let magnified = html! {
        <div class="vae-near">
            <MapView layers={near} label={content::fill(texts::vae_code::near_map::PLAIN, &zoom)} at={offset} />
            <p class="hint">{ content::fill(texts::vae_code::near_how::PLAIN, &zoom) }</p>
        </div>
    };
    [map, magnified]
}

/// The steps so far with their numbers, and the picture at their end.
fn steps_side(
    x: &Rc<Vec<f32>>,
    what: &str,
    code: Option<&Code>,
    eps: &[f32],
    drawn: Option<&[f32]>,
    step: u32,
) -> Html {
    let numbers = |v: Option<Vec<f32>>| v.map_or_else(|| "\u{2026}".into(), |v| pair(&v));
    let line = |at: u32, name: &'static str, symbol: &'static str, value: String| {
        let class = classes!((at > step).then_some("ahead"));
        html! {
            <tr {class} aria-current={(at == step).then_some("step")}>
                <th scope="row">{ name }</th><td>{ symbol }</td><td class="num">{ if at > step { "\u{2026}".into() } else { value } }</td>
            </tr>
        }
    };
    let z = code.map(|code| code.drawn(eps));
    let first = drawn.filter(|_| step >= SpreadState::LAST);
    let first = first
        .and_then(|drawn| drawn.get(..PIXELS))
        .map_or_else(|| vec![-1.0; PIXELS], <[f32]>::to_vec);
    let values = code.zip(z.as_ref()).map(|(code, z)| {
        let at = |v: &[f32]| f64::from(v.first().copied().unwrap_or_default());
        vec![
            ("m", at(&code.mean)),
            ("s", at(&code.deviation)),
            ("eps", at(eps)),
            ("z", at(z)),
        ]
    });
    html! {
        <div class="vae-steps">
            <figure>
                <PictureView class="pix" pixels={x.clone()} label={format!("The picture in black and white: {what}")} />
                <figcaption>{ "x" }</figcaption>
            </figure>
            <figure>
                <PictureView class="pix" pixels={Rc::new(first)} label="The picture of the code that was drawn" />
                <figcaption>{ texts::vae_code::drawn::PLAIN }</figcaption>
            </figure>
            <table class="vae-lines">
                <tbody>
                    { line(0, texts::vae_code::line_mean::PLAIN, "m", numbers(code.map(|code| code.mean.clone()))) }
                    { line(0, texts::vae_code::line_spread::PLAIN, "s", numbers(code.map(|code| code.deviation.clone()))) }
                    { line(1, texts::vae_code::line_noise::PLAIN, "ε", pair(eps)) }
                    { line(2, texts::vae_code::line_scale::PLAIN, "s · ε", numbers(code.map(|code| code.scaled(eps)))) }
                    { line(3, texts::vae_code::line_shift::PLAIN, "z = m + s · ε", numbers(z)) }
                    { line(4, texts::vae_code::line_decode::PLAIN, "p(x|z)", texts::vae_code::line_above::PLAIN.into()) }
                </tbody>
            </table>
            if let Some(values) = values.filter(|_| step >= 3) {
                <Equation formula={texts::vae_code::equation::HTML.to_owned()} {values} />
            }
        </div>
    }
}

/// The loss in its parts, and the tighter bound.
fn loss_card(props: &ChapterProps<SpreadState>, look: Option<&Look>) -> Html {
    let state = &props.state;
    let row = |name: &'static str, id: &'static str, of: fn(&Look) -> f32| {
        let value = look.map_or_else(|| "\u{2026}".into(), |look| format!("{:.1}", of(look)));
        html! { <tr><th scope="row">{ name }</th><td class="num" data-name={id}>{ value }</td></tr> }
    };
    let kl = |look: &Look| look.kl.iter().sum::<f32>();
    html! {
        <div class="card">
            <h3>{ texts::vae_code::parts::TITLE }</h3>
            <table class="figures">
                <tbody>
                    { row(texts::vae_code::part_reconstruction::PLAIN, "reconstruction", |look| look.reconstruction) }
                    { row(texts::vae_code::part_kl::PLAIN, "kl", kl) }
                    { row(texts::vae_code::part_bound::PLAIN, "bound", |look| look.reconstruction + look.kl.iter().sum::<f32>()) }
                    { row(texts::vae_code::part_importance::PLAIN, "importance", |look| look.importance) }
                </tbody>
            </table>
            { choose("Draws", "draws", &SpreadState::DRAWS, state.draws, u32::to_string,
                props.edit(|state, draws| state.draws = draws)) }
            <div class="hint">{ content::section(texts::vae_code::parts::HTML) }</div>
        </div>
    }
}

/// Ten more draws from the same distribution.
fn draws_card(drawn: Option<&[f32]>) -> Html {
    let ten = drawn.and_then(|drawn| drawn.get(PIXELS..));
    let pixels = ten.map_or_else(|| vec![-1.0; SpreadState::MORE * PIXELS], <[f32]>::to_vec);
    html! {
        <div class="card">
            <h3>{ texts::vae_code::ten::TITLE }</h3>
            <PictureView class="vae-random" columns=5 pixels={Rc::new(pixels)} label="Ten draws, decoded" />
            <div class="hint">{ content::section(texts::vae_code::ten::HTML) }</div>
        </div>
    }
}

/// The mean of the real digits whose codes lie nearest to `code`, and how many there are of which class.
fn average(places: &[f32], reals: &Reals, code: &[f32]) -> Option<(Vec<f32>, [usize; 10])> {
    let mut near: Vec<(usize, f32)> = places
        .chunks_exact(2)
        .map(|place| (place[0] - code[0]).hypot(place[1] - code[1]))
        .enumerate()
        .collect();
    if near.len() < NEAR {
        return None;
    }
    near.select_nth_unstable_by(NEAR - 1, |(_, a), (_, b)| a.total_cmp(b));
    let (mut mean, mut classes) = (vec![0.0; PIXELS], [0; 10]);
    for (index, _) in &near[..NEAR] {
        for (sum, v) in mean.iter_mut().zip(reals.picture(*index)?) {
            *sum += v / NEAR as f32;
        }
        classes[usize::from(*reals.labels.get(*index)?)] += 1;
    }
    Some((mean, classes))
}

/// Why it blurs.
fn blur_card(
    places: &Rc<Vec<f32>>,
    reals: Option<&Reals>,
    code: Option<&Code>,
    look: Option<&Look>,
) -> Html {
    let average = reals
        .zip(code)
        .and_then(|(reals, code)| average(places, reals, &code.mean));
    let restored = look.map(|look| look.restored.clone());
    let figure = |pixels: Option<Vec<f32>>, name: &'static str| {
        let pixels = Rc::new(pixels.unwrap_or_else(|| vec![-1.0; PIXELS]));
        html! { <figure><PictureView class="pix" {pixels} label={name} /><figcaption>{ name }</figcaption></figure> }
    };
    let classes = average.as_ref().map(|(_, classes)| {
        let some = classes.iter().enumerate().filter(|(_, n)| **n > 0);
        let texts: Vec<_> = some.map(|(class, n)| format!("{n} × {class}")).collect();
        texts.join(", ")
    });
    html! {
        <div class="card">
            <h3>{ texts::vae_code::blur::TITLE }</h3>
            <div class="vae-pair">
                { figure(restored, texts::vae_code::blur_restored::PLAIN) }
                { figure(average.map(|(mean, _)| mean), texts::vae_code::blur_average::PLAIN) }
            </div>
            if let Some(classes) = classes {
                <p>{ content::fill(texts::vae_code::blur_classes::PLAIN, &[("classes", classes)]) }</p>
            }
            <div class="hint">{ content::section(texts::vae_code::blur::HTML) }</div>
        </div>
    }
}

fn speed(look: Option<&Look>, draws: u32) -> AttrValue {
    match look {
        Some(look) => format!("{:.1} ms for one picture with {draws} draws, CPU", look.ms).into(),
        None => "nothing computed yet".into(),
    }
}

fn on_save(x: &Rc<Vec<f32>>, drawn: Option<&[f32]>, seed: u64) -> Callback<()> {
    let all = drawn.map(|drawn| [x.as_slice(), drawn].concat());
    let name = format!("genscope-vae-draws-seed-{seed}.png");
    sheet_saver(all, 2 + SpreadState::MORE, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        Code::of(&Look {
            mean: vec![1.0, -2.0],
            log_variance: vec![0.0, 2.0 * 0.5f32.ln()],
            ..Look::default()
        })
    }

    #[test]
    fn a_draw_is_noise_scaled_and_shifted() {
        let code = code();
        assert_eq!(code.scaled(&[2.0, 2.0]), [2.0, 1.0]);
        assert_eq!(code.drawn(&[2.0, 2.0]), [3.0, -1.0]);
        assert_eq!(pair(&[1.0, -0.5]), "(1.00, \u{2212}0.50)");
        let ends = [0, 3].map(|step| spoken(step, Some(&code), &[2.0, 2.0]));
        assert!(
            ends[0].contains("(1.00, \u{2212}2.00)") && ends[1].contains("(3.00, \u{2212}1.00)"),
            "{ends:?}"
        );
    }

    #[test]
    fn pictures_are_made_black_and_white_the_same_way_each_time() {
        let grey: Vec<f32> = (0..PIXELS)
            .map(|i| i as f32 / PIXELS as f32 * 2.0 - 1.0)
            .collect();
        let binary = binary(&grey);
        assert!(binary.iter().all(|v| [1.0, -1.0].contains(v)));
        assert_eq!(binary, super::binary(&grey));
        let ink = binary[..PIXELS / 2].iter().filter(|v| **v > 0.0).count();
        assert!(
            (50..150).contains(&ink),
            "a quarter of the light half: {ink}"
        );
    }
}
