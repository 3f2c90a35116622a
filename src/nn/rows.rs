//! Products of a vector and a matrix on plain numbers: what a model that goes step by step needs most.
//!
//! burn's own, in a browser, take three times as long for a vector.

/// How a matrix's numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// 32-bit floats, as they are.
    Float,
    /// 8-bit whole numbers, and a scale for each row.
    Byte,
}

/// A matrix `[from, to]`, row by row.
pub struct Matrix {
    to: usize,
    rows: Rows,
}

enum Rows {
    Float(Vec<f32>),
    Byte { values: Vec<i8>, scales: Vec<f32> },
}

impl Matrix {
    /// Of `values`, `[from, to]`.
    pub fn new(numbers: Numbers, values: Vec<f32>, to: usize) -> Self {
        let rows = match numbers {
            Numbers::Float => Rows::Float(values),
            Numbers::Byte => {
                let most = |row: &[f32]| row.iter().fold(0.0, |most: f32, w| most.max(w.abs()));
                let scales: Vec<f32> = values.chunks(to).map(|row| most(row) / 127.0).collect();
                let row = |(row, scale): (&[f32], &f32)| {
                    let scale = if *scale > 0.0 { *scale } else { 1.0 };
                    let byte = |w: &f32| (w / scale).round() as i8;
                    row.iter().map(byte).collect::<Vec<_>>()
                };
                let values = values.chunks(to).zip(&scales).flat_map(row).collect();
                Rows::Byte { values, scales }
            }
        };
        Self { to, rows }
    }

    /// Numbers of a row.
    pub fn to(&self) -> usize {
        self.to
    }

    /// `y += x · rows`; a number of `x` that is zero costs nothing.
    pub fn add_product(&self, x: &[f32], y: &mut [f32]) {
        debug_assert_eq!(y.len(), self.to);
        match &self.rows {
            Rows::Float(values) => {
                let used = x.iter().copied().zip(values.chunks_exact(self.to));
                add_rows(used, y, |w| w);
            }
            Rows::Byte { values, scales } => {
                let x = x.iter().zip(scales).map(|(x, scale)| x * scale);
                add_rows(x.zip(values.chunks_exact(self.to)), y, f32::from);
            }
        }
    }

    /// What is read for a product.
    pub fn bytes(&self) -> usize {
        match &self.rows {
            Rows::Float(values) => 4 * values.len(),
            Rows::Byte { values, scales } => values.len() + 4 * scales.len(),
        }
    }
}

/// Adds rows, each times its factor, four in one go.
#[inline(always)]
pub fn add_rows<'a, W: Copy + 'a>(
    rows: impl Iterator<Item = (f32, &'a [W])>,
    y: &mut [f32],
    float: impl Fn(W) -> f32,
) {
    let mut used = rows.filter(|(x, _)| *x != 0.0);
    while let Some((a, row_a)) = used.next() {
        let none = (0.0, row_a);
        let (b, row_b) = used.next().unwrap_or(none);
        let (c, row_c) = used.next().unwrap_or(none);
        let (d, row_d) = used.next().unwrap_or(none);
        let rows = row_a.iter().zip(row_b).zip(row_c.iter().zip(row_d));
        for (y, ((wa, wb), (wc, wd))) in y.iter_mut().zip(rows) {
            *y += a * float(*wa) + b * float(*wb) + c * float(*wc) + d * float(*wd);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_by_hand() {
        let values = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        for (numbers, near) in [(Numbers::Float, 0.0), (Numbers::Byte, 0.1)] {
            let matrix = Matrix::new(numbers, values.clone(), 2);
            let mut y = [10.0, 20.0];
            matrix.add_product(&[1.0, 0.0, 2.0], &mut y);
            assert!(
                (y[0] - 21.0).abs() <= near && (y[1] - 34.0).abs() <= near,
                "{y:?}"
            );
        }
    }
}
