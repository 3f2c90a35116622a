//! The controls of the game: data, loss, noise, and both players.

use yew::prelude::*;

use crate::protocol::gan::{Game, Loss, NoiseKind, Optimizer, Player};
use crate::ui::components::choice::{place, segments, select};
use crate::ui::components::cloud::CloudField;
use crate::ui::components::seed::SeedField;
use crate::ui::state::GameState;
use crate::ui::state::gan::{BATCHES, LAYERS, LOSSES, NOISE_DIMS, RATES, ROUNDS, UPDATES, WIDTHS};

/// Clips to choose from.
const CLIPS: [f32; 5] = [0.01, 0.03, 0.1, 0.3, 1.0];
/// Names of the players' fields: layers, width, optimiser, learning rate, updates.
const GENERATOR: [&str; 5] = ["glayers", "gwidth", "gopt", "glr", "gk"];
const DISCRIMINATOR: [&str; 5] = ["dlayers", "dwidth", "dopt", "dlr", "dk"];
/// A branch has at least so many rounds before it.
const SHORTEST_BRANCH: u32 = 300;

/// Properties of [`Controls`].
#[derive(Clone, PartialEq, Properties)]
pub struct ControlsProps {
    /// The chapter's controls.
    pub state: GameState,
    /// Asks for other controls.
    pub on_state: Callback<GameState>,
    /// The tick that is shown.
    pub tick: u32,
    /// Rules that allow it change from the shown tick on, not from the start.
    pub from_here: bool,
    /// The visitor wants it so, or not.
    pub on_from_here: Callback<bool>,
    /// The visitor draws.
    pub editing: bool,
    /// The visitor wants to draw, or no longer.
    pub on_edit: Callback<()>,
}

/// `state` by other rules. Those that fit the same networks may change in mid-game.
fn changed(props: &ControlsProps, game: Game, fits: bool) -> GameState {
    let (state, tick) = (&props.state, props.tick);
    if fits && props.from_here && tick > 0 {
        let branch = state.branch_to_end(tick, game.clone(), SHORTEST_BRANCH);
        if branch.fits_link() {
            return branch;
        }
    }
    state.anew(game)
}

/// A change of the rules by the place of what was chosen.
fn edit(
    props: &ControlsProps,
    fits: bool,
    apply: impl Fn(&mut Game, usize) + 'static,
) -> Callback<usize> {
    let props = props.clone();
    Callback::from(move |index: usize| {
        let mut game = props.state.game.clone();
        apply(&mut game, index);
        props.on_state.emit(changed(&props, game, fits));
    })
}

/// The values to choose from, with the one in force.
fn listed<T: Copy + PartialOrd>(values: &[T], now: T) -> Vec<T> {
    let mut listed = values.to_vec();
    if !values.contains(&now) {
        listed.insert(values.partition_point(|value| *value < now), now);
    }
    listed
}

fn names<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}

/// All controls.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let state = &props.state;
    let game = &state.game;
    let on_cloud = {
        let props = props.clone();
        Callback::from(move |cloud| {
            let game = Game {
                cloud,
                ..props.state.game.clone()
            };
            props.on_state.emit(changed(&props, game, false));
        })
    };
    let on_seed = {
        let props = props.clone();
        Callback::from(move |seed| {
            let game = Game {
                seed,
                ..props.state.game.clone()
            };
            props.on_state.emit(changed(&props, game, false));
        })
    };
    let on_rounds = {
        let (state, on_state) = (state.clone(), props.on_state.clone());
        Callback::from(move |index: usize| {
            if let Some(rounds) = listed(&ROUNDS, state.rounds).get(index) {
                on_state.emit(state.of_rounds(*rounds));
            }
        })
    };
    let (clips, rounds) = (listed(&CLIPS, game.clip), listed(&ROUNDS, state.rounds));
    let on_from_here = props.on_from_here.reform(|index: usize| index == 1);
    html! {
        <>
            <div class="controls">
                <CloudField cloud={game.cloud.clone()} editing={props.editing} {on_cloud}
                    on_edit={props.on_edit.clone()} />
                { select("Loss", "loss", &LOSSES.map(|loss| loss_name(loss).to_owned()),
                    place(&LOSSES, game.loss),
                    edit(props, true, |game, i| game.loss = LOSSES[i.min(LOSSES.len() - 1)])) }
                if game.loss == Loss::Wasserstein {
                    { select("clip at", "clip", &names(&clips), place(&clips, game.clip),
                        edit(props, true, |game, i| {
                            game.clip = listed(&CLIPS, game.clip).get(i).copied().unwrap_or(game.clip);
                        })) }
                }
                { segments("Noise", &["normal", "uniform"],
                    usize::from(game.noise == NoiseKind::Uniform),
                    edit(props, false, |game, i| {
                        game.noise = [NoiseKind::Gaussian, NoiseKind::Uniform][i.min(1)];
                    }), if game.noise == NoiseKind::Uniform { "uniform" } else { "normal" }) }
                { select("numbers", "dims", &NOISE_DIMS.map(|n| n.to_string()),
                    place(&NOISE_DIMS, game.noise_dims),
                    edit(props, false, |game, i| game.noise_dims = NOISE_DIMS[i.min(3)])) }
                { select("Batch", "batch", &BATCHES.map(|n| n.to_string()), place(&BATCHES, game.batch),
                    edit(props, false, |game, i| game.batch = BATCHES[i.min(3)])) }
                { select("Rounds", "rounds", &names(&rounds), place(&rounds, state.rounds), on_rounds) }
                <SeedField seed={game.seed} {on_seed} />
            </div>
            <details class="players" open={has_other_players(game)}>
                <summary>{ "Both players: " }{ summary(game) }</summary>
                <div>
                { player(props, "Generator", GENERATOR, &game.generator, |game| &mut game.generator) }
                { player(props, "Discriminator", DISCRIMINATOR, &game.discriminator, |game| &mut game.discriminator) }
                { segments("Changes apply", &["from the start", "from here"],
                    usize::from(props.from_here), on_from_here,
                    if props.from_here { "here" } else { "start" }) }
                </div>
            </details>
        </>
    }
}

/// Are the players not as the chapter opens with them? Then their controls are open.
fn has_other_players(game: &Game) -> bool {
    let usual = Game::default();
    (game.generator, game.discriminator) != (usual.generator, usual.discriminator)
}

/// Both players in a few words.
fn summary(game: &Game) -> String {
    let words = |player: &Player| {
        let optimizer = match player.optimizer {
            Optimizer::Adam => "Adam",
            Optimizer::Sgd => "SGD",
        };
        let Player {
            layers,
            width,
            learning_rate,
            updates,
            ..
        } = player;
        format!("{layers} × {width}, {optimizer} {learning_rate}, {updates} a round")
    };
    let (maker, judge) = (words(&game.generator), words(&game.discriminator));
    if maker == judge {
        maker
    } else {
        format!("generator {maker}; discriminator {judge}")
    }
}

/// One player's network and how it learns; `names` are those of its fields.
fn player(
    props: &ControlsProps,
    title: &'static str,
    names: [&'static str; 5],
    player: &Player,
    of: fn(&mut Game) -> &mut Player,
) -> Html {
    let [layers, width, optimizer, rate, updates] = names;
    html! {
        <fieldset class="player">
            <legend>{ title }</legend>
            { select("layers", layers, &LAYERS.map(|n| n.to_string()),
                place(&LAYERS, player.layers),
                edit(props, false, move |game, i| of(game).layers = LAYERS[i.min(3)])) }
            { select("of width", width, &WIDTHS.map(|n| n.to_string()),
                place(&WIDTHS, player.width),
                edit(props, false, move |game, i| of(game).width = WIDTHS[i.min(5)])) }
            { select("optimiser", optimizer, &["Adam".to_owned(), "SGD".to_owned()],
                usize::from(player.optimizer == Optimizer::Sgd),
                edit(props, true, move |game, i| {
                    of(game).optimizer = [Optimizer::Adam, Optimizer::Sgd][i.min(1)];
                })) }
            { select("learning rate", rate, &RATES.map(|rate| rate.to_string()),
                place(&RATES, player.learning_rate),
                edit(props, true, move |game, i| of(game).learning_rate = RATES[i.min(8)])) }
            { select("updates a round", updates, &UPDATES.map(|n| n.to_string()),
                place(&UPDATES, player.updates),
                edit(props, true, move |game, i| of(game).updates = UPDATES[i.min(4)])) }
        </fieldset>
    }
}

/// The loss's name for people.
pub fn loss_name(loss: Loss) -> &'static str {
    match loss {
        Loss::NonSaturating => "non-saturating",
        Loss::Minimax => "minimax",
        Loss::LeastSquares => "least squares",
        Loss::Wasserstein => "Wasserstein",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::gan::ticks_of;

    fn props(tick: u32, from_here: bool) -> ControlsProps {
        ControlsProps {
            state: GameState::default(),
            on_state: Callback::noop(),
            tick,
            from_here,
            on_from_here: Callback::noop(),
            editing: false,
            on_edit: Callback::noop(),
        }
    }

    #[test]
    fn players_are_summed_up() {
        let mut game = Game::default();
        assert_eq!(summary(&game), "2 × 32, Adam 0.002, 1 a round");
        assert!(!has_other_players(&game));
        game.generator.updates = 5;
        assert!(summary(&game).starts_with("generator 2 × 32, Adam 0.002, 5 a round; "));
        assert!(has_other_players(&game));
    }

    #[test]
    fn what_is_in_force_is_listed() {
        assert_eq!(listed(&ROUNDS, 3000), ROUNDS);
        assert_eq!(listed(&ROUNDS, 2900)[..3], [300, 1000, 2900]);
        assert_eq!(listed(&CLIPS, 5.0).last(), Some(&5.0));
    }

    #[test]
    fn rules_change_from_here_or_from_the_start() {
        let game = Game {
            loss: Loss::LeastSquares,
            ..Game::default()
        };
        let branch = changed(&props(1000, true), game.clone(), true);
        assert_eq!((branch.past.len(), ticks_of(&branch.course())), (1, 6000));
        for (tick, from_here, fits) in [(1000, false, true), (0, true, true), (1000, true, false)] {
            let anew = changed(&props(tick, from_here), game.clone(), fits);
            assert!(anew.past.is_empty() && anew.game == game);
        }
        // Near the end there is still something to see.
        let late = changed(&props(5990, true), game, true);
        assert_eq!(late.rounds, SHORTEST_BRANCH);
    }
}
