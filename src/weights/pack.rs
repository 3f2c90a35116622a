//! 8-bit weights: burn's quantiser, stored as a burnpack record.
//!
//! Matrices and kernels are quantised symmetrically to 8 bits with one f32 scale for each row
//! of their first dimension (a convolution's output channel): a smaller error than with one
//! scale a tensor, for about 1 % more bytes. Vectors (biases, the scales and shifts of
//! normalisations) are few and stay f32.

use burn::module::{Module, ModuleMapper, Param, Quantizer};
use burn::store::RecordError;
use burn::tensor::Tensor;
use burn::tensor::quantization::{Calibration, QuantScheme, QuantStore, QuantValue, ScaleDtype};

/// `module`, which holds f32 on the CPU, as the bytes of a weights file.
pub fn pack<M: Module>(module: M) -> Result<Vec<u8>, RecordError> {
    Ok(quantize(module).into_record().into_bytes()?.to_vec())
}

/// `module` with 8-bit matrices and kernels.
pub fn quantize<M: Module>(module: M) -> M {
    module.map(&mut RowQuantizer)
}

/// `module` with f32 again, by burn.
#[cfg(test)]
pub fn dequantize<M: Module>(module: M) -> M {
    struct Dequantizer;
    impl ModuleMapper for Dequantizer {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(Tensor::dequantize)
        }
    }
    module.map(&mut Dequantizer)
}

struct RowQuantizer;

impl ModuleMapper for RowQuantizer {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D < 2 {
            return param;
        }
        let scheme = row_scheme(&param.val().dims());
        Quantizer::new(Calibration::MinMax, scheme).map_float(param)
    }
}

/// One scale for each row of the first dimension. Blocks have at most 255 values an axis, so a
/// longer axis is cut into equal parts.
fn row_scheme(dims: &[usize]) -> QuantScheme {
    let longest_part = |&dim: &usize| (1..=u8::MAX).rev().find(|&p| dim.is_multiple_of(p.into()));
    let mut block: Vec<u8> = dims
        .iter()
        .map(|dim| longest_part(dim).unwrap_or(1))
        .collect();
    block[0] = 1;
    QuantScheme::default()
        .with_value(QuantValue::Q8S)
        .with_store(QuantStore::Native)
        .per_block(block, ScaleDtype::F32)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use super::*;
    use crate::models::diffusion::unet::UNetConfig;
    use crate::nn::params::FlatParams;

    #[test]
    fn blocks_are_rows() {
        let block = |dims: &[usize]| {
            row_scheme(dims)
                .block_size()
                .map(|b| b.to_dim_vec(dims.len()).to_vec())
        };
        assert_eq!(block(&[96, 48, 3, 3]), Some(vec![1, 48, 3, 3]));
        assert_eq!(block(&[96, 288]), Some(vec![1, 144]));
        assert_eq!(block(&[5, 257]), Some(vec![1, 1]));
    }

    /// No value moves by more than half a step of its row, and a row of zeros stays zeros.
    #[test]
    fn values_move_by_at_most_half_a_step() {
        let device = Device::flex();
        let values = Tensor::<2>::random([6, 40], Distribution::Normal(0.0, 0.3), &device);
        let row = Tensor::<1>::from_floats([1e-4, 1.0, 0.0, 3.0, 0.1, 20.0], &device);
        let values = values * row.unsqueeze_dim::<2>(1);
        let param = Param::initialized(burn::module::ParamId::new(), values.clone());
        let back = RowQuantizer.map_float(param).val().dequantize();
        let flat = |t: Tensor<2>| t.into_data().try_into_vec::<f32>().expect("f32");
        let (values, back) = (flat(values), flat(back));
        let mut moved = 0;
        for (a, b) in values.chunks(40).zip(back.chunks(40)) {
            let half = a.iter().fold(0.0f32, |m, a| m.max(a.abs())) / 127.0 / 2.0;
            for (a, b) in a.iter().zip(b) {
                assert!((a - b).abs() <= half * 1.001, "{a} {b} {half}");
                moved += usize::from(a != b);
            }
        }
        assert!(moved > 100, "it does quantise");
    }

    #[test]
    fn the_shipped_network_fits_in_its_budget() {
        let net = UNetConfig::shipped().init(&Device::flex());
        let parameters = net.num_params();
        let packed = pack(net.clone()).expect("packs");
        assert!(
            packed.len() <= 800_000,
            "{} bytes for {parameters}",
            packed.len()
        );
        // Vectors are untouched.
        let (before, after) = (
            FlatParams::of(&net),
            FlatParams::of(&dequantize(quantize(net))),
        );
        let same = before
            .0
            .iter()
            .filter(|(id, v)| after.0.get(*id) == Some(*v))
            .count();
        assert!(
            same > 20 && same < before.0.len(),
            "{same} of {}",
            before.0.len()
        );
    }
}
