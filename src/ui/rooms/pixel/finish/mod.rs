//! Chapter 'Finish it': a picture is begun, and ends in several ways.

use std::rc::Rc;

use yew::prelude::*;

use super::run::{Drawn, PicturesRun, levels};
use super::{chances, maker_control};
use crate::data::{CLASSES, PIXELS, SIDE};
use crate::models::next::Choosing;
use crate::protocol::pixel::{PixelAsk, Wanted};
use crate::ui::components::choice::choose;
use crate::ui::components::extras::extras;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::pick::{Pick, describe, pixels_of};
use crate::ui::components::picture::PictureView;
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_csv, sheet_saver};
use crate::ui::components::seed::SeedField;
use crate::ui::components::slider::Slider;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::samples::use_samples;
use crate::ui::state::{FinishState, Route};

/// Endings of one digit; of each digit there is one.
const ENDINGS: u32 = 10;

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::pixel_finish::story::HTML) }
            { content::predict(texts::pixel_finish::story_try::HTML, texts::pixel_finish::story_reveal::HTML) }
            <h3>{ texts::pixel_finish::chance::TITLE }</h3>
            { content::section(texts::pixel_finish::chance::HTML) }
        </>
    }
}

/// Ten endings of what is kept of a picture.
fn ask(state: &FinishState, pixels: &[f32]) -> PixelAsk {
    let kept = state.rows as usize * SIDE;
    let forced: Vec<(u16, u8)> = (0..).zip(levels(&pixels[..kept])).collect();
    let ending = |index: u32| Wanted {
        class: state.digit.unwrap_or(index as u8),
        index,
        forced: forced.clone(),
    };
    PixelAsk {
        model: state.maker.model().into(),
        pictures: (0..ENDINGS).map(ending).collect(),
        choosing: Choosing::default(),
        seed: state.seed,
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn FinishChapter(props: &ChapterProps<FinishState>) -> Html {
    let state = &props.state;
    let set = state.maker.set();
    let (loaded, on_retry) = use_samples(set);
    let x = use_memo(
        (state.picture.clone(), loaded.clone()),
        |(picture, loaded)| pixels_of(picture, loaded),
    );
    let want = (*x).as_ref().map(|x| ask(state, x));
    let run = use_booked(PicturesRun::default, want, false);
    let last = SIDE as u32 - state.rows;
    let whole = run.ready() == PIXELS;
    let row = state.row.map(|row| row.min(last));
    let course = Course {
        of: FinishState {
            row: None,
            ..state.clone()
        },
        entry: row.map_or(Entry::Start, Entry::Rest),
        ready: whole.then_some(last),
        last,
        at: row.filter(|_| whole).map(|row| (row, row)),
        tells: whole,
    };
    let player = use_player(course, props.edit(|state, row| state.row = Some(row)));
    let rows = (state.rows + player.0.cursor) as usize;
    let kept = state.rows as usize * SIDE;
    // How well what is kept fits each digit.
    let fits = chances(
        &run.all
            .iter()
            .map(|drawn| drawn.cost(0..kept))
            .collect::<Vec<_>>(),
    );
    let what = describe(set, &state.picture, &loaded);
    let position = format!("{} / {SIDE}", rows);
    let spoken = content::fill(
        texts::pixel_finish::spoken::PLAIN,
        &[("row", rows.to_string())],
    );
    let seen = FinishState {
        row: whole.then_some(player.0.cursor),
        ..state.clone()
    };
    let sheet = whole.then(|| {
        run.all
            .iter()
            .flat_map(|drawn| drawn.pixels(rows * SIDE))
            .collect()
    });
    let ending = |(i, drawn): (usize, &Drawn)| ending(state, i, drawn, kept, rows, &fits);
    let speed = run.speed();
    html! {
        <>
            <div class="card pixel-finish" data-run-state={run.book.phase.map(Phase::id)} data-row={rows.to_string()}
                data-whole={whole.to_string()} data-rows={state.rows.to_string()}>
                <Pick {set} picture={state.picture.clone()} loaded={loaded.clone()} {on_retry}
                    on_picture={props.edit(|state, picture| { state.begin(); state.picture = picture; })}
                    on_set={props.edit(|state, set| { state.begin(); state.maker = state.maker.drawing(set); })}
                    more={more(props)} is_set={state.seed != FinishState::default().seed || state.maker != FinishState::default().maker || state.digit.is_some()}>
                    <Slider label={texts::pixel_finish::rows::PLAIN} name="rows" min={1.0} max={FinishState::MOST_ROWS as f32} step={1.0} digits={0}
                        value={state.rows as f32} on_value={props.edit(|state, rows: f32| { state.begin(); state.rows = rows as u32; })} />
                </Pick>
                <div class="finish-sides">
                    <figure>
                        <div class="board">
                            <PictureView class="pix" pixels={(*x).clone().unwrap_or_else(|| Rc::new(vec![-1.0; PIXELS]))} label={what.clone()} />
                            { super::grow::cover(kept) }
                        </div>
                        <figcaption>{ texts::pixel_finish::kept::PLAIN }</figcaption>
                    </figure>
                    <ul class="endings">{ for run.all.iter().enumerate().map(ending) }</ul>
                </div>
                { progress(&run, |engine| format!("{engine}: {} of {ENDINGS} endings", run.whole()), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={mover(&player)} {position} time={texts::pixel_finish::row::PLAIN} {spoken}>
                    { extras(Route::of(seen), "Save the endings as PNG", whole, sheet_saver(sheet, 5, "genscope-endings.png".into())) }
                    <button type="button" class="button csv" disabled={!whole} onclick={on_csv(state, &run.all, kept, &fits)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect pixel-inspect">
                <div class="card">
                    <h3>{ texts::pixel_finish::bits::TITLE }</h3>
                    { content::section(texts::pixel_finish::bits::HTML) }
                </div>
                <ModelCard model={state.maker.model()} {speed} />
            </div>
        </>
    }
}

/// Controls behind the others.
fn more(props: &ChapterProps<FinishState>) -> Html {
    let state = &props.state;
    let digits: Vec<Option<u8>> = std::iter::once(None)
        .chain((0..CLASSES as u8).map(Some))
        .collect();
    let name = |digit: &Option<u8>| match digit {
        None => texts::pixel_finish::each::PLAIN.to_owned(),
        Some(digit) => state.maker.set().class_name(*digit).to_owned(),
    };
    let on_digit = props.edit(|state, digit| {
        state.begin();
        state.digit = digit;
    });
    let on_maker = props.edit(|state, maker| {
        state.begin();
        state.maker = maker;
    });
    let on_seed = props.edit(|state, seed| {
        state.begin();
        state.seed = seed;
    });
    html! {
        <>
            { choose(texts::pixel_finish::digit::PLAIN, "digit", &digits, state.digit, name, on_digit) }
            { maker_control(state.maker, on_maker) }
            <SeedField seed={state.seed} {on_seed} />
        </>
    }
}

fn ending(
    state: &FinishState,
    i: usize,
    drawn: &Drawn,
    kept: usize,
    rows: usize,
    fits: &[f32],
) -> Html {
    let digit = state.digit.map_or(i, usize::from);
    let is_whole = drawn.steps.len() == PIXELS;
    let bits = is_whole.then(|| format!("{:.0}", drawn.cost(kept..PIXELS)));
    let values = [
        (
            "digit",
            state.maker.set().class_name(digit as u8).to_owned(),
        ),
        ("n", (i + 1).to_string()),
        (
            "fits",
            content::percent(fits.get(i).copied().unwrap_or_default()),
        ),
        ("bits", bits.clone().unwrap_or_else(|| "\u{2026}".into())),
    ];
    let words = match state.digit {
        None => texts::pixel_finish::as_each::PLAIN,
        Some(_) => texts::pixel_finish::as_one::PLAIN,
    };
    let words = content::fill(words, &values);
    html! {
        <li class="ending" data-bits={bits}>
            <div class="board">
                <PictureView class="pix" pixels={Rc::new(drawn.pixels(rows * SIDE))} label={words.clone()} />
                { super::grow::cover(rows * SIDE) }
            </div>
            <p>{ words }</p>
        </li>
    }
}

/// Every ending: its digit, how well the beginning fits it, and its bits.
fn on_csv(state: &FinishState, all: &[Drawn], kept: usize, fits: &[f32]) -> Callback<MouseEvent> {
    let row = |(i, (drawn, fits)): (usize, (&Drawn, &f32))| {
        let digit = state.digit.map_or(i, usize::from);
        let (begin, end) = (drawn.cost(0..kept), drawn.cost(kept..PIXELS));
        format!("{digit},{begin:.2},{fits:.5},{end:.2}\n")
    };
    let rows: String = all.iter().zip(fits).enumerate().map(row).collect();
    let text = format!("digit,bits of what is kept,chance of the digit,bits of the ending\n{rows}");
    Callback::from(move |_| {
        save_csv(&text, "genscope-endings.csv");
    })
}
