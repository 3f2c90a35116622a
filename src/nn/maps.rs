//! Feature maps: what convolutional networks of every family do with their sizes.

use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2dConfig;
use burn::tensor::Tensor;
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};

/// A 3x3 convolution that keeps the size.
pub fn conv3(from: usize, to: usize) -> Conv2dConfig {
    Conv2dConfig::new([from, to], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
}

/// Nearest-neighbour doubling of height and width.
pub fn double(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    interpolate(
        x,
        InterpolateOptions::new(InterpolateMode::Nearest).with_output_size([2 * height, 2 * width]),
    )
}

/// `[n, 1, 2h, 2w] -> [n, 4, h, w]`: each 2x2 patch becomes four channels.
pub fn space_to_depth(x: Tensor<4>) -> Tensor<4> {
    let [n, _, height, width] = x.dims();
    x.reshape([n, height / 2, 2, width / 2, 2])
        .permute([0, 2, 4, 1, 3])
        .reshape([n, 4, height / 2, width / 2])
}

/// `[n, 4c, h, w] -> [n, c, 2h, 2w]`: four channels become a 2x2 patch of one; with one channel
/// the inverse of [`space_to_depth`].
pub fn depth_to_space(x: Tensor<4>) -> Tensor<4> {
    let [n, channels, height, width] = x.dims();
    let c = channels / 4;
    x.reshape([n, c, 2, 2, height, width])
        .permute([0, 1, 4, 2, 5, 3])
        .reshape([n, c, 2 * height, 2 * width])
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Int, TensorData};

    use super::*;

    fn counted(shape: [usize; 4]) -> Tensor<4> {
        let n = shape.iter().product::<usize>() as i64;
        Tensor::<1, Int>::arange(0..n, &Device::flex())
            .float()
            .reshape(shape)
    }

    #[test]
    fn space_to_depth_keeps_every_pixel() {
        let x = counted([2, 1, 4, 4]);
        let y = space_to_depth(x.clone());
        // Channel 0 holds the top left of each patch of the first picture.
        let first: Tensor<4> = y.clone().slice([0..1, 0..1, 0..2, 0..2]);
        first
            .into_data()
            .assert_eq(&TensorData::from([[[[0.0f32, 2.0], [8.0, 10.0]]]]), true);
        depth_to_space(y)
            .into_data()
            .assert_eq(&x.into_data(), true);
    }

    #[test]
    fn depth_to_space_keeps_channels_apart() {
        let x = counted([1, 8, 1, 1]);
        let y: Tensor<4> = depth_to_space(x);
        let want = TensorData::from([[[[0.0f32, 1.0], [2.0, 3.0]], [[4.0, 5.0], [6.0, 7.0]]]]);
        y.into_data().assert_eq(&want, true);
    }
}
