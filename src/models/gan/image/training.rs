//! Training of the image GAN: both players in turn, one update each a step.
//!
//! The discriminator minimises the hinge loss (Lim and Ye 2017, arXiv:1705.02894)
//! `mean relu(1 - D(x, y)) + mean relu(1 + D(G(z, y), y))`, the generator `-mean D(G(z, y), y)`.
//! A score beyond 1 on its right side pulls no more, so the discriminator does not run away; its
//! weights are spectrally normalised besides ([`Spectral`]). Both learn at one rate, with
//! `beta_1 = 0.5` (Radford et al. 2016, arXiv:1511.06434). A discriminator twice as fast as the
//! generator, without momentum (Zhang et al. 2019, arXiv:1805.08318), was tried too: after 100
//! updates its classifier-FID was 1,140, no better than at the start; with these settings 570.
//! Later on the fakes are cleaner than they are varied, and a lower rate mends that: with half of
//! the generator's from update 3,200 on, the FID was 5.8 at 4,000 instead of 11. So the rate falls.
//!
//! What ships and what is measured is the average of the generator's weights, with the
//! discriminator as it is.

use std::sync::atomic::AtomicBool;

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::discriminator::{Discriminator, Spectral};
use super::generator::Generator;
use super::{GanPair, Z};
use crate::data::SIDE;
use crate::data::mnist::Images;
use crate::nn::checkpoint::{CheckpointError, RunDir, RunState, Which};
use crate::nn::params::FlatParams;
use crate::nn::training::{Learner, Observer, Order, Recipe, learn, step_stream};
use crate::noise;

/// The one shape of the players, as their checkpoints know it.
pub const SHAPE: &str = "gan 48+16-48-48-48-32-8, 4-48-64-64-96";

/// The learning rate falls to [`LAST_RATE`] of themselves over this last share of the run.
const FALL: f64 = 0.4;
const LAST_RATE: f64 = 0.05;

/// Steps after which the players are looked at, early on; from the last one on, every
/// [`LOOK_EVERY`].
const EARLY_LOOKS: [u64; 14] = [
    0, 25, 50, 75, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200,
];
const LOOK_EVERY: u64 = 800;

/// Where a run stands when its players are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Updates of each player.
    pub step: u64,
    /// Real pictures seen.
    pub images: u64,
    /// Mean losses since the last look: discriminator, generator; NaN before the first step.
    pub losses: [f64; 2],
}

/// Who looks at the players now and then, and at the end.
pub trait Watcher {
    /// Looks.
    fn look(&mut self, standing: Standing, pair: &GanPair);
}

/// Trains on `data`; see [`crate::nn::training::train`].
pub fn train(
    data: &Images,
    recipe: &Recipe,
    run: &RunDir,
    resume: bool,
    stop: &AtomicBool,
    observer: &mut impl Observer<GanPair>,
    watcher: &mut impl Watcher,
) -> Result<(), CheckpointError> {
    let mut duel = Duel::start(data, recipe, run, resume, watcher)?;
    learn(&mut duel, recipe, run, stop, observer)?;
    duel.look_once();
    Ok(())
}

/// Both players, as they learn.
#[derive(Module, Debug)]
struct Players {
    generator: Generator,
    discriminator: Discriminator,
    spectral: Spectral,
}

/// A training under way.
struct Duel<'a, W> {
    data: &'a Images,
    recipe: &'a Recipe,
    watcher: &'a mut W,
    device: Device,
    players: Players,
    /// Of the generator.
    ema: FlatParams,
    /// Of both: each update has the gradients of one.
    optimizer: ModuleOptimizer,
    state: RunState,
    order: Order,
    /// Sums since the last look, and of how many steps.
    losses: [f64; 2],
    steps: u32,
    /// The step of the last look.
    looked: Option<u64>,
}

impl<'a, W: Watcher> Duel<'a, W> {
    fn start(
        data: &'a Images,
        recipe: &'a Recipe,
        run: &RunDir,
        resume: bool,
        watcher: &'a mut W,
    ) -> Result<Self, CheckpointError> {
        let device = Device::flex().autodiff();
        device.seed(recipe.seed);
        let discriminator = Discriminator::new(&device);
        let players = Players {
            generator: Generator::new(&device),
            spectral: Spectral::new(&discriminator),
            discriminator,
        };
        let optimizer = AdamConfig::new()
            .with_beta_1(0.5)
            .with_beta_2(0.99)
            .with_epsilon(1e-8)
            .init();
        let mut duel = Self {
            data,
            recipe,
            watcher,
            device,
            ema: FlatParams::of(&players.generator),
            players,
            optimizer,
            state: RunState::begin(recipe.seed, &recipe.commit, SHAPE.into()),
            order: Order::default(),
            losses: [0.0; 2],
            steps: 0,
            looked: None,
        };
        if resume {
            duel.resume(run)?;
        } else {
            duel.look_once();
        }
        duel.state.plan(recipe.images);
        Ok(duel)
    }

    fn resume(&mut self, run: &RunDir) -> Result<(), CheckpointError> {
        self.state = run.state(SHAPE)?;
        self.players = run.load_module(self.players.clone(), Which::Model)?;
        let averaged = run.load_module(self.pair(), Which::Ema)?;
        self.ema = FlatParams::of(&averaged.generator);
        self.optimizer = run.load_optimizer(self.optimizer.clone())?;
        self.looked = Some(self.state.step);
        Ok(())
    }

    /// The averaged generator and the normalised discriminator, without gradients.
    fn pair(&self) -> GanPair {
        let Players {
            generator,
            discriminator,
            spectral,
        } = self.players.valid();
        GanPair {
            generator: self.ema.put_into(generator),
            discriminator: spectral.normalize(discriminator),
        }
    }

    /// Lets the watcher look, unless it has seen this step.
    fn look_once(&mut self) {
        let step = self.state.step;
        if self.looked == Some(step) {
            return;
        }
        let standing = Standing {
            step,
            images: self.state.images,
            // 0 / 0 before the first step.
            losses: self.losses.map(|sum| sum / f64::from(self.steps)),
        };
        self.watcher.look(standing, &self.pair());
        (self.losses, self.steps, self.looked) = ([0.0; 2], 0, Some(step));
    }

    /// Fakes of new noise, of the classes of a batch.
    fn fakes(&self, net: &Generator, classes: &Tensor<1, Int>, rng: &mut ChaCha8Rng) -> Tensor<4> {
        let [n] = classes.dims();
        let mut z = vec![0.0; n * Z];
        noise::fill_normal(rng, &mut z);
        let z = Tensor::from_data(TensorData::new(z, [n, Z]), &self.device);
        net.forward(z, classes.clone())
    }

    fn update_discriminator(
        &mut self,
        reals: Tensor<4>,
        classes: &Tensor<1, Int>,
        rng: &mut ChaCha8Rng,
    ) -> f64 {
        let players = &mut self.players;
        players.spectral.iterate(&players.discriminator);
        let players = &self.players;
        let fakes = self.fakes(&players.generator.clone().no_grad(), classes, rng);
        let net = players.spectral.normalize(players.discriminator.clone());
        let both = Tensor::cat(vec![reals, fakes], 0);
        let scores = net.forward(both, Tensor::cat(vec![classes.clone(); 2], 0));
        let [n] = classes.dims();
        let (real, fake) = (scores.clone().narrow(0, 0, n), scores.narrow(0, n, n));
        let loss = relu(real * -1.0 + 1.0).mean() + relu(fake + 1.0).mean();
        self.update(loss)
    }

    fn update_generator(&mut self, classes: &Tensor<1, Int>, rng: &mut ChaCha8Rng) -> f64 {
        let players = &self.players;
        let fakes = self.fakes(&players.generator, classes, rng);
        let judge = players.discriminator.clone().no_grad();
        let net = players.spectral.normalize(judge);
        let loss = net.forward(fakes, classes.clone()).mean() * -1.0;
        let loss = self.update(loss);
        let decay = self.recipe.ema_decay_after(self.state.step + 1);
        self.ema.average_in(&self.players.generator, decay);
        loss
    }

    /// One update of whoever has gradients; returns the loss.
    fn update(&mut self, loss: Tensor<1>) -> f64 {
        let grads = GradientsParams::from_grads(loss.backward(), &self.players);
        let rate = learning_rate(self.recipe, self.state.images);
        self.players = self.optimizer.step(rate, self.players.clone(), grads);
        loss.into_scalar::<f32>().into()
    }
}

/// The learning rate of both after so many pictures.
fn learning_rate(recipe: &Recipe, images: u64) -> f64 {
    let left = 1.0 - images as f64 / recipe.images as f64;
    recipe.learning_rate * (left / FALL).clamp(LAST_RATE, 1.0)
}

/// Is this a step after which the players are looked at?
fn is_look(step: u64) -> bool {
    EARLY_LOOKS.contains(&step) || step > 0 && step.is_multiple_of(LOOK_EVERY)
}

impl<W: Watcher> Learner for Duel<'_, W> {
    type Net = GanPair;

    fn state(&mut self) -> &mut RunState {
        &mut self.state
    }

    /// The loss it returns is the discriminator's.
    fn step(&mut self) -> f64 {
        let data = self.data;
        let batch = self
            .order
            .next_batch(&self.state, self.recipe.batch, data.len());
        let n = batch.len();
        let reals: Vec<f32> = batch.iter().flat_map(|&i| data.picture(i)).collect();
        let reals = Tensor::from_data(TensorData::new(reals, [n, 1, SIDE, SIDE]), &self.device);
        let classes: Vec<i32> = batch.iter().map(|&i| data.labels[i].into()).collect();
        let classes = Tensor::<1, Int>::from_ints(classes.as_slice(), &self.device);
        let mut rng = step_stream(&self.state);
        let losses = [
            self.update_discriminator(reals, &classes, &mut rng),
            self.update_generator(&classes, &mut rng),
        ];
        for (sum, loss) in self.losses.iter_mut().zip(losses) {
            *sum += loss;
        }
        self.steps += 1;
        self.state.step += 1;
        self.state.images += n as u64;
        if is_look(self.state.step) {
            self.look_once();
        }
        losses[0]
    }

    fn save(&self, run: &RunDir) -> Result<GanPair, CheckpointError> {
        let pair = self.pair();
        run.save(&self.players, &pair, &self.optimizer, &self.state)?;
        Ok(pair)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::data::PIXELS;
    use crate::nn::training::Report;

    fn data() -> Images {
        Images {
            pixels: noise::normal(5, 0, 0, 12 * PIXELS)
                .iter()
                .map(|x| (128.0 + 60.0 * x) as u8)
                .collect(),
            labels: (0..12).map(|i| i % 10).collect(),
        }
    }

    fn recipe(images: u64) -> Recipe {
        Recipe {
            images,
            batch: 4,
            learning_rate: 1e-3,
            ema_decay: 0.9,
            ..Recipe::default()
        }
    }

    fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("genscope-gan-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        dir
    }

    struct Silent;
    impl Observer<GanPair> for Silent {
        fn step(&mut self, _: Report) {}
        fn checkpoint(&mut self, _: &GanPair, _: Report) {}
    }

    /// Remembers where it looked, and what it saw last.
    #[derive(Default)]
    struct Looks(Vec<Standing>, Option<GanPair>);
    impl Watcher for Looks {
        fn look(&mut self, standing: Standing, pair: &GanPair) {
            self.0.push(standing);
            self.1 = Some(pair.clone());
        }
    }

    /// Some fakes and their scores.
    fn answer(pair: &GanPair) -> Vec<f32> {
        let fakes = pair.fakes(&noise::normal(9, 0, 0, 3 * Z), &[1, 4, 9]);
        let scores = pair.scores(fakes.clone(), &[1, 4, 9]).into_data();
        let fakes = fakes.into_data();
        fakes.iter::<f32>().chain(scores.iter::<f32>()).collect()
    }

    #[test]
    fn a_resumed_run_goes_on_as_it_would_have() {
        let dir = scratch("resume");
        let run = RunDir::open(&dir, "gan").expect("opens");
        let (data, recipe) = (data(), recipe(24));
        let mut looks = Looks::default();
        let mut duel = Duel::start(&data, &recipe, &run, false, &mut looks).expect("starts");
        for step in 0..6 {
            if step == 3 {
                duel.save(&run).expect("saves");
            }
            duel.step();
        }
        let whole = answer(&duel.pair());
        let (stop, mut later) = (AtomicBool::new(false), Looks::default());
        train(&data, &recipe, &run, true, &stop, &mut Silent, &mut later).expect("trains");
        let steps = |looks: &Looks| looks.0.iter().map(|s| s.step).collect::<Vec<_>>();
        assert_eq!((steps(&looks), steps(&later)), (vec![0], vec![6]));
        assert!(looks.0[0].losses[0].is_nan() && later.0[0].losses[1].is_finite());
        assert!(
            answer(&later.1.expect("a pair")) == whole,
            "it went another way"
        );
        std::fs::remove_dir_all(dir).expect("cleans up");
    }

    #[test]
    fn each_half_moves_its_own_player_only() {
        let dir = scratch("halves");
        let run = RunDir::open(&dir, "gan").expect("opens");
        let (data, recipe, mut looks) = (data(), recipe(100), Looks::default());
        let mut duel = Duel::start(&data, &recipe, &run, false, &mut looks).expect("starts");
        let weights = |duel: &Duel<Looks>| {
            let players = &duel.players;
            (
                FlatParams::of(&players.generator),
                FlatParams::of(&players.discriminator),
                FlatParams::of(&players.spectral),
            )
        };
        let classes = Tensor::<1, Int>::from_ints([0, 1], &duel.device);
        let reals = data.picture(0).chain(data.picture(1)).collect();
        let reals = TensorData::new::<f32, _>(reals, [2, 1, SIDE, SIDE]);
        let reals = Tensor::from_data(reals, &duel.device);
        let mut rng = noise::stream(1, 0, 0);
        let start = weights(&duel);
        duel.update_discriminator(reals, &classes, &mut rng);
        let half = weights(&duel);
        assert_eq!(start.0, half.0, "the generator waits");
        assert_ne!(start.1, half.1);
        assert_ne!(start.2, half.2, "its singular vectors are followed");
        let average = duel.ema.clone();
        duel.update_generator(&classes, &mut rng);
        let whole = weights(&duel);
        assert_eq!(
            (half.1, half.2),
            (whole.1, whole.2),
            "the discriminator waits"
        );
        // Every weight of the generator has a gradient.
        for (id, before) in &half.0.0 {
            assert_ne!(before, &whole.0.0[id]);
        }
        assert_ne!(average, duel.ema);
        std::fs::remove_dir_all(dir).expect("cleans up");
    }

    #[test]
    fn the_rate_falls_at_the_end() {
        let recipe = recipe(1000);
        let rates = [0, 600, 800, 999].map(|images| learning_rate(&recipe, images) / 1e-3);
        for (rate, want) in rates.iter().zip([1.0, 1.0, 0.5, LAST_RATE]) {
            assert!((rate - want).abs() < 1e-9, "{rates:?}");
        }
    }

    #[test]
    fn looks_are_dense_at_first() {
        let looks: Vec<_> = (0..=6400).filter(|&step| is_look(step)).collect();
        assert_eq!(looks[..4], [0, 25, 50, 75]);
        assert!(looks.len() > 18 && looks.ends_with(&[4800, 5600, 6400]));
    }
}
