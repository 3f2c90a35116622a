//! The network of autoencoder and variational autoencoder.
//!
//! ```text
//! x [n,1,28,28] ─ conv 3x3, stride 2 ─ [n,outer,14,14] ─ conv 3x3, stride 2 ─ [n,inner,7,7]
//!   ─ dense ─ [n,hidden] ─ dense ─ mean [n,code]
//!                        └ dense ─ log-variance [n,code]
//!
//! z [n,code] ─ dense ─ [n,hidden] ─ dense ─ [n,inner,7,7]
//!   ─ conv 3x3 ─ [n,4 outer,7,7] ─ depth-to-space ─ [n,outer,14,14]
//!   ─ conv 3x3 ─ [n,4,14,14] ─ depth-to-space ─ logits [n,1,28,28]
//! ```
//!
//! Rectifiers between all of them, because exponentials are not vectorised in burn-flex; no
//! normalisation, as it is shallow enough to learn without.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{Initializer, Linear, LinearConfig};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use super::LOG_VARIANCE;
use super::blocks::{INNER_SIDE, Sizes};
use crate::nn::maps::{conv3, depth_to_space};

/// First weights of layers that end with a rectifier (He et al. 2015, arXiv:1502.01852).
const HE: Initializer = Initializer::KaimingUniform {
    gain: std::f64::consts::SQRT_2,
    fan_out_only: false,
};

impl Sizes {
    /// A network with fresh weights.
    pub fn init(&self, device: &Device) -> Vae {
        let Self {
            code,
            outer,
            inner,
            hidden,
        } = *self;
        let dense = |from, to| LinearConfig::new(from, to).init(device);
        let dense_relu = |from, to| {
            let config = LinearConfig::new(from, to).with_initializer(HE);
            config.init(device)
        };
        let conv = |from, to| conv3(from, to).with_initializer(HE);
        let flat = inner * INNER_SIDE * INNER_SIDE;
        Vae {
            halve: conv(1, outer).with_stride([2, 2]).init(device),
            quarter: conv(outer, inner).with_stride([2, 2]).init(device),
            gather: dense_relu(flat, hidden),
            mean: dense(hidden, code),
            log_variance: dense(hidden, code),
            spread: dense_relu(code, hidden),
            unfold: dense_relu(hidden, flat),
            double: conv(inner, 4 * outer).init(device),
            logits: conv3(outer, 4).init(device),
        }
    }
}

/// The network. See the module's text for its plan.
#[derive(Module, Debug)]
pub struct Vae {
    halve: Conv2d,
    quarter: Conv2d,
    gather: Linear,
    pub(super) mean: Linear,
    log_variance: Linear,
    pub(super) spread: Linear,
    unfold: Linear,
    double: Conv2d,
    logits: Conv2d,
}

/// Where pictures lie in the space of codes. An autoencoder's code is the mean; its log-variance
/// has learned nothing and means nothing.
#[derive(Clone, Debug)]
pub struct Code {
    /// `[n, code]`
    pub mean: Tensor<2>,
    /// `[n, code]`, within [`LOG_VARIANCE`].
    pub log_variance: Tensor<2>,
}

/// Told what each block gives, `[n, channels, side, side]`, in the order of [`Sizes::describe`].
/// Copies of the tensors are cheap, but keep the network from working in their place.
pub type Watch<'a> = &'a mut dyn FnMut(Tensor<4>);

impl Vae {
    /// Numbers of a code.
    pub fn code_size(&self) -> usize {
        let [code, _] = self.spread.weight.dims();
        code
    }

    /// Codes of pictures `[n, 1, 28, 28]` in `0..=1`, 1 for ink.
    pub fn encode(&self, x: Tensor<4>) -> Code {
        self.encode_watched(x, &mut |_| {})
    }

    /// As [`Vae::encode`], with somebody watching the encoder's blocks.
    pub fn encode_watched(&self, x: Tensor<4>, watch: Watch) -> Code {
        let h = seen(watch, relu(self.halve.forward(x)));
        let h = seen(watch, relu(self.quarter.forward(h)));
        let h = seen_flat(watch, relu(self.gather.forward(h.flatten(1, 3))));
        let mean = seen_flat(watch, self.mean.forward(h.clone()));
        let [lowest, highest] = LOG_VARIANCE;
        let log_variance = self.log_variance.forward(h).clamp(lowest, highest);
        let log_variance = seen_flat(watch, log_variance);
        Code { mean, log_variance }
    }

    /// Logits `[n, 1, 28, 28]` of codes `[n, code]`.
    pub fn decode(&self, z: Tensor<2>) -> Tensor<4> {
        self.decode_watched(z, &mut |_| {})
    }

    /// As [`Vae::decode`], with somebody watching the decoder's blocks.
    pub fn decode_watched(&self, z: Tensor<2>, watch: Watch) -> Tensor<4> {
        let h = seen_flat(watch, relu(self.spread.forward(z)));
        let h = relu(self.unfold.forward(h));
        let [n, flat] = h.dims();
        let inner = flat / (INNER_SIDE * INNER_SIDE);
        let h = seen(watch, h.reshape([n, inner, INNER_SIDE, INNER_SIDE]));
        let h = seen(watch, depth_to_space(relu(self.double.forward(h))));
        seen(watch, depth_to_space(self.logits.forward(h)))
    }

    /// How probable ink is, `[n, 1, 28, 28]` in `0..=1`, for codes `[n, code]`.
    pub fn ink(&self, z: Tensor<2>) -> Tensor<4> {
        sigmoid(self.decode(z))
    }
}

fn seen(watch: Watch, out: Tensor<4>) -> Tensor<4> {
    watch(out.clone());
    out
}

fn seen_flat(watch: Watch, out: Tensor<2>) -> Tensor<2> {
    let [n, width] = out.dims();
    watch(out.clone().reshape([n, width, 1, 1]));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::pack::pack;

    /// What a page draws is what the network does.
    #[test]
    fn the_plan_is_the_network_block_by_block() {
        let device = Device::flex();
        let other = Sizes {
            code: 3,
            outer: 5,
            inner: 6,
            hidden: 8,
        };
        for sizes in [Sizes::shipped(2), Sizes::shipped(16), other] {
            let net = sizes.init(&device);
            assert_eq!(net.code_size(), sizes.code);
            let mut shapes = Vec::new();
            let mut watch = |out: Tensor<4>| shapes.push(out.dims());
            let code = net.encode_watched(Tensor::zeros([2, 1, 28, 28], &device), &mut watch);
            let logits = net.decode_watched(code.mean, &mut watch);
            assert_eq!(logits.dims(), [2, 1, 28, 28]);
            let plan = sizes.describe();
            let planned: Vec<_> = plan
                .iter()
                .map(|block| [2, block.channels, block.side, block.side])
                .collect();
            assert_eq!(shapes, planned);
            let names: std::collections::HashSet<_> = plan.iter().map(|block| block.id).collect();
            assert_eq!(names.len(), plan.len());
        }
    }

    #[test]
    fn wild_pictures_keep_log_variances_in_bounds() {
        let device = Device::flex();
        let x = Tensor::full([1, 1, 28, 28], 1e6, &device);
        let code = Sizes::shipped(16).init(&device).encode(x);
        let [lowest, highest] = LOG_VARIANCE;
        let values = code.log_variance.into_data().try_into_vec::<f32>();
        let values = values.expect("f32");
        assert!(values.iter().all(|v| (lowest..=highest).contains(v)));
        assert!(values.iter().any(|v| *v == lowest || *v == highest));
    }

    /// Seven of them are to stay below 1.5 MB.
    #[test]
    fn a_file_fits_in_its_budget() {
        for code in [2, 16] {
            let packed = pack(Sizes::shipped(code).init(&Device::flex())).expect("packs");
            assert!(packed.len() <= 214_000, "{} bytes", packed.len());
        }
    }
}
