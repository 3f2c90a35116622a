//! Chapter 'Pixel by pixel': a picture grows, one pixel after another.

use std::rc::Rc;

use yew::prelude::*;

use super::maker_control;
use super::run::{Drawn, PicturesRun, grey};
use crate::data::{PIXELS, SIDE};
use crate::models::next::{Choosing, surprise};
use crate::protocol::pixel::{PixelAsk, PixelStep, Wanted};
use crate::ui::components::board::Board;
use crate::ui::components::class_field::{ClassField, SetField};
use crate::ui::components::controls::ControlRow;
use crate::ui::components::equation::Equation;
use crate::ui::components::extras::extras;
use crate::ui::components::model_card::ModelCard;
use crate::ui::components::odds::{Odd, odds};
use crate::ui::components::picture::PictureView;
use crate::ui::components::progress::progress;
use crate::ui::components::save::{save_csv, sheet_saver};
use crate::ui::components::seed::SeedField;
use crate::ui::components::slider::Slider;
use crate::ui::components::transport::{Player, Transport};
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::use_booked;
use crate::ui::runs::playback::Move;
use crate::ui::runs::player::{Course, Entry, mover, use_player};
use crate::ui::state::{GrowState, Route, Wanted as Class};

/// The text of the chapter.
pub fn story() -> Html {
    html! {
        <>
            { content::section(texts::pixel_grow::story::HTML) }
            { content::predict(texts::pixel_grow::story_try::HTML, texts::pixel_grow::story_reveal::HTML) }
            <h3>{ texts::pixel_grow::order::TITLE }</h3>
            { content::section(texts::pixel_grow::order::HTML) }
        </>
    }
}

fn choosing(state: &GrowState) -> Choosing {
    Choosing {
        temperature: state.temperature as f32 / 100.0,
        ..Choosing::default()
    }
}

/// The picture; beside it, if something was changed, what it would have been.
fn ask(state: &GrowState) -> PixelAsk {
    let picture = |forced| Wanted {
        class: state.digit,
        index: 0,
        forced,
    };
    let mut pictures = vec![picture(state.changes.clone())];
    if !state.changes.is_empty() {
        pictures.push(picture(Vec::new()));
    }
    PixelAsk {
        model: state.maker.model().into(),
        pictures,
        choosing: choosing(state),
        seed: state.seed,
    }
}

/// The stage and the inspectors of the chapter.
#[component]
pub fn GrowChapter(props: &ChapterProps<GrowState>) -> Html {
    let state = &props.state;
    let run = use_booked(PicturesRun::default, Some(ask(state)), false);
    let nothing = Drawn::default();
    let drawn = run.all.first().unwrap_or(&nothing);
    let player = use_pixels(state, props, drawn.steps.len());
    let at = player
        .0
        .cursor
        .min((drawn.steps.len() as u32).saturating_sub(1));
    let step = drawn.steps.get(at as usize).cloned();
    let on_at = mover(&player);
    let on_pick = on_at.reform(|at: usize| Move::To(at as u32));
    let on_level = props.edit(move |state, level| state.branch(at, level));
    let place = place(at);
    let spoken = step.as_ref().map_or_else(String::new, |step| {
        let values = [("place", place.clone()), ("level", step.level.to_string())];
        content::fill(texts::pixel_grow::spoken::PLAIN, &values)
    });
    let seen = GrowState {
        step: step.as_ref().map(|_| at),
        ..state.clone()
    };
    let known = at as usize + usize::from(step.is_some());
    let pixels = Rc::new(drawn.pixels(known));
    let name = format!("genscope-{}-{}.png", state.maker.model(), state.digit);
    let speed = run.speed();
    html! {
        <>
            <div class="card pixel-grow" data-run-state={run.book.phase.map(Phase::id)} data-at={at.to_string()}
                data-pixels={drawn.steps.len().to_string()} data-changes={state.changes.len().to_string()}
                data-ms={run.each_ms().map(|ms| format!("{ms:.1}"))}>
                { controls(props) }
                <div class="pixel-sides">
                    <div class="pixel-pictures">
                        <figure>
                            <Board columns={SIDE} count={PIXELS} chosen={at as usize} {on_pick}
                                label={texts::pixel_grow::board::PLAIN} spoken={place.clone()}>
                                <PictureView class="pix" pixels={pixels.clone()} label="" />
                                { cover(known) }
                            </Board>
                            <figcaption>{ texts::pixel_grow::picture::PLAIN }</figcaption>
                        </figure>
                        { second(run.all.get(1), drawn, known) }
                    </div>
                    <div class="pixel-odds">
                        <h3>{ texts::pixel_grow::odds::TITLE }</h3>
                        if let Some(step) = &step {
                            { bars(step, &choosing(state), &on_level) }
                            <p class="hint">{ content::fill(texts::pixel_grow::odds::PLAIN, &[("place", place)]) }</p>
                        }
                    </div>
                </div>
                { progress(&run, |engine| format!("{engine}: {} of {PIXELS} pixels", drawn.steps.len()), |_| texts::text::computed::PLAIN.into()) }
                <Transport playback={player.0} on={on_at} position={format!("{} / {PIXELS}", at + 1)} {spoken}>
                    { extras(Route::of(seen), "Save the picture as PNG", step.is_some(), sheet_saver(step.as_ref().map(|_| pixels.to_vec()), 1, name)) }
                    <button type="button" class="button csv" disabled={step.is_none()} onclick={on_csv(drawn)}>{ "CSV" }</button>
                </Transport>
            </div>
            <div class="inspect pixel-inspect">
                if let Some(step) = &step { { numbers(state, step) } }
                { costs(drawn, known) }
                <ModelCard model={state.maker.model()} {speed} />
            </div>
        </>
    }
}

/// The transport over the pixels, in step with the link.
#[hook]
fn use_pixels(
    state: &GrowState,
    props: &ChapterProps<GrowState>,
    there: usize,
) -> UseReducerHandle<Player> {
    let ready = (there as u32).checked_sub(1);
    let course = Course {
        of: GrowState {
            step: None,
            ..state.clone()
        },
        entry: state.step.map_or(Entry::Start, Entry::Rest),
        ready,
        last: GrowState::LAST,
        at: state
            .step
            .filter(|at| Some(*at) <= ready)
            .map(|at| (at, at)),
        tells: ready == Some(GrowState::LAST),
    };
    use_player(course, props.edit(|state, at| state.step = Some(at)))
}

fn controls(props: &ChapterProps<GrowState>) -> Html {
    let state = &props.state;
    let default = GrowState::default();
    let on_wanted = props.edit(|state, wanted| {
        if let Class::Digit(digit) = wanted {
            state.begin();
            state.digit = digit;
        }
    });
    let on_set = props.edit(|state, set| {
        state.begin();
        state.maker = state.maker.drawing(set);
    });
    let on_temperature = props.edit(|state, t: f32| {
        state.begin();
        state.temperature = (100.0 * t).round() as u32;
    });
    let on_seed = props.edit(|state, seed| {
        state.begin();
        state.seed = seed;
    });
    let on_maker = props.edit(|state, maker| {
        state.begin();
        state.maker = maker;
    });
    let more = html! {
        <>
            { maker_control(state.maker, on_maker) }
            <SeedField seed={state.seed} {on_seed} />
        </>
    };
    let is_set = state.seed != default.seed || state.maker != default.maker;
    html! {
        <ControlRow {is_set} {more}>
            <SetField set={state.maker.set()} {on_set} />
            <ClassField set={state.maker.set()} wanted={Class::Digit(state.digit)} any={false} {on_wanted} />
            <Slider label={texts::pixel_grow::temperature::PLAIN} name="temperature" max={2.0} step={0.05} digits={2}
                value={state.temperature as f32 / 100.0} on_value={on_temperature} />
        </ControlRow>
    }
}

/// A pixel's place in words, from 1.
fn place(at: u32) -> String {
    let side = SIDE as u32;
    content::fill(
        texts::pixel::place::PLAIN,
        &[
            ("row", (at / side + 1).to_string()),
            ("column", (at % side + 1).to_string()),
        ],
    )
}

/// What covers pixels that are not there yet.
pub fn cover(known: usize) -> Html {
    let side = SIDE as f64;
    let (row, column) = ((known / SIDE) as f64, (known % SIDE) as f64);
    let part = 100.0 / side;
    let line = format!(
        "top:{:.3}%;left:{:.3}%;height:{part:.3}%;right:0",
        row * part,
        column * part
    );
    let below = format!("top:{:.3}%;left:0;right:0;bottom:0", (row + 1.0) * part);
    html! {
        if known < PIXELS {
            <i class="cover" style={line} />
            <i class="cover" style={below} />
        }
    }
}

/// What it would have been; or, where nothing was changed, how surprising each pixel was.
fn second(without: Option<&Drawn>, drawn: &Drawn, known: usize) -> Html {
    match without {
        Some(without) => html! {
            <figure>
                <div class="board"><PictureView class="pix" pixels={Rc::new(without.pixels(known))} label={texts::pixel_grow::without::PLAIN} />{ cover(known) }</div>
                <figcaption>{ texts::pixel_grow::without::PLAIN }</figcaption>
            </figure>
        },
        None => html! {
            <figure>
                <div class="board"><PictureView class="pix" pixels={Rc::new(drawn.heat(known))} label={texts::pixel_grow::heat::PLAIN} />{ cover(known) }</div>
                <figcaption>{ texts::pixel_grow::heat::PLAIN }</figcaption>
            </figure>
        },
    }
}

/// The levels of a pixel with their odds; a click chooses another one.
fn bars(step: &PixelStep, choosing: &Choosing, on_level: &Callback<u8>) -> Html {
    let own = Choosing::default().probabilities(&step.logits);
    let drawn = choosing.probabilities(&step.logits);
    let odd = |(level, (own, drawn)): (u8, (&f32, &f32))| {
        let shade = (127.5 + 127.5 * grey(level)).round();
        let name = html! {
            <span class="odd-level"><i style={format!("background:rgb({shade},{shade},{shade})")} />{ level }</span>
        };
        let odd = Odd {
            value: level.into(),
            name,
            own: *own,
            drawn: *drawn,
            instead: None,
        };
        (level, odd)
    };
    odds(
        texts::pixel_grow::odds::TITLE,
        (0..).zip(own.iter().zip(&drawn)).map(odd),
        1.0,
        |level| level == step.level,
        on_level,
    )
}

/// The step's equation with its numbers.
fn numbers(state: &GrowState, step: &PixelStep) -> Html {
    let level = usize::from(step.level);
    let p = choosing(state).probabilities(&step.logits)[level];
    let values = vec![
        ("z", f64::from(step.logits[level])),
        ("T", f64::from(state.temperature) / 100.0),
        ("p", f64::from(p)),
    ];
    let formula = match state.temperature {
        0 => texts::pixel_grow::greedy::HTML,
        _ => texts::pixel_grow::formula::HTML,
    };
    let told = [
        ("level", step.level.to_string()),
        ("bits", format!("{:.2}", surprise(&step.logits, level))),
    ];
    html! {
        <div class="card">
            <h3>{ texts::pixel_grow::formula::TITLE }</h3>
            <Equation formula={formula.to_owned()} {values} />
            <p class="hint">{ content::fill(texts::pixel_grow::told::PLAIN, &told) }</p>
        </div>
    }
}

/// What the picture has cost so far.
fn costs(drawn: &Drawn, known: usize) -> Html {
    let bits = drawn.cost(0..known);
    let told = [
        ("n", known.to_string()),
        ("bits", format!("{bits:.0}")),
        ("each", format!("{:.2}", bits / known.max(1) as f32)),
    ];
    html! {
        <div class="card">
            <h3>{ texts::pixel_grow::product::TITLE }</h3>
            { content::section(texts::pixel_grow::product::HTML) }
            <p class="num" data-name="cost">{ content::fill(texts::pixel_grow::cost::PLAIN, &told) }</p>
        </div>
    }
}

/// Every pixel: its level, its surprise, and the odds of all levels.
fn on_csv(drawn: &Drawn) -> Callback<MouseEvent> {
    let drawn = drawn.clone();
    Callback::from(move |_| {
        let mut text = "row,column,level,bits,p0,p1,p2,p3,p4,p5,p6,p7\n".to_owned();
        for (at, (step, bits)) in drawn.steps.iter().zip(&drawn.bits).enumerate() {
            let p = Choosing::default().probabilities(&step.logits);
            let p: Vec<_> = p.iter().map(|p| format!("{p:.5}")).collect();
            let (row, column) = (at / SIDE + 1, at % SIDE + 1);
            text += &format!("{row},{column},{},{bits:.4},{}\n", step.level, p.join(","));
        }
        save_csv(&text, "genscope-pixels.csv");
    })
}
