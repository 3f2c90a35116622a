//! The diffusion network on a burn device, as the sessions' [`Denoiser`].

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::denoise::Denoiser;
use crate::data::{PIXELS, SIDE};
use crate::models::diffusion::sampler::guide;
use crate::models::diffusion::unet::{ANY_CLASS, UNet};
use crate::protocol::EngineError;

/// A U-Net and where it runs.
#[derive(Debug)]
pub struct Network {
    net: UNet,
    device: Device,
}

impl Network {
    /// `net`, which is on `device`.
    pub fn new(net: UNet, device: Device) -> Self {
        Self { net, device }
    }

    /// v of `classes.len()` pictures at time `t`.
    async fn forward(
        &self,
        x: Vec<f32>,
        t: usize,
        classes: &[i32],
    ) -> Result<Vec<f32>, EngineError> {
        let n = classes.len();
        let x = Tensor::<4>::from_data(TensorData::new(x, [n, 1, SIDE, SIDE]), &self.device);
        let t = Tensor::<1>::full([n], t as f32, &self.device);
        let class = Tensor::<1, Int>::from_data(classes, &self.device);
        let v = self.net.forward(x, t, class).into_data_async().await;
        // The CPU has no way to fail here; a GPU has when its device is lost or a shader fails.
        let v = v.map_err(|e| EngineError::DeviceLost(root_cause(&e.to_string())))?;
        v.try_into_vec()
            .map_err(|e| EngineError::DeviceLost(format!("{e:?}")))
    }
}

impl Denoiser for Network {
    /// Guided pictures are evaluated twice, with and without their label, in one batch.
    async fn predict(
        &mut self,
        x: &[f32],
        t: usize,
        labels: &[Option<u8>],
        guidance: f32,
    ) -> Result<Vec<f32>, EngineError> {
        let is_guided = |label: &Option<u8>| label.is_some() && guidance != 1.0;
        let mut classes: Vec<i32> = labels
            .iter()
            .map(|l| l.map_or(ANY_CLASS as i32, i32::from))
            .collect();
        let mut batch = x.to_vec();
        for (picture, _) in x.chunks(PIXELS).zip(labels).filter(|(_, l)| is_guided(l)) {
            batch.extend_from_slice(picture);
            classes.push(ANY_CLASS as i32);
        }
        let mut v = self.forward(batch, t, &classes).await?;
        let unconditional = v.split_off(x.len());
        let guided = v
            .chunks_mut(PIXELS)
            .zip(labels)
            .filter(|(_, l)| is_guided(l));
        for ((v, _), unconditional) in guided.zip(unconditional.chunks(PIXELS)) {
            guide(v, unconditional, guidance);
        }
        Ok(v)
    }
}

/// The innermost of burn's nested errors, which end with a backtrace: the last line before it.
fn root_cause(error: &str) -> String {
    let causes = error.split("Backtrace:").next().unwrap_or(error);
    let line = causes
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty());
    line.unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, ModuleMapper, Param};
    use burn::tensor::Distribution;

    use super::super::session::testing::block_on;
    use super::*;
    use crate::models::diffusion::unet::UNetConfig;
    use crate::noise;

    /// Fresh networks answer 0 to everything; this one does not.
    fn network() -> Network {
        struct Shake;
        impl ModuleMapper for Shake {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                param.map(|t| t.random_like(Distribution::Normal(0.0, 0.1)))
            }
        }
        let device = Device::flex();
        let net = UNetConfig::shipped()
            .with_base(16)
            .with_deep(16)
            .init(&device)
            .map(&mut Shake);
        Network::new(net, device)
    }

    fn predict(net: &mut Network, x: &[f32], labels: &[Option<u8>], w: f32) -> Vec<f32> {
        block_on(net.predict(x, 500, labels, w)).expect("predicts")
    }

    fn assert_close(a: &[f32], b: &[f32]) {
        assert_eq!(a.len(), b.len());
        let scale = b.iter().fold(0.0f32, |m, b| m.max(b.abs()));
        assert!(scale > 1e-3, "a network that answers");
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() < 1e-4 * scale, "{a} {b}");
        }
    }

    #[test]
    fn the_root_cause_is_the_innermost() {
        let error = "The device is poisoned\nCaused by:\n  Destroyed: Device was destroyed.\nBacktrace:\nnone";
        assert_eq!(root_cause(error), "Destroyed: Device was destroyed.");
        assert_eq!(root_cause("just this"), "just this");
        assert_eq!(root_cause("\n"), "no reason given");
    }

    #[test]
    fn guidance_is_two_evaluations_mixed() {
        let mut net = network();
        let x: Vec<f32> = noise::normal(3, 0, 0, 3 * PIXELS);
        let labels = [Some(4), None, Some(9)];
        let with = predict(&mut net, &x, &labels, 1.0);
        let without = predict(&mut net, &x, &[None; 3], 1.0);
        for w in [0.0, 1.5, -2.0] {
            let want: Vec<f32> = with
                .iter()
                .zip(&without)
                .map(|(c, u)| u + w * (c - u))
                .collect();
            assert_close(&predict(&mut net, &x, &labels, w), &want);
        }
        // 'Any' is not guided.
        let any = PIXELS..2 * PIXELS;
        assert_close(
            &predict(&mut net, &x, &labels, 7.0)[any.clone()],
            &without[any],
        );
    }

    #[test]
    fn a_batch_is_its_pictures() {
        let mut net = network();
        let x: Vec<f32> = noise::normal(4, 0, 0, 2 * PIXELS);
        let both = predict(&mut net, &x, &[Some(1), Some(2)], 1.5);
        for (i, label) in [Some(1), Some(2)].into_iter().enumerate() {
            let part = i * PIXELS..(i + 1) * PIXELS;
            assert_close(
                &both[part.clone()],
                &predict(&mut net, &x[part], &[label], 1.5),
            );
        }
    }
}
