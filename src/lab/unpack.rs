//! `lab unpack MODEL`: a checkpoint made of the weights that ship, so that a training can go on where
//! its own checkpoints are gone.

use anyhow::{Context, Result, bail, ensure};
use burn::module::Module;
use burn::tensor::Device;

use crate::models::diffusion::unet::UNetConfig;
use crate::models::pixel::Pixels;
use crate::models::pixel::training as pixel;
use crate::models::text::training::TextTask;
use crate::models::vae::blocks::Sizes;
use crate::models::vae::training::{VaeTask, Variant};
use crate::models::wave::training::shape_of as shape_of_wave;
use crate::nn::checkpoint::{RunDir, RunState};
use crate::nn::training::optimizer;
use crate::weights::manifest::ModelEntry;

use super::source::{
    Weights, diffusion, manifest, pixel_cnn, pixel_rnn, shape_of_text, transformer, unet_shape,
    vae, wave_net,
};
use super::{Folders, Kind, ModelId};

/// Arguments of `lab unpack`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
}

/// Unpacks.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    let model = args.model;
    // On the device that trains, so that the record is of the same kind.
    let device = Device::flex().autodiff();
    match model.kind() {
        Kind::Diffusion => {
            let net = UNetConfig::shipped().init(&device);
            let averaged = diffusion(folders, model, Weights::Shipped)?;
            save(folders, model, net, averaged, unet_shape())
        }
        Kind::PixelCnn => {
            let averaged = pixel_cnn(folders, model, Weights::Shipped)?;
            let net = pixel::SHAPE.cnn(&device);
            save(folders, model, net, averaged, pixel::shape_of(pixel::SHAPE))
        }
        Kind::PixelRnn => {
            let averaged = pixel_rnn(folders, model, Weights::Shipped)?;
            let shape = pixel::RNN_SHAPE;
            let name = pixel::shape_of(shape);
            let shipped = averaged.shape();
            ensure!(
                shipped.levels == shape.levels
                    && shipped.width <= shape.width
                    && shipped.layers <= shape.layers,
                "what ships is {shipped:?}, and cannot grow to {shape:?}"
            );
            let averaged = averaged.grown(shape);
            save(folders, model, shape.rnn(&device), averaged, name)
        }
        Kind::Text(_) | Kind::Tunes => {
            let averaged = transformer(folders, model, Weights::Shipped)?;
            let shape = shape_of_text(model);
            let name = TextTask::shape_of(shape);
            save(folders, model, shape.init(&device), averaged, name)
        }
        Kind::Wave(_) => {
            let (averaged, shape) = wave_net(folders, model, Weights::Shipped)?;
            save(
                folders,
                model,
                shape.init(&device),
                averaged,
                shape_of_wave(shape),
            )
        }
        // Codes of one that is not variational are whitened when it is packed, and its training knows
        // nothing of it.
        Kind::Vae {
            code,
            variant: variant @ Variant::Variational,
        } => {
            let sizes = Sizes::shipped(code);
            let averaged = vae(folders, model, Weights::Shipped)?;
            let shape = VaeTask::shape_of(sizes, variant);
            save(folders, model, sizes.init(&device), averaged, shape)
        }
        _ => bail!("from its packed weights a {} cannot go on", model.name()),
    }
}

/// Saves a run that has weights, and an optimiser that remembers nothing.
fn save<M: Module>(
    folders: &Folders,
    model: ModelId,
    fresh: M,
    averaged: M,
    shape: String,
) -> Result<()> {
    let name = model.name();
    let run = RunDir::open(&folders.runs, name)?;
    ensure!(
        !run.has_checkpoint(),
        "{} holds a run already: move it away",
        run.path().display()
    );
    let manifest = manifest(folders)?;
    let entry: &ModelEntry = manifest.find(name).context("it is not packed yet")?;
    let net = fresh.load_record(averaged.into_record());
    let state = RunState {
        images: entry.images_seen,
        command_before: format!("{} && lab unpack {name}", entry.command),
        ..RunState::begin(0, &entry.commit, shape)
    };
    run.save(&net, &net.valid(), &optimizer(), &state)?;
    println!("{name}: a checkpoint after {} examples", state.images);
    Ok(())
}
