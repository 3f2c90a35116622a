//! Chapter 'What it may see': which pixels can matter to one, by its gradient.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::{PIXELS, SIDE};
use crate::models::pixel::Kind;
use crate::protocol::pixel::{MOST_LAYERS, Sees, SeesAsk};
use crate::ui::components::board::Board;
use crate::ui::components::extras::extras;
use crate::ui::components::picture::PictureView;
use crate::ui::components::progress::progress;
use crate::ui::components::save::sheet_saver;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Book, Booked, Store, use_booked};
use crate::ui::runs::player::{mover, use_scale};
use crate::ui::state::{Named, Route, SeesState};

/// What was asked, and what the gradient is.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    asked: Option<SeesAsk>,
    /// The last answer, and its question.
    last: Option<(SeesAsk, Rc<Vec<f32>>)>,
}

impl Store for Seen {
    type Want = SeesAsk;
    type Work = SeesAsk;
    type Ask = SeesAsk;

    fn want(&mut self, book: &mut Book<SeesAsk>, want: SeesAsk) {
        self.asked = Some(want.clone());
        book.begin(want);
    }

    fn ask(&self, work: &SeesAsk) -> Option<SeesAsk> {
        Some(work.clone())
    }

    fn answer(&mut self, _: &mut Book<SeesAsk>, work: SeesAsk, answer: Sees) {
        if answer.gradient.len() == PIXELS {
            self.last = Some((work, Rc::new(answer.gradient)));
        }
    }

    fn go_on(&mut self, book: &mut Book<SeesAsk>) {
        if let Some(asked) = self.asked.clone() {
            book.begin(asked);
        }
    }
}

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::pixel_sees::story::HTML) }
            { content::predict(texts::pixel_sees::story_try::HTML, texts::pixel_sees::story_reveal::HTML) }
            <h3>{ texts::pixel_sees::stacks::TITLE }</h3>
            { content::section(texts::pixel_sees::stacks::HTML) }
            <h3>{ texts::pixel_sees::rows::TITLE }</h3>
            { content::section(texts::pixel_sees::rows::HTML) }
        </>
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => texts::pixel_sees::plain::TITLE,
        Kind::Gated => texts::pixel_sees::gated::TITLE,
        Kind::Row => texts::pixel_sees::row::TITLE,
    }
}

/// The stage of the chapter.
#[component]
pub fn SeesChapter(props: &ChapterProps<SeesState>) -> Html {
    let state = &props.state;
    let player = use_scale(
        state.layers - 1,
        MOST_LAYERS - 1,
        props.edit(|state, at| state.layers = at + 1),
    );
    let layers = player.0.cursor + 1;
    let want = SeesAsk {
        kind: state.kind,
        layers,
        at: state.at,
    };
    let run = use_booked(Booked::<Seen>::default, want.clone(), false);
    let last = run.last.as_ref();
    let is_fresh = last.is_some_and(|(asked, _)| *asked == want);
    let same = last.filter(|(asked, _)| (asked.kind, asked.at) == (want.kind, want.at));
    let gradient = same.map(|(_, gradient)| gradient.clone());
    let at = usize::from(state.at);
    let seen = gradient
        .as_ref()
        .map_or(0, |g| g.iter().filter(|g| **g > 0.0).count());
    let pixels = Rc::new(gradient.map_or_else(|| vec![-1.0; PIXELS], |g| shades(&g)));
    let on_pick = props.edit(|state, at: usize| state.at = at as u16);
    let on_kind = props.edit(|state, kind| state.kind = kind);
    let told = [
        ("seen", seen.to_string()),
        ("before", at.to_string()),
        ("layers", layers.to_string()),
        ("share", content::percent(seen as f32 / at.max(1) as f32)),
    ];
    let told = content::fill(texts::pixel_sees::told::PLAIN, &told);
    let buttons = Kind::VALUES.iter().map(|kind| {
        let kind = *kind;
        html! {
            <button type="button" data-kind={kind.name()} aria-pressed={(kind == state.kind).to_string()}
                onclick={on_kind.reform(move |_: MouseEvent| kind)}>{ title(kind) }</button>
        }
    });
    let name = format!("genscope-sees-{}-{layers}.png", state.kind.name());
    html! {
        <>
            <div class="card pixel-sees" data-run-state={run.book.phase.map(Phase::id)} data-fresh={is_fresh.to_string()}
                data-kind={state.kind.name()} data-layers={layers.to_string()} data-seen={seen.to_string()} data-at={at.to_string()}>
                <div class="controls">
                    <span class="seg" role="group" aria-label={texts::pixel_sees::network::PLAIN} data-lock="net">{ for buttons }</span>
                </div>
                <div class="pixel-sides">
                    <figure>
                        <Board columns={SIDE} count={PIXELS} chosen={at} {on_pick}
                            label={texts::pixel_sees::board::PLAIN} spoken={told.clone()}>
                            <PictureView class="pix" pixels={pixels.clone()} label="" />
                            { after(at) }
                        </Board>
                        <figcaption>{ texts::pixel_sees::map::PLAIN }</figcaption>
                    </figure>
                    <div class="pixel-kernels">
                        <h3>{ texts::pixel_sees::kernels::TITLE }</h3>
                        <div class="kernel-row">{ for kernels(state.kind) }</div>
                        { content::section(match state.kind {
                            Kind::Plain => texts::pixel_sees::plain::HTML,
                            Kind::Gated => texts::pixel_sees::gated::HTML,
                            Kind::Row => texts::pixel_sees::row::HTML,
                        }) }
                        <p class="num" data-name="seen">{ told.clone() }</p>
                    </div>
                </div>
                { progress(&run, |engine| format!("{engine}: a gradient"), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} position={format!("{layers} / {MOST_LAYERS}")}
                    time={texts::pixel_sees::layers::PLAIN} spoken={told}>
                    { extras(Route::of(state.clone()), "Save the map as PNG", is_fresh, sheet_saver(is_fresh.then(|| pixels.to_vec()), 1, name)) }
                </Transport>
            </div>
        </>
    }
}

/// Sizes of a gradient as greys: none is black, the smallest seen is dark, the largest white; ten times
/// less is a step.
fn shades(gradient: &[f32]) -> Vec<f32> {
    const DECADES: f32 = 6.0;
    const DIM: f32 = -0.55;
    let most = gradient.iter().copied().fold(0.0, f32::max);
    let shade = |g: &f32| match *g > 0.0 {
        true => {
            let down = ((most / g).log10() / DECADES).clamp(0.0, 1.0);
            1.0 - (1.0 - DIM) * down
        }
        false => -1.0,
    };
    gradient.iter().map(shade).collect()
}

/// What covers the pixel itself and those after it.
fn after(at: usize) -> Html {
    super::grow::cover(at)
}

/// Kernels: their names, and which of their places they use.
fn kernels(kind: Kind) -> Vec<Html> {
    let known = |side: usize, n: usize| (0..side * side).map(move |i| i < n).collect::<Vec<_>>();
    let of = match kind {
        Kind::Plain => vec![
            (texts::pixel_sees::mask_a::PLAIN, 7, known(7, 24)),
            (texts::pixel_sees::mask_b::PLAIN, 3, known(3, 5)),
        ],
        Kind::Gated => vec![
            (
                texts::pixel_sees::above::PLAIN,
                3,
                (0..9).map(|i| i < 6).collect(),
            ),
            (
                texts::pixel_sees::left::PLAIN,
                3,
                (0..9).map(|i| i == 3 || i == 4).collect(),
            ),
        ],
        Kind::Row => vec![
            (
                texts::pixel_sees::from_row::PLAIN,
                3,
                (0..9).map(|i| i == 3 || i == 4).collect(),
            ),
            (
                texts::pixel_sees::from_state::PLAIN,
                3,
                (0..9).map(|i| i < 3).collect(),
            ),
        ],
    };
    let one = |(name, side, used): (&'static str, usize, Vec<bool>)| {
        let middle = side * side / 2;
        let cell = |(i, used): (usize, bool)| {
            let class = classes!(used.then_some("used"), (i == middle).then_some("own"));
            html! { <i {class} /> }
        };
        html! {
            <figure class="kernel">
                <span class="kernel-grid" style={format!("--side:{side}")} aria-hidden="true">{ for used.into_iter().enumerate().map(cell) }</span>
                <figcaption>{ name }</figcaption>
            </figure>
        }
    };
    of.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_black_and_most_is_white() {
        let got = shades(&[0.0, 1.0, 1e-3, 1e-9]);
        assert_eq!((got[0], got[1]), (-1.0, 1.0));
        assert!(
            (got[2] - 0.225).abs() < 1e-5,
            "half way down to what is dim: {}",
            got[2]
        );
        assert!((got[3] + 0.55).abs() < 1e-5);
        assert!(shades(&[0.0; 3]).iter().all(|g| *g == -1.0));
    }
}
