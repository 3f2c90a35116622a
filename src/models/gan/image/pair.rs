//! Both players of one snapshot.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::Z;
use super::discriminator::Discriminator;
use super::generator::Generator;
use crate::data::SIDE;

/// A generator and its discriminator, as a snapshot's file holds them.
#[derive(Module, Debug)]
pub struct GanPair {
    /// The average of the generator's weights.
    pub generator: Generator,
    /// The discriminator, with its weights normalised.
    pub discriminator: Discriminator,
}

impl GanPair {
    /// Both with fresh weights.
    pub fn new(device: &Device) -> Self {
        Self {
            generator: Generator::new(device),
            discriminator: Discriminator::new(device),
        }
    }

    /// Fakes of noise `z`, `[n, Z]`, for classes `labels`, `[n]`; `[n, 1, 28, 28]` on the CPU.
    pub fn fakes(&self, z: &[f32], labels: &[u8]) -> Tensor<4> {
        let z = TensorData::new(z.to_vec(), [labels.len(), Z]);
        let z = Tensor::from_data(z, &Device::flex());
        self.generator.forward(z, classes(labels))
    }

    /// Scores of pictures `[n, 1, 28, 28]` on the CPU for classes `labels`, `[n]`.
    pub fn scores(&self, pictures: Tensor<4>, labels: &[u8]) -> Tensor<1> {
        self.discriminator.forward(pictures, classes(labels))
    }
}

/// Pictures on the CPU, `[n, 1, 28, 28]`.
pub fn pictures(values: Vec<f32>) -> Tensor<4> {
    let n = values.len() / (SIDE * SIDE);
    let values = TensorData::new(values, [n, 1, SIDE, SIDE]);
    Tensor::from_data(values, &Device::flex())
}

fn classes(labels: &[u8]) -> Tensor<1, Int> {
    let labels: Vec<i32> = labels.iter().copied().map(i32::from).collect();
    Tensor::from_ints(labels.as_slice(), &Device::flex())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::pack::pack;

    /// Ten of them are to stay below 4 MB.
    #[test]
    fn a_snapshot_fits_in_its_budget() {
        let packed = pack(GanPair::new(&Device::flex())).expect("packs");
        assert!(packed.len() <= 395_000, "{} bytes", packed.len());
    }
}
