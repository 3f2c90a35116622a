//! `lab pack MODEL`: 8-bit weights and everything that has to change with them.

mod snapshots;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use burn::module::Module;

use crate::data::{DataSet, PIXELS};
use crate::models::pixel::training as pixel;
use crate::models::text::training::TextTask;
use crate::models::vae::blocks::Sizes;
use crate::models::vae::training::VaeTask;
use crate::models::wave::training::shape_of as shape_of_wave;
use crate::nn::checkpoint::{RunDir, RunState};
use crate::quality::classifier::ClassifierTask;
use crate::tunes::learned;
use crate::weights::fingerprint::{Answers, Asked, Fingerprint};
use crate::weights::load::sha256_hex;
use crate::weights::manifest::{MANIFEST_PATH, Manifest, ModelEntry};
use crate::weights::pack::pack;
use crate::weights::tokens_path;

use super::source::{
    DEFAULT_GUIDANCE, SamplerName, Sampling, Weights, diffusion, frames, manifest, pixel_cnn,
    pixel_rnn, trained_judge, transformer, unet_shape, vae, wave_net,
};
use super::text::{SHAPE, Text};
use super::tunes::{self, Tunes};
use super::{Folders, Kind, ModelId, Tuning, pictures};

/// Arguments of `lab pack`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
}

/// The run that the denoising stage opens with; its pictures are shown until the engine answers.
const OPENING: Sampling = Sampling {
    steps: 20,
    sampler: SamplerName::Ddim,
    eta: 0.0,
    guidance: DEFAULT_GUIDANCE,
    midway: false,
    seed: 42,
};
const OPENING_DIGIT: u8 = 3;

/// Packs.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    match args.model.kind() {
        Kind::Text(corpus) => {
            let net = transformer(folders, args.model, Weights::Ema)?;
            let shape = TextTask::shape_of(SHAPE);
            let entry = write_weights(folders, args.model, net, &shape)?;
            write_fingerprint(&entry, &transformer(folders, args.model, Weights::Shipped)?)?;
            let tokens = Text::load(folders, corpus)?.tokens;
            let path = folders.www.join(tokens_path(&entry.id));
            write(&path, (tokens.write() + "\n").as_bytes())?;
        }
        Kind::Tuned(_) => {
            let net = transformer(folders, args.model, Weights::Ema)?;
            let entry = write_weights(folders, args.model, net, &TextTask::shape_of(SHAPE))?;
            write_fingerprint(&entry, &transformer(folders, args.model, Weights::Shipped)?)?;
        }
        Kind::Tunes => {
            let net = transformer(folders, args.model, Weights::Ema)?;
            let shape = TextTask::shape_of(tunes::SHAPE);
            let entry = write_weights(folders, args.model, net, &shape)?;
            write_fingerprint(&entry, &transformer(folders, args.model, Weights::Shipped)?)?;
            let tunes = Tunes::load(folders)?;
            let path = folders.www.join(tokens_path(&entry.id));
            write(&path, (tunes.alphabet.write() + "\n").as_bytes())?;
            let learned = learned::write(tunes.encoded(&tunes.train));
            write(&folders.www.join(learned::PATH), learned.as_bytes())?;
        }
        Kind::Wave(_) => {
            let (net, shape) = wave_net(folders, args.model, Weights::Ema)?;
            let entry = write_weights(folders, args.model, net, &shape_of_wave(shape))?;
            let (shipped, shape) = wave_net(folders, args.model, Weights::Shipped)?;
            write_fingerprint(&entry, &Asked(&shipped, shape))?;
        }
        Kind::Judge => {
            let net = trained_judge(folders, args.model)?;
            write_weights(folders, args.model, net, ClassifierTask::SHAPE)?;
        }
        Kind::PixelCnn => {
            let net = pixel_cnn(folders, args.model, Weights::Ema)?;
            let shape = pixel::shape_of(pixel::SHAPE);
            let entry = write_weights(folders, args.model, net, &shape)?;
            write_fingerprint(&entry, &pixel_cnn(folders, args.model, Weights::Shipped)?)?;
        }
        Kind::PixelRnn => {
            let net = pixel_rnn(folders, args.model, Weights::Ema)?;
            let shape = pixel::shape_of(pixel::RNN_SHAPE);
            let entry = write_weights(folders, args.model, net, &shape)?;
            write_fingerprint(&entry, &pixel_rnn(folders, args.model, Weights::Shipped)?)?;
        }
        Kind::Gan => snapshots::run(folders, args.model)?,
        Kind::Vae { code, variant } => {
            let net = vae(folders, args.model, Weights::Ema)?;
            let shape = VaeTask::shape_of(Sizes::shipped(code), variant);
            let entry = write_weights(folders, args.model, net, &shape)?;
            write_fingerprint(&entry, &vae(folders, args.model, Weights::Shipped)?)?;
        }
        Kind::Diffusion | Kind::Distilled => {
            let net = diffusion(folders, args.model, Weights::Ema)?;
            let entry = write_weights(folders, args.model, net, &unet_shape())?;
            let shipped = diffusion(folders, args.model, Weights::Shipped)?;
            write_fingerprint(&entry, &shipped)?;
        }
    }
    if args.model == ModelId::DiffusionMnist {
        write_opening(folders, args.model)?;
    }
    Ok(())
}

/// Writes the weights file and its manifest entry; returns that.
fn write_weights<M: Module>(
    folders: &Folders,
    model: ModelId,
    net: M,
    shape: &str,
) -> Result<ModelEntry> {
    let state = RunDir::open(&folders.runs, model.name())?.state(shape)?;
    let parameters = net.num_params() as u64;
    let bytes = pack(net)?;
    let entry = entry(model, &bytes, parameters, &state);
    let dir = folders.www.join("weights");
    fs::create_dir_all(&dir)?;
    write(&dir.join(&entry.file), &bytes)?;
    println!(
        "{}: {} bytes for {parameters} parameters",
        entry.file, entry.bytes
    );
    let mut manifest = manifest(folders)?;
    manifest.models.retain(|m| m.id != entry.id);
    manifest.models.push(entry.clone());
    manifest.models.sort_by(|a, b| a.id.cmp(&b.id));
    write_manifest(folders, &manifest)?;
    Ok(entry)
}

fn entry(model: ModelId, bytes: &[u8], parameters: u64, state: &RunState) -> ModelEntry {
    ModelEntry {
        id: model.name().into(),
        network: model.network(),
        file: format!("{}.bpk", model.name()),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes),
        parameters,
        data_set: data_set(model),
        images_seen: state.images,
        command: command(model, state),
        commit: state.commit.clone(),
        quality: None,
    }
}

/// The data set as the manifest names it.
fn data_set(model: ModelId) -> String {
    if let Kind::Text(corpus) = model.kind() {
        return corpus.title().into();
    }
    if let Kind::Wave(what) = model.kind() {
        return what.title().into();
    }
    if model.kind() == Kind::Tunes {
        return tunes::TITLE.into();
    }
    if let Kind::Tuned(tuning) = model.kind() {
        return match tuning {
            Tuning::Answers => "questions and answers about a closed world, by src/data/facts.rs",
            Tuning::Preferences => "pairs of answers, by src/data/facts.rs",
        }
        .into();
    }
    match model.data_set() {
        DataSet::Mnist => "MNIST, 60,000 training digits".into(),
        DataSet::FashionMnist => "Fashion-MNIST, 60,000 training garments".into(),
    }
}

/// The calls that trained it: one for each size it was planned for.
fn command(model: ModelId, state: &RunState) -> String {
    let call = |resume: &str, images: &u64| {
        let (model, seed) = (model.name(), state.seed);
        format!("lab train {model}{resume} --images {images} --seed {seed}")
    };
    let sizes = state.planned_before.iter().chain([&state.planned]);
    let is_fresh = state.command_before.is_empty();
    let first = if is_fresh { "" } else { " --resume" };
    let resumes = std::iter::once(first).chain(std::iter::repeat(" --resume"));
    let calls = resumes.zip(sizes).map(|(r, size)| call(r, size));
    let before = (!is_fresh).then(|| state.command_before.clone());
    before
        .into_iter()
        .chain(calls)
        .collect::<Vec<_>>()
        .join(" && ")
}

/// Writes the manifest.
pub fn write_manifest(folders: &Folders, manifest: &Manifest) -> Result<()> {
    let text = serde_json::to_string_pretty(manifest)? + "\n";
    write(&folders.www.join(MANIFEST_PATH), text.as_bytes())
}

/// Records what the shipped network answers, for the tests.
fn write_fingerprint(entry: &ModelEntry, shipped: &impl Answers) -> Result<()> {
    let print = Fingerprint {
        sha256: entry.sha256.clone(),
        v: shipped.answer(),
    };
    let path = recording(&entry.id);
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let text = serde_json::to_string(&print)? + "\n";
    write(&path, text.as_bytes())
}

fn recording(id: &str) -> PathBuf {
    Path::new("tests/data").join(format!("{id}.json"))
}

/// x_t of every frame in the first row, the predicted x_0 in the second.
fn write_opening(folders: &Folders, model: ModelId) -> Result<()> {
    let net = diffusion(folders, model, Weights::Shipped)?;
    let frames = frames(net, OPENING_DIGIT, &OPENING)?;
    let rows = frames
        .iter()
        .map(|f| &f.x)
        .chain(frames.iter().map(|f| &f.x0));
    let pixels: Vec<u8> = rows
        .flat_map(|row| pictures::to_bytes(&row[..PIXELS]))
        .collect();
    let dir = folders.www.join("samples");
    fs::create_dir_all(&dir)?;
    pictures::sheet(&dir.join("opening.png"), &pixels, frames.len())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tells_of_every_plan() {
        let mut state = RunState {
            planned: 100,
            seed: 7,
            ..RunState::default()
        };
        let first = "lab train judge-mnist --images 100 --seed 7";
        assert_eq!(command(ModelId::JudgeMnist, &state), first);
        state.step = 1;
        state.plan(300);
        let second = "lab train judge-mnist --resume --images 300 --seed 7";
        assert_eq!(
            command(ModelId::JudgeMnist, &state),
            format!("{first} && {second}")
        );
        let unpacked = RunState {
            planned: 300,
            seed: 7,
            command_before: "lab unpack judge-mnist".into(),
            ..RunState::default()
        };
        assert_eq!(
            command(ModelId::JudgeMnist, &unpacked),
            format!("lab unpack judge-mnist && {second}")
        );
    }
}
