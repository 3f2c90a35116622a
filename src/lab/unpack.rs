//! `lab unpack MODEL`: a checkpoint made of the weights that ship, so that a training can go on where
//! its own checkpoints are gone.

use anyhow::{Context, Result, bail, ensure};
use burn::module::Module;
use burn::tensor::Device;

use crate::models::diffusion::unet::UNetConfig;
use crate::nn::checkpoint::{RunDir, RunState};
use crate::nn::training::optimizer;

use super::source::{Weights, diffusion, manifest, unet_shape};
use super::{Folders, Kind, ModelId};

/// Arguments of `lab unpack`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
}

/// Unpacks.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    let name = args.model.name();
    ensure!(
        args.model.kind() == Kind::Diffusion,
        "only a diffusion network trained on data can go on from its packed weights"
    );
    let run = RunDir::open(&folders.runs, name)?;
    if run.has_checkpoint() {
        bail!("{} holds a run already: move it away", run.path().display());
    }
    let manifest = manifest(folders)?;
    let entry = manifest.find(name).context("it is not packed yet")?;
    let averaged = diffusion(folders, args.model, Weights::Shipped)?;
    // On the device that trains, so that the record is of the same kind.
    let net = UNetConfig::shipped().init(&Device::flex().autodiff());
    let net = net.load_record(averaged.clone().into_record());
    let state = RunState {
        images: entry.images_seen,
        command_before: format!("{} && lab unpack {name}", entry.command),
        ..RunState::begin(0, &entry.commit, unet_shape())
    };
    run.save(&net, &net.valid(), &optimizer(), &state)?;
    println!("{name}: a checkpoint after {} pictures", state.images);
    Ok(())
}
