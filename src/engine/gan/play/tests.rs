use std::cell::Cell;
use std::rc::Rc;

use super::*;
use crate::data::points::{Cloud, Preset};
use crate::engine::session::testing::{assert_refused, block_on, run_whole};
use crate::models::gan::plane::modes_covered;
use crate::models::gan::plane::training::shapes;
use crate::nn::mlp::MlpShape;
use crate::protocol::Job;
use crate::protocol::gan::Optimizer;
use crate::ui::state::GameState;
use crate::ui::state::gan::{Case, Play};

fn rounds(game: &Game, count: u32, frame_every: u32) -> GanPlay {
    GanPlay {
        game: game.clone(),
        start: None,
        plan: Plan::Rounds { count, frame_every },
    }
}

/// All frames of a job, whose turns never end before a frame is due.
fn frames(job: GanPlay) -> Vec<GanFrame> {
    let (frames, quiet) = frames_and_quiet_turns(job, 0.0);
    assert_eq!(quiet, 0);
    frames
}

/// All frames of a job, and how many turns showed none, by a clock that goes on by so much each
/// time it is read.
fn frames_and_quiet_turns(job: GanPlay, tick_ms: f64) -> (Vec<GanFrame>, usize) {
    let now = Cell::new(0.0);
    let clock = || {
        now.set(now.get() + tick_ms);
        now.get()
    };
    let mut run = GanPlayRun::new(3, job).expect("a good job");
    let (mut all, mut quiet) = (Vec::new(), 0);
    loop {
        let (event, over) = match block_on(run.step(&clock)).expect("plays") {
            Step::Quiet => {
                quiet += 1;
                continue;
            }
            Step::Show(event) => (event, false),
            Step::Last(event) => (event, true),
        };
        all.push(event.answer().unwrap_or_else(|| panic!("{event:?}")));
        if over {
            return (all, quiet);
        }
    }
}

/// Where a game stands, without its optimisers' memory, whose record has no fixed order.
fn place(frame: &GanFrame) -> Checkpoint {
    Checkpoint {
        memory: Default::default(),
        ..frame.at.clone()
    }
}

/// Are two games at the same place? Says no more than that: weights fill screens.
fn same(a: &GanFrame, b: &GanFrame) -> bool {
    place(a) == place(b) && a.fakes == b.fakes
}

fn end(job: GanPlay) -> GanFrame {
    frames(job).pop().expect("a frame")
}

#[test]
fn frames_come_when_they_are_due() {
    let all = frames(rounds(&Game::default(), 7, 3));
    let ticks: Vec<_> = all.iter().map(|f| f.at.ticks).collect();
    assert_eq!(ticks, [0, 6, 12, 14]);
    let losses: Vec<_> = all.iter().map(|f| f.losses.len()).collect();
    assert_eq!(losses, [0, 3, 3, 1]);
    for frame in &all {
        assert_eq!(
            (frame.fakes.len(), frame.pulls.len()),
            (2 * SHOWN, 2 * SHOWN)
        );
        let scores = (frame.fake_scores.len(), frame.real_scores.len());
        assert_eq!(scores, (SHOWN, SHOWN));
        assert_eq!(frame.scores.len() * 2, heat_grid().len());
        assert_eq!(
            frame.warped.len(),
            noise_grid(Game::default().noise, 2).len()
        );
        let js = frame.divergence.js;
        assert!(js > frame.divergence.js_floor && js < std::f32::consts::LN_2);
        assert!((0.0..=1.0).contains(&frame.real_accuracy));
        assert!(frame.detail.is_none() && !frame.diverged);
    }
}

/// A game that is not begun yet can be looked at.
#[test]
fn no_rounds_show_the_start() {
    let all = frames(rounds(&Game::default(), 0, 1));
    assert_eq!((all.len(), all[0].at.ticks), (1, 0));
    assert!(same(&all[0], &frames(rounds(&Game::default(), 1, 1))[0]));
}

/// How often one looks does not change what is seen, and a game goes on from any frame.
#[test]
fn a_game_is_the_same_however_it_is_watched() {
    let game = Game::default();
    let often = frames(rounds(&game, 12, 2));
    let whole = end(rounds(&game, 12, 12));
    assert!(same(&often[6], &whole));
    let on = GanPlay {
        start: Some(often[2].at.clone()),
        ..rounds(&game, 8, 4)
    };
    let rest = frames(on);
    assert_eq!(rest.len(), 2, "where it starts is known already");
    assert!(same(&rest[0], &often[4]) && same(&rest[1], &whole));
}

/// Turns end wherever their time does, within rounds and halves too: that is not seen.
#[test]
fn a_game_is_the_same_however_long_turns_are() {
    let mut game = Game::default();
    game.discriminator.updates = 3;
    game.generator.updates = 2;
    let by_hand = GanPlay {
        plan: Plan::Halves(vec![Half::Discriminator, Half::Generator]),
        ..rounds(&game, 1, 1)
    };
    // Updates before each frame that is shown; the first frame has none.
    for (job, updates) in [(rounds(&game, 5, 2), [10, 10, 5]), (by_hand, [3, 2, 0])] {
        let whole = frames(job.clone());
        for a_turn in [1, 4] {
            let tick_ms = TURN_MS / f64::from(a_turn);
            let (short, quiet) = frames_and_quiet_turns(job.clone(), tick_ms);
            // The turn in which a frame comes due shows it.
            let turns = updates.map(|n: u32| n.div_ceil(a_turn).saturating_sub(1));
            assert_eq!(quiet as u32, turns.iter().sum::<u32>());
            let ms: f32 = short.iter().map(|frame| frame.ms).sum();
            assert_eq!(ms, tick_ms as f32 * updates.iter().sum::<u32>() as f32);
            assert_eq!(short.len(), whole.len());
            for (short, whole) in short.iter().zip(&whole) {
                assert!(same(short, whole));
                assert_eq!(format!("{:?}", short.losses), format!("{:?}", whole.losses));
                assert!(short.detail == whole.detail && short.scores == whole.scores);
            }
        }
    }
}

/// Halves by hand are the halves of a round.
#[test]
fn by_hand_or_in_rounds_is_the_same_game() {
    let game = Game::default();
    let halves = [Half::Discriminator, Half::Generator];
    let by_hand = frames(GanPlay {
        plan: Plan::Halves(halves.to_vec()),
        ..rounds(&game, 1, 1)
    });
    assert_eq!(by_hand.len(), 3);
    let details: Vec<_> = by_hand
        .iter()
        .map(|f| f.detail.as_ref().and_then(|d| d.half))
        .collect();
    assert_eq!(details, [None, Some(halves[0]), Some(halves[1])]);
    assert!(by_hand[1].losses[0][0].is_finite() && by_hand[1].losses[0][1].is_nan());
    assert!(same(&by_hand[2], &end(rounds(&game, 1, 1))));
    assert!(!same(&by_hand[2], &by_hand[1]));
    let detail = by_hand[2].detail.as_ref().expect("by hand");
    let batch = game.batch as usize;
    assert_eq!(
        (detail.fakes.len(), detail.pulls.len()),
        (2 * batch, 2 * batch)
    );
    assert_eq!(detail.gradients.len() as u32, game.generator.layers + 1);
}

/// A round by hand of a game with as many updates of each player.
fn round_by_hand(updates: u32) -> Vec<GanFrame> {
    let mut game = Game::default();
    game.discriminator.updates = updates;
    game.generator.updates = updates;
    frames(GanPlay {
        plan: Plan::Halves(vec![Half::Discriminator, Half::Generator]),
        ..rounds(&game, 1, 1)
    })
}

/// The grids of a detail as they are in the frame before it, if its half has one update; with
/// more, as they would be in the frame after all updates but the last.
#[test]
fn details_show_their_grids_before_the_last_update() {
    let grids = |detail: &Detail| (detail.scores.clone(), detail.warped.clone());
    let shown = |frame: &GanFrame| (frame.scores.clone(), frame.warped.clone());
    let one = round_by_hand(1);
    for (before, after) in one.iter().zip(&one[1..]) {
        let detail = after.detail.as_ref().expect("by hand");
        assert_eq!(detail.updates, 1);
        assert!(grids(detail) == shown(before));
    }
    let three = round_by_hand(3);
    let detail = three[1].detail.as_ref().expect("by hand");
    assert_eq!(detail.updates, 3);
    assert!(grids(detail) == shown(&round_by_hand(2)[1]));
    assert!(detail.warped == three[0].warped && detail.scores != three[0].scores);
    // The generator of two updates, from where the discriminator's three have led.
    let mut game = Game::default();
    game.generator.updates = 2;
    let two = end(GanPlay {
        start: Some(three[1].at.clone()),
        plan: Plan::Halves(vec![Half::Generator]),
        ..rounds(&game, 1, 1)
    });
    let detail = three[2].detail.as_ref().expect("by hand");
    assert!(grids(detail) == shown(&two));
    assert!(detail.scores == three[1].scores && detail.warped != three[1].warped);
}

#[test]
fn numbers_that_leave_all_bounds_end_the_game() {
    let mut game = Game {
        loss: Loss::LeastSquares,
        ..Game::default()
    };
    game.discriminator.optimizer = Optimizer::Sgd;
    game.discriminator.learning_rate = 900.0;
    let all = frames(rounds(&game, 100, 10));
    let last = all.last().expect("a frame");
    assert!(last.diverged && last.at.ticks < 200, "{}", last.at.ticks);
    assert!(all[..all.len() - 1].iter().all(|f| !f.diverged));
}

/// The frame after a round that moves nothing, by this loss, from these weights: the
/// discriminator's all the same, the generator's all 0 but for the last layer's bias.
fn at_rest(loss: Loss, weight: f32, fakes_at: f32) -> GanFrame {
    let mut game = Game {
        loss,
        clip: 1.0,
        ..Game::default()
    };
    game.generator.learning_rate = 0.0;
    game.discriminator.learning_rate = 0.0;
    game.discriminator.width = 64;
    let [generator, discriminator] = shapes(&game).map(MlpShape::parameters);
    let mut start = Checkpoint {
        generator: vec![0.0; generator],
        discriminator: vec![weight; discriminator],
        ..Checkpoint::default()
    };
    start.generator[generator - 2..].fill(fakes_at);
    end(GanPlay {
        start: Some(start),
        plan: Plan::Halves(vec![Half::Generator]),
        ..rounds(&game, 1, 1)
    })
}

/// A critic of two layers of 64 with all weights at a clip of 1 scores 64 (64 (x + y + 1) + 1) + 1
/// in the upper right: nothing is wrong with that.
#[test]
fn the_scale_of_a_critic_is_its_own() {
    let critic = at_rest(Loss::Wasserstein, 1.0, 2.0);
    assert!((critic.fake_scores[0] - 20_545.0).abs() < 1.0);
    assert!((critic.losses[0][1] + 20_545.0).abs() < 1.0);
    assert!(!critic.diverged);
    assert!(at_rest(Loss::NonSaturating, 1.0, 2.0).diverged);
    assert!(at_rest(Loss::LeastSquares, 1.0, 2.0).diverged);
    // Its fakes are still bound, and its scores are still numbers.
    assert!(at_rest(Loss::Wasserstein, 1.0, 2e4).diverged);
    let endless = at_rest(Loss::Wasserstein, 1e38, 2.0);
    assert!(endless.diverged && !endless.scores[0].is_finite());
    // All these scores are 0, whatever the loss.
    assert!(!at_rest(Loss::LeastSquares, 0.0, 2.0).diverged);
}

#[test]
fn nonsense_is_refused() {
    let good = rounds(&Game::default(), 10, 1);
    assert!(GanPlayRun::new(1, good.clone()).is_ok());
    assert_refused(
        &good,
        &[
            |job| job.game.cloud = Cloud::Cells(Vec::new()),
            |job| job.game.batch = 0,
            |job| job.game.noise_dims = 99,
            |job| job.game.generator.layers = 0,
            |job| job.game.discriminator.width = 4096,
            |job| job.game.discriminator.updates = 0,
            |job| job.game.generator.learning_rate = f32::NAN,
            |job| job.game.clip = -1.0,
            |job| job.plan = Plan::Halves(Vec::new()),
            |job| {
                job.plan = Plan::Rounds {
                    count: 5,
                    frame_every: 0,
                }
            },
            |job| job.start = Some(Checkpoint::default()),
            |job| {
                job.start = Some(Checkpoint {
                    generator: vec![f32::INFINITY],
                    ..Checkpoint::default()
                })
            },
        ],
        |job| run_whole(Job::GanPlay(Box::new(job))),
    );
}

/// Every game is fair to every cloud: the one that the chapter opens with learns the ring.
#[test]
fn the_ring_is_learnt() {
    let game = Game::default();
    assert_eq!(game.cloud, Cloud::Preset(Preset::Ring));
    let all = frames(rounds(&game, 3000, 1500));
    let (first, last) = (all[0].divergence, all[2].divergence);
    assert!(last.js < 0.5 * first.js, "{first:?} {last:?}");
    let on_ring = all[2]
        .fakes
        .chunks(2)
        .filter(|p| (p[0].hypot(p[1]) - 1.41).abs() < 0.35);
    let share = on_ring.count() as f32 / SHOWN as f32;
    assert!(share > 0.9, "{share} of the fakes are on the ring");
}

/// A case's game by these rules, leg by leg, with a frame every 10 rounds or so.
fn played(case: Case, game: Game) -> Vec<Rc<GanFrame>> {
    let state = GameState::of(case).anew(game);
    let mut all: Vec<Rc<GanFrame>> = Vec::new();
    for leg in state.course() {
        let plan = match leg.play {
            Play::Rounds(count) => Plan::Rounds {
                count,
                frame_every: state.every,
            },
            Play::Hand(halves) => Plan::Halves(halves),
        };
        let job = GanPlay {
            game: leg.game,
            start: all.last().map(|frame| frame.at.clone()),
            plan,
        };
        all.extend(frames(job).into_iter().map(Rc::new));
    }
    all
}

/// Is the task of a case done after each of the frames?
fn done(case: Case, frames: &[Rc<GanFrame>]) -> Vec<bool> {
    (1..=frames.len())
        .map(|n| case.standing(&frames[..n]).is_some_and(|s| s.done))
        .collect()
}

/// What each case shows: it fails all along, and with one rule mended it does not.
fn fails_and_can_be_mended(case: Case) {
    let wrong = played(case, case.game());
    let failing = done(case, &wrong);
    assert!(failing.iter().all(|done| !done), "{case:?} mends itself");
    let right = played(case, case.mended());
    let mended = done(case, &right);
    assert!(
        mended.last().is_some_and(|done| *done),
        "{case:?} stays broken"
    );
}

/// All fakes on few modes, though both kinds of data are there to see.
#[test]
fn collapse_really_collapses_and_its_mend_mends() {
    fails_and_can_be_mended(Case::Collapse);
    let frames = played(Case::Collapse, Case::Collapse.game());
    let covered = frames[frames.len() / 2..].iter().map(|frame| {
        modes_covered(&Case::Collapse.game().cloud, &frame.fakes).map_or(8, |(covered, _)| covered)
    });
    assert!(covered.max() <= Some(4));
}

/// The middle of the fakes wanders around the ring, instead of resting in its centre.
#[test]
fn oscillation_really_oscillates_and_its_mend_mends() {
    fails_and_can_be_mended(Case::Oscillation);
    let wander = |game| {
        let frames = played(Case::Oscillation, game);
        let recent = &frames[frames.len() / 2..];
        let middles: Vec<[f32; 2]> = recent.iter().map(|f| middle(&f.fakes)).collect();
        let steps = middles
            .windows(2)
            .map(|m| (m[1][0] - m[0][0]).hypot(m[1][1] - m[0][1]));
        steps.sum::<f32>() / middles.len() as f32
    };
    let (wrong, right) = (
        wander(Case::Oscillation.game()),
        wander(Case::Oscillation.mended()),
    );
    assert!(wrong > 3.0 * right, "{wrong} {right}");
}

fn middle(points: &[f32]) -> [f32; 2] {
    let n = points.len() as f32 / 2.0;
    [0, 1].map(|axis| points.iter().skip(axis).step_by(2).sum::<f32>() / n)
}

/// The fakes feel nothing and stay where they were.
#[test]
fn vanishing_really_vanishes_and_its_mend_mends() {
    fails_and_can_be_mended(Case::Vanishing);
    let frames = played(Case::Vanishing, Case::Vanishing.game());
    let (first, last) = (&frames[0], &frames[frames.len() - 1]);
    // A few fakes of noise far out lie near the data; nearly all others feel nothing.
    let mut pulls: Vec<f32> = last.pulls.chunks(2).map(|p| p[0].hypot(p[1])).collect();
    pulls.sort_by(f32::total_cmp);
    assert!(pulls[pulls.len() * 9 / 10] < 1e-3, "{pulls:?}");
    let [a, b] = [middle(&first.fakes), middle(&last.fakes)];
    assert!((a[0] - b[0]).hypot(a[1] - b[1]) < 0.05);
    assert!(last.real_accuracy > 0.99 && last.fake_accuracy > 0.99);
}
