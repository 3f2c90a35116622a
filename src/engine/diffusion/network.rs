//! The diffusion network on a burn device, as the sessions' [`Denoiser`].

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::denoise::{Ask, Denoiser};
use super::probes::{Keeper, Stopwatch};
use crate::data::{PIXELS, SIDE};
use crate::models::diffusion::sampler::guide;
use crate::models::diffusion::unet::{ANY_CLASS, Probe, UNet};
use crate::nn::read;
use crate::protocol::{Anatomy, EngineError, Inspect};

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
        cut: u8,
    ) -> Result<Vec<f32>, EngineError> {
        Ok(read(self.watched(x, t, classes, cut, &mut ())).await?)
    }

    /// One pass, still on the device.
    fn watched(
        &self,
        x: Vec<f32>,
        t: usize,
        classes: &[i32],
        cut: u8,
        probe: &mut dyn Probe,
    ) -> Tensor<4> {
        let n = classes.len();
        let x = Tensor::<4>::from_data(TensorData::new(x, [n, 1, SIDE, SIDE]), &self.device);
        let t = Tensor::<1>::full([n], t as f32, &self.device);
        let class = Tensor::<1, Int>::from_data(classes, &self.device);
        self.net.forward_watched(x, t, class, cut, probe)
    }

    /// One pass of one picture, for a look inside.
    fn pass(&self, look: &Inspect, probe: &mut dyn Probe) -> Tensor<4> {
        let class = look.label.map_or(ANY_CLASS as i32, i32::from);
        self.watched(look.x.clone(), look.t as usize, &[class], look.cut, probe)
    }
}

impl Denoiser for Network {
    /// Guided pictures are evaluated twice, with and without their label, in one batch.
    async fn predict(
        &mut self,
        x: &[f32],
        t: usize,
        ask: Ask<'_>,
    ) -> Result<Vec<f32>, EngineError> {
        let Ask {
            labels,
            guidance,
            cut,
        } = ask;
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
        let mut v = self.forward(batch, t, &classes, cut).await?;
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

    async fn look(&mut self, look: &Inspect) -> Result<Anatomy, EngineError> {
        let mut keeper = Keeper::default();
        self.pass(look, &mut keeper);
        keeper.read().await
    }

    /// Blocks follow one another on the CPU; a GPU would only have been told what to do.
    async fn time_blocks(
        &mut self,
        look: &Inspect,
        clock: &dyn Fn() -> f64,
    ) -> Result<Vec<f64>, EngineError> {
        let mut stopwatch = Stopwatch::new(clock);
        read(self.pass(look, &mut stopwatch)).await?;
        Ok(stopwatch.took_ms())
    }
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, ModuleMapper, Param};
    use burn::tensor::Distribution;

    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::models::diffusion::blocks::{POSITIONS, SHIPPED};
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
        let ask = Ask {
            labels,
            guidance: w,
            cut: 0,
        };
        block_on(net.predict(x, 500, ask)).expect("predicts")
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

    fn predict_cut(net: &mut Network, x: &[f32], cut: u8) -> Vec<f32> {
        let ask = Ask {
            labels: &[Some(3)],
            guidance: 1.5,
            cut,
        };
        block_on(net.predict(x, 500, ask)).expect("predicts")
    }

    #[test]
    fn a_cut_skip_is_missed_and_a_restored_one_is_as_before() {
        let mut net = network();
        let x: Vec<f32> = noise::normal(5, 0, 0, PIXELS);
        let answers: Vec<_> = (0..4).map(|cut| predict_cut(&mut net, &x, cut)).collect();
        for (cut, answer) in answers.iter().enumerate() {
            for other in &answers[..cut] {
                let moved = answer.iter().zip(other).map(|(a, b)| (a - b).abs());
                assert!(moved.fold(0.0, f32::max) > 1e-3, "cut {cut:b}");
            }
        }
        assert_eq!(predict_cut(&mut net, &x, 0), answers[0], "the same bits");
    }

    fn look(x: &[f32], cut: u8) -> Inspect {
        Inspect {
            model: String::new(),
            x: x.to_vec(),
            t: 500,
            label: Some(3),
            cut,
        }
    }

    /// A look inside shows the very pass that predicts.
    #[test]
    fn what_is_seen_inside_is_what_is_answered() {
        let mut net = network();
        let x: Vec<f32> = noise::normal(6, 0, 0, PIXELS);
        let seen = block_on(net.look(&look(&x, 0))).expect("looks");
        let v = predict(&mut net, &x, &[Some(3)], 1.0);
        assert_eq!(seen.blocks.last().map(|block| &block.values), Some(&v));
        for block in &seen.blocks {
            let n = block.channels * block.side * block.side;
            assert_eq!(block.values.len(), n as usize);
        }
        for row in seen.attention.chunks(POSITIONS) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert_eq!(seen.attention.len(), 4 * POSITIONS * POSITIONS);
        // The way down knows nothing of cut skips; the first merge does.
        let cut = block_on(net.look(&look(&x, 3))).expect("looks");
        let plan = SHIPPED.blocks();
        for (block, (a, b)) in plan.iter().zip(seen.blocks.iter().zip(&cut.blocks)) {
            let at = |id: &str| plan.iter().position(|b| b.id() == id);
            let before = at(&block.id()) < at("merge-1");
            assert_eq!(a == b, before, "{}", block.id());
        }
    }

    #[test]
    fn every_block_is_timed() {
        let mut net = network();
        let x: Vec<f32> = noise::normal(7, 0, 0, PIXELS);
        let now = std::cell::Cell::new(0.0);
        let clock = || {
            now.set(now.get() + 1.0);
            now.get()
        };
        let times = block_on(net.time_blocks(&look(&x, 0), &clock)).expect("times");
        assert_eq!(times, vec![1.0; SHIPPED.blocks().len()]);
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
