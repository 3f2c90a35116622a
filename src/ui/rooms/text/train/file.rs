//! Texts and weights from files, and weights as a file.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, FileList, HtmlInputElement};
use yew::prelude::*;

use crate::models::text::course::{BYTES, shape};
use crate::protocol::text::Checkpoint;
use crate::protocol::{decode, encode};
use crate::tokens::Tokens;
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

/// The file that was chosen; the input is ready for the same one again.
pub fn chosen(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target_dyn_into()?;
    let file = input.files().and_then(|files| files.get(0));
    input.set_value("");
    file
}

/// The file that was dropped.
pub fn dropped(event: &DragEvent) -> Option<File> {
    let property = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &name.into()).ok();
    let files = property(&property(event, "dataTransfer")?, "files")?;
    files.dyn_into::<FileList>().ok()?.get(0)
}

/// Reads a text and hands it on.
pub fn read_text(file: File, on: Callback<Result<String, Useless>>) {
    spawn_local(async move {
        let is_short = file.size() <= BYTES[1] as f64;
        let bytes = if is_short { bytes(&file).await } else { None };
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.map(|text| text.replace("\r\n", "\n"));
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

async fn bytes(file: &File) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    let buffer: js_sys::ArrayBuffer = buffer.dyn_into().ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
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
