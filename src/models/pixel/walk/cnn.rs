//! The gated PixelCNN, a pixel at a time.
//!
//! A row of the stack above depends on rows before it alone, so it is computed whole when its row begins,
//! and the row before it is kept; of the stack to the left the pixel before is kept.

use burn::nn::conv::Conv2d;

use super::{Product, add, relu, sigmoid};
use crate::data::SIDE;
use crate::models::pixel::cnn::{Layer, PixelCnn, gap};
use crate::models::pixel::{Shape, window};
use crate::nn::{NotRead, read};

pub struct Steps {
    layers: Vec<StepLayer>,
    read: Product,
    logits: Product,
    levels: u32,
    width: usize,
}

struct StepLayer {
    above: Product,
    across: Product,
    left: Product,
    /// `[10, 4 width]`
    class: Vec<f32>,
}

#[derive(Clone)]
pub struct Kept {
    /// For each layer but the first: what comes in from above, of the rows back to its gap and of this one,
    /// `[gap + 1, 28, width]`.
    above: Vec<Vec<f32>>,
    /// For each layer: what it adds of the rows above to each place of this row, `[28, 2 width]`.
    base: Vec<Vec<f32>>,
    /// For each layer but the first: what comes in at the pixels back to its gap and at this one,
    /// `[gap + 1, width]`.
    left: Vec<Vec<f32>>,
}

/// Numbers of a window that are of rows above.
const ABOVE: usize = 42;

impl Kept {
    pub fn nothing(shape: Shape) -> Self {
        let width = shape.width as usize;
        let later = 1..shape.layers as usize;
        let places = |n: usize| move |i| vec![0.0; (gap(i) + 1) * n * width];
        Self {
            above: later.clone().map(places(SIDE)).collect(),
            base: Vec::new(),
            left: later.map(places(1)).collect(),
        }
    }
}

/// A kernel `[to, from, height, width]` as rows in the order of what it covers.
async fn product(conv: &Conv2d) -> Result<Product, NotRead> {
    let [to, _, _, _] = conv.weight.dims();
    let rows = conv.weight.val().permute([2, 3, 1, 0]);
    let shift = conv.bias.as_ref().map(|bias| bias.val());
    Product::new(rows, to, shift).await
}

impl StepLayer {
    async fn new(layer: &Layer) -> Result<Self, NotRead> {
        Ok(Self {
            above: product(&layer.above).await?,
            across: product(&layer.across).await?,
            left: product(&layer.left).await?,
            class: read(layer.class.weight.val()).await?,
        })
    }
}

impl Steps {
    pub async fn new(net: &PixelCnn) -> Result<Self, NotRead> {
        let mut layers = Vec::new();
        for layer in &net.layers {
            layers.push(StepLayer::new(layer).await?);
        }
        Ok(Self {
            layers,
            read: product(&net.read).await?,
            logits: product(&net.logits).await?,
            levels: net.logits.weight.dims()[0] as u32,
            width: net.read.weight.dims()[1],
        })
    }

    pub fn logits(&self, class: usize, levels: &[u8], kept: &mut Kept) -> Vec<f32> {
        let column = levels.len() % SIDE;
        if column == 0 {
            self.row(class, levels, kept);
        }
        let width = self.width;
        let mut h = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            let mut b = kept.base[i][column * 2 * width..][..2 * width].to_vec();
            if i == 0 {
                let seen = &window(levels, levels.len(), self.levels)[ABOVE..];
                layer.left.rows.add_product(seen, &mut b);
                h = gate(&b);
            } else {
                let kept = &mut kept.left[i - 1];
                let own = gap(i) * width;
                kept.copy_within(width.., 0);
                kept[own..].copy_from_slice(&h);
                let seen = [&kept[..width], &kept[own..]].concat();
                layer.left.rows.add_product(&seen, &mut b);
                add(&mut h, &gate(&b));
            }
        }
        self.logits.of(&relu(self.read.of(&relu(h))))
    }

    /// The stack above for the row that begins.
    fn row(&self, class: usize, levels: &[u8], kept: &mut Kept) {
        let width = self.width;
        let mut base = Vec::new();
        // What comes in: `[28, width]`, after the first layer.
        let mut v: Vec<f32> = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            let class = &layer.class[class * 4 * width..][..4 * width];
            let (class_above, class_left) = class.split_at(2 * width);
            if i > 0 {
                let kept = &mut kept.above[i - 1];
                kept.copy_within(SIDE * width.., 0);
                kept[gap(i) * SIDE * width..].copy_from_slice(&v);
            }
            let mut own = Vec::with_capacity(SIDE * 2 * width);
            let mut next = Vec::with_capacity(SIDE * width);
            for column in 0..SIDE {
                let mut a = if i == 0 {
                    let seen = window(levels, levels.len() + column, self.levels);
                    layer.above.of(&seen[..ABOVE])
                } else {
                    layer
                        .above
                        .of(&around(&kept.above[i - 1], gap(i), column, width))
                };
                add(&mut a, class_above);
                let mut out = gate(&a);
                if i > 0 {
                    add(&mut out, &v[column * width..][..width]);
                }
                let mut b = layer.across.of(&out);
                add(&mut b, &layer.left.shift);
                add(&mut b, class_left);
                own.extend(b);
                next.extend(out);
            }
            base.push(own);
            v = next;
        }
        kept.base = base;
        kept.left.iter_mut().for_each(|kept| kept.fill(0.0));
    }
}

/// What a kernel of 2x3 with this gap covers of rows, `[gap + 1, 28, width]`.
fn around(rows: &[f32], gap: usize, column: usize, width: usize) -> Vec<f32> {
    let mut seen = vec![0.0; 6 * width];
    for (i, seen) in seen.chunks_exact_mut(width).enumerate() {
        let column = (column + i % 3 * gap)
            .checked_sub(gap)
            .filter(|c| *c < SIDE);
        if let Some(column) = column {
            let at = (i / 3 * gap * SIDE + column) * width;
            seen.copy_from_slice(&rows[at..at + width]);
        }
    }
    seen
}

/// The first half times `σ` of the second.
fn gate(x: &[f32]) -> Vec<f32> {
    let (a, b) = x.split_at(x.len() / 2);
    a.iter().zip(b).map(|(a, b)| a * sigmoid(*b)).collect()
}
