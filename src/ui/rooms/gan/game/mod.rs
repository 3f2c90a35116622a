//! Chapters 'The game in two dimensions' and 'When it goes wrong': two small networks play against
//! each other on points in the plane, trained while one looks.
//!
//! The transport plays rounds; halves of rounds can be played by hand, and looked at in slow
//! motion. What is played is an engine's work; see [`run`].

mod controls;
mod flow;
mod inspect;
mod play;
mod run;
mod slow;
mod stage;
mod wrong;

use std::rc::Rc;

use yew::prelude::*;

use self::controls::{Controls, loss_name};
use self::flow::Flow;
use self::inspect::Inspectors;
use self::play::{use_game_player, use_slow_player};
use self::run::{Demand, GameRun};
use self::slow::moment;
use self::stage::{dots, layers, legend, reals, slow_layers, slow_words, words};
use self::wrong::task_card;
use crate::data::points::Cloud;
use crate::protocol::gan::{Game, GanFrame, Half};
use crate::ui::components::chart::Tone;
use crate::ui::components::cloud::{Action as Stroke, drawing_layers, drawing_tools, use_drawing};
use crate::ui::components::extras::plane_extras;
use crate::ui::components::plane_view::PlaneView;
use crate::ui::components::transport::Transport;
use crate::ui::content::{self, texts};
use crate::ui::host::Phase;
use crate::ui::rooms::ChapterProps;
use crate::ui::runs::booked::{Action, sender, use_booked};
use crate::ui::runs::playback::Move;
use crate::ui::state::gan::{Case, Leg, Play, halves_of, rules_at, ticks_of};
use crate::ui::state::{GameState, Named, Route};

/// The layers, as [`Shown`] lists them.
///
/// [`Shown`]: crate::ui::state::gan::Shown
const LAYERS: [(&str, &str); 5] = [
    ("reals", "real"),
    ("fakes", "fake"),
    ("scores", "discriminator’s view"),
    ("grid", "generator’s grid"),
    ("pulls", "pull on fakes"),
];

/// The stage and the inspectors of both chapters.
#[component]
pub fn GameChapter(props: &ChapterProps<GameState>) -> Html {
    let state = &props.state;
    let begun = use_state_eq(|| false);
    let editing = use_state_eq(|| false);
    let course = state.course();
    let is_playing = *begun || state.needs_play();
    let wanted = Demand {
        course: course.clone(),
        every: state.every,
        needed: is_playing,
        case: state.case,
    };
    let run = use_booked(GameRun::default, wanted, false);
    {
        // Who came by a link into a game has begun it: what follows plays too.
        let begun = begun.setter();
        use_effect_with(state.needs_play(), move |&is_needed| {
            if is_needed {
                begun.set(true);
            }
        });
    }
    let player = use_game_player(props, &run, is_playing);
    let slow_player = use_slow_player(props, &run);
    let drawing = use_drawing(&state.game.cloud, *editing, on_drawn(props));
    {
        // Other data than those that are drawn on: the pen is put down.
        let (editing, drawn) = (editing.clone(), drawing.cloud());
        use_effect_with(state.game.cloud.clone(), move |cloud| {
            if *editing && drawn.as_ref() != Some(cloud) {
                editing.set(false);
            }
        });
    }
    let canvas = use_node_ref();
    let real_points = use_memo((state.game.cloud.clone(), state.game.seed), |_| {
        reals(&state.game)
    });

    let frames = &run.frames;
    let frame = frames.get(player.0.cursor as usize).or(frames.last());
    let now = state
        .slow
        .and_then(|_| moment(&run.frames, slow_player.0.cursor));
    let is_slow = now.is_some();
    let frame = now.as_ref().map_or(frame, |moment| Some(&moment.frame));
    let tick = frame.map_or(0, |frame| frame.at.ticks);
    // What is seen was played by these rules, whatever has been chosen since.
    let rules = rules_at(&course, tick).unwrap_or(&state.game);
    let is_still = player.0.settled() && run.is_over() && run.course() == course;
    let next = next_tick(state, is_still, tick);
    // Whoever chooses something else has drawn enough.
    let chapter = ChapterProps {
        state: state.clone(),
        on_state: {
            let editing = editing.setter();
            props.on_state.reform(move |state| {
                editing.set(false);
                state
            })
        },
    };
    let on_move = {
        let (player, slow) = (player.dispatcher(), slow_player.dispatcher());
        let begun = begun.setter();
        Callback::from(move |action| {
            if is_slow {
                slow.dispatch(action);
                return;
            }
            if matches!(
                action,
                Move::Play | Move::Toggle | Move::Forward | Move::To(_)
            ) {
                begun.set(true);
            }
            player.dispatch(action);
        })
    };
    let on_edit = {
        let editing = editing.clone();
        Callback::from(move |()| editing.set(!*editing))
    };
    let on_pen = editing.then(|| {
        let drawing = drawing.dispatcher();
        Callback::from(move |pen| drawing.dispatch(Stroke::Pen(pen)))
    });
    let shown_layers = match (&now, frame) {
        _ if *editing => drawing_layers(&drawing),
        (Some(moment), _) => slow_layers(rules.loss, moment),
        (None, Some(frame)) => layers(rules, state.shown, frame, &real_points),
        (None, None) => vec![dots(&real_points, Tone::Second, 0.75)],
    };
    let place = place_text(halves_of(&course, tick));
    let spoken = match (&now, frame) {
        _ if *editing => texts::plane::draw_label::PLAIN.to_owned(),
        (Some(moment), _) => slow_words(moment),
        (None, Some(frame)) => words(rules.loss, frame, &place),
        (None, None) => texts::gan::waiting::PLAIN.to_owned(),
    };
    let playback = if is_slow { slow_player.0 } else { player.0 };
    let stage = format!("{} / {}", playback.cursor + 1, playback.last + 1);
    let position = if is_slow { stage } else { place };
    html! {
        <>
            <div class="card gan-game" data-tick={tick.to_string()} data-frames={run.frames.len().to_string()}
                data-run-state={run.book.phase.map(Phase::id)} data-over={run.is_over().to_string()}
                data-loss={rules.loss.name()} data-slow={now.as_ref().map(|now| now.stage.id())}>
                <Controls chapter={chapter.clone()} {tick} editing={*editing} {on_edit} />
                <Flow game={rules.clone()} frame={frame.cloned()} reals={(*real_points).clone()}
                    moment={now.clone()} />
                <div class="game-stage">
                    <div class="game-sheet">
                        <PlaneView layers={shown_layers} label={spoken.clone()} canvas={canvas.clone()} {on_pen} />
                        if *editing {
                            { drawing_tools(&drawing, &editing) }
                        } else {
                            { layer_switches(&chapter, is_slow) }
                        }
                    </div>
                    <div class="game-side">
                        { by_hand(&chapter, next) }
                        { progress(&chapter, &run) }
                        if let Some(case) = state.case {
                            { task_card(case, state, &run, frame.map(Rc::as_ref)) }
                        } else {
                            <div class="hint game-legend">{ legend(rules.loss, is_slow) }</div>
                        }
                    </div>
                </div>
                <Transport {playback} on={on_move} {position} spoken={spoken}>
                    { extras(state, rules, frame, &canvas, is_slow.then_some(playback.cursor)) }
                </Transport>
            </div>
            <Inspectors game={rules.clone()} run={(*run).clone()} frame={frame.cloned()} />
        </>
    }
}

/// The text of the chapter.
pub fn story(state: &GameState) -> Html {
    if state.case.is_some() {
        return wrong::story(state.case);
    }
    html! {
        <>
            { content::section(texts::gan::game::HTML) }
            { content::predict(texts::gan::game_try::HTML, texts::gan::game_reveal::HTML) }
            { content::section(texts::gan::game_how::HTML) }
            { content::predict(texts::gan::warp_try::HTML, texts::gan::warp_reveal::HTML) }
            { content::section(texts::gan::game_slow::HTML) }
        </>
    }
}

/// A finished stroke becomes the data of a new game.
fn on_drawn(props: &ChapterProps<GameState>) -> Callback<Cloud> {
    props.edit(|state, cloud| {
        *state = state.anew(Game {
            cloud,
            ..state.game.clone()
        });
    })
}

/// So many halves of the discriminator and of the generator in words: `round 412`, or `round 412 ½`
/// after the discriminator's half; where they did not take turns, both numbers.
fn place_text([judge, maker]: [u32; 2]) -> String {
    match judge.checked_sub(maker) {
        Some(0) => format!("round {maker}"),
        Some(1) => format!("round {maker} ½"),
        _ => format!("D {judge}, G {maker}"),
    }
}

/// The tick from which the next half by hand is played. Halves asked for in quick succession follow
/// one another, and in slow motion they follow those on show. `is_still`: all halves asked for have
/// come and been gone to, so that `shown` is what the visitor chose.
fn next_tick(state: &GameState, is_still: bool, shown: u32) -> u32 {
    let to_come = state.at.is_none() && !state.hand.is_empty() && !is_still;
    if state.slow.is_some() || to_come {
        ticks_of(&state.course())
    } else {
        shown
    }
}

/// Switches for the layers of the sheet.
fn layer_switches(chapter: &ChapterProps<GameState>, is_slow: bool) -> Html {
    let switch = |(number, (id, name)): (usize, (&'static str, &'static str))| {
        let pressed = chapter.state.shown.0[number].to_string();
        let onclick = chapter.edit(move |state, _: MouseEvent| state.shown.0[number] ^= true);
        html! {
            <button type="button" class={classes!("layer", id)} data-layer={id}
                aria-pressed={pressed} disabled={is_slow} {onclick}>{ name }</button>
        }
    };
    html! {
        <div class="layer-switches" role="group" aria-label="Layers">
            { for LAYERS.into_iter().enumerate().map(switch) }
        </div>
    }
}

/// Halves of a round by hand from `tick` on, and slow motion.
fn by_hand(chapter: &ChapterProps<GameState>, tick: u32) -> Html {
    let state = &chapter.state;
    let set = |next: GameState| chapter.edit(move |state, _| *state = next.clone());
    let d = state.by_hand(tick, Half::Discriminator);
    let g = state.by_hand(tick, Half::Generator);
    let both = d.by_hand(tick + 1, Half::Generator);
    let button = |name: &'static str, text: &'static str, next: GameState| {
        html! {
            <button type="button" class="button small" data-hand={name} disabled={!next.fits_link()}
                onclick={set(next)}>{ text }</button>
        }
    };
    let (is_slow, has_halves) = (state.slow.is_some(), !state.hand.is_empty());
    let mut slow = if is_slow || has_halves {
        state.clone()
    } else {
        both.clone()
    };
    slow.slow = (!is_slow).then_some(0);
    slow.at = slow.at.filter(|_| is_slow);
    let can_slow = is_slow || slow.fits_link();
    let play_on = state.branch(tick, state.game.clone(), state.rounds);
    let fits = both.fits_link() && play_on.fits_link();
    html! {
        <div class="game-hand" role="group" aria-label="By hand">
            <span class="hand-title">{ "Step by hand" }</span>
            { button("d", "Discriminator", d) }
            { button("g", "Generator", g) }
            { button("both", "Both", both) }
            <button type="button" class="button small slow" aria-pressed={is_slow.to_string()}
                disabled={!can_slow} onclick={set(slow)}>{ "Slow motion" }</button>
            if has_halves {
                { button("on", "Play on", play_on) }
            }
            if !fits { <p class="hint">{ texts::gan::too_long::PLAIN }</p> }
        </div>
    }
}

/// What is being computed, a way to stop it, and what to do when it has failed.
fn progress(chapter: &ChapterProps<GameState>, run: &UseReducerHandle<GameRun>) -> Html {
    let is_by_hand = |leg: &Leg| matches!(leg.play, Play::Hand(_));
    let (unit, parts) = if run.course().iter().any(is_by_hand) {
        ("halves", 1)
    } else {
        ("rounds", 2)
    };
    let is_busy = run.book.is_busy();
    let reached = run.reached().unwrap_or(0) / parts;
    let whole = run.ticks().last().map_or(0, |tick| tick / parts);
    let speed = run.speed().map_or(String::new(), |speed| {
        format!(", {speed:.0} rounds a second")
    });
    let text = match run.book.phase {
        _ if run.frames.is_empty() && is_busy => texts::gan::waiting::PLAIN.to_owned(),
        Some(Phase::Failed) => texts::gan::failed::PLAIN.to_owned(),
        _ if reached == 0 && !is_busy => texts::gan::idle::PLAIN.to_owned(),
        _ => format!("{reached} of {whole} {unit} played{speed}"),
    };
    let stopped =
        matches!(run.book.phase, Some(Phase::Cancelled | Phase::Failed)) && !run.is_over();
    html! {
        <div class="game-run">
            if is_busy && reached > 0 {
                <button type="button" class="button small stop" onclick={sender(run, || Action::Stop)}>{ "Stop" }</button>
            }
            if stopped {
                <button type="button" class="button small resume" onclick={sender(run, || Action::GoOn)}>{ "Go on" }</button>
            }
            <span class="progress-text">{ text }</span>
            { diverged(chapter, run) }
        </div>
    }
}

/// What to do when the numbers have left all bounds.
fn diverged(chapter: &ChapterProps<GameState>, run: &GameRun) -> Html {
    let state = &chapter.state;
    let Some(tick) = run.diverged else {
        return Html::default();
    };
    let place = place_text(halves_of(run.course(), tick));
    let usual = Game::default();
    let mut game = state.game.clone();
    for (player, usual) in [
        (&mut game.generator, usual.generator),
        (&mut game.discriminator, usual.discriminator),
    ] {
        player.learning_rate = usual.learning_rate;
        player.optimizer = usual.optimizer;
    }
    let by_rates = game != state.game;
    let (text, way_back) = if by_rates {
        (texts::gan::diverged::PLAIN, "Play with the usual rates")
    } else {
        game = Game {
            cloud: game.cloud,
            ..state.case.map_or(usual, Case::game)
        };
        (
            texts::gan::diverged_otherwise::PLAIN,
            "Play by the usual rules",
        )
    };
    let text = content::fill(text, &[("round", &place)]);
    let tame = state.anew(game);
    let onclick = chapter.edit(move |state, _: MouseEvent| *state = tame.clone());
    html! {
        <p class="notice" role="alert">
            { text }{ " " }
            <button type="button" class="button small tame" {onclick}>{ way_back }</button>
        </p>
    }
}

/// Share, and save as a picture or as a table. `stage` is that of slow motion.
fn extras(
    state: &GameState,
    rules: &Game,
    frame: Option<&Rc<GanFrame>>,
    canvas: &NodeRef,
    stage: Option<u32>,
) -> Html {
    let tick = frame.map_or(0, |frame| frame.at.ticks);
    let seen = Route::of(match stage {
        Some(_) => GameState {
            slow: stage,
            ..state.clone()
        },
        None => state.seen_at(tick),
    });
    let loss = loss_name(rules.loss).replace(' ', "-");
    let name = format!("genscope-gan-{loss}-seed-{}-tick-{tick}", rules.seed);
    let detail = frame.and_then(|frame| frame.detail.as_ref());
    let fakes = match detail.filter(|_| stage.is_some()) {
        Some(detail) => detail.fakes.clone(),
        None => frame.map(|frame| frame.fakes.clone()).unwrap_or_default(),
    };
    let title = "Save the fakes as a table";
    plane_extras(seen, canvas, &name, Rc::new(fakes), title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_told_with_their_halves() {
        assert_eq!(place_text([0, 0]), "round 0");
        assert_eq!(place_text([413, 412]), "round 412 ½");
        assert_eq!(place_text([50, 0]), "D 50, G 0");
        assert_eq!(place_text([0, 1]), "D 0, G 1");
    }

    #[test]
    fn halves_in_quick_succession_follow_one_another() {
        let start = GameState::default();
        assert_eq!(next_tick(&start, true, 20), 20);
        let first = start.by_hand(20, Half::Discriminator);
        // Its frame is not there yet: round 10 is still shown.
        let second = first.by_hand(next_tick(&first, false, 20), Half::Generator);
        assert_eq!(second.hand, [Half::Discriminator, Half::Generator]);
        // The visitor has gone back, and rests there.
        let back = GameState {
            at: Some(20),
            ..second
        };
        assert_eq!(next_tick(&back, false, 20), 20);
        let slow = GameState {
            slow: Some(3),
            ..back
        };
        assert_eq!(next_tick(&slow, true, 21), 22);
    }
}
