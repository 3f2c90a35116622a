use super::*;
use crate::engine::session::testing::block_on;

fn wave(n: usize) -> Vec<f64> {
    (0..n)
        .map(|t| (t as f64 * 0.7).sin() * 5.0 + t as f64 * 0.1)
        .collect()
}

fn values(tensor: Tensor<3>) -> Vec<f32> {
    block_on(read(tensor)).expect("reads")
}

/// No answer depends on what comes after it, and the convolutions see [`SEEN`] steps.
#[test]
fn networks_are_causal() {
    let device = Device::flex();
    for net in [Net::Conv, Net::Recurrent] {
        let network = Network::init(net, 1, &device);
        let answer = |changed: Option<usize>| {
            let mut x = vec![0.3f32; 40];
            if let Some(t) = changed {
                x[t] = -1.0;
            }
            let x = Tensor::from_data(TensorData::new(x, [1, 40, 1]), &device);
            values(network.forward(x))
        };
        let plain = answer(None);
        for t in [0, 7, 20, 39] {
            let other = answer(Some(t));
            let differs: Vec<usize> = (0..40)
                .filter(|i| plain[2 * i..2 * i + 2] != other[2 * i..2 * i + 2])
                .collect();
            assert_eq!(differs.first(), Some(&t), "{net:?}");
            if net == Net::Conv {
                assert_eq!(differs.last(), Some(&(t + SEEN - 1).min(39)));
            }
        }
    }
}

/// By hand: the surprise of a standard normal at 0 and at 2, and with `ln σ = 1` at 0.
#[test]
fn surprise_by_hand() {
    let device = Device::flex();
    let answer = TensorData::new(vec![0.0f32, 0.0, 0.0, 0.0, 0.0, 1.0], [1, 3, 2]);
    let truth = TensorData::new(vec![0.0f32, 2.0, 0.0], [1, 3]);
    let cost = surprise(
        Tensor::from_data(answer, &device),
        Tensor::from_data(truth, &device),
    );
    let cost = block_on(read(cost)).expect("reads");
    for (cost, hand) in cost.iter().zip([0.918_94, 2.918_94, 1.918_94]) {
        assert!((cost - hand).abs() < 1e-4, "{cost} {hand}");
    }
}

/// What is drawn step by step has the distributions that the network gives of the whole.
#[test]
fn a_forecast_begins_where_the_whole_pass_ends() {
    let y = wave(60);
    for net in [Net::Conv, Net::Recurrent] {
        for leaks in [false, true] {
            let steps = Steps::new(&y, 50, leaks);
            let mut learner = Learner::new(net, steps.clone(), 3);
            block_on(learner.judge()).expect("reads");
            let mut forecaster = learner.forecaster(&y, &[30, 50], 4).expect("one");
            let drawn = block_on(forecaster.step()).expect("reads");
            // As if the series ended there, so that nothing leaks.
            for (i, origin) in [30usize, 50].into_iter().enumerate() {
                let known = Steps {
                    smooth: steps.smooth.as_ref().map(|_| {
                        let x = &steps.x[..origin - 1];
                        (0..x.len()).map(|t| around(x, t)).collect()
                    }),
                    ..steps.clone()
                };
                let network = learner.network.valid();
                let all = values(network.forward(known.seen(0..origin - 1, &Device::flex())));
                let last = &all[all.len() - 2..];
                let mean = y[origin - 1] + steps.back(f64::from(last[0]));
                let [told, spread, _] = drawn.first[i];
                // The convolutions' first step lacks the one before it: of the mean of both only.
                let near = if leaks { 0.05 } else { 1e-4 };
                assert!((told - mean).abs() < near, "{net:?} {leaks} {told} {mean}");
                let log = (spread / steps.spread).ln();
                assert!(
                    (log - f64::from(last[1])).abs() < 10.0 * near,
                    "{net:?} {log}"
                );
            }
        }
    }
}

/// A wave is learned to a fraction of its steps.
#[test]
fn a_wave_is_learned() {
    let y = wave(120);
    let mut learner = Learner::new(Net::Conv, Steps::new(&y, 100, false), 1);
    let first = block_on(learner.judge()).expect("reads");
    for _ in 0..150 {
        block_on(learner.step()).expect("reads");
    }
    let last = block_on(learner.judge()).expect("reads");
    assert!(last < first - 1.0, "{first} {last}");
    assert!(learner.weights() > 1000 && learner.step_number() == 150);
}
