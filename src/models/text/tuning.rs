//! From completing to answering: tuning on questions with answers, and to preferences.
//!
//! Supervised tuning is maximum likelihood of the answer's tokens alone, the question being given (Ouyang
//! and others 2022, arXiv:2203.02155, step 1). Preferences are learned without a model of rewards by DPO
//! (Rafailov and others 2023, arXiv:2305.18290, equation 7): for an answer `w` that is preferred to `l`,
//!
//! ```text
//! loss = -log sigmoid(beta · (log p(w) / p_0(w) - log p(l) / p_0(l)))
//! ```
//!
//! where `p_0` is the network before. To it the negative log-likelihood of `w` is added, with a small
//! weight: DPO alone can make both unlikely as long as `l` loses more (Pang and others 2024,
//! arXiv:2404.19733).

use burn::module::Module;
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand_chacha::ChaCha8Rng;

use super::Shape;
use super::cost::{costs, tensor};
use super::net::Transformer;
use super::training::TextTask;
use crate::nn::training::Task;
use crate::tokens::{END, Token};

/// What is given, and what is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// From the end that stands before every text.
    pub prompt: Vec<Token>,
    /// With the end after it.
    pub answer: Vec<Token>,
}

/// Log-likelihood of each turn's answer, `[turns]`, and the number of all answers' tokens.
fn log_likelihood(net: &Transformer, turns: &[&Turn], device: &Device) -> (Tensor<1>, usize) {
    let longest = turns
        .iter()
        .map(|turn| turn.prompt.len() + turn.answer.len());
    let n = longest.max().unwrap_or(0);
    let row = |turn: &&Turn| {
        let text = [&turn.prompt[..], &turn.answer].concat();
        let rest = n - text.len();
        text.into_iter()
            .chain(std::iter::repeat_n(END, rest))
            .collect::<Vec<_>>()
    };
    let counts = |turn: &&Turn| {
        let said = turn.prompt.len()..turn.prompt.len() + turn.answer.len();
        (1..n).map(move |at| if said.contains(&at) { 1.0f32 } else { 0.0 })
    };
    let counted: Vec<f32> = turns.iter().flat_map(counts).collect();
    let counted = TensorData::new(counted, [turns.len(), n - 1]);
    let pieces = tensor(turns.iter().flat_map(row), turns.len(), device);
    let likely = costs(net, pieces).neg() * Tensor::from_data(counted, device);
    let tokens = turns.iter().map(|turn| turn.answer.len()).sum();
    (likely.sum_dim(1).squeeze_dim(1), tokens)
}

/// `-log sigmoid(beta · margin)`, with `margin = (w - w_0) - (l - l_0)` of log-likelihoods, each `[pairs]`.
fn dpo(beta: f32, [w, l]: [Tensor<1>; 2], [w_0, l_0]: [Tensor<1>; 2]) -> Tensor<1> {
    let margin = (w - w_0) - (l - l_0);
    let both = Tensor::stack::<2>(vec![margin.clone().zeros_like(), margin * beta], 1);
    // Of two scores, 0 and beta · margin: the second wins.
    log_softmax(both, 1)
        .narrow(1, 1, 1)
        .squeeze_dim::<1>(1)
        .neg()
}

/// Where a tuning draws its turns from.
pub trait Teacher {
    /// A question with its answer.
    fn turn(&self, rng: &mut ChaCha8Rng) -> Turn;
    /// A question with two answers, the better one first.
    fn pair(&self, rng: &mut ChaCha8Rng) -> [Turn; 2];
}

/// Weight of the texts of before in supervised tuning: what is not asked for must not be forgotten.
const KEPT: f32 = 1.0;
/// For so many turns a piece of those texts.
const TURNS_A_PIECE: usize = 4;

/// Tuning on answers.
pub struct AnswerTask<T> {
    before: Transformer,
    teacher: T,
    texts: TextTask,
    shape: Shape,
}

impl<T: Teacher> AnswerTask<T> {
    /// Starts from `before`; `texts` are those that it has learned from.
    pub fn new(shape: Shape, before: Transformer, teacher: T, texts: Vec<Token>) -> Self {
        Self {
            texts: TextTask::new(shape, texts),
            before,
            teacher,
            shape,
        }
    }
}

/// Epochs mean nothing where turns are drawn anew: so many examples are one.
const EXAMPLES: usize = 4096;

impl<T: Teacher> Task for AnswerTask<T> {
    type Net = Transformer;

    fn init(&self, device: &Device) -> Transformer {
        let fresh = self.shape.init(device);
        fresh.load_record(self.before.clone().into_record())
    }

    fn shape(&self) -> String {
        TextTask::shape_of(self.shape)
    }

    fn examples(&self) -> usize {
        EXAMPLES
    }

    fn loss(
        &self,
        net: &Transformer,
        batch: &[usize],
        step: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1> {
        let turns: Vec<Turn> = batch.iter().map(|_| self.teacher.turn(rng)).collect();
        let (likely, tokens) = log_likelihood(net, &turns.iter().collect::<Vec<_>>(), device);
        let answers = likely.sum().neg() / tokens as f32;
        let pieces = self.texts.examples();
        let pieces: Vec<usize> = batch
            .iter()
            .step_by(TURNS_A_PIECE)
            .enumerate()
            .map(|(i, example)| (step as usize * 7919 + i * 104_729 + example) % pieces)
            .collect();
        answers + self.texts.loss(net, &pieces, step, rng, device) * KEPT
    }
}

/// How far preferences may lead away from the network before.
const BETA: f32 = 0.3;
/// Weight of the preferred answer's own likelihood.
const ALSO_LIKELY: f32 = 0.5;

/// Tuning to preferences.
pub struct PreferenceTask<T> {
    before: Transformer,
    teacher: T,
    shape: Shape,
}

impl<T: Teacher> PreferenceTask<T> {
    /// Starts from `before`, and stays near it.
    pub fn new(shape: Shape, before: Transformer, teacher: T) -> Self {
        Self {
            before,
            teacher,
            shape,
        }
    }
}

impl<T: Teacher> Task for PreferenceTask<T> {
    type Net = Transformer;

    fn init(&self, device: &Device) -> Transformer {
        let fresh = self.shape.init(device);
        fresh.load_record(self.before.clone().into_record())
    }

    fn shape(&self) -> String {
        TextTask::shape_of(self.shape)
    }

    fn examples(&self) -> usize {
        EXAMPLES
    }

    fn loss(
        &self,
        net: &Transformer,
        batch: &[usize],
        _: u64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Tensor<1> {
        let pairs: Vec<[Turn; 2]> = batch.iter().map(|_| self.teacher.pair(rng)).collect();
        let side = |side: usize| pairs.iter().map(|pair| &pair[side]).collect::<Vec<_>>();
        let plain = Device::flex();
        let before = [0, 1].map(|i| {
            let (likely, _) = log_likelihood(&self.before, &side(i), &plain);
            Tensor::from_data(likely.into_data(), device)
        });
        let [(better, tokens), (worse, _)] = [0, 1].map(|i| log_likelihood(net, &side(i), device));
        let also = better.clone().sum().neg() / tokens as f32;
        dpo(BETA, [better, worse], before).mean() + also * ALSO_LIKELY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::text::net::testing::{SMALL, net};

    fn turn(prompt: &[Token], answer: &[Token]) -> Turn {
        Turn {
            prompt: prompt.to_vec(),
            answer: answer.to_vec(),
        }
    }

    fn values(tensor: Tensor<1>) -> Vec<f32> {
        tensor.into_data().iter::<f32>().collect()
    }

    /// Only the answer counts, and what fills a row up does not: each alone gives the same as both.
    #[test]
    fn the_answer_alone_counts() {
        // A vocabulary that holds the end.
        let shape = Shape {
            vocabulary: 300,
            ..SMALL
        };
        let device = Device::flex();
        device.seed(2);
        let net = shape.init(&device);
        let turns = [
            turn(&[END, 3, 4], &[5, END]),
            turn(&[END, 7], &[8, 9, 10, 11, END]),
        ];
        let (both, tokens) = log_likelihood(&net, &[&turns[0], &turns[1]], &device);
        assert_eq!(tokens, 7);
        let both = values(both);
        for (turn, both) in turns.iter().zip(&both) {
            let alone = values(log_likelihood(&net, &[turn], &device).0)[0];
            assert!((alone - both).abs() < 1e-4, "{alone} {both}");
            let text = [&turn.prompt[..], &turn.answer].concat();
            let costs: Vec<f32> = super::super::training::surprises(&net, &text);
            let said: f32 = costs[turn.prompt.len() - 1..].iter().sum();
            assert!((said + both).abs() < 1e-4, "{said} {both}");
        }
    }

    /// Equal networks have a loss of ln 2, for a margin of ln 3 and beta 1 it is ln (4/3); its slope in
    /// the better answer is -beta (1 - sigmoid).
    #[test]
    fn the_loss_of_preferences_by_hand() {
        let device = Device::flex();
        let of = |x: f32| Tensor::<1>::from_data([x], &device);
        let loss = |beta, [w, l, w_0, l_0]: [f32; 4]| {
            values(dpo(beta, [of(w), of(l)], [of(w_0), of(l_0)]))[0]
        };
        assert!((loss(0.5, [-3.0, -9.0, -3.0, -9.0]) - 2f32.ln()).abs() < 1e-6);
        let margin = 3f32.ln();
        assert!((loss(1.0, [-1.0, -2.0, -1.0 - margin, -2.0]) - (4f32 / 3.0).ln()).abs() < 1e-6);
        let [low, high] = [-0.001, 0.001].map(|d| loss(0.5, [-3.0 + d, -9.0, -3.0, -9.0]));
        assert!(((high - low) / 0.002 + 0.25).abs() < 1e-3);
    }

    struct One;
    impl Teacher for One {
        fn turn(&self, _: &mut ChaCha8Rng) -> Turn {
            turn(&[1, 2], &[3, 4])
        }
        fn pair(&self, _: &mut ChaCha8Rng) -> [Turn; 2] {
            [turn(&[1, 2], &[3, 4]), turn(&[1, 2], &[5])]
        }
    }

    /// Before its first step it is the network before: the loss is ln 2 and the small part besides.
    #[test]
    fn preferences_begin_where_they_stand() {
        let before = net();
        let task = PreferenceTask::new(SMALL, before.clone(), One);
        let device = Device::flex().autodiff();
        let net = task.init(&device);
        let mut rng = crate::noise::stream(0, 0, 0);
        let loss = task.loss(&net, &[0, 1], 0, &mut rng, &device);
        let pair = One.pair(&mut rng);
        let (also, _) = log_likelihood(&before, &[&pair[0]], &Device::flex());
        let also = -values(also)[0] / 2.0 * ALSO_LIKELY;
        let loss = loss.into_scalar::<f32>();
        assert!((loss - 2f32.ln() - also).abs() < 1e-4, "{loss} {also}");
    }
}
