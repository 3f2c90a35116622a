//! What a text costs a network that learns: negative log-likelihood of each next token.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::net::Transformer;
use crate::tokens::Token;

/// Negative log-likelihood of each token that comes next, nats: of pieces `[batch, n + 1]` at their last
/// `n` places, `[batch, n]`.
pub fn costs(net: &Transformer, pieces: Tensor<2, Int>) -> Tensor<2> {
    let [_, n] = pieces.dims();
    let logits = net.forward(pieces.clone().narrow(1, 0, n - 1));
    let next = pieces.narrow(1, 1, n - 1).unsqueeze_dim::<3>(2);
    let likely = log_softmax(logits, 2).gather(2, next);
    likely.squeeze_dim::<2>(2).neg()
}

/// Tokens as `rows` of equal length.
pub fn tensor(tokens: impl Iterator<Item = Token>, rows: usize, device: &Device) -> Tensor<2, Int> {
    let ids: Vec<i32> = tokens.map(i32::from).collect();
    let n = ids.len() / rows;
    Tensor::from_data(TensorData::new(ids, [rows, n]), device)
}
