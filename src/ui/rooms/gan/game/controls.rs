//! The controls of the game: data, loss, noise, and both players.

use yew::prelude::*;

use crate::protocol::gan::{Game, Loss, NoiseKind, Optimizer, Player};
use crate::ui::components::choice::{choose, segments};
use crate::ui::components::cloud::CloudField;
use crate::ui::components::controls::ControlRow;
use crate::ui::components::seed::SeedField;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::gan::{
    BATCHES, Case, LAYERS, LOSSES, NOISE_DIMS, RATES, ROUNDS, UPDATES, WIDTHS,
};
use crate::ui::state::{GameState, Named};

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
    /// The chapter's controls, and who asks for others.
    pub chapter: ChapterProps<GameState>,
    /// The tick that is shown.
    pub tick: u32,
    /// The visitor draws.
    pub editing: bool,
    /// The visitor wants to draw, or no longer.
    pub on_edit: Callback<()>,
}

/// `state` by other rules: from the half `from` on, if there is one and a link can hold it, or from
/// the start.
fn changed(state: &GameState, game: Game, from: Option<u32>) -> GameState {
    from.filter(|tick| *tick > 0)
        .map(|tick| state.branch_to_end(tick, game.clone(), SHORTEST_BRANCH))
        .filter(GameState::fits_link)
        .unwrap_or_else(|| state.anew(game))
}

/// How the rules change.
struct Edit<'a> {
    chapter: &'a ChapterProps<GameState>,
    /// Rules that allow it change from this half on.
    from: Option<u32>,
}

impl Edit<'_> {
    /// Rules that another game begins with.
    fn anew<T: 'static>(&self, apply: impl Fn(&mut Game, T) + 'static) -> Callback<T> {
        self.from(None, apply)
    }

    /// Rules that fit the same networks: they may change in mid-game.
    fn fitting<T: 'static>(&self, apply: impl Fn(&mut Game, T) + 'static) -> Callback<T> {
        self.from(self.from, apply)
    }

    fn from<T: 'static>(
        &self,
        from: Option<u32>,
        apply: impl Fn(&mut Game, T) + 'static,
    ) -> Callback<T> {
        self.chapter.edit(move |state, chosen| {
            let mut game = state.game.clone();
            apply(&mut game, chosen);
            *state = changed(state, game, from);
        })
    }
}

/// A list of numbers to choose from, with the one in force.
fn numbers<T: Copy + PartialOrd + ToString + 'static>(
    label: &'static str,
    name: &'static str,
    values: &[T],
    now: T,
    on: Callback<T>,
) -> Html {
    choose(label, name, &listed(values, now), now, T::to_string, on)
}

/// The values to choose from, with the one in force.
fn listed<T: Copy + PartialOrd>(values: &[T], now: T) -> Vec<T> {
    let mut listed = values.to_vec();
    if !values.contains(&now) {
        listed.insert(values.partition_point(|value| *value < now), now);
    }
    listed
}

/// Data, rounds and seed; loss, noise and the players behind them.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let chapter = &props.chapter;
    let (state, game) = (&chapter.state, &chapter.state.game);
    let from_here = use_state_eq(|| false);
    let edit = Edit {
        chapter,
        from: from_here.then_some(props.tick),
    };
    let on_from_here = {
        let from_here = from_here.setter();
        Callback::from(move |index| from_here.set(index == 1))
    };
    let (noise, noise_name) = match game.noise {
        NoiseKind::Gaussian => (0, "normal"),
        NoiseKind::Uniform => (1, "uniform"),
    };
    let more = html! {
        <>
                { choose("Loss", "loss", &LOSSES, game.loss, |loss| loss_name(*loss).to_owned(),
                    edit.fitting(|game, loss| game.loss = loss)) }
                if game.loss == Loss::Wasserstein {
                    { numbers("clip at", "clip", &CLIPS, game.clip, edit.fitting(|game, clip| game.clip = clip)) }
                }
                { segments("Noise", "noise", &["normal", "uniform"], noise, edit.anew(|game, i: usize| {
                    game.noise = [NoiseKind::Gaussian, NoiseKind::Uniform][i.min(1)];
                }), noise_name) }
                { numbers("numbers", "dims", &NOISE_DIMS, game.noise_dims,
                    edit.anew(|game, dims| game.noise_dims = dims)) }
                { numbers("Batch", "batch", &BATCHES, game.batch, edit.anew(|game, batch| game.batch = batch)) }
                <p class="hint players-now">{ "Both players: " }{ summary(game) }</p>
                <div class="players">
                { player(&edit, "Generator", GENERATOR, |game| &mut game.generator) }
                { player(&edit, "Discriminator", DISCRIMINATOR, |game| &mut game.discriminator) }
                { segments("Changes apply", "apply", &["from the start", "from here"],
                    usize::from(*from_here), on_from_here,
                    if *from_here { "here" } else { "start" }) }
                </div>
        </>
    };
    html! {
        <ControlRow {more} is_set={is_special(state)}>
            <CloudField cloud={game.cloud.clone()} editing={props.editing}
                on_cloud={edit.anew(|game, cloud| game.cloud = cloud)} on_edit={props.on_edit.clone()} />
            { numbers("Rounds", "rounds", &ROUNDS, state.rounds,
                chapter.edit(|state, rounds| *state = state.of_rounds(rounds))) }
            <SeedField seed={game.seed} on_seed={edit.anew(|game, seed| game.seed = seed)} />
        </ControlRow>
    }
}

/// Are there rules that are not in the first row and not those of the chapter's opening?
fn is_special(state: &GameState) -> bool {
    let usual = Game {
        cloud: state.game.cloud.clone(),
        seed: state.game.seed,
        ..state.case.map_or_else(Game::default, Case::game)
    };
    state.game != usual
}

/// Both players in a few words.
fn summary(game: &Game) -> String {
    let words = |player: &Player| {
        let optimizer = optimizer_name(player.optimizer);
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
    edit: &Edit,
    title: &'static str,
    names: [&'static str; 5],
    of: fn(&mut Game) -> &mut Player,
) -> Html {
    let [layers, width, optimizer, rate, updates] = names;
    let now = *of(&mut edit.chapter.state.game.clone());
    html! {
        <fieldset class="player">
            <legend>{ title }</legend>
            { numbers("layers", layers, &LAYERS, now.layers, edit.anew(move |game, n| of(game).layers = n)) }
            { numbers("of width", width, &WIDTHS, now.width, edit.anew(move |game, n| of(game).width = n)) }
            { choose("optimiser", optimizer, Optimizer::VALUES, now.optimizer, |of| optimizer_name(*of).to_owned(),
                edit.fitting(move |game, chosen| of(game).optimizer = chosen)) }
            { numbers("learning rate", rate, &RATES, now.learning_rate,
                edit.fitting(move |game, rate| of(game).learning_rate = rate)) }
            { numbers("updates a round", updates, &UPDATES, now.updates,
                edit.fitting(move |game, n| of(game).updates = n)) }
        </fieldset>
    }
}

fn optimizer_name(optimizer: Optimizer) -> &'static str {
    match optimizer {
        Optimizer::Adam => "Adam",
        Optimizer::Sgd => "SGD",
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

    #[test]
    fn players_are_summed_up() {
        let mut game = Game::default();
        assert_eq!(summary(&game), "2 × 32, Adam 0.002, 1 a round");
        let of = |game: &Game| GameState {
            game: game.clone(),
            ..GameState::default()
        };
        assert!(!is_special(&of(&game)));
        game.generator.updates = 5;
        assert!(summary(&game).starts_with("generator 2 × 32, Adam 0.002, 5 a round; "));
        assert!(is_special(&of(&game)));
        assert!(!is_special(&GameState::of(Case::Collapse)));
    }

    #[test]
    fn what_is_in_force_is_listed() {
        assert_eq!(listed(&ROUNDS, 3000), ROUNDS);
        assert_eq!(listed(&ROUNDS, 2900)[..3], [300, 1000, 2900]);
        assert_eq!(listed(&CLIPS, 5.0).last(), Some(&5.0));
    }

    #[test]
    fn rules_change_from_here_or_from_the_start() {
        let start = GameState::default();
        let game = Game {
            loss: Loss::LeastSquares,
            ..Game::default()
        };
        let branch = changed(&start, game.clone(), Some(1000));
        assert_eq!((branch.past.len(), ticks_of(&branch.course())), (1, 6000));
        for from in [None, Some(0)] {
            let anew = changed(&start, game.clone(), from);
            assert!(anew.past.is_empty() && anew.game == game);
        }
        // Near the end there is still something to see.
        let late = changed(&start, game, Some(5990));
        assert_eq!(late.rounds, SHORTEST_BRANCH);
    }
}
