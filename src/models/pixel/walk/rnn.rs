//! The Row-LSTM PixelRNN, a pixel at a time: `h` and `c` of the row above are kept.

use burn::nn::Linear;

use super::{Product, add, relu, sigmoid};
use crate::data::SIDE;
use crate::models::pixel::rnn::{PixelRnn, gap};
use crate::models::pixel::{Shape, window};
use crate::nn::{NotRead, read};

pub struct Steps {
    embed: Product,
    /// `[10, width]`
    class: Vec<f32>,
    layers: Vec<Product>,
    read: Product,
    logits: Product,
    levels: u32,
    width: usize,
}

/// One entry a layer.
#[derive(Clone)]
pub struct Kept(Vec<Layer>);

#[derive(Clone)]
struct Layer {
    /// Of the row above, and nothing to both sides of it, as far as the layer looks:
    /// `[gap + 28 + gap, width]`.
    h: Vec<f32>,
    /// Of this row so far.
    next: Vec<f32>,
    /// Of the row above, then of this one: `[28, width]`.
    c: Vec<f32>,
    /// What came in at the pixel before.
    e: Vec<f32>,
}

impl Kept {
    pub fn nothing(shape: Shape) -> Self {
        let (width, layers) = (shape.width as usize, shape.layers as usize);
        let layer = |i| {
            let row = vec![0.0; (SIDE + 2 * gap(i, layers)) * width];
            Layer {
                h: row.clone(),
                next: row,
                c: vec![0.0; SIDE * width],
                e: vec![0.0; width],
            }
        };
        Self((0..layers).map(layer).collect())
    }
}

async fn product(linear: &Linear) -> Result<Product, NotRead> {
    let [_, to] = linear.weight.dims();
    let shift = linear.bias.as_ref().map(|bias| bias.val());
    Product::new(linear.weight.val(), to, shift).await
}

impl Steps {
    pub async fn new(net: &PixelRnn) -> Result<Self, NotRead> {
        let mut layers = Vec::new();
        for layer in &net.layers {
            layers.push(product(layer).await?);
        }
        Ok(Self {
            embed: product(&net.embed).await?,
            class: read(net.class.weight.val()).await?,
            layers,
            read: product(&net.read).await?,
            logits: product(&net.logits).await?,
            levels: net.logits.weight.dims()[1] as u32,
            width: net.read.weight.dims()[0],
        })
    }

    pub fn logits(&self, class: usize, levels: &[u8], kept: &mut Kept) -> Vec<f32> {
        let width = self.width;
        let column = levels.len() % SIDE;
        let mut e = self.embed.of(&window(levels, levels.len(), self.levels));
        add(&mut e, &self.class[class * width..][..width]);
        e = relu(e);
        for (i, (product, layer)) in self.layers.iter().zip(&mut kept.0).enumerate() {
            let gap = gap(i, self.layers.len());
            if column == 0 {
                std::mem::swap(&mut layer.h, &mut layer.next);
                layer.e.fill(0.0);
            }
            let above = |gaps: usize| &layer.h[(column + gaps * gap) * width..][..width];
            let seen = [&layer.e, &e, above(0), above(1), above(2)];
            let mixed = product.of(&seen.concat());
            layer.e.copy_from_slice(&e);
            let place = column * width..(column + 1) * width;
            let state = layer.c[place]
                .iter_mut()
                .zip(&mut layer.next[(column + gap) * width..]);
            for (i, ((c, h), e)) in state.zip(&mut e).enumerate() {
                let part = |k: usize| mixed[k * width + i];
                *c = sigmoid(part(1) + 1.0) * *c + sigmoid(part(2)) * part(3).tanh();
                *h = sigmoid(part(0)) * c.tanh();
                *e += *h;
            }
        }
        self.logits.of(&relu(self.read.of(&relu(e))))
    }
}
