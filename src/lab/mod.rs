//! The native tool `lab`: one file a command.

mod data;
mod eval;
mod pack;
mod pictures;
mod sample;
mod source;
mod train;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use crate::data::DataSet;

/// Trains, samples, judges and packs genscope's models.
#[derive(Parser)]
#[command(name = "lab", version)]
struct Cli {
    #[command(flatten)]
    folders: Folders,
    #[command(subcommand)]
    command: Command,
}

/// Where things lie.
#[derive(clap::Args)]
struct Folders {
    /// Folder of the data sets.
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    /// Folder of the training runs.
    #[arg(long, default_value = "runs", global = true)]
    runs: PathBuf,
    /// Folder of the site's static files.
    #[arg(long, default_value = "www", global = true)]
    www: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Fetch the data sets, check them, and cut out the real pictures that the page shows.
    Data,
    /// Train a model; Ctrl-C keeps a checkpoint.
    Train(train::Args),
    /// Sample from a model into a NumPy file.
    Sample(sample::Args),
    /// Judge a model's samples; prints JSON.
    Eval(eval::Args),
    /// Write the last checkpoint as 8-bit weights, with its manifest entry, recorded output
    /// and opening pictures.
    Pack(pack::Args),
}

/// What can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelId {
    /// Class-conditional diffusion of digits.
    DiffusionMnist,
    /// The classifier that judges digits.
    JudgeMnist,
}

impl ModelId {
    /// Name in file names and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::DiffusionMnist => "diffusion-mnist",
            Self::JudgeMnist => "judge-mnist",
        }
    }

    /// What it is trained on.
    pub fn data_set(self) -> DataSet {
        match self {
            Self::DiffusionMnist | Self::JudgeMnist => DataSet::Mnist,
        }
    }
}

/// Reads the command line and does what it says.
pub fn main() -> Result<()> {
    let Cli { folders, command } = Cli::parse();
    match &command {
        Command::Data => data::run(&folders),
        Command::Train(args) => train::run(&folders, args),
        Command::Sample(args) => sample::run(&folders, args),
        Command::Eval(args) => eval::run(&folders, args),
        Command::Pack(args) => pack::run(&folders, args),
    }
}
