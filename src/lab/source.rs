//! Where a command takes its weights from, and how it samples with them.

use std::collections::HashMap;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use clap::ValueEnum;
use indicatif::ProgressBar;

use crate::data::PIXELS;
use crate::data::mnist::{Images, Split};
use crate::engine::diffusion::network::Network;
use crate::engine::jobs;
use crate::engine::session::Line;
use crate::models::diffusion::sampler::{Guided, MIDWAY};
use crate::models::diffusion::unet::{UNet, UNetConfig};
use crate::models::gan::image::{GanPair, noise_vector, training};
use crate::models::next::Choosing;
use crate::models::pixel::cnn::PixelCnn;
use crate::models::pixel::rnn::PixelRnn;
use crate::models::pixel::training::{RNN_SHAPE, SHAPE as SHAPE_OF_PIXELS, shape_of};
use crate::models::pixel::walk::Walker;
use crate::models::pixel::{Net, ink};
use crate::models::text::Shape;
use crate::models::text::net::Transformer;
use crate::models::text::training::TextTask;
use crate::models::vae::blocks::Sizes;
use crate::models::vae::net::Vae;
use crate::models::vae::training::{VaeTask, Variant};
use crate::models::wave::Shape as WaveShape;
use crate::models::wave::net::WaveNet;
use crate::models::wave::training::shape_of as shape_of_wave;
use crate::nn::checkpoint::{RunDir, Which};
use crate::protocol::ask::Seen;
use crate::protocol::{Anatomy, Denoise, Event, Frame, Inspect, Job, RunId, Sampler};
use crate::quality::classifier::{Classifier, ClassifierTask};
use crate::weights::load::load;
use crate::weights::manifest::{MANIFEST_PATH, Manifest, ModelEntry, NetworkKind};

use super::vae::{codes, draw_random, static_pictures};
use super::{Folders, Kind, ModelId, text, tunes};

/// Which weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Weights {
    /// The 8-bit file that ships with the page.
    Shipped,
    /// The last checkpoint's average, f32.
    Ema,
    /// The last checkpoint as the optimiser left it, f32.
    Model,
}

/// The manifest, or an empty one if there is none yet.
pub fn manifest(folders: &Folders) -> Result<Manifest> {
    let path = folders.www.join(MANIFEST_PATH);
    match fs::read_to_string(&path) {
        Ok(text) => {
            serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Manifest::default()),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// A diffusion network on the CPU.
pub fn diffusion(folders: &Folders, model: ModelId, weights: Weights) -> Result<UNet> {
    let net = UNetConfig::shipped().init(&Device::flex());
    any(folders, model, net, weights, &unet_shape())
}

/// The last snapshot of a GAN.
pub fn gan(folders: &Folders, model: ModelId, weights: Weights) -> Result<GanPair> {
    let pair = GanPair::new(&Device::flex());
    match weights {
        Weights::Shipped => {
            let manifest = manifest(folders)?;
            let entry = last_snapshot(&manifest, model)?;
            Ok(load(pair, read(folders, entry)?, entry)?)
        }
        Weights::Ema => checkpoint(folders, model, pair, Which::Ema, training::SHAPE),
        Weights::Model => bail!("of a GAN only the average can be looked at: --weights ema"),
    }
}

/// An autoencoder whose random codes come from N(0, I): one that is not variational is whitened
/// with its codes of the training set, unless it shipped and so is already.
pub fn vae(folders: &Folders, model: ModelId, weights: Weights) -> Result<Vae> {
    let Kind::Vae { code, variant } = model.kind() else {
        bail!("{} has no code", model.name());
    };
    let sizes = Sizes::shipped(code);
    let net = sizes.init(&Device::flex());
    let which = match weights {
        Weights::Shipped => return shipped(folders, model, net),
        Weights::Ema => Which::Ema,
        Weights::Model => Which::Model,
    };
    let shape = VaeTask::shape_of(sizes, variant);
    let net = checkpoint(folders, model, net, which, &shape)?;
    if variant == Variant::Variational {
        return Ok(net);
    }
    let set = model.data_set();
    let train = Images::load(&folders.data, set, Split::Train)?;
    let codes = codes(&net, &static_pictures(set, &train, train.len()));
    Ok(net.whitened(&codes))
}

/// A gated PixelCNN.
pub fn pixel_cnn(folders: &Folders, model: ModelId, weights: Weights) -> Result<PixelCnn> {
    let net = SHAPE_OF_PIXELS.cnn(&Device::flex());
    any(folders, model, net, weights, &shape_of(SHAPE_OF_PIXELS))
}

/// A PixelRNN; what ships may be smaller than what is trained now.
pub fn pixel_rnn(folders: &Folders, model: ModelId, weights: Weights) -> Result<PixelRnn> {
    let shipped = match weights {
        Weights::Shipped => manifest(folders)?.find(model.name()).map(|m| m.network),
        _ => None,
    };
    let net = match shipped {
        Some(NetworkKind::PixelRnn(smaller)) => smaller.rnn(&Device::flex()),
        _ => RNN_SHAPE.rnn(&Device::flex()),
    };
    any(folders, model, net, weights, &shape_of(RNN_SHAPE))
}

/// A Transformer.
pub fn transformer(folders: &Folders, model: ModelId, weights: Weights) -> Result<Transformer> {
    let shape = shape_of_text(model);
    let net = shape.init(&Device::flex());
    any(folders, model, net, weights, &TextTask::shape_of(shape))
}

/// A WaveNet, and its shape.
pub fn wave_net(
    folders: &Folders,
    model: ModelId,
    weights: Weights,
) -> Result<(WaveNet, WaveShape)> {
    let Kind::Wave(what) = model.kind() else {
        bail!("{} makes no sound", model.name());
    };
    let shape = what.shape();
    let net = shape.init(&Device::flex());
    let net = any(folders, model, net, weights, &shape_of_wave(shape))?;
    Ok((net, shape))
}

/// The shape of a Transformer.
pub fn shape_of_text(model: ModelId) -> Shape {
    match model.kind() {
        Kind::Tunes => tunes::SHAPE,
        _ => text::SHAPE,
    }
}

/// The entry of the last snapshot that ships.
pub fn last_snapshot(manifest: &Manifest, model: ModelId) -> Result<&ModelEntry> {
    let snapshots = manifest.models.iter();
    let snapshots = snapshots.filter(|m| m.network == model.network());
    let last = snapshots.max_by_key(|m| m.images_seen);
    last.with_context(|| format!("{0} is not packed yet: `lab pack {0}` first", model.name()))
}

/// The shipped judge of a model's data set.
pub fn judge(folders: &Folders, model: ModelId) -> Result<Classifier> {
    shipped(folders, model.judge(), Classifier::new(&Device::flex()))
}

/// The classifier of the last checkpoint.
pub fn trained_judge(folders: &Folders, model: ModelId) -> Result<Classifier> {
    let net = Classifier::new(&Device::flex());
    checkpoint(folders, model, net, Which::Ema, ClassifierTask::SHAPE)
}

/// The network's configuration as the checkpoints know it.
pub fn unet_shape() -> String {
    format!("{:?}", UNetConfig::shipped())
}

/// What ships, or a checkpoint of a network of this shape.
fn any<M: burn::module::Module>(
    folders: &Folders,
    model: ModelId,
    net: M,
    weights: Weights,
    shape: &str,
) -> Result<M> {
    match weights {
        Weights::Shipped => shipped(folders, model, net),
        Weights::Ema => checkpoint(folders, model, net, Which::Ema, shape),
        Weights::Model => checkpoint(folders, model, net, Which::Model, shape),
    }
}

fn checkpoint<M: burn::module::Module>(
    folders: &Folders,
    model: ModelId,
    net: M,
    which: Which,
    shape: &str,
) -> Result<M> {
    let run = RunDir::open(&folders.runs, model.name())?;
    if !run.has_checkpoint() {
        bail!(
            "{} has no checkpoint: `lab train {}` first",
            run.path().display(),
            model.name()
        );
    }
    run.state(shape)?;
    Ok(run.load_module(net, which)?)
}

fn shipped<M: burn::module::Module>(folders: &Folders, model: ModelId, net: M) -> Result<M> {
    let manifest = manifest(folders)?;
    let Some(entry) = manifest.find(model.name()) else {
        bail!(
            "{} is not packed yet: `lab pack {}` first",
            model.name(),
            model.name()
        );
    };
    Ok(load(net, read(folders, entry)?, entry)?)
}

fn read(folders: &Folders, entry: &ModelEntry) -> Result<Vec<u8>> {
    let path = folders.www.join("weights").join(&entry.file);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// How to sample.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Sampling {
    /// Network evaluations a picture, 1 to 1000.
    #[arg(long, default_value_t = 20)]
    pub steps: u32,
    /// Sampler.
    #[arg(long, value_enum, default_value_t = SamplerName::Ddim)]
    pub sampler: SamplerName,
    /// Share of fresh noise of DDIM, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    pub eta: f32,
    /// Guidance weight; 1 is none.
    #[arg(long, default_value_t = DEFAULT_GUIDANCE)]
    pub guidance: f32,
    /// Guide at times 800 to 100 only.
    #[arg(long)]
    pub midway: bool,
    /// Seed of all noise.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
}

pub use crate::models::diffusion::DEFAULT_GUIDANCE;

/// Samplers by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SamplerName {
    /// Ancestral.
    Ddpm,
    /// Deterministic unless `--eta` says otherwise.
    Ddim,
    /// DPM-Solver++(2M).
    DpmSolver,
}

impl Sampling {
    /// In words, for the manifest.
    pub fn describe(&self) -> String {
        let name = match self.sampler {
            SamplerName::Ddpm => "DDPM".into(),
            SamplerName::Ddim if self.eta == 0.0 => "DDIM".into(),
            SamplerName::Ddim => format!("DDIM eta {}", self.eta),
            SamplerName::DpmSolver => "DPM-Solver++(2M)".into(),
        };
        let when = match self.guided() {
            Guided::Always => String::new(),
            Guided::Midway => format!(" from t = {} to {}", MIDWAY.end(), MIDWAY.start()),
        };
        format!(
            "{name}, {} steps, guidance {}{when}",
            self.steps, self.guidance
        )
    }

    fn guided(&self) -> Guided {
        match self.midway {
            true => Guided::Midway,
            false => Guided::Always,
        }
    }

    fn job(&self, labels: &[u8], first_index: usize, every_frame: bool) -> Denoise {
        Denoise {
            model: MODEL.into(),
            labels: labels.iter().copied().map(Some).collect(),
            first_index: first_index as u32,
            seed: self.seed,
            sampler: match self.sampler {
                SamplerName::Ddpm => Sampler::Ddpm,
                SamplerName::Ddim => Sampler::Ddim { eta: self.eta },
                SamplerName::DpmSolver => Sampler::DpmSolver,
            },
            steps: self.steps,
            guidance: self.guidance,
            guided: self.guided(),
            frame_every: if every_frame { 1 } else { self.steps },
            ..Denoise::default()
        }
    }
}

/// Fakes of a batch.
const FAKES: usize = 100;

/// One fake for each label, `[n, 28, 28]`, of the noise of a seed; `on_batch` is told how many are
/// done.
pub fn draw_fakes(
    pair: &GanPair,
    labels: &[u8],
    seed: u64,
    mut on_batch: impl FnMut(usize),
) -> Vec<f32> {
    let mut fakes = Vec::with_capacity(labels.len() * PIXELS);
    for (i, part) in labels.chunks(FAKES).enumerate() {
        let first = i * FAKES;
        let z = (first..first + part.len()).flat_map(|i| noise_vector(seed, i as u32));
        let pictures = pair.fakes(&z.collect::<Vec<_>>(), part).into_data();
        fakes.extend(pictures.iter::<f32>());
        on_batch(first + part.len());
    }
    fakes
}

/// One picture for each label, `[n, 28, 28]` in `-1..=1`, drawn from the network's own distribution;
/// `on_batch` is told how many are done.
pub fn draw_pixels(
    walker: &Walker,
    labels: &[u8],
    seed: u64,
    mut on_batch: impl FnMut(usize),
) -> Vec<f32> {
    let mut pictures = Vec::with_capacity(labels.len() * PIXELS);
    for (i, label) in labels.iter().enumerate() {
        let mut walk = walker.begin((*label).into());
        for _ in 0..PIXELS {
            walker.draw(&mut walk, &Choosing::default(), (seed, i as u32), None);
        }
        let levels = walk.levels().iter();
        pictures.extend(levels.map(|l| 2.0 * ink(*l, SHAPE_OF_PIXELS.levels) - 1.0));
        on_batch(i + 1);
    }
    pictures
}

/// The one model of a native session.
const MODEL: &str = "model";
/// Pictures of one session.
const BATCH: usize = 50;

/// Samples one picture for each label, `[n, 28, 28]`; `on_batch` is told how many are done.
pub fn sample(
    net: UNet,
    labels: &[u8],
    sampling: &Sampling,
    mut on_batch: impl FnMut(usize),
) -> Result<Vec<f32>> {
    let mut models = models(net);
    let mut pictures = Vec::new();
    for (i, part) in labels.chunks(BATCH).enumerate() {
        let frames = session(&mut models, sampling.job(part, i * BATCH, false))?;
        pictures.extend(frames.into_iter().next_back().context("no frame")?.x);
        on_batch(i * BATCH + part.len());
    }
    Ok(pictures)
}

/// All frames of one picture.
pub fn frames(net: UNet, label: u8, sampling: &Sampling) -> Result<Vec<Frame>> {
    session(&mut models(net), sampling.job(&[label], 0, true))
}

/// What every block of the network gives at a step of a run of one picture, with the skips of
/// `cut` (bit i for skip i) cut all the way.
pub fn anatomy(net: UNet, label: u8, sampling: &Sampling, cut: u8, step: u32) -> Result<Anatomy> {
    let mut models = models(net);
    let job = Denoise {
        cut,
        ..sampling.job(&[label], 0, true)
    };
    let frames = session(&mut models, job)?;
    let frame = frames.into_iter().find(|frame| frame.step == step);
    let frame = frame.with_context(|| format!("there is no step {step}"))?;
    let look = Inspect {
        model: MODEL.into(),
        x: frame.x,
        t: frame.t,
        label: Some(label),
        cut,
    };
    let seen = run_job(&mut models, Job::Inspect(look))?.anatomy;
    seen.context("nothing was seen")
}

fn models(net: UNet) -> HashMap<String, Network> {
    HashMap::from([(MODEL.into(), Network::new(net, Device::flex()))])
}

/// Samples of any model that makes pictures, one for each label, `[n, 28, 28]` in `-1..=1`, with a
/// progress bar.
pub fn draw(
    folders: &Folders,
    model: ModelId,
    weights: Weights,
    labels: &[u8],
    sampling: &Sampling,
) -> Result<Vec<f32>> {
    let bar = ProgressBar::new(labels.len() as u64).with_message(sampling.describe());
    let tell = |done: usize| bar.set_position(done as u64);
    let mut samples = match model.kind() {
        Kind::Gan => {
            let pair = gan(folders, model, weights)?;
            draw_fakes(&pair, labels, sampling.seed, tell)
        }
        Kind::Diffusion | Kind::Distilled => {
            sample(diffusion(folders, model, weights)?, labels, sampling, tell)?
        }
        Kind::PixelCnn => {
            let net = pixel_cnn(folders, model, weights)?;
            let walker = pollster::block_on(Walker::new(&Net::Cnn(net)))?;
            draw_pixels(&walker, labels, sampling.seed, tell)
        }
        Kind::PixelRnn => {
            let net = pixel_rnn(folders, model, weights)?;
            let walker = pollster::block_on(Walker::new(&Net::Rnn(net)))?;
            draw_pixels(&walker, labels, sampling.seed, tell)
        }
        Kind::Vae { .. } => {
            let net = vae(folders, model, weights)?;
            draw_random(&net, labels.len(), sampling.seed)
        }
        Kind::Text(_) | Kind::Tuned(_) | Kind::Tunes | Kind::Wave(_) | Kind::Judge => {
            bail!("{} makes no pictures", model.name())
        }
    };
    bar.finish_and_clear();
    for v in &mut samples {
        *v = v.clamp(-1.0, 1.0);
    }
    Ok(samples)
}

/// The same session as in the page, with its frames kept.
fn session(models: &mut HashMap<String, Network>, job: Denoise) -> Result<Vec<Frame>> {
    Ok(run_job(models, Job::Denoise(job))?.frames)
}

fn run_job(models: &mut HashMap<String, Network>, job: Job) -> Result<Keeper> {
    let mut keeper = Keeper {
        frames: Vec::new(),
        anatomy: None,
        failed: None,
        began: Instant::now(),
    };
    pollster::block_on(jobs::run(1, job, models, &mut keeper));
    match keeper.failed {
        Some(error) => Err(error.into()),
        None => Ok(keeper),
    }
}

/// Keeps what a session sends.
struct Keeper {
    frames: Vec<Frame>,
    anatomy: Option<Anatomy>,
    failed: Option<crate::protocol::EngineError>,
    began: Instant,
}

impl Line for Keeper {
    fn send(&mut self, event: Event) {
        match event {
            Event::Frame { frame, .. } => self.frames.push(frame),
            Event::Report { report, .. } => {
                if let Some(Seen::Anatomy(anatomy)) = report.unpacked() {
                    self.anatomy = Some(anatomy);
                }
            }
            Event::Failed { error, .. } => self.failed = Some(error),
            _ => {}
        }
    }

    async fn go_on(&mut self, _: RunId) -> bool {
        true
    }

    fn now_ms(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1e3
    }
}
