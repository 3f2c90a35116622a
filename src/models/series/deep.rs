//! Networks that predict the next value of a series: a causal dilated convolution network, gated as WaveNet's
//! layers are (van den Oord and others 2016, arXiv:1609.03499), and a gated recurrent unit (Cho and others
//! 2014, arXiv:1406.1078).
//!
//! Both read steps `x_t = (y_t - y_{t-1} - m) / s`, with `m` and `s` of the steps that are learned from, and
//! answer with the normal distribution of the next one. They learn by `-ln p` of it; the last part of what
//! there is to learn from is kept to see when learning ends to help.

use std::collections::VecDeque;

use burn::module::{Initializer, Module};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::activation::{sigmoid, tanh};
use burn::tensor::{Device, Tensor, TensorData};

use super::told::Net;
use crate::nn::{NotRead, read};
use crate::noise;

/// Channels of the convolutions, and numbers that the recurrent network keeps.
const WIDTH: usize = 16;
/// Distances that the layers of convolutions look over.
const DILATIONS: [usize; 4] = [1, 2, 4, 8];
/// Steps that the convolutions see.
pub const SEEN: usize = 16;
/// Steps that the recurrent network goes back over when it learns.
const WINDOW: usize = 32;
/// `ln σ` of an answer stays within this.
const MOST_LOG: f64 = 3.0;
const LEARNING_RATE: f64 = 4e-3;
const WEIGHT_DECAY: f32 = 0.02;

/// What a series looks like to a network.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Mean of the steps that are learned from.
    mean: f64,
    /// Their standard deviation.
    spread: f64,
    /// All steps, as the network sees them.
    x: Vec<f32>,
    /// A second number a step, if the future leaks: the mean of a step and its two neighbours.
    smooth: Option<Vec<f32>>,
    /// Steps that are learned from, and behind them those that tell when to stop.
    parts: [usize; 2],
}

impl Steps {
    /// Of the values `y`, the first `train` of which are known to who learns. `leaks`: see [`Steps::smooth`].
    pub fn new(y: &[f64], train: usize, leaks: bool) -> Self {
        let steps: Vec<f64> = y.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let known = train - 1;
        let kept = (known / 6).max(4).min(known / 2);
        let learned = &steps[..known - kept];
        let n = learned.len() as f64;
        let mean = learned.iter().sum::<f64>() / n;
        let spread = (learned.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / n).sqrt();
        let spread = spread.max(1e-9);
        let x: Vec<f32> = steps.iter().map(|d| ((d - mean) / spread) as f32).collect();
        let smooth = leaks.then(|| (0..x.len()).map(|t| around(&x, t)).collect());
        Self {
            mean,
            spread,
            x,
            smooth,
            parts: [known - kept, known],
        }
    }

    fn channels(&self) -> usize {
        1 + usize::from(self.smooth.is_some())
    }

    /// What is seen at the steps `range`: `[1, steps, channels]`.
    fn seen(&self, range: std::ops::Range<usize>, device: &Device) -> Tensor<3> {
        let shape = [1, range.len(), self.channels()];
        let values: Vec<f32> = range
            .flat_map(|t| std::iter::once(self.x[t]).chain(self.smooth.as_ref().map(|all| all[t])))
            .collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    /// What a step is in the series' unit.
    fn back(&self, x: f64) -> f64 {
        self.mean + self.spread * x
    }
}

/// The mean of a step and those beside it, as far as there are any.
fn around(x: &[f32], t: usize) -> f32 {
    let all = &x[t.saturating_sub(1)..(t + 2).min(x.len())];
    all.iter().sum::<f32>() / all.len() as f32
}

/// A network of either kind.
#[derive(Module, Debug)]
enum Network {
    Conv(Conv),
    Recurrent(Recurrent),
}

/// `h ← h + W (tanh(A [h_{t-d}, h_t]) ⊙ σ(B [h_{t-d}, h_t]))`, layer after layer.
#[derive(Module, Debug)]
struct Conv {
    first: Linear,
    /// To both sides of the gate, and back.
    layers: Vec<(Linear, Linear)>,
    last: Linear,
}

/// `h ← z ⊙ h + (1 - z) ⊙ tanh(W [x, r ⊙ h])` with `[r, z] = σ(V [x, h])`.
#[derive(Module, Debug)]
struct Recurrent {
    gates: Linear,
    candidate: Linear,
    last: Linear,
}

impl Network {
    fn init(net: Net, channels: usize, device: &Device) -> Self {
        let linear = |from: usize, to: usize| {
            let bound = Initializer::KaimingUniform {
                gain: 1.0 / 3f64.sqrt(),
                fan_out_only: false,
            };
            LinearConfig::new(from, to)
                .with_initializer(bound)
                .init(device)
        };
        match net {
            Net::Conv => Self::Conv(Conv {
                first: linear(channels, WIDTH),
                layers: DILATIONS
                    .map(|_| (linear(2 * WIDTH, 2 * WIDTH), linear(WIDTH, WIDTH)))
                    .into(),
                last: linear(WIDTH, 2),
            }),
            Net::Recurrent => Self::Recurrent(Recurrent {
                gates: linear(channels + WIDTH, 2 * WIDTH),
                candidate: linear(channels + WIDTH, WIDTH),
                last: linear(WIDTH, 2),
            }),
        }
    }

    /// Of `[batch, steps, channels]`: what comes after each step, `[batch, steps, 2]`, its mean and `ln σ`.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Conv(net) => net.forward(x),
            Self::Recurrent(net) => {
                let [batch, _, _] = x.dims();
                let h = Tensor::zeros([batch, WIDTH], &x.device());
                net.last(net.states(x, h))
            }
        }
    }
}

fn bounded(out: Tensor<3>) -> Tensor<3> {
    let mean = out.clone().narrow(2, 0, 1);
    let log = tanh(out.narrow(2, 1, 1).div_scalar(MOST_LOG)).mul_scalar(MOST_LOG);
    Tensor::cat(vec![mean, log], 2)
}

impl Conv {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, n, _] = x.dims();
        let mut h = self.first.forward(x);
        for (distance, (gates, out)) in DILATIONS.into_iter().zip(&self.layers) {
            let away = distance.min(n);
            let mut past = vec![Tensor::zeros([batch, away, WIDTH], &h.device())];
            if n > away {
                past.push(h.clone().narrow(1, 0, n - away));
            }
            let past = Tensor::cat(past, 1);
            let both = gates.forward(Tensor::cat(vec![past, h.clone()], 2));
            let value = tanh(both.clone().narrow(2, 0, WIDTH));
            let gate = sigmoid(both.narrow(2, WIDTH, WIDTH));
            h = h + out.forward(value * gate);
        }
        bounded(self.last.forward(h))
    }

    /// What comes after the last of [`SEEN`] steps, `[batch, 1, 2]`. Each layer reaches twice as far as the
    /// one before, so that what the last answer needs is a tree: half of the places in each layer.
    fn last_answer(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, mut n, _] = x.dims();
        let mut h = self.first.forward(x);
        for (gates, out) in &self.layers {
            n /= 2;
            let pairs = h.reshape([batch, n, 2 * WIDTH]);
            let both = gates.forward(pairs.clone());
            let value = tanh(both.clone().narrow(2, 0, WIDTH));
            let gate = sigmoid(both.narrow(2, WIDTH, WIDTH));
            h = pairs.narrow(2, WIDTH, WIDTH) + out.forward(value * gate);
        }
        bounded(self.last.forward(h))
    }
}

impl Recurrent {
    /// What it keeps after each step of `x`, from `h` on: `[batch, steps, WIDTH]`.
    fn states(&self, x: Tensor<3>, mut h: Tensor<2>) -> Tensor<3> {
        let [batch, n, channels] = x.dims();
        let step = |t: usize| x.clone().narrow(1, t, 1).reshape([batch, channels]);
        let states = (0..n).map(|t| {
            h = self.cell(step(t), h.clone());
            h.clone()
        });
        Tensor::stack(states.collect(), 1)
    }

    fn cell(&self, x: Tensor<2>, h: Tensor<2>) -> Tensor<2> {
        let both = Tensor::cat(vec![x.clone(), h.clone()], 1);
        let gates = sigmoid(self.gates.forward(both));
        let reset = gates.clone().narrow(1, 0, WIDTH);
        let keep = gates.narrow(1, WIDTH, WIDTH);
        let new = tanh(
            self.candidate
                .forward(Tensor::cat(vec![x, reset * h.clone()], 1)),
        );
        new.clone() + keep * (h - new)
    }

    fn last(&self, states: Tensor<3>) -> Tensor<3> {
        bounded(self.last.forward(states))
    }
}

/// `-ln p` of `truth`, `[batch, steps]`, each by its own normal distribution.
fn surprise(answer: Tensor<3>, truth: Tensor<2>) -> Tensor<2> {
    let [batch, n, _] = answer.dims();
    let part = |i: usize| answer.clone().narrow(2, i, 1).reshape([batch, n]);
    let log = part(1);
    let off = (truth - part(0)) * log.clone().neg().exp();
    log + (off.clone() * off).mul_scalar(0.5) + 0.5 * std::f64::consts::TAU.ln()
}

/// A network that learns a series.
pub struct Learner {
    steps: Steps,
    seed: u64,
    device: Device,
    network: Network,
    optimizer: ModuleOptimizer,
    step: u32,
    /// The best by what it had not learned from: that, the step, and the network.
    best: Option<(f32, u32, Network)>,
}

impl Learner {
    /// With fresh weights.
    pub fn new(net: Net, steps: Steps, seed: u64) -> Self {
        let device = Device::flex().autodiff();
        device.seed(seed);
        let network = Network::init(net, steps.channels(), &device);
        Self {
            optimizer: AdamWConfig::new().with_weight_decay(WEIGHT_DECAY).init(),
            steps,
            seed,
            device,
            network,
            step: 0,
            best: None,
        }
    }

    /// Steps of learning done.
    pub fn step_number(&self) -> u32 {
        self.step
    }

    /// Weights that it has.
    pub fn weights(&self) -> usize {
        self.network.num_params()
    }

    /// One step on all that it learns from; what that cost before, nats a value.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn step(&mut self) -> Result<f32, NotRead> {
        let [learned, _] = self.steps.parts;
        let count = learned - 1;
        let truth = |first: usize, n: usize| {
            let values = self.steps.x[first + 1..=first + n].to_vec();
            Tensor::<2>::from_data(TensorData::new(values, [1, n]), &self.device)
        };
        let (x, truth) = match self.network {
            Network::Conv(_) => (self.steps.seen(0..count, &self.device), truth(0, count)),
            // Pieces that begin anywhere, as many as hold all of it.
            Network::Recurrent(_) => {
                let n = WINDOW.min(count);
                let mut rng = noise::stream(self.seed, 1, self.step);
                let begin =
                    |_| (noise::unit(&mut rng) * (count - n + 1) as f32) as usize % (count - n + 1);
                let places: Vec<usize> = (0..count.div_ceil(n)).map(begin).collect();
                let x = places
                    .iter()
                    .map(|p| self.steps.seen(*p..p + n, &self.device));
                let truth = places.iter().map(|p| truth(*p, n));
                (Tensor::cat(x.collect(), 0), Tensor::cat(truth.collect(), 0))
            }
        };
        let loss = surprise(self.network.forward(x), truth).mean();
        let told: f32 = read(loss.clone()).await?.iter().sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        self.network = self
            .optimizer
            .step(LEARNING_RATE, self.network.clone(), gradients);
        self.step += 1;
        Ok(told)
    }

    /// What the values that it knows, but does not learn from, cost: nats a value. The best network is kept.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn judge(&mut self) -> Result<f32, NotRead> {
        let [learned, known] = self.steps.parts;
        let network = self.network.valid();
        let answer = network.forward(self.steps.seen(0..known - 1, &Device::flex()));
        let n = known - learned;
        let answer = answer.narrow(1, learned - 1, n);
        let truth = TensorData::new(self.steps.x[learned..known].to_vec(), [1, n]);
        let truth = Tensor::from_data(truth, &Device::flex());
        let cost: f32 = read(surprise(answer, truth).mean()).await?.iter().sum();
        if self.best.as_ref().is_none_or(|(best, ..)| cost < *best) && cost.is_finite() {
            self.best = Some((cost, self.step, network));
        }
        Ok(cost)
    }

    /// The best so far, which forecasts `y` from each place of `origins` on.
    pub fn forecaster(&self, y: &[f64], origins: &[usize], paths: usize) -> Option<Forecaster> {
        let (_, step, network) = self.best.clone()?;
        Some(Forecaster::new(
            network,
            step,
            &self.steps,
            y,
            origins,
            paths,
            self.seed,
        ))
    }
}

/// Draws the values after some origins, many times each, from distributions that follow from what was drawn.
pub struct Forecaster {
    network: Network,
    /// The step of learning that gave the best network.
    pub step: u32,
    steps: Steps,
    seed: u64,
    paths: usize,
    /// Steps drawn.
    drawn: u32,
    /// The last value of each path.
    values: Vec<f64>,
    memory: Memory,
}

/// What a network needs of the past, for each path.
enum Memory {
    /// The last [`SEEN`] steps.
    Last(Vec<VecDeque<f32>>),
    /// What it keeps, `[paths, WIDTH]`, and the two last steps.
    Kept(Box<Tensor<2>>, Vec<[f32; 2]>),
}

/// One step of a forecast, by origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// What is expected, over all paths, and the standard deviation.
    pub all: Vec<(f64, f64)>,
    /// Of the first path: the mean and spread of the distribution, and what was drawn of it.
    pub first: Vec<[f64; 3]>,
}

impl Forecaster {
    fn new(
        network: Network,
        step: u32,
        steps: &Steps,
        y: &[f64],
        origins: &[usize],
        paths: usize,
        seed: u64,
    ) -> Self {
        // The step before the value at `origin` is number `origin - 2`.
        let each = |f: &dyn Fn(usize) -> Vec<f32>| -> Vec<Vec<f32>> {
            let past = origins.iter().map(|origin| f(*origin));
            past.flat_map(|past| vec![past; paths]).collect()
        };
        let memory = match &network {
            Network::Conv(_) => {
                let last = |origin: usize| {
                    steps.x[..origin - 1][(origin - 1).saturating_sub(SEEN)..].to_vec()
                };
                Memory::Last(each(&last).into_iter().map(VecDeque::from).collect())
            }
            Network::Recurrent(net) => {
                let device = Device::flex();
                let end = origins.iter().max().copied().unwrap_or(2) - 1;
                let seen = steps.seen(0..end, &device);
                let states = net.states(seen, Tensor::zeros([1, WIDTH], &device));
                // The last step is left out: it comes with the first that is drawn.
                let kept = origins.iter().map(|origin| match origin.checked_sub(3) {
                    Some(t) => states.clone().narrow(1, t, 1).reshape([1, WIDTH]),
                    None => Tensor::zeros([1, WIDTH], &device),
                });
                let kept = kept.map(|kept| kept.repeat_dim(0, paths)).collect();
                let last = |origin: usize| {
                    let t = origin - 2;
                    vec![steps.x[t.saturating_sub(1)], steps.x[t]]
                };
                let last = each(&last).into_iter().map(|last| [last[0], last[1]]);
                Memory::Kept(Tensor::cat(kept, 0).into(), last.collect())
            }
        };
        let values = origins.iter().flat_map(|origin| vec![y[origin - 1]; paths]);
        Self {
            values: values.collect(),
            network,
            step,
            steps: steps.clone(),
            seed,
            paths,
            drawn: 0,
            memory,
        }
    }

    /// Mean and `ln σ` of the next step of each path.
    async fn answers(&mut self) -> Result<Vec<f32>, NotRead> {
        let device = Device::flex();
        let channels = self.steps.channels();
        let rows = self.values.len();
        match (&mut self.memory, &self.network) {
            (Memory::Last(all), Network::Conv(net)) => {
                let n = all.iter().map(VecDeque::len).min().unwrap_or(1);
                let mut values = Vec::with_capacity(rows * n * channels);
                for past in all.iter() {
                    let past: Vec<f32> = past.iter().skip(past.len() - n).copied().collect();
                    for t in 0..n {
                        values.push(past[t]);
                        if channels > 1 {
                            values.push(around(&past, t));
                        }
                    }
                }
                let x = Tensor::from_data(TensorData::new(values, [rows, n, channels]), &device);
                let answer = match n {
                    SEEN => net.last_answer(x),
                    _ => net.forward(x).narrow(1, n - 1, 1),
                };
                read(answer).await
            }
            (Memory::Kept(kept, last), Network::Recurrent(net)) => {
                let seen = last.iter().flat_map(|[before, x]| {
                    let smooth = (channels > 1).then_some((before + x) / 2.0);
                    std::iter::once(*x).chain(smooth)
                });
                let x = TensorData::new(seen.collect::<Vec<_>>(), [rows, channels]);
                let h = net.cell(Tensor::from_data(x, &device), (**kept).clone());
                **kept = h.clone();
                let answer = net.last(h.reshape([rows, 1, WIDTH]));
                read(answer).await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Draws the next step of every path.
    ///
    /// # Errors
    /// If the device cannot be read.
    pub async fn step(&mut self) -> Result<Drawn, NotRead> {
        let answers = self.answers().await?;
        let chance = noise::normal(self.seed, 2, self.drawn, self.values.len());
        self.drawn += 1;
        let mut drawn = Drawn::default();
        for (row, (answer, chance)) in answers.chunks_exact(2).zip(chance).enumerate() {
            let (mean, spread) = (f64::from(answer[0]), f64::from(answer[1]).exp());
            let x = mean + spread * f64::from(chance);
            if row % self.paths == 0 {
                let value = self.values[row];
                drawn.first.push([
                    value + self.steps.back(mean),
                    self.steps.spread * spread,
                    value + self.steps.back(x),
                ]);
            }
            self.values[row] += self.steps.back(x);
            let x = x as f32;
            match &mut self.memory {
                Memory::Last(all) => {
                    all[row].push_back(x);
                    if all[row].len() > SEEN {
                        all[row].pop_front();
                    }
                }
                Memory::Kept(_, last) => last[row] = [last[row][1], x],
            }
        }
        let n = self.paths as f64;
        drawn.all = self
            .values
            .chunks(self.paths)
            .map(|of_origin| {
                let mean = of_origin.iter().sum::<f64>() / n;
                let off = of_origin.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
                (mean, (off / n).sqrt())
            })
            .collect();
        Ok(drawn)
    }
}

#[cfg(test)]
mod tests;
