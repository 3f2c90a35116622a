//! Loss and gradient of a PixelRNN by hand: back-propagation through the rows, for its training by `lab`.
//!
//! burn's automatic differentiation gives the same, as a test shows, but spends three quarters of the time
//! on parts of tensors: each part that is taken of one costs, on the way back, zeros as large as the whole.
//! Here all places of all rows lie one after the other, `[28 rows, n pictures, 29 places]`, with an empty
//! place before each picture's row. So 'left and own' of a place are one stretch of memory, and products read
//! them where they lie; what a layer sees of the row above is laid side by side, a row at a time.

use std::thread;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis, ShapeBuilder, s};

use super::rnn::{PixelRnn, WINDOW, gap};
use super::{Shape, window};
use crate::data::{PIXELS, SIDE};
use crate::nn::params::FlatParams;

/// Places of a row of a picture, with the empty one.
const PLACES: usize = SIDE + 1;

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

    /// Columns, and places in a row of all pictures, that are not empty.
    fn real(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = |picture| (0..SIDE).map(move |x| (x, picture * PLACES + 1 + x));
        (0..self.classes.len()).flat_map(columns)
    }

    fn gap(&self, layer: usize) -> usize {
        gap(layer, self.weights.layers.len())
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
            let done = self.forward(layer, self.gap(layers.len()), e);
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

    fn forward(&self, layer: &Product, gap: usize, e: &Array2<f32>) -> Layer {
        let width = e.ncols();
        let row = self.row();
        let (m_e, m_h) = layer.rows.view().split_at(Axis(0), 2 * width);
        let mut done = Layer {
            gates: self.empty(4 * width),
            c: self.empty(width),
            tanh_c: self.empty(width),
            h: self.empty(width),
        };
        let own = &mut done.gates.slice_mut(s![1.., ..]);
        general_mat_mul(1.0, &pairs(e), &m_e, 0.0, own);
        let nothing = vec![0.0; width];
        let mut around = Array2::zeros((row, 3 * width));
        let mut shift = layer.shift.to_vec();
        shift[width..2 * width].iter_mut().for_each(|f| *f += 1.0);
        for y in 0..SIDE {
            if y > 0 {
                self.lay_around(&done.h, y - 1, gap, &mut around);
                let own = &mut done.gates.slice_mut(s![y * row..(y + 1) * row, ..]);
                general_mat_mul(1.0, &around, &m_h, 1.0, own);
            }
            let [gates, c, tanh_c, h] =
                [&mut done.gates, &mut done.c, &mut done.tanh_c, &mut done.h].map(flat_mut);
            for (_, place) in self.real() {
                let at = y * row + place;
                let (past, c) = c.split_at_mut(at * width);
                let above = match at.checked_sub(row) {
                    Some(above) => &past[above * width..][..width],
                    None => &nothing,
                };
                let gates = &mut gates[at * 4 * width..][..4 * width];
                let [tanh_c, h] = [&mut *tanh_c, &mut *h].map(|x| &mut x[at * width..][..width]);
                cell(gates, &shift, above, &mut c[..width], tanh_c, h);
            }
            for empty in (0..row).step_by(PLACES) {
                gates[(y * row + empty) * 4 * width..][..4 * width].fill(0.0);
            }
        }
        done
    }

    /// Of each place what lies to its left, its own and to its right in row `y` of `h`: into `[row, 3 * width]`,
    /// where nothing is written of what lies outside of a picture.
    fn lay_around(&self, h: &Array2<f32>, y: usize, gap: usize, into: &mut Array2<f32>) {
        let (width, first) = (h.ncols(), y * self.row());
        let h = h.as_slice().expect(WHOLE);
        let into = flat_mut(into);
        for (x, place) in self.real() {
            for (side, from) in sides(x, place, gap) {
                let to = &mut into[(place * 3 + side) * width..][..width];
                to.copy_from_slice(&h[(first + from) * width..][..width]);
            }
        }
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
        let gap = self.gap(i);
        let (m_e, m_h) = self.weights.layers[i]
            .rows
            .view()
            .split_at(Axis(0), 2 * width);
        let mut by_h = Array2::<f32>::zeros((row, width));
        let mut by_c = Array2::<f32>::zeros((row, width));
        let mut around = Array2::<f32>::zeros((row, 3 * width));
        let mut by_around = around.clone();
        let mut own_h = Array2::zeros((3 * width, 4 * width));
        let nothing = vec![0.0; width];
        for y in (0..SIDE).rev() {
            {
                let [by_c, gates] = [&mut by_c, &mut layer.gates].map(flat_mut);
                let by_h = by_h.as_slice().expect(WHOLE);
                let by_out = by_e.as_slice().expect(WHOLE);
                let [c, tanh_c] = [&layer.c, &layer.tanh_c].map(|x| x.as_slice().expect(WHOLE));
                for (_, place) in self.real() {
                    let at = y * row + place;
                    let here = place * width..(place + 1) * width;
                    let own = at * width..(at + 1) * width;
                    let above = match at.checked_sub(row) {
                        Some(above) => &c[above * width..][..width],
                        None => &nothing,
                    };
                    cell_back(
                        &mut gates[at * 4 * width..][..4 * width],
                        &tanh_c[own.clone()],
                        above,
                        [&by_out[own], &by_h[here.clone()]],
                        &mut by_c[here],
                    );
                }
            }
            if y > 0 {
                let gates = layer.gates.slice(s![y * row..(y + 1) * row, ..]);
                self.lay_around(&layer.h, y - 1, gap, &mut around);
                general_mat_mul(1.0, &around.t(), &gates, 1.0, &mut own_h);
                general_mat_mul(1.0, &gates, &m_h.t(), 0.0, &mut by_around);
                by_h.fill(0.0);
                let (by_h, by_around) = (flat_mut(&mut by_h), flat_mut(&mut by_around));
                for (x, place) in self.real() {
                    for (side, from) in sides(x, place, gap) {
                        let by = &by_around[(place * 3 + side) * width..][..width];
                        let to = &mut by_h[from * width..][..width];
                        to.iter_mut().zip(by).for_each(|(to, by)| *to += by);
                    }
                }
            }
        }
        let own = &mut self.gradient.layers[i];
        own.shift = layer.gates.sum_axis(Axis(0));
        let (mut own_e, mut rest) = own.rows.view_mut().split_at(Axis(0), 2 * width);
        rest.assign(&own_h);
        let gates = layer.gates.slice(s![1.., ..]);
        general_mat_mul(1.0, &pairs(e).t(), &gates, 0.0, &mut own_e);
        let (left, own) = m_e.split_at(Axis(0), width);
        general_mat_mul(
            1.0,
            &gates,
            &left.t(),
            1.0,
            &mut by_e.slice_mut(s![..-1, ..]),
        );
        general_mat_mul(1.0, &gates, &own.t(), 1.0, &mut by_e.slice_mut(s![1.., ..]));
    }
}

const WHOLE: &str = "lies in one piece";

fn flat_mut(x: &mut Array2<f32>) -> &mut [f32] {
    x.as_slice_mut().expect(WHOLE)
}

/// Of each place but the first what came before it, and its own: `[places - 1, 2 * width]`, read where they lie.
fn pairs(x: &Array2<f32>) -> ArrayView2<'_, f32> {
    let (places, width) = x.dim();
    let shape = (places - 1, 2 * width).strides((width, 1));
    ArrayView2::from_shape(shape, x.as_slice().expect(WHOLE)).expect("lies within")
}

/// Of the place of column `x` the one to its left, itself and the one to its right, so far away: which of the
/// three, and where; those that are in the picture.
fn sides(x: usize, place: usize, gap: usize) -> impl Iterator<Item = (usize, usize)> {
    let left = (x >= gap).then(|| (0, place - gap));
    let right = (x + gap < SIDE).then(|| (2, place + gap));
    left.into_iter().chain([(1, place)]).chain(right)
}

/// One place of a layer: of what [`Layer::gates`] are made of, and `c` above, all the rest. Short loops over
/// what lies apart, so that the compiler computes several numbers at once.
fn cell(
    gates: &mut [f32],
    shift: &[f32],
    above: &[f32],
    c: &mut [f32],
    tanh_c: &mut [f32],
    h: &mut [f32],
) {
    let width = c.len();
    gates.iter_mut().zip(shift).for_each(|(x, m)| *x += m);
    let (sigmoids, g) = gates.split_at_mut(3 * width);
    sigmoids.iter_mut().for_each(|x| *x = sigmoid(*x));
    g.iter_mut().for_each(|x| *x = tanh(*x));
    let (o, f, i) = thirds(sigmoids, width);
    let products = f.iter().zip(above).zip(i.iter().zip(&*g));
    for (c, ((f, above), (i, g))) in c.iter_mut().zip(products) {
        *c = f * above + i * g;
    }
    for (tanh_c, c) in tanh_c.iter_mut().zip(&*c) {
        *tanh_c = tanh(*c);
    }
    for (h, (o, tanh_c)) in h.iter_mut().zip(o.iter().zip(&*tanh_c)) {
        *h = o * tanh_c;
    }
}

/// Back through [`cell`]: `by_h` are the two gradients by its `h`, whose sum counts; `by_c` is that by its `c`
/// and then by the one above; `gates` become the gradient by what they were made of.
fn cell_back(
    gates: &mut [f32],
    tanh_c: &[f32],
    above: &[f32],
    by_h: [&[f32]; 2],
    by_c: &mut [f32],
) {
    let width = by_c.len();
    let (sigmoids, g) = gates.split_at_mut(3 * width);
    let (o, f, i) = thirds(sigmoids, width);
    let [by_out, by_below] = by_h.map(|x| &x[..width]);
    let (tanh_c, above, g) = (&tanh_c[..width], &above[..width], &mut g[..width]);
    for j in 0..width {
        let by_h = by_out[j] + by_below[j];
        let by_own = by_c[j] + by_h * o[j] * (1.0 - tanh_c[j] * tanh_c[j]);
        let by_o = by_h * tanh_c[j];
        let (by_f, by_i, by_g) = (by_own * above[j], by_own * g[j], by_own * i[j]);
        by_c[j] = by_own * f[j];
        o[j] = by_o * o[j] * (1.0 - o[j]);
        f[j] = by_f * f[j] * (1.0 - f[j]);
        i[j] = by_i * i[j] * (1.0 - i[j]);
        g[j] = by_g * (1.0 - g[j] * g[j]);
    }
}

fn thirds(x: &mut [f32], width: usize) -> (&mut [f32], &mut [f32], &mut [f32]) {
    let (first, rest) = x.split_at_mut(width);
    let (second, third) = rest.split_at_mut(width);
    (first, second, &mut third[..width])
}

#[inline]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

#[inline]
fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

/// `e^x` to seven digits, from -87 to 87, as Moshier's Cephes computes it: without a branch or a call, so that
/// the compiler can compute several at once: a training gains a seventh by it.
#[inline]
fn exp(x: f32) -> f32 {
    /// Added to a number, leaves of it the nearest whole one, in the last bits.
    const WHOLE: f32 = 12_582_912.0;
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const TERMS: [f32; 6] = [
        1.987_569_1e-4,
        1.398_2e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        0.166_666_65,
        0.5,
    ];
    let x = x.clamp(-87.0, 87.0);
    let power = x * std::f32::consts::LOG2_E + WHOLE;
    let n = power - WHOLE;
    let r = x - n * LN_2[0] - n * LN_2[1];
    let series = TERMS.iter().fold(0.0, |sum, term| sum * r + term);
    let power_of_two = f32::from_bits((power.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    (series * r * r + r + 1.0) * power_of_two
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
    fn the_exponential_is_right_to_seven_digits() {
        for i in -8700..=8700 {
            let x = i as f32 / 100.0;
            let right = f64::from(x).exp();
            let error = (f64::from(exp(x)) / right - 1.0).abs();
            assert!(error < 2e-7, "e^{x}: {error}");
        }
        assert!(exp(f32::MIN) > 0.0 && exp(f32::MAX).is_finite());
    }

    #[test]
    fn by_hand_as_by_automatic_differentiation() {
        let shape = Shape {
            levels: 5,
            width: 6,
            layers: 6,
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
