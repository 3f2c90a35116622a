//! What a text costs a network that learns: negative log-likelihood of each next token.

use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};

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

/// Something to learn from that has the gradient of the mean of [`costs`], and that mean.
///
/// By logits `z` with probabilities `p` and the truth `t`, one-hot, the gradient of a cost is `p - t`. So
/// `z · (p - t)`, with the bracket held fast, has it too, and goes over the logits, the largest tensor there
/// is, fewer times. The network has to be one that learns.
pub fn learnable(net: &Transformer, pieces: Tensor<2, Int>) -> (Tensor<1>, Tensor<1>) {
    let [rows, n] = pieces.dims();
    let logits = net.forward(pieces.clone().narrow(1, 0, n - 1));
    let next = pieces.narrow(1, 1, n - 1).unsqueeze_dim::<3>(2).inner();
    let p = softmax(logits.clone().inner(), 2);
    let likely = p.clone().gather(2, next.clone());
    // What has no probability at all in 32 bits would cost without end.
    let cost = likely.clone().clamp_min(f32::MIN_POSITIVE).log().neg();
    let truth = likely.ones_like().neg();
    let fast = p.scatter(2, next, truth, IndexingUpdateOp::Add) / ((n - 1) * rows) as f32;
    let surrogate = logits * Tensor::from_inner(fast);
    (surrogate.sum(), cost.mean())
}

/// Tokens as `rows` of equal length.
pub fn tensor(tokens: impl Iterator<Item = Token>, rows: usize, device: &Device) -> Tensor<2, Int> {
    let ids: Vec<i32> = tokens.map(i32::from).collect();
    let n = ids.len() / rows;
    Tensor::from_data(TensorData::new(ids, [rows, n]), device)
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, ModuleVisitor, Param};
    use burn::tensor::Gradients;

    use super::*;
    use crate::models::text::net::testing::{SMALL, apart, net, text};

    /// Gradients of all parameters, in their order.
    struct Reader(Gradients, Vec<f32>);

    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = param.val().grad(&self.0).expect("each is learned");
            self.1.extend(gradient.into_data().iter::<f32>());
        }
    }

    fn gradients(net: &Transformer, loss: Tensor<1>) -> Vec<f32> {
        let mut reader = Reader(loss.backward(), Vec::new());
        net.visit(&mut reader);
        reader.1
    }

    #[test]
    fn what_is_learned_from_has_the_gradient_of_the_cost() {
        let device = Device::flex().autodiff();
        let net = SMALL.init(&device).load_record(net().into_record());
        let pieces = || tensor(text(30).into_iter(), 2, &device);
        let mean = costs(&net, pieces()).mean();
        let (loss, cost) = learnable(&net, pieces());
        let told = [mean.clone(), cost].map(|cost| cost.into_scalar::<f32>());
        assert!((told[0] - told[1]).abs() < 1e-5, "{told:?}");
        let [expected, found] = [mean, loss].map(|loss| gradients(&net, loss));
        assert!(expected.iter().any(|g| g.abs() > 1e-3));
        let far = apart(&expected, &found);
        assert!(far < 1e-6, "{far}");
    }
}
