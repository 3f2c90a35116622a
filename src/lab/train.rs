//! `lab train MODEL`: a progress bar, checkpoints, a sheet of samples and a line of metrics each.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::data::CLASSES;
use crate::data::mnist::{Images, Split};
use crate::data::text::Corpus;
use crate::models::diffusion::distillation::{self, DistillationTask};
use crate::models::diffusion::training::DiffusionTask;
use crate::models::diffusion::unet::{UNet, UNetConfig};
use crate::models::gan::image::{self, GanPair};
use crate::models::next::Choosing;
use crate::models::pixel::Net;
use crate::models::pixel::cnn::PixelCnn;
use crate::models::pixel::rnn::PixelRnn;
use crate::models::pixel::training::{PixelTask, RNN_SHAPE};
use crate::models::pixel::walk::Walker;
use crate::models::text::net::Transformer;
use crate::models::text::training::{TextTask, TextsTask};
use crate::models::text::tuning::{AnswerTask, PreferenceTask};
use crate::models::vae::blocks::Sizes;
use crate::models::vae::net::Vae;
use crate::models::vae::training::{VaeTask, Variant};
use crate::models::wave::net::WaveNet;
use crate::models::wave::sample as sample_of;
use crate::models::wave::step::Stepper;
use crate::models::wave::training::WaveTask;
use crate::nn::checkpoint::RunDir;
use crate::nn::training::{Observer, Recipe, Report, Task, train};
use crate::quality::classifier::{Classifier, ClassifierTask};
use crate::quality::report::Court;

use crate::tunes::abc;

use super::answers::{School, shipped_tokens};
use super::sample::labels;
use super::source::{
    DEFAULT_GUIDANCE, SamplerName, Sampling, Weights, diffusion, draw_fakes, draw_pixels, judge,
    sample, transformer,
};
use super::text::{SHAPE, Text, write};
use super::tunes::{self, Tunes};
use super::vae::{codes, sheet, static_pictures};
use super::watch::Watch;
use super::waves::{Part, Recorded, draw_sounds, write_wav};
use super::{Folders, Kind, ModelId, Tuning, pictures};

/// Arguments of `lab train`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
    /// Go on from the last checkpoint.
    #[arg(long)]
    resume: bool,
    /// Examples to see in all, repeats counted: pictures, or pieces of text.
    #[arg(long)]
    images: Option<u64>,
    /// Examples a step.
    #[arg(long)]
    batch: Option<usize>,
    /// Seed of weights, order, times and noise.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Trains.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    let recipe = recipe(args.model);
    if let Kind::Text(corpus) = args.model.kind() {
        let text = Text::load(folders, corpus)?;
        return go(folders, args, &TextTask::new(SHAPE, text.train), recipe);
    }
    if args.model.kind() == Kind::Tunes {
        let tunes = Tunes::load(folders)?;
        let learned = tunes.encoded(&tunes.train);
        return go(
            folders,
            args,
            &TextsTask::new(tunes::SHAPE, learned),
            recipe,
        );
    }
    if let Kind::Wave(what) = args.model.kind() {
        let sounds = what.load(folders, Part::Train)?;
        return go(folders, args, &WaveTask::new(what.shape(), sounds), recipe);
    }
    if let Kind::Tuned(tuning) = args.model.kind() {
        return tune(folders, args, tuning, recipe);
    }
    let images = Images::load(&folders.data, args.model.data_set(), Split::Train)?;
    let never = "a constant of the task is out of range";
    match args.model.kind() {
        Kind::Diffusion => {
            let task = DiffusionTask::new(UNetConfig::shipped(), images).context(never)?;
            go(folders, args, &task, recipe)
        }
        Kind::Distilled => {
            let teacher = diffusion(folders, TEACHER, Weights::Shipped)?;
            let task = DistillationTask::new(teacher, DEFAULT_GUIDANCE, images).context(never)?;
            go(folders, args, &task, recipe)
        }
        Kind::Vae { code, variant } => {
            let set = args.model.data_set();
            let task = VaeTask::new(Sizes::shipped(code), variant, set, images);
            go(folders, args, &task, recipe)
        }
        Kind::PixelCnn => {
            let task = PixelTask::cnn(images);
            go(folders, args, &task, recipe)
        }
        Kind::PixelRnn => {
            let task = PixelTask::rnn(RNN_SHAPE, images);
            go(folders, args, &task, recipe)
        }
        Kind::Gan => duel(folders, args, &images, recipe),
        Kind::Text(_) | Kind::Tuned(_) | Kind::Tunes | Kind::Wave(_) => {
            unreachable!("trained above, without pictures")
        }
        Kind::Judge => {
            let task = ClassifierTask::new(images, args.model.data_set()).context(never)?;
            go(folders, args, &task, recipe)
        }
    }
}

/// Tunes what ships of the stage before.
fn tune(folders: &Folders, args: &Args, tuning: Tuning, recipe: Recipe) -> Result<()> {
    let school = School::new(shipped_tokens(folders)?);
    match tuning {
        Tuning::Answers => {
            let before = transformer(folders, ModelId::TextStories, Weights::Shipped)?;
            let texts = Text::load(folders, Corpus::Stories)?.train;
            go(
                folders,
                args,
                &AnswerTask::new(SHAPE, before, school, texts),
                recipe,
            )
        }
        Tuning::Preferences => {
            let before = transformer(folders, ModelId::TextAnswers, Weights::Shipped)?;
            go(
                folders,
                args,
                &PreferenceTask::new(SHAPE, before, school),
                recipe,
            )
        }
    }
}

/// Whom the distilled model learns from.
const TEACHER: ModelId = ModelId::DiffusionMnist;

/// How a model is trained unless the command says otherwise.
fn recipe(model: ModelId) -> Recipe {
    let images = |images| Recipe {
        images,
        ..Recipe::default()
    };
    match model {
        ModelId::DiffusionMnist | ModelId::DiffusionFashionMnist => images(300_000),
        // A long average would still be near the first weights.
        ModelId::DiffusionMnistEarly => Recipe {
            ema_decay: 0.9,
            ..images(48_000)
        },
        // It starts from the teacher's weights, so its average need not forget so much.
        ModelId::DiffusionMnistQuick => Recipe {
            batch: 64,
            learning_rate: 3e-4,
            warm_up: 50,
            ema_decay: 0.99,
            ..images(60_000)
        },
        ModelId::GanMnist => Recipe {
            batch: 64,
            learning_rate: 4e-4,
            ema_decay: 0.998,
            ..images(640_000)
        },
        ModelId::JudgeMnist => images(360_000),
        ModelId::VaeMnist2
        | ModelId::AeMnist2
        | ModelId::VaeMnist16
        | ModelId::AeMnist16
        | ModelId::VaeFashionMnist2
        | ModelId::AeFashionMnist2
        | ModelId::VaeFashionMnist16 => Recipe {
            batch: 64,
            learning_rate: 4e-3,
            warm_up: 100,
            ..images(400_000)
        },
        ModelId::JudgeFashionMnist => images(720_000),
        ModelId::PixelMnist
        | ModelId::PixelFashionMnist
        | ModelId::PixelRnnMnist
        | ModelId::PixelRnnFashionMnist => Recipe {
            batch: 16,
            learning_rate: 2e-3,
            ..images(200_000)
        },
        ModelId::TextAnswers => Recipe {
            batch: 32,
            learning_rate: 5e-4,
            warm_up: 30,
            ema_decay: 0.99,
            ..images(9_600)
        },
        // A usual rate wrecks the network within a minute.
        ModelId::TextPreferences => Recipe {
            batch: 16,
            learning_rate: 2e-5,
            warm_up: 30,
            ema_decay: 0.98,
            ..images(2_400)
        },
        ModelId::MusicTunes => Recipe {
            batch: 16,
            learning_rate: 3e-3,
            ..images(22_000)
        },
        ModelId::WaveNotes | ModelId::WaveDigits => Recipe {
            batch: 6,
            learning_rate: 2e-3,
            ema_decay: 0.998,
            ..images(200_000)
        },
        ModelId::TextStories | ModelId::TextShakespeare | ModelId::TextFairyTales => Recipe {
            batch: 32,
            learning_rate: 3e-3,
            ..images(120_000)
        },
    }
}

fn go<T: Task<Net: Sheet>>(folders: &Folders, args: &Args, task: &T, recipe: Recipe) -> Result<()> {
    let (recipe, run, stop) = begin(folders, args, recipe)?;
    let mut diary = Diary::new(folders, args.model, &recipe, &run)?;
    train(task, &recipe, &run, args.resume, &stop, &mut diary)?;
    diary.bar.finish();
    Ok(())
}

/// Two networks learn against each other, and somebody looks on.
fn duel(folders: &Folders, args: &Args, images: &Images, recipe: Recipe) -> Result<()> {
    let (recipe, run, stop) = begin(folders, args, recipe)?;
    let test = Images::load(&folders.data, args.model.data_set(), Split::Test)?;
    let court = Court::new(judge(folders, args.model)?, images, &test);
    let mut diary = Diary::new(folders, args.model, &recipe, &run)?;
    let mut watch = Watch::new(court, run.path(), &test, diary.bar.clone());
    image::training::train(
        images,
        &recipe,
        &run,
        args.resume,
        &stop,
        &mut diary,
        &mut watch,
    )?;
    diary.bar.finish();
    Ok(())
}

/// What the command line makes of a recipe, the run's folder, and the flag that stops it.
fn begin(
    folders: &Folders,
    args: &Args,
    mut recipe: Recipe,
) -> Result<(Recipe, RunDir, Arc<AtomicBool>)> {
    let run = RunDir::open(&folders.runs, args.model.name())?;
    ensure!(
        args.resume || !run.has_checkpoint(),
        "{} holds a run already: add --resume, or move it away",
        run.path().display()
    );
    ensure!(
        !args.resume || run.has_checkpoint(),
        "{} holds no checkpoint to go on from",
        run.path().display()
    );
    let stop = stop_on_ctrl_c()?;
    recipe.seed = args.seed;
    recipe.commit = commit();
    recipe.images = args.images.unwrap_or(recipe.images);
    recipe.batch = args.batch.unwrap_or(recipe.batch);
    ensure!(recipe.batch > 0, "--batch has to be at least 1");
    Ok((recipe, run, stop))
}

/// The present commit, marked if files differ from it, or 'unknown' outside a checkout.
pub fn commit() -> String {
    Command::new("git")
        .args(["describe", "--always", "--dirty", "--exclude=*"])
        .output()
        .ok()
        .filter(|o| o.status.success())
        .map_or("unknown".into(), |o| {
            String::from_utf8_lossy(&o.stdout).trim().into()
        })
}

/// A flag that the first Ctrl-C sets; the second one ends the program.
fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping after this step; once more to stop at once");
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(stop)
}

fn progress_bar(images: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} {msg} eta {eta}");
    ProgressBar::new(images).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Shows the progress and writes it down.
struct Diary {
    bar: ProgressBar,
    run: RunDir,
    look: Look,
}

/// What sheets are made with.
struct Look {
    model: ModelId,
    /// How is sampled.
    sampling: Sampling,
    /// Real test pictures for an autoencoder to restore, `[n, 28, 28]` in `0..=1`.
    reals: Vec<f32>,
    /// A Transformer's text, to be judged by.
    text: Option<Text>,
    /// The same of tunes.
    tunes: Option<Tunes>,
    /// Who examines one that answers.
    school: Option<School>,
}

/// Real pictures of an autoencoder's sheet, enough to fit a Gaussian to their codes.
const REALS: usize = 1000;

impl Look {
    fn new(folders: &Folders, model: ModelId) -> Result<Self> {
        let kind = model.kind();
        let reals = match kind {
            Kind::Vae { .. } => {
                let test = Images::load(&folders.data, model.data_set(), Split::Test)?;
                static_pictures(model.data_set(), &test, REALS)
            }
            _ => Vec::new(),
        };
        let text = match kind {
            Kind::Text(corpus) => Some(Text::load(folders, corpus)?),
            _ => None,
        };
        let tunes = match kind {
            Kind::Tunes => Some(Tunes::load(folders)?),
            _ => None,
        };
        let school = match kind {
            Kind::Tuned(_) => Some(School::new(shipped_tokens(folders)?)),
            _ => None,
        };
        Ok(Self {
            model,
            text,
            tunes,
            school,
            sampling: sampling(kind),
            reals,
        })
    }
}

impl Diary {
    fn new(folders: &Folders, model: ModelId, recipe: &Recipe, run: &RunDir) -> Result<Self> {
        Ok(Self {
            bar: progress_bar(recipe.images),
            run: run.clone(),
            look: Look::new(folders, model)?,
        })
    }
}

fn sampling(kind: Kind) -> Sampling {
    let (steps, guidance) = match kind {
        Kind::Distilled => (distillation::STEPS as u32, 1.0),
        _ => (20, DEFAULT_GUIDANCE),
    };
    Sampling {
        steps,
        sampler: SamplerName::Ddim,
        eta: 0.0,
        guidance,
        midway: false,
        seed: 0,
    }
}

impl<M: Sheet> Observer<M> for Diary {
    fn step(&mut self, report: Report) {
        self.bar.set_position(report.images);
        self.bar.set_message(line(report));
    }

    fn checkpoint(&mut self, net: &M, report: Report) {
        self.bar
            .suspend(|| println!("checkpoint: {}", line(report)));
        let name = format!("sheet-{:07}.png", report.images);
        let path = self.run.path().join(name);
        let written = log(&self.run, report).and_then(|()| net.sheet(&self.look, &path));
        if let Err(e) = written {
            self.bar.suspend(|| eprintln!("warning: {e:#}"));
        }
    }
}

fn line(report: Report) -> String {
    let Report {
        images,
        loss,
        speed,
    } = report;
    format!("{images} examples, loss {loss:.4}, {speed:.1} a second")
}

fn log(run: &RunDir, report: Report) -> Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(run.path().join("metrics.jsonl"))
        .context("cannot open the metrics")?;
    let Report {
        images,
        loss,
        speed,
    } = report;
    writeln!(
        file,
        "{}",
        serde_json::json!({ "images": images, "loss": loss, "speed": speed })
    )
    .context("cannot write the metrics")
}

/// A network that has something to look at.
trait Sheet {
    /// Writes a sheet.
    fn sheet(&self, look: &Look, path: &Path) -> Result<()>;
}

impl Sheet for UNet {
    fn sheet(&self, look: &Look, path: &Path) -> Result<()> {
        let labels = labels(4 * CLASSES, None);
        let samples = sample(self.clone(), &labels, &look.sampling, |_| {})?;
        pictures::sheet(path, &pictures::to_bytes(&samples), CLASSES)
    }
}

impl Sheet for GanPair {
    fn sheet(&self, look: &Look, path: &Path) -> Result<()> {
        let labels = labels(10 * CLASSES, None);
        let fakes = draw_fakes(self, &labels, look.sampling.seed, |_| {});
        pictures::sheet(path, &pictures::to_bytes(&fakes), CLASSES)
    }
}

impl Sheet for Vae {
    fn sheet(&self, look: &Look, path: &Path) -> Result<()> {
        match look.model.kind() {
            Kind::Vae {
                variant: Variant::Autoencoder,
                ..
            } => {
                let codes = codes(self, &look.reals);
                sheet(&self.clone().whitened(&codes), &look.reals, path)
            }
            _ => sheet(self, &look.reals, path),
        }
    }
}

/// Tokens that a checkpoint is judged by: a part of what is held out.
const JUDGED: usize = 20_000;

impl Sheet for Transformer {
    fn sheet(&self, look: &Look, path: &Path) -> Result<()> {
        if let Some(school) = &look.school {
            let (marks, talk) = school.examine(self, look.model.name())?;
            let marks = serde_json::to_string(&marks)?;
            println!("{marks}");
            let sheet = format!("{marks}\n\n{talk}");
            return fs::write(path.with_extension("txt"), sheet).context("cannot write the sheet");
        }
        if let Some(tunes) = &look.tunes {
            return tunes_sheet(self, tunes, path);
        }
        let text = look.text.as_ref().context("a text to be judged by")?;
        let bits = text.bits_per_character(self, JUDGED);
        println!("held out: {bits:.4} bits a character");
        let mut sheet = format!("{bits:.4} bits a character of texts held out\n");
        for seed in 0..4 {
            sheet += &format!(
                "\n--- seed {seed}\n{}\n",
                write(self, &text.tokens, seed, 250)
            );
        }
        fs::write(path.with_extension("txt"), sheet).context("cannot write the sheet")
    }
}

/// Tunes that a checkpoint is judged by, and tunes that it plays.
const TUNES: usize = 60;

fn tunes_sheet(net: &Transformer, tunes: &Tunes, path: &Path) -> Result<()> {
    let bits = tunes.bits_per_character(net, TUNES);
    let heads = tunes.held_out.iter().take(TUNES);
    let played: Vec<_> = heads
        .enumerate()
        .map(|(i, head)| {
            tunes::play(
                net,
                &tunes.alphabet,
                head,
                &Choosing::default(),
                i as u64,
                400,
            )
        })
        .collect::<Result<_>>()?;
    let marks = serde_json::to_string(&tunes::Marks::of(&played, &tunes.learned_notes()))?;
    println!("held out: {bits:.4} bits a character; {marks}");
    let mut sheet = format!("{bits:.4} bits a character of tunes held out\n{marks}\n");
    for (tune, _) in &played[..TUNES / 4] {
        sheet += &format!("\n{}\n", abc::write(tune));
    }
    fs::write(path.with_extension("txt"), sheet).context("cannot write the sheet")
}

impl Sheet for WaveNet {
    /// A few sounds, one after the other, as WAV.
    fn sheet(&self, look: &Look, path: &Path) -> Result<()> {
        let Kind::Wave(what) = look.model.kind() else {
            return Ok(());
        };
        let stepper = pollster::block_on(Stepper::new(self, what.shape()))?;
        let sounds = draw_sounds(&stepper, &what.shown(), 0, |_| {});
        let all: Vec<f32> = sounds.concat().into_iter().map(sample_of).collect();
        if what == Recorded::Notes {
            let marks = super::waves::in_tune(&sounds, &what.shown());
            println!("in tune: {marks:?}");
        }
        write_wav(&path.with_extension("wav"), &all)
    }
}

impl Sheet for PixelCnn {
    fn sheet(&self, _: &Look, path: &Path) -> Result<()> {
        pixels(&Net::Cnn(self.clone()), path)
    }
}

impl Sheet for PixelRnn {
    fn sheet(&self, _: &Look, path: &Path) -> Result<()> {
        pixels(&Net::Rnn(self.clone()), path)
    }
}

fn pixels(net: &Net, path: &Path) -> Result<()> {
    let walker = pollster::block_on(Walker::new(net))?;
    let samples = draw_pixels(&walker, &labels(4 * CLASSES, None), 0, |_| {});
    pictures::sheet(path, &pictures::to_bytes(&samples), CLASSES)
}

impl Sheet for Classifier {
    /// A classifier makes no pictures.
    fn sheet(&self, _: &Look, _: &Path) -> Result<()> {
        Ok(())
    }
}
