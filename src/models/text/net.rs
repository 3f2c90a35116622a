//! The network, with a cache of what is computed of the past.

#[cfg(feature = "look")]
pub mod look;
#[cfg(feature = "look")]
pub mod step;

use burn::module::{Initializer, Module, Param};
use burn::nn::{Embedding, EmbeddingConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{CONTEXT, Shape};

/// Spread of fresh weights (GPT-2's).
const SPREAD: f64 = 0.02;

/// A decoder-only Transformer.
#[derive(Module, Debug)]
pub struct Transformer {
    /// `[vocabulary, width]`: read from by token, multiplied with for logits.
    embedding: Embedding,
    blocks: Vec<Block>,
    norm: LayerNorm,
}

#[derive(Module, Debug)]
struct Block {
    attention_norm: LayerNorm,
    /// To queries, keys and values, one after the other.
    mix: Linear,
    out: Linear,
    mlp_norm: LayerNorm,
    up: Linear,
    down: Linear,
    #[module(skip)]
    heads: usize,
}

impl Shape {
    /// A network with fresh weights.
    pub fn init(&self, device: &Device) -> Transformer {
        let [vocabulary, width, layers, heads] =
            [self.vocabulary, self.width, self.layers, self.heads].map(|n| n as usize);
        let normal = |std| Initializer::Normal { mean: 0.0, std };
        let linear = |from: usize, to: usize, bias: bool, std: f64| {
            LinearConfig::new(from, to)
                .with_bias(bias)
                .with_initializer(normal(std))
                .init(device)
        };
        // So that the sum over all blocks keeps its size.
        let last = SPREAD / (2.0 * layers as f64).sqrt();
        let norm = || LayerNormConfig::new(width).init(device);
        let block = |_| Block {
            attention_norm: norm(),
            mix: linear(width, 3 * width, false, SPREAD),
            out: linear(width, width, false, last),
            mlp_norm: norm(),
            up: shifted(linear(width, 4 * width, true, SPREAD)),
            down: shifted(linear(4 * width, width, true, last)),
            heads,
        };
        Transformer {
            embedding: EmbeddingConfig::new(vocabulary, width)
                .with_initializer(normal(SPREAD))
                .init(device),
            blocks: (0..layers).map(block).collect(),
            norm: norm(),
        }
    }
}

/// With a shift of zero.
fn shifted(mut linear: Linear) -> Linear {
    let zeros = linear.bias.as_ref().map(|bias| bias.val().zeros_like());
    linear.bias = zeros.map(Param::from_tensor);
    linear
}

/// Keys and values of the tokens so far, at most the last [`CONTEXT`], for each block.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    /// Tokens fed in so far.
    position: usize,
    /// `[batch, heads, tokens, width / heads]` each.
    blocks: Vec<(Tensor<4>, Tensor<4>)>,
}

impl Cache {
    /// Tokens fed in so far: the position of the next one.
    pub fn position(&self) -> usize {
        self.position
    }
}

impl Transformer {
    /// Tokens that it knows.
    pub fn vocabulary(&self) -> usize {
        self.embedding.weight.dims()[0]
    }

    /// Logits `[batch, tokens, vocabulary]` of what comes after each of `tokens`, `[batch, tokens]`, which
    /// all begin a text; at most [`CONTEXT`].
    pub fn forward(&self, tokens: Tensor<2, Int>) -> Tensor<3> {
        self.go_on(tokens, &mut Cache::default())
    }

    /// The same for `tokens` that go on after those in the cache, which takes them in: several only if it
    /// is empty.
    ///
    /// # Panics
    /// For several tokens after others, and for more than [`CONTEXT`].
    pub fn go_on(&self, tokens: Tensor<2, Int>, cache: &mut Cache) -> Tensor<3> {
        let h = self.states(tokens, cache);
        let [batch, n, width] = h.dims();
        let read = self.embedding.weight.val().transpose();
        let rows = self.norm.forward(h).reshape([batch * n, width]);
        rows.matmul(read).reshape([batch as i32, n as i32, -1])
    }

    /// Logits of what comes after the last of `tokens`, one text: `[vocabulary]`.
    ///
    /// # Panics
    /// As [`Self::go_on`].
    pub fn after(&self, tokens: &[u16], cache: &mut Cache) -> Tensor<1> {
        let ids: Vec<i32> = tokens.iter().map(|token| i32::from(*token)).collect();
        let device = self.embedding.weight.device();
        let ids = Tensor::from_data(TensorData::new(ids, [1, tokens.len()]), &device);
        let h = self.states(ids, cache);
        let last = h.narrow(1, tokens.len() - 1, 1).flatten::<2>(0, 1);
        let read = self.embedding.weight.val().transpose();
        self.norm.forward(last).matmul(read).flatten(0, 1)
    }

    /// States `[batch, tokens, width]` after the last block.
    fn states(&self, tokens: Tensor<2, Int>, cache: &mut Cache) -> Tensor<3> {
        let [_, n] = tokens.dims();
        assert!(n <= CONTEXT, "{n} tokens at once");
        assert!(n == 1 || cache.position == 0, "{n} tokens after others");
        let device = self.embedding.weight.device();
        let size = self.embedding.weight.dims()[1] / self.blocks[0].heads;
        let turn = Turn::new(cache.position, n, size, &device);
        let mut kept = std::mem::take(&mut cache.blocks).into_iter();
        let mut h = self.embedding.forward(tokens);
        for block in &self.blocks {
            let past;
            (h, past) = block.forward(h, kept.next(), &turn);
            cache.blocks.push(past);
        }
        cache.position += n;
        h
    }
}

impl Block {
    fn forward(
        &self,
        h: Tensor<3>,
        past: Option<(Tensor<4>, Tensor<4>)>,
        turn: &Turn,
    ) -> (Tensor<3>, (Tensor<4>, Tensor<4>)) {
        let [batch, n, width] = h.dims();
        let split = [batch, n, 3 * self.heads, width / self.heads];
        let mixed = self.mix.forward(self.attention_norm.forward(h.clone()));
        let mixed = mixed.reshape(split).swap_dims(1, 2);
        let part = |i: usize| mixed.clone().narrow(1, i * self.heads, self.heads);
        let query = turn.apply(part(0));
        let (mut keys, mut values) = (turn.apply(part(1)), part(2));
        if let Some((old_keys, old_values)) = past {
            keys = last_of(Tensor::cat(vec![old_keys, keys], 2));
            values = last_of(Tensor::cat(vec![old_values, values], 2));
        }
        let seen = if h.is_autodiff() {
            learning_attention(query, keys.clone(), values.clone())
        } else {
            let options = AttentionModuleOptions {
                is_causal: n > 1,
                ..Default::default()
            };
            attention(query, keys.clone(), values.clone(), None, None, options)
        };
        let seen = seen.swap_dims(1, 2).reshape([batch, n, width]);
        let h = h + self.out.forward(seen);
        let up = relu(self.up.forward(self.mlp_norm.forward(h.clone())));
        (h + self.down.forward(up.square()), (keys, values))
    }
}

/// Causal attention as burn's, of operations that it can differentiate: burn's own way has twice as many
/// on the large matrix of scores, `[batch, heads, tokens, tokens]`.
fn learning_attention(query: Tensor<4>, keys: Tensor<4>, values: Tensor<4>) -> Tensor<4> {
    let [_, _, n, size] = query.dims();
    let later = |k: usize| if k % n > k / n { -1e9 } else { 0.0 };
    let later: Vec<f32> = (0..n * n).map(later).collect();
    let later = Tensor::from_data(TensorData::new(later, [1, 1, n, n]), &query.device());
    let query = query / (size as f32).sqrt();
    let scores = query.matmul(keys.swap_dims(2, 3)) + later;
    let most = scores.clone().detach().max_dim(3);
    let weights = (scores - most).exp();
    weights.clone().matmul(values) / weights.sum_dim(3)
}

/// The last [`CONTEXT`] of keys or values.
fn last_of(all: Tensor<4>) -> Tensor<4> {
    let n = all.dims()[2];
    match n.checked_sub(CONTEXT) {
        None | Some(0) => all,
        Some(gone) => all.narrow(2, gone, CONTEXT),
    }
}

/// Rotations of positions: pair `i` of a head's numbers, the `i`-th of the first half with that of the
/// second, turns by [`super::angle`].
struct Turn {
    /// `[1, 1, tokens, pairs]`.
    cos: Tensor<4>,
    sin: Tensor<4>,
}

impl Turn {
    fn new(first: usize, n: usize, size: usize, device: &Device) -> Self {
        let pairs = size / 2;
        let angle = |k: usize| super::angle(first + k / pairs, k % pairs, pairs);
        let tensor = |f: fn(f32) -> f32| {
            let values: Vec<f32> = (0..n * pairs).map(|k| f(angle(k))).collect();
            Tensor::from_data(TensorData::new(values, [1, 1, n, pairs]), device)
        };
        Self {
            cos: tensor(f32::cos),
            sin: tensor(f32::sin),
        }
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        let pairs = x.dims()[3] / 2;
        let a = x.clone().narrow(3, 0, pairs);
        let b = x.narrow(3, pairs, pairs);
        let (cos, sin) = (self.cos.clone(), self.sin.clone());
        let first = a.clone() * cos.clone() - b.clone() * sin.clone();
        Tensor::cat(vec![first, a * sin + b * cos], 3)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! A small network, and texts for it.

    use super::*;
    use crate::noise;

    pub const SMALL: Shape = Shape {
        vocabulary: 40,
        width: 16,
        layers: 3,
        heads: 2,
    };

    /// With weights that are large enough for attention to matter.
    pub fn net() -> Transformer {
        filled(SMALL)
    }

    /// The same weights each time: burn's random numbers are shared by all tests that run beside each
    /// other.
    pub fn filled(shape: Shape) -> Transformer {
        struct Filler(u32);
        impl burn::module::ModuleMapper for Filler {
            fn map_float<const D: usize>(&mut self, p: Param<Tensor<D>>) -> Param<Tensor<D>> {
                self.0 += 1;
                if D == 1 {
                    return p;
                }
                let values = noise::normal(3, self.0, 0, p.dims().iter().product());
                let data = TensorData::new(values, p.dims());
                p.map(|t| Tensor::from_data(data, &t.device()) * 0.2)
            }
        }
        shape.init(&Device::flex()).map(&mut Filler(0))
    }

    pub fn text(n: usize) -> Vec<u16> {
        (0..n).map(|i| ((i * i * 7 + i * 3) % 40) as u16).collect()
    }

    /// The largest difference.
    pub fn apart(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        let far = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        far.fold(0.0, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;

    fn logits(net: &Transformer, tokens: &[u16]) -> Vec<f32> {
        let ids: Vec<i32> = tokens.iter().map(|t| i32::from(*t)).collect();
        let ids = TensorData::new(ids, [1, tokens.len()]);
        let out = net.forward(Tensor::from_data(ids, &Device::flex()));
        out.into_data().try_into_vec().expect("f32")
    }

    #[test]
    fn parameters_are_counted() {
        assert_eq!(net().num_params() as u64, SMALL.parameters());
        assert!(SMALL.is_sound() && !Shape { heads: 3, ..SMALL }.is_sound());
    }

    /// What comes later changes nothing of what stands before it, for every position; what comes before
    /// does.
    #[test]
    fn the_future_is_not_seen() {
        let (net, tokens) = (net(), text(12));
        let whole = logits(&net, &tokens);
        for i in 0..tokens.len() {
            let mut changed = tokens.clone();
            changed[i] = (changed[i] + 5) % 40;
            let other = logits(&net, &changed);
            assert_eq!(whole[..i * 40], other[..i * 40], "before {i}");
            let last = 11 * 40..;
            assert!(
                apart(&whole[last.clone()], &other[last]) > 1e-4,
                "after {i}"
            );
        }
    }

    /// One at a time, with the cache, gives what all at once give.
    #[test]
    fn the_cache_changes_nothing() {
        let (net, tokens) = (net(), text(60));
        let whole = logits(&net, &tokens);
        let mut cache = Cache::default();
        let first = net.after(&tokens[..20], &mut cache);
        let mut rows = vec![first];
        rows.extend(tokens[20..].iter().map(|t| net.after(&[*t], &mut cache)));
        assert_eq!(cache.position(), 60);
        for (i, row) in rows.into_iter().enumerate() {
            let row: Vec<f32> = row.into_data().try_into_vec().expect("f32");
            let at = (19 + i) * 40;
            assert!(apart(&row, &whole[at..at + 40]) < 1e-3, "{i}");
        }
    }

    /// What is learned with is what is computed with.
    #[test]
    fn learning_changes_nothing() {
        let device = Device::flex().autodiff();
        device.seed(3);
        let learning = SMALL.init(&device);
        let ids = TensorData::new(text(50).into_iter().map(i32::from).collect(), [2, 25]);
        let values = |t: Tensor<3>| t.into_data().try_into_vec::<f32>().expect("f32");
        let learned = values(learning.forward(Tensor::from_data(ids.clone(), &device)));
        let net = learning.valid();
        let computed = values(net.forward(Tensor::from_data(ids, &Device::flex())));
        assert!(apart(&learned, &computed) < 1e-5);
    }

    /// Beyond the context the first tokens are forgotten: in one block the logits are those of the last
    /// tokens alone, wherever they stand.
    #[test]
    fn beyond_its_context_it_sees_the_last_tokens() {
        let device = Device::flex();
        device.seed(4);
        let one = Shape { layers: 1, ..SMALL }.init(&device);
        let tokens = text(CONTEXT + 30);
        let mut cache = Cache::default();
        let mut long = one.after(&tokens[..1], &mut cache);
        for token in &tokens[1..] {
            long = one.after(&[*token], &mut cache);
        }
        let short = one.after(&tokens[30..], &mut Cache::default());
        let values = |t: Tensor<1>| t.into_data().try_into_vec::<f32>().expect("f32");
        assert!(apart(&values(long), &values(short)) < 1e-4);
    }
}
