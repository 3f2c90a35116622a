//! The native tool `lab`: one file a command.

mod data;
mod train;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use crate::data::DataSet;

/// Trains, samples, judges and packs genscope's models.
#[derive(Parser)]
#[command(name = "lab", version)]
struct Cli {
    /// Folder of the data sets.
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    /// Folder of the training runs.
    #[arg(long, default_value = "runs", global = true)]
    runs: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fetch the data sets and check them.
    Data(data::Args),
    /// Train a model; Ctrl-C keeps a checkpoint.
    Train(train::Args),
}

/// What can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelId {
    /// Class-conditional diffusion of digits.
    DiffusionMnist,
}

impl ModelId {
    /// Name in file names and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::DiffusionMnist => "diffusion-mnist",
        }
    }

    /// What it is trained on.
    pub fn data_set(self) -> DataSet {
        match self {
            Self::DiffusionMnist => DataSet::Mnist,
        }
    }
}

/// Reads the command line and does what it says.
pub fn main() -> Result<()> {
    let cli = Cli::parse();
    match &cli.command {
        Command::Data(args) => data::run(&cli.data, args),
        Command::Train(args) => train::run(&cli.data, &cli.runs, args),
    }
}
