//! The network on a burn device.

use burn::tensor::Device;

use super::{DEPTH, INPUTS, features};
use crate::nn::mlp::{Mlp, MlpShape, rows};
use crate::nn::{NotRead, read};

/// The network's sizes, with hidden layers of this width.
pub fn shape(hidden: usize) -> MlpShape {
    MlpShape {
        inputs: INPUTS,
        hidden,
        depth: DEPTH,
        outputs: 2,
    }
}

/// The prediction at points `[n, 2]`, all at noise time `u`: `[n, 2]`.
///
/// # Errors
/// If the device cannot be read.
pub async fn predict(
    net: &Mlp,
    points: &[f32],
    u: f32,
    device: &Device,
) -> Result<Vec<f32>, NotRead> {
    let input = rows(features(points, |_| u), INPUTS, device);
    read(net.forward(input)).await
}
