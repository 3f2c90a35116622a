//! The GAN's game in two dimensions, as a session.

use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::gan::loss::threshold;
use crate::models::gan::plane::training::Trainer;
use crate::models::gan::plane::{
    MAX_BATCH, MAX_LAYERS, MAX_NOISE_DIMS, MAX_UPDATES, MAX_WIDTH, MEASURED, REFERENCE, SHOWN,
    heat_grid, noise_grid, noise_vectors, streams,
};
use crate::nn::NotRead;
use crate::protocol::gan::{
    Checkpoint, Detail, Divergence, Game, GanFrame, GanPlay, Half, Loss, Plan, Player,
};
use crate::protocol::{EngineError, Event, Report, RunId};
use crate::quality::grid::Histogram;

/// Most rounds of one job.
pub const MAX_ROUNDS: u32 = 50_000;
/// Most halves played by hand in one job.
const MAX_HALVES: usize = 1000;
/// A fake further out than this is past saving, and so are players with such scores or losses,
/// see [`score_limit`].
const LOST: f32 = 1e4;

/// What every frame of a game is measured with.
struct Gauge {
    /// Noise of the fakes, then the noise grid.
    noise: Vec<f32>,
    held_out: Vec<f32>,
    heat_grid: Vec<f32>,
    real: Histogram,
    kl_floor: f32,
    js_floor: f32,
}

impl Gauge {
    fn new(game: &Game) -> Self {
        let draw = |n, draw| game.cloud.points(n, game.seed, streams::HELD_OUT, draw);
        let real = Histogram::new(&draw(REFERENCE, 1));
        let other = Histogram::new(&draw(MEASURED, 2));
        let mut noise = noise_vectors(game, MEASURED, streams::SHOWN, 0);
        noise.extend(noise_grid(game.noise, game.noise_dims as usize));
        Self {
            noise,
            held_out: draw(SHOWN, 0),
            heat_grid: heat_grid(),
            kl_floor: real.kl(&other) as f32,
            js_floor: real.js(&other) as f32,
            real,
        }
    }

    /// All that a frame shows beside what has just been played.
    async fn frame(&self, trainer: &Trainer, game: &Game) -> Result<GanFrame, NotRead> {
        let mut measured = trainer.fakes(&self.noise).await?;
        let warped = measured.split_off((2 * MEASURED).min(measured.len()));
        let fakes = measured[..(2 * SHOWN).min(measured.len())].to_vec();
        let judged = [fakes.as_slice(), &self.held_out, &self.heat_grid].concat();
        let mut fake_scores = trainer.scores(judged).await?;
        let mut real_scores = fake_scores.split_off(SHOWN.min(fake_scores.len()));
        let scores = real_scores.split_off(SHOWN.min(real_scores.len()));
        let limit = threshold(game.loss, mean(&real_scores), mean(&fake_scores));
        let histogram = Histogram::new(&measured);
        Ok(GanFrame {
            at: trainer.checkpoint().await?,
            losses: Vec::new(),
            pulls: trainer.pulls(&fakes).await?,
            fakes,
            real_accuracy: share(&real_scores, |s| s > limit),
            fake_accuracy: share(&fake_scores, |s| s <= limit),
            fake_scores,
            real_scores,
            scores,
            warped,
            divergence: Divergence {
                kl: self.real.kl(&histogram) as f32,
                js: self.real.js(&histogram) as f32,
                kl_floor: self.kl_floor,
                js_floor: self.js_floor,
            },
            detail: None,
            diverged: false,
            ms: 0.0,
        })
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

fn share(scores: &[f32], is_right: impl Fn(f32) -> bool) -> f32 {
    let right = scores.iter().filter(|s| is_right(**s)).count();
    right as f32 / scores.len().max(1) as f32
}

/// A game under way.
pub struct GanPlayRun {
    run: RunId,
    game: Game,
    plan: Plan,
    trainer: Trainer,
    gauge: Gauge,
    /// Of the rounds since the last frame, or of the half by hand.
    losses: Vec<[f32; 2]>,
    detail: Option<Detail>,
    ms: f64,
    /// Halves that are done, and those that are done at the next frame.
    done: u32,
    due: u32,
    /// A loss has left all bounds.
    lost: bool,
}

impl GanPlayRun {
    /// Checks the job and stands ready to play.
    pub fn new(run: RunId, job: GanPlay) -> Result<Self, EngineError> {
        check(&job)?;
        let GanPlay { game, start, plan } = job;
        // A fresh game is shown before anything is played; one that goes on is known.
        let due = if start.is_some() { next(&plan, 0) } else { 0 };
        let trainer = Trainer::new(game.clone(), start)
            .map_err(|error| EngineError::BadRequest(error.to_string()))?;
        Ok(Self {
            run,
            gauge: Gauge::new(&game),
            trainer,
            game,
            plan,
            losses: Vec::new(),
            detail: None,
            ms: 0.0,
            done: 0,
            due,
            lost: false,
        })
    }

    /// Plays up to the next frame, or for as long as a turn lasts; at least one update.
    async fn play(&mut self, clock: &dyn Fn() -> f64) -> Result<(), NotRead> {
        let start = clock();
        let mut ms = 0.0;
        while !self.is_due() && ms < TURN_MS {
            self.update().await?;
            ms = clock() - start;
        }
        self.ms += ms;
        Ok(())
    }

    /// The next update of the half under way.
    async fn update(&mut self) -> Result<(), NotRead> {
        let half = half(&self.plan, self.done);
        let by_hand = matches!(self.plan, Plan::Halves(_));
        let detail = by_hand.then(|| self.detail.get_or_insert_default());
        let Some(loss) = self.trainer.update(half, detail).await? else {
            return Ok(());
        };
        self.done += 1;
        self.lost |= !is_within(loss, score_limit(self.game.loss));
        match (half, self.losses.last_mut()) {
            (Half::Generator, Some(round)) if !by_hand => round[1] = loss,
            (Half::Generator, _) => self.losses.push([f32::NAN, loss]),
            (Half::Discriminator, _) => self.losses.push([loss, f32::NAN]),
        }
        Ok(())
    }

    /// Is it time for a frame? A loss out of bounds still has its round played to the end.
    fn is_due(&self) -> bool {
        let is_whole = match self.plan {
            Plan::Rounds { .. } => self.done.is_multiple_of(2),
            Plan::Halves(_) => true,
        };
        self.done == self.due || self.lost && is_whole
    }

    async fn report(&mut self) -> Result<(Event, bool), NotRead> {
        let mut frame = self.gauge.frame(&self.trainer, &self.game).await?;
        frame.losses = std::mem::take(&mut self.losses);
        frame.detail = self.detail.take();
        frame.ms = std::mem::take(&mut self.ms) as f32;
        let limit = score_limit(self.game.loss);
        let is_sound = frame.fakes.iter().all(|x| is_within(*x, LOST))
            && frame.scores.iter().all(|score| is_within(*score, limit));
        frame.diverged = self.lost || !is_sound;
        let diverged = frame.diverged;
        let report = Report::packed(&frame);
        let run = self.run;
        Ok((Event::Report { run, report }, diverged))
    }
}

/// Whose half it is after `done` others.
fn half(plan: &Plan, done: u32) -> Half {
    match plan {
        Plan::Rounds { .. } if done.is_multiple_of(2) => Half::Discriminator,
        Plan::Rounds { .. } => Half::Generator,
        Plan::Halves(halves) => halves[done as usize],
    }
}

/// The halves that are done at the next frame, after one at `done`.
fn next(plan: &Plan, done: u32) -> u32 {
    let every = match plan {
        Plan::Rounds { frame_every, .. } => 2 * frame_every,
        Plan::Halves(_) => 1,
    };
    last(plan).min(done + every)
}

/// The halves of a whole plan.
fn last(plan: &Plan) -> u32 {
    match plan {
        Plan::Rounds { count, .. } => 2 * count,
        Plan::Halves(halves) => halves.len() as u32,
    }
}

/// Scores and losses stay below this. Those of a Wasserstein critic have no scale of their own, the
/// clipped weights bound them: it is enough that they are finite.
fn score_limit(loss: Loss) -> f32 {
    match loss {
        Loss::Wasserstein => f32::INFINITY,
        Loss::Minimax | Loss::NonSaturating | Loss::LeastSquares => LOST,
    }
}

/// NaN is within no limit.
fn is_within(value: f32, limit: f32) -> bool {
    value.abs() < limit
}

impl Work for GanPlayRun {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        self.play(clock).await?;
        if !self.is_due() {
            return Ok(Step::Quiet);
        }
        let (event, diverged) = self.report().await?;
        if diverged || self.done == last(&self.plan) {
            return Ok(Step::Last(event));
        }
        self.due = next(&self.plan, self.done);
        Ok(Step::Show(event))
    }
}

fn check(job: &GanPlay) -> Result<(), EngineError> {
    let game = &job.game;
    demand(game.cloud.is_valid(), "a drawing without points")?;
    check_player("the generator", &game.generator)?;
    check_player("the discriminator", &game.discriminator)?;
    within("points a step", game.batch, MAX_BATCH)?;
    within("numbers of a noise vector", game.noise_dims, MAX_NOISE_DIMS)?;
    // NaN is in no range.
    demand(
        (1e-4..=100.0).contains(&game.clip),
        format!("weights clipped at {}", game.clip),
    )?;
    match &job.plan {
        Plan::Rounds { count, frame_every } => {
            demand(*count <= MAX_ROUNDS, format!("{count} rounds"))?;
            within("rounds between frames", *frame_every, MAX_ROUNDS)?;
        }
        Plan::Halves(halves) => demand(
            (1..=MAX_HALVES).contains(&halves.len()),
            format!("{} halves", halves.len()),
        )?,
    }
    let Some(start) = &job.start else {
        return Ok(());
    };
    let Checkpoint {
        generator,
        discriminator,
        ..
    } = start;
    demand(
        generator.iter().chain(discriminator).all(|w| w.is_finite()),
        "weights that are not finite",
    )
}

fn check_player(who: &str, player: &Player) -> Result<(), EngineError> {
    within(&format!("layers of {who}"), player.layers, MAX_LAYERS)?;
    within(&format!("units of {who}"), player.width, MAX_WIDTH)?;
    within(&format!("updates of {who}"), player.updates, MAX_UPDATES)?;
    demand(
        (0.0..=1e3).contains(&player.learning_rate),
        format!("a learning rate of {}", player.learning_rate),
    )
}

fn within(what: &str, value: u32, most: u32) -> Result<(), EngineError> {
    demand(
        (1..=most).contains(&value),
        format!("{value} {what}, not 1 to {most}"),
    )
}

#[cfg(test)]
mod tests;
