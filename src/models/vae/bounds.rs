//! How much is known of `log p(x)`.
//!
//! Codes `z_1 … z_k` drawn from q(z|x) have the weights `w_i = p(x|z_i) p(z_i) / q(z_i|x)`. On
//! average `log w_1` is the ELBO, and
//!
//! `L_k = log((w_1 + … + w_k) / k)`
//!
//! lies between it and `log p(x)`, nearer to the latter with every draw (Burda et al. 2015,
//! arXiv:1509.00519, theorem 1). So `-L_k` is, on average, an upper bound of `-log p(x)`, as is the
//! loss. Only for binary pictures: see [`super`].

use burn::tensor::{Tensor, TensorData};

use super::loss::{kl, reconstruction, reparameterize};
use super::net::{Code, Vae};
use crate::nn::{NotRead, read};

/// What k draws say of each of n pictures, nats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Mean over the draws of `-log p(x|z)`, `[n]`.
    pub reconstruction: Vec<f32>,
    /// KL of each number of the codes in closed form, `[n, code]`.
    pub kl: Vec<f32>,
    /// `-L_k`, `[n]`.
    pub importance: Vec<f32>,
}

/// Measures pictures.
///
/// - `x`: `[n, 1, 28, 28]`, 0 or 1
/// - `eps`: standard normal, `[n, k, code]`
///
/// # Errors
/// If the device cannot be read.
pub async fn bounds(net: &Vae, x: Tensor<4>, eps: Vec<f32>) -> Result<Bounds, NotRead> {
    let [n, _, height, width] = x.dims();
    let size = net.code_size();
    let k = eps.len() / (n * size);
    let code = net.encode(x.clone());
    // Each picture k times.
    let many = |t: Tensor<2>| {
        let t: Tensor<3> = t.unsqueeze_dim::<3>(1).expand([n, k, size]);
        t.reshape([n * k, size])
    };
    let codes = Code {
        mean: many(code.mean.clone()),
        log_variance: many(code.log_variance.clone()),
    };
    let eps = Tensor::<2>::from_data(TensorData::new(eps, [n * k, size]), &x.device());
    let z = reparameterize(&codes, eps.clone());
    let x: Tensor<5> = x.unsqueeze_dim::<5>(1).expand([n, k, 1, height, width]);
    let x = x.reshape([n * k, 1, height, width]);
    let cost = reconstruction(net.decode(z.clone()), x);
    // log p(z) - log q(z|x): the constants cancel.
    let gap = (eps.clone() * eps - z.clone() * z + codes.log_variance).sum_dim(1) * 0.5;
    let log_weights = read(gap.squeeze_dim::<1>(1) - cost.clone()).await?;
    let cost = read(cost).await?;
    let mean = |draws: &[f32]| draws.iter().sum::<f32>() / k as f32;
    Ok(Bounds {
        reconstruction: cost.chunks(k).map(mean).collect(),
        kl: read(kl(&code)).await?,
        importance: log_weights.chunks(k).map(|w| -log_mean_exp(w)).collect(),
    })
}

/// `log((exp(w_1) + … + exp(w_k)) / k)`, without overflow.
fn log_mean_exp(log_weights: &[f32]) -> f32 {
    let top = log_weights
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = log_weights.iter().map(|w| (w - top).exp()).sum();
    top + (sum / log_weights.len() as f32).ln()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::models::vae::blocks::Sizes;
    use crate::noise;

    const SIZES: Sizes = Sizes {
        code: 2,
        outer: 4,
        inner: 4,
        hidden: 8,
    };

    fn picture(n: usize) -> Tensor<4> {
        let x = noise::normal(1, 0, 0, 784);
        let x = x.iter().map(|v| f32::from(u8::from(*v > 0.5)));
        let x = TensorData::new(x.collect::<Vec<f32>>(), [1, 1, 28, 28]);
        Tensor::<4>::from_data(x, &Device::flex()).expand([n, 1, 28, 28])
    }

    /// By hand: the mean of 1 and e is (1 + e) / 2, at any size.
    #[test]
    fn means_of_exponentials() {
        for shift in [0.0, -3000.0, 3000.0] {
            let want = shift + (0.5 * (1.0 + 1f32.exp())).ln();
            let got = log_mean_exp(&[shift, shift + 1.0]);
            assert!((got - want).abs() < 1e-3, "{got} {want}");
        }
    }

    /// With one draw it is the ELBO's estimate, written out.
    #[test]
    fn one_draw_is_the_elbo() {
        let net = SIZES.init(&Device::flex());
        let eps = vec![0.4, -1.1];
        let got = block_on(bounds(&net, picture(1), eps.clone())).expect("reads");
        let code = net.encode(picture(1));
        let [m, l] = [code.mean, code.log_variance].map(|t| block_on(read(t)).expect("reads"));
        // log N(z; mean, exp(log-variance))
        let log_normal = |z: f32, mean: f32, log_variance: f32| {
            let square = (z - mean).powi(2) / log_variance.exp();
            -0.5 * (square + log_variance + std::f32::consts::TAU.ln())
        };
        let mut want = got.reconstruction[0];
        for i in 0..2 {
            let z = m[i] + (0.5 * l[i]).exp() * eps[i];
            want += log_normal(z, m[i], l[i]) - log_normal(z, 0.0, 0.0);
        }
        assert!((got.importance[0] - want).abs() < 1e-3, "{got:?} {want}");
    }

    /// More draws, a better bound on average; the loss's bound is the worst.
    #[test]
    fn the_bound_grows_with_the_draws() {
        let mut net = SIZES.init(&Device::flex());
        // A decoder to which codes matter.
        net.spread.weight = net.spread.weight.map(|w| w * 30.0);
        let mean_of = |k: usize| {
            let n = 600;
            let eps = noise::normal(9, k as u32, 0, n * k * 2);
            let got = block_on(bounds(&net, picture(n), eps)).expect("reads");
            let mean = |v: &[f32]| v.iter().sum::<f32>() / n as f32;
            let elbo = mean(&got.reconstruction) + mean(&got.kl);
            (mean(&got.importance), elbo)
        };
        let [(one, elbo), (five, _), (fifty, _)] = [1, 5, 50].map(mean_of);
        assert!((one - elbo).abs() < 0.1, "{one} {elbo}");
        assert!(
            five < one - 0.05 && fifty < five - 0.02,
            "{one} {five} {fifty}"
        );
    }
}
