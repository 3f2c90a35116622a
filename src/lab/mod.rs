//! The native tool `lab`: one file a command.

mod answers;
mod curve;
mod data;
mod eval;
mod inspect;
mod pack;
mod pictures;
mod sample;
mod scale;
mod source;
mod text;
mod train;
mod tunes;
mod unpack;
mod uses;
mod vae;
mod watch;
mod waves;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use self::waves::Recorded;
use crate::data::DataSet;
use crate::data::text::Corpus;
use crate::models::pixel;
use crate::models::vae::training::Variant;
use crate::weights::manifest::NetworkKind;

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
    /// Print what every block of a model's network gives at one step, as JSON.
    Inspect(inspect::Args),
    /// Judge a model's samples; prints JSON.
    Eval(eval::Args),
    /// Judge a model's samples for several samplers and numbers of steps; the page shows it.
    Curve(curve::Args),
    /// Write the last checkpoint (of a GAN, snapshots along its training) as 8-bit weights, with
    /// manifest entries, recorded output and opening pictures.
    Pack(pack::Args),
    /// Make a checkpoint of the packed weights, to train on from.
    Unpack(unpack::Args),
    /// Measure what the autoencoders' codes are good for, for the page: features, odd ones, bytes.
    Uses,
    /// Examine the Transformers that answer, for the page.
    Answers,
    /// Train Transformers of three sizes, for the page.
    Scale,
}

/// What can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelId {
    /// Class-conditional diffusion of digits.
    DiffusionMnist,
    /// The same, stopped early, to show what that looks like.
    DiffusionMnistEarly,
    /// `diffusion-mnist` distilled to 4 steps, with guidance baked in.
    DiffusionMnistQuick,
    /// Class-conditional diffusion of garments.
    DiffusionFashionMnist,
    /// Class-conditional GAN of digits, with snapshots along its training.
    GanMnist,
    /// Variational autoencoder of digits with a code of 2 numbers.
    #[value(name = "vae-mnist-2")]
    VaeMnist2,
    /// Autoencoder of digits with a code of 2 numbers.
    #[value(name = "ae-mnist-2")]
    AeMnist2,
    /// Variational autoencoder of digits with a code of 16 numbers.
    #[value(name = "vae-mnist-16")]
    VaeMnist16,
    /// Autoencoder of digits with a code of 16 numbers.
    #[value(name = "ae-mnist-16")]
    AeMnist16,
    /// Variational autoencoder of garments with a code of 2 numbers.
    #[value(name = "vae-fashion-mnist-2")]
    VaeFashionMnist2,
    /// Autoencoder of garments with a code of 2 numbers.
    #[value(name = "ae-fashion-mnist-2")]
    AeFashionMnist2,
    /// Variational autoencoder of garments with a code of 16 numbers.
    #[value(name = "vae-fashion-mnist-16")]
    VaeFashionMnist16,
    /// Transformer of short stories.
    TextStories,
    /// The same, tuned to answer questions.
    TextAnswers,
    /// That, tuned to preferences.
    TextPreferences,
    /// Transformer of Shakespeare's plays.
    TextShakespeare,
    /// Transformer of fairy tales.
    TextFairyTales,
    /// Transformer of tunes.
    MusicTunes,
    /// WaveNet of plucked strings.
    WaveNotes,
    /// WaveNet of spoken digits.
    WaveDigits,
    /// Gated PixelCNN of digits.
    PixelMnist,
    /// Gated PixelCNN of garments.
    PixelFashionMnist,
    /// Row-LSTM PixelRNN of digits.
    PixelRnnMnist,
    /// Row-LSTM PixelRNN of garments.
    PixelRnnFashionMnist,
    /// The classifier that judges digits.
    JudgeMnist,
    /// The classifier that judges garments.
    JudgeFashionMnist,
}

/// How a Transformer is tuned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tuning {
    /// On answers.
    Answers,
    /// To preferences.
    Preferences,
}

/// What a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A diffusion network, trained on data.
    Diffusion,
    /// A diffusion network, distilled from another one.
    Distilled,
    /// A generator and a discriminator.
    Gan,
    /// An autoencoder.
    Vae {
        /// Numbers of its code.
        code: usize,
        /// Variational or not.
        variant: Variant,
    },
    /// A gated PixelCNN.
    PixelCnn,
    /// A Row-LSTM PixelRNN.
    PixelRnn,
    /// A Transformer.
    Text(Corpus),
    /// A Transformer of stories, tuned.
    Tuned(Tuning),
    /// A Transformer of tunes.
    Tunes,
    /// A WaveNet.
    Wave(Recorded),
    /// A classifier.
    Judge,
}

impl ModelId {
    /// Name in file names and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::DiffusionMnist => "diffusion-mnist",
            Self::DiffusionMnistEarly => "diffusion-mnist-early",
            Self::DiffusionMnistQuick => "diffusion-mnist-quick",
            Self::DiffusionFashionMnist => "diffusion-fashion-mnist",
            Self::GanMnist => "gan-mnist",
            Self::VaeMnist2 => "vae-mnist-2",
            Self::AeMnist2 => "ae-mnist-2",
            Self::VaeMnist16 => "vae-mnist-16",
            Self::AeMnist16 => "ae-mnist-16",
            Self::VaeFashionMnist2 => "vae-fashion-mnist-2",
            Self::AeFashionMnist2 => "ae-fashion-mnist-2",
            Self::VaeFashionMnist16 => "vae-fashion-mnist-16",
            Self::TextStories => "text-stories",
            Self::TextAnswers => "text-answers",
            Self::TextPreferences => "text-preferences",
            Self::TextShakespeare => "text-shakespeare",
            Self::TextFairyTales => "text-fairy-tales",
            Self::MusicTunes => "music-tunes",
            Self::WaveNotes => "wave-notes",
            Self::WaveDigits => "wave-digits",
            Self::PixelMnist => "pixel-mnist",
            Self::PixelFashionMnist => "pixel-fashion-mnist",
            Self::PixelRnnMnist => "pixel-rnn-mnist",
            Self::PixelRnnFashionMnist => "pixel-rnn-fashion-mnist",
            Self::JudgeMnist => "judge-mnist",
            Self::JudgeFashionMnist => "judge-fashion-mnist",
        }
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        let vae = |variant, code| Kind::Vae { code, variant };
        match self {
            Self::DiffusionMnist | Self::DiffusionMnistEarly | Self::DiffusionFashionMnist => {
                Kind::Diffusion
            }
            Self::DiffusionMnistQuick => Kind::Distilled,
            Self::GanMnist => Kind::Gan,
            Self::VaeMnist2 | Self::VaeFashionMnist2 => vae(Variant::Variational, 2),
            Self::VaeMnist16 | Self::VaeFashionMnist16 => vae(Variant::Variational, 16),
            Self::AeMnist2 | Self::AeFashionMnist2 => vae(Variant::Autoencoder, 2),
            Self::AeMnist16 => vae(Variant::Autoencoder, 16),
            Self::TextStories => Kind::Text(Corpus::Stories),
            Self::TextAnswers => Kind::Tuned(Tuning::Answers),
            Self::TextPreferences => Kind::Tuned(Tuning::Preferences),
            Self::TextShakespeare => Kind::Text(Corpus::Shakespeare),
            Self::TextFairyTales => Kind::Text(Corpus::FairyTales),
            Self::MusicTunes => Kind::Tunes,
            Self::WaveNotes => Kind::Wave(Recorded::Notes),
            Self::WaveDigits => Kind::Wave(Recorded::Digits),
            Self::PixelMnist | Self::PixelFashionMnist => Kind::PixelCnn,
            Self::PixelRnnMnist | Self::PixelRnnFashionMnist => Kind::PixelRnn,
            Self::JudgeMnist | Self::JudgeFashionMnist => Kind::Judge,
        }
    }

    /// The network that its file is of.
    pub fn network(self) -> NetworkKind {
        match self.kind() {
            Kind::Diffusion | Kind::Distilled => NetworkKind::DiffusionUnet,
            Kind::Gan => NetworkKind::GanPair,
            Kind::Vae { code, .. } => NetworkKind::Vae { code: code as u32 },
            Kind::Text(_) | Kind::Tuned(_) => NetworkKind::Transformer(text::SHAPE),
            Kind::Tunes => NetworkKind::Transformer(tunes::SHAPE),
            Kind::Wave(what) => NetworkKind::WaveNet(what.shape()),
            Kind::PixelCnn => NetworkKind::PixelCnn(pixel::training::SHAPE),
            Kind::PixelRnn => NetworkKind::PixelRnn(pixel::training::RNN_SHAPE),
            Kind::Judge => NetworkKind::Classifier,
        }
    }

    /// The judge of its data set.
    pub fn judge(self) -> Self {
        match self.data_set() {
            DataSet::Mnist => Self::JudgeMnist,
            DataSet::FashionMnist => Self::JudgeFashionMnist,
        }
    }

    /// The pictures it is trained on, if it is of pictures.
    pub fn data_set(self) -> DataSet {
        match self {
            Self::DiffusionFashionMnist
            | Self::VaeFashionMnist2
            | Self::AeFashionMnist2
            | Self::VaeFashionMnist16
            | Self::PixelFashionMnist
            | Self::PixelRnnFashionMnist
            | Self::JudgeFashionMnist => DataSet::FashionMnist,
            _ => DataSet::Mnist,
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
        Command::Inspect(args) => inspect::run(&folders, args),
        Command::Eval(args) => eval::run(&folders, args),
        Command::Curve(args) => curve::run(&folders, args),
        Command::Pack(args) => pack::run(&folders, args),
        Command::Unpack(args) => unpack::run(&folders, args),
        Command::Uses => uses::run(&folders),
        Command::Answers => answers::run(&folders),
        Command::Scale => scale::run(&folders),
    }
}
