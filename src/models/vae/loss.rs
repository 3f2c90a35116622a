//! What autoencoders are trained for, in nats a picture. See [`super`] for the equations.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;

use super::net::Code;

/// Reconstruction: `-log p(x|z)`, `[n]`, 0 or more.
///
/// - `logits`: `[n, …]`
/// - `x`: the same shape, in `0..=1`
///
/// Summed over pixels. `softplus(a) - a x` as `(1 - x) a - log sigmoid(a)`, which stays exact for
/// large logits of either sign. For grey x it is a cross-entropy, no likelihood.
pub fn reconstruction<const D: usize>(logits: Tensor<D>, x: Tensor<D>) -> Tensor<1> {
    let flat: Tensor<2> = pixel_costs(logits, x).flatten(1, D - 1);
    flat.sum_dim(1).squeeze_dim(1)
}

/// [`reconstruction`] of each pixel, `[n, …]`.
pub fn pixel_costs<const D: usize>(logits: Tensor<D>, x: Tensor<D>) -> Tensor<D> {
    (-x + 1.0) * logits.clone() - log_sigmoid(logits)
}

/// `KL(q(z|x) || N(0, I))` of each number of the codes, `[n, code]`, 0 or more; a picture's is
/// their sum.
pub fn kl(code: &Code) -> Tensor<2> {
    let Code { mean, log_variance } = code.clone();
    (mean.clone() * mean + log_variance.clone().exp() - log_variance - 1.0) * 0.5
}

/// A draw from q(z|x) that the gradient can pass: `z = m + exp(l/2) eps`, with eps ~ N(0, I), all
/// `[n, code]`.
pub fn reparameterize(code: &Code, eps: Tensor<2>) -> Tensor<2> {
    code.mean.clone() + (code.log_variance.clone() * 0.5).exp() * eps
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::noise;

    fn row(values: &[f32]) -> Tensor<2> {
        let shape = [1, values.len()];
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    fn code(mean: &[f32], log_variance: &[f32]) -> Code {
        Code {
            mean: row(mean),
            log_variance: row(log_variance),
        }
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().expect("f32")
    }

    /// By hand: at logit 0 every pixel costs ln 2; at 100 what is right costs nothing and what is
    /// wrong 100; grey 1/4 at logit ln 3 (p = 3/4): `-(1/4 ln 3/4 + 3/4 ln 1/4)`.
    #[test]
    fn reconstruction_by_hand() {
        let cost = |a: &[f32], x: &[f32]| values(reconstruction(row(a), row(x)))[0];
        let close = |got: f32, want: f32| assert!((got - want).abs() < 1e-5, "{got} {want}");
        close(cost(&[0.0; 4], &[0.0, 1.0, 1.0, 0.5]), 4.0 * 2f32.ln());
        close(cost(&[100.0, -100.0], &[1.0, 0.0]), 0.0);
        close(cost(&[100.0, -100.0], &[0.0, 1.0]), 200.0);
        let want = -(0.25 * 0.75f32.ln() + 0.75 * 0.25f32.ln());
        close(cost(&[3f32.ln()], &[0.25]), want);
    }

    /// By hand: N(0, 1) costs 0, N(2, 1) costs 2, N(0, e^2) costs (e^2 - 3) / 2.
    #[test]
    fn divergence_by_hand() {
        let kl = values(kl(&code(&[0.0, 2.0, 0.0], &[0.0, 0.0, 2.0])));
        let want = [0.0, 2.0, 0.5 * (2f32.exp() - 3.0)];
        for (got, want) in kl.iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "{kl:?}");
        }
    }

    /// The mean of `log q(z) - log p(z)` over draws from q.
    #[test]
    fn divergence_is_what_draws_give() {
        let (mean, log_variance) = (0.7f32, -1.3f32);
        let n = 200_000;
        let eps = noise::normal(3, 0, 0, n);
        let eps: Tensor<2> = row(&eps);
        let code_of_all = Code {
            mean: eps.full_like(mean),
            log_variance: eps.full_like(log_variance),
        };
        let z = values(reparameterize(&code_of_all, eps.clone()));
        let gaps: Vec<f64> = z
            .iter()
            .zip(values(eps))
            .map(|(z, eps)| f64::from(0.5 * (z * z - eps * eps - log_variance)))
            .collect();
        let drawn = gaps.iter().sum::<f64>() / n as f64;
        let variance = gaps.iter().map(|g| (g - drawn).powi(2)).sum::<f64>() / n as f64;
        let exact = f64::from(values(kl(&code(&[mean], &[log_variance])))[0]);
        let error = 5.0 * (variance / n as f64).sqrt();
        assert!((drawn - exact).abs() < error, "{drawn} {exact} +- {error}");
    }

    /// The gradient of the whole loss passes the draw: it is what small changes of mean and
    /// log-variance give, the noise being the same.
    #[cfg(feature = "train")]
    #[test]
    fn the_gradient_passes_the_draw() {
        let weights: Vec<f32> = noise::normal(5, 0, 0, 2 * 6);
        let eps = [0.8f32, -1.4];
        let at = [0.3f32, -0.5, -0.7, 0.4]; // mean, log-variance
        let loss = |code: &Code| {
            let device = code.mean.device();
            let weights = TensorData::new(weights.clone(), [2, 6]);
            let x = Tensor::from_floats([[1.0, 0.0, 1.0, 1.0, 0.0, 0.2]], &device);
            let z = reparameterize(code, Tensor::from_floats([eps], &device));
            let logits = z.matmul(Tensor::from_data(weights, &device));
            (reconstruction(logits, x) + kl(code).sum()).sum()
        };
        let device = Device::flex().autodiff();
        let leaf = |v: [f32; 2]| Tensor::<2>::from_floats([v], &device).require_grad();
        let leaves = Code {
            mean: leaf([at[0], at[1]]),
            log_variance: leaf([at[2], at[3]]),
        };
        let gradients = loss(&leaves).backward();
        let [mean, log_variance] = [&leaves.mean, &leaves.log_variance]
            .map(|leaf| values(leaf.grad(&gradients).expect("a gradient")));
        let gradient = [mean, log_variance].concat();
        for (i, got) in gradient.iter().enumerate() {
            let shifted = |by: f32| {
                let mut at = at;
                at[i] += by;
                values(loss(&code(&at[..2], &at[2..])))[0]
            };
            let step = 1e-2;
            let want = (shifted(step) - shifted(-step)) / (2.0 * step);
            assert!((got - want).abs() < 2e-3, "{i}: {got} {want}");
        }
    }
}
