//! Training by `lab`: maximum likelihood of the next token, every true one given (teacher forcing).

use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore;

use super::cost::{costs, tensor};
use super::net::Transformer;
use super::{CONTEXT, Shape};
use crate::nn::training::Task;
use crate::tokens::{END, Token};

/// Every so many steps pieces are as long as the context; in the others they are half as long, and twice
/// as many, which is quicker: half the scores of attention.
const LONG_EVERY: u64 = 8;

/// Learns a text. An example is [`CONTEXT`] tokens, in one piece or two; where a piece begins is drawn
/// anew each time.
pub struct TextTask {
    shape: Shape,
    tokens: Vec<Token>,
}

impl TextTask {
    /// For a text of more than [`CONTEXT`] tokens.
    pub fn new(shape: Shape, tokens: Vec<Token>) -> Self {
        Self { shape, tokens }
    }

    /// A network's configuration as text, for its checkpoints.
    pub fn shape_of(shape: Shape) -> String {
        format!("{shape:?}, context {CONTEXT}")
    }
}

/// Negative log-likelihood of each token of a text but the first, nats. Each is given at least half a
/// context of what stands before it, where there is as much.
pub fn surprises(net: &Transformer, tokens: &[Token]) -> Vec<f32> {
    let device = Device::flex();
    let mut all = Vec::new();
    let mut first = 0;
    while all.len() + 1 < tokens.len() {
        let piece = &tokens[first..tokens.len().min(first + CONTEXT + 1)];
        let costs = costs(net, tensor(piece.iter().copied(), 1, &device)).into_data();
        all.extend(costs.iter::<f32>().skip(all.len() - first));
        first += CONTEXT / 2;
    }
    all
}

/// Learns texts of which each is read from its beginning: the examples are as many as the texts. After the
/// end of one others follow, drawn anew each time, until the context is full.
pub struct TextsTask {
    shape: Shape,
    texts: Vec<Vec<Token>>,
}

impl TextsTask {
    /// For texts that each end with [`END`]; none is empty.
    pub fn new(shape: Shape, texts: Vec<Vec<Token>>) -> Self {
        Self { shape, texts }
    }

    /// A piece of `length + 1` tokens that begins with the end before a text.
    fn piece(&self, text: usize, length: usize, rng: &mut ChaCha8Rng) -> Vec<Token> {
        let mut piece = vec![END];
        let mut next = text;
        while piece.len() <= length {
            piece.extend(&self.texts[next]);
            next = rng.next_u32() as usize % self.texts.len();
        }
        piece.truncate(length + 1);
        piece
    }
}

impl Task for TextsTask {
    type Net = Transformer;

    fn init(&self, device: &Device) -> Transformer {
        self.shape.init(device)
    }

    fn shape(&self) -> String {
        TextTask::shape_of(self.shape)
    }

    fn examples(&self) -> usize {
        self.texts.len()
    }

    fn loss(
        &self,
        net: &Transformer,
        batch: &[usize],
        _: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1> {
        let pieces = batch.iter().map(|i| self.piece(*i, CONTEXT, rng));
        let rows: Vec<Token> = pieces.flatten().collect();
        costs(net, tensor(rows.into_iter(), batch.len(), device)).mean()
    }
}

impl Task for TextTask {
    type Net = Transformer;

    fn init(&self, device: &Device) -> Transformer {
        self.shape.init(device)
    }

    fn shape(&self) -> String {
        Self::shape_of(self.shape)
    }

    fn examples(&self) -> usize {
        self.tokens.len() / CONTEXT
    }

    fn loss(
        &self,
        net: &Transformer,
        batch: &[usize],
        step: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1> {
        let parts = if step.is_multiple_of(LONG_EVERY) {
            1
        } else {
            2
        };
        let length = CONTEXT / parts;
        let last = self.tokens.len() - length - 1;
        let mut piece = |i: usize| {
            let shift = rng.next_u32() as usize % length;
            let first = (i * length + shift).min(last);
            self.tokens[first..=first + length].iter().copied()
        };
        let pieces = batch.iter().flat_map(|i| parts * i..parts * (i + 1));
        let rows: Vec<Token> = pieces.flat_map(&mut piece).collect();
        let pieces = tensor(rows.into_iter(), parts * batch.len(), device);
        costs(net, pieces).mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Shape = Shape {
        vocabulary: 10,
        width: 8,
        layers: 1,
        heads: 2,
    };

    /// A network that has learned nothing gives each token the same chance, nearly.
    #[test]
    fn a_fresh_network_is_as_surprised_as_a_die() {
        let device = Device::flex();
        let net = SMALL.init(&device);
        let tokens: Vec<Token> = (0..CONTEXT as u16 * 2 + 77).map(|i| i * 7 % 10).collect();
        let costs = surprises(&net, &tokens);
        assert_eq!(costs.len(), tokens.len() - 1);
        let mean = costs.iter().sum::<f32>() / costs.len() as f32;
        assert!((mean - 10f32.ln()).abs() < 0.05, "{mean}");
    }

    #[test]
    fn texts_are_read_from_their_beginnings() {
        let texts = vec![vec![1, 2, END], vec![3, END]];
        let task = TextsTask::new(SMALL, texts);
        let mut rng = crate::noise::stream(1, 0, 0);
        for first in 0..2 {
            let piece = task.piece(first, 9, &mut rng);
            assert_eq!((piece.len(), piece[0]), (10, END));
            assert_eq!(piece[1], [1, 3][first]);
            for pair in piece.windows(2) {
                let follows = match pair[0] {
                    END => [1, 3].contains(&pair[1]),
                    1 => pair[1] == 2,
                    _ => pair[1] == END,
                };
                assert!(follows, "{piece:?}");
            }
        }
    }

    /// Each token is judged once, with those before it: the same as one piece gives for a short text.
    #[test]
    fn pieces_overlap_and_count_once() {
        let device = Device::flex();
        device.seed(1);
        let net = SMALL.init(&device);
        let tokens: Vec<Token> = (0..500u16).map(|i| i * i % 10).collect();
        let whole = surprises(&net, &tokens);
        let start = surprises(&net, &tokens[..CONTEXT + 1]);
        let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(near(&whole[..CONTEXT], &start));
        // The second piece begins half a context later.
        let later = surprises(&net, &tokens[CONTEXT / 2..CONTEXT / 2 + CONTEXT + 1]);
        assert!(near(
            &whole[CONTEXT..CONTEXT + CONTEXT / 2],
            &later[CONTEXT / 2..]
        ));
    }
}
