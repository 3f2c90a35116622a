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

use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use self::controls::{Controls, loss_name};
use self::flow::Flow;
use self::inspect::Inspectors;
use self::play::{use_player, use_slow_player};
use self::run::{Action, GameRun, use_game_run};
use self::slow::{Moment, Stage, moment};
use self::stage::{batch_layers, dots, heat, layers, mesh, reals};
use self::wrong::{TaskCard, median_pull};
use crate::data::points::Cloud;
use crate::protocol::gan::{GanFrame, Half};
use crate::ui::components::chart::Tone;
use crate::ui::components::cloud::{Action as Stroke, drawing_layers, drawing_tools, use_drawing};
use crate::ui::components::icon::{Icon, IconButton};
use crate::ui::components::plane_view::{Layer, PlaneView};
use crate::ui::components::save::{points_csv, save_canvas, save_csv};
use crate::ui::components::share::ShareButton;
use crate::ui::components::transport::Transport;
use crate::ui::content;
use crate::ui::host::Phase;
use crate::ui::playback::Move;
use crate::ui::rooms::ChapterProps;
use crate::ui::router::link;
use crate::ui::state::gan::{Shown, loss_id};
use crate::ui::state::{GameState, Page, Route};

/// Names of the layers, as [`Shown::list`] lists them.
const LAYER_NAMES: [(&str, &str); 5] = [
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
    let from_here = use_state_eq(|| false);
    let editing = use_state_eq(|| false);
    let run = use_game_run(
        state.course(),
        state.frame_every(),
        *begun || needs_play(state),
    );
    {
        // Who came by a link into a game has begun it: what follows plays too.
        let begun = begun.setter();
        use_effect_with(needs_play(state), move |&is_needed| {
            if is_needed {
                begun.set(true);
            }
        });
    }
    let player = use_player(props, &run);
    let slow_player = use_slow_player(state.slow, &run);
    let drawing = use_drawing(&state.game.cloud, *editing, on_drawn(props));
    let canvas = use_node_ref();
    let real_points = use_memo((state.game.cloud.clone(), state.game.seed), |_| {
        reals(&state.game)
    });

    let frame = run
        .frames
        .get(player.0.cursor as usize)
        .or(run.frames.last());
    let tick = frame.map_or(0, |frame| frame.at.ticks);
    let now = state
        .slow
        .then(|| moment(&run.frames, slow_player.0.cursor))
        .flatten();
    let on_state = {
        let (on_state, editing) = (props.on_state.clone(), editing.setter());
        Callback::from(move |state| {
            editing.set(false);
            on_state.emit(state);
        })
    };
    let on_move = {
        let (player, slow) = (player.dispatcher(), slow_player.dispatcher());
        let (begun, is_slow) = (begun.setter(), state.slow);
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
        (Some(moment), _) => slow_layers(state, moment),
        (None, Some(frame)) => layers(&state.game, state.shown, frame, &real_points),
        (None, None) => vec![dots(&real_points, Tone::Second, 0.75)],
    };
    let spoken = match (&now, frame) {
        _ if *editing => content::text("plane", "draw.label"),
        (Some(moment), _) => slow_words(moment),
        (None, Some(frame)) => words(frame),
        (None, None) => content::text("gan", "waiting"),
    };
    let playback = if state.slow { slow_player.0 } else { player.0 };
    let position = if state.slow {
        format!("{} / {}", playback.cursor + 1, playback.last + 1)
    } else {
        round_text(tick)
    };
    html! {
        <>
            <div class="card gan-game" data-tick={tick.to_string()} data-frames={run.frames.len().to_string()}
                data-run-state={run.phase.map(Phase::id)} data-over={run.is_over().to_string()}
                data-loss={loss_id(state.game.loss)} data-slow={now.as_ref().map(|now| now.stage.id())}>
                <Controls state={state.clone()} on_state={on_state.clone()} {tick} from_here={*from_here}
                    on_from_here={from_here_setter(&from_here)} editing={*editing} {on_edit} />
                <Flow game={state.game.clone()} frame={frame.cloned()} reals={(*real_points).clone()}
                    moment={now.clone()} />
                <div class="game-stage">
                    <div class="game-sheet">
                        <PlaneView layers={shown_layers} label={spoken.clone()} canvas={canvas.clone()} {on_pen} />
                        if *editing {
                            { drawing_tools(&drawing, &editing) }
                        } else {
                            { layer_switches(state, &on_state) }
                        }
                    </div>
                    <div class="game-side">
                        { by_hand(state, tick, &on_state) }
                        { progress(state, &run, &on_state) }
                        if let Some(case) = state.case {
                            <TaskCard {case} state={state.clone()} pull={frame.map(|f| median_pull(f))}
                                standing={case.standing(&state.game, &run.frames)} />
                        } else {
                            <div class="hint game-legend">{ content::section("gan", "legend") }</div>
                        }
                    </div>
                </div>
                <Transport {playback} on={on_move} {position} spoken={spoken}>
                    { extras(state, frame, &canvas, tick) }
                </Transport>
            </div>
            <Inspectors game={state.game.clone()} run={(*run).clone()} frame={frame.cloned()} />
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
            { content::section("gan", "game") }
            { content::predict("gan", "game") }
            { content::section("gan", "game.how") }
            { content::predict("gan", "warp") }
            { content::section("gan", "game.slow") }
        </>
    }
}

/// Does a link ask for more than the start of a game?
fn needs_play(state: &GameState) -> bool {
    let has_past = !state.past.is_empty() || !state.hand.is_empty();
    has_past || state.case.is_some() || state.at.is_some_and(|at| at > 0)
}

fn from_here_setter(from_here: &UseStateHandle<bool>) -> Callback<bool> {
    let from_here = from_here.setter();
    Callback::from(move |here| from_here.set(here))
}

/// A finished stroke becomes the data of a new game.
fn on_drawn(props: &ChapterProps<GameState>) -> Callback<Cloud> {
    let (state, on_state) = (props.state.clone(), props.on_state.clone());
    Callback::from(move |cloud| {
        let mut game = state.game.clone();
        game.cloud = cloud;
        on_state.emit(state.anew(game));
    })
}

/// `412`, or `412 ½` after the discriminator's half.
fn round_text(tick: u32) -> String {
    let half = if tick % 2 == 1 { " ½" } else { "" };
    format!("round {}{half}", tick / 2)
}

fn words(frame: &GanFrame) -> String {
    content::fill(
        "gan",
        "spoken",
        &[
            ("round", &round_text(frame.at.ticks)),
            ("real", &format!("{:.0}", 100.0 * frame.real_accuracy)),
            ("fake", &format!("{:.0}", 100.0 * frame.fake_accuracy)),
            ("js", &format!("{:.2}", frame.divergence.js)),
        ],
    )
}

fn slow_words(moment: &Moment) -> String {
    let who = match moment.half {
        Half::Discriminator => "Discriminator’s half",
        Half::Generator => "Generator’s half",
    };
    format!("{who}, {}", moment.stage.id())
}

/// The sheet at a moment of slow motion.
fn slow_layers(state: &GameState, moment: &Moment) -> Vec<Layer> {
    let Some(detail) = &moment.frame.detail else {
        return Vec::new();
    };
    let (loss, stage) = (state.game.loss, moment.stage);
    let moved = stage == Stage::Moved;
    let judge = if moved && moment.half == Half::Discriminator {
        &moment.frame
    } else {
        &moment.before
    };
    let mut layers = Vec::new();
    if stage >= Stage::Scores || moment.half == Half::Generator {
        layers.push(heat(loss, &judge.scores));
    }
    if moment.half == Half::Generator {
        let maker = if moved { &moment.frame } else { &moment.before };
        layers.push(mesh(&maker.warped));
    }
    layers.extend(batch_layers(
        detail,
        stage >= Stage::Fakes,
        stage >= Stage::Back,
    ));
    layers
}

/// Switches for the layers of the sheet.
fn layer_switches(state: &GameState, on_state: &Callback<GameState>) -> Html {
    let on = state.shown.list();
    let switch = |number: usize| {
        let (id, name) = LAYER_NAMES[number];
        let mut changed = on;
        changed[number] = !on[number];
        let next = GameState {
            shown: Shown::of(changed),
            ..state.clone()
        };
        let onclick = on_state.reform(move |_: MouseEvent| next.clone());
        html! {
            <button type="button" class={classes!("layer", id)} data-layer={id}
                aria-pressed={on[number].to_string()} disabled={state.slow} {onclick}>{ name }</button>
        }
    };
    html! {
        <div class="layer-switches" role="group" aria-label="Layers">{ for (0..on.len()).map(switch) }</div>
    }
}

/// Halves of a round by hand, and slow motion.
fn by_hand(state: &GameState, tick: u32, on_state: &Callback<GameState>) -> Html {
    let d = state.by_hand(tick, Half::Discriminator);
    let g = state.by_hand(tick, Half::Generator);
    let both = d.by_hand(tick + 1, Half::Generator);
    let button = |name: &'static str, text: &'static str, next: GameState| {
        let onclick = on_state.reform(move |_: MouseEvent| next.clone());
        html! { <button type="button" class="button small" data-hand={name} {onclick}>{ text }</button> }
    };
    let slow = GameState {
        slow: !state.slow,
        at: None,
        ..if state.slow || !state.hand.is_empty() {
            state.clone()
        } else {
            both.clone()
        }
    };
    let on_slow = on_state.reform(move |_: MouseEvent| slow.clone());
    let on = state.branch(tick, state.game.clone(), state.rounds);
    let play_on = GameState { slow: false, ..on };
    html! {
        <div class="game-hand" role="group" aria-label="By hand">
            <span class="hand-title">{ "Step by hand" }</span>
            { button("d", "Discriminator", d) }
            { button("g", "Generator", g) }
            { button("both", "Both", both) }
            <button type="button" class="button small slow" aria-pressed={state.slow.to_string()}
                onclick={on_slow}>{ "Slow motion" }</button>
            if !state.hand.is_empty() {
                { button("on", "Play on", play_on) }
            }
        </div>
    }
}

/// What is being computed, a way to stop it, and what to do when it has failed.
fn progress(
    state: &GameState,
    run: &UseReducerHandle<GameRun>,
    on_state: &Callback<GameState>,
) -> Html {
    let send = |action: fn() -> Action| {
        let run = run.dispatcher();
        Callback::from(move |_: MouseEvent| run.dispatch(action()))
    };
    let reached = run.reached().unwrap_or(0) / 2;
    let whole = run.ticks().last().map_or(0, |tick| tick / 2);
    let speed = run
        .speed()
        .map_or(String::new(), |speed| format!(", {speed:.0} a second"));
    let text = match run.phase {
        _ if run.frames.is_empty() && run.is_busy() => content::text("gan", "waiting"),
        Some(Phase::Failed) => content::text("gan", "failed"),
        _ if reached == 0 && !run.is_busy() => content::text("gan", "idle"),
        _ => format!("{reached} of {whole} rounds played{speed}"),
    };
    let stopped = run.phase == Some(Phase::Cancelled) && !run.is_over();
    html! {
        <div class="game-run">
            if run.is_busy() && reached > 0 {
                <button type="button" class="button small stop" onclick={send(|| Action::Stop)}>{ "Stop" }</button>
            }
            if stopped {
                <button type="button" class="button small resume" onclick={send(|| Action::Resume)}>{ "Go on" }</button>
            }
            <span class="progress-text">{ text }</span>
            { diverged(state, run, on_state) }
        </div>
    }
}

/// What to do when the numbers have left all bounds.
fn diverged(
    state: &GameState,
    run: &UseReducerHandle<GameRun>,
    on_state: &Callback<GameState>,
) -> Html {
    let Some(tick) = run.diverged else {
        return Html::default();
    };
    let text = content::fill("gan", "diverged", &[("round", &round_text(tick))]);
    let usual = crate::protocol::gan::Game::default();
    let mut game = state.game.clone();
    for (player, usual) in [
        (&mut game.generator, usual.generator),
        (&mut game.discriminator, usual.discriminator),
    ] {
        player.learning_rate = usual.learning_rate;
        player.optimizer = usual.optimizer;
    }
    let tame = state.anew(game);
    let onclick = on_state.reform(move |_: MouseEvent| tame.clone());
    html! {
        <p class="notice" role="alert">
            { text }{ " " }
            <button type="button" class="button small tame" {onclick}>{ "Play with the usual rates" }</button>
        </p>
    }
}

/// Share, and save as a picture or as a table.
fn extras(state: &GameState, frame: Option<&Rc<GanFrame>>, canvas: &NodeRef, tick: u32) -> Html {
    let shared = link(&Page {
        route: Route::Game(GameState {
            at: Some(tick).filter(|tick| *tick > 0),
            ..state.clone()
        }),
        ..Page::default()
    });
    let name = format!(
        "genscope-gan-{}-seed-{}-tick-{tick}",
        loss_name(state.game.loss).replace(' ', "-"),
        state.game.seed
    );
    let on_png = {
        let (canvas, name) = (canvas.clone(), format!("{name}.png"));
        Callback::from(move |()| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                save_canvas(&canvas, &name);
            }
        })
    };
    let fakes = frame.map(|frame| frame.fakes.clone()).unwrap_or_default();
    let is_empty = fakes.is_empty();
    let on_csv = Callback::from(move |_: MouseEvent| {
        save_csv(&points_csv(&fakes), &format!("{name}.csv"));
    });
    html! {
        <>
            <ShareButton link={shared} />
            <IconButton class="save" icon={Icon::Save} label="Save PNG" onclick={on_png} />
            <button type="button" class="button csv" disabled={is_empty}
                title="Save the fakes as a table" onclick={on_csv}>{ "CSV" }</button>
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_told_with_their_halves() {
        assert_eq!(round_text(0), "round 0");
        assert_eq!(round_text(825), "round 412 ½");
    }

    #[test]
    fn only_the_plain_link_waits_for_play() {
        assert!(!needs_play(&GameState::default()));
        let at = |at| GameState {
            at,
            ..GameState::default()
        };
        assert!(!needs_play(&at(Some(0))) && needs_play(&at(Some(20))));
        assert!(needs_play(
            &GameState::default().by_hand(0, Half::Generator)
        ));
        assert!(needs_play(&GameState::of(
            crate::ui::state::gan::Case::Collapse
        )));
    }
}
