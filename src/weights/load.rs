//! From the bytes of a weights file to a network, with every check before any use.

use burn::module::Module;
use burn::store::{ModuleRecord, RecordError};
use burn::tensor::quantization::{BlockLayout, QuantizedBytes};
use burn::tensor::{Bytes, DType};
use burn_pack::{Reader, Tensor, Writer};
use sha2::{Digest, Sha256};

use super::manifest::ModelEntry;
use crate::protocol::EngineError;

/// `module`, freshly made on any device, with the weights of a file, back in f32.
///
/// # Errors
/// [`EngineError::BadWeights`] if length or hash are not the manifest's, if the bytes are no
/// record, or if names or shapes are not the module's.
pub fn load<M: Module>(module: M, bytes: Vec<u8>, entry: &ModelEntry) -> Result<M, EngineError> {
    verify(&bytes, entry)?;
    let bad = |e: RecordError| bad_weights(entry, e.to_string());
    let bytes = dequantized(Bytes::from_bytes_vec(bytes)).map_err(|e| bad(e.into()))?;
    let record = ModuleRecord::from_bytes(bytes).map_err(bad)?;
    module.try_load_record(record).map_err(bad)
}

/// A record with f32 in place of quantised values. Here and not by burn, after loading: its WebGPU
/// backend has no kernels for them, and would need the CPU's beside it.
fn dequantized(record: Bytes) -> Result<Bytes, burn_pack::Error> {
    let mut tensors = Vec::new();
    for tensor in Reader::from_bytes(record)?.into_tensors()? {
        let (path, dtype, shape, id, bytes) = tensor.into_parts()?;
        tensors.push(match dtype {
            DType::QFloat(scheme) => {
                let values = values(QuantizedBytes {
                    bytes,
                    scheme,
                    shape: shape.clone(),
                });
                Tensor::new(path, DType::F32, shape, id, Bytes::from_elems(values))
            }
            _ => Tensor::new(path, dtype, shape, id, bytes),
        });
    }
    Writer::new(tensors).into_bytes()
}

/// Quantised values times the scale of their block.
fn values(of: QuantizedBytes) -> Vec<f32> {
    let blocks = of
        .scheme
        .block_size()
        .map(|block| BlockLayout::new(&of.shape, &block));
    let (values, scales) = of.into_vec_i8();
    let whole = scales.global.unwrap_or(1.0);
    let scale = |i| whole * scales.block[blocks.as_ref().map_or(0, |blocks| blocks.block_of(i))];
    let values = values.into_iter().enumerate();
    values
        .map(|(i, value)| scale(i) * f32::from(value))
        .collect()
}

/// Checks length and SHA-256.
pub fn verify(bytes: &[u8], entry: &ModelEntry) -> Result<(), EngineError> {
    if bytes.len() as u64 != entry.bytes {
        let reason = format!("{} bytes instead of {}", bytes.len(), entry.bytes);
        return Err(bad_weights(entry, reason));
    }
    if sha256_hex(bytes) != entry.sha256 {
        return Err(bad_weights(
            entry,
            "its SHA-256 is not the manifest's".into(),
        ));
    }
    Ok(())
}

/// SHA-256 as lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

fn bad_weights(entry: &ModelEntry, reason: String) -> EngineError {
    EngineError::BadWeights {
        file: entry.file.clone(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::models::diffusion::unet::{UNet, UNetConfig};
    use crate::nn::params::FlatParams;
    use crate::weights::manifest::NetworkKind;
    use crate::weights::pack::{dequantize, pack, quantize};

    fn net(config: UNetConfig) -> UNet {
        config.init(&Device::flex())
    }

    fn small() -> UNetConfig {
        UNetConfig::shipped().with_base(16).with_deep(16)
    }

    fn entry(bytes: &[u8]) -> ModelEntry {
        ModelEntry {
            id: "m".into(),
            network: NetworkKind::DiffusionUnet,
            file: "m.bpk".into(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(bytes),
            parameters: 0,
            data_set: String::new(),
            images_seen: 0,
            command: String::new(),
            commit: String::new(),
            quality: None,
        }
    }

    fn reason(result: Result<UNet, EngineError>) -> String {
        match result {
            Err(EngineError::BadWeights { file, reason }) if file == "m.bpk" => reason,
            other => panic!("{:?}", other.map(|_| "loaded")),
        }
    }

    #[test]
    fn what_is_packed_is_loaded_as_burn_dequantises_it() {
        let original = net(small());
        let bytes = pack(original.clone()).expect("packs");
        let loaded = load(net(small()), bytes.clone(), &entry(&bytes)).expect("loads");
        // Ids come from the record, so both maps have the same keys.
        assert_eq!(
            FlatParams::of(&loaded),
            FlatParams::of(&dequantize(quantize(original)))
        );
    }

    #[test]
    fn damage_is_found() {
        let bytes = pack(net(small())).expect("packs");
        let good = entry(&bytes);

        let short = bytes[..bytes.len() - 1].to_vec();
        assert!(reason(load(net(small()), short, &good)).contains("bytes instead of"));

        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 1;
        assert!(reason(load(net(small()), flipped, &good)).contains("SHA-256"));

        let other = UNetConfig::shipped().with_base(24).with_deep(16);
        assert!(reason(load(net(other), bytes, &good)).contains("shape mismatch"));
    }

    /// A manifest can be as wrong as its file: then the record itself has to be refused.
    #[test]
    fn a_wrong_manifest_does_not_help() {
        let bytes = pack(net(small())).expect("packs");
        for cut in [0, 3, 40, bytes.len() / 2, bytes.len() - 1] {
            let short = bytes[..cut].to_vec();
            reason(load(net(small()), short.clone(), &entry(&short)));
        }
        let zeros = vec![0; 5000];
        reason(load(net(small()), zeros.clone(), &entry(&zeros)));
    }

    #[test]
    fn hash_of_a_known_text() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
