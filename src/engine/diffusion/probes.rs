//! Probes: what watches a pass through the network on a burn device.

use burn::tensor::Tensor;

use crate::models::diffusion::unet::Probe;
use crate::nn::read;
use crate::protocol::{Anatomy, EngineError, Maps};

/// Keeps what every block gives for the first picture of a batch.
#[derive(Default)]
pub struct Keeper {
    blocks: Vec<Tensor<4>>,
    attention: Option<Tensor<4>>,
}

impl Probe for Keeper {
    fn embedding(&mut self, e: &Tensor<2>) {
        let [n, width] = e.dims();
        self.blocks.push(e.clone().reshape([n, width, 1, 1]));
    }

    fn block(&mut self, out: &Tensor<4>) {
        self.blocks.push(out.clone());
    }

    fn attention(&mut self, weights: &Tensor<4>) {
        self.attention = Some(weights.clone());
    }
}

impl Keeper {
    /// What was kept, from the device.
    pub async fn read(self) -> Result<Anatomy, EngineError> {
        let mut anatomy = Anatomy::default();
        for block in self.blocks {
            let [_, channels, side, _] = block.dims();
            anatomy.blocks.push(Maps {
                channels: channels as u32,
                side: side as u32,
                values: read(block.narrow(0, 0, 1)).await?,
            });
        }
        if let Some(weights) = self.attention {
            anatomy.attention = read(weights.narrow(0, 0, 1)).await?;
        }
        Ok(anatomy)
    }
}

/// Reads a clock after every block.
pub struct Stopwatch<'a> {
    clock: &'a dyn Fn() -> f64,
    at_ms: Vec<f64>,
}

impl<'a> Stopwatch<'a> {
    /// Starts now.
    pub fn new(clock: &'a dyn Fn() -> f64) -> Self {
        Self {
            clock,
            at_ms: vec![clock()],
        }
    }

    /// The time of each block, ms.
    pub fn took_ms(&self) -> Vec<f64> {
        self.at_ms
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .collect()
    }

    fn lap(&mut self) {
        self.at_ms.push((self.clock)());
    }
}

impl Probe for Stopwatch<'_> {
    fn embedding(&mut self, _: &Tensor<2>) {
        self.lap();
    }

    fn block(&mut self, _: &Tensor<4>) {
        self.lap();
    }

    fn attention(&mut self, _: &Tensor<4>) {}
}
