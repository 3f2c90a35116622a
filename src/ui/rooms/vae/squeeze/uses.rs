//! What codes are good for: four tabs of one inspector.

use std::rc::Rc;

use yew::prelude::*;

use super::super::answers::{AnswersRun, Asked, look, pictures};
use super::bytes::Bytes;
use super::{ask, rmse};
use crate::noise;
use crate::protocol::vae::Question;
use crate::quality::uses::{Others, USES_PATH, Uses as Measured, rounded};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::choice::pressed;
use crate::ui::components::fetched::{Fetched, use_fetched};
use crate::ui::components::picture::PictureView;
use crate::ui::components::slider::Slider;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::samples::fetch_text;
use crate::ui::state::SqueezeState;
use crate::ui::state::vae::Use;

/// Seed of the noise that a picture is spoilt with.
const SEED: u64 = 3;

/// What a tab wants to know beside what happens to the picture; `mean` is its code, if that is known.
pub fn questions(
    state: &SqueezeState,
    model: &str,
    x: &Rc<Vec<f32>>,
    mean: Option<&[f32]>,
) -> Vec<Asked> {
    match state.tab {
        Use::Clean => vec![ask(model, 1, &Rc::new(spoilt(x, state.noise)))],
        Use::Bytes => {
            let fits = mean.filter(|mean| mean.len() == state.code as usize);
            let codes = fits.map(rounded);
            let question = codes.map(|codes| Question::Pictures { codes });
            question
                .map(|question| Asked::new(model, 1, question))
                .into_iter()
                .collect()
        }
        Use::Odd | Use::Read => Vec::new(),
    }
}

/// The picture with this share of its pixels, in percent, made black or white by chance.
fn spoilt(x: &[f32], percent: u32) -> Vec<f32> {
    let mut rng = noise::stream(SEED, 0, 0);
    let share = percent as f32 / 100.0;
    let one = |v: &f32| {
        let (is_hit, colour) = (noise::unit(&mut rng) < share, noise::unit(&mut rng));
        match is_hit {
            true => f32::from(u8::from(colour < 0.5)) * 2.0 - 1.0,
            false => *v,
        }
    };
    x.iter().map(one).collect()
}

/// Properties of [`Uses`].
#[derive(PartialEq, Properties)]
pub struct UsesProps {
    /// The chapter.
    pub chapter: ChapterProps<SqueezeState>,
    /// The picture.
    pub x: Rc<Vec<f32>>,
    /// What is known.
    pub answers: AnswersRun,
    /// What the tab has asked.
    pub asked: Vec<Asked>,
    /// What the picture costs to restore, nats.
    pub cost: Option<f32>,
}

/// The inspector.
#[component]
pub fn Uses(props: &UsesProps) -> Html {
    let state = &props.chapter.state;
    let (measured, on_retry) = use_fetched(fetch);
    let names = [
        texts::vae_squeeze::bytes::TITLE,
        texts::vae_squeeze::clean::TITLE,
        texts::vae_squeeze::odd::TITLE,
        texts::vae_squeeze::read::TITLE,
    ];
    let on_tab = props.chapter.edit(|state, tab| state.tab = tab);
    let body = match state.tab {
        Use::Bytes => {
            let restored = props
                .asked
                .first()
                .and_then(|asked| pictures(props.answers.to(asked)));
            html! {
                <>
                    { content::section(texts::vae_squeeze::bytes::HTML) }
                    <Bytes x={props.x.clone()} code={state.code} restored={restored.map(|r| Rc::new(r.to_vec()))} />
                </>
            }
        }
        Use::Clean => html! {
            <>
                { content::section(texts::vae_squeeze::clean::HTML) }
                { clean(props) }
            </>
        },
        Use::Odd => html! {
            <>
                { content::section(texts::vae_squeeze::odd::HTML) }
                { figures(&measured, &on_retry, |uses| odd(uses, props.cost, state)) }
            </>
        },
        Use::Read => html! {
            <>
                { content::section(texts::vae_squeeze::read::HTML) }
                { figures(&measured, &on_retry, read) }
            </>
        },
    };
    html! {
        <section class="card vae-uses" data-tab={state.tab.id()}>
            <h3>{ texts::vae_squeeze::good::TITLE }</h3>
            <span class="seg" role="group" aria-label={texts::vae_squeeze::good::TITLE}>
                { pressed(Use::ALL.into_iter().zip(names), state.tab, &on_tab) }
            </span>
            <div class="vae-use">{ body }</div>
        </section>
    }
}

async fn fetch() -> Result<Measured, String> {
    let text = fetch_text(USES_PATH).await?;
    let uses: Measured = serde_json::from_str(&text).map_err(|_| "the file is damaged")?;
    uses.check().map_err(|error| error.to_string())
}

fn figures(
    measured: &Fetched<Measured>,
    on_retry: &Callback<MouseEvent>,
    show: impl FnOnce(&Measured) -> Html,
) -> Html {
    measured.show(show, texts::vae_squeeze::uses_failed::PLAIN, on_retry)
}

/// The spoilt picture and what is restored of it.
fn clean(props: &UsesProps) -> Html {
    let state = &props.chapter.state;
    let spoilt = Rc::new(spoilt(&props.x, state.noise));
    let restored = props
        .asked
        .first()
        .and_then(|asked| look(props.answers.to(asked)));
    let figure = |pixels: Rc<Vec<f32>>, name: &'static str| {
        let error = rmse(&props.x, &pixels);
        html! {
            <figure>
                <PictureView class="pix" {pixels} label={name} />
                <figcaption>{ name }<br /><span class="num">{ format!("{error:.3}") }</span></figcaption>
            </figure>
        }
    };
    html! {
        <>
            <div class="controls">
                <Slider label="Pixels spoilt, %" name="noise" min=0.0 max=50.0 step=1.0 digits=0 value={state.noise as f32}
                    on_value={props.chapter.edit(|state, percent: f32| state.noise = percent as u32)} />
            </div>
            <div class="vae-pair">
                { figure(spoilt, texts::vae_squeeze::clean_spoilt::PLAIN) }
                { for restored.map(|look| figure(Rc::new(look.restored.clone()), texts::vae_squeeze::clean_restored::PLAIN)) }
            </div>
        </>
    }
}

/// How well a picture's cost tells what does not belong, and what this one costs.
fn odd(uses: &Measured, cost: Option<f32>, state: &SqueezeState) -> Html {
    let line = |others: &Others, tone: Tone, name: &'static str, above: bool| {
        Mark::line(
            others
                .roc
                .iter()
                .map(|[x, y]| (f64::from(*x), f64::from(*y)))
                .collect(),
            tone,
        )
        .dashed_if(!above)
        .named(Label {
            text: name.into(),
            x: 0.55,
            above,
        })
    };
    let marks = vec![
        line(&uses.garments, Tone::Accent, "clothes", true),
        line(&uses.scribbles, Tone::Second, "scribbles", false),
    ];
    let auc = |others: &Others| format!("{:.4}", others.auc);
    let values = [
        ("clothes", auc(&uses.garments)),
        ("scribbles", auc(&uses.scribbles)),
        ("digit", format!("{:.0}", uses.digit_cost)),
        ("blank", format!("{:.0}", uses.blank_cost)),
    ];
    let message = content::fill(texts::vae_squeeze::odd_chart::PLAIN, &values);
    let is_measured = state.model() == uses.odd_model;
    html! {
        <>
            if let Some(cost) = cost {
                <p>
                    { content::fill(texts::vae_squeeze::odd_cost::PLAIN, &[("cost", format!("{cost:.0}"))]) }
                    if is_measured { { " " }{ content::fill(texts::vae_squeeze::odd_usual::PLAIN, &values) } }
                </p>
            }
            <Chart x={Axis::new("digits taken for odd", [0.0, 1.0], 2)} y={Axis::new("odd ones found", [0.0, 1.0], 2)}
                {marks} message={message.clone()} />
            <p class="hint">{ message }</p>
        </>
    }
}

/// What a linear reader reads.
fn read(uses: &Measured) -> Html {
    let head = uses
        .read_sizes
        .iter()
        .map(|n| html! { <th scope="col">{ n.to_string() }</th> });
    let row = |reader: &crate::quality::uses::Reader| {
        let cell = |[mean, sd]: &[f32; 2]| {
            let spread = (*sd > 0.0).then(|| format!(" ± {:.1}", 100.0 * sd));
            html! { <td class="num">{ format!("{:.1}", 100.0 * mean) }{ spread.unwrap_or_default() }</td> }
        };
        html! { <tr><th scope="row">{ &reader.of }</th>{ for reader.accuracy.iter().map(cell) }</tr> }
    };
    html! {
        <>
            <table class="figures">
                <thead><tr><th scope="col">{ texts::vae_squeeze::read_head::PLAIN }</th>{ for head }</tr></thead>
                <tbody>{ for uses.readers.iter().map(row) }</tbody>
            </table>
            <p class="hint">{ texts::vae_squeeze::read_how::PLAIN }</p>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::PIXELS;

    #[test]
    fn as_many_pixels_are_spoilt_as_is_said() {
        let x = vec![0.5; PIXELS];
        assert_eq!(spoilt(&x, 0), x);
        let half = spoilt(&x, 50);
        let hit = half.iter().filter(|v| **v != 0.5).count();
        assert!((330..450).contains(&hit), "{hit}");
        assert!(half.iter().all(|v| [0.5, 1.0, -1.0].contains(v)));
        // The same ones each time, and more of them where more are asked for.
        let less = spoilt(&x, 20);
        assert!(
            less.iter()
                .zip(&half)
                .all(|(less, half)| *less == 0.5 || less == half)
        );
    }

    #[test]
    fn a_tab_asks_what_it_shows() {
        let x = Rc::new(vec![0.0; PIXELS]);
        let of = |tab| SqueezeState {
            tab,
            code: 2,
            ..SqueezeState::default()
        };
        let count = |tab, mean: Option<&[f32]>| questions(&of(tab), "m", &x, mean).len();
        assert_eq!(count(Use::Bytes, None), 0);
        assert_eq!(count(Use::Bytes, Some(&[0.0; 16])), 0, "of another code");
        assert_eq!(count(Use::Bytes, Some(&[0.0; 2])), 1);
        assert_eq!((count(Use::Clean, None), count(Use::Read, None)), (1, 0));
    }
}
