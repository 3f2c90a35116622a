//! Loss and gradient of a PixelRNN by hand: back-propagation through the rows, for its training by `lab`.
//!
//! burn's automatic differentiation gives the same, as a test shows, but spends three quarters of the time
//! on parts of tensors: each part that is taken of one costs, on the way back, zeros as large as the whole.
//! Here all places of all rows lie one after the other, `[28 rows, n pictures, 30 places]`, with an empty
//! place to each side of a picture's row. So 'left, own and right' of a place are one stretch of memory, and
//! products read them where they lie.

use std::thread;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis, ShapeBuilder, s};

use super::rnn::{PixelRnn, WINDOW};
use super::{Shape, window};
use crate::data::{PIXELS, SIDE};
use crate::nn::params::FlatParams;

/// Places of a row of a picture, with the empty ones.
const PLACES: usize = SIDE + 2;
const END: usize = PLACES - 1;

/// Mean negative log-likelihood of a pixel, nats, and its gradient by every parameter: of pictures of
/// levels, one after the other, and the class of each. Shared among as many threads as there are cores.
pub fn loss_and_gradient(net: &PixelRnn, levels: &[u8], classes: &[u8]) -> (f64, FlatParams) {
    let weights = Weights::of(net);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = classes.len().div_ceil(threads).max(1);
    let parts = thread::scope(|scope| {
        let tasks: Vec<_> = levels
            .chunks(share * PIXELS)
            .zip(classes.chunks(share))
            .map(|(levels, classes)| scope.spawn(|| Pass::new(&weights, levels, classes).run()))
            .collect();
        let ended = tasks.into_iter().map(|task| task.join());
        ended.collect::<Result<Vec<_>, _>>()
    });
    let parts = parts.unwrap_or_else(|why| std::panic::resume_unwind(why));
    let mut sum = (0.0, weights.zeros());
    for (loss, gradient) in parts {
        sum.0 += loss;
        sum.1.add(&gradient);
    }
    let pixels = (classes.len() * PIXELS) as f64;
    (sum.0 / pixels, sum.1.named(net, 1.0 / pixels as f32))
}

/// A linear layer, or the gradient by it.
struct Product {
    /// `[from, to]`
    rows: Array2<f32>,
    /// `[to]`
    shift: Array1<f32>,
}

/// Weights of a [`PixelRnn`], or the gradient by them.
struct Weights {
    shape: Shape,
    embed: Product,
    class: Array2<f32>,
    layers: Vec<Product>,
    read: Product,
    logits: Product,
}

impl Product {
    fn of(layer: &Linear) -> Self {
        let rows = matrix(&layer.weight);
        let shift = layer.bias.as_ref().map(|bias| Array1::from(numbers(bias)));
        Self {
            shift: shift.unwrap_or_else(|| Array1::zeros(rows.ncols())),
            rows,
        }
    }

    fn zeros(&self) -> Self {
        Self {
            rows: Array2::zeros(self.rows.dim()),
            shift: Array1::zeros(self.shift.dim()),
        }
    }

    fn add(&mut self, other: &Self) {
        self.rows += &other.rows;
        self.shift += &other.shift;
    }

    fn named(self, layer: &Linear, by: f32, into: &mut FlatParams) {
        name(&layer.weight, self.rows * by, into);
        if let Some(bias) = &layer.bias {
            name(bias, self.shift * by, into);
        }
    }
}

impl Weights {
    fn of(net: &PixelRnn) -> Self {
        Self {
            shape: super::Pixels::shape(net),
            embed: Product::of(&net.embed),
            class: matrix(&net.class.weight),
            layers: net.layers.iter().map(Product::of).collect(),
            read: Product::of(&net.read),
            logits: Product::of(&net.logits),
        }
    }

    fn zeros(&self) -> Self {
        Self {
            shape: self.shape,
            embed: self.embed.zeros(),
            class: Array2::zeros(self.class.dim()),
            layers: self.layers.iter().map(Product::zeros).collect(),
            read: self.read.zeros(),
            logits: self.logits.zeros(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.embed.add(&other.embed);
        self.class += &other.class;
        for (own, other) in self.layers.iter_mut().zip(&other.layers) {
            own.add(other);
        }
        self.read.add(&other.read);
        self.logits.add(&other.logits);
    }

    /// Times `by`, under the names of a network's parameters.
    fn named(self, net: &PixelRnn, by: f32) -> FlatParams {
        let mut named = FlatParams::default();
        self.embed.named(&net.embed, by, &mut named);
        name(&net.class.weight, self.class * by, &mut named);
        for (own, layer) in self.layers.into_iter().zip(&net.layers) {
            own.named(layer, by, &mut named);
        }
        self.read.named(&net.read, by, &mut named);
        self.logits.named(&net.logits, by, &mut named);
        named
    }
}

fn numbers<const D: usize>(param: &Param<Tensor<D>>) -> Vec<f32> {
    let values = param.val().into_data().try_into_vec();
    values.expect("weights in training are f32")
}

fn matrix(param: &Param<Tensor<2>>) -> Array2<f32> {
    let shape = param.val().dims();
    Array2::from_shape_vec(shape, numbers(param)).expect("as many numbers as its shape says")
}

fn name<const D: usize, A: ndarray::Dimension>(
    param: &Param<Tensor<D>>,
    values: ndarray::Array<f32, A>,
    into: &mut FlatParams,
) {
    into.0.insert(param.id, values.into_iter().collect());
}

/// What one layer computed, each `[all places, …]`.
struct Layer {
    /// `σ(o)`, `σ(f + 1)`, `σ(i)`, `tanh(g)`; on the way back the gradient by what they were made of.
    gates: Array2<f32>,
    c: Array2<f32>,
    tanh_c: Array2<f32>,
    h: Array2<f32>,
}

/// Some pictures, there and back.
struct Pass<'a> {
    weights: &'a Weights,
    classes: &'a [u8],
    levels: &'a [u8],
    /// Windows, `[all places, 48]`.
    seen: Array2<f32>,
    gradient: Weights,
}

impl<'a> Pass<'a> {
    fn new(weights: &'a Weights, levels: &'a [u8], classes: &'a [u8]) -> Self {
        let mut pass = Self {
            weights,
            classes,
            levels,
            seen: Array2::zeros((0, 0)),
            gradient: weights.zeros(),
        };
        pass.seen = pass.empty(WINDOW);
        for (picture, pixel, place) in pass.places() {
            let levels = &levels[picture * PIXELS..(picture + 1) * PIXELS];
            let seen = window(levels, pixel, weights.shape.levels);
            pass.seen.row_mut(place).assign(&Array1::from(seen));
        }
        pass
    }

    /// Places of a row of all pictures.
    fn row(&self) -> usize {
        self.classes.len() * PLACES
    }

    fn empty(&self, width: usize) -> Array2<f32> {
        Array2::zeros((SIDE * self.row(), width))
    }

    /// Picture, pixel of it and place, of all that are not empty.
    fn places(&self) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
        let (pictures, row) = (self.classes.len(), self.row());
        (0..SIDE).flat_map(move |y| {
            (0..pictures).flat_map(move |picture| {
                let first = y * row + picture * PLACES + 1;
                (0..SIDE).map(move |x| (picture, y * SIDE + x, first + x))
            })
        })
    }

    /// Places of row `y` that are not empty.
    fn real(&self, y: usize) -> impl Iterator<Item = usize> + use<> {
        let first = y * self.row() + 1;
        (0..self.classes.len()).flat_map(move |i| {
            let first = first + i * PLACES;
            first..first + SIDE
        })
    }

    /// Loss, summed over pixels, and the gradient of that.
    fn run(mut self) -> (f64, Weights) {
        let weights = self.weights;
        let width = weights.shape.width as usize;
        let mut e = self.empty(width);
        general_mat_mul(1.0, &self.seen, &weights.embed.rows, 0.0, &mut e);
        let mut first = self.empty(width);
        for (picture, _, place) in self.places() {
            let class = self.classes[picture] as usize;
            let sum = &e.row(place) + &weights.embed.shift + weights.class.row(class);
            first.row_mut(place).assign(&sum.mapv(|x| x.max(0.0)));
        }
        let mut inputs = vec![first];
        let mut layers = Vec::new();
        for layer in &weights.layers {
            let e = &inputs[layers.len()];
            let done = self.forward(layer, e);
            inputs.push(e + &done.h);
            layers.push(done);
        }
        let last = inputs.pop().expect("there is the first");
        let (loss, mut by_e) = self.head(last);
        for (i, layer) in layers.into_iter().enumerate().rev() {
            self.back(i, layer, &inputs[i], &mut by_e);
        }
        // Of an empty place nothing was above zero.
        by_e.zip_mut_with(&inputs[0], |d, e| *d = if *e > 0.0 { *d } else { 0.0 });
        general_mat_mul(
            1.0,
            &self.seen.t(),
            &by_e,
            0.0,
            &mut self.gradient.embed.rows,
        );
        self.gradient.embed.shift = by_e.sum_axis(Axis(0));
        for (picture, _, place) in self.places() {
            let class = self.classes[picture] as usize;
            let mut sum = self.gradient.class.row_mut(class);
            sum += &by_e.row(place);
        }
        (loss, self.gradient)
    }

    fn forward(&self, layer: &Product, e: &Array2<f32>) -> Layer {
        let width = e.ncols();
        let row = self.row();
        let all = SIDE * row;
        let (m_e, m_h) = layer.rows.view().split_at(Axis(0), 2 * width);
        let mut done = Layer {
            gates: self.empty(4 * width),
            c: self.empty(width),
            tanh_c: self.empty(width),
            h: self.empty(width),
        };
        let own = &mut done.gates.slice_mut(s![1.., ..]);
        general_mat_mul(1.0, &stretches(e, 0, all - 1, 2), &m_e, 0.0, own);
        for y in 0..SIDE {
            if y > 0 {
                let above = stretches(&done.h, (y - 1) * row, row - 2, 3);
                let own = &mut done.gates.slice_mut(s![y * row + 1..(y + 1) * row - 1, ..]);
                general_mat_mul(1.0, &above, &m_h, 1.0, own);
            }
            let [gates, c, tanh_c, h] =
                [&mut done.gates, &mut done.c, &mut done.tanh_c, &mut done.h].map(flat_mut);
            for at in self.real(y) {
                let gates = &mut gates[at * 4 * width..][..4 * width];
                gates
                    .iter_mut()
                    .zip(&layer.shift)
                    .for_each(|(x, m)| *x += m);
                let (o, rest) = gates.split_at_mut(width);
                let (f, rest) = rest.split_at_mut(width);
                let (i, g) = rest.split_at_mut(width);
                let before = at.checked_sub(row).map(|at| at * width);
                for j in 0..width {
                    o[j] = sigmoid(o[j]);
                    f[j] = sigmoid(f[j] + 1.0);
                    i[j] = sigmoid(i[j]);
                    g[j] = tanh(g[j]);
                    let c_above = before.map_or(0.0, |before| c[before + j]);
                    let own = at * width + j;
                    c[own] = f[j] * c_above + i[j] * g[j];
                    tanh_c[own] = tanh(c[own]);
                    h[own] = o[j] * tanh_c[own];
                }
            }
            for empty in (0..row).filter(|p| matches!(p % PLACES, 0 | END)) {
                gates[(y * row + empty) * 4 * width..][..4 * width].fill(0.0);
            }
        }
        done
    }

    /// Loss, and the gradient by what the last layer gave.
    fn head(&mut self, e: Array2<f32>) -> (f64, Array2<f32>) {
        let weights = self.weights;
        let levels = weights.shape.levels as usize;
        let x = e.mapv_into(|x| x.max(0.0));
        let y = (x.dot(&weights.read.rows) + &weights.read.shift).mapv_into(|x| x.max(0.0));
        let mut by_z = self.empty(levels);
        let z = y.dot(&weights.logits.rows) + &weights.logits.shift;
        let mut loss = 0.0;
        for (picture, pixel, place) in self.places() {
            let truth = self.levels[picture * PIXELS + pixel] as usize;
            let logits = z.row(place);
            let most = logits.fold(f32::MIN, |a, b| a.max(*b));
            let odds = logits.mapv(|z| (z - most).exp());
            let sum = odds.sum();
            loss += f64::from(sum.ln() + most - logits[truth]);
            let mut by = by_z.row_mut(place);
            by.assign(&(odds / sum));
            by[truth] -= 1.0;
        }
        let own = &mut self.gradient;
        general_mat_mul(1.0, &y.t(), &by_z, 0.0, &mut own.logits.rows);
        own.logits.shift = by_z.sum_axis(Axis(0));
        let mut by_y = by_z.dot(&weights.logits.rows.t());
        by_y.zip_mut_with(&y, |d, y| *d = if *y > 0.0 { *d } else { 0.0 });
        general_mat_mul(1.0, &x.t(), &by_y, 0.0, &mut own.read.rows);
        own.read.shift = by_y.sum_axis(Axis(0));
        let mut by_x = by_y.dot(&weights.read.rows.t());
        by_x.zip_mut_with(&x, |d, x| *d = if *x > 0.0 { *d } else { 0.0 });
        (loss, by_x)
    }

    /// Back through a layer: `by_e` is the gradient by what it gave, and then by what came in. What it says of
    /// empty places means nothing.
    fn back(&mut self, i: usize, mut layer: Layer, e: &Array2<f32>, by_e: &mut Array2<f32>) {
        let width = e.ncols();
        let row = self.row();
        let all = SIDE * row;
        let (m_e, m_h) = self.weights.layers[i]
            .rows
            .view()
            .split_at(Axis(0), 2 * width);
        let mut by_h = Array2::<f32>::zeros((row, width));
        let mut by_c = Array2::<f32>::zeros((row, width));
        let mut by_above = Array2::<f32>::zeros((row - 2, 3 * width));
        for y in (0..SIDE).rev() {
            {
                let [by_h, by_c, gates] = [&mut by_h, &mut by_c, &mut layer.gates].map(flat_mut);
                let by_out = by_e.as_slice().expect(WHOLE);
                let [c, tanh_c] = [&layer.c, &layer.tanh_c].map(|x| x.as_slice().expect(WHOLE));
                for at in self.real(y) {
                    let gates = &mut gates[at * 4 * width..][..4 * width];
                    let (o, rest) = gates.split_at_mut(width);
                    let (f, rest) = rest.split_at_mut(width);
                    let (i, g) = rest.split_at_mut(width);
                    let before = at.checked_sub(row).map(|at| at * width);
                    for j in 0..width {
                        let (own, here) = (at * width + j, (at - y * row) * width + j);
                        let by_h = by_out[own] + by_h[here];
                        let by_own = by_c[here] + by_h * o[j] * (1.0 - tanh_c[own] * tanh_c[own]);
                        let c_above = before.map_or(0.0, |before| c[before + j]);
                        by_c[here] = by_own * f[j];
                        let by_o = by_h * tanh_c[own];
                        let (by_f, by_i, by_g) = (by_own * c_above, by_own * g[j], by_own * i[j]);
                        o[j] = by_o * o[j] * (1.0 - o[j]);
                        f[j] = by_f * f[j] * (1.0 - f[j]);
                        i[j] = by_i * i[j] * (1.0 - i[j]);
                        g[j] = by_g * (1.0 - g[j] * g[j]);
                    }
                }
            }
            if y > 0 {
                let gates = layer.gates.slice(s![y * row + 1..(y + 1) * row - 1, ..]);
                general_mat_mul(1.0, &gates, &m_h.t(), 0.0, &mut by_above);
                by_h.fill(0.0);
                for (side, first) in [0, 1, 2].into_iter().zip([0, width, 2 * width]) {
                    let mut to = by_h.slice_mut(s![side..row - 2 + side, ..]);
                    to += &by_above.slice(s![.., first..first + width]);
                }
            }
        }
        let own = &mut self.gradient.layers[i];
        own.shift = layer.gates.sum_axis(Axis(0));
        let (mut own_e, mut own_h) = own.rows.view_mut().split_at(Axis(0), 2 * width);
        let gates = layer.gates.slice(s![1.., ..]);
        general_mat_mul(
            1.0,
            &stretches(e, 0, all - 1, 2).t(),
            &gates,
            0.0,
            &mut own_e,
        );
        let above = stretches(&layer.h, 0, all - row - 2, 3);
        let below = layer.gates.slice(s![row + 1..all - 1, ..]);
        general_mat_mul(1.0, &above.t(), &below, 0.0, &mut own_h);
        let (left, own) = m_e.split_at(Axis(0), width);
        general_mat_mul(
            1.0,
            &gates,
            &left.t(),
            1.0,
            &mut by_e.slice_mut(s![..all - 1, ..]),
        );
        general_mat_mul(1.0, &gates, &own.t(), 1.0, &mut by_e.slice_mut(s![1.., ..]));
    }
}

const WHOLE: &str = "lies in one piece";

fn flat_mut(x: &mut Array2<f32>) -> &mut [f32] {
    x.as_slice_mut().expect(WHOLE)
}

/// For each of `count` places from `first` on the numbers of it and of those that follow, `side` in all:
/// `[count, side * width]`, read where they lie.
fn stretches(x: &Array2<f32>, first: usize, count: usize, side: usize) -> ArrayView2<'_, f32> {
    let width = x.ncols();
    let from = &x.as_slice().expect(WHOLE)[first * width..];
    let shape = (count, side * width).strides((width, 1));
    ArrayView2::from_shape(shape, from).expect("lies within")
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use burn::module::{Module, ModuleVisitor};
    use burn::tensor::{Device, Gradients};

    use super::*;
    use crate::models::pixel::training::costs;

    /// Compares with what automatic differentiation gives.
    struct Compare {
        automatic: Gradients,
        by_hand: FlatParams,
        compared: usize,
    }

    impl ModuleVisitor for Compare {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let automatic = param.val().grad(&self.automatic).expect("learns");
            let automatic: Vec<f32> = automatic.into_data().try_into_vec().expect("f32");
            let by_hand = &self.by_hand.0[&param.id];
            assert_eq!(automatic.len(), by_hand.len());
            let largest = automatic.iter().map(|x| x.abs()).fold(0.0, f32::max);
            assert!(largest > 0.0, "nothing to compare");
            for (a, b) in automatic.iter().zip(by_hand) {
                assert!((a - b).abs() < 1e-3 * largest + 1e-7, "{a} and {b}");
            }
            self.compared += by_hand.len();
        }
    }

    #[test]
    fn by_hand_as_by_automatic_differentiation() {
        let shape = Shape {
            levels: 5,
            width: 6,
            layers: 3,
        };
        let device = Device::flex().autodiff();
        device.seed(7);
        let net = shape.rnn(&device);
        let levels: Vec<u8> = (0..3 * PIXELS as u32)
            .map(|i| (i * i % 31 % 5) as u8)
            .collect();
        let classes = [3, 0, 9];
        let loss = costs(&net, &levels, &classes).mean();
        let (own, by_hand) = loss_and_gradient(&net, &levels, &classes);
        assert!((own - f64::from(loss.clone().into_scalar::<f32>())).abs() < 1e-6);
        let mut compare = Compare {
            automatic: loss.backward(),
            by_hand,
            compared: 0,
        };
        net.visit(&mut compare);
        assert_eq!(compare.compared, net.num_params());
    }
}
