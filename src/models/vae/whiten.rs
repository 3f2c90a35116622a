//! An autoencoder's codes in standard position.
//!
//! An autoencoder's codes may lie anywhere. So that random codes of both kinds come from N(0, I),
//! the Gaussian that fits an autoencoder's codes of the training set, `N(m, C)`, is put into the
//! network once it is trained: the last layer of its encoder also does `c -> (c - m) C^(-1/2)`,
//! the first one of its decoder the inverse. What it restores is the same as before.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};
use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::net::Vae;

/// Variances below this share of the largest one count as this: a number of the code that never
/// moves is not to be blown up.
const SMALLEST: f64 = 1e-6;

impl Vae {
    /// The same autoencoder with codes of mean 0 and covariance I, given its codes `[n, code]` of
    /// many pictures.
    pub fn whitened(mut self, codes: &[f32]) -> Self {
        let size = self.code_size();
        let codes = codes.iter().copied().map(f64::from);
        let codes = DMatrix::from_row_iterator(codes.len() / size, size, codes);
        let mean = codes.row_mean();
        let mut centred = codes;
        for mut row in centred.row_iter_mut() {
            row -= &mean;
        }
        let eigen = SymmetricEigen::new(centred.tr_mul(&centred) / centred.nrows() as f64);
        let floor = SMALLEST * eigen.eigenvalues.max();
        let deviations = eigen.eigenvalues.map(|l| l.max(floor).sqrt());
        let matrix = |scales: &DVector<f64>| {
            let q = &eigen.eigenvectors;
            self.matrix(&(q * DMatrix::from_diagonal(scales) * q.transpose()))
        };
        let (root, inverse) = (matrix(&deviations), matrix(&deviations.map(f64::recip)));
        let mean = self.matrix(&DMatrix::from_rows(&[mean])); // [1, code]
        // Both layers do h W + b. Encoder: (h W + b - m) inverse. Decoder: (c root + m) W + b.
        let bias = row(&self.mean) - mean.clone();
        set(
            &mut self.mean,
            |w| w.matmul(inverse.clone()),
            bias.matmul(inverse.clone()),
        );
        let bias = row(&self.spread) + mean.matmul(self.spread.weight.val());
        set(&mut self.spread, |w| root.matmul(w), bias);
        self
    }

    fn matrix(&self, values: &DMatrix<f64>) -> Tensor<2> {
        let rows = values.transpose();
        let rows: Vec<f32> = rows.iter().map(|v| *v as f32).collect();
        let data = TensorData::new(rows, [values.nrows(), values.ncols()]);
        Tensor::from_data(data, &self.spread.weight.device())
    }
}

/// A layer's bias, `[1, out]`.
fn row(layer: &Linear) -> Tensor<2> {
    let [_, out] = layer.weight.dims();
    let bias = layer.bias.as_ref().map(Param::val);
    let zeros = || Tensor::zeros([out], &layer.weight.device());
    bias.unwrap_or_else(zeros).unsqueeze()
}

fn set(layer: &mut Linear, weight: impl FnOnce(Tensor<2>) -> Tensor<2>, bias: Tensor<2>) {
    layer.weight = layer.weight.clone().map(weight);
    layer.bias = layer.bias.clone().map(|b| b.map(|_| bias.squeeze_dim(0)));
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::models::vae::blocks::Sizes;
    use crate::noise;

    #[test]
    fn codes_are_white_and_pictures_stay() {
        let device = Device::flex();
        let net = Sizes::shipped(3).init(&device);
        let n = 300;
        let x = noise::normal(1, 0, 0, n * 784);
        let x = Tensor::<4>::from_data(TensorData::new(x, [n, 1, 28, 28]), &device);
        let values = |t: Tensor<2>| t.into_data().try_into_vec::<f32>().expect("f32");
        let codes = net.encode(x.clone()).mean;
        let pictures = net.decode(codes.clone());
        let white = net.clone().whitened(&values(codes));
        let codes = white.encode(x).mean;
        let moved = (white.decode(codes.clone()) - pictures).abs().max();
        assert!(moved.into_scalar::<f32>() < 1e-3);
        let codes = values(codes);
        for i in 0..3 {
            for j in 0..=i {
                let products = codes.chunks(3).map(|c| c[i] * c[j]);
                let second = products.sum::<f32>() / n as f32;
                let want = if i == j { 1.0 } else { 0.0 };
                assert!((second - want).abs() < 0.01, "{i} {j}: {second}");
            }
            let mean = codes.iter().skip(i).step_by(3).sum::<f32>() / n as f32;
            assert!(mean.abs() < 0.01, "{mean}");
        }
    }
}
