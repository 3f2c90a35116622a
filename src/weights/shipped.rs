//! The weights that ship with the page: each file is what the manifest says, fits its network
//! and answers as it did when `lab pack` packed it (`tests/data/<model id>.json`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::models::diffusion::unet::UNetConfig;
use crate::models::gan::image::GanPair;
use crate::models::pixel::training::SHAPE;
use crate::models::text::Shape;
use crate::models::vae::blocks::Sizes;
use crate::models::wave;
use crate::protocol::EngineError;
use crate::weights::fingerprint::{Answers, Asked, Fingerprint, difference};
use crate::weights::load::load;
use crate::weights::manifest::{MANIFEST_PATH, Manifest, ModelEntry, NetworkKind};
use burn::module::Module;
use burn::tensor::Device;

/// Vector units differ in how they add up; weights that differ at all differ by far more.
const TOLERANCE: f32 = 1e-3;
/// Bytes that a weights file may have.
const BUDGET: usize = 800_000;
/// Bytes that a Transformer of texts may have.
const TEXT_BUDGET: usize = 1_200_000;
/// Bytes that all snapshots of the image GAN together may have.
const SNAPSHOTS_BUDGET: usize = 4_000_000;
/// Bytes that all autoencoders together may have.
const VAES_BUDGET: usize = 1_500_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All entries.
fn listed() -> Vec<ModelEntry> {
    let text = fs::read_to_string(root().join("www").join(MANIFEST_PATH)).expect("a manifest");
    let manifest: Manifest = serde_json::from_str(&text).expect("a manifest of this version");
    manifest.models
}

/// The entries of all models that make pictures.
fn shipped() -> Vec<ModelEntry> {
    let makes_pictures = |entry: &ModelEntry| entry.network != NetworkKind::Classifier;
    listed().into_iter().filter(makes_pictures).collect()
}

fn is_snapshot(entry: &ModelEntry) -> bool {
    entry.network == NetworkKind::GanPair
}

fn bytes(entry: &ModelEntry) -> Vec<u8> {
    fs::read(root().join("www/weights").join(&entry.file)).expect("a weights file")
}

/// What the network in a file answers.
fn answer(bytes: Vec<u8>, entry: &ModelEntry) -> Result<Vec<f32>, EngineError> {
    fn of<M: Module + Answers>(
        fresh: M,
        bytes: Vec<u8>,
        entry: &ModelEntry,
    ) -> Result<Vec<f32>, EngineError> {
        Ok(load(fresh, bytes, entry)?.answer())
    }
    let device = Device::flex();
    match entry.network {
        NetworkKind::GanPair => of(GanPair::new(&device), bytes, entry),
        NetworkKind::Vae { code } => {
            let sizes = Sizes::shipped(code as usize);
            of(sizes.init(&device), bytes, entry)
        }
        NetworkKind::Transformer(shape) => of(shape.init(&device), bytes, entry),
        NetworkKind::PixelCnn(shape) => of(shape.cnn(&device), bytes, entry),
        NetworkKind::PixelRnn(shape) => of(shape.rnn(&device), bytes, entry),
        NetworkKind::WaveNet(shape) => {
            let net = load(shape.init(&device), bytes, entry)?;
            Ok(Asked(&net, shape).answer())
        }
        _ => of(UNetConfig::shipped().init(&device), bytes, entry),
    }
}

fn recording(entry: &ModelEntry) -> PathBuf {
    root().join("tests/data").join(format!("{}.json", entry.id))
}

/// A file fits the network that the manifest names, and no other.
#[test]
fn files_are_of_the_network_that_is_named() {
    let device = Device::flex();
    for entry in &listed() {
        let unet = load(UNetConfig::shipped().init(&device), bytes(entry), entry);
        let pair = load(GanPair::new(&device), bytes(entry), entry);
        let [vae_2, vae_16] =
            [2, 16].map(|code| load(Sizes::shipped(code).init(&device), bytes(entry), entry));
        let shape = match entry.network {
            NetworkKind::Transformer(shape) => shape,
            _ => Shape {
                vocabulary: 640,
                width: 128,
                layers: 5,
                heads: 4,
            },
        };
        let text = load(shape.init(&device), bytes(entry), entry);
        let pixels = match entry.network {
            NetworkKind::PixelCnn(shape) | NetworkKind::PixelRnn(shape) => shape,
            _ => SHAPE,
        };
        let cnn = load(pixels.cnn(&device), bytes(entry), entry);
        let rnn = load(pixels.rnn(&device), bytes(entry), entry);
        let sounds = match entry.network {
            NetworkKind::WaveNet(shape) => shape,
            _ => wave::Shape {
                width: 32,
                stacks: 2,
                layers: 9,
                conditions: 36,
            },
        };
        let wave = load(sounds.init(&device), bytes(entry), entry);
        let fits = [
            unet.is_ok(),
            pair.is_ok(),
            vae_2.is_ok(),
            vae_16.is_ok(),
            text.is_ok(),
            cnn.is_ok(),
            rnn.is_ok(),
            wave.is_ok(),
        ];
        let place = match entry.network {
            NetworkKind::DiffusionUnet => Some(0),
            NetworkKind::GanPair => Some(1),
            NetworkKind::Vae { code } => Some(if code == 2 { 2 } else { 3 }),
            NetworkKind::Classifier => None,
            NetworkKind::Transformer(_) => Some(4),
            NetworkKind::PixelCnn(_) => Some(5),
            NetworkKind::PixelRnn(_) => Some(6),
            NetworkKind::WaveNet(_) => Some(7),
        };
        let named: [bool; 8] = std::array::from_fn(|i| Some(i) == place);
        assert_eq!(fits, named, "{}", entry.id);
    }
}

#[test]
fn shipped_weights_give_their_recorded_answer() {
    let shipped = shipped();
    for is_wanted in [is_snapshot, |entry: &ModelEntry| !is_snapshot(entry)] {
        assert!(shipped.iter().any(is_wanted), "nothing ships");
    }
    for entry in &shipped {
        let text = fs::read_to_string(recording(entry)).expect("a recorded answer");
        let recorded: Fingerprint = serde_json::from_str(&text).expect("a fingerprint");
        assert_eq!(
            recorded.sha256, entry.sha256,
            "{}: recorded from another file",
            entry.id
        );
        let answer = answer(bytes(entry), entry).expect("loads");
        let moved = difference(&answer, &recorded.v);
        assert!(
            moved < TOLERANCE,
            "{}: its answer has moved by {moved}",
            entry.id
        );
    }
}

#[test]
fn shipped_weights_keep_to_the_budget() {
    let (mut snapshots, mut vaes) = (0, 0);
    for entry in &shipped() {
        let bytes = bytes(entry);
        let most = match entry.network {
            NetworkKind::Transformer(_) => TEXT_BUDGET,
            _ => BUDGET,
        };
        assert!(bytes.len() <= most, "{}: {} bytes", entry.id, bytes.len());
        if is_snapshot(entry) {
            snapshots += bytes.len();
        }
        if matches!(entry.network, NetworkKind::Vae { .. }) {
            vaes += bytes.len();
        }
        // The first snapshot is of networks that have not learned yet.
        let has_learned = entry.id != "gan-mnist-000000";
        assert!(
            entry.parameters > 0 && (entry.images_seen > 0) == has_learned,
            "{}",
            entry.id
        );
    }
    assert!(snapshots <= SNAPSHOTS_BUDGET, "{snapshots} bytes");
    assert!(vaes <= VAES_BUDGET, "{vaes} bytes");
}

/// One flipped bit anywhere, or one byte less, and the file is refused.
#[test]
fn damaged_weights_are_refused() {
    for entry in &shipped() {
        let whole = bytes(entry);
        for position in [0, whole.len() / 3, whole.len() - 1] {
            let mut flipped = whole.clone();
            flipped[position] ^= 0x10;
            assert!(matches!(
                answer(flipped, entry),
                Err(EngineError::BadWeights { .. })
            ));
        }
        let short = whole[..whole.len() - 1].to_vec();
        assert!(matches!(
            answer(short, entry),
            Err(EngineError::BadWeights { .. })
        ));
    }
}
