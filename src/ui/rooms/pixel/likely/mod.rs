//! Chapter 'How likely': what a picture costs, exactly, pixel by pixel.

use std::rc::Rc;

use yew::prelude::*;

use super::chances;
use super::run::{Drawn, PicturesRun, levels};
use crate::data::{CLASSES, DataSet, PIXELS, SIDE};
use crate::models::next::Choosing;
use crate::noise;
use crate::protocol::pixel::{PixelAsk, Wanted};
use crate::ui::components::extras::extras;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::odds::bar;
use crate::ui::components::pick::{Pick, describe, pixels_of};
use crate::ui::components::picture::PictureView;
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_csv, sheet_saver};
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::{Phase, use_engines};
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{mover, use_scale};
use crate::ui::samples::{Loaded, use_samples};
use crate::ui::state::pixel::{Maker, What};
use crate::ui::state::{LikelyState, Named, Route};
use crate::weights::manifest::{Manifest, Measure};

/// The garment that is judged, by its place among the real ones.
const GARMENT: usize = 6;
/// Who judges.
const MAKERS: [Maker; 3] = [Maker::Cnn, Maker::Rnn, Maker::Clothes];
/// Seed of the noise.
const SEED: u64 = 7;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::pixel_likely::story::HTML) }
            { content::predict(texts::pixel_likely::story_try::HTML, texts::pixel_likely::story_reveal::HTML) }
            <h3>{ texts::pixel_likely::says::TITLE }</h3>
            { content::section(texts::pixel_likely::says::HTML) }
            <h3>{ texts::pixel_likely::two::TITLE }</h3>
            { content::section(texts::pixel_likely::two::HTML) }
        </>
    }
}

/// A picture as all ten digits: it is judged, nothing is drawn.
fn ask(maker: Maker, pixels: &[f32]) -> PixelAsk {
    let forced: Vec<(u16, u8)> = (0..).zip(levels(pixels)).collect();
    let as_digit = |class| Wanted {
        class,
        index: 0,
        forced: forced.clone(),
    };
    PixelAsk {
        model: maker.model().into(),
        pictures: (0..CLASSES as u8).map(as_digit).collect(),
        choosing: Choosing::default(),
        seed: 0,
    }
}

/// What a network says of a picture.
#[derive(Clone, Debug, PartialEq)]
struct Verdict {
    /// How probable each digit is, if all are as likely beforehand.
    digits: Vec<f32>,
    /// `-log2` of the picture's probability, as whatever digit.
    bits: f32,
}

impl Verdict {
    /// Of the same picture as each digit; `None` until all are there.
    fn of(all: &[Drawn]) -> Option<Self> {
        let is_there = all.len() == CLASSES && all.iter().all(|drawn| drawn.bits.len() == PIXELS);
        let costs: Vec<f32> = all.iter().map(|drawn| drawn.cost(0..PIXELS)).collect();
        is_there.then(|| Self::from(&costs))
    }

    /// Of what it costs as each digit: `p(x) = Σ p(x | c) / 10`.
    fn from(costs: &[f32]) -> Self {
        let least = costs.iter().copied().fold(f32::INFINITY, f32::min);
        let sum: f32 = costs.iter().map(|bits| (least - bits).exp2()).sum();
        Self {
            digits: chances(costs),
            bits: least - (sum / costs.len() as f32).log2(),
        }
    }

    /// The likeliest digit.
    fn digit(&self) -> usize {
        let all = self.digits.iter().enumerate();
        all.max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(i, _)| i)
    }
}

/// The picture that is judged.
fn subject(state: &LikelyState, digits: &Loaded, clothes: &Loaded) -> Option<Rc<Vec<f32>>> {
    match state.what {
        What::Picture => pixels_of(&state.picture, digits),
        What::Garment => Some(Rc::new(clothes.ready()?.pixels(GARMENT)?.to_vec())),
        What::Noise => {
            let unit = |at| noise::unit(&mut noise::stream(SEED, 0, at));
            Some(Rc::new(
                (0..PIXELS as u32).map(|at| 2.0 * unit(at) - 1.0).collect(),
            ))
        }
        What::Grey => Some(Rc::new(vec![0.0; PIXELS])),
        What::Empty => Some(Rc::new(vec![-1.0; PIXELS])),
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn LikelyChapter(props: &ChapterProps<LikelyState>) -> Html {
    let state = &props.state;
    let (digits, on_retry) = use_samples(DataSet::Mnist);
    let (clothes, on_clothes) = use_samples(DataSet::FashionMnist);
    let x = use_memo(
        (
            state.what,
            state.picture.clone(),
            digits.clone(),
            clothes.clone(),
        ),
        |_| subject(state, &digits, &clothes),
    );
    let want = |maker| (*x).as_ref().map(|x| ask(maker, x));
    let cnn = use_booked(PicturesRun::default, want(Maker::Cnn), false);
    let rnn = use_booked(PicturesRun::default, want(Maker::Rnn), !is_through(&cnn));
    let waits = !is_through(&cnn) || !is_through(&rnn);
    let third = use_booked(PicturesRun::default, want(Maker::Clothes), waits);
    let runs = [&cnn, &rnn, &third];
    let verdicts = runs.map(|run| Verdict::of(&run.all));
    let is_done = verdicts.iter().all(Option::is_some);
    let player = use_scale(
        state.row,
        LikelyState::LAST,
        props.edit(|state, row| state.row = row),
    );
    let known = player.0.cursor as usize * SIDE;
    let shown = (*x).clone().unwrap_or_else(|| Rc::new(vec![-1.0; PIXELS]));
    let what = match state.what {
        What::Picture => describe(DataSet::Mnist, &state.picture, &digits),
        other => name(other).to_lowercase(),
    };
    let heats = MAKERS.iter().zip(runs).zip(&verdicts);
    let heats =
        heats.map(|((maker, run), verdict)| heat(&run.all, *maker, verdict.as_ref(), known));
    let spoken = content::fill(
        texts::pixel_likely::spoken::PLAIN,
        &[("row", player.0.cursor.to_string())],
    );
    let whats = What::VALUES.iter().map(|what| {
        let what = *what;
        let onclick = props.edit(move |state, _: MouseEvent| state.what = what);
        html! { <button type="button" data-what={what.name()} aria-pressed={(what == state.what).to_string()} {onclick}>{ name(what) }</button> }
    });
    let map = verdicts[0].as_ref().map(|verdict| {
        let best = &cnn.all[verdict.digit()];
        [shown.to_vec(), best.heat(PIXELS)].concat()
    });
    let costs: Vec<Option<String>> = verdicts
        .iter()
        .map(|verdict| {
            verdict
                .as_ref()
                .map(|verdict| format!("{:.3}", verdict.bits / PIXELS as f32))
        })
        .collect();
    html! {
        <>
            <div class="card pixel-likely" data-run-state={if is_done { Some("done") } else { cnn.book.phase.map(Phase::id) }}
                data-what={state.what.name()} data-row={player.0.cursor.to_string()} data-cnn={costs[0].clone()} data-rnn={costs[1].clone()} data-clothes={costs[2].clone()}>
                <div class="controls">
                    <span class="seg wrap" role="group" aria-label={texts::pixel_likely::what::PLAIN} data-lock="what">{ for whats }</span>
                </div>
                if state.what == What::Picture {
                    <Pick set={DataSet::Mnist} picture={state.picture.clone()} loaded={digits.clone()} {on_retry}
                        on_picture={props.edit(|state, picture| state.picture = picture)} />
                }
                if let (What::Garment, Loaded::Failed(why)) = (state.what, &clothes) {
                    { crate::ui::components::fetched::failure(texts::diffusion::samples_failed::PLAIN, why, &on_clothes.reform(|_| ()), None) }
                }
                <div class="views likely-views">
                    <figure>
                        <PictureView class="pix" pixels={shown.clone()} label={what.clone()} />
                        <figcaption>{ texts::pixel_likely::judged::PLAIN }</figcaption>
                    </figure>
                    { for heats }
                </div>
                { progress(&cnn, |engine| format!("{engine}: as {} of {CLASSES} digits", cnn.whole()), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{} / {SIDE}", player.0.cursor)}
                    time={texts::pixel_finish::row::PLAIN} {spoken}>
                    { extras(Route::of(state.clone()), "Save picture and map of bits as PNG", map.is_some(), sheet_saver(map, 2, "genscope-bits.png".into())) }
                    <button type="button" class="button csv" disabled={!is_done} onclick={on_csv(&verdicts, &cnn.all)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect pixel-inspect">
                { reads(&verdicts[..2]) }
                { measured(&verdicts, runs.map(|run| run.each_ms())) }
                { for MAKERS.iter().zip(runs).map(|(maker, run)| html! { <ModelCard model={maker.model()} speed={run.speed()} /> }) }
            </div>
        </>
    }
}

/// One network after the other: the next begins once this one has done all. Where it failed, what is said of
/// that must stand.
fn is_through(run: &PicturesRun) -> bool {
    run.book.phase == Some(Phase::Done)
}

fn name(what: What) -> &'static str {
    match what {
        What::Picture => texts::pixel_likely::picture::PLAIN,
        What::Garment => texts::pixel_likely::garment::PLAIN,
        What::Noise => texts::pixel_likely::noise::PLAIN,
        What::Grey => texts::pixel_likely::grey::PLAIN,
        What::Empty => texts::pixel_likely::empty::PLAIN,
    }
}

/// The map of bits, as the likeliest digit.
fn heat(all: &[Drawn], maker: Maker, verdict: Option<&Verdict>, known: usize) -> Html {
    let pixels = match verdict {
        Some(verdict) => all[verdict.digit()].heat(known),
        None => vec![-1.0; PIXELS],
    };
    let told = verdict.map_or_else(
        || "\u{2026}".to_owned(),
        |verdict| {
            let each = verdict.bits / PIXELS as f32;
            let values = [
                ("bits", format!("{:.0}", verdict.bits)),
                ("each", format!("{each:.3}")),
            ];
            content::fill(texts::pixel_likely::costs::PLAIN, &values)
        },
    );
    let label = content::fill(texts::pixel_likely::map::PLAIN, &[("net", maker.title())]);
    html! {
        <figure>
            <PictureView class="pix" pixels={Rc::new(pixels)} label={label.clone()} />
            <figcaption>{ label }<br /><span class="num">{ told }</span></figcaption>
        </figure>
    }
}

/// Which digit each network of digits takes it for.
fn reads(verdicts: &[Option<Verdict>]) -> Html {
    let cell = |verdict: &Option<Verdict>, digit: usize| {
        let p = verdict.as_ref().map(|verdict| verdict.digits[digit]);
        html! { <td>{ bar(None, p.unwrap_or(0.0)) }<span class="num">{ p.map_or_else(|| "\u{2026}".into(), content::percent) }</span></td> }
    };
    let row = |digit: usize| html! { <tr><th scope="row">{ digit }</th>{ for verdicts.iter().map(|verdict| cell(verdict, digit)) }</tr> };
    html! {
        <div class="card likely-reads">
            <h3>{ texts::pixel_likely::reads::TITLE }</h3>
            <table>
                <thead><tr><th scope="col">{ texts::pixel_likely::as_digit::PLAIN }</th>{ heads([Maker::Cnn, Maker::Rnn]) }</tr></thead>
                <tbody>{ for (0..CLASSES).map(row) }</tbody>
            </table>
            { content::section(texts::pixel_likely::reads::HTML) }
        </div>
    }
}

fn heads<const N: usize>(makers: [Maker; N]) -> Html {
    let head = |maker: Maker| html! { <th scope="col">{ maker.title() }</th> };
    html! { <>{ for makers.map(head) }</> }
}

/// This picture beside what was measured ahead.
fn measured(verdicts: &[Option<Verdict>; 3], ms: [Option<f32>; 3]) -> Html {
    html! { <Measured bits={verdicts.each_ref().map(|verdict| verdict.as_ref().map(|v| v.bits / PIXELS as f32))} {ms} /> }
}

#[derive(PartialEq, Properties)]
struct MeasuredProps {
    bits: [Option<f32>; 3],
    ms: [Option<f32>; 3],
}

#[component]
fn Measured(props: &MeasuredProps) -> Html {
    let engines = use_engines();
    let manifest: Option<&Manifest> = engines.manifest.as_deref();
    let figure = |maker: Maker, measure| {
        let quality = manifest?.find(maker.model())?.quality.as_ref()?;
        Some(quality.figure(measure)?.value)
    };
    let told =
        |value: Option<f64>| value.map_or_else(|| "\u{2026}".into(), |value| format!("{value:.3}"));
    let row = |words: &'static str, cells: [String; 3]| {
        html! { <tr><th scope="row">{ words }</th>{ for cells.map(|cell| html! { <td class="num">{ cell }</td> }) }</tr> }
    };
    let each = |measure| MAKERS.map(|maker| told(figure(maker, measure)));
    let parameters = MAKERS.map(|maker| {
        let entry = manifest.and_then(|manifest| manifest.find(maker.model()));
        entry.map_or_else(
            || "\u{2026}".into(),
            |entry| format!("{} k", entry.parameters / 1000),
        )
    });
    html! {
        <div class="card likely-measured">
            <h3>{ texts::pixel_likely::measured::TITLE }</h3>
            <table>
                <thead><tr><th />{ heads(MAKERS) }</tr></thead>
                <tbody>
                    { row(texts::pixel_likely::this::PLAIN, props.bits.map(|bits| told(bits.map(f64::from)))) }
                    { row(texts::pixel_likely::test::PLAIN, each(Measure::BitsPerDimension)) }
                    { row(texts::pixel_likely::counted::PLAIN, each(Measure::BitsCounted)) }
                    { row(texts::pixel_likely::png::PLAIN, each(Measure::BitsPng)) }
                    { row(texts::pixel_likely::parameters::PLAIN, parameters) }
                    { row(texts::pixel_likely::time::PLAIN, props.ms.map(|ms| ms.map_or_else(|| "\u{2026}".into(), |ms| format!("{ms:.0} ms")))) }
                </tbody>
            </table>
            { content::section(texts::pixel_likely::measured::HTML) }
        </div>
    }
}

/// Every pixel's bits as the likeliest digit.
fn on_csv(verdicts: &[Option<Verdict>; 3], all: &[Drawn]) -> Callback<MouseEvent> {
    let drawn = verdicts[0]
        .as_ref()
        .map(|verdict| all[verdict.digit()].clone());
    Callback::from(move |_| {
        let Some(drawn) = &drawn else { return };
        let row = |(at, (step, bits)): (usize, (_, &f32))| {
            let step: &Rc<crate::protocol::pixel::PixelStep> = step;
            format!(
                "{},{},{},{bits:.4}\n",
                at / SIDE + 1,
                at % SIDE + 1,
                step.level
            )
        };
        let rows: String = drawn
            .steps
            .iter()
            .zip(&drawn.bits)
            .enumerate()
            .map(row)
            .collect();
        save_csv(
            &format!("row,column,level,bits\n{rows}"),
            "genscope-bits.csv",
        );
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of ten digits with a chance of 1/4 and 1/8, the rest with none: 3/80 in all.
    #[test]
    fn a_picture_as_whatever_digit() {
        let mut costs = [200.0; CLASSES];
        (costs[4], costs[9]) = (2.0, 3.0);
        let verdict = Verdict::from(&costs);
        assert_eq!(verdict.digit(), 4);
        assert!((verdict.bits - (80.0f32 / 3.0).log2()).abs() < 1e-5);
        assert!((verdict.digits[4] - 2.0 / 3.0).abs() < 1e-5);
        assert!(Verdict::of(&[]).is_none());
    }
}
