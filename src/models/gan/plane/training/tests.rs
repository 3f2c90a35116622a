use super::*;
use crate::engine::session::testing::block_on;
use crate::models::gan::loss::sigmoid;

const LOSSES: [Loss; 4] = [
    Loss::Minimax,
    Loss::NonSaturating,
    Loss::LeastSquares,
    Loss::Wasserstein,
];

/// Both players without hidden layers, by gradient descent: everything has a closed form.
fn linear(loss: Loss) -> Game {
    let player = Player {
        layers: 0,
        optimizer: Optimizer::Sgd,
        learning_rate: 0.1,
        ..Game::default().generator
    };
    Game {
        loss,
        clip: 100.0,
        generator: player,
        discriminator: player,
        batch: 16,
        ..Game::default()
    }
}

fn trainer(game: &Game) -> Trainer {
    Trainer::new(game.clone(), None).expect("fits")
}

fn checkpoint(trainer: &Trainer) -> Checkpoint {
    block_on(trainer.checkpoint()).expect("reads")
}

/// Plays a half; gives the loss of its last update.
fn half(trainer: &mut Trainer, half: Half, detail: &mut Detail) -> f32 {
    loop {
        if let Some(loss) = block_on(trainer.update(half, Some(detail))).expect("reads") {
            return loss;
        }
    }
}

fn close(got: &[f32], want: &[f32]) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!(
            (got - want).abs() < 1e-4 * want.abs().max(1.0),
            "{got} {want}"
        );
    }
}

/// Minus the derivative of the generator's loss of one fake by its score s.
fn strength(loss: Loss, s: f32) -> f32 {
    match loss {
        Loss::Minimax => sigmoid(s),
        Loss::NonSaturating => sigmoid(-s),
        Loss::LeastSquares => 1.0 - s,
        Loss::Wasserstein => 1.0,
    }
}

/// A linear discriminator's score has the slope w everywhere, so a fake's pull is the loss's
/// strength at its score times w.
#[test]
fn pulls_are_the_strength_times_the_slope() {
    for loss in LOSSES {
        let trainer = trainer(&linear(loss));
        let w = checkpoint(&trainer).discriminator;
        let fakes = [0.5, -1.0, 2.0, 0.25];
        let scores = block_on(trainer.scores(fakes.to_vec())).expect("reads");
        let by_hand = fakes.chunks(2).map(|x| w[0] * x[0] + w[1] * x[1] + w[2]);
        close(&scores, &by_hand.collect::<Vec<_>>());
        let want = scores.iter().flat_map(|&s| {
            let strength = strength(loss, s);
            [strength * w[0], strength * w[1]]
        });
        close(
            &block_on(trainer.pulls(&fakes)).expect("reads"),
            &want.collect::<Vec<_>>(),
        );
    }
}

/// The discriminator's half, worked out by hand from the batch that it tells of.
#[test]
fn the_discriminator_descends_its_gradient() {
    for loss in LOSSES {
        let mut trainer = trainer(&linear(loss));
        let before = checkpoint(&trainer);
        let mut detail = Detail::default();
        half(&mut trainer, Half::Discriminator, &mut detail);
        let after = checkpoint(&trainer);
        assert_eq!(after.generator, before.generator, "only one player moves");
        assert_eq!((after.ticks, after.updates), (1, [1, 0]));
        // Derivative of the loss by each score, times the batch.
        let by_real = |s: f32| match loss {
            Loss::Minimax | Loss::NonSaturating => -sigmoid(-s),
            Loss::LeastSquares => s - 1.0,
            Loss::Wasserstein => -1.0,
        };
        let by_fake = |s: f32| match loss {
            Loss::Minimax | Loss::NonSaturating => sigmoid(s),
            Loss::LeastSquares => s,
            Loss::Wasserstein => 1.0,
        };
        let mut gradient = [0.0; 3];
        let mut add = |points: &[f32], scores: &[f32], by: &dyn Fn(f32) -> f32| {
            for (x, &s) in points.chunks(2).zip(scores) {
                for (g, x) in gradient.iter_mut().zip([x[0], x[1], 1.0]) {
                    *g += by(s) * x / 16.0;
                }
            }
        };
        add(&detail.reals, &detail.real_scores, &by_real);
        add(&detail.fakes, &detail.fake_scores, &by_fake);
        let w = before.discriminator.iter().zip(gradient);
        close(
            &after.discriminator,
            &w.map(|(w, g)| w - 0.1 * g).collect::<Vec<_>>(),
        );
        let rms = (0.5 * (gradient[0].powi(2) + gradient[1].powi(2))).sqrt();
        close(&detail.gradients, &[rms]);
        assert!(detail.pulls.is_empty());
    }
}

/// The generator's half: with `fake = z W + b`, the chain rule takes the pulls to
/// `W + rate / n  z^T pulls`.
#[test]
fn the_generator_follows_the_pulls() {
    for loss in LOSSES {
        let mut trainer = trainer(&linear(loss));
        let before = checkpoint(&trainer);
        let mut detail = Detail::default();
        half(&mut trainer, Half::Generator, &mut detail);
        let after = checkpoint(&trainer);
        assert_eq!(after.discriminator, before.discriminator);
        assert_eq!(after.updates, [0, 1]);
        let mut want = before.generator.clone();
        for (z, pull) in detail.noise.chunks(2).zip(detail.pulls.chunks(2)) {
            for i in 0..2 {
                want[i] += 0.1 / 16.0 * z[0] * pull[i];
                want[2 + i] += 0.1 / 16.0 * z[1] * pull[i];
                want[4 + i] += 0.1 / 16.0 * pull[i];
            }
        }
        close(&after.generator, &want);
        assert!(detail.reals.is_empty() && detail.gradients.len() == 1);
    }
}

fn play(trainer: &mut Trainer, rounds: u32) -> Vec<f32> {
    let mut losses = Vec::new();
    for _ in 0..rounds {
        for player in [Half::Discriminator, Half::Generator] {
            losses.push(half(trainer, player, &mut Detail::default()));
        }
    }
    losses
}

/// A half is over with its last update, and only that one is written down.
#[test]
fn halves_are_played_update_by_update() {
    let mut game = Game::default();
    game.discriminator.updates = 3;
    let mut trainer = trainer(&game);
    let mut detail = Detail::default();
    for made in 1..=2 {
        let half = trainer.update(Half::Discriminator, Some(&mut detail));
        assert_eq!(block_on(half), Ok(None));
        assert_eq!((trainer.ticks, trainer.updates), (0, [made, 0]));
        assert_eq!(detail, Detail::default());
    }
    let loss = block_on(trainer.update(Half::Discriminator, Some(&mut detail))).expect("reads");
    assert_eq!((trainer.ticks, trainer.updates), (1, [3, 0]));
    assert_eq!((loss, detail.updates), (Some(detail.loss), 3));
    let loss = block_on(trainer.update(Half::Generator, None)).expect("reads");
    assert!(loss.is_some() && trainer.ticks == 2);
}

/// Played on from a checkpoint, a game is what it would have been: weights, optimisers and
/// random numbers are all in it.
#[test]
fn a_game_goes_on_as_if_nothing_had_happened() {
    for optimizer in [Optimizer::Adam, Optimizer::Sgd] {
        let mut game = Game::default();
        game.generator.optimizer = optimizer;
        game.discriminator.optimizer = optimizer;
        game.discriminator.updates = 2;
        let mut whole = trainer(&game);
        let losses = play(&mut whole, 6);
        let mut first = trainer(&game);
        play(&mut first, 3);
        let mut second = Trainer::new(game, Some(checkpoint(&first))).expect("fits");
        assert_eq!(play(&mut second, 3), losses[6..]);
        let (a, b) = (checkpoint(&whole), checkpoint(&second));
        assert_eq!((a.generator, a.updates), (b.generator, [12, 6]));
        assert_eq!((a.discriminator, a.ticks), (b.discriminator, 12));
    }
}

/// Another optimiser may take over: it starts with no memory.
#[test]
fn another_optimiser_takes_over() {
    let mut game = Game::default();
    game.generator.optimizer = Optimizer::Sgd;
    let mut first = trainer(&game);
    play(&mut first, 2);
    game.generator.optimizer = Optimizer::Adam;
    game.discriminator.optimizer = Optimizer::Sgd;
    let mut second = Trainer::new(game, Some(checkpoint(&first))).expect("fits");
    assert!(play(&mut second, 2).iter().all(|loss| loss.is_finite()));
}

#[test]
fn wasserstein_clips_the_discriminator() {
    let game = Game {
        loss: Loss::Wasserstein,
        clip: 0.05,
        ..Game::default()
    };
    let mut trainer = trainer(&game);
    play(&mut trainer, 3);
    let now = checkpoint(&trainer);
    assert!(now.discriminator.iter().all(|w| w.abs() <= 0.05));
    assert!(now.discriminator.iter().any(|w| w.abs() == 0.05));
    assert!(now.generator.iter().any(|w| w.abs() > 0.05));
}

#[test]
fn weights_of_other_networks_are_refused() {
    let small = checkpoint(&trainer(&linear(Loss::Minimax)));
    assert_eq!(
        Trainer::new(Game::default(), Some(small)).err(),
        Some(OtherNetworks)
    );
    let mut torn = checkpoint(&trainer(&Game::default()));
    torn.memory[0] = vec![1, 2, 3];
    assert_eq!(
        Trainer::new(Game::default(), Some(torn)).err(),
        Some(OtherNetworks)
    );
}
