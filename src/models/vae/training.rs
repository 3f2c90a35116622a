//! Training by `lab`: fresh binary digits at every step, one draw of the code each, AdamW.
//!
//! The weight of the KL rises from 0 to 1 over the first [`WARM_UP`] steps (Sønderby et al. 2016,
//! arXiv:1602.02282): before the decoder has learned to use a number of the code, the KL alone
//! would push it to the prior, where it is of no use any more.

use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::binarize;
use super::blocks::Sizes;
use super::loss::{kl, reconstruction, reparameterize};
use super::net::Vae;
use crate::data::mnist::Images;
use crate::data::{DataSet, PIXELS, SIDE};
use crate::nn::training::Task;
use crate::noise;

/// Steps until the KL weighs 1.
const WARM_UP: u64 = 1000;

/// What makes one of the two out of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Its code is the mean, its loss the reconstruction.
    Autoencoder,
    /// Its code is drawn, its loss has a KL.
    Variational,
}

/// An autoencoder learns a set.
pub struct VaeTask {
    sizes: Sizes,
    variant: Variant,
    set: DataSet,
    data: Images,
}

impl VaeTask {
    /// Trains on `data`, pictures of `set`.
    pub fn new(sizes: Sizes, variant: Variant, set: DataSet, data: Images) -> Self {
        Self {
            sizes,
            variant,
            set,
            data,
        }
    }

    /// The configuration of a run as its checkpoints know it.
    pub fn shape_of(sizes: Sizes, variant: Variant) -> String {
        format!("{variant:?} {sizes:?}")
    }
}

/// The weight of the KL in step `step`, from 0: `0..=1`.
fn beta(step: u64) -> f32 {
    (step as f32 / WARM_UP as f32).min(1.0)
}

/// Picture `i` as the networks are shown it, `[28, 28]` in `0..=1`: a digit binarised with `rng`, a
/// garment in its grey values.
pub fn shown(set: DataSet, data: &Images, i: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let ink = data.picture(i).map(|v| (v + 1.0) / 2.0);
    match set {
        DataSet::Mnist => binarize(ink, rng),
        DataSet::FashionMnist => ink.collect(),
    }
}

impl Task for VaeTask {
    type Net = Vae;

    fn init(&self, device: &Device) -> Vae {
        self.sizes.init(device)
    }

    fn shape(&self) -> String {
        Self::shape_of(self.sizes, self.variant)
    }

    fn examples(&self) -> usize {
        self.data.len()
    }

    /// In nats a pixel: in nats a picture the gradients would be cut off all the time.
    fn loss(
        &self,
        net: &Vae,
        batch: &[usize],
        step: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1> {
        let n = batch.len();
        let x = batch
            .iter()
            .flat_map(|&i| shown(self.set, &self.data, i, rng));
        let x = TensorData::new(x.collect::<Vec<_>>(), [n, 1, SIDE, SIDE]);
        let x = Tensor::<4>::from_data(x, device);
        let code = net.encode(x.clone());
        let nats = match self.variant {
            Variant::Autoencoder => reconstruction(net.decode(code.mean), x).mean(),
            Variant::Variational => {
                let mut eps = vec![0.0; n * self.sizes.code];
                noise::fill_normal(rng, &mut eps);
                let eps = TensorData::new(eps, [n, self.sizes.code]);
                let z = reparameterize(&code, Tensor::from_data(eps, device));
                let cost = reconstruction(net.decode(z), x).mean();
                cost + kl(&code).sum_dim(1).mean() * beta(step)
            }
        };
        nats / PIXELS as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_up_ends_at_one() {
        assert_eq!(
            [0, WARM_UP / 2, WARM_UP, 9 * WARM_UP].map(beta),
            [0.0, 0.5, 1.0, 1.0]
        );
    }

    /// At the end of the warm-up the variational loss holds all of the KL, at its start none; the
    /// autoencoder's is the reconstruction of the mean at any time. The noise is the same.
    #[test]
    fn losses_in_their_parts() {
        let device = Device::flex();
        let data = Images {
            pixels: (0..2 * PIXELS).map(|i| (i % 251) as u8).collect(),
            labels: vec![7, 2],
        };
        let task =
            |variant| VaeTask::new(Sizes::shipped(16), variant, DataSet::Mnist, data.clone());
        let net = Sizes::shipped(16).init(&device);
        let rng = || noise::stream(3, 0, 0);
        let nats = |variant, step| {
            let loss = task(variant).loss(&net, &[0, 1], step, &mut rng(), &device);
            loss.into_scalar::<f32>() * PIXELS as f32
        };
        let mut rng = rng();
        let x = [0, 1].map(|i| shown(DataSet::Mnist, &data, i, &mut rng));
        let x = TensorData::new(x.concat(), [2, 1, SIDE, SIDE]);
        let x = Tensor::<4>::from_data(x, &device);
        let code = net.encode(x.clone());
        let divergence = kl(&code).sum().into_scalar::<f32>() / 2.0;
        let rise = nats(Variant::Variational, WARM_UP) - nats(Variant::Variational, 0);
        assert!((rise - divergence).abs() < 0.01, "{rise} {divergence}");
        assert!(divergence > 0.1, "{divergence}");
        let restored = reconstruction(net.decode(code.mean), x).mean();
        let want = restored.into_scalar::<f32>();
        for step in [0, WARM_UP] {
            let got = nats(Variant::Autoencoder, step);
            assert!((got - want).abs() < 0.01, "{got} {want}");
        }
    }
}
