//! A linear reader: multinomial logistic regression, `p(class | f) = softmax(W f + b)`.
//!
//! Trained to convergence on `mean(-log p) + l2 / 2 |W|^2`. Features are centred and all divided by
//! one number, so that their mean variance is 1 and an L2 means much the same for codes and pixels;
//! which L2, a fifth of the labelled digits decides that is held out for it.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use nalgebra::{Cholesky, DMatrix, Dyn};

use crate::data::CLASSES;

/// What is tried as L2, from strong to weak.
const L2: [f64; 7] = [1.0, 0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/// One in so many examples is held out while L2 is chosen.
const HELD_OUT: usize = 5;
/// Largest length of the gradient at which training ends.
const GRADIENT: f64 = 1e-4;
/// Steps at most.
const MOST_STEPS: usize = 1000;
/// Least L2 in the guess of the curvature, which is made of 32-bit numbers.
const LEAST: f64 = 1e-3;
/// Steps that the next one remembers.
const MEMORY: usize = 12;

/// Features with their classes.
#[derive(Clone, Debug)]
pub struct Examples {
    /// `[n, width]`
    features: Vec<f32>,
    width: usize,
    /// `[n]`
    labels: Vec<u8>,
}

impl Examples {
    /// - `features`: `[n, width]`
    /// - `labels`: `[n]`, `0..=9`
    pub fn new(features: Vec<f32>, width: usize, labels: Vec<u8>) -> Self {
        Self {
            features,
            width,
            labels,
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Some of them.
    pub fn only(&self, indices: &[usize]) -> Self {
        let row = |i: &usize| &self.features[i * self.width..(i + 1) * self.width];
        Self {
            features: indices.iter().flat_map(row).copied().collect(),
            width: self.width,
            labels: indices.iter().map(|i| self.labels[*i]).collect(),
        }
    }

    fn split(&self, at: usize) -> (Self, Self) {
        let all: Vec<usize> = (0..self.len()).collect();
        let (a, b) = all.split_at(at);
        (self.only(a), self.only(b))
    }
}

/// The L2 with which the held-out examples are the most probable.
fn best_l2(train: &Examples, held_out: &Examples) -> f64 {
    let mut reader = Reader::new(train);
    let mut best = (f64::INFINITY, L2[0]);
    for l2 in L2 {
        reader.fit(train, l2);
        let cost = reader.cost(held_out);
        if cost > best.0 {
            break;
        }
        best = (cost, l2);
    }
    best.1
}

/// The reader, and the place and scale of its features.
pub struct Reader {
    mean: Vec<f32>,
    scale: f32,
    /// `[width + 1, classes]`; the last row is the bias.
    weights: Vec<f64>,
}

impl Reader {
    /// One that has learned `train`, which is in random order.
    pub fn trained(train: &Examples) -> Self {
        let (most, held_out) = train.split(train.len() - train.len() / HELD_OUT);
        let best = best_l2(&most, &held_out);
        // From the strongest to the chosen one: quicker than from nothing.
        let stronger = L2.into_iter().take_while(|l2| *l2 >= best);
        let mut reader = Self::new(train);
        stronger.for_each(|l2| reader.fit(train, l2));
        reader
    }

    /// One that has learned nothing but where features lie.
    fn new(train: &Examples) -> Self {
        let (n, width) = (train.len() as f64, train.width);
        let mut sums = vec![[0.0; 2]; width];
        for row in train.features.chunks(width) {
            for (sum, v) in sums.iter_mut().zip(row) {
                let v = f64::from(*v);
                *sum = [sum[0] + v, sum[1] + v * v];
            }
        }
        let variances = sums
            .iter()
            .map(|[s, squares]| squares / n - (s / n).powi(2));
        let variance = variances.sum::<f64>() / width as f64;
        Self {
            mean: sums.iter().map(|[sum, _]| (sum / n) as f32).collect(),
            scale: variance.sqrt() as f32,
            weights: vec![0.0; (width + 1) * CLASSES],
        }
    }

    fn problem(&self, examples: &Examples, l2: f64) -> Problem {
        let place = |(v, mean): (&f32, &f32)| (v - mean) / self.scale;
        let rows = examples.features.chunks(examples.width);
        let rows = rows.flat_map(|row| {
            let placed = row.iter().zip(&self.mean).map(place);
            placed.chain(std::iter::once(1.0))
        });
        let rows: Vec<f32> = rows.collect();
        let classes = examples.labels.iter().flat_map(|label| {
            let is = |class| f32::from(u8::from(class == *label));
            (0..CLASSES as u8).map(is)
        });
        let classes: Vec<f32> = classes.collect();
        let n = examples.len();
        let tensor = |values: Vec<f32>, width| {
            Tensor::from_data(TensorData::new(values, [n, width]), &Device::flex())
        };
        Problem {
            x: tensor(rows, examples.width + 1),
            y: tensor(classes, CLASSES),
            l2,
        }
    }

    fn fit(&mut self, train: &Examples, l2: f64) {
        let problem = self.problem(train, l2);
        let start = std::mem::take(&mut self.weights);
        let curvature = problem.curvature();
        self.weights = minimum(|w| problem.loss(w), |slope| curvature.solve(slope), start);
    }

    /// Mean of `-log p`.
    fn cost(&self, examples: &Examples) -> f64 {
        self.problem(examples, 0.0).loss(&self.weights).0
    }

    /// Share of `test` that it reads right.
    pub fn accuracy(&self, test: &Examples) -> f64 {
        let logits = self.problem(test, 0.0).logits(&self.weights);
        let read = logits.argmax(1).into_data();
        let right = read.iter::<u8>().zip(&test.labels);
        right.filter(|(read, label)| read == *label).count() as f64 / test.len() as f64
    }
}

/// What is minimised.
struct Problem {
    /// Features, and 1: `[n, width + 1]`.
    x: Tensor<2>,
    /// Classes, `[n, classes]`: 1 for the right one.
    y: Tensor<2>,
    l2: f64,
}

impl Problem {
    fn logits(&self, weights: &[f64]) -> Tensor<2> {
        let values: Vec<f32> = weights.iter().map(|v| *v as f32).collect();
        let shape = [weights.len() / CLASSES, CLASSES];
        let weights = Tensor::from_data(TensorData::new(values, shape), &Device::flex());
        self.x.clone().matmul(weights)
    }

    /// An upper bound of the curvature, the same for each class: `x^T x / 2 n + l2` (Böhning 1992,
    /// doi:10.1007/BF00048682). As a metric it makes pixels as easy to learn from as codes.
    fn curvature(&self) -> Curvature {
        let [n, width] = self.x.dims();
        let squares = self.x.clone().transpose().matmul(self.x.clone());
        let squares = squares.into_data();
        let squares = squares.iter::<f64>().map(|v| v / (2 * n) as f64);
        let ridge = DMatrix::from_diagonal_element(width, width, self.l2.max(LEAST));
        let whole = DMatrix::from_iterator(width, width, squares) + ridge;
        Curvature(Cholesky::new(whole))
    }

    /// The loss and its gradient.
    fn loss(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let [n, _] = self.x.dims();
        let log_p = log_softmax(self.logits(weights), 1);
        let costs = -(log_p.clone() * self.y.clone()).sum_dim(1);
        let cost: f64 = costs.into_data().iter::<f64>().sum();
        let slope = self
            .x
            .clone()
            .transpose()
            .matmul(log_p.exp() - self.y.clone());
        let slope = slope.into_data();
        let mut gradient: Vec<f64> = slope.iter::<f64>().map(|v| v / n as f64).collect();
        // The bias costs nothing.
        let free = weights.len() - CLASSES;
        for (g, w) in gradient.iter_mut().zip(&weights[..free]) {
            *g += self.l2 * w;
        }
        let shrink = self.l2 / 2.0 * dot(&weights[..free], &weights[..free]);
        (cost / n as f64 + shrink, gradient)
    }
}

/// A matrix that is inverted, if rounding has left it positive.
struct Curvature(Option<Cholesky<f64, Dyn>>);

impl Curvature {
    /// The step that a gradient `[width + 1, classes]` asks for, up to a factor.
    fn solve(&self, gradient: &[f64]) -> Vec<f64> {
        let Some(matrix) = &self.0 else {
            return gradient.to_vec();
        };
        let rows = gradient.len() / CLASSES;
        let solved = matrix.solve(&DMatrix::from_row_slice(rows, CLASSES, gradient));
        solved.transpose().as_slice().to_vec()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a + t b`
fn along(a: &[f64], t: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + t * b).collect()
}

/// Where a smooth convex function, given with its gradient, is lowest: L-BFGS (Liu and Nocedal 1989,
/// doi:10.1007/BF01589116), each step halved until it goes down enough. `guess` divides by a guess of
/// the curvature.
fn minimum(
    f: impl Fn(&[f64]) -> (f64, Vec<f64>),
    guess: impl Fn(&[f64]) -> Vec<f64>,
    start: Vec<f64>,
) -> Vec<f64> {
    let mut at = start;
    let (mut value, mut gradient) = f(&at);
    // Steps and what they changed the gradient by.
    let mut past: Vec<[Vec<f64>; 2]> = Vec::new();
    for _ in 0..MOST_STEPS {
        let length = dot(&gradient, &gradient).sqrt();
        if length < GRADIENT {
            break;
        }
        let direction = direction(&gradient, &past, &guess);
        let slope = dot(&direction, &gradient);
        let mut t = 1.0;
        let (next, (lower, turned)) = loop {
            let next = along(&at, t, &direction);
            let there = f(&next);
            if there.0 <= value + 1e-4 * t * slope {
                break (next, there);
            }
            t /= 2.0;
            // As low as 32 bits can tell.
            if t < 1e-6 {
                return at;
            }
        };
        let pair = [along(&next, -1.0, &at), along(&turned, -1.0, &gradient)];
        // Curvature that rounding has made negative would lead upwards.
        if dot(&pair[0], &pair[1]) > 0.0 {
            past.push(pair);
        }
        if past.len() > MEMORY {
            past.remove(0);
        }
        (at, value, gradient) = (next, lower, turned);
    }
    at
}

/// Minus the gradient, times what the past tells of the inverse curvature.
fn direction(
    gradient: &[f64],
    past: &[[Vec<f64>; 2]],
    guess: impl Fn(&[f64]) -> Vec<f64>,
) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::new();
    for [step, change] in past.iter().rev() {
        let share = dot(step, &q) / dot(step, change);
        q = along(&q, -share, change);
        shares.push(share);
    }
    q = guess(&q);
    if let Some([step, change]) = past.last() {
        let scale = dot(step, change) / dot(change, &guess(change));
        q.iter_mut().for_each(|v| *v *= scale);
    }
    for ([step, change], share) in past.iter().zip(shares.iter().rev()) {
        let back = dot(change, &q) / dot(step, change);
        q = along(&q, share - back, step);
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise;

    /// Class c lies at 3 (cos, sin)(c), in a plane.
    fn clouds(seed: u64, n: usize) -> Examples {
        let mut features = noise::normal(seed, 0, 0, 2 * n);
        let labels: Vec<u8> = (0..n).map(|i| (i * 7 % 3) as u8).collect();
        for (point, label) in features.chunks_mut(2).zip(&labels) {
            let (sin, cos) = (std::f32::consts::TAU * f32::from(*label) / 3.0).sin_cos();
            point[0] += 3.0 * cos;
            point[1] += 3.0 * sin;
        }
        Examples::new(features, 2, labels)
    }

    /// A bowl with curvatures from 1 to 1000.
    #[test]
    fn the_lowest_point_is_found() {
        let curvature = |i: usize| 10f64.powf(i as f64 / 3.0);
        let bowl = |at: &[f64]| {
            let off: Vec<f64> = at.iter().map(|v| v - 2.0).collect();
            let gradient: Vec<f64> = (off.iter().enumerate())
                .map(|(i, v)| curvature(i) * v)
                .collect();
            (dot(&off, &gradient) / 2.0, gradient)
        };
        for share in [0.001, 1.0] {
            let guess = |slope: &[f64]| -> Vec<f64> {
                let each = slope.iter().enumerate();
                each.map(|(i, g)| g / (1.0 + share * curvature(i)))
                    .collect()
            };
            let found = minimum(bowl, guess, vec![0.0; 10]);
            assert!(found.iter().all(|v| (v - 2.0).abs() < 1e-3), "{found:?}");
        }
    }

    #[test]
    fn the_gradient_is_what_small_changes_give() {
        let train = clouds(1, 50);
        let reader = Reader::new(&train);
        let problem = reader.problem(&train, 0.3);
        let weights: Vec<f64> = noise::normal(2, 0, 0, 3 * CLASSES)
            .iter()
            .map(|v| f64::from(*v))
            .collect();
        let (_, gradient) = problem.loss(&weights);
        for i in 0..weights.len() {
            let moved = |by: f64| {
                let mut weights = weights.clone();
                weights[i] += by;
                problem.loss(&weights).0
            };
            let slope = (moved(0.05) - moved(-0.05)) / 0.1;
            assert!(
                (slope - gradient[i]).abs() < 2e-3,
                "{i}: {slope} {}",
                gradient[i]
            );
        }
    }

    /// With constant features only the bias can learn: classes are as probable as they are frequent.
    #[test]
    fn nothing_to_read_leaves_the_frequencies() {
        let labels: Vec<u8> = (0..100).map(|i| u8::from(i < 30)).collect();
        let mut train = Examples::new(vec![0.0; 100], 1, labels);
        train.features[..]
            .iter_mut()
            .enumerate()
            .for_each(|(i, v)| *v = (i % 2) as f32);
        let mut reader = Reader::new(&train);
        reader.fit(&train, 1e4);
        let entropy = -(0.3 * 0.3f64.ln() + 0.7 * 0.7f64.ln());
        assert!(
            (reader.cost(&train) - entropy).abs() < 2e-3,
            "{}",
            reader.cost(&train)
        );
    }

    /// The best reader of three round clouds is linear: a point is misread where it is nearer to
    /// another middle.
    #[test]
    fn clouds_are_read_as_well_as_can_be() {
        let (train, test) = (clouds(3, 2000), clouds(4, 5000));
        let share = Reader::trained(&train).accuracy(&test);
        let middle = |class: usize| {
            let (sin, cos) = (std::f32::consts::TAU * class as f32 / 3.0).sin_cos();
            [3.0 * cos, 3.0 * sin]
        };
        let nearest = |point: &[f32]| {
            let far = |class: &usize| {
                let [x, y] = middle(*class);
                (point[0] - x).powi(2) + (point[1] - y).powi(2)
            };
            (0..3).min_by(|a, b| far(a).total_cmp(&far(b)))
        };
        let points = test.features.chunks(2).zip(&test.labels);
        let right = points.filter(|(p, label)| nearest(p) == Some(usize::from(**label)));
        let best = right.count() as f64 / test.len() as f64;
        assert!(
            best < 0.995 && (share - best).abs() < 0.005,
            "{share} {best}"
        );
    }
}
