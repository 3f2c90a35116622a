//! One token at a time on plain numbers: what [`Transformer::after`] computes of one token with a cache,
//! in a third of its time in a browser.
//!
//! There burn takes 1 ms for a token at a full context (wasm with SIMD, five blocks of 128), a third of it
//! in a matrix product that gets a vector, a sixth in turning matrices round, the rest in some hundred
//! small tensors; this takes 0.3 ms. Weights lie as they are read, the past is a ring, and what the square
//! of ReLU makes zero is passed over. Tests hold both to be the same.

use super::{Block, CONTEXT, Cache, Transformer};
use crate::models::text::angle;
use crate::nn::rows::{Matrix, Numbers, add_rows};
use crate::nn::{NotRead, read};
use crate::tokens::Token;

/// As burn's normalisation has it.
const EPSILON: f32 = 1e-5;

struct Norm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

struct StepBlock {
    attention_norm: Norm,
    mix: Matrix,
    out: Matrix,
    mlp_norm: Norm,
    up: Matrix,
    up_shift: Vec<f32>,
    down: Matrix,
    down_shift: Vec<f32>,
}

/// A Transformer's weights, laid out for one token at a time.
pub struct Stepper {
    width: usize,
    heads: usize,
    /// `[vocabulary, width]`.
    embedding: Vec<f32>,
    /// The same turned round, for the logits.
    read: Matrix,
    blocks: Vec<StepBlock>,
    norm: Norm,
}

/// Looks on while a token is computed. Nobody (`()`) costs nothing.
pub(super) trait Watch {
    /// A state: the embedding, and then that after each block.
    fn state(&mut self, _h: &[f32]) {}

    /// What a head of a block attends to: a weight for each token so far, and their sum. `false`
    /// switches it off.
    fn head(&mut self, _block: usize, _head: usize, _weights: &[f32], _sum: f32) -> bool {
        true
    }

    /// `false` switches the MLP of a block off.
    fn mlp(&mut self, _block: usize) -> bool {
        true
    }
}

impl Watch for () {}

/// Who looks on, and at which block.
struct Watched<'a, W> {
    block: usize,
    watch: &'a mut W,
}

/// Keys and values of the last [`CONTEXT`] tokens.
pub struct Past {
    /// Tokens fed in so far.
    position: usize,
    /// For each block keys and values, `[CONTEXT, width]` each; a token's place is its position, modulo
    /// [`CONTEXT`].
    blocks: Vec<[Vec<f32>; 2]>,
}

impl Past {
    /// Tokens fed in so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Takes the last token back. What stood in its place is gone if the context was full.
    ///
    /// # Panics
    /// If there is none.
    pub fn step_back(&mut self) {
        self.position -= 1;
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 4];
    let (a, b) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest = a.remainder().iter().zip(b.remainder());
    let rest: f32 = rest.map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for i in 0..4 {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

impl Norm {
    fn of(&self, h: &[f32]) -> Vec<f32> {
        let n = h.len() as f32;
        let mean = h.iter().sum::<f32>() / n;
        let variance = h.iter().map(|h| (h - mean).powi(2)).sum::<f32>() / n;
        let scale = 1.0 / (variance + EPSILON).sqrt();
        let affine = self.gamma.iter().zip(&self.beta);
        let one = |(h, (gamma, beta)): (&f32, (&f32, &f32))| (h - mean) * scale * gamma + beta;
        h.iter().zip(affine).map(one).collect()
    }
}

impl Stepper {
    /// The weights of `net`.
    ///
    /// # Errors
    /// If its device does not give them.
    pub async fn new(net: &Transformer, numbers: Numbers) -> Result<Self, NotRead> {
        let weight = net.embedding.weight.val();
        let [vocabulary, width] = weight.dims();
        let embedding = read(weight.clone()).await?;
        let turned = weight.transpose();
        let mut blocks = Vec::new();
        for block in &net.blocks {
            blocks.push(StepBlock::new(block, numbers).await?);
        }
        Ok(Self {
            width,
            heads: net.blocks[0].heads,
            embedding,
            read: Matrix::new(numbers, read(turned).await?, vocabulary),
            blocks,
            norm: norm(&net.norm).await?,
        })
    }

    /// Nothing has been said yet.
    pub fn nothing(&self) -> Past {
        let empty = || vec![0.0; CONTEXT * self.width];
        Past {
            position: 0,
            blocks: self.blocks.iter().map(|_| [empty(), empty()]).collect(),
        }
    }

    /// What burn's network keeps of one text.
    ///
    /// # Errors
    /// If its device does not give it.
    pub async fn past(&self, cache: &Cache) -> Result<Past, NotRead> {
        let mut past = self.nothing();
        past.position = cache.position();
        for (mine, (keys, values)) in past.blocks.iter_mut().zip(&cache.blocks) {
            for (mine, theirs) in mine.iter_mut().zip([keys, values]) {
                let [_, _, n, _] = theirs.dims();
                let rows = read(theirs.clone().swap_dims(1, 2)).await?;
                let first = past.position - n;
                for (i, row) in rows.chunks_exact(self.width).enumerate() {
                    let at = (first + i) % CONTEXT * self.width;
                    mine[at..at + self.width].copy_from_slice(row);
                }
            }
        }
        Ok(past)
    }

    /// Logits of what comes after `token`, which goes on after `past` and becomes part of it.
    ///
    /// # Panics
    /// If the network does not know the token.
    pub fn after(&self, token: Token, past: &mut Past) -> Vec<f32> {
        self.watched(token, past, &mut ())
    }

    /// The same, and somebody looks on.
    pub(super) fn watched(
        &self,
        token: Token,
        past: &mut Past,
        watch: &mut impl Watch,
    ) -> Vec<f32> {
        let at = usize::from(token) * self.width;
        let mut h = self.embedding[at..at + self.width].to_vec();
        let turn = turn(past.position, self.width / self.heads);
        watch.state(&h);
        let blocks = self.blocks.iter().zip(&mut past.blocks);
        for (i, (block, kept)) in blocks.enumerate() {
            let mut watch = Watched { block: i, watch };
            block.forward(&mut h, past.position, self.heads, &turn, kept, &mut watch);
            watch.watch.state(&h);
        }
        past.position += 1;
        self.logits(&h)
    }

    /// What would come next if this state were the last.
    pub(super) fn logits(&self, h: &[f32]) -> Vec<f32> {
        let mut logits = vec![0.0; self.read.to()];
        self.read.add_product(&self.norm.of(h), &mut logits);
        logits
    }

    /// Blocks, and heads of each.
    pub fn shape(&self) -> [usize; 2] {
        [self.blocks.len(), self.heads]
    }

    /// Bytes that are read for a token after `n` others: weights, and keys and values.
    pub fn bytes_a_token(&self, n: usize) -> usize {
        let matrices = |block: &StepBlock| {
            let all = [&block.mix, &block.out, &block.up, &block.down];
            all.into_iter().map(Matrix::bytes).sum::<usize>()
        };
        let weights: usize = self.blocks.iter().map(matrices).sum();
        let past = 2 * 4 * self.blocks.len() * self.width * (n + 1).min(CONTEXT);
        weights + self.read.bytes() + past
    }
}

impl StepBlock {
    async fn new(block: &Block, numbers: Numbers) -> Result<Self, NotRead> {
        let mut matrices = Vec::new();
        for linear in [&block.mix, &block.out, &block.up, &block.down] {
            let [_, to] = linear.weight.dims();
            matrices.push(Matrix::new(numbers, read(linear.weight.val()).await?, to));
        }
        let mut shifts = Vec::new();
        for linear in [&block.up, &block.down] {
            let [_, to] = linear.weight.dims();
            shifts.push(match &linear.bias {
                Some(bias) => read(bias.val()).await?,
                None => vec![0.0; to],
            });
        }
        let never = "four matrices and two shifts were read";
        let (mut matrices, mut shifts) = (matrices.into_iter(), shifts.into_iter());
        let mut matrix = || matrices.next().expect(never);
        let mut shift = || shifts.next().expect(never);
        Ok(Self {
            attention_norm: norm(&block.attention_norm).await?,
            mix: matrix(),
            out: matrix(),
            mlp_norm: norm(&block.mlp_norm).await?,
            up: matrix(),
            up_shift: shift(),
            down: matrix(),
            down_shift: shift(),
        })
    }

    fn forward(
        &self,
        h: &mut [f32],
        position: usize,
        heads: usize,
        turn: &[(f32, f32)],
        [keys, values]: &mut [Vec<f32>; 2],
        watched: &mut Watched<'_, impl Watch>,
    ) {
        let width = h.len();
        let size = width / heads;
        let mut mixed = vec![0.0; 3 * width];
        self.mix.add_product(&self.attention_norm.of(h), &mut mixed);
        let (turned, value) = mixed.split_at_mut(2 * width);
        turned.chunks_exact_mut(size).for_each(|x| rotate(x, turn));
        let (query, key) = turned.split_at(width);
        let place = position % CONTEXT * width;
        keys[place..place + width].copy_from_slice(key);
        values[place..place + width].copy_from_slice(value);
        let n = (position + 1).min(CONTEXT) * width;
        let mut seen = vec![0.0; width];
        for (head, seen) in seen.chunks_exact_mut(size).enumerate() {
            let of = head * size..(head + 1) * size;
            let query: Vec<f32> = query[of.clone()]
                .iter()
                .map(|q| q / (size as f32).sqrt())
                .collect();
            let scores = keys[..n]
                .chunks_exact(width)
                .map(|key| dot(&query, &key[of.clone()]));
            let mut weights: Vec<f32> = scores.collect();
            let most = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for weight in &mut weights {
                *weight = (*weight - most).exp();
                sum += *weight;
            }
            let values = values[..n]
                .chunks_exact(width)
                .map(|value| &value[of.clone()]);
            add_rows(weights.iter().copied().zip(values), seen, |v| v);
            seen.iter_mut().for_each(|seen| *seen /= sum);
            if !watched.watch.head(watched.block, head, &weights, sum) {
                seen.fill(0.0);
            }
        }
        self.out.add_product(&seen, h);
        if !watched.watch.mlp(watched.block) {
            return;
        }
        let mut up = self.up_shift.clone();
        self.up.add_product(&self.mlp_norm.of(h), &mut up);
        for up in &mut up {
            *up = up.max(0.0).powi(2);
        }
        for (h, shift) in h.iter_mut().zip(&self.down_shift) {
            *h += shift;
        }
        self.down.add_product(&up, h);
    }
}

async fn norm(norm: &burn::nn::LayerNorm) -> Result<Norm, NotRead> {
    let gamma = read(norm.gamma.val()).await?;
    let beta = match &norm.beta {
        Some(beta) => read(beta.val()).await?,
        None => vec![0.0; gamma.len()],
    };
    Ok(Norm { gamma, beta })
}

/// Cosine and sine of each pair's angle.
fn turn(position: usize, size: usize) -> Vec<(f32, f32)> {
    let pairs = size / 2;
    let angle = |pair| angle(position, pair, pairs);
    let both = |pair| (f32::cos(angle(pair)), f32::sin(angle(pair)));
    (0..pairs).map(both).collect()
}

fn rotate(x: &mut [f32], turn: &[(f32, f32)]) {
    let (first, second) = x.split_at_mut(turn.len());
    for ((a, b), (cos, sin)) in first.iter_mut().zip(second).zip(turn) {
        (*a, *b) = (*a * cos - *b * sin, *a * sin + *b * cos);
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::models::text::Shape;
    use crate::models::text::net::testing::{apart, net, text};

    fn stepper(numbers: Numbers) -> Stepper {
        block_on(Stepper::new(&net(), numbers)).expect("reads")
    }

    fn burns(net: &Transformer, tokens: &[Token], cache: &mut Cache) -> Vec<f32> {
        block_on(read(net.after(tokens, cache))).expect("reads")
    }

    /// The largest difference, as a share of the largest number.
    fn off(want: &[f32], got: &[f32]) -> f32 {
        apart(want, got) / want.iter().fold(1.0, |most: f32, x| most.max(x.abs()))
    }

    /// Each step is burn's, beyond the context too.
    #[test]
    fn it_computes_what_burn_computes() {
        let (net, stepper) = (net(), stepper(Numbers::Float));
        let (mut cache, mut past) = (Cache::default(), stepper.nothing());
        for (i, token) in text(CONTEXT + 20).into_iter().enumerate() {
            let logits = stepper.after(token, &mut past);
            let far = off(&burns(&net, &[token], &mut cache), &logits);
            assert!(far < 1e-3, "{far} at {i}");
        }
        assert_eq!(past.position(), CONTEXT + 20);
    }

    /// It goes on from what burn has read in one pass.
    #[test]
    fn a_cache_becomes_a_past() {
        let (net, stepper, tokens) = (net(), stepper(Numbers::Float), text(50));
        let mut cache = Cache::default();
        burns(&net, &tokens[..30], &mut cache);
        let mut past = block_on(stepper.past(&cache)).expect("reads");
        for token in &tokens[30..] {
            let logits = stepper.after(*token, &mut past);
            let far = off(&burns(&net, &[*token], &mut cache), &logits);
            assert!(far < 1e-3, "{far}");
        }
    }

    /// With bytes the logits are near, and not the same.
    #[test]
    fn bytes_are_nearly_as_good() {
        let device = Device::flex();
        device.seed(5);
        let net = Shape {
            vocabulary: 40,
            width: 32,
            layers: 2,
            heads: 2,
        }
        .init(&device);
        let [float, byte] = [Numbers::Float, Numbers::Byte].map(|numbers| {
            let stepper = block_on(Stepper::new(&net, numbers)).expect("reads");
            let mut past = stepper.nothing();
            let logits: Vec<f32> = text(20)
                .into_iter()
                .flat_map(|token| stepper.after(token, &mut past))
                .collect();
            (logits, stepper.bytes_a_token(0))
        });
        let far = apart(&float.0, &byte.0);
        assert!(far > 0.0 && far < 0.01, "{far}");
        assert!(byte.1 < float.1 / 3, "{} of {}", byte.1, float.1);
    }
}
