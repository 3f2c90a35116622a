//! `lab inspect MODEL`: the feature maps of every block at one step, as JSON.

use anyhow::{Context, Result};
use serde::Serialize;

use super::source::{Sampling, Weights, anatomy, diffusion};
use super::{Folders, ModelId};
use crate::data::CLASSES;
use crate::models::diffusion::blocks::SHIPPED;
use crate::protocol::Maps;

/// Arguments of `lab inspect`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
    /// Class of the picture.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..CLASSES as i64))]
    class: u8,
    /// Steps done before the look.
    #[arg(long, default_value_t = 10)]
    step: u32,
    /// Skips of the network that are cut: bit i for skip i.
    #[arg(long, default_value_t = 0)]
    cut: u8,
    #[command(flatten)]
    sampling: Sampling,
    /// Which weights.
    #[arg(long, value_enum, default_value_t = Weights::Shipped)]
    weights: Weights,
}

/// What is printed.
#[derive(Serialize)]
struct Seen {
    blocks: Vec<Named>,
    /// `[heads, 49, 49]`, see [`crate::protocol::Anatomy::attention`].
    attention: Vec<f32>,
}

#[derive(Serialize)]
struct Named {
    id: String,
    #[serde(flatten)]
    maps: Maps,
}

/// Looks.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    let net = diffusion(folders, args.model, args.weights)?;
    let seen = anatomy(net, args.class, &args.sampling, args.cut, args.step)?;
    let plan = SHIPPED.blocks().into_iter();
    let blocks = plan.zip(seen.blocks).map(|(block, maps)| Named {
        id: block.id(),
        maps,
    });
    let seen = Seen {
        blocks: blocks.collect(),
        attention: seen.attention,
    };
    serde_json::to_writer(std::io::stdout().lock(), &seen).context("cannot print")
}
