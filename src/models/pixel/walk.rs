//! A picture pixel by pixel on plain numbers: what [`PixelCnn::forward`] gives for it, each pixel computed
//! once.
//!
//! A row of the stack above depends on rows before it alone, so it is computed whole when its row begins,
//! and the row before it is kept; of the stack to the left the pixel before is kept. A pixel then costs
//! some ten thousand products instead of 784 times as many. Tests hold both to be the same.

use burn::nn::conv::Conv2d;

use super::cnn::{FIRST_REACH, Layer, PixelCnn};
use super::{Pixels, Shape, ink};
use crate::data::{PIXELS, SIDE};
use crate::nn::rows::{Matrix, Numbers};
use crate::nn::{NotRead, read};

/// A network's weights, laid out for one pixel at a time.
pub struct Walker {
    shape: Shape,
    layers: Vec<StepLayer>,
    /// `[10, 4 width]`
    class: Vec<f32>,
    read: Product,
    logits: Product,
}

/// A convolution as a product with what its kernel covers, place by place.
struct Product {
    rows: Matrix,
    shift: Vec<f32>,
}

struct StepLayer {
    above: Product,
    across: Product,
    left: Product,
}

/// A picture under way.
#[derive(Clone)]
pub struct Walk {
    class: usize,
    /// Levels so far.
    levels: Vec<u8>,
    /// For each layer but the first: what comes in from above, of the row before and of this one,
    /// `[2, 28, width]`.
    above: Vec<Vec<f32>>,
    /// For each layer: what it adds of the rows above to each place of this row, `[28, 2 width]`.
    base: Vec<Vec<f32>>,
    /// For each layer but the first: what comes in at the pixel before and at this one, `[2, width]`.
    left: Vec<Vec<f32>>,
}

impl Walk {
    /// Levels of the pixels so far, in reading order.
    pub fn levels(&self) -> &[u8] {
        &self.levels
    }

    /// Puts the next pixel, whose logits were asked for.
    ///
    /// # Panics
    /// If there is no place left.
    pub fn put(&mut self, level: u8) {
        assert!(self.levels.len() < PIXELS, "the picture is full");
        self.levels.push(level);
    }
}

impl Product {
    async fn new(conv: &Conv2d) -> Result<Self, NotRead> {
        let [to, _, _, _] = conv.weight.dims();
        let rows = read(conv.weight.val().permute([2, 3, 1, 0])).await?;
        let shift = match &conv.bias {
            Some(bias) => read(bias.val()).await?,
            None => vec![0.0; to],
        };
        let rows = Matrix::new(Numbers::Float, rows, to);
        Ok(Self { rows, shift })
    }

    fn of(&self, x: &[f32]) -> Vec<f32> {
        let mut y = self.shift.clone();
        self.rows.add_product(x, &mut y);
        y
    }
}

impl StepLayer {
    async fn new(layer: &Layer) -> Result<Self, NotRead> {
        Ok(Self {
            above: Product::new(&layer.above).await?,
            across: Product::new(&layer.across).await?,
            left: Product::new(&layer.left).await?,
        })
    }
}

impl Walker {
    /// The weights of `net`.
    ///
    /// # Errors
    /// If its device does not give them.
    pub async fn new(net: &PixelCnn) -> Result<Self, NotRead> {
        let mut layers = Vec::new();
        for layer in &net.layers {
            layers.push(StepLayer::new(layer).await?);
        }
        Ok(Self {
            shape: net.shape(),
            layers,
            class: read(net.class.weight.val()).await?,
            read: Product::new(&net.read).await?,
            logits: Product::new(&net.logits).await?,
        })
    }

    /// The network's shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// An empty picture of a class, `0..10`.
    pub fn begin(&self, class: usize) -> Walk {
        let width = self.shape.width as usize;
        let later = self.layers.len() - 1;
        Walk {
            class,
            levels: Vec::with_capacity(PIXELS),
            above: vec![vec![0.0; 2 * SIDE * width]; later],
            base: Vec::new(),
            left: vec![vec![0.0; 2 * width]; later],
        }
    }

    /// Logits `[levels]` of the next pixel; to be asked for once, before each [`Walk::put`].
    ///
    /// # Panics
    /// If there is none.
    pub fn logits(&self, walk: &mut Walk) -> Vec<f32> {
        assert!(walk.levels.len() < PIXELS, "the picture is full");
        let column = walk.levels.len() % SIDE;
        if column == 0 {
            self.row(walk);
        }
        let width = self.shape.width as usize;
        let row = walk.levels.len() / SIDE;
        let mut h = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            let mut b = walk.base[i][column * 2 * width..][..2 * width].to_vec();
            if i == 0 {
                let seen: Vec<f32> = (1..=FIRST_REACH)
                    .rev()
                    .flat_map(|back| self.pixel(walk, Some(row), column.checked_sub(back)))
                    .collect();
                layer.left.rows.add_product(&seen, &mut b);
                h = gate(&b);
            } else {
                let kept = &mut walk.left[i - 1];
                kept.copy_within(width.., 0);
                kept[width..].copy_from_slice(&h);
                layer.left.rows.add_product(kept, &mut b);
                add(&mut h, &gate(&b));
            }
        }
        let relu = |x: f32| x.max(0.0);
        let h: Vec<f32> = h.into_iter().map(relu).collect();
        let h: Vec<f32> = self.read.of(&h).into_iter().map(relu).collect();
        self.logits.of(&h)
    }

    /// The two numbers of a place, as [`super::input`] has them; nothing outside of the picture.
    fn pixel(&self, walk: &Walk, row: Option<usize>, column: Option<usize>) -> [f32; 2] {
        match (row, column) {
            (Some(row), Some(column)) if column < SIDE => {
                let level = walk.levels[row * SIDE + column];
                [ink(level, self.shape.levels), 1.0]
            }
            _ => [0.0; 2],
        }
    }

    /// The stack above for the row that begins.
    fn row(&self, walk: &mut Walk) {
        let width = self.shape.width as usize;
        let row = walk.levels.len() / SIDE;
        let class = &self.class[walk.class * 4 * width..][..4 * width];
        let (class_above, class_left) = class.split_at(2 * width);
        let mut base = Vec::new();
        // What comes in: `[28, width]`, after the first layer.
        let mut v: Vec<f32> = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                let kept = &mut walk.above[i - 1];
                kept.copy_within(SIDE * width.., 0);
                kept[SIDE * width..].copy_from_slice(&v);
            }
            let mut own = Vec::with_capacity(SIDE * 2 * width);
            let mut next = Vec::with_capacity(SIDE * width);
            for column in 0..SIDE {
                let seen = if i == 0 {
                    self.pixels_above(walk, row, column)
                } else {
                    around(&walk.above[i - 1], column, width)
                };
                let mut a = layer.above.of(&seen);
                if i == 0 {
                    add(&mut a, class_above);
                }
                let mut out = gate(&a);
                if i > 0 {
                    add(&mut out, &v[column * width..][..width]);
                }
                let mut b = layer.across.of(&out);
                add(&mut b, &layer.left.shift);
                if i == 0 {
                    add(&mut b, class_left);
                }
                own.extend(b);
                next.extend(out);
            }
            base.push(own);
            v = next;
        }
        walk.base = base;
        walk.left.iter_mut().for_each(|kept| kept.fill(0.0));
    }

    fn pixels_above(&self, walk: &Walk, row: usize, column: usize) -> Vec<f32> {
        let rows = (1..=FIRST_REACH).rev().map(|up| row.checked_sub(up));
        let columns = |row| {
            let first = column + SIDE - FIRST_REACH;
            (first..=first + 2 * FIRST_REACH)
                .flat_map(move |column| self.pixel(walk, row, column.checked_sub(SIDE)))
        };
        rows.flat_map(columns).collect()
    }
}

/// What a kernel of 2x3 covers of two rows, `[2, 28, width]`.
fn around(rows: &[f32], column: usize, width: usize) -> Vec<f32> {
    let mut seen = vec![0.0; 6 * width];
    for (i, seen) in seen.chunks_exact_mut(width).enumerate() {
        let column = (column + i % 3).checked_sub(1).filter(|c| *c < SIDE);
        if let Some(column) = column {
            let at = (i / 3 * SIDE + column) * width;
            seen.copy_from_slice(&rows[at..at + width]);
        }
    }
    seen
}

fn add(a: &mut [f32], b: &[f32]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}

/// The first half times `σ` of the second.
fn gate(x: &[f32]) -> Vec<f32> {
    let (a, b) = x.split_at(x.len() / 2);
    let one = |(a, b): (&f32, &f32)| a / (1.0 + (-b).exp());
    a.iter().zip(b).map(one).collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::engine::session::testing::block_on;

    const SMALL: Shape = Shape {
        levels: 5,
        width: 6,
        layers: 3,
    };

    fn picture(seed: u32) -> Vec<u8> {
        (0..PIXELS as u32)
            .map(|i| ((i * i * 7 + i * seed) % 31 % 5) as u8)
            .collect()
    }

    fn whole(net: &impl Pixels, picture: &[u8], class: u8) -> Vec<f32> {
        // [1, levels, 28, 28] to [784, levels].
        let logits = net.logits(picture, &[class]).permute([0, 2, 3, 1]);
        block_on(read(logits)).expect("reads")
    }

    fn apart(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        a.iter()
            .zip(b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max)
    }

    /// Every pixel's logits, one after the other, are those of the whole picture.
    #[test]
    fn step_by_step_is_the_network() {
        let net = SMALL.cnn(&Device::flex());
        let walker = block_on(Walker::new(&net)).expect("reads");
        for class in [0, 7] {
            let picture = picture(class.into());
            let mut walk = walker.begin(class.into());
            let mut all = Vec::new();
            for level in &picture {
                all.extend(walker.logits(&mut walk));
                walk.put(*level);
            }
            assert_eq!(walk.levels(), picture);
            let far = apart(&all, &whole(&net, &picture, class));
            assert!(far < 1e-4, "{far}");
        }
    }

    /// No pixel's logits change with the pixel itself or a later one; those of the next one do.
    #[test]
    fn nothing_sees_what_comes_later() {
        let net = SMALL.cnn(&Device::flex());
        let before = picture(3);
        let logits = whole(&net, &before, 4);
        let levels = SMALL.levels as usize;
        for i in 0..PIXELS {
            let mut after = before.clone();
            after[i] = (after[i] + 1) % 5;
            let changed = whole(&net, &after, 4);
            let known = (i + 1) * levels;
            assert_eq!(logits[..known], changed[..known], "pixel {i}");
            if i + 1 < PIXELS && (i + 1) % SIDE > 0 {
                let next = known..known + levels;
                assert!(
                    apart(&logits[next.clone()], &changed[next]) > 0.0,
                    "pixel {i}"
                );
            }
        }
    }

    /// Chances of a pixel come to one, and those of all pictures with two pixels left open to the
    /// chance of the rest.
    #[test]
    fn chances_come_to_one() {
        let net = SMALL.cnn(&Device::flex());
        let logits = whole(&net, &picture(1), 2);
        for pixel in logits.chunks(5) {
            let sum: f32 = crate::models::next::Choosing::default()
                .probabilities(pixel)
                .iter()
                .sum();
            assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        }
    }
}
