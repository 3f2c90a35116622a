//! Texts and weights from files, and weights as a file.

use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

use crate::models::text::course::{BYTES, shape};
use crate::protocol::text::Checkpoint;
use crate::protocol::{decode, encode};
use crate::tokens::Tokens;
use crate::ui::components::file::{bytes, text};
use crate::ui::components::save::save_bytes;

/// Larger files are no weights of this network.
const MOST_WEIGHTS: f64 = 4e6;
/// A file of weights begins with this, the last sign tells the form.
const HEAD: &[u8] = b"genscope text 1\n";

/// Why a file is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Useless {
    /// It is no text, or too long.
    Text,
    /// It holds no weights of this network.
    Weights,
}

/// Reads a text and hands it on.
pub fn read_text(file: File, on: Callback<Result<String, Useless>>) {
    spawn_local(async move {
        let text = text(&file, BYTES[1]).await;
        on.emit(text.ok_or(Useless::Text));
    });
}

/// Reads weights and hands them on.
pub fn read_weights(file: File, on: Callback<Result<Checkpoint, Useless>>) {
    spawn_local(async move {
        let is_short = file.size() <= MOST_WEIGHTS;
        let bytes = if is_short { bytes(&file).await } else { None };
        let weights = bytes.and_then(|bytes| unpack(&bytes));
        on.emit(weights.ok_or(Useless::Weights));
    });
}

/// Weights of a file, if they fit the network of their vocabulary.
fn unpack(bytes: &[u8]) -> Option<Checkpoint> {
    let checkpoint: Checkpoint = decode(bytes.strip_prefix(HEAD)?).ok()?;
    let tokens = Tokens::new(checkpoint.merges.clone()).ok()?;
    let parameters = shape(tokens.count()).parameters();
    let fits = checkpoint.weights.len() as u64 == parameters;
    let is_sound = fits && checkpoint.weights.iter().all(|w| w.is_finite());
    is_sound.then_some(checkpoint)
}

fn pack(checkpoint: &Checkpoint) -> Option<Vec<u8>> {
    // What the optimiser remembers stays here.
    let bytes = encode(&Checkpoint {
        memory: Vec::new(),
        ..checkpoint.clone()
    });
    Some([HEAD, &bytes.ok()?].concat())
}

/// Offers weights as a file. Nothing happens where the browser refuses.
pub fn save_weights(checkpoint: &Checkpoint) {
    if let Some(bytes) = pack(checkpoint) {
        let name = format!("genscope-text-{}-steps.weights", checkpoint.step);
        let _ = save_bytes(&bytes, "application/octet-stream", &name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_back() {
        let merges = vec![[97, 98]];
        let n = shape(258).parameters() as usize;
        let checkpoint = Checkpoint {
            step: 20,
            merges,
            weights: vec![0.5; n],
            memory: vec![1, 2],
        };
        let bytes = pack(&checkpoint).expect("packs");
        let expected = Checkpoint {
            memory: Vec::new(),
            ..checkpoint.clone()
        };
        assert_eq!(unpack(&bytes), Some(expected));
        assert_eq!(unpack(&bytes[1..]), None);
        assert_eq!(unpack(&bytes[..bytes.len() - 9]), None);
        let mut other = checkpoint.clone();
        other.weights.pop();
        assert_eq!(unpack(&pack(&other).expect("packs")), None);
        let mut wild = checkpoint;
        wild.weights[3] = f32::INFINITY;
        assert_eq!(unpack(&pack(&wild).expect("packs")), None);
    }
}
