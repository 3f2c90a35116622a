//! What codes are good for, as `lab uses` measured it: `www/quality/vae-uses.json`, which the page
//! shows.
//!
//! Pictures are MNIST's and Fashion-MNIST's in their grey values, as the page asks about them, not
//! binarised: what they cost is then a cross-entropy, and higher than a binary picture's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where the figures lie, relative to the site's root.
pub const USES_PATH: &str = "quality/vae-uses.json";

/// All figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Uses {
    /// SHA-256 of the weights files that were measured, lower-case hex, by model id.
    pub weights: BTreeMap<String, String>,
    /// The model whose costs are told.
    pub odd_model: String,
    /// What a test digit costs, mean, nats; see [`Score::Cost`].
    pub digit_cost: f32,
    /// Mean of [`Score::Bound`], nats.
    pub digit_bound: f32,
    /// What an empty sheet costs, nats.
    pub blank_cost: f32,
    /// Its bound, nats.
    pub blank_bound: f32,
    /// Garments among digits.
    pub garments: Others,
    /// Scribbles among digits: a few smooth strokes of the page's pen, by chance.
    pub scribbles: Others,
    /// Labelled digits that the readers were trained on.
    pub read_sizes: Vec<u32>,
    /// Linear readers.
    pub readers: Vec<Reader>,
    /// Codes kept in bytes, of the first [`SQUEEZED`] test digits.
    pub squeezed: Vec<Squeezed>,
    /// Mean size of the same digits as PNG files, bytes.
    pub png_bytes: f32,
}

/// Test digits that are kept in bytes.
pub const SQUEEZED: usize = 1000;

/// What a picture is judged by, the higher the odder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Score {
    /// `-log p(x|z)` with z the mean of the picture's codes, nats.
    Cost,
    /// Minus the ELBO: the mean of `-log p(x|z)` over codes, and the KL, nats.
    Bound,
}

/// How well a score tells pictures of another kind from digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Others {
    /// The score with the larger area: that of curve and `auc`.
    pub score: Score,
    /// Area under the curve, `0..=1`: how often one of the others has a higher score than a digit.
    pub auc: f32,
    /// The area by [`Score::Cost`].
    pub auc_cost: f32,
    /// The area by [`Score::Bound`].
    pub auc_bound: f32,
    /// What one of them costs, mean, nats.
    pub cost: f32,
    /// The curve: share of digits taken for odd, share of the others found.
    pub roc: Vec<[f32; 2]>,
}

/// A linear reader of one kind of features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reader {
    /// What it reads from, for people.
    pub of: String,
    /// Share of test digits it reads right, and its standard deviation, for each size.
    pub accuracy: Vec<[f32; 2]>,
}

/// What is left of digits whose codes were kept in bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Squeezed {
    /// Model id.
    pub model: String,
    /// Bytes of a picture: one for each number of its code; the decoder is not counted.
    pub bytes: u32,
    /// Root mean square error over all pixels, with 0 for paper and 1 for ink.
    pub rmse: f32,
}

/// A number of a code is kept in one byte, over `-RANGE..=RANGE`.
const RANGE: f32 = 4.0;

/// A code with each number kept in one byte.
pub fn rounded(code: &[f32]) -> Vec<f32> {
    let step = 2.0 * RANGE / 255.0;
    let level = |v: &f32| ((v.clamp(-RANGE, RANGE) + RANGE) / step).round();
    code.iter().map(|v| level(v) * step - RANGE).collect()
}

/// Area under a curve, by trapezoids.
pub fn area(curve: &[[f32; 2]]) -> f64 {
    let pieces = curve.windows(2).map(|ends| {
        let [[x0, y0], [x1, y1]] = [ends[0], ends[1]].map(|p| p.map(f64::from));
        (x1 - x0) * (y0 + y1) / 2.0
    });
    pieces.sum()
}

impl Uses {
    /// Does all of it make sense?
    pub fn check(self) -> Result<Self, UsesError> {
        let sizes = self.read_sizes.len();
        let is_sound = [
            self.weights.contains_key(&self.odd_model),
            (self.squeezed.iter()).all(|s| self.weights.contains_key(&s.model)),
            sizes > 0 && self.read_sizes.is_sorted_by(|a, b| a < b),
            !self.readers.is_empty() && self.readers.iter().all(|r| r.is_sound(sizes)),
            self.garments.is_sound() && self.scribbles.is_sound(),
            !self.squeezed.is_empty() && self.squeezed.iter().all(|s| s.bytes > 0),
            (self.squeezed.iter()).all(|s| is_share(s.rmse)),
            is_positive(&[self.digit_cost, self.digit_bound, self.png_bytes]),
            is_positive(&[self.blank_cost, self.blank_bound]),
        ];
        match is_sound.contains(&false) {
            true => Err(UsesError),
            false => Ok(self),
        }
    }
}

fn is_share(value: f32) -> bool {
    (0.0..=1.0).contains(&value)
}

fn is_positive(values: &[f32]) -> bool {
    values.iter().all(|v| v.is_finite() && *v > 0.0)
}

impl Others {
    fn is_sound(&self) -> bool {
        let of_score = match self.score {
            Score::Cost => self.auc_cost,
            Score::Bound => self.auc_bound,
        };
        let rises = |a: &[f32; 2], b: &[f32; 2]| a[0] <= b[0] && a[1] <= b[1];
        is_positive(&[self.cost])
            && is_share(self.auc_cost.min(self.auc_bound))
            && self.auc == of_score
            && self.auc == self.auc_cost.max(self.auc_bound)
            && self.roc.first() == Some(&[0.0, 0.0])
            && self.roc.last() == Some(&[1.0, 1.0])
            && self.roc.is_sorted_by(rises)
            && (area(&self.roc) - f64::from(self.auc)).abs() < 0.01
    }
}

impl Reader {
    fn is_sound(&self, sizes: usize) -> bool {
        self.accuracy.len() == sizes && self.accuracy.as_flattened().iter().all(|v| is_share(*v))
    }
}

/// Figures that make no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("its numbers make no sense")]
pub struct UsesError;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::manifest::{MANIFEST_PATH, Manifest};

    fn uses() -> Uses {
        let others = Others {
            score: Score::Bound,
            auc: 0.875,
            auc_cost: 0.4,
            auc_bound: 0.875,
            cost: 150.0,
            roc: vec![[0.0, 0.0], [0.0, 0.5], [0.5, 1.0], [1.0, 1.0]],
        };
        Uses {
            weights: BTreeMap::from([("m".into(), "ab".into())]),
            odd_model: "m".into(),
            digit_cost: 90.0,
            digit_bound: 110.0,
            blank_cost: 5.0,
            blank_bound: 30.0,
            garments: others.clone(),
            scribbles: others,
            read_sizes: vec![100, 1000],
            readers: vec![Reader {
                of: "pixels".into(),
                accuracy: vec![[0.7, 0.02], [0.9, 0.0]],
            }],
            squeezed: vec![Squeezed {
                model: "m".into(),
                bytes: 2,
                rmse: 0.2,
            }],
            png_bytes: 300.0,
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(uses().check().is_ok());
        type Break = fn(&mut Uses);
        let breaks: [Break; 12] = [
            |u| u.weights.clear(),
            |u| u.read_sizes.reverse(),
            |u| u.readers.clear(),
            |u| u.readers[0].accuracy[1][0] = 1.2,
            |u| u.readers[0].accuracy.truncate(1),
            |u| u.garments.auc = 0.4,
            |u| u.garments.auc_cost = 0.9,
            |u| u.garments.roc[1] = [0.0, 0.1],
            |u| u.scribbles.roc.swap(1, 2),
            |u| u.scribbles.roc.truncate(3),
            |u| u.blank_cost = f32::NAN,
            |u| u.squeezed[0].model = "other".into(),
        ];
        for (number, spoil) in breaks.into_iter().enumerate() {
            let mut uses = uses();
            spoil(&mut uses);
            assert_eq!(uses.check(), Err(UsesError), "break {number}");
        }
    }

    #[test]
    fn a_byte_is_exact_to_half_a_step_and_ends_at_four() {
        let code = [-9.0, -4.0, -0.013, 0.0, 1.234, 4.0, 7.0];
        for (kept, v) in rounded(&code).iter().zip(code) {
            let off = (kept - v.clamp(-4.0, 4.0)).abs();
            assert!(off <= 4.0 / 255.0 + 1e-6, "{v} {kept}");
        }
        let many: Vec<f32> = (-5000..5000).map(|i| i as f32 / 1000.0).collect();
        let mut levels = rounded(&many);
        levels.dedup();
        assert_eq!(levels.len(), 256);
    }

    /// What ships makes sense, says what the page and its words rely on, and was measured on the
    /// weights that ship.
    #[test]
    fn the_shipped_figures_belong_to_the_shipped_weights() {
        let www = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
        let read = |path: &str| std::fs::read_to_string(www.join(path)).expect("readable");
        let uses: Uses = serde_json::from_str(&read(USES_PATH)).expect("reads");
        let uses = uses.check().expect("makes sense");
        let manifest: Manifest = serde_json::from_str(&read(MANIFEST_PATH)).expect("reads");
        for (model, sha256) in &uses.weights {
            let entry = manifest.find(model).expect("is listed");
            assert_eq!(
                &entry.sha256, sha256,
                "{model}: `lab uses` has to measure again"
            );
        }
        assert!(uses.blank_cost < uses.digit_cost);
        let first = uses.readers.first().map(|r| r.accuracy[0][0]);
        let pixels = uses.readers.last().map(|r| r.accuracy[0][0]);
        assert!(first > pixels, "codes help where labels are few");
    }
}
