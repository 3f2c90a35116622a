//! The network sample by sample on plain numbers: what [`super::net`] gives, each sample computed once.
//!
//! Of each layer the last `d` inputs are kept in a ring, so that a sample costs the same however long the
//! sound is. Tests hold both to be the same.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::asked::Asked;
use super::net::WaveNet;
use super::{Deaf, LEVELS, SILENCE, Shape};
use crate::nn::rows::{Matrix, Numbers};
use crate::nn::{NotRead, read};

/// A network's weights, laid out for one sample at a time.
pub struct Stepper {
    shape: Shape,
    width: usize,
    samples: Vec<f32>,
    layers: Vec<Layer>,
    /// What is added to the sum of skips whatever the layers say.
    shift: Vec<f32>,
    read: Product,
    logits: Product,
}

struct Layer {
    dilation: usize,
    past: Matrix,
    now: Product,
    /// `[conditions, 2 width]`.
    condition: Vec<f32>,
    out: Product,
    /// `[width, 2 width]`.
    skip: Matrix,
}

/// `x · rows + shift`.
struct Product {
    rows: Matrix,
    shift: Vec<f32>,
}

impl Product {
    async fn new(of: &Linear) -> Result<Self, NotRead> {
        let rows = matrix(of).await?;
        let shift = match &of.bias {
            Some(bias) => read(bias.val()).await?,
            None => vec![0.0; rows.to()],
        };
        Ok(Self { rows, shift })
    }

    fn put(&self, x: &[f32], y: &mut [f32]) {
        y.copy_from_slice(&self.shift);
        self.rows.add_product(x, y);
    }
}

async fn matrix(of: &Linear) -> Result<Matrix, NotRead> {
    let [_, to] = of.weight.dims();
    Ok(Matrix::new(Numbers::Float, rows(&of.weight).await?, to))
}

async fn rows(of: &Param<Tensor<2>>) -> Result<Vec<f32>, NotRead> {
    read(of.val()).await
}

/// A sound under way.
#[derive(Clone)]
pub struct Walk {
    asked: Asked,
    /// The row that the last sample was told beside what is told all along.
    told: Option<u16>,
    /// What each layer adds to its sum for what it is told, `[layers, 2 width]`.
    shifts: Vec<f32>,
    /// The last inputs of each layer, `[d, width]`; zero before the first sample.
    rings: Vec<Vec<f32>>,
    /// Samples so far.
    count: usize,
    last: u8,
    deaf: Deaf,
    // Room to calculate in.
    x: Vec<f32>,
    sum: Vec<f32>,
    gated: Vec<f32>,
    seen: Vec<f32>,
    head: Vec<f32>,
}

impl Stepper {
    /// The weights of a network of this shape.
    ///
    /// # Errors
    /// If its device does not give them.
    pub async fn new(net: &WaveNet, shape: Shape) -> Result<Self, NotRead> {
        let mut layers = Vec::new();
        let skips = rows(&net.skips.weight).await?;
        let [all, to] = net.skips.weight.dims();
        let skips = skips.chunks_exact(all / net.layers.len() * to);
        for ((layer, dilation), skip) in net.layers.iter().zip(shape.dilations()).zip(skips) {
            layers.push(Layer {
                dilation,
                past: matrix(&layer.past).await?,
                now: Product::new(&layer.now).await?,
                condition: rows(&layer.condition.weight).await?,
                out: Product::new(&layer.out).await?,
                skip: Matrix::new(Numbers::Float, skip.to_vec(), to),
            });
        }
        Ok(Self {
            shape,
            width: shape.width as usize,
            samples: rows(&net.samples.weight).await?,
            layers,
            shift: match &net.skips.bias {
                Some(bias) => read(bias.val()).await?,
                None => vec![0.0; to],
            },
            read: Product::new(&net.read).await?,
            logits: Product::new(&net.logits).await?,
        })
    }

    /// The network's shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// A sound of which nothing is there yet. Layers that are `deaf` do not look back.
    ///
    /// # Panics
    /// For what a network of this shape cannot be asked for.
    pub fn begin(&self, asked: Asked, deaf: Deaf) -> Walk {
        let [width, both] = [self.width, 2 * self.width];
        let told = asked.at(0);
        Walk {
            asked,
            told,
            shifts: self.shifts(asked.always(), told),
            rings: self
                .layers
                .iter()
                .map(|layer| vec![0.0; layer.dilation * width])
                .collect(),
            count: 0,
            last: SILENCE,
            deaf,
            x: vec![0.0; width],
            sum: vec![0.0; both],
            gated: vec![0.0; width],
            seen: vec![0.0; self.shift.len()],
            head: vec![0.0; self.read.shift.len()],
        }
    }

    /// What each layer adds to its sum for these rows.
    fn shifts(&self, always: u16, told: Option<u16>) -> Vec<f32> {
        let both = 2 * self.width;
        let of = |layer: &Layer| {
            let mut sum = layer.now.shift.clone();
            for row in std::iter::once(always).chain(told) {
                let row = &layer.condition[usize::from(row) * both..][..both];
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
            sum
        };
        self.layers.iter().flat_map(of).collect()
    }

    /// Logits of the next sample; to be asked for once, before each [`Walk::put`].
    pub fn logits(&self, walk: &mut Walk) -> [f32; LEVELS] {
        let width = self.width;
        let told = walk.asked.at(walk.count);
        if told != walk.told {
            walk.shifts = self.shifts(walk.asked.always(), told);
            walk.told = told;
        }
        let Walk {
            shifts,
            rings,
            count,
            last,
            deaf,
            x,
            sum,
            gated,
            seen,
            head,
            ..
        } = walk;
        seen.copy_from_slice(&self.shift);
        let row = usize::from(*last) * width;
        x.copy_from_slice(&self.samples[row..row + width]);
        let shifts = shifts.chunks_exact(2 * width);
        for (i, ((layer, ring), shift)) in self.layers.iter().zip(rings).zip(shifts).enumerate() {
            let at = *count % layer.dilation * width;
            let kept = &mut ring[at..at + width];
            sum.copy_from_slice(shift);
            layer.now.rows.add_product(x, sum);
            if !deaf.has(i) {
                layer.past.add_product(kept, sum);
            }
            kept.copy_from_slice(x);
            gate(sum, gated);
            layer.skip.add_product(gated, seen);
            layer.out.rows.add_product(gated, x);
            x.iter_mut()
                .zip(&layer.out.shift)
                .for_each(|(x, b)| *x += b);
        }
        seen.iter_mut().for_each(|x| *x = x.max(0.0));
        self.read.put(seen, head);
        head.iter_mut().for_each(|x| *x = x.max(0.0));
        let mut logits = [0.0; LEVELS];
        self.logits.put(head, &mut logits);
        *count += 1;
        logits
    }
}

impl Walk {
    /// Puts the next sample, whose logits were asked for.
    pub fn put(&mut self, code: u8) {
        self.last = code;
    }

    /// Samples whose logits were asked for.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// `tanh(a) · σ(b)` of the two halves: with `p = e^{-2a}` and `q = e^{-b}` it is `(1 - p) / ((1 + p)(1 + q))`.
fn gate(sum: &[f32], gated: &mut [f32]) {
    let (a, b) = sum.split_at(gated.len());
    for ((a, b), z) in a.iter().zip(b).zip(gated) {
        let [p, q] = [exp(-2.0 * a), exp(-b)];
        *z = (1.0 - p) / ((1.0 + p) * (1.0 + q));
    }
}

/// `e^x` to within two parts in a million, for what a gate can bear (`-40..=40`); written so that four are
/// computed at once.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let power = x.clamp(-40.0, 40.0) * std::f32::consts::LOG2_E;
    let whole = power.floor();
    let rest = (power - whole) * std::f32::consts::LN_2;
    // The series of e^rest for 0..ln 2.
    let series = [
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let mut sum = 0.0;
    for term in series {
        sum = sum * rest + term;
    }
    sum * f32::from_bits(((whole as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::models::wave::asked::ROWS;

    const SMALL: Shape = Shape {
        width: 12,
        stacks: 2,
        layers: 4,
        conditions: ROWS as u32,
    };
    const LENGTH: usize = 90;

    fn sound(seed: u32) -> Vec<u8> {
        let code = |i: u32| ((i * i * 7 + i * seed) % 251) as u8;
        (0..LENGTH as u32).map(code).collect()
    }

    fn net() -> WaveNet {
        let device = Device::flex();
        device.seed(3);
        SMALL.init(&device)
    }

    /// `[length, 256]`.
    fn whole(net: &WaveNet, codes: &[u8], asked: Asked) -> Vec<f32> {
        block_on(read(net.forward(codes, &[(asked, 0)], SMALL))).expect("reads")
    }

    fn stepped(net: &WaveNet, codes: &[u8], asked: Asked, deaf: Deaf) -> Vec<f32> {
        let stepper = block_on(Stepper::new(net, SMALL)).expect("reads");
        let mut walk = stepper.begin(asked, deaf);
        let step = |code: &u8| {
            let logits = stepper.logits(&mut walk);
            walk.put(*code);
            logits
        };
        codes.iter().flat_map(step).collect()
    }

    fn apart(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        let both = a.iter().zip(b);
        both.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn steps_are_the_whole() {
        let word = Asked::Word {
            digit: 9,
            speaker: 2,
            lasts: 70,
        };
        let net = net();
        for asked in [Asked::Note(0), Asked::Note(2), word] {
            let codes = sound(asked.always().into());
            let far = apart(
                &whole(&net, &codes, asked),
                &stepped(&net, &codes, asked, Deaf::default()),
            );
            assert!(far < 1e-4, "{far}");
        }
    }

    /// A piece of a word is told the same as in the whole: what has its past in the piece gets the same odds.
    #[test]
    fn a_piece_is_told_where_it_lies() {
        let (net, codes) = (net(), sound(2));
        let word = Asked::Word {
            digit: 4,
            speaker: 1,
            lasts: 70,
        };
        let (first, field) = (20, SMALL.receptive_field());
        let of_piece = net.forward(&codes[first..], &[(word, first)], SMALL);
        let of_piece = block_on(read(of_piece)).expect("reads");
        let all = whole(&net, &codes, word);
        let far = apart(
            &all[(first + field) * LEVELS..],
            &of_piece[field * LEVELS..],
        );
        assert!(far < 1e-4, "{far}");
    }

    /// A sample that is changed leaves the odds of those up to it, and of those beyond the receptive field.
    #[test]
    fn odds_depend_on_the_past_alone() {
        let net = net();
        let codes = sound(1);
        let before = whole(&net, &codes, Asked::Note(1));
        let field = SMALL.receptive_field();
        for at in [0, 17, 40] {
            let mut changed = codes.clone();
            changed[at] ^= 64;
            let after = whole(&net, &changed, Asked::Note(1));
            for t in 0..LENGTH {
                let range = t * LEVELS..(t + 1) * LEVELS;
                let far = apart(&before[range.clone()], &after[range]);
                let may = (at + 1..=at + field).contains(&t);
                assert_eq!(far > 0.0, may, "sample {t} by {at}: {far}");
            }
        }
    }

    /// What does not look back hears less: with all layers deaf, one sample.
    #[test]
    fn deaf_layers_hear_less() {
        let net = net();
        let codes = sound(1);
        let at = 20;
        let mut changed = codes.clone();
        changed[at] ^= 64;
        let reach = |deaf| {
            let [a, b] = [&codes, &changed].map(|codes| stepped(&net, codes, Asked::Note(1), deaf));
            let differs = |t: &usize| {
                let range = t * LEVELS..(t + 1) * LEVELS;
                apart(&a[range.clone()], &b[range]) > 0.0
            };
            (at + 1..LENGTH).filter(differs).count()
        };
        assert_eq!(reach(Deaf::default()), SMALL.receptive_field());
        // Without the layers of 8 samples each.
        assert_eq!(reach(Deaf(0b1000_1000)), SMALL.receptive_field() - 16);
        // Without those of one sample every second is heard.
        assert_eq!(reach(Deaf(0b0001_0001)), 15);
        assert_eq!(reach(Deaf(0xff)), 1);
    }

    #[test]
    fn exponentials_are_near() {
        for i in -400..=400 {
            let x = i as f32 / 10.0;
            let off = (exp(x) / x.exp() - 1.0).abs();
            assert!(off < 2e-6, "{x}: {off}");
        }
        assert!(exp(1000.0).is_finite() && exp(-1000.0) > 0.0);
    }
}
