//! A picture pixel by pixel on plain numbers: what [`super::Pixels::logits`] gives for it, each pixel computed
//! once.
//!
//! What later pixels need of earlier ones is kept, as keys and values are in a Transformer: a pixel then costs
//! some hundred thousand products instead of 784 times as many. Tests hold both to be the same.

mod cnn;
mod rnn;

use burn::tensor::Tensor;

use super::{Net, Shape};
use crate::data::PIXELS;
use crate::models::next::{Choosing, choose};
use crate::nn::rows::{Matrix, Numbers};
use crate::nn::{NotRead, read};
use crate::noise;

/// A network's weights, laid out for one pixel at a time.
pub struct Walker {
    shape: Shape,
    steps: Steps,
}

enum Steps {
    Cnn(cnn::Steps),
    Rnn(rnn::Steps),
}

/// A picture under way.
#[derive(Clone)]
pub struct Walk {
    class: usize,
    /// Levels so far.
    levels: Vec<u8>,
    kept: Kept,
}

/// What is kept of pixels before.
#[derive(Clone)]
enum Kept {
    Cnn(cnn::Kept),
    Rnn(rnn::Kept),
}

impl Walk {
    /// Levels of the pixels so far, in reading order.
    pub fn levels(&self) -> &[u8] {
        &self.levels
    }

    /// Puts the next pixel, whose logits were asked for.
    ///
    /// # Panics
    /// If there is no place left.
    pub fn put(&mut self, level: u8) {
        assert!(self.levels.len() < PIXELS, "the picture is full");
        self.levels.push(level);
    }
}

impl Walker {
    /// The weights of a network.
    ///
    /// # Errors
    /// If its device does not give them.
    pub async fn new(net: &Net) -> Result<Self, NotRead> {
        let steps = match net {
            Net::Cnn(net) => Steps::Cnn(cnn::Steps::new(net).await?),
            Net::Rnn(net) => Steps::Rnn(rnn::Steps::new(net).await?),
        };
        let shape = net.shape();
        Ok(Self { shape, steps })
    }

    /// The network's shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// An empty picture of a class, `0..10`.
    pub fn begin(&self, class: usize) -> Walk {
        Walk {
            class,
            levels: Vec::with_capacity(PIXELS),
            kept: match &self.steps {
                Steps::Cnn(_) => Kept::Cnn(cnn::Kept::nothing(self.shape)),
                Steps::Rnn(_) => Kept::Rnn(rnn::Kept::nothing(self.shape)),
            },
        }
    }

    /// Logits `[levels]` of the next pixel; to be asked for once, before each [`Walk::put`].
    ///
    /// # Panics
    /// If there is none, and for a walk of another network.
    pub fn logits(&self, walk: &mut Walk) -> Vec<f32> {
        let Walk {
            class,
            levels,
            kept,
        } = walk;
        assert!(levels.len() < PIXELS, "the picture is full");
        match (&self.steps, kept) {
            (Steps::Cnn(steps), Kept::Cnn(kept)) => steps.logits(*class, levels, kept),
            (Steps::Rnn(steps), Kept::Rnn(kept)) => steps.logits(*class, levels, kept),
            _ => panic!("a walk of another network"),
        }
    }

    /// Draws the next pixel, with the random number that a seed, a picture's index and its place name, or
    /// puts the level that is given; its logits `[levels]`, and its level.
    ///
    /// # Panics
    /// As [`Self::logits`].
    pub fn draw(
        &self,
        walk: &mut Walk,
        choosing: &Choosing,
        (seed, index): (u64, u32),
        given: Option<u8>,
    ) -> (Vec<f32>, u8) {
        let logits = self.logits(walk);
        let at = walk.levels.len() as u32;
        let level = given.unwrap_or_else(|| {
            let u = noise::unit(&mut noise::stream(seed, index, at));
            choose(&choosing.probabilities(&logits), u) as u8
        });
        walk.put(level);
        (logits, level)
    }
}

/// A layer as a product with what it covers, place by place, and a shift.
struct Product {
    rows: Matrix,
    shift: Vec<f32>,
}

impl Product {
    /// Of a matrix `[from, to]`.
    async fn new<const D: usize>(
        rows: Tensor<D>,
        to: usize,
        shift: Option<Tensor<1>>,
    ) -> Result<Self, NotRead> {
        let rows = Matrix::new(Numbers::Float, read(rows).await?, to);
        let shift = match shift {
            Some(shift) => read(shift).await?,
            None => vec![0.0; to],
        };
        Ok(Self { rows, shift })
    }

    fn of(&self, x: &[f32]) -> Vec<f32> {
        let mut y = self.shift.clone();
        self.rows.add_product(x, &mut y);
        y
    }
}

fn add(a: &mut [f32], b: &[f32]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}

fn relu(mut x: Vec<f32>) -> Vec<f32> {
    x.iter_mut().for_each(|x| *x = x.max(0.0));
    x
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::data::SIDE;
    use crate::engine::session::testing::block_on;
    use crate::models::pixel::Pixels;

    const SMALL: Shape = Shape {
        levels: 5,
        width: 12,
        layers: 5,
    };

    fn picture(seed: u32) -> Vec<u8> {
        (0..PIXELS as u32)
            .map(|i| ((i * i * 7 + i * seed) % 31 % 5) as u8)
            .collect()
    }

    fn whole(net: &impl Pixels, picture: &[u8], class: u8) -> Vec<f32> {
        // [1, levels, 28, 28] to [784, levels].
        let logits = net.logits(picture, &[class]).permute([0, 2, 3, 1]);
        block_on(read(logits)).expect("reads")
    }

    fn apart(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max)
    }

    /// Every pixel's logits, one after the other, are those of the whole picture.
    #[test]
    fn step_by_step_is_the_network() {
        let device = Device::flex();
        for net in [Net::Cnn(SMALL.cnn(&device)), Net::Rnn(SMALL.rnn(&device))] {
            let walker = block_on(Walker::new(&net)).expect("reads");
            for class in [0, 7] {
                let picture = picture(class.into());
                let mut walk = walker.begin(class.into());
                let mut all = Vec::new();
                for level in &picture {
                    all.extend(walker.logits(&mut walk));
                    walk.put(*level);
                }
                assert_eq!(walk.levels(), picture);
                let want = match &net {
                    Net::Cnn(net) => whole(net, &picture, class),
                    Net::Rnn(net) => whole(net, &picture, class),
                };
                let far = apart(&all, &want);
                assert!(far < 1e-4, "{far}");
            }
        }
    }

    fn causal(net: &impl Pixels) {
        let before = picture(3);
        let logits = whole(net, &before, 4);
        let levels = SMALL.levels as usize;
        let mut noticed = 0;
        for i in 0..PIXELS {
            let mut after = before.clone();
            after[i] = (after[i] + 1) % 5;
            let changed = whole(net, &after, 4);
            let known = (i + 1) * levels;
            assert_eq!(logits[..known], changed[..known], "pixel {i}");
            if i + 1 < PIXELS && (i + 1) % SIDE > 0 {
                let next = known..known + levels;
                noticed += usize::from(apart(&logits[next.clone()], &changed[next]) > 0.0);
            }
        }
        // A rectifier that is closed may hide a few.
        assert!(noticed > 600, "{noticed}");
    }

    /// No pixel's logits change with the pixel itself or a later one; those of the next one do, nearly
    /// always.
    #[test]
    fn nothing_sees_what_comes_later() {
        causal(&SMALL.cnn(&Device::flex()));
        causal(&SMALL.rnn(&Device::flex()));
    }

    /// Chances of all levels of a pixel come to one.
    #[test]
    fn chances_come_to_one() {
        let net = SMALL.cnn(&Device::flex());
        let logits = whole(&net, &picture(1), 2);
        for pixel in logits.chunks(5) {
            let sum: f32 = crate::models::next::Choosing::default()
                .probabilities(pixel)
                .iter()
                .sum();
            assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        }
    }
}
