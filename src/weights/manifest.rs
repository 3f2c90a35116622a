//! The list of shipped weights, `www/weights/manifest.json`.

use serde::{Deserialize, Serialize};

use crate::models::{pixel, text::Shape, wave};

/// Where the manifest lies, relative to the site's root.
pub const MANIFEST_PATH: &str = "weights/manifest.json";

/// All shipped models.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// One entry a file.
    pub models: Vec<ModelEntry>,
}

impl Manifest {
    /// The entry called `id`.
    pub fn find(&self, id: &str) -> Option<&ModelEntry> {
        self.models.iter().find(|m| m.id == id)
    }
}

/// One weights file and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// Model and data set, e.g. `diffusion-mnist`.
    pub id: String,
    /// The network that its file is of.
    pub network: NetworkKind,
    /// File name beside the manifest.
    pub file: String,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Data set, as a person would name it: `MNIST, 60,000 training digits`.
    pub data_set: String,
    /// Training pictures seen, repeats counted.
    pub images_seen: u64,
    /// The command that trained it; several, joined by `&&`, if it was planned anew on the way.
    pub command: String,
    /// The commit at which its training started.
    pub commit: String,
    /// What `lab eval` measured, if it has.
    pub quality: Option<Quality>,
}

/// The networks whose weights ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkKind {
    /// [`crate::models::diffusion`]'s U-Net.
    DiffusionUnet,
    /// Both players of [`crate::models::gan::image`].
    GanPair,
    /// An autoencoder of [`crate::models::vae`], variational or not.
    Vae {
        /// Numbers of its code.
        code: u32,
    },
    /// A Transformer of [`crate::models::text`], of this shape.
    Transformer(Shape),
    /// A gated PixelCNN of [`crate::models::pixel`], of this shape.
    PixelCnn(pixel::Shape),
    /// A Row-LSTM PixelRNN of [`crate::models::pixel`], of this shape.
    PixelRnn(pixel::Shape),
    /// The judge of [`crate::quality`].
    Classifier,
    /// A WaveNet of [`crate::models::wave`], of this shape.
    WaveNet(wave::Shape),
}

/// Figures of `lab eval` on the file as shipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Number of samples judged.
    pub samples: u32,
    /// How they were made, e.g. `DDIM, 20 steps, guidance 1.5`.
    pub sampler: String,
    /// What was measured, in the order in which it is told.
    pub figures: Vec<Figure>,
}

impl Quality {
    /// The figure of this measure.
    pub fn figure(&self, name: Measure) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }
}

/// One measured figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub name: Measure,
    /// What came out.
    pub value: f64,
    /// What `value`, `sd` and `floor` are in.
    pub unit: Unit,
    /// The standard deviation of `value`.
    pub sd: Option<f64>,
    /// What real data gives in place of samples.
    pub floor: Option<f64>,
}

/// What can be measured of samples, and of what an autoencoder restores of the test set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// In how many the judge reads the intended class.
    ClassAccuracy,
    /// Fréchet distance of the judge's features to the test set's.
    ClassifierFid,
    /// Kernel distance of the judge's features to the test set's, over subsets.
    ClassifierKid,
    /// In how many the judge reads some class with a probability over 0.9.
    Confident,
    /// Minus the ELBO: on average at least `-log p(x)`.
    Bound,
    /// The same by importance weighting with many draws: tighter, a bound too.
    ImportanceBound,
    /// What an autoencoder's restored picture costs, `-log p(x|z)`.
    Reconstruction,
    /// KL of a code's distribution to the prior.
    Divergence,
    /// Bits that a character of a text held out costs.
    BitsPerCharacter,
    /// Bits that a pixel of a test picture costs, exactly.
    BitsPerDimension,
    /// The same where each place of each class is counted alone.
    BitsCounted,
    /// The same as PNG.
    BitsPng,
    /// Bits that a sample of a sound held out costs.
    BitsPerSample,
    /// The same by a linear predictor.
    BitsLinear,
    /// The same where each value is counted alone.
    BitsEntropy,
    /// Share of notes within 30 cents of the pitch that was asked for.
    InTune,
}

/// What a figure is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A share of all, `0..=1`.
    Share,
    /// A distance between features, of no unit.
    Distance,
    /// Natural units of information, a picture.
    Nats,
    /// Bits of information.
    Bits,
}
